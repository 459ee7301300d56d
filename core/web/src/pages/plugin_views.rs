//! Views of plugins: their own pages, what they put on other pages, and what is done in them.

use std::cell::Cell;
use std::collections::BTreeMap;

use actix_web::web::{Form, Path, Query};
use app::Error;
use app::plugin_views::document::{Acted, Document, Link};
use app::plugin_views::{self, Asked, Drawn, Place, Subject, Texts, ViewEntry};
use domain::Permission;
use serde_json::{Map, Value};

use crate::answer::{Answer, own_path};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::id;
use crate::pages::plugins::plugin_name;
use crate::views::plugin_views::{Block, PluginViewCard, PluginViewPage, Problem, Slot};
use crate::views::{AppItem, Errors};
use crate::widgets::{Drawer, Returned, address, cut};

/// Most characters of what a plugin says of what was done.
const WORDS_MAX: usize = 300;
/// Fields that a form may send.
const FIELDS_MAX: usize = 200;
/// The longest value that goes to a plugin, in characters.
const VALUE_CHARS_MAX: usize = 8_000;

type Pairs = Vec<(String, String)>;

/// A view that was asked for, and what was said of the way there.
struct Wish {
    asked: Asked,
    subject: Pairs,
    back: Option<String>,
}

fn wish(plugin: &str, view: &str, query: Pairs) -> Result<Wish, Failure> {
    let mut subject = Subject::Nothing;
    let (mut kept, mut params, mut back) = (Vec::new(), BTreeMap::new(), None);
    for (name, value) in query {
        match (name.as_str(), name.strip_prefix("p.")) {
            ("person", _) => {
                subject = Subject::Person(id(&value)?);
                kept = vec![(name, value)];
            }
            ("appointment", _) => {
                subject = Subject::Appointment(id(&value)?);
                kept = vec![(name, value)];
            }
            ("back", _) => back = Some(own_path(&value).to_owned()),
            (_, Some(param)) if params.len() < Link::PARAMS_MAX => {
                params.insert(cut(param, 64), cut(&value, 500));
            }
            _ => {}
        }
    }
    let asked = Asked { plugin: id(plugin)?, view: view.to_owned(), subject, params };
    Ok(Wish { asked, subject: kept, back })
}

/// A view on a page of its own.
pub async fn show(member: Member, path: Path<(String, String)>, query: Query<Pairs>) -> Answer {
    let wish = wish(&path.0, &path.1, query.into_inner())?;
    page(&member, &wish, None, After::default()).await
}

/// A view for another page to put in its place.
pub async fn card(member: Member, path: Path<(String, String)>, query: Query<Pairs>) -> Answer {
    let wish = wish(&path.0, &path.1, query.into_inner())?;
    let drawn = plugin_views::render_view(&member.web.app, &member.ctx, &wish.asked).await?;
    let blocks = blocks(&member, &wish, drawn.may_act, &drawn.texts, &drawn.document, None);
    member.page(&PluginViewCard { blocks }).await
}

/// What a page shows beside the view after something was tried.
#[derive(Default)]
struct After {
    toast: Option<String>,
    problem: Option<Problem>,
    returned: Option<Returned>,
}

impl After {
    fn problem(key: &str, returned: Returned) -> Self {
        let problem = Problem { key: key.to_owned(), text: String::new() };
        Self { problem: Some(problem), returned: Some(returned), toast: None }
    }
}

/// The page of a view: as the plugin draws it now, or as it answered.
async fn page(member: &Member, wish: &Wish, answered: Option<Document>, after: After) -> Answer {
    let drawn = match answered {
        None => plugin_views::render_view(&member.web.app, &member.ctx, &wish.asked).await?,
        Some(document) => {
            let about =
                plugin_views::describe_view(&member.web.app, &member.ctx, &wish.asked).await?;
            Drawn { document: Ok(document), ..about }
        }
    };
    let title = match &drawn.document {
        Ok(Document { title: Some(title), .. }) => cut(&drawn.texts.text(title), 120),
        _ => drawn.title.clone(),
    };
    let Drawn { may_act, texts, document, .. } = &drawn;
    let page = PluginViewPage {
        title,
        plugin: drawn.plugin_name.clone(),
        back: wish.back.clone(),
        toast: after.toast,
        blocks: blocks(member, wish, *may_act, texts, document, after.returned),
        problem: after.problem,
    };
    let wrong = page.problem.iter().map(|wrong| ("form".to_owned(), wrong.key.clone()));
    member.form_page(&page, &wrong.collect::<Errors>()).await
}

fn blocks(
    member: &Member,
    wish: &Wish,
    may_act: bool,
    texts: &Texts,
    document: &Result<Document, Error>,
    returned: Option<Returned>,
) -> Vec<Block> {
    let code = member.origin.request_id.clone();
    let document = match document {
        Ok(document) => document,
        Err(error) => {
            let (plugin, view) = (&wish.asked.plugin, &wish.asked.view);
            tracing::warn!(request = code, %plugin, view, %error, "a plugin's view is not shown");
            return vec![Block::Broken { code, key: key_of(error).to_owned() }];
        }
    };
    let locale = member.ctx.locale;
    let drawer = Drawer {
        words: &|words| texts.text(words),
        text: &|key, value| member.web.theme.texts.text(locale, key, &[("value", value.into())]),
        dates: member.dates(),
        locale,
        base: format!("/apps/{}", wish.asked.plugin),
        view: wish.asked.view.clone(),
        subject: wish.subject.clone(),
        params: wish.asked.params.clone(),
        token: member.web.random(16),
        back: wish.back.clone(),
        may_act,
        code,
        returned,
        ids: Cell::new(0),
    };
    drawer.draw(document)
}

fn key_of(error: &Error) -> &'static str {
    match error {
        Error::Unavailable { key, .. } | Error::Conflict { key } => key,
        Error::Limited { .. } => "error-provider-busy",
        _ => "error-plugin-failed",
    }
}

/// Does what was chosen in a view.
pub async fn act(
    member: Member,
    path: Path<(String, String, String)>,
    query: Query<Pairs>,
    form: Form<Pairs>,
) -> Answer {
    let (plugin, view, action) = path.into_inner();
    let form = form.into_inner();
    let mut wish = wish(&plugin, &view, query.into_inner())?;
    let sent = |name: &str| form.iter().find(|(each, _)| each == name).map(|(_, value)| &**value);
    wish.back = sent("back").map(own_path).map(str::to_owned).or(wish.back);
    let (fields, values) = fields(&form);
    let returned = Returned { action: action.clone(), values, errors: BTreeMap::new() };
    let (app, ctx) = (&member.web.app, &member.ctx);
    let token = sent("token").unwrap_or_default();
    let done = plugin_views::act_in_view(app, ctx, &wish.asked, &action, fields, token).await;
    let done = match done {
        Ok(done) => done,
        Err(error @ (Error::Conflict { .. } | Error::Invalid { .. })) => {
            let key = if matches!(error, Error::Invalid { .. }) {
                "error-form-incomplete"
            } else {
                key_of(&error)
            };
            return page(&member, &wish, None, After::problem(key, returned)).await;
        }
        Err(error) => return Err(error.into()),
    };
    match done.acted {
        Ok(acted) => answered(&member, &wish, acted, &done.texts, returned).await,
        Err(error) => {
            let request = &member.origin.request_id;
            tracing::warn!(request, %plugin, view, action, %error, "a plugin's action failed");
            page(&member, &wish, None, After::problem(key_of(&error), returned)).await
        }
    }
}

async fn answered(
    member: &Member,
    wish: &Wish,
    acted: Acted,
    texts: &Texts,
    mut returned: Returned,
) -> Answer {
    if !acted.errors.is_empty() {
        let told = |(name, words)| (name, cut(&texts.text(&words), 200));
        returned.errors = acted.errors.into_iter().map(told).collect();
        let text = returned.errors.get("form").cloned().unwrap_or_default();
        let key = if text.is_empty() { "view-check-fields".to_owned() } else { String::new() };
        let after =
            After { problem: Some(Problem { key, text }), returned: Some(returned), toast: None };
        return page(member, wish, None, after).await;
    }
    let words = acted.toast.as_ref().map(|words| cut(&texts.text(words), WORDS_MAX));
    if let Some(to) = leads_to(wish, acted.go, acted.view.is_some()) {
        // There it isn't plain who says so.
        let name = plugin_name(member, &wish.asked.plugin);
        return match words {
            Some(words) => member.told(&to, &format!("{name}: {words}")),
            None => member.said(&to, "said-plugin-acted"),
        };
    }
    let toast = words.unwrap_or_else(|| member.text("said-plugin-acted"));
    let after = After { toast: Some(toast), ..After::default() };
    page(member, wish, acted.view, after).await
}

/// The page to go to; none where the view itself is shown again.
fn leads_to(wish: &Wish, go: Option<Link>, has_view: bool) -> Option<String> {
    let base = format!("/apps/{}", wish.asked.plugin);
    match go {
        Some(Link::View { view, params }) => {
            Some(address(&base, &view, "", &wish.subject, &params))
        }
        Some(Link::Person(person)) => Some(format!("/people/{person}")),
        Some(Link::Appointment(id)) => Some(format!("/appointments/{id}")),
        // Nobody is sent away from here by a form they filled in here.
        Some(Link::Url(_)) | None => wish.back.clone().filter(|_| !has_view),
    }
}

/// What was typed: as the plugin gets it, and as the form shows it again.
fn fields(form: &[(String, String)]) -> (Value, BTreeMap<String, Vec<String>>) {
    let (mut fields, mut values) = (Map::new(), BTreeMap::<String, Vec<String>>::new());
    let own = form.iter().filter_map(|(name, value)| Some((name.strip_prefix("f.")?, value)));
    for (name, value) in own.take(FIELDS_MAX) {
        // A browser sends the end of a line as two characters.
        let value = cut(&value.replace("\r\n", "\n"), VALUE_CHARS_MAX);
        match name.strip_suffix("[]") {
            Some(name) => {
                let list =
                    fields.entry(name.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(Value::String(value.clone()));
                }
                values.entry(name.to_owned()).or_default().push(value);
            }
            None => {
                fields.insert(name.to_owned(), Value::String(value.clone()));
                values.insert(name.to_owned(), vec![value]);
            }
        }
    }
    let mut fields = Value::Object(fields);
    app::plugin_views::clean_texts(&mut fields);
    (fields, values)
}

/// The places of views on a page, which fill themselves: a plugin that is slow keeps nobody waiting.
pub async fn slots(
    member: &Member,
    place: Place,
    subject: Option<(&str, String)>,
) -> Result<Vec<Slot>, Failure> {
    let own = member.path.split('?').next().unwrap_or_default().to_owned();
    let mut pairs: Pairs = subject.map(|(name, id)| (name.to_owned(), id)).into_iter().collect();
    pairs.push(("back".to_owned(), own));
    let views = member.frame().await?.views.iter().filter(|entry| entry.place == place);
    let slot = |entry: &ViewEntry| {
        let base = format!("/apps/{}", entry.plugin);
        Slot {
            title: entry.title.clone(),
            plugin: entry.plugin_name.clone(),
            source: address(&base, &entry.view, "/card", &pairs, &BTreeMap::new()),
            href: address(&base, &entry.view, "", &pairs, &BTreeMap::new()),
            icon: icon(member, entry),
        }
    };
    Ok(views.map(slot).collect())
}

/// The entries of plugins in the navigation.
pub fn apps(member: &Member, views: &[ViewEntry], path: &str) -> Vec<AppItem> {
    let entry = |entry: &ViewEntry| {
        let href = format!("/apps/{}/{}", entry.plugin, entry.view);
        AppItem {
            label: entry.title.clone(),
            icon: icon(member, entry),
            current: path == href || path.starts_with(&format!("{href}/")),
            href,
        }
    };
    views.iter().filter(|view| view.place == Place::Navigation).map(entry).collect()
}

fn icon(member: &Member, entry: &ViewEntry) -> Option<String> {
    let sees = entry.has_icon && member.ctx.role.may(Permission::ReadPlugins);
    sees.then(|| format!("/plugins/{}/icon", entry.plugin))
}
