//! The README names every field of the JSON output, its links lead somewhere, and its stack
//! files are read.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use midwatch::config::{Source, StackFile};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn readme() -> String {
    fs::read_to_string(folder().join("README.md")).unwrap()
}

/// Fails for a field that the README does not name where it tells of this command.
pub(crate) fn assert_documented(command: &str, value: &Value) {
    let readme = readme();
    let (_, section) = readme.split_once(&format!("<!-- json:{command} -->")).unwrap();
    let end = ["<!-- json:", "\n## "].iter().filter_map(|mark| section.find(mark)).min().unwrap();
    // Every second piece stands between backticks.
    let documented: BTreeSet<&str> = section[..end].split('`').skip(1).step_by(2).collect();
    let mut fields = BTreeSet::new();
    collect(value, &mut fields);
    assert!(!fields.is_empty());
    let missing: Vec<_> = fields.iter().filter(|field| !documented.contains(&***field)).collect();
    assert!(missing.is_empty(), "README.md does not name {missing:?} of `{command} --json`");
}

fn collect(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                fields.insert(name.clone());
                collect(value, fields);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, fields)),
        _ => {}
    }
}

#[test]
fn links_of_the_readme_lead_to_files() {
    let readme = readme();
    let links = readme.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    let local: Vec<_> = links.filter(|link| !link.contains("://")).collect();
    assert!(local.contains(&"assets/screenshot.png"), "{local:?}");
    for link in local {
        assert!(folder().join(link).exists(), "README.md links {link}, which is not there");
    }
}

#[test]
fn every_stack_file_of_the_readme_is_read() {
    let text = readme();
    let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let stacks: Vec<_> = blocks.filter(|block| block.starts_with("name = ")).collect();
    assert!(stacks.len() >= 2);
    for stack in stacks {
        let source = Source::new(Path::new("README.md"), stack);
        let read = StackFile::parse(&source, &folder()).map_err(|errors| errors.to_string());
        assert_eq!(read.err(), None);
    }
}
