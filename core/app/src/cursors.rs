//! Where a list goes on, for programs: a place that means nothing to anybody else, and that only the same
//! list of the same business takes back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::App;
use crate::context::Context;

pub use store::Cursor;

const PURPOSE: &str = "cursor";
const MAC_BYTES: usize = 32;

/// A place as text. `list` names the list, with its filters.
pub fn seal(app: &App, ctx: &Context, list: &str, place: &str) -> String {
    let mac = app.vault.mac(PURPOSE, Some(&ctx.tenant), &covered(list, place));
    BASE64.encode([&mac, place.as_bytes()].concat())
}

/// The place in such a text, unless it is another list's.
pub fn open(app: &App, ctx: &Context, list: &str, text: &str) -> Option<String> {
    let bytes = BASE64.decode(text).ok()?;
    let (mac, place) = bytes.split_at_checked(MAC_BYTES)?;
    let place = std::str::from_utf8(place).ok()?;
    let fits = app.vault.mac_fits(PURPOSE, Some(&ctx.tenant), &covered(list, place), mac);
    fits.then(|| place.to_owned())
}

fn covered(list: &str, place: &str) -> Vec<u8> {
    [&(list.len() as u64).to_be_bytes()[..], list.as_bytes(), place.as_bytes()].concat()
}
