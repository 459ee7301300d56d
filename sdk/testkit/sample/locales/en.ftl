plugin-name = Sample
plugin-description = Uses everything once.
why-kv = To count.
why-jobs = To count later.
why-events = To hear and to tell.
why-records = To keep notes.
greeting = Hello { $name }
greeting-missing = Say something.
