//! What a sample business has, so that its pages have something to show: four weeks of its life, and
//! in a sandbox an account at each simulated provider.

use std::sync::Arc;

use app::appointments::AppointmentInput;
use app::people::PersonInput;
use app::tasks::TaskInput;
use app::{App, Context, sandbox};
use domain::time::{ManualClock, SystemClock};
use domain::{AppointmentId, CalendarId, Clock, Locale, PersonId, PluginId, Secret, Timestamp};

const MINUTE_MILLIS: i64 = 60 * 1_000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;
/// How long ago it began, in days.
const BEGAN: i64 = 27;

/// A text in English and in Hebrew; a business is told its story in its own language alone.
type Said = [&'static str; 2];

fn told(ctx: &Context, said: Said) -> String {
    said[usize::from(ctx.locale == Locale::He)].to_owned()
}

/// Somebody that comes along: their name, phone, email, and then company, source and notes.
struct Somebody(Said, [&'static str; 2], [Said; 3]);

const NOTHING: Said = ["", ""];
const WEBSITE: Said = ["Website", "אתר"];
const FRIEND: Said = ["Recommendation", "המלצה"];
const FAIR: Said = ["Fair", "תערוכה"];

const PEOPLE: [Somebody; 12] = [
    Somebody(
        ["Noa Levi", "נועה לוי"],
        ["+972501234567", "noa@example.com"],
        [
            ["Levi Interiors", "לוי עיצוב פנים"],
            WEBSITE,
            [
                "Kitchen and hall, wants it before the holidays.",
                "מטבח ומסדרון, חשוב לה לסיים לפני החגים.",
            ],
        ],
    ),
    Somebody(
        ["Amir Cohen", "אמיר כהן"],
        ["+972521234567", "amir@example.com"],
        [NOTHING, FRIEND, ["Noa's neighbour.", "השכן של נועה."]],
    ),
    Somebody(
        ["Dana Abraham", "דנה אברהם"],
        ["+972541234567", "dana.a@example.com"],
        [
            ["Studio Dana", "סטודיו דנה"],
            WEBSITE,
            ["Likes messages in the evening.", "מעדיפה הודעות בערב."],
        ],
    ),
    Somebody(
        ["Maya Goren", "מאיה גורן"],
        ["+972531234567", "maya@example.com"],
        [["Goren & Sons", "גורן ובניו"], FAIR, NOTHING],
    ),
    Somebody(
        ["Yoav Peretz", "יואב פרץ"],
        ["+972551234567", "yoav@example.com"],
        [NOTHING, WEBSITE, ["A flat of three rooms.", "דירת שלושה חדרים בגבעתיים."]],
    ),
    Somebody(
        ["Tom Becker", "תום בקר"],
        ["+4915112345678", "tom@example.com"],
        [
            ["Becker GmbH", "בקר בע״מ"],
            NOTHING,
            ["Lives in Berlin, an hour behind us.", "גר בברלין, שעה אחרינו."],
        ],
    ),
    Somebody(
        ["Shira Mizrahi", "שירה מזרחי"],
        ["+972505550141", "shira@example.com"],
        [["Mizrahi Architects", "מזרחי אדריכלים"], FRIEND, NOTHING],
    ),
    Somebody(
        ["Eli Katz", "אלי כץ"],
        ["+972525550172", "eli@example.com"],
        [NOTHING, FAIR, ["Asked for a second offer.", "ביקש הצעה נוספת."]],
    ),
    Somebody(
        ["Ron Biton", "רון ביטון"],
        ["+972545550193", "ron@example.com"],
        [["Biton Renovations", "ביטון שיפוצים"], WEBSITE, NOTHING],
    ),
    Somebody(
        ["Sarah Klein", "שרה קליין"],
        ["+972535550124", "sarah@example.com"],
        [NOTHING, WEBSITE, NOTHING],
    ),
    Somebody(
        ["Michal Dahan", "מיכל דהן"],
        ["+972585550115", "michal@example.com"],
        [NOTHING, FRIEND, ["Has been here before.", "לקוחה חוזרת."]],
    ),
    Somebody(
        ["Daniel Weiss", "דניאל וייס"],
        ["+972505550166", "daniel@example.com"],
        [["Weiss Consulting", "וייס ייעוץ"], NOTHING, NOTHING],
    ),
];

/// Days from today, hour, minutes, title, whether online.
#[derive(Clone, Copy)]
struct Meeting(i64, i64, i64, Said, bool);

/// What happened.
enum Act {
    /// Somebody of [`PEOPLE`] turned up.
    Meets(usize),
    /// A meeting with somebody was booked.
    Books(usize, Meeting),
    /// A lead became a customer.
    Wins(usize),
    /// The latest meeting with somebody was called off.
    Cancels(usize),
}
use Act::{Books, Cancels, Meets, Wins};

/// Days before today, and what happened then. Of two days in a row no two meetings share an hour, so
/// that one may wait for the next working day.
const DAYS: [(i64, &[Act]); 14] = [
    (26, &[Meets(0), Books(0, Meeting(-24, 10, 60, ["First visit", "ביקור ראשון"], false))]),
    (
        25,
        &[
            Meets(1),
            Meets(5),
            Books(
                5,
                Meeting(-22, 15, 30, ["Video call about the office", "שיחת וידאו על המשרד"], true),
            ),
        ],
    ),
    (23, &[Meets(2), Books(2, Meeting(-20, 11, 45, ["Getting acquainted", "פגישת היכרות"], true))]),
    (20, &[Wins(0), Books(0, Meeting(-17, 9, 90, ["Measuring on site", "מדידות במקום"], false))]),
    (
        19,
        &[Meets(3), Meets(4), Books(4, Meeting(-15, 17, 30, ["First call", "שיחה ראשונה"], true))],
    ),
    (16, &[Books(3, Meeting(-13, 14, 60, ["Showroom", "אולם התצוגה"], false)), Wins(2)]),
    (
        14,
        &[
            Meets(6),
            Books(
                6,
                Meeting(-10, 12, 60, ["Talking to the architect", "תיאום עם האדריכלית"], false),
            ),
        ],
    ),
    (
        12,
        &[
            Meets(7),
            Books(7, Meeting(-8, 16, 45, ["Offer, second round", "הצעת מחיר, סבב שני"], true)),
        ],
    ),
    (
        9,
        &[
            Cancels(7),
            Meets(8),
            Books(1, Meeting(-6, 13, 60, ["Choosing fabrics", "בחירת בדים"], false)),
        ],
    ),
    (7, &[Wins(1), Books(8, Meeting(-3, 10, 60, ["Visit on site", "ביקור באתר"], false))]),
    (
        5,
        &[
            Meets(9),
            Meets(10),
            Books(10, Meeting(-1, 15, 45, ["Last adjustments", "התאמות אחרונות"], false)),
        ],
    ),
    (
        3,
        &[
            Wins(10),
            Books(0, Meeting(0, 10, 60, ["Kitchen plans", "תוכניות המטבח"], false)),
            Books(3, Meeting(0, 14, 30, ["Prices", "מחירים"], true)),
        ],
    ),
    (
        2,
        &[
            Books(2, Meeting(1, 11, 45, ["Choosing materials", "בחירת חומרים"], true)),
            Books(1, Meeting(2, 16, 90, ["Fitting", "התקנה"], false)),
        ],
    ),
    (
        1,
        &[
            Meets(11),
            Books(5, Meeting(3, 12, 30, ["Offer walk-through", "מעבר על ההצעה"], true)),
            Books(9, Meeting(4, 9, 45, ["First visit", "ביקור ראשון"], false)),
            Books(6, Meeting(6, 13, 60, ["Planning", "פגישת תכנון"], false)),
            Books(11, Meeting(9, 15, 30, ["First call", "שיחה ראשונה"], true)),
            Books(0, Meeting(12, 10, 60, ["Handing over the keys", "מסירת המפתחות"], false)),
        ],
    ),
];

/// Days from today, time, title and whom they are about, of what is to be done.
const TASKS: [(i64, &str, Said, usize); 5] = [
    (-1, "", ["Send the offer again", "לשלוח שוב את ההצעה"], 7),
    (0, "", ["Ask the supplier for prices", "לבדוק מחירים אצל הספק"], 2),
    (0, "17:00", ["Call about the fabrics", "להתקשר בעניין הבדים"], 1),
    (1, "10:00", ["Prepare samples for the meeting", "להכין דוגמאות לפגישה"], 6),
    (4, "", ["Order the handles", "להזמין ידיות"], 0),
];

/// What the simulators know their one client by, and who has an account there.
const CLIENT: (&str, &str) = ("demo", "demo-secret");
const ACCOUNT: &str = "dana@example.com";

/// A business's first weeks, told by a clock of their own.
pub struct Story(Arc<ManualClock>);

/// Who and what there is by now.
#[derive(Default)]
struct Cast {
    /// Where meetings go; nowhere but here while none is connected.
    calendar: Option<CalendarId>,
    people: Vec<(usize, PersonId)>,
    booked: Vec<(usize, AppointmentId)>,
}

impl Story {
    /// Begins four weeks ago.
    pub fn new() -> Self {
        let now = SystemClock.now().as_millis();
        Self(Arc::new(ManualClock::at(now - BEGAN * DAY_MILLIS)))
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
        let now = SystemClock.now();
        let today = ctx.zone.start_of_day(ctx.zone.local(now).date()).unwrap_or(now);
        let calendar = app::calendars::list_calendars(app, ctx).await?.into_iter().next();
        let mut cast = Cast { calendar: calendar.map(|it| it.id), ..Cast::default() };
        for (days, acts) in &DAYS {
            for (hour, act) in (9..).zip(*acts) {
                self.go_to(today.plus_millis(hour * HOUR_MILLIS - days * DAY_MILLIS));
                cast.play(app, ctx, today, act).await?;
            }
        }
        self.go_to(now);
        cast.plan(app, ctx, today).await
    }

    fn go_to(&self, time: Timestamp) {
        let ahead = time.as_millis() - self.0.now().as_millis();
        self.0.advance_millis(ahead.max(0));
    }
}

impl Cast {
    /// Writes down what is to be done from here on.
    async fn plan(&self, app: &App, ctx: &Context, today: Timestamp) -> app::Result<()> {
        for (days, time, title, who) in TASKS {
            let day = ctx.zone.local(today.plus_millis(days * DAY_MILLIS)).date();
            let input = TaskInput {
                title: told(ctx, title),
                assignee: ctx.member.to_string(),
                day: day.to_string(),
                time: time.to_owned(),
                people: latest(&self.people, who).map(Into::into).into_iter().collect(),
                ..TaskInput::default()
            };
            app::tasks::create_task(app, ctx, input, "").await?;
        }
        Ok(())
    }

    async fn play(
        &mut self,
        app: &App,
        ctx: &Context,
        today: Timestamp,
        act: &Act,
    ) -> app::Result<()> {
        match *act {
            Meets(who) => {
                let person =
                    app::people::create_person(app, ctx, person(ctx, &PEOPLE[who]), "").await?;
                self.people.push((who, person.id));
            }
            Books(who, meeting) => {
                let mut input = booking(ctx, today, meeting);
                input.person = latest(&self.people, who);
                input.calendar.clone_from(&self.calendar);
                let form_id = format!("sample-{}", self.booked.len());
                let id = app::appointments::book_anyway(app, ctx, input, &form_id).await?.id;
                self.booked.push((who, id));
            }
            Wins(who) => {
                if let Some(id) = latest(&self.people, who) {
                    app::people::change_stage(app, ctx, &id, "customer").await?;
                }
            }
            Cancels(who) => {
                if let Some(id) = latest(&self.booked, who) {
                    app::appointments::cancel_appointment(app, ctx, &id).await?;
                }
            }
        }
        Ok(())
    }
}

fn latest<T: Clone>(all: &[(usize, T)], who: usize) -> Option<T> {
    all.iter().rev().find(|(known, _)| *known == who).map(|(_, id)| id.clone())
}

fn person(ctx: &Context, Somebody(name, [phone, email], rest): &Somebody) -> PersonInput {
    let [company, source, notes] = rest.map(|said| told(ctx, said));
    let (phone, email) = ((*phone).to_owned(), (*email).to_owned());
    let (stage, name) = ("lead".to_owned(), told(ctx, *name));
    PersonInput { stage, name, company, phone, email, source, notes, ..PersonInput::default() }
}

/// On the day after where it would be a Saturday.
fn booking(ctx: &Context, today: Timestamp, meeting: Meeting) -> AppointmentInput {
    let Meeting(days, hour, minutes, title, online) = meeting;
    let mut starts_at = today.plus_millis(days * DAY_MILLIS + hour * HOUR_MILLIS);
    if ctx.zone.local(starts_at).weekday().to_sunday_zero_offset() == 6 {
        starts_at = starts_at.plus_millis(DAY_MILLIS);
    }
    AppointmentInput {
        person: None,
        title: told(ctx, title),
        notes: String::new(),
        location: String::new(),
        starts_at,
        ends_at: starts_at.plus_millis(minutes * MINUTE_MILLIS),
        zone: ctx.zone.clone(),
        online,
        calendar: None,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Said> {
        let people = PEOPLE.iter().flat_map(|Somebody(name, _, rest)| rest.iter().chain([name]));
        let acts = DAYS.iter().flat_map(|(_, acts)| acts.iter());
        let meetings = acts.filter_map(|act| match act {
            Books(_, Meeting(.., title, _)) => Some(title),
            _ => None,
        });
        let tasks = TASKS.iter().map(|(_, _, title, _)| title);
        people.chain(meetings).chain(tasks).copied().collect()
    }

    #[test]
    fn each_language_has_the_whole_story_and_nothing_of_the_other() {
        let is_hebrew = |c: char| ('\u{5d0}'..='\u{5ea}').contains(&c);
        for [english, hebrew] in all() {
            assert!(!english.chars().any(is_hebrew), "{english}");
            assert!(!hebrew.chars().any(|c| c.is_ascii_alphabetic()), "{hebrew}");
            assert_eq!(english.is_empty(), hebrew.is_empty(), "{english} {hebrew}");
        }
    }
}
