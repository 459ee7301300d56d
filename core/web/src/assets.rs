//! The theme's files as the browser gets them: embedded in the binary, named by their content so
//! that they may be cached for ever, compressed once at start.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

/// Everything in the theme's folder.
#[derive(RustEmbed)]
#[folder = "../../themes/default"]
pub(crate) struct ThemeFiles;

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
    by_served_name: BTreeMap<String, Asset>,
    served_names: BTreeMap<String, String>,
}

/// A theme whose files can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the theme's {name} can't be used: {reason}")]
pub struct BadTheme {
    /// The file.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl BadTheme {
    pub(crate) fn new(name: &str, reason: impl ToString) -> Self {
        Self { name: name.to_owned(), reason: reason.to_string() }
    }
}

/// The text of one of the theme's files.
pub(crate) fn theme_text(name: &str) -> Result<String, BadTheme> {
    let file = ThemeFiles::get(name).ok_or_else(|| BadTheme::new(name, "missing"))?;
    String::from_utf8(file.data.into_owned()).map_err(|error| BadTheme::new(name, error))
}

impl Assets {
    /// Reads, links and compresses the theme's assets.
    pub fn load() -> Result<Self, BadTheme> {
        let mut assets = Self { by_served_name: BTreeMap::new(), served_names: BTreeMap::new() };
        let mut names: Vec<String> = ThemeFiles::iter()
            .filter_map(|path| path.strip_prefix("assets/").map(str::to_owned))
            .filter(|name| !matches!(name.as_str(), "icons.svg" | "art.svg"))
            .filter(|name| !name.starts_with("css/"))
            .collect();
        // What others name comes first, so that its served name is known.
        names.sort_by_key(|name| (rank(name), name.clone()));
        for name in names {
            let file = ThemeFiles::get(&format!("assets/{name}"));
            let data = file.map(|file| file.data.into_owned()).unwrap_or_default();
            assets.put(&name, data)?;
        }
        assets
            .put("app.css", stylesheet("assets/css/", |name| name != "dark.css")?.into_bytes())?;
        assets.put("dark.css", theme_text("assets/css/dark.css")?.into_bytes())?;
        Ok(assets)
    }

    fn put(&mut self, name: &str, data: Vec<u8>) -> Result<(), BadTheme> {
        let data = if name.ends_with(".css") || name.ends_with(".js") {
            let text = String::from_utf8(data).map_err(|error| BadTheme::new(name, error))?;
            self.link(&text).into_bytes()
        } else {
            data
        };
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let served = format!("{stem}.{}.{extension}", short_hash(&data));
        let gzip = compressed(&data, extension);
        let asset = Asset { gzip, content_type: content_type(extension), body: data };
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
        self.by_served_name.get(served)
    }
}

fn stylesheet(folder: &str, wanted: impl Fn(&str) -> bool) -> Result<String, BadTheme> {
    let mut names: Vec<_> =
        ThemeFiles::iter().filter(|path| path.strip_prefix(folder).is_some_and(&wanted)).collect();
    names.sort();
    names.iter().map(|name| theme_text(name)).collect()
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
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stylesheet_names_files_as_they_are_served() -> Result<(), BadTheme> {
        let assets = Assets::load()?;
        let script = assets.address("js/main.js").unwrap_or_default();
        let served = assets.find(script.trim_start_matches("/assets/"));
        let body = String::from_utf8_lossy(&served.unwrap().body).into_owned();
        assert!(!body.contains("\"/assets/js/menu.js\""), "{body}");
        assert!(body.contains("\"/assets/js/menu."), "{body}");
        Ok(())
    }

    #[test]
    fn a_page_needs_less_than_a_hundred_kilobytes_of_script() -> Result<(), BadTheme> {
        let assets = Assets::load()?;
        let scripts = assets.by_served_name.iter().filter(|(name, _)| name.ends_with(".js"));
        // As it travels: compressed where that is smaller.
        let sent = |asset: &Asset| asset.gzip.as_ref().map_or(asset.body.len(), Vec::len);
        let bytes: usize = scripts.map(|(_, asset)| sent(asset)).sum();
        assert!(bytes > 0 && bytes < 100 * 1024, "{bytes}");
        Ok(())
    }

    #[test]
    fn stylesheets_know_no_physical_sides() -> Result<(), BadTheme> {
        let css = stylesheet("assets/css/", |_| true)?;
        let banned =
            ["left", "right", "margin-top", "margin-bottom", "padding-top", "padding-bottom"];
        for (at, line) in css.lines().enumerate() {
            for word in banned {
                assert!(!line.contains(word), "line {at}: {line}");
            }
        }
        Ok(())
    }
}
