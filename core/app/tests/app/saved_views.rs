//! Saved views: whose they are, and of which list.

use crate::support::{Fixture, Signed, each, expect_invalid};
use app::Error;
use app::saved_views::{self, SavedList, SavedView, VIEWS_MAX};
use domain::Role;

#[tokio::test]
async fn saved_views_are_ones_own_or_everybodys() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mate = f.join(&owner, "mate@example.com", Role::Member).await;
        let save = async |who: &Signed, name: &str, shared| {
            saved_views::save_view(&f.app, &who.ctx, name, "owner=me", shared).await.unwrap()
        };
        let own = save(&owner, "Mine", false).await;
        let shared = save(&mate, "Ours", true).await;
        save(&mate, "Ours", true).await;
        let names = async |who: &Signed| -> Vec<String> {
            let views = saved_views::list_views(&f.app, &who.ctx).await.unwrap();
            views.into_iter().map(|view| view.name).collect()
        };
        assert_eq!(names(&owner).await, ["Mine", "Ours"]);
        assert_eq!(names(&mate).await, ["Ours"], "the same name is written anew");
        let theirs = saved_views::delete_view(&f.app, &mate.ctx, &own.id).await;
        assert!(matches!(theirs, Err(Error::NotFound)));
        let gone = saved_views::delete_view(&f.app, &owner.ctx, &shared.id).await;
        assert!(matches!(gone, Err(Error::NotFound)), "written anew, it has another id");
        // Ten tags, a search and a source as long as they may be.
        let tags = ["tag=0190a0b0-0000-7000-8000-000000000000"; 10].join("&");
        let [search, source] = [100, 60].map(|letters| "%D7%90".repeat(letters));
        let asked = format!("{tags}&source={source}&q={search}");
        saved_views::save_view(&f.app, &owner.ctx, "Asked", &asked, false).await.unwrap();
        let long = "x".repeat(saved_views::VIEW_QUERY_BYTES_MAX + 1);
        let long = saved_views::save_view(&f.app, &owner.ctx, "Long", &long, false).await;
        expect_invalid(long, "query");
    })
    .await;
}

#[tokio::test]
async fn a_view_is_renamed_by_whose_it_is_to_a_name_that_no_other_has() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mate = f.join(&owner, "mate@example.com", Role::Member).await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let save = async |who: &Signed, name: &str, shared| {
            saved_views::save_view(&f.app, &who.ctx, name, "owner=me", shared).await.unwrap()
        };
        let own = save(&owner, "Mine", false).await;
        let ours = save(&owner, "Ours", true).await;
        save(&owner, "Others", true).await;
        let rename = async |who: &Signed, view: &SavedView, name: &str| {
            saved_views::rename_view(&f.app, &who.ctx, &view.id, name).await
        };
        expect_invalid(rename(&owner, &ours, "Others").await, "name");
        expect_invalid(rename(&owner, &ours, " ").await, "name");
        expect_invalid(rename(&owner, &ours, &"x".repeat(41)).await, "name");
        // What is one's own, and what is of another list, may be called so.
        rename(&owner, &own, "Others").await.unwrap();
        let what = ("Everybody’s", "show=overdue");
        let of_tasks = SavedList::Tasks;
        saved_views::save_view_of(&f.app, &owner.ctx, of_tasks, what, true).await.unwrap();
        rename(&mate, &ours, "Everybody’s").await.unwrap();
        assert_eq!(f.actions(&mate).await[0], "view.renamed");
        let before = f.actions(&owner).await.len();
        rename(&mate, &ours, "Everybody’s").await.unwrap();
        assert_eq!(f.actions(&owner).await.len(), before, "it is called so already");
        let hidden = rename(&mate, &own, "Theirs").await;
        assert!(matches!(hidden, Err(Error::NotFound)), "{hidden:?}");
        let hidden = rename(&books, &ours, "Theirs").await;
        assert!(matches!(hidden, Err(Error::NotFound)), "{hidden:?}");
        let views = saved_views::list_views(&f.app, &owner.ctx).await.unwrap();
        let renamed = views.iter().find(|view| view.id == ours.id).unwrap();
        assert_eq!(*renamed, SavedView { name: "Everybody’s".into(), ..ours });
    })
    .await;
}

#[tokio::test]
async fn views_of_tasks_are_for_who_sees_tasks() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let save = async |who: &Signed, list| {
            let what = ("Late", "show=overdue");
            saved_views::save_view_of(&f.app, &who.ctx, list, what, true).await
        };
        let of_tasks = save(&owner, SavedList::Tasks).await.unwrap();
        save(&owner, SavedList::People).await.unwrap();
        let views =
            async |list| saved_views::list_views_of(&f.app, &owner.ctx, list).await.unwrap();
        assert_eq!(views(SavedList::Tasks).await, std::slice::from_ref(&of_tasks));
        assert_eq!(views(SavedList::People).await.len(), 1, "the same name in another list stays");
        let hidden = save(&books, SavedList::Tasks).await;
        assert!(matches!(hidden, Err(Error::NotFound)), "{hidden:?}");
        let hidden = saved_views::delete_view(&f.app, &books.ctx, &of_tasks.id).await;
        assert!(matches!(hidden, Err(Error::NotFound)), "{hidden:?}");
        assert!(saved_views::list_all_views(&f.app, &books.ctx).await.unwrap().is_empty());
        saved_views::delete_view(&f.app, &owner.ctx, &of_tasks.id).await.unwrap();
        assert!(views(SavedList::Tasks).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn views_of_documents_are_everybodys_by_who_may_delete_documents() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mate = f.join(&owner, "mate@example.com", Role::Member).await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let save = async |who: &Signed, shared| {
            let what = ("Bills", "kind=pdf");
            saved_views::save_view_of(&f.app, &who.ctx, SavedList::Documents, what, shared).await
        };
        let shared = save(&owner, true).await.unwrap();
        let own = save(&mate, false).await.unwrap();
        assert!(matches!(save(&mate, true).await, Err(Error::Forbidden)));
        assert!(matches!(save(&books, false).await, Err(Error::NotFound)));
        let views = async |who: &Signed, list| {
            saved_views::list_views_of(&f.app, &who.ctx, list).await.unwrap()
        };
        let seen = views(&mate, SavedList::Documents).await;
        assert!(seen.len() == 2 && seen.contains(&shared) && seen.contains(&own), "{seen:?}");
        assert_eq!(views(&owner, SavedList::Documents).await, std::slice::from_ref(&shared));
        assert!(views(&mate, SavedList::People).await.is_empty());
        let kept = saved_views::delete_view(&f.app, &mate.ctx, &shared.id).await;
        assert!(matches!(kept, Err(Error::Forbidden)), "{kept:?}");
        let hidden = saved_views::delete_view(&f.app, &books.ctx, &shared.id).await;
        assert!(matches!(hidden, Err(Error::NotFound)), "{hidden:?}");
        saved_views::delete_view(&f.app, &mate.ctx, &own.id).await.unwrap();
        saved_views::delete_view(&f.app, &owner.ctx, &shared.id).await.unwrap();
        assert!(views(&mate, SavedList::Documents).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn of_a_list_there_are_fifty_views_and_no_more() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let save = async |name: &str, list, shared| {
            saved_views::save_view_of(&f.app, &owner.ctx, list, (name, "q=x"), shared).await
        };
        for n in 0..VIEWS_MAX {
            save(&format!("View {n}"), SavedList::People, n % 2 == 0).await.unwrap();
        }
        for shared in [true, false] {
            expect_invalid(save("One more", SavedList::People, shared).await, "name");
        }
        save("View 0", SavedList::People, true).await.unwrap();
        let views = saved_views::list_views(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(views.len(), VIEWS_MAX, "one that is written anew is none more");
        save("One more", SavedList::Tasks, true).await.unwrap();
        let mate = f.join(&owner, "mate@example.com", Role::Member).await;
        saved_views::save_view(&f.app, &mate.ctx, "Mine", "q=x", false).await.unwrap();
    })
    .await;
}
