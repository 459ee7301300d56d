//! The runtime from outside: one binary, as linking the engine twice would cost a minute.

mod manifest;
