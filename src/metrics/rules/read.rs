//! From a rule file to its alerts.

use std::collections::BTreeMap;

use super::{
    Lint, RuleFile, whole,
    yaml::{self, Node},
};
use crate::text::Clean;

/// An alert as it stands in a rule file.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) file: Clean,
    /// Where it begins.
    pub(super) line: usize,
    pub(super) name: Clean,
    /// The expression, and its line.
    pub(super) expr: Option<(String, usize)>,
    pub(super) has_for: bool,
    /// Its labels, each with its line.
    pub(super) labels: BTreeMap<String, (String, usize)>,
    /// The names of its annotations.
    pub(super) annotations: Vec<String>,
}

impl Rule {
    pub(super) fn lint(&self, line: usize, message: &str, hint: &str) -> Lint {
        Lint {
            file: self.file.clone(),
            line,
            rule: Some(self.name.clone()),
            message: Clean::new(message),
            hint: (!hint.is_empty()).then(|| Clean::new(hint)),
        }
    }
}

/// The alerts of a file; what it records is passed over.
pub(super) fn rules(file: &RuleFile) -> Result<Vec<Rule>, Box<Lint>> {
    let tree = yaml::read(&file.text).map_err(|(line, wrong)| {
        Box::new(Lint { line, ..whole(&file.name, &format!("it is no YAML: {wrong}"), None) })
    })?;
    let groups = tree.as_ref().and_then(|tree| tree.get("groups"));
    let Some(groups) = groups else {
        let hint = "a rule file begins with `groups:`";
        return Err(Box::new(whole(&file.name, "it has no groups of rules", Some(hint))));
    };
    let rules = groups.list().iter().filter_map(|group| group.get("rules"));
    Ok(rules.flat_map(Node::list).filter_map(|node| rule(file, node)).collect())
}

fn rule(file: &RuleFile, node: &Node) -> Option<Rule> {
    let name = node.get("alert")?.text()?;
    let expr = node.get("expr").and_then(|expr| Some((expr.text()?.to_owned(), expr.line)));
    let texts = |key: &str| node.get(key).into_iter().flat_map(Node::texts);
    let label =
        |(name, node): (&str, &Node)| Some((name.to_owned(), (node.text()?.to_owned(), node.line)));
    Some(Rule {
        file: Clean::new(&file.name),
        line: node.line,
        name: Clean::new(name),
        expr,
        has_for: node.get("for").is_some(),
        labels: texts("labels").filter_map(label).collect(),
        annotations: texts("annotations").map(|(name, _)| name.to_owned()).collect(),
    })
}
