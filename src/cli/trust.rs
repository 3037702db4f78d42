//! `midwatch trust`: approves a stack file, and says what it would run.

use std::{fmt::Write as _, path::Path};

use crate::{
    cli::{CliError, Context, Exit, Global, Printer},
    config::{Found, FoundBy, Source, StackFile, TrustStore, discover, stack_file::folder_of},
    model::spec::ServiceSpec,
    text::{Clean, redact},
};

/// Approves a stack file and prints what it would run.
///
/// # Errors
/// When there is none, it is wrong, or the approval cannot be recorded.
pub fn run(
    file: Option<&Path>,
    global: &Global,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let named = file.or(global.stack.as_deref());
    let Some(found) = discover::stack_file(named, &context.variables, &context.folder) else {
        let hint = "name it: midwatch trust FILE";
        return Err(CliError::usage("there is no stack file in this folder", hint));
    };
    let source = Source::read(&found.file)?;
    let stack = StackFile::parse(&source, &folder_of(&found.file))?;
    let store = TrustStore::new(&context.paths);
    let what = || CliError::system("record the approval");
    // Naming the file stands for an approval of one run only, not of the next.
    let recorded = Found { by: FoundBy::Folder, ..found.clone() };
    let known = store.approval(&recorded, &source.text).map_err(what())?.is_given();
    store.approve(&found.file, &source.text).map_err(what())?;
    let shown = Clean::new(&found.file.to_string_lossy());
    let verdict = if known { "was approved already" } else { "is approved" };
    printer.line(format_args!("{shown} {verdict}."))?;
    if stack.services.is_empty() {
        printer.line(format_args!("The stack {} runs nothing by itself.", stack.name))?;
        return Ok(Exit::Well);
    }
    printer.line(format_args!("The stack {} runs, as you:", stack.name))?;
    for service in &stack.services {
        printer.line(format_args!("  {}", words(service)))?;
    }
    Ok(Exit::Well)
}

/// A service's command as a person reads it: arguments apart, values of variables masked.
fn words(service: &ServiceSpec) -> String {
    let argv: Vec<_> = service.command.iter().map(|word| quoted(word)).collect();
    let mut words = format!("{}: {}", service.name, argv.join(" "));
    // Writing to a String cannot fail.
    if service.replicas != 1 {
        let _ = write!(words, "  (×{})", service.replicas);
    }
    if let Some(folder) = &service.cwd {
        let _ = write!(words, "  in {}", Clean::new(&folder.to_string_lossy()));
    }
    if !service.env.is_empty() {
        let names: Vec<_> = service.env.keys().map(|name| Clean::new(name).to_string()).collect();
        let _ = write!(words, "  with {}", names.join(", "));
    }
    words
}

fn quoted(word: &str) -> String {
    let clean = Clean::new(&redact::mask_urls(word));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        clean.to_string()
    } else {
        format!("'{clean}'")
    }
}
