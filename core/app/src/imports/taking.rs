//! One lot of rows on its way in: who is new, who is there, what is wrong with the others.

use std::collections::{BTreeMap, HashMap};

use domain::{MemberId, PersonId, TagId, TenantId, Timestamp};
use serde_json::json;
use store::Conn;
use store::audit::ActorKind;
use store::contacts::ContactKind;
use store::imports::{Counts, Import, Outcome, RowResult};
use store::people::{Consent, Kind, NewPerson, Person, PersonChange, Standing, folded_name};
use store::pipelines::Stage;
use store::timeline::Entry;

use super::doubles::Index;
use super::known::Known;
use super::plan::{Doubles, Plan};
use super::rows::{self, OwnSaid, Said, Wrong};
use super::running::{TOLD, beginner};
use super::sheet::Sheet;
use super::telling::{self, Change};
use super::undoing::Was;
use crate::App;
use crate::error::{Error, Result};
use crate::own_fields::values::{self, OwnChange};
use crate::people::{self, input};
use crate::{attributions, pipelines, tags};

/// A lot of rows on their way in.
pub(super) struct Taking<'a> {
    app: &'a App,
    import: &'a Import,
    plan: &'a Plan,
    pub(super) known: Known,
    first_stage: Stage,
    tags: HashMap<String, TagId>,
    index: Index,
    made: Vec<NewPerson>,
    results: Vec<RowResult>,
    are_told: bool,
    pub(super) counts: Counts,
    /// Whom the rows gave people to look after, and how many.
    pub(super) given: BTreeMap<MemberId, i64>,
}

impl<'a> Taking<'a> {
    pub(super) fn begin(
        app: &'a App,
        c: &mut Conn,
        import: &'a Import,
        plan: &'a Plan,
    ) -> Result<Self> {
        let tenant = &import.tenant_id;
        let zone = store::tenants::get(c, tenant)?.zone;
        Ok(Self {
            app,
            import,
            plan,
            known: Known::load(c, tenant, zone, app.clock.now())?,
            first_stage: pipelines::first_of(c, tenant, store::people::Standing::Lead, None)?,
            tags: HashMap::new(),
            index: Index::default(),
            made: Vec::new(),
            results: Vec::new(),
            are_told: telling::are_endpoints_told(c, tenant)?,
            counts: Counts::default(),
            given: BTreeMap::new(),
        })
    }

    pub(super) fn rows(
        &mut self,
        c: &mut Conn,
        sheet: &Sheet,
        first: usize,
        count: usize,
    ) -> Result<()> {
        let rows: Vec<_> = sheet
            .rows_from(first)
            .take(count)
            .map(|row| (row, rows::read(row, self.plan, &self.known)))
            .collect();
        let said = rows.iter().filter_map(|(_, read)| read.as_ref().ok());
        let tenant = &self.import.tenant_id;
        self.index = Index::load(c, tenant, self.known.home(), said.clone())?;
        if self.plan.doubles == Doubles::Update {
            // Of whoever else changes several of them, neither waits for the other.
            let there: Vec<PersonId> =
                said.filter_map(|said| self.index.find(said)).map(|(id, _)| id).collect();
            store::people::lock_many(c, tenant, &there)?;
        }
        for (row, read) in rows {
            let read = match read {
                Ok(said) => self.one(c, row.number(), said)?,
                Err(wrong) => Some(wrong),
            };
            if let Some(wrong) = read {
                let cells: Vec<&str> = row.cells().collect();
                self.refuse(row.number(), wrong, json!(cells))?;
            }
        }
        self.flush(c)?;
        store::imports::insert_results(
            c,
            &self.import.tenant_id,
            std::mem::take(&mut self.results),
        )?;
        Ok(())
    }

    /// Takes one row in; answers what is wrong with it where that shows only now.
    fn one(&mut self, c: &mut Conn, number: i64, said: Said) -> Result<Option<Wrong>> {
        let tags = match self.tags_of(c, &said) {
            Err(Error::Invalid { key, .. }) => {
                return Ok(Some(Wrong { place: self.plan.place_of_tags(), key }));
            }
            other => other?,
        };
        let found = self.index.find(&said).map(|(id, _)| id);
        match (found, self.plan.doubles) {
            (Some(id), Doubles::Skip) => self.skip(number, id),
            (Some(id), Doubles::Update) => return self.update(c, number, &id, &said, tags),
            (Some(_), Doubles::Add) | (None, _) => self.make(number, &said, tags)?,
        }
        Ok(None)
    }

    fn tags_of(&mut self, c: &mut Conn, said: &Said) -> Result<Vec<TagId>> {
        let mut ids = Vec::new();
        for name in &said.tags {
            let key = folded_name(name);
            let id = match self.tags.get(&key) {
                Some(id) => id.clone(),
                None => {
                    let names = std::slice::from_ref(name);
                    let made = tags::find_or_make(self.app, c, &self.import.tenant_id, names)?;
                    let Some(id) = made.into_iter().next() else { continue };
                    self.tags.insert(key, id.clone());
                    id
                }
            };
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    fn result(&self, number: i64, outcome: Outcome, person: Option<PersonId>) -> RowResult {
        RowResult {
            tenant_id: self.import.tenant_id.clone(),
            import_id: self.import.id.clone(),
            row_number: number,
            outcome,
            person_id: person,
            rev: 0,
            before_json: None,
            place: 0,
            problem: String::new(),
            cells_json: None,
            kept: false,
        }
    }

    fn refuse(&mut self, number: i64, wrong: Wrong, cells: serde_json::Value) -> Result<()> {
        self.counts.refused += 1;
        self.results.push(RowResult {
            place: i64::try_from(wrong.place).map_err(Error::internal)?,
            problem: wrong.key,
            cells_json: Some(cells.into()),
            ..self.result(number, Outcome::Refused, None)
        });
        Ok(())
    }

    fn skip(&mut self, number: i64, person: PersonId) {
        self.counts.skipped += 1;
        self.results.push(self.result(number, Outcome::Skipped, Some(person)));
    }

    fn make(&mut self, number: i64, said: &Said, tags: Vec<TagId>) -> Result<()> {
        let (app, tenant) = (self.app, &self.import.tenant_id);
        let (id, now) = (PersonId::new(&*app.clock, &*app.rng), app.clock.now());
        let change = self.fields_of_new(said);
        let contacts = input::numbered((tenant, &id), &change, further(said), self.known.home());
        let mut person = people::person_of(tenant, &id, change, now);
        person.created_at = said.added_at.unwrap_or(now);
        let attribution = attributions::first_of(&person, &said.attribution)?;
        let entry = self.entry(&id, json!({"file": self.import.name}));
        self.index.add(&person, said);
        let own = self.own_of(&id, said).into_iter().filter_map(|it| it.value).collect();
        self.give(person.owner_id.as_ref());
        self.made.push(NewPerson { person, contacts, tags, own, attribution, entry });
        let result = RowResult { rev: 1, ..self.result(number, Outcome::Made, Some(id)) };
        self.results.push(result);
        self.counts.made += 1;
        Ok(())
    }

    fn give(&mut self, to: Option<&MemberId>) {
        if let Some(to) = to {
            *self.given.entry(to.clone()).or_default() += 1;
        }
    }

    /// Whose import it is.
    pub(super) fn tenant(&self) -> &TenantId {
        &self.import.tenant_id
    }

    /// Whoever a row would make, for telling whether a later row is of the same.
    pub(super) fn imagined(&self, said: &Said) -> Person {
        let id = PersonId::new(&*self.app.clock, &*self.app.rng);
        let now = self.app.clock.now();
        people::person_of(&self.import.tenant_id, &id, self.fields_of_new(said), now)
    }

    /// What a row says of own fields, for this person.
    fn own_of(&self, person: &PersonId, said: &Said) -> Vec<OwnChange> {
        let change = |it: &OwnSaid| {
            let field = self.known.own_field(&it.field)?;
            Some(values::change(person, field, Some((it.value.clone(), it.key.clone()))))
        };
        said.own.iter().filter_map(change).collect()
    }

    fn fields_of_new(&self, said: &Said) -> PersonChange {
        let stage = said.stage.as_ref().unwrap_or(&self.first_stage);
        let value = said.value.unwrap_or(0);
        let consent = said.consent.unwrap_or(Consent::Unknown);
        let is_said = consent != Consent::Unknown;
        let now = self.app.clock.now();
        PersonChange {
            kind: said.kind.unwrap_or(Kind::Person),
            standing: stage.outcome.standing(),
            stage_id: stage.id.clone(),
            stage_since: now,
            // A list tells that they are customers, not since when, unless it says so.
            won_at: said.won_at.filter(|_| stage.outcome.standing() == Standing::Customer),
            name: said.name.clone(),
            company: said.company.clone(),
            phone: said.first(ContactKind::Phone).to_owned(),
            email: said.first(ContactKind::Email).to_owned(),
            source: said.source.clone(),
            notes: said.notes.clone(),
            owner_id: said.owner.clone(),
            value,
            value_currency: said.currency.clone(),
            follow_up_on: said.follow_up_on.clone(),
            consent,
            consent_at: is_said.then(|| said.consent_at.unwrap_or(now)),
            // Where it was said, as far as anybody can tell.
            consent_note: if is_said { self.import.name.clone() } else { String::new() },
        }
    }

    fn entry(&self, person: &PersonId, detail: serde_json::Value) -> Entry {
        Entry {
            tenant_id: self.import.tenant_id.clone(),
            id: domain::EntryId::new(&*self.app.clock, &*self.app.rng),
            person_id: person.clone(),
            at: self.app.clock.now(),
            kind: TOLD.to_owned(),
            actor_kind: ActorKind::Account,
            actor_id: beginner(self.import).to_string(),
            entity_id: self.import.id.to_string(),
            detail_json: detail.into(),
        }
    }

    /// Writes down whom the rows so far made.
    fn flush(&mut self, c: &mut Conn) -> Result<()> {
        let made = std::mem::take(&mut self.made);
        let due = made.iter().map(|new| &new.person).filter(|each| each.follow_up_on.is_some());
        let due: Vec<_> = due.cloned().collect();
        store::people::insert_many(c, &self.import.tenant_id, made)?;
        due.iter().try_for_each(|person| people::remind(self.app, c, person))?;
        let results = std::mem::take(&mut self.results);
        store::imports::insert_results(c, &self.import.tenant_id, results)?;
        Ok(())
    }

    fn update(
        &mut self,
        c: &mut Conn,
        number: i64,
        id: &PersonId,
        said: &Said,
        tags: Vec<TagId>,
    ) -> Result<Option<Wrong>> {
        if self.made.iter().any(|new| new.person.id == *id) {
            self.flush(c)?;
        }
        let tenant = &self.import.tenant_id;
        // Deleted a moment ago: then the row is somebody new.
        let Some(before) = store::people::find(c, tenant, id)? else {
            self.make(number, said, tags)?;
            return Ok(None);
        };
        let was = Was::of(c, &before)?;
        let after = match self.merged(c, &before, said) {
            Err(Error::Invalid { key, .. }) => return Ok(Some(Wrong { place: 0, key })),
            other => other?,
        };
        let mut all = was.tags.clone();
        all.extend(tags.iter().filter(|tag| !was.tags.contains(tag)).cloned());
        let mut fields = people::changed(&was.fields, &after.0);
        if after.0.stage_id != before.stage_id {
            fields.push("stage");
        }
        if was.contacts_differ(&after.1) {
            fields.push("contacts");
        }
        if all.len() != was.tags.len() {
            fields.push("tags");
        }
        let own = values::differing(c, tenant, id, self.own_of(id, said))?;
        if fields.is_empty() && own.is_empty() {
            self.skip(number, id.clone());
            return Ok(None);
        }
        let now = self.app.clock.now();
        let rev = store::people::update(c, tenant, id, &after.0, &after.1, before.rev, now)?;
        tags::put_all(c, tenant, id, &all)?;
        values::put(c, tenant, id, &own)?;
        if let Some(first) = attributions::corrected(c, &before, &after.0.source, None)? {
            attributions::put(c, &first)?;
        }
        let names: Vec<&str> = own.iter().map(|it| it.field.name.as_str()).collect();
        let detail = json!({"file": self.import.name, "fields": fields, "own": names});
        store::timeline::insert(c, &self.entry(id, detail))?;
        let change = Change { before: &before, after: &after.0, fields: &fields, own: &own };
        telling::changed(self.app, c, &change, self.are_told)?;
        if after.0.owner_id != before.owner_id {
            self.give(after.0.owner_id.as_ref());
        }
        let step = (before.rev, rev);
        let is_again = store::imports::touch(c, tenant, &self.import.id, id, step)?;
        self.results.push(RowResult {
            rev,
            before_json: if is_again { None } else { Some(serde_json::to_value(was)?.into()) },
            ..self.result(number, Outcome::Changed, Some(id.clone()))
        });
        self.counts.changed += 1;
        // The next rows may be the same person's, and find what this one wrote down.
        self.flush(c)?;
        Ok(None)
    }

    /// What the row says over what is known of somebody.
    fn merged(
        &self,
        c: &mut Conn,
        before: &Person,
        said: &Said,
    ) -> Result<(PersonChange, Vec<store::contacts::Contact>)> {
        let new = self.fields_of_new(said);
        let mut fields = people::fields_of(before);
        let over = |own: &mut String, said: &str| {
            if !said.is_empty() {
                said.clone_into(own);
            }
        };
        over(&mut fields.name, &said.name);
        over(&mut fields.company, &said.company);
        if fields.source.is_empty() {
            over(&mut fields.source, &said.source);
        }
        if !said.notes.is_empty() && !fields.notes.contains(&said.notes) {
            let both = [fields.notes.as_str(), &said.notes];
            let both = both.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>();
            fields.notes =
                crate::fields::paragraph("notes", &both.join("\n\n"), people::NOTES_CHARS_MAX)?;
        }
        fields.kind = said.kind.unwrap_or(fields.kind);
        let stays = said.is_stage_implied && before.standing == Standing::Customer;
        let moves = |stage: &&Stage| !stays && stage.id != before.stage_id;
        if let Some(stage) = said.stage.as_ref().filter(moves) {
            fields.stage_id = stage.id.clone();
            fields.standing = stage.outcome.standing();
            fields.stage_since = new.stage_since;
            fields.won_at = input::won_at(Some(before), stage, new.stage_since);
        }
        if fields.standing == Standing::Customer {
            self.date(&mut fields.won_at, said.won_at);
        }
        fields.owner_id = said.owner.clone().or(fields.owner_id);
        if said.value.is_some_and(|value| value != 0) {
            (fields.value, fields.value_currency) = (new.value, new.value_currency);
        }
        fields.follow_up_on = said.follow_up_on.clone().or(fields.follow_up_on);
        // Who said no has said no, whatever an older list says.
        let is_no = fields.consent == Consent::Withdrawn;
        if !is_no && new.consent != Consent::Unknown && new.consent != fields.consent {
            fields.consent = new.consent;
            fields.consent_at = new.consent_at;
            fields.consent_note = new.consent_note;
        } else if said.consent == Some(fields.consent) && fields.consent != Consent::Unknown {
            self.date(&mut fields.consent_at, said.consent_at);
        }
        let contacts = store::contacts::list(c, &before.tenant_id, &before.id)?;
        let home = self.known.home();
        let contacts =
            people::merge::with_contacts(before, &mut fields, contacts, &said.contacts, home)?;
        Ok((fields, contacts))
    }

    /// Puts a moment on the day that the row says; one that is on it already stays.
    fn date(&self, own: &mut Option<Timestamp>, said: Option<Timestamp>) {
        let day = |at: Timestamp| self.known.zone().local(at).date();
        if said.is_some() && own.map(day) != said.map(day) {
            *own = said;
        }
    }
}

/// All numbers and addresses but the first number and the first e-mail address.
fn further(said: &Said) -> Vec<(ContactKind, String, String)> {
    let mut seen = Vec::new();
    let is_further = |kind: ContactKind| {
        let is_first = kind != ContactKind::Address && !seen.contains(&kind);
        if is_first {
            seen.push(kind);
        }
        !is_first
    };
    let mut is_further = is_further;
    said.contacts.iter().filter(|(kind, ..)| is_further(*kind)).cloned().collect()
}
