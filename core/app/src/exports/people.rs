//! People with all that is kept of them, a page at a time.

use std::collections::HashMap;

use domain::{MemberId, OwnFieldId, PersonId, StageId, TagId, Timestamp, Zone};
use store::Page;
use store::attributions::Attribution;
use store::contacts::{Contact, ContactKind};
use store::own_fields::{OwnField, OwnKind};
use store::people::{Kind, Person, PersonCursor, PersonFilter, PersonOrder, Sorting};

use super::cells;
use super::{FETCHED, Words};
use crate::App;
use crate::context::Context;
use crate::error::Result;
use crate::money;

/// The keys of what stands above the columns. They are the words by which an import knows its columns.
pub(super) const HEADS: &[&str] = &[
    "imports-target-name",
    "imports-target-kind",
    "imports-target-company",
    "imports-target-phone",
    "imports-target-email",
    "imports-target-address",
    "imports-target-stage",
    "imports-target-owner",
    "imports-target-source",
    "imports-target-tags",
    "imports-target-value",
    "imports-target-currency",
    "imports-target-follow-up",
    "imports-target-consent",
    "imports-target-consent-on",
    "exports-consent-note",
    "imports-target-notes",
    "imports-target-added-on",
    "imports-target-customer-since",
    "exports-changed",
    "imports-target-medium",
    "imports-target-campaign",
    "imports-target-term",
    "imports-target-content",
    "imports-target-landing",
    "imports-target-referrer",
];

/// Somebody, with the words for what is kept as ids.
pub(super) struct Card {
    pub person: Person,
    pub contacts: Vec<Contact>,
    pub stage: String,
    pub owner: String,
    pub tags: Vec<String>,
    /// What they have of each own field, in order.
    own: Vec<(OwnKind, String)>,
    /// Where they came from first.
    first: Option<Attribution>,
    zone: Zone,
}

/// How far through the people somebody is.
pub(super) struct Walk {
    app: App,
    ctx: Context,
    /// Nobody but this one.
    only: Option<PersonId>,
    filter: PersonFilter,
    order: Sorting,
    after: Option<PersonCursor>,
    ended: bool,
    stages: HashMap<StageId, String>,
    members: HashMap<MemberId, String>,
    tags: HashMap<TagId, String>,
    own: Vec<OwnField>,
}

impl Walk {
    pub(super) async fn begin(
        app: &App,
        ctx: &Context,
        filter: PersonFilter,
        order: Sorting,
    ) -> Result<Self> {
        let ctx2 = ctx.clone();
        let (stages, members, tags, own) = app
            .db
            .inspect(move |c| -> Result<_> {
                let tenant = &ctx2.tenant;
                Ok((
                    store::pipelines::list_stages(c, tenant)?,
                    super::members_for(c, &ctx2)?,
                    store::tags::list(c, tenant)?,
                    store::own_fields::list(c, tenant)?,
                ))
            })
            .await?;
        Ok(Self {
            app: app.clone(),
            ctx: ctx.clone(),
            only: None,
            filter,
            order,
            after: None,
            ended: false,
            stages: stages.into_iter().map(|it| (it.id, it.name)).collect(),
            members,
            tags: tags.into_iter().map(|it| (it.id, it.name)).collect(),
            own,
        })
    }

    /// The same of one person.
    pub(super) async fn of_one(app: &App, ctx: &Context, person: PersonId) -> Result<Self> {
        let (filter, order) = (PersonFilter::default(), Sorting::from(PersonOrder::Name));
        Ok(Self { only: Some(person), ..Self::begin(app, ctx, filter, order).await? })
    }

    /// What stands above the columns of own fields, behind the others.
    pub(super) fn own_heads(&self) -> impl Iterator<Item = String> {
        self.own.iter().map(|field| field.name.clone())
    }

    /// What those columns hold.
    pub(super) fn own_kinds(&self) -> impl Iterator<Item = cells::Kind> {
        self.own.iter().map(|field| match field.kind {
            OwnKind::Number => cells::Kind::Number,
            OwnKind::Day => cells::Kind::Day,
            _ => cells::Kind::Text,
        })
    }

    pub(super) async fn next(&mut self) -> Result<Option<Vec<Card>>> {
        if self.ended {
            return Ok(None);
        }
        let (tenant, filter) = (self.ctx.tenant.clone(), self.filter.clone());
        let (order, after) = (self.order.clone(), self.after.take());
        let only = self.only.clone();
        let (page, contacts, tags, values, firsts) = self
            .app
            .db
            .inspect(move |c| -> Result<_> {
                let page = match only {
                    Some(id) => {
                        Page { items: vec![store::people::get(c, &tenant, &id)?], next: None }
                    }
                    None => {
                        store::people::list(c, &tenant, &filter, order, after.as_ref(), FETCHED)?
                    }
                };
                let ids: Vec<PersonId> = page.items.iter().map(|it| it.id.clone()).collect();
                let contacts = store::contacts::list_of(c, &tenant, &ids)?;
                let tags = store::tags::list_of(c, &tenant, &ids)?;
                let values = store::own_fields::list_of(c, &tenant, &ids)?;
                let firsts = store::attributions::list_of(c, &tenant, &ids)?;
                Ok((page, contacts, tags, values, firsts))
            })
            .await?;
        self.ended = page.next.is_none();
        self.after = page.next;
        let mut theirs: HashMap<PersonId, Vec<Contact>> = HashMap::new();
        for contact in contacts {
            theirs.entry(contact.person_id.clone()).or_default().push(contact);
        }
        let mut on: HashMap<PersonId, Vec<String>> = HashMap::new();
        for (person, tag) in tags {
            on.entry(person).or_default().extend(self.tags.get(&tag).cloned());
        }
        let mut has: HashMap<(PersonId, OwnFieldId), String> =
            values.into_iter().map(|it| ((it.person_id, it.field_id), it.value)).collect();
        let mut own_of = |person: &PersonId| -> Vec<(OwnKind, String)> {
            let one = |field: &OwnField| {
                let value = has.remove(&(person.clone(), field.id.clone())).unwrap_or_default();
                (field.kind, field.option_name(&value))
            };
            self.own.iter().map(one).collect()
        };
        let mut firsts: HashMap<PersonId, Attribution> =
            firsts.into_iter().map(|it| (it.person_id.clone(), it)).collect();
        let name = |id: Option<&MemberId>| id.and_then(|id| self.members.get(id)).cloned();
        let card = |person: Person| Card {
            contacts: theirs.remove(&person.id).unwrap_or_default(),
            tags: on.remove(&person.id).unwrap_or_default(),
            stage: self.stages.get(&person.stage_id).cloned().unwrap_or_default(),
            owner: name(person.owner_id.as_ref()).unwrap_or_default(),
            own: own_of(&person.id),
            first: firsts.remove(&person.id),
            zone: self.ctx.zone.clone(),
            person,
        };
        Ok(Some(page.items.into_iter().map(card).collect()))
    }
}

impl Card {
    /// All contacts of a kind.
    pub(super) fn of_kind(&self, kind: ContactKind) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(move |contact| contact.kind == kind)
    }

    fn joined(&self, kind: ContactKind) -> String {
        self.of_kind(kind).map(|it| it.value.as_str()).collect::<Vec<_>>().join("; ")
    }

    fn first_cells(&self) -> [String; 6] {
        let part = |of: fn(&Attribution) -> &str| self.first.as_ref().map(of).unwrap_or_default();
        let parts = [
            part(|it| &it.medium),
            part(|it| &it.campaign),
            part(|it| &it.term),
            part(|it| &it.content),
            part(|it| &it.landing),
            part(|it| &it.referrer),
        ];
        parts.map(str::to_owned)
    }

    fn own_cells(&self, words: &Words) -> impl Iterator<Item = String> {
        self.own.iter().map(|(kind, value)| match (kind, value.as_str()) {
            (OwnKind::YesNo, "yes") => words("exports-yes"),
            (OwnKind::YesNo, "no") => words("exports-no"),
            _ => value.clone(),
        })
    }

    /// The cells, as [`HEADS`] has them, then those of own fields.
    pub(super) fn row(&self, words: &Words) -> Vec<String> {
        let it = &self.person;
        let day = |at: Timestamp| self.zone.local(at).strftime("%Y-%m-%d").to_string();
        let kind = match it.kind {
            Kind::Person => "person",
            Kind::Company => "company",
        };
        let consent = match it.consent {
            store::people::Consent::Unknown => String::new(),
            store::people::Consent::Given => words("exports-yes"),
            store::people::Consent::Withdrawn => words("exports-no"),
        };
        let known = vec![
            it.name.clone(),
            words(&format!("exports-kind-{kind}")),
            it.company.clone(),
            self.joined(ContactKind::Phone),
            self.joined(ContactKind::Email),
            self.joined(ContactKind::Address),
            self.stage.clone(),
            self.owner.clone(),
            it.source.clone(),
            self.tags.join("; "),
            if it.value == 0 { String::new() } else { money::typed(it.value, &it.value_currency) },
            it.value_currency.clone(),
            it.follow_up_on.clone().unwrap_or_default(),
            consent,
            it.consent_at.map(day).unwrap_or_default(),
            it.consent_note.clone(),
            it.notes.clone(),
            day(it.created_at),
            it.won_at.map(day).unwrap_or_default(),
            day(it.updated_at),
        ];
        known.into_iter().chain(self.first_cells()).chain(self.own_cells(words)).collect()
    }
}
