//! `midwatch trust`: says what a stack file would run, and approves it when it may.

use std::{
    fmt::Write as _,
    io::{self, BufRead, IsTerminal as _},
    path::Path,
};

use crate::{
    cli::{CliError, Context, Exit, Global, Printer},
    config::{Found, FoundBy, Source, StackFile, TrustStore, discover, stack_file::folder_of},
    model::spec::ServiceSpec,
    text::{Clean, redact},
};

/// More than anybody types to say yes.
const MAX_ANSWER_BYTES: u64 = 256;

/// Prints what a stack file would run, and approves it once a person has seen that and
/// says yes, or has said so before with `yes`.
///
/// # Errors
/// When there is none, it is wrong, nobody can be asked, or the approval cannot be
/// recorded.
pub fn run(
    file: Option<&Path>,
    yes: bool,
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
    print(&stack, printer)?;
    let shown = Clean::new(&found.file.to_string_lossy());
    if known {
        printer.line(format_args!("{shown} was approved already."))?;
        return Ok(Exit::Well);
    }
    if !yes && !says_yes(printer)? {
        printer.line(format_args!("{shown} is not approved."))?;
        return Ok(Exit::Wrong);
    }
    // What was read and shown is approved, whatever is in the file by now.
    store.approve(&found.file, &source.text).map_err(what())?;
    printer.line(format_args!("{shown} is approved."))?;
    Ok(Exit::Well)
}

fn print(stack: &StackFile, printer: &mut Printer<'_>) -> Result<(), CliError> {
    if stack.services.is_empty() {
        return printer.line(format_args!("The stack {} runs nothing by itself.", stack.name));
    }
    printer.line(format_args!("The stack {} runs, as you:", stack.name))?;
    stack.services.iter().try_for_each(|it| printer.line(format_args!("  {}", words(it))))
}

/// Asks whoever sits at the terminal.
fn says_yes(printer: &mut Printer<'_>) -> Result<bool, CliError> {
    let (input, output) = (io::stdin(), io::stdout());
    if !input.is_terminal() || !output.is_terminal() {
        let message = "there is no terminal to ask on whether this is to be approved";
        return Err(CliError::usage(message, "`midwatch trust --yes` approves without asking"));
    }
    printer.question("Approve it? [y/N]")?;
    is_yes(input.lock()).map_err(CliError::system("read the answer"))
}

/// Anything but a plain yes is a no, and so is an answer that ends without a new line.
fn is_yes(input: impl BufRead) -> io::Result<bool> {
    let mut answer = String::new();
    input.take(MAX_ANSWER_BYTES).read_line(&mut answer)?;
    let Some(answer) = answer.strip_suffix('\n') else { return Ok(false) };
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_is_one() {
        for yes in ["y\n", "Y\n", "yes\n", " YES \r\n"] {
            assert!(is_yes(yes.as_bytes()).unwrap(), "{yes:?}");
        }
        for no in ["", "\n", "n\n", "y", "yy\n", "yes, why not\n"] {
            assert!(!is_yes(no.as_bytes()).unwrap(), "{no:?}");
        }
    }
}
