//! Saved views as the pages of their lists have them: the bar of them, what the forms beside it hold, and what
//! those do.

use actix_web::web::Query;
use app::saved_views::{self, SavedList, SavedView};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::id;
use crate::views::Errors;
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

/// Saves a list, by its address, as a view. `page` shows it with what is wrong with the form.
pub async fn save(
    member: &Member,
    list: SavedList,
    form: &ViewForm,
    here: &str,
    page: impl AsyncFnOnce(Errors) -> Answer,
) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let kept = here.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let named = (form.name.as_str(), kept);
    match saved_views::save_view_of(app, ctx, list, named, form.shared == "on").await {
        Ok(_) => member.said(here, "said-view-saved"),
        Err(error) => page(form_errors(error)?).await,
    }
}

/// Gives a view another name, and answers at the list's address. `page` shows that with what is wrong with the form.
pub async fn rename(
    member: &Member,
    view: &str,
    form: &ViewForm,
    here: &str,
    page: impl AsyncFnOnce(Errors) -> Answer,
) -> Answer {
    match saved_views::rename_view(&member.web.app, &member.ctx, &id(view)?, &form.name).await {
        Ok(()) => member.said(here, "said-view-renamed"),
        Err(error) => page(form_errors(error)?).await,
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
