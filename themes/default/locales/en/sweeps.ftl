# One act over all that match a list.
sweeps-ask = Do this to all of them?
sweeps-ask-text = It takes a while and goes on by itself: you can leave the page, see how far it is, and stop it. Whoever comes to the list meanwhile isn’t changed.
sweeps-undo-text = You can undo all of it for { NUMBER($count) } days. What somebody changed since stays.
sweeps-go =
    { $count ->
        [one] Yes, that one
       *[other] Yes, all { NUMBER($count) }
    }
sweeps-ask-people-stage =
    { $count ->
        [one] Move one person to { $to }
       *[other] Move { NUMBER($count) } people to { $to }
    }
sweeps-ask-people-owner =
    { $count ->
        [one] Give one person to { $to }
       *[other] Give { NUMBER($count) } people to { $to }
    }
sweeps-ask-people-disowned =
    { $count ->
        [one] Leave one person with nobody
       *[other] Leave { NUMBER($count) } people with nobody
    }
sweeps-ask-people-follow-up =
    { $count ->
        [one] Set { $to } to get back to one person
       *[other] Set { $to } to get back to { NUMBER($count) } people
    }
sweeps-ask-people-no-follow-up =
    { $count ->
        [one] Clear the day to get back to one person
       *[other] Clear the day to get back to { NUMBER($count) } people
    }
sweeps-ask-people-own =
    { $count ->
        [one] Fill in “{ $to }” for one person
       *[other] Fill in “{ $to }” for { NUMBER($count) } people
    }
sweeps-ask-people-tagged =
    { $count ->
        [one] Tag one person “{ $to }”
       *[other] Tag { NUMBER($count) } people “{ $to }”
    }
sweeps-ask-people-untagged =
    { $count ->
        [one] Take the tag “{ $to }” off one person
       *[other] Take the tag “{ $to }” off { NUMBER($count) } people
    }
sweeps-ask-people-source =
    { $count ->
        [one] Rename the source of one person to “{ $to }”
       *[other] Rename the source of { NUMBER($count) } people to “{ $to }”
    }
sweeps-ask-people-removed =
    { $count ->
        [one] Remove one person
       *[other] Remove { NUMBER($count) } people
    }
sweeps-ask-tasks-done =
    { $count ->
        [one] Mark one task as done
       *[other] Mark { NUMBER($count) } tasks as done
    }
sweeps-ask-tasks-assigned =
    { $count ->
        [one] Give one task to { $to }
       *[other] Give { NUMBER($count) } tasks to { $to }
    }
sweeps-ask-tasks-unassigned =
    { $count ->
        [one] Leave one task with nobody
       *[other] Leave { NUMBER($count) } tasks with nobody
    }
sweeps-ask-tasks-moved =
    { $count ->
        [one] Move one task to another day
       *[other] Move { NUMBER($count) } tasks to another day
    }
sweeps-ask-tasks-removed =
    { $count ->
        [one] Remove one task
       *[other] Remove { NUMBER($count) } tasks
    }
sweeps-ask-people-stage-goes =
    { $count ->
        [one] Move one person out of { $to }, which is removed
       *[other] Move { NUMBER($count) } people out of { $to }, which is removed
    }
sweeps-ask-people-stage-means =
    { $count ->
        [one] Change what one person is, since { $to } means something else now
       *[other] Change what { NUMBER($count) } people are, since { $to } means something else now
    }
sweeps-ask-people-pipeline-goes =
    { $count ->
        [one] Move one person out of the pipeline { $to }, which is removed
       *[other] Move { NUMBER($count) } people out of the pipeline { $to }, which is removed
    }
sweeps-ask-people-member-left =
    { $count ->
        [one] Leave with nobody one person whom { $to } looked after, who has left the team
       *[other] Leave with nobody { NUMBER($count) } people whom { $to } looked after, who has left the team
    }
sweeps-ask-people-tag-goes =
    { $count ->
        [one] Take the tag “{ $to }”, which is removed, off one person
       *[other] Take the tag “{ $to }”, which is removed, off { NUMBER($count) } people
    }
sweeps-ask-tasks-member-left =
    { $count ->
        [one] Leave with nobody one task of { $to }, who has left the team
       *[other] Leave with nobody { NUMBER($count) } tasks of { $to }, who has left the team
    }
sweeps-title-running = Changing
sweeps-title-done = Changed
sweeps-title-cancelled = Stopped
sweeps-title-failed = It didn’t finish
sweeps-title-undoing = Undoing
sweeps-title-undone = Undone
sweeps-progress = { NUMBER($done) } of { NUMBER($count) }
sweeps-progress-text = You can leave this page and go on working. It goes on by itself, and we tell you when it is done.
sweeps-refresh = Show how far it is
sweeps-stop = Stop
sweeps-changed =
    { $count ->
        [0] Nothing was changed: they all were so before, or aren’t here any more.
        [one] One was changed. The others were so before, or aren’t here any more.
       *[other] { NUMBER($count) } were changed. Any others were so before, or aren’t here any more.
    }
sweeps-undone-text = They are as they were before.
sweeps-kept =
    { $count ->
        [one] One stayed as it is: somebody changed it since.
       *[other] { NUMBER($count) } stayed as they are: somebody changed them since.
    }
sweeps-to-list = To the list
sweeps-under-way = A change of many is under way.
sweeps-under-way-see = See how far it is
said-sweeps-stopped = Stopped. What was changed until then stays.
error-sweeps-none = Nobody and nothing matches any more.
error-sweeps-too-many = That’s more than 500,000 at once. Narrow the list first.
error-sweeps-too-many-begun = Ten such changes are under way already. Wait until one of them is done, or stop one.
error-sweeps-not-allowed = Whoever began this left the team, or may not do it any more. So it was stopped. What was changed until then stays; it can be undone.
error-sweeps-token-ended = The API token that began this was revoked, has expired, or isn’t good for it any more. So it was stopped. What was changed until then stays; it can be undone.
error-sweeps-stage-gone = The stage isn’t there any more. So it was stopped. What was changed until then stays; it can be undone.
error-sweeps-member-gone = Whoever was to have them isn’t in the team any more. So it was stopped. What was changed until then stays; it can be undone.
error-sweeps-failed = Something went wrong on our side. What was changed until then stays; you can undo that and try again.
error-sweeps-decided = This can’t be stopped: what it is for is gone already. It goes on by itself.
