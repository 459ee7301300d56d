//! What documents are called in an archive, and one that goes while it is made.

use std::io::{self, Cursor, Read as _, Write};
use std::sync::Arc;

use domain::time::ManualClock;
use domain::{DocumentId, ImportId, Secret};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{safe_name, write};
use crate::exports::everything::begin_archive;
use crate::tenants::{self, BusinessInput, FirstRun, OwnerInput};
use crate::{App, Context, Origin, imports, parts, sessions};

#[test]
fn names_of_documents_lead_nowhere_else() {
    assert_eq!(safe_name("חשבונית 7.pdf"), "חשבונית 7.pdf");
    assert_eq!(safe_name("../../etc/passwd"), "_.._etc_passwd");
    assert_eq!(safe_name("a\\b:c\n"), "a_b_c_");
    assert_eq!(safe_name(".."), "file");
}

/// The owner of a new business.
async fn owner(app: &App) -> Context {
    let business = BusinessInput {
        business: "Studio".into(),
        locale: "en".into(),
        zone: "UTC".into(),
        currency: "EUR".into(),
    };
    let password = Secret::from_text("seven quiet green lamps".to_owned());
    let owner = OwnerInput { name: "Dana".into(), email: "dana@example.com".into(), password };
    let (input, origin) = (FirstRun { business, owner }, Origin::default());
    let signed = tenants::create_first_business(app, &origin, input).await.unwrap();
    sessions::context_of(app, &signed.token, &origin).await.unwrap().context.unwrap()
}

/// Keeps a list that waits, and so a document.
async fn keep(app: &App, ctx: &Context, name: &str) -> (ImportId, DocumentId) {
    let id = imports::keep_file(app, ctx, name, b"Name\nNoa\n".to_vec()).await.unwrap();
    let import = imports::get_import(app, ctx, &id).await.unwrap();
    (id, import.document_id.unwrap())
}

/// Takes an archive's bytes. Once the first come, when it is known which documents there are, somebody
/// throws a list away.
struct Out {
    app: App,
    ctx: Context,
    goes: Option<ImportId>,
    bytes: Vec<u8>,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(list) = self.goes.take() {
            let gone = imports::cancel_import(&self.app, &self.ctx, &list);
            Handle::current().block_on(gone).map_err(io::Error::other)?;
        }
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_goes_meanwhile_is_named_and_the_archive_goes_on() {
    for fresh in [store::testing::sqlite().await, store::testing::postgres().await] {
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let app = parts::put_together(fresh.db.clone(), clock);
        let ctx = owner(&app).await;
        let (list, goes) = keep(&app, &ctx, "goes.csv").await;
        let (_, stays) = keep(&app, &ctx, "stays.csv").await;
        let id = begin_archive(&app, &ctx).await.unwrap();
        let tenant = ctx.tenant.clone();
        let export = app.db.inspect(move |c| store::exports::get(c, &tenant, &id)).await.unwrap();
        let (app2, bytes) = (app.clone(), Vec::new());
        let mut out = Out { app, ctx, goes: Some(list), bytes };
        let written = tokio::task::spawn_blocking(move || {
            write(&app2, &export, &mut out).unwrap();
            out.bytes
        });
        let mut zip = zip::ZipArchive::new(Cursor::new(written.await.unwrap())).unwrap();
        let mut text = String::new();
        zip.by_name("manifest.json").unwrap().read_to_string(&mut text).unwrap();
        let manifest: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(manifest["gone"], json!([goes]));
        let all = manifest["files"].as_array().unwrap().iter();
        let paths: Vec<&str> = all.map(|it| it["path"].as_str().unwrap()).collect();
        let is_there = |it: &DocumentId| {
            let folder = format!("documents/{it}/");
            paths.iter().any(|path| path.starts_with(&folder))
        };
        assert!(is_there(&stays), "{paths:?}");
        assert!(!is_there(&goes), "{paths:?}");
    }
}
