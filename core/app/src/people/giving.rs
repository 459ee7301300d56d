//! Telling whoever is given people to look after, and of leads that come from outside. Whoever gives somebody
//! to themselves knows.

use domain::{MemberId, PersonId, UndoId};
use store::Conn;
use store::people::{Person, Standing};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, notifications};

/// Tells of somebody new: of a lead that a program brings, whoever is to turn to them; of anybody else, whom
/// another gave them to.
pub(super) fn tell_of_new(app: &App, c: &mut Conn, ctx: &Context, of: &Person) -> Result<()> {
    if ctx.origin.token.is_some() && of.standing == Standing::Lead {
        return notifications::lead_came(app, c, of);
    }
    tell_owner(app, c, ctx, of)
}

/// Tells whoever looks after somebody from now on that another gave them to them.
pub(super) fn tell_owner(app: &App, c: &mut Conn, ctx: &Context, of: &Person) -> Result<()> {
    match &of.owner_id {
        Some(owner) if *owner != ctx.member => notifications::person_assigned(app, c, of, owner),
        _ => Ok(()),
    }
}

/// Tells whoever another gave these people to by one act: once, however many they are.
pub(super) fn tell_given(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    to: &MemberId,
    given: &[PersonId],
    undo: &UndoId,
) -> Result<()> {
    match given {
        [] => Ok(()),
        _ if *to == ctx.member => Ok(()),
        [one] => {
            let person = store::people::get(c, &ctx.tenant, one)?;
            notifications::person_assigned(app, c, &person, to)
        }
        many => {
            let count = i64::try_from(many.len()).map_err(Error::internal)?;
            notifications::people_assigned(app, c, &ctx.tenant, undo.as_str(), (to, count))
        }
    }
}
