//! Reading JSON into types by way of a tree. Code that reads a type from text and again from a tree
//! would be in the component twice; this way each type's reader is there once.

use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

/// JSON text to a type.
pub(crate) fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    serde_json::from_value(tree(text)?)
}

/// One copy of the parser, whoever calls.
#[inline(never)]
fn tree(text: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(text)
}
