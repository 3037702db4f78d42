//! The notifiers of a stack file, ready to be used.

use std::fs;

use crate::{
    cli::{CliError, Context},
    model::{
        SecretRef, Stack,
        people::{Notifier, NotifierKind},
    },
    notify::{Sender, Webhook},
    text::{Clean, redact::Secret, suggest},
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
pub fn named(stack: &Stack, name: &Clean, context: &Context) -> Result<Webhook, CliError> {
    let Some(notifier) = stack.notifiers.iter().find(|notifier| notifier.id == *name) else {
        return Err(unknown(&stack.notifiers, name));
    };
    let url = match &notifier.kind {
        NotifierKind::Webhook { url } => secret(url, context)?,
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

/// The value of a secret.
fn secret(of: &SecretRef, context: &Context) -> Result<Secret, CliError> {
    match of {
        SecretRef::Inline(secret) => Ok(secret.clone()),
        SecretRef::Env(name) => match context.variables.value(name) {
            Some(value) => Ok(Secret::new(&value.to_string_lossy())),
            None => Err(CliError::usage(&format!("the variable {name} is not set"), "")),
        },
        SecretRef::File(file) => {
            let failed = CliError::system(format!("read {}", file.display()));
            fs::read_to_string(file).map(|text| Secret::new(text.trim_end())).map_err(failed)
        }
        SecretRef::Dotenv(_) | SecretRef::Command(_) => {
            let message = "the address of the notifier cannot be looked up there";
            Err(CliError::usage(message, "write it as { env = \"…\" } or { file = \"…\" }"))
        }
    }
}
