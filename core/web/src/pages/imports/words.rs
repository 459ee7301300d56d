//! Words of a list that the business doesn't know, and what whoever brings it says of each.

use std::collections::HashMap;

use app::imports::{
    AS_NOTE, AS_TAG, Column, LEAVE, Look, Meaning, PlanInput, Target, Unknown, Words,
};
use app::own_fields::OwnField;

use crate::error::Failure;
use crate::member::Member;
use crate::pages::people::Names;
use crate::views::Choice;
use crate::views::imports::WordRow;

/// The most tags that are offered for a word: a page with all of a thousand for each word is of no use.
const TAGS_OFFERED: usize = 100;

/// What words can mean here.
pub struct Meant {
    /// The own fields of the business.
    pub own: Vec<OwnField>,
    names: Names,
    /// What the columns are by the plan, whose words are there.
    before: Vec<String>,
    unknown: Vec<Words>,
    /// What was just said of words, and wasn't taken.
    sent: Vec<Meaning>,
}

impl Meant {
    /// What the business has, and what the file names besides.
    pub async fn load(
        member: &Member,
        look: &Look,
        sent: Option<&PlanInput>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            own: app::own_fields::list_fields(&member.web.app, &member.ctx).await?,
            names: Names::load(member).await?,
            before: look.plan.columns.iter().map(Column::word).collect(),
            unknown: look.unknown.clone(),
            sent: sent.map(|sent| sent.meanings.clone()).unwrap_or_default(),
        })
    }

    /// The words of a column as its form has them. Of what it was before, they say nothing now.
    pub fn rows(&self, member: &Member, place: usize, column: &Column) -> Vec<WordRow> {
        let Some(words) = self.words(place, column) else { return Vec::new() };
        let row = |it: &Unknown| {
            let mut sent = self.sent.iter();
            let sent = sent.find(|said| said.column == place && said.word == it.word);
            let current = sent.map_or(it.to.as_str(), |said| said.to.as_str());
            WordRow {
                word: it.word.clone(),
                rows: it.rows,
                choices: self.choices(member, column, current),
            }
        };
        words.shown.iter().map(row).collect()
    }

    /// How many more there are, which come up once something is said of these.
    pub fn more(&self, place: usize, column: &Column) -> usize {
        self.words(place, column).map_or(0, |words| words.more)
    }

    /// The words of a column that is what it was.
    fn words(&self, place: usize, column: &Column) -> Option<&Words> {
        let is_same = self.before.get(place) == Some(&column.word());
        self.unknown.get(place).filter(|_| is_same)
    }

    fn choices(&self, member: &Member, column: &Column, current: &str) -> Vec<Choice> {
        let choice = |value: &str, key: &str| Choice::new(value, member.text(key), current);
        let is_tags = column.to == Target::Tags;
        let nothing = if is_tags { "imports-means-new-tag" } else { "imports-means-refuse" };
        let mut all = vec![choice("", nothing)];
        all.extend(self.here(column, current));
        if !is_tags {
            all.push(choice(AS_TAG, "imports-means-tag"));
        }
        all.push(choice(AS_NOTE, "imports-means-note"));
        all.push(choice(LEAVE, "imports-means-leave"));
        all
    }

    /// What the business has in its place.
    fn here(&self, column: &Column, current: &str) -> Vec<Choice> {
        if let Some(id) = &column.own {
            let field = self.own.iter().find(|field| field.id == *id);
            let options = field.map(OwnField::options).unwrap_or_default();
            let offered = options.into_iter().filter(|it| !it.retired || it.id == current);
            return offered.map(|it| Choice::new(it.id, it.name, current)).collect();
        }
        match column.to {
            Target::Stage => self.names.stages(current),
            Target::Owner => self.names.owners(current),
            Target::Tags => {
                let all = self.names.tags(&[current.to_owned()]).into_iter().enumerate();
                let offered = all.filter(|(at, tag)| *at < TAGS_OFFERED || tag.selected);
                offered.map(|(_, tag)| tag).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What a form says of words, of columns that it leaves what they were.
pub fn read(form: &HashMap<&str, &str>) -> Vec<Meaning> {
    let value = |name: &str| form.get(name).copied();
    let mut all = Vec::new();
    let mut column = 0;
    while let Some(to) = value(&format!("column-{column}")) {
        if value(&format!("of-{column}")) == Some(to) {
            let mut n = 0;
            while let Some(word) = value(&format!("word-{column}-{n}")) {
                let to = value(&format!("means-{column}-{n}")).unwrap_or_default().to_owned();
                all.push(Meaning { column, word: word.to_owned(), to });
                n += 1;
            }
        }
        column += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_while_their_column_stays_what_it_was() {
        let pairs = [
            ("column-0", "name"),
            ("column-1", "stage"),
            ("of-1", "stage"),
            ("word-1-0", "Warm"),
            ("means-1-0", "tag"),
            ("word-1-1", "Cold"),
            ("means-1-1", ""),
            ("column-2", "notes"),
            ("of-2", "owner"),
            ("word-2-0", "Dana"),
            ("means-2-0", "leave"),
        ];
        let said = read(&HashMap::from(pairs));
        let said: Vec<(usize, &str, &str)> =
            said.iter().map(|it| (it.column, it.word.as_str(), it.to.as_str())).collect();
        assert_eq!(said, [(1, "Warm", "tag"), (1, "Cold", "")]);
    }
}
