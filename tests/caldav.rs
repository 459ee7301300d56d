//! A business and its calendar on a CalDAV server, from connecting to disconnecting: the real rooms, the
//! real plugin, and a phone that shares the calendar. Once with Radicale, a real server, and its phone a
//! client of its own; once with the stand-in of the demo, which so agrees with it.

/// These tests with each server.
macro_rules! on_both_servers {
    ($($test:ident),* $(,)?) => {
        mod on_radicale {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(oxpi_tests::caldav::Kind::Radicale).await;
                }
            )*
        }
        mod on_the_stand_in {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(oxpi_tests::caldav::Kind::StandIn).await;
                }
            )*
        }
    };
}

mod connecting;
mod foreign;
mod own;
mod standin;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::appointments::{self, Appointment, AppointmentInput};
use app::logins::{Connected, LoginInput, connect_login};
use app::mail::Post;
use app::openid::OpenId;
use app::{App, Context, Error, Options, calendars, jobs, plugins};
use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{ConnectionId, PluginId, Secret, Timestamp, Zone};
use oxpi_tests::caldav::{Kind, Server, USER};
use oxpi_tests::house::{Base, compiled_plugins, first_owner, put_together};
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
    token: String,
    plugin: PluginId,
    clock: Arc<ManualClock>,
    server: Server,
    _folder: TempDir,
    _db: TestDb,
}

/// On both databases.
async fn each(kind: Kind, test: impl AsyncFn(Shared) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let shared = Shared::start(db, kind).await.unwrap();
        test(shared).await.unwrap();
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

impl Shared {
    async fn start(db: TestDb, kind: Kind) -> Result<Self> {
        let server = Server::start(kind, Path::new(env!("CARGO_TARGET_TMPDIR")), PASSWORD)?;
        server.phone(PASSWORD, &["make", "Work", "work"])?;
        let folder = tempfile::tempdir()?;
        // A Sunday morning in Jerusalem.
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let redirects = vec![
            format!("{SERVER}=http://{}", server.address()).parse()?,
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
            folder: folder.path().to_owned(),
            compiled: compiled_plugins()?,
            options: Options {
                public_url: "http://127.0.0.1:8080".to_owned(),
                sandbox: true,
                themes: Vec::new(),
                plugin_limits: Default::default(),
            },
        })?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/caldav");
        let package = oxpi_testkit::package_of(&source)?;
        plugins::load_packages(&app, &[package.parent().context("no folder")?]).await;
        let (token, owner) = first_owner(&app).await?;
        let plugin: PluginId = "caldav".parse()?;
        let page = plugins::get_plugin(&app, &owner, &plugin).await?;
        plugins::enable_plugin(&app, &owner, &plugin, &page.card.version).await?;
        Ok(Self { app, owner, token, plugin, clock, server, _folder: folder, _db: db })
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
        self.server.phone(PASSWORD, command)
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

    /// Somebody's event that the phone puts into the calendar: its lines without its identity.
    fn add(&self, uid: &str, lines: &str) -> Result<()> {
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\n{ZONE}BEGIN:VEVENT\r\nUID:{uid}\r\n\
             DTSTAMP:20260301T000000Z\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        self.phone(&["add", "work", &text])?;
        Ok(())
    }
}
