//! Where people came from when they were first seen: said once, when they are added or when it first becomes
//! known, and kept whatever is entered later, but for what is corrected in so many words.

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
        source: if source.is_empty() { person.source.clone() } else { source },
        medium: word("medium", &said.medium)?,
        campaign: word("campaign", &said.campaign)?,
        term: word("term", &said.term)?,
        content: word("content", &said.content)?,
        landing: page("landing", &said.landing)?,
        referrer: page("referrer", &said.referrer)?,
        ..of_person(person)
    };
    Ok(is_known(&first).then_some(first))
}

/// Keeps where this new person came from.
pub(crate) fn put_first(c: &mut Conn, person: &Person, said: &AttributionInput) -> Result<()> {
    if let Some(first) = first_of(person, said)? {
        store::attributions::put_first(c, &first)?;
    }
    Ok(())
}

/// What the source of where somebody came from first is called among what changed of them.
pub(crate) const FIRST_SOURCE: &str = "first-source";

/// Where somebody came from first, from now on.
#[derive(Debug, Clone)]
pub(crate) struct Corrected {
    /// The source that was known; empty for none.
    pub was: String,
    /// All that is known now.
    pub now: Attribution,
}

/// What becomes of where somebody came from first, where a change of theirs changes it; `source` is what is said
/// of them from then on. Corrected it is where that is said. A source that is entered for somebody of whom none
/// was known is the first one too, as if they had been added with it. Where the first one is forgotten, reports
/// and the lists they lead to go by what is said of them: their page names no other source, and whoever knows of
/// none empties both.
pub(crate) fn corrected(
    c: &mut Conn,
    before: &Person,
    source: &str,
    said: Option<&str>,
) -> Result<Option<Corrected>> {
    if said.is_none() && (source == before.source || !before.source.is_empty()) {
        return Ok(None);
    }
    let known = store::attributions::find(c, &before.tenant_id, &before.id)?;
    let was = known.as_ref().map(|it| it.source.clone()).unwrap_or_default();
    let wanted = match said {
        Some(said) => said,
        None if was.is_empty() => source,
        None => return Ok(None),
    };
    if wanted == was {
        return Ok(None);
    }
    let now = known.unwrap_or_else(|| of_person(before));
    Ok(Some(Corrected { was, now: Attribution { source: wanted.to_owned(), ..now } }))
}

/// Keeps where somebody came from first, in the place of what was known.
pub(crate) fn put(c: &mut Conn, of: &Corrected) -> Result<()> {
    let Attribution { tenant_id, person_id, .. } = &of.now;
    store::attributions::delete(c, tenant_id, person_id)?;
    if is_known(&of.now) {
        store::attributions::put_first(c, &of.now)?;
    }
    Ok(())
}

/// Makes of where somebody came from first what it was.
pub(crate) fn put_back(c: &mut Conn, person: &Person, was: Option<&Attribution>) -> Result<()> {
    store::attributions::delete(c, &person.tenant_id, &person.id)?;
    if let Some(was) = was {
        store::attributions::put_first(c, was)?;
    }
    Ok(())
}

/// Where somebody came from, of whom nothing is known but when that was.
fn of_person(person: &Person) -> Attribution {
    Attribution {
        tenant_id: person.tenant_id.clone(),
        person_id: person.id.clone(),
        at: person.created_at,
        source: String::new(),
        medium: String::new(),
        campaign: String::new(),
        term: String::new(),
        content: String::new(),
        landing: String::new(),
        referrer: String::new(),
    }
}

fn is_known(it: &Attribution) -> bool {
    let all = [&it.source, &it.medium, &it.campaign, &it.term, &it.content];
    all.into_iter().chain([&it.landing, &it.referrer]).any(|it| !it.is_empty())
}
