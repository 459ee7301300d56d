//! Words of another program's lists: said once, they mean something here in every row.

use super::{find, keep, names, run, set};
use crate::support::people::remove_stage;
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::imports::{self, Counts, Meaning, Plan, Unknown};
use app::own_fields::{self, FieldInput, OptionInput, OwnField};
use app::people::{self, WholePerson};
use app::pipelines;
use domain::ImportId;

const LIST: &str = "Name,Status,Rep,Labels,Shirt\n\
    Noa,Warm,Dana K,VIP; Fair,S\n\
    Gil,WARM,Dana K,Fair,S\n\
    Tal,Cold,,Fair,Large\n\
    Ron,Odd,Nobody,,\n";

fn means(column: usize, word: &str, to: &str) -> Meaning {
    Meaning { column, word: word.to_owned(), to: to.to_owned() }
}

/// A choice of two.
async fn shirts(f: &Fixture, who: &Signed) -> OwnField {
    let option = |name: &str| OptionInput { name: name.into(), ..OptionInput::default() };
    let input = FieldInput {
        name: "Shirt".into(),
        kind: "choice".into(),
        options: vec![option("Small"), option("Large")],
        ..FieldInput::default()
    };
    own_fields::create_field(&f.app, &who.ctx, input, "").await.unwrap()
}

/// The list as it waits, its columns what they are called.
async fn waiting(f: &Fixture, who: &Signed, shirt: &OwnField) -> ImportId {
    let id = keep(f, who, LIST.as_bytes()).await;
    let own = format!("own-{}", shirt.id);
    let columns = ["name", "stage", "owner", "tags", &own].map(str::to_owned).to_vec();
    set(f, who, &id, |input| input.columns = columns).await;
    id
}

async fn plan(f: &Fixture, who: &Signed, id: &ImportId) -> Plan {
    imports::plan_of(&imports::get_import(&f.app, &who.ctx, id).await.unwrap()).unwrap()
}

async fn unknown(f: &Fixture, who: &Signed, id: &ImportId) -> Vec<Vec<Unknown>> {
    let look = imports::look_at_import(&f.app, &who.ctx, id).await.unwrap();
    look.unknown.into_iter().map(|words| words.shown).collect()
}

async fn whole(f: &Fixture, who: &Signed, name: &str) -> WholePerson {
    let person = find(f, who, name).await;
    people::get_whole_person(&f.app, &who.ctx, &person.id).await.unwrap()
}

fn tags(of: &WholePerson) -> Vec<&str> {
    of.tags.iter().map(|tag| tag.name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_somebody_gave_a_meaning_come_in_as_that() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let shirt = shirts(&f, &owner).await;
        let id = waiting(&f, &owner, &shirt).await;
        let found = unknown(&f, &owner, &id).await;
        let words: Vec<Vec<(&str, usize)>> = found
            .iter()
            .map(|all| all.iter().map(|it| (it.word.as_str(), it.rows)).collect())
            .collect();
        assert_eq!(words[1], [("Warm", 2), ("Cold", 1), ("Odd", 1)], "the most frequent first");
        assert_eq!(words[2], [("Dana K", 2), ("Nobody", 1)]);
        assert_eq!(words[3], [("Fair", 3), ("VIP", 1)]);
        assert_eq!(words[4], [("S", 2)], "the house knows the other");
        let look = imports::look_at_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(look.wrong, 4, "nobody has said anything of them yet");

        let pipelines = pipelines::list_pipelines(&f.app, &owner.ctx).await.unwrap();
        let stage = pipelines[0].stages[1].clone();
        let option = shirt.options()[0].id.clone();
        let said = vec![
            means(1, "warm", stage.id.as_str()),
            means(1, "Cold", "note"),
            means(1, "odd", "leave"),
            means(2, "Dana K", owner.ctx.member.as_str()),
            means(2, "nobody", "tag"),
            means(3, "fair", "leave"),
            means(4, "s", &option),
        ];
        set(&f, &owner, &id, |input| input.meanings = said).await;
        // What is said of one more leaves the others as they are.
        set(&f, &owner, &id, |input| input.meanings = vec![means(3, "Fair", "note")]).await;
        let again = unknown(&f, &owner, &id).await;
        assert_eq!((again[1][0].to.as_str(), again[3][0].to.as_str()), (stage.id.as_str(), "note"));
        let look = imports::look_at_import(&f.app, &owner.ctx, &id).await.unwrap();
        let first = look.shown[0].said.as_ref().unwrap();
        assert_eq!((look.wrong, first.stage.as_ref()), (0, Some(&stage)));

        let counts = run(&f, &owner, &id).await;
        assert_eq!(counts, Counts { made: 4, ..Counts::default() });
        for name in ["Noa", "Gil"] {
            let it = whole(&f, &owner, name).await;
            assert_eq!(it.person.stage_id, stage.id, "{name}");
            assert_eq!(it.person.owner_id.as_ref(), Some(&owner.ctx.member), "{name}");
            assert_eq!((it.own[0].value.as_str(), it.person.notes.as_str()), (&*option, "Fair"));
        }
        assert_eq!(tags(&whole(&f, &owner, "Noa").await), ["VIP"]);
        assert_eq!(whole(&f, &owner, "Tal").await.person.notes, "Cold\nLabels: Fair");
        let ron = whole(&f, &owner, "Ron").await;
        assert_eq!((tags(&ron), ron.person.notes.as_str()), (vec!["Nobody"], ""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meaning_is_something_that_is_there_and_goes_with_what_its_column_was() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        let shirt = shirts(&f, &owner).await;
        let id = waiting(&f, &owner, &shirt).await;
        let theirs = pipelines::list_pipelines(&f.app, &stranger.ctx).await.unwrap();
        let theirs = theirs[0].stages[0].id.to_string();
        for (column, to, field) in [
            (1, theirs.as_str(), "column-1"),
            (1, "anything", "column-1"),
            (2, stranger.ctx.member.as_str(), "column-2"),
            (3, "tag", "column-3"),
            (4, "no-option", "column-4"),
            (0, "leave", "column-0"),
            (9, "leave", "column-9"),
        ] {
            let mut input = super::planned(&f, &owner, &id).await;
            input.meanings = vec![means(column, "Warm", to)];
            let refused = imports::plan_import(&f.app, &owner.ctx, &id, input).await;
            expect_invalid(refused, field);
        }
        assert!(plan(&f, &owner, &id).await.columns.iter().all(|it| it.values.is_empty()));

        let ours = pipelines::list_pipelines(&f.app, &owner.ctx).await.unwrap();
        let open = ours[0].stages[1].clone();
        let said = vec![means(1, "Warm", open.id.as_str()), means(2, "Dana K", "leave")];
        set(&f, &owner, &id, |input| input.meanings = said).await;
        set(&f, &owner, &id, |input| input.meanings = vec![means(2, "Dana K", "")]).await;
        let kept = plan(&f, &owner, &id).await;
        assert_eq!(kept.columns[1].values.len(), 1);
        assert!(kept.columns[2].values.is_empty(), "it was taken back");
        set(&f, &owner, &id, |input| input.columns[1] = "notes".to_owned()).await;
        set(&f, &owner, &id, |input| input.columns[1] = "stage".to_owned()).await;
        assert!(plan(&f, &owner, &id).await.columns[1].values.is_empty());

        // A stage that goes before its row comes refuses the row, and no other.
        let said = vec![means(1, "Warm", open.id.as_str()), means(1, "Cold", "leave")];
        set(&f, &owner, &id, |input| {
            input.meanings = said;
            input.columns[2] = String::new();
        })
        .await;
        remove_stage(&f, &owner, &open.id).await;
        let counts = run(&f, &owner, &id).await;
        assert_eq!((counts.made, counts.refused), (1, 3));
        assert_eq!(names(&f, &owner).await, ["Tal"]);
    })
    .await;
}

#[test]
fn a_plan_of_before_there_were_meanings_is_still_one() {
    let old = r#"{"reading":{"format":"text","encoding":"UTF-8","separator":",","sheet":0,"sheets":[]},
        "head":true,"columns":[{"name":"Status","to":"stage"}],"dates":"day-first",
        "doubles":"skip","tag":"","source":""}"#;
    let plan: Plan = serde_json::from_str(old).unwrap();
    assert!(plan.columns[0].values.is_empty());
    let again = serde_json::to_string(&plan).unwrap();
    assert!(!again.contains("values"), "{again}");
}
