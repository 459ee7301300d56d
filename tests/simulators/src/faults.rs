//! Faults that wait for the next calls that match: errors, delays, cut connections, duplicates.

use serde::{Deserialize, Serialize};

use crate::http::Request;

/// When a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Nothing happened and nothing is answered.
    Before,
    /// It happened, but nothing is answered.
    After,
    /// It happened and half of the answer arrives.
    Midway,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// An error answer in the provider's form.
    Status {
        /// Such as 401, 403, 410, 412, 429, 500, 503.
        status: u16,
        /// The provider's reason; without one the usual reason of the status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Seconds for a Retry-After header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
        /// Whether the request takes effect all the same.
        #[serde(default)]
        applied: bool,
    },
    /// The right answer, late.
    Slow {
        /// How late.
        millis: u64,
    },
    /// The connection is cut.
    Cut {
        /// When.
        when: Cut,
    },
    /// The request arrives twice; the second answer is given.
    Duplicate,
}

/// A fault and the calls that meet it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Only this method; any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path as sent begins with this.
    pub path: String,
    /// How many calls meet it.
    #[serde(default = "once")]
    pub times: u32,
    /// How many matching calls pass before.
    #[serde(default)]
    pub after: u32,
    /// What goes wrong.
    #[serde(flatten)]
    pub effect: Effect,
}

fn once() -> u32 {
    1
}

impl Fault {
    /// The next call to a path that begins with `path` meets this.
    pub fn next(path: &str, effect: Effect) -> Self {
        Self { method: None, path: path.to_owned(), times: 1, after: 0, effect }
    }

    /// The next call is answered with this status and the provider's usual reason.
    pub fn status(path: &str, status: u16) -> Self {
        let effect = Effect::Status { status, reason: None, retry_after: None, applied: false };
        Self::next(path, effect)
    }

    /// The next call is told to slow down.
    pub fn rate_limited(path: &str, retry_after: u32) -> Self {
        let retry_after = Some(retry_after);
        Self::next(path, Effect::Status { status: 429, reason: None, retry_after, applied: false })
    }

    /// The next call's connection is cut.
    pub fn cut(path: &str, when: Cut) -> Self {
        Self::next(path, Effect::Cut { when })
    }

    /// Only with this method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_uppercase());
        self
    }

    /// For this many calls.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Only after this many matching calls passed.
    pub fn after(mut self, after: u32) -> Self {
        self.after = after;
        self
    }

    fn matches(&self, request: &Request) -> bool {
        let method = self.method.as_deref().unwrap_or(&request.method);
        method.eq_ignore_ascii_case(&request.method) && request.path.starts_with(&self.path)
    }
}

/// The faults that still wait.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// One more.
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// What still waits.
    pub fn waiting(&self) -> &[Fault] {
        &self.0
    }

    /// None any more.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The effect this request meets: the oldest match that is due, used up by one.
    pub fn meet(&mut self, request: &Request) -> Option<Effect> {
        let mut met = None;
        for fault in self.0.iter_mut().filter(|fault| fault.matches(request)) {
            if fault.after > 0 {
                fault.after -= 1;
            } else if fault.times > 0 {
                fault.times -= 1;
                met = Some(fault.effect.clone());
                break;
            }
        }
        self.0.retain(|fault| fault.times > 0);
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_as_many_calls_as_it_was_told_after_those_it_lets_pass() {
        let mut faults = Faults::default();
        faults.add(Fault::status("/a/", 500).method("POST").after(1).times(2));
        let post = Request::new("POST", "/a/b", "", vec![], vec![]);
        let get = Request::new("GET", "/a/b", "", vec![], vec![]);
        let elsewhere = Request::new("POST", "/b", "", vec![], vec![]);
        let met = [&post, &get, &elsewhere, &post, &post, &post]
            .map(|request| faults.meet(request).is_some());
        assert_eq!(met, [false, false, false, true, true, false]);
        assert!(faults.waiting().is_empty());
    }
}
