//! The columns of the list of people: which of them it shows, and how the head of each orders it.

use std::collections::BTreeMap;

use app::own_fields::{OwnField, OwnKind, field_name};
use app::people::PersonOrder;

use super::own;
use super::query::ListQuery;
use crate::member::Member;
use crate::views::Choice;
use crate::views::people::{BoardTab, Columns, Head};

/// What a list may show beside the name.
struct Column {
    /// What the list's address and its template call it.
    name: &'static str,
    /// The key of its head.
    key: &'static str,
    /// What the first press on its head orders by, and the second.
    orders: Option<[PersonOrder; 2]>,
    /// Whether it is shown where nobody chose.
    is_usual: bool,
    /// How its head stands.
    class: &'static str,
}

/// Beside each other as here; own fields come before the day to get back to people.
const ALL: [Column; 8] = [
    Column {
        name: "stage",
        key: "stage",
        orders: Some([PersonOrder::Stage, PersonOrder::StageDown]),
        is_usual: true,
        class: "",
    },
    Column { name: "phone", key: "phone", orders: None, is_usual: true, class: "" },
    Column { name: "email", key: "email", orders: None, is_usual: false, class: WIDE },
    Column {
        name: "owner",
        key: "owner",
        orders: Some([PersonOrder::Owner, PersonOrder::OwnerDown]),
        is_usual: true,
        class: WIDE,
    },
    Column { name: "source", key: "source", orders: None, is_usual: false, class: WIDE },
    Column {
        name: FOLLOW_UP,
        key: "follow-up",
        orders: Some([PersonOrder::FollowUp, PersonOrder::FollowUpDown]),
        is_usual: true,
        class: WIDE,
    },
    Column {
        name: "value",
        key: "value",
        orders: Some([PersonOrder::Value, PersonOrder::ValueUp]),
        is_usual: true,
        class: "table-wide table-end",
    },
    Column {
        name: "added",
        key: "added",
        orders: Some([PersonOrder::Newest, PersonOrder::Oldest]),
        is_usual: true,
        class: "table-wide table-added",
    },
];
/// A column that a narrow screen leaves out.
const WIDE: &str = "table-wide";
const FOLLOW_UP: &str = "follow_up";

/// What an address keeps of the columns that were chosen: nothing where they are the usual ones.
pub fn kept(asked: &[String]) -> Vec<String> {
    let chosen = || ALL.iter().filter(|column| is_among(asked, column));
    if chosen().count() == 0 || ALL.iter().all(|it| it.is_usual == is_among(asked, it)) {
        return Vec::new();
    }
    chosen().map(|column| column.name.to_owned()).collect()
}

fn is_among(asked: &[String], column: &Column) -> bool {
    asked.iter().any(|name| name == column.name)
}

fn is_shown(asked: &[String], column: &Column) -> bool {
    if asked.is_empty() { column.is_usual } else { is_among(asked, column) }
}

/// Which of them are shown.
pub fn shown(here: &ListQuery) -> BTreeMap<&'static str, bool> {
    ALL.iter().map(|column| (column.name, is_shown(&here.columns, column))).collect()
}

/// What stands above the columns, the name's first. `own` are the own fields that are shown.
pub fn heads(
    member: &Member,
    here: &ListQuery,
    own: &[OwnField],
    fields: &[OwnField],
) -> Vec<Head> {
    let by = own::order(&here.order, fields).is_none().then(|| here.order());
    let mut all = vec![Head {
        label: member.text("name"),
        ..ordering(here, by, [PersonOrder::Name, PersonOrder::NameDown])
    }];
    for column in &ALL {
        if column.name == FOLLOW_UP {
            all.extend(own.iter().map(|field| own_head(here, field)));
        }
        if is_shown(&here.columns, column) {
            let head = column.orders.map(|orders| ordering(here, by, orders)).unwrap_or_default();
            all.push(Head { label: member.text(column.key), class: column.class, ..head });
        }
    }
    all
}

/// Where a press on a head leads: to the first of its orders, and from there to the second.
fn ordering(here: &ListQuery, by: Option<PersonOrder>, [first, second]: [PersonOrder; 2]) -> Head {
    let next = if by == Some(first) { second } else { first };
    let is_here = by == Some(first) || by == Some(second);
    Head {
        href: here.ordered(next.as_str()).address(),
        sorted: by.filter(|_| is_here).map_or("", direction),
        ..Head::default()
    }
}

/// What it is called that the smallest, or the largest, comes first.
const fn direction(order: PersonOrder) -> &'static str {
    match order {
        PersonOrder::Oldest
        | PersonOrder::Name
        | PersonOrder::ValueUp
        | PersonOrder::FollowUp
        | PersonOrder::Stage
        | PersonOrder::Owner => "ascending",
        PersonOrder::Newest
        | PersonOrder::NameDown
        | PersonOrder::Changed
        | PersonOrder::Value
        | PersonOrder::FollowUpDown
        | PersonOrder::StageDown
        | PersonOrder::OwnerDown => "descending",
    }
}

/// The head of an own field; nobody reads paragraphs in order.
fn own_head(here: &ListQuery, field: &OwnField) -> Head {
    let head = Head { label: field.name.clone(), class: WIDE, ..Head::default() };
    if field.kind == OwnKind::Paragraph {
        return head;
    }
    let up = field_name(field.id.as_str());
    let down = format!("{up}-down");
    let (next, sorted) = match &here.order {
        order if *order == up => (down, "ascending"),
        order if *order == down => (up, "descending"),
        _ => (up, ""),
    };
    Head { href: here.ordered(&next).address(), sorted, ..head }
}

/// The orders as links; the one that holds is current.
pub fn sorts(here: &ListQuery, orders: &[Choice]) -> Vec<BoardTab> {
    let sort = |choice: &Choice| BoardTab {
        label: choice.label.clone(),
        href: here.ordered(&choice.value).address(),
        current: choice.selected,
    };
    orders.iter().map(sort).collect()
}

/// What may be chosen.
pub fn choices(member: &Member, here: &ListQuery, fields: &[OwnField]) -> Columns {
    let known = |column: &Column| Choice {
        value: column.name.to_owned(),
        label: member.text(column.key),
        selected: is_shown(&here.columns, column),
    };
    let show = |field: &OwnField| format!("{}-show", field_name(field.id.as_str()));
    let own = |field: &OwnField| Choice {
        selected: here.own.get(&show(field)).is_some_and(|value| value == "on"),
        value: show(field),
        label: field.name.clone(),
    };
    let is_kept = |(name, value): &(&str, &str)| {
        !value.is_empty() && !matches!(*name, "column" | "after") && !name.ends_with("-show")
    };
    let kept = here.pairs().into_iter().filter(is_kept);
    Columns {
        known: ALL.iter().map(known).collect(),
        own: fields.iter().map(own).collect(),
        kept: kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}
