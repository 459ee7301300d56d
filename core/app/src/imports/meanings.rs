//! What words of a list mean that the business doesn't know: stages, members, choices and tags of another
//! program. Whoever brings the list says so word by word, and each row that has the word is read so. Of a word
//! of which nobody says anything a row is refused as ever, and among tags it is a new one.

use std::cmp::Ordering;
use std::collections::HashMap;

use domain::OwnFieldId;
use store::own_fields::OwnKind;
use store::people::folded_name;

use super::known::Known;
use super::plan::{Column, Plan};
use super::rows::{self, OwnSaid, Said};
use super::sheet::Sheet;
use super::targets::Target;
use crate::error::{Error, Result};
use crate::own_fields::values;

/// A word that is left out.
pub const LEAVE: &str = "leave";
/// A word that becomes a tag.
pub const AS_TAG: &str = "tag";
/// A word that stands in the notes.
pub const AS_NOTE: &str = "note";
/// The longest word of which something can be said, in characters.
pub const MEANT_CHARS_MAX: usize = 60;
/// Of how many words a plan says something at most.
pub const MEANINGS_MAX: usize = 1_000;

/// How many words of a column are shown.
const SHOWN_MAX: usize = 30;
/// How many of all columns.
const SHOWN_ALL_MAX: usize = 150;

/// What somebody says of a word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The column's place.
    pub column: usize,
    /// The word, in whichever spelling.
    pub word: String,
    /// [`LEAVE`], [`AS_TAG`], [`AS_NOTE`], or the id of what it is here; empty for nothing.
    pub to: String,
}

/// A word of a column that the business doesn't know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The word, as it stands there first.
    pub word: String,
    /// In how many of the rows that were looked at.
    pub rows: usize,
    /// What somebody said of it, as in [`Meaning`].
    pub to: String,
}

/// Words of a column that the business doesn't know, and those of which somebody said something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// They, the most frequent first.
    pub shown: Vec<Unknown>,
    /// How many more there are of which nothing is said.
    pub more: usize,
}

/// A word as it is kept: however it is written, it means the same.
fn key(word: &str) -> String {
    folded_name(word.trim())
}

/// Whether something can be said of a column's words.
fn takes(column: &Column, known: &Known) -> bool {
    match &column.own {
        Some(id) => known.own_field(id).is_some_and(|field| field.kind == OwnKind::Choice),
        None => matches!(column.to, Target::Stage | Target::Owner | Target::Tags),
    }
}

fn is_known(column: &Column, word: &str, known: &Known) -> bool {
    match &column.own {
        Some(id) => {
            let field = known.own_field(id);
            field.is_none_or(|field| values::option_named(field, word).is_some())
        }
        None => known.has(column.to, word),
    }
}

/// The words of a cell, of which tags alone have several.
fn words_of<'c>(column: &Column, cell: &'c str) -> Vec<&'c str> {
    match column.to {
        Target::Tags => rows::several(cell).collect(),
        _ => Some(cell).filter(|cell| !cell.is_empty()).into_iter().collect(),
    }
}

/// Of each column the words that the business doesn't know, in so many rows. Where there are more than are shown,
/// those of which nothing is said come before the others: once something is, the next ones come up.
pub(super) fn unknown(sheet: &Sheet, plan: &Plan, known: &Known, rows_max: usize) -> Vec<Words> {
    let count = |(place, column): (usize, &Column)| {
        if !takes(column, known) {
            return Counted::default();
        }
        let rows = sheet.rows_from(plan.first_row()).take(rows_max);
        counted(column, rows.map(|row| row.cell(place)), known)
    };
    let all: Vec<Counted> = plan.columns.iter().enumerate().map(count).collect();
    let mut left = SHOWN_ALL_MAX;
    let mut room = |wanted: usize| {
        let some = wanted.min(left);
        left -= some;
        some
    };
    let new: Vec<usize> = all.iter().map(|it| room(it.new.len())).collect();
    let room_for_said = |(it, new): (&Counted, &usize)| room(it.said.len().min(SHOWN_MAX - new));
    let said: Vec<usize> = all.iter().zip(&new).map(room_for_said).collect();
    let words = |((mut it, new), said): ((Counted, usize), usize)| {
        let more = it.more + it.new.len() - new;
        it.new.truncate(new);
        it.new.extend(it.said.into_iter().take(said));
        it.new.sort_by(in_order);
        Words { shown: it.new, more }
    };
    all.into_iter().zip(new).zip(said).map(words).collect()
}

/// Words of a column, at most as many as are shown of one.
#[derive(Default)]
struct Counted {
    /// Those of which nothing is said.
    new: Vec<Unknown>,
    /// How many more of them there are.
    more: usize,
    /// Those of which something is said.
    said: Vec<Unknown>,
}

/// The most frequent first.
fn in_order(one: &Unknown, other: &Unknown) -> Ordering {
    other.rows.cmp(&one.rows).then_with(|| one.word.cmp(&other.word))
}

fn counted<'r>(column: &Column, cells: impl Iterator<Item = &'r str>, known: &Known) -> Counted {
    // None for what the business knows and nobody said anything of: what is said counts, whatever is known since.
    let mut seen: HashMap<String, Option<(&'r str, usize)>> = HashMap::new();
    for word in cells.flat_map(|cell| words_of(column, cell)) {
        if word.chars().count() > MEANT_CHARS_MAX {
            continue;
        }
        let folded = key(word);
        let is_said = column.values.contains_key(&folded);
        let is_shown = || (is_said || !is_known(column, word, known)).then_some((word, 0));
        if let Some((_, rows)) = seen.entry(folded).or_insert_with(is_shown) {
            *rows += 1;
        }
    }
    let unknown = |(folded, seen): (String, Option<(&str, usize)>)| {
        let (word, rows) = seen?;
        let to = column.values.get(&folded).cloned().unwrap_or_default();
        Some(Unknown { word: word.to_owned(), rows, to })
    };
    let all = seen.into_iter().filter_map(unknown);
    let (mut new, mut said): (Vec<_>, Vec<_>) = all.partition(|it| it.to.is_empty());
    new.sort_by(in_order);
    said.sort_by(in_order);
    let more = new.len().saturating_sub(SHOWN_MAX);
    new.truncate(SHOWN_MAX);
    said.truncate(SHOWN_MAX);
    Counted { new, more, said }
}

/// Puts into a plan what somebody says of words; those that aren't named stay as they are.
pub(super) fn put(plan: &mut Plan, said: &[Meaning], known: &Known) -> Result<()> {
    for each in said {
        let field = format!("column-{}", each.column);
        let invalid = || Error::invalid(field, "error-imports-meaning");
        let Some(column) = plan.columns.get_mut(each.column) else { return Err(invalid()) };
        let word = key(&each.word);
        if each.to.is_empty() {
            column.values.remove(&word);
            continue;
        }
        let is_long = each.word.trim().chars().count() > MEANT_CHARS_MAX;
        let can_be = takes(column, known) && can_mean(column, &each.to, known);
        if word.is_empty() || is_long || !can_be {
            return Err(invalid());
        }
        column.values.insert(word, each.to.clone());
    }
    let count: usize = plan.columns.iter().map(|column| column.values.len()).sum();
    if count > MEANINGS_MAX {
        return Err(Error::invalid("form", "error-imports-meanings-many"));
    }
    Ok(())
}

/// Whether a word of a column can be that.
fn can_mean(column: &Column, to: &str, known: &Known) -> bool {
    match (to, &column.own, column.to) {
        (LEAVE | AS_NOTE, ..) => true,
        (AS_TAG, own, target) => own.is_some() || target != Target::Tags,
        (id, Some(field), _) => {
            let field = known.own_field(field);
            field.is_some_and(|field| field.options().iter().any(|option| option.id == id))
        }
        (id, None, Target::Stage) => known.stages.iter().any(|stage| stage.id.as_str() == id),
        (id, None, Target::Owner) => known.members.values().any(|member| member.as_str() == id),
        (id, None, Target::Tags) => known.tags.values().any(|tag| tag.id.as_str() == id),
        _ => false,
    }
}

/// Takes a cell as its words are meant, where somebody said so; answers whether they did.
pub(super) fn take(said: &mut Said, column: &Column, cell: &str, known: &Known) -> Result<bool> {
    if column.values.is_empty() {
        return Ok(false);
    }
    if column.to == Target::Tags {
        for word in words_of(column, cell) {
            match column.values.get(&key(word)) {
                Some(to) => one(said, column, (word, to.as_str()), known)?,
                None => rows::tag(said, word)?,
            }
        }
        return Ok(true);
    }
    let Some(to) = column.values.get(&key(cell)) else { return Ok(false) };
    one(said, column, (cell, to.as_str()), known)?;
    Ok(true)
}

fn one(said: &mut Said, column: &Column, (word, to): (&str, &str), known: &Known) -> Result<()> {
    match (to, &column.own, column.to) {
        (LEAVE, ..) => {}
        (AS_TAG, ..) => rows::tag(said, word)?,
        (AS_NOTE, ..) => rows::notes(said, word, &column.name)?,
        (id, Some(field), _) => said.own.extend(option(field, id, known)?),
        (id, None, Target::Stage) => {
            // One that goes takes nobody new in any more.
            let found = known.stages.iter().find(|stage| stage.id.as_str() == id).cloned();
            let gone = || Error::invalid("stage", "error-imports-stage");
            said.stage = Some(found.ok_or_else(gone)?);
        }
        (id, None, Target::Owner) => {
            let found = known.members.values().find(|member| member.as_str() == id).cloned();
            let gone = || Error::invalid("owner", "error-imports-member");
            said.owner = Some(found.ok_or_else(gone)?);
        }
        (id, None, Target::Tags) => {
            let found = known.tags.values().find(|tag| tag.id.as_str() == id);
            rows::tag(said, found.map_or(word, |tag| &tag.name))?;
        }
        _ => {}
    }
    Ok(())
}

/// What an option says of its field; nothing where the field was removed meanwhile.
fn option(field: &OwnFieldId, id: &str, known: &Known) -> Result<Option<OwnSaid>> {
    let Some(field) = known.own_field(field) else { return Ok(None) };
    let read = values::read(field, "own", id, Some(id))?;
    let cell = field.option_name(id);
    Ok(read.map(|(value, key)| OwnSaid { field: field.id.clone(), cell, value, key }))
}

#[cfg(test)]
mod tests;
