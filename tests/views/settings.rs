//! A plugin's settings: the form that its schema makes, every field that is wrong told at once, and kept
//! by revision.

use anyhow::{Context as _, Result};
use app::plugins;
use oxpi_tests::site::Site;
use serde_json::{Value, json};

const GALLERY: &str = "/plugins/gallery";
const FORM: &str = "/plugins/gallery/settings";

async fn site() -> Site {
    Site::start(store::testing::sqlite().await).await.unwrap()
}

async fn kept(site: &Site) -> Result<(Value, i64)> {
    let (app, owner) = (&site.house.app, &site.house.owner);
    let found = plugins::get_plugin(app, owner, &"gallery".parse()?).await?;
    Ok((found.settings, found.settings_rev))
}

fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_setting_is_drawn_read_and_kept() -> Result<()> {
    let site = site().await;
    let owner = Some(&*site.house.token);
    let body = site.get(GALLERY, owner).await?.body;
    for drawn in [
        "name=\"days\" value=\"day-sunday\" checked",
        "name=\"days_before\" type=\"number\"",
        "id=\"email\" name=\"email\" type=\"email\"",
        "name=\"opened\" type=\"date\"",
        "name=\"closes\" type=\"time\"",
        "name=\"phone\" type=\"tel\"",
        "<textarea class=\"input\" id=\"greeting\"",
        "role=\"switch\" name=\"gift\" checked",
        "From 1 to 30.",
    ] {
        assert!(body.contains(drawn), "{drawn}: {body}");
    }
    let typed = form(&[
        ("shop", "Wild Fig"),
        ("code", "IL-12"),
        ("days_before", "3"),
        ("rate", "2.5"),
        ("flower", "flower-squill"),
        ("days", "day-tuesday"),
        ("days", "day-thursday"),
        ("streets", "Herzl\r\n\r\n Allenby "),
        ("email", "orders@example.com"),
        ("site", "https://example.com/"),
        ("phone", "050-123-4567"),
        ("opened", "2019-05-01"),
        ("closes", "18:00"),
        ("free_from", "1,250.50"),
        ("greeting", "Thanks\r\nDana"),
    ]);
    let saved = site.send("POST", FORM, owner, Some(&typed)).await?;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let wanted = json!({
        "shop": "Wild Fig", "code": "IL-12", "days_before": 3, "rate": 2.5, "gift": false,
        "flower": "flower-squill", "days": ["day-tuesday", "day-thursday"],
        "streets": ["Herzl", "Allenby"], "email": "orders@example.com",
        "site": "https://example.com/", "phone": "+972501234567", "opened": "2019-05-01",
        "closes": "18:00", "free_from": "1250.50 ILS", "greeting": "Thanks\nDana",
    });
    assert_eq!(kept(&site).await?.0, wanted);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once_and_what_was_typed_stays() -> Result<()> {
    let site = site().await;
    let owner = Some(&*site.house.token);
    let before = kept(&site).await?;
    let typed = form(&[
        ("shop", "W"),
        ("code", "il-12"),
        ("days_before", "31"),
        ("rate", "many"),
        ("flower", "tulip"),
        ("email", "not a mail"),
        ("phone", "12"),
        ("free_from", "12.505"),
    ]);
    let answer = site.send("POST", FORM, owner, Some(&typed)).await?;
    assert_eq!(answer.status, 422);
    for field in ["shop", "code", "days_before", "rate", "flower", "email", "phone", "free_from"] {
        assert!(answer.body.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    for typed in ["value=\"il-12\"", "value=\"not a mail\"", "value=\"31\""] {
        assert!(answer.body.contains(typed), "{typed}");
    }
    assert_eq!(kept(&site).await?, before, "nothing was changed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saves_over_somebody_elses_change_is_told() -> Result<()> {
    let site = site().await;
    let owner = Some(&*site.house.token);
    let rev = kept(&site).await?.1.to_string();
    let named = |shop: &str| form(&[("shop", shop), ("days_before", "7"), ("rev", &rev)]);
    assert_eq!(site.send("POST", FORM, owner, Some(&named("First"))).await?.status, 303);
    let late = site.send("POST", FORM, owner, Some(&named("Second"))).await?;
    assert_eq!(late.status, 422);
    assert_eq!(kept(&site).await?.0["shop"], "First");
    let now = kept(&site).await?.1.to_string();
    assert!(late.body.contains(&format!("name=\"rev\" value=\"{now}\"")), "{}", late.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_that_are_only_shared_can_be_left_out_of_the_list() -> Result<()> {
    let site = site().await;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let connection = site.ids["connection"].parse()?;
    let offered = async || app::calendars::offer_calendars(app, owner, &connection).await;
    let all = offered().await?.len();
    let hide = json!({"show_shared": false});
    let wrong = plugins::save_plugin_settings(app, owner, &site.house.plugin, hide, None).await?;
    assert!(wrong.is_empty(), "{wrong:?}");
    let own = offered().await?;
    assert!(own.len() < all && own.iter().all(|each| each.is_owned()), "{own:?}");
    let first = own.first().context("none of its own")?;
    assert!(first.chosen || own.iter().any(|each| each.chosen));
    Ok(())
}
