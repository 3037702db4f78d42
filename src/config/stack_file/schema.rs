//! The JSON schema of a stack file, made of the lists of keys that the reader goes by.

use serde_json::{Map, Value, json};

use super::{read, secret};
use crate::config::keys::{Holds, Key, Keys};

/// The schema, for editors that know JSON Schema (draft 2020-12).
///
/// It says less than the reader: what the values of several keys mean together, and what
/// a reference names, only that can tell.
#[must_use]
pub fn schema() -> Value {
    let Value::Object(mut root) = table(&read::KEYS) else { return Value::Null };
    let head = [
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
        ("title", json!("midwatch stack file")),
        ("$defs", json!({ "secret": secret() })),
    ];
    root.extend(head.map(|(key, value)| (key.to_owned(), value)));
    Value::Object(root)
}

fn table(keys: &Keys) -> Value {
    let properties: Map<_, _> =
        keys.known.iter().map(|key| (key.name.to_owned(), described(key))).collect();
    let needed: Vec<_> = keys.known.iter().filter(|key| key.needed).map(|key| key.name).collect();
    let mut table = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !needed.is_empty() {
        table["required"] = json!(needed);
    }
    table
}

fn described(key: &Key) -> Value {
    let mut value = holds(&key.holds);
    value["description"] = json!(format!("{}.", key.about));
    value
}

fn holds(holds: &Holds) -> Value {
    match holds {
        Holds::Text => json!({ "type": "string" }),
        Holds::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Holds::Number => json!({ "type": "integer", "minimum": 0 }),
        Holds::Flag => json!({ "type": "boolean" }),
        Holds::Duration => json!({
            "type": "string", "pattern": r"^\s*\d+\s*(ms|s|m|h|d)\s*$", "examples": ["30s"],
        }),
        Holds::Bound => json!({
            "type": "string", "pattern": "^\\s*(<=?|>=?|==?|!=|≤|≥)", "examples": ["< 200ms"],
        }),
        Holds::Range => json!({
            "type": "string", "pattern": r"\.\.", "examples": ["100ms..500ms"],
        }),
        Holds::Secret => json!({ "$ref": "#/$defs/secret" }),
        Holds::Word(words) => json!({ "enum": words() }),
        Holds::Table(keys) => table(keys),
        Holds::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Holds::Named(keys) => json!({ "type": "object", "additionalProperties": table(keys) }),
        Holds::NamedTexts => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
        Holds::TextsBy(words) => {
            let properties: Map<_, _> = words()
                .into_iter()
                .map(|word| (word.to_owned(), self::holds(&Holds::Texts)))
                .collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        Holds::Either(all) => json!({ "anyOf": all.iter().map(self::holds).collect::<Vec<_>>() }),
        Holds::Many(each) => json!({ "type": "array", "items": self::holds(each) }),
    }
}

/// A reference, or outside production the secret itself.
fn secret() -> Value {
    let mut reference = table(&secret::KEYS);
    reference["minProperties"] = json!(1);
    reference["maxProperties"] = json!(1);
    json!({ "anyOf": [{ "type": "string" }, reference] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_knows_its_keys_and_no_others() {
        let schema = schema();
        assert_eq!(schema["required"], json!(["name"]));
        let runtime = &schema["properties"]["runtime"];
        assert_eq!(runtime["additionalProperties"], json!(false));
        assert_eq!(runtime["properties"]["kind"]["enum"], json!(["auto", "docker", "podman"]));
        let services = &schema["properties"]["services"]["additionalProperties"];
        assert!(services["properties"]["scale"].is_null(), "a key of a later version");
        let probe = &services["properties"]["probe"]["anyOf"];
        assert_eq!(probe[1]["properties"]["auth"]["$ref"], json!("#/$defs/secret"));
        let metric = &schema["properties"]["metrics"]["additionalProperties"];
        assert_eq!(metric["required"], json!(["source"]));
        assert!(metric["properties"]["unit"]["enum"].as_array().is_some_and(|it| it.len() > 20));
    }

    #[test]
    fn every_key_says_what_it_is_for() {
        fn check(value: &Value, path: &str) {
            for (key, value) in value["properties"].as_object().into_iter().flatten() {
                let path = format!("{path}.{key}");
                let about = value["description"].as_str();
                // The words of an enumeration by severity have no sentence each.
                assert!(about.is_some() || path.contains(".route."), "{path}");
                check(value, &path);
            }
            check_items(value, path);
        }
        fn check_items(value: &Value, path: &str) {
            for key in ["items", "additionalProperties"] {
                if value[key].is_object() {
                    check(&value[key], path);
                }
            }
        }
        check(&schema(), "");
    }
}
