//! The colours that a business may wear, read from a theme's style sheets so that mails, which style
//! sheets don't reach, wear the same.

use std::collections::BTreeMap;

/// Each colour's main tone by day, by its name.
pub(crate) fn accents(css: &str) -> BTreeMap<String, String> {
    let tone = |(name, tones): (String, Tones)| Some((name, tones.get("accent")?.to_owned()));
    colours(css).into_iter().filter_map(tone).collect()
}

type Tones = BTreeMap<String, String>;

/// The tones of each colour, where a later block of the same adds to an earlier one.
fn colours(css: &str) -> BTreeMap<String, Tones> {
    let mut colours: BTreeMap<String, Tones> = BTreeMap::new();
    for (name, tones) in blocks(css) {
        colours.entry(name).or_default().extend(tones);
    }
    colours
}

/// The custom properties of each `[data-colour="…"]`, without their dashes.
fn blocks(css: &str) -> Vec<(String, Tones)> {
    let block = |part: &str| {
        let (name, rest) = part.split_once("\"]")?;
        // A rule of the colour itself, not of what wears it.
        if !rest.trim_start().starts_with('{') {
            return None;
        }
        let (_, inside) = rest.split_once('{')?;
        let (inside, _) = inside.split_once('}')?;
        let tones = inside.split(';').filter_map(|line| {
            // Below a comment, or the first of all.
            let line = line.trim().lines().last()?.trim();
            let (name, value) = line.strip_prefix("--")?.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        });
        Some((name.to_owned(), tones.collect()))
    };
    css.split("[data-colour=\"").skip(1).filter_map(block).collect()
}

#[cfg(test)]
mod tests {
    use app::tenants::Colour;

    use super::*;
    use crate::assets::{day_sheet, night_sheet};
    use crate::themes::Themes;

    /// What a browser reads text by at least (WCAG 2.2, 1.4.3).
    const READABLE: f64 = 4.5;
    const GROUNDS: [&str; 4] = ["paper", "surface", "surface-sunk", "surface-hover"];

    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let byte = u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The grounds and what stands on the accent, of a style sheet's `:root`s.
    fn root(css: &str) -> Tones {
        let named = css.replace("\n:root {", "\n[data-colour=\"root\"] {");
        colours(&named).remove("root").unwrap()
    }

    /// What holds at night: the day's, and what the night puts over it.
    fn over(day: Tones, night: Tones) -> Tones {
        day.into_iter().chain(night).collect()
    }

    #[test]
    fn every_colour_can_be_read_by_day_and_by_night_in_every_theme() {
        for theme in Themes::built_in().unwrap().all() {
            let (day, night) =
                (day_sheet(&theme.files).unwrap(), night_sheet(&theme.files).unwrap());
            let by_night = over(root(&day), root(&night));
            check(&theme.id, &root(&day), colours(&day));
            check(&theme.id, &by_night, colours(&night));
        }
    }

    fn check(theme: &str, ground: &Tones, colours: BTreeMap<String, Tones>) {
        let mut all: Vec<_> = Colour::ALL.iter().map(|colour| colour.as_str()).collect();
        all.sort_unstable();
        assert_eq!(colours.keys().collect::<Vec<_>>(), all, "{theme}");
        for (name, tones) in colours {
            let on_accent = tones.get("on-accent").unwrap_or(&ground["on-accent"]);
            let mut pairs = vec![
                (&tones["accent"], on_accent),
                (&tones["accent-deep"], on_accent),
                (&tones["accent"], &tones["accent-soft"]),
                (&tones["accent-deep"], &tones["accent-soft"]),
            ];
            pairs.extend(GROUNDS.map(|on| (&tones["accent"], &ground[on])));
            for (one, other) in pairs {
                let found = contrast(one, other);
                assert!(found >= READABLE, "{theme} {name}: {one} on {other} is {found:.2}");
            }
        }
    }

    #[test]
    fn words_can_be_read_on_every_ground_by_day_and_by_night_in_every_theme() {
        for theme in Themes::built_in().unwrap().all() {
            let (day, night) =
                (day_sheet(&theme.files).unwrap(), night_sheet(&theme.files).unwrap());
            for tones in [root(&day), over(root(&day), root(&night))] {
                for ink in ["ink", "ink-soft", "ink-faint"] {
                    for ground in GROUNDS {
                        let found = contrast(&tones[ink], &tones[ground]);
                        assert!(found >= READABLE, "{} {ink} on {ground}: {found:.2}", theme.id);
                    }
                }
                for tone in ["good", "warn", "bad", "info"] {
                    let found = contrast(&tones[tone], &tones[&format!("{tone}-soft")]);
                    assert!(found >= READABLE, "{} {tone}: {found:.2}", theme.id);
                }
            }
        }
    }

    #[test]
    fn mails_know_each_colours_main_tone() {
        let themes = Themes::built_in().unwrap();
        let accents = accents(&day_sheet(&themes.default().files).unwrap());
        assert_eq!(accents["pine"], "#0b6b57");
        assert_eq!(accents.len(), Colour::ALL.len());
    }
}
