//! What the whole-system tests share: a house with every room in it, a simulator next door, and
//! somebody who clicks through a provider's consent page.

pub mod browser;
pub mod house;
pub mod http;
pub mod process;
pub mod proposals;
pub mod shelf;
pub mod site;

pub use house::House;
