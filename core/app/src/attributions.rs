//! Where people came from when they were first seen: said once, when they are added, and kept whatever is
//! entered later.

use store::Conn;
use store::attributions::Attribution;
use store::people::Person;

use crate::error::Result;
use crate::fields;
use crate::people::SOURCE_CHARS_MAX;

/// The longest word of a link, such as the name of a campaign, in characters.
pub const WORD_CHARS_MAX: usize = 200;
/// The longest address of a page, in characters.
pub const PAGE_CHARS_MAX: usize = 2_000;

/// What is said of where somebody came from first; what isn't known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributionInput {
    /// Where from; empty is what is said of the person.
    pub source: String,
    /// By what, such as `cpc` or `email`.
    pub medium: String,
    /// Which campaign.
    pub campaign: String,
    /// What they looked for.
    pub term: String,
    /// Which of several links.
    pub content: String,
    /// The page they came to.
    pub landing: String,
    /// The page they came from.
    pub referrer: String,
}

/// Where this new person came from, where anything of that is known.
///
/// # Errors
/// For what is too long, at its field.
pub(crate) fn first_of(person: &Person, said: &AttributionInput) -> Result<Option<Attribution>> {
    let word =
        |name: &str, text: &str| fields::line(&format!("attribution-{name}"), text, WORD_CHARS_MAX);
    let page =
        |name: &str, text: &str| fields::line(&format!("attribution-{name}"), text, PAGE_CHARS_MAX);
    let source = fields::line("attribution-source", &said.source, SOURCE_CHARS_MAX)?;
    let first = Attribution {
        tenant_id: person.tenant_id.clone(),
        person_id: person.id.clone(),
        at: person.created_at,
        source: if source.is_empty() { person.source.clone() } else { source },
        medium: word("medium", &said.medium)?,
        campaign: word("campaign", &said.campaign)?,
        term: word("term", &said.term)?,
        content: word("content", &said.content)?,
        landing: page("landing", &said.landing)?,
        referrer: page("referrer", &said.referrer)?,
    };
    let all = [&first.source, &first.medium, &first.campaign, &first.term, &first.content];
    let is_known =
        all.into_iter().chain([&first.landing, &first.referrer]).any(|it| !it.is_empty());
    Ok(is_known.then_some(first))
}

/// Keeps where this new person came from.
pub(crate) fn put_first(c: &mut Conn, person: &Person, said: &AttributionInput) -> Result<()> {
    if let Some(first) = first_of(person, said)? {
        store::attributions::put_first(c, &first)?;
    }
    Ok(())
}
