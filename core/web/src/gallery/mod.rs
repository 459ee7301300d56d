//! Every page with sample data, drawn in every language and checked. With `OXPI_GALLERY` set to a
//! folder the pages are written there too, to be looked at.

mod anything;
mod checks;
mod samples;
mod scan;

use std::path::Path;

use domain::Locale;

use crate::theme::Theme;
use crate::themes::Themes;
use crate::views::{Page, Shell};

/// Draws samples and keeps the results.
pub(crate) struct Gallery<'a> {
    theme: &'a Theme,
    locale: Locale,
    appearance: &'static str,
    /// Names and pages.
    pub drawn: Vec<(String, String)>,
}

impl Gallery<'_> {
    fn shell(&self, path: &str, signed_in: bool, said: Option<&str>) -> Shell {
        let shell = samples::shell(self.locale, self.appearance, path, signed_in, said);
        Shell { theme: self.theme.id.clone(), ..shell }
    }

    /// A page inside a business.
    pub fn page<P: Page>(&mut self, name: &str, path: &str, page: &P) {
        self.draw(name, page, &self.shell(path, true, None));
    }

    /// A page that has just done something.
    pub fn page_saying<P: Page>(&mut self, name: &str, path: &str, page: &P, said: &str) {
        self.draw(name, page, &self.shell(path, true, Some(said)));
    }

    /// A page outside.
    pub fn door<P: Page>(&mut self, name: &str, path: &str, page: &P) {
        self.draw(name, page, &self.shell(path, false, None));
    }

    fn draw<P: Page>(&mut self, name: &str, page: &P, shell: &Shell) {
        match self.theme.render(page, shell) {
            Ok(html) => self.drawn.push((name.to_owned(), html)),
            Err(error) => panic!("{name} in {}: {error}", self.locale),
        }
    }
}

fn draw_all(theme: &Theme, locale: Locale, appearance: &'static str) -> Vec<(String, String)> {
    let mut gallery = Gallery { theme, locale, appearance, drawn: Vec::new() };
    samples::draw(&mut gallery);
    gallery.drawn
}

#[test]
fn every_page_is_sound_in_every_language() {
    let themes = Themes::built_in().unwrap_or_else(|error| panic!("{error}"));
    for theme in themes.all() {
        for locale in Locale::ALL {
            for (name, html) in draw_all(theme, locale, "auto") {
                checks::sound(&format!("{} of {}", name, theme.id), locale, &html);
            }
        }
    }
}

#[test]
fn a_choice_of_nothing_can_be_chosen() {
    let themes = Themes::built_in().unwrap_or_else(|error| panic!("{error}"));
    let drawn = draw_all(themes.default(), Locale::En, "auto");
    // With nobody, and in no calendar; the language of the business; a file's appointments only here.
    for (page, count) in [("appointment-new", 2), ("profile", 1), ("import-look", 1)] {
        let (_, html) = drawn.iter().find(|(name, _)| name == page).expect("the page is drawn");
        let blanks = html.matches("<option value=\"\">").count();
        assert!(blanks >= count, "{page}: {blanks}");
    }
}

#[test]
fn the_gallery_is_written_where_it_is_asked_for() {
    let Ok(folder) = std::env::var("OXPI_GALLERY") else { return };
    let themes = Themes::built_in().unwrap_or_else(|error| panic!("{error}"));
    for theme in themes.all() {
        // The default theme's pages keep their plain names.
        let of = if theme.id == crate::themes::DEFAULT {
            String::new()
        } else {
            format!("{}.", theme.id)
        };
        for appearance in ["light", "dark"] {
            for locale in Locale::ALL {
                for (name, html) in draw_all(theme, locale, appearance) {
                    let name = format!("{of}{name}.{locale}.{appearance}.html");
                    write(&folder, &name, html.as_bytes());
                }
            }
        }
        let own = theme.files.names().into_iter().filter_map(|name| name.strip_prefix("assets/"));
        for name in own.chain(["app.css", "dark.css"]) {
            copy(theme, &folder, name);
        }
    }
}

fn copy(theme: &Theme, folder: &str, name: &str) {
    let Some(address) = theme.assets.address(name) else { return };
    let served = address.trim_start_matches("/assets/");
    let asset = theme.assets.find(served).expect("an asset that is named is served");
    write(folder, &format!("assets/{served}"), &asset.body);
}

fn write(folder: &str, name: &str, bytes: &[u8]) {
    let path = Path::new(folder).join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder to write to");
    std::fs::write(path, bytes).expect("a file to write to");
}
