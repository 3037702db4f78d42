//! `midwatch trust`: says what a stack file would run, and approves it when it may.

use std::{
    fmt::Write as _,
    io::{self, BufRead, IsTerminal as _},
    path::Path,
};

use crate::{
    cli::{CliError, Context, Exit, Global, Printer},
    config::{
        Found, FoundBy, Source, StackFile, TrustStore, discover,
        stack_file::{NamedCommand, folder_of},
    },
    model::{SecretRef, spec::ServiceSpec},
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
    let own = file.own_services.iter().map(words);
    let commands: Vec<_> = own.chain(file.commands().iter().map(command_words)).collect();
    let secrets: Vec<_> = file.secrets().filter_map(|(_, secret)| secret_words(secret)).collect();
    if commands.is_empty() {
        printer.line(format_args!("The stack {} runs nothing by itself.", file.name()))?;
    } else {
        printer.line(format_args!("The stack {} runs, as you:", file.name()))?;
        commands.iter().try_for_each(|words| printer.line(format_args!("  {words}")))?;
    }
    if !secrets.is_empty() {
        printer.line("It reads these secrets, and sends them where it says:")?;
        secrets.iter().try_for_each(|words| printer.line(format_args!("  {words}")))?;
    }
    Ok(())
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

fn command_words(command: &NamedCommand<'_>) -> String {
    let mut words = format!("{}: {}", Clean::new(&command.purpose), argv(command.argv));
    if let Some(folder) = command.folder {
        // Writing to a String cannot fail.
        let _ = write!(words, "  in {}", Clean::new(&folder.to_string_lossy()));
    }
    words
}

/// Where a secret is read; nothing, when a command prints it or the file itself has it.
fn secret_words(secret: &SecretRef) -> Option<String> {
    let words = match secret {
        SecretRef::Env(name) => format!("the variable {name}"),
        SecretRef::File(file) => format!("the file {}", file.display()),
        SecretRef::Dotenv(name) => format!("{name} of the environment files"),
        SecretRef::Command(_) | SecretRef::Inline(_) => return None,
    };
    Some(Clean::new(&words).to_string())
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
    fn commands_and_secrets_are_shown_before_they_are_approved() {
        let text = "name = \"shop\"\n[[logs]]\nname = \"edge\"\n\
                    source = \"cmd:ssh edge 'tail -F x'\"\n[services.api]\n\
                    probe = { url = \"http://api/\", auth = { file = \"key\" } }\n";
        let source = Source::new(Path::new("midwatch.toml"), text);
        let file = StackFile::parse(&source, Path::new("/srv")).unwrap();
        let shown = command_words(&file.commands()[0]);
        assert_eq!(shown, "edge (log): ssh edge 'tail -F x'  in /srv");
        let secrets: Vec<_> = file.secrets().filter_map(|(_, it)| secret_words(it)).collect();
        assert_eq!(secrets, ["the file /srv/key"]);
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
