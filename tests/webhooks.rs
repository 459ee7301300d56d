//! Deliveries in the real rooms: which are one, and which are refused.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use app::webhooks::{Arrival, receive};
use app::{Error, plugins};
use hmac::{Hmac, Mac};
use oxpi_tests::House;
use oxpi_tests::process::{RECEIVER, SIGNING_KEY, STAMPING_KEY, receiver};
use serde_json::json;
use sha2::Sha256;
use store::jobs::JobFilter;

use crate::endpoints::agreement;

/// On both databases, with a plugin that takes signed deliveries.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/testkit/sample");
        let package = oxpi_testkit::package_of(&sample).unwrap();
        receiver(&house, &[package.parent().unwrap()]).await.unwrap();
        test(house).await.unwrap();
    }
}

fn signed(house: &House, body: &str, more: &[(&str, &str)]) -> Result<Arrival> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SIGNING_KEY.as_bytes())?;
    mac.update(body.as_bytes());
    let mac: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut headers: Vec<_> = more.iter().map(owned).collect();
    headers.push(("x-signature".to_owned(), format!("sha256={mac}")));
    Ok(Arrival {
        plugin: RECEIVER.parse()?,
        route: "signed".to_owned(),
        tenant: house.owner.tenant.clone(),
        headers,
        body: body.as_bytes().to_vec(),
        origin: app::Origin::default(),
    })
}

/// Signed by the reference library of Standard Webhooks, `late` seconds ago.
fn stamped(house: &House, id: &str, body: &str, late: i64) -> Result<Arrival> {
    let at = (house.app.clock.now().as_millis() / 1_000 - late).to_string();
    let mut headers = vec![("webhook-id", id.to_owned()), ("webhook-timestamp", at)];
    let message =
        json!({"headers": headers.iter().cloned().collect::<BTreeMap<_, _>>(), "body": body});
    let asked = json!({"secret": STAMPING_KEY, "messages": [message]});
    let told = agreement::told(&asked)?;
    headers.push(("webhook-signature", told[0]["signed"].as_str().unwrap_or_default().to_owned()));
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Arrival { route: "stamped".to_owned(), headers, ..signed(house, body, &[])? })
}

/// How many deliveries wait to be handed over.
async fn kept(house: &House) -> Result<i64> {
    let tenant = house.owner.tenant.clone();
    let filter = JobFilter { plugin_id: Some(RECEIVER.parse()?), ..JobFilter::default() };
    Ok(house.app.db.read(move |c| store::jobs::count(c, &tenant, &filter)).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_body_is_one_delivery_whatever_its_headers_say() {
    each(async |house| {
        // Proxies give each try an id of their own, and whoever saw one could make up more.
        for id in ["first", "again", "once-more"] {
            let headers = [("x-request-id", id), ("webhook-id", id), ("x-delivery-id", id)];
            receive(&house.app, signed(&house, "{\"n\":1}", &headers)?).await?;
        }
        assert_eq!(kept(&house).await?, 1);
        receive(&house.app, signed(&house, "{\"n\":2}", &[])?).await?;
        assert_eq!(kept(&house).await?, 2);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_reference_library_signs_is_taken_in_once_and_in_time() {
    each(async |house| {
        let first = stamped(&house, "msg_1", "{\"n\":\"שלום\"}", 0)?;
        for _ in 0..2 {
            receive(&house.app, first.clone()).await?;
        }
        assert_eq!(kept(&house).await?, 1);
        // The provider's next try is signed anew under the same id.
        receive(&house.app, stamped(&house, "msg_1", "{\"n\":\"שלום\"}", 200)?).await?;
        assert_eq!(kept(&house).await?, 1);
        receive(&house.app, stamped(&house, "msg_2", "{\"n\":\"שלום\"}", -200)?).await?;
        assert_eq!(kept(&house).await?, 2);
        let renamed = |name: &str, value: &str| {
            let mut wrong = first.clone();
            wrong.headers.retain(|(had, _)| had != name);
            wrong.headers.extend((!value.is_empty()).then(|| (name.to_owned(), value.to_owned())));
            wrong
        };
        for wrong in [
            stamped(&house, "msg_3", "{}", 301)?,
            Arrival { body: b"{}".to_vec(), ..first.clone() },
            renamed("webhook-id", "msg_9"),
            renamed("webhook-id", ""),
            renamed("webhook-timestamp", "now"),
            renamed("webhook-signature", "v1,"),
            renamed("webhook-signature", ""),
        ] {
            let refused = receive(&house.app, wrong.clone()).await;
            assert!(matches!(refused, Err(Error::NotFound)), "{wrong:?}");
        }
        assert_eq!(kept(&house).await?, 2);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_signature_an_unknown_route_and_another_tenant_read_as_not_there() {
    each(async |house| {
        let right = signed(&house, "{\"n\":1}", &[])?;
        let other = domain::TenantId::new(&*house.app.clock, &*house.app.rng);
        for wrong in [
            Arrival { body: b"{\"n\":9}".to_vec(), ..right.clone() },
            Arrival { headers: Vec::new(), ..right.clone() },
            Arrival { route: "elsewhere".to_owned(), ..right.clone() },
            Arrival { tenant: other, ..right.clone() },
            // A route of the whole installation is none of a business's.
            Arrival { route: "push".to_owned(), ..right.clone() },
        ] {
            let refused = receive(&house.app, wrong).await.unwrap_err();
            assert!(matches!(refused, Error::NotFound), "{refused}");
        }
        assert_eq!(kept(&house).await?, 0);
        receive(&house.app, right).await?;
        assert_eq!(kept(&house).await?, 1);
        Ok(())
    })
    .await;
}

/// What a business's log tells of deliveries that were turned away: the kind and how many.
async fn turned_away(house: &House, ctx: &app::Context) -> Result<Vec<(String, u64)>> {
    app::incidents::write_down(&house.app).await;
    let tenant = ctx.tenant.clone();
    let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
    let chain = house.app.db.read(list).await?.into_iter();
    let ours = chain.filter(|entry| entry.action == "webhook.refused");
    let told = ours.map(|entry| {
        let detail = entry.detail_json.0;
        assert_eq!(detail["route"], "signed");
        (detail["kind"].as_str().unwrap().to_owned(), detail["count"].as_u64().unwrap())
    });
    Ok(told.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_prove_nothing_are_counted_in_few_entries() {
    each(async |house| {
        let other = house.another_business().await?;
        let version =
            plugins::get_plugin(&house.app, &other, &RECEIVER.parse()?).await?.card.version;
        plugins::enable_plugin(&house.app, &other, &RECEIVER.parse()?, &version).await?;
        let right = signed(&house, "{\"n\":1}", &[])?;
        let mut forged = right.clone();
        forged.body = b"{\"n\":2}".to_vec();
        for _ in 0..200 {
            assert!(matches!(receive(&house.app, forged.clone()).await, Err(Error::NotFound)));
        }
        let told = turned_away(&house, &house.owner).await?;
        assert!(told.len() <= 2 && told.iter().all(|(kind, _)| kind == "signature"), "{told:?}");
        assert_eq!(told.iter().map(|(_, count)| count).sum::<u64>(), 200, "{told:?}");
        // One business's signature at another's address: the other has a key of its own.
        let key = domain::Secret::from_text("another key of theirs".to_owned());
        let (id, app) = (RECEIVER.parse()?, &house.app);
        plugins::save_plugin_secret(app, &other, &id, "signing_key", key).await?;
        let crossed = Arrival { tenant: other.tenant.clone(), ..right };
        assert!(matches!(receive(&house.app, crossed).await, Err(Error::NotFound)));
        assert_eq!(turned_away(&house, &other).await?, [("signature".to_owned(), 1)]);
        // Addresses that are nobody's are the installation's to know, and none fills its record.
        let before = turned_away(&house, &house.owner).await?;
        for _ in 0..50 {
            let nobody = domain::TenantId::new(&*house.app.clock, &*house.app.rng);
            let to = Arrival { tenant: nobody, ..forged.clone() };
            assert!(matches!(receive(&house.app, to).await, Err(Error::NotFound)));
        }
        assert_eq!(turned_away(&house, &house.owner).await?, before);
        let own = app::installation::list_entries(&house.app, 100).await?;
        let own: Vec<_> = own.iter().filter(|entry| entry.kind == "webhook.refused").collect();
        assert!(own.len() <= 2, "{own:?}");
        assert_eq!(own.iter().map(|entry| entry.count).sum::<i64>(), 50, "{own:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_told_to_come_back_while_the_plugin_is_off_and_a_stranger_nothing() {
    each(async |house| {
        let id = RECEIVER.parse()?;
        plugins::disable_plugin(&house.app, &house.owner, &id).await?;
        let right = signed(&house, "{\"n\":1}", &[])?;
        let forged = Arrival { body: b"{}".to_vec(), ..right.clone() };
        assert!(matches!(receive(&house.app, forged).await, Err(Error::NotFound)));
        let told = receive(&house.app, right).await;
        assert!(matches!(told, Err(Error::Unavailable { key: "error-plugin-off", .. })));
        assert_eq!(kept(&house).await?, 0);
        Ok(())
    })
    .await;
}
