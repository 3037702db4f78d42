//! Gathers the findings: asks the engines, looks at the terminal and the files.

use std::{path::Path, sync::Arc};

use futures_util::{StreamExt as _, stream};

use super::{EngineFinding, FileFinding, Findings, Terminal};
use crate::{
    cli::{
        Context, Global,
        own_files::{self, OwnThemes},
    },
    config::{Settings, Source, StackFile, TrustStore, discover, stack_file::folder_of},
    engines::{Engine, EngineError},
    history::{self, Database},
    text::Clean,
    ui::theme::Depth,
};

/// How many engines are asked at once.
const AT_ONCE: usize = 8;

/// An engine to try.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Why it is tried, such as `DOCKER_HOST`.
    pub origin: Clean,
    /// Whether midwatch would use it.
    pub chosen: bool,
    /// The engine.
    pub engine: Arc<dyn Engine>,
}

/// Connects with every engine, and looks at the terminal and the configuration.
pub async fn gather(tried: &[Tried], global: &Global, context: &Context) -> Findings {
    let engines = stream::iter(tried)
        .map(async |each| {
            let engine = each.engine.as_ref();
            let result = engine.connect().await.map_err(|error| EngineError::to_fault(&error));
            let reached = result.is_ok();
            let (endpoint, origin) = (engine.endpoint(), each.origin.clone());
            let finding = EngineFinding::new(endpoint, origin, each.chosen, result);
            // An engine that answers the one and not the other still answers.
            let stats = if reached { engine.readings().await } else { Ok(None) };
            match stats {
                Ok(stats) => EngineFinding { stats, ..finding },
                Err(error) => EngineFinding { stats_fault: Some(error.to_fault()), ..finding },
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    Findings {
        version: env!("CARGO_PKG_VERSION"),
        engines,
        terminal: Terminal::look(&context.variables),
        files: files(global, context),
    }
}

fn files(global: &Global, context: &Context) -> Vec<FileFinding> {
    let paths = &context.paths;
    let mut files = vec![settings(global, context)];
    let loaded = Settings::load(paths, &context.variables, &global.settings()).unwrap_or_default();
    let own = |what, path: &Path, good: bool| match (good, path.exists()) {
        (false, _) => wrong(what, path),
        (true, true) => finding(what, path, "good"),
        (true, false) => finding(what, path, "not there"),
    };
    let keys = own_files::keymap(&loaded, paths).is_ok();
    files.push(own("own keys", &paths.keymap_file, keys));
    let themes = OwnThemes::read(&paths.themes_dir);
    let good = themes.errors.is_empty()
        && themes.check().iter().all(|(_, verdict)| verdict.is_ok())
        && themes.theme(&loaded, Depth::TrueColor, paths).is_ok();
    files.push(own("own themes", &paths.themes_dir, good));
    files.extend(stack(global, context));
    files.push(history(global, context));
    files
}

fn finding(what: &'static str, file: &Path, state: &str) -> FileFinding {
    FileFinding { file: file.into(), what, state: Clean::new(state), wrong: false }
}

/// What is wrong in detail is what `config check` is for.
fn wrong(what: &'static str, file: &Path) -> FileFinding {
    let state = "wrong: `midwatch config check` says what";
    FileFinding { wrong: true, ..finding(what, file, state) }
}

fn settings(global: &Global, context: &Context) -> FileFinding {
    let file = &context.paths.settings_file;
    match Settings::load(&context.paths, &context.variables, &global.settings()) {
        Ok(_) if file.exists() => finding("settings", file, "good"),
        Ok(_) => finding("settings", file, "not there; the defaults count"),
        Err(_) => wrong("settings", file),
    }
}

fn stack(global: &Global, context: &Context) -> Option<FileFinding> {
    let flag = global.stack.as_deref();
    let found = discover::stack_file(flag, &context.variables, &context.folder)?;
    let read = Source::read(&found.file).ok();
    let read = read.filter(|source| StackFile::parse(source, &folder_of(&found.file)).is_ok());
    let Some(source) = read else { return Some(wrong("stack file", &found.file)) };
    let approval = TrustStore::new(&context.paths).approval(&found, &source.text);
    Some(match approval {
        Ok(approval) if approval.is_given() => finding("stack file", &found.file, "good"),
        Ok(_) => {
            let state = "good, but not approved: its commands run only after `midwatch trust`";
            finding("stack file", &found.file, state)
        }
        Err(error) => FileFinding {
            wrong: true,
            ..finding("stack file", &found.file, &format!("its approval cannot be read: {error}"))
        },
    })
}

/// What is remembered from run to run of the stack of this folder, or of all that runs.
fn history(global: &Global, context: &Context) -> FileFinding {
    let found = discover::stack_file(global.stack.as_deref(), &context.variables, &context.folder);
    let name = found.and_then(|found| {
        let source = Source::read(&found.file).ok()?;
        Some(StackFile::parse(&source, &folder_of(&found.file)).ok()?.name().to_owned())
    });
    let file = history::file(&context.paths.state_dir, name.as_deref());
    if !file.exists() {
        return finding("history", &file, "not there yet");
    }
    match Database::open(&file).and_then(|history| history.alerts()) {
        Ok(_) => finding("history", &file, "good"),
        Err(error) => FileFinding { wrong: true, ..finding("history", &file, &error.to_string()) },
    }
}
