//! Who may use whom: reads every source file and fails on a forbidden edge.
//!
//! The table is architecture.md's, "Who may import whom". A compiler cannot hold it,
//! because all layers are modules of one crate.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "layers/paths.rs"]
mod paths;
#[path = "layers/rules.rs"]
mod rules;

use std::{
    fs,
    path::{Path, PathBuf},
};

use paths::Use;
use rules::{Layer, UI_NEVER, layer};

/// One use of a module that its layer may not use.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    file: String,
    line: usize,
    edge: String,
    why: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {} ({})", self.file, self.line, self.edge, self.why)
    }
}

/// Checks one file; `file` is its path below `src`.
fn check(file: &str, text: &str) -> Vec<Violation> {
    let modules = paths::module_of(file);
    let Some(name) = modules.first().filter(|name| *name != "lib" && *name != "main") else {
        return Vec::new();
    };
    let from = layer(name);
    let uses = paths::uses(text, &modules);
    let mut found: Vec<Violation> =
        uses.iter().filter_map(|used| forbidden(file, name, from, used)).collect();
    // Tests may read the files that they test.
    if name == "ui" && !file.ends_with("tests.rs") {
        found.extend(ui_violations(file, text));
    }
    found
}

fn forbidden(file: &str, name: &str, from: Option<&Layer>, used: &Use) -> Option<Violation> {
    let to = used.path.first().map_or("", String::as_str);
    let violation = |why: &str| {
        let edge = format!("{name} → {}", used.path.join("::"));
        Some(Violation { file: format!("src/{file}"), line: used.line, edge, why: why.into() })
    };
    let Some(from) = from else { return violation("this module has no line in tests/layers") };
    if to == name || from.may_use(&used.path) {
        return None;
    }
    if layer(to).is_none() {
        return violation("no module that tests/layers knows");
    }
    violation(from.why)
}

/// What drawing must not touch: it borrows what is known, and waits for nothing.
fn ui_violations(file: &str, text: &str) -> Vec<Violation> {
    let outside = paths::outside(text);
    let forbidden = |used: &Use| {
        let path = used.path.join("::");
        let hit = UI_NEVER.iter().find(|never| {
            path == **never
                || path.starts_with(&format!("{never}::"))
                || path.ends_with(&format!("::{never}"))
        })?;
        Some(Violation {
            file: format!("src/{file}"),
            line: used.line,
            edge: format!("ui → {path}"),
            why: format!("{hit}: no files, environment, network, clocks or waiting while drawing"),
        })
    };
    outside.iter().filter_map(forbidden).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_module_uses_only_the_layers_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 50, "the sources were not found: {files:?}");
    let mut violations = Vec::new();
    for path in &files {
        let file = path.strip_prefix(&root).unwrap().to_str().unwrap();
        violations.extend(check(file, &fs::read_to_string(path).unwrap()));
    }
    let words: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(words.is_empty(), "forbidden edges:\n{}", words.join("\n"));
}

#[test]
fn a_planted_violation_is_found_with_file_line_and_edge() {
    let text = "//! crate::engines in a comment is no use.\n\
                use std::fmt;\n\
                use crate::{\n    model::Level,\n    engines::{self, Engine},\n};\n\
                fn f() { let s = \"crate::app::App\"; crate::terminal::guard() }\n";
    let found: Vec<String> =
        check("store/planted.rs", text).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("src/store/planted.rs:5: store → engines::self ("), "{found:?}");
    assert!(found[1].starts_with("src/store/planted.rs:5: store → engines::Engine ("), "{found:?}");
    assert!(found[2].starts_with("src/store/planted.rs:7: store → terminal::guard ("), "{found:?}");
}

#[test]
fn a_way_around_by_super_is_found() {
    let text =
        "use super::super::engines::Engine;\nmod tests {\n    use super::super::super::app;\n}";
    let found: Vec<usize> = check("store/planted.rs", text).iter().map(|v| v.line).collect();
    assert_eq!(found, [1, 3]);
    assert_eq!(check("store/mod.rs", "mod tests { use super::engine::Link; }"), []);
}

#[test]
fn a_part_of_a_layer_may_be_allowed_or_kept_out() {
    assert_eq!(check("watch/x.rs", "use crate::engines::{Engine, EngineError};"), []);
    assert_eq!(check("watch/x.rs", "use crate::engines::docker::DockerEngine;").len(), 1);
    assert_eq!(check("terminal/x.rs", "use crate::engines::{Shell, ShellSize};"), []);
    assert_eq!(check("terminal/x.rs", "use crate::engines::Engine;").len(), 1);
}

#[test]
fn what_drawing_must_not_touch_is_found_in_every_form() {
    let text = "use std::{fmt, fs::File};\nuse tokio::sync::mpsc;\n\
                fn f() { let _ = Timestamp::now(); jiff::Zoned::now(); std::env::var(\"X\"); }\n\
                // Instant::now in a comment\nfn g() { std::time::Instant::now(); }";
    let found: Vec<(usize, String)> =
        check("ui/planted.rs", text).into_iter().map(|v| (v.line, v.edge)).collect();
    let edges = [
        (1, "ui → std::fs::File"),
        (2, "ui → tokio::sync::mpsc"),
        (3, "ui → Timestamp::now"),
        (3, "ui → jiff::Zoned::now"),
        (3, "ui → std::env::var"),
        (5, "ui → std::time::Instant::now"),
    ];
    assert_eq!(found, edges.map(|(line, edge)| (line, edge.to_owned())));
}

#[test]
fn a_module_without_a_line_in_the_table_is_an_error() {
    assert_eq!(check("fresh/mod.rs", "use crate::model::Level;").len(), 1);
    assert_eq!(check("store/x.rs", "use crate::fresh::Thing;").len(), 1);
    assert_eq!(check("lib.rs", "use crate::anything;"), []);
}
