//! Files of people: added on their page, seen by colleagues and nobody else, and theirs for as long as they are
//! there.

mod plugins;

use anyhow::{Context as _, Result};
use app::documents::{self, Document, DocumentFilter, FILE_BYTES_MAX, NewFile};
use app::people::bulk::{BulkInput, change_people};
use app::people::merge::merge_people;
use app::people::{self, Person, PersonInput};
use app::{Error, undos};
use domain::{ApiScope, DocumentId, PersonId, Role};
use oxpi_tests::House;
use oxpi_tests::http::{Reply, send_raw};
use oxpi_tests::site::{MARKER, Site, api_token};

/// On both databases.
async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(Site::start(db).await.unwrap()).await.unwrap();
    }
}

/// The same without pages.
async fn each_house(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(House::start(db).await.unwrap()).await.unwrap();
    }
}

/// Sends files and is answered.
async fn upload(
    site: &Site,
    session: &str,
    person: &str,
    form: &str,
    files: &[(&str, &[u8])],
) -> Result<Reply> {
    let body = form_with(form, files);
    send(site, session, person, &body).await?.context("closed without an answer")
}

/// What the form on a person's page would send.
fn form_with(form: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body =
        format!("--limit\r\nContent-Disposition: form-data; name=\"form_id\"\r\n\r\n{form}\r\n")
            .into_bytes();
    for (name, bytes) in files {
        let head = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limit--\r\n");
    body
}

/// Sends what a form on a person's page brings; who refuses it early may close before it answers.
async fn send(site: &Site, session: &str, person: &str, body: &[u8]) -> Result<Option<Reply>> {
    let head = format!(
        "POST /people/{person}/documents HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
         Sec-Fetch-Site: same-origin\r\nCookie: oxpi={session}\r\n\
         Content-Type: multipart/form-data; boundary=limit\r\nContent-Length: {}\r\n\r\n",
        site.port,
        body.len()
    );
    send_raw(site.port, &[head.as_bytes(), body].concat()).await
}

/// Sends a file as a program would.
async fn send_by_program(
    site: &Site,
    token: &str,
    person: &str,
    bytes: &[u8],
) -> Result<Option<Reply>> {
    let head = format!(
        "POST /api/v1/documents?name=sent.bin&person={person} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\
         Connection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        site.port,
        bytes.len()
    );
    send_raw(site.port, &[head.as_bytes(), bytes].concat()).await
}

/// The session of somebody of this role.
fn session(site: &Site, of: Role) -> &str {
    let found = site.members.iter().find(|(role, _)| *role == of);
    found.map(|(_, session)| session.as_str()).unwrap()
}

async fn add(house: &House, person: &Person, name: &str) -> Result<Document> {
    let file = NewFile { name: name.to_owned(), bytes: b"%PDF-1.7 offer".to_vec() };
    Ok(documents::add_document(&house.app, &house.owner, &person.id, file, "").await?)
}

async fn somebody(house: &House, name: &str) -> Result<Person> {
    let input = PersonInput { name: name.to_owned(), ..PersonInput::default() };
    Ok(people::create_person(&house.app, &house.owner, input, "").await?)
}

/// The names of a person's files, in order.
async fn files_of(house: &House, person: &PersonId) -> Result<Vec<String>> {
    let filter = DocumentFilter { person: Some(person.clone()), ..DocumentFilter::default() };
    let page = documents::list_documents(&house.app, &house.owner, filter, None, 20).await?;
    let mut names: Vec<String> = page.items.into_iter().map(|it| it.name).collect();
    names.sort();
    Ok(names)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_added_on_a_page_and_a_colleague_downloads_it() {
    each(async |site| {
        let person = site.ids["person"].as_str();
        let mate = session(&site, Role::Member);
        let file = "%PDF-1.7 הצעה".as_bytes();
        let done = upload(&site, mate, person, "form-1", &[("הצעת מחיר.pdf", file)]).await?;
        let page = format!("/people/{person}");
        assert_eq!((done.status, done.header("location")), (303, Some(page.as_str())));
        let shown = site.get(&page, Some(&site.house.token)).await?.body;
        assert!(shown.contains("הצעת מחיר.pdf") && shown.contains("added the file"), "{shown}");
        assert!(shown.contains(&format!("data-bytes-max=\"{FILE_BYTES_MAX}\"")), "{shown}");
        let its = documents::list_documents(
            &site.house.app,
            &site.house.owner,
            DocumentFilter { person: Some(person.parse()?), ..DocumentFilter::default() },
            None,
            9,
        );
        let its = its.await?.items;
        assert_eq!(its.len(), 1);
        assert_eq!(its[0].media_type, "application/pdf");
        let path = format!("/documents/{}", its[0].id);
        let one = site.get(&path, Some(&site.house.token)).await?.body;
        assert!(one.contains(&page) && one.contains(&format!("{MARKER} Levi")), "{one}");
        let content = format!("{path}/content");
        let sent = site.get(&content, Some(&site.house.token)).await?;
        assert_eq!((sent.status, sent.body.as_bytes()), (200, file));
        assert!(sent.header("content-disposition").is_some_and(|it| it.starts_with("attachment")));
        for stranger in [site.stranger.as_str(), session(&site, Role::Accountant)] {
            for path in [&path, &content] {
                assert_eq!(site.get(path, Some(stranger)).await?.status, 404, "{path}");
            }
            let refused = upload(&site, stranger, person, "form-2", &[("a.pdf", file)]).await?;
            assert_eq!(refused.status, 404);
        }
        let list = site.get(&format!("/documents?person={person}"), Some(mate)).await?.body;
        assert!(list.contains(&path), "{list}");
        assert!(!list.contains(&site.ids["document"]), "what is about nobody: {list}");
        let found = site.get("/search/found?q=%D7%9E%D7%97%D7%99%D7%A8", Some(mate)).await?;
        assert!(found.body.contains(&path), "{}", found.body);
        let log = site.get("/activity", Some(&site.house.token)).await?.body;
        assert!(log.contains("added a file to a person"), "{log}");
        // Who removes it is led back, and its page is gone; what tells that it was there stays.
        let owner = site.house.token.as_str();
        let form = format!("back={}", page.replace('/', "%2F"));
        let gone = site.send("POST", &format!("{path}/remove"), Some(owner), Some(&form)).await?;
        assert_eq!((gone.status, gone.header("location")), (303, Some(page.as_str())));
        let shown = site.get(&page, Some(owner)).await?.body;
        assert!(shown.contains("deleted the file") && !shown.contains(&path), "{shown}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_added_a_file_deletes_it_and_nobody_elses() {
    each(async |site| {
        let person = site.ids["person"].as_str();
        let page = format!("/people/{person}");
        let mate = session(&site, Role::Member);
        let file = b"%PDF-1.7 offer".as_slice();
        upload(&site, &site.house.token, person, "form-1", &[("theirs.pdf", file)]).await?;
        upload(&site, mate, person, "form-2", &[("own.pdf", file)]).await?;
        let (app, owner) = (&site.house.app, &site.house.owner);
        let filter = DocumentFilter { person: Some(person.parse()?), ..DocumentFilter::default() };
        let all = documents::list_documents(app, owner, filter, None, 9).await?.items;
        let path_of = |name: &str| {
            let found = all.iter().find(|it| it.name == name);
            format!("/documents/{}/remove", found.unwrap().id)
        };
        let shown = site.get(&page, Some(mate)).await?.body;
        assert!(shown.contains(&path_of("own.pdf")) && !shown.contains(&path_of("theirs.pdf")));
        let form = format!("back={}", page.replace('/', "%2F"));
        let remove = |name: &str| {
            let path = path_of(name);
            let (site, form) = (&site, form.as_str());
            async move { site.send("POST", &path, Some(mate), Some(form)).await }
        };
        assert_eq!(remove("theirs.pdf").await?.status, 403);
        let done = remove("own.pdf").await?;
        assert_eq!((done.status, done.header("location")), (303, Some(page.as_str())));
        let id = person.parse()?;
        assert_eq!(files_of(&site.house, &id).await?, ["theirs.pdf"]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twice_adds_once_and_with_other_files_nothing() {
    each(async |site| {
        let (person, owner) = (site.ids["person"].as_str(), site.house.token.as_str());
        let files: [(&str, &[u8]); 2] = [("a.txt", b"one"), ("b.txt", b"two")];
        for _ in 0..2 {
            assert_eq!(upload(&site, owner, person, "form-1", &files).await?.status, 303);
        }
        let whose: PersonId = person.parse()?;
        assert_eq!(files_of(&site.house, &whose).await?, ["a.txt", "b.txt"]);
        let other = upload(&site, owner, person, "form-1", &[("a.txt", b"three")]).await?;
        assert_eq!(other.status, 422);
        assert!(other.body.contains("This key stands for another file"), "{}", other.body);
        assert_eq!(files_of(&site.house, &whose).await?.len(), 2);
        Ok(())
    })
    .await;
}

/// How a page says that of the files that were sent this one alone was added.
fn added(name: &str) -> String {
    format!("These were added: <bdi class=\"strong\">{name}</bdi></p>")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_breaks_off_says_what_was_kept_and_that_the_rest_did_not_come() {
    each(async |site| {
        let (person, owner) = (site.ids["person"].as_str(), site.house.token.as_str());
        let whose: PersonId = person.parse()?;
        let whole = form_with("form-1", &[("came.txt", b"one"), ("cut.txt", b"two and more")]);
        let end = "more\r\n--limit--\r\n".len();
        let told = send(&site, owner, person, &whole[..whole.len() - end]).await?;
        let told = told.context("closed without an answer")?;
        assert_eq!(told.status, 422);
        assert!(told.body.contains("Not everything arrived"), "{}", told.body);
        assert!(told.body.contains(&added("came.txt")), "{}", told.body);
        assert!(told.body.contains(&format!("{MARKER} note")), "the page is whole");
        assert_eq!(files_of(&site.house, &whose).await?, ["came.txt"]);
        // Of nothing that came none is kept.
        let told = send(&site, owner, person, &whole[..20]).await?;
        let told = told.context("closed without an answer")?;
        assert!(told.body.contains("Not everything arrived"), "{}", told.body);
        assert!(!told.body.contains("These were added"), "{}", told.body);
        assert_eq!(files_of(&site.house, &whose).await?.len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_file_is_said_and_the_others_are_kept() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (person, owner) = (site.ids["person"].as_str(), site.house.token.as_str());
    let large = vec![b'a'; FILE_BYTES_MAX + 1];
    let files: [(&str, &[u8]); 3] = [("film.mov", &large), ("none.txt", b""), ("good.txt", b"x")];
    let told = upload(&site, owner, person, "form-1", &files).await?;
    assert_eq!(told.status, 422);
    for said in [
        "film.mov",
        "at most 25 MB",
        "none.txt",
        "There is nothing in this file",
        &added("good.txt"),
    ] {
        assert!(told.body.contains(said), "{said}");
    }
    assert!(told.body.contains(&format!("{MARKER} note")), "the page is whole");
    let whose: PersonId = person.parse()?;
    assert_eq!(files_of(&site.house, &whose).await?, ["good.txt"]);
    let none = upload(&site, owner, person, "form-2", &[("", b"")]).await?;
    assert!(none.status == 422 && none.body.contains("Choose a file first"), "{}", none.body);
    let huge = vec![b'a'; 2 * FILE_BYTES_MAX + (1 << 20)];
    // Refused as soon as the head says how much it is: the answer, or the end of the connection.
    let refused = send(&site, owner, person, &form_with("form-3", &[("huge.bin", &huge)])).await;
    assert!(!matches!(refused, Ok(Some(reply)) if reply.status != 413));
    assert_eq!(files_of(&site.house, &whose).await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_too_many_files_at_once_none_is_kept() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (person, owner) = (site.ids["person"].as_str(), site.house.token.as_str());
    let whose: PersonId = person.parse()?;
    let names: Vec<String> = (0..21).map(|n| format!("{n}.txt")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let told = upload(&site, owner, person, "form-1", &files).await?;
    assert!(told.status == 422 && told.body.contains("At most 20 files"), "{}", told.body);
    assert!(files_of(&site.house, &whose).await?.is_empty());
    let done = upload(&site, owner, person, "form-2", &files[1..]).await?;
    assert_eq!((done.status, files_of(&site.house, &whose).await?.len()), (303, 20));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_be_as_large_as_is_said_and_no_larger() -> Result<()> {
    let house = House::start(store::testing::sqlite().await).await?;
    let noa = somebody(&house, "Noa").await?;
    let send = async |size: usize| {
        let file = NewFile { name: "film.bin".to_owned(), bytes: vec![b'a'; size] };
        documents::add_document(&house.app, &house.owner, &noa.id, file, "").await
    };
    let kept = send(FILE_BYTES_MAX).await?;
    assert_eq!(usize::try_from(kept.size_bytes)?, FILE_BYTES_MAX);
    let larger = send(FILE_BYTES_MAX + 1).await;
    assert!(matches!(larger, Err(Error::Invalid { .. })), "{larger:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_there_is_no_room_for_is_refused_by_its_own_size_too() {
    each_house(async |house| {
        let noa = somebody(&house, "Noa").await?;
        let first = add(&house, &noa, "offer.pdf").await?;
        // As if there were room for one byte more.
        let size_bytes = (4_i64 << 30) - 1 - first.size_bytes;
        let id = DocumentId::new(&*house.app.clock, &*house.app.rng);
        let large = Document { once_key: id.to_string(), id, size_bytes, ..first };
        house.app.db.write(move |c| store::documents::insert(c, &large)).await?;
        let send = async |bytes: &[u8]| {
            let file = NewFile { name: "a.txt".to_owned(), bytes: bytes.to_vec() };
            documents::add_document(&house.app, &house.owner, &noa.id, file, "").await
        };
        let full = send(b"ab").await;
        let is_full = |key: &str| key == "error-document-full";
        assert!(matches!(&full, Err(Error::Invalid { key, .. }) if is_full(key)), "{full:?}");
        send(b"a").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_added_a_file_to_somebody_adds_it_to_nobody_else() {
    each_house(async |house| {
        let (noa, gil) = (somebody(&house, "Noa").await?, somebody(&house, "Gil").await?);
        let send = async |to: &Person| {
            let file = NewFile { name: "offer.txt".to_owned(), bytes: b"offer".to_vec() };
            documents::add_document(&house.app, &house.owner, &to.id, file, "form-1").await
        };
        let kept = send(&noa).await?;
        assert_eq!(send(&noa).await?.id, kept.id);
        let other = send(&gil).await;
        assert!(matches!(other, Err(Error::Conflict { .. })), "{other:?}");
        assert!(files_of(&house, &gil.id).await?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_is_taken_by_a_page_and_by_a_program() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (person, owner) = (site.ids["person"].as_str(), site.house.token.as_str());
    let large = vec![b'a'; 21 << 20];
    let done = upload(&site, owner, person, "form-1", &[("film.bin", &large)]).await?;
    assert_eq!(done.status, 303, "{}", done.body);
    let made = send_by_program(&site, &site.api_token, person, &large).await?;
    let made = made.context("closed without an answer")?;
    assert_eq!(made.status, 201, "{}", made.body);
    let whose: PersonId = person.parse()?;
    assert_eq!(files_of(&site.house, &whose).await?, ["film.bin", "sent.bin"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_large_is_taken_of_who_may_add_no_files() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let person = site.ids["person"].as_str();
    let large = vec![b'a'; 2 << 20];
    let files: [(&str, &[u8]); 1] = [("film.bin", &large)];
    // Refused as soon as the head says how much it is: the answer, or the end of the connection.
    for session in ["nonsense", session(&site, Role::Accountant)] {
        let reply = send(&site, session, person, &form_with("form-1", &files)).await;
        assert!(!matches!(reply, Ok(Some(reply)) if reply.status != 413), "{session}");
    }
    let (_, reads) = api_token(app, owner, &[ApiScope::DocumentsRead]).await?;
    for token in ["nonsense", reads.as_str()] {
        let reply = send_by_program(&site, token, person, &large).await;
        assert!(!matches!(reply, Ok(Some(reply)) if reply.status != 413), "{token}");
    }
    let done = upload(&site, session(&site, Role::Member), person, "form-1", &files).await?;
    assert_eq!(done.status, 303, "{}", done.body);
    let whose: PersonId = person.parse()?;
    assert_eq!(files_of(&site.house, &whose).await?, ["film.bin"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn files_move_when_two_become_one_and_back() {
    each_house(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        let (noa, twin) = (somebody(&house, "Noa").await?, somebody(&house, "Noa L.").await?);
        add(&house, &noa, "first.pdf").await?;
        add(&house, &twin, "second.pdf").await?;
        let undo = merge_people(app, owner, &noa.id, &twin.id).await?;
        assert_eq!(files_of(&house, &noa.id).await?, ["first.pdf", "second.pdf"]);
        let late = NewFile { name: "late.pdf".to_owned(), bytes: b"late".to_vec() };
        let late = documents::add_document(app, owner, &twin.id, late, "").await;
        assert!(matches!(late, Err(Error::NotFound)), "{late:?}");
        undos::undo(app, owner, &undo).await?;
        assert_eq!(files_of(&house, &noa.id).await?, ["first.pdf"]);
        assert_eq!(files_of(&house, &twin.id).await?, ["second.pdf"]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_back_with_those_whom_an_act_over_many_removed() {
    each_house(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        let noa = somebody(&house, "Noa").await?;
        add(&house, &noa, "offer.pdf").await?;
        let found = async || -> Result<usize> {
            let search = Some("offer".to_owned());
            let filter = DocumentFilter { search, ..DocumentFilter::default() };
            Ok(documents::list_documents(app, owner, filter, None, 9).await?.items.len())
        };
        assert_eq!(found().await?, 1);
        let remove = BulkInput { act: "remove".to_owned(), to: String::new() };
        let done = change_people(app, owner, vec![noa.id.clone()], remove).await?;
        assert_eq!((files_of(&house, &noa.id).await?.len(), found().await?), (0, 0));
        undos::undo(app, owner, &done.undo.context("nothing takes it back")?).await?;
        assert_eq!((files_of(&house, &noa.id).await?.len(), found().await?), (1, 1));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_gone_for_good_takes_their_files_along() {
    each_house(async |house| {
        let (app, owner) = (&house.app, &house.owner);
        let noa = somebody(&house, "Noa").await?;
        let (file, tenant) = (add(&house, &noa, "offer.pdf").await?, &owner.tenant);
        people::delete_person(app, owner, &noa.id).await?;
        let hidden = documents::get_document(app, owner, &file.id).await;
        assert!(matches!(hidden, Err(Error::NotFound)));
        let all = documents::list_documents(app, owner, DocumentFilter::default(), None, 9).await?;
        assert!(all.items.is_empty());
        people::restore_person(app, owner, &noa.id).await?;
        assert_eq!(files_of(&house, &noa.id).await?, ["offer.pdf"]);
        people::delete_person(app, owner, &noa.id).await?;
        assert!(app.blobs.open(tenant, &file.id)?.is_some());
        house.clock.advance_millis((app::retention::DELETED_PEOPLE_DAYS + 1) * 24 * 3_600_000);
        assert!(app::retention::sweep(app).await > 0);
        assert!(app.blobs.open(tenant, &file.id)?.is_none(), "the body is left");
        let (of, id) = (tenant.clone(), file.id.clone());
        assert!(app.db.read(move |c| store::documents::find(c, &of, &id)).await?.is_none());
        Ok(())
    })
    .await;
}
