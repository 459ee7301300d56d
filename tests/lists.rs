//! Lists, and what leads to them: the search, saved views, the board and the log.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use app::activity::list_activity;
use app::audit::AuditFilter;
use app::own_fields::{FieldInput, create_field, field_name};
use app::people::{
    ContactInput, DetailsInput, PersonInput, TAGS_ASKED_MAX, create_person, get_person,
};
use app::settings::{LookInput, get_settings, update_settings};
use app::tenants::BusinessInput;
use domain::{Permission, Role};
use oxpi_tests::http::Reply;
use oxpi_tests::site::{MARKER, Site};

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

async fn found(site: &Site, text: &str) -> Result<String> {
    get(site, &format!("/search/found?{}", form(&[("q", text)]))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_and_pages_are_found_by_the_words_people_have_for_them() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    for text in ["excel", "אקסל", "csv"] {
        let found = found(&site, text).await?;
        for href in ["/imports", "/people#export", "/tasks#export"] {
            ensure!(found.contains(&format!("href=\"{href}\"")), "{text}: {href} of {found}");
        }
    }
    for (text, href) in [
        ("archive", "/exports"),
        ("API key", "/settings/tokens"),
        ("webhook", "/settings/webhooks"),
        ("quiet hours", "/notifications#reminders"),
        ("subscribe", "/calendar/feed"),
    ] {
        let found = found(&site, text).await?;
        ensure!(found.contains(&format!("href=\"{href}\"")), "{text}: {found}");
    }
    ensure!(found(&site, "log out").await?.contains("action=\"/sign-out\""));
    ensure!(!found(&site, "").await?.contains("/sign-out"), "nobody looked for it");
    let saved = post(&site, "/tasks/views", &[("name", "Late ones"), ("address", "show=overdue")]);
    assert_eq!(saved.await?.status, 303);
    ensure!(found(&site, "late").await?.contains("/tasks?show=overdue"));
    let page = get(&site, "/search?q=late").await?;
    ensure!(page.contains("/tasks?show=overdue"));
    Ok(())
}

/// Where what was found leads to.
fn led_to(found: &str) -> BTreeSet<String> {
    let items = found.split("class=\"found-item\" href=\"").skip(1);
    items.filter_map(|item| Some(item.split('"').next()?.replace("&amp;", "&"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_offered_an_act_or_a_page_that_they_may_not_open() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let looked_for =
        ["", "excel", "archive", "ics", "kanban", "merge", "undo", "API", "custom", "subscribe"];
    for (role, session) in &site.members {
        let mut offered = BTreeSet::new();
        for text in looked_for {
            let path = format!("/search/found?{}", form(&[("q", text)]));
            offered.extend(led_to(&site.get(&path, Some(session)).await?.body));
        }
        for href in &offered {
            let path = href.split('#').next().unwrap_or_default();
            assert_eq!(site.get(path, Some(session)).await?.status, 200, "{role}: {href}");
        }
        let has = |href: &str| offered.contains(href);
        let (daily, runs) = (*role != Role::Accountant, matches!(role, Role::Owner | Role::Admin));
        for href in ["/imports", "/people/new", "/people/board", "/tasks#export", "/undo"] {
            assert_eq!(has(href), daily, "{role}: {href}");
        }
        for href in ["/exports", "/activity#export", "/settings/tokens", "/settings/people"] {
            assert_eq!(has(href), runs, "{role}: {href}");
        }
        ensure!(has("/profile"), "{role}: {offered:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_keeps_what_the_list_is_narrowed_by() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let person = format!("href=\"/people/{}\"", site.ids["person"]);
    let all = get(&site, "/people/board").await?;
    ensure!(all.contains(&person), "{all}");
    let none = get(&site, "/people/board?source=nowhere&owner=nobody&order=name").await?;
    ensure!(!none.contains(&person));
    ensure!(none.contains("href=\"/people?owner=nobody&amp;source=nowhere\""), "{none}");
    let list = get(&site, "/people?source=nowhere").await?;
    ensure!(list.contains("/people/board?source=nowhere"), "{list}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_ordered_and_of_one_person_and_such_a_list_is_saved() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (task, person) = (format!("/tasks/{}", site.ids["task"]), &site.ids["person"]);
    for order in ["due", "assignee", "newest", "nonsense"] {
        let list = get(&site, &format!("/tasks?who=all&order={order}")).await?;
        ensure!(list.contains(&task), "{order}");
    }
    let stranger = "018f0000-0000-7000-8000-000000000000";
    let of_none = get(&site, &format!("/tasks?who=all&person={stranger}")).await?;
    ensure!(!of_none.contains(&format!("href=\"{task}\"")));
    let address = format!("who=all&person={person}&order=newest");
    let views = [("name", "Theirs"), ("address", address.as_str())];
    assert_eq!(post(&site, "/tasks/views", &views).await?.status, 303);
    let list = get(&site, "/tasks").await?;
    let saved = list.split("/tasks/views/").nth(1).and_then(|rest| rest.split('/').next());
    let id = saved.context("the view isn't there")?.to_owned();
    ensure!(list.contains(&format!("href=\"/tasks?{}\"", address.replace('&', "&amp;"))), "{list}");
    ensure!(!get(&site, "/people").await?.contains("Theirs"), "it is a view of tasks");
    let other = [("name", "Others"), ("address", address.as_str())];
    assert_eq!(post(&site, "/tasks/views", &other).await?.status, 303);
    let rename = format!("/tasks/views/{id}/rename");
    let taken = post(&site, &rename, &other).await?;
    ensure!(taken.status == 422 && taken.body.contains("view of that name"), "{}", taken.body);
    let name = [("name", "Hers"), ("address", address.as_str())];
    assert_eq!(post(&site, &rename, &name).await?.status, 303);
    let list = get(&site, "/tasks").await?;
    ensure!(list.contains("<bdi>Hers</bdi>") && !list.contains("<bdi>Theirs</bdi>"), "{list}");
    let gone = post(&site, &format!("/tasks/views/{id}/remove"), &[]).await?;
    assert_eq!(gone.status, 303);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_with_several_tags_and_within_a_worth_are_shown_kept_and_changed() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let names = ["Anemone", "Begonia", "Crocus"];
    for (name, tags, value) in [
        (names[0], vec!["red", "old"], "1,500"),
        (names[1], vec!["red"], "1,500"),
        (names[2], vec!["red", "old"], "90"),
    ] {
        let tags = tags.into_iter().map(str::to_owned).collect();
        let details = DetailsInput { tags, value: value.into(), ..DetailsInput::default() };
        let details = Some(details);
        let input = PersonInput { name: name.into(), details, ..PersonInput::default() };
        create_person(app, owner, input, "").await?;
    }
    let tag = async |name: &str| -> Result<String> {
        let all = app::tags::list_tags(app, owner).await?;
        let found = all.into_iter().find(|tag| tag.name == name).context("no such tag")?;
        Ok(found.id.to_string())
    };
    let both = format!("tag={}&tag={}", tag("red").await?, tag("old").await?);
    let address = format!("{both}&worth_from=1%2C000");
    for (query, expected) in [
        (both.clone(), [true, false, true]),
        (address.clone(), [true, false, false]),
        (format!("{both}&worth_to=100"), [false, false, true]),
        ("worth_from=90.01&worth_to=1500".to_owned(), [true, true, false]),
        // What can't be read is as if it weren't said.
        (format!("{both}&tag=&worth_from=much"), [true, false, true]),
    ] {
        for path in ["/people", "/people/board", "/people/export"] {
            let page = get(&site, &format!("{path}?{query}")).await?;
            assert_eq!(names.map(|name| page.contains(name)), expected, "{path}?{query}");
        }
    }
    // What is wrong with it is said, and nothing is done to all who are listed instead.
    for (query, said) in [
        ("worth_from=much", "Enter an amount"),
        ("worth_to=1.234", "Enter an amount"),
        ("worth_from=5&worth_to=4", "The first amount is more"),
    ] {
        for path in ["/people", "/people/board"] {
            let page = get(&site, &format!("{path}?{query}")).await?;
            ensure!(page.contains("id=\"worth-error\"") && page.contains(said), "{path}: {page}");
        }
        let act = [("address", query), ("all", "on"), ("act", "tag"), ("to-tag", "meant")];
        let refused = post(&site, "/people/change", &act).await?;
        ensure!(refused.status == 422 && refused.body.contains(said), "{}", refused.body);
    }
    ensure!(tag("meant").await.is_err(), "somebody was changed");
    ensure!(!get(&site, &format!("/people?{address}")).await?.contains("worth-error"));
    let view = [("name", "Reds"), ("address", address.as_str())];
    assert_eq!(post(&site, "/people/views", &view).await?.status, 303);
    let list = get(&site, &format!("/people?{address}")).await?;
    let href = format!("href=\"/people?{}\" aria-current", address.replace('&', "&amp;"));
    ensure!(list.contains(&href), "{list}");
    assert_eq!(list.matches("\" checked><span><bdi>").count(), 2, "{list}");
    let act = [("address", address.as_str()), ("all", "on"), ("act", "tag"), ("to-tag", "rare")];
    assert_eq!(post(&site, "/people/change", &act).await?.status, 303);
    let list = get(&site, &format!("/people?tag={}", tag("rare").await?)).await?;
    assert_eq!(names.map(|name| list.contains(name)), [true, false, false], "{list}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_by_since_when_they_are_customers() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let names = ["Anemone", "Begonia", "Crocus", "Dahlia", "Edelweiss"];
    let days = ["31.1.2025", "1.2.2025", "28.2.2025", "1.3.2025", ""];
    let rows: Vec<String> =
        names.iter().zip(days).map(|(name, day)| format!("{name},Customer,{day}\n")).collect();
    let list = format!("Name,Status,Customer since\n{}", rows.concat()).into_bytes();
    let list = app::imports::keep_file(app, owner, "customers.csv", list).await?;
    app::imports::start_import(app, owner, &list).await?;
    site.house.work().await?;
    for path in ["/people", "/people/export"] {
        let page = get(&site, &format!("{path}?won=2025-02-01..2025-02-28")).await?;
        let found = names.map(|name| page.contains(name));
        assert_eq!(found, [false, true, true, false, false], "{path}: {page}");
    }
    let page = get(&site, "/people?won=2025-02-01..2025-02-28").await?;
    ensure!(page.contains("Became customers"), "it says by what: {page}");
    let found = get(&site, "/people?q=begonia").await?;
    let begonia = found.split("name=\"person\" value=\"").nth(1).context("nobody")?;
    let begonia = begonia.split('"').next().unwrap_or_default();
    let page = get(&site, &format!("/people/{begonia}")).await?;
    ensure!(page.contains("Customer since"), "{page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_range_of_an_own_field_is_said_and_nobody_is_changed() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let mut names = Vec::new();
    for kind in ["number", "day"] {
        let input = FieldInput { name: kind.into(), kind: kind.into(), ..FieldInput::default() };
        let field = create_field(app, owner, input, "").await?;
        names.push(field_name(field.id.as_str()));
    }
    let (number, day) = (&names[0], &names[1]);
    for (query, said) in [
        (format!("{number}-from=many"), "Write a number"),
        (format!("{number}-from=5&{number}-to=1,50"), "Write a number"),
        (format!("{number}-from=5&{number}-to=4.9"), "The first number is more"),
        (format!("{day}-to=soon"), "Enter a day, such as"),
        (format!("{day}-from=2026-03-02&{day}-to=2026-03-01"), "The first day is after"),
    ] {
        for path in ["/people", "/people/board"] {
            let page = get(&site, &format!("{path}?{query}")).await?;
            ensure!(page.contains(said), "{path}?{query}: {page}");
        }
        let act = [("address", &*query), ("all", "on"), ("act", "tag"), ("to-tag", "meant")];
        let refused = post(&site, "/people/change", &act).await?;
        ensure!(refused.status == 422 && refused.body.contains(said), "{}", refused.body);
    }
    let tags = app::tags::list_tags(app, owner).await?;
    ensure!(tags.iter().all(|tag| tag.name != "meant"), "somebody was changed");
    let right = format!("{number}-from=4&{number}-to=1,500&{day}-from=2026-03-01");
    for path in ["/people", "/people/board"] {
        let page = get(&site, &format!("{path}?{right}")).await?;
        ensure!(!page.contains("class=\"field-error\""), "{path}: {page}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn more_tags_than_narrow_a_list_are_said_and_nobody_is_changed() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let tags = (0..=TAGS_ASKED_MAX).map(|n| format!("tag {n}")).collect();
    let details = Some(DetailsInput { tags, ..DetailsInput::default() });
    let input = PersonInput { name: "Anemone".into(), details, ..PersonInput::default() };
    create_person(app, owner, input, "").await?;
    let all = app::tags::list_tags(app, owner).await?;
    let tagged = all.iter().filter(|tag| tag.name.starts_with("tag "));
    let asked: Vec<String> = tagged.map(|tag| format!("tag={}", tag.id)).collect();
    let (many, most) = (asked.join("&"), asked[..TAGS_ASKED_MAX].join("&"));
    let said = "At most 10 tags";
    for path in ["/people", "/people/board"] {
        let page = get(&site, &format!("{path}?{many}")).await?;
        ensure!(page.contains("Anemone") && page.contains(said), "{path}: {page}");
        assert_eq!(page.matches("\" checked><span><bdi>").count(), asked.len(), "{page}");
        ensure!(!get(&site, &format!("{path}?{most}")).await?.contains(said), "{path}");
    }
    let act = |address| [("address", address), ("all", "on"), ("act", "tag"), ("to-tag", "meant")];
    let refused = post(&site, "/people/change", &act(many.as_str())).await?;
    ensure!(refused.status == 422 && refused.body.contains(said), "{}", refused.body);
    assert_eq!(post(&site, "/people/change", &act(most.as_str())).await?.status, 303);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_asked_by_who_what_and_day() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let all = get(&site, "/activity").await?;
    ensure!(all.contains("class=\"timeline\""), "{all}");
    let none = get(&site, "/activity?what=person&day=2001-01-01").await?;
    ensure!(!none.contains("class=\"timeline\""), "{none}");
    let some = get(&site, "/activity?what=person").await?;
    ensure!(some.contains("/activity/export?format=csv&amp;what=person"), "{some}");
    let file = get(&site, "/activity/export?format=csv&what=person").await?;
    // Heads and the bounds of what came in pieces are no entries.
    let entries: Vec<_> = file.lines().filter(|line| line.contains(",Dana,")).collect();
    ensure!(!entries.is_empty(), "{file}");
    ensure!(entries.iter().all(|line| line.contains(",person,")), "{file}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_taken_along_as_its_page_has_it_and_that_is_noted() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let hook = format!("/settings/webhooks/{}", site.ids["endpoint"]);
        let (post, list) = (format!("{MARKER} post"), format!("{MARKER}.csv"));
        let files = [
            ("/team", "Name,Email,Role,", "later@example.com,Member,Invited,"),
            ("/connections", "Service,Plugin,", ",Working,"),
            ("/plugins", "Name,Details,", "Gallery,"),
            ("/notifications", "When,What,", "Something waits for your approval,"),
            ("/approvals", "Title,Plugin,", post.as_str()),
            ("/imports", "File,When,", list.as_str()),
            (hook.as_str(), "When,What,", "endpoint.test,msg_"),
        ];
        for (page, head, row) in files {
            let shown = get(&site, page).await?;
            for format in ["csv", "xlsx"] {
                let link = format!("href=\"{page}/export?format={format}\" download");
                ensure!(shown.contains(&link), "{page}: {link}");
            }
            let file = get(&site, &format!("{page}/export?format=csv")).await?;
            ensure!(file.contains(&format!("\u{feff}{head}")), "{page}: {file}");
            ensure!(file.contains(row), "{page}: {file}");
            ensure!(!file.contains("whsec_") && !file.contains("/join/"), "{page}: {file}");
            let path = format!("{page}/export?format=xlsx");
            let kind = site.get(&path, Some(&site.house.token)).await?;
            let kind = kind.header("content-type").unwrap_or_default().to_owned();
            ensure!(kind.ends_with("spreadsheetml.sheet"), "{path}: {kind}");
            let path = format!("{page}/export?format=vcard");
            assert_eq!(site.get(&path, Some(&site.house.token)).await?.status, 404, "{path}");
        }
        let filter = AuditFilter { action: Some("list.exported".into()), ..AuditFilter::default() };
        let (app, owner) = (&site.house.app, &site.house.owner);
        let noted = list_activity(app, owner, filter, None, 100).await?.items;
        assert_eq!(noted.len(), 2 * files.len());
        let narrowed = get(&site, &format!("{hook}?state=stopped")).await?;
        ensure!(narrowed.contains("/export?format=csv&amp;state=stopped\""), "{narrowed}");
        for (state, is_there) in [("stopped", true), ("failed", false)] {
            let file = get(&site, &format!("{hook}/export?state={state}")).await?;
            assert_eq!(file.contains("msg_"), is_there, "{state}: {file}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_of_appointments_has_more_than_was_asked_for() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let file = async |asked: &str| {
            let path = format!("/appointments/export?format=csv&{asked}");
            site.get(&path, Some(&site.house.token)).await
        };
        let (with, task) = (&site.ids["person"], &site.ids["task"]);
        ensure!(file("status=&person=").await?.body.contains(MARKER), "all of them");
        for (asked, is_there) in [
            (format!("person={with}"), true),
            ("status=booked".to_owned(), true),
            ("status=cancelled".to_owned(), false),
            (format!("person={task}"), false),
        ] {
            let some = file(&asked).await?;
            assert_eq!((some.status, some.body.contains(MARKER)), (200, is_there), "{asked}");
        }
        for wrong in ["person=somebody", "status=held", "status=booked&person=-", "from=soon"] {
            assert_eq!(file(wrong).await?.status, 400, "{wrong}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_is_in_the_file_of_those_who_see_it_on_the_page() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    for (role, session) in &site.members {
        let file = site.get("/team/export", Some(session)).await?;
        assert_eq!(file.status, if role.may(Permission::ReadTeam) { 200 } else { 404 }, "{role}");
        let sees = role.may(Permission::ManageTeam);
        assert_eq!(file.body.contains("later@example.com"), sees, "{role}: {}", file.body);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn mending_somebodys_number_leaves_an_amount_of_before_in_its_currency() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let details = DetailsInput { value: "1500".to_owned(), ..DetailsInput::default() };
    let dana =
        PersonInput { name: "Dana".to_owned(), details: Some(details), ..PersonInput::default() };
    let dana = create_person(app, owner, dana, "").await?;
    let now = get_settings(app, owner).await?;
    let input = BusinessInput {
        business: now.name,
        locale: now.locale.tag().to_owned(),
        zone: now.zone.to_string(),
        currency: "EUR".to_owned(),
    };
    let look = LookInput { colour: "pine".to_owned(), theme: "default".to_owned() };
    update_settings(app, owner, input, look, now.rev).await?;
    let (path, was) = (format!("/people/{}", dana.id), dana.value_currency.as_str());
    let page = get(&site, &format!("{path}/edit")).await?;
    ensure!(page.contains(&format!("name=\"value_currency\" value=\"{was}\"")), "{page}");
    let rev = dana.rev.to_string();
    let mut sent = vec![("name", "Dana"), ("phone", "050-1234567"), ("value", "1500")];
    sent.extend([("value_currency", was), ("rev", rev.as_str())]);
    assert_eq!(post(&site, &path, &sent).await?.status, 303);
    let after = get_person(app, owner, &dana.id).await?;
    assert_eq!((after.value, after.value_currency.as_str()), (150_000, was));
    assert_eq!(after.phone, "050-1234567");
    // Somebody new is worth what the business counts in, and what is another currency is told.
    let new = get(&site, "/people/new").await?;
    ensure!(new.contains("name=\"value_currency\" value=\"EUR\""), "{new}");
    let wrong = [("name", "Noa"), ("value", "£5"), ("value_currency", "EUR"), ("form_id", "one")];
    let refused = post(&site, "/people", &wrong).await?;
    assert_eq!(refused.status, 422);
    ensure!(refused.body.contains("That is another currency."), "{}", refused.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_ones_own_country_stand_on_pages_without_its_code() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let work = ContactInput {
        kind: "phone".to_owned(),
        value: "+972 3-765 4321".to_owned(),
        ..ContactInput::default()
    };
    let details = DetailsInput { contacts: vec![work], ..DetailsInput::default() };
    let ruth = PersonInput {
        name: "Ruth Zimri".to_owned(),
        phone: "+972 50-765 4321".to_owned(),
        details: Some(details),
        ..PersonInput::default()
    };
    let ruth = create_person(&site.house.app, &site.house.owner, ruth, "").await?.id;
    let person = get(&site, &format!("/people/{ruth}")).await?;
    for page in [&person, &get(&site, "/people?q=zimri").await?, &found(&site, "zimri").await?] {
        ensure!(page.contains("050-765 4321") && !page.contains("+972 50-765 4321"), "{page}");
    }
    ensure!(person.contains("03-765 4321") && !person.contains("+972 3-765 4321"), "{person}");
    ensure!(person.contains("tel:+972507654321"), "it is dialled from anywhere: {person}");
    Ok(())
}
