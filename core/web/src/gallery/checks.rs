//! What holds for every page, whatever it shows.

use domain::Locale;

/// What no page of ours has in it: markup that its policy forbids, and traces of a text that was not filled
/// in or not read.
const BANNED: [&str; 7] =
    [" style=", "<style", "javascript:", " onclick=", "{$", "{ $", "\u{fffd}"];

/// Whether a text would make a page look broken that shows it as it is: the page can't be judged by it.
pub(super) fn looks_broken(text: &str) -> bool {
    BANNED.iter().any(|banned| text.contains(banned)) || turned(text).is_some()
}

/// Fails with the page's name and what is wrong with it.
pub(super) fn sound(name: &str, locale: Locale, html: &str) {
    let wrong = |what: &str| panic!("{name} in {locale}: {what}");
    let tag = format!("<html lang=\"{}\" dir=\"{}\" ", locale.tag(), locale.direction());
    if !html.contains(&tag) {
        wrong("says another language or direction");
    }
    for banned in BANNED {
        if html.contains(banned) {
            wrong(&format!("contains {banned}"));
        }
    }
    for script in html.split("<script").skip(1) {
        let head = script.split('>').next().unwrap_or_default();
        if !head.contains("src=") || !head.contains("nonce=\"sample-nonce\"") {
            wrong("has a script without an address or a nonce");
        }
    }
    if let Some(id) = twice(html, " id=\"") {
        wrong(&format!("has the id {id} twice"));
    }
    if html.matches("<h1").count() != 1 {
        wrong("hasn't exactly one main heading");
    }
    for label in html.split(" for=\"").skip(1) {
        let id = label.split('"').next().unwrap_or_default();
        if !html.contains(&format!(" id=\"{id}\"")) {
            wrong(&format!("labels {id}, which isn't there"));
        }
    }
    for target in html.split("popovertarget=\"").skip(1) {
        let id = target.split('"').next().unwrap_or_default();
        if !html.contains(&format!(" id=\"{id}\" popover")) {
            wrong(&format!("opens {id}, which isn't there"));
        }
    }
    if html.contains("<script>alert") {
        wrong("lets markup through");
    }
    if locale.direction() == "rtl"
        && let Some(range) = turned(html)
    {
        wrong(&format!("says {range} without isolating it"));
    }
}

/// A range of numbers or times, such as 10:00–11:00, that text from right to left turns where it stands in it
/// by itself.
fn turned(html: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_digit() || c == ':';
    html.match_indices('–').find_map(|(at, dash)| {
        let before = html[..at].trim_end_matches(is_part);
        let after = at + dash.len();
        let end = html[after..].trim_start_matches(is_part).len();
        let is_range = before.len() < at && html.len() - end > after;
        let range = &html[before.len()..html.len() - end];
        (is_range && !before.ends_with('\u{2066}')).then_some(range)
    })
}

#[test]
fn a_range_that_would_be_turned_is_found() {
    assert_eq!(turned("<p>יום שני, 10:00–11:00</p>"), Some("10:00–11:00"));
    assert_eq!(turned("<p>\u{2066}22–28\u{2069} בנובמבר</p>"), None);
    assert_eq!(turned("<p>22:00 – 24 בנוב׳, –, 3–א׳</p>"), None);
}

fn twice(html: &str, before: &str) -> Option<String> {
    let mut ids: Vec<&str> =
        html.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    ids.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned())
}
