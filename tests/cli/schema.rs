//! The JSON schema and the reader agree: what the one reads, the other takes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use midwatch::config::stack_file;
use regex::Regex;
use serde_json::Value;

/// Every stack file that is read: the test's own and those that are shipped.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let shipped = entries("assets/stacks").into_iter().map(|folder| folder.join("midwatch.toml"));
    entries("tests/config/valid").into_iter().chain(shipped).collect()
}

fn json(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

/// What of JSON Schema the schema uses; what is wrong, and where.
fn check(schema: &Value, value: &Value, root: &Value, path: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{path} {what}: {value}"));
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return check(target, value, root, path);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = any.iter().any(|one| check(one, value, root, path).is_ok());
        return if fits { Ok(()) } else { wrong("is none of what it may be") };
    }
    if let Some(words) = schema["enum"].as_array() {
        return if words.contains(value) { Ok(()) } else { wrong("is no word of it") };
    }
    let fits = match schema["type"].as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    if !fits {
        return wrong("has the wrong type");
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
        return if Regex::new(pattern).unwrap().is_match(text) {
            Ok(())
        } else {
            wrong("looks odd")
        };
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        check(&schema["items"], item, root, &format!("{path}[{at}]"))?;
    }
    for needed in schema["required"].as_array().into_iter().flatten() {
        if value.get(needed.as_str().unwrap()).is_none() {
            return wrong("lacks a key");
        }
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        let known = &schema["properties"][key];
        let schema = if known.is_null() { &schema["additionalProperties"] } else { known };
        if schema.is_boolean() {
            return Err(format!("{path} is unknown"));
        }
        check(schema, item, root, &path)?;
    }
    Ok(())
}

#[test]
fn every_file_that_is_read_fits_the_schema() {
    let schema = stack_file::schema();
    for file in files() {
        let value = json(&fs::read_to_string(&file).unwrap());
        assert_eq!(check(&schema, &value, &schema, ""), Ok(()), "{}", file.display());
    }
}

#[test]
fn slips_of_the_hand_do_not_fit_it() {
    let schema = stack_file::schema();
    for text in [
        "title = \"no name\"",
        "name = \"a\"\nnmae = \"b\"",
        "name = \"a\"\nenvironment = \"prod\"",
        "name = \"a\"\n[services.x]\nprobe = { expect = [] }",
        "name = \"a\"\n[services.x]\nscale = 3",
        "name = \"a\"\n[metrics.x]\nsource = \"host\"\nwarn = \"80%\"",
        "name = \"a\"\n[defaults]\nprobe_every = 30",
        "name = \"a\"\n[notify.x]\nkind = \"webhook\"\nurl = { keyring = \"x\" }",
    ] {
        assert!(check(&schema, &json(text), &schema, "").is_err(), "{text}");
    }
}
