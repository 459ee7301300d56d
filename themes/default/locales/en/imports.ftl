# Bringing a list of people, and what came of it.
imports = Import people
imports-short = Import
imports-text = Bring your contacts from a spreadsheet, a phone or another program. You see first what will come; nothing changes until you say so.
imports-choose = File with your people
imports-hint = An Excel workbook (.xlsx), a list saved as text (.csv) or contacts shared from a phone (.vcf), up to 200,000 rows. A workbook has at most 20 MB, another file 64 MB.
imports-look = See what is in it
imports-before = Imported before
imports-nameless = A file without a name
imports-made =
    { $count ->
        [one] one new person
       *[other] { NUMBER($count) } new people
    }
imports-state-waiting = Waiting for you
imports-state-running = Under way
imports-state-done = Done
imports-state-cancelled = Stopped
imports-state-failed = Didn’t finish
imports-state-undoing = Being undone
imports-state-undone = Undone
imports-look-title = What is in the file
imports-rows =
    { $count ->
        [one] one row
       *[other] { NUMBER($count) } rows
    }
imports-columns = What each column is
imports-columns-text = We guessed from the headings and from what stands below them. Change what isn’t right. Where a column holds stages, colleagues or choices of another program, say that it does and look again: then you can say what each word means here.
imports-words = Words that aren’t known here
imports-words-text = What do they mean here? The most frequent ones come first.
imports-words-refused = Rows with a word of which you say nothing don’t come in.
imports-words-tags = Each becomes a new tag unless you say something else.
imports-words-more =
    { $count ->
        [one] One more comes up once you have said what these mean.
       *[other] { NUMBER($count) } more come up once you have said what these mean.
    }
imports-means-refuse = Don’t take these rows in
imports-means-new-tag = A new tag
imports-means-tag = Make it a tag
imports-means-note = Write it in the notes
imports-means-leave = Leave the word out
imports-column = Column { $number }
imports-column-empty = Empty
imports-reading = The letters, columns, dates or amounts look wrong?
imports-encoding = Letters are saved as
imports-encoding-hint = Try another one if Hebrew or accents look broken.
imports-encoding-utf-8 = Unicode (UTF-8)
imports-encoding-windows-1255 = Hebrew (Windows-1255)
imports-encoding-windows-1252 = Western (Windows-1252)
imports-encoding-windows-1256 = Arabic (Windows-1256)
imports-encoding-windows-1251 = Cyrillic (Windows-1251)
imports-encoding-iso-8859-2 = Central European (ISO 8859-2)
imports-encoding-utf-16le = Unicode (UTF-16, little endian)
imports-encoding-utf-16be = Unicode (UTF-16, big endian)
imports-separator = Columns are divided by
imports-separator-comma = A comma
imports-separator-semicolon = A semicolon
imports-separator-tab = A tab
imports-separator-bar = A vertical bar
imports-sheet = Sheet
imports-dates = Dates are written
imports-dates-day-first = Day, month, year
imports-dates-month-first = Month, day, year
imports-decimals = Amounts and numbers are written
imports-decimals-point = With a point: 1,500.50
imports-decimals-comma = With a comma: 1.500,50
imports-head = The first row holds headings
imports-target-nothing = Leave out
imports-target-name = Name
imports-target-first-name = First name
imports-target-last-name = Last name
imports-target-company = Company
imports-target-kind = Person or company
imports-target-phone = Phone
imports-target-email = Email
imports-target-address = Address
imports-target-stage = Stage
imports-target-owner = Looked after by
imports-target-source = Source
imports-target-tags = Tags
imports-target-value = Worth
imports-target-currency = Currency
imports-target-follow-up = Get back on
imports-target-consent = Agreed to be written to
imports-target-consent-on = Consent date
imports-target-added-on = Added on
imports-target-customer-since = Customer since
imports-target-medium = UTM medium
imports-target-campaign = Campaign
imports-target-term = Search term
imports-target-content = Ad content
imports-target-landing = Landing page
imports-target-referrer = Referring page
imports-undated = Who comes in as a customer without a “Customer since” counts as a new customer in no month of the reports: nobody knows since when they are one.
imports-target-notes = Notes
imports-how = How they come in
imports-doubles = Who is here already
imports-doubles-skip = Leave them as they are
imports-doubles-update = Update them with what the file says
imports-doubles-add = Add them once more
imports-doubles-hint = We know somebody by their phone, their email, or by a name that nothing speaks against.
imports-tag = A tag for all of them
imports-tag-hint = So that you find them together.
imports-source = Where they came from
imports-source-hint = For rows that don’t say so themselves.
imports-shown = The first rows, as they will become
imports-again = Look again
imports-row = Row { $number }
imports-new = New
imports-double-phone = has the same phone
imports-double-email = has the same email
imports-double-name = has the same name
imports-double-file = Twice in the file
imports-here =
    { $count ->
        [one] One of { NUMBER($all) } rows is of somebody who is here already
       *[other] { NUMBER($count) } of { NUMBER($all) } rows are of people who are here already
    }
imports-here-text = What becomes of them is what you choose above.
imports-looked = We looked through the first { NUMBER($count) } rows; the others are looked at as they come in.
imports-twice =
    { $count ->
        [one] One row is of somebody whom the file names before.
       *[other] { NUMBER($count) } rows are of people whom the file names before.
    }
imports-shown-none = None of the first rows can be read this way. Check what the columns are.
imports-wrong =
    { $count ->
        [one] One row can’t come in
       *[other] { NUMBER($count) } rows can’t come in
    }
imports-wrong-text = All the others come in without them. Afterwards you can download these with what is wrong, mend them, and bring them again.
imports-run =
    { $count ->
        [one] Import one row
       *[other] Import { NUMBER($count) } rows
    }
imports-discard = Throw the file away
imports-title-running = Importing
imports-title-done = Imported
imports-title-cancelled = Stopped
imports-title-failed = The import didn’t finish
imports-title-undoing = Undoing the import
imports-title-undone = Undone
imports-progress = { NUMBER($done) } of { NUMBER($count) } rows
imports-progress-text = You can leave this page and go on working. It goes on by itself, and you find it again under People, Import.
imports-refresh = Show how far it is
imports-stop = Stop
imports-fact-made = New people
imports-fact-changed = Updated
imports-fact-skipped = Here already
imports-fact-refused = Couldn’t come in
imports-undo-text = You can take the whole import back for 30 days. Whoever was changed since stays.
imports-undo = Undo the import
imports-to-people = To your people
imports-undone-text = Whoever came with this file is gone again, and whoever it changed is as before.
imports-kept =
    { $count ->
        [one] One person stayed, because somebody changed them since or has dealt with them.
       *[other] { NUMBER($count) } people stayed, because somebody changed them since or has dealt with them.
    }
imports-kept-who = See who
imports-skipped-who = See who was here already
imports-people-skipped = Who was here already
imports-people-skipped-text = The rows of the file, and whom we know each as. Nothing was changed of them.
imports-people-kept = Who stayed
imports-people-kept-text = Somebody changed them since or has dealt with them, so the undoing left them as they are.
imports-people-gone = Isn’t here any more
imports-people-none = Nobody here
imports-people-none-text = There are no such rows.
imports-people-more = More
imports-refused = Download these rows
imports-refused-text = Mend them in the file that you download, and import it again: who came in already is left alone.
imports-refused-row = Row
imports-refused-column = Wrong in
imports-refused-why = What is wrong
said-imports-stopped = Stopped. Who came in until then stays.
said-imports-discarded = The file was thrown away
timeline-imported = came with the file { $file }
timeline-import-undone = was given back what the import of { $file } had changed
error-imports-begun = This list has been taken in, or is being taken in. Undo it instead.
error-imports-missing = Choose a file first.
error-imports-large = The file is larger than we read. Divide it and import it in parts.
error-imports-kind = We can’t read this file. Save it as an Excel workbook (.xlsx), as CSV or as contact cards (.vcf), and try again.
error-imports-old-excel = This is an old Excel file or one with a password. Save it as .xlsx without a password, and try again.
error-imports-many = The file has more than 200,000 rows. Divide it and import it in parts.
error-imports-wide = The file has more than 200 columns. Remove those that you don’t need.
error-imports-empty = There are no rows in this file.
error-imports-encoding = We don’t know this way of saving letters.
error-imports-sheet = That sheet isn’t in the file.
error-imports-twice = Another column is this already.
error-imports-no-name = Say which column holds the name, the company, the phone or the email.
error-imports-nameless = There is no name, company, phone or email in this row.
error-imports-power = A spreadsheet has shortened this number. Format the column as text, and save the file again.
error-imports-stage = None of your stages is called that. Add it first, or make the column tags.
error-imports-member = Nobody in your team is called that. Invite them first, or leave the column out.
error-imports-meaning = What you chose for one of its words isn’t here any more. Choose again.
error-imports-meanings-many = That says what more than 1,000 words mean. Mend the file instead.
error-imports-date = That isn’t a day.
error-imports-currency = That isn’t a currency. Write its code, such as ILS or USD.
error-imports-currencies = The amount and the currency column name different currencies.
error-imports-kind-word = Write person or company.
error-imports-consent = Write yes or no.
error-imports-gone = The file isn’t here any more. Choose it again.
error-imports-failed = Something went wrong on our side. Who came in until then stays; you can undo that and try again.
error-imports-running = The import is still running. Stop it first.
