//! Events that somebody else made in the calendar.

use anyhow::Result;
use app::appointments::{self, BusyBlock};
use app::calendars::{self, Detail};
use oxpi_tests::caldav::Kind;

use super::{ZONE, at, each};

async fn a_repeating_event_takes_its_times_and_gives_back_those_that_are_left_out(kind: Kind) {
    each(kind, async |shared| {
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

async fn somebodys_events_take_their_time_and_say_what_the_business_lets_them(kind: Kind) {
    each(kind, async |shared| {
        let connection = shared.with_calendar().await?;
        let hour = "DTSTART;TZID=Asia/Jerusalem:20260310T090000\r\nDURATION:PT1H";
        shared.add("open", &format!("{hour}\r\nSUMMARY:Dentist\r\nLOCATION:Allenby 12"))?;
        let later = hour.replace("T09", "T11");
        shared.add("shut", &format!("{later}\r\nSUMMARY:Lawyer\r\nCLASS:PRIVATE"))?;
        let free = hour.replace("T09", "T13");
        shared.add("free", &format!("{free}\r\nSUMMARY:Maybe\r\nTRANSP:TRANSPARENT"))?;
        // A day is one of the calendar's own zone, here the business's.
        shared.add("day", "DTSTART;VALUE=DATE:20260312\r\nSUMMARY:Fair")?;
        shared.a_while().await?;
        let (from, to) = ("2026-03-09T00:00:00Z", "2026-03-14T00:00:00Z");
        assert_eq!(
            shared.busy(from, to).await?,
            ["2026-03-10T07:00:00Z", "2026-03-10T09:00:00Z", "2026-03-11T22:00:00Z"]
        );
        let shown = async || -> Result<Vec<String>> {
            let span = appointments::get_span(&shared.app, &shared.owner, at(from), at(to)).await?;
            let mut all: Vec<_> = span.busy.iter().collect();
            all.sort_by_key(|block| block.starts_at);
            let said = |block: &&BusyBlock| {
                format!("{}|{}|{}", block.title, block.location, block.all_day)
            };
            Ok(all.iter().map(said).collect())
        };
        assert_eq!(shown().await?, ["||false", "||false", "||true"], "by itself nothing");
        let id = calendars::list_calendars(&shared.app, &shared.owner).await?.remove(0).id;
        let choose = async |detail| -> Result<()> {
            let chosen = vec![(id.clone(), detail)];
            calendars::choose_details(&shared.app, &shared.owner, &connection, chosen).await?;
            shared.a_while().await
        };
        choose(Detail::All).await?;
        assert_eq!(shown().await?, ["Dentist|Allenby 12|false", "||false", "Fair||true"]);
        choose(Detail::Title).await?;
        assert_eq!(shown().await?, ["Dentist||false", "||false", "Fair||true"]);
        choose(Detail::Busy).await?;
        assert_eq!(shown().await?, ["||false", "||false", "||true"]);

        // Moved and made free there.
        shared.phone(&["edit", "work", "open", r#"{"SHIFT": 1440}"#])?;
        shared.phone(&["edit", "work", "shut", r#"{"TRANSP": "TRANSPARENT"}"#])?;
        shared.a_while().await?;
        let busy = shared.busy(from, to).await?;
        assert_eq!(busy, ["2026-03-11T07:00:00Z", "2026-03-11T22:00:00Z"]);
        Ok(())
    })
    .await;
}

on_both_servers!(
    a_repeating_event_takes_its_times_and_gives_back_those_that_are_left_out,
    somebodys_events_take_their_time_and_say_what_the_business_lets_them,
);
