//! A plugin that is turned off in another process: its calls that run on here may begin nothing, and
//! whatever they are in the middle of is refused where it would be written down.

use std::io;
use std::sync::{Arc, Barrier};

use app::documents::{DocumentFilter, list_documents};
use app::plugins::{disable_plugin, enable_plugin};
use domain::{DocumentId, TenantId, Timestamp};
use oxpi_tests::proposals::{call, propose, workspace};
use oxpi_tests::shelf::Fittings;
use runtime::manifest::Effect;
use runtime::{ApprovalUse, CallContext, Grant, NewDocument, Problem, Services, Words};
use serde_json::json;
use store::blobs::{Blobs, Draft, Folder};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_another_process_begins_no_request_any_more() {
    each(async |shelf| {
        started(&shelf).await?;
        let job = shelf.enqueue("fetch-twice").await?;
        let worker = shelf.app.clone();
        let run = tokio::spawn(async move { jobs::run_due(&worker).await });
        shelf.provider.asked.notified().await;
        disable_plugin(&shelf.another_loaded().await?, &shelf.owner, &shelf.plugin).await?;
        // The request that was under way is answered; the guest wants to send another.
        shelf.provider.answer.notify_one();
        run.await??;
        assert_eq!(*shelf.provider.count.lock().unwrap(), 1, "the second one never arrived");
        assert_eq!(shelf.job(&job).await?.state.as_str(), "paused");
        // It is the check that kept it back: on again, both arrive.
        enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
        shelf.clock.advance_millis(120_000);
        let provider = shelf.provider.clone();
        let answering = tokio::spawn(async move {
            for _ in 0..2 {
                provider.asked.notified().await;
                provider.answer.notify_one();
            }
        });
        jobs::run_due(&shelf.app).await?;
        answering.await?;
        assert_eq!(*shelf.provider.count.lock().unwrap(), 3);
        assert_eq!(shelf.job(&job).await?.state.as_str(), "done");
        Ok(())
    })
    .await;
}

/// A folder whose writers stop before the end, until somebody lets them go on.
struct Halting(Folder);

/// Both sides meet here twice: when a body is nearly written, and when it may be ended.
static HALT: Barrier = Barrier::new(2);

impl Blobs for Halting {
    fn create(&self, tenant: &TenantId, id: &DocumentId) -> io::Result<Box<dyn Draft>> {
        Ok(Box::new(HaltingDraft(self.0.create(tenant, id)?)))
    }

    fn open(
        &self,
        tenant: &TenantId,
        id: &DocumentId,
    ) -> io::Result<Option<Box<dyn io::Read + Send>>> {
        self.0.open(tenant, id)
    }

    fn delete(&self, tenant: &TenantId, id: &DocumentId) -> io::Result<bool> {
        self.0.delete(tenant, id)
    }

    fn delete_all(&self, tenant: &TenantId) -> io::Result<usize> {
        self.0.delete_all(tenant)
    }

    fn list_before(&self, before: Timestamp) -> io::Result<Vec<(TenantId, DocumentId)>> {
        self.0.list_before(before)
    }
}

struct HaltingDraft(Box<dyn Draft>);

impl io::Write for HaltingDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Draft for HaltingDraft {
    fn commit(self: Box<Self>) -> io::Result<()> {
        HALT.wait();
        HALT.wait();
        self.0.commit()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_turned_off_while_a_document_is_written_keeps_none() {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let over: fn(Folder) -> Arc<dyn Blobs> = |folder| Arc::new(Halting(folder));
        let fittings = Fittings { blobs: Some(over), ..Fittings::default() };
        let shelf = Shelf::open_with(db.db.clone(), fittings).await.unwrap();
        halted(&shelf).await.unwrap();
    }
}

async fn halted(shelf: &Shelf) -> Result<()> {
    started(shelf).await?;
    let call = own_call(shelf).await?;
    let house = workspace(&shelf.app);
    let keeping = tokio::spawn(async move { house.document_keep(&call, document()).await });
    tokio::task::spawn_blocking(|| HALT.wait()).await?;
    disable_plugin(&shelf.another_loaded().await?, &shelf.owner, &shelf.plugin).await?;
    tokio::task::spawn_blocking(|| HALT.wait()).await?;
    assert_eq!(code(keeping.await?), "denied");
    assert!(
        list_documents(&shelf.app, &shelf.owner, DocumentFilter::default(), None, 10)
            .await?
            .items
            .is_empty()
    );
    let later = Timestamp::from_millis(i64::MAX / 2);
    assert_eq!(shelf.app.blobs.list_before(later)?, [], "nor is its body left lying");
    Ok(())
}

fn document() -> NewDocument {
    NewDocument {
        name: "invoice.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: b"%PDF-1.4".to_vec(),
        with_connection: false,
        connection: None,
        source: "api.example.com".to_owned(),
        about: None,
        idempotency_key: "once".to_owned(),
    }
}

/// A call as one that began just now.
async fn own_call(shelf: &Shelf) -> Result<CallContext> {
    let plugin = plugins::find_loaded(&shelf.app, &shelf.plugin)?;
    let grant = Grant::everything(plugin.manifest());
    let (tenant, id) = (shelf.owner.tenant.clone(), shelf.plugin.clone());
    let row = shelf.app.db.read(move |c| store::tenant_plugins::get(c, &tenant, &id)).await?;
    let version = plugin.manifest().plugin.version;
    let generation = row.generation;
    Ok(CallContext { generation, version, ..call(&shelf.owner.tenant, &shelf.plugin, grant) })
}

fn code<T>(outcome: Result<T, Problem>) -> String {
    outcome.err().map_or_else(|| "it was done".to_owned(), |problem| problem.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_writing_verb_is_fenced_off_by_itself() {
    each(async |shelf| {
        started(&shelf).await?;
        let (call, house) = (own_call(&shelf).await?, workspace(&shelf.app));
        // Something of each kind, so that without the fence each would find what it is about.
        let note = house.records_upsert(&call, "notes", json!({"text": "a"}), None, "n").await?;
        let note = note["id"].as_str().unwrap().to_owned();
        let kept = house.document_keep(&call, document()).await?;
        let kept = kept["id"].as_str().unwrap().to_owned();
        let job = house.jobs_enqueue(&call, "count", json!({}), None, "first").await?;
        let post = propose(&shelf.app, &call, "news").await?;
        disable_plugin(&shelf.another_loaded().await?, &shelf.owner, &shelf.plugin).await?;

        let mut codes = Vec::new();
        let mut said = |verb: &str, code: String| codes.push((verb.to_owned(), code));
        said("kv put", code(house.kv_put(&call, "count", b"9".to_vec(), None, None).await));
        said("kv delete", code(house.kv_delete(&call, "count", None).await));
        let text = json!({"text": "b"});
        said("upsert", code(house.records_upsert(&call, "notes", text, None, "m").await));
        said("delete", code(house.records_delete(&call, "notes", &note, None).await));
        said("enqueue", code(house.jobs_enqueue(&call, "count", json!({}), None, "second").await));
        said("cancel", code(house.jobs_cancel(&call, &job).await));
        let topic = "testkit-sample.noticed";
        said("publish", code(house.events_publish(&call, topic, json!({}), "once").await));
        let again = propose(&shelf.app, &call, "more news").await;
        let again = again.map_err(|error| error.downcast::<Problem>().unwrap());
        said("propose", code(again));
        said("withdraw", code(house.approval_withdraw(&call, &post).await));
        let why = Words::Text("no".to_owned());
        said("decline", code(house.approval_decline_change(&call, &post, why).await));
        let digest = [0; 32];
        let (route, host) = ("post", "api.example.com");
        let wanted = ApprovalUse { id: Some(&post), effect: Effect::Publish, route, host, digest };
        said("spend", code(house.approval_use(&call, wanted).await));
        said("drop document", code(house.document_delete(&call, &kept).await));
        for (verb, code) in &codes {
            assert_eq!(code, "denied", "{verb}");
        }
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("1"));
        assert_eq!(
            list_documents(&shelf.app, &shelf.owner, DocumentFilter::default(), None, 10)
                .await?
                .items
                .len(),
            1
        );
        Ok(())
    })
    .await;
}
