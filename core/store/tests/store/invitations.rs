//! Invitations work once, in time, and not after being revoked.

use domain::{InvitationId, Role, TenantId};
use store::Db;
use store::invitations::{self, Invitation};

use crate::support::*;

async fn invite(db: &Db, world: &World, token: &str) -> (TenantId, InvitationId) {
    let tenant = a_tenant(db, world).await;
    let by = an_account(db, world, &format!("{tenant}@x.il")).await;
    let id = InvitationId::new(&world.clock, &world.rng);
    let invitation = Invitation {
        tenant_id: tenant.clone(),
        id: id.clone(),
        email: "New@X.il".to_owned(),
        role: Role::Member,
        token_hash: token.to_owned(),
        invited_by: by,
        created_at: START,
        expires_at: START.plus_secs(60),
        accepted_at: None,
        revoked_at: None,
    };
    db.write(move |c| invitations::insert(c, &invitation)).await.unwrap();
    (tenant, id)
}

store::both_backends! {
    async fn one_of_many_tries_accepts(db: Db) {
        let world = World::new();
        for round in 0..4 {
            let token = format!("token-{round}");
            invite(&db, &world, &token).await;
            let results =
                at_once(&db, 16, move |_, c| invitations::accept(c, &token, START)).await;
            assert_eq!(successes(&results), 1);
            assert!(results.into_iter().filter_map(Result::err)
                .all(|error| matches!(error, store::Error::NotFound)));
        }
    }

    async fn an_accepted_invitation_tells_what_it_was_for(db: Db) {
        let world = World::new();
        let (tenant, _) = invite(&db, &world, "t").await;
        let accepted = db.write(|c| invitations::accept(c, "t", START)).await.unwrap();
        assert_eq!((accepted.tenant_id, accepted.role), (tenant, Role::Member));
        assert_eq!(accepted.email, "new@x.il");
        assert_eq!(accepted.accepted_at, Some(START));
    }

    async fn an_expired_invitation_is_refused(db: Db) {
        let world = World::new();
        invite(&db, &world, "t").await;
        let late = START.plus_secs(60);
        assert!(db.read(move |c| invitations::find_open(c, "t", late)).await.unwrap().is_none());
        assert_not_found(db.write(move |c| invitations::accept(c, "t", late)).await);
    }

    async fn a_revoked_invitation_is_refused(db: Db) {
        let world = World::new();
        let (tenant, id) = invite(&db, &world, "t").await;
        let (of, which) = (tenant.clone(), id.clone());
        db.write(move |c| invitations::revoke(c, &of, &which, START)).await.unwrap();
        assert_not_found(db.write(|c| invitations::accept(c, "t", START)).await);
        let of = tenant.clone();
        assert!(db.read(move |c| invitations::list(c, &of)).await.unwrap().is_empty());
        assert_conflict(db.write(move |c| invitations::revoke(c, &tenant, &id, START)).await);
    }
}
