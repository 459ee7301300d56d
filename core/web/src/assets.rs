//! A theme's files as the browser gets them: named by their content so that they may be cached for
//! ever, compressed once at start.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

pub use crate::themes::BadTheme;
use crate::themes::Files;

/// Where style sheets are; all but those of the night become one.
const SHEETS: &str = "assets/css/";
/// What takes the day's tokens over at night: the default theme's, then what another theme adds.
const NIGHT: &str = "assets/css/dark.css";
const NIGHTS: &str = "assets/css/dark/";

/// A file as it is answered.
pub struct Asset {
    /// Its bytes.
    pub body: Vec<u8>,
    /// The same, compressed, where that is smaller.
    pub gzip: Option<Vec<u8>>,
    /// Its media type.
    pub content_type: &'static str,
}

/// All assets of a theme.
pub struct Assets {
    by_served_name: BTreeMap<String, Arc<Asset>>,
    served_names: BTreeMap<String, String>,
}

impl Assets {
    /// Links and compresses a theme's assets; those that are `base`'s too are shared with it.
    pub fn load(files: &Files, base: Option<&Self>) -> Result<Self, BadTheme> {
        let mut assets = Self { by_served_name: BTreeMap::new(), served_names: BTreeMap::new() };
        let mut names: Vec<&str> = files
            .names()
            .into_iter()
            .filter_map(|path| path.strip_prefix("assets/"))
            .filter(|name| !matches!(*name, "icons.svg" | "art.svg"))
            .filter(|name| !name.starts_with("css/"))
            .collect();
        // What others name comes first, so that its served name is known.
        names.sort_by_key(|name| (rank(name), *name));
        for name in names {
            let data = files.get(&format!("assets/{name}")).unwrap_or_default();
            assets.put(name, data, base)?;
        }
        assets.put("app.css", day_sheet(files)?.as_bytes(), base)?;
        assets.put("dark.css", night_sheet(files)?.as_bytes(), base)?;
        Ok(assets)
    }

    fn put(&mut self, name: &str, data: &[u8], base: Option<&Self>) -> Result<(), BadTheme> {
        let data = if name.ends_with(".css") || name.ends_with(".js") {
            let text = std::str::from_utf8(data).map_err(|error| BadTheme::new(name, error))?;
            self.link(text).into_bytes()
        } else {
            data.to_vec()
        };
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let served = format!("{stem}.{}.{extension}", short_hash(&data));
        let known = base.and_then(|base| base.by_served_name.get(&served)).cloned();
        let asset = known.unwrap_or_else(|| {
            let gzip = compressed(&data, extension);
            Arc::new(Asset { gzip, content_type: content_type(extension), body: data })
        });
        self.served_names.insert(name.to_owned(), served.clone());
        self.by_served_name.insert(served, asset);
        Ok(())
    }

    /// Puts served names in the place of plain ones in a stylesheet or a script.
    fn link(&self, text: &str) -> String {
        let mut linked = text.to_owned();
        for (name, served) in &self.served_names {
            linked =
                linked.replace(&format!("\"/assets/{name}\""), &format!("\"/assets/{served}\""));
        }
        linked
    }

    /// The address of an asset by its plain name.
    pub fn address(&self, name: &str) -> Option<String> {
        self.served_names.get(name).map(|served| format!("/assets/{served}"))
    }

    /// An asset by the name it is served under.
    pub fn find(&self, served: &str) -> Option<&Asset> {
        self.by_served_name.get(served).map(|asset| &**asset)
    }
}

/// The style sheet of the day, which every page links.
pub(crate) fn day_sheet(files: &Files) -> Result<String, BadTheme> {
    sheet(files, |name| name.starts_with(SHEETS) && name != NIGHT && !name.starts_with(NIGHTS))
}

/// What comes over it at night.
pub(crate) fn night_sheet(files: &Files) -> Result<String, BadTheme> {
    let usual = files.text(NIGHT)?;
    Ok(format!("{usual}{}", sheet(files, |name| name.starts_with(NIGHTS))?))
}

/// The style sheets of these names as one, in the order of their names.
fn sheet(files: &Files, wanted: impl Fn(&str) -> bool) -> Result<String, BadTheme> {
    let names = files.names().into_iter().filter(|name| name.ends_with(".css") && wanted(name));
    names.map(|name| files.text(name)).collect()
}

fn rank(name: &str) -> u8 {
    match name.rsplit_once('.') {
        // What pages begin with may name every other script.
        Some((_, "js")) if matches!(name, "js/main.js" | "js/calendar.js") => 2,
        Some((_, "js")) => 1,
        _ => 0,
    }
}

fn short_hash(data: &[u8]) -> String {
    Sha256::digest(data).iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn compressed(data: &[u8], extension: &str) -> Option<Vec<u8>> {
    if !matches!(extension, "css" | "js" | "svg" | "txt") {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).ok()?;
    encoder.finish().ok().filter(|small| small.len() < data.len())
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "png" => "image/png",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::themes::Themes;

    #[test]
    fn a_stylesheet_names_files_as_they_are_served() -> Result<(), BadTheme> {
        let themes = Themes::built_in()?;
        let assets = &themes.default().assets;
        let script = assets.address("js/main.js").unwrap_or_default();
        let served = assets.find(script.trim_start_matches("/assets/"));
        let body = String::from_utf8_lossy(&served.unwrap().body).into_owned();
        assert!(!body.contains("\"/assets/js/menu.js\""), "{body}");
        assert!(body.contains("\"/assets/js/menu."), "{body}");
        Ok(())
    }

    #[test]
    fn a_page_needs_less_than_a_hundred_kilobytes_of_script() -> Result<(), BadTheme> {
        for theme in Themes::built_in()?.all() {
            let all = theme.assets.by_served_name.iter();
            let scripts = all.filter(|(name, _)| name.ends_with(".js"));
            // As it travels: compressed where that is smaller.
            let sent = |asset: &Asset| asset.gzip.as_ref().map_or(asset.body.len(), Vec::len);
            let bytes: usize = scripts.map(|(_, asset)| sent(asset)).sum();
            assert!(bytes > 0 && bytes < 100 * 1024, "{}: {bytes}", theme.id);
        }
        Ok(())
    }

    #[test]
    fn stylesheets_know_no_physical_sides() -> Result<(), BadTheme> {
        let banned =
            ["left", "right", "margin-top", "margin-bottom", "padding-top", "padding-bottom"];
        for theme in Themes::built_in()?.all() {
            let css = day_sheet(&theme.files)? + &night_sheet(&theme.files)?;
            for (at, line) in css.lines().enumerate() {
                for word in banned {
                    assert!(!line.contains(word), "{} line {at}: {line}", theme.id);
                }
            }
        }
        Ok(())
    }
}
