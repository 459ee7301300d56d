//! A plugin that uses every import and hook of the kit once; the testkit's own test runs it.

use oxpi_kit::approvals::{
    self, CHANGE_ASKED, ChangeAsked, DECIDED, Decision, Proposal, State, words,
};
use oxpi_kit::crypto::{self, Algorithm};
use oxpi_kit::documents::{self, File};
use oxpi_kit::http::Request;
use oxpi_kit::url::Url;
use oxpi_kit::views::{FieldKind, field, key};
use oxpi_kit::{
    Delivery, Event, EventHandler, Job, JobHandler, Lifecycle, Problem, Result, SettingProblem,
    View, ViewInput, ViewProvider, WebhookHandler, env, events, jobs, kv, log, records, t,
};
use serde::Deserialize;
use serde_json::{Value, json};

mod mischief;

/// The plugin.
pub struct Sample;

oxpi_kit::plugin!(Sample: lifecycle, job_handler, event_handler, webhook_handler, view_provider);

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    greeting: String,
}

impl Lifecycle for Sample {
    fn validate(settings: Value) -> core::result::Result<(), Vec<SettingProblem>> {
        match settings["greeting"].as_str() {
            Some("") => Err(vec![SettingProblem::new("greeting", "greeting-missing")]),
            _ => Ok(()),
        }
    }

    fn migrate(from_version: &str) -> Result<()> {
        kv::put("migrated-from", from_version.as_bytes())?;
        if env::settings::<Settings>()?.greeting == "break" {
            // Half-way: what was done until here must not stay.
            kv::delete("count")?;
            return Err(Problem::invalid("this data can't be brought over"));
        }
        Ok(())
    }
}

impl JobHandler for Sample {
    fn run(job: Job) -> Result<Option<Value>> {
        match job.handler.as_str() {
            "count" => count().map(Some),
            "count-later" => count_later(&job),
            "note" => note(&job).map(Some),
            "notice" => notice(),
            "fetch" => fetch(&job).map(Some),
            "fetch-and-count" => fetch(&job).and_then(|_| count()).map(Some),
            "fetch-twice" => fetch(&job).and_then(|_| fetch(&job)).map(Some),
            "sign" => sign(&job).map(Some),
            "propose" => propose(&job).map(Some),
            "post" => send_post(&job).map(Some),
            "withdraw" => withdraw(&job).map(Some),
            "keep" => keep(&job).map(Some),
            "person" => Ok(records::get("person", "p1")?),
            "surroundings" => surroundings().map(Some),
            "spin" => mischief::spin(),
            "ask" => mischief::ask(&job).map(Some),
            "reach" => mischief::reach(&job).map(Some),
            other => Err(Problem::invalid(format!("no handler {other:?}"))),
        }
    }
}

/// Counts with a guarded write, so that two at once are both counted.
fn count() -> Result<Value> {
    let there = kv::get_json::<u64>("count")?;
    let rev = there.as_ref().map_or(0, |entry| entry.rev);
    let next = there.map_or(0, |entry| entry.value) + 1;
    kv::put_if("count", next.to_string().as_bytes(), rev, None)?;
    let (keys, _) = kv::keys("co", None, 10)?;
    Ok(json!({"count": next, "keys": keys}))
}

fn count_later(job: &Job) -> Result<Option<Value>> {
    let cancelled = jobs::enqueue("count", &json!({}), "cancelled")?;
    jobs::cancel(&cancelled)?;
    let at = env::now().plus_millis(60_000);
    let first = jobs::enqueue_at("count", &job.payload, at, "later")?;
    let again = jobs::enqueue_at("count", &job.payload, at, "later")?;
    Ok(Some(json!({"same": first == again})))
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

fn note(job: &Job) -> Result<Value> {
    let note: Note = job.payload()?;
    let written: Value = records::upsert("notes", &json!({"text": note.text}), None, &note.text)?;
    let found = records::query::<Note>("notes", &json!({"text": note.text}), None, 10)?;
    Ok(json!({"id": written["id"], "found": found.items.len(), "text": found.items[0].text}))
}

fn notice() -> Result<Option<Value>> {
    for _ in 0..2 {
        events::publish("testkit-sample.noticed", &json!({"what": "it"}), "once")?;
    }
    log::info("noticed", &[("what", "it")]);
    Ok(None)
}

fn fetch(job: &Job) -> Result<Value> {
    let thing = job.payload["thing"].as_str().unwrap_or_default();
    let url = Url::new("https://api.example.com/v1").segment(thing).query("q", "a b");
    let response = Request::post(url).header("x-sample", "1").json(&job.payload).send()?;
    Ok(json!({"status": response.status(), "reply": response.json::<Value>()?}))
}

/// Signs what it is given, and knows its own signature from a changed one.
fn sign(job: &Job) -> Result<Value> {
    let text = job.payload["text"].as_str().unwrap_or_default().as_bytes();
    let slot = job.payload["slot"].as_str().unwrap_or("signing");
    let mac = crypto::hmac(slot, Algorithm::Sha256, text)?;
    Ok(json!({
        "mac": crypto::hex(&mac),
        "hash": crypto::hex(&crypto::hash(Algorithm::Sha512, text)?),
        "old": crypto::hex(&crypto::hmac(slot, Algorithm::Sha1, text)?),
        "fits": crypto::hmac_fits(slot, Algorithm::Sha256, text, &mac)?,
        "short": crypto::hmac_fits(slot, Algorithm::Sha256, text, &mac[1..])?,
        "other": crypto::hmac_fits(slot, Algorithm::Sha256, b"other", &mac)?,
    }))
}

#[derive(Deserialize)]
struct Post {
    page: String,
    text: String,
    #[serde(default)]
    approval: Option<String>,
}

impl Post {
    /// Built the same for proposing and for sending: a byte more or less is another request.
    fn request(&self) -> Request {
        let url = Url::new("https://api.example.com/v1/posts").segment(&self.page);
        Request::post(url).json(&json!({"text": self.text}))
    }

    /// What people are told of it, and what they may change.
    fn proposal(&self) -> Proposal {
        let fields = [
            field(FieldKind::Text, "page", key("field-page")).value(&self.page).required(),
            field(FieldKind::Long, "text", key("field-text")).value(&self.text).required(),
        ];
        Proposal::new(words("post-title", &[("page", &self.page)]))
            .summary(self.text.as_str())
            .amount(500, "ILS")
            .expires_at(env::now().plus_millis(3_600_000))
            .change(fields)
    }
}

fn propose(job: &Job) -> Result<Value> {
    let post: Post = job.payload()?;
    let id = approvals::propose(&post.request(), &post.proposal(), &post.page)?;
    let state = approvals::state(&id)?;
    Ok(json!({"id": id, "waiting": state.state == State::Waiting, "key": state.key}))
}

/// Proposes it as people want it, says no to what can't be, and in two cases does neither.
fn change(asked: &ChangeAsked) -> Result<()> {
    let (page, text) = (asked.field("page").to_owned(), asked.field("text").to_owned());
    let post = Post { page, text, approval: None };
    match post.text.as_str() {
        "never" => {
            approvals::decline_change(&asked.approval, words("post-fixed", &[("page", &post.page)]))
        }
        "silence" => Ok(()),
        "nonsense" => Err(Problem::rejected("nobody can read this")),
        _ => {
            let anew = post.proposal().replaces(&asked.approval);
            approvals::propose(&post.request(), &anew, &asked.new_key()).map(|_| ())
        }
    }
}

fn send_post(job: &Job) -> Result<Value> {
    let post: Post = job.payload()?;
    let request = match &post.approval {
        Some(approval) => post.request().approval(approval),
        None => post.request(),
    };
    Ok(json!({"status": request.send()?.status()}))
}

fn withdraw(job: &Job) -> Result<Value> {
    let id = job.payload["approval"].as_str().unwrap_or_default();
    approvals::withdraw(id)?;
    Ok(json!({"withdrawn": approvals::state(id)?.state == State::Withdrawn}))
}

/// Keeps what an answer holds at a pointer, about somebody where the job says so, reads a piece of it, and
/// deletes it when told to.
fn keep(job: &Job) -> Result<Value> {
    let thing = job.payload["thing"].as_str().unwrap_or_default();
    let answer = Request::get(Url::new("https://api.example.com/v1").segment(thing)).send()?;
    let file = File::new("invoice.pdf").at("/data");
    let file = match job.payload["about"].as_str() {
        Some(person) => file.about(person),
        None => file,
    };
    let kept = documents::keep(answer, &file, thing)?;
    let piece = documents::read(&kept.id, 1, 3)?;
    let known = documents::mine(None, 10)?.items.len();
    if job.payload["delete"] == true {
        documents::delete(&kept.id)?;
    }
    let piece = String::from_utf8_lossy(&piece);
    Ok(json!({
        "type": kept.media_type, "size": kept.size, "piece": piece, "known": known,
        "about": kept.about,
    }))
}

fn surroundings() -> Result<Value> {
    let connections = env::connections()?;
    Ok(json!({
        "now": env::now(), "locale": env::locale(), "zone": env::time_zone(),
        "greeting": env::settings::<Settings>()?.greeting,
        "connections": connections.len(),
        "random": env::random(4),
        "calls-left": env::budget("http-calls"),
        "midnight": env::instant("2026-03-27", "Asia/Jerusalem"),
        "gap": env::instant("2026-03-27T02:30:00", "Asia/Jerusalem"),
        "nowhere": env::instant("2026-03-27", "Mars/Olympus"),
    }))
}

impl EventHandler for Sample {
    fn on_event(event: Event) -> Result<()> {
        if event.topic == CHANGE_ASKED {
            let asked: ChangeAsked = event.payload()?;
            // Without fields people change it on a page of the plugin's, which proposes by itself.
            return if asked.fields.is_empty() { Ok(()) } else { change(&asked) };
        }
        if event.topic == DECIDED {
            let decision: Decision = event.payload()?;
            let word = match decision.state {
                State::Approved => "yes",
                State::Unknown => "unknown",
                _ => "no",
            };
            return kv::put(&format!("decided/{}", decision.key), word.as_bytes()).map(|_| ());
        }
        kv::put_json("heard", &json!({"topic": event.topic, "id": event.id})).map(|_| ())
    }
}

impl WebhookHandler for Sample {
    fn accounts(delivery: &Delivery) -> Result<Vec<String>> {
        Ok(vec![delivery.json::<Value>()?["account"].as_str().unwrap_or_default().to_owned()])
    }

    fn handle(delivery: Delivery) -> Result<()> {
        let from = delivery.header("X-From").unwrap_or_default();
        kv::put(&format!("delivery/{}", delivery.id), from.as_bytes()).map(|_| ())
    }
}

impl ViewProvider for Sample {
    fn render(_view: &str, input: ViewInput) -> Result<View> {
        Ok(View::new().text(t!("greeting", name = input.param("name"))))
    }
}
