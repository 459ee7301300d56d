//! Templates: one environment a theme, which knows its texts, icons and assets, and draws in every
//! language. Everything a template prints is escaped; the only markup that isn't is the theme's own
//! icons.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use app::tenants::Colour;
use domain::Locale;
use domain::text::grouped;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use crate::assets::{self, Assets};
use crate::colours;
use crate::file_names::parted;
use crate::i18n::Texts;
use crate::themes::{BadTheme, Files};
use crate::views::{Page, Shell};

/// A theme ready to draw pages.
pub struct Theme {
    /// What its folder is called.
    pub id: String,
    /// What it is made of.
    pub files: Files,
    /// The theme's files as they are served.
    pub assets: Arc<Assets>,
    /// The theme's texts.
    pub texts: Arc<Texts>,
    /// The templates, read when the first page is drawn: they are most of what a theme takes in
    /// memory, and few houses use more than one.
    environment: OnceLock<Tera>,
    accents: Arc<BTreeMap<String, String>>,
}

thread_local! {
    /// The language of what this thread draws, for the templates' functions. Drawing doesn't wait, so
    /// nothing else comes between.
    static SPOKEN: Cell<Locale> = const { Cell::new(Locale::ALL[0]) };
}

impl Theme {
    /// Reads and checks a whole theme; what it has in common with `base` is shared.
    pub fn load(id: &str, files: &Files, base: Option<&Self>) -> Result<Self, BadTheme> {
        Ok(Self {
            id: id.to_owned(),
            files: files.clone(),
            assets: Arc::new(Assets::load(files, base.map(|base| &*base.assets))?),
            texts: Arc::new(Texts::load(files)?),
            environment: OnceLock::new(),
            accents: Arc::new(colours::accents(&assets::day_sheet(files)?)),
        })
    }

    /// The environment, made when it is first asked for.
    ///
    /// # Errors
    /// A template that can't be read.
    pub fn environment(&self) -> Result<&Tera, BadTheme> {
        if let Some(ready) = self.environment.get() {
            return Ok(ready);
        }
        // Two at once make it twice and keep one.
        let made = environment(self)?;
        Ok(self.environment.get_or_init(|| made))
    }

    /// What people call it; its folder's name where it doesn't say.
    pub fn name(&self, locale: Locale) -> String {
        let says = |text: &str| text.lines().any(|line| line.starts_with("theme-name"));
        if self.files.own_texts(".ftl").any(says) {
            self.texts.plain(locale, "theme-name")
        } else {
            self.id.clone()
        }
    }

    /// What it is like, in a sentence, where it says.
    pub fn about(&self, locale: Locale) -> String {
        let says = |text: &str| text.lines().any(|line| line.starts_with("theme-text"));
        let own = self.files.own_texts(".ftl").any(says);
        if own { self.texts.plain(locale, "theme-text") } else { String::new() }
    }

    /// The address of a picture of it, where it has one.
    pub fn preview(&self) -> Option<String> {
        let name = ["preview.svg", "preview.png", "preview.webp"]
            .into_iter()
            .find(|name| self.files.is_own(&format!("assets/{name}")))?;
        self.assets.address(name)
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
        SPOKEN.set(locale);
        self.environment().map_err(tera::Error::message)?.render(template, context)
    }
}

/// The templates by their names. None may turn escaping off, whoever wrote it.
fn templates(files: &Files) -> Result<Vec<(String, String)>, BadTheme> {
    let mut templates = Vec::new();
    for name in files.names().into_iter().filter(|name| is_template(name)) {
        let text = files.text(name)?;
        if is_unescaped(text) {
            return Err(BadTheme::new(name, "turns escaping off"));
        }
        templates.push((name.to_owned(), text.to_owned()));
    }
    Ok(templates)
}

fn is_unescaped(text: &str) -> bool {
    let word = |rest: &str| {
        let rest = rest.trim_start();
        let after = rest.strip_prefix("safe");
        after.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    text.split('|').skip(1).any(word) || text.contains("autoescape")
}

fn environment(theme: &Theme) -> Result<Tera, BadTheme> {
    let mut tera = Tera::new();
    let texts = theme.texts.clone();
    tera.register_function("t", move |args: Kwargs, _: &State| {
        translate(&texts, SPOKEN.get(), &args)
    });
    let assets = theme.assets.clone();
    tera.register_function("asset", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let name: &str = args.must_get("name")?;
        assets.address(name).ok_or_else(|| tera::Error::message(format!("no asset {name}")))
    });
    let accents = theme.accents.clone();
    tera.register_function("accent", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let name: &str = args.must_get("colour")?;
        Ok(accents.get(name).cloned().unwrap_or_default())
    });
    let icons = symbols(theme.files.text("assets/icons.svg")?);
    tera.register_function("icon", move |args: Kwargs, _: &State| icon(&icons, &args));
    let art = symbols(theme.files.text("assets/art.svg")?);
    tera.register_function("art", move |args: Kwargs, _: &State| picture(&art, &args));
    tera.register_filter("grouped", |number: i64, _: Kwargs, _: &State| -> String {
        grouped(&number.to_string())
    });
    tera.register_filter("file_start", |name: String, _: Kwargs, _: &State| -> String {
        parted(&name).0.to_owned()
    });
    tera.register_filter("file_end", |name: String, _: Kwargs, _: &State| -> String {
        parted(&name).1.to_owned()
    });
    let templates = templates(&theme.files)?;
    tera.add_raw_templates(templates).map_err(|error| BadTheme::new("templates", error))?;
    Ok(tera)
}

/// Pages, and mails, which have a version without HTML.
fn is_template(name: &str) -> bool {
    name.ends_with(".html") || name.starts_with("mail/") && name.ends_with(".txt")
}

fn translate(texts: &Texts, locale: Locale, args: &Kwargs) -> TeraResult<String> {
    let key: &str = args.must_get("key")?;
    let values: Vec<(&str, Cow<'_, str>)> = args
        .iter()
        .filter_map(|(name, value)| Some((name.as_str()?, said(value))))
        .filter(|(name, _)| *name != "key")
        .collect();
    // In tests a missing text fails the page; in use it is better seen than a broken page.
    if cfg!(test) && !texts.has(locale, key) {
        return Err(tera::Error::message(format!("no text for {key:?} in {locale}")));
    }
    Ok(texts.text(locale, key, &values))
}

/// A value as texts take it.
fn said(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| value.to_string().into(), Cow::Borrowed)
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
