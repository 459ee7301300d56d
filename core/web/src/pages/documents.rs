//! Documents: what plugins keep for the business and its members added. They are looked for, downloaded, and
//! deleted for good; `adding` has those of a person on their page.

pub mod adding;

use std::collections::HashMap;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Bytes, Form, Path, Query};
use actix_web::{HttpResponse, HttpResponseBuilder};
use app::connections;
use app::documents::{
    self, Document, DocumentFilter, DocumentOrder, Media, Named, OWN, Pieces, Retention,
};
use app::plugins::find_loaded;
use app::saved_views::{self, SavedList};
use domain::{ConnectionId, DocumentId, Permission, PluginId};
use futures_util::stream;
use serde::Deserialize;

use crate::answer::{Answer, form_errors, own_path};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::connections::provider_name;
use crate::pages::exports::{saved_as, size};
use crate::pages::id;
use crate::pages::people::list::address;
use crate::pages::saved_views as views;
use crate::pages::saved_views::{ViewForm, saved_at, saved_rows};
use crate::views::documents::{DocumentPage, DocumentRow, Documents, DocumentsAsked};
use crate::views::{Choice, Errors};

/// How many a page of the list has.
const PAGE: i64 = 50;

/// What the list is asked for. What can't be read is as if it weren't said.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ListQuery {
    plugin: String,
    kind: String,
    person: String,
    q: String,
    order: String,
    before: String,
    // Whom files are to be added to: no part of what is listed.
    to: String,
}

impl ListQuery {
    /// The address of the same list.
    fn address(&self) -> String {
        let pairs = [
            ("plugin", self.plugin.as_str()),
            ("kind", self.kind.as_str()),
            ("person", self.person.as_str()),
            ("q", self.q.as_str()),
            ("order", self.order().map_or("", DocumentOrder::as_str)),
            ("before", self.before.as_str()),
        ];
        address("/documents", &pairs)
    }

    /// What follows the question mark there.
    fn narrowing(&self) -> String {
        let address = self.address();
        address.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    /// In what order, where it isn't the usual one.
    fn order(&self) -> Option<DocumentOrder> {
        self.order.parse().ok().filter(|order| *order != DocumentOrder::Newest)
    }

    /// Which documents that are.
    pub fn filter(&self) -> DocumentFilter {
        let search = self.q.trim();
        DocumentFilter {
            plugin: self.plugin.parse().ok(),
            media: self.kind.parse().ok(),
            connection: None,
            person: self.person.parse().ok(),
            search: (!search.is_empty()).then(|| search.to_owned()),
            order: self.order(),
        }
    }
}

/// The list.
pub async fn list(member: Member, query: Query<ListQuery>) -> Answer {
    page(&member, query.into_inner(), Errors::new()).await
}

async fn page(member: &Member, query: ListQuery, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let filter = query.filter();
    let before = query.before.parse().ok();
    let found = documents::list_documents(app, ctx, filter.clone(), before, PAGE).await?;
    let count = self::count(member, filter).await?;
    // All are counted only where the reader is to be told that there are none.
    let any = count > 0 || self::count(member, DocumentFilter::default()).await? > 0;
    let here = ListQuery { before: String::new(), ..query };
    let adding = adding::form(member, &here.to).await?;
    let next = found.next.map(|before| ListQuery { before: before.to_string(), ..here.clone() });
    let page = Documents {
        asked: asked(member, &here).await?,
        views: saved_rows(member, SavedList::Documents, &here.address(), |query| {
            saved_at("/documents", query)
        })
        .await?,
        rows: rows(member, found.items).await?,
        count,
        next: next.map(|next| next.address()),
        any,
        adding,
        can_share: ctx.may(Permission::WriteDocuments),
        errors,
    };
    member.form_page(&page, &page.errors).await
}

async fn count(member: &Member, filter: DocumentFilter) -> Result<i64, Failure> {
    let counts = documents::count_documents(&member.web.app, &member.ctx, vec![filter]).await?;
    Ok(counts.first().copied().unwrap_or_default())
}

/// Saves what the list shows as a view.
pub async fn save_view(member: Member, form: Form<ViewForm>) -> Answer {
    let query = ListQuery { before: String::new(), ..form.query() };
    let here = query.address();
    let again = async |errors| page(&member, query, errors).await;
    views::save(&member, SavedList::Documents, &form, &here, again).await
}

/// Gives a view another name.
pub async fn rename_view(member: Member, path: Path<String>, form: Form<ViewForm>) -> Answer {
    let query: ListQuery = form.query();
    let here = query.address();
    let again = async |errors| page(&member, query, errors).await;
    views::rename(&member, &path, &form, &here, again).await
}

/// Removes a view.
pub async fn remove_view(member: Member, path: Path<String>) -> Answer {
    saved_views::delete_view(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said("/documents", "said-view-removed")
}

async fn asked(member: &Member, here: &ListQuery) -> Result<DocumentsAsked, Failure> {
    let keepers = documents::list_keepers(&member.web.app, &member.ctx).await?;
    let plugin = |id: &PluginId| Choice::new(id.as_str(), keeper(member, id), &here.plugin);
    let media =
        |media: &Media| Choice::new(media.as_str(), media_in_words(member, *media), &here.kind);
    let by = here.order().unwrap_or(DocumentOrder::Newest);
    let order = |one: &DocumentOrder| {
        Choice::new(one.as_str(), member.text(&format!("documents-order-{one}")), by.as_str())
    };
    let about = match here.person.parse() {
        Ok(person) => app::people::list_people_by_ids(&member.web.app, &member.ctx, vec![person])
            .await?
            .pop()
            .map(|person| Choice::new(person.id.as_str(), person.name, &here.person)),
        Err(_) => None,
    };
    Ok(DocumentsAsked {
        query: here.q.clone(),
        about,
        plugins: keepers.iter().map(plugin).collect(),
        media: Media::ALL.iter().map(media).collect(),
        narrowing: here.narrowing(),
        orders: DocumentOrder::ALL.iter().map(order).collect(),
        narrowed: DocumentFilter { order: None, ..here.filter() } != DocumentFilter::default(),
    })
}

/// A plugin's name in the reader's language. One that is no longer installed has only its id; what no plugin
/// keeps, the team added.
fn keeper(member: &Member, id: &PluginId) -> String {
    if id.as_str() == OWN {
        return member.text("document-team");
    }
    let name = documents::keeper_name(&member.web.app, id, member.ctx.locale);
    name.unwrap_or_else(|| member.text_with("document-plugin-gone", &[("plugin", id.as_str())]))
}

fn media_in_words(member: &Member, media: Media) -> String {
    member.text(&format!("document-media-{media}"))
}

/// The rows of these, each with whom it came from as far as the reader sees connections.
pub async fn rows(member: &Member, all: Vec<Document>) -> Result<Vec<DocumentRow>, Failure> {
    let mut accounts = HashMap::new();
    if member.ctx.may(Permission::ReadPlugins) && all.iter().any(|it| it.connection_id.is_some()) {
        accounts = self::accounts(member).await?;
    }
    let named = documents::name_around(&member.web.app, &member.ctx, &all).await?;
    Ok(all.iter().map(|it| row(member, it, &accounts, &named)).collect())
}

/// The business's connections by provider and account.
async fn accounts(member: &Member) -> Result<HashMap<ConnectionId, String>, Failure> {
    let all = connections::list_connections(&member.web.app, &member.ctx).await?;
    let named = all.into_iter().map(|it| {
        let provider = provider_name(member, &it.plugin_id, &it.provider).unwrap_or(it.provider);
        let account = if it.account_email.is_empty() { it.account_name } else { it.account_email };
        (it.id, format!("{provider} · {account}"))
    });
    Ok(named.collect())
}

fn row(
    member: &Member,
    it: &Document,
    accounts: &HashMap<ConnectionId, String>,
    named: &Named,
) -> DocumentRow {
    let about = named.person(it).zip(it.person_id.as_ref());
    let account = it.connection_id.as_ref().and_then(|id| accounts.get(id));
    DocumentRow {
        href: format!("/documents/{}", it.id),
        name: it.name.clone(),
        media: media_in_words(member, Media::of(&it.media_type)),
        size: size(member, it.size_bytes),
        when: member.dates().moment(it.created_at),
        plugin: match named.member(it) {
            Some(name) => name.to_owned(),
            None => keeper(member, &it.plugin_id),
        },
        about: about.map(|(name, _)| name.to_owned()).unwrap_or_default(),
        about_href: about.map(|(_, id)| format!("/people/{id}")).unwrap_or_default(),
        // Of what somebody added it is said who that was.
        from: match (it.retention, account) {
            (Retention::Member, _) => String::new(),
            (_, account) => account.unwrap_or(&it.source).clone(),
        },
        can_delete: documents::may_delete(&member.ctx, it),
    }
}

/// One of them.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    one(&member, &id(&path)?, None, Errors::new()).await
}

/// Its page, with the name that somebody typed for it and what is wrong with that.
async fn one(member: &Member, which: &DocumentId, typed: Option<&str>, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let it = documents::get_document(app, ctx, which).await?;
    let sees = ctx.may(Permission::ReadPlugins);
    let accounts = if sees { accounts(member).await? } else { HashMap::new() };
    let its = it.connection_id.as_ref().filter(|id| accounts.contains_key(*id));
    let plugin = (sees && find_loaded(app, &it.plugin_id).is_ok()).then_some(&it.plugin_id);
    let named = documents::name_around(app, ctx, std::slice::from_ref(&it)).await?;
    let page = DocumentPage {
        name: typed.unwrap_or(&it.name).to_owned(),
        row: row(member, &it, &accounts, &named),
        plugin_href: plugin.map(|id| format!("/plugins/{id}")),
        from_href: its.map(|id| format!("/connections/{id}")),
        stays: it.retention.as_str(),
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// What is said where a document gets another name.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NameForm {
    name: String,
}

/// Gives it another name.
pub async fn rename(member: Member, path: Path<String>, form: Form<NameForm>) -> Answer {
    let which: DocumentId = id(&path)?;
    match documents::rename_document(&member.web.app, &member.ctx, &which, &form.name).await {
        Ok(()) => member.said(&format!("/documents/{which}"), "said-document-renamed"),
        Err(error) => one(&member, &which, Some(&form.name), form_errors(error)?).await,
    }
}

/// Its bytes; who asks for the head alone downloads nothing.
pub async fn download(member: Member, path: Path<String>) -> Answer {
    let which: DocumentId = id(&path)?;
    if member.is_head {
        let it = documents::get_document(&member.web.app, &member.ctx, &which).await?;
        return Ok(sent_head(&it));
    }
    let (it, bytes) = documents::download_document(&member.web.app, &member.ctx, &which).await?;
    Ok(sent(&it, bytes))
}

/// A document as it is sent, piece by piece: to be saved under its name, never to be shown in its own right.
/// What goes wrong on the way breaks the answer off, so that nobody takes a part for all.
pub(crate) fn sent(it: &Document, bytes: Pieces) -> HttpResponse {
    let pieces = stream::unfold(Some(bytes), |bytes| async move {
        let mut bytes = bytes?;
        match bytes.next().await {
            Ok(Some(piece)) => Some((Ok(Bytes::from(piece)), Some(bytes))),
            Ok(None) => None,
            Err(error) => {
                tracing::error!(%error, "a download broke off");
                Some((Err(actix_web::error::ErrorInternalServerError("broken off")), None))
            }
        }
    });
    headed(it).streaming(Box::pin(pieces))
}

/// What would be sent of a document, without its bytes.
pub(crate) fn sent_head(it: &Document) -> HttpResponse {
    headed(it).streaming(stream::empty::<Result<Bytes, actix_web::Error>>())
}

fn headed(it: &Document) -> HttpResponseBuilder {
    let name = saved_as(&documents::file_name(&it.name, &it.media_type));
    let mut answer = HttpResponse::Ok();
    answer.content_type(it.media_type.as_str()).insert_header(name);
    answer.insert_header((CACHE_CONTROL, "no-store"));
    answer.no_chunking(u64::try_from(it.size_bytes).unwrap_or(0));
    answer
}

/// What is said where a document is deleted.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RemoveForm {
    back: String,
}

/// Deletes it for good.
pub async fn remove(member: Member, path: Path<String>, form: Form<RemoveForm>) -> Answer {
    let which: DocumentId = id(&path)?;
    documents::delete_document(&member.web.app, &member.ctx, &which).await?;
    let to = if form.back.is_empty() { "/documents" } else { own_path(&form.back) };
    member.said(to, "said-document-deleted")
}
