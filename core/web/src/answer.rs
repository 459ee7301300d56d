//! Answers that handlers give: a page, or the way to another one.

use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use app::tenants::Brand;
use app::{Error, told};

use crate::cookies;
use crate::error::Failure;
use crate::member::{Account, Member};
use crate::views::{Errors, Page, Shell};
use crate::visit::{TOLD, Visit};

/// What handlers answer.
pub type Answer = Result<HttpResponse, Failure>;

/// Where a page's forms may lead besides this site: a provider, by redirect.
#[derive(Debug, Clone)]
pub struct FormTarget(pub String);

fn html(status: StatusCode, body: String, said: bool, visit: &Visit) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    answer.content_type("text/html; charset=utf-8");
    if said {
        answer.cookie(cookies::forget(&visit.web, cookies::SAID));
    }
    answer.body(body)
}

/// The status of a page that shows its form again.
fn status_of(errors: &Errors) -> StatusCode {
    if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

impl Member {
    /// A page.
    pub async fn page<P: Page>(&self, page: &P) -> Answer {
        self.form_page(page, &Errors::new()).await
    }

    /// A page in a frame of its own.
    pub fn page_in<P: Page>(&self, page: &P, shell: &Shell) -> Answer {
        let body = self.web.themes.render(page, shell)?;
        Ok(html(StatusCode::OK, body, self.says(), &self.visit))
    }

    /// A page whose form may have been wrong.
    pub async fn form_page<P: Page>(&self, page: &P, errors: &Errors) -> Answer {
        let body = self.draw(page).await?;
        Ok(html(status_of(errors), body, self.says(), &self.visit))
    }
}

impl Account {
    /// A page for an account that isn't at work in a business.
    pub fn door<P: Page>(&self, page: &P) -> Answer {
        let shell = self.visit.door_shell(self.login.locale);
        let body = self.web.themes.render(page, &shell)?;
        Ok(html(StatusCode::OK, body, self.says(), &self.visit))
    }
}

impl Visit {
    /// A page of a business for somebody who isn't signed in.
    pub fn door_of<P: Page>(&self, page: &P, brand: &Brand, errors: &Errors) -> Answer {
        let body = self.web.themes.render(page, &self.door_shell(self.locale).worn_by(brand))?;
        Ok(html(status_of(errors), body, self.says(), self))
    }

    /// A page for somebody who isn't signed in.
    pub fn door<P: Page>(&self, page: &P, errors: &Errors) -> Answer {
        let body = self.web.themes.render(page, &self.door_shell(self.locale))?;
        Ok(html(status_of(errors), body, self.says(), self))
    }

    /// To another page, which says what was done.
    pub fn said(&self, to: &str, key: &str) -> Answer {
        Ok(go_with(to, [cookies::passing(&self.web, cookies::SAID, key)]))
    }
}

impl Member {
    /// To another page, which shows these words: a plugin's, or some with a time in them.
    pub fn told(&self, to: &str, words: &str) -> Answer {
        let sealed = format!("{TOLD}{}", told::seal(&self.web.app, &self.ctx, words));
        Ok(go_with(to, [cookies::passing(&self.web, cookies::SAID, &sealed)]))
    }
}

impl Visit {
    /// The same, with the way to take it back.
    pub fn said_undo(&self, to: &str, key: &str, undo: &str) -> Answer {
        let said = format!("{key}|{undo}");
        Ok(go_with(to, [cookies::passing(&self.web, cookies::SAID, &said)]))
    }
}

/// To another page.
pub fn go(to: &str) -> HttpResponse {
    go_with(to, [])
}

/// To another page, with cookies.
pub fn go_with<const N: usize>(to: &str, set: [Cookie<'static>; N]) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((LOCATION, to));
    for cookie in set {
        answer.cookie(cookie);
    }
    answer.finish()
}

/// What a form shows again: errors of its fields stay on the page, everything else is an error page.
pub fn form_errors(error: Error) -> Result<Errors, Failure> {
    match error {
        Error::Invalid { field, key } => Ok(Errors::from([(field, key)])),
        Error::Conflict { key } => Ok(Errors::from([("form".to_owned(), key.to_owned())])),
        Error::Taken { .. } => {
            Ok(Errors::from([(TAKEN.to_owned(), "error-time-taken".to_owned())]))
        }
        other => Err(other.into()),
    }
}

/// The field whose error says that the time is taken; the page shows by what.
pub const TAKEN: &str = "taken";

/// A path of our own, so that nobody is sent elsewhere by a link that looks like ours.
pub fn own_path(path: &str) -> &str {
    let inside = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t'])
        && path.len() <= 1_000;
    if inside { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_paths_of_our_own_are_followed() {
        assert_eq!(own_path("/people?stage=lead"), "/people?stage=lead");
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/\t/x"]
        {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
        }
    }
}
