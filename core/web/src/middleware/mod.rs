//! What happens to every request around its handler.

pub mod confirm;
pub mod guard;
pub mod intake;
pub mod limit;
pub mod pages;
pub mod room;

#[cfg(test)]
mod tests;
