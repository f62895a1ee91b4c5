//! GeoJSON features spliced from the database's own text: what PostGIS wrote is sent, not parsed and written again.

use serde_json::Value;

use crate::app::query::FeatureRow;

/// The public name of a feature in its collection.
pub(in crate::serve) fn id(row: &FeatureRow) -> String {
    format!("{}.{}", row.division_code, row.code)
}

/// Appends one feature without its closing brace, so that members can follow.
fn open(row: &FeatureRow, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    // A code may hold quotes; a JSON string may not.
    out.extend_from_slice(Value::from(id(row)).to_string().as_bytes());
    out.extend_from_slice(b",\"geometry\":");
    out.extend_from_slice(row.geometry.as_deref().unwrap_or("null").as_bytes());
    out.extend_from_slice(b",\"properties\":");
    out.extend_from_slice(row.properties.as_bytes());
}

/// Appends one feature.
pub(in crate::serve) fn write(row: &FeatureRow, out: &mut Vec<u8>) {
    open(row, out);
    out.push(b'}');
}

/// One feature with further members, whose text is `"name":value`.
pub(in crate::serve) fn with_members(row: &FeatureRow, members: &[String]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2048);
    open(row, &mut out);
    for member in members {
        out.push(b',');
        out.extend_from_slice(member.as_bytes());
    }
    out.push(b'}');
    out
}

/// JSON with the keys of every object in order and no space between: the same value always gives the same text.
pub(in crate::serve) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort();
            let members: Vec<String> =
                keys.into_iter().map(|key| format!("{}:{}", Value::from(key.as_str()), canonical(&members[key]))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_with_quotes_stays_inside_its_string() {
        let row = FeatureRow {
            division_code: "330402".to_owned(),
            code: "a\"b".to_owned(),
            properties: "{}".to_owned(),
            geometry: None,
        };
        let mut out = Vec::new();
        write(&row, &mut out);
        let feature: Value = serde_json::from_slice(&out).expect("valid JSON");
        assert_eq!(feature["id"], "330402.a\"b");
        assert!(feature["geometry"].is_null());
    }

    #[test]
    fn canonical_text_does_not_depend_on_the_order_of_members() {
        let one: Value = serde_json::from_str(r#"{"b": [1, 2.5], "a": {"d": null, "c": "x"}}"#).expect("valid JSON");
        let other: Value = serde_json::from_str(r#"{"a":{"c":"x","d":null},"b":[1,2.5]}"#).expect("valid JSON");
        assert_eq!(canonical(&one), r#"{"a":{"c":"x","d":null},"b":[1,2.5]}"#);
        assert_eq!(canonical(&one), canonical(&other));
    }
}
