//! What the vault made once, opened by other crates: whoever replaces the library behind
//! `sodium.rs` needs nothing from it to read the data that is out there.

use std::collections::HashMap;
use std::error::Error as StdError;

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use domain::{Secret, TenantId};
use hmac::{Hmac, Mac};
use oxpi_vault::{self as vault, Label, RootKey, Vault, WrappedKey};
use sha2::Sha512;

type Outcome<T = ()> = Result<T, Box<dyn StdError>>;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/format-1.txt");
const STREAM_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/stream-1.txt");
const TENANT: &str = "0190a0b0-0000-7000-8000-000000000001";
const PLAIN: &str = "a refresh token, שלום";
const PASSWORD: &str = "plum lantern under the bridge";
const ROOT: [u8; 32] = *b"0123456789abcdef0123456789ABCDEF";

fn label(tenant: &TenantId) -> Label<'_> {
    Label { tenant, owner: "acme", name: "refresh-token", record: "r1", version: 3 }
}

fn vault() -> Outcome<Vault> {
    Ok(Vault::new(RootKey::from_secret(&Secret::new(ROOT.to_vec()))?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Outcome<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| Ok(u8::from_str_radix(&text[at..at + 2], 16)?)).collect()
}

fn golden() -> Outcome<HashMap<String, String>> {
    read(FILE)
}

fn read(file: &str) -> Outcome<HashMap<String, String>> {
    let text = std::fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Ok(lines.filter_map(|l| l.split_once(" = ")).map(|(k, v)| (k.into(), v.into())).collect())
}

/// The format as its description says it, from nothing of the vault's own code.
mod independent {
    use super::*;

    pub fn canonical(parts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = (parts.len() as u64).to_be_bytes().to_vec();
        for part in parts {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(*part);
        }
        bytes
    }

    pub fn mac(key: &[u8], message: &[u8]) -> Outcome<Vec<u8>> {
        let mut mac = <Hmac<Sha512> as Mac>::new_from_slice(key)?;
        mac.update(message);
        Ok(mac.finalize().into_bytes()[..32].to_vec())
    }

    pub fn code(key: &[u8], parts: &[&[u8]]) -> Outcome<Vec<u8>> {
        mac(key, &canonical(parts))
    }

    /// Checks the commitment and decrypts `nonce, commitment, ciphertext`.
    pub fn open(
        committing: &[u8],
        key: &[u8],
        bound: &[u8],
        after_head: &[u8],
    ) -> Outcome<Vec<u8>> {
        let (nonce, rest) = after_head.split_at(24);
        let (commitment, sealed) = rest.split_at(32);
        assert_eq!(commitment, code(committing, &[b"oxpi commitment 1", nonce, bound])?);
        XChaCha20Poly1305::new(Key::from_slice(key))
            .decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: bound })
            .map_err(|_| "the tag does not fit".into())
    }
}

#[test]
fn other_crates_open_what_the_vault_sealed() -> Outcome {
    use independent::{canonical, code, open};
    let golden = golden()?;
    let (wrapped, envelope) = (unhex(&golden["wrapped-key"])?, unhex(&golden["envelope"])?);
    let (epoch, key_id) = (2u32.to_be_bytes(), 7u32.to_be_bytes());
    let tenant = TENANT.as_bytes();

    assert_eq!(wrapped[..9], [&[1][..], &epoch, &key_id].concat());
    let tenant_key = code(&ROOT, &[b"oxpi tenant key 1", tenant, &epoch])?;
    let wrapping = code(&tenant_key, &[b"oxpi wrapping key 1"])?;
    let bound = canonical(&[b"oxpi data key", &[1], tenant, &epoch, &key_id]);
    let data_key = open(&tenant_key, &wrapping, &bound, &wrapped[9..])?;

    assert_eq!(envelope[..5], [&[1][..], &key_id].concat());
    let place: [&[u8]; 4] = [tenant, b"acme", b"refresh-token", b"r1"];
    let subkey = code(&data_key, &[&[&b"oxpi record key 1"[..]], &place[..]].concat())?;
    let version = 3u64.to_be_bytes();
    let head: [&[u8]; 2] = [b"oxpi secret", &[1]];
    let bound = canonical(&[&head[..], &place[..], &[&version, &key_id]].concat());
    assert_eq!(open(&data_key, &subkey, &bound, &envelope[5..])?, PLAIN.as_bytes());
    Ok(())
}

/// The body of a stream, by what its head holds: the key and the header.
fn open_body(inside: &[u8], body: &[u8]) -> Outcome<Vec<u8>> {
    use crypto_secretstream::{Header, Key, PullStream, Tag};
    let (key, header) = inside.split_at(32);
    let header = Header::try_from(header).map_err(|_| "a header")?;
    let mut stream = PullStream::init(header, &Key::try_from(key).map_err(|_| "a key")?);
    let (mut plain, frames) = (Vec::new(), body.chunks(64 * 1024 + 17));
    let last = frames.len() - 1;
    for (at, frame) in frames.enumerate() {
        let mut frame = frame.to_vec();
        let tag = stream.pull(&mut frame, &[]).map_err(|_| "the frame does not fit")?;
        assert_eq!(tag == Tag::Final, at == last);
        plain.extend(frame);
    }
    Ok(plain)
}

/// What a stream's head holds, by the data key of `wrapped`.
fn open_head(wrapped: &[u8], head: &[u8]) -> Outcome<Vec<u8>> {
    use independent::{canonical, code, open};
    let (epoch, key_id) = (2u32.to_be_bytes(), 7u32.to_be_bytes());
    let tenant = TENANT.as_bytes();
    let tenant_key = code(&ROOT, &[b"oxpi tenant key 1", tenant, &epoch])?;
    let wrapping = code(&tenant_key, &[b"oxpi wrapping key 1"])?;
    let bound = canonical(&[b"oxpi data key", &[1], tenant, &epoch, &key_id]);
    let data_key = open(&tenant_key, &wrapping, &bound, &wrapped[9..])?;
    let place: [&[u8]; 4] = [tenant, b"acme", b"refresh-token", b"r1"];
    let subkey = code(&data_key, &[&[&b"oxpi record key 1"[..]], &place[..]].concat())?;
    let version = 3u64.to_be_bytes();
    let kind: [&[u8]; 2] = [b"oxpi stream", &[1]];
    let bound = canonical(&[&kind[..], &place[..], &[&version, &key_id]].concat());
    open(&data_key, &subkey, &bound, &head[5..])
}

#[test]
fn other_crates_open_the_stream_that_the_vault_sealed() -> Outcome {
    let golden = read(STREAM_FILE)?;
    let inside = open_head(&unhex(&golden["wrapped-key"])?, &unhex(&golden["head"])?)?;
    assert_eq!(open_body(&inside, &unhex(&golden["body"])?)?, PLAIN.as_bytes());

    let (vault, tenant) = (vault()?, TENANT.parse()?);
    let wrapped = WrappedKey::from_bytes(&unhex(&golden["wrapped-key"])?)?;
    let mut opener = vault.open_stream(&wrapped, &label(&tenant), &unhex(&golden["head"])?)?;
    assert!(opener.push(&unhex(&golden["body"])?)?.is_empty());
    assert_eq!(opener.finish()?.expose_text(), Some(PLAIN));

    // Several frames, too large to keep in a file.
    let (mut sealer, head) = vault.seal_stream(&wrapped, &label(&tenant))?;
    let plain = PLAIN.repeat(9_000);
    let body = [sealer.push(plain.as_bytes())?, sealer.finish()?].concat();
    let inside = open_head(wrapped.as_bytes(), &head)?;
    assert_eq!(open_body(&inside, &body)?, plain.as_bytes());
    Ok(())
}

#[test]
fn other_crates_make_the_same_codes() -> Outcome {
    use independent::{code, mac};
    let golden = golden()?;
    let tenant = TENANT.as_bytes();
    let key = code(&ROOT, &[b"oxpi mac key 1", b"audit", tenant])?;
    assert_eq!(golden["mac"], hex(&mac(&key, b"entry")?));
    let key = code(&ROOT, &[b"oxpi token key 1", b"session"])?;
    assert_eq!(golden["token-hash"], hex(&mac(&key, b"token")?));
    assert_eq!(golden["derived"], hex(&code(&ROOT, &[b"oxpi purpose key 1", b"cache"])?));
    assert_eq!(golden["fingerprint"], hex(&code(&ROOT, &[b"oxpi root key fingerprint 1"])?));
    Ok(())
}

#[test]
fn other_crates_verify_the_password_hash() -> Outcome {
    let golden = golden()?;
    let hash = PasswordHash::new(&golden["password-hash"]).map_err(|error| error.to_string())?;
    assert!(Argon2::default().verify_password(PASSWORD.as_bytes(), &hash).is_ok());
    assert!(Argon2::default().verify_password(b"another", &hash).is_err());
    Ok(())
}

#[test]
fn today_s_vault_opens_what_was_sealed_then() -> Outcome {
    let (golden, vault, tenant) = (golden()?, vault()?, TENANT.parse()?);
    let wrapped = WrappedKey::from_bytes(&unhex(&golden["wrapped-key"])?)?;
    let opened = vault.open(&wrapped, &label(&tenant), &unhex(&golden["envelope"])?)?;
    assert_eq!(opened.expose_text(), Some(PLAIN));
    assert_eq!(golden["mac"], hex(&vault.mac("audit", Some(&tenant), b"entry")));
    assert_eq!(golden["token-hash"], vault.hash_token("session", "token"));
    assert_eq!(golden["derived"], hex(vault.derive("cache").expose()));
    assert_eq!(golden["fingerprint"], vault.fingerprint());
    let password = Secret::from_text(PASSWORD.to_owned());
    assert!(vault::password::verify(&golden["password-hash"], &password));
    Ok(())
}

/// Run by hand for a new format only: `cargo test -p oxpi-vault -- --ignored writes_the_file`. The
/// file of a published format never changes.
#[test]
#[ignore = "makes the golden file of a new format"]
fn writes_the_file() -> Outcome {
    let (vault, tenant) = (vault()?, TENANT.parse()?);
    let wrapped = vault.new_data_key(&tenant, 2, 7)?;
    let envelope = vault.seal(&wrapped, &label(&tenant), &Secret::from_text(PLAIN.to_owned()))?;
    let password = vault::password::hash(&Secret::from_text(PASSWORD.to_owned()))?;
    let lines = [
        "# Made once by the vault of format 1; see tests/golden.rs. Never changed.".to_owned(),
        format!("wrapped-key = {}", hex(wrapped.as_bytes())),
        format!("envelope = {}", hex(&envelope)),
        format!("mac = {}", hex(&vault.mac("audit", Some(&tenant), b"entry"))),
        format!("token-hash = {}", vault.hash_token("session", "token")),
        format!("derived = {}", hex(vault.derive("cache").expose())),
        format!("fingerprint = {}", vault.fingerprint()),
        format!("password-hash = {password}\n"),
    ];
    assert!(!std::path::Path::new(FILE).exists(), "{FILE} is there; it never changes");
    Ok(std::fs::write(FILE, lines.join("\n"))?)
}

/// As [`writes_the_file`], for streams.
#[test]
#[ignore = "makes the golden file of a new format"]
fn writes_the_stream_file() -> Outcome {
    let (vault, tenant) = (vault()?, TENANT.parse()?);
    let wrapped = vault.new_data_key(&tenant, 2, 7)?;
    let (mut sealer, head) = vault.seal_stream(&wrapped, &label(&tenant))?;
    let body = [sealer.push(PLAIN.as_bytes())?, sealer.finish()?].concat();
    let lines = [
        "# Made once by the vault of format 1; see tests/golden.rs. Never changed.".to_owned(),
        format!("wrapped-key = {}", hex(wrapped.as_bytes())),
        format!("head = {}", hex(&head)),
        format!("body = {}\n", hex(&body)),
    ];
    assert!(!std::path::Path::new(STREAM_FILE).exists(), "{STREAM_FILE} is there");
    Ok(std::fs::write(STREAM_FILE, lines.join("\n"))?)
}
