//! The id token: what must be right about it (OpenID Connect Core 1.0, section 3.1.3.7) before a word
//! of it is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::Timestamp;
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    ClaimsVerificationError as Wrong, ClientId, Nonce, SignatureVerificationError,
};
use serde_json::Value;

use super::provider::Provider;
use super::refusal::Refusal;
use crate::fields;

/// Kinds of signature that count: by the provider's private key. Never by a secret that both have,
/// and never none.
const SIGNATURES: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// How far the provider's clock may be ahead, in seconds.
const AHEAD_SECS_MAX: i64 = 300;
/// What a subject may take (OpenID Connect Core 1.0, section 2).
const SUBJECT_BYTES_MAX: usize = 255;
/// What is kept of a label.
const LABEL_CHARS_MAX: usize = 254;
/// Words of `amr` (RFC 8176) that say that there was a second step, or what is worth one.
const SECOND_STEPS: [&str; 4] = ["mfa", "otp", "hwk", "sc"];

/// Who somebody is at the provider.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    /// The provider's own name for them, never given to anybody else.
    pub subject: String,
    /// Their address, only where the provider vouches for it, in lower case.
    pub verified_email: Option<String>,
    /// Their name, if it was told.
    pub name: Option<String>,
    /// How people recognise the identity: an address, or a name. Nothing is decided by it.
    pub label: String,
    /// Whether they passed a second step there.
    pub second_step: bool,
}

/// A token that isn't believed.
#[derive(Debug)]
pub(super) struct Disbelieved {
    /// Why.
    pub refusal: Refusal,
    /// More exactly, for the log.
    pub detail: String,
    /// Whether newer keys of the provider might change that.
    pub is_key_unknown: bool,
}

/// Believes a token, or not.
pub(super) fn check(
    provider: &Provider,
    metadata: &CoreProviderMetadata,
    token: &CoreIdToken,
    nonce: &str,
    now: Timestamp,
) -> Result<Identity, Disbelieved> {
    let client_id = ClientId::new(provider.settings.client_id.clone());
    let ahead = time_of(now.plus_secs(AHEAD_SECS_MAX));
    let issuer = metadata.issuer().clone();
    let verifier =
        CoreIdTokenVerifier::new_public_client(client_id, issuer, metadata.jwks().clone())
            .set_allowed_algs(SIGNATURES)
            .set_time_fn(move || time_of(now))
            .set_issue_time_verifier_fn(move |at| {
                if at <= ahead { Ok(()) } else { Err("issued in the future".to_owned()) }
            });
    let nonce = Nonce::new(nonce.to_owned());
    let claims = token.claims(&verifier, &nonce).map_err(disbelieved)?;
    // The library leaves this to us: a token that was made for another client is not for us, though
    // we are among those it names.
    let party = claims.authorized_party();
    if party.is_some_and(|party| party.as_str() != provider.settings.client_id) {
        return Err(no(Refusal::Audience, "another authorized party"));
    }
    identity_of(claims)
}

fn identity_of(claims: &CoreIdTokenClaims) -> Result<Identity, Disbelieved> {
    let subject = claims.subject().as_str().to_owned();
    if subject.is_empty() || subject.len() > SUBJECT_BYTES_MAX {
        return Err(no(Refusal::Malformed, "no subject"));
    }
    let clean = |text: &str| fields::line("label", text, LABEL_CHARS_MAX).unwrap_or_default();
    let email = claims.email().map(|email| clean(email.as_str()).to_lowercase());
    let name = claims.name().and_then(|name| name.get(None));
    let name = name.map(|name| clean(name.as_str())).filter(|name| !name.is_empty());
    let label = email.clone().filter(|email| !email.is_empty()).or_else(|| name.clone());
    let methods = claims.auth_method_refs().map(Vec::as_slice).unwrap_or_default();
    Ok(Identity {
        subject,
        verified_email: email.filter(|_| claims.email_verified() == Some(true)),
        name,
        label: label.unwrap_or_default(),
        second_step: methods.iter().any(|method| SECOND_STEPS.contains(&method.as_str())),
    })
}

fn no(refusal: Refusal, detail: &str) -> Disbelieved {
    Disbelieved { refusal, detail: detail.to_owned(), is_key_unknown: false }
}

fn disbelieved(wrong: Wrong) -> Disbelieved {
    let refusal = match &wrong {
        Wrong::Expired(_) => Refusal::Expired,
        Wrong::InvalidAudience(_) => Refusal::Audience,
        Wrong::InvalidIssuer(_) => Refusal::Issuer,
        Wrong::InvalidNonce(_) => Refusal::Nonce,
        Wrong::SignatureVerification(_) => Refusal::Signature,
        _ => Refusal::Malformed,
    };
    let unknown = Wrong::SignatureVerification(SignatureVerificationError::NoMatchingKey);
    let detail = match &wrong {
        Wrong::SignatureVerification(why) => why.to_string(),
        other => other.to_string(),
    };
    Disbelieved { refusal, detail, is_key_unknown: wrong == unknown }
}

fn time_of(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default()
}

/// Whom a token names, believed or not: for telling who it claimed to be.
pub(super) fn claimed_subject(token: &CoreIdToken) -> Option<String> {
    let text = token.to_string();
    let claims = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    Some(claims.get("sub")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use domain::Secret;
    use serde_json::json;
    use url::Url;

    use super::*;
    use crate::openid::Settings;

    /// Signed once with RS256 by another program (OpenSSL); the private key is gone.
    const RSA_TOKEN: &str = include_str!("golden/rs256.jwt");
    const RSA_MODULUS: &str = include_str!("golden/rs256.modulus");
    const ISSUED_MS: i64 = 1_772_344_800_000;

    fn metadata() -> CoreProviderMetadata {
        let issuer = "https://id.example/realms/office";
        let description = json!({
            "issuer": issuer, "authorization_endpoint": issuer, "token_endpoint": issuer,
            "jwks_uri": issuer, "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        let keys = json!({"keys": [
            {"kty": "RSA", "use": "sig", "kid": "rsa-1", "alg": "RS256",
             "n": RSA_MODULUS.trim(), "e": "AQAB"},
            {"kty": "of tomorrow", "kid": "rsa-2"},
        ]});
        let metadata: CoreProviderMetadata = serde_json::from_value(description).unwrap();
        metadata.set_jwks(serde_json::from_value(keys).unwrap())
    }

    fn check_at(token: &str, nonce: &str, at_ms: i64) -> Result<Identity, Disbelieved> {
        let provider = Provider::new(Settings {
            issuer: Url::parse("https://id.example/realms/office").unwrap(),
            client_id: "demo".to_owned(),
            client_secret: Secret::from_text("demo-secret".to_owned()),
            name: "Office".to_owned(),
            trust_second_step: false,
        });
        let token: CoreIdToken = serde_json::from_value(json!(token.trim())).unwrap();
        check(&provider, &metadata(), &token, nonce, Timestamp::from_millis(at_ms))
    }

    #[test]
    fn a_token_that_another_program_signed_is_read() {
        let who = check_at(RSA_TOKEN, "n-0S6_WzA2Mj", ISSUED_MS).unwrap();
        assert_eq!(who.subject, "248289761001");
        assert_eq!(who.verified_email.as_deref(), Some("dana@example.com"));
        assert_eq!((who.name.as_deref(), who.second_step), (Some("Dana Levi"), true));
    }

    #[test]
    fn its_time_and_its_question_count() {
        let late = check_at(RSA_TOKEN, "n-0S6_WzA2Mj", ISSUED_MS + 300_000);
        assert_eq!(late.unwrap_err().refusal, Refusal::Expired);
        let early = check_at(RSA_TOKEN, "n-0S6_WzA2Mj", ISSUED_MS - 301_000);
        assert_eq!(early.unwrap_err().refusal, Refusal::Expired);
        let other = check_at(RSA_TOKEN, "another", ISSUED_MS);
        assert_eq!(other.unwrap_err().refusal, Refusal::Nonce);
    }

    #[test]
    fn no_letter_of_it_can_be_another() {
        for at in (0..RSA_TOKEN.trim().len()).step_by(7) {
            let mut text = RSA_TOKEN.trim().to_owned();
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            text.replace_range(at..=at, other);
            let read = serde_json::from_value::<CoreIdToken>(json!(text));
            let believed = read.is_ok_and(|_| check_at(&text, "n-0S6_WzA2Mj", ISSUED_MS).is_ok());
            assert!(!believed, "letter {at}");
        }
    }
}
