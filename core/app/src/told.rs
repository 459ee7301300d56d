//! Words of a plugin, or some with a time in them, on their way to the next page, kept with the browser
//! meanwhile: they come back to whom they were said to, soon, and unchanged, or not at all.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::context::Context;

const PURPOSE: &str = "told";
/// A page comes right after; what is older is out of place.
const SECS: i64 = 120;

#[derive(Serialize, Deserialize)]
struct Told {
    words: String,
    until: i64,
}

/// Seals words for this member.
pub fn seal(app: &App, ctx: &Context, words: &str) -> String {
    let until = app.clock.now().plus_secs(SECS).as_millis();
    let told = serde_json::to_vec(&Told { words: words.to_owned(), until }).unwrap_or_default();
    let mac = app.vault.mac(PURPOSE, Some(&ctx.tenant), &for_whom(ctx, &told));
    format!("{}.{}", BASE64.encode(told), BASE64.encode(mac))
}

/// The words, if they are what was sealed for this member a moment ago.
pub fn open(app: &App, ctx: &Context, sealed: &str) -> Option<String> {
    let (told, mac) = sealed.split_once('.')?;
    let (told, mac) = (BASE64.decode(told).ok()?, BASE64.decode(mac).ok()?);
    if !app.vault.mac_fits(PURPOSE, Some(&ctx.tenant), &for_whom(ctx, &told), &mac) {
        return None;
    }
    let told: Told = serde_json::from_slice(&told).ok()?;
    (app.clock.now().as_millis() <= told.until).then_some(told.words)
}

fn for_whom(ctx: &Context, told: &[u8]) -> Vec<u8> {
    [ctx.member.as_str().as_bytes(), b"\n", told].concat()
}
