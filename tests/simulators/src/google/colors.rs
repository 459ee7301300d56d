//! The palette.

use serde_json::{Map, Value, json};

const EVENT: [&str; 11] = [
    "#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1",
    "#5484ed", "#51b749", "#dc2127",
];
const CALENDAR: [&str; 6] = ["#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46"];

/// `colors.get`.
pub fn get() -> Value {
    let palette = |colors: &[&str]| -> Map<String, Value> {
        let color = |(at, background): (usize, &&str)| {
            ((at + 1).to_string(), json!({"background": background, "foreground": "#1d1d1d"}))
        };
        colors.iter().enumerate().map(color).collect()
    };
    json!({
        "kind": "calendar#colors",
        "updated": "2012-02-14T00:00:00.000Z",
        "calendar": palette(&CALENDAR),
        "event": palette(&EVENT),
    })
}
