//! Stand-ins for providers: stateful, strict, and able to fail on demand.
