//! `midwatch doctor`: what was found, what is missing, and what the socket can do to the host.

mod gather;
mod socket;
mod stats;
mod terminal;

use std::path::PathBuf;

use serde::Serialize;

pub use gather::{Tried, gather};
pub use socket::Socket;
pub use terminal::Terminal;

use crate::{
    cli::{CliError, Exit, Printer},
    engines::Readings,
    model::{EngineInfo, Fault, FaultKind},
    text::Clean,
};

/// What to do when there is no engine, wherever it was looked for.
const NO_ENGINE_HINT: &str = "start Docker or Podman, or say where it is with --host or \
                              DOCKER_HOST; `midwatch demo` needs no engine";

/// What `midwatch doctor --json` prints.
///
/// | field | type | what |
/// |---|---|---|
/// | `version` | string | the version of midwatch |
/// | `engines` | array | each engine that was tried, see [`EngineFinding`] |
/// | `terminal` | object | what the terminal can do, see [`Terminal`] |
/// | `files` | array | configuration: `file`, `what`, `state` |
/// | `warnings` | array of string | what a person should look into |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct Findings {
    pub version: &'static str,
    pub engines: Vec<EngineFinding>,
    pub terminal: Terminal,
    pub files: Vec<FileFinding>,
}

/// An engine that was tried.
///
/// | field | type | what |
/// |---|---|---|
/// | `endpoint` | string | where it is, without credentials |
/// | `origin` | string | why it was tried, such as `DOCKER_HOST` |
/// | `chosen` | boolean | whether midwatch would use it |
/// | `info` | object or null | what it says of itself: `product`, `version`, `api`, `host` |
/// | `fault` | object or null | why it cannot be reached: `kind`, `message`, `hint` |
/// | `socket` | object or null | its socket, see [`Socket`] |
/// | `stats` | object or null | where stats come from, see [`Readings`] |
/// | `stats_fault` | object or null | why nobody knows that: `kind`, `message`, `hint` |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct EngineFinding {
    pub endpoint: Clean,
    pub origin: Clean,
    pub chosen: bool,
    pub info: Option<EngineInfo>,
    pub fault: Option<Fault>,
    pub socket: Option<Socket>,
    pub stats: Option<Readings>,
    pub stats_fault: Option<Fault>,
}

/// A configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileFinding {
    /// The file.
    pub file: PathBuf,
    /// What it is, such as `settings`.
    pub what: &'static str,
    /// What became of it, such as `not there`.
    pub state: Clean,
    /// Whether something is wrong with it.
    pub wrong: bool,
}

impl EngineFinding {
    /// Notes how a try went, and looks at the socket behind the endpoint, if it is one.
    #[must_use]
    pub fn new(
        endpoint: Clean,
        origin: Clean,
        chosen: bool,
        result: Result<EngineInfo, Fault>,
    ) -> Self {
        let socket = Socket::of_endpoint(endpoint.as_str());
        let (info, fault) = match result {
            Ok(info) => (Some(info), None),
            Err(fault) => (None, Some(fault)),
        };
        Self { endpoint, origin, chosen, info, fault, socket, stats: None, stats_fault: None }
    }
}

/// Prints the findings.
///
/// # Errors
/// When the output cannot be written.
pub fn run(findings: &Findings, json: bool, printer: &mut Printer<'_>) -> Result<Exit, CliError> {
    let warnings = findings.warnings();
    let told = if json {
        printer.json(&Told { findings, warnings: &warnings })
    } else {
        findings.print(&warnings, printer)
    };
    findings.exit(&warnings).after(told)
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    findings: &'a Findings,
    warnings: &'a [String],
}

impl Findings {
    fn warnings(&self) -> Vec<String> {
        let sockets = self.engines.iter().filter_map(|engine| engine.socket.as_ref()?.warning());
        let files =
            self.files.iter().filter(|file| file.wrong).map(|file| {
                format!("{}: {}", Clean::new(&file.file.to_string_lossy()), file.state)
            });
        sockets.chain(files).collect()
    }

    fn is_any_reached(&self) -> bool {
        self.engines.iter().any(|engine| engine.info.is_some())
    }

    fn exit(&self, warnings: &[String]) -> Exit {
        if !self.is_any_reached() {
            return Exit::Unreachable;
        }
        if warnings.is_empty() { Exit::Well } else { Exit::Wrong }
    }

    fn print(&self, warnings: &[String], printer: &mut Printer<'_>) -> Result<(), CliError> {
        printer.line(format_args!("midwatch {}", self.version))?;
        printer.line("\nEngines")?;
        if self.engines.is_empty() {
            printer.line("  none was found: no docker context, no DOCKER_HOST, no socket")?;
        }
        for engine in &self.engines {
            engine.print(printer)?;
        }
        if self.is_any_reached() {
            printer.line("\nWhat an engine's socket can do")?;
            for line in socket::POWER {
                printer.line(format_args!("  {line}"))?;
            }
        } else if self.engines.iter().all(EngineFinding::is_absent) {
            printer.line(format_args!("  = hint: {NO_ENGINE_HINT}"))?;
        }
        printer.line("\nTerminal")?;
        for line in self.terminal.words() {
            printer.line(format_args!("  {line}"))?;
        }
        printer.line("\nConfiguration")?;
        for file in &self.files {
            let name = Clean::new(&file.file.to_string_lossy());
            printer.line(format_args!("  {}: {name}: {}", file.what, file.state))?;
        }
        if !warnings.is_empty() {
            printer.line("\nWarnings")?;
        }
        for warning in warnings {
            printer.line(format_args!("  {warning}"))?;
        }
        Ok(())
    }
}

impl EngineFinding {
    fn is_absent(&self) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::Absent)
    }

    fn print(&self, printer: &mut Printer<'_>) -> Result<(), CliError> {
        let chosen = match (self.chosen, &self.info) {
            (true, Some(_)) => "  ← used",
            (true, None) => "  ← would be used",
            (false, _) => "",
        };
        printer.line(format_args!("  {} (from {}){chosen}", self.endpoint, self.origin))?;
        if let Some(info) = &self.info {
            let api = info.api.as_ref().map_or_else(String::new, |api| format!(", API {api}"));
            printer.line(format_args!("    {} {}{api}", info.product, info.version))?;
        }
        if let Some(fault) = &self.fault {
            printer.line(format_args!("    unreachable: {}", fault.message))?;
            // Where nothing is, there is nothing to be said of this place alone.
            if let Some(hint) = fault.hint.as_ref().filter(|_| !self.is_absent()) {
                printer.line(format_args!("     = hint: {hint}"))?;
            }
        }
        if let Some(socket) = &self.socket {
            printer.line(format_args!("    {}", socket.words()))?;
        }
        if let Some(stats) = &self.stats {
            printer.line(format_args!("    stats: {}", stats::words(stats)))?;
        }
        if let Some(fault) = &self.stats_fault {
            printer.line(format_args!("    stats: nobody knows from where: {}", fault.message))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(engines: Vec<EngineFinding>) -> Findings {
        let files = vec![FileFinding {
            file: "/home/ops/.config/midwatch/config.toml".into(),
            what: "settings",
            state: Clean::new("not there; the defaults count"),
            wrong: false,
        }];
        let terminal = Terminal {
            is_terminal: true,
            term: Some(Clean::new("xterm-256color")),
            colours: "256",
            unicode: true,
            columns: Some(160),
            rows: Some(45),
        };
        Findings { version: "0.1.0", engines, terminal, files }
    }

    fn engine(mode: u32, result: Result<EngineInfo, Fault>) -> EngineFinding {
        let socket = Socket { path: "/run/docker.sock".into(), owner: 0, group: 999, mode };
        let endpoint = Clean::new("unix:///run/docker.sock");
        let (info, fault) = (result.clone().ok(), result.err());
        let origin = Clean::new("DOCKER_HOST");
        let stats = info.is_some().then(|| Readings {
            instances: 12,
            from_kernel: 12,
            control_groups: Some(Clean::new("control groups v1")),
            why_not: None,
        });
        let chosen = true;
        let socket = Some(socket);
        let stats_fault = None;
        EngineFinding { endpoint, origin, chosen, info, fault, socket, stats, stats_fault }
    }

    fn told(findings: &Findings) -> (Exit, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = run(findings, false, &mut Printer::new(&mut out, &mut err)).unwrap();
        (exit, String::from_utf8(out).unwrap())
    }

    fn info() -> EngineInfo {
        EngineInfo {
            product: Clean::new("Docker Engine"),
            version: Clean::new("20.10.24"),
            api: Some(Clean::new("1.41")),
        }
    }

    #[test]
    fn a_good_engine_is_told_with_what_its_socket_can_do() {
        let (exit, text) = told(&findings(vec![engine(0o660, Ok(info()))]));
        assert_eq!(exit, Exit::Well);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_socket_that_everybody_may_write_to_is_a_warning() {
        let (exit, text) = told(&findings(vec![engine(0o666, Ok(info()))]));
        assert_eq!(exit, Exit::Wrong);
        assert!(text.contains("every user of this host"), "{text}");
    }

    #[test]
    fn without_an_engine_that_answers_the_shell_is_told() {
        let fault = Fault::new(FaultKind::Denied, "permission denied").with_hint("join docker");
        let (exit, text) = told(&findings(vec![engine(0o660, Err(fault))]));
        assert_eq!(exit, Exit::Unreachable);
        assert!(text.contains("hint: join docker") && !text.contains("What an engine's"), "{text}");
        assert_eq!(text.matches("hint:").count(), 1, "{text}");
        assert_eq!(told(&findings(vec![])).0, Exit::Unreachable);
    }

    #[test]
    fn what_to_do_where_no_engine_is_is_said_once() {
        let absent = |chosen| {
            let fault = Fault::new(FaultKind::Absent, "no such socket").with_hint("start it");
            EngineFinding { chosen, socket: None, ..engine(0, Err(fault)) }
        };
        let (_, text) = told(&findings(vec![absent(true), absent(false)]));
        assert_eq!(text.matches("hint:").count(), 1, "{text}");
        assert_eq!(text.matches("← would be used").count(), 1, "{text}");
        assert!(
            !text.contains("← used") && text.contains("hint: start Docker or Podman"),
            "{text}"
        );
        let (_, text) = told(&findings(vec![engine(0o660, Ok(info())), absent(false)]));
        assert_eq!(text.matches("hint:").count(), 0, "{text}");
    }

    #[test]
    fn why_nobody_knows_where_stats_come_from_is_told() {
        let stats_fault = Some(Fault::new(FaultKind::Timeout, "no answer within 10 s"));
        let engine = EngineFinding { stats: None, stats_fault, ..engine(0o660, Ok(info())) };
        let (_, text) = told(&findings(vec![engine]));
        assert!(text.contains("stats: nobody knows from where: no answer"), "{text}");
    }

    #[test]
    fn the_object_has_the_documented_fields() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let findings = findings(vec![engine(0o666, Ok(info()))]);
        run(&findings, true, &mut Printer::new(&mut out, &mut err)).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["engines", "files", "terminal", "version", "warnings"]);
        assert_eq!(value["engines"][0]["socket"]["world_writable"], true);
    }
}
