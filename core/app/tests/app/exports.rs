//! Lists and archives to take along: what is in them, that they come back in, who may have them.

mod archives;
mod workbooks;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use crate::support::people::{add, detailed, named};
use crate::support::{Fixture, Signed, each};
use app::Error;
use app::attributions::AttributionInput;
use app::audit::AuditFilter;
use app::documents::DocumentFilter;
use app::exports::everything::{self, ArchiveState};
use app::exports::{self, Download, Format};
use app::imports::{self, Counts};
use app::people::{self, PersonFilter, PersonInput, PersonOrder};
use app::tasks::{self, TaskFilter, TaskInput};
use app::{jobs, timeline};
use domain::{Clock as _, ExportId, PasskeyId, Role, Timestamp};
use sha2::{Digest as _, Sha256};
use store::passkeys::Passkey;

/// Heads as the theme has them, as far as they are needed to come back in.
fn words(key: &str) -> String {
    let word = match key {
        "imports-target-name" => "Name",
        "imports-target-kind" => "Person or company",
        "imports-target-company" => "Company",
        "imports-target-phone" => "Phone",
        "imports-target-email" => "Email",
        "imports-target-address" => "Address",
        "imports-target-stage" => "Stage",
        "imports-target-owner" => "Looked after by",
        "imports-target-source" => "Source",
        "imports-target-tags" => "Tags",
        "imports-target-value" => "Worth",
        "imports-target-currency" => "Currency",
        "imports-target-follow-up" => "Get back on",
        "imports-target-consent" => "Agreed to be written to",
        "imports-target-consent-on" => "Consent date",
        "imports-target-added-on" => "Added on",
        "imports-target-customer-since" => "Customer since",
        "imports-target-medium" => "UTM medium",
        "imports-target-campaign" => "Campaign",
        "imports-target-landing" => "Landing page",
        "imports-target-notes" => "Notes",
        "exports-kind-person" => "Person",
        "exports-kind-company" => "Company",
        "exports-yes" => "Yes",
        "exports-no" => "No",
        other => other,
    };
    word.to_owned()
}

async fn whole(mut file: Download) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(piece) = file.next().await.unwrap() {
        all.extend(piece);
    }
    all
}

async fn people_as(f: &Fixture, who: &Signed, format: Format) -> Vec<u8> {
    let (filter, order) = (PersonFilter::default(), PersonOrder::Name);
    let words = Box::new(words);
    whole(exports::export_people(&f.app, &who.ctx, filter, order, format, words).await.unwrap())
        .await
}

async fn some(f: &Fixture, who: &Signed) {
    add(f, who, detailed()).await;
    let odd = PersonInput {
        name: "=2+3, \"the odd\"".into(),
        company: "קפה נואר".into(),
        stage: "customer".into(),
        attribution: AttributionInput {
            medium: "cpc".into(),
            campaign: "spring".into(),
            landing: "https://shop.example/?a=1".into(),
            ..AttributionInput::default()
        },
        email: "odd@example.com".into(),
        notes: "one\ntwo; three".into(),
        ..named("")
    };
    add(f, who, odd).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_were_exported_come_back_in_as_they_were() {
    for format in [Format::Csv, Format::Xlsx] {
        each(async |f| come_back_in(&f, format).await).await;
    }
}

async fn come_back_in(f: &Fixture, format: Format) {
    let (first, second) = f.two_businesses().await;
    some(f, &first).await;
    // Somebody who may be worth something in another currency than the business counts in.
    let list = "Name,Phone,Value\nGal Tzur,050-7654321,\"$1,900.50\"\n";
    let id = imports::keep_file(&f.app, &first.ctx, "a.csv", list.into()).await.unwrap();
    imports::start_import(&f.app, &first.ctx, &id).await.unwrap();
    jobs::run_due(&f.app).await.unwrap();
    let bytes = people_as(f, &first, format).await;
    f.clock.advance_millis(3 * 86_400_000);
    let name = format!("people.{}", format.extension());
    let id = imports::keep_file(&f.app, &second.ctx, &name, bytes).await.unwrap();
    imports::start_import(&f.app, &second.ctx, &id).await.unwrap();
    jobs::run_due(&f.app).await.unwrap();
    let import = imports::get_import(&f.app, &second.ctx, &id).await.unwrap();
    assert_eq!(import.counts(), Counts { made: 3, ..Counts::default() }, "{format:?}");
    let find = async |who: &Signed, text: &str| {
        let search = Some(text.to_owned());
        let filter = PersonFilter { search, ..PersonFilter::default() };
        let order = PersonOrder::Name;
        let found = people::list_people(&f.app, &who.ctx, filter, order, None, 9).await.unwrap();
        let id = found.items[0].id.clone();
        people::get_whole_person(&f.app, &who.ctx, &id).await.unwrap()
    };
    let (was, is) = (find(&first, "Noa").await, find(&second, "Noa").await);
    assert_eq!(is.person.value, was.person.value);
    let abroad = find(&second, "Gal").await.person;
    assert_eq!((abroad.value, abroad.value_currency.as_str()), (190_050, "USD"));
    assert_eq!(is.person.follow_up_on, was.person.follow_up_on);
    assert_eq!((&is.person.consent, &is.person.source), (&was.person.consent, &was.person.source));
    let values = |whole: &people::WholePerson| {
        let mut all: Vec<String> = whole.contacts.iter().map(|it| it.value.clone()).collect();
        all.sort();
        all
    };
    assert_eq!(values(&is), values(&was));
    assert_eq!(is.tags.len(), was.tags.len());
    let day = |at: Option<Timestamp>| at.map(|at| first.ctx.zone.local(at).date());
    for text in ["Noa", "odd@example.com"] {
        let (was, is) = (find(&first, text).await, find(&second, text).await);
        assert_eq!(day(Some(is.person.created_at)), day(Some(was.person.created_at)));
        assert_eq!(day(is.person.won_at), day(was.person.won_at));
        assert_eq!(day(is.person.consent_at), day(was.person.consent_at));
        let parts = |whole: people::WholePerson| {
            whole.attribution.map(|it| [it.source, it.medium, it.campaign, it.landing])
        };
        assert_eq!(parts(is), parts(was));
    }
    let odd = find(&second, "odd@example.com").await.person;
    assert!(odd.won_at.is_some());
    // The apostrophe that keeps a spreadsheet from calculating it is no part of it.
    assert_eq!(odd.name, "=2+3, \"the odd\"");
    assert_eq!((odd.company.as_str(), odd.notes.as_str()), ("קפה נואר", "one\ntwo; three"));
    assert!(f.actions(&first).await.contains(&"list.exported".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_people_than_a_page_are_all_in_the_file() {
    each(async |f| {
        let owner = f.first_run().await;
        let mut list = String::from("Name\n");
        (0..1_203).for_each(|n| list.push_str(&format!("Person {n}\n")));
        let id = imports::keep_file(&f.app, &owner.ctx, "a.csv", list.into()).await.unwrap();
        imports::start_import(&f.app, &owner.ctx, &id).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        let text = String::from_utf8(people_as(&f, &owner, Format::Csv).await).unwrap();
        assert_eq!(text.lines().count(), 1_204);
        assert!(text.starts_with("\u{feff}Name,Person or company,"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_say_who_somebody_is_in_the_words_of_the_standard() {
    each(async |f| {
        let owner = f.first_run().await;
        some(&f, &owner).await;
        let cards = String::from_utf8(people_as(&f, &owner, Format::Vcard).await).unwrap();
        let whole = cards.replace("\r\n ", "");
        assert_eq!(whole.matches("BEGIN:VCARD\r\nVERSION:4.0\r\n").count(), 2);
        for line in [
            "FN:Noa\r\n",
            "TEL;PREF=1:+972501234567\r\n",
            "TEL;TYPE=work:+97235550101\r\n",
            "EMAIL;PREF=1:second@example.com\r\n",
            "ADR:;;3 Yefet St\\, Jaffa;;;;\r\n",
            "FN:=2+3\\, \"the odd\"\r\n",
            "ORG:קפה נואר\r\n",
            "NOTE:one\\ntwo\\; three\r\n",
        ] {
            assert!(whole.contains(line), "{line}\n{whole}");
        }
        assert!(cards.lines().all(|line| line.len() <= 75));
    })
    .await;
}

async fn archive(f: &Fixture, who: &Signed) -> ExportId {
    let id = everything::begin_archive(&f.app, &who.ctx).await.unwrap();
    jobs::run_due(&f.app).await.unwrap();
    id
}

async fn download(f: &Fixture, who: &Signed, id: &ExportId) -> Vec<u8> {
    let (row, mut pieces) = everything::download_archive(&f.app, &who.ctx, id).await.unwrap();
    let mut all = Vec::new();
    while let Some(piece) = pieces.recv().await {
        all.extend(piece.unwrap());
    }
    assert_eq!(all.len() as i64, row.size_bytes);
    all
}

fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut body = Vec::new();
        file.read_to_end(&mut body).unwrap();
        files.insert(name, body);
    }
    files
}

type Files = BTreeMap<String, Vec<u8>>;

fn rows(files: &Files, table: &str) -> Vec<serde_json::Value> {
    let text = String::from_utf8(files[&format!("data/{table}.jsonl")].clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn all_text(files: &Files) -> String {
    files.values().map(|body| String::from_utf8_lossy(body).into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_document_of_an_archive_has_its_row_and_its_file_and_is_as_long_as_that_says() {
    each(async |f| {
        let owner = f.first_run().await;
        // Larger than the pieces in which it is sealed and opened.
        let mut list = String::from("Name\n");
        (0..60_000).for_each(|n| list.push_str(&format!("Person {n}\n")));
        let bytes = list.clone().into_bytes();
        imports::keep_file(&f.app, &owner.ctx, "long list.csv", bytes).await.unwrap();
        archive(&f, &owner).await;
        let files = unpacked(&download(&f, &owner, &archive(&f, &owner).await).await);
        let documents = rows(&files, "documents");
        // The list, but not the archive before this one.
        assert_eq!(documents.len(), 1);
        for row in &documents {
            let (id, name) = (row["id"].as_str().unwrap(), row["name"].as_str().unwrap());
            let body = &files[&format!("documents/{id}/{name}")];
            assert_eq!(row["size_bytes"].as_u64(), Some(body.len() as u64));
            assert_eq!(*body, list.as_bytes());
        }
        let bodies = files.keys().filter(|path| path.starts_with("documents/"));
        assert_eq!(bodies.count(), documents.len());
        assert_eq!(rows(&files, "exports").len(), 2);
        let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        assert_eq!(manifest["gone"], serde_json::json!([]));
        assert_eq!(manifest["moments"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_somebody_signs_in_is_in_no_archive_but_their_own() {
    each(async |f| {
        let owner = f.first_run().await;
        let admin = f.join(&owner, "admin@example.com", Role::Admin).await;
        for (who, name) in [(&owner, "Key of the owner"), (&admin, "Key of the admin")] {
            let key = Passkey {
                id: PasskeyId::new(&*f.app.clock, &*f.app.rng),
                account_id: who.ctx.account.clone(),
                name: name.to_owned(),
                credential_id: format!("canary of {name}"),
                credential_json: serde_json::json!({"canary": name}).into(),
                counter: 0,
                created_at: f.app.clock.now(),
                used_at: None,
            };
            f.app.db.write(move |c| store::passkeys::insert(c, &key)).await.unwrap();
        }
        let id = archive(&f, &owner).await;
        let files = unpacked(&download(&f, &owner, &id).await);
        let keys = rows(&files, "passkeys");
        assert_eq!(keys.len(), 2);
        for key in &keys {
            let is_own = key["account_id"] == owner.ctx.account.as_str();
            assert_eq!(key["name"].as_str(), is_own.then_some("Key of the owner"));
            assert!(key["created_at"].is_i64());
        }
        let text = all_text(&files);
        assert!(!text.contains("Key of the admin") && !text.contains("canary"));
        // What the owner has of theirs is none of the admin's, who makes another.
        let refused = everything::download_archive(&f.app, &admin.ctx, &id).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        let own = archive(&f, &admin).await;
        let text = all_text(&unpacked(&download(&f, &admin, &own).await));
        assert!(text.contains("Key of the admin") && !text.contains("Key of the owner"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_holds_all_of_the_business_and_nothing_of_anothers_or_sealed() {
    each(async |f| {
        let (owner, other) = f.two_businesses().await;
        some(&f, &owner).await;
        let noa = add(&f, &owner, named("Zoë")).await;
        timeline::create_note(&f.app, &owner.ctx, &noa.id, "Likes roses", "").await.unwrap();
        add(&f, &other, named("Stranger of the other")).await;
        let files = unpacked(&download(&f, &owner, &archive(&f, &owner).await).await);
        let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        assert_eq!(manifest["business"], "Dana's Studio");
        let listed = manifest["files"].as_array().unwrap();
        assert_eq!(listed.len() + 1, files.len());
        for entry in listed {
            let body = &files[entry["path"].as_str().unwrap()];
            let sum: String = Sha256::digest(body).iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(
                (entry["sha256"].as_str(), entry["bytes"].as_u64()),
                (Some(&*sum), Some(body.len() as u64))
            );
            if let Some(rows) = entry["rows"].as_u64() {
                assert_eq!(body.iter().filter(|byte| **byte == b'\n').count() as u64, rows);
            }
        }
        let people = rows(&files, "people");
        assert_eq!(people.len(), 3);
        assert!(people.iter().any(|row| row["name"] == "Zoë" && row["deleted_at"].is_null()));
        assert_eq!(rows(&files, "tenants").len(), 1);
        let accounts = rows(&files, "accounts");
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0]["email"], "dana@example.com");
        assert!(accounts[0].get("password_hash").is_none());
        let text = all_text(&files);
        assert!(text.contains("Likes roses"));
        for foreign in ["Stranger of the other", "stranger@example.com", "$argon2"] {
            assert!(!text.contains(foreign), "{foreign}");
        }
        // Many rows take several reads.
        let mut list = String::from("Name\n");
        (0..1_100).for_each(|n| list.push_str(&format!("P{n}\n")));
        let id = imports::keep_file(&f.app, &owner.ctx, "a.csv", list.into()).await.unwrap();
        imports::start_import(&f.app, &owner.ctx, &id).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        let files = unpacked(&download(&f, &owner, &archive(&f, &owner).await).await);
        let people = String::from_utf8(files["data/people.jsonl"].clone()).unwrap();
        assert_eq!(people.lines().count(), 1_103);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_for_who_runs_the_business_and_proves_it_and_for_some_days() {
    each(async |f| {
        let owner = f.first_run().await;
        let member = f.join(&owner, "member@example.com", Role::Member).await;
        let refused = everything::begin_archive(&f.app, &member.ctx).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        let mut stale = f.join(&owner, "admin@example.com", Role::Admin).await;
        stale.ctx.is_recent = false;
        let refused = everything::begin_archive(&f.app, &stale.ctx).await;
        assert!(matches!(refused, Err(Error::Unproven)));
        let one = everything::begin_archive(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(everything::begin_archive(&f.app, &owner.ctx).await.unwrap(), one);
        let early = everything::download_archive(&f.app, &owner.ctx, &one).await;
        assert!(matches!(early, Err(Error::NotFound)));
        jobs::run_due(&f.app).await.unwrap();
        let made = everything::list_archives(&f.app, &owner.ctx).await.unwrap();
        assert_eq!((made.len(), made[0].state), (1, ArchiveState::Ready));
        assert_eq!(made[0].done, made[0].todo);
        let told = app::notifications::list_notifications(&f.app, &owner.ctx).await.unwrap();
        let told: Vec<_> = told.iter().map(|it| (it.kind, it.href.as_str())).collect();
        assert_eq!(told, [(app::notifications::Kind::ArchiveReady, "/exports")]);
        let told = app::notifications::list_notifications(&f.app, &stale.ctx).await.unwrap();
        assert!(told.is_empty(), "only who asked for it");
        let refused = everything::download_archive(&f.app, &stale.ctx, &one).await;
        assert!(matches!(refused, Err(Error::Unproven)));
        // No list of documents shows it, and no page of documents hands it out.
        let shown =
            app::documents::list_documents(&f.app, &owner.ctx, DocumentFilter::default(), None, 9)
                .await
                .unwrap();
        assert!(shown.items.is_empty());
        let document = made[0].document_id.clone().unwrap();
        let reached = app::documents::download_document(&f.app, &owner.ctx, &document).await;
        assert!(matches!(reached, Err(Error::NotFound)));
        download(&f, &owner, &one).await;
        let acts = f.actions(&owner).await;
        assert_eq!(acts[0], "export.downloaded");
        f.clock.advance_millis((everything::KEPT_DAYS * 24 + 1) * 3_600_000);
        app::retention::sweep(&f.app).await;
        assert!(everything::list_archives(&f.app, &owner.ctx).await.unwrap().is_empty());
        assert!(
            app::documents::list_documents(&f.app, &owner.ctx, DocumentFilter::default(), None, 9)
                .await
                .is_ok()
        );
        let id = archive(&f, &owner).await;
        everything::delete_archive(&f.app, &owner.ctx, &id).await.unwrap();
        let gone = everything::get_archive_file(&f.app, &owner.ctx, &id).await;
        assert!(matches!(gone, Err(Error::NotFound)));
        let gone = everything::download_archive(&f.app, &owner.ctx, &id).await;
        assert!(matches!(gone, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_exported_as_the_list_has_them() {
    each(async |f| {
        let owner = f.first_run().await;
        let noa = add(&f, &owner, named("Noa Levi")).await;
        let task = |title: &str, time: &str| TaskInput {
            title: title.into(),
            day: "2026-03-01".into(),
            time: time.into(),
            assignee: owner.ctx.member.to_string(),
            people: vec![noa.id.to_string()],
            rule: (!time.is_empty()).then(|| "FREQ=WEEKLY".parse().unwrap()),
            ..TaskInput::default()
        };
        tasks::create_task(&f.app, &owner.ctx, task("=Call", "09:30"), "").await.unwrap();
        let done = tasks::create_task(&f.app, &owner.ctx, task("Over", ""), "").await.unwrap();
        tasks::do_task(&f.app, &owner.ctx, &done.id).await.unwrap();
        let read = async |done: bool| {
            let filter = TaskFilter { done, ..TaskFilter::default() };
            let format = Format::Csv;
            let words = Box::new(words);
            let file = exports::export_tasks(&f.app, &owner.ctx, filter, format, words).await;
            String::from_utf8(whole(file.unwrap()).await).unwrap()
        };
        let open = read(false).await;
        assert_eq!(open.lines().count(), 2, "{open}");
        let zone = owner.ctx.zone.name();
        let row = open.lines().nth(1).unwrap();
        assert!(row.starts_with("\"'=Call\","), "{row}");
        let middle = format!(",2026-03-01,09:30,{zone},FREQ=WEEKLY,Noa Levi,exports-status-open,,");
        assert!(row.contains(&middle), "{row}");
        let row = read(true).await;
        assert!(row.contains(",2026-03-01,,,,Noa Levi,exports-status-done,"), "{row}");
        assert!(f.actions(&owner).await.contains(&"list.exported".to_owned()));
        let words: exports::Words = Box::new(words);
        let filter = TaskFilter::default();
        let card = exports::export_tasks(&f.app, &owner.ctx, filter, Format::Vcard, words).await;
        assert!(matches!(card, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_exported_as_its_page_is_narrowed() {
    each(async |f| {
        let owner = f.first_run().await;
        let mia = f.join(&owner, "mia@example.com", Role::Member).await;
        add(&f, &owner, named("Noa Levi")).await;
        add(&f, &mia, named("Dana Cohen")).await;
        let read = async |filter: AuditFilter| {
            let words: exports::Words = Box::new(words);
            let (app, ctx) = (&f.app, &owner.ctx);
            let file = exports::export_activity(app, ctx, filter, Format::Csv, words).await;
            String::from_utf8(whole(file.unwrap()).await).unwrap()
        };
        let hers = AuditFilter {
            actor_id: Some(mia.ctx.account.to_string()),
            entity: Some("person".to_owned()),
            ..AuditFilter::default()
        };
        let found = read(hers).await;
        assert_eq!(found.lines().count(), 2, "{found}");
        assert!(found.contains("person.created"), "{found}");
        let long_ago = Some(f.clock.now().plus_secs(-86_400));
        let before = AuditFilter { to: long_ago, ..AuditFilter::default() };
        assert_eq!(read(before).await.lines().count(), 1, "the heads alone");
        assert!(read(AuditFilter::default()).await.lines().count() > 4);
        let words: exports::Words = Box::new(words);
        let all = AuditFilter::default();
        let hidden = exports::export_activity(&f.app, &mia.ctx, all, Format::Csv, words).await;
        assert!(matches!(hidden, Err(Error::NotFound)));
    })
    .await;
}
