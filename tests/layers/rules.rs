//! The table: each module, what it may use, and why no more.

/// A module directly below the crate, and what it may use.
pub(crate) struct Layer {
    name: &'static str,
    /// Paths; a module stands for all that is in it.
    uses: &'static [&'static str],
    /// Paths within those that it may not use after all.
    never: &'static [&'static str],
    pub(crate) why: &'static str,
}

impl Layer {
    pub(crate) fn may_use(&self, path: &[String]) -> bool {
        let path = path.join("::");
        let within = |prefix: &&str| path == **prefix || path.starts_with(&format!("{prefix}::"));
        self.uses.iter().any(|prefix| *prefix == ANY || within(prefix))
            && !self.never.iter().any(within)
    }
}

/// Every module.
const ANY: &str = "*";

/// The engines that exist; all but their own module and `wire` know the trait alone.
const CONCRETE: &[&str] = &["engines::docker", "engines::process"];

const LAYERS: &[Layer] = &[
    Layer {
        name: "text",
        uses: &[],
        never: &[],
        why: "text is the lowest layer: std and small text crates",
    },
    Layer { name: "model", uses: &["text"], never: &[], why: "model is pure data and rules" },
    Layer {
        name: "logs",
        uses: &["model", "text"],
        never: &[],
        why: "a line says the same, wherever it is from and whoever looks",
    },
    Layer {
        name: "kernel",
        uses: &["model", "text"],
        never: &[],
        why: "the kernel tells the same, whichever engine runs an instance",
    },
    Layer {
        name: "guarded",
        uses: &["model", "text", "kernel"],
        never: &[],
        why: "a program ends with midwatch, whatever it was started for",
    },
    Layer {
        name: "secrets",
        uses: &["model", "text", "guarded"],
        never: &[],
        why: "a secret is looked up for whoever needs it, and nobody keeps it",
    },
    Layer {
        name: "alerts",
        uses: &["model", "text"],
        never: &[],
        why: "alerts are judged by what they are told, and by no clock of their own",
    },
    Layer {
        name: "history",
        uses: &["model", "text", "alerts"],
        never: &[],
        why: "the history remembers what it is told, and judges nothing",
    },
    Layer {
        name: "notify",
        uses: &["model", "text"],
        never: &[],
        why: "a notifier tells what it is given, whoever found it out",
    },
    Layer {
        name: "store",
        uses: &["model", "text", "logs", "alerts"],
        never: &[],
        why: "the store is told facts and knows nobody who finds them out",
    },
    Layer {
        name: "probes",
        uses: &["model", "text", "guarded", "secrets"],
        never: &[],
        why: "a probe answers, whoever asks",
    },
    Layer {
        name: "metrics",
        uses: &["model", "text", "secrets"],
        never: &[],
        why: "a number is the same, whoever asks for it",
    },
    Layer {
        name: "engines",
        uses: &["model", "text", "kernel", "guarded", "probes"],
        never: &[],
        why: "an engine runs instances and knows nobody who looks",
    },
    Layer {
        name: "sources",
        uses: &["model", "text", "logs", "guarded", "engines"],
        never: CONCRETE,
        why: "a log source has lines like an instance, and knows nobody who looks",
    },
    Layer {
        name: "watch",
        uses: &["model", "text", "logs", "kernel", "engines", "sources", "metrics::Meter"],
        never: CONCRETE,
        why: "watchers know the trait, not the engines, and no screen",
    },
    Layer {
        name: "input",
        uses: &["text"],
        never: &[],
        why: "keys are data, whatever they are for",
    },
    Layer {
        name: "ui",
        uses: &["model", "logs", "store", "alerts", "input", "text"],
        never: &[],
        why: "the screen reads what is known and asks for the rest by wishes",
    },
    Layer {
        name: "terminal",
        uses: &[
            "text",
            // A shell has the limits that midwatch was started with.
            "kernel::give_back_open_files",
            "engines::Shell",
            "engines::RemoteShell",
            "engines::ShellSize",
            "engines::ShellStreams",
            "engines::EngineError",
        ],
        never: &[],
        why: "the terminal knows bytes, clean text, and the shell that it is handed to",
    },
    Layer {
        name: "app",
        uses: &[
            "alerts", "history", "metrics", "model", "logs", "store", "ui", "input", "watch",
            "engines", "sources", "terminal", "text",
        ],
        never: CONCRETE,
        why: "the console knows the traits; wire builds what is behind them",
    },
    Layer {
        name: "config",
        uses: &[
            "model",
            "logs",
            "text",
            "input",
            // A query is read where it is written.
            "metrics::query",
        ],
        never: &[],
        why: "files are read before anything runs",
    },
    Layer {
        name: "cli",
        uses: &[
            "model",
            "logs",
            "store",
            "history",
            "notify",
            "watch",
            "engines",
            "sources",
            "config",
            "text",
            "probes",
            "secrets",
            "metrics",
            "demo",
            "input",
            "ui::theme",
        ],
        never: &[],
        why: "the command line has no screen; it only checks the files of one",
    },
    Layer {
        name: "demo",
        uses: &["model", "text"],
        never: &[],
        why: "the demo's services are programs of their own",
    },
    Layer { name: "wire", uses: &[ANY], never: &[], why: "wire builds everything" },
];

/// What drawing must not touch.
pub(crate) const UI_NEVER: [&str; 12] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "tokio",
    "reqwest",
    "bollard",
    "Timestamp::now",
    "Zoned::now",
    "Instant::now",
    "SystemTime",
];

/// The line of a module.
pub(crate) fn layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.name == name)
}
