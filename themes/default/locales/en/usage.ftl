plugin-usage = What it has done
plugin-usage-since = For this business, since OXPI was last started.
usage-calls = Times it ran
usage-stopped = Stopped or crashed
usage-refused = Wishes refused
usage-requests = Requests sent out
usage-cpu = Computing time, seconds
usage-memory = Most memory at once, MB
act-plugin-stopped = stopped a run that crashed or took too much, of
act-plugin-refused = refused something that was not allowed to
error-plugins-busy = A lot is going on right now. Try again in a moment; nothing was lost.
requests-title = What it asked the internet
requests-text = Its requests, and those OXPI made for its connected accounts. Kept for 30 days, without what was in them.
requests-empty = Nothing so far
requests-empty-text = Each request will be listed here: to whom, how it was answered, and how much came back.
requests-older = { $count ->
    [one] One before that
   *[other] { $count } before that
  }
request-by-host = by OXPI, for a connected account
request-ms = { $count } ms
request-bytes = { $count } B
request-kilobytes = { $count } KB
request-refused = Refused
request-timeout = No answer in time
request-unreachable = Not reached
request-too-large = Answer too large
request-limited = Too many at once
request-reconnect = Account not connected
request-unfinished = Cut off
request-failed = Failed
