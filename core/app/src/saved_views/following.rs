//! Views of people that are narrowed by a source follow it when it is renamed. A view keeps its list's address:
//! but for the value that names the source it stays as it was written.

use domain::{SavedViewId, TenantId};
use serde::{Deserialize, Serialize};
use store::Conn;
use url::form_urlencoded::{self, Serializer};

use super::{SavedList, SavedView, record};
use crate::App;
use crate::audit::Who;
use crate::error::Result;

/// The parts of an address that narrow people by sources: of which they are, of which they were first, and the
/// lines of those that they were first of none of.
pub const BY_SOURCE: [&str; 3] = ["source", "first", "other_sources"];

/// What became of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Followed {
    view: SavedViewId,
    /// The part of its address.
    part: String,
    was: String,
    now: String,
}

/// Keeps the views as they are until some follow, or go back: whoever changes one holds it first and the log
/// last, so this comes before anything that is noted there.
pub(crate) fn hold(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    Ok(store::saved_views::hold(c, tenant, SavedList::People)?)
}

/// Narrows the views that one source narrows by another, whoever's they are, inside the transaction that gives
/// its people the other; answers what became of them. As long as somebody is of the source it goes on finding
/// them.
pub(crate) fn follow(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    (from, to): (&str, &str),
) -> Result<Vec<Followed>> {
    let mut all = Vec::new();
    if store::people::count_of_source(c, tenant, from)? > 0 {
        return Ok(all);
    }
    hold(c, tenant)?;
    for view in store::saved_views::list_of_everybody(c, tenant, SavedList::People)? {
        let (mut query, mut its) = (view.query.clone(), Vec::new());
        for part in BY_SOURCE {
            let Some(was) = value_of(&query, part) else { continue };
            let now = renamed(&was, from, to);
            if now != was {
                query = with(&query, part, &now);
                its.push(Followed { view: view.id.clone(), part: part.to_owned(), was, now });
            }
        }
        if change(app, c, who, &view, &query)? {
            all.extend(its);
        }
    }
    Ok(all)
}

/// Narrows those views again by what they were narrowed by, where they still are as they became.
pub(crate) fn take_back(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    followed: &[Followed],
) -> Result<()> {
    if followed.is_empty() {
        return Ok(());
    }
    hold(c, tenant)?;
    for Followed { view, part, was, now } in followed {
        let Some(view) = store::saved_views::find(c, tenant, view)? else { continue };
        if value_of(&view.query, part).as_ref() == Some(now) {
            change(app, c, who, &view, &with(&view.query, part, was))?;
        }
    }
    Ok(())
}

/// Answers whether anything was changed: somebody may have removed it meanwhile.
fn change(app: &App, c: &mut Conn, who: &Who, view: &SavedView, query: &str) -> Result<bool> {
    if query == view.query || !store::saved_views::update_query(c, view, query)? {
        return Ok(false);
    }
    record(app, c, (&view.tenant_id, who), "view.changed", &view.id)?;
    Ok(true)
}

/// What a part of an address says; of what is said several times the last counts.
fn value_of(query: &str, part: &str) -> Option<String> {
    let all = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| **name == *part);
    all.last().map(|(_, value)| value.into_owned())
}

/// The same address with another value of a part that it has.
fn with(query: &str, part: &str, value: &str) -> String {
    let mut pairs: Vec<String> = query.split('&').map(str::to_owned).collect();
    let is_it = |pair: &str| value_of(pair, part).is_some();
    if let Some(at) = pairs.iter().rposition(|pair| is_it(pair)) {
        pairs[at] = Serializer::new(String::new()).append_pair(part, value).finish();
    }
    pairs.join("&")
}

/// The same with the other source in each line that names the one, as lists read lines.
fn renamed(value: &str, from: &str, to: &str) -> String {
    let line = |line: &str| match line.trim() == from {
        true => line.replacen(from, to, 1),
        false => line.to_owned(),
    };
    value.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_the_value_becomes_another() {
        let query = "tag=a%2Cb&source=shop+%26+more&&q=source%3Dshop&first=ads&x";
        assert_eq!(value_of(query, "source").as_deref(), Some("shop & more"));
        let other = "tag=a%2Cb&source=%D7%97%D7%A0%D7%95%D7%AA&&q=source%3Dshop&first=ads&x";
        assert_eq!(with(query, "source", "חנות"), other);
        assert_eq!(with(other, "source", "shop & more"), query);
        assert_eq!(value_of("source=a%20b", "source").as_deref(), Some("a b"));
        assert_eq!(with("source=a&source=b", "source", "c"), "source=a&source=c");
        assert_eq!(value_of("source=a&source=b", "source").as_deref(), Some("b"));
        for none in ["", "sources=a", "q=source", "&"] {
            assert_eq!(value_of(none, "source"), None, "{none}");
            assert_eq!(with(none, "source", "a"), none);
        }
    }

    #[test]
    fn a_source_is_renamed_where_it_is_the_whole_of_a_line() {
        let renamed = |value: &str| renamed(value, "ads", "Ads");
        assert_eq!(renamed("ads"), "Ads");
        assert_eq!(renamed("site\r\nads\r\nbads\r\n"), "site\r\nAds\r\nbads\r\n");
        for other in ["", "ADS", "ads 2", "ads,site"] {
            assert_eq!(renamed(other), other);
        }
    }
}
