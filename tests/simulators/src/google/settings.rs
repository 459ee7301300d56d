//! What a test or a demo can set while the simulator runs.

use serde::{Deserialize, Serialize};

/// Behaviour that differs from the usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether the project has the Calendar API switched on; off answers 403 accessNotConfigured.
    pub api_enabled: bool,
    /// The answer at which a requested Meet conference is ready, counted from the write itself:
    /// 0 at once, 1 when the event is first read, and so on.
    pub meet_pending_reads: u32,
    /// Whether requested conferences fail in the end.
    pub meet_fails: bool,
    /// The largest page of any list, whatever maxResults says; 0 means no cap.
    pub page_size_max: usize,
    /// Whether a list begins with an empty page that has a nextPageToken.
    pub empty_first_page: bool,
    /// The life of an access token.
    pub access_token_secs: i64,
    /// The life of a refresh token; 0 means for ever. 604800 is an app in testing.
    pub refresh_token_secs: i64,
    /// The life of an authorization code.
    pub code_secs: i64,
    /// The life of a sync token.
    pub sync_token_secs: i64,
    /// How many of the next pushes get lost.
    pub drop_pushes: u32,
    /// How many of the next pushes arrive twice.
    pub duplicate_pushes: u32,
    /// Whether the apps are known; else every client id and secret is wrong.
    pub clients_known: bool,
    /// Whether the apps' redirect addresses are those that are asked for.
    pub redirects_known: bool,
    /// Whether only those may sign in who were named as testers, which nobody was.
    pub only_testers: bool,
    /// Whether the right to events is left out of what people allow.
    pub withhold: bool,
    /// By how many seconds the answers' date differs from the time.
    pub date_off_secs: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_enabled: true,
            meet_pending_reads: 0,
            meet_fails: false,
            page_size_max: 0,
            empty_first_page: false,
            access_token_secs: 3_599,
            refresh_token_secs: 0,
            code_secs: 600,
            sync_token_secs: 28 * 86_400,
            drop_pushes: 0,
            duplicate_pushes: 0,
            clients_known: true,
            redirects_known: true,
            only_testers: false,
            withhold: false,
            date_off_secs: 0,
        }
    }
}
