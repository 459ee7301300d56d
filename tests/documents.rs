//! Documents in the real rooms: sealed on disk, read in pieces, nobody else's.

use anyhow::Result;
use app::documents::{DocumentFilter, Media};
use app::{Error, documents};
use domain::Clock;
use oxpi_tests::House;
use oxpi_tests::proposals::{call, keep, workspace};
use oxpi_tests::site::{MARKER, Site};
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
        about: None,
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
        let largest = all.items.iter().max_by_key(|it| it.size_bytes).unwrap();
        let (row, mut pieces) =
            documents::download_document(app, &house.owner, &largest.id).await?;
        let mut bytes = pieces.next().await?.unwrap();
        assert!(bytes.len() < 700_000, "it is there at once");
        documents::delete_document(app, &house.owner, &row.id).await?;
        assert!(app.blobs.open(&house.owner.tenant, &row.id)?.is_none());
        // Whoever has begun to download it gets it whole.
        while let Some(piece) = pieces.next().await? {
            bytes.extend(piece);
        }
        assert!(bytes == invoice(700_000, "").bytes);
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

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_with_a_connection_goes_with_it_and_comes_no_more() {
    each(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        let connection = house.connect(oxpi_tests::house::DANA).await?;
        let (ctx, workspace) =
            (call(&owner.tenant, &house.plugin, Grant::nothing()), workspace(app));
        let with = |key: &str| NewDocument {
            with_connection: true,
            connection: Some(connection.clone()),
            ..invoice(40, key)
        };
        let goes: domain::DocumentId =
            id(&workspace.document_keep(&ctx, with("a")).await?).parse()?;
        let stays = NewDocument { with_connection: false, ..with("b") };
        let stays = id(&workspace.document_keep(&ctx, stays).await?);
        let head = app::live::find_head(app, &owner.tenant).await?;
        app::connections::disconnect(app, owner, &connection).await?;
        let topics = app::live::changed_since(app, owner, head).await?.topics;
        assert!(topics.contains(&"documents"), "open lists don't hear of it: {topics:?}");
        let left = async || -> Result<Vec<String>> {
            let all = DocumentFilter::default();
            let page = documents::list_documents(app, owner, all, None, 9).await?;
            Ok(page.items.iter().map(|it| it.id.to_string()).collect())
        };
        assert_eq!(left().await?, std::slice::from_ref(&stays));
        assert!(app.blobs.open(&owner.tenant, &goes)?.is_none());
        // An answer that was on its way when the account was disconnected.
        let late = workspace.document_keep(&ctx, with("c")).await;
        assert_eq!(late.unwrap_err().code, "denied");
        let late = NewDocument { with_connection: false, ..with("d") };
        workspace.document_keep(&ctx, late).await?;
        assert_eq!(left().await?.len(), 2, "one that goes with the plugin is the plugin's");
        Ok(())
    })
    .await;
}

/// A site with three files more than it has: a bill, a picture from the connection, and a table. Their ids.
async fn three(site: &Site) -> Result<[String; 3]> {
    let (app, owner) = (&site.house.app, &site.house.owner);
    let plugin = call(&owner.tenant, &site.house.plugin, Grant::nothing());
    let from = Some(site.ids["connection"].parse()?);
    let mut ids = Vec::new();
    for (name, media_type, from) in [
        ("חשבונית 17.pdf", "application/pdf", None),
        ("Blue vase.png", "image/png", from),
        ("Stock.csv", "text/csv", None),
    ] {
        // What is kept later is listed before.
        site.house.clock.advance_millis(1);
        ids.push(keep(app, &plugin, name, media_type, from).await?);
    }
    ids.try_into().map_err(|_| anyhow::anyhow!("not three"))
}

async fn site(db: store::testing::TestDb) -> Result<(Site, [String; 3])> {
    let site = Site::start(db).await?;
    let ids = three(&site).await?;
    Ok((site, ids))
}

/// The same document as a plugin's that nobody has any more; its id.
async fn of_a_plugin_that_is_gone(site: &Site, like: &str) -> Result<String> {
    let app = &site.house.app;
    let (tenant, like) = (site.house.owner.tenant.clone(), like.parse()?);
    let id = domain::DocumentId::new(&*app.clock, &*app.rng);
    let gone: domain::PluginId = "gone-plugin".parse()?;
    let insert = move |c: &mut store::Conn| -> store::Result<String> {
        let like = store::documents::get(c, &tenant, &like)?;
        let row = store::documents::Document { id: id.clone(), plugin_id: gone, ..like };
        store::documents::insert(c, &row)?;
        Ok(id.to_string())
    };
    Ok(app.db.write(insert).await?)
}

async fn page(site: &Site, path: &str) -> Result<String> {
    let reply = site.get(path, Some(&site.house.token)).await?;
    anyhow::ensure!(reply.status == 200, "{path}: {}", reply.status);
    Ok(reply.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_listed_with_who_keeps_them_and_narrowed() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let (site, [bill, vase, stock]) = site(db).await?;
        let has = |page: &str, id: &str| page.contains(&format!("href=\"/documents/{id}\""));
        let all = page(&site, "/documents").await?;
        assert!(has(&all, &bill) && has(&all, &vase) && has(&all, &stock), "{all}");
        assert!(has(&all, &site.ids["document"]));
        assert!(all.contains("Google Calendar") && all.contains("dana@example.com"), "{all}");
        // Lists that people brought and archives are kept as documents are, and are none.
        assert!(!all.contains(&format!("{MARKER}.csv")) && !all.contains(".zip"), "{all}");
        for (narrowed, found) in [
            ("kind=pdf", &bill),
            ("kind=picture", &vase),
            ("kind=table", &stock),
            ("q=blu+va", &vase),
            ("q=%D7%97%D7%A9%D7%91%D7%95", &bill),
            ("plugin=google-calendar&q=stock", &stock),
        ] {
            let list = page(&site, &format!("/documents?{narrowed}")).await?;
            for id in [&bill, &vase, &stock] {
                assert_eq!(has(&list, id), id == found, "{narrowed}");
            }
        }
        let none = page(&site, "/documents?plugin=nobody").await?;
        assert!(!has(&none, &bill) && none.contains("Nothing fits"), "{none}");
        let orphan = of_a_plugin_that_is_gone(&site, &bill).await?;
        let its = page(&site, "/documents?plugin=gone-plugin").await?;
        assert!(has(&its, &orphan) && !has(&its, &bill), "{its}");
        assert!(its.contains("(no longer installed)"), "{its}");
        let its = page(&site, &format!("/documents/{orphan}")).await?;
        assert!(its.contains("(no longer installed)"), "{its}");
        assert!(!its.contains("/plugins/gone-plugin"), "a link that leads nowhere");
        let before = page(&site, &format!("/documents?before={vase}")).await?;
        assert!(has(&before, &bill) && !has(&before, &vase) && !has(&before, &stock));
        for path in ["/search?q=vase", "/search/found?q=vase"] {
            assert!(has(&page(&site, path).await?, &vase), "{path}");
        }
        let file = page(&site, "/documents/export?format=csv&kind=picture").await?;
        assert!(file.contains("Blue vase.png") && !file.contains("Stock.csv"), "{file}");
        assert!(file.contains("Google Calendar") && file.contains("Picture"), "{file}");
        assert!(file.contains("dana@example.com"), "the account as the page names it: {file}");
        let kept = site.house.owner.zone.local(site.house.clock.now());
        let kept = kept.strftime(",%Y-%m-%d %H:").to_string();
        assert!(file.contains(&kept), "by the business's clock: {file}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_has_its_name_in_every_letter_and_is_never_shown() -> Result<()> {
    let (site, [bill, ..]) = site(store::testing::sqlite().await).await?;
    let path = format!("/documents/{bill}");
    let one = page(&site, &path).await?;
    assert!(one.contains("חשבונית 17.pdf") && one.contains(&format!("{path}/content")), "{one}");
    let file = site.get(&format!("{path}/content"), Some(&site.house.token)).await?;
    assert_eq!((file.status, file.body.as_str()), (200, "%PDF-1.7 חשבונית 17.pdf"));
    assert_eq!(file.header("content-type"), Some("application/pdf"));
    assert_eq!(file.header("content-length"), Some(file.body.len().to_string().as_str()));
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    let name = file.header("content-disposition").unwrap_or_default();
    assert!(name.starts_with("attachment; filename=\"_______ 17.pdf\""), "{name}");
    assert!(name.to_uppercase().contains("FILENAME*=UTF-8''%D7%97%D7%A9"), "{name}");
    let (app, owner) = (&site.house.app, &site.house.owner);
    let plugin = call(&owner.tenant, &site.house.plugin, Grant::nothing());
    let odd = keep(app, &plugin, "Läuft.bat", "text/plain", None).await?;
    let file = site.get(&format!("/documents/{odd}/content"), Some(&site.house.token)).await?;
    let name = file.header("content-disposition").unwrap_or_default();
    assert!(name.contains("filename=\"L_uft.bat.txt\""), "{name}");
    assert!(name.to_uppercase().contains("FILENAME*=UTF-8''L%C3%A4UFT.BAT.TXT"), "{name}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_deleted_for_good_by_who_may_and_proves_who_they_are() -> Result<()> {
    let (site, [bill, ..]) = site(store::testing::sqlite().await).await?;
    let owner = site.house.token.clone();
    let (path, remove) = (format!("/documents/{bill}"), format!("/documents/{bill}/remove"));
    let (_, member) = site.members.iter().find(|(role, _)| *role == domain::Role::Member).unwrap();
    let seen = site.get(&path, Some(member)).await?;
    assert!(seen.status == 200 && !seen.body.contains(&remove), "members only look: {}", seen.body);
    assert_eq!(site.send("POST", &remove, Some(member), Some("")).await?.status, 403);
    site.house.clock.advance_millis(app::sessions::PROVED_SECS * 1_000);
    let asked = site.send("POST", &remove, Some(&owner), Some("")).await?;
    assert!(asked.status == 403 && asked.body.contains("confirm_password"), "{}", asked.status);
    assert_eq!(site.get(&path, Some(&owner)).await?.status, 200, "gone without the proof");
    let proven = "confirm_password=seven+quiet+green+lamps";
    let done = site.send("POST", &remove, Some(&owner), Some(proven)).await?;
    assert_eq!((done.status, done.header("location")), (303, Some("/documents")));
    let owner = done.session().unwrap();
    for path in [path.clone(), format!("{path}/content")] {
        assert_eq!(site.get(&path, Some(&owner)).await?.status, 404, "{path}");
    }
    assert_eq!(site.send("POST", &remove, Some(&owner), Some("")).await?.status, 404);
    let found = site.get("/search/found?q=17", Some(&owner)).await?;
    assert!(!found.body.contains(&path), "{}", found.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_saved_under_a_name_and_for_everybody_by_who_may() -> Result<()> {
    let (site, [bill, ..]) = site(store::testing::sqlite().await).await?;
    let owner = site.house.token.as_str();
    let (_, mate) = site.members.iter().find(|(role, _)| *role == domain::Role::Member).unwrap();
    let mate = mate.as_str();
    let save = async |who: &str, name: &str, more: &str| -> Result<u16> {
        let form = format!("name={name}&address=kind%3Dpicture%26before%3D{bill}{more}");
        Ok(site.send("POST", "/documents/views", Some(who), Some(form.as_str())).await?.status)
    };
    assert_eq!(save(owner, "Zinnias", "&shared=on").await?, 303);
    assert_eq!(save(mate, "Dahlias", "").await?, 303);
    assert_eq!(save(mate, "Asters", "&shared=on").await?, 403);
    assert_eq!(save(mate, "", "").await?, 422);
    let list = site.get("/documents", Some(mate)).await?.body;
    let href = "href=\"/documents?kind=picture\"";
    assert_eq!(list.matches(href).count(), 2, "views begin at the first page: {list}");
    assert_eq!(list.matches("/documents/views/").count(), 2, "only one's own is changed: {list}");
    let own = list.split("/documents/views/").nth(1).and_then(|rest| rest.split('/').next());
    let own = format!("/documents/views/{}", own.unwrap());
    let (rename, remove) = (format!("{own}/rename"), format!("{own}/remove"));
    let name = async |who: &str, name: &str| -> Result<oxpi_tests::http::Reply> {
        let form = format!("name={name}&address=kind%3Dpicture");
        site.send("POST", &rename, Some(who), Some(form.as_str())).await
    };
    assert_eq!(name(owner, "Peonies").await?.status, 404);
    assert_eq!(name(mate, "").await?.status, 422);
    // Everybody's has the name; one's own may have it too.
    assert_eq!(name(mate, "Zinnias").await?.status, 303);
    let renamed = name(mate, "Dahlias").await?;
    assert_eq!(renamed.header("location"), Some("/documents?kind=picture"));
    let theirs = page(&site, "/documents").await?;
    assert!(theirs.contains("Zinnias") && !theirs.contains("Dahlias"), "{theirs}");
    assert!(page(&site, "/search/found?q=zinnias").await?.contains(href), "the palette");
    assert_eq!(site.send("POST", &remove, Some(owner), Some("")).await?.status, 404);
    assert_eq!(site.send("POST", &remove, Some(mate), Some("")).await?.status, 303);
    let list = site.get("/documents", Some(mate)).await?.body;
    assert!(list.contains("Zinnias") && !list.contains("Dahlias"), "{list}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn open_pages_hear_of_documents_that_come_and_go() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let mut head = app::live::find_head(app, &owner.tenant).await?;
    let accountant = app::Context { role: domain::Role::Accountant, ..owner.clone() };
    let [bill, ..] = three(&site).await?;
    let came = app::live::changed_since(app, owner, head).await?;
    assert_eq!(came.topics, ["documents"]);
    assert!(app::live::changed_since(app, &accountant, head).await?.topics.is_empty());
    head = came.head;
    documents::delete_document(app, owner, &bill.parse()?).await?;
    assert_eq!(app::live::changed_since(app, owner, head).await?.topics, ["documents"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_gets_another_name_on_its_page() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let page = format!("/documents/{}", site.ids["document"]);
    let rename = async |who: &str, name: &str| {
        let form =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("name", name).finish();
        site.send("POST", &format!("{page}/rename"), Some(who), Some(&form)).await
    };
    let owner = site.house.token.as_str();
    let done = rename(owner, "חשבונית של מרץ.pdf").await?;
    assert_eq!((done.status, done.header("location")), (303, Some(page.as_str())));
    let shown = site.get(&page, Some(owner)).await?;
    assert!(shown.body.contains("חשבונית של מרץ.pdf"), "{}", shown.body);
    let empty = rename(owner, " \u{200f} ").await?;
    assert_eq!(empty.status, 422, "{}", empty.body);
    let (_, member) = site.members.iter().find(|(role, _)| *role == domain::Role::Member).unwrap();
    assert_eq!(rename(member, "Mine").await?.status, 403, "a plugin keeps it");
    assert_eq!(rename(&site.stranger, "Mine").await?.status, 404);
    let shown = site.get(&page, Some(owner)).await?;
    assert!(shown.body.contains("חשבונית של מרץ.pdf"), "{}", shown.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_says_what_comes_here() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let empty = site.get("/documents", Some(&site.stranger)).await?;
    assert!(empty.status == 200 && empty.body.contains("No documents yet"), "{}", empty.body);
    let (app, owner) = (&site.house.app, &site.house.owner);
    let other = DocumentFilter { media: Some(Media::Other), ..DocumentFilter::default() };
    let counts = documents::count_documents(app, owner, vec![other, DocumentFilter::default()]);
    assert_eq!(counts.await?, [0, 1]);
    Ok(())
}
