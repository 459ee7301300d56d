//! Words that are found in spite of a typing error, while some people come and others go.

use std::time::Duration;

use store::people;

use crate::support::*;

/// SQLite has one who writes at a time anyway.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_waits_for_nobody_who_comes_with_the_same_word() {
    let fresh = store::testing::postgres().await;
    let world = World::new();
    let tenant = a_tenant(&fresh.db, &world).await;
    let (goes, comes) = (world.person(&tenant, "Dana Levi"), world.person(&tenant, "Dana Cohen"));
    let id = goes.id.clone();
    fresh.db.write(move |c| people::insert(c, &goes, &[])).await.unwrap();
    let (written, is_written) = tokio::sync::oneshot::channel();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let db = fresh.db.clone();
    let coming = tokio::spawn(async move {
        let work = move |c: &mut store::Conn| -> store::Result<()> {
            people::insert(c, &comes, &[])?;
            written.send(()).unwrap();
            may_go.recv().unwrap();
            Ok(())
        };
        db.write(work).await
    });
    is_written.await.unwrap();
    let of = tenant.clone();
    let going = fresh.db.write(move |c| people::delete(c, &of, &id, 1, START));
    let gone = tokio::time::timeout(Duration::from_secs(5), going).await;
    go.send(()).unwrap();
    gone.unwrap().unwrap();
    coming.await.unwrap().unwrap();
    let search = move |c: &mut store::Conn| people::search(c, &tenant, "dnaa", 9);
    let found = fresh.db.read(search).await.unwrap();
    let names: Vec<&str> = found.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Dana Cohen"]);
}
