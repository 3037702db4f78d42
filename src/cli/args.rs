//! [`Args`]: the command line, as clap reads it.

#![expect(clippy::doc_markdown, reason = "these comments are the help, read without Markdown")]

use std::path::PathBuf;

use clap::{
    Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use clap_complete::Shell;
use strum::IntoEnumIterator as _;

pub use crate::cli::logs::options::{LogsOptions, Secrets, Tail};
use crate::{config::settings::Flags, demo::Fault};

const EXIT_CODES: &str = "\
Exit codes:
  0  all well
  1  something is wrong
  2  the command line or the configuration is wrong
  3  an engine cannot be reached";

const STATS_EXIT_CODES: &str = "\
Exit codes:
  0  all well
  1  a value is past its critical threshold, or something was killed for memory in the
     last 5 minutes
  2  the command line or the configuration is wrong
  3  an engine cannot be reached
With --watch it goes on until nobody reads it, and ends with 0.";

const EXAMPLES: &str = "\
Examples:
  midwatch                         the stack of this folder, or what the engine runs
  midwatch demo                    a stack of real processes; needs nothing, leaves nothing
  midwatch status && echo all well
  midwatch logs api -f --since 10m
  midwatch --host ssh://ops@prod1  a remote engine

Exit codes:
  0  all well
  1  something is wrong
  2  the command line or the configuration is wrong
  3  an engine cannot be reached";

/// A terminal operations console: services, logs and stats of a stack on one screen.
///
/// Without a command, midwatch opens the screen. It finds the engine (docker
/// context, DOCKER_HOST, Docker's socket, Podman's sockets) and the stack of the
/// current folder by itself; a midwatch.toml makes it better.
#[derive(Debug, Parser)]
#[command(name = "midwatch", version, after_long_help = EXAMPLES, max_term_width = 100)]
pub struct Args {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do; without one, the screen opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The stack file; naming it here approves it for this run.
    ///
    /// Otherwise: $MIDWATCH_STACK, ./midwatch.toml, ./.midwatch/stack.toml. The commands
    /// in those run only after `midwatch trust`.
    #[arg(long, global = true, value_name = "FILE")]
    pub stack: Option<PathBuf>,
    /// Look at this kind of engine only.
    #[arg(long, global = true)]
    pub engine: Option<EngineKind>,
    /// Where the engine is: unix://, tcp:// (with TLS) or ssh://.
    #[arg(long, global = true, value_name = "URL", conflicts_with = "context")]
    pub host: Option<String>,
    /// The docker context to use.
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// Show this project only (a compose project or a stack).
    #[arg(long, global = true, value_name = "NAME")]
    pub project: Option<String>,
    /// Refuse everything that could change what runs.
    #[arg(long, global = true)]
    pub read_only: bool,
    /// The theme, over the settings and $MIDWATCH_THEME.
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// The keymap, over the settings and $MIDWATCH_KEYMAP.
    #[arg(long, global = true, value_name = "NAME")]
    pub keymap: Option<String>,
    /// Draw with ASCII alone.
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Write midwatch's own log to this file.
    #[arg(long, global = true, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
    /// Allow tcp:// without TLS: whoever can read the network becomes root there.
    #[arg(long, global = true)]
    pub insecure: bool,
}

impl Global {
    /// What these flags say of the settings.
    #[must_use]
    pub fn settings(&self) -> Flags {
        Flags { theme: self.theme.clone(), keymap: self.keymap.clone(), ascii: self.ascii }
    }
}

/// A kind of engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineKind {
    /// Docker, and what speaks its API.
    Docker,
    /// Podman, by its Docker API.
    Podman,
    /// The local processes of the stack file.
    Process,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Open the screen on a built-in stack of real processes; nothing is left behind.
    #[command(after_long_help = "\
Examples:
  midwatch demo --fault worker-leak
  midwatch demo --backlog 100000 --fault api-errors    find the one error")]
    Demo(DemoOptions),
    /// Say how each service does.
    ///
    /// Exits with 0 only when every service is known to be well.
    #[command(after_long_help = EXIT_CODES)]
    Status(StatusOptions),
    /// Print what services say.
    #[command(after_long_help = "\
Examples:
  midwatch logs                        the last 500 lines of each instance, by time
  midwatch logs api worker -f          two services, and what comes
  midwatch logs shop/api --since 03:10 --until 03:20
  midwatch logs -f --level warn --grep 'time(d )?out' -C 3
  midwatch logs --filter 'level>=error field.user_id=42 not text~healthz' --since 1h
  midwatch logs --since 1h --json | jq -r 'select(.stream == \"stderr\") | .text'")]
    Logs(LogsOptions),
    /// Say what each instance uses of its host.
    #[command(after_long_help = STATS_EXIT_CODES)]
    Stats(StatsOptions),
    /// Ask the probes of each service, and say what came of it.
    ///
    /// Exits with 0 only when every one of them passes.
    #[command(after_long_help = EXIT_CODES)]
    Probes(ProbesOptions),
    /// Say what is not as it should be, since when, and what to do about it.
    ///
    /// Exits with 0 only when nothing fires.
    #[command(after_long_help = EXIT_CODES)]
    Alerts(AlertsOptions),
    /// Look at one thing of the stack, and say whether it is as it should be.
    #[command(after_long_help = EXIT_CODES)]
    Check(CheckOptions),
    /// Say what was found, what is missing, and what the engine's socket can do to the host.
    #[command(after_long_help = EXIT_CODES)]
    Doctor {
        /// One JSON object instead of words.
        #[arg(long)]
        json: bool,
    },
    /// Write a stack file, midwatch.toml, for what the engine runs.
    ///
    /// A file that is there is left alone.
    #[command(after_long_help = "\
Examples:
  midwatch init                        the only stack there is
  midwatch --project shop init --stdout")]
    Init(InitOptions),
    /// Show or check the configuration.
    Config {
        /// What to do with it.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print what a stack file would run, ask, and approve it.
    ///
    /// The approval is for this content at this path; a change of either asks again.
    Trust {
        /// The stack file; the one of the current folder otherwise.
        file: Option<PathBuf>,
        /// Approve without asking; needed where there is no terminal to ask on.
        #[arg(long)]
        yes: bool,
    },
    /// Print a script that completes midwatch's commands in a shell.
    #[command(after_long_help = "\
Example:
  midwatch completions bash > ~/.local/share/bash-completion/completions/midwatch")]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or that of one command.
    #[command(after_long_help = "Example:\n  midwatch man > ~/.local/share/man/man1/midwatch.1")]
    Man {
        /// The command.
        command: Option<String>,
    },
}

/// Flags of `demo`.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct DemoOptions {
    /// A fault to begin with; may be given several times.
    #[arg(long = "fault", value_name = "NAME", value_parser = fault_names())]
    pub faults: Vec<Fault>,
    /// How many lines the API's log begins with, as if it had run for hours; up to 1000000.
    ///
    /// With --fault api-errors, one of them is an error with its stack trace.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(..=MAX_BACKLOG))]
    pub backlog: u32,
}

/// More lines than this are written for longer than anybody waits for them.
const MAX_BACKLOG: i64 = 1_000_000;

/// Takes the faults of the demo by their names, and lists them in the help.
fn fault_names() -> impl TypedValueParser<Value = Fault> {
    let known = Fault::iter().map(|fault| {
        let name: &str = fault.into();
        PossibleValue::new(name).help(fault.description())
    });
    PossibleValuesParser::new(known).try_map(|name| name.parse::<Fault>())
}

/// Flags of `status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct StatusOptions {
    /// One JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Go on, and print again whenever something changes.
    #[arg(long)]
    pub watch: bool,
    /// Ask no probes: what engines say is all that is known.
    #[arg(long)]
    pub no_probes: bool,
}

/// Flags of `probes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct ProbesOptions {
    /// Services (api, shop/api) or instances (shop-api-2); all otherwise.
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Go on, and print again whenever something changes.
    #[arg(long)]
    pub watch: bool,
}

/// Flags of `alerts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct AlertsOptions {
    /// One JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Go on, and print again whenever something changes.
    #[arg(long)]
    pub watch: bool,
    /// Send a test by this notifier of the stack file, and nothing else.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["json", "watch"])]
    pub notify_test: Option<String>,
}

/// Flags of `check`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct CheckOptions {
    /// What to look at.
    #[arg(value_enum)]
    pub what: Checked,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// What can be looked at by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Checked {
    /// The certificates that are served: `[checks]` of the stack file, and probes of TLS.
    Tls,
}

/// Flags of `stats`.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct StatsOptions {
    /// Services (api, shop/api) or instances (shop-api-2); all otherwise.
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Go on, and print again every second.
    #[arg(long)]
    pub watch: bool,
}

/// Options of `midwatch init`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct InitOptions {
    /// Print the file instead of writing it.
    #[arg(long)]
    pub stdout: bool,
}

/// What to do with the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Print the settings as they count.
    Show {
        /// Say where each value comes from.
        #[arg(long)]
        origin: bool,
    },
    /// Check files, and say what is wrong in them; without one, the settings and the stack file.
    Check {
        /// Stack files, or the user's settings.
        files: Vec<PathBuf>,
    },
    /// Print the JSON schema of a stack file, for editors.
    #[command(after_long_help = "\
Example:
  midwatch config schema > midwatch.schema.json
  and at the top of midwatch.toml:  #:schema ./midwatch.schema.json")]
    Schema,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::model::Severity;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn global_flags_go_before_and_after_the_command() {
        for line in ["midwatch --project shop status", "midwatch status --project shop"] {
            let args = Args::try_parse_from(line.split(' ')).unwrap();
            assert_eq!(args.global.project.as_deref(), Some("shop"), "{line}");
        }
    }

    #[test]
    fn levels_are_known_by_the_words_of_others() {
        for (word, level) in
            [("warn", Severity::Warn), ("WARNING", Severity::Warn), ("crit", Severity::Fatal)]
        {
            let args = Args::try_parse_from(["midwatch", "logs", "--level", word]).unwrap();
            let Some(Command::Logs(options)) = args.command else { unreachable!("it says logs") };
            assert_eq!(options.level, Some(level), "{word}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for line in ["midwatch --host unix:///x --context y", "midwatch logs -f --until 03:10"] {
            assert!(Args::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
        for [flag, value] in [["--tail", "-1"], ["--level", "loud"], ["-C", "1001"]] {
            assert!(Args::try_parse_from(["midwatch", "logs", flag, value]).is_err(), "{flag}");
        }
        assert!(Args::try_parse_from(["midwatch", "demo", "--fault", "none"]).is_err());
    }
}
