//! The rules of the guard, without a server around them.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;

use super::confirm;
use super::guard::{comes_from_here, is_own_host};

#[test]
fn a_proof_is_looked_for_in_every_spelling_of_a_form() {
    let is_form = |path: &str, kind: &str| {
        let request = TestRequest::post().uri(path).insert_header((CONTENT_TYPE, kind));
        confirm::is_form(&request.to_srv_request())
    };
    assert!(is_form("/profile", "application/x-www-form-urlencoded"));
    assert!(is_form("/profile", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"));
    assert!(!is_form("/profile", "application/json"));
    assert!(!is_form("/hooks/a/b", "application/x-www-form-urlencoded"));
}

#[test]
fn a_form_of_another_site_is_refused() {
    assert!(comes_from_here(Some("same-origin"), None, "a.example"));
    assert!(!comes_from_here(Some("cross-site"), Some("https://a.example"), "a.example"));
    assert!(!comes_from_here(Some("same-site"), None, "a.example"));
    assert!(!comes_from_here(Some("none"), None, "a.example"));
    assert!(comes_from_here(None, Some("https://a.example"), "a.example"));
    assert!(!comes_from_here(None, Some("https://b.example"), "a.example"));
    assert!(!comes_from_here(None, Some("null"), "a.example"));
    assert!(!comes_from_here(None, None, "a.example"));
}

#[test]
fn only_our_own_names_are_answered() {
    let public = "https://office.example";
    assert!(is_own_host(public, "office.example"));
    assert!(is_own_host(public, "office.example:443"));
    assert!(is_own_host(public, "127.0.0.1:8080"));
    assert!(is_own_host(public, "[::1]:8080"));
    assert!(is_own_host(public, "localhost"));
    for other in [
        "evil.example",
        "office.example:444",
        "office.example.evil.example",
        "",
        "a@127.0.0.1",
        "office.example/x",
    ] {
        assert!(!is_own_host(public, other), "{other}");
    }
}
