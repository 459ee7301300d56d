//! The colours that a business may wear, read from the theme's style sheet so that mails, which style
//! sheets don't reach, wear the same.

use std::collections::BTreeMap;

/// The file of the theme that says what each colour looks like by day.
pub(crate) const FILE: &str = "assets/css/15-colours.css";

/// Each colour's main tone, by its name.
pub(crate) fn accents(css: &str) -> BTreeMap<String, String> {
    let tone = |(name, tones): (String, BTreeMap<String, String>)| {
        Some((name, tones.get("accent")?.to_owned()))
    };
    blocks(css).into_iter().filter_map(tone).collect()
}

/// The custom properties of each `[data-colour="…"]`, without their dashes.
fn blocks(css: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let block = |part: &str| {
        let (name, rest) = part.split_once("\"]")?;
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
    use crate::assets::theme_text;

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

    /// The grounds and what stands on the accent, of a style sheet's `:root`.
    fn root(css: &str) -> BTreeMap<String, String> {
        blocks(&css.replacen(":root", "[data-colour=\"root\"]", 1)).remove(0).1
    }

    #[test]
    fn every_colour_can_be_read_by_day_and_by_night() {
        let day = root(&theme_text("assets/css/10-tokens.css").unwrap());
        let dark = theme_text("assets/css/dark.css").unwrap();
        let night = root(&dark);
        let both = [(day, blocks(&theme_text(FILE).unwrap())), (night, blocks(&dark))];
        for (ground, colours) in both {
            let names: Vec<_> = colours.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, Colour::ALL.iter().map(|c| c.as_str()).collect::<Vec<_>>());
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
                    assert!(found >= READABLE, "{name}: {one} on {other} is {found:.2}");
                }
            }
        }
    }

    #[test]
    fn mails_know_each_colours_main_tone() {
        let accents = accents(&theme_text(FILE).unwrap());
        assert_eq!(accents["pine"], "#0b6b57");
        assert_eq!(accents.len(), Colour::ALL.len());
    }
}
