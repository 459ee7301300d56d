//! The list of people: searched, filtered, ordered, saved as views, and changed several at once.

use actix_web::web::{Form, Path, Query};
use app::own_fields::OwnField;
use app::people::{
    self, OwnAsk, OwnFilter, Owned, Person, PersonCursor, PersonFilter, PersonOrder, Sorting,
    Standing,
    bulk::{self, BulkInput},
};
use app::saved_views::{self, SavedList};
use app::sweeps::{List, SweepInput, Whom, find_under_way};
use domain::{Permission, PersonId};
use jiff::ToSpan;
use serde::Deserialize;

use super::own;
use crate::answer::{Answer, form_errors, go};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::saved_views::{ViewForm, saved_at, saved_rows};
use crate::pages::sweeps::{self, Step};
use crate::pages::{id, reports};
use crate::views::people::{Asked, Bulk, Limit, People, PersonRow};
use crate::views::{Choice, Errors, Tab};

pub use super::names::Names;

/// How many a page of the list has.
const PAGE: i64 = 50;

/// What the list is asked for. What can't be read is as if it weren't said.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ListQuery {
    standing: String,
    kind: String,
    consent: String,
    stage: String,
    owner: String,
    tag: String,
    source: String,
    // Where they came from first: what reports lead to.
    first: String,
    follow_up: String,
    pub(super) pipeline: String,
    other_sources: String,
    added: String,
    won: String,
    currency: String,
    waiting: String,
    step: String,
    order: String,
    pub(super) q: String,
    after: String,
    // What is asked of own fields: which there are, each business says.
    #[serde(flatten)]
    own: own::Asked,
}

impl ListQuery {
    /// The address of the same list from another place, or narrowed otherwise.
    fn address(&self) -> String {
        self.at("/people")
    }

    /// The same people on another page.
    pub(super) fn at(&self, path: &str) -> String {
        address(path, &self.pairs())
    }

    /// What a board takes over: its stages stand beside each other, each in its own order.
    pub(super) fn on_board(self) -> Self {
        let none = String::new;
        Self { stage: none(), standing: none(), order: none(), after: none(), ..self }
    }

    /// The same in a pipeline.
    pub(super) fn in_pipeline(&self, pipeline: &str) -> Self {
        Self { pipeline: pipeline.to_owned(), ..self.clone() }
    }

    /// Only those in a stage, whose pipeline is plain.
    pub(super) fn in_stage(&self, stage: &str) -> Self {
        Self { stage: stage.to_owned(), ..self.in_pipeline("") }
    }

    /// What is asked of own fields, as the address has it.
    pub(super) fn own_pairs(&self) -> Vec<(String, String)> {
        let own = self.own.iter().filter(|(name, _)| name.starts_with("own-"));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn pairs(&self) -> Vec<(&str, &str)> {
        let own = self.own.iter().filter(|(name, _)| name.starts_with("own-"));
        let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
        let fixed: [(&str, &str); 19] = [
            ("standing", &self.standing),
            ("kind", &self.kind),
            ("consent", &self.consent),
            ("stage", &self.stage),
            ("owner", &self.owner),
            ("tag", &self.tag),
            ("source", &self.source),
            ("first", &self.first),
            ("follow_up", &self.follow_up),
            ("pipeline", &self.pipeline),
            ("other_sources", &self.other_sources),
            ("added", &self.added),
            ("won", &self.won),
            ("currency", &self.currency),
            ("waiting", &self.waiting),
            ("step", &self.step),
            ("order", &self.order),
            ("q", &self.q),
            ("after", &self.after),
        ];
        fixed.into_iter().chain(own).collect()
    }

    fn narrowed(&self) -> usize {
        let filters = [
            &self.kind,
            &self.consent,
            &self.stage,
            &self.owner,
            &self.tag,
            &self.source,
            &self.first,
            &self.follow_up,
            &self.pipeline,
            &self.other_sources,
            &self.added,
            &self.won,
            &self.currency,
            &self.waiting,
            &self.step,
        ];
        filters.iter().filter(|text| !text.is_empty()).count() + own::narrowed(&self.own)
    }

    fn order(&self) -> PersonOrder {
        match self.order.parse().unwrap_or(PersonOrder::Newest) {
            // Who has no day has no place among days.
            PersonOrder::FollowUp if self.follow_up == "none" => PersonOrder::Newest,
            order => order,
        }
    }

    pub(crate) fn sorting(&self, fields: &[OwnField]) -> Sorting {
        own::sorting(&self.order, fields).unwrap_or_else(|| self.order().into())
    }

    pub(crate) fn filter(&self, member: &Member, fields: &[OwnField]) -> PersonFilter {
        let search = self.q.trim();
        let mut own = own::filters(&self.own, fields);
        if let Some((field, _)) = own::order(&self.order, fields) {
            // In that order nobody is listed who has nothing of it, so nobody else counts or is chosen.
            own.push(OwnFilter { field: field.id.clone(), ask: OwnAsk::Within(None, None) });
        }
        PersonFilter {
            search: (!search.is_empty()).then(|| search.to_owned()),
            standing: self.standing.parse::<Standing>().ok(),
            kind: self.kind.parse().ok(),
            consent: self.consent.parse().ok(),
            pipeline: self.pipeline.parse().ok(),
            stages: self.stage.parse().into_iter().collect(),
            owner: owned(member, &self.owner),
            tags: self.tag.parse().into_iter().collect(),
            own,
            source: (!self.source.is_empty()).then(|| self.source.trim().to_owned()),
            first_source: (!self.first.is_empty()).then(|| self.first.trim().to_owned()),
            other_sources: self.other_sources.lines().map(|it| it.trim().to_owned()).collect(),
            currency: (!self.currency.is_empty()).then(|| self.currency.trim().to_owned()),
            follow_up_until: self.follow_up_until(member),
            no_follow_up: self.follow_up == "none",
            added: reports::span_of(member, &self.added),
            won: reports::span_of(member, &self.won),
            waiting: self.waiting == "on",
            step: self.step.parse().ok(),
        }
    }

    fn follow_up_until(&self, member: &Member) -> Option<String> {
        let today = member.dates().today();
        let until = match self.follow_up.as_str() {
            "today" => today,
            "week" => today.saturating_add(7.days()),
            // Long before the calendars of our files end.
            "any" => jiff::civil::Date::MAX,
            // By that day nobody is listed who has none, so nobody else counts or is chosen either.
            _ if self.order() == PersonOrder::FollowUp => jiff::civil::Date::MAX,
            _ => return None,
        };
        Some(until.to_string())
    }
}

/// Who looks after the people that an address asks for.
pub fn owned(member: &Member, text: &str) -> Option<Owned> {
    match text {
        "me" => Some(Owned::By(member.ctx.member.clone())),
        "nobody" => Some(Owned::ByNobody),
        text => text.parse().ok().map(Owned::By),
    }
}

/// Who may look after people, to narrow by: oneself and nobody first.
pub fn owners(member: &Member, names: &Names, current: &str) -> Vec<Choice> {
    let mut all: Vec<Choice> = [("me", "owner-me"), ("nobody", "owner-nobody")]
        .map(|(value, key)| Choice::new(value, member.text(key), current))
        .into();
    all.extend(names.owners(current));
    all
}

/// An address with what isn't empty of these.
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The list.
pub async fn show(member: Member, query: Query<ListQuery>) -> Answer {
    page(&member, query.into_inner(), Errors::new()).await
}

async fn page(member: &Member, query: ListQuery, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let fields = own::fields(member).await?;
    let (filter, order) = (query.filter(member, &fields), query.sorting(&fields));
    let after: Option<PersonCursor> = query.after.parse().ok();
    let found = people::list_people(app, ctx, filter.clone(), order, after, PAGE).await?;
    let count = people::count_people(app, ctx, filter.clone()).await?;
    let any = count > 0 || filter != PersonFilter::default() && has_any(member).await?;
    let names = Names::load(member).await?.with_tags_of(member, &found.items).await?;
    let here = ListQuery { after: String::new(), ..query.clone() };
    let next = found.next.map(|after| ListQuery { after: after.to_string(), ..query.clone() });
    let columns = own::columns(&query.own, &query.order, &fields);
    let cells = own::cells(member, &columns, &found.items).await?;
    let row = |(person, own): (&Person, _)| PersonRow { own, ..names.row(member, person) };
    let page = People {
        columns: columns.iter().map(|field| field.name.clone()).collect(),
        tabs: tabs(&here),
        views: saved_rows(member, SavedList::People, &here.address(), |query| {
            saved_at("/people", query)
        })
        .await?,
        asked: asked(member, &names, &here, &fields).await?,
        count,
        people: found.items.iter().zip(cells).map(row).collect(),
        next: next.map(|next| next.address()),
        any,
        under_way: find_under_way(app, ctx, List::People).await?.map(|id| format!("/sweeps/{id}")),
        can_write: ctx.role.may(Permission::WritePeople),
        bulk: Bulk {
            stages: names.stages(""),
            owners: names.owners(""),
            tags: names.tag_choices(&[]),
            own: own::to_fill(member, &fields),
        },
        errors,
    };
    member.form_page(&page, &page.errors).await
}

async fn has_any(member: &Member) -> Result<bool, Failure> {
    let (app, ctx, all) = (&member.web.app, &member.ctx, PersonFilter::default());
    let one = people::list_people(app, ctx, all, PersonOrder::Newest, None, 1).await?;
    Ok(!one.items.is_empty())
}

fn tabs(here: &ListQuery) -> Vec<Tab> {
    [("people-all", ""), ("people-leads", "lead"), ("people-customers", "customer")]
        .map(|(key, word)| Tab {
            key,
            href: ListQuery { standing: word.to_owned(), ..here.clone() }.address(),
            count: None,
            current: word == here.standing,
        })
        .into()
}

pub(super) async fn asked(
    member: &Member,
    names: &Names,
    here: &ListQuery,
    fields: &[OwnField],
) -> Result<Asked, Failure> {
    let choice =
        |current: &str, value: &str, key: &str| Choice::new(value, member.text(key), current);
    let kinds = [("person", "kind-person"), ("company", "kind-company")];
    let consents = [
        ("unknown", "consent-unknown"),
        ("given", "consent-given"),
        ("withdrawn", "consent-withdrawn"),
    ];
    let sources = people::list_sources(&member.web.app, &member.ctx).await?;
    let sources = sources.into_iter().map(|it| Choice::new(it.clone(), it, &here.source));
    let follow_ups = [
        ("today", "follow-up-today"),
        ("week", "follow-up-week"),
        ("any", "follow-up-any"),
        ("none", "follow-up-none"),
    ];
    let mut sources: Vec<Choice> = sources.collect();
    if sources.iter().all(|choice| !choice.selected) && here.source.trim().is_empty() {
        let none = reports::NO_SOURCE;
        sources.push(choice(&here.source, none, "report-no-source"));
    }
    let by = own::order(&here.order, fields).map_or(here.order().as_str(), |_| here.order.as_str());
    let orders = PersonOrder::ALL
        .iter()
        .map(|one| choice(by, one.as_str(), &format!("order-{one}")))
        .chain(own::orders(member, fields, by))
        .collect();
    let path = here.address();
    Ok(Asked {
        query: here.q.clone(),
        standing: here.standing.clone(),
        stages: names.even_going(&here.stage),
        owners: owners(member, names, &here.owner),
        tags: names.tags(&here.tag),
        kinds: kinds.map(|(value, key)| choice(&here.kind, value, key)).to_vec(),
        consents: consents.map(|(value, key)| choice(&here.consent, value, key)).to_vec(),
        sources,
        limits: limits(member, names, here, "/people"),
        follow_ups: follow_ups.map(|(value, key)| choice(&here.follow_up, value, key)).to_vec(),
        own: own::narrowing(member, fields, &here.own),
        own_asked: here.own.values().any(|value| !value.is_empty()),
        orders,
        narrowed: here.narrowed(),
        address: path.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
        cleared: address("/people", &[("standing", &here.standing), ("q", &here.q)]),
    })
}

/// What a report narrowed the list to, each with the page of the list without it.
pub(super) fn limits(member: &Member, names: &Names, here: &ListQuery, path: &str) -> Vec<Limit> {
    let without = |name: &str| {
        let pairs = here.pairs().into_iter().filter(|(its, _)| *its != name);
        address(path, &pairs.collect::<Vec<_>>())
    };
    let limit = |(name, text): (&'static str, String)| Limit {
        href: without(name),
        value: here.pairs().into_iter().find(|(its, _)| *its == name).map_or("", |it| it.1).into(),
        name,
        text,
    };
    reports::narrowed(member, names, &here.filter(member, &[])).into_iter().map(limit).collect()
}

/// Does one act to everybody who is ticked, or to all that match.
pub async fn change(member: Member, form: Form<Vec<(String, String)>>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let value = |name: &str| {
        let found = form.iter().find(|(field, value)| field == name && !value.is_empty());
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let query: ListQuery = actix_web::web::Query::from_query(&value("address"))
        .map(Query::into_inner)
        .unwrap_or_default();
    let (act, fields) = (value("act"), own::fields(&member).await?);
    let to = value(&format!("to-{act}"));
    let ids = if value("all") == "on" {
        let filter = query.filter(&member, &fields);
        let (whom, input) =
            (Whom::people(filter.clone()), SweepInput { act: act.clone(), to: to.clone() });
        match sweeps::step(&member, whom, bulk::BULK_MAX, input, &form).await {
            Ok(Step::Ask(asked)) => {
                return sweeps::ask(&member, asked, ("/people/change", query.address()), &form)
                    .await;
            }
            Ok(Step::Begun(sweep)) => return Ok(go(&format!("/sweeps/{sweep}"))),
            Ok(Step::AtOnce) => people::list_matching_ids(app, ctx, filter).await,
            Err(error) => Err(error),
        }
    } else {
        let ticked = form.iter().filter(|(field, _)| field == "person");
        Ok(ticked.map(|(_, value)| id(value)).collect::<Result<Vec<PersonId>, Failure>>()?)
    };
    let done = match ids {
        Ok(ids) => bulk::change_people(app, ctx, ids, BulkInput { act, to }).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(done) => match done.undo {
            Some(undo) => member.said_undo(
                &query.address(),
                "said-people-changed",
                &format!("/undo/{undo}/restore"),
            ),
            None => member.said(&query.address(), "said-nothing-changed"),
        },
        Err(error) => page(&member, query, form_errors(error)?).await,
    }
}

/// Saves what the list shows as a view.
pub async fn save_view(member: Member, form: Form<ViewForm>) -> Answer {
    let (app, ctx, form) = (&member.web.app, &member.ctx, form.into_inner());
    let query: ListQuery =
        actix_web::web::Query::from_query(&form.address).map(Query::into_inner).unwrap_or_default();
    let here = query.address();
    let kept = here.split_once('?').map(|(_, query)| query).unwrap_or_default();
    match saved_views::save_view(app, ctx, &form.name, kept, form.shared == "on").await {
        Ok(_) => member.said(&here, "said-view-saved"),
        Err(error) => page(&member, query, form_errors(error)?).await,
    }
}

/// Gives a view another name.
pub async fn rename_view(member: Member, path: Path<String>, form: Form<ViewForm>) -> Answer {
    let (app, ctx, form) = (&member.web.app, &member.ctx, form.into_inner());
    let query = Query::<ListQuery>::from_query(&form.address);
    let query = query.map(Query::into_inner).unwrap_or_default();
    match saved_views::rename_view(app, ctx, &id(&path)?, &form.name).await {
        Ok(()) => member.said(&query.address(), "said-view-renamed"),
        Err(error) => page(&member, query, form_errors(error)?).await,
    }
}

/// Removes a view.
pub async fn remove_view(member: Member, path: Path<String>) -> Answer {
    saved_views::delete_view(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said("/people", "said-view-removed")
}
