//! Samples of what didn't work.

use super::{Gallery, Words};
use crate::views::jobs::{JobRow, Jobs, KindRow};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("jobs", "/jobs", &jobs(w));
    let one = Jobs { rows: vec![bouquet(w)], kinds: vec![], next: None };
    gallery.page_saying("jobs-one", "/jobs", &one, "said-jobs-again");
    gallery.page("jobs-empty", "/jobs", &Jobs { rows: vec![], kinds: vec![], next: None });
}

fn bouquet(w: Words) -> JobRow {
    JobRow {
        id: "1".into(),
        what: w.of("Sending an appointment to its calendar", "שליחת פגישה ליומן המחובר"),
        subject: w.of("Bridal bouquet consultation", "ייעוץ לזר כלה"),
        href: Some("/appointments/1".into()),
        problem: w.of("The provider refused.", "הספק סירב."),
        detail: "403 insufficientPermissions".into(),
        tries: 1,
        when: w.of("Today, 14:05", "היום, 14:05"),
    }
}

fn jobs(w: Words) -> Jobs {
    let handing = w.of("Handing over what came in for the plugin", "מסירת מידע שהגיע לתוסף");
    let order = |id: &str, when: String| JobRow {
        id: id.into(),
        what: handing.clone(),
        subject: w.of("Parcel tracking", "מעקב משלוחים"),
        href: None,
        problem: w.of(
            "The plugin didn’t work as it should. The log has the details.",
            "התוסף לא פעל כמו שצריך. הפרטים נמצאים ביומן.",
        ),
        detail: String::new(),
        tries: 12,
        when,
    };
    Jobs {
        rows: vec![
            bouquet(w),
            order("2", w.of("Today, 09:30", "היום, 09:30")),
            order("3", w.of("Yesterday, 18:12", "אתמול, 18:12")),
        ],
        kinds: vec![KindRow { kind: "plugin.webhook".into(), what: handing, count: 2 }],
        next: Some("/jobs?after=1".into()),
    }
}
