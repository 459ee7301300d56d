//! Templates: one environment a language, each knowing its texts, icons and assets. Everything a
//! template prints is escaped; the only markup that isn't is the theme's own icons.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use app::tenants::Colour;
use domain::Locale;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use crate::assets::{Assets, BadTheme, ThemeFiles, theme_text};
use crate::colours;
use crate::i18n::Texts;
use crate::views::{Page, Shell};

/// A theme ready to draw pages.
pub struct Theme {
    /// The theme's files.
    pub assets: Arc<Assets>,
    /// The theme's texts.
    pub texts: Arc<Texts>,
    environments: Vec<(Locale, Tera)>,
    accents: BTreeMap<String, String>,
}

impl Theme {
    /// Reads and checks the whole theme.
    pub fn load() -> Result<Self, BadTheme> {
        let assets = Arc::new(Assets::load()?);
        let texts = Arc::new(Texts::load()?);
        let icons = Arc::new(symbols(&theme_text("assets/icons.svg")?));
        let art = Arc::new(symbols(&theme_text("assets/art.svg")?));
        let mut environments = Vec::new();
        for locale in Locale::ALL {
            environments.push((locale, environment(locale, &assets, &texts, [&icons, &art])?));
        }
        let accents = colours::accents(&theme_text(colours::FILE)?);
        Ok(Self { assets, texts, environments, accents })
    }

    /// What a colour looks like where style sheets don't reach, as in mail: `#rrggbb`.
    pub(crate) fn accent(&self, colour: Colour) -> String {
        let accent = self.accents.get(colour.as_str());
        accent.map_or_else(|| "#333333".to_owned(), Clone::clone)
    }

    /// Draws a page.
    pub fn render<P: Page>(&self, page: &P, shell: &Shell) -> TeraResult<String> {
        let mut context = Context::from_serialize(page)?;
        context.insert("shell", shell);
        self.draw(shell.locale, P::TEMPLATE, &context)
    }

    /// Draws a template in a language.
    pub(crate) fn draw(
        &self,
        locale: Locale,
        template: &str,
        context: &Context,
    ) -> TeraResult<String> {
        let environment = self.environments.iter().find(|(one, _)| *one == locale);
        match environment {
            Some((_, tera)) => tera.render(template, context),
            None => Err(tera::Error::message("no such language")),
        }
    }
}

fn environment(
    locale: Locale,
    assets: &Arc<Assets>,
    texts: &Arc<Texts>,
    drawings: [&Arc<BTreeMap<String, String>>; 2],
) -> Result<Tera, BadTheme> {
    let mut tera = Tera::new();
    let texts = texts.clone();
    tera.register_function("t", move |args: Kwargs, _: &State| translate(&texts, locale, &args));
    let assets = assets.clone();
    tera.register_function("asset", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let name: &str = args.must_get("name")?;
        assets.address(name).ok_or_else(|| tera::Error::message(format!("no asset {name}")))
    });
    let [icons, art] = drawings.map(Clone::clone);
    tera.register_function("icon", move |args: Kwargs, _: &State| icon(&icons, &args));
    tera.register_function("art", move |args: Kwargs, _: &State| picture(&art, &args));
    let names: Vec<_> = ThemeFiles::iter().filter(|name| is_template(name)).collect();
    let mut templates = Vec::new();
    for name in &names {
        templates.push((name.to_string(), theme_text(name)?));
    }
    tera.add_raw_templates(templates).map_err(|error| BadTheme::new("templates", error))?;
    Ok(tera)
}

/// Pages, and mails, which have a version without HTML.
fn is_template(name: &str) -> bool {
    name.ends_with(".html") || name.starts_with("mail/") && name.ends_with(".txt")
}

fn translate(texts: &Texts, locale: Locale, args: &Kwargs) -> TeraResult<String> {
    let key: &str = args.must_get("key")?;
    let values: Vec<(String, String)> = args
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .filter(|(name, _)| name != "key")
        .collect();
    let borrowed: Vec<(&str, Cow<'_, str>)> =
        values.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    // In tests a missing text fails the page; in use it is better seen than a broken page.
    if cfg!(test) && !texts.has(locale, key) {
        return Err(tera::Error::message(format!("no text for {key:?} in {locale}")));
    }
    Ok(texts.text(locale, key, &borrowed))
}

fn icon(icons: &BTreeMap<String, String>, args: &Kwargs) -> TeraResult<Value> {
    let name: &str = args.must_get("name")?;
    let body = icons.get(name).ok_or_else(|| tera::Error::message(format!("no icon {name}")))?;
    let small = if args.get::<bool>("small")? == Some(true) { " icon-small" } else { "" };
    // Arrows along the line mirror with the language; everything else stays as drawn.
    let turns = matches!(name, "forward" | "back" | "sign-out" | "out" | "notes");
    let turns = if turns { " icon-turns" } else { "" };
    Ok(Value::safe_string(&format!(
        "<svg class=\"icon{small}{turns}\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">{body}</svg>"
    )))
}

/// What an empty page shows above its words.
fn picture(art: &BTreeMap<String, String>, args: &Kwargs) -> TeraResult<Value> {
    let name: &str = args.must_get("name")?;
    let body = art.get(name).ok_or_else(|| tera::Error::message(format!("no art {name}")))?;
    Ok(Value::safe_string(&format!(
        "<svg class=\"art\" viewBox=\"0 0 120 96\" aria-hidden=\"true\">{body}</svg>"
    )))
}

/// The symbols of a sprite by id.
fn symbols(sprite: &str) -> BTreeMap<String, String> {
    let symbols = sprite.split("<symbol id=\"").skip(1);
    symbols
        .filter_map(|rest| {
            let (id, rest) = rest.split_once("\">")?;
            let (body, _) = rest.split_once("</symbol>")?;
            Some((id.to_owned(), body.to_owned()))
        })
        .collect()
}
