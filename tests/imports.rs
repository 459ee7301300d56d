//! Lists of people as a browser brings them: the file, its preview, the import, what was refused, and back.

use anyhow::{Context as _, Result};
use oxpi_tests::http::{Reply, send_raw};
use oxpi_tests::site::Site;

/// On both databases.
async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(Site::start(db).await.unwrap()).await.unwrap();
    }
}

/// Sends a file as a browser's form would.
async fn upload(site: &Site, session: &str, name: &str, file: &[u8]) -> Result<Option<Reply>> {
    let disposition = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
    let mut body =
        format!("--limit\r\n{disposition}\r\nContent-Type: text/csv\r\n\r\n").into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--limit--\r\n");
    let head = format!(
        "POST /imports HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
         Sec-Fetch-Site: same-origin\r\nCookie: oxpi={session}\r\n\
         Content-Type: multipart/form-data; boundary=limit\r\nContent-Length: {}\r\n\r\n",
        site.port,
        body.len()
    );
    send_raw(site.port, &[head.as_bytes(), &body].concat()).await
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_brought_shown_imported_and_taken_back_by_the_pages() {
    each(async |site| {
        let owner = site.members[0].1.clone();
        let list = "שם,טלפון,אימייל\nדנה כהן,050-7777777,dana7@example.com\n\
            =cmd|' /C calc'!A0,050-8888888,no address\n";
        let reply =
            upload(&site, &owner, "רשימה.csv", list.as_bytes()).await?.context("no answer")?;
        assert_eq!(reply.status, 303, "{}", reply.body);
        let page = reply.header("location").context("nowhere to go")?.to_owned();
        let look = site.get(&page, Some(&owner)).await?;
        assert_eq!(look.status, 200);
        for shown in ["רשימה.csv", "דנה כהן", "Import 2 rows", "One row can’t come in"]
        {
            assert!(look.body.contains(shown), "{shown}");
        }
        let plan = [
            ("act", "run"),
            ("head", "on"),
            ("column-0", "name"),
            ("column-1", "phone"),
            ("column-2", "email"),
            ("dates", "day-first"),
            ("doubles", "skip"),
        ];
        let twice = [&plan[..3], &[("column-1", "name"), ("column-2", "")], &plan[5..]].concat();
        let wrong = site.send("POST", &page, Some(&owner), Some(&form(&twice))).await?;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("Another column is this already"));
        let begun = site.send("POST", &page, Some(&owner), Some(&form(&plan))).await?;
        assert_eq!((begun.status, begun.header("location")), (303, Some(page.as_str())));
        let running = site.get(&page, Some(&owner)).await?;
        assert!(running.body.contains("<progress"), "{}", running.body);
        site.house.work().await?;
        let done = site.get(&page, Some(&owner)).await?;
        assert!(!done.body.contains("<progress") && done.body.contains("Undo the import"));
        let people = site.get("/people?q=050-7777777", Some(&owner)).await?;
        assert!(people.body.contains("דנה כהן"));
        let refused = site.get(&format!("{page}/refused"), Some(&owner)).await?;
        assert_eq!(refused.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(
            refused.header("content-disposition").is_some_and(|it| it.starts_with("attachment"))
        );
        assert!(refused.body.starts_with('\u{feff}'));
        assert!(refused.body.contains("\"'=cmd|"), "{}", refused.body);
        assert!(refused.body.contains("That isn’t an email address."));
        for (list, head) in [("skipped", "Who was here already"), ("kept", "Who stayed")] {
            let list = site.get(&format!("{page}/{list}"), Some(&owner)).await?;
            assert!(list.status == 200 && list.body.contains(head), "{}", list.body);
        }
        let undone = site.send("POST", &format!("{page}/restore"), Some(&owner), Some("")).await?;
        assert_eq!(undone.status, 303);
        site.house.work().await?;
        let people = site.get("/people?q=050-7777777", Some(&owner)).await?;
        assert!(!people.body.contains("דנה כהן"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_is_signed_in_sends_a_large_list_and_no_other_page_takes_one() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let owner = site.members[0].1.clone();
    let mut list = String::from("Name,Notes\n");
    while list.len() < 3 << 20 {
        list.push_str(
            "Somebody,with long notes about what they bought and when they will come again\n",
        );
    }
    let kept = upload(&site, &owner, "long.csv", list.as_bytes()).await?.context("no answer")?;
    assert_eq!(kept.status, 303);
    // Refused as soon as the head says how much it is: the answer, or the end of the connection.
    for session in ["", "nonsense"] {
        let reply = upload(&site, session, "long.csv", list.as_bytes()).await;
        assert!(!matches!(reply, Ok(Some(reply)) if reply.status != 413));
    }
    let huge = vec![b'a'; app::imports::FILE_BYTES_MAX + (1 << 20)];
    let reply = upload(&site, &owner, "huge.csv", &huge).await;
    assert!(!matches!(reply, Ok(Some(reply)) if reply.status != 413));
    let empty = upload(&site, &owner, "empty.csv", b"").await?.context("no answer")?;
    assert_eq!(empty.status, 422);
    assert!(empty.body.contains("Choose a file first."));
    let form = site.send("POST", "/imports", Some(&owner), Some("file=x")).await?;
    assert_eq!(form.status, 422);
    Ok(())
}
