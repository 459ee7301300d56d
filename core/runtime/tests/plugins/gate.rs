//! What is refused when a plugin is loaded, and what its author reads.

use crate::fake::{House, files};
use crate::guests::{self, MANIFEST};

fn refusal(manifest: &str, component: Vec<u8>) -> String {
    match House::new().engine.load_files(files(manifest, component)) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error.to_string(),
    }
}

fn importing(name: &str, items: &str) -> String {
    let text = format!("(component (import \"{name}\" (instance {items})))");
    refusal(MANIFEST, wat::parse_str(text).unwrap())
}

#[test]
fn unknown_needs_are_named() {
    let wasi = importing("wasi:cli/environment@0.2.0", "");
    assert!(
        wasi.contains("wasi:cli/environment") && wasi.contains("there is no WASI here"),
        "{wasi}"
    );
    let later = importing("oxpi:plugin/kv@1.3.0", "");
    assert_eq!(later, "plugin.wasm: it needs kv@1.3.0; this host speaks 1.0.0");
    let unknown = importing("oxpi:plugin/telepathy@1.0.0", "");
    assert!(unknown.contains("it needs \"telepathy\""), "{unknown}");
    let scan = importing("oxpi:plugin/kv@1.0.0", "(export \"scan\" (func))");
    assert!(scan.contains("it needs kv.scan"), "{scan}");
    let reshaped = importing("oxpi:plugin/kv@1.0.0", "(export \"get\" (func (param \"key\" u32)))");
    assert!(reshaped.contains("another shape than the contract's"), "{reshaped}");
}

#[test]
fn what_the_manifest_promises_must_be_there() {
    let promise = format!("{MANIFEST}\n[ports]\ncalendar = true\n");
    let said = refusal(&promise, guests::job(guests::FINE));
    assert!(
        said.ends_with(
            "[ports] offers a calendar, but the component doesn't export calendar-provider"
        ),
        "{said}"
    );
}

#[test]
fn what_is_no_component_is_refused() {
    for bytes in [b"".to_vec(), b"\0asm\x01\0\0\0".to_vec(), vec![0xff; 1_000], b"(module".to_vec()]
    {
        assert!(refusal(MANIFEST, bytes).starts_with("plugin.wasm isn't a component"));
    }
    let good = guests::job(guests::FINE);
    assert!(refusal(MANIFEST, good[..good.len() / 2].to_vec()).starts_with("plugin.wasm"));
}

#[test]
fn texts_and_icons_are_checked() {
    let mut broken = files(MANIFEST, guests::job(guests::FINE));
    broken.locales.push((domain::Locale::He, "a = { $".to_owned()));
    let error =
        House::new().engine.load_files(broken).err().map(|error| error.to_string()).unwrap();
    assert!(error.starts_with("locales/he.ftl: "), "{error}");
    let named = MANIFEST.replace("description", "icon = \"icon.svg\"\ndescription");
    let mut without = files(&named, guests::job(guests::FINE));
    without.icon = None;
    let error =
        House::new().engine.load_files(without).err().map(|error| error.to_string()).unwrap();
    assert!(error.starts_with("icon.svg: "), "{error}");
}

#[test]
fn a_folder_is_read_as_a_package() {
    let dir = tempfile::tempdir().unwrap();
    let house = House::new();
    let missing = house.engine.load(dir.path()).err().map(|error| error.to_string()).unwrap();
    assert!(missing.starts_with("plugin.toml: "), "{missing}");
    std::fs::write(dir.path().join("plugin.toml"), MANIFEST).unwrap();
    std::fs::write(dir.path().join("plugin.wasm"), guests::job(guests::FINE)).unwrap();
    std::fs::create_dir(dir.path().join("locales")).unwrap();
    std::fs::write(dir.path().join("locales/en.ftl"), "n = Acme").unwrap();
    let plugin = house.engine.load(dir.path()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(plugin.texts().text(domain::Locale::En, "n", &[]), "Acme");
    assert_eq!(plugin.hash().len(), 64);
}
