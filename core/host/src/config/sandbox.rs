//! `[sandbox]`: simulators in place of providers.

use runtime::Redirect;
use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(try_from = "Written")]
pub struct Sandbox {
    /// Whether the sandbox is on.
    pub enabled: bool,
    /// Which provider leads to which simulator.
    pub redirects: Vec<Redirect>,
}

impl Sandbox {
    /// The redirects in effect: none while the sandbox is off.
    pub fn active(&self) -> &[Redirect] {
        if self.enabled { &self.redirects } else { &[] }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    enabled: bool,
    redirects: Vec<WrittenRedirect>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct WrittenRedirect(Redirect);

impl TryFrom<String> for WrittenRedirect {
    type Error = runtime::egress::BadRedirect;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl TryFrom<Written> for Sandbox {
    type Error = &'static str;
    fn try_from(written: Written) -> Result<Self, Self::Error> {
        if written.enabled && written.redirects.is_empty() {
            return Err(
                "enabled, but redirects names no simulator; expected at least one such as \
                 *=http://127.0.0.1:9090",
            );
        }
        let redirects = written.redirects.into_iter().map(|redirect| redirect.0).collect();
        Ok(Self { enabled: written.enabled, redirects })
    }
}
