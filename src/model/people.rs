//! Who is told of what, and when work is planned: contacts, escalation, maintenance, notifiers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{SecretRef, alert::AlertSeverity};
use crate::text::Clean;

/// Somebody who can be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its name in the stack file.
    pub id: Clean,
    /// Who.
    pub name: Option<Clean>,
    /// As what.
    pub role: Option<Clean>,
    /// The telephone number.
    pub phone: Option<Clean>,
    /// The address of mail.
    pub email: Option<Clean>,
    /// Where they chat.
    pub chat: Option<Clean>,
    /// When they are there, in words.
    pub hours: Option<Clean>,
}

/// Who is told when nobody reacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Whether an acknowledgement stops it.
    pub ack_stops: bool,
    /// The levels, the earliest first.
    pub levels: Vec<EscalationLevel>,
}

/// One level of an escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationLevel {
    /// How long after the beginning.
    pub after: Duration,
    /// The contacts that are told.
    pub notify: Vec<Clean>,
    /// The notifiers by which they are told.
    pub via: Vec<Clean>,
    /// What to do, in words.
    pub say: Option<Clean>,
    /// The action that is suggested.
    pub suggest: Option<Clean>,
}

/// A window in which work is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// What it is called.
    pub name: Clean,
    /// When it begins, as a cron expression in the stack's time zone.
    pub cron: String,
    /// How long it lasts.
    pub duration: Duration,
    /// How much of it there may be, such as `4h/month`.
    pub budget: Option<Clean>,
    /// Whether alerts are held back meanwhile.
    pub suppress: bool,
    /// The services that it is about; all when empty.
    pub services: Vec<Clean>,
    /// What is to be done, such as `monthly: image.pull`.
    pub tasks: Vec<MaintenanceTask>,
}

/// Something to be done within a maintenance window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceTask {
    /// How often, such as `monthly`.
    pub every: Clean,
    /// An action or words.
    pub todo: Clean,
}

/// A way to tell somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifier {
    /// Its name in the stack file.
    pub id: Clean,
    /// Which way.
    pub kind: NotifierKind,
    /// What is told; nothing else is.
    pub on: Vec<Occasion>,
    /// What is less bad is not told.
    pub min_severity: AlertSeverity,
}

/// Ways to tell somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotifierKind {
    /// An HTTP `POST` with JSON, shaped as Alertmanager's webhook.
    Webhook {
        /// Where to; may hold a secret.
        url: SecretRef,
    },
    /// The bell and a notice of the open terminal.
    Bell,
}

/// What somebody can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// An alert fires.
    Firing,
    /// An alert has resolved.
    Resolved,
    /// An action ended.
    Action,
    /// Nobody reacted.
    Escalation,
}
