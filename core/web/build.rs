//! Rebuilds when a theme changes, and says when its libraries haven't been fetched.

fn main() {
    let themes = "../../themes";
    for theme in ["default", "ledger"] {
        println!("cargo::rerun-if-changed={themes}/{theme}");
    }
    let font = "default/assets/vendor/rubik-hebrew.woff2";
    if !std::path::Path::new(themes).join(font).exists() {
        println!(
            "cargo::warning=the theme's fonts are missing: run `npm ci && npm run build` in themes/"
        );
    }
}
