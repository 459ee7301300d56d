//! The themes besides those of the program: readable, and able to draw.

use web::themes::Themes;

use super::Finding;
use crate::config::Config;

const ABOUT: &str = "themes";

/// Reads every theme as `serve` would.
pub fn look(config: &Config) -> Vec<Finding> {
    let folders = config.themes.folders(&config.data);
    let themes = match Themes::load(&folders) {
        Ok(themes) => themes,
        Err(error) => {
            return vec![Finding::wrong(
                ABOUT,
                error.to_string(),
                "install this version of OXPI anew",
            )];
        }
    };
    let bad = themes.refused.iter().map(|refused| {
        let folder = refused.folder.display();
        let mend =
            format!("mend the file or remove {folder}; who chose the theme gets the default one");
        Finding::wrong(ABOUT, format!("{folder}: {}", refused.why), mend)
    });
    let good = Finding::good(ABOUT, format!("{} can be chosen", themes.names().join(", ")));
    std::iter::once(good).chain(bad).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_that_cannot_be_used_is_told_with_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join("broken/pages");
        std::fs::create_dir_all(&broken).unwrap();
        std::fs::write(broken.join("home.html"), "{% if %}").unwrap();
        let mut config = Config::default();
        config.themes.dirs = vec![folder.path().to_owned()];
        let found = look(&config);
        assert!(found[0].is_good());
        assert!(found[1].is_wrong_and_mended_by("broken"), "{}", found[1].what);
        config.themes.dirs.clear();
        assert!(look(&config).iter().all(Finding::is_good));
    }
}
