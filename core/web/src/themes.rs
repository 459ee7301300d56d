//! The themes there are: the two that the binary carries, and those that lie in folders beside it. A
//! theme's folder holds what differs; everything else is the default theme's.

mod files;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::Locale;
use rust_embed::RustEmbed;
use tera::{Context, TeraResult};

pub use files::Files;

use crate::assets::Asset;
use crate::theme::Theme;
use crate::views::components::Components;
use crate::views::{Page, Shell};

/// The name of the theme that a business has until it chooses another.
pub const DEFAULT: &str = app::settings::DEFAULT_THEME;
/// The longest name of a theme's folder.
const NAME_CHARS_MAX: usize = 40;

#[derive(RustEmbed)]
#[folder = "../../themes/default"]
struct DefaultFiles;

#[derive(RustEmbed)]
#[folder = "../../themes/ledger"]
struct LedgerFiles;

/// A theme whose files can't be used.
#[derive(Debug, Clone, thiserror::Error)]
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

/// A folder whose theme can't be used; whoever chose it gets the default one.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The folder.
    pub folder: PathBuf,
    /// Why.
    pub why: BadTheme,
}

/// Every theme, ready to draw.
pub struct Themes {
    /// The default one first.
    all: Vec<Arc<Theme>>,
    /// Folders that hold none.
    pub refused: Vec<Refused>,
}

impl Themes {
    /// The themes that the binary carries.
    pub fn built_in() -> Result<Self, BadTheme> {
        let base = Files::embedded::<DefaultFiles>();
        let ledger = Files::embedded::<LedgerFiles>().over(&base);
        let default = Theme::load(DEFAULT, &base, None)?;
        default.environment()?;
        let ledger = Theme::load("ledger", &ledger, Some(&default))?;
        Ok(Self { all: vec![Arc::new(default), Arc::new(ledger)], refused: Vec::new() })
    }

    /// Those, and each folder in one of `folders`; of two of one name the first counts. What can't be
    /// used is logged, kept in `refused`, and no reason not to start.
    pub fn load(folders: &[PathBuf]) -> Result<Self, BadTheme> {
        let mut themes = Self::built_in()?;
        for path in folders.iter().flat_map(|folder| within(folder)) {
            match themes.read(&path) {
                Ok(theme) => themes.all.push(Arc::new(theme)),
                Err(why) => {
                    let folder = path.display();
                    tracing::error!(%folder, %why, "a theme is not used; businesses that chose it get the default one");
                    themes.refused.push(Refused { folder: path, why });
                }
            }
        }
        Ok(themes)
    }

    fn read(&self, folder: &Path) -> Result<Theme, BadTheme> {
        let id = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !is_name(id) {
            let why = format!("takes small letters, digits and dashes, {NAME_CHARS_MAX} at most");
            return Err(BadTheme::new("name", why));
        }
        if self.all.iter().any(|theme| theme.id == id) {
            return Err(BadTheme::new("name", "is another theme's already"));
        }
        if std::fs::symlink_metadata(folder).is_ok_and(|about| about.is_symlink()) {
            return Err(BadTheme::new("folder", "is a link"));
        }
        let files = Files::in_folder(folder)?.over(&self.default().files);
        let theme = Theme::load(id, &files, Some(self.default()))?;
        theme.environment()?;
        try_on(&theme)?;
        Ok(theme)
    }

    /// The theme that everything falls back to.
    pub fn default(&self) -> &Arc<Theme> {
        // There is always the one that the binary carries.
        &self.all[0]
    }

    /// The theme of this name; the default one where there is none.
    pub fn get(&self, id: &str) -> &Arc<Theme> {
        self.all.iter().find(|theme| theme.id == id).unwrap_or_else(|| self.default())
    }

    /// Every theme, the default one first.
    pub fn all(&self) -> &[Arc<Theme>] {
        &self.all
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.all.iter().map(|theme| theme.id.clone()).collect()
    }

    /// Draws a page in the theme that its shell names. One that fails at it, as a folder's may, is
    /// logged, and the page comes in the default one.
    pub fn render<P: Page>(&self, page: &P, shell: &Shell) -> TeraResult<String> {
        let theme = self.get(&shell.theme);
        let drawn = theme.render(page, shell);
        match drawn {
            Err(error) if theme.id != DEFAULT => {
                told(&theme.id, P::TEMPLATE, &error);
                self.default().render(page, shell)
            }
            drawn => drawn,
        }
    }

    /// Draws a template in a language, in this theme or else in the default one.
    pub(crate) fn draw(
        &self,
        id: &str,
        locale: Locale,
        template: &str,
        context: &Context,
    ) -> TeraResult<String> {
        let theme = self.get(id);
        match theme.draw(locale, template, context) {
            Err(error) if theme.id != DEFAULT => {
                told(&theme.id, template, &error);
                self.default().draw(locale, template, context)
            }
            drawn => drawn,
        }
    }

    /// A file of any of them by the name it is served under, which its content makes.
    pub fn find_asset(&self, served: &str) -> Option<&Asset> {
        self.all.iter().find_map(|theme| theme.assets.find(served))
    }
}

fn told(theme: &str, template: &str, error: &tera::Error) {
    tracing::error!(theme, template, %error, "a theme can't draw a page; it comes in the default one");
}

/// The folders in a folder, sorted.
fn within(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

/// Whether a folder may be called so: the name is kept with businesses and stands in addresses.
fn is_name(name: &str) -> bool {
    let fits =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    !name.is_empty() && name.len() <= NAME_CHARS_MAX && name.chars().all(fits)
}

/// Draws the page that shows every component: a theme that can't is not taken.
fn try_on(theme: &Theme) -> Result<(), BadTheme> {
    for locale in Locale::ALL {
        let (page, shell) = Components::sample(theme, locale);
        theme
            .render(&page, &shell)
            .map_err(|error| BadTheme::new(Components::TEMPLATE, cause(&error)))?;
    }
    Ok(())
}

/// An error with what is behind it.
fn cause(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut behind = error.source();
    while let Some(source) = behind {
        told = format!("{told}: {source}");
        behind = source.source();
    }
    told
}

#[cfg(test)]
mod tests;
