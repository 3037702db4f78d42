//! `midwatch init`: writes a stack file for what the engine runs.

mod proposal;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use proposal::{Proposal, Service};

use crate::{
    cli::{CliError, Context, Exit, Printer, args::InitOptions, lookout::Lookout},
    engines::Engine,
    model::Instance,
    store::Store,
    text::Clean,
};

/// The file that is written, in the current folder.
const FILE: &str = "midwatch.toml";

/// Refuses to write over a file that is there, before anything is looked at.
///
/// # Errors
/// When it is there and nobody asked for output instead.
pub fn check(options: &InitOptions, context: &Context) -> Result<(), CliError> {
    let file = context.folder.join(FILE);
    if options.stdout || file.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(is_there(&file))
}

/// Writes the file for what the engines run of a stack, or prints it.
///
/// # Errors
/// When there is no engine, none can be reached, there are several stacks and nobody said
/// which, or the file cannot be written.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    stack: Option<&Clean>,
    options: &InitOptions,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut lookout = Lookout::new(engines)?;
    lookout.until(Store::is_described).await;
    lookout.complain_of_lost(printer);
    let exit = lookout.exit();
    if exit != Exit::Well {
        return Ok(exit);
    }
    let found: Vec<_> = lookout.store.instances().collect();
    let instances: Vec<_> = found.iter().map(|(_, view)| &view.instance).collect();
    let chosen = chosen(&instances, stack)?;
    let engine = found.first().map(|(key, _)| key.engine.as_str().to_owned());
    let proposal = Proposal {
        name: proposed_name(chosen.as_ref(), &context.folder),
        project: chosen.clone(),
        engine,
        services: services(&instances, chosen.as_ref()),
    };
    if options.stdout {
        printer.raw(proposal.to_string().as_bytes())?;
        return Ok(Exit::Well);
    }
    let file = context.folder.join(FILE);
    write_new(&file, &proposal.to_string())?;
    let shown = Clean::new(&file.to_string_lossy());
    let services = match proposal.services.len() {
        1 => "1 service".to_owned(),
        count => format!("{count} services"),
    };
    printer.line(format_args!("{shown}: written for {}, with {services}", proposal.name))?;
    printer.line("read it, then `midwatch config check`")?;
    Ok(Exit::Well)
}

/// The stack that is written about: the one that was named, or the only one.
fn chosen(instances: &[&Instance], named: Option<&Clean>) -> Result<Option<Clean>, CliError> {
    if named.is_some() {
        return Ok(named.cloned());
    }
    let stacks: BTreeSet<_> =
        instances.iter().filter_map(|instance| instance.service.stack.as_ref()).collect();
    if stacks.len() > 1 {
        let all: Vec<_> = stacks.iter().map(|stack| stack.as_str()).collect();
        let message = format!("there are several stacks: {}", all.join(", "));
        return Err(CliError::usage(&message, "name one: midwatch --project NAME init"));
    }
    Ok(stacks.first().map(|stack| (*stack).clone()))
}

/// The services of a stack; those of none when there is no stack.
fn services(instances: &[&Instance], stack: Option<&Clean>) -> Vec<Service> {
    let mut services: BTreeMap<&Clean, Service> = BTreeMap::new();
    for instance in instances.iter().filter(|it| it.service.stack.as_ref() == stack) {
        let service = services
            .entry(&instance.service.name)
            .or_insert_with(|| Service::new(&instance.service.name));
        service.add(instance);
    }
    services.into_values().collect()
}

/// The stack's own name, or the folder's where that can be one.
fn proposed_name(stack: Option<&Clean>, folder: &Path) -> String {
    let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = stack.map(|stack| stack.as_str().to_owned()).or(folder).unwrap_or_default();
    let plain: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(63).collect();
    let plain = plain.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    if plain.is_empty() { "stack".into() } else { plain.into() }
}

/// Writes a file that is not there yet: one that came meanwhile is left alone.
fn write_new(file: &PathBuf, text: &str) -> Result<(), CliError> {
    let mut new = match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(new) => new,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(is_there(file)),
        Err(error) => return Err(CliError::system("write the stack file")(error)),
    };
    new.write_all(text.as_bytes()).map_err(CliError::system("write the stack file"))
}

fn is_there(file: &Path) -> CliError {
    let message = format!("{} is there already", Clean::new(&file.to_string_lossy()));
    CliError::usage(&message, "`midwatch init --stdout` prints what would be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_a_stack_can_have() {
        let of = |stack: Option<&str>, folder: &str| {
            proposed_name(stack.map(Clean::new).as_ref(), Path::new(folder))
        };
        assert_eq!(of(Some("shop"), "/srv/x"), "shop");
        assert_eq!(of(None, "/srv/My Shop ☕"), "MyShop");
        assert_eq!(of(None, "/srv/.hidden"), "hidden");
        assert_eq!(of(None, "/"), "stack");
        assert_eq!(of(None, "/☕"), "stack");
    }

    #[test]
    fn a_file_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        write_new(&file, "new").unwrap();
        assert!(write_new(&file, "newer").is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
    }
}
