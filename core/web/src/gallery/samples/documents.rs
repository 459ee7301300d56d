//! Samples of documents: the list, and one of them.

use super::{Gallery, Words};
use crate::pages::documents::adding::LIMITS;
use crate::views::documents::{
    AddingFiles, DocumentPage, DocumentRow, Documents, DocumentsAsked, PersonFiles, SentFiles,
    WrongFile,
};
use crate::views::people::SavedRow;
use crate::views::{Choice, Errors};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("documents", "/documents", &documents(w));
    let empty = Documents { rows: vec![], count: 0, any: false, next: None, ..documents(w) };
    gallery.page_saying("documents-empty", "/documents", &empty, "said-document-deleted");
    let asked = DocumentsAsked { query: "zzz".into(), narrowed: true, ..documents(w).asked };
    let none = Documents { asked, rows: vec![], count: 0, next: None, ..documents(w) };
    gallery.page("documents-none-found", "/documents", &none);
    let errors = Errors::from([("name".to_owned(), "error-required".to_owned())]);
    gallery.page("documents-wrong", "/documents", &Documents { errors, ..documents(w) });
    let to = Some(Choice::new("1", w.of("Noa Levi", "נועה לוי"), "1"));
    let to_noa = Documents { adding: Some(AddingFiles { to, ..adding(w) }), ..documents(w) };
    gallery.page("documents-adding", "/documents", &to_noa);
    let looks = Documents { can_share: false, adding: None, ..documents(w) };
    gallery.page("documents-of-a-member", "/documents", &looks);
    gallery.page("document", "/documents", &document(w));
    let (plugin_href, from_href) = (None, None);
    let gone =
        DocumentPage { row: scan(w), plugin_href, from_href, stays: "plugin", ..document(w) };
    gallery.page("document-of-a-plugin-that-is-gone", "/documents", &gone);
    let (plugin_href, from_href, row) = (None, None, contract(w));
    let name = row.name.clone();
    let added = DocumentPage { row, plugin_href, from_href, stays: "member", name, ..document(w) };
    gallery.page("document-of-a-person", "/documents", &added);
    let errors = Errors::from([("name".to_owned(), "error-required".to_owned())]);
    let wrong = DocumentPage { name: String::new(), errors, ..document(w) };
    gallery.page("document-wrong", "/documents", &wrong);
    let about = Some(Choice::new("1", w.of("Noa Levi", "נועה לוי"), "1"));
    let asked = DocumentsAsked { about, narrowed: true, ..documents(w).asked };
    let theirs = Documents { asked, rows: vec![contract(w)], count: 1, next: None, ..documents(w) };
    gallery.page("documents-of-a-person", "/documents", &theirs);
}

/// The documents on a person's page.
pub(super) fn of_person(w: Words) -> PersonFiles {
    let row = |row: DocumentRow| DocumentRow {
        about: w.of("Noa Levi", "נועה לוי"),
        about_href: "/people/1".into(),
        ..row
    };
    PersonFiles {
        rows: vec![contract(w), row(scan(w))],
        more: Some("/documents?person=1".into()),
        form_id: "1".into(),
        can_add: true,
        limits: LIMITS,
        sent: SentFiles::default(),
    }
}

/// The same after files that can't be kept.
pub(super) fn of_person_wrong(w: Words) -> PersonFiles {
    let wrong =
        |name: &str, problem: &str| WrongFile { name: name.into(), problem: problem.into() };
    let sent = SentFiles {
        kept: vec![w.of("Signed offer.pdf", "הצעה חתומה.pdf"), "scan.png".into()],
        wrong: vec![
            wrong("IMG_2041.MOV", "error-document-large"),
            wrong("", "error-documents-broken"),
        ],
    };
    PersonFiles { sent, rows: vec![], more: None, ..of_person(w) }
}

fn contract(w: Words) -> DocumentRow {
    DocumentRow {
        href: "/documents/4".into(),
        name: w.of("Signed offer.pdf", "הצעה חתומה.pdf"),
        media: "PDF".into(),
        size: w.of("212 KB", "\u{200e}212 KB"),
        when: w.of("Today, 10:05", "היום, 10:05"),
        plugin: w.of("Dana Mizrahi", "דנה מזרחי"),
        about: w.of("Noa Levi", "נועה לוי"),
        about_href: "/people/1".into(),
        from: String::new(),
        can_delete: true,
    }
}

fn bill(w: Words) -> DocumentRow {
    DocumentRow {
        href: "/documents/1".into(),
        name: w.of("Invoice 2026-117.pdf", "חשבונית 2026-117.pdf"),
        media: "PDF".into(),
        size: w.of("84 KB", "\u{200e}84 KB"),
        when: w.of("Today, 09:12", "היום, 09:12"),
        plugin: w.of("Supplier invoices", "חשבוניות ספקים"),
        about: String::new(),
        about_href: String::new(),
        from: "Example Mail · maya@example.com".into(),
        can_delete: true,
    }
}

fn scan(w: Words) -> DocumentRow {
    DocumentRow {
        href: "/documents/2".into(),
        name: w.of(
            "Delivery_note_of_the_wholesale_market_ranunculus_and_anemone_2026-11-23.png",
            "תעודת_משלוח_של_שוק_הפרחים_הסיטונאי_נוריות_וכלניות_2026-11-23.png",
        ),
        media: w.of("Picture", "תמונה"),
        size: w.of("3 MB", "\u{200e}3 MB"),
        when: w.of("23 Nov 2026, 18:40", "23 בנוב׳ 2026, 18:40"),
        plugin: w.of("market-scans (no longer installed)", "market-scans (כבר לא מותקן)"),
        about: String::new(),
        about_href: String::new(),
        from: "files.example.com".into(),
        can_delete: false,
    }
}

fn document(w: Words) -> DocumentPage {
    DocumentPage {
        row: bill(w),
        plugin_href: Some("/plugins/supplier-invoices".into()),
        from_href: Some("/connections/1".into()),
        stays: "connection",
        name: bill(w).name,
        errors: Errors::new(),
    }
}

fn documents(w: Words) -> Documents {
    let stock = DocumentRow {
        href: "/documents/3".into(),
        name: w.of("Stock.csv", "מלאי.csv"),
        media: w.of("Table", "טבלה"),
        from: String::new(),
        ..bill(w)
    };
    let media = |word: &str, en: &str, he: &str| Choice::new(word, w.of(en, he), "");
    Documents {
        asked: DocumentsAsked {
            query: String::new(),
            about: None,
            plugins: vec![
                Choice::new("supplier-invoices", bill(w).plugin, ""),
                Choice::new("market-scans", scan(w).plugin, ""),
            ],
            media: vec![
                media("pdf", "PDF", "PDF"),
                media("picture", "Picture", "תמונה"),
                media("table", "Table", "טבלה"),
                media("other", "Other", "אחר"),
            ],
            orders: vec![
                Choice::new("newest", w.of("Newest first", "החדשים קודם"), "newest"),
                Choice::new("name", w.of("By name", "לפי שם"), "newest"),
            ],
            narrowing: String::new(),
            narrowed: false,
        },
        views: vec![
            view("1", w.of("Invoices", "חשבוניות"), "/documents?kind=pdf", true),
            view(
                "2",
                w.of("Market notes", "תעודות מהשוק"),
                "/documents?plugin=market-scans",
                false,
            ),
        ],
        rows: vec![contract(w), bill(w), scan(w), stock],
        count: 53,
        next: Some("/documents?before=3".into()),
        any: true,
        adding: Some(adding(w)),
        can_share: true,
        errors: Errors::new(),
    }
}

/// The form for more, before somebody is chosen.
fn adding(w: Words) -> AddingFiles {
    let people = [("1", "Noa Levi", "נועה לוי"), ("2", "Amir Peretz", "אמיר פרץ")];
    AddingFiles {
        to: None,
        people: people.map(|(id, en, he)| Choice::new(id, w.of(en, he), "")).to_vec(),
        form_id: "form".into(),
        limits: LIMITS,
        sent: SentFiles::default(),
    }
}

fn view(id: &str, name: String, href: &str, shared: bool) -> SavedRow {
    SavedRow { id: id.into(), name, href: href.into(), current: false, shared }
}
