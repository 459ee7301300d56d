//! Another name for a document, such as a scan's, which calls them all the same.

use domain::{DocumentId, Permission};
use store::documents::Document;

use super::{UNKNOWN_TYPE, get_kept, may_delete, names, record, tell};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};

/// Gives a document another name, for whoever may delete it. One that is called so already stays as it is.
///
/// # Errors
/// [`Error::Invalid`] of the field `name` where nothing of it can be seen.
pub async fn rename_document(app: &App, ctx: &Context, id: &DocumentId, name: &str) -> Result<()> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    let (app2, ctx, id, sent) = (app.clone(), ctx.clone(), id.clone(), name.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            get_kept(c, &ctx.tenant, &id)?;
            // Whom it is about may be another than a moment ago.
            let row = store::documents::hold(c, &ctx.tenant, &id)?;
            if !may_delete(&ctx, &row) {
                return Err(Error::Forbidden);
            }
            let name = named(&sent, &row);
            if name.is_empty() {
                return Err(Error::invalid("name", "error-required"));
            }
            if name == row.name {
                return Ok(());
            }
            store::documents::rename(c, &ctx.tenant, &id, &name)?;
            let (row, who) = (Document { name, ..row }, Who::from(&ctx));
            tell(&app2, c, &who, &row, "renamed")?;
            record(&app2, c, &who, &row, "document.renamed")
        })
        .await
}

/// The name as it is kept. Of a file whose bytes don't say what it is, only its name's end does: that stays where
/// nothing else is said.
fn named(sent: &str, row: &Document) -> String {
    let name = names::plain(sent);
    if name.is_empty() || row.media_type != UNKNOWN_TYPE || end_of(&name).is_some() {
        return name;
    }
    match end_of(&row.name) {
        Some(end) => names::plain(&format!("{name}.{end}")),
        None => name,
    }
}

/// What a name says of its file by its end. A dot within words is none: `Dr. Levi`, `No. 5`.
fn end_of(name: &str) -> Option<&str> {
    let (_, end) = name.rsplit_once('.')?;
    let is_one = end.chars().all(|c| c.is_ascii_alphanumeric())
        && end.chars().any(|c| c.is_ascii_alphabetic())
        && end.len() <= names::END_CHARS_MAX;
    is_one.then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_within_words_is_no_end_of_a_file() {
        for (name, end) in [
            ("plan.dwg", Some("dwg")),
            ("song.mp3", Some("mp3")),
            ("archive.7z", Some("7z")),
            ("Contract Dr. Levi", None),
            ("Invoice No. 5", None),
            ("Offer 1.2", None),
            ("חוזה. לוי", None),
            ("plan", None),
            ("plan.", None),
        ] {
            assert_eq!(end_of(name), end, "{name}");
        }
    }
}
