//! On whose behalf a use case runs.

use domain::{
    AccountId, ApiScope, ApiScopes, ApiTokenId, Locale, MemberId, Permission, Role, TenantId, Zone,
};

use crate::error::{Error, Result};

/// A signed-in member at work in one tenant. Built from the session on every request, so that a
/// member who was removed a second ago is a stranger now.
#[derive(Debug, Clone)]
pub struct Context {
    /// The business.
    pub tenant: TenantId,
    /// Who acts.
    pub account: AccountId,
    /// Their place in the business.
    pub member: MemberId,
    /// What they may do there.
    pub role: Role,
    /// The language they read.
    pub locale: Locale,
    /// The business's time zone.
    pub zone: Zone,
    /// Where the request came from.
    pub origin: Origin,
    /// Whether they proved who they are within the last minutes; see [`Context::require_recent`].
    pub is_recent: bool,
    /// What the token is good for, where a program asks with one; None for a member themselves.
    pub scopes: Option<ApiScopes>,
}

impl Context {
    /// Whether the role allows it, and the token too where a program asks with one.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission) && self.scopes.is_none_or(|scopes| scopes.allow(permission))
    }

    /// Refuses who lacks the permission to do something with what they can see.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Asks for a recent proof of who acts, before what a borrowed or stolen session must not do:
    /// [`Error::Unproven`] when the last is too long ago.
    pub fn require_recent(&self) -> Result<()> {
        if self.is_recent { Ok(()) } else { Err(Error::Unproven) }
    }

    /// The same, or a token that is good for it: whoever made the token proved who they are, and ticked
    /// this.
    pub fn require_recent_or(&self, scope: ApiScope) -> Result<()> {
        match self.scopes {
            Some(scopes) if scopes.has(scope) => Ok(()),
            _ => self.require_recent(),
        }
    }

    /// Hides what the role can't even see.
    pub fn require_to_see(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::NotFound) }
    }
}

/// Where a request came from, for the activity log and for limits.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The request's id; also in the log and on error pages.
    pub request_id: String,
    /// The client's address; a proxy's only where none is configured.
    pub address: String,
    /// The client's `User-Agent`, at most 300 characters.
    pub device: String,
    /// What [`crate::attempts::mark_of_browser`] left in the browser, as it sends it.
    pub browser: Option<String>,
    /// The token that a program asks with.
    pub token: Option<UsedToken>,
}

/// A token at work, as the activity log names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedToken {
    /// Which.
    pub id: ApiTokenId,
    /// What it is called.
    pub name: String,
}
