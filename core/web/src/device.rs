//! Which browser on which system, in words a person knows.

use domain::Locale;

use crate::i18n::Texts;

/// The first that fits; browsers name those they descend from, so the youngest come first.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
];

/// Such as "Chrome on Android"; None for no browser at all.
pub fn in_words(texts: &Texts, locale: Locale, agent: &str) -> Option<String> {
    if agent.is_empty() {
        return None;
    }
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = find(&BROWSERS).or_else(|| agent.contains("Safari/").then_some("Safari"));
    match (browser, find(&SYSTEMS)) {
        (Some(browser), Some(system)) => {
            let args = [("browser", browser.into()), ("system", system.into())];
            Some(texts.text(locale, "device-on", &args))
        }
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => Some(texts.plain(locale, "device-unknown")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_isnt_taken_for_its_ancestor() {
        let texts = crate::themes::Themes::built_in().unwrap().default().texts.clone();
        let told = |agent| {
            let words = in_words(&texts, Locale::En, agent).unwrap_or_default();
            words.replace(['\u{2068}', '\u{2069}'], "")
        };
        let edge =
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(told(edge), "Edge on Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1";
        assert_eq!(told(phone), "Safari on iPhone");
        assert_eq!(told("curl/8.0"), "Unknown device");
        assert_eq!(told(""), "");
    }
}
