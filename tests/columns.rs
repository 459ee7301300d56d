//! Columns of lists: their heads order, and rows are changed where they stand.

use anyhow::{Context as _, Result, ensure};
use app::documents::{NewFile, add_document};
use app::people::{DetailsInput, PersonInput, create_person};
use oxpi_tests::http::Reply;
use oxpi_tests::site::Site;

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn post(site: &Site, path: &str, pairs: &[(&str, &str)]) -> Result<Reply> {
    site.send("POST", path, Some(&site.house.token), Some(&form(pairs))).await
}

async fn get(site: &Site, path: &str) -> Result<String> {
    let reply = site.get(path, Some(&site.house.token)).await?;
    ensure!(reply.status == 200, "{path}: {}", reply.status);
    Ok(reply.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_orders_the_list_and_a_row_is_changed_where_it_stands() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let input = PersonInput { name: "Anemone".into(), ..PersonInput::default() };
    let anemone = create_person(app, owner, input, "").await?.id;
    for (query, sorted, href) in [
        ("", "descending", "order=oldest"),
        ("?order=oldest", "ascending", "href=\"/people\""),
        ("?order=name", "ascending", "order=name-down"),
        ("?order=value", "descending", "order=value-up"),
        ("?order=stage-down&owner=nobody", "descending", "owner=nobody&amp;order=stage\""),
        ("?column=owner&order=owner", "ascending", "order=owner-down&amp;column=owner"),
    ] {
        let list = get(&site, &format!("/people{query}")).await?;
        assert_eq!(list.matches("aria-sort=").count(), 1, "{query}");
        let head = list.split(&format!("aria-sort=\"{sorted}\"><a ")).nth(1);
        let link = head.and_then(|rest| rest.split('>').next()).context("no such head")?;
        ensure!(link.contains(href), "{query}: {link}");
        ensure!(list.contains("Anemone"), "{query}");
    }
    let source = get(&site, "/people?column=source").await?;
    ensure!(source.contains("<bdi>Source</bdi></th>"), "{source}");
    ensure!(!source.contains("class=\"cell-change\""), "neither stage nor owner is shown");

    let place = "order=name&column=owner";
    let (id, member) = (anemone.to_string(), site.ids["member"].as_str());
    let person = id.as_str();
    let act = [("address", place), ("person", person), ("act", "owner"), ("to-owner", member)];
    let list = get(&site, &format!("/people?{place}")).await?;
    let open = format!("order=name&amp;column=owner&amp;row={person}#person-{person}");
    ensure!(list.contains(&open) && !list.contains("form=\"row-change\""), "{list}");
    let list = get(&site, &format!("/people?{place}&row={person}")).await?;
    ensure!(list.contains("form=\"row-change\"") && !list.contains(&open), "{list}");
    ensure!(list.contains("name=\"address\" value=\"order=name&amp;column=owner\""), "{list}");
    let changed = post(&site, "/people/change", &act).await?;
    assert_eq!(changed.status, 303);
    let back = format!("/people?{place}#person-{person}");
    assert_eq!(changed.header("location"), Some(back.as_str()));
    let now = app::people::get_person(app, owner, &anemone).await?;
    assert_eq!(now.owner_id.map(|id| id.to_string()).as_deref(), Some(member));
    let undos = get(&site, "/undo").await?;
    ensure!(undos.contains("Anemone") && undos.contains("/restore\""), "{undos}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_order_leaves_out_is_not_changed_with_all_who_are_listed() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    for (name, value, day) in [("Anemone", "1,500", "2026-12-24"), ("Begonia", "", "")] {
        let (value, follow_up_on) = (value.into(), day.into());
        let details = Some(DetailsInput { value, follow_up_on, ..DetailsInput::default() });
        let (name, source) = (name.into(), "fair".into());
        let input = PersonInput { name, source, details, ..PersonInput::default() };
        create_person(app, owner, input, "").await?;
    }
    for order in ["value-up", "follow-up", "follow-up-down"] {
        let address = format!("source=fair&order={order}");
        let list = get(&site, &format!("/people?{address}")).await?;
        ensure!(list.contains("Anemone") && !list.contains("Begonia"), "{order}: {list}");
        let act = [("address", &*address), ("all", "on"), ("act", "tag"), ("to-tag", order)];
        assert_eq!(post(&site, "/people/change", &act).await?.status, 303, "{order}");
        let tags = app::tags::list_tags(app, owner).await?;
        let tag = tags.iter().find(|tag| tag.name == order).context("nobody was changed")?;
        let tagged = get(&site, &format!("/people?tag={}", tag.id)).await?;
        ensure!(tagged.contains("Anemone") && !tagged.contains("Begonia"), "{order}: {tagged}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_ordered_and_files_go_to_whoever_is_chosen_there() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let person: domain::PersonId = site.ids["person"].parse()?;
    for (name, bytes) in [("Large.txt", "a longer text"), ("small.txt", "a")] {
        let file = NewFile { name: name.into(), bytes: bytes.into() };
        add_document(app, owner, &person, file, "").await?;
        site.house.clock.advance_millis(1_000);
    }
    let names = ["Large.txt", "small.txt"];
    for (order, expected) in [("", [1, 0]), ("oldest", [0, 1]), ("name", [0, 1]), ("size", [0, 1])]
    {
        let list = get(&site, &format!("/documents?person={person}&order={order}")).await?;
        let at = names.map(|name| list.find(name).unwrap_or(usize::MAX));
        ensure!(at.iter().all(|at| *at < usize::MAX), "{order}: {list}");
        ensure!((at[0] < at[1]) == (expected[0] < expected[1]), "{order}");
        ensure!(list.contains("value=\"name\""), "{order}");
    }
    let list = get(&site, "/documents").await?;
    ensure!(list.contains("<select class=\"input\" id=\"to\" name=\"to\""), "{list}");
    ensure!(!list.contains("type=\"file\""), "nobody is chosen yet");
    let chosen = get(&site, &format!("/documents?to={person}&order=size")).await?;
    let action = format!("action=\"/people/{person}/documents\"");
    ensure!(chosen.contains(&action) && chosen.contains("type=\"file\""), "{chosen}");
    let stranger = get(&site, "/documents?to=018f0000-0000-7000-8000-000000000000").await?;
    ensure!(!stranger.contains("type=\"file\""), "{stranger}");
    Ok(())
}
