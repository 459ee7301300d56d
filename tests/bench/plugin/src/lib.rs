//! The plugin that is called in measurements: reads a document of appointments and writes a view of
//! them, and takes webhooks. The same function is measured natively.

use oxpi_kit::{Delivery, Problem, Result, ViewProvider, WebhookHandler};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The plugin.
pub struct Bench;

oxpi_kit::plugin!(Bench: view_provider, webhook_handler);

/// What comes in.
#[derive(Debug, Deserialize, Serialize)]
pub struct Day {
    /// What is on.
    pub appointments: Vec<Appointment>,
}

/// Something that is on.
#[derive(Debug, Deserialize, Serialize)]
pub struct Appointment {
    /// What it is.
    pub title: String,
    /// With whom.
    pub person: String,
    /// Minutes since midnight.
    pub starts: u32,
    /// How many minutes.
    pub lasts: u32,
}

/// What goes out.
#[derive(Debug, Deserialize, Serialize)]
pub struct View {
    /// The kind of widget.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of it.
#[derive(Debug, Deserialize, Serialize)]
pub struct Row {
    /// Such as "09:30–10:15".
    pub time: String,
    /// What and with whom.
    pub text: String,
}

/// The view of a day.
pub fn view(day: Day) -> View {
    let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let row = |each: Appointment| Row {
        time: format!("{}–{}", clock(each.starts), clock(each.starts + each.lasts)),
        text: format!("{}, {}", each.title, each.person),
    };
    View { kind: "list".to_owned(), rows: day.appointments.into_iter().map(row).collect() }
}

impl ViewProvider for Bench {
    fn render(view: &str, _input: oxpi_kit::ViewInput) -> Result<oxpi_kit::View> {
        Err(Problem::not_found(format!("no view {view:?}")))
    }

    fn render_document(_view: &str, input: Value) -> Result<Value> {
        let day = serde_json::from_value(input).map_err(|e| Problem::invalid(e.to_string()))?;
        Ok(serde_json::to_value(view(day))?)
    }
}

impl WebhookHandler for Bench {
    fn handle(delivery: Delivery) -> Result<()> {
        delivery.json::<Value>().map(drop)
    }
}
