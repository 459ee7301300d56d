//! Which words of a list are shown to whoever brings it.

use std::collections::BTreeMap;

use store::tags::Tag;

use super::super::plan::{DateOrder, Decimals, Doubles, Reading};
use super::*;

const ID: &str = "0190a0b0-0000-7000-8000-000000000000";

/// A business with these tags, and nothing else that a list may name.
fn house(tags: &[&str]) -> Known {
    let tag = |name: &&str| {
        let tag = Tag::new(ID.parse().unwrap(), ID.parse().unwrap(), name);
        (folded_name(name), tag)
    };
    Known {
        stages: Vec::new(),
        members: HashMap::new(),
        tags: tags.iter().map(tag).collect(),
        currency: "ILS".to_owned(),
        home: None,
        own: Vec::new(),
        zone: "Asia/Jerusalem".parse().unwrap(),
        today: jiff::civil::date(2026, 11, 29),
    }
}

/// So many columns of tags, each row with a word of its own in each of them.
fn list(columns: usize, rows: usize) -> (Sheet, Plan) {
    let mut sheet = Sheet::default();
    for row in 0..rows {
        let cells: Vec<String> = (0..columns).map(|at| format!("word {at} {row:03}")).collect();
        sheet.push(row + 1, cells.iter().map(String::as_str)).unwrap();
    }
    let column =
        |_| Column { name: String::new(), to: Target::Tags, own: None, values: BTreeMap::new() };
    let plan = Plan {
        reading: Reading::default(),
        head: false,
        columns: (0..columns).map(column).collect(),
        dates: DateOrder::DayFirst,
        decimals: Decimals::Point,
        doubles: Doubles::Skip,
        tag: String::new(),
        source: String::new(),
    };
    (sheet, plan)
}

fn new(of: &Words) -> usize {
    of.shown.iter().filter(|it| it.to.is_empty()).count()
}

/// Says of all words that are shown that they are left out.
fn leave(plan: &mut Plan, all: &[Words]) {
    let mut said = Vec::new();
    for (column, words) in all.iter().enumerate() {
        for it in &words.shown {
            said.push(Meaning { column, word: it.word.clone(), to: LEAVE.to_owned() });
        }
    }
    put(plan, &said, &house(&[])).unwrap();
}

#[test]
fn of_very_many_words_the_next_come_up_once_something_is_said_of_the_first() {
    let (sheet, mut plan) = list(1, 70);
    let mut rounds = Vec::new();
    for _ in 0..4 {
        let all = unknown(&sheet, &plan, &house(&[]), 1_000);
        rounds.push((new(&all[0]), all[0].shown.len(), all[0].more));
        leave(&mut plan, &all);
    }
    assert_eq!(rounds, [(30, 30, 40), (30, 30, 10), (10, 30, 0), (0, 30, 0)]);
    assert_eq!(plan.columns[0].values.len(), 70);
}

#[test]
fn where_there_is_no_room_for_all_columns_the_last_have_their_turn() {
    let (sheet, mut plan) = list(7, 40);
    let all = unknown(&sheet, &plan, &house(&[]), 1_000);
    let sizes: Vec<(usize, usize)> = all.iter().map(|it| (it.shown.len(), it.more)).collect();
    assert_eq!((sizes[0], sizes[4], sizes[5], sizes[6]), ((30, 10), (30, 10), (0, 40), (0, 40)));
    leave(&mut plan, &all);
    let all = unknown(&sheet, &plan, &house(&[]), 1_000);
    assert_eq!((new(&all[0]), new(&all[6])), (10, 30));
    assert_eq!(all.iter().map(|it| it.shown.len()).sum::<usize>(), SHOWN_ALL_MAX);
}

#[test]
fn what_is_said_of_a_word_stays_in_sight_when_the_business_has_it_by_then() {
    let (sheet, mut plan) = list(1, 2);
    let said = Meaning { column: 0, word: "WORD 0 001".to_owned(), to: AS_NOTE.to_owned() };
    put(&mut plan, &[said], &house(&[])).unwrap();
    let since = house(&["Word 0 000", "Word 0 001"]);
    let all = unknown(&sheet, &plan, &since, 9);
    let shown: Vec<(&str, &str)> = all[0].shown.iter().map(|it| (&*it.word, &*it.to)).collect();
    assert_eq!(shown, [("word 0 001", "note")]);
}

#[test]
fn a_tag_that_is_too_much_is_said_of_the_column_that_makes_it() {
    let (_, mut plan) = list(3, 0);
    assert_eq!(plan.place_of_tags(), 0);
    (plan.columns[0].to, plan.columns[1].to) = (Target::Name, Target::Stage);
    assert_eq!(plan.place_of_tags(), 2);
    let said = Meaning { column: 1, word: "Warm".to_owned(), to: AS_TAG.to_owned() };
    put(&mut plan, &[said], &house(&[])).unwrap();
    assert_eq!(plan.place_of_tags(), 1);
}

#[test]
fn of_more_words_than_a_plan_has_room_for_nothing_is_said() {
    let (_, mut plan) = list(1, 0);
    let said = |n: usize| Meaning { column: 0, word: format!("word {n}"), to: LEAVE.to_owned() };
    let all: Vec<Meaning> = (0..MEANINGS_MAX).map(said).collect();
    put(&mut plan, &all, &house(&[])).unwrap();
    put(&mut plan, &all[..1], &house(&[])).unwrap();
    let more = put(&mut plan, &[said(MEANINGS_MAX)], &house(&[]));
    assert!(matches!(more, Err(Error::Invalid { .. })), "{more:?}");
}

#[test]
fn a_word_is_shown_that_is_as_long_as_something_can_be_said_of() {
    let (long, longer) = ("a".repeat(MEANT_CHARS_MAX), "b".repeat(MEANT_CHARS_MAX + 1));
    let mut sheet = Sheet::default();
    for (number, word) in [(1, &long), (2, &longer)] {
        sheet.push(number, [word.as_str()]).unwrap();
    }
    let (_, mut plan) = list(1, 0);
    let all = unknown(&sheet, &plan, &house(&[]), 9);
    let shown: Vec<&str> = all[0].shown.iter().map(|it| &*it.word).collect();
    assert_eq!(shown, [long.as_str()]);
    leave(&mut plan, &all);
    assert_eq!(plan.columns[0].values.len(), 1);
    let said = Meaning { column: 0, word: longer, to: LEAVE.to_owned() };
    let refused = put(&mut plan, &[said], &house(&[]));
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
}
