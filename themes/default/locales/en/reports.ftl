nav-reports = Reports
report-period = Period
report-this-month = This month
report-last-month = Last month
report-this-quarter = This quarter
report-this-year = This year
report-months-3 = 3 months
report-months-6 = 6 months
report-months-12 = 12 months
report-from = From this day
report-to = Up to this day
report-usual-instead = These are the last six months.
report-compared-with = Beside it stands the period before: { $days }.
report-before = Before
report-this-period = This period
report-what = What
report-compared = Beside the period before
report-compared-text = The same numbers of as many days, or months, before. Of those who came earlier, more have had the time to become customers.
report-added = New people
report-customers = Customers by now
report-customers-of = { $share }% of the new people
report-share = Share
report-won = Won
report-won-people = { $count ->
    [one] by one new customer
   *[other] by { NUMBER($count) } new customers
}
report-won-customers = New customers
report-step = First step, typically within
report-step-waiting = { $count ->
    [0] nobody is waiting
    [one] one is still waiting
   *[other] { NUMBER($count) } are still waiting
}
report-minutes = { $count ->
    [one] a minute
   *[other] { $count } minutes
}
report-hours = { $count ->
    [one] an hour
   *[other] { $count } hours
}
report-days = { $count ->
    [one] a day
   *[other] { $count } days
}
report-won-unsaid = New customers without a value
report-pipeline = Pipeline
report-all-pipelines = All pipelines
report-all-owners = Everybody’s people
report-month = Month
report-source = Source
report-value = Value
report-no-source = Not known
report-other-sources = All others
report-lists = Numbers, with the lists behind them
report-months = New people by month
report-months-text = Who came in each month, and who of them is a customer by now.
report-sources = Where they come from
report-sources-text = The new people of this period by where they first came from, and who of them is a customer by now.
report-won-text = What your new customers are worth, by the month in which they became customers.
report-stages = Where people stand now
report-stages-text = Everybody you have, by stage, whenever they came.
report-steps = How soon somebody turned to them
report-steps-text = From the moment they were added to the first note, appointment, task or move to another stage. People who came with an imported list are left out.
report-step-within = First step
report-step-hour = Within an hour
report-step-day = Within a day
report-step-three-days = Within three days
report-step-later = Later
report-step-none = Not yet
reports-empty = Nothing to report yet
reports-empty-text = As soon as there are people, you see here where they come from and who becomes a customer.
narrowed-added = Added { $days }
narrowed-first = First came from { $source }
narrowed-first-unknown = Not known where they came from
narrowed-won = Became customers { $days }
narrowed-waiting = Nobody has turned to them yet
narrowed-step = First step: { $within }
narrowed-pipeline = Pipeline: { $name }
narrowed-currency = Value in { $currency }
narrowed-no-value = No value given
narrowed-others = All other sources
narrowed-remove = Show all again:
