//! Whose packages are taken, and which.

use std::path::Path;

use app::plugins::{InstallError, install_package, load_packages, remove_packages};
use oxpi_tests::shelf::sample;
use runtime::{Package, PackageError};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_publisher_is_the_plugins_until_the_operator_says_otherwise() {
    each(async |shelf| {
        started(&shelf).await?;
        let theirs = package("1.1.0", &publisher(2), as_it_is)?;
        let refused = shelf.install(theirs.clone()).await.unwrap_err();
        assert!(matches!(refused, InstallError::OtherPublisher { .. }), "{refused}");
        assert!(shelf.acts(&shelf.owner).await?.contains(&"plugin.package-refused".to_owned()));
        assert!(shelf.acts(&shelf.other).await?.is_empty(), "who doesn't have it hears nothing");
        assert_eq!(shelf.version(&shelf.owner).await?.0, "1.0.0");
        // Put there by hand it is no better, and is refused once, not at every look.
        let file = shelf.folder.path().join("plugins/testkit-sample-1.1.0.oxpi");
        std::fs::write(&file, &theirs)?;
        let before = shelf.acts(&shelf.owner).await?.len();
        shelf.move_up().await?;
        shelf.move_up().await?;
        assert!(!file.exists());
        assert_eq!(shelf.acts(&shelf.owner).await?.len(), before + 1);
        assert_eq!(shelf.app.plugins.refused().len(), 1);
        // The operator compared the new key.
        install_package(&shelf.app, theirs, true).await?;
        assert_eq!(shelf.move_up().await?, 1);
        let source = page(&shelf).await?.source;
        assert_eq!(source.fingerprint, Some(publisher(2).public().fingerprint()));
        // From now on it is the first one's that is another's.
        let first = package("1.2.0", &publisher(1), as_it_is)?;
        assert!(matches!(shelf.install(first).await, Err(InstallError::OtherPublisher { .. })));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_under_the_same_version_and_a_step_down_are_refused() {
    each(async |shelf| {
        let by = publisher(1);
        let second = package("2.0.0", &by, as_it_is)?;
        shelf.install(second.clone()).await?;
        let changed = package("2.0.0", &by, |text| text.replace("greeting", "welcome"))?;
        assert!(matches!(shelf.install(changed).await, Err(InstallError::Changed { .. })));
        let older = package("1.9.9", &by, as_it_is)?;
        assert!(matches!(shelf.install(older).await, Err(InstallError::Downgrade { .. })));
        shelf.install(second).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_plugin_has_a_name_that_means_something_else() {
    each(async |shelf| {
        // Files that the house itself keeps, and the place beside the pages of plugins.
        assert_eq!(plugins::RESERVED, ["oxpi", "export"]);
        let by = publisher(1);
        for id in plugins::RESERVED {
            let mut files = sample("1.0.0", Some(&by), as_it_is)?;
            files.manifest = files.manifest.replace("testkit-sample", id);
            let mut named = Package::new(files)?;
            named.sign(&by)?;
            let refused = shelf.install(named.to_bytes()?).await;
            let is_it = |plugin: &domain::PluginId| plugin.as_str() == id;
            assert!(
                matches!(&refused, Err(InstallError::Reserved(plugin)) if is_it(plugin)),
                "{id}"
            );
        }
        let told = own_record(&shelf.app).await?;
        assert!(!told.is_empty() && told.iter().all(|word| word == "malformed"), "{told:?}");
        // Every page that lies where a plugin's would is such a name.
        for route in web::routes::table() {
            let beside = route.path.strip_prefix("/plugins/").filter(|rest| !rest.contains('/'));
            let Some(name) = beside.filter(|name| !name.starts_with('{')) else { continue };
            assert!(plugins::RESERVED.contains(&name), "{name}");
        }
        Ok(())
    })
    .await;
}

/// Why packages were refused, by the installation's own record, oldest first.
async fn own_record(app: &app::App) -> Result<Vec<String>> {
    app::incidents::write_down(app).await;
    let mut entries = app::installation::list_entries(app, 100).await?;
    entries.retain(|entry| entry.kind == "plugin.package-refused");
    let word = |entry: &app::installation::InstallationEntry| {
        entry.detail_json.0["kind"].as_str().unwrap_or_default().to_owned()
    };
    Ok(entries.iter().rev().map(word).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_does_not_load_is_told_to_those_who_have_the_plugin() {
    each(async |shelf| {
        started(&shelf).await?;
        let by = publisher(1);
        let mut files = sample("1.5.0", Some(&by), as_it_is)?;
        files.component = b"\0asm nonsense".to_vec();
        let mut broken = Package::new(files)?;
        broken.sign(&by)?;
        let refused = shelf.install(broken.to_bytes()?).await;
        assert!(matches!(refused, Err(InstallError::Load(_))));
        assert_eq!(own_record(&shelf.app).await?, ["unloadable"]);
        assert!(shelf.acts(&shelf.owner).await?.contains(&"plugin.package-refused".to_owned()));
        assert!(shelf.acts(&shelf.other).await?.is_empty(), "who doesn't have it hears nothing");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unsigned_or_was_touched_is_refused() {
    each(async |shelf| {
        let by = publisher(1);
        let unsigned = Package::new(sample("1.0.0", Some(&by), as_it_is)?)?.to_bytes()?;
        let refused = shelf.install(unsigned.clone()).await;
        assert!(matches!(refused, Err(InstallError::Package(PackageError::Unsigned))));
        let mut touched = package("1.0.0", &by, as_it_is)?;
        let at = touched.len() / 2;
        touched[at] ^= 1;
        assert!(matches!(shelf.install(touched.clone()).await, Err(InstallError::Package(_))));
        for (name, bytes) in [("a.oxpi", unsigned), ("b.oxpi", touched)] {
            std::fs::create_dir_all(shelf.folder.path().join("plugins"))?;
            std::fs::write(shelf.folder.path().join("plugins").join(name), bytes)?;
        }
        shelf.load().await;
        assert_eq!(shelf.app.plugins.refused().len(), 2);
        assert!(plugins::find_loaded(&shelf.app, &shelf.plugin).is_err());
        let mut told = own_record(&shelf.app).await?;
        // All of one moment.
        told.sort();
        assert_eq!(told, ["tampered", "tampered", "unsigned", "unsigned"], "by hand and by a file");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installed_package_that_was_touched_is_not_loaded_at_the_next_start() {
    each(async |shelf| {
        started(&shelf).await?;
        let file = shelf.folder.path().join("plugins/testkit-sample-1.0.0.oxpi");
        let mut bytes = std::fs::read(&file)?;
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        std::fs::write(&file, bytes)?;
        let restarted = shelf.another()?;
        load_packages(&restarted, &[] as &[&Path]).await;
        assert_eq!(restarted.plugins.refused().len(), 1);
        let called = plugins::get_plugin(&restarted, &shelf.owner, &shelf.plugin).await;
        assert!(matches!(called, Err(Error::NotFound)));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_needs_no_signature_and_its_versions_are_kept() {
    each(async |shelf| {
        let folders = tempfile::tempdir()?;
        let lay_out = |version: &str, change: fn(String) -> String| -> Result<()> {
            let (files, dir) = (sample(version, None, change)?, folders.path().join("sample"));
            std::fs::create_dir_all(dir.join("locales"))?;
            std::fs::write(dir.join("plugin.toml"), files.manifest)?;
            std::fs::write(dir.join("plugin.wasm"), files.component)?;
            std::fs::write(dir.join("icon.svg"), files.icon.unwrap_or_default())?;
            for (locale, text) in files.locales {
                std::fs::write(dir.join(format!("locales/{locale}.ftl")), text)?;
            }
            Ok(())
        };
        lay_out("1.0.0", as_it_is)?;
        load_packages(&shelf.app, &[folders.path()]).await;
        plugins::enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
        // The program is updated: the folder has another version now, which asks for more.
        lay_out("2.0.0", oxpi_tests::shelf::asking_more)?;
        let restarted = shelf.another()?;
        load_packages(&restarted, &[folders.path()]).await;
        plugins::upgrade_all(&restarted).await?;
        let page = plugins::get_plugin(&restarted, &shelf.owner, &shelf.plugin).await?;
        assert_eq!((page.card.version.as_str(), page.card.needs_consent), ("1.0.0", false));
        assert_eq!(page.update.unwrap().version, "2.0.0");
        assert!(!page.source.is_signed);
        // A package that somebody signed doesn't take the place of what the operator put there.
        let signed = package("3.0.0", &publisher(1), as_it_is)?;
        let refused = install_package(&restarted, signed, false).await;
        assert!(matches!(refused, Err(InstallError::OtherPublisher { .. })));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_that_nobody_uses_can_be_removed_and_the_publisher_with_the_last() {
    each(async |shelf| {
        started(&shelf).await?;
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(remove_packages(&shelf.app, &shelf.plugin, None).await?, ["1.1.0"]);
        assert!(remove_packages(&shelf.app, &shelf.plugin, None).await?.is_empty(), "in use");
        plugins::disable_plugin(&shelf.app, &shelf.owner, &shelf.plugin).await?;
        let id = shelf.plugin.as_str();
        plugins::remove_plugin(&shelf.app, &shelf.owner, &shelf.plugin, id).await?;
        assert_eq!(remove_packages(&shelf.app, &shelf.plugin, None).await?, ["1.0.0"]);
        let left = std::fs::read_dir(shelf.folder.path().join("plugins"))?
            .flatten()
            .filter(|entry| entry.path().extension().is_some())
            .count();
        assert_eq!(left, 0);
        install_package(&shelf.app, package("1.0.0", &publisher(2), as_it_is)?, false).await?;
        Ok(())
    })
    .await;
}
