//! What headers say of bodies and of what is known already.

/// Whether the sender takes JSON, by `Accept`: a range of its own counts before one of many.
pub fn takes_json(accept: Option<&str>) -> bool {
    let Some(accept) = accept.filter(|text| !text.trim().is_empty()) else { return true };
    let mut best: Option<(u8, bool)> = None;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let exactness = match kind.as_str() {
            "application/json" | "application/problem+json" => 3,
            "application/*" => 2,
            "*/*" => 1,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok());
        let takes = weight.is_none_or(|weight| weight > 0.0);
        if best.is_none_or(|(known, _)| exactness > known) {
            best = Some((exactness, takes));
        }
    }
    best.is_some_and(|(_, takes)| takes)
}

/// Whether a body of this type is JSON in UTF-8; a patch may say that it is one.
pub fn is_json(content_type: &str, method: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_utf8 = |part: &str| {
        let part = part.to_ascii_lowercase();
        part.strip_prefix("charset=").is_none_or(|set| set.trim_matches('"') == "utf-8")
    };
    let fits =
        kind == "application/json" || (kind == "application/merge-patch+json" && method == "PATCH");
    fits && parts.all(is_utf8)
}

/// Whether a list of tags, or `*`, has this one. A weak tag never lets something be changed.
pub fn has_tag(list: &str, tag: &str, is_strong: bool) -> bool {
    list.split(',').map(str::trim).any(|each| match each.strip_prefix("W/") {
        Some(weak) => !is_strong && weak == tag,
        None => each == "*" || each == tag,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_taken_unless_it_is_refused() {
        for yes in ["*/*", "application/json", "text/html, */*;q=0.1", "application/*", " "] {
            assert!(takes_json(Some(yes)), "{yes}");
        }
        for no in ["text/html", "application/json;q=0", "*/*, application/json;q=0", "a, b"] {
            assert!(!takes_json(Some(no)), "{no}");
        }
        assert!(takes_json(None));
    }

    #[test]
    fn bodies_are_json_in_utf8() {
        assert!(is_json("application/json; charset=UTF-8", "POST"));
        assert!(is_json("application/merge-patch+json", "PATCH"));
        assert!(!is_json("application/merge-patch+json", "POST"));
        assert!(!is_json("application/json; charset=latin1", "POST"));
        assert!(!is_json("application/x-www-form-urlencoded", "POST"));
    }

    #[test]
    fn a_weak_tag_is_good_for_reading_alone() {
        assert!(has_tag("\"a\", \"b\"", "\"b\"", true) && has_tag("*", "\"b\"", true));
        assert!(has_tag("W/\"b\"", "\"b\"", false) && !has_tag("W/\"b\"", "\"b\"", true));
    }
}
