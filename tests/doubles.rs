//! People who belong together as people at work meet them: who is there twice is kept apart, or made one by
//! who knows more; and a company leads to who speaks for it.

use anyhow::{Context as _, Result, ensure};
use app::people::{DetailsInput, PersonInput, create_person};
use oxpi_tests::http::Reply;
use oxpi_tests::site::Site;

/// On both databases.
async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(Site::start(db).await.unwrap()).await.unwrap();
    }
}

async fn add(site: &Site, name: &str, phone: &str) -> Result<String> {
    let input = PersonInput { name: name.into(), phone: phone.into(), ..PersonInput::default() };
    let person = create_person(&site.house.app, &site.house.owner, input, "").await?;
    Ok(person.id.to_string())
}

async fn get(site: &Site, path: &str) -> Result<String> {
    let reply = site.get(path, Some(&site.house.token)).await?;
    ensure!(reply.status == 200, "{path}: {}", reply.status);
    Ok(reply.body)
}

async fn post(site: &Site, path: &str, body: &str) -> Result<Reply> {
    let reply = site.send("POST", path, Some(&site.house.token), Some(body)).await?;
    ensure!(reply.status == 303, "{path}: {}", reply.status);
    Ok(reply)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_couple_with_one_telephone_is_asked_about_once() {
    each(async |site| {
        let dana = add(&site, "Dana Bar", "03-555 9911").await?;
        let yoav = add(&site, "Yoav Bar", "03-5559911").await?;
        let (page, apart) = (format!("/people/{dana}"), format!("/people/{dana}/apart"));
        let action = format!("action=\"{apart}\"");
        assert!(get(&site, &page).await?.contains(&action));
        let listed = get(&site, "/people/doubles").await?;
        assert!(listed.contains("/apart\"") && listed.contains(&dana) && listed.contains(&yoav));
        post(&site, &apart, &format!("other={yoav}")).await?;
        let shown = get(&site, &page).await?;
        assert!(!shown.contains(&action) && !shown.contains(&format!("action=\"{page}/merge\"")));
        assert!(!get(&site, "/people/doubles").await?.contains(&dana));
        let done = get(&site, "/undo").await?;
        let (_, row) = done.split_once("Yoav Bar").context("nothing to undo")?;
        let (_, restore) = row.split_once("action=\"/undo/").context("no way back")?;
        let undo = restore.split('"').next().unwrap_or_default();
        post(&site, &format!("/undo/{undo}"), "").await?;
        assert!(get(&site, &page).await?.contains(&action));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stays_is_chosen_and_what_they_will_have_is_seen_before() {
    each(async |site| {
        let mut all = Vec::new();
        for name in ["Tal Bar", "Tal B.", "T. Bar"] {
            all.push(add(&site, name, "03-555 9933").await?);
        }
        let (app, owner) = (&site.house.app, &site.house.owner);
        let customer = all[2].parse()?;
        app::people::change_stage(app, owner, &customer, "customer").await?;
        let listed = get(&site, "/people/doubles").await?;
        assert!(listed.contains("action=\"/people/doubles/look\""));
        let ticked =
            format!("keep={}&person={}&person={}&person={}", all[1], all[0], all[1], all[2]);
        let path = "/people/doubles/look";
        let seen = site.send("POST", path, Some(&site.house.token), Some(&ticked)).await?;
        assert_eq!(seen.status, 200, "{}", seen.body);
        let stage = app::people::get_person(app, owner, &customer).await?.stage_id;
        let stages = app::pipelines::list_pipelines(app, owner).await?.remove(0).stages;
        let stage = stages.into_iter().find(|it| it.id == stage).context("no stage")?.name;
        let action = format!("/people/{}/merge", all[1]);
        assert!(seen.body.contains(&stage) && seen.body.contains(&format!("action=\"{action}\"")));
        for gone in [&all[0], &all[2]] {
            assert!(seen.body.contains(&format!("name=\"other\" value=\"{gone}\"")));
        }
        let alone = format!("keep={}&person={}", all[1], all[1]);
        let refused = site.send("POST", path, Some(&site.house.token), Some(&alone)).await?;
        assert_eq!(refused.status, 422);
        post(&site, &action, &format!("other={}&other={}", all[0], all[2])).await?;
        let one = app::people::get_person(app, owner, &all[1].parse()?).await?;
        assert_eq!(one.standing, app::people::Standing::Customer);
        assert!(!get(&site, "/people/doubles").await?.contains(&all[1]));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_source_is_corrected_on_the_form() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let input =
            PersonInput { name: "Gal".into(), source: "Gogle".into(), ..PersonInput::default() };
        let gal = create_person(app, owner, input, "").await?;
        let edit = get(&site, &format!("/people/{}/edit", gal.id)).await?;
        assert!(edit.contains("name=\"first_source\" value=\"Gogle\""), "{edit}");
        let body = format!("name=Gal&rev={}&source=Google&first_source=Google", gal.rev);
        post(&site, &format!("/people/{}", gal.id), &body).await?;
        let whole = app::people::get_whole_person(app, owner, &gal.id).await?;
        assert_eq!(whole.attribution.context("nothing is known")?.source, "Google");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_renamed_in_the_settings_and_back() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let input =
            PersonInput { name: "Shir".into(), source: "Gogle".into(), ..PersonInput::default() };
        let shir = create_person(app, owner, input, "").await?;
        assert!(get(&site, "/settings/people").await?.contains("/settings/people/sources"));
        let page = "/settings/people/sources";
        assert!(get(&site, page).await?.contains("name=\"from\" value=\"Gogle\""));
        let body = "from=Gogle&to=";
        let wrong = site.send("POST", page, Some(&site.house.token), Some(body)).await?;
        assert!(wrong.status == 422 && wrong.body.contains("aria-invalid"), "{}", wrong.body);
        post(&site, page, "from=Gogle&to=Google").await?;
        let whole = app::people::get_whole_person(app, owner, &shir.id).await?;
        let first = whole.attribution.context("nothing is known")?.source;
        assert_eq!((whole.person.source.as_str(), first.as_str()), ("Google", "Google"));
        let done = app::undos::list_done(app, owner, None, 50).await?.items;
        let ours = done.iter().find(|it| it.summary.what == "people-source");
        let undo = &ours.context("nothing to undo")?.id;
        post(&site, &format!("/undo/{undo}/restore"), "").await?;
        assert_eq!(app::people::get_person(app, owner, &shir.id).await?.source, "Gogle");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_share_nothing_are_made_one_by_who_knows_that_they_are() {
    each(async |site| {
        let kept = add(&site, "Daniela Levi", "").await?;
        let gone = add(&site, "Dani L.", "03-555 9922").await?;
        let page = format!("/people/{kept}");
        let edit = get(&site, &format!("{page}/edit")).await?;
        assert!(edit.contains(&format!("action=\"{page}/merge\"")));
        assert!(edit.contains(&format!("<option value=\"{gone}\">")), "they are offered");
        assert!(
            !edit.contains(&format!("<option value=\"{kept}\">")),
            "nobody is offered themselves"
        );
        // Two of one name are told apart by how they are reached.
        for phone in ["03-555 9923", "03-555 9924"] {
            add(&site, "Dani Bar", phone).await?;
        }
        let found = get(&site, "/people/choices?q=dani+bar").await?;
        for offered in [get(&site, &format!("{page}/edit")).await?, found] {
            for label in ["\u{2066}03-555 9923\u{2069}", "\u{2066}03-555 9924\u{2069}"] {
                assert!(offered.contains(&format!(">Dani Bar · {label}<")), "{offered}");
            }
        }
        assert!(edit.contains(">Dani L.<") && edit.contains(&format!("data-but=\"{kept}\"")));
        post(&site, &format!("{page}/merge"), &format!("other={gone}")).await?;
        assert!(get(&site, &page).await?.contains("tel:+97235559922"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_and_who_speaks_for_it_lead_to_each_other() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let input = PersonInput {
            name: "Ruth Bar".into(),
            company: "Flora & Sons".into(),
            ..PersonInput::default()
        };
        let ruth = create_person(app, owner, input, "").await?.id;
        let details = DetailsInput { kind: "company".into(), ..DetailsInput::default() };
        let name = "Flora & Sons".into();
        let input = PersonInput { name, details: Some(details), ..PersonInput::default() };
        let flora = create_person(app, owner, input, "").await?.id;
        let href = "/people?q=Flora+%26+Sons";
        for person in [&ruth, &flora] {
            let page = get(&site, &format!("/people/{person}")).await?;
            assert!(page.contains(&format!("href=\"{href}\"")), "{page}");
        }
        let list = get(&site, href).await?;
        for person in [&ruth, &flora] {
            assert!(list.contains(&format!("/people/{person}")));
        }
        // As long as names are, which is longer than what is searched for.
        let input = PersonInput {
            name: "Tal Bar".into(),
            company: format!("Gardens {}", "of Jaffa ".repeat(12)),
            ..PersonInput::default()
        };
        let tal = create_person(app, owner, input, "").await?.id;
        let page = get(&site, &format!("/people/{tal}")).await?;
        let (_, link) = page.split_once("href=\"/people?q=Gardens").context("no link")?;
        let rest = link.split('"').next().unwrap_or_default();
        let list = get(&site, &format!("/people?q=Gardens{rest}")).await?;
        assert!(list.contains(&format!("/people/{tal}")));
        Ok(())
    })
    .await;
}
