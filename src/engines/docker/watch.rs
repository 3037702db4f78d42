//! Changes, from the event stream.

use std::{collections::HashMap, future::ready};

use bollard::{models::EventMessage, query_parameters::EventsOptionsBuilder};
use futures_util::{StreamExt, stream};
use tokio::select;

use crate::{
    engines::{
        Change, EngineError, EngineStream,
        docker::{
            client::{Client, broken},
            transport::Opening,
            words::text,
        },
    },
    model::InstanceId,
};

/// Opens the event stream. Its answer has begun when this returns, so that nothing
/// that happens from then on is missed.
pub(super) async fn watch(client: &Client) -> Result<EngineStream<Change>, EngineError> {
    let opening = Opening::new();
    let filters = HashMap::from([("type", vec!["container"])]);
    let options = EventsOptionsBuilder::new().filters(&filters).build();
    let endpoint = client.endpoint().clone();
    let opened = opening.clone();
    let mut events = client.opening(&opening).await?.events(Some(options)).map(move |event| {
        let event = event.map_err(|error| broken(&endpoint, None, &opening, error))?;
        opening.allowance.refill();
        Ok(event)
    });
    // bollard asks with the first poll, and says nothing until the first event.
    let first = client.in_time(async {
        select! {
            first = events.next() => first.transpose(),
            () = opened.opened.notified() => Ok(None),
        }
    });
    let first = stream::iter(first.await??.map(Ok));
    Ok(first
        .chain(events)
        .filter_map(|event| ready(event.map(|event| change_of(&event)).transpose()))
        .boxed())
}

/// What an event changes about its container, if anything.
fn change_of(event: &EventMessage) -> Option<Change> {
    let id = event.actor.as_ref()?.id.as_deref().filter(|id| !id.is_empty())?;
    let id = InstanceId::new(id);
    // Some actions carry words of their own: `health_status: healthy`, `exec_start: sh`.
    let action = text(&event.action).split(':').next().unwrap_or_default();
    match action {
        "destroy" | "remove" => Some(Change::Removed(id)),
        "oom" => Some(Change::OutOfMemory(id)),
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
        for action in ["create", "start", "die", "died", "pause", "rename", "update", "melt"] {
            assert_eq!(change(action), Some(Change::Touched(InstanceId::new("a"))), "{action}");
        }
        for action in ["destroy", "remove"] {
            assert_eq!(change(action), Some(Change::Removed(InstanceId::new("a"))), "{action}");
        }
        assert_eq!(change("oom"), Some(Change::OutOfMemory(InstanceId::new("a"))));
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
        assert_eq!(change_of(&EventMessage::default()), None);
        assert_eq!(
            change_of(&serde_json::from_str(r#"{"Actor":null,"Action":null}"#).unwrap()),
            None
        );
    }
}
