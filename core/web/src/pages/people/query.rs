//! What the list of people is asked for, as its address says it: so are its board, its files and the views of it.

use app::own_fields::OwnField;
use app::people::{
    OwnAsk, OwnFilter, Owned, PersonFilter, PersonOrder, Sorting, Standing, TAGS_ASKED_MAX, Worth,
};
use app::{Error, money};
use jiff::ToSpan;
use serde::Deserialize;

use super::{columns, own};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::reports;
use crate::views::Errors;

/// The most tags that are read of an address. Those beyond [`TAGS_ASKED_MAX`] stay chosen, but narrow nothing.
const TAGS_READ_MAX: usize = 100;

/// What the list is asked for. What can't be read is as if it weren't said; of what is said several times the
/// last counts, but of tags all do.
#[derive(Deserialize, Default, Clone)]
#[serde(from = "Vec<(String, String)>")]
pub struct ListQuery {
    pub(super) standing: String,
    pub(super) kind: String,
    pub(super) consent: String,
    pub(super) stage: String,
    pub(super) owner: String,
    pub(super) tags: Vec<String>,
    pub(super) source: String,
    // Where they came from first: what reports lead to.
    pub(super) first: String,
    pub(super) follow_up: String,
    pub(super) pipeline: String,
    pub(super) other_sources: String,
    pub(super) added: String,
    pub(super) won: String,
    pub(super) currency: String,
    pub(super) worth_from: String,
    pub(super) worth_to: String,
    pub(super) waiting: String,
    pub(super) step: String,
    pub(super) order: String,
    // What it shows beside the name; empty for what is usual.
    pub(super) columns: Vec<String>,
    pub(super) q: String,
    pub(super) after: String,
    // Whose row is open to be changed: of this page alone, and in no address of another.
    pub(super) row: String,
    // What is asked of own fields: which there are, each business says.
    pub(super) own: own::Asked,
}

/// What an address is understood by.
pub struct Terms {
    /// The business's own fields.
    pub fields: Vec<OwnField>,
    /// The currency that amounts are in.
    pub currency: String,
}

impl Terms {
    /// Those of the reader's business.
    pub async fn load(member: &Member) -> Result<Self, Failure> {
        let currency = member.frame().await?.tenant.currency.clone();
        Ok(Self { fields: own::fields(member).await?, currency })
    }
}

impl From<Vec<(String, String)>> for ListQuery {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            query.put(name, value);
        }
        query.columns = columns::kept(&query.columns);
        query
    }
}

impl ListQuery {
    fn put(&mut self, name: String, value: String) {
        let field = match name.as_str() {
            "standing" => &mut self.standing,
            "kind" => &mut self.kind,
            "consent" => &mut self.consent,
            "stage" => &mut self.stage,
            "owner" => &mut self.owner,
            "source" => &mut self.source,
            "first" => &mut self.first,
            "follow_up" => &mut self.follow_up,
            "pipeline" => &mut self.pipeline,
            "other_sources" => &mut self.other_sources,
            "added" => &mut self.added,
            "won" => &mut self.won,
            "currency" => &mut self.currency,
            "worth_from" => &mut self.worth_from,
            "worth_to" => &mut self.worth_to,
            "waiting" => &mut self.waiting,
            "step" => &mut self.step,
            "order" => &mut self.order,
            "q" => &mut self.q,
            "after" => &mut self.after,
            "row" => &mut self.row,
            "tag" => {
                let is_new = !value.is_empty() && !self.tags.contains(&value);
                if is_new && self.tags.len() < TAGS_READ_MAX {
                    self.tags.push(value);
                }
                return;
            }
            "column" => {
                self.columns.push(value);
                return;
            }
            own if own.starts_with("own-") => {
                self.own.insert(name, value);
                return;
            }
            _ => return,
        };
        *field = value;
    }

    /// The address of the same list from another place, or narrowed otherwise.
    pub(super) fn address(&self) -> String {
        self.at("/people")
    }

    /// The same people on another page.
    pub(super) fn at(&self, path: &str) -> String {
        address(path, &self.pairs())
    }

    /// What a board takes over: its stages stand beside each other, each in its own order.
    pub(super) fn on_board(self) -> Self {
        let none = String::new;
        let columns = Vec::new();
        Self { stage: none(), standing: none(), order: none(), after: none(), columns, ..self }
    }

    /// The same in a pipeline.
    pub(super) fn in_pipeline(&self, pipeline: &str) -> Self {
        Self { pipeline: pipeline.to_owned(), ..self.clone() }
    }

    /// Only those in a stage, whose pipeline is plain.
    pub(super) fn in_stage(&self, stage: &str) -> Self {
        Self { stage: stage.to_owned(), ..self.in_pipeline("") }
    }

    /// The same in another order, from its beginning.
    pub(super) fn ordered(&self, order: &str) -> Self {
        let order = if order == PersonOrder::Newest.as_str() { "" } else { order };
        Self { order: order.to_owned(), after: String::new(), ..self.clone() }
    }

    /// The same without what narrows it, but for whom it is of and what was searched for.
    pub(super) fn cleared(&self) -> Self {
        Self {
            standing: self.standing.clone(),
            q: self.q.clone(),
            order: self.order.clone(),
            columns: self.columns.clone(),
            ..Self::default()
        }
    }

    /// What is asked of own fields, as the address has it.
    pub(super) fn own_pairs(&self) -> Vec<(String, String)> {
        self.own.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    pub(super) fn pairs(&self) -> Vec<(&str, &str)> {
        let own = self.own.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let who: [(&str, &str); 5] = [
            ("standing", &self.standing),
            ("kind", &self.kind),
            ("consent", &self.consent),
            ("stage", &self.stage),
            ("owner", &self.owner),
        ];
        let more: [(&str, &str); 15] = [
            ("source", &self.source),
            ("first", &self.first),
            ("follow_up", &self.follow_up),
            ("pipeline", &self.pipeline),
            ("other_sources", &self.other_sources),
            ("added", &self.added),
            ("won", &self.won),
            ("currency", &self.currency),
            ("worth_from", &self.worth_from),
            ("worth_to", &self.worth_to),
            ("waiting", &self.waiting),
            ("step", &self.step),
            ("order", &self.order),
            ("q", &self.q),
            ("after", &self.after),
        ];
        let tags = self.tags.iter().map(|tag| ("tag", tag.as_str()));
        let columns = self.columns.iter().map(|name| ("column", name.as_str()));
        who.into_iter().chain(tags).chain(more).chain(columns).chain(own).collect()
    }

    pub(super) fn narrowed(&self) -> usize {
        let filters = [
            &self.kind,
            &self.consent,
            &self.stage,
            &self.owner,
            &self.source,
            &self.first,
            &self.follow_up,
            &self.pipeline,
            &self.other_sources,
            &self.added,
            &self.won,
            &self.currency,
            &self.waiting,
            &self.step,
        ];
        let one = filters.iter().filter(|text| !text.is_empty()).count();
        let has_worth = !self.worth_from.is_empty() || !self.worth_to.is_empty();
        one + self.tags.len() + usize::from(has_worth) + own::narrowed(&self.own)
    }

    pub(super) fn order(&self) -> PersonOrder {
        match self.order.parse().unwrap_or(PersonOrder::Newest) {
            // Who has no day has no place among days.
            PersonOrder::FollowUp | PersonOrder::FollowUpDown if self.follow_up == "none" => {
                PersonOrder::Newest
            }
            order => order,
        }
    }

    /// In what order.
    pub(crate) fn sorting(&self, fields: &[OwnField]) -> Sorting {
        own::sorting(&self.order, fields).unwrap_or_else(|| self.order().into())
    }

    /// Who is asked for.
    pub(crate) fn filter(&self, member: &Member, terms: &Terms) -> PersonFilter {
        let search = self.q.trim();
        let mut own = own::filters(&self.own, &terms.fields);
        if let Some((field, _)) = own::order(&self.order, &terms.fields) {
            // In that order nobody is listed who has nothing of it, so nobody else counts or is chosen.
            own.push(OwnFilter { field: field.id.clone(), ask: OwnAsk::Within(None, None) });
        }
        PersonFilter {
            search: (!search.is_empty()).then(|| search.to_owned()),
            standing: self.standing.parse::<Standing>().ok(),
            kind: self.kind.parse().ok(),
            consent: self.consent.parse().ok(),
            pipeline: self.pipeline.parse().ok(),
            stages: self.stage.parse().into_iter().collect(),
            owner: owned(member, &self.owner),
            tags: self
                .tags
                .iter()
                .take(TAGS_ASKED_MAX)
                .filter_map(|tag| tag.parse().ok())
                .collect(),
            own,
            source: (!self.source.is_empty()).then(|| self.source.trim().to_owned()),
            first_source: (!self.first.is_empty()).then(|| self.first.trim().to_owned()),
            other_sources: self.other_sources.lines().map(|it| it.trim().to_owned()).collect(),
            currency: (!self.currency.is_empty()).then(|| self.currency.trim().to_owned()),
            // In that order nobody is listed who has no value, so nobody else counts or is chosen.
            has_value: self.order() == PersonOrder::ValueUp,
            worth: self.worth(&terms.currency),
            follow_up_until: self.follow_up_until(member),
            no_follow_up: self.follow_up == "none",
            added: reports::span_of(member, &self.added),
            won: reports::span_of(member, &self.won),
            waiting: self.waiting == "on",
            step: self.step.parse().ok(),
        }
    }

    fn worth(&self, currency: &str) -> Option<Worth> {
        let read = |text: &str| money::read(text, currency);
        let (from, to) = (read(&self.worth_from), read(&self.worth_to));
        from.or(to)?;
        Some(Worth { currency: currency.to_owned(), from, to })
    }

    /// What is wrong with what is asked for, by the names of the address. What can be read of it narrows the list
    /// all the same.
    pub(super) fn errors(&self, terms: &Terms) -> Errors {
        let mut all = own::errors(&self.own, &terms.fields);
        all.extend(self.worth_error(&terms.currency).map(|key| ("worth_from".to_owned(), key)));
        all.extend(self.tags_error().map(|key| ("tag".to_owned(), key)));
        all
    }

    /// What is wrong with the tags that are chosen, a text's key.
    pub(super) fn tags_error(&self) -> Option<String> {
        (self.tags.len() > TAGS_ASKED_MAX).then(|| "error-too-many-tags-asked".to_owned())
    }

    /// What is wrong with what they may be worth as it was typed, a text's key.
    pub(super) fn worth_error(&self, currency: &str) -> Option<String> {
        let (from, to) = (("worth_from", &*self.worth_from), ("worth_to", &*self.worth_to));
        match money::range(from, to, currency) {
            Err(Error::Invalid { key, .. }) => Some(key),
            _ => None,
        }
    }

    fn is_by_follow_up(&self) -> bool {
        matches!(self.order(), PersonOrder::FollowUp | PersonOrder::FollowUpDown)
    }

    fn follow_up_until(&self, member: &Member) -> Option<String> {
        let today = member.dates().today();
        let until = match self.follow_up.as_str() {
            "today" => today,
            "week" => today.saturating_add(7.days()),
            // Long before the calendars of our files end.
            "any" => jiff::civil::Date::MAX,
            // By that day nobody is listed who has none, so nobody else counts or is chosen either.
            _ if self.is_by_follow_up() => jiff::civil::Date::MAX,
            _ => return None,
        };
        Some(until.to_string())
    }
}

/// Who looks after the people that an address asks for.
pub fn owned(member: &Member, text: &str) -> Option<Owned> {
    match text {
        "me" => Some(Owned::By(member.ctx.member.clone())),
        "nobody" => Some(Owned::ByNobody),
        text => text.parse().ok().map(Owned::By),
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

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::web::Query;

    fn read(query: &str) -> ListQuery {
        Query::<ListQuery>::from_query(query).unwrap().into_inner()
    }

    #[test]
    fn an_address_is_written_as_it_was_read() {
        for query in [
            "owner=me",
            "standing=lead&tag=1&source=site&order=name",
            "tag=1&tag=2&worth_from=1%2C000&worth_to=5&q=noa+levi&own-1=any&own-1-from=3",
            "order=stage-down&column=phone&column=source&own-1-show=on",
        ] {
            assert_eq!(read(query).address(), format!("/people?{query}"));
        }
        assert_eq!(read("").address(), "/people");
    }

    #[test]
    fn what_views_follow_a_source_by_narrows_the_list() {
        for part in app::saved_views::BY_SOURCE {
            let asked = read(&format!("{part}=fair"));
            assert_eq!((asked.narrowed(), asked.at("")), (1, format!("?{part}=fair")));
        }
    }

    #[test]
    fn another_order_keeps_all_but_the_page() {
        let here = read("owner=me&order=name&after=x&column=email");
        assert_eq!(here.ordered("value").address(), "/people?owner=me&order=value&column=email");
        assert_eq!(here.ordered("newest").address(), "/people?owner=me&column=email");
    }

    #[test]
    fn what_is_said_again_counts_once_and_what_is_unknown_not_at_all() {
        let again = "tag=1&tag=1&tag=&kind=person&kind=company&format=csv";
        assert_eq!(read(again).address(), "/people?kind=company&tag=1");
        // In their own order, and not at all where they are the usual ones.
        let columns = "column=source&column=much&column=stage&column=source";
        assert_eq!(read(columns).address(), "/people?column=stage&column=source");
        let usual = ["stage", "phone", "owner", "follow_up", "value", "added"];
        let usual: Vec<String> = usual.iter().map(|name| format!("column={name}")).collect();
        assert_eq!(read(&usual.join("&")).address(), "/people");
        assert_eq!(read("column=much").address(), "/people");
        let many: Vec<String> = (0..TAGS_READ_MAX * 2).map(|n| format!("tag={n}")).collect();
        assert_eq!(read(&many.join("&")).tags.len(), TAGS_READ_MAX);
    }

    #[test]
    fn more_tags_than_narrow_a_list_stay_chosen_and_it_is_said() {
        let of = |count: usize| {
            let tags: Vec<String> = (0..count).map(|n| format!("tag={n}")).collect();
            let query = read(&tags.join("&"));
            assert_eq!(query.address(), format!("/people?{}", tags.join("&")));
            query.tags_error()
        };
        assert_eq!(of(TAGS_ASKED_MAX), None);
        assert_eq!(of(TAGS_ASKED_MAX + 1).as_deref(), Some("error-too-many-tags-asked"));
    }
}
