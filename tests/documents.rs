//! Documents in the real rooms: sealed on disk, read in pieces, nobody else's.

use anyhow::Result;
use app::documents::DocumentFilter;
use app::{Error, documents};
use oxpi_tests::House;
use oxpi_tests::proposals::{call, workspace};
use runtime::{Grant, NewDocument, Services};
use serde_json::Value;

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        test(house).await.unwrap();
    }
}

fn invoice(size: usize, key: &str) -> NewDocument {
    let canary = b"%PDF-1.7 Zanzibar7714 ";
    NewDocument {
        name: "חשבונית 17.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: canary.iter().copied().cycle().take(size).collect(),
        with_connection: false,
        connection: None,
        source: "api.example.com".to_owned(),
        idempotency_key: key.to_owned(),
    }
}

fn id(known: &Value) -> String {
    known["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sealed_on_disk_and_read_in_pieces() {
    each(async |house| {
        let (app, ctx) = (&house.app, call(&house.owner.tenant, &house.plugin, Grant::nothing()));
        let workspace = workspace(app);
        for size in [1, 65_536, 65_537, 700_000] {
            let file = invoice(size, &format!("key-{size}"));
            let known = workspace.document_keep(&ctx, file.clone()).await?;
            assert_eq!(workspace.document_keep(&ctx, file.clone()).await?, known, "once for a key");
            let mut read = Vec::new();
            loop {
                let offset = read.len() as u64;
                let piece = workspace.document_read(&ctx, &id(&known), offset, 100_000).await?;
                if piece.is_empty() {
                    break;
                }
                read.extend(piece);
            }
            assert!(read == file.bytes, "{size}");
            let changed = NewDocument { bytes: b"%PDF-other".to_vec(), ..file };
            assert_eq!(workspace.document_keep(&ctx, changed).await.unwrap_err().code, "conflict");
            let mut body = Vec::new();
            let opened = app.blobs.open(&house.owner.tenant, &id(&known).parse()?)?;
            std::io::Read::read_to_end(&mut opened.unwrap(), &mut body)?;
            assert!(body.len() >= size && !body.windows(8).any(|w| w == b"Zanzibar"));
        }
        let all = documents::list_documents(app, &house.owner, DocumentFilter::default(), None, 10)
            .await?;
        assert_eq!(all.items.len(), 4);
        let (row, bytes) =
            documents::download_document(app, &house.owner, &all.items[0].id).await?;
        assert_eq!(usize::try_from(row.size_bytes)?, bytes.len());
        documents::delete_document(app, &house.owner, &row.id).await?;
        assert!(app.blobs.open(&house.owner.tenant, &row.id)?.is_none());
        let gone = documents::download_document(app, &house.owner, &row.id).await;
        assert!(matches!(gone, Err(Error::NotFound)));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn handles_of_another_business_or_plugin_are_as_good_as_none() {
    each(async |house| {
        let ours = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let workspace = workspace(&house.app);
        let known = id(&workspace.document_keep(&ours, invoice(40, "a")).await?);
        let elsewhere = house.another_business().await?.tenant;
        let random = "01900000-0000-7000-8000-000000000000";
        let theirs = call(&elsewhere, &house.plugin, Grant::nothing());
        let other = call(&house.owner.tenant, &"other-plugin".parse()?, Grant::nothing());
        let refused = workspace.document_get(&other, &known).await.unwrap_err();
        assert_eq!(refused.code, "denied", "one that the business doesn't have");
        for ctx in [&theirs] {
            let guessed = workspace.document_get(ctx, &known).await;
            assert_eq!(guessed, workspace.document_get(ctx, random).await);
            assert_eq!(guessed.unwrap_err().code, "not-found");
            let read = workspace.document_read(ctx, &known, 0, 10).await;
            assert_eq!(read.unwrap_err().code, "not-found");
            workspace.document_delete(ctx, &known).await?;
            assert!(workspace.documents_own(ctx, None, 10).await?.0.is_empty());
        }
        assert_eq!(workspace.document_read(&ours, &known, 1, 3).await?, b"PDF");
        Ok(())
    })
    .await;
}

/// Whether the activity log says, within seconds, that this document was tampered with.
async fn is_told(house: &House, document: &str) -> Result<bool> {
    for _ in 0..200 {
        let tenant = house.owner.tenant.clone();
        let chain = house.app.db.read(move |c| store::audit::list_chain(c, &tenant, 0, 1_000));
        let tells = |entry: &store::audit::Entry| {
            entry.action == "vault.tampering-found" && entry.entity_id.ends_with(document)
        };
        if chain.await?.iter().any(tells) {
            return Ok(true);
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    Ok(false)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_body_is_refused_and_an_orphan_is_swept() {
    each(async |house| {
        let ctx = call(&house.owner.tenant, &house.plugin, Grant::nothing());
        let workspace = workspace(&house.app);
        let (a, b) = (invoice(100, "a"), invoice(100, "b"));
        let first: domain::DocumentId = id(&workspace.document_keep(&ctx, a).await?).parse()?;
        let second: domain::DocumentId = id(&workspace.document_keep(&ctx, b).await?).parse()?;
        let (blobs, tenant) = (&house.app.blobs, &house.owner.tenant);
        // The body of another document in its place.
        let mut body = Vec::new();
        std::io::Read::read_to_end(&mut blobs.open(tenant, &second)?.unwrap(), &mut body)?;
        let mut draft = blobs.create(tenant, &first)?;
        std::io::Write::write_all(&mut draft, &body)?;
        draft.commit()?;
        let read = workspace.document_read(&ctx, first.as_str(), 0, 10).await;
        assert_eq!(read.unwrap_err().code, "unavailable");
        assert!(is_told(&house, first.as_str()).await?, "the activity log is not told");
        let orphan = domain::DocumentId::new(&*house.app.clock, &*house.app.rng);
        blobs.create(tenant, &orphan)?.commit()?;
        // The files have today's date, the house's clock another: far ahead all of them are old.
        house.clock.advance_millis(400 * 24 * 3_600_000);
        app::retention::sweep(&house.app).await;
        assert!(blobs.open(tenant, &orphan)?.is_none());
        assert!(blobs.open(tenant, &second)?.is_some());
        Ok(())
    })
    .await;
}
