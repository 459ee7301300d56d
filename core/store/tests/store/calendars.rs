//! Calendars and the busy blocks in them.

use store::busy_blocks::{self, BusyBlock};
use store::calendars::{self, Calendar, Detail};
use store::channels::{self, Channel, ChannelState};
use store::{Db, appointments};

use crate::support::*;

fn block(of: &Calendar, event: &str, from: i64, to: i64) -> BusyBlock {
    BusyBlock {
        tenant_id: of.tenant_id.clone(),
        calendar_id: of.id.clone(),
        external_id: event.to_owned(),
        starts_at: START.plus_secs(from),
        ends_at: START.plus_secs(to),
        all_day: false,
        title: "Dentist".to_owned(),
        location: "Allenby 12".to_owned(),
        notes: "Bring the X-ray".to_owned(),
        series: String::new(),
    }
}

store::both_backends! {
    async fn one_calendar_is_the_default(db: Db) {
        let world = World::new();
        let connection = a_connection(&db, &world).await;
        let rows = ["a", "b"].map(|name| world.calendar(&connection, name));
        let of = connection.tenant_id;
        db.write(move |c| {
            rows.iter().try_for_each(|row| calendars::insert(c, row))?;
            assert!(calendars::find_default(c, &of)?.is_none());
            for row in &rows {
                calendars::set_default(c, &of, &row.id)?;
                assert_eq!(calendars::find_default(c, &of)?.unwrap().id, row.id);
            }
            assert_eq!(calendars::list(c, &of)?.iter().filter(|row| row.is_default).count(), 1);
            Ok(())
        }).await.unwrap();
    }

    async fn a_calendar_is_chosen_once(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        let again = Calendar { id: domain::CalendarId::new(&world.clock, &world.rng), ..calendar };
        let result = db.write(move |c| calendars::insert(c, &again)).await;
        assert_unique(result, "calendars_tenant_id_connection_id_external_id_key");
    }

    async fn a_cursor_is_kept_and_forgotten(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        db.write(move |c| {
            let (of, id) = (&calendar.tenant_id, &calendar.id);
            calendars::set_cursor(c, of, id, Some("next"), Some(START))?;
            let stored = calendars::get(c, of, id)?;
            assert_eq!((stored.cursor.as_deref(), stored.pulled_at), (Some("next"), Some(START)));
            calendars::set_cursor(c, of, id, None, None)?;
            assert_eq!(calendars::get(c, of, id)?.cursor, None);
            Ok(())
        }).await.unwrap();
    }

    async fn less_detail_is_forgotten_and_the_times_stay(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        assert_eq!(calendar.detail, Detail::Busy, "by itself nothing is shown");
        db.write(move |c| {
            let (of, id) = (&calendar.tenant_id, &calendar.id);
            calendars::set_cursor(c, of, id, Some("next"), Some(START))?;
            calendars::set_detail(c, of, id, Detail::All, true)?;
            let now = calendars::lock(c, of, id)?;
            assert_eq!((now.detail, now.cursor), (Detail::All, None));
            busy_blocks::upsert(c, &block(&calendar, "e", 0, 60))?;
            let words = |c: &mut store::Conn| -> store::Result<[String; 3]> {
                let found = busy_blocks::list_between(c, of, START, START.plus_secs(60))?;
                let found = found.into_iter().next().unwrap();
                Ok([found.title, found.location, found.notes])
            };
            busy_blocks::delete_details(c, of, id, true)?;
            assert_eq!(words(c)?, ["Dentist", "", ""]);
            busy_blocks::delete_details(c, of, id, false)?;
            assert_eq!(words(c)?, ["", "", ""]);
            Ok(())
        }).await.unwrap();
    }

    async fn how_a_calendar_is_is_kept(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        db.write(move |c| {
            let (of, id) = (&calendar.tenant_id, &calendar.id);
            let health = calendars::Health {
                failing_since: Some(START),
                problem: Some("error-provider-unavailable".to_owned()),
                is_behind: true,
            };
            calendars::set_health(c, of, id, &health)?;
            let now = calendars::get(c, of, id)?;
            assert_eq!((now.failing_since, now.is_behind), (Some(START), true));
            calendars::set_health(c, of, id, &calendars::Health::default())?;
            let now = calendars::get(c, of, id)?;
            assert_eq!((now.failing_since, now.problem, now.is_behind), (None, None, false));
            Ok(())
        }).await.unwrap();
    }

    async fn a_series_of_busy_times_is_replaced_as_one(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        db.write(move |c| {
            let (of, id) = (&calendar.tenant_id, &calendar.id);
            for (event, series) in
                [("s", ""), ("s#1", "s"), ("s#2", "s"), ("other", ""), ("other#1", "other")]
            {
                let row = BusyBlock { series: series.to_owned(), ..block(&calendar, event, 0, 60) };
                busy_blocks::upsert(c, &row)?;
            }
            busy_blocks::delete_of_series(c, of, id, "s", &["s#2"].into())?;
            let left = |c: &mut store::Conn| -> store::Result<Vec<String>> {
                let all = busy_blocks::list_between(c, of, START, START.plus_secs(60))?;
                Ok(all.into_iter().map(|row| row.external_id).collect())
            };
            assert_eq!(left(c)?, ["other", "other#1", "s#2"]);
            busy_blocks::delete_of_series(c, of, id, "other", &Default::default())?;
            assert_eq!(left(c)?, ["s#2"]);
            Ok(())
        }).await.unwrap();
    }

    async fn appointments_outlive_their_calendar(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        let of = calendar.tenant_id.clone();
        let mut row = world.appointment(&of, 0);
        row.calendar_id = Some(calendar.id.clone());
        row.external_id = Some("event".to_owned());
        db.write(move |c| {
            appointments::insert(c, &row)?;
            busy_blocks::upsert(c, &block(&calendar, "other", 0, 60))?;
            calendars::delete(c, &of, &calendar.id)?;
            let left = appointments::get(c, &of, &row.id)?;
            assert_eq!((left.calendar_id, left.external_id), (None, None));
            assert!(busy_blocks::list_between(c, &of, START, START.plus_secs(60))?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn a_block_of_months_is_taken_all_the_while(db: Db) {
        const DAY: i64 = 24 * 3_600;
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        db.write(move |c| {
            let of = calendar.tenant_id.clone();
            let long = block(&calendar, "long", -100 * DAY, 60);
            let month = block(&calendar, "month", -31 * DAY, 60);
            busy_blocks::upsert(c, &month)?;
            busy_blocks::upsert(c, &long)?;
            let on = busy_blocks::list_between(c, &of, START, START.plus_secs(1))?;
            assert_eq!(on, [long, month]);
            assert!(busy_blocks::list_between(c, &of, START.plus_secs(60), START.plus_secs(90))?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn pages_of_what_is_taken_hold_all_of_it_once(db: Db) {
        let world = World::new();
        let connection = a_connection(&db, &world).await;
        let calendars = ["a", "b"].map(|name| world.calendar(&connection, name));
        db.write(move |c| {
            let of = &connection.tenant_id;
            // Three of each start in each calendar, and one that began a hundred days before.
            for calendar in &calendars {
                calendars::insert(c, calendar)?;
                for n in 0..6 {
                    let from = n / 3 * 60;
                    busy_blocks::upsert(c, &block(calendar, &format!("e {n}"), from, 90))?;
                }
            }
            let long = block(&calendars[1], "long", -100 * 86_400, 1);
            busy_blocks::upsert(c, &long)?;
            let span = (START, START.plus_secs(86_400));
            let mut whole = busy_blocks::list_between(c, of, span.0, span.1)?;
            let place = |it: &BusyBlock| {
                (it.starts_at, it.calendar_id.to_string(), it.external_id.clone())
            };
            whole.sort_by_key(place);
            assert_eq!((whole.len(), &whole[0]), (13, &long));
            for limit in [1, 2, 5, 100] {
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let page = busy_blocks::page_between(c, of, span, after.as_ref(), limit)?;
                    seen.extend(page.items);
                    let Some(next) = page.next else { break };
                    after = Some(next.to_string().parse().unwrap());
                }
                assert_eq!(seen, whole, "{limit}");
            }
            Ok(())
        }).await.unwrap();
    }

    async fn a_block_moves_with_its_event(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        db.write(move |c| {
            let of = calendar.tenant_id.clone();
            busy_blocks::upsert(c, &block(&calendar, "e", 0, 60))?;
            busy_blocks::upsert(c, &block(&calendar, "e", 100, 160))?;
            let at = |c: &mut store::Conn, from: i64, to: i64| {
                let (from, to) = (START.plus_secs(from), START.plus_secs(to));
                busy_blocks::list_between(c, &of, from, to)
            };
            assert!(at(c, 0, 100)?.is_empty());
            assert_eq!(at(c, 159, 500)?, [block(&calendar, "e", 100, 160)]);
            assert!(at(c, 160, 500)?.is_empty());
            busy_blocks::delete(c, &of, &calendar.id, "e")?;
            busy_blocks::delete(c, &of, &calendar.id, "e")?;
            busy_blocks::upsert(c, &block(&calendar, "f", 0, 1))?;
            assert_eq!(busy_blocks::delete_all(c, &of, &calendar.id)?, 1);
            Ok(())
        }).await.unwrap();
    }

    async fn of_channels_that_end_together_the_newest_comes_first(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        let channel = |number: u8| Channel {
            tenant_id: calendar.tenant_id.clone(),
            id: domain::ChannelId::new(&world.clock, &world.rng),
            plugin_id: plugin(),
            connection_id: calendar.connection_id.clone(),
            calendar_id: calendar.id.clone(),
            route: "changes".to_owned(),
            token_mac: vec![number],
            state: ChannelState::Open,
            resource: None,
            opened_at: START,
            expires_at: START.plus_secs(60),
        };
        let all: Vec<Channel> = (1..=5).map(channel).collect();
        let of = calendar.clone();
        db.write(move |c| {
            all.iter().try_for_each(|row| channels::insert(c, row))?;
            let found = channels::list_of_calendar(c, &of.tenant_id, &of.id)?;
            let order: Vec<u8> = found.iter().map(|row| row.token_mac[0]).collect();
            assert_eq!(order, [5, 4, 3, 2, 1]);
            Ok(())
        }).await.unwrap();
    }
}
