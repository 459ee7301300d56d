//! The list of what a manifest asks for, as consent pages show it.

use super::{Effect, EgressRoute, Manifest, Slot, SlotPlace, SlotSource};
use crate::grant::{Ask, AskKind};

impl Manifest {
    /// Everything the plugin asks a tenant to allow, in the order a page shows it.
    pub fn asks(&self) -> Vec<Ask> {
        let mut asks = Vec::new();
        self.ask_capabilities(&mut asks);
        for collection in &self.collections {
            let id = format!("collection:{}", collection.name);
            asks.push(ask(id, AskKind::Collection, &collection.name, None));
        }
        for provider in &self.providers {
            for scope in &provider.scopes {
                let id = format!("scope:{} {}", provider.id, scope.scope);
                asks.push(ask(id, AskKind::Scope, &scope.scope, Some(&scope.reason)));
            }
        }
        for slot in &self.slots {
            if slot.place != SlotPlace::Nowhere {
                asks.push(ask(slot.ask.clone(), AskKind::Slot, &slot.origin, None));
            }
            if !slot.hmac.is_empty() {
                let name = slot.source.name();
                asks.push(ask(slot.sign_ask.clone(), AskKind::Sign, name, None));
            }
        }
        for route in &self.egress {
            asks.push(ask(route.ask.clone(), AskKind::Egress, &route.origin, None));
        }
        asks
    }

    fn ask_capabilities(&self, asks: &mut Vec<Ask>) {
        let wants = &self.capabilities;
        if let Some(kv) = &wants.kv {
            asks.push(ask("kv".to_owned(), AskKind::Kv, "", Some(&kv.reason)));
        }
        if let Some(jobs) = &wants.jobs {
            asks.push(ask("jobs".to_owned(), AskKind::Jobs, "", Some(&jobs.reason)));
        }
        if let Some(approvals) = &wants.approvals {
            let has = |effect: &Effect| self.egress.iter().any(|route| route.effect == *effect);
            asks.extend(Effect::APPROVED.iter().filter(|effect| has(effect)).map(|effect| {
                let word = effect.as_str();
                ask(format!("approvals:{word}"), AskKind::Approvals, word, Some(&approvals.reason))
            }));
        }
        if let Some(documents) = &wants.documents {
            let why = Some(documents.reason.as_str());
            asks.extend(
                documents
                    .media_types
                    .iter()
                    .map(|kind| ask(format!("documents:{kind}"), AskKind::Documents, kind, why)),
            );
        }
        if let Some(events) = &wants.events {
            let why = Some(events.reason.as_str());
            asks.extend(events.subscribe.iter().map(|topic| {
                ask(format!("events.subscribe:{topic}"), AskKind::Subscribe, topic, why)
            }));
            asks.extend(
                events.publish.iter().map(|topic| {
                    ask(format!("events.publish:{topic}"), AskKind::Publish, topic, why)
                }),
            );
        }
        if let Some(records) = &wants.records {
            let why = Some(records.reason.as_str());
            asks.extend(records.read.iter().map(|entity| {
                ask(format!("records.read:{entity}"), AskKind::ReadRecords, entity, why)
            }));
            asks.extend(records.write.iter().map(|entity| {
                ask(format!("records.write:{entity}"), AskKind::WriteRecords, entity, why)
            }));
            for (entity, fields) in &records.fields {
                asks.extend(fields.iter().map(|field| {
                    let subject = format!("{entity}.{field}");
                    ask(format!("records.field:{subject}"), AskKind::Field, &subject, why)
                }));
            }
        }
    }
}

fn ask(id: String, kind: AskKind, subject: &str, reason: Option<&str>) -> Ask {
    Ask { id, kind, subject: subject.to_owned(), reason: reason.map(str::to_owned) }
}

impl EgressRoute {
    /// The sentence a grant keeps: it changes with everything that widens or moves the route.
    pub(super) fn ask_of(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let methods = self.methods.join(",");
        // A version that no longer asks people first is one that may do more.
        let effect = match self.effect {
            Effect::None => String::new(),
            effect => format!(" ({})", effect.as_str()),
        };
        format!("egress:{methods} {}{}{mark}{}{effect}", self.origin, self.path, query.join("&"))
    }
}

impl Slot {
    /// The sentence a grant keeps: it changes with the secret, the address and the place.
    pub(super) fn ask_of(&self) -> String {
        let source = match &self.source {
            SlotSource::Provider(id) => format!("provider {id}"),
            SlotSource::Secret(name) => format!("secret {name}"),
        };
        let place = match &self.place {
            SlotPlace::Bearer => "bearer".to_owned(),
            SlotPlace::Basic => "basic".to_owned(),
            SlotPlace::Header(name) => format!("header {name}"),
            SlotPlace::Query(name) => format!("query {name}"),
            SlotPlace::Json(name) => format!("json {name}"),
            SlotPlace::Form(name) => format!("form {name}"),
            SlotPlace::Nowhere => return String::new(),
        };
        let methods = self.methods.join(",");
        format!("slot:{source} as {place} for {methods} {}{}", self.origin, self.path)
    }

    /// The sentence a grant keeps for keyed hashes; empty where the slot makes none.
    pub(super) fn sign_ask_of(&self) -> String {
        let algorithms: Vec<&str> = self.hmac.iter().map(|known| known.as_str()).collect();
        match algorithms.as_slice() {
            [] => String::new(),
            some => format!("sign:secret {} with {}", self.source.name(), some.join(",")),
        }
    }
}

impl SlotSource {
    /// The provider's id or the secret's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Provider(name) | Self::Secret(name) => name,
        }
    }
}
