use domain::Locale;
use domain::rng::SeededRng;
use proptest::prelude::*;
use tar::{Builder, EntryType, Header};

use super::*;

fn secret(seed: u64) -> PublisherSecret {
    PublisherSecret::generate(&SeededRng::new(seed))
}

fn manifest(key: Option<PublisherKey>) -> String {
    let key = key.map(|key| format!("publisher_key = \"{key}\"\n")).unwrap_or_default();
    format!(
        "[plugin]\nid = \"acme-tools\"\nversion = \"1.2.0\"\nabi = \"1.0\"\npublisher = \"Acme\"\n\
         {key}name = \"n\"\ndescription = \"d\"\n"
    )
}

fn files(key: Option<PublisherKey>) -> PluginFiles {
    PluginFiles {
        manifest: manifest(key),
        component: b"\0asm component".to_vec(),
        icon: Some(b"<svg/>".to_vec()),
        locales: vec![(Locale::He, "n = \u{5d0}".to_owned()), (Locale::En, "n = a".to_owned())],
    }
}

fn signed() -> Vec<u8> {
    let secret = secret(1);
    let mut package = Package::new(files(Some(secret.public()))).unwrap();
    package.sign(&secret).unwrap();
    package.to_bytes().unwrap()
}

fn refused(bytes: &[u8]) -> PackageError {
    Package::read(bytes).err().expect("it is refused")
}

#[test]
fn a_signed_package_is_read_as_it_was_written() {
    let bytes = signed();
    let package = Package::read(&bytes).unwrap();
    assert!(package.is_signed());
    assert_eq!(package.file_name(), "acme-tools-1.2.0.oxpi");
    assert_eq!(package.publisher_key(), Some(&secret(1).public()));
    let hash = package.hash();
    let files = package.into_files();
    assert_eq!(files.component, b"\0asm component");
    assert_eq!((files.hash(), files.locales.len()), (hash, 2));
    assert_eq!(signed(), bytes, "the same files make the same package");
}

#[test]
fn only_the_key_that_the_manifest_names_can_sign() {
    let mut nobody = Package::new(files(None)).unwrap();
    let wanted = format!("publisher_key = \"{}\"", secret(1).public());
    assert_eq!(nobody.sign(&secret(1)), Err(PackageError::NoKey { wanted }));
    let mut package = Package::new(files(Some(secret(1).public()))).unwrap();
    assert!(matches!(package.sign(&secret(2)), Err(PackageError::OtherKey { .. })));
    assert!(!Package::read(&package.to_bytes().unwrap()).unwrap().is_signed());
}

#[test]
fn a_changed_file_another_key_or_anothers_signature_is_refused() {
    let (own, other) = (secret(1), secret(2));
    let sign = |files: PluginFiles, with: &PublisherSecret| {
        let mut package = Package::new(files).unwrap();
        package.sign(with).unwrap();
        package
    };
    // The list still says what the former component was.
    let mut changed = sign(files(Some(own.public())), &own);
    let list = changed.list();
    changed.files.component = b"\0asm Component".to_vec();
    let signature = changed.signature.as_ref().map(key::text_of);
    let bytes = archive::write(&list, signature.clone(), &changed.files).unwrap();
    assert_eq!(refused(&bytes), PackageError::Changed("FILES"));
    // The list is right again, the signature isn't.
    let bytes = archive::write(&changed.list(), signature, &changed.files).unwrap();
    assert_eq!(refused(&bytes), PackageError::Signature);
    // Another's signature over the very same list.
    let mut package = sign(files(Some(own.public())), &own);
    package.signature = Some(other.key().sign(package.list().as_bytes()));
    assert_eq!(refused(&package.to_bytes().unwrap()), PackageError::Signature);
    // Another's key put into the manifest, signed by the first.
    let mut package = sign(files(Some(other.public())), &other);
    package.signature = Some(own.key().sign(package.list().as_bytes()));
    assert_eq!(refused(&package.to_bytes().unwrap()), PackageError::Signature);
}

/// A tar archive of these headers and contents.
fn tar(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (name, kind, content) in entries {
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

#[test]
fn names_links_doubles_and_extensions_are_refused() {
    let plain = EntryType::Regular;
    for (what, entry) in [
        ("a way out", ("../plugin.toml", plain, &b"x"[..])),
        ("a way out below a folder", ("locales/../../x", plain, b"x")),
        ("an absolute path", ("/etc/passwd", plain, b"x")),
        ("another spelling", ("./plugin.toml", plain, b"x")),
        ("a file of no use", ("notes.txt", plain, b"x")),
        ("a link", ("icon.svg", EntryType::Symlink, b"")),
        ("a hard link", ("icon.svg", EntryType::Link, b"")),
        ("a folder", ("locales", EntryType::Directory, b"")),
        ("a device", ("icon.svg", EntryType::Char, b"")),
        ("a long name's extension", ("././@LongLink", EntryType::GNULongName, b"plugin.toml\0")),
        ("other attributes", ("pax", EntryType::XHeader, b"12 path=x\n")),
        ("attributes of all", ("pax", EntryType::XGlobalHeader, b"12 path=x\n")),
        ("holes", ("plugin.wasm", EntryType::GNUSparse, b"")),
    ] {
        assert!(matches!(refused(&tar(&[entry])), PackageError::Form(_)), "{what}");
    }
    let twice = ("plugin.toml", plain, &b"[plugin]"[..]);
    assert!(
        matches!(refused(&tar(&[twice, twice])), PackageError::Form(why) if why.contains("twice"))
    );
    let large = vec![b' '; FILE_MAX + 1];
    let large = tar(&[("plugin.toml", plain, &large)]);
    assert!(matches!(refused(&large), PackageError::Form(why) if why.contains("too large")));
}

const FILE_MAX: usize = crate::engine::FILE_BYTES_MAX as usize;

#[test]
fn a_length_that_lies_costs_no_memory() {
    let mut bytes = tar(&[("plugin.wasm", EntryType::Regular, b"x")]);
    // Twelve octal digits, and the binary form for even more.
    for size in [*b"77777777777\0", [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]
    {
        bytes[124..136].copy_from_slice(&size);
        let sum: u32 = (0..512)
            .map(|at| if (148..156).contains(&at) { 32 } else { u32::from(bytes[at]) })
            .sum();
        bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert!(matches!(refused(&bytes), PackageError::Form(_)));
    }
}

#[test]
fn nothing_hides_behind_the_end_or_in_a_header() {
    let whole = signed();
    for more in [&[0u8; 512][..], &b"more"[..]] {
        let bytes = [&whole[..], more].concat();
        assert!(matches!(refused(&bytes), PackageError::Form(_)));
    }
    let mut runnable = whole.clone();
    // The mode of the first entry, and its check sum to go with it.
    runnable[100..108].copy_from_slice(b"0000755\0");
    let sum: u32 = (0..512)
        .map(|at| if (148..156).contains(&at) { 32 } else { u32::from(runnable[at]) })
        .sum();
    runnable[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert!(matches!(refused(&runnable), PackageError::Form(_)));
}

#[test]
fn keys_have_one_spelling() {
    let text = secret(3).public().to_string();
    assert_eq!(text.parse::<PublisherKey>().map(|key| key.to_string()), Ok(text.clone()));
    assert_eq!(secret(3).public().fingerprint().len(), 39);
    let again = PublisherSecret::from_text(&secret(3).to_text()).map(|key| key.public());
    assert_eq!(again, Ok(secret(3).public()));
    let weak = format!("ed25519:{}=", "A".repeat(43));
    for bad in ["", "ed25519:", &text[8..], &text.to_uppercase(), &weak, &format!("{text} ")] {
        assert!(bad.parse::<PublisherKey>().is_err(), "{bad}");
    }
}

proptest! {
    /// Whatever is done to a signed package, it is refused, and reading never fails otherwise.
    #[test]
    fn a_signed_package_with_any_change_is_refused(
        at in 0usize..8_000, cut in 0usize..600, bytes in proptest::collection::vec(any::<u8>(), 0..600)
    ) {
        let whole = signed();
        let at = at.min(whole.len());
        let end = (at + cut).min(whole.len());
        let changed = [&whole[..at], &bytes, &whole[end..]].concat();
        prop_assert_eq!(Package::read(&changed).is_ok(), changed == whole);
    }

    #[test]
    fn any_bit_turned_is_noticed(at in 0usize..100_000, bit in 0u8..8) {
        let mut bytes = signed();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        prop_assert!(Package::read(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4_000)) {
        let _ = Package::read(&bytes);
    }
}
