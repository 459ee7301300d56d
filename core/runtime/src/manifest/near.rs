//! Small helps for the reader: values as JSON, and how near two words are.

use serde_json::Value;
use toml::de::DeValue;

pub(super) fn article(kind: &str) -> String {
    match kind {
        "integer" | "array" => format!("an {kind}"),
        "boolean" => "true or false".to_owned(),
        "string" => "a text".to_owned(),
        _ => format!("a {kind}"),
    }
}

pub(super) fn json_number(value: &DeValue<'_>) -> Option<serde_json::Number> {
    match value {
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(Into::into)
        }
        DeValue::Float(float) => float.as_str().parse().ok().and_then(serde_json::Number::from_f64),
        _ => None,
    }
}

pub(super) fn json_of(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Boolean(flag) => Some(Value::Bool(*flag)),
        DeValue::Array(list) => {
            list.iter().map(|v| json_of(v.get_ref())).collect::<Option<_>>().map(Value::Array)
        }
        DeValue::Table(table) => {
            let pairs =
                table.iter().map(|(k, v)| Some((k.get_ref().to_string(), json_of(v.get_ref())?)));
            pairs.collect::<Option<_>>().map(Value::Object)
        }
        number => json_number(number).map(Value::Number),
    }
}

/// How many letters must be changed, added, removed or swapped (Damerau's distance on neighbours).
pub(super) fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 8 {
        return usize::MAX; // Far apart anyway, and a long key must not cost a long table.
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_near() {
        assert_eq!(distance("reasn", "reason"), 1);
        assert_eq!(distance("raeson", "reason"), 1);
        assert!(distance("subscribe", "reason") > 2);
    }
}
