# What plugins propose to do, and the decision.
nav-approvals = Approvals
approvals-text = Plugins ask here before they spend money or do something others see. Nothing is sent until you say so.
approvals-waiting = Waiting for you
approvals-none = Nothing waits
approvals-none-text = When a plugin wants to do something that needs your OK, it shows up here.
approvals-settled = Decided
approval-by = Proposed by
approval-amount = Amount, as the plugin says
approval-to = Goes to
approval-account = With the account
approval-expires = Decide until
approval-summary = What the plugin says
approval-request = Exactly what will be sent
approval-request-text = This and nothing else. If a single character changes, it is refused.
approval-query = With these parameters
approval-body = Content
approval-bytes = { $size ->
    [one] One byte
   *[other] { $size } bytes
  } that can’t be shown as text.
approval-headers = Technical details
approval-decide = Your decision
approval-once = If you approve, it can be sent once, until the time above. Whoever approved is noted in the activity log.
approval-reason = Reason
approval-what-became = What became of it
approval-decided-by = Decided by
approval-decided-at = Decided
approval-sent-at = Let out
approval-answer = Provider’s answer
approval-somebody = Somebody who is no longer here
approve = Approve
reject = Reject
approval-waiting = Waiting
approval-approved = Approved
approval-rejected = Rejected
approval-expired = Too late
approval-used = On its way
approval-sent = Sent
approval-unknown = Unclear
approval-withdrawn = Taken back
approval-approved-text = The plugin may send it now, once.
approval-rejected-text = Nothing was sent.
approval-expired-text = Its time ran out. Nothing was sent, and nothing can be any more.
approval-used-text = It was let out, and the answer is still to come. It can’t be sent again.
approval-sent-text = It was let out once, the provider answered, and it can’t be sent again.
approval-unknown-text = It was let out once and can’t be sent again.
approval-unknown-title = We don’t know whether it arrived
approval-unknown-advice = It was sent, but no answer came back. Look at the provider before you try again: it may have been done already.
approval-unsure-title = The provider answered with an error
approval-unsure-advice = Probably nothing was done, but that isn’t certain. Look at the provider before you try again.
approval-withdrawn-text = The plugin no longer wants to. Nothing was sent.
effect-is-spend = This spends money.
effect-is-publish = This publishes something for others to see.
effect-is-reply = This answers somebody.
effect-is-refund = This gives money back.
said-approved = Approved
said-rejected = Rejected. Nothing is sent.
home-approvals = { $count ->
    [one] One thing waits for your OK
   *[other] { $count } things wait for your OK
  }
home-approvals-text = Plugins wait for your decision before they go on.
error-approval-over = This was decided, taken back or ran out of time meanwhile.
error-approval-key = This key stands for another proposal already.
act-approval-proposed = asked for approval
act-approval-approved = approved what was proposed by
act-approval-rejected = rejected what was proposed by
act-approval-expired = closed, because its time ran out, a proposal of
act-approval-used = let out what was approved
act-approval-sent = got an answer to what was approved
act-approval-unknown = got no answer to what was approved
act-approval-withdrawn = took back a proposal
act-approval-refused = tried to send what nobody approved, and was stopped
