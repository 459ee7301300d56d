//! The form of an endpoint.

use app::endpoints::kinds::{About, KINDS};
use app::endpoints::{Endpoint, EndpointInput};

use super::deliveries::in_words;
use crate::member::Member;
use crate::views::endpoints::{EndpointForm, KindChoice, KindGroup};

/// A form as it was sent.
pub type Pairs = Vec<(String, String)>;

/// What was sent, and the kinds that were chosen.
pub fn read(pairs: Pairs) -> (EndpointForm, Vec<String>) {
    let (mut form, mut chosen) = (EndpointForm::default(), Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "form_id" => form.form_id = value,
            "url" => form.url = value,
            "description" => form.description = value,
            "which" => form.all = value == "all",
            "kind" => chosen.push(value),
            "rev" => form.rev = value.parse().unwrap_or_default(),
            _ => {}
        }
    }
    (form, chosen)
}

/// What the form means.
pub fn input(form: &EndpointForm, chosen: &[String]) -> EndpointInput {
    EndpointInput {
        url: form.url.clone(),
        description: form.description.clone(),
        all: form.all,
        kinds: chosen.to_vec(),
    }
}

/// The form for a new one.
pub fn new(member: &Member) -> EndpointForm {
    EndpointForm { form_id: member.web.random(16), all: true, ..EndpointForm::default() }
}

/// The form of one as it is.
pub fn of(endpoint: &Endpoint) -> EndpointForm {
    EndpointForm {
        form_id: String::new(),
        url: endpoint.url.clone(),
        description: endpoint.description.clone(),
        all: endpoint.kinds.0.is_empty(),
        rev: endpoint.rev,
    }
}

/// What can be chosen.
pub fn groups(member: &Member, form: &EndpointForm, chosen: &[String]) -> Vec<KindGroup> {
    let group = |about: &About| KindGroup {
        label: member.text(&format!("events-{}", about.as_str())),
        kinds: KINDS
            .iter()
            .filter(|kind| kind.about == *about)
            .map(|kind| KindChoice {
                value: kind.name.to_owned(),
                label: in_words(member, kind.name),
                selected: !form.all && chosen.iter().any(|name| name == kind.name),
            })
            .collect(),
    };
    About::ALL.iter().map(group).collect()
}
