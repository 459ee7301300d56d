//! The list of people: searched, filtered, ordered, saved as views, and changed several at once.

use actix_web::web::{Form, Path, Query};
use app::people::{
    self, Person, PersonCursor, PersonFilter, PersonOrder,
    bulk::{self, BulkInput},
};
use app::saved_views::{self, SavedList};
use app::sweeps::{List, SweepInput, Whom, find_under_way};
use domain::{Permission, PersonId};

use super::{columns, own};
use crate::answer::{Answer, form_errors, go};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::saved_views::{ViewForm, rename, save, saved_at, saved_rows};
use crate::pages::sweeps::{self, Step};
use crate::pages::{id, reports};
use crate::views::people::{Asked, Bulk, Limit, People, PersonRow};
use crate::views::{Choice, Errors, Tab};

pub use super::names::Names;
pub use super::query::{ListQuery, Terms, address, owned};

/// How many a page of the list has.
const PAGE: i64 = 50;

/// Who may look after people, to narrow by: oneself and nobody first.
pub fn owners(member: &Member, names: &Names, current: &str) -> Vec<Choice> {
    let mut all: Vec<Choice> = [("me", "owner-me"), ("nobody", "owner-nobody")]
        .map(|(value, key)| Choice::new(value, member.text(key), current))
        .into();
    all.extend(names.owners(current));
    all
}

/// The list.
pub async fn show(member: Member, query: Query<ListQuery>) -> Answer {
    page(&member, query.into_inner(), Errors::new()).await
}

async fn page(member: &Member, query: ListQuery, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let terms = Terms::load(member).await?;
    let fields = &terms.fields;
    let (filter, order) = (query.filter(member, &terms), query.sorting(fields));
    let after: Option<PersonCursor> = query.after.parse().ok();
    let (found, count) = tokio::try_join!(
        people::list_people(app, ctx, filter.clone(), order, after, PAGE),
        people::count_people(app, ctx, filter.clone()),
    )?;
    let any = count > 0 || filter != PersonFilter::default() && has_any(member).await?;
    let names = Names::load(member).await?.with_tags_of(member, &found.items).await?;
    let here = ListQuery { after: String::new(), ..query.clone() };
    let next = found.next.map(|after| ListQuery { after: after.to_string(), ..query.clone() });
    let own_shown = own::columns(&query.own, &query.order, fields);
    let cells = own::cells(member, &own_shown, &found.items).await?;
    let asked = asked(member, &names, &here, &terms).await?;
    let row = |(person, own): (&Person, _)| PersonRow { own, ..names.row(member, person) };
    let page = People {
        heads: columns::heads(member, &here, &own_shown, fields),
        shown: columns::shown(&here),
        is_wide: !own_shown.is_empty() || !here.columns.is_empty(),
        sorts: columns::sorts(&here, &asked.orders),
        columns: columns::choices(member, &here, fields),
        place: narrowing(&query.address()),
        row: query.row.clone(),
        tabs: tabs(&here),
        views: saved_rows(member, SavedList::People, &here.address(), |query| {
            saved_at("/people", query)
        })
        .await?,
        asked,
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
            own: own::to_fill(member, fields),
        },
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// What follows the question mark of an address.
fn narrowing(address: &str) -> String {
    address.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
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
    terms: &Terms,
) -> Result<Asked, Failure> {
    let fields = terms.fields.as_slice();
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
    Ok(Asked {
        query: here.q.clone(),
        standing: here.standing.clone(),
        stages: names.even_going(&here.stage),
        owners: owners(member, names, &here.owner),
        tags: names.tags(&here.tags),
        tags_error: here.tags_error().unwrap_or_default(),
        worth_from: here.worth_from.clone(),
        worth_to: here.worth_to.clone(),
        worth_error: here.worth_error(&terms.currency).unwrap_or_default(),
        currency: terms.currency.clone(),
        kinds: kinds.map(|(value, key)| choice(&here.kind, value, key)).to_vec(),
        consents: consents.map(|(value, key)| choice(&here.consent, value, key)).to_vec(),
        sources,
        limits: limits(member, (names, terms), here, "/people"),
        follow_ups: follow_ups.map(|(value, key)| choice(&here.follow_up, value, key)).to_vec(),
        own: own::narrowing(member, fields, &here.own),
        own_asked: here.own.values().any(|value| !value.is_empty()),
        orders,
        narrowed: here.narrowed(),
        columns: here.columns.clone(),
        address: narrowing(&here.address()),
        cleared: here.cleared().address(),
    })
}

/// What a report narrowed the list to, each with the page of the list without it.
pub(super) fn limits(
    member: &Member,
    (names, terms): (&Names, &Terms),
    here: &ListQuery,
    path: &str,
) -> Vec<Limit> {
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
    reports::narrowed(member, names, &here.filter(member, terms)).into_iter().map(limit).collect()
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
    let (act, terms) = (value("act"), Terms::load(&member).await?);
    let to = value(&format!("to-{act}"));
    let ids = if value("all") == "on" {
        // They would be more than was meant.
        let errors = query.errors(&terms);
        if !errors.is_empty() {
            return page(&member, query, errors).await;
        }
        let filter = query.filter(&member, &terms);
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
    let back = match &ids {
        // Where a row was changed, the page comes back to it.
        Ok(ids) if ids.len() == 1 && value("all") != "on" => {
            format!("{}#person-{}", query.address(), ids[0])
        }
        _ => query.address(),
    };
    let done = match ids {
        Ok(ids) => bulk::change_people(app, ctx, ids, BulkInput { act, to }).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(done) => match done.undo {
            Some(undo) => {
                let undo = format!("/undo/{undo}/restore");
                member.said_undo(&back, "said-people-changed", &undo)
            }
            None => member.said(&back, "said-nothing-changed"),
        },
        Err(error) => page(&member, query, form_errors(error)?).await,
    }
}

/// Saves what the list shows as a view.
pub async fn save_view(member: Member, form: Form<ViewForm>) -> Answer {
    let query: ListQuery = form.query();
    let here = query.address();
    let again = async |errors| page(&member, query, errors).await;
    save(&member, SavedList::People, &form, &here, again).await
}

/// Gives a view another name.
pub async fn rename_view(member: Member, path: Path<String>, form: Form<ViewForm>) -> Answer {
    let query: ListQuery = form.query();
    let here = query.address();
    let again = async |errors| page(&member, query, errors).await;
    rename(&member, &path, &form, &here, again).await
}

/// Removes a view.
pub async fn remove_view(member: Member, path: Path<String>) -> Answer {
    saved_views::delete_view(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said("/people", "said-view-removed")
}
