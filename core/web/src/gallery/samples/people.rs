//! Samples of people: the list, the board, a person, and what is set for them.

mod list;

use self::list::{heads, people, shown};
use super::work::rows;
use super::{Gallery, Words, own_fields, views};
use crate::views::calendar::AppointmentRow;
use crate::views::home::{Fresh, Waiting};
use crate::views::people::{
    Asked, Board, BoardTab, Column, ContactField, ContactRow, EntryRow, FirstRow, NoteForm, People,
    PersonEdit, PersonForm, PersonPage, PersonRow,
};
use crate::views::pipelines::{PipelineForm, Pipelines, StageField, TagRow};
use crate::views::{Avatar, Choice, Errors, Tab};

pub(super) fn draw(gallery: &mut Gallery<'_>, w: Words) {
    gallery.page("people", "/people", &people(w));
    gallery.page("people-empty", "/people", &People { any: false, people: vec![], ..people(w) });
    let asked = Asked { query: "zzz".into(), standing: "lead".into(), ..people(w).asked };
    let none = People { people: vec![], asked, next: None, ..people(w) };
    gallery.page("people-none-found", "/people", &none);
    let errors = Errors::from([("people".to_owned(), "error-none-chosen".to_owned())]);
    let mut chosen = tags(w);
    chosen.iter_mut().for_each(|tag| tag.selected = true);
    let asked = Asked {
        tags: chosen,
        tags_error: "error-too-many-tags-asked".into(),
        worth_from: "20,000.50".into(),
        worth_to: "1,500".into(),
        worth_error: "error-range-turned".into(),
        narrowed: 3,
        ..people(w).asked
    };
    gallery.page("people-narrowed", "/people", &People { asked, errors, ..people(w) });
    let first = people(w).people.into_iter().take(1).collect();
    gallery.page("people-row", "/people", &People { people: first, row: "1".into(), ..people(w) });
    let under_way = People { under_way: Some("/sweeps/1".into()), ..people(w) };
    gallery.page("people-under-way", "/people", &under_way);
    let asked = Asked { limits: super::reports::limits(w), narrowed: 2, ..people(w).asked };
    gallery.page("people-of-report", "/people", &People { asked, ..people(w) });
    let with_own = |each: PersonRow| PersonRow {
        own: own_fields::shown(w).into_iter().take(3).collect(),
        ..each
    };
    let own: Vec<String> = own_fields::shown(w).into_iter().take(3).map(|it| it.label).collect();
    let asked =
        Asked { own: own_fields::narrow(w), own_asked: true, narrowed: 1, ..people(w).asked };
    let with = People {
        asked,
        heads: heads(w, &own),
        is_wide: true,
        people: all(w).into_iter().map(with_own).collect(),
        ..people(w)
    };
    gallery.page("people-own-fields", "/people", &with);
    let few = People {
        heads: heads(w, &[]).into_iter().take(1).collect(),
        shown: shown(&[]),
        is_wide: true,
        ..people(w)
    };
    gallery.page("people-few-columns", "/people", &few);
    gallery.page("people-looked-at", "/people", &People { can_write: false, ..people(w) });
    gallery.page("people-board", "/people", &board(w));
    gallery.page("person", "/people", &person(w));
    let files = Some(super::documents::of_person_wrong(w));
    gallery.page("person-files-wrong", "/people", &PersonPage { files, ..person(w) });
    let company = PersonPage { is_company: true, ..person(w) };
    gallery.page("person-company", "/people", &company);
    gallery.page("person-edit", "/people", &person_edit(w));
    let new = PersonEdit { id: String::new(), name: String::new(), others: vec![], ..wrong(w) };
    gallery.page("person-new", "/people", &new);
    super::doubles::draw(gallery, w);
    gallery.page("people-settings", "/settings", &settings(w));
    super::sources::draw(gallery, w);
}

fn stages(w: Words) -> Vec<Choice> {
    [("New", "חדש"), ("In touch", "בקשר"), ("Customer", "לקוח")]
        .iter()
        .enumerate()
        .map(|(at, (en, he))| Choice::new(format!("s{at}"), w.of(en, he), "s1"))
        .collect()
}

fn owners() -> Vec<Choice> {
    ["Dana", "יואב"].iter().map(|name| Choice::new(*name, *name, "")).collect()
}

fn tags(w: Words) -> Vec<Choice> {
    let choice = |en, he| Choice::new(w.of(en, he), w.of(en, he), &w.of("wedding", "חתונה"));
    vec![choice("wedding", "חתונה"), choice("every week", "כל שבוע")]
}

fn row(w: Words, name: (&str, &str), company: (&str, &str), won: bool, phone: &str) -> PersonRow {
    let name = w.of(name.0, name.1);
    PersonRow {
        id: "1".into(),
        href: "/people/1".into(),
        avatar: Avatar::of(&name),
        name,
        company: w.of(company.0, company.1),
        stage: if won { w.of("Customer", "לקוח") } else { w.of("In touch", "בקשר") },
        stage_id: if won { "s2".into() } else { "s1".into() },
        tone: if won { "accent" } else { "info" },
        phone: phone.into(),
        email: if phone.is_empty() { "tamar@example.com".into() } else { String::new() },
        tags: if won { vec![w.of("every week", "כל שבוע")] } else { vec![] },
        own: vec![],
        owner: if won { "Dana".into() } else { String::new() },
        owner_id: if won { "Dana".into() } else { String::new() },
        source: w.of("website", "אתר"),
        follow_up: if won { String::new() } else { w.of("Today", "היום") },
        is_due: !won,
        is_late: false,
        value: if won { "1,800.00 ILS".into() } else { String::new() },
        added: w.of("12 Nov", "12 בנוב׳"),
    }
}

/// Who waits, on home.
pub(super) fn waiting(w: Words) -> Waiting {
    let late = PersonRow {
        follow_up: w.of("Yesterday", "אתמול"),
        is_late: true,
        ..row(w, ("Noa Levi", "נועה לוי"), ("", ""), false, "052-345-6789")
    };
    let today = row(w, ("Tamar Shalom", "תמר שלום"), ("", ""), false, "054-222-0199");
    Waiting { rows: vec![late, today], more: 2 }
}

pub(super) fn fresh(w: Words) -> Fresh {
    let new = row(w, ("Noa Levi", "נועה לוי"), ("", ""), false, "052-345-6789");
    let unreachable = row(w, ("Yael Mor", "יעל מור"), ("", ""), false, "");
    let href = "/people?waiting=on&added=2026-06-01..2026-11-30".into();
    Fresh { rows: vec![new, unreachable], count: 1_204, more: 1_202, href }
}

pub(super) fn all(w: Words) -> Vec<PersonRow> {
    let all = vec![
        row(w, ("Noa Levi", "נועה לוי"), ("", ""), false, "052-345-6789"),
        row(
            w,
            ("Hotel Montefiore", "מלון מונטיפיורי"),
            ("Gilad, purchasing", "גלעד, רכש"),
            true,
            "03-555-0170",
        ),
        row(w, ("Amit Peretz", "עמית פרץ"), ("", ""), true, "+1 212 555 0142"),
        row(
            w,
            ("<script>alert(1)</script>", "Jonathan O’Connor-Fitzgerald"),
            ("Acme & Sons", "Acme & Sons"),
            false,
            "",
        ),
        row(w, ("Tamar Shalom", "תמר שלום"), ("Café Noir", "קפה נואר"), false, "054-222-0199"),
    ];
    let numbered = |(at, row): (usize, PersonRow)| PersonRow { id: format!("{}", at + 1), ..row };
    all.into_iter().enumerate().map(numbered).collect()
}

fn board(w: Words) -> Board {
    let column = |id: &str, en, he, outcome: &str, people: Vec<PersonRow>| Column {
        id: id.into(),
        name: w.of(en, he),
        outcome: outcome.into(),
        goes: id == "s3",
        count: i64::try_from(people.len()).unwrap_or(0),
        values: if people.is_empty() { vec![] } else { vec!["5,400.00 ILS".into()] },
        more: (outcome == "won").then(|| "/people?stage=s2".to_owned()),
        people,
    };
    let (won, open) = all(w).into_iter().partition(|row| row.tone == "accent");
    Board {
        pipelines: vec![
            BoardTab {
                label: w.of("Customers", "לקוחות"),
                href: "/people/board".into(),
                current: true,
            },
            BoardTab {
                label: w.of("Shops", "חנויות"),
                href: "/people/board".into(),
                current: false,
            },
        ],
        columns: vec![
            column("s0", "New", "חדש", "open", open),
            column("s1", "In touch", "בקשר", "open", vec![]),
            column("s2", "Customer", "לקוח", "won", won),
            column("s3", "Asked once", "פנו פעם אחת", "lost", vec![]),
        ],
        query: String::new(),
        asked: people(w).asked,
        kept: vec![],
        views: people(w).views,
        list: "/people".into(),
        pipeline: "1".into(),
        can_write: true,
        can_manage: true,
        stages: stages(w),
        address: "/people/board".into(),
    }
}

fn timeline(w: Words) -> Vec<EntryRow> {
    let entry = |icon, text: String, note: Vec<String>, href: &str| EntryRow {
        id: icon_id(icon),
        icon,
        text,
        typed: note.join("\n"),
        is_own_note: !note.is_empty(),
        note,
        actor: w.of("Dana Mizrahi", "דנה מזרחי"),
        when: w.of("Today, 09:12", "היום, 09:12"),
        href: href.into(),
    };
    let said = w.of("Wants ranunculus, no lilies.", "רוצה נוריות, בלי שושנים.");
    vec![
        entry("notes", w.of("noted", "הערה"), vec![said], ""),
        entry(
            "calendar",
            w.of("booked a consultation", "נקבעה פגישת ייעוץ"),
            vec![],
            "/appointments/1",
        ),
        entry(
            "edit",
            w.of(
                "changed: worth (before: not set, now: ₪2,000.00), who looks after them (before: nobody, now: Dana Mizrahi)",
                "עדכון: שווי (קודם: לא נקבע, עכשיו: 2,000.00 ₪), אחריות (קודם: אף אחד, עכשיו: דנה מזרחי)",
            ),
            vec![],
            "",
        ),
        entry(
            "refresh",
            w.of("took back the merging with N. Levi", "ביטול האיחוד עם נ. לוי"),
            vec![],
            "",
        ),
        entry(
            "copy",
            w.of(
                "became one with N. Levi, which was taken back later",
                "איחוד עם נ. לוי, שבוטל בהמשך",
            ),
            vec![],
            "",
        ),
        entry(
            "document",
            w.of("added the file Signed offer.pdf", "הוספת הקובץ הצעה חתומה.pdf"),
            vec![],
            "/documents/4",
        ),
        entry("bin", w.of("removed them", "הסרה מהרשימה"), vec![], ""),
        entry("add", w.of("added them", "הוספה לרשימה"), vec![], ""),
    ]
}

fn timeline_tabs() -> Vec<Tab> {
    let keys = [
        "timeline-all",
        "timeline-notes",
        "timeline-appointments",
        "timeline-tasks",
        "timeline-documents",
        "timeline-changes",
    ];
    let tab = |key| Tab {
        key,
        href: "/people/1?what=notes#timeline".into(),
        count: None,
        current: key == "timeline-all",
    };
    keys.map(tab).to_vec()
}

fn icon_id(icon: &str) -> String {
    format!("entry-{icon}")
}

/// What is known of where somebody came from.
fn firsts(w: Words) -> Vec<FirstRow> {
    vec![
        FirstRow { name: "campaign", value: w.of("Spring weddings", "חתונות אביב") },
        FirstRow {
            name: "landing",
            value: "https://flowers.example/weddings?utm_source=search&utm_campaign=spring".into(),
        },
    ]
}

pub(super) fn person(w: Words) -> PersonPage {
    let past = rows(w).into_iter().map(|each| AppointmentRow {
        past: true,
        cancelled: each.online,
        ..each
    });
    let shown =
        row(w, ("Noa Levi", "נועה לוי"), ("Studio Levi", "סטודיו לוי"), false, "052-345-6789");
    let contact = |kind: &str, value: &str, label: String, href: &str| ContactRow {
        kind: kind.into(),
        value: value.into(),
        href: href.into(),
        label,
    };
    PersonPage {
        panels: views::slots(w),
        tasks: super::tasks::panel(w),
        files: Some(super::documents::of_person(w)),
        id: "1".into(),
        person: PersonRow {
            tags: vec![w.of("wedding", "חתונה")],
            value: "4,000.00 ILS".into(),
            owner: "Dana".into(),
            ..shown
        },
        phone_href: "+972523456789".into(),
        contacts: vec![
            contact("phone", "03-555-0101", w.of("work", "עבודה"), "tel:+97235550101"),
            contact("address", &w.of("3 Yefet St, Jaffa", "יפת 3, יפו"), String::new(), ""),
        ],
        own: own_fields::shown(w),
        company_href: "/people?q=Studio+Levi".into(),
        is_company: false,
        source: w.of("Recommended by Tamar", "המלצה של תמר"),
        first_source: "website".into(),
        firsts: firsts(w),
        customer_since: w.of("3 March 2025", "3 במרץ 2025"),
        consent: w.of("Agreed on 12 November", "נתן הסכמה ב־12 בנובמבר"),
        notes: vec![
            w.of(
                "Wedding on 14 March in Jaffa. Loves ranunculus, no lilies.",
                "חתונה ב־14 במרץ ביפו. אוהבת נוריות, בלי שושנים.",
            ),
            w.of("Budget about 4,000.", "תקציב בערך 4,000 ₪."),
        ],
        stages: stages(w),
        follow_up_on: "2026-12-01".into(),
        soon: vec![
            Choice::new("2026-11-24", w.of("Tomorrow", "מחר"), ""),
            Choice::new("2026-11-30", w.of("In a week", "בעוד שבוע"), ""),
        ],
        rev: 1,
        timeline: timeline(w),
        timeline_tabs: timeline_tabs(),
        timeline_narrowed: false,
        older: Some("/people/1?before=x".into()),
        note: NoteForm::default(),
        alike: vec![row(w, ("N. Levi", "נ. לוי"), ("", ""), false, "0523456789")],
        upcoming: rows(w)[..1].to_vec(),
        past: past.collect(),
        sees_appointments: true,
        can_book: true,
        can_write: true,
    }
}

fn person_edit(w: Words) -> PersonEdit {
    let contact = |kind: &str, value: &str| ContactField {
        kind: kind.into(),
        value: value.into(),
        label: String::new(),
    };
    let consents = [("", "Not asked yet", "עוד לא שאלנו"), ("given", "They agreed", "הביע הסכמה")];
    PersonEdit {
        id: "1".into(),
        action: "/people/1".into(),
        back: "/people/1".into(),
        name: w.of("Noa Levi", "נועה לוי"),
        form: PersonForm {
            name: w.of("Noa Levi", "נועה לוי"),
            kind: "person".into(),
            stage: "s1".into(),
            phone: "052-345-6789".into(),
            email: "noa.levi@example.com".into(),
            contacts: vec![contact("phone", "03-555-0101"), contact("email", "noa@")],
            source: w.of("Google", "גוגל"),
            first_source: Some(w.of("Gogle", "גוגול")),
            value: "4000".into(),
            follow_up_on: "2026-12-01".into(),
            consent: "given".into(),
            consent_on: "2026-11-12".into(),
            consent_was: "given 2026-11-12".into(),
            notes: w.of("Loves ranunculus.", "אוהבת נוריות."),
            ..PersonForm::default()
        },
        stages: stages(w),
        owners: owners(),
        tags: tags(w),
        own: own_fields::asked(w),
        sources: vec!["website".into()],
        consents: consents
            .map(|(value, en, he)| Choice::new(value, w.of(en, he), "given"))
            .to_vec(),
        currency: "ILS".into(),
        others: vec![Choice::new("2", w.of("Tamar Shalom", "תמר שלום"), "")],
        errors: Errors::new(),
    }
}

fn wrong(w: Words) -> PersonEdit {
    let mut page = person_edit(w);
    page.form.email = "noa@".into();
    for (field, key) in [
        ("email", "error-email-invalid"),
        ("name", "error-required"),
        ("contact-1", "error-email-invalid"),
        ("attribution-source", "error-too-long"),
        ("value", "error-amount-invalid"),
        ("consent_on", "error-day-future"),
        ("own-3", "error-number-invalid"),
    ] {
        page.errors.insert(field.into(), key.into());
    }
    page
}

fn settings(w: Words) -> Pipelines {
    let stage = |id: &str, en, he, outcome: &str| StageField {
        id: id.into(),
        name: w.of(en, he),
        outcomes: [("open", "Still open", "עדיין פתוח"), ("won", "A customer", "לקוח")]
            .map(|(one, en, he)| Choice::new(one, w.of(en, he), outcome))
            .into(),
    };
    let stages = vec![
        stage("s0", "New", "חדש", "open"),
        stage("s1", "In touch", "בקשר", "open"),
        stage("s2", "Customer", "לקוח", "won"),
        stage("", "", "", "open"),
    ];
    let pipeline = PipelineForm {
        id: "1".into(),
        name: w.of("Customers", "לקוחות"),
        stages: stages.clone(),
        going: vec![w.of("Asked once", "פנו פעם אחת"), "<b>VIP</b>".into()],
        goes: false,
        errors: Errors::new(),
        can_remove: true,
    };
    let goes = PipelineForm {
        id: "2".into(),
        name: w.of("Shops", "חנויות"),
        goes: true,
        ..PipelineForm::default()
    };
    let errors = Errors::from([("stages".to_owned(), "error-stage-none-won".to_owned())]);
    Pipelines {
        pipelines: vec![pipeline, goes],
        new: PipelineForm { stages, errors, ..PipelineForm::default() },
        own: own_fields::settings(w),
        tags: vec![
            TagRow { id: "1".into(), name: w.of("wedding", "חתונה"), error: String::new() },
            TagRow {
                id: "2".into(),
                name: w.of("every week", "כל שבוע"),
                error: "error-tag-exists".into(),
            },
        ],
    }
}
