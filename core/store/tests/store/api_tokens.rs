//! Tokens of programs, what was answered to them, and members' feeds.

use domain::{ApiScope, ApiTokenId, MemberId, Role, TenantId};
use serde_json::json;
use store::api_answers::{self, ApiAnswer};
use store::api_tokens::{self, ApiToken};
use store::calendar_feeds::{self, CalendarFeed};
use store::{Db, members};

use crate::support::*;

async fn a_member(db: &Db, world: &World) -> (TenantId, MemberId) {
    let tenant = a_tenant(db, world).await;
    let account = an_account(db, world, "owner@x.il").await;
    let member = world.member(&tenant, &account, Role::Owner);
    let id = member.id.clone();
    db.write(move |c| members::insert(c, &member)).await.unwrap();
    (tenant, id)
}

fn token(world: &World, tenant: &TenantId, member: &MemberId, hash: &str) -> ApiToken {
    ApiToken {
        tenant_id: tenant.clone(),
        id: ApiTokenId::new(&world.clock, &world.rng),
        member_id: member.clone(),
        name: "Shop".to_owned(),
        ending: "abcd".to_owned(),
        token_hash: hash.to_owned(),
        scopes: [ApiScope::PeopleRead, ApiScope::TasksWrite].into_iter().collect(),
        created_at: START,
        expires_at: Some(START.plus_secs(60)),
        used_at: None,
    }
}

fn answer(token: &ApiToken, key: &str) -> ApiAnswer {
    ApiAnswer {
        tenant_id: token.tenant_id.clone(),
        token_id: token.id.clone(),
        key: key.to_owned(),
        request_hash: "h".to_owned(),
        status: None,
        headers_json: json!([]).into(),
        body: String::new(),
        created_at: START,
    }
}

store::both_backends! {
    async fn a_token_is_found_by_its_hash_until_it_expires(db: Db) {
        let world = World::new();
        let (tenant, member) = a_member(&db, &world).await;
        let one = token(&world, &tenant, &member, "one");
        let (kept, late) = (one.clone(), START.plus_secs(60));
        db.write(move |c| api_tokens::insert(c, &kept)).await.unwrap();
        let found = db.read(|c| api_tokens::find_by_hash(c, "one", START)).await.unwrap();
        assert_eq!(found, Some(one.clone()));
        assert!(db.read(move |c| api_tokens::find_by_hash(c, "one", late)).await.unwrap().is_none());
        let (of, id) = (tenant.clone(), one.id.clone());
        db.write(move |c| {
            api_tokens::touch(c, &of, &id, late)?;
            assert_eq!(api_tokens::list(c, &of)?[0].used_at, Some(late));
            api_tokens::delete(c, &of, &id)?;
            assert!(matches!(api_tokens::delete(c, &of, &id), Err(store::Error::NotFound)));
            assert!(matches!(api_tokens::touch(c, &of, &id, late), Err(store::Error::NotFound)));
            Ok(())
        }).await.unwrap();
    }

    async fn tokens_feeds_and_answers_go_with_their_member(db: Db) {
        let world = World::new();
        let (tenant, owner) = a_member(&db, &world).await;
        let account = an_account(&db, &world, "other@x.il").await;
        let other = world.member(&tenant, &account, Role::Admin);
        let one = token(&world, &tenant, &other.id, "one");
        let own = token(&world, &tenant, &owner, "own");
        let feed = CalendarFeed {
            tenant_id: tenant.clone(),
            member_id: other.id.clone(),
            secret_hash: "feed".to_owned(),
            created_at: START,
            read_at: None,
            digest: String::new(),
            changed_at: START,
        };
        db.write(move |c| {
            members::insert(c, &other)?;
            api_tokens::insert(c, &one)?;
            api_tokens::insert(c, &own)?;
            assert!(api_answers::insert(c, &answer(&one, "k"))?);
            calendar_feeds::replace(c, &feed)?;
            members::delete(c, &tenant, &other.id)?;
            assert!(api_tokens::find(c, &tenant, &one.id)?.is_none());
            assert!(api_answers::find(c, &tenant, &one.id, "k")?.is_none());
            assert!(calendar_feeds::find_by_hash(c, "feed")?.is_none());
            assert!(api_tokens::find(c, &tenant, &own.id)?.is_some());
            assert_eq!(api_tokens::delete_of(c, &tenant, &owner)?, 1);
            Ok(())
        }).await.unwrap();
    }

    async fn an_answer_is_begun_once_and_kept(db: Db) {
        let world = World::new();
        let (tenant, member) = a_member(&db, &world).await;
        let one = token(&world, &tenant, &member, "one");
        db.write(move |c| {
            api_tokens::insert(c, &one)?;
            assert!(api_answers::insert(c, &answer(&one, "k"))?);
            assert!(!api_answers::insert(c, &answer(&one, "k"))?);
            let done = ApiAnswer { status: Some(201), body: "{}".to_owned(), ..answer(&one, "k") };
            api_answers::update(c, &done)?;
            assert_eq!(api_answers::find(c, &tenant, &one.id, "k")?, Some(done));
            assert_eq!(api_answers::delete_before(c, START)?, 0);
            assert_eq!(api_answers::delete_before(c, START.plus_secs(1))?, 1);
            Ok(())
        }).await.unwrap();
    }

    async fn a_member_has_one_feed_and_a_new_one_ends_the_old(db: Db) {
        let world = World::new();
        let (tenant, member) = a_member(&db, &world).await;
        let feed = |hash: &str| CalendarFeed {
            tenant_id: tenant.clone(),
            member_id: member.clone(),
            secret_hash: hash.to_owned(),
            created_at: START,
            read_at: None,
            digest: String::new(),
            changed_at: START,
        };
        let (old, new) = (feed("old"), feed("new"));
        db.write(move |c| {
            calendar_feeds::replace(c, &old)?;
            calendar_feeds::replace(c, &new)?;
            assert!(calendar_feeds::find_by_hash(c, "old")?.is_none());
            assert!(matches!(calendar_feeds::touch(c, &old), Err(store::Error::NotFound)));
            let read = CalendarFeed { read_at: Some(START), digest: "d".to_owned(), ..new };
            calendar_feeds::touch(c, &read)?;
            assert_eq!(calendar_feeds::find_by_hash(c, "new")?, Some(read.clone()));
            assert!(calendar_feeds::delete(c, &read.tenant_id, &read.member_id)?);
            assert!(!calendar_feeds::delete(c, &read.tenant_id, &read.member_id)?);
            Ok(())
        }).await.unwrap();
    }
}
