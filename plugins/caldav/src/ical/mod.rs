//! iCalendar (RFC 5545), as much as appointments need: documents are kept line by line, so that whatever
//! other programs wrote into them, such as alarms and zones, stays as it is.

mod document;
mod text;
mod time;

pub use document::{Document, Property};
pub use text::{escape, unescape};
pub use time::{Instants, When, local_in, span_of, utc};
