//! The notifiers of a stack file, ready to be used.

use crate::{
    cli::CliError,
    model::{
        Stack,
        people::{Notifier, NotifierKind},
    },
    notify::{Sender, Webhook},
    secrets::Secrets,
    text::{Clean, suggest},
};

/// Who tells what happens to a stack.
#[must_use]
pub fn sender(stack: &Stack) -> Sender {
    Sender { stack: stack.name.clone(), environment: stack.environment }
}

/// The notifier of this name.
///
/// # Errors
/// When there is none, or its address cannot be found out.
pub async fn named(
    stack: &Stack,
    name: &Clean,
    secrets: &dyn Secrets,
) -> Result<Webhook, CliError> {
    let Some(notifier) = stack.notifiers.iter().find(|notifier| notifier.id == *name) else {
        return Err(unknown(&stack.notifiers, name));
    };
    let url = match &notifier.kind {
        NotifierKind::Webhook { url } => {
            let failed = |error| CliError::usage(&format!("{name}: {error}"), "");
            secrets.secret(url).await.map_err(failed)?
        }
        NotifierKind::Bell => {
            let message = format!("{name} rings the bell of an open console");
            return Err(CliError::usage(&message, "only a webhook can be tested from here"));
        }
    };
    Webhook::new(&url, name).map_err(|error| CliError::Notifier { name: name.clone(), error })
}

fn unknown(notifiers: &[Notifier], name: &Clean) -> CliError {
    let names = || notifiers.iter().map(|notifier| notifier.id.as_str());
    let message = format!("the stack file has no notifier `{name}`");
    let hint = match suggest::closest(name.as_str(), names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if notifiers.is_empty() => "a [notify.NAME] in the stack file makes one".into(),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    };
    CliError::usage(&message, &hint)
}
