//! What holds for every page, whatever it shows.

use domain::Locale;

/// Fails with the page's name and what is wrong with it.
pub(super) fn sound(name: &str, locale: Locale, html: &str) {
    let wrong = |what: &str| panic!("{name} in {locale}: {what}");
    let tag = format!("<html lang=\"{}\" dir=\"{}\" ", locale.tag(), locale.direction());
    if !html.contains(&tag) {
        wrong("says another language or direction");
    }
    for banned in [" style=", "<style", "javascript:", " onclick=", "{$", "{ $", "\u{fffd}"] {
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
}

fn twice(html: &str, before: &str) -> Option<String> {
    let mut ids: Vec<&str> =
        html.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    ids.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned())
}
