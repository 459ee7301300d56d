//! What happens to every request around its handler.

pub mod confirm;
pub mod guard;
pub mod intake;
pub mod limit;
pub mod pages;

#[cfg(test)]
mod tests;
