//! What a sample business has, so that its pages have something to show: people, this week's
//! appointments, and in a sandbox the client that the simulators know.

use app::appointments::AppointmentInput;
use app::people::PersonInput;
use app::{App, Context};
use domain::{PersonId, Secret, Timestamp};

const HOUR_MILLIS: i64 = 60 * 60 * 1_000;

/// Stage, name, company, phone, email, source.
const PEOPLE: [[&str; 6]; 6] = [
    ["customer", "Noa Levi", "Levi Interiors", "+972501234567", "noa@example.com", "website"],
    ["customer", "Amir Cohen", "", "+972521234567", "amir@example.com", "friend"],
    ["customer", "דנה אברהם", "סטודיו דנה", "+972541234567", "dana@example.com", "website"],
    ["lead", "Maya Goren", "Goren & Sons", "+972531234567", "maya@example.com", "fair"],
    ["lead", "יואב פרץ", "", "+972551234567", "yoav@example.com", "website"],
    ["lead", "Tom Becker", "Becker GmbH", "+4915112345678", "tom@example.com", ""],
];

/// Which of the people, days from today, hour of the day, minutes, title, online.
const APPOINTMENTS: [(usize, i64, i64, i64, &str, bool); 5] = [
    (0, 0, 10, 60, "Kitchen plans", false),
    (3, 0, 14, 30, "First call", true),
    (2, 1, 9, 45, "פגישת היכרות", true),
    (1, 2, 16, 90, "Measuring on site", false),
    (5, 3, 11, 30, "Offer walk-through", true),
];

/// What the simulators know their one client by.
const CLIENT: (&str, &str) = ("demo", "demo-secret");

/// Fills the business that the context's member owns.
pub async fn fill(app: &App, ctx: &Context) -> app::Result<()> {
    let mut people = Vec::new();
    for person in PEOPLE {
        let [stage, name, company, phone, email, source] = person.map(str::to_owned);
        let notes = String::new();
        let input = PersonInput { stage, name, company, phone, email, source, notes };
        people.push(app::people::create_person(app, ctx, input, "").await?.id);
    }
    let now = app.clock.now();
    let today = ctx.zone.start_of_day(ctx.zone.local(now).date()).unwrap_or(now);
    for (place, appointment) in APPOINTMENTS.iter().enumerate() {
        let person = people.get(appointment.0).cloned();
        let input = booked(ctx, today, person, appointment);
        let form_id = format!("sample-{place}");
        app::appointments::book_appointment(app, ctx, input, &form_id).await?;
    }
    if app.options.sandbox {
        register_clients(app, ctx).await?;
    }
    Ok(())
}

fn booked(
    ctx: &Context,
    today: Timestamp,
    person: Option<PersonId>,
    &(_, days, hour, minutes, title, online): &(usize, i64, i64, i64, &str, bool),
) -> AppointmentInput {
    let starts_at = today.plus_millis((days * 24 + hour) * HOUR_MILLIS);
    AppointmentInput {
        person,
        title: title.to_owned(),
        notes: String::new(),
        location: String::new(),
        starts_at,
        ends_at: starts_at.plus_secs(minutes * 60),
        zone: ctx.zone.clone(),
        online,
        calendar: None,
    }
}

/// Saves the simulators' client for each provider of each plugin, so that connecting needs no form.
async fn register_clients(app: &App, ctx: &Context) -> app::Result<()> {
    for plugin in app::plugins::list_plugins(app, ctx).await?.into_iter().map(|card| card.id) {
        for provider in app::plugins::get_plugin(app, ctx, &plugin).await?.providers {
            let secret = Secret::from_text(CLIENT.1.to_owned());
            app::oauth::save_client(app, ctx, &plugin, &provider.id, CLIENT.0, secret).await?;
        }
    }
    Ok(())
}
