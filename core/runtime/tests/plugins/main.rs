//! The runtime from outside: one binary, as linking the engine twice would cost a minute.

mod calls;
mod egress;
mod fake;
mod gate;
mod guests;
mod manifest;
mod server;
