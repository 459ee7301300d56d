//! Samples of a search.

use super::{Gallery, Words};
use crate::views::search::{Group, Item, Search};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("search", "/search", &search(w));
    let none = Search { query: "zzz".into(), groups: vec![] };
    gallery.page("search-none", "/search", &none);
}

fn search(w: Words) -> Search {
    Search {
        query: w.of("no", "נו"),
        groups: vec![
            Group {
                key: "people",
                items: vec![item("person", w.of("Noa Levi", "נועה לוי"), "052-345-6789".into())],
                more: Some("/people?q=no".into()),
            },
            Group {
                key: "appointments",
                items: vec![item(
                    "calendar",
                    w.of("Bridal bouquet consultation", "ייעוץ לזר כלה"),
                    w.of(
                        "Monday, 23 November · 09:30–10:30",
                        "יום שני, 23 בנובמבר · \u{2066}09:30–10:30\u{2069}",
                    ),
                )],
                more: None,
            },
            Group {
                key: "tasks",
                items: vec![item("task", w.of("Note the date", "נועה: לאשר תאריך"), String::new())],
                more: Some("/tasks?who=all&q=no".into()),
            },
            Group {
                key: "documents",
                items: vec![item(
                    "document",
                    w.of("Note of delivery.pdf", "נוהל משלוחים.pdf"),
                    w.of("PDF · Supplier invoices", "PDF · חשבוניות ספקים"),
                )],
                more: Some("/documents?q=no".into()),
            },
            Group {
                key: "notes",
                items: vec![item(
                    "notes",
                    w.of("Tamar Shalom", "תמר שלום"),
                    w.of(
                        "…asked Noa to call back about peonies",
                        "…ביקשה שנועה תחזור לגבי אדמוניות",
                    ),
                )],
                more: None,
            },
            Group {
                key: "actions",
                items: vec![
                    item("person", w.of("Add person", "הוספת איש קשר"), String::new()),
                    item("sign-out", w.of("Sign out", "התנתקות"), String::new()),
                ],
                more: None,
            },
            pages(w),
        ],
    }
}

fn pages(w: Words) -> Group {
    Group {
        key: "pages",
        items: vec![item("warning", w.of("What didn’t work", "מה לא הצליח"), String::new())],
        more: None,
    }
}

fn item(icon: &'static str, title: String, sub: String) -> Item {
    Item { href: "/".into(), icon, title, sub, posts: icon == "sign-out" }
}
