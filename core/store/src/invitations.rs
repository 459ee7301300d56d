//! Invitations to a tenant: bound to an address and a role, used once.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, InvitationId, Role, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, settled};
use crate::schema::invitations;
use crate::scope;

row! {
    /// An invitation. Its token is kept hashed.
    #[derive(Clone, PartialEq)]
    pub struct Invitation: invitations, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: InvitationId as String,
        pub email: String,
        pub role: Role as String,
        pub token_hash: String,
        pub invited_by: AccountId as String,
        pub created_at: Timestamp as i64,
        pub expires_at: Timestamp as i64,
        pub accepted_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub revoked_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Invitation {
    /// Whether it can still be accepted.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.accepted_at.is_none() && self.revoked_at.is_none() && self.expires_at > now
    }
}

/// The invitation, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &InvitationId) -> Result<Option<Invitation>> {
    scope::tenant(c, tenant)?;
    let query = invitations::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Invitation::as_select()).first(c).optional()?)
}

/// The open invitation that a token's hash names. Whoever holds the token knows no tenant yet.
pub fn find_open(c: &mut Conn, token_hash: &str, now: Timestamp) -> Result<Option<Invitation>> {
    scope::system(c)?;
    let query = invitations::table
        .filter(invitations::token_hash.eq(token_hash))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now.as_millis()));
    Ok(query.select(Invitation::as_select()).first(c).optional()?)
}

/// An open invitation of an address, whichever business's.
pub fn find_open_by_email(c: &mut Conn, email: &str, now: Timestamp) -> Result<Option<Invitation>> {
    scope::system(c)?;
    let query = invitations::table
        .filter(invitations::email.eq(email))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now.as_millis()))
        .order(invitations::id);
    Ok(query.select(Invitation::as_select()).first(c).optional()?)
}

/// The tenant's invitations that nobody has accepted or revoked, newest first; expired ones too.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Invitation>> {
    scope::tenant(c, tenant)?;
    Ok(invitations::table
        .filter(invitations::tenant_id.eq(tenant.as_str()))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .order(invitations::id.desc())
        .select(Invitation::as_select())
        .load(c)?)
}

/// Adds an invitation; its address is kept in lower case.
pub fn insert(c: &mut Conn, invitation: &Invitation) -> Result<()> {
    scope::tenant(c, &invitation.tenant_id)?;
    let email = crate::accounts::normal_email(&invitation.email);
    let invitation = Invitation { email, ..invitation.clone() };
    diesel::insert_into(invitations::table).values(invitation).execute(c)?;
    Ok(())
}

/// Uses the invitation up. Of any number of tries at the same time one succeeds.
///
/// # Errors
/// [`Error::NotFound`] when no open invitation has this token.
pub fn accept(c: &mut Conn, token_hash: &str, now: Timestamp) -> Result<Invitation> {
    scope::system(c)?;
    let open = invitations::table
        .filter(invitations::token_hash.eq(token_hash))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now.as_millis()));
    let update = diesel::update(open).set(invitations::accepted_at.eq(now.as_millis()));
    let accepted: Option<Invitation> = each_backend!(c, |c| {
        update.returning(Invitation::as_returning()).get_result(c).optional()?
    });
    accepted.ok_or(Error::NotFound)
}

/// Takes the invitation back.
///
/// # Errors
/// [`Error::Conflict`] when it was accepted or revoked before.
pub fn revoke(c: &mut Conn, tenant: &TenantId, id: &InvitationId, now: Timestamp) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = invitations::table
        .find((tenant.as_str(), id.as_str()))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null());
    let set = invitations::revoked_at.eq(now.as_millis());
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}
