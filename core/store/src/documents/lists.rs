//! Lists of documents: what plugins keep for a business and what its members added, in an order, a page at a
//! time. The house's own files are in none of them, nor is what is about somebody who was deleted.

use std::fmt;
use std::str::FromStr;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::{ConnectionId, DocumentId, PersonId, PluginId, TenantId};

use super::Document;
use crate::backend::{Conn, MultiBackend};
use crate::error::{Error, Result};
use crate::page::{BadCursor, Page, bounded};
use crate::schema::documents;
use crate::scope;
use crate::search::{self, Found, Sought};

words! {
    /// What kind of file a document is, as people say it.
    pub enum Media {
        /// A PDF.
        Pdf = "pdf",
        /// A picture.
        Picture = "picture",
        /// A table.
        Table = "table",
        /// Anything else.
        Other = "other",
    }
}

const PDF: &str = "application/pdf";
const TABLES: [&str; 2] =
    ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"];
const PICTURES: &str = "image/";
const LIKE_PICTURES: &str = "image/%";

impl Media {
    /// The kind of a media type.
    pub fn of(media_type: &str) -> Self {
        match media_type {
            PDF => Self::Pdf,
            it if TABLES.contains(&it) => Self::Table,
            it if it.starts_with(PICTURES) => Self::Picture,
            _ => Self::Other,
        }
    }
}

words! {
    /// How a list of documents is ordered.
    pub enum DocumentOrder {
        /// By when they were kept, newest first.
        Newest = "newest",
        /// By when they were kept, oldest first.
        Oldest = "oldest",
        /// By name.
        Name = "name",
        /// By size, largest first.
        Size = "size",
    }
}

/// What an order by names goes by: their beginnings, so that a place in it is short.
const NAME: &str = "SUBSTR(LOWER(documents.name), 1, 60)";

/// Which documents to list; what isn't said doesn't matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Only those of this plugin; of [`super::OWN`], those that members added.
    pub plugin: Option<PluginId>,
    /// Only those of this kind.
    pub media: Option<Media>,
    /// Only those that came from this connection.
    pub connection: Option<ConnectionId>,
    /// Only those about this person.
    pub person: Option<PersonId>,
    /// Only those with a word for each word of this in their names.
    pub search: Option<String>,
    /// In what order; by when they were kept where nothing is said.
    pub order: Option<DocumentOrder>,
}

/// The place after a document in a list. As text it is opaque to everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentCursor {
    id: String,
    /// What the order goes by, where that isn't the id.
    key: String,
}

/// The longest key of a place, in characters: what an order by names goes by.
const KEY_CHARS_MAX: usize = 60;

impl fmt::Display for DocumentCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, self.key)
    }
}

impl FromStr for DocumentCursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        // Of an order that goes by ids the id alone is a place too.
        let (id, key) = text.split_once('.').unwrap_or((text, ""));
        let id: DocumentId = id.parse().map_err(|_| BadCursor)?;
        if key.chars().count() > KEY_CHARS_MAX {
            return Err(BadCursor);
        }
        Ok(Self { id: id.to_string(), key: key.to_owned() })
    }
}

type Query<'a> = documents::BoxedQuery<'a, MultiBackend>;

fn matching<'a>(tenant: &'a TenantId, filter: &'a DocumentFilter, sought: &'a Sought) -> Query<'a> {
    let mut query = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(seen!())
        .filter(about_living!(tenant))
        .into_boxed();
    if let Some(plugin) = &filter.plugin {
        query = query.filter(documents::plugin_id.eq(plugin.as_str()));
    }
    if let Some(connection) = &filter.connection {
        query = query.filter(documents::connection_id.eq(connection.as_str()));
    }
    if let Some(person) = &filter.person {
        query = query.filter(documents::person_id.eq(person.as_str()));
    }
    query = match filter.media {
        None => query,
        Some(Media::Pdf) => query.filter(documents::media_type.eq(PDF)),
        Some(Media::Picture) => query.filter(documents::media_type.like(LIKE_PICTURES)),
        Some(Media::Table) => query.filter(documents::media_type.eq_any(TABLES)),
        Some(Media::Other) => query
            .filter(documents::media_type.ne(PDF))
            .filter(documents::media_type.not_like(LIKE_PICTURES))
            .filter(documents::media_type.ne_all(TABLES)),
    };
    match &sought.0 {
        Found::All => {}
        Found::These(ids) => query = query.filter(documents::id.eq_any(ids)),
        Found::Terms(kind, terms) => {
            for pieces in terms {
                let having = documents::id.eq_any(search::having!(tenant, kind, pieces));
                query = query.filter(having.eq(true));
            }
        }
        // Until every name has its words: by the name as it was written.
        Found::Pattern(pattern) => {
            query = query.filter(documents::name.like(pattern).escape('\\'));
        }
    }
    query
}

fn seek(c: &mut Conn, tenant: &TenantId, filter: &DocumentFilter) -> Result<Sought> {
    scope::tenant(c, tenant)?;
    let text = filter.search.as_deref().unwrap_or_default();
    search::seek(c, tenant, search::Kind::Document, text)
}

/// A page of the tenant's documents in their order, after a place.
///
/// # Errors
/// [`Error::NotFound`] for a place of another order.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &DocumentFilter,
    after: Option<&DocumentCursor>,
    limit: i64,
) -> Result<Page<Document, DocumentCursor>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let sought = seek(c, tenant, filter)?;
    let order = filter.order.unwrap_or(DocumentOrder::Newest);
    let mut query = matching(tenant, filter, &sought);
    let after = after.cloned();
    let query = match order {
        DocumentOrder::Newest => {
            if let Some(DocumentCursor { id, .. }) = after {
                query = query.filter(documents::id.lt(id));
            }
            query.order(documents::id.desc())
        }
        DocumentOrder::Oldest => {
            if let Some(DocumentCursor { id, .. }) = after {
                query = query.filter(documents::id.gt(id));
            }
            query.order(documents::id.asc())
        }
        DocumentOrder::Name => {
            if let Some(DocumentCursor { id, key }) = after {
                if key.is_empty() {
                    return Err(Error::NotFound);
                }
                let same = sql::<Text>(NAME).eq(key.clone());
                let later = same.and(documents::id.gt(id));
                query = query.filter(sql::<Text>(NAME).gt(key).or(later));
            }
            query.order((sql::<Text>(NAME), documents::id))
        }
        DocumentOrder::Size => {
            if let Some(DocumentCursor { id, key }) = after {
                let size: i64 = key.parse().map_err(|_| Error::NotFound)?;
                let same = documents::size_bytes.eq(size);
                let later = same.and(documents::id.lt(id));
                query = query.filter(documents::size_bytes.lt(size).or(later));
            }
            query.order((documents::size_bytes.desc(), documents::id.desc()))
        }
    };
    // The name as the database folds it: each does so in its own way.
    let rows: Vec<(Document, String)> =
        query.limit(limit + 1).select((Document::as_select(), sql::<Text>(NAME))).load(c)?;
    let page = Page::cut(rows, limit, |(row, folded)| place(row, folded, order));
    let items = page.items.into_iter().map(|(row, _)| row).collect();
    Ok(Page { items, next: page.next })
}

/// Where the list goes on after a document, also once that is gone or called otherwise.
fn place(row: &Document, folded: &str, order: DocumentOrder) -> DocumentCursor {
    let key = match order {
        DocumentOrder::Newest | DocumentOrder::Oldest => String::new(),
        DocumentOrder::Name => folded.to_owned(),
        DocumentOrder::Size => row.size_bytes.to_string(),
    };
    DocumentCursor { id: row.id.to_string(), key }
}

/// How many match.
pub fn count(c: &mut Conn, tenant: &TenantId, filter: &DocumentFilter) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let sought = seek(c, tenant, filter)?;
    Ok(matching(tenant, filter, &sought).count().get_result(c)?)
}

/// The documents whose names fit a text best, at most so many, the best first.
pub fn search(c: &mut Conn, tenant: &TenantId, text: &str, limit: usize) -> Result<Vec<Document>> {
    scope::tenant(c, tenant)?;
    let Some(ids) = search::best(c, tenant, search::Kind::Document, text, limit)? else {
        let filter = DocumentFilter { search: Some(text.to_owned()), ..DocumentFilter::default() };
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        return Ok(list(c, tenant, &filter, None, most)?.items);
    };
    let mut rows: Vec<Document> = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(seen!())
        .filter(about_living!(tenant))
        .filter(documents::id.eq_any(&ids))
        .select(Document::as_select())
        .load(c)?;
    rows.sort_by_key(|row| ids.iter().position(|id| id == row.id.as_str()));
    Ok(rows)
}

/// The plugins that keep something for the tenant, also those that are no longer there, and [`super::OWN`]
/// where members added something.
pub fn list_keepers(c: &mut Conn, tenant: &TenantId) -> Result<Vec<PluginId>> {
    scope::tenant(c, tenant)?;
    let keepers: Vec<String> = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(seen!())
        .select(documents::plugin_id)
        .distinct()
        .order(documents::plugin_id)
        .load(c)?;
    keepers.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_text() {
        let id = "019acf00-0000-7000-8000-000000000001";
        for (text, key) in [(format!("{id}.a.b"), "a.b"), (format!("{id}."), "")] {
            let cursor: DocumentCursor = text.parse().unwrap();
            assert_eq!((cursor.key.as_str(), cursor.to_string()), (key, text));
        }
        assert_eq!(id.parse::<DocumentCursor>().unwrap().key, "");
        let long = format!("{id}.{}", "a".repeat(KEY_CHARS_MAX + 1));
        for bad in ["", ".", "x.y", long.as_str()] {
            assert_eq!(bad.parse::<DocumentCursor>(), Err(BadCursor), "{bad}");
        }
    }

    #[test]
    fn a_file_is_called_what_people_call_it() {
        for (media_type, media) in [
            ("application/pdf", Media::Pdf),
            ("image/png", Media::Picture),
            ("image/heif", Media::Picture),
            ("text/csv", Media::Table),
            ("text/plain", Media::Other),
            ("application/zip", Media::Other),
        ] {
            assert_eq!(Media::of(media_type), media, "{media_type}");
        }
    }
}
