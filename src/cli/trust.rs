//! `midwatch trust`: says what a stack file would run, and approves it when it may.

use std::{
    fmt::Write as _,
    io::{self, BufRead, IsTerminal as _},
    path::Path,
};

use crate::{
    cli::{CliError, Context, Exit, Global, Printer},
    config::{Found, FoundBy, Source, StackFile, TrustStore, discover, stack_file::folder_of},
    model::{LogOrigin, LogSourceSpec, spec::ServiceSpec},
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

fn print(file: &StackFile, printer: &mut Printer<'_>) -> Result<(), CliError> {
    let services = file.own_services.iter().map(words);
    let commands: Vec<_> = services.chain(file.stack.logs.iter().filter_map(log_words)).collect();
    if commands.is_empty() {
        return printer.line(format_args!("The stack {} runs nothing by itself.", file.name()));
    }
    printer.line(format_args!("The stack {} runs, as you:", file.name()))?;
    commands.iter().try_for_each(|words| printer.line(format_args!("  {words}")))
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
    let mut words = format!("{}: {}", service.name, argv(&service.command));
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

/// The command whose output is a log, if there is one.
fn log_words(log: &LogSourceSpec) -> Option<String> {
    let LogOrigin::Command { words, folder } = &log.origin else { return None };
    let folder = Clean::new(&folder.to_string_lossy());
    Some(format!("{} (log): {}  in {folder}", log.name, argv(words)))
}

fn argv(command: &[String]) -> String {
    let words: Vec<_> = command.iter().map(|word| quoted(word)).collect();
    words.join(" ")
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
    fn the_command_of_a_log_is_shown_before_it_is_approved() {
        let text = "name = \"shop\"\n[[logs]]\nname = \"edge\"\n\
                    source = \"cmd:ssh edge 'tail -F x'\"\n";
        let source = Source::new(Path::new("midwatch.toml"), text);
        let file = StackFile::parse(&source, Path::new("/srv")).unwrap();
        assert_eq!(
            log_words(&file.stack.logs[0]).unwrap(),
            "edge (log): ssh edge 'tail -F x'  in /srv"
        );
    }

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
