//! Samples of the settings of sources.

use super::{Gallery, Words};
use crate::views::sources::{SourceRow, Sources};

pub(super) fn draw(gallery: &mut Gallery<'_>, w: Words) {
    gallery.page("sources", "/settings", &sources(w));
    gallery.page("sources-empty", "/settings", &Sources { sources: vec![], ..sources(w) });
}

fn sources(w: Words) -> Sources {
    let source = |name: String, people, error: &str| SourceRow {
        typed: if error.is_empty() { name.clone() } else { String::new() },
        name,
        people,
        error: error.into(),
    };
    Sources {
        sources: vec![
            source("Instagram".into(), 1_204, ""),
            source("instagram".into(), 1, ""),
            source("<b>אינסטגרם</b>".into(), 2, "error-required"),
            source(w.of("A recommendation", "המלצה"), 37, ""),
        ],
        form_id: "x".into(),
    }
}
