//! Changes, from the event stream.

use futures_util::{StreamExt, stream};

use crate::{
    engines::{
        Change, EngineError, EngineStream,
        docker::{api::Happening, failure, link::Link, records::Records},
    },
    model::InstanceId,
};

/// Events of containers alone: `{"type":["container"]}`.
const PATH: &str = "/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D";

/// Opens the event stream. Its answer has begun when this returns, so that nothing
/// that happens from then on is missed.
pub(super) async fn watch(link: &Link) -> Result<EngineStream<Change>, EngineError> {
    let records = Records::new(link.stream_at_once(PATH).await?);
    let endpoint = link.endpoint().clone();
    let changes = stream::unfold(records, move |mut records| {
        let endpoint = endpoint.clone();
        async move {
            loop {
                let change = match records.next().await? {
                    Ok(record) => serde_json::from_slice::<Happening>(&record)
                        .map_err(|error| failure::answer(&endpoint, format!("no event ({error})")))
                        .map(|happening| change_of(&happening)),
                    Err(error) => Err(error),
                };
                if let Some(change) = change.transpose() {
                    return Some((change, records));
                }
            }
        }
    });
    Ok(changes.boxed())
}

/// What an event changes about its container, if anything.
fn change_of(happening: &Happening) -> Option<Change> {
    if happening.actor.id.is_empty() {
        return None;
    }
    let id = InstanceId::new(&happening.actor.id);
    // Some actions carry words of their own: `health_status: healthy`, `exec_start: sh`.
    let action = happening.action.split(':').next().unwrap_or_default();
    match action {
        "destroy" | "remove" => Some(Change::Removed(id)),
        // A health check starts a program every few seconds, in every container. A
        // signal or a look inside changes nothing that is shown.
        "exec_create" | "exec_start" | "exec_detach" | "exec_die" | "exec" | "exec_died"
        | "top" | "resize" | "attach" | "detach" | "kill" | "copy" | "export" | "commit"
        | "archive-path" | "extract-to-dir" | "cleanup" | "mount" | "unmount" => None,
        _ => Some(Change::Touched(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(action: &str) -> Option<Change> {
        let json = format!(r#"{{"Type":"container","Action":"{action}","Actor":{{"ID":"a"}}}}"#);
        change_of(&serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn what_changes_a_container_is_told() {
        for action in ["create", "start", "die", "died", "oom", "pause", "rename", "update", "melt"]
        {
            assert_eq!(change(action), Some(Change::Touched(InstanceId::new("a"))), "{action}");
        }
        for action in ["destroy", "remove"] {
            assert_eq!(change(action), Some(Change::Removed(InstanceId::new("a"))), "{action}");
        }
        assert!(change("health_status: unhealthy").is_some());
    }

    #[test]
    fn the_programs_of_health_checks_are_not() {
        for action in ["exec_create: sh -c true", "exec_start: sh -c true", "exec_die", "top"] {
            assert_eq!(change(action), None, "{action}");
        }
    }

    #[test]
    fn an_event_about_nothing_is_no_change() {
        assert_eq!(change_of(&Happening::default()), None);
        assert_eq!(
            change_of(&serde_json::from_str(r#"{"Actor":null,"Action":null}"#).unwrap()),
            None
        );
    }
}
