//! How forms say that something comes again, and what pages say of when it does.

use anyhow::{Context as _, Result, ensure};
use app::tasks::{self, TaskInput};
use app::{appointments, reminders, series};
use domain::{AppointmentId, Timestamp};
use oxpi_tests::http::{self, Reply};
use oxpi_tests::site::Site;

async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(Site::start(db).await.unwrap()).await.unwrap();
    }
}

async fn post(site: &Site, path: &str, pairs: &[(&str, &str)]) -> Result<Reply> {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    site.send("POST", path, Some(&site.house.token), Some(&form)).await
}

/// Books a lesson that comes again.
async fn book(site: &Site, date: &str, again: &[(&str, &str)]) -> Result<Reply> {
    let lesson = [
        ("form_id", date),
        ("anyway", "on"),
        ("title", "Lesson"),
        ("date", date),
        ("start", "10:00"),
        ("end", "11:00"),
        ("days", "0"),
        ("rev", "0"),
    ];
    post(site, "/appointments", &[&lesson[..], again].concat()).await
}

/// The rule of what was booked, and the days of the lessons that there are.
async fn made(site: &Site, reply: &Reply) -> Result<(String, Vec<String>)> {
    ensure!(reply.status == 303, "{}: {}", reply.status, reply.body);
    let id = reply.header("Location").and_then(|to| to.rsplit('/').next()).context("nowhere")?;
    let id: AppointmentId = id.parse()?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let rule = series::find_rule(app, owner, &id).await?.context("no rule")?;
    let (from, to) = (app.clock.now(), app.clock.now().plus_secs(180 * 86_400));
    let span = appointments::get_span(app, owner, from, to).await?;
    let lessons = span.appointments.iter().filter(|each| each.title == "Lesson");
    let day = |at: Timestamp| owner.zone.local(at).date().to_string();
    Ok((rule.to_string(), lessons.map(|each| day(each.starts_at)).collect()))
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_begin_as_those_of_the_business() {
    each(async |site| {
        // A Sunday, which begins the week in Israel, and the Tuesday after it.
        let again = [("repeat", "week"), ("interval", "2"), ("on_2", "on"), ("count", "4")];
        let (rule, days) = made(&site, &book(&site, "2026-04-05", &again).await?).await?;
        assert_eq!(rule, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=4");
        assert_eq!(days, ["2026-04-05", "2026-04-07", "2026-04-19", "2026-04-21"]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_day_of_a_month_is_chosen_on_one() {
    each(async |site| {
        let again = [("repeat", "month-end"), ("count", "3")];
        let refused = book(&site, "2026-04-29", &again).await?;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains("the last day of its month"), "{}", refused.body);
        let (rule, days) = made(&site, &book(&site, "2026-04-30", &again).await?).await?;
        assert_eq!(rule, "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3");
        assert_eq!(days, ["2026-04-30", "2026-05-31", "2026-06-30"]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_stays_on_its_days_until_they_are_changed() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU";
        let (title, day) = ("Water".to_owned(), "2026-04-05".to_owned());
        let input = TaskInput { title, day, rule: Some(rule.parse()?), ..TaskInput::default() };
        let task = tasks::create_task(app, owner, input, "").await?;
        let path = format!("/tasks/{}", task.id);
        for (title, day, rev, wanted) in [
            ("Water all", "on_2", "1", rule),
            ("Water some", "on_3", "2", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU;WKST=SU"),
        ] {
            let form = [
                ("title", title),
                ("day", "2026-04-05"),
                ("repeat", "week"),
                ("interval", "2"),
                (day, "on"),
                ("on_7", "on"),
                ("rev", rev),
            ];
            let saved = post(&site, &path, &form).await?;
            assert_eq!(saved.status, 303, "{}", saved.body);
            let now = tasks::get_task(app, owner, &task.id).await?;
            assert_eq!(now.title, title);
            assert_eq!(now.rule.map(|rule| rule.to_string()).as_deref(), Some(wanted));
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lets_a_reminder_come_later_is_told_when() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (title, day) = ("Call".to_owned(), "2026-03-01".to_owned());
        let input = TaskInput { title, day, time: "18:00".into(), ..TaskInput::default() };
        let task = tasks::create_task(app, owner, input, "").await?;
        let path = format!("/tasks/{}", task.id);
        let later = post(&site, &format!("{path}/snooze"), &[("snooze", "3h")]).await?;
        assert_eq!(later.status, 303, "{}", later.body);
        let said = later.header("Set-Cookie").and_then(|set| set.split(';').next());
        let cookie = format!("oxpi={}; {}", site.house.token, said.context("says nothing")?);
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
        let page = http::send(site.port, "GET", &path, &headers, None).await?;
        let at = reminders::find_of_task(app, owner, &task.id).await?.context("none")?;
        let clock = domain::task::clock(owner.zone.local(at).time());
        let toast = page.body.split("class=\"toast\"").nth(1).context("no toast")?;
        let toast = toast.split("</div>").next().unwrap_or_default();
        assert!(toast.contains("reminded again") && toast.contains(&clock), "{toast}");
        Ok(())
    })
    .await;
}
