//! Saved views as the pages of their lists have them: the bar of them, and what the forms beside it hold.

use actix_web::web::Query;
use app::saved_views::{self, SavedList, SavedView};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Failure;
use crate::member::Member;
use crate::views::people::SavedRow;

/// What the forms for saving a view and for giving it another name hold.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ViewForm {
    /// What it is to be called.
    pub name: String,
    /// What follows the question mark of the list's address.
    pub address: String,
    /// Whether everybody has it.
    pub shared: String,
}

impl ViewForm {
    /// What the list shows; all of it where the address can't be read.
    pub fn query<Q: DeserializeOwned + Default>(&self) -> Q {
        Query::<Q>::from_query(&self.address).map(Query::into_inner).unwrap_or_default()
    }
}

/// Where a list is that a view keeps.
pub fn saved_at(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The views of a list that the reader sees. `href` says where what one keeps leads; what leads here is shown.
pub async fn saved_rows(
    member: &Member,
    list: SavedList,
    here: &str,
    href: impl Fn(&str) -> String,
) -> Result<Vec<SavedRow>, Failure> {
    let views = saved_views::list_views_of(&member.web.app, &member.ctx, list).await?;
    let row = |view: SavedView| {
        let href = href(&view.query);
        SavedRow {
            id: view.id.to_string(),
            current: href == here,
            name: view.name,
            href,
            shared: view.member_id.is_none(),
        }
    };
    Ok(views.into_iter().map(row).collect())
}
