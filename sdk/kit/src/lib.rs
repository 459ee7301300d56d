//! What a plugin author needs: a trait with defaults, one macro, typed wrappers.
