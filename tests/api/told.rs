//! What endpoints are told of a thing is what the API shows of it, by the same names.

use anyhow::{Context as _, Result};
use app::endpoints::{self, EndpointInput};
use oxpi_tests::site::Site;
use serde_json::{Value, json};

use super::{each, json, own, text};

/// What an event alone says.
const ITS_OWN: [&str; 4] = ["object", "rev", "changed", "standing_before"];

/// The event of this kind about something of this id.
pub(super) async fn told_of(site: &Site, kind: &str, id: &str) -> Result<Value> {
    let waiting = site.house.app.db.write(|c| store::outbox::list_undispatched(c, 100)).await?;
    let mut about = waiting.into_iter().filter(|effect| effect.subject_id == id);
    let effect = about.find(|effect| effect.payload_json.0["kind"] == kind);
    Ok(effect.context("nothing was told")?.payload_json.0["data"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_thing_is_what_the_api_shows() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let input = EndpointInput {
            url: "https://hooks.example/in".to_owned(),
            all: true,
            ..EndpointInput::default()
        };
        endpoints::add_endpoint(app, owner, input, "").await?;
        let member = owner.member.as_str();
        let person = json!({"name": "Dana Levi", "phone": "050-123-4567", "company": "Dana Ltd",
            "email": "dana@example.com", "owner": member, "source": "website"});
        let made = json(&own(&site, "POST", "/people", Some(person)).await?);
        let person = text(&made["id"]);
        same(&site, "person.created", "/people", person).await?;
        let task = json!({"title": "Call", "day": "2026-12-24", "time": "09:30",
            "assignee": member, "people": [person]});
        let appointment = json!({"title": "Fitting", "person": person, "location": "Shop",
            "starts_at": "2026-12-24T09:00:00Z", "ends_at": "2026-12-24T10:00:00Z"});
        let both = [
            ("task.created", "/tasks", task),
            ("appointment.booked", "/appointments", appointment),
        ];
        for (kind, path, body) in both {
            let made = own(&site, "POST", path, Some(body)).await?;
            assert_eq!(made.status, 201, "{}", made.body);
            same(&site, kind, path, text(&json(&made)["id"])).await?;
        }
        let (path, body) = (format!("/people/{person}/stage"), json!({"stage": "customer"}));
        let moved = own(&site, "POST", &path, Some(body));
        assert_eq!(moved.await?.status, 200);
        same(&site, "person.stage_changed", "/people", person).await
    })
    .await;
}

async fn same(site: &Site, kind: &str, path: &str, id: &str) -> Result<()> {
    let shown = json(&own(site, "GET", &format!("{path}/{id}"), None).await?);
    let told = told_of(site, kind, id).await?;
    let mut compared = 0;
    for (name, value) in told.as_object().context("no object")? {
        if ITS_OWN.contains(&name.as_str()) {
            continue;
        }
        let mut wanted = shown[name].clone();
        for link in wanted.as_array_mut().into_iter().flatten().filter(|_| name == "links") {
            // Names of people are told of with the people.
            link.as_object_mut().context("no link")?.remove("name");
        }
        assert_eq!(value, &wanted, "{path} {name}");
        compared += 1;
    }
    assert!(compared >= 9, "{told}");
    Ok(())
}
