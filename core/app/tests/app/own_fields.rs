//! Own fields: set up, filled in, retired, removed and back, carried by merges.

use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::own_fields::{self, FieldInput, OptionInput, OwnField, OwnInput};
use app::people::bulk::{BulkInput, change_people};
use app::people::merge::merge_people;
use app::people::{
    self, OwnAsk, OwnFilter, Person, PersonFilter, PersonInput, PersonOrder, Sorting,
};
use app::{Error, timeline, undos};
use domain::Role;

pub fn option(id: &str, name: &str, retired: bool) -> OptionInput {
    OptionInput { id: id.into(), name: name.into(), retired }
}

pub async fn field(f: &Fixture, who: &Signed, name: &str, kind: &str) -> OwnField {
    let options = match kind {
        "choice" => ["Small", "Large"].map(|name| option("", name, false)).to_vec(),
        _ => Vec::new(),
    };
    let input = FieldInput { name: name.into(), kind: kind.into(), options, ..Default::default() };
    own_fields::create_field(&f.app, &who.ctx, input, "").await.unwrap()
}

pub fn with(name: &str, own: &[(&OwnField, &str)]) -> PersonInput {
    let one = |(field, value): &(&OwnField, &str)| OwnInput {
        field: field.id.to_string(),
        value: (*value).into(),
    };
    PersonInput { own: own.iter().map(one).collect(), ..named(name) }
}

pub async fn values(f: &Fixture, who: &Signed, person: &Person) -> Vec<(String, String)> {
    let whole = people::get_whole_person(&f.app, &who.ctx, &person.id).await.unwrap();
    let value = |field: &OwnField| {
        let own = whole.own.iter().find(|own| own.field_id == field.id)?;
        Some((field.name.clone(), own.value.clone()))
    };
    whole.own_fields.iter().filter_map(value).collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

#[tokio::test]
async fn each_kind_is_kept_in_one_spelling_and_what_is_wrong_names_its_field() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let kinds = ["text", "paragraph", "number", "day", "yes-no", "choice", "link"];
        let mut all = Vec::new();
        for kind in kinds {
            all.push(field(&f, &owner, kind, kind).await);
        }
        let typed =
            [" a  ", "two\r\nlines", "1,234.50", "2026-02-28", "yes", "2", "example.com/noa"];
        let said: Vec<_> = all.iter().zip(typed).collect();
        let noa = add(&f, &owner, with("Noa", &said)).await;
        let kept =
            ["a", "two\nlines", "1234.5", "2026-02-28", "yes", "2", "https://example.com/noa"];
        let expected: Vec<_> = kinds.iter().zip(kept).map(|(a, b)| pair(a, b)).collect();
        assert_eq!(values(&f, &owner, &noa).await, expected);
        let long = "x".repeat(300);
        let wrong = [&long, &"y".repeat(5_000), "12,5", "2026-02-30", "maybe", "9", "ftp://x.com"];
        for (field, bad) in all.iter().zip(wrong) {
            let input = with("Noa", &[(field, bad)]);
            let refused = people::update_person(&f.app, &owner.ctx, &noa.id, input, noa.rev).await;
            expect_invalid(refused, &format!("own-{}", field.id));
        }
        let same = with("Noa", &said);
        let again = people::update_person(&f.app, &owner.ctx, &noa.id, same, noa.rev).await;
        assert_eq!(again.unwrap().rev, noa.rev, "what changes nothing leaves no trace");
        let input = with("Noa", &[(&all[2], "7"), (&all[4], "")]);
        people::update_person(&f.app, &owner.ctx, &noa.id, input, noa.rev).await.unwrap();
        let now = values(&f, &owner, &noa).await;
        assert!(now.contains(&pair("number", "7")) && now.contains(&pair("text", "a")));
        assert_eq!(now.len(), 6, "an empty one is gone");
        let told = timeline::list_entries(&f.app, &owner.ctx, &noa.id, None, 9).await.unwrap();
        let changed = told.items.iter().find(|told| told.entry.kind == "changed").unwrap();
        let own = &changed.entry.detail_json.0["own"];
        assert_eq!(*own, serde_json::json!(["number", "yes-no"]), "by their names");
        let stale = with("Noa", &[(&all[2], "8")]);
        let late = people::update_person(&f.app, &owner.ctx, &noa.id, stale, noa.rev).await;
        assert!(matches!(late, Err(Error::Conflict { .. })));
        assert!(values(&f, &owner, &noa).await.contains(&pair("number", "7")));
    })
    .await;
}

#[tokio::test]
async fn a_removed_field_comes_back_with_all_that_was_in_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let size = field(&f, &owner, "Size", "number").await;
        let noa = add(&f, &owner, with("Noa", &[(&size, "38")])).await;
        own_fields::remove_field(app, ctx, &size.id).await.unwrap();
        own_fields::remove_field(app, ctx, &size.id).await.unwrap();
        assert!(own_fields::list_fields(app, ctx).await.unwrap().is_empty());
        // A form that was open meanwhile changes the rest, and not what nobody sees.
        let input = with("Noa L", &[(&size, "")]);
        people::update_person(app, ctx, &noa.id, input, noa.rev).await.unwrap();
        let other = field(&f, &owner, " size ", "text").await;
        let taken = own_fields::restore_field(app, ctx, &size.id).await;
        assert!(matches!(taken, Err(Error::Conflict { key: "error-own-field-exists" })));
        own_fields::remove_field(app, ctx, &other.id).await.unwrap();
        own_fields::restore_field(app, ctx, &size.id).await.unwrap();
        assert_eq!(values(&f, &owner, &noa).await, [pair("Size", "38")]);
    })
    .await;
}

#[tokio::test]
async fn options_are_renamed_ordered_and_retired_without_losing_what_people_have() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let size = field(&f, &owner, "Size", "choice").await;
        let noa = add(&f, &owner, with("Noa", &[(&size, "1")])).await;
        let input = FieldInput {
            name: "Dress size".into(),
            kind: "text".into(),
            options: vec![
                option("2", "Big", false),
                option("1", "", false),
                option("", "Huge", false),
            ],
            ..FieldInput::default()
        };
        own_fields::update_field(app, ctx, &size.id, input).await.unwrap();
        let now = own_fields::list_fields(app, ctx).await.unwrap().remove(0);
        assert_eq!((now.name.as_str(), now.kind.as_str()), ("Dress size", "choice"));
        let options: Vec<_> = now.options().into_iter().map(|it| (it.name, it.retired)).collect();
        let expected = [("Big", false), ("Small", true), ("Huge", false)];
        assert_eq!(options, expected.map(|(name, retired)| (name.to_owned(), retired)));
        assert_eq!(values(&f, &owner, &noa).await, [pair("Dress size", "1")]);
        let stays = with("Noa Levi", &[(&size, "1")]);
        people::update_person(app, ctx, &noa.id, stays, noa.rev).await.unwrap();
        let refused = people::create_person(app, ctx, with("Avi", &[(&size, "1")]), "").await;
        expect_invalid(refused, &format!("own-{}", size.id));
        for (options, why) in [
            (
                vec![option("1", "", true), option("2", "", true), option("3", "", true)],
                "none left",
            ),
            (vec![option("1", "Big", false)], "twice"),
        ] {
            let input = FieldInput { name: "Size".into(), options, ..FieldInput::default() };
            let refused = own_fields::update_field(app, ctx, &size.id, input).await;
            assert!(
                matches!(refused, Err(Error::Invalid { field, .. }) if field == "options"),
                "{why}"
            );
        }
    })
    .await;
}

/// What people have of a field's options and what that is ordered by, option by option.
async fn keys(f: &Fixture, who: &Signed, people: &[Person]) -> Vec<(String, String)> {
    let tenant = who.ctx.tenant.clone();
    let ids: Vec<_> = people.iter().map(|person| person.id.clone()).collect();
    let list = move |c: &mut store::Conn| store::own_fields::list_of(c, &tenant, &ids);
    let mut all = f.app.db.read(list).await.unwrap();
    all.sort_by(|one, other| one.value.cmp(&other.value));
    all.into_iter().map(|it| (it.value, it.sort_key)).collect()
}

#[tokio::test]
async fn who_has_an_option_is_rewritten_where_it_moves_and_nobody_else() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let names = ["A", "B", "C", "D"];
        let (name, kind) = ("Grade".to_owned(), "choice".to_owned());
        let options = names.map(|name| option("", name, false)).to_vec();
        let input = FieldInput { name, kind, options, ..FieldInput::default() };
        let grade = own_fields::create_field(&f.app, &owner.ctx, input, "").await.unwrap();
        // As options were kept before they had keys.
        let old = names.iter().zip(1..).map(
            |(name, id)| serde_json::json!({"id": id.to_string(), "name": name, "retired": false}),
        );
        let options_json = serde_json::Value::from_iter(old).into();
        let plain = OwnField { options_json, ..grade.clone() };
        f.app.db.write(move |c| store::own_fields::update(c, &plain)).await.unwrap();
        let mut people = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let id = (at + 1).to_string();
            people.push(add(&f, &owner, with(name, &[(&grade, id.as_str())])).await);
        }
        let first = keys(&f, &owner, &people).await;
        assert_eq!(
            first,
            [("1", "000"), ("2", "001"), ("3", "002"), ("4", "003")]
                .map(|(value, key)| pair(value, key))
        );
        let arrange = async |order: &[(&str, &str)]| {
            let options = order.iter().map(|(id, name)| option(id, name, false)).collect();
            let input = FieldInput { name: "Grade".into(), options, ..FieldInput::default() };
            own_fields::update_field(&f.app, &owner.ctx, &grade.id, input).await.unwrap();
        };
        let by = Sorting::Own { field: grade.id.clone(), down: false };
        let all = PersonFilter::default();
        arrange(&[("1", "A"), ("2", "B"), ("3", "C"), ("4", "D")]).await;
        assert_eq!(count(&f, &owner, "own-field.changed").await, 0, "nothing is other");
        arrange(&[("4", "D"), ("1", "A"), ("2", "B"), ("3", "C")]).await;
        assert_eq!(listed(&f, &owner, &all, by.clone()).await, ["D", "A", "B", "C"]);
        assert_eq!(keys(&f, &owner, &people).await[..3], first[..3], "who stayed");
        let moved = keys(&f, &owner, &people).await;
        // One comes in between.
        arrange(&[("4", "D"), ("", "E"), ("1", "A"), ("2", "B"), ("3", "C")]).await;
        assert_eq!(keys(&f, &owner, &people).await, moved);
        people.push(add(&f, &owner, with("E", &[(&grade, "5")])).await);
        assert_eq!(listed(&f, &owner, &all, by.clone()).await, ["D", "E", "A", "B", "C"]);
        arrange(&[("3", "C"), ("2", "B"), ("5", "E"), ("1", "A"), ("4", "D")]).await;
        assert_eq!(listed(&f, &owner, &all, by.clone()).await, ["C", "B", "E", "A", "D"]);
        let now = own_fields::list_fields(&f.app, &owner.ctx).await.unwrap().remove(0);
        let of_a = listed(&f, &owner, &within(&now, "1", "1"), PersonOrder::Name).await;
        assert_eq!(of_a, ["A"], "narrowed by what it is ordered by now");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_given_an_option_while_it_moves_has_it_where_it_is_then() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let size = field(&f, &owner, "Size", "choice").await;
        let (app, ctx, input) = (f.app.clone(), owner.ctx.clone(), with("Noa", &[(&size, "2")]));
        let given = async move { people::create_person(&app, &ctx, input, "").await };
        let (app, ctx, id) = (f.app.clone(), owner.ctx.clone(), size.id.clone());
        let options = vec![option("2", "Large", false), option("1", "Small", false)];
        let input = FieldInput { name: "Size".into(), options, ..FieldInput::default() };
        let moved = async move { own_fields::update_field(&app, &ctx, &id, input).await };
        let tenant = owner.ctx.tenant.clone();
        let hold = move |c: &mut store::Conn| store::testing::hold_log(c, &tenant);
        let (noa, done) = f.meet(hold, given, moved).await;
        done.unwrap();
        let now = own_fields::list_fields(&f.app, &owner.ctx).await.unwrap().remove(0);
        let key = now.options()[0].key.clone();
        assert_ne!(key, size.options()[1].key, "it is the one that moved");
        assert_eq!(keys(&f, &owner, &[noa.unwrap()]).await, [pair("2", &key)]);
        assert_eq!(listed(&f, &owner, &within(&now, "2", "2"), PersonOrder::Name).await, ["Noa"]);
    })
    .await;
}

async fn count(f: &Fixture, who: &Signed, action: &str) -> usize {
    f.actions(who).await.iter().filter(|it| *it == action).count()
}

#[tokio::test]
async fn only_who_sets_the_business_up_defines_fields_and_each_has_its_own() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let (app, ctx) = (&f.app, &ours.ctx);
        let input = FieldInput { name: "Size".into(), kind: "text".into(), ..Default::default() };
        let one = own_fields::create_field(app, ctx, input.clone(), "form").await.unwrap();
        let same = own_fields::create_field(app, ctx, input.clone(), "form").await.unwrap();
        assert_eq!(one.id, same.id, "sent twice is added once");
        expect_invalid(own_fields::create_field(app, ctx, input.clone(), "").await, "name");
        let none = FieldInput { name: "Kind".into(), kind: "choice".into(), ..Default::default() };
        expect_invalid(own_fields::create_field(app, ctx, none, "").await, "options");
        let two = field(&f, &ours, "Second", "text").await;
        own_fields::move_field_up(app, ctx, &two.id).await.unwrap();
        own_fields::move_field_up(app, ctx, &two.id).await.unwrap();
        let order: Vec<_> = own_fields::list_fields(app, ctx)
            .await
            .unwrap()
            .into_iter()
            .map(|it| it.name)
            .collect();
        assert_eq!(order, ["Second", "Size"]);
        let member = app::Context { role: Role::Member, ..ctx.clone() };
        let refused = own_fields::create_field(app, &member, input.clone(), "").await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        assert!(own_fields::list_fields(app, &theirs.ctx).await.unwrap().is_empty());
        let refused = own_fields::remove_field(app, &theirs.ctx, &one.id).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        let foreign = people::create_person(app, &theirs.ctx, with("X", &[(&one, "1")]), "").await;
        expect_invalid(foreign, &format!("own-{}", one.id));
    })
    .await;
}

#[tokio::test]
async fn a_merge_carries_what_is_empty_and_taking_it_back_gives_both_theirs() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let mut all = Vec::new();
        for name in ["Both", "Theirs", "Later", "Hidden"] {
            all.push(field(&f, &owner, name, "text").await);
        }
        let [both, theirs, later, hidden] = [&all[0], &all[1], &all[2], &all[3]];
        let kept = add(&f, &owner, with("Kept", &[(both, "mine")])).await;
        let said = [(both, "other"), (theirs, "came"), (later, "came"), (hidden, "came")];
        let gone = add(&f, &owner, with("Gone", &said)).await;
        own_fields::remove_field(app, ctx, &hidden.id).await.unwrap();
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        let merged = [pair("Both", "mine"), pair("Theirs", "came"), pair("Later", "came")];
        assert_eq!(values(&f, &owner, &kept).await, merged);
        let rev = people::get_person(app, ctx, &kept.id).await.unwrap().rev;
        let input = with("Kept", &[(later, "since")]);
        people::update_person(app, ctx, &kept.id, input, rev).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        own_fields::restore_field(app, ctx, &hidden.id).await.unwrap();
        let own = [pair("Both", "mine"), pair("Later", "since")];
        assert_eq!(values(&f, &owner, &kept).await, own, "what was changed since stays");
        let others: Vec<_> = said.iter().map(|(field, value)| pair(&field.name, value)).collect();
        assert_eq!(values(&f, &owner, &gone).await, others);
    })
    .await;
}

fn asks(field: &OwnField, ask: OwnAsk) -> PersonFilter {
    let own = vec![OwnFilter { field: field.id.clone(), ask }];
    PersonFilter { own, ..PersonFilter::default() }
}

fn within(field: &OwnField, from: &str, until: &str) -> PersonFilter {
    let key = |text| own_fields::key_of(field, text);
    asks(field, OwnAsk::Within(key(from), key(until)))
}

async fn listed(
    f: &Fixture,
    who: &Signed,
    filter: &PersonFilter,
    order: impl Into<Sorting>,
) -> Vec<String> {
    let (order, mut after, mut all): (Sorting, _, _) = (order.into(), None, Vec::new());
    loop {
        let (filter, order) = (filter.clone(), order.clone());
        let page = people::list_people(&f.app, &who.ctx, filter, order, after, 2).await.unwrap();
        all.extend(page.items.into_iter().map(|person| person.name));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn lists_are_narrowed_and_ordered_by_own_fields() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let age = field(&f, &owner, "Age", "number").await;
        let born = field(&f, &owner, "Born", "day").await;
        let size = field(&f, &owner, "Size", "choice").await;
        let vip = field(&f, &owner, "VIP", "yes-no").await;
        for (name, own) in [
            ("Ten", [(&age, "10"), (&born, "2016-01-01"), (&size, "1"), (&vip, "yes")]),
            ("Nine", [(&age, "9"), (&born, "2017-01-01"), (&size, "2"), (&vip, "no")]),
            ("Minus", [(&age, "-3.5"), (&born, ""), (&size, ""), (&vip, "")]),
            ("Same", [(&age, "9"), (&born, "2017-06-01"), (&size, "2"), (&vip, "")]),
            ("Nothing", [(&age, ""), (&born, ""), (&size, ""), (&vip, "")]),
        ] {
            add(&f, &owner, with(name, &own)).await;
        }
        let all = PersonFilter::default();
        let by = |down| Sorting::Own { field: age.id.clone(), down };
        let up = listed(&f, &owner, &all, by(false)).await;
        assert_eq!(up, ["Minus", "Nine", "Same", "Ten"]);
        let down = listed(&f, &owner, &all, by(true)).await;
        assert_eq!(down, ["Ten", "Same", "Nine", "Minus"]);
        for (filter, expected) in [
            (within(&age, "9", ""), vec!["Nine", "Same", "Ten"]),
            (within(&age, "", "9"), vec!["Minus", "Nine", "Same"]),
            (within(&age, "9", "9.5"), vec!["Nine", "Same"]),
            (within(&born, "2017-01-01", "2017-05-31"), vec!["Nine"]),
            (within(&size, "2", "2"), vec!["Nine", "Same"]),
            (within(&vip, "no", "no"), vec!["Nine"]),
            (asks(&vip, OwnAsk::Nothing), vec!["Minus", "Nothing", "Same"]),
        ] {
            assert_eq!(listed(&f, &owner, &filter, PersonOrder::Name).await, expected);
            let count = people::count_people(&f.app, &owner.ctx, filter.clone()).await.unwrap();
            assert_eq!(count, i64::try_from(expected.len()).unwrap());
            let ordered = listed(&f, &owner, &filter, by(false)).await;
            assert!(ordered.iter().all(|name| expected.contains(&name.as_str())), "{ordered:?}");
        }
        // Options stand in another order: so do those who have them.
        let input = FieldInput {
            name: "Size".into(),
            options: vec![option("2", "Large", false), option("1", "Small", false)],
            ..FieldInput::default()
        };
        own_fields::update_field(&f.app, &owner.ctx, &size.id, input).await.unwrap();
        let by_size = Sorting::Own { field: size.id.clone(), down: false };
        assert_eq!(listed(&f, &owner, &all, by_size).await, ["Nine", "Same", "Ten"]);
        let found = own_fields::list_fields(&f.app, &owner.ctx).await.unwrap();
        let size = found.iter().find(|it| it.id == size.id).unwrap();
        let small = listed(&f, &owner, &within(size, "1", "1"), PersonOrder::Name).await;
        assert_eq!(small, ["Ten"]);
    })
    .await;
}

#[tokio::test]
async fn a_field_is_filled_in_for_many_and_taken_back_where_nobody_changed_it_since() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let size = field(&f, &owner, "Size", "choice").await;
        let mut ids = Vec::new();
        for (name, value) in [("Noa", "1"), ("Ben", ""), ("Gil", "2")] {
            ids.push(add(&f, &owner, with(name, &[(&size, value)])).await.id);
        }
        let fill = async |to: &str| {
            let act = own_fields::field_name(size.id.as_str());
            let input = BulkInput { act, to: to.into() };
            change_people(&f.app, &owner.ctx, ids.clone(), input).await
        };
        let have = async || {
            let of = own_fields::list_values_of(&f.app, &owner.ctx, ids.clone()).await.unwrap();
            let value = |id: &domain::PersonId| {
                let own = of.iter().find(|own| own.person_id == *id);
                own.map(|own| own.value.clone())
            };
            ids.iter().map(|id| value(id).unwrap_or_default()).collect::<Vec<_>>()
        };
        expect_invalid(fill("9").await, "to");
        let done = fill("2").await.unwrap();
        assert_eq!((done.count, have().await), (2, vec!["2".to_owned(); 3]));
        let told = timeline::list_entries(&f.app, &owner.ctx, &ids[0], None, 9).await.unwrap();
        assert!(format!("{told:?}").contains("Size"), "{told:?}");
        let other = PersonInput { own: with("Ben", &[(&size, "1")]).own, ..named("Ben") };
        let ben = people::get_person(&f.app, &owner.ctx, &ids[1]).await.unwrap();
        people::update_person(&f.app, &owner.ctx, &ids[1], other, ben.rev).await.unwrap();
        assert_eq!(undos::undo(&f.app, &owner.ctx, &done.undo.unwrap()).await.unwrap(), 1);
        assert_eq!(have().await, ["1", "1", "2"], "what came after stays, the rest is as it was");
        assert_eq!(fill("").await.unwrap().count, 3);
        assert_eq!(have().await, ["", "", ""]);
    })
    .await;
}

#[tokio::test]
async fn somebody_is_found_by_the_words_of_own_fields_while_they_are_there() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let school = field(&f, &owner, "School", "text").await;
        let size = field(&f, &owner, "Size", "choice").await;
        let site = field(&f, &owner, "Site", "link").await;
        let number = field(&f, &owner, "Member", "number").await;
        let own =
            [(&school, "Ironwood"), (&size, "2"), (&site, "www.marigold.com"), (&number, "70531")];
        let noa = add(&f, &owner, with("Noa", &own)).await;
        let finds =
            async |text: &str| people::search_people(app, ctx, text, 9).await.unwrap().len();
        for text in ["ironwood", "large", "marigold", "70531", "noa iron"] {
            assert_eq!(finds(text).await, 1, "{text}");
        }
        let input = with("Noa", &[(&school, "Elmgrove")]);
        people::update_person(app, ctx, &noa.id, input, noa.rev).await.unwrap();
        assert_eq!((finds("ironwood").await, finds("elmgrove").await), (0, 1));
        let caught_up = async || {
            let (tenant, kind) = (ctx.tenant.clone(), store::search::Kind::Person);
            app.db.write(move |c| store::search::catch_up(c, &tenant, kind, 500)).await.unwrap();
        };
        own_fields::remove_field(app, ctx, &school.id).await.unwrap();
        caught_up().await;
        assert_eq!(finds("elmgrove").await, 0, "what nobody sees finds nobody");
        own_fields::restore_field(app, ctx, &school.id).await.unwrap();
        let input = FieldInput {
            name: "Size".into(),
            options: vec![option("2", "Enormous", false)],
            ..FieldInput::default()
        };
        own_fields::update_field(app, ctx, &size.id, input).await.unwrap();
        caught_up().await;
        assert_eq!((finds("elmgrove").await, finds("enormous").await), (1, 1));
        assert_eq!(finds("large").await, 0);
    })
    .await;
}
