//! Errors as Google's APIs write them: `{"error": {"errors": [...], "code", "message"}}`.

use serde_json::{Value, json};

use crate::http::{Reply, Request};

/// An error answer of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// `global`, `calendar` or `usageLimits`.
    pub domain: &'static str,
    /// The machine-readable reason.
    pub reason: Box<str>,
    /// For people.
    pub message: Box<str>,
    /// Where: `parameter` or `header`, and its name.
    pub location: Option<(&'static str, Box<str>)>,
    /// The WWW-Authenticate header.
    pub challenge: Option<Box<str>>,
    /// The newer format's word, and where the person is sent to mend it.
    pub info: Option<&'static (&'static str, &'static str)>,
}

/// Where the API is switched on.
const ACTIVATION: &str = "https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=1";

/// An answer, or the error that is one.
pub type Answer<T = Reply> = Result<T, ApiError>;

impl ApiError {
    /// An error of the `global` domain.
    pub fn new(status: u16, reason: &str, message: &str) -> Self {
        Self {
            status,
            domain: "global",
            reason: reason.into(),
            message: message.into(),
            location: None,
            challenge: None,
            info: None,
        }
    }

    /// 400 for something in the body.
    pub fn invalid(message: &str) -> Self {
        Self::new(400, "invalid", message)
    }

    /// 400 for something that must be there.
    pub fn required(message: &str) -> Self {
        Self::new(400, "required", message)
    }

    /// 400 for a query parameter.
    pub fn parameter(name: &str, message: &str) -> Self {
        Self::new(400, "invalidParameter", message).at("parameter", name)
    }

    /// 401 for a missing, wrong, expired or revoked token.
    pub fn credentials(missing: bool) -> Self {
        let (reason, message) = if missing {
            ("required", "Login Required")
        } else {
            ("authError", "Invalid Credentials")
        };
        let mut error = Self::new(401, reason, message).at("header", "Authorization");
        let challenge = if missing { "" } else { ", error=\"invalid_token\"" };
        let challenge = format!("Bearer realm=\"https://accounts.google.com/\"{challenge}");
        error.challenge = Some(challenge.into());
        error
    }

    /// 403 for a token without the scope; `wanted` names those that would do.
    pub fn scope(wanted: &str) -> Self {
        let message = "Request had insufficient authentication scopes.";
        let mut error = Self::new(403, "insufficientPermissions", message);
        let challenge = format!(
            "Bearer realm=\"https://accounts.google.com/\", error=\"insufficient_scope\", \
             scope=\"{wanted}\""
        );
        error.challenge = Some(challenge.into());
        error
    }

    /// 403 when the project has not switched the API on.
    pub fn not_configured() -> Self {
        let message = format!(
            "Google Calendar API has not been used in project 1 before or it is disabled. Enable it \
             by visiting {ACTIVATION} then retry."
        );
        let info = Some(&("SERVICE_DISABLED", ACTIVATION));
        Self { domain: "usageLimits", info, ..Self::new(403, "accessNotConfigured", &message) }
    }

    /// 403 for a calendar that may be read but not written.
    pub fn access_level(needed: &str) -> Self {
        let message = format!("You need to have {needed} access to this calendar.");
        Self { domain: "calendar", ..Self::new(403, "requiredAccessLevel", &message) }
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(404, "notFound", "Not Found")
    }

    /// 410 for a sync token that is too old: clear and sync fully.
    pub fn full_sync_required() -> Self {
        let message = "Sync token is no longer valid, a full sync is required.";
        let error = Self::new(410, "fullSyncRequired", message).at("parameter", "syncToken");
        Self { domain: "calendar", ..error }
    }

    /// 412 for an If-Match that doesn't.
    pub fn condition() -> Self {
        Self::new(412, "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }

    /// 501, which Google never says: the simulator doesn't have it.
    pub fn absent(what: &str) -> Self {
        Self::new(501, "notImplemented", &format!("The simulator does not have {what}."))
    }

    /// With its place.
    pub fn at(mut self, kind: &'static str, name: &str) -> Self {
        self.location = Some((kind, name.into()));
        self
    }

    /// The JSON.
    pub fn body(&self) -> Value {
        let mut item =
            json!({"domain": self.domain, "reason": self.reason, "message": self.message});
        if let Some((kind, name)) = &self.location {
            item["locationType"] = json!(kind);
            item["location"] = json!(name);
        }
        let mut error = json!({"errors": [item], "code": self.status, "message": self.message});
        if let Some((reason, place)) = self.info {
            error["status"] = json!("PERMISSION_DENIED");
            error["details"] = json!([{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason,
                "domain": "googleapis.com", "metadata": {
                    "service": "calendar-json.googleapis.com", "consumer": "projects/1",
                    "activationUrl": place,
                },
            }]);
        }
        json!({"error": error})
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Reply {
        let reply = Reply::json(error.status, &error.body());
        match &error.challenge {
            Some(challenge) => reply.with("WWW-Authenticate", challenge),
            None => reply,
        }
    }
}

/// An error of the sign-in endpoints: `{"error", "error_description"}`.
pub fn oauth(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "error_description": description}))
}

/// The error a fault answers with, in the form of the path it meets.
pub fn injected(request: &Request, status: u16, reason: Option<&str>) -> Reply {
    let usual = match status {
        401 => ("authError", "Invalid Credentials"),
        403 | 429 => ("rateLimitExceeded", "Rate Limit Exceeded"),
        404 => ("notFound", "Not Found"),
        409 => ("duplicate", "The requested identifier already exists."),
        410 if request.query.has("syncToken") => return ApiError::full_sync_required().into(),
        410 => ("deleted", "Resource has been deleted"),
        412 => return ApiError::condition().into(),
        _ => ("backendError", "Backend Error"),
    };
    if !request.path.starts_with("/calendar/") {
        let error =
            reason.unwrap_or(if status >= 500 { "internal_failure" } else { "invalid_request" });
        return oauth(status, error, "Injected by a test");
    }
    let mut error = ApiError::new(status, reason.unwrap_or(usual.0), usual.1);
    if matches!(status, 403 | 429) {
        error.domain = "usageLimits";
    }
    error.into()
}
