//! Types that hold a secret can't be printed or serialized. A compile error here means one can.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use oxpi_vault as vault;

/// Does not compile when the type has the trait: both implementations below would fit.
macro_rules! lacks {
    ($type:ty, $($trait:tt)+) => {{
        trait Either<Which> { fn pick() {} }
        impl<T: ?Sized> Either<()> for T {}
        struct Has;
        impl<T: ?Sized + $($trait)+> Either<Has> for T {}
        <$type as Either<_>>::pick();
    }};
}

#[test]
fn secret_types_can_not_be_printed_or_serialized() {
    lacks!(vault::RootKey, std::fmt::Debug);
    lacks!(vault::RootKey, std::fmt::Display);
    lacks!(vault::RootKey, serde::Serialize);
    lacks!(vault::RootKey, Clone);
    lacks!(vault::SealedRootKey, std::fmt::Debug);
    lacks!(vault::VariableSource, std::fmt::Debug);
    lacks!(vault::VariableSource, Clone);
    lacks!(vault::Vault, Clone);
    lacks!(vault::Vault, std::fmt::Debug);
    lacks!(vault::Vault, serde::Serialize);
    lacks!(vault::Sealer, std::fmt::Debug);
    lacks!(vault::Sealer, serde::Serialize);
    lacks!(vault::Sealer, Clone);
    lacks!(vault::Opener, std::fmt::Debug);
    lacks!(vault::Opener, serde::Serialize);
    lacks!(vault::Opener, Clone);
    lacks!(vault::Signer, std::fmt::Debug);
    lacks!(vault::Signer, serde::Serialize);
    lacks!(domain::Secret, std::fmt::Debug);
    lacks!(domain::Secret, std::fmt::Display);
    lacks!(domain::Secret, serde::Serialize);
}

#[test]
fn one_file_names_the_library() {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path).expect("text").contains("sodiumoxide") {
                found.push(path.file_name().expect("a name").to_owned());
            }
        }
    }
    assert_eq!(found, ["sodium.rs"]);
}
