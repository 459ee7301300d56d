//! Puts a slot's secret into a request, at the last moment and by structure: a header, a parsed
//! address, a parsed body. A body or address that has the place taken already is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::Secret;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::manifest::SlotPlace;
use crate::problem::Problem;

/// A request on its way out.
pub(crate) struct Outgoing {
    pub(crate) method: http::Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// Wiped when it has been sent: a secret may be in it.
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// Places a secret.
pub(crate) fn place(
    request: &mut Outgoing,
    place: &SlotPlace,
    secret: &Secret,
) -> Result<(), Problem> {
    let Some(text) = secret.expose_text() else {
        return Err(Problem::internal("the secret isn't text"));
    };
    match place {
        SlotPlace::Bearer => header(request, AUTHORIZATION, &["Bearer ", text]),
        SlotPlace::Basic => {
            let pair = Zeroizing::new(STANDARD.encode(text));
            header(request, AUTHORIZATION, &["Basic ", pair.as_str()])
        }
        SlotPlace::Header(name) => {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| Problem::internal("the slot's header has no valid name"))?;
            header(request, name, &[text])
        }
        SlotPlace::Query(name) => query(request, name, text),
        SlotPlace::Json(name) => json(request, name, text),
        SlotPlace::Form(name) => form(request, name, text),
        SlotPlace::Nowhere => Err(Problem::denied("this slot's secret goes into no request")),
    }
}

fn taken(what: &str) -> Problem {
    Problem::invalid(format!("the request has {what} already; the slot puts it there"))
}

fn header(request: &mut Outgoing, name: HeaderName, value: &[&str]) -> Result<(), Problem> {
    if request.headers.contains_key(&name) {
        return Err(taken(name.as_str()));
    }
    // Taken as it is, not copied, and wiped with the last of those who hold it.
    let value = Bytes::from_owner(Zeroizing::new(value.concat().into_bytes()));
    let mut value = HeaderValue::from_maybe_shared(value)
        .map_err(|_| Problem::rejected("the secret has characters a header can't have"))?;
    value.set_sensitive(true);
    request.headers.insert(name, value);
    Ok(())
}

fn query(request: &mut Outgoing, name: &str, value: &str) -> Result<(), Problem> {
    if request.url.query_pairs().any(|(key, _)| key == name) {
        return Err(taken(name));
    }
    request.url.query_pairs_mut().append_pair(name, value);
    Ok(())
}

/// The body is read as a whole to know that it is an object without this field; then the field is
/// written as its first one, so that the guest's own bytes, such as long numbers, stay as they were.
fn json(request: &mut Outgoing, name: &str, value: &str) -> Result<(), Problem> {
    let not_object = || Problem::invalid("the slot wants a body that is a JSON object");
    let body: serde_json::Map<String, Value> =
        serde_json::from_slice(&request.body).map_err(|_| not_object())?;
    if body.contains_key(name) {
        return Err(taken(name));
    }
    let open = request.body.iter().position(|b| *b == b'{').ok_or_else(not_object)?;
    let comma = if body.is_empty() { "" } else { "," };
    let quoted = |text: &str| serde_json::to_string(text).map(Zeroizing::new);
    let (name, value) = (quoted(name), quoted(value));
    let (Ok(name), Ok(value)) = (name, value) else { return Err(not_object()) };
    let (head, tail) = request.body.split_at(open + 1);
    let parts = [head, name.as_bytes(), b":", value.as_bytes(), comma.as_bytes(), tail];
    request.body = Zeroizing::new(parts.concat());
    Ok(())
}

fn form(request: &mut Outgoing, name: &str, value: &str) -> Result<(), Problem> {
    let kind = request.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    if kind.is_none_or(|kind| !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
        return Err(Problem::invalid("the slot wants a form body and its content type"));
    }
    if url::form_urlencoded::parse(&request.body).any(|(key, _)| key == name) {
        return Err(taken(name));
    }
    // Each byte takes three at most, so it never grows and leaves a copy behind.
    let room = String::with_capacity(3 * (name.len() + value.len()) + 1);
    let mut pair = url::form_urlencoded::Serializer::new(room);
    let pair = Zeroizing::new(pair.append_pair(name, value).finish());
    let and: &[u8] = if request.body.is_empty() { b"" } else { b"&" };
    request.body = Zeroizing::new([&**request.body, and, pair.as_bytes()].concat());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: &str, kind: Option<&'static str>) -> Outgoing {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let url = Url::parse("https://a.example/x?q=1").unwrap();
        Outgoing { method: http::Method::POST, url, headers, body: body.as_bytes().to_vec().into() }
    }

    fn placed(mut request: Outgoing, at: SlotPlace) -> Result<Outgoing, String> {
        let secret = Secret::from_text("s\"e&c=r".to_owned());
        place(&mut request, &at, &secret).map(|()| request).map_err(|problem| problem.code)
    }

    fn body(body: &str, kind: Option<&'static str>, at: SlotPlace) -> Result<String, String> {
        placed(request(body, kind), at).map(|r| String::from_utf8(r.body.to_vec()).unwrap())
    }

    #[test]
    fn headers_carry_it_and_are_marked() {
        let bearer = placed(request("", None), SlotPlace::Bearer).unwrap();
        let value = &bearer.headers["authorization"];
        assert!(value == "Bearer s\"e&c=r" && value.is_sensitive());
        let basic = placed(request("", None), SlotPlace::Basic).unwrap();
        assert_eq!(basic.headers["authorization"], "Basic cyJlJmM9cg==");
        let twice = placed(bearer, SlotPlace::Basic);
        assert_eq!(twice.err().as_deref(), Some("invalid"));
    }

    #[test]
    fn a_query_parameter_is_encoded_and_not_doubled() {
        let sent = placed(request("", None), SlotPlace::Query("key".into())).unwrap();
        assert_eq!(sent.url.query(), Some("q=1&key=s%22e%26c%3Dr"));
        assert!(placed(request("", None), SlotPlace::Query("q".into())).is_err());
    }

    #[test]
    fn a_json_field_is_escaped_and_the_rest_stays() {
        let json = |text| body(text, None, SlotPlace::Json("key".into()));
        assert_eq!(json(" {\"n\":1.10}"), Ok(" {\"key\":\"s\\\"e&c=r\",\"n\":1.10}".into()));
        assert_eq!(json("{}"), Ok("{\"key\":\"s\\\"e&c=r\"}".into()));
        for bad in ["", "[]", "[{}]", "{\"key\":1}", "{\"\\u006bey\":1}", "{} {}", "x{}"] {
            assert_eq!(json(bad), Err("invalid".into()), "{bad}");
        }
    }

    #[test]
    fn a_form_field_is_encoded_and_needs_a_form() {
        let kind = Some("application/x-www-form-urlencoded; charset=utf-8");
        let form = |text, kind| body(text, kind, SlotPlace::Form("key".into()));
        assert_eq!(form("a=1", kind), Ok("a=1&key=s%22e%26c%3Dr".into()));
        assert_eq!(form("", kind), Ok("key=s%22e%26c%3Dr".into()));
        assert_eq!(form("k%65y=1", kind), Err("invalid".into()));
        assert_eq!(form("a=1", None), Err("invalid".into()));
    }
}
