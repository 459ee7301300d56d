//! What a sample business has, so that its pages have something to show: the story of a quarter of a
//! year, and in a sandbox an account at each simulated provider.

use std::sync::Arc;

use app::{App, Context, examples, sandbox};
use domain::time::{ManualClock, SystemClock};
use domain::{Clock, PluginId, Secret, Timestamp};

const DAY_MILLIS: i64 = 24 * 3_600 * 1_000;

/// What the simulators know their one client by, and who has an account there.
const CLIENT: (&str, &str) = ("demo", "demo-secret");
const ACCOUNT: &str = "dana@example.com";

/// A business's first months, told by a clock of their own.
pub struct Story(Arc<ManualClock>);

impl Story {
    /// Begins when the story does.
    pub fn new() -> Self {
        let now = SystemClock.now().as_millis();
        Self(Arc::new(ManualClock::at(now - examples::BEGAN_DAYS * DAY_MILLIS)))
    }

    /// Shows the time of what is told.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.0.clone()
    }

    /// Tells it, in the business that the context's member owns.
    pub async fn play(&self, app: &App, ctx: &Context) -> app::Result<()> {
        if app.options.sandbox {
            connect_all(app, ctx).await?;
        }
        examples::tell(app, ctx, SystemClock.now(), |time| self.go_to(time)).await
    }

    fn go_to(&self, time: Timestamp) {
        let ahead = time.as_millis() - self.0.now().as_millis();
        self.0.advance_millis(ahead.max(0));
    }
}

/// Turns every plugin on that has a provider, and connects an account where one signs in at the
/// provider's own page. Where a password is typed here, somebody may want to type it.
async fn connect_all(app: &App, ctx: &Context) -> app::Result<()> {
    for card in app::plugins::list_plugins(app, ctx).await? {
        let providers = app::plugins::get_plugin(app, ctx, &card.id).await?.providers;
        if providers.is_empty() {
            continue;
        }
        app::plugins::enable_plugin(app, ctx, &card.id, &card.version).await?;
        for provider in providers.into_iter().filter(|provider| provider.login.is_none()) {
            let secret = Secret::from_text(CLIENT.1.to_owned());
            app::oauth::save_client(app, ctx, &card.id, &provider.id, CLIENT.0, secret).await?;
            // A demo that has to be connected by hand is still one.
            if let Err(error) = connect(app, ctx, (&card.id, &provider.id)).await {
                eprintln!("{} is not connected: {error}", card.id);
            }
        }
    }
    Ok(())
}

/// Connects the account and uses its first calendar, if it has any.
async fn connect(app: &App, ctx: &Context, whose: (&PluginId, &str)) -> app::Result<()> {
    let connection = sandbox::connect(app, ctx, whose, ACCOUNT).await?;
    let offered = app::calendars::offer_calendars(app, ctx, &connection).await?;
    let first = offered.into_iter().find(|calendar| calendar.primary).map(|calendar| calendar.id);
    app::calendars::choose_calendars(app, ctx, &connection, first.into_iter().collect()).await
}
