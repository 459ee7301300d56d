//! What proves a message to be ours: HMAC-SHA256 over its id, its time and its body, as the Standard
//! Webhooks specification 1.0.0 has it. An endpoint's secret lies in the vault; after a rotation the one
//! before signs too for a day.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{EndpointId, Secret, TenantId, Timestamp};
use store::Conn;
use store::endpoints::Endpoint;
use zeroize::Zeroizing;

use crate::App;
use crate::error::{Error, Result};
use crate::secrets::{self, Name};
use crate::signature::{STANDARD_PREFIX as PREFIX, Stamp};

/// Random bytes of a secret; the specification asks for 24 to 64.
const KEY_BYTES: usize = 32;
/// How long the secret before signs too, in seconds.
pub const OLD_SECRET_SECS: i64 = 24 * 3_600;

/// Whose secrets these are; no plugin's id looks so.
const OWNER: &str = "@endpoint";

fn current(id: &EndpointId) -> Name {
    Name { owner: OWNER.to_owned(), name: "signing", record: id.to_string() }
}

fn before(id: &EndpointId) -> Name {
    Name { owner: OWNER.to_owned(), name: "signing", record: format!("{id}/before") }
}

/// A new secret, as it is written for people.
fn generate(app: &App) -> Secret {
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    app.rng.fill(&mut *key);
    let mut text = String::with_capacity(PREFIX.len() + KEY_BYTES.div_ceil(3) * 4);
    text.push_str(PREFIX);
    STANDARD.encode_string(key.as_slice(), &mut text);
    Secret::from_text(text)
}

/// Makes an endpoint's first secret.
pub(super) fn begin(app: &App, c: &mut Conn, tenant: &TenantId, id: &EndpointId) -> Result<Secret> {
    let secret = generate(app);
    secrets::replace(app, c, tenant, &current(id), &secret)?;
    Ok(secret)
}

/// Makes a new secret; the one until now signs too for a while, and the one before it no more.
pub(super) fn rotate(app: &App, c: &mut Conn, of: &Endpoint) -> Result<Secret> {
    let (tenant, id) = (&of.tenant_id, &of.id);
    if let Some(old) = secrets::find(app, c, tenant, &current(id))? {
        secrets::replace(app, c, tenant, &before(id), &old.secret)?;
        let until = app.clock.now().plus_secs(OLD_SECRET_SECS);
        store::endpoints::set_old_secret_until(c, tenant, id, Some(until))?;
    }
    begin(app, c, tenant, id)
}

/// The secret that signs, as it is written for people.
pub(super) fn open(app: &App, c: &mut Conn, tenant: &TenantId, id: &EndpointId) -> Result<Secret> {
    let found = secrets::find(app, c, tenant, &current(id))?;
    Ok(found.ok_or_else(|| Error::internal("an endpoint without a secret"))?.secret)
}

/// Everything that signs now, the newest first.
pub(super) fn open_all(app: &App, c: &mut Conn, of: &Endpoint) -> Result<Vec<Secret>> {
    let mut all = vec![open(app, c, &of.tenant_id, &of.id)?];
    if of.old_secret_until.is_some_and(|until| app.clock.now() < until) {
        let old = secrets::find(app, c, &of.tenant_id, &before(&of.id))?;
        all.extend(old.map(|opened| opened.secret));
    }
    Ok(all)
}

/// Forgets the secrets of an endpoint that goes.
pub(super) fn forget(app: &App, c: &mut Conn, tenant: &TenantId, id: &EndpointId) -> Result<()> {
    for name in [current(id), before(id)] {
        secrets::delete_record(app, c, tenant, OWNER, &name.record)?;
    }
    Ok(())
}

/// Forgets secrets that have had their day; answers how many. The worker does it every hour.
pub(crate) async fn sweep(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let due = app.db.inspect(move |c| store::endpoints::list_with_old_secrets(c, now)).await?;
    let count = due.len();
    for endpoint in due {
        let app2 = app.clone();
        app.db
            .transact(move |c| -> Result<()> {
                let (tenant, id) = (&endpoint.tenant_id, &endpoint.id);
                // Somebody may have rotated once more, or removed it.
                let still = store::endpoints::find(c, tenant, id)?;
                if still.is_none_or(|it| it.old_secret_until.is_none_or(|until| until > now)) {
                    return Ok(());
                }
                secrets::delete_record(&app2, c, tenant, OWNER, &before(id).record)?;
                Ok(store::endpoints::set_old_secret_until(c, tenant, id, None)?)
            })
            .await?;
    }
    Ok(count)
}

/// The `webhook-signature` of a message: one signature for each secret, with spaces between.
pub(super) fn sign(secrets: &[Secret], id: &str, at: Timestamp, body: &str) -> Result<String> {
    let mut all = Vec::with_capacity(secrets.len());
    for secret in secrets {
        all.push(signature(secret, id, at, body)?);
    }
    Ok(all.join(" "))
}

fn signature(secret: &Secret, id: &str, at: Timestamp, body: &str) -> Result<String> {
    let is_ours = secret.expose_text().is_some_and(|text| text.starts_with(PREFIX));
    let stamp = Stamp { id, at_secs: at.as_millis() / 1_000 };
    let signed = stamp.sign(secret, body.as_bytes()).filter(|_| is_ours);
    signed.ok_or_else(|| Error::internal("a secret that isn't one of ours"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from_text(text.to_owned())
    }

    /// The vector that every reference library of the specification tests with.
    #[test]
    fn it_signs_as_the_reference_libraries_do() {
        let key = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let at = Timestamp::from_millis(1_614_265_330_000);
        let body = r#"{"test": 2432232314}"#;
        let signed = sign(&[key], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_of_ours_signs_nothing() {
        let at = Timestamp::from_millis(0);
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%", "whsk_AAAA"] {
            let signed = sign(&[secret(bad)], "msg_1", at, "{}");
            assert!(signed.is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn each_part_of_a_message_counts(
            key in prop::collection::vec(any::<u8>(), 24..=64),
            id in "[a-zA-Z0-9_-]{1,40}",
            at in 0_i64..4_000_000_000,
            body in "\\PC{0,200}",
            other in "\\PC{1,10}",
        ) {
            let key = secret(&format!("{PREFIX}{}", STANDARD.encode(&key)));
            let when = Timestamp::from_millis(at * 1_000 + 999);
            let keys = [key.clone(), key.clone()];
            let signed = sign(&keys[..1], &id, when, &body).unwrap();
            // To the second, and once for each secret.
            prop_assert_eq!(&sign(&keys[..1], &id, Timestamp::from_millis(at * 1_000), &body).unwrap(), &signed);
            prop_assert_eq!(sign(&keys, &id, when, &body).unwrap(), format!("{signed} {signed}"));
            prop_assert!(signed.starts_with("v1,") && !signed.contains(' '));
            let longer = format!("{body}{other}");
            for changed in [
                sign(&keys[..1], &format!("{id}x"), when, &body),
                sign(&keys[..1], &id, when.plus_secs(1), &body),
                sign(&keys[..1], &id, when, &longer),
                sign(&[secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")], &id, when, &body),
            ] {
                prop_assert_ne!(changed.unwrap(), signed.clone());
            }
        }
    }
}
