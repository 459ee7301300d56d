//! The page that asks once more who it is, where nothing else is waiting to be sent again. The proof
//! itself is taken on the way to the handler, for every form alike (middleware/confirm.rs).

use actix_web::web::{Form, Query};
use app::Error;

use crate::answer::{Answer, go, own_path};
use crate::member::Account;
use crate::pages::door::Next;

/// Asks; who proved it minutes ago goes on at once.
pub async fn show(account: Account, query: Query<Next>) -> Answer {
    account.login.require_recent()?;
    Ok(go(own_path(&query.next)))
}

/// Goes on, once the proof was taken.
pub async fn confirm(account: Account, form: Form<Next>) -> Answer {
    if !account.login.is_recent {
        return Err(Error::Unproven.into());
    }
    Ok(go(own_path(&form.next)))
}
