//! Turns a compiled plugin into a component and lays out its package.
