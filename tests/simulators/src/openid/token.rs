//! The token endpoint, and id tokens: right ones, and each kind of wrong one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::Sha256;

use super::ISSUER;
use super::misbehaviour::Misbehaviour;
use super::state::{Code, State, new_key};
use crate::google::auth::verifies;
use crate::http::{Pairs, Reply, Request};

/// A SHA-256 in base64url.
pub(super) const CHALLENGE_CHARS: usize = 43;
const LIFE_SECS: i64 = 300;

/// `POST token`.
pub(super) fn exchange(state: &mut State, request: &Request) -> Reply {
    let form = request.form().unwrap_or_default();
    let refuse = |status, error: &str| Reply::json(status, &json!({"error": error}));
    let Some(client) = client(state, request) else { return refuse(401, "invalid_client") };
    if form.get("grant_type") != Some("authorization_code") {
        return refuse(400, "unsupported_grant_type");
    }
    let code = form.get("code").and_then(|code| state.codes.remove(code));
    let Some(code) = code.filter(|code| is_right(state, code, &client, &form)) else {
        return refuse(400, "invalid_grant");
    };
    let mut answer = json!({
        "access_token": state.ground.name(48), "token_type": "Bearer", "expires_in": LIFE_SECS,
        "scope": "openid email profile",
    });
    match state.misbehaviour {
        Misbehaviour::CodeRefused => return refuse(400, "invalid_grant"),
        Misbehaviour::NoToken => {}
        Misbehaviour::Garbage => answer["id_token"] = json!("no.token.this"),
        _ => answer["id_token"] = json!(id_token(state, &code)),
    }
    Reply::json(200, &answer).with("Cache-Control", "no-store")
}

/// By Basic only (RFC 6749, section 2.3.1), as it says of itself.
fn client(state: &State, request: &Request) -> Option<String> {
    let basic = request.header("authorization")?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let known = state.clients.get(id)?;
    (known.secret == secret).then(|| id.to_owned())
}

fn is_right(state: &State, code: &Code, client: &str, form: &Pairs) -> bool {
    let verifier = form.get("code_verifier").unwrap_or_default();
    code.client == client
        && form.get("redirect_uri") == Some(code.redirect.as_str())
        && state.ground.now() < code.expires
        && verifies("S256", &code.challenge, verifier)
}

fn id_token(state: &State, code: &Code) -> String {
    let claims = claims(state, code);
    let head = |alg: &str, kid: &str| json!({"alg": alg, "typ": "JWT", "kid": kid});
    let (right, by) = (head("ES256", &state.key_id), |key: &SigningKey| {
        let key = key.clone();
        move |text: &str| -> Vec<u8> {
            let signature: Signature = key.sign(text.as_bytes());
            signature.to_bytes().to_vec()
        }
    });
    let (other, other_id) = new_key(&state.ground);
    match state.misbehaviour {
        Misbehaviour::Unsigned => join(&head("none", &state.key_id), &claims, |_| Vec::new()),
        Misbehaviour::SharedSecret => {
            let secret = state.clients.get(&code.client).map(|one| one.secret.clone());
            join(&head("HS256", &state.key_id), &claims, hmac(secret.unwrap_or_default()))
        }
        Misbehaviour::PublicKeyAsSecret => {
            let secret = state.public_key().to_string();
            join(&head("HS256", &state.key_id), &claims, hmac(secret))
        }
        Misbehaviour::UnknownKey => join(&head("ES256", &other_id), &claims, by(&other)),
        Misbehaviour::ForeignKey => join(&right, &claims, by(&other)),
        Misbehaviour::AlteredSignature => {
            let sign = by(&state.key);
            join(&right, &claims, move |text| {
                let mut signature = sign(text);
                signature[40] ^= 1;
                signature
            })
        }
        Misbehaviour::AlteredClaims => {
            let mut before = claims.clone();
            before["sub"] = json!("somebody else");
            let signed = join(&right, &before, by(&state.key));
            let signature = signed.rsplit('.').next().unwrap_or_default();
            let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
            join(&right, &claims, move |_| bytes.clone())
        }
        _ => join(&right, &claims, by(&state.key)),
    }
}

fn claims(state: &State, code: &Code) -> Value {
    let now = state.ground.now().as_millis() / 1_000;
    let mut claims = json!({
        "iss": ISSUER, "aud": code.client, "iat": now, "exp": now + LIFE_SECS, "sub": code.subject,
    });
    if let Some(nonce) = &code.nonce {
        claims["nonce"] = json!(nonce);
    }
    if let Some(person) = state.people.get(&code.subject) {
        claims["email"] = json!(person.email);
        claims["email_verified"] = json!(person.email_verified);
        claims["name"] = json!(person.name);
        claims["amr"] = json!(person.methods);
    }
    let week = 7 * 86_400;
    match state.misbehaviour {
        Misbehaviour::WrongNonce => claims["nonce"] = json!("another"),
        Misbehaviour::NoNonce => drop(claims.as_object_mut().map(|all| all.remove("nonce"))),
        Misbehaviour::WrongAudience => claims["aud"] = json!("another"),
        Misbehaviour::MoreAudiences => claims["aud"] = json!([code.client, "another"]),
        Misbehaviour::OtherParty => claims["azp"] = json!("another"),
        Misbehaviour::OtherIssuer => claims["iss"] = json!("https://evil.example/realms/office"),
        Misbehaviour::NoSubject => claims["sub"] = json!(""),
        Misbehaviour::Expired => {
            (claims["iat"], claims["exp"]) = (json!(now - week), json!(now - 1));
        }
        Misbehaviour::FromTheFuture => {
            (claims["iat"], claims["exp"]) = (json!(now + week), json!(now + 2 * week));
        }
        _ => {}
    }
    claims
}

fn join(head: &Value, claims: &Value, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(&signed));
    format!("{signed}.{signature}")
}

fn hmac(secret: String) -> impl Fn(&str) -> Vec<u8> {
    move |text| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return Vec::new();
        };
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}
