//! Sources: where people came from, in the business's words.

use app::people::SOURCE_CHARS_MAX;
use app::sources::{self, Renamed, SourceCount};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, object, required_text, said, whole};
use super::schema::Named;
use super::{sweeps, undos};

/// The schemas of sources.
pub fn schemas() -> Vec<Named> {
    let people = about(
        json!({"type": "integer", "minimum": 1}),
        "How many are of it now, or came from it first; each once.",
    );
    let to = about(
        required_text(SOURCE_CHARS_MAX),
        "Its new name; where that is another’s, the two are one from then on. Who was removed has it \
            too, and saved views that narrow by the old one follow.",
    );
    let from = about(required_text(SOURCE_CHARS_MAX), "Which, exactly as `/sources` has it.");
    vec![
        ("Source", whole(vec![("name", said()), ("people", people)])),
        ("SourceRename", object(vec![("from", from), ("to", to)], &["from", "to"])),
    ]
}

fn shown(source: &SourceCount) -> Value {
    json!({"name": source.source, "people": source.people})
}

/// All sources.
pub async fn list(call: Call) -> Answer {
    let all = sources::list_sources(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

/// Gives one another name with everybody who is of it.
pub async fn rename(call: Call) -> Answer {
    let (from, to) = (call.text("from"), call.text("to"));
    match sources::rename_source(call.app(), call.ctx(), &from, &to, &call.once).await? {
        Renamed::Done(done) => Ok(undos::changed(done.count, done.undo)),
        Renamed::Begun(begun) => sweeps::begun(&call, &begun).await,
    }
}
