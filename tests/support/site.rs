//! A house whose pages are served, with two businesses in it: one that has something of everything,
//! and a stranger's.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::api_tokens::{TokenInput, create_token};
use app::appointments::{AppointmentInput, book_appointment};
use app::endpoints::{self, EndpointInput};
use app::invitations::{JoinInput, accept_as_new, create_invitation};
use app::own_fields::{self, FieldInput, OptionInput, OwnInput};
use app::people::bulk::{BulkInput, change_people};
use app::people::{Person, PersonFilter, PersonInput, create_person};
use app::sessions::context_of;
use app::sign_ins::sign_in;
use app::sweeps::{self, SweepInput, Whom};
use app::tasks::TaskInput;
use app::tenants::{BusinessInput, FirstRun, OwnerInput, create_business};
use app::{App, Context, Origin, calendars, people};
use app::{pipelines, saved_views, tags, timeline};
use domain::{ApiScope, PluginId, Role};
use runtime::Grant;
use store::jobs::{NewJob, Once};
use store::testing::TestDb;
use tokio::sync::oneshot;
use web::ServeOptions;
use web::themes::Themes;

use crate::House;
use crate::house::password;
use crate::http::{self, Reply};
use crate::proposals::{call, keep, propose};

/// A word that only the first business's data holds.
pub const MARKER: &str = "Zanzibar7714";

/// A served house.
pub struct Site {
    /// The rooms behind it.
    pub house: House,
    /// Where it listens.
    pub port: u16,
    /// The first business's ids by the names that routes call them.
    pub ids: BTreeMap<&'static str, String>,
    /// A session of each role in the first business.
    pub members: Vec<(Role, String)>,
    /// The session of the other business's owner.
    pub stranger: String,
    /// The first business's token for programs, good for everything.
    pub api_token: String,
    stop: Option<oneshot::Sender<()>>,
}

impl Site {
    /// Serves a house with data.
    pub async fn start(db: TestDb) -> Result<Self> {
        Self::start_with(House::start(db).await?, |_| ()).await
    }

    /// The same with other options.
    pub async fn start_with(house: House, change: impl FnOnce(&mut ServeOptions)) -> Result<Self> {
        let mut ids = fill(&house).await?;
        let members = join_all(&house).await?;
        let stranger = stranger(&house).await?;
        let (id, api_token) = api_token(&house.app, &house.owner, ApiScope::ALL).await?;
        ids.insert("api_token", id);
        let invited = create_invitation(&house.app, &house.owner, "later@example.com", "member");
        ids.insert("invitation", invited.await?.id.to_string());
        let (port, stop) = serve(&house.app, change)?;
        Ok(Self { house, port, ids, members, stranger, api_token, stop: Some(stop) })
    }

    /// Asks for a page as the holder of a session, or as nobody.
    pub async fn get(&self, path: &str, session: Option<&str>) -> Result<Reply> {
        self.send("GET", path, session, None).await
    }

    /// Sends what a browser would send from one of our own pages.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        session: Option<&str>,
        form: Option<&str>,
    ) -> Result<Reply> {
        let cookie = session.map(|token| format!("oxpi={token}")).unwrap_or_default();
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
        http::send(self.port, method, path, &headers, form).await
    }

    /// A route's path with these ids in it.
    pub fn fill_in(&self, path: &str, ids: &BTreeMap<&'static str, String>) -> String {
        let mut filled = path.to_owned();
        for (name, id) in ids {
            filled = filled.replace(&format!("{{{name}}}"), id);
        }
        filled.replace("{name:.*}", "nothing.css")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// Something of everything, each with the marker in it.
async fn fill(house: &House) -> Result<BTreeMap<&'static str, String>> {
    let (connection, _) = house.with_calendar().await?;
    let (app, owner) = (&house.app, &house.owner);
    let input = PersonInput { name: format!("{MARKER} Levi"), ..PersonInput::default() };
    let person = create_person(app, owner, input, "").await?;
    let mut ids = around(house, &person).await?;
    let calendar = calendars::list_calendars(app, owner).await?.pop().context("no calendar")?;
    let now = app.clock.now();
    let input = AppointmentInput {
        person: Some(person.id.clone()),
        title: format!("{MARKER} fitting"),
        notes: String::new(),
        location: String::new(),
        starts_at: now.plus_secs(3_600),
        ends_at: now.plus_secs(7_200),
        zone: owner.zone.clone(),
        online: false,
        calendar: Some(calendar.id.clone()),
    };
    let appointment = book_appointment(app, owner, input, "").await?;
    let plugin = call(&owner.tenant, &house.plugin, Grant::nothing());
    let approval = propose(app, &plugin, &format!("{MARKER} post")).await?;
    let told = app::notifications::list_notifications(app, owner).await?;
    let notification = told.first().context("nobody was told of the proposal")?.id.to_string();
    let export = app::exports::everything::begin_archive(app, owner).await?;
    house.work().await?;
    let job = bury(house, &appointment.id).await?;
    let gallery = turn_on_gallery(house).await?;
    let file = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260305\nSUMMARY:{MARKER}\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    let name = format!("{MARKER}.ics");
    let import = app::calendar_imports::keep_file(app, owner, &name, file.into_bytes()).await?;
    let input = TaskInput { title: format!("{MARKER} task"), ..TaskInput::default() };
    let task = app::tasks::create_task(app, owner, input, "").await?;
    let list = format!("Name,Phone\n{MARKER} Cohen,050-7654321\n").into_bytes();
    let list = app::imports::keep_file(app, owner, &format!("{MARKER}.csv"), list).await?;
    let (endpoint, delivery) = an_endpoint(house).await?;
    ids.extend([
        ("endpoint", endpoint),
        ("delivery", delivery),
        ("task", task.id.to_string()),
        ("export", export.to_string()),
        ("people_import", list.to_string()),
        ("import", import.to_string()),
        ("approval", approval),
        ("job", job.to_string()),
        ("notification", notification),
        ("person", person.id.to_string()),
        ("appointment", appointment.id.to_string()),
        ("connection", connection.to_string()),
        ("calendar", calendar.id.to_string()),
        ("member", owner.member.to_string()),
        ("tenant", owner.tenant.to_string()),
        ("plugin", house.plugin.to_string()),
        ("app", gallery.to_string()),
        ("view", "overview".to_owned()),
        ("action", "greet".to_owned()),
        ("provider", "google".to_owned()),
        ("route", "push".to_owned()),
        ("digest", "0".repeat(32)),
        ("token", "0".repeat(43)),
        ("feed", "0".repeat(43)),
        ("session", "0".repeat(64)),
        ("identity", "01900000-0000-7000-8000-000000000000".to_owned()),
        ("passkey", "01900000-0000-7000-8000-000000000000".to_owned()),
    ]);
    Ok(ids)
}

/// An endpoint, off, with a message that did not go there.
async fn an_endpoint(house: &House) -> Result<(String, String)> {
    let (app, owner) = (&house.app, &house.owner);
    let input = EndpointInput {
        url: format!("https://hooks.example/{MARKER}"),
        description: format!("{MARKER} hook"),
        all: true,
        kinds: Vec::new(),
    };
    let proven = Context { is_recent: true, ..owner.clone() };
    let made = endpoints::add_endpoint(app, &proven, input, "").await?.endpoint;
    let delivery = endpoints::send_test(app, owner, &made.id, "").await?;
    endpoints::turn_off(app, owner, &made.id).await?;
    Ok((made.id.to_string(), delivery.to_string()))
}

/// What there is around people: a tag, an own field, a note, a saved view, a pipeline, an act to take back;
/// and a document.
async fn around(house: &House, person: &Person) -> Result<BTreeMap<&'static str, String>> {
    let (app, owner) = (&house.app, &house.owner);
    let tag = BulkInput { act: "tag".to_owned(), to: format!("{MARKER} tag") };
    let done = change_people(app, owner, vec![person.id.clone()], tag).await?;
    let all = Whom::people(PersonFilter::default());
    let again = SweepInput { act: "untag".to_owned(), to: format!("{MARKER} tag") };
    let sweep = sweeps::begin_sweep(app, owner, all, again, "").await?;
    sweeps::cancel_sweep(app, owner, &sweep).await?;
    let note = timeline::create_note(app, owner, &person.id, &format!("{MARKER} note"), "").await?;
    let note = note.to_string();
    let view = saved_views::save_view(app, owner, &format!("{MARKER} view"), "q=x", true).await?;
    let pipelines = pipelines::list_pipelines(app, owner).await?;
    let pipeline = pipelines.first().context("no pipeline")?.pipeline.id.to_string();
    let tag = tags::list_tags(app, owner).await?.pop().context("no tag")?.id.to_string();
    let plugin = call(&owner.tenant, &house.plugin, Grant::nothing());
    let name = format!("{MARKER} bill.pdf");
    let document = keep(app, &plugin, &name, "application/pdf", None).await?;
    Ok(BTreeMap::from([
        ("document", document),
        ("own_field", an_own_field(house, person).await?),
        ("note", note),
        ("saved_view", view.id.to_string()),
        ("pipeline", pipeline),
        ("tag", tag),
        ("sweep", sweep.to_string()),
        ("undo", done.undo.context("nothing was changed")?.to_string()),
    ]))
}

/// A field of which the person has something.
async fn an_own_field(house: &House, person: &Person) -> Result<String> {
    let (app, owner) = (&house.app, &house.owner);
    let input = FieldInput {
        name: format!("{MARKER} size"),
        kind: "choice".to_owned(),
        options: vec![OptionInput { name: format!("{MARKER} large"), ..OptionInput::default() }],
        ..FieldInput::default()
    };
    let field = own_fields::create_field(app, owner, input, "").await?.id.to_string();
    let own = vec![OwnInput { field: field.clone(), value: "1".to_owned() }];
    let input = PersonInput { name: person.name.clone(), own, ..PersonInput::default() };
    let rev = people::get_person(app, owner, &person.id).await?.rev;
    people::update_person(app, owner, &person.id, input, rev).await?;
    Ok(field)
}

/// The plugin whose views every role sees.
async fn turn_on_gallery(house: &House) -> Result<PluginId> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/gallery");
    let package = oxpi_testkit::package_of(&folder)?;
    let shelf = package.parent().context("the package's folder has no parent")?;
    app::plugins::load_packages(&house.app, &[shelf]).await;
    let gallery: PluginId = "gallery".parse()?;
    let version = app::plugins::get_plugin(&house.app, &house.owner, &gallery).await?.card.version;
    app::plugins::enable_plugin(&house.app, &house.owner, &gallery, &version).await?;
    Ok(gallery)
}

/// A piece of work about the appointment that was given up.
async fn bury(house: &House, appointment: &domain::AppointmentId) -> Result<domain::JobId> {
    let (app, tenant) = (&house.app, house.owner.tenant.clone());
    let now = app.clock.now();
    let new = NewJob {
        id: domain::JobId::new(&*app.clock, &*app.rng),
        tenant_id: tenant,
        kind: "calendar.push".to_owned(),
        plugin_id: None,
        connection_id: None,
        once: Once::No,
        payload_json: serde_json::json!({ "appointment": appointment }).into(),
        run_at: now.plus_secs(-1),
        attempts_max: 1,
    };
    let id = new.id.clone();
    app.db
        .write(move |c| {
            store::jobs::enqueue(c, &new, now)?;
            for job in store::jobs::claim(c, now, 1, 1_000)? {
                let problem = format!("error-provider-rejected {MARKER}");
                store::jobs::bury(c, &job.id, job.lease_token, &problem, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(id)
}

async fn join_all(house: &House) -> Result<Vec<(Role, String)>> {
    let mut members = vec![(Role::Owner, house.token.clone())];
    for role in [Role::Admin, Role::Member, Role::Accountant] {
        let email = format!("{role}@example.com");
        let invited = create_invitation(&house.app, &house.owner, &email, role.as_str()).await?;
        let token = invited.link.rsplit('/').next().context("a link without a token")?;
        let input = JoinInput { name: format!("{role}"), password: password() };
        let signed = accept_as_new(&house.app, &Origin::default(), token, input).await?;
        members.push((role, signed.token));
    }
    Ok(members)
}

/// The owner of another business, who has a person of their own.
async fn stranger(house: &House) -> Result<String> {
    let input = FirstRun {
        business: BusinessInput {
            business: "Somewhere else".to_owned(),
            locale: "en".to_owned(),
            zone: "UTC".to_owned(),
            currency: "USD".to_owned(),
        },
        owner: OwnerInput {
            name: "Sam".to_owned(),
            email: "stranger@example.com".to_owned(),
            password: password(),
        },
    };
    create_business(&house.app, input).await?;
    let origin = Origin::default();
    let entry = sign_in(&house.app, &origin, "stranger@example.com", password()).await?;
    let signed = entry.open().context("a second step")?;
    let context: Context =
        context_of(&house.app, &signed.token, &origin).await?.context.context("no business")?;
    let own = PersonInput { name: "Own".to_owned(), ..PersonInput::default() };
    people::create_person(&house.app, &context, own, "").await?;
    let version = app::plugins::get_plugin(&house.app, &context, &house.plugin).await?.card.version;
    app::plugins::enable_plugin(&house.app, &context, &house.plugin, &version).await?;
    Ok(signed.token)
}

/// A token for programs with these scopes: its id, and itself.
pub async fn api_token(app: &App, ctx: &Context, scopes: &[ApiScope]) -> Result<(String, String)> {
    let input = TokenInput {
        name: format!("{MARKER} token"),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        ..TokenInput::default()
    };
    let made = create_token(app, ctx, input).await?;
    Ok((made.id.to_string(), made.token))
}

/// Serves an app until what is answered is dropped or told.
pub fn serve(
    app: &App,
    change: impl FnOnce(&mut ServeOptions),
) -> Result<(u16, oneshot::Sender<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = app.clone();
    let mut options = ServeOptions {
        listener,
        themes: Arc::new(Themes::built_in()?),
        metrics_token: None,
        threads: 1,
        stop_secs: 1,
        is_proxy: Arc::new(|_| false),
        requests_per_minute: 0,
        token_requests_per_minute: 0,
    };
    change(&mut options);
    // Served from a thread of its own, as the binary does: actix's workers are not tokio's.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        let local = tokio::task::LocalSet::new();
        let stop = async move {
            let _ = stopped.await;
        };
        let _ = local.block_on(&runtime, web::serve(app, options, stop));
    });
    Ok((port, stop))
}
