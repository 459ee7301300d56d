//! A fake host for plugin tests: the real runtime with fake vault, clock and HTTP.
