//! What the whole-system tests share: a house with every room in it, a simulator next door, and
//! somebody who clicks through a provider's consent page.

#[path = "../../core/app/tests/app/support/authenticator.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]
pub mod authenticator;
pub mod browser;
pub mod caldav;
pub mod house;
pub mod http;
pub mod mailbox;
pub mod process;
pub mod proposals;
pub mod python;
pub mod radicale;
pub mod receiver;
pub mod shelf;
pub mod site;

pub use house::House;
