//! One file a command.

pub mod admin;
pub mod audit;
pub mod config;
pub mod doctor;
pub mod migrate;
pub mod plugin;
pub mod sample;
pub mod serve;
pub mod vault;
