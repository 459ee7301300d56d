//! `i18n`: the plugin's own texts in the language of the call.

use std::borrow::Cow;

use crate::engine::bindings::oxpi::plugin::i18n;
use crate::engine::state::State;

const ARGS_MAX: usize = 32;
const TEXT_BYTES_MAX: usize = 16 << 10;

impl i18n::Host for State {
    async fn text(&mut self, key: String, args: Vec<(String, String)>) -> wasmtime::Result<String> {
        let sizes = args.iter().map(|(name, value)| name.len() + value.len());
        if key.len() > 200 || args.len() > ARGS_MAX || sizes.sum::<usize>() > TEXT_BYTES_MAX {
            return Ok(key);
        }
        let args: Vec<(&str, Cow<'_, str>)> =
            args.iter().map(|(name, value)| (name.as_str(), Cow::from(value.as_str()))).collect();
        Ok(self.plugin.texts().text(self.ctx.locale, &key, &args))
    }
}
