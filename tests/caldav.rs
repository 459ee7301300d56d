//! A business and its calendar on a real CalDAV server, from connecting to disconnecting: the real rooms,
//! the real plugin, Radicale, and a phone that shares the calendar through a client of its own.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput, OnlineState, Status, SyncState};
use app::connections::{self, ConnectionState};
use app::logins::{Connected, LoginInput, connect_login};
use app::mail::Post;
use app::openid::OpenId;
use app::tokens::Revocation;
use app::{App, Context, Error, Options, calendars, jobs, plugins};
use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{ConnectionId, PluginId, Secret, Timestamp, Zone};
use oxpi_tests::house::{Base, first_owner, put_together};
use oxpi_tests::radicale::{Radicale, USER};
use runtime::{Egress, EgressConfig};
use serde_json::Value;
use store::testing::TestDb;
use tempfile::TempDir;
use vault::{RootKey, Vault};

const SERVER: &str = "https://dav.example.com";
const DOWN: &str = "https://down.example.com";
const PASSWORD: &str = "green-lamp-77";
const DAY_MS: i64 = 86_400_000;

/// As phones write it, for the years of these tests.
const ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Jerusalem\r\nBEGIN:STANDARD\r\n\
    DTSTART:20131027T020000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0200\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n\
    DTSTART:20130329T020000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0300\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29\r\nEND:DAYLIGHT\r\n\
    END:VTIMEZONE\r\n";

/// The house, and the server it shares with a phone.
struct Shared {
    app: App,
    owner: Context,
    plugin: PluginId,
    clock: Arc<ManualClock>,
    radicale: Radicale,
    _folder: TempDir,
    _db: TestDb,
}

/// On both databases.
async fn each(test: impl AsyncFn(Shared) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let shared = Shared::start(db).await.unwrap();
        test(shared).await.unwrap();
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

impl Shared {
    async fn start(db: TestDb) -> Result<Self> {
        let radicale = Radicale::start(Path::new(env!("CARGO_TARGET_TMPDIR")), PASSWORD)?;
        radicale.phone(PASSWORD, &["make", "Work", "work"])?;
        let folder = tempfile::tempdir()?;
        // A Sunday morning in Jerusalem.
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let redirects = vec![
            format!("{SERVER}=http://{}", radicale.address()).parse()?,
            // Nobody listens at the first port of all.
            format!("{DOWN}=http://127.0.0.1:1").parse()?,
        ];
        let app = put_together(Base {
            db: db.db.clone(),
            vault: Vault::new(RootKey::from_secret(&Secret::new(vec![7; 32]))?),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(11)),
            egress: Egress::new(EgressConfig { redirects, ..EgressConfig::default() })?,
            post: Post::default(),
            openid: OpenId::default(),
            cache_dir: folder.path().join("cache"),
            options: Options { public_url: "http://127.0.0.1:8080".to_owned(), sandbox: true },
        })?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/caldav");
        let package = oxpi_testkit::package_of(&source)?;
        plugins::load_packages(&app, &[package.parent().context("no folder")?]).await;
        let (_, owner) = first_owner(&app).await?;
        let plugin: PluginId = "caldav".parse()?;
        let page = plugins::get_plugin(&app, &owner, &plugin).await?;
        plugins::enable_plugin(&app, &owner, &plugin, &page.card.version).await?;
        Ok(Self { app, owner, plugin, clock, radicale, _folder: folder, _db: db })
    }

    async fn try_connect(
        &self,
        server: &str,
        user: &str,
        password: &str,
    ) -> Result<Connected, Error> {
        let input = LoginInput {
            server: server.to_owned(),
            user: user.to_owned(),
            password: Secret::from_text(password.to_owned()),
        };
        connect_login(&self.app, &self.owner, &self.plugin, "server", input).await
    }

    async fn connect(&self, password: &str) -> Result<ConnectionId> {
        match self.try_connect(SERVER, USER, password).await? {
            Connected::Account(id) => Ok(id),
            other => anyhow::bail!("{other:?}"),
        }
    }

    async fn with_calendar(&self) -> Result<ConnectionId> {
        let connection = self.connect(PASSWORD).await?;
        let offered = calendars::offer_calendars(&self.app, &self.owner, &connection).await?;
        let work = offered.into_iter().find(|each| each.name == "Work").context("no calendar")?;
        assert!(work.is_owned());
        calendars::choose_calendars(&self.app, &self.owner, &connection, vec![work.id]).await?;
        self.work().await?;
        Ok(connection)
    }

    async fn work(&self) -> Result<usize> {
        Ok(jobs::run_due(&self.app).await?)
    }

    async fn pass(&self, millis: i64, steps: i64) -> Result<()> {
        for _ in 0..steps {
            self.clock.advance_millis(millis / steps);
            self.work().await?;
        }
        Ok(())
    }

    /// Time for a look at what changed there.
    async fn a_while(&self) -> Result<()> {
        self.pass(130_000, 2).await
    }

    async fn book(&self, title: &str, starts_at: &str, key: &str) -> Result<Appointment> {
        let all = calendars::list_calendars(&self.app, &self.owner).await?;
        let calendar = all.into_iter().find(|c| c.is_default).context("no default calendar")?;
        let input = AppointmentInput {
            person: None,
            title: title.to_owned(),
            notes: "Short at the sides;\nbring a, b".to_owned(),
            location: "Studio".to_owned(),
            starts_at: at(starts_at),
            ends_at: at(starts_at).plus_secs(3_600),
            zone: "Asia/Jerusalem".parse::<Zone>()?,
            online: false,
            calendar: Some(calendar.id),
        };
        Ok(appointments::book_appointment(&self.app, &self.owner, input, key).await?)
    }

    async fn change(&self, of: &Appointment, to: impl FnOnce(&mut AppointmentInput)) -> Result<()> {
        let now = self.again(of).await?;
        let mut input = AppointmentInput {
            person: now.person_id.clone(),
            title: now.title.clone(),
            notes: now.notes.clone(),
            location: now.location.clone(),
            starts_at: now.starts_at,
            ends_at: now.ends_at,
            zone: now.zone.clone(),
            online: now.online,
            calendar: now.calendar_id.clone(),
        };
        to(&mut input);
        let (app, owner) = (&self.app, &self.owner);
        appointments::change_appointment(app, owner, &of.id, input, now.rev).await?;
        Ok(())
    }

    async fn again(&self, of: &Appointment) -> Result<Appointment> {
        Ok(appointments::get_appointment(&self.app, &self.owner, &of.id).await?)
    }

    fn phone(&self, command: &[&str]) -> Result<Value> {
        self.radicale.phone(PASSWORD, command)
    }

    fn events(&self) -> Result<Vec<Value>> {
        let all = self.phone(&["list", "work"])?;
        Ok(all.as_array().context("a list")?.clone())
    }

    async fn busy(&self, from: &str, to: &str) -> Result<Vec<String>> {
        let span = appointments::get_span(&self.app, &self.owner, at(from), at(to)).await?;
        let mut all: Vec<_> = span.busy.iter().map(|block| block.starts_at.to_rfc3339()).collect();
        all.sort();
        Ok(all)
    }
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Invalid { key, .. }) => key,
        other => panic!("it must be refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failing_step_of_connecting_has_its_name() {
    each(async |shared| {
        for (server, user, password, key) in [
            (SERVER, USER, "wrong", "error-login-refused"),
            (SERVER, "nobody", PASSWORD, "error-login-refused"),
            (SERVER, "empty", PASSWORD, "error-login-empty"),
            (DOWN, USER, PASSWORD, "error-login-unreachable"),
            ("http://dav.example.com", USER, PASSWORD, "error-login-https"),
            ("https://127.0.0.1:5232", USER, PASSWORD, "error-login-server"),
            ("nas.local", USER, PASSWORD, "error-login-server"),
            (SERVER, "da:na", PASSWORD, "error-login-user"),
            (SERVER, USER, "", "error-login-password"),
        ] {
            let outcome = shared.try_connect(server, user, password).await;
            assert_eq!(refused(outcome), key, "{server} {user}");
        }
        let all = connections::list_connections(&shared.app, &shared.owner).await?;
        assert!(all.is_empty(), "nothing is kept of what didn't work");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_and_its_event_are_one_whoever_changes_it() {
    each(async |shared| {
        shared.with_calendar().await?;
        let booked = shared.book("Haircut, Noa", "2026-03-03T08:00:00Z", "form-1").await?;
        shared.work().await?;
        let events = shared.events()?;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["title"], "Haircut, Noa");
        assert_eq!(events[0]["notes"], "Short at the sides;\nbring a, b");
        assert_eq!(events[0]["start"], "2026-03-03T08:00:00Z");
        assert_eq!(shared.again(&booked).await?.sync_state, SyncState::Synced);

        // Both change other things of it at once.
        let uid = events[0]["uid"].as_str().context("no uid")?.to_owned();
        let theirs = r#"{"SHIFT": 90, "LOCATION": "Upstairs"}"#;
        shared.phone(&["edit", "work", &uid, theirs])?;
        shared.change(&booked, |input| input.title = "Long haircut".to_owned()).await?;
        shared.a_while().await?;
        let after = shared.again(&booked).await?;
        assert_eq!((after.title.as_str(), after.location.as_str()), ("Long haircut", "Upstairs"));
        assert_eq!(after.starts_at, at("2026-03-03T09:30:00Z"));
        assert_eq!(after.sync_state, SyncState::Synced);
        let events = shared.events()?;
        assert_eq!(
            (&events[0]["title"], &events[0]["location"]),
            (&"Long haircut".into(), &"Upstairs".into())
        );
        assert_eq!(events[0]["start"], "2026-03-03T09:30:00Z");

        // Then all is quiet: nothing is written because of what we wrote.
        let rev = shared.again(&booked).await?.rev;
        shared.pass(600_000, 10).await?;
        assert_eq!(shared.again(&booked).await?.rev, rev);
        assert_eq!(shared.events()?, events);

        shared.phone(&["delete", "work", &uid])?;
        shared.a_while().await?;
        assert_eq!(shared.again(&booked).await?.status, Status::Cancelled);

        let second = shared.book("Colour", "2026-03-04T08:00:00Z", "form-2").await?;
        shared.work().await?;
        assert_eq!(shared.events()?.len(), 1);
        appointments::cancel_appointment(&shared.app, &shared.owner, &second.id).await?;
        shared.work().await?;
        assert!(shared.events()?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeating_event_takes_its_times_and_gives_back_those_that_are_left_out() {
    each(async |shared| {
        shared.with_calendar().await?;
        let event = |more: &str| {
            format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\n{ZONE}BEGIN:VEVENT\r\nUID:weekly\r\n\
                 DTSTAMP:20260301T000000Z\r\nDTSTART;TZID=Asia/Jerusalem:20260303T100000\r\n\
                 DTEND;TZID=Asia/Jerusalem:20260303T110000\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\n{more}\
                 SUMMARY:Choir\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
            )
        };
        shared.phone(&["add", "work", &event("")])?;
        shared.a_while().await?;
        let (from, to) = ("2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z");
        let busy = shared.busy(from, to).await?;
        // The clocks go forward on the 27th: the choir stays at ten.
        assert_eq!(
            busy,
            [
                "2026-03-03T08:00:00Z",
                "2026-03-10T08:00:00Z",
                "2026-03-17T08:00:00Z",
                "2026-03-24T08:00:00Z",
                "2026-03-31T07:00:00Z",
            ]
        );
        let without = "EXDATE;TZID=Asia/Jerusalem:20260310T100000\r\n";
        shared.phone(&["add", "work", &event(without)])?;
        shared.a_while().await?;
        let fewer = shared.busy(from, to).await?;
        assert_eq!(fewer.len(), 4);
        assert!(!fewer.contains(&"2026-03-10T08:00:00Z".to_owned()), "{fewer:?}");
        let taken = shared.book("Then", "2026-03-17T08:30:00Z", "form-1").await;
        assert!(taken.is_err(), "the choir sings");
        shared.book("Then", "2026-03-10T08:30:00Z", "form-2").await?;
        shared.phone(&["delete", "work", "weekly"])?;
        shared.a_while().await?;
        assert!(shared.busy(from, to).await?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weeks_outage_is_caught_up_on_both_sides() {
    each(async |mut shared| {
        shared.with_calendar().await?;
        let kept = shared.book("Kept", "2026-03-12T08:00:00Z", "form-1").await?;
        let lost = shared.book("Dropped", "2026-03-13T08:00:00Z", "form-2").await?;
        let theirs = shared.book("Theirs", "2026-03-14T08:00:00Z", "form-3").await?;
        shared.work().await?;
        assert_eq!(shared.events()?.len(), 3);

        shared.radicale.stop();
        shared.change(&kept, |input| input.title = "Kept and changed".to_owned()).await?;
        appointments::cancel_appointment(&shared.app, &shared.owner, &lost.id).await?;
        let new = shared.book("Booked meanwhile", "2026-03-15T08:00:00Z", "form-4").await?;
        shared.pass(7 * DAY_MS, 60).await?;
        assert_ne!(shared.again(&new).await?.sync_state, SyncState::Synced);

        // While we still wait, somebody there is quicker.
        shared.radicale.go_on()?;
        let uid = theirs.id.to_string();
        shared.phone(&["edit", "work", &uid, r#"{"SUMMARY": "Renamed there"}"#])?;
        shared.pass(3 * 3_600_000, 60).await?;
        let events = shared.events()?;
        let titles: std::collections::BTreeSet<_> =
            events.iter().filter_map(|event| event["title"].as_str()).collect();
        assert_eq!(titles, ["Booked meanwhile", "Kept and changed", "Renamed there"].into());
        assert_eq!(events.len(), 3, "none of them twice");
        assert_eq!(shared.again(&theirs).await?.title, "Renamed there");
        for each in [&kept, &new, &theirs] {
            assert_eq!(shared.again(each).await?.sync_state, SyncState::Synced);
        }

        // A restart of the server loses nothing and brings nothing twice.
        shared.radicale.stop();
        shared.radicale.go_on()?;
        shared.pass(600_000, 5).await?;
        assert_eq!(shared.events()?, events);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_goes_on_where_the_old_one_ended() {
    each(async |mut shared| {
        let connection = shared.with_calendar().await?;
        let booked = shared.book("Fitting", "2026-03-12T08:00:00Z", "form-1").await?;
        shared.work().await?;
        shared.radicale.stop();
        shared.radicale.set_password("another-lamp-88")?;
        shared.radicale.go_on()?;
        shared.change(&booked, |input| input.title = "Second fitting".to_owned()).await?;
        shared.a_while().await?;
        let (app, owner) = (&shared.app, &shared.owner);
        let now = connections::get_connection(app, owner, &connection).await?;
        assert_eq!(now.state, ConnectionState::NeedsYou);
        assert_eq!(now.server.as_deref(), Some("https://dav.example.com/"));

        assert_eq!(shared.connect("another-lamp-88").await?, connection, "the same row");
        shared.pass(600_000, 10).await?;
        let now = connections::get_connection(app, owner, &connection).await?;
        assert_eq!((now.state, now.token_expires_at), (ConnectionState::Working, None));
        assert_eq!(calendars::list_calendars(app, owner).await?.len(), 1);
        let events = shared.radicale.phone("another-lamp-88", &["list", "work"])?;
        assert_eq!(events[0]["title"], "Second fitting");
        assert_eq!(events.as_array().unwrap().len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_destroys_the_password_and_says_what_stays() {
    each(async |shared| {
        let connection = shared.with_calendar().await?;
        shared.book("Fitting", "2026-03-12T08:00:00Z", "form-1").await?;
        shared.work().await?;
        let (app, owner) = (&shared.app, &shared.owner);
        let said = connections::disconnect(app, owner, &connection).await?;
        assert!(matches!(said, Revocation::Unconfirmed(_)), "only the server can end a password");
        assert_eq!(connections::disconnect(app, owner, &connection).await?, said, "twice is once");
        let tenant = owner.tenant.clone();
        let left = app.db.read(move |c| store::secrets::list(c, &tenant, "caldav/server")).await?;
        assert!(left.is_empty(), "the password is gone");
        assert!(calendars::list_calendars(app, owner).await?.is_empty());
        shared.pass(600_000, 5).await?;
        assert_eq!(shared.events()?.len(), 1, "events stay where they are");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_online_appointment_is_booked_and_no_meeting_is_promised() {
    each(async |shared| {
        shared.with_calendar().await?;
        let booked = shared.book("Call", "2026-03-12T08:00:00Z", "form-1").await?;
        shared.change(&booked, |input| input.online = true).await?;
        shared.a_while().await?;
        let after = shared.again(&booked).await?;
        assert_eq!((after.sync_state, after.online_state), (SyncState::Synced, OnlineState::None));
        assert!(after.online && after.online_url.is_none());
        Ok(())
    })
    .await;
}
