//! Views of plugins: which ones a member sees, drawing one, and doing what is chosen in it. The
//! plugin answers data (see [`document`]); who may ask it, and with whose person or appointment, is
//! decided here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::{AppointmentId, Locale, Permission, PersonId, PluginId};
use runtime::manifest::View;
use runtime::{CallContext, Plugin, Words};
use serde_json::{Value, json};
use store::Conn;
use store::idempotency::Answer;

use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::plugins::{call_context, call_error, is_resting, running_to_show};
use crate::{App, pictures};

pub use runtime::clean_texts;
pub use runtime::manifest::Place;
pub use runtime::plugin_view as document;
use runtime::plugin_view::{Acted, Document};

/// Under which an action's token is used up.
const ACT: &str = "plugin-view.act";
/// Opens a run of text whose direction is its own (UAX 9, first strong isolate), and ends it.
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// A view that a member can open.
#[derive(Debug, Clone)]
pub struct ViewEntry {
    /// The plugin.
    pub plugin: PluginId,
    /// The view.
    pub view: String,
    /// Its title in the reader's language.
    pub title: String,
    /// The plugin's name in the reader's language.
    pub plugin_name: String,
    /// Where it appears.
    pub place: Place,
    /// Whether the plugin has an icon.
    pub has_icon: bool,
}

/// What a view is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Nothing but itself.
    Nothing,
    /// A person.
    Person(PersonId),
    /// An appointment.
    Appointment(AppointmentId),
}

/// Which view, of what.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The plugin.
    pub plugin: PluginId,
    /// The view.
    pub view: String,
    /// What it is about.
    pub subject: Subject,
    /// What a link gave it.
    pub params: BTreeMap<String, String>,
}

/// A view as it was drawn.
pub struct Drawn {
    /// Its title in the reader's language.
    pub title: String,
    /// The plugin's name in the reader's language.
    pub plugin_name: String,
    /// Where it appears.
    pub place: Place,
    /// Whether the member may act in it.
    pub may_act: bool,
    /// What it shows, or why it can't be shown.
    pub document: Result<Document>,
    /// The texts its words are keys of.
    pub texts: Texts,
}

/// What became of an action.
pub struct Done {
    /// What the plugin answered.
    pub acted: Result<Acted>,
    /// The texts its words are keys of.
    pub texts: Texts,
}

/// A plugin's texts in one language.
#[derive(Clone)]
pub struct Texts {
    plugin: Plugin,
    locale: Locale,
}

impl Texts {
    /// The words as a text. What fills their places keeps its own direction.
    pub fn text(&self, words: &Words) -> String {
        match words {
            Words::Text(text) => text.clone(),
            Words::Key { key, args } => {
                let args: Vec<(&str, Cow<'_, str>)> =
                    args.iter().map(|(name, value)| (name.as_str(), isolated(value))).collect();
                self.plugin.texts().text(self.locale, key, &args)
            }
        }
    }
}

/// Numbers choose plurals and have no direction to keep.
fn isolated(value: &str) -> Cow<'_, str> {
    if value.is_empty() || value.parse::<i64>().is_ok() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("{}{value}{}", ISOLATE[0], ISOLATE[1]))
}

/// The views of plugins that are on, as far as the role sees them.
pub(crate) fn views_of(app: &App, c: &mut Conn, ctx: &Context) -> Result<Vec<ViewEntry>> {
    let rows = store::tenant_plugins::list(c, &ctx.tenant)?;
    let mut entries = Vec::new();
    for row in rows.iter().filter(|row| row.enabled) {
        let Some(plugin) = running_to_show(app, row) else { continue };
        let name = |key: &str| plugin.texts().text(ctx.locale, key, &[]);
        let seen = plugin.manifest().views.iter().filter(|view| sees(ctx, &plugin, view));
        entries.extend(seen.map(|view| ViewEntry {
            plugin: row.plugin_id.clone(),
            view: view.id.clone(),
            title: name(&view.title),
            plugin_name: name(&plugin.manifest().plugin.name),
            place: view.place,
            has_icon: plugin.icon().is_some(),
        }));
    }
    Ok(entries)
}

fn sees(ctx: &Context, plugin: &Plugin, view: &View) -> bool {
    let needed = match view.place {
        Place::Person => Some(Permission::ReadPeople),
        Place::Appointment => Some(Permission::ReadAppointments),
        Place::Navigation | Place::Home => None,
    };
    plugin.manifest().plugin.roles.contains(&ctx.role)
        && needed.is_none_or(|needed| ctx.may(needed))
}

fn acts(ctx: &Context, view: &View) -> bool {
    view.actors.is_empty() || view.actors.contains(&ctx.role)
}

/// Draws a view. A plugin that fails leaves a view without a document, and says why.
///
/// # Errors
/// [`Error::NotFound`] when the plugin isn't on, has no such view, or the role doesn't see it or what
/// it is about: one answer for all of them.
pub async fn render_view(app: &App, ctx: &Context, asked: &Asked) -> Result<Drawn> {
    let (plugin, call, view) = admit(app, ctx, asked).await?;
    let input = input(asked, &view, acts(ctx, &view));
    let answer = app.engine.render(&plugin, call, &view.id, &input).await;
    let mut document = answer.map(|answer| Document::read(&answer)).map_err(call_error);
    if let Ok(document) = &mut document {
        pictures::fill(app, (&ctx.tenant, &asked.plugin), document).await;
    }
    Ok(drawn(ctx, plugin, &view, document))
}

/// What is known of a view without asking the plugin: its document is empty.
///
/// # Errors
/// As [`render_view`].
pub async fn describe_view(app: &App, ctx: &Context, asked: &Asked) -> Result<Drawn> {
    let (plugin, _, view) = admit(app, ctx, asked).await?;
    Ok(drawn(ctx, plugin, &view, Ok(Document::default())))
}

fn drawn(ctx: &Context, plugin: Plugin, view: &View, document: Result<Document>) -> Drawn {
    Drawn {
        title: plugin.texts().text(ctx.locale, &view.title, &[]),
        plugin_name: plugin.texts().text(ctx.locale, &plugin.manifest().plugin.name, &[]),
        place: view.place,
        may_act: acts(ctx, view),
        document,
        texts: Texts { plugin, locale: ctx.locale },
    }
}

/// Does what was chosen in a view. `token` is the form's; it is good for one try, whatever becomes of
/// it, so that what was sent twice is done once.
///
/// # Errors
/// As [`render_view`]; [`Error::Forbidden`] when the role may only look; [`Error::Conflict`] when the
/// token was used.
pub async fn act_in_view(
    app: &App,
    ctx: &Context,
    asked: &Asked,
    action: &str,
    fields: Value,
    token: &str,
) -> Result<Done> {
    let (plugin, call, view) = admit(app, ctx, asked).await?;
    if !acts(ctx, &view) {
        return Err(Error::Forbidden);
    }
    if action.is_empty() || action.len() > 64 || token.is_empty() || token.len() > 64 {
        return Err(Error::invalid("form", "error-form-incomplete"));
    }
    take(app, ctx, asked, action, token).await?;
    let mut input = input(asked, &view, true);
    input["fields"] = fields;
    input["key"] = json!(token);
    let answer = app.engine.act(&plugin, call, &view.id, action, &input).await;
    let mut acted = answer.map(|answer| Acted::read(&answer)).map_err(call_error);
    if let Ok(Acted { view: Some(view), .. }) = &mut acted {
        pictures::fill(app, (&ctx.tenant, &asked.plugin), view).await;
    }
    Ok(Done { acted, texts: Texts { plugin, locale: ctx.locale } })
}

/// Uses the token up and notes the act, before the plugin is called: what it does then has been
/// written down, and can't be done twice.
async fn take(app: &App, ctx: &Context, asked: &Asked, action: &str, token: &str) -> Result<()> {
    let detail = match &asked.subject {
        Subject::Nothing => json!({"view": asked.view, "act": action}),
        Subject::Person(id) => json!({"view": asked.view, "act": action, "person": id}),
        Subject::Appointment(id) => json!({"view": asked.view, "act": action, "appointment": id}),
    };
    let (app2, ctx, plugin) = (app.clone(), ctx.clone(), asked.plugin.clone());
    let key = format!("{plugin}/{}/{action}/{token}", asked.view);
    app.db
        .transact(move |c| -> Result<()> {
            let used = Answer {
                tenant_id: ctx.tenant.clone(),
                scope: ACT.to_owned(),
                key,
                result_json: json!({}).into(),
                created_at: app2.clock.now(),
            };
            if !store::idempotency::insert(c, &used)? {
                return Err(Error::Conflict { key: "error-sent-already" });
            }
            let entity_id = plugin.as_str();
            let act = Act { action: "plugin.acted", entity: "plugin", entity_id, detail };
            audit::append(&app2, c, &ctx.tenant, &Who::from(&ctx), &act)
        })
        .await
}

/// The plugin, what its call may do, and the view, for a member who sees all of it.
async fn admit(app: &App, ctx: &Context, asked: &Asked) -> Result<(Plugin, CallContext, View)> {
    let (plugin, mut call) = match call_context(app, &ctx.tenant, &asked.plugin, None).await {
        Err(Error::Unavailable { key, .. }) if is_resting(key) => return Err(Error::NotFound),
        other => other?,
    };
    let view = plugin.manifest().view(&asked.view).ok_or(Error::NotFound)?.clone();
    if !sees(ctx, &plugin, &view) || !fits(view.place, &asked.subject) {
        return Err(Error::NotFound);
    }
    meet(app, ctx, &asked.subject).await?;
    call.locale = ctx.locale;
    call.request_id.clone_from(&ctx.origin.request_id);
    Ok((plugin, call, view))
}

/// A panel is about what it stands on; any other view may be asked about something too, as by a link.
fn fits(place: Place, subject: &Subject) -> bool {
    match place {
        Place::Person => matches!(subject, Subject::Person(_)),
        Place::Appointment => matches!(subject, Subject::Appointment(_)),
        Place::Navigation | Place::Home => true,
    }
}

/// What the view is about is there, and the member may see it.
async fn meet(app: &App, ctx: &Context, subject: &Subject) -> Result<()> {
    match subject {
        Subject::Nothing => Ok(()),
        Subject::Person(id) => crate::people::get_person(app, ctx, id).await.map(|_| ()),
        Subject::Appointment(id) => {
            crate::appointments::get_appointment(app, ctx, id).await.map(|_| ())
        }
    }
}

fn input(asked: &Asked, view: &View, may_act: bool) -> Value {
    let mut input = json!({"place": view.place, "params": asked.params, "may_act": may_act});
    match &asked.subject {
        Subject::Nothing => {}
        Subject::Person(id) => input["person"] = json!({"id": id}),
        Subject::Appointment(id) => input["appointment"] = json!({"id": id}),
    }
    input
}
