//! What was given up, as its page shows it: why, another try, leaving it; by whom that may be done, and
//! what the activity log has of it.

use std::time::Duration;

use anyhow::{Context as _, Result};
use app::activity::list_activity;
use app::audit::AuditFilter;
use domain::{JobId, Role};
use oxpi_tests::site::{MARKER, Site};
use store::jobs::{JobState, NewJob, Once};

/// On both databases.
async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await.unwrap();
        test(site).await.unwrap();
    }
}

fn session(site: &Site, role: Role) -> &str {
    &site.members.iter().find(|(of, _)| *of == role).unwrap().1
}

/// Another that was given up, of a kind.
async fn bury(site: &Site, kind: &str, problem: &str) -> Result<JobId> {
    let app = &site.house.app;
    let now = app.clock.now();
    let job = NewJob {
        id: JobId::new(&*app.clock, &*app.rng),
        tenant_id: site.house.owner.tenant.clone(),
        kind: kind.to_owned(),
        plugin_id: None,
        connection_id: None,
        once: Once::No,
        payload_json: serde_json::json!({}).into(),
        run_at: now.plus_secs(-1),
        attempts_max: 1,
    };
    let (id, problem) = (job.id.clone(), problem.to_owned());
    app.db
        .write(move |c| {
            store::jobs::enqueue(c, &job, now)?;
            let claimed = store::jobs::claim(c, now, 100, 1)?;
            for job in claimed.into_iter().filter(|claimed| claimed.id == job.id) {
                store::jobs::bury(c, &job.id, job.lease_token, &problem, now)?;
            }
            Ok(())
        })
        .await?;
    assert_eq!(state(site, &id).await?, JobState::Dead);
    Ok(id)
}

async fn state(site: &Site, id: &JobId) -> Result<JobState> {
    let (tenant, id) = (site.house.owner.tenant.clone(), id.clone());
    Ok(site.house.app.db.read(move |c| store::jobs::get(c, &tenant, &id)).await?.state)
}

/// Which jobs the log says this was done to.
async fn logged(site: &Site, action: &str) -> Result<Vec<String>> {
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    let page = list_activity(&site.house.app, &site.house.owner, filter, None, 100).await?;
    Ok(page.items.into_iter().map(|entry| entry.entity_id).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_what_was_given_up_and_why() {
    each(async |site| {
        bury(&site, "plugin.job", "error-nobody-has-words-for <b>inside</b>").await?;
        let page = site.get("/jobs", Some(session(&site, Role::Owner))).await?;
        assert_eq!(page.status, 200);
        for shown in [
            "Sending an appointment to its calendar",
            &format!("{MARKER} fitting"),
            &format!("href=\"/appointments/{}\"", site.ids["appointment"]),
            "Work of the plugin",
            "Something broke on our side.",
            "&lt;b&gt;inside&lt;",
            &format!("formaction=\"/jobs/{}/again\"", site.ids["job"]),
            &format!("formaction=\"/jobs/{}/dismiss\"", site.ids["job"]),
        ] {
            assert!(page.body.contains(shown), "{shown} is not on the page");
        }
        // What the provider said is on it, and the word for it is not the key.
        assert!(!page.body.contains("error-provider-rejected"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sees_none_of_it_and_changes_nothing() {
    each(async |site| {
        let id: JobId = site.ids["job"].parse()?;
        let form = format!("job={id}");
        let one = [format!("/jobs/{id}/again"), format!("/jobs/{id}/dismiss")];
        let strangers = [session(&site, Role::Member), session(&site, Role::Accountant)];
        for who in strangers {
            assert_eq!(site.get("/jobs", Some(who)).await?.status, 404);
        }
        for who in strangers.into_iter().chain([site.stranger.as_str()]) {
            for path in ["/jobs/again", "/jobs/dismiss"].into_iter().chain(one.iter().map(|p| &**p))
            {
                let reply = site.send("POST", path, Some(who), Some(&form)).await?;
                assert_eq!(reply.status, 404, "{path}");
            }
            for path in ["/jobs/again", "/jobs/dismiss"] {
                let reply = site.send("POST", path, Some(who), Some("kind=calendar.push")).await?;
                // Whoever owns another business means all of theirs, which are none.
                assert_eq!(reply.status, if who == site.stranger { 303 } else { 404 }, "{path}");
            }
        }
        assert_eq!(state(&site, &id).await?, JobState::Dead);
        // One that isn't theirs spoils all that were chosen.
        let other = bury(&site, "plugin.job", "error-job-broken").await?;
        let both = format!("job={other}&job=01900000-0000-7000-8000-000000000000");
        let owner = session(&site, Role::Owner);
        for path in ["/jobs/again", "/jobs/dismiss"] {
            assert_eq!(site.send("POST", path, Some(owner), Some(&both)).await?.status, 404);
        }
        assert_eq!(state(&site, &other).await?, JobState::Dead);
        assert!(logged(&site, "job.retried").await?.is_empty());
        assert!(logged(&site, "job.dismissed").await?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_try_is_logged_once_and_the_worker_wakes() {
    each(async |site| {
        let id: JobId = site.ids["job"].parse()?;
        let admin = session(&site, Role::Admin);
        let app = site.house.app.clone();
        // What was told before is no news.
        let _ = tokio::time::timeout(Duration::ZERO, app.woken.notified()).await;
        let woken = tokio::spawn(async move { app.woken.notified().await });
        let path = format!("/jobs/{id}/again");
        let reply = site.send("POST", &path, Some(admin), Some("")).await?;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/jobs")));
        tokio::time::timeout(Duration::from_secs(5), woken).await.context("nobody was woken")??;
        assert_eq!(state(&site, &id).await?, JobState::Ready);
        assert_eq!(site.send("POST", &path, Some(admin), Some("")).await?.status, 303);
        assert_eq!(logged(&site, "job.retried").await?, [id.to_string()], "twice is once");
        site.house.work().await?;
        assert_eq!(state(&site, &id).await?, JobState::Done);
        let page = site.get("/jobs", Some(admin)).await?;
        assert!(page.body.contains("Everything worked"));
        // Of several the chosen ones, and of a kind all.
        let chosen = [bury(&site, "plugin.job", "x").await?, bury(&site, "plugin.job", "x").await?];
        let left = bury(&site, "calendar.push", "error-provider-rejected").await?;
        let form = format!("job={}&job={}", chosen[0], chosen[1]);
        assert_eq!(site.send("POST", "/jobs/again", Some(admin), Some(&form)).await?.status, 303);
        for id in &chosen {
            assert_eq!(state(&site, id).await?, JobState::Ready);
        }
        assert_eq!(state(&site, &left).await?, JobState::Dead);
        let kind = "kind=calendar.push";
        assert_eq!(site.send("POST", "/jobs/again", Some(admin), Some(kind)).await?.status, 303);
        assert_eq!(state(&site, &left).await?, JobState::Ready);
        assert_eq!(logged(&site, "job.retried").await?.len(), 4);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_logged_once_and_tried_no_more() {
    each(async |site| {
        let owner = session(&site, Role::Owner);
        let id: JobId = site.ids["job"].parse()?;
        let more = [bury(&site, "plugin.job", "x").await?, bury(&site, "plugin.job", "x").await?];
        let path = format!("/jobs/{id}/dismiss");
        for _ in 0..2 {
            let reply = site.send("POST", &path, Some(owner), Some("")).await?;
            assert_eq!((reply.status, reply.header("location")), (303, Some("/jobs")));
        }
        assert_eq!(logged(&site, "job.dismissed").await?, [id.to_string()], "twice is once");
        let form = format!("job={}&job={}", more[0], more[1]);
        assert_eq!(site.send("POST", "/jobs/dismiss", Some(owner), Some(&form)).await?.status, 303);
        assert_eq!(logged(&site, "job.dismissed").await?.len(), 3);
        bury(&site, "plugin.job", "x").await?;
        let kind = Some("kind=plugin.job");
        assert_eq!(site.send("POST", "/jobs/dismiss", Some(owner), kind).await?.status, 303);
        assert_eq!(logged(&site, "job.dismissed").await?.len(), 4);
        let page = site.get("/jobs", Some(owner)).await?;
        assert!(page.body.contains("Everything worked"));
        // Nor does trying all of the kind again bring it back.
        let kind = "kind=calendar.push";
        site.send("POST", "/jobs/again", Some(owner), Some(kind)).await?;
        site.house.pass_secs(3_600, 1_800).await?;
        assert_ne!(state(&site, &id).await?, JobState::Done);
        assert!(logged(&site, "job.retried").await?.is_empty());
        Ok(())
    })
    .await;
}
