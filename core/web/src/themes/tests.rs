//! Themes from folders: what differs is theirs, the rest is the default one's, and a bad one is left out.

use std::path::Path;

use super::*;
use crate::views::errors::{ErrorPage, Ways};

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn loaded(folder: &Path) -> Themes {
    Themes::load(&[folder.to_owned()]).unwrap()
}

fn drawn(themes: &Themes, id: &str, locale: Locale) -> String {
    let theme = themes.get(id);
    let (page, shell) = Components::sample(theme, locale);
    themes.render(&page, &Shell { theme: id.to_owned(), ..shell }).unwrap()
}

#[test]
fn a_theme_has_what_it_brings_and_inherits_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("harbour");
    put(&own, "README.md", "Anything may lie beside it.");
    put(&own, "assets/css/80-harbour.css", ":root { --paper: #fffaf0; }\n");
    put(&own, "assets/css/dark/80-harbour.css", ":root { --paper: #000000; }\n");
    put(&own, "assets/preview.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    put(
        &own,
        "components/more.html",
        "{% component harbour.flag() -%}<hr>{%- endcomponent harbour.flag %}",
    );
    put(&own, "locales/en/theme.ftl", "theme-name = Harbour\nsave = Keep\n");
    put(&own, "locales/he/theme.ftl", "theme-name = נמל\nsave = שמירה כאן\n");
    let themes = loaded(folder.path());
    assert!(themes.refused.is_empty(), "{:?}", themes.refused);
    let harbour = themes.get("harbour");
    assert_eq!(
        (harbour.name(Locale::En), harbour.name(Locale::He)),
        ("Harbour".into(), "נמל".into())
    );
    assert!(harbour.preview().is_some() && harbour.about(Locale::En).is_empty());
    let page = drawn(&themes, "harbour", Locale::En);
    assert!(page.contains("Keep") && !page.contains(">Save<"), "its own words");
    assert!(page.contains("class=\"side\""), "the default theme's frame");
    let sheet = |of: &Theme| of.assets.address("app.css").unwrap();
    assert_ne!(sheet(harbour), sheet(themes.default()));
    for name in [sheet(harbour), harbour.assets.address("dark.css").unwrap()] {
        let served = themes.find_asset(name.trim_start_matches("/assets/")).unwrap();
        assert!(String::from_utf8_lossy(&served.body).contains("--paper: #"), "{name}");
    }
    let script = |of: &Theme| of.assets.address("js/main.js");
    assert_eq!(script(harbour), script(themes.default()), "what is the same is the same file");
}

#[test]
fn a_theme_without_a_name_is_called_as_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("my-own"), "assets/css/90-x.css", "");
    assert_eq!(loaded(folder.path()).get("my-own").name(Locale::He), "my-own");
}

#[test]
fn a_theme_that_cannot_be_used_is_told_and_left_out() {
    let bad: [(&str, &str, &str); 7] = [
        ("broken", "pages/home.html", "{% if %}"),
        ("raw", "pages/home.html", "{{ first_name | safe }}"),
        ("unescaped", "pages/error.html", "{% autoescape false %}{% endautoescape %}"),
        ("asks", "layouts/app.html", "{{ nobody.knows.this }}"),
        ("mute", "locales/en/x.ftl", "key = { $"),
        ("foreign", "locales/xx/x.ftl", "key = x"),
        ("Capital", "assets/css/90-x.css", ""),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, file, text) in bad {
        put(&folder.path().join(name), file, text);
    }
    put(&folder.path().join("default"), "pages/home.html", "mine");
    put(&folder.path().join("fine"), "assets/css/90-x.css", "");
    let themes = loaded(folder.path());
    assert_eq!(themes.names(), ["default", "ledger", "fine"]);
    assert_eq!(themes.refused.len(), bad.len() + 1, "{:?}", themes.refused);
    // Who chose one of them is drawn the default one.
    assert!(drawn(&themes, "broken", Locale::En).contains("class=\"side\""));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_a_themes_folder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let secret = tempfile::tempdir().unwrap();
    put(secret.path(), "root.key", "secret");
    let link = |from: &Path, to: &Path| {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(from, to).unwrap();
    };
    let themes = folder.path().join("themes");
    link(&secret.path().join("root.key"), &themes.join("file/assets/key.txt"));
    link(secret.path(), &themes.join("folder/assets/keys"));
    link(secret.path(), &themes.join("place/assets"));
    put(&folder.path().join("elsewhere"), "assets/css/90-x.css", "");
    link(&folder.path().join("elsewhere"), &themes.join("whole"));
    let themes = loaded(&themes);
    assert_eq!(themes.names(), ["default", "ledger"]);
    assert_eq!(themes.refused.len(), 4, "{:?}", themes.refused);
}

#[test]
fn a_theme_larger_than_a_theme_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("big"), "assets/big.txt", &"x".repeat(5 << 20));
    assert_eq!(loaded(folder.path()).refused.len(), 1);
}

#[test]
fn a_page_that_a_theme_cannot_draw_comes_in_the_default_one() {
    let folder = tempfile::tempdir().unwrap();
    // Not on the page that a theme is tried with.
    put(&folder.path().join("half"), "pages/error.html", "{{ nothing.like.it }}");
    let themes = loaded(folder.path());
    assert!(themes.refused.is_empty(), "{:?}", themes.refused);
    let (_, shell) = Components::sample(themes.get("half"), Locale::En);
    let (kind, code) = ("404".to_owned(), "b7Qx".to_owned());
    let page = ErrorPage { kind, code, detail: None, wait_minutes: None, ways: Ways::default() };
    let html = themes.render(&page, &shell).unwrap();
    assert!(html.contains("b7Qx"), "{html}");
}

#[test]
fn the_built_in_themes_show_every_component_and_look_different() {
    let themes = Themes::built_in().unwrap();
    for locale in Locale::ALL {
        let pages: Vec<_> = themes.names().iter().map(|id| drawn(&themes, id, locale)).collect();
        assert!(pages.iter().all(|page| page.contains("id=\"widgets\"")));
        assert!(pages[0].contains("class=\"side\"") && pages[1].contains("class=\"desk\""));
    }
}
