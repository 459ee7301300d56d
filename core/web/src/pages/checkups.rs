//! Trying a connection, step by step: the way to begin it, and what pages show of it.

use std::time::Duration;

use actix_web::web::Path;
use app::checkups::{self, Checkup, FAILURES, Found, STEPS, Started, Step, StepState, Words};
use domain::{ConnectionId, PluginId};
use url::Url;

use crate::answer::{Answer, go};
use crate::member::Member;
use crate::pages::{id, paragraphs};
use crate::views::checkups::{CheckupBlock, GuideRow, PlaceRow, StepRow, TroubleRow};

/// How long a form waits for the end of a try: most are over by then, and the page follows the others.
const WAIT: Duration = Duration::from_millis(1_200);

/// Tries a connection.
pub async fn test(member: Member, path: Path<String>) -> Answer {
    let which: ConnectionId = id(&path)?;
    let started = checkups::begin_test(&member.web.app, &member.ctx, &which).await?;
    follow(started).await;
    Ok(go(&format!("/connections/{which}#checkup")))
}

/// Tries what can be known of a provider before an account is connected.
pub async fn probe(member: Member, path: Path<(String, String)>) -> Answer {
    let (plugin, provider) = path.into_inner();
    let plugin: PluginId = id(&plugin)?;
    let started = checkups::begin_probe(&member.web.app, &member.ctx, &plugin, &provider).await?;
    follow(started).await;
    Ok(go(&format!("/connections/new/{plugin}/{provider}#checkup")))
}

/// Lets a try run, and waits a moment for it.
pub async fn follow(started: Started) {
    let running = actix_web::rt::spawn(started.run());
    // Dropping the wait doesn't end the try.
    let _ = tokio::time::timeout(WAIT, running).await;
}

/// What pages tell of one provider's steps.
pub struct Teller<'a> {
    member: &'a Member,
    words: Words,
}

impl<'a> Teller<'a> {
    /// Of this provider, where its plugin is there.
    pub async fn of(member: &'a Member, plugin: &PluginId, provider: &str) -> Option<Self> {
        let words = Words::of(&member.web.app, &member.ctx, plugin, provider).await.ok()?;
        Some(Self { member, words })
    }

    /// What the manifest says.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// A try as a page shows it.
    pub fn block(&self, checkup: &Checkup) -> CheckupBlock {
        let is_failed = checkup.failed().is_some();
        let is_well = checkup.steps.iter().all(|step| step.state == StepState::Done);
        let mut is_next = checkup.is_running && !is_failed;
        let mut row = |step: &Step| {
            let state = match step.state {
                StepState::Done => "done",
                StepState::Failed => "failed",
                StepState::Waiting if std::mem::take(&mut is_next) => "now",
                StepState::Waiting => "waiting",
            };
            let trouble = step.found.as_ref().map(|found| self.trouble(found));
            StepRow { title: self.step(&step.id), state, trouble }
        };
        CheckupBlock {
            steps: checkup.steps.iter().map(&mut row).collect(),
            when: self.member.dates().moment(checkup.begun_at),
            state: match (checkup.is_running, is_failed, is_well) {
                (true, _, _) => "running",
                (_, true, _) => "failed",
                (_, _, true) => "well",
                _ => "open",
            },
        }
    }

    fn step(&self, id: &str) -> String {
        let known = || STEPS.contains(&id).then(|| self.text("step", id, "", &Found::default()));
        self.words.step(id).or_else(known).unwrap_or_else(|| id.to_owned())
    }

    /// What is wrong, in the plugin's words where it has some.
    pub fn trouble(&self, found: &Found) -> TroubleRow {
        if let Some(told) = self.words.failure(found) {
            let link = told.link.as_deref().and_then(place);
            return TroubleRow { title: told.title, help: paragraphs(&told.help), link };
        }
        let is_known = FAILURES.contains(&found.failure.as_str());
        let id = if is_known { found.failure.as_str() } else { "failed" };
        TroubleRow {
            title: self.text("failure", id, "", found),
            help: paragraphs(&self.text("failure", id, "-help", found)),
            link: None,
        }
    }

    fn text(&self, kind: &str, id: &str, end: &str, found: &Found) -> String {
        let key = match kind {
            "step" => format!("step-{id}"),
            _ => format!("failure-{id}{end}"),
        };
        let name = self.words.provider();
        let arg = |name: &str| found.args.get(name).cloned().unwrap_or_default();
        let (account, expected, minutes) = (arg("found"), arg("expected"), arg("minutes"));
        let args = [
            ("provider", name.as_str()),
            ("found", &account),
            ("expected", &expected),
            ("minutes", &minutes),
        ];
        self.member.text_with(&key, &args)
    }
}

/// What there is to do at a provider, one step a line of the plugin's text. A line that ends in an address
/// leads there.
pub fn guide(text: &str) -> Vec<GuideRow> {
    let row = |line: String| {
        let (text, last) = line.rsplit_once(' ').unwrap_or(("", &line));
        match place(last).filter(|_| !text.is_empty()) {
            Some(link) => GuideRow { text: text.trim_end().to_owned(), link: Some(link) },
            None => GuideRow { text: line, link: None },
        }
    };
    paragraphs(text).into_iter().map(row).collect()
}

fn place(address: &str) -> Option<PlaceRow> {
    let url = Url::parse(address).ok().filter(|url| url.scheme() == "https")?;
    Some(PlaceRow { host: url.host_str()?.to_owned(), href: url.into() })
}
