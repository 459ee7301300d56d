//! Many people, made up in two languages, for what is measured of lists and of the search.

use anyhow::Result;
use domain::rng::SeededRng;
use domain::{Clock, EntryId, PersonId, Rng, StageId, TenantId};
use serde_json::{Value, json};
use store::Db;
use store::attributions::Attribution;
use store::audit::ActorKind;
use store::contacts::{Contact, ContactKind};
use store::people::{Consent, Kind, NewPerson, Person, Standing};
use store::timeline::Entry;

const AT_ONCE: usize = 500;
const LATIN: [&str; 24] = [
    "da", "na", "le", "vi", "mi", "ro", "ta", "shi", "bar", "el", "ka", "tel", "zo", "hu", "fin",
    "gor", "pe", "sam", "ya", "ri", "mon", "dor", "ber", "lin",
];
const HEBREW: [&str; 24] = [
    "דנ", "לו", "מי", "רו", "תמ", "שי", "בר", "אל", "קר", "טל", "זו", "הד", "פי", "גו", "פר", "סמ",
    "יע", "רי", "מנ", "דו", "בן", "לי", "נו", "כה",
];

/// What is remarked of people: words that many have.
const REMARKS: [&str; 6] = [
    "Friend of",
    "Call back after the holidays, recommended by",
    "Wants a quote for a wedding, asks for",
    "חבר של",
    "לחזור אחרי החגים, הגיע דרך",
    "רוצה הצעת מחיר לחתונה, מבקש את",
];

/// Who is made up, and how.
pub struct Crowd {
    rng: SeededRng,
    tenant: TenantId,
    stages: Vec<StageId>,
}

impl Crowd {
    /// Somebody else each time, and the same people in each run.
    pub fn new(tenant: TenantId, stages: Vec<StageId>) -> Self {
        Self { rng: SeededRng::new(29), tenant, stages }
    }

    fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.rng.below(from.len() as u64)).unwrap_or_default();
        from.get(at)
    }

    /// A name: some are had by many, most by few.
    pub fn word(&self) -> String {
        let syllables = if self.rng.below(2) == 0 { &LATIN } else { &HEBREW };
        let count = 2 + self.rng.below(3);
        (0..count).filter_map(|_| self.pick(syllables.as_slice()).copied()).collect()
    }

    /// What is remarked of somebody, which names another.
    fn remark(&self) -> String {
        let said = self.pick(REMARKS.as_slice()).copied().unwrap_or_default();
        format!("{said} {}", self.word())
    }

    /// A word that is remarked of many.
    pub fn remarked(&self) -> String {
        let remark = self.remark();
        let words: Vec<&str> = remark.split(' ').collect();
        self.pick(&words).map_or_else(String::new, |word| (*word).to_owned())
    }

    /// The next person.
    pub fn person(&self, clock: &dyn Clock, rng: &dyn Rng) -> NewPerson {
        let id = PersonId::new(clock, rng);
        let now = clock.now();
        let number = format!("+97250{:07}", self.rng.below(10_000_000));
        let email = format!("{}@{}.example", self.rng.below(100_000_000), self.word());
        let stage = self.pick(&self.stages).cloned();
        let contact = |position, kind, value: &str| {
            Contact::said((&self.tenant, &id), position, kind, (value, ""), None)
        };
        let contacts =
            vec![contact(0, ContactKind::Phone, &number), contact(1, ContactKind::Email, &email)];
        let person = Person {
            tenant_id: self.tenant.clone(),
            id: id.clone(),
            kind: Kind::Person,
            standing: if self.rng.below(2) == 0 { Standing::Lead } else { Standing::Customer },
            stage_id: stage.unwrap_or_else(|| StageId::new(clock, rng)),
            stage_since: now,
            won_at: None,
            name: format!("{} {}", self.word(), self.word()),
            company: if self.rng.below(3) == 0 { self.word() } else { String::new() },
            phone: number,
            email,
            source: "website".to_owned(),
            notes: if self.rng.below(4) == 0 { self.remark() } else { String::new() },
            owner_id: None,
            value: 0,
            value_currency: String::new(),
            follow_up_on: None,
            consent: Consent::Unknown,
            consent_at: None,
            consent_note: String::new(),
            created_at: now,
            updated_at: now,
            deleted_at: None,
            rev: 1,
        };
        let entry = self.note(&id, clock, rng);
        NewPerson {
            person,
            contacts,
            tags: Vec::new(),
            own: Vec::new(),
            attribution: None::<Attribution>,
            entry,
        }
    }

    /// A note about somebody.
    fn note(&self, person: &PersonId, clock: &dyn Clock, rng: &dyn Rng) -> Entry {
        let detail = json!({"text": "Called, nobody answered."});
        self.entry(person, ("note", detail), (clock, rng))
    }

    /// Somebody went to another stage.
    fn step(&self, person: &PersonId, clock: &dyn Clock, rng: &dyn Rng) -> Entry {
        let detail = json!({"from": "New", "to": "In touch"});
        self.entry(person, ("stage", detail), (clock, rng))
    }

    fn entry(
        &self,
        person: &PersonId,
        (kind, detail): (&str, Value),
        (clock, rng): (&dyn Clock, &dyn Rng),
    ) -> Entry {
        Entry {
            tenant_id: self.tenant.clone(),
            id: EntryId::new(clock, rng),
            person_id: person.clone(),
            at: clock.now(),
            kind: kind.to_owned(),
            actor_kind: ActorKind::System,
            actor_id: String::new(),
            entity_id: String::new(),
            detail_json: detail.into(),
        }
    }

    /// Takes in so many; each gets as many entries, one of them a note. Answers who they are.
    pub async fn come(
        &self,
        db: &Db,
        (clock, rng): (&dyn Clock, &dyn Rng),
        count: usize,
        entries: usize,
    ) -> Result<Vec<PersonId>> {
        let mut ids = Vec::with_capacity(count);
        while ids.len() < count {
            let some: Vec<NewPerson> =
                (0..AT_ONCE.min(count - ids.len())).map(|_| self.person(clock, rng)).collect();
            let new = some.iter().map(|new| new.person.id.clone());
            let more: Vec<Entry> = new
                .clone()
                .flat_map(|id| (1..entries).map(move |_| id.clone()))
                .map(|id| self.step(&id, clock, rng))
                .collect();
            ids.extend(new);
            let tenant = self.tenant.clone();
            db.write(move |c| {
                store::people::insert_many(c, &tenant, some)?;
                store::timeline::insert_many(c, &tenant, more)
            })
            .await?;
            store::statistics::renew(db).await?;
        }
        Ok(ids)
    }
}
