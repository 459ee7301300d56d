//! The list of people: searched, filtered, ordered, saved as views, and changed several at once.

use std::collections::HashMap;

use actix_web::web::{Form, Path, Query};
use app::own_fields::OwnField;
use app::people::{
    self, OwnAsk, OwnFilter, Owned, Person, PersonCursor, PersonFilter, PersonOrder, Sorting,
    Standing,
    bulk::{self, BulkInput},
};
use app::pipelines::{Outcome, PipelineStages};
use app::saved_views::{self, SavedView};
use app::tags::Tag;
use domain::{MemberId, Permission, PersonId, PipelineId, TagId};
use jiff::ToSpan;
use serde::Deserialize;

use super::own;
use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::{id, reports};
use crate::views::people::{Asked, Bulk, Limit, People, PersonRow, SavedRow};
use crate::views::{Avatar, Choice, Errors, Tab};

/// How many a page of the list has.
const PAGE: i64 = 50;

/// What the list is asked for. What can't be read is as if it weren't said.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ListQuery {
    standing: String,
    stage: String,
    owner: String,
    tag: String,
    source: String,
    // Where they came from first: what reports lead to.
    first: String,
    follow_up: String,
    added: String,
    won: String,
    waiting: String,
    order: String,
    q: String,
    after: String,
    // What is asked of own fields: which there are, each business says.
    #[serde(flatten)]
    own: own::Asked,
}

impl ListQuery {
    /// The address of the same list from another place, or narrowed otherwise.
    fn address(&self) -> String {
        address("/people", &self.pairs())
    }

    fn pairs(&self) -> Vec<(&str, &str)> {
        let own = self.own.iter().filter(|(name, _)| name.starts_with("own-"));
        let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
        let fixed: [(&str, &str); 13] = [
            ("standing", &self.standing),
            ("stage", &self.stage),
            ("owner", &self.owner),
            ("tag", &self.tag),
            ("source", &self.source),
            ("first", &self.first),
            ("follow_up", &self.follow_up),
            ("added", &self.added),
            ("won", &self.won),
            ("waiting", &self.waiting),
            ("order", &self.order),
            ("q", &self.q),
            ("after", &self.after),
        ];
        fixed.into_iter().chain(own).collect()
    }

    fn narrowed(&self) -> usize {
        let filters = [
            &self.stage,
            &self.owner,
            &self.tag,
            &self.source,
            &self.first,
            &self.follow_up,
            &self.added,
            &self.won,
            &self.waiting,
        ];
        filters.iter().filter(|text| !text.is_empty()).count() + own::narrowed(&self.own)
    }

    fn order(&self) -> PersonOrder {
        self.order.parse().unwrap_or(PersonOrder::Newest)
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
            kind: None,
            stages: self.stage.parse().into_iter().collect(),
            owner: match self.owner.as_str() {
                "me" => Some(Owned::By(member.ctx.member.clone())),
                "nobody" => Some(Owned::ByNobody),
                text => text.parse().ok().map(Owned::By),
            },
            tags: self.tag.parse().into_iter().collect(),
            own,
            source: (!self.source.is_empty()).then(|| self.source.trim().to_owned()),
            first_source: (!self.first.is_empty()).then(|| self.first.trim().to_owned()),
            follow_up_until: self.follow_up_until(member),
            added: reports::span_of(member, &self.added),
            won: reports::span_of(member, &self.won),
            waiting: self.waiting == "on",
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
        views: views(member, &here).await?,
        asked: asked(member, &names, &here, &fields).await?,
        count,
        people: found.items.iter().zip(cells).map(row).collect(),
        next: next.map(|next| next.address()),
        any,
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

async fn views(member: &Member, here: &ListQuery) -> Result<Vec<SavedRow>, Failure> {
    let views = saved_views::list_views(&member.web.app, &member.ctx).await?;
    let here = here.address();
    let row = |view: SavedView| {
        let href = format!("/people?{}", view.query);
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

async fn asked(
    member: &Member,
    names: &Names,
    here: &ListQuery,
    fields: &[OwnField],
) -> Result<Asked, Failure> {
    let choice =
        |current: &str, value: &str, key: &str| Choice::new(value, member.text(key), current);
    let mut owners =
        vec![choice(&here.owner, "me", "owner-me"), choice(&here.owner, "nobody", "owner-nobody")];
    owners.extend(names.owners(&here.owner));
    let tags = names.tags.iter().map(|tag| Choice::new(tag.id.as_str(), &tag.name, &here.tag));
    let sources = people::list_sources(&member.web.app, &member.ctx).await?;
    let sources = sources.into_iter().map(|it| Choice::new(it.clone(), it, &here.source));
    let follow_ups =
        [("today", "follow-up-today"), ("week", "follow-up-week"), ("any", "follow-up-any")];
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
        stages: names.stages(&here.stage),
        owners,
        tags: tags.collect(),
        sources,
        limits: limits(member, here),
        follow_ups: follow_ups.map(|(value, key)| choice(&here.follow_up, value, key)).to_vec(),
        own: own::narrowing(member, fields, &here.own),
        own_asked: here.own.values().any(|value| !value.is_empty()),
        orders,
        narrowed: here.narrowed(),
        address: path.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
        cleared: address("/people", &[("standing", &here.standing), ("q", &here.q)]),
    })
}

/// What a report narrowed the list to, each with the list without it.
fn limits(member: &Member, here: &ListQuery) -> Vec<Limit> {
    let without = |name: &str| {
        let pairs = here.pairs().into_iter().filter(|(its, _)| *its != name);
        address("/people", &pairs.collect::<Vec<_>>())
    };
    let limit = |(name, text): (&'static str, String)| Limit {
        href: without(name),
        value: here.pairs().into_iter().find(|(its, _)| *its == name).map_or("", |it| it.1).into(),
        name,
        text,
    };
    reports::narrowed(member, &here.filter(member, &[])).into_iter().map(limit).collect()
}

/// The names that lists need: of stages, members and tags.
pub struct Names {
    pipelines: Vec<PipelineStages>,
    members: Vec<(MemberId, String)>,
    tags: Vec<Tag>,
    of_people: HashMap<PersonId, Vec<TagId>>,
}

impl Names {
    /// Those of the reader's business.
    pub async fn load(member: &Member) -> Result<Self, Failure> {
        let names = people::get_row_names(&member.web.app, &member.ctx).await?;
        let people::RowNames { pipelines, owners, tags } = names;
        Ok(Self { pipelines, members: owners, tags, of_people: HashMap::new() })
    }

    /// And which of these people has which tags.
    pub async fn with_tags_of<'a>(
        mut self,
        member: &Member,
        people: impl IntoIterator<Item = &'a Person>,
    ) -> Result<Self, Failure> {
        let ids = people.into_iter().map(|person| person.id.clone()).collect();
        for (person, tag) in people::list_tags_of(&member.web.app, &member.ctx, ids).await? {
            self.of_people.entry(person).or_default().push(tag);
        }
        Ok(self)
    }

    /// Every stage, with its pipeline where there are several.
    pub fn stages(&self, current: &str) -> Vec<Choice> {
        let is_one = self.pipelines.len() == 1;
        let label = |each: &PipelineStages, name: &str| {
            if is_one { name.to_owned() } else { format!("{}: {name}", each.pipeline.name) }
        };
        let of = |each: &PipelineStages| -> Vec<Choice> {
            let choice = |stage: &app::pipelines::Stage| {
                Choice::new(stage.id.as_str(), label(each, &stage.name), current)
            };
            each.stages.iter().map(choice).collect()
        };
        self.pipelines.iter().flat_map(of).collect()
    }

    /// The stages of one pipeline.
    pub fn stages_of(&self, pipeline: &PipelineId, current: &str) -> Vec<Choice> {
        let its = self.pipelines.iter().filter(|each| each.pipeline.id == *pipeline);
        its.flat_map(|each| &each.stages)
            .map(|stage| Choice::new(stage.id.as_str(), &stage.name, current))
            .collect()
    }

    /// Everybody who may look after people.
    pub fn owners(&self, current: &str) -> Vec<Choice> {
        self.members.iter().map(|(id, name)| Choice::new(id.as_str(), name, current)).collect()
    }

    /// Every tag by name, those of a form ticked.
    pub fn tag_choices(&self, ticked: &[String]) -> Vec<Choice> {
        let choice = |tag: &Tag| Choice {
            value: tag.name.clone(),
            label: tag.name.clone(),
            selected: ticked.contains(&tag.name),
        };
        self.tags.iter().map(choice).collect()
    }

    /// A person as lists show them.
    pub fn row(&self, member: &Member, person: &Person) -> PersonRow {
        let dates = member.dates();
        let stages = || self.pipelines.iter().flat_map(|each| &each.stages);
        let stage = stages().find(|stage| stage.id == person.stage_id);
        let owner = self.members.iter().find(|(id, _)| Some(id) == person.owner_id.as_ref());
        let its = self.of_people.get(&person.id).map(Vec::as_slice).unwrap_or_default();
        let tags = self.tags.iter().filter(|tag| its.contains(&tag.id));
        let follow_up = person.follow_up_on.as_ref().and_then(|day| day.parse().ok());
        PersonRow {
            id: person.id.to_string(),
            href: format!("/people/{}", person.id),
            name: person.name.clone(),
            company: person.company.clone(),
            avatar: Avatar::of(&person.name),
            stage: stage.map(|stage| stage.name.clone()).unwrap_or_default(),
            tone: stage.map_or("", |stage| tone(stage.outcome)),
            phone: person.phone.clone(),
            email: person.email.clone(),
            tags: tags.map(|tag| tag.name.clone()).collect(),
            own: Vec::new(),
            owner: owner.map(|(_, name)| name.clone()).unwrap_or_default(),
            is_due: follow_up.is_some_and(|day| day <= dates.today()),
            is_late: follow_up.is_some_and(|day| day < dates.today()),
            follow_up: follow_up.map(|day| dates.day(day)).unwrap_or_default(),
            value: match person.value {
                0 => String::new(),
                value => member.money(value, &person.value_currency),
            },
            added: dates.short(dates.local(person.created_at).date()),
        }
    }
}

/// The colour of a stage's badge.
const fn tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "info",
        Outcome::Won => "accent",
        Outcome::Lost => "",
    }
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
    let ids = if value("all") == "on" {
        people::list_matching_ids(app, ctx, query.filter(&member, &fields)).await
    } else {
        let ticked = form.iter().filter(|(field, _)| field == "person");
        Ok(ticked.map(|(_, value)| id(value)).collect::<Result<Vec<PersonId>, Failure>>()?)
    };
    let to = value(&format!("to-{act}"));
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

/// What the form for saving a view holds.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ViewForm {
    name: String,
    address: String,
    shared: String,
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

/// Removes a view.
pub async fn remove_view(member: Member, path: Path<String>) -> Answer {
    saved_views::delete_view(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said("/people", "said-view-removed")
}
