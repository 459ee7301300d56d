//! Acts over all that match: their rows in order, done once, and forgotten with them.

use domain::{MemberId, SweepId, TenantId};
use store::sweeps::{self, Counts, List, State, Sweep};
use store::{Db, Json};

use crate::support::*;

fn sweep(world: &World, of: &TenantId) -> Sweep {
    Sweep {
        tenant_id: of.clone(),
        id: SweepId::new(&world.clock, &world.rng),
        list: List::People,
        act_json: serde_json::json!({}).into(),
        state: State::Running,
        count_all: 3,
        done: 0,
        changed: 0,
        kept: 0,
        reached: String::new(),
        problem: String::new(),
        member_id: MemberId::new(&world.clock, &world.rng),
        created_at: world.now(),
        begun_at: world.now(),
        settled_at: None,
    }
}

fn ids(all: &[&str]) -> Vec<String> {
    all.iter().map(|&id| id.to_owned()).collect()
}

store::both_backends! {
    async fn rows_are_done_in_their_order_and_once(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (it, now, by) = (sweep(&world, &of), world.now(), MemberId::new(&world.clock, &world.rng));
        db.write(move |c| {
            let left = Sweep { state: State::Gathering, ..sweep(&world, &of) };
            let new = Sweep { state: State::Gathering, ..it.clone() };
            sweeps::insert(c, &left)?;
            sweeps::insert(c, &new)?;
            sweeps::insert_rows(c, &new, &ids(&["c", "a"]))?;
            sweeps::insert_rows(c, &new, &ids(&["b"]))?;
            assert!(sweeps::find_under_way(c, &of, List::People)?.is_none());
            sweeps::begin(c, &new)?;
            assert_conflict(sweeps::begin(c, &new));
            let listed = |c: &mut store::Conn, after: &str, only_changed| {
                let rows = sweeps::list_rows(c, &it, after, only_changed, 2)?;
                Ok::<Vec<String>, store::Error>(rows.into_iter().map(|row| row.row_id).collect())
            };
            assert_eq!(listed(c, "", false)?, ["a", "b"]);
            assert_eq!(listed(c, "b", false)?, ["c"]);
            let was: Json = serde_json::json!({"was": 1}).into();
            sweeps::put_was(c, &it, &[("b".to_owned(), was.clone()), ("c".to_owned(), was)])?;
            assert_eq!(listed(c, "", true)?, ["b", "c"]);
            let more = Counts { done: 2, changed: 1, kept: 0 };
            sweeps::advance(c, &it, "b", more)?;
            assert_conflict(sweeps::advance(c, &it, "b", more));
            let then = sweeps::get(c, &of, &it.id)?;
            assert_eq!((then.reached.as_str(), then.done, then.changed), ("b", 2, 1));
            assert_eq!(sweeps::find_under_way(c, &of, List::People)?.map(|it| it.id), Some(it.id.clone()));
            assert!(sweeps::find_under_way(c, &of, List::Tasks)?.is_none());
            assert!(sweeps::find_under_way(c, &other, List::People)?.is_none());
            assert_not_found(sweeps::get(c, &other, &it.id));
            sweeps::settle(c, &then, State::Done, "", now)?;
            assert_conflict(sweeps::settle(c, &then, State::Cancelled, "", now));
            assert!(sweeps::find_under_way(c, &of, List::People)?.is_none());
            let ended = sweeps::get(c, &of, &it.id)?;
            sweeps::begin_undo(c, &ended, &by, now)?;
            assert_conflict(sweeps::begin_undo(c, &ended, &by, now));
            let begun = sweeps::get(c, &of, &it.id)?;
            assert_eq!((begun.reached.as_str(), begun.done, &begun.member_id), ("", 0, &by));
            sweeps::delete_rows(c, &begun, &ids(&["b"]))?;
            assert_eq!(listed(c, "", true)?, ["c"]);
            sweeps::settle(c, &begun, State::Undone, "", now)?;
            assert!(sweeps::list_before(c, now, 9)?.is_empty());
            assert_eq!(sweeps::list_before(c, now.plus_secs(1), 9)?.len(), 2, "and what never began");
            sweeps::delete(c, &begun)?;
            assert!(listed(c, "", false)?.is_empty(), "its rows went with it");
            Ok(())
        }).await.unwrap();
    }

    async fn rows_of_one_that_is_forgotten_go_some_at_a_time_and_no_others(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let (it, other) = (sweep(&world, &of), sweep(&world, &of));
        let many: Vec<String> = (0..1_500).map(|n| format!("{n:05}")).collect();
        db.write(move |c| {
            for one in [&it, &other] {
                sweeps::insert(c, one)?;
                sweeps::insert_rows(c, one, &many)?;
            }
            assert_eq!(sweeps::clear_some(c, &it)?, 1_000);
            assert_eq!(sweeps::list_rows(c, &it, "", false, 1)?[0].row_id, "01000");
            assert_eq!(sweeps::clear_some(c, &it)?, 500);
            assert_eq!(sweeps::clear_some(c, &it)?, 0);
            assert_eq!(sweeps::list_rows(c, &other, "", false, 1)?[0].row_id, "00000");
            Ok(())
        }).await.unwrap();
    }
}
