undo = Undo
said-person-restored = Back in the list
said-appointment-restored = The appointment is on again
appointment-restore = Book it again
undos = What can be undone
undos-text = What was done to several at once, merged or removed in the last { $count } days. Undoing it leaves alone what somebody changed since.
undos-shown = What to undo
undos-done = Done
undos-people = Removed people
undos-tasks = Removed tasks
undos-bring-back = Bring back
undos-more = and { NUMBER($count) } more
undos-none = Nothing to undo
undos-none-text = What you do to several people or tasks at once, merging people and cancelling a series can be taken back here.
undos-none-removed = Nothing was removed
undos-none-removed-text = What is removed can be brought back here for { $count } days.
undos-did-people-stage = { $count ->
    [one] Moved one person to { $to }
   *[other] Moved { NUMBER($count) } people to { $to }
}
undos-did-people-owner = { $count ->
    [one] Gave one person to { $to }
   *[other] Gave { NUMBER($count) } people to { $to }
}
undos-did-people-disowned = { $count ->
    [one] Left one person with nobody
   *[other] Left { NUMBER($count) } people with nobody
}
undos-did-people-follow-up = { $count ->
    [one] Set { $to } to get back to one person
   *[other] Set { $to } to get back to { NUMBER($count) } people
}
undos-did-people-no-follow-up = { $count ->
    [one] Cleared the day to get back to one person
   *[other] Cleared the day to get back to { NUMBER($count) } people
}
undos-did-people-own = { $count ->
    [one] Filled in “{ $to }” for one person
   *[other] Filled in “{ $to }” for { NUMBER($count) } people
}
undos-did-people-tagged = { $count ->
    [one] Tagged one person “{ $to }”
   *[other] Tagged { NUMBER($count) } people “{ $to }”
}
undos-did-people-untagged = { $count ->
    [one] Took the tag “{ $to }” off one person
   *[other] Took the tag “{ $to }” off { NUMBER($count) } people
}
undos-did-people-source = { $count ->
    [one] Renamed the source of one person to “{ $to }”
   *[other] Renamed the source of { NUMBER($count) } people to “{ $to }”
}
undos-did-people-removed = { $count ->
    [one] Removed one person
   *[other] Removed { NUMBER($count) } people
}
undos-did-merged = Merged into { $to }
undos-did-apart = Kept apart from { $to }
undos-did-series-cancelled = { $count ->
    [one] Cancelled one appointment of a series
   *[other] Cancelled { NUMBER($count) } appointments of a series
}
undos-did-tasks-done = { $count ->
    [one] Marked one task as done
   *[other] Marked { NUMBER($count) } tasks as done
}
undos-did-tasks-assigned = { $count ->
    [one] Gave one task to { $to }
   *[other] Gave { NUMBER($count) } tasks to { $to }
}
undos-did-tasks-unassigned = { $count ->
    [one] Left one task with nobody
   *[other] Left { NUMBER($count) } tasks with nobody
}
undos-did-tasks-moved = { $count ->
    [one] Moved one task to another day
   *[other] Moved { NUMBER($count) } tasks to another day
}
undos-did-tasks-removed = { $count ->
    [one] Removed one task
   *[other] Removed { NUMBER($count) } tasks
}
