//! What endpoints are told of a thing is what the API shows of it, by the same names.

use anyhow::{Context as _, Result};
use app::endpoints::{self, EndpointInput};
use app::invitations::{JoinInput, accept_as_new, create_invitation};
use app::{Context, Origin};
use domain::ConnectionId;
use oxpi_tests::house::password;
use oxpi_tests::site::Site;
use serde_json::{Value, json};

use super::{each, json, own, text};
use crate::approvals::{proposed, sample};

/// What an event alone says.
const ITS_OWN: [&str; 4] = ["object", "rev", "changed", "standing_before"];

/// Adds an address that is told of all there is.
async fn tell_everything(site: &Site) -> Result<()> {
    let input = EndpointInput {
        url: "https://hooks.example/in".to_owned(),
        all: true,
        ..EndpointInput::default()
    };
    endpoints::add_endpoint(&site.house.app, &proven(site), input, "").await?;
    Ok(())
}

fn proven(site: &Site) -> Context {
    Context { is_recent: true, ..site.house.owner.clone() }
}

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
        tell_everything(&site).await?;
        let member = site.house.owner.member.as_str();
        let person = json!({"name": "Dana Levi", "phone": "050-123-4567", "company": "Dana Ltd",
            "email": "dana@example.com", "owner": member, "source": "website", "value": "1250.50",
            "follow_up_on": "2026-12-24", "consent": "given", "tags": ["vip", "orchids"],
            "notes": "Owes us an answer", "consent_note": "By phone", "contacts": [
                {"kind": "phone", "value": "050-765-4321", "label": "work"},
                {"kind": "address", "value": "1 Vine St", "label": ""}]});
        let made = json(&own(&site, "POST", "/people", Some(person)).await?);
        let person = text(&made["id"]);
        same(&site, "person.created", "/people", person).await?;
        // All that may be named as changed is told, but what somebody wrote.
        let told = told_of(&site, "person.created", person).await?;
        let shown = json(&own(&site, "GET", &format!("/people/{person}"), None).await?);
        let mut untold: Vec<&String> = shown.as_object().context("no object")?.keys().collect();
        untold.retain(|name| told.get(name.as_str()).is_none());
        untold.sort();
        assert_eq!(untold, ["attribution", "consent_note", "notes"]);
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
    assert!(compared >= 7, "{told}");
    Ok(())
}

/// That all is told of something that the API shows of it.
async fn all_of(site: &Site, kind: &str, path: &str, shown: &Value) -> Result<()> {
    let object = kind.split('.').next().unwrap_or_default();
    let id = text(&shown["id"]);
    let mut wanted = json(&own(site, "GET", &format!("{path}/{id}"), None).await?);
    wanted["object"] = json!(object);
    assert_eq!(told_of(site, kind, id).await?, wanted, "{kind}");
    Ok(())
}

async fn made(site: &Site, path: &str, body: Value) -> Result<Value> {
    let made = own(site, "POST", path, Some(body)).await?;
    assert_eq!(made.status, 201, "{}", made.body);
    Ok(json(&made))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_pipelines_tags_and_fields_is_all_that_the_api_shows() {
    each(async |site| {
        tell_everything(&site).await?;
        let stages = json!([{"name": "In", "outcome": "open"}, {"name": "Out", "outcome": "won"}]);
        let pipeline =
            made(&site, "/pipelines", json!({"name": "Repairs", "stages": stages})).await?;
        all_of(&site, "pipeline.created", "/pipelines", &pipeline).await?;
        let path = format!("/pipelines/{}", text(&pipeline["id"]));
        own(&site, "PATCH", &path, Some(json!({"name": "Service"}))).await?;
        let told = told_of(&site, "pipeline.changed", text(&pipeline["id"])).await?;
        assert_eq!((&told["name"], &told["people"]), (&json!("Service"), &json!(0)));

        // Also one that comes by being put on somebody.
        made(&site, "/people", json!({"name": "Dana Levi", "tags": ["orchids"]})).await?;
        let tags = json(&own(&site, "GET", "/tags", None).await?);
        let mut tags = tags["items"].as_array().context("no tags")?.iter();
        let tag = tags.find(|tag| tag["name"] == "orchids").context("no such tag")?;
        all_of(&site, "tag.created", "/tags", tag).await?;
        let path = format!("/tags/{}", text(&tag["id"]));
        own(&site, "PATCH", &path, Some(json!({"name": "lilies"}))).await?;
        all_of(&site, "tag.changed", "/tags", tag).await?;
        own(&site, "DELETE", &path, None).await?;
        let told = told_of(&site, "tag.deleted", text(&tag["id"])).await?;
        assert_eq!(told, json!({"object": "tag", "id": tag["id"]}));

        let field = json!({"name": "Shoe size", "kind": "choice", "options": [{"name": "38"}]});
        let field = made(&site, "/person-fields", field).await?;
        all_of(&site, "person_field.created", "/person-fields", &field).await?;
        let path = format!("/person-fields/{}", text(&field["id"]));
        own(&site, "DELETE", &path, None).await?;
        let told = told_of(&site, "person_field.deleted", text(&field["id"])).await?;
        assert_eq!(told, json!({"object": "person_field", "id": field["id"]}));
        own(&site, "POST", &format!("{path}/restore"), None).await?;
        all_of(&site, "person_field.restored", "/person-fields", &field).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_the_team_is_all_that_the_api_shows() {
    each(async |site| {
        tell_everything(&site).await?;
        let (app, owner) = (&site.house.app, proven(&site));
        let invited = create_invitation(app, &owner, "noa@example.com", "member").await?;
        let token = invited.link.rsplit('/').next().context("a link without a token")?;
        let input = JoinInput { name: "Noa Levi".to_owned(), password: password() };
        accept_as_new(app, &Origin::default(), token, input).await?;
        let row = async || -> Result<Value> {
            let team = json(&own(&site, "GET", "/team", None).await?);
            let mut team = team["items"].as_array().context("no team")?.iter();
            let noa = team.find(|each| each["email"] == "noa@example.com");
            let mut noa = noa.context("nobody joined")?.clone();
            noa["object"] = json!("member");
            Ok(noa)
        };
        let joined = row().await?;
        let id = text(&joined["id"]);
        assert_eq!(told_of(&site, "member.joined", id).await?, joined);
        app::members::change_role(app, &owner, &id.parse()?, "admin").await?;
        let mut wanted = row().await?;
        wanted["role_before"] = json!("member");
        assert_eq!(told_of(&site, "member.changed", id).await?, wanted);
        assert_eq!(wanted["role"], "admin");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_proposals_and_connections_is_what_the_api_shows() {
    each(async |site| {
        tell_everything(&site).await?;
        let app = &site.house.app;
        let sample = sample(&site.house).await?;
        let id = proposed(&site.house, &sample, "bakery").await?;
        same(&site, "approval.proposed", "/approvals", id.as_str()).await?;
        app::approvals::approve(app, &proven(&site), &id).await?;
        same(&site, "approval.approved", "/approvals", id.as_str()).await?;
        let told = told_of(&site, "approval.approved", id.as_str()).await?;
        assert_eq!(told["state"], "approved");

        let connection: ConnectionId = site.ids["connection"].parse()?;
        let (tenant, now) = (site.house.owner.tenant.clone(), app.clock.now());
        let (id, ends) = (connection.clone(), Some(now.plus_secs(86_400)));
        let ends =
            move |c: &mut store::Conn| store::connections::set_grant(c, &tenant, &id, now, ends);
        app.db.write(ends).await?;
        assert_eq!(app::connections::tell_of_ends(app).await?, 1);
        same(&site, "connection.ends_soon", "/connections", connection.as_str()).await
    })
    .await;
}
