//! Lines of the plugin's log, seen by the tenant's admins. No personal data and nothing secret.

use crate::bindings::oxpi::plugin::log as raw;

/// Of interest while looking for a mistake.
pub fn debug(message: &str, fields: &[(&str, &str)]) {
    write("debug", message, fields);
}

/// Of interest.
pub fn info(message: &str, fields: &[(&str, &str)]) {
    write("info", message, fields);
}

/// Somebody should look at it some time.
pub fn warn(message: &str, fields: &[(&str, &str)]) {
    write("warn", message, fields);
}

/// Somebody should look at it now.
pub fn error(message: &str, fields: &[(&str, &str)]) {
    write("error", message, fields);
}

fn write(level: &str, message: &str, fields: &[(&str, &str)]) {
    let fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    raw::write(level, message, &fields);
}
