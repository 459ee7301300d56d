//! Rebuilds when the theme changes, and says when its libraries haven't been fetched.

fn main() {
    let theme = "../../themes/default";
    println!("cargo::rerun-if-changed={theme}");
    if !std::path::Path::new(theme).join("assets/vendor/rubik-hebrew.woff2").exists() {
        println!(
            "cargo::warning=the theme's fonts are missing: run `npm ci && npm run build` in themes/"
        );
    }
}
