//! The plugin's own texts in the language of the call.

use crate::bindings::oxpi::plugin::i18n as raw;

/// A text by its key; the key itself if it is missing. [`crate::t!`] is shorter.
pub fn text(key: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<(String, String)> =
        args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    raw::text(key, &args)
}

/// A text by its key: `t!("greeting")` or `t!("greeting", name = person.name, count = 3)`.
#[macro_export]
macro_rules! t {
    ($key:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::i18n::text($key, &[$((stringify!($name), &*::std::string::ToString::to_string(&$value))),*])
    };
}
