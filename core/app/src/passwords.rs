//! Hashing and checking passwords without letting them eat the machine: each hash takes tens of
//! megabytes and a tenth of a second, so only a few run at once, away from the threads that serve.

use std::time::Duration;

use domain::Secret;
use tokio::sync::{Semaphore, SemaphorePermit};
use vault::password::{self, Weak};

use crate::error::{Error, Result};

/// How long a sign-in waits for its turn before it is told to come back.
const WAIT_SECS_MAX: u64 = 30;
/// When it is told to come back.
const RETRY_AFTER_SECS: u64 = 10;

static TURNS: Semaphore = Semaphore::const_new(password::AT_ONCE);

/// Refuses a password that is too short, too long, well known, or made of what anybody knows of the
/// account: `own` are its address, its name and its business's.
pub(crate) fn check(field: &str, typed: &Secret, own: &[&str]) -> Result<()> {
    let text = typed.expose_text().ok_or_else(|| Error::invalid(field, "error-not-text"))?;
    password::check_strength(text).map_err(|weak| Error::invalid(field, key_of(weak)))?;
    if is_made_of(text, own) {
        return Err(Error::invalid(field, "error-password-own"));
    }
    Ok(())
}

/// Characters that must be left of a password without the words that anybody could guess.
const OTHER_CHARS_MIN: usize = 8;
/// Shorter words are in too many others.
const WORD_CHARS_MIN: usize = 3;
/// The program's own name is everybody's first guess.
const OURS: &str = "oxpi";

/// Whether little is left without the words of these texts.
fn is_made_of(password: &str, own: &[&str]) -> bool {
    let own = format!("{OURS} {}", own.join(" ")).to_lowercase();
    let mut words: Vec<&str> = own.split(|c: char| !c.is_alphanumeric()).collect();
    words.retain(|word| word.chars().count() >= WORD_CHARS_MIN);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let before = password.to_lowercase();
    let mut left = before.clone();
    for word in words {
        left = left.replace(word, " ");
    }
    left != before && letters(&left) < OTHER_CHARS_MIN
}

fn key_of(weak: Weak) -> &'static str {
    match weak {
        Weak::TooShort => "error-password-too-short",
        Weak::TooLong => "error-password-too-long",
        Weak::Common => "error-password-common",
        Weak::Pattern => "error-password-pattern",
    }
}

/// Hashes a password for storing.
pub(crate) async fn hash(typed: Secret) -> Result<String> {
    in_turn(move || password::hash(&typed).map_err(Error::from)).await?
}

/// What came of looking at a password.
pub(crate) struct Checked {
    /// Whether it is the one that was hashed.
    pub is_right: bool,
    /// A new hash with today's cost, when it is right and the old one has another.
    pub rehashed: Option<String>,
}

/// Whether this is the password that was hashed; hashes it anew where that is due. An account
/// without a password takes as long as any other.
pub(crate) async fn check_and_rehash(hash: String, typed: Secret) -> Result<Checked> {
    if typed.len() > password::LENGTH_MAX {
        return Ok(Checked { is_right: false, rehashed: None });
    }
    in_turn(move || {
        if hash.is_empty() {
            password::verify_nothing(&typed);
            return Ok(Checked { is_right: false, rehashed: None });
        }
        let is_right = password::verify(&hash, &typed);
        let rehashed = (is_right && password::needs_rehash(&hash)).then(|| password::hash(&typed));
        Ok(Checked { is_right, rehashed: rehashed.transpose()? })
    })
    .await?
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let turn = turn().await?;
    // The permit moves along: a client that goes away doesn't free a turn that is still being used.
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    done.await.map_err(Error::internal)
}

async fn turn() -> Result<SemaphorePermit<'static>> {
    match tokio::time::timeout(Duration::from_secs(WAIT_SECS_MAX), TURNS.acquire()).await {
        Ok(permit) => permit.map_err(Error::internal),
        Err(_) => Err(Error::Limited { retry_after_secs: RETRY_AFTER_SECS }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_of_ones_own_words_is_refused() {
        let own = ["dana@wildfig.example", "Dana Levi", "פרחי תאנת הבר"];
        for weak in ["danalevi12345", "WildFig-Dana-2026", "dana levi 7 levi", "תאנת הבר 1234!!"]
        {
            let outcome = check("password", &Secret::from_text(weak.to_owned()), &own);
            let is_own =
                matches!(&outcome, Err(Error::Invalid { key, .. }) if key == "error-password-own");
            assert!(is_own, "{weak}: {outcome:?}");
        }
        for good in
            ["seven quiet green lamps", "dana likes seven quiet lamps", "תאנת הבר הכי מתוקה"]
        {
            let outcome = check("password", &Secret::from_text(good.to_owned()), &own);
            assert!(outcome.is_ok(), "{good}: {outcome:?}");
        }
    }
}
