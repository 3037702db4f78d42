//! Reading an answer that is not quite as bollard's types want it.
//!
//! One word that bollard does not know, such as a state that only Podman has, would
//! lose a whole listing with it. Here only the smallest part that cannot be read is
//! left out, and so unknown (threat T16).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads what can be read of an answer; `None` when nothing can.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
    let mut value: Value = serde_json::from_str(json).ok()?;
    prune(&mut value, &|value| serde_json::from_value::<T>(value).is_ok());
    serde_json::from_value(value).ok()
}

/// Leaves out of a value what keeps it from fitting in its place.
///
/// Each part is tried alone: the types have hardly a field that must be there.
fn prune(value: &mut Value, fits: &dyn Fn(Value) -> bool) {
    match value {
        Value::Object(fields) => fields.retain(|name, field| {
            let alone = |value| fits(Value::Object(Map::from_iter([(name.clone(), value)])));
            stays(field, &alone)
        }),
        Value::Array(items) => items.retain_mut(|item| {
            let alone = |value| fits(Value::Array(vec![value]));
            stays(item, &alone)
        }),
        Value::String(word) => {
            if let Some(known) = synonym(word) {
                *value = known.into();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a part can stay, if need be without some of its own parts.
fn stays(part: &mut Value, alone: &dyn Fn(Value) -> bool) -> bool {
    if alone(part.clone()) {
        return true;
    }
    prune(part, alone);
    alone(part.clone())
}

/// Podman's own word for a state, in Docker's words.
fn synonym(word: &str) -> Option<&'static str> {
    match word {
        "configured" | "initialized" => Some("created"),
        "stopped" => Some("exited"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::{ContainerInspectResponse, ContainerSummary};

    use super::*;

    fn listed(json: &str) -> Vec<ContainerSummary> {
        assert!(serde_json::from_str::<Vec<ContainerSummary>>(json).is_err(), "nothing is odd");
        read(json).unwrap()
    }

    #[test]
    fn one_odd_container_never_empties_the_list() {
        let listed = listed(
            r#"[{"Id":"a","State":"running"},{"Id":"b","State":"melted","Names":["/b"]},
                {"Id":"c","State":"stopped"},{"Id":"d","Labels":{"x":null,"y":"z"}},7]"#,
        );
        let ids: Vec<_> = listed.iter().filter_map(|listed| listed.id.as_deref()).collect();
        assert_eq!(ids, ["a", "b", "c", "d"]);
        let states: Vec<_> =
            listed.iter().map(|listed| listed.state.map(|state| state.to_string())).collect();
        let known = |word: &str| Some(word.to_owned());
        assert_eq!(states, [known("running"), None, known("exited"), None]);
        assert_eq!(listed[1].names.as_deref(), Some(&["/b".to_owned()][..]));
        assert_eq!(listed[3].labels.as_ref().unwrap().len(), 1);
    }

    #[test]
    fn ports_that_cannot_be_are_left_out_alone() {
        let listed = listed(
            r#"[{"Id":"x","Ports":[{"PrivatePort":70000,"Type":"tcp"},{"PrivatePort":-1},
                {"PrivatePort":53,"Type":"udp"},{"PrivatePort":1,"Type":"quic"}]}]"#,
        );
        let ports: Vec<_> =
            listed[0].ports.iter().flatten().map(|port| port.private_port).collect();
        assert_eq!(ports, [53]);
    }

    #[test]
    fn what_is_below_an_odd_word_is_kept() {
        let described: ContainerInspectResponse = read(
            r#"{"Id":"a","State":{"Status":"melted","ExitCode":3,"Health":{"Status":"fine","FailingStreak":2}}}"#,
        )
        .unwrap();
        let state = described.state.unwrap();
        assert_eq!((state.status, state.exit_code), (None, Some(3)));
        assert_eq!(state.health.unwrap().failing_streak, Some(2));
    }

    #[test]
    fn what_is_no_json_or_something_else_is_not_read() {
        assert!(read::<Vec<ContainerSummary>>("<html>").is_none());
        assert!(read::<Vec<ContainerSummary>>("{}").is_none());
    }
}
