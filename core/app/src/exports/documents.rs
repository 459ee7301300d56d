//! Documents as their list has them, a page at a time; their bytes are in the archive of everything.

use std::collections::HashMap;

use domain::{ConnectionId, Permission};

use super::{FETCHED, Words};
use crate::App;
use crate::context::Context;
use crate::documents::{self, Document, DocumentCursor, DocumentFilter, Media, Named, OWN};
use crate::error::Result;

/// The keys of what stands above the columns.
pub(super) const HEADS: &[&str] = &[
    "document-name",
    "document-media",
    "document-media-type",
    "document-size-bytes",
    "document-kept",
    "document-about",
    "document-plugin",
    "document-account",
    "document-source",
];

/// How far through the documents somebody is.
pub(super) struct Walk {
    app: App,
    ctx: Context,
    filter: DocumentFilter,
    after: Option<DocumentCursor>,
    ended: bool,
    accounts: HashMap<ConnectionId, String>,
}

impl Walk {
    pub(super) async fn begin(app: &App, ctx: &Context, filter: DocumentFilter) -> Result<Self> {
        let mut accounts = HashMap::new();
        // Who doesn't see connections learns of none here either.
        if ctx.may(Permission::ReadPlugins) {
            let tenant = ctx.tenant.clone();
            let all = app.db.read(move |c| store::connections::list(c, &tenant)).await?;
            let named = all.into_iter().map(|it| {
                // As the page names it: of one person there may be several accounts.
                let no_email = it.account_email.is_empty();
                (it.id, if no_email { it.account_name } else { it.account_email })
            });
            accounts = named.collect();
        }
        let (app, ctx) = (app.clone(), ctx.clone());
        Ok(Self { app, ctx, filter, after: None, ended: false, accounts })
    }

    pub(super) async fn next(&mut self, words: &Words) -> Result<Option<Vec<Vec<String>>>> {
        if self.ended {
            return Ok(None);
        }
        let (app, ctx, filter) = (&self.app, &self.ctx, self.filter.clone());
        let page = documents::list_documents(app, ctx, filter, self.after.take(), FETCHED).await?;
        self.ended = page.next.is_none();
        self.after = page.next;
        let named = documents::name_around(app, ctx, &page.items).await?;
        Ok(Some(page.items.iter().map(|it| self.row(it, words, &named)).collect()))
    }

    /// Who keeps it: a plugin, or the member who added it.
    fn keeper(&self, it: &Document, words: &Words, named: &Named) -> String {
        if let Some(name) = named.member(it) {
            return name.to_owned();
        }
        if it.plugin_id.as_str() == OWN {
            return words("document-team");
        }
        let plugin = documents::keeper_name(&self.app, &it.plugin_id, self.ctx.locale);
        plugin.unwrap_or_else(|| it.plugin_id.to_string())
    }

    fn row(&self, it: &Document, words: &Words, named: &Named) -> Vec<String> {
        let kept = self.ctx.zone.local(it.created_at);
        let account = it.connection_id.as_ref().and_then(|id| self.accounts.get(id));
        vec![
            it.name.clone(),
            words(&format!("document-media-{}", Media::of(&it.media_type))),
            it.media_type.clone(),
            it.size_bytes.to_string(),
            kept.strftime("%Y-%m-%d %H:%M").to_string(),
            named.person(it).unwrap_or_default().to_owned(),
            self.keeper(it, words, named),
            account.cloned().unwrap_or_default(),
            it.source.clone(),
        ]
    }
}
