//! The way out for mail to a server of the test's own.

use std::sync::Arc;

use anyhow::Result;
use app::mail::Post;
use domain::Secret;
use runtime::mail::{Security, Smtp, SmtpConfig};

/// Mail by the server on this port, signed in there as this user; empty for nobody.
pub fn post(port: u16, user: &str) -> Result<Post> {
    let config = SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        user: user.to_owned(),
        password: Secret::from_text(if user.is_empty() { "" } else { "s3cret" }.to_owned()),
        from: "OXPI <office@oxpi.example>".to_owned(),
    };
    Ok(Post::new(
        Smtp::new(&config)?,
        Arc::new(web::mail::ThemedMail::new(Arc::new(web::themes::Themes::built_in()?))),
    ))
}
