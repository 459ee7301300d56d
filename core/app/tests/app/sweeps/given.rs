//! Whoever an act over all that match gave tasks to.

use super::{input, undo_of};
use crate::support::{Fixture, Signed, each};
use app::notifications;
use app::sweeps::{self, Whom};
use app::tasks::{self, TaskFilter, TaskInput};
use app::{jobs, undos};
use domain::Role;

async fn told(f: &Fixture, who: &Signed) -> Vec<(String, String)> {
    let all = notifications::list_notifications(&f.app, &who.ctx).await.unwrap().into_iter();
    all.map(|it| (it.kind.to_string(), it.subject)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_given_all_tasks_that_match_is_told_once_when_it_is_done() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let gil = f.join(&owner, "gil@example.com", Role::Member).await;
        for n in 0..230 {
            let input = TaskInput { title: format!("Task {n}"), ..TaskInput::default() };
            let task = tasks::create_task(&f.app, &owner.ctx, input, "").await.unwrap();
            if n == 0 {
                tasks::do_task(&f.app, &owner.ctx, &task.id).await.unwrap();
            }
        }
        let give = async |to: &Signed| {
            let whom = Whom::Tasks(TaskFilter::default());
            let act = input("assign", to.ctx.member.as_str());
            let id = sweeps::begin_sweep(&f.app, &owner.ctx, whom, act, "").await.unwrap();
            jobs::run_due(&f.app).await.unwrap();
            id
        };
        give(&gil).await;
        let all = [("tasks-assigned".to_owned(), "229".to_owned())];
        assert_eq!(told(&f, &gil).await, all);
        let to_noa = give(&noa).await;
        assert_eq!(told(&f, &noa).await, all);
        undos::undo(&f.app, &owner.ctx, &undo_of(&to_noa)).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(told(&f, &gil).await, all, "what was his is no news");
        assert_eq!(told(&f, &noa).await, all);
        let hers = notifications::list_notifications(&f.app, &noa.ctx).await.unwrap();
        assert!(hers[0].read_at.is_some(), "what was taken back is nothing to read of");
        give(&owner).await;
        let others = told(&f, &owner).await.into_iter().filter(|it| it.0.starts_with("task"));
        assert_eq!(others.count(), 0, "whoever did it knows");
    })
    .await;
}
