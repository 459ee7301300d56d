//! Second factors of the account: the authenticator app and recovery codes.

use actix_web::HttpResponse;
use actix_web::web::Form;
use app::factors::{self, Added};
use app::sessions::SignedIn;
use app::{Error, passkeys};
use domain::Timestamp;
use serde::Deserialize;

use crate::answer::{Answer, form_errors, go, go_with};
use crate::cookies;
use crate::error::Failure;
use crate::member::Member;
use crate::qr;
use crate::views::Errors;
use crate::views::account::{AppEnrolment, FactorRows, PasskeyRow, RecoveryCodes};

/// The rows of the profile.
pub(super) async fn rows(member: &Member) -> Result<FactorRows, Failure> {
    let (app, login) = (&member.web.app, &member.login);
    let found = factors::list_factors(app, login).await?;
    let any = factors::my_methods(app, login).await?.any();
    let dates = member.dates();
    let day = |at: Timestamp| dates.short(dates.local(at).date());
    let passkey = |view: factors::PasskeyView| PasskeyRow {
        id: view.id.to_string(),
        name: view.name,
        added: day(view.added_at),
        used: view.used_at.map(|at| dates.moment(at)).unwrap_or_default(),
    };
    Ok(FactorRows {
        app_since: found.app.map(|app| day(app.added_at)).unwrap_or_default(),
        passkeys: found.passkeys.into_iter().map(passkey).collect(),
        passkeys_possible: passkeys::is_possible(app),
        codes_left: found.codes_left,
        any,
    })
}

/// Makes a key for an authenticator app and shows it.
pub async fn begin_app(member: Member) -> Answer {
    factors::begin_app(&member.web.app, &member.login).await?;
    Ok(go("/profile/app"))
}

/// Shows the key that was begun.
pub async fn show_app(member: Member) -> Answer {
    enrolment(&member, Errors::new()).await
}

async fn enrolment(member: &Member, errors: Errors) -> Answer {
    let enrolment = match factors::get_enrolment(&member.web.app, &member.login).await {
        Err(Error::NotFound) => return Ok(go("/profile")),
        other => other?,
    };
    let picture = qr::picture(&enrolment.uri).ok_or_else(|| Error::internal("no QR code"))?;
    let page = AppEnrolment { picture, key: grouped(&enrolment.key), errors };
    member.form_page(&page, &page.errors).await
}

/// Four letters at a time, as they are typed.
fn grouped(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// What the form sends.
#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
}

/// Makes the app count. Recovery codes are on the answered page and nowhere else.
pub async fn confirm_app(member: Member, form: Form<CodeForm>) -> Answer {
    match factors::confirm_app(&member.web.app, &member.login, &form.code).await {
        Ok(added) => show_codes(&member, added, "said-app-added").await,
        Err(Error::NotFound) => Ok(go("/profile")),
        Err(error) => enrolment(&member, form_errors(error)?).await,
    }
}

/// Shows new recovery codes; without any, the profile says what was done.
pub(super) async fn show_codes(member: &Member, added: Added, said: &str) -> Answer {
    if added.recovery_codes.is_empty() {
        return Ok(back(member, &added.signed, said));
    }
    let text = added.recovery_codes.join("\n");
    let page = RecoveryCodes { codes: added.recovery_codes, text };
    let mut answer = member.page(&page).await?;
    let cookie = cookies::session(&member.web, &added.signed.token);
    answer.add_cookie(&cookie).map_err(Error::internal)?;
    Ok(answer)
}

/// Back to the profile with the session's new token.
pub(super) fn back(member: &Member, signed: &SignedIn, said: &str) -> HttpResponse {
    let set = [
        cookies::session(&member.web, &signed.token),
        cookies::passing(&member.web, cookies::SAID, said),
    ];
    go_with("/profile", set)
}

/// Takes the app away.
pub async fn remove_app(member: Member) -> Answer {
    let signed = factors::remove_app(&member.web.app, &member.login).await?;
    Ok(back(&member, &signed, "said-app-removed"))
}

/// Makes new recovery codes.
pub async fn renew_codes(member: Member) -> Answer {
    let added = factors::renew_recovery_codes(&member.web.app, &member.login).await?;
    show_codes(&member, added, "said-app-added").await
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn a_key_is_shown_four_letters_at_a_time() {
        assert_eq!(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
