//! [`Proposal`]: the text of a stack file for what was found, which says what else it could say.

use std::fmt::{self, Display};

use crate::{
    config::stack_file::is_name,
    model::{Instance, Protocol},
    text::Clean,
};

/// What is written about.
pub(super) struct Proposal {
    /// The stack's name, which can be one.
    pub(super) name: String,
    /// The project on its engine, when it has labels.
    pub(super) project: Option<Clean>,
    /// The engine's name.
    pub(super) engine: Option<String>,
    pub(super) services: Vec<Service>,
}

/// A service as it was found.
pub(super) struct Service {
    name: Clean,
    image: Option<Clean>,
    instances: usize,
    /// The TCP ports inside its instances, in order.
    ports: Vec<u16>,
}

impl Service {
    pub(super) fn new(name: &Clean) -> Self {
        Self { name: name.clone(), image: None, instances: 0, ports: Vec::new() }
    }

    pub(super) fn add(&mut self, instance: &Instance) {
        self.instances += 1;
        if self.image.is_none() {
            self.image = instance.image.as_ref().map(|image| image.name.clone());
        }
        let tcp = instance.ports.iter().filter(|port| port.protocol == Protocol::Tcp);
        self.ports.extend(tcp.map(|port| port.inside));
        self.ports.sort_unstable();
        self.ports.dedup();
    }

    /// What was found, in words behind its name.
    fn found(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.image.as_ref().map(ToString::to_string));
        words.push(match self.instances {
            1 => "1 instance".into(),
            count => format!("{count} instances"),
        });
        let ports: Vec<_> = self.ports.iter().map(ToString::to_string).collect();
        match ports.len() {
            0 => {}
            1 => words.push(format!("port {}", ports[0])),
            _ => words.push(format!("ports {}", ports.join(", "))),
        }
        words.join(", ")
    }
}

impl Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_str();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let key = if name.chars().all(plain) { name.into() } else { quoted(name) };
        writeln!(f, "[services.{key}] # {}", self.found())?;
        writeln!(f, "# role = \"app\"")?;
        writeln!(f, "# critical = true")?;
        match self.ports.first() {
            Some(port) => writeln!(
                f,
                "# probe = {{ url = {}, expect = [\"status == 200\", \"time < 500ms\"] }}",
                quoted(&format!("http://{name}:{port}/health")),
            ),
            None => writeln!(f, "# probe = \"docker\""),
        }
    }
}

/// The whole file.
impl Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEAD}schema = 1\nname = {}\n{BEGINNING}[runtime]\n", quoted(&self.name))?;
        let kind = self.engine.as_deref().filter(|engine| ["docker", "podman"].contains(engine));
        if let Some(kind) = kind {
            writeln!(f, "kind = {}", quoted(kind))?;
        }
        if let Some(project) = &self.project {
            writeln!(f, "project = {}", quoted(project.as_str()))?;
        }
        f.write_str(MIDDLE)?;
        for service in &self.services {
            if is_name(service.name.as_str()) {
                writeln!(f, "{service}")?;
            } else {
                writeln!(f, "# {} was found, which cannot be a name here.\n", service.name)?;
            }
        }
        f.write_str(END)
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

const HEAD: &str = "\
# What midwatch found. What is commented out shows what else could be said;
# `midwatch config schema` has all of it, `midwatch config check` looks it over.

";

const BEGINNING: &str = "\
# title = \"What people call it\"

# \"production\" is drawn like nothing else, and keeps secrets out of this file.
environment = \"development\"
# timezone = \"Europe/Berlin\"

# [links]
# docs = \"http://localhost:8000/docs\"

";

const MIDDLE: &str = "\
# env_files = [\".env\"] # where { dotenv = \"NAME\" } is looked for

# [defaults]
# probe_every = \"30s\"
# probe_timeout = \"5s\"
# fail_after = 3
# ok_after = 2

# A service needs no table: it is found by its labels, and asked what its image and its
# ports suggest. What cannot be found out is said here.

";

const END: &str = "\
# [metrics.memory]
# source = \"docker\"
# field = \"memory_percent\"
# warn = \"> 75%\"
# crit = \"> 90%\"
# for = \"5m\"
# hint = \"Look for what grows\"

# [[patterns]]
# name = \"errors\"
# match = '(?i)\\b(error|exception|failed)\\b'
# alert = { over = 10, within = \"5m\" }

# [[contacts]]
# id = \"oncall\"
# name = \"Whoever has the middle watch\"
# phone = \"+1-555-0100\"

# [escalation]
# levels = [{ after = \"0m\", notify = [\"oncall\"], say = \"Look at the services first\" }]

# [notify.terminal]
# kind = \"bell\"
# min_severity = \"critical\"
";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Source, StackFile};

    fn proposal() -> Proposal {
        let service = |name: &str, image: Option<&str>, instances, ports: &[u16]| Service {
            name: Clean::new(name),
            image: image.map(Clean::new),
            instances,
            ports: ports.into(),
        };
        Proposal {
            name: "shop".into(),
            project: Some(Clean::new("shop")),
            engine: Some("docker".into()),
            services: vec![
                service("api", Some("shop/api:1.2"), 3, &[8000, 9100]),
                service("late.jobs", None, 1, &[]),
                service("x\n[services.evil]\ncommand = [\"sh\"]", Some("y\n[links]"), 1, &[80]),
            ],
        }
    }

    fn parse(text: &str) -> StackFile {
        let source = Source::new(Path::new("midwatch.toml"), text);
        StackFile::parse(&source, Path::new("/srv")).unwrap()
    }

    #[test]
    fn it_is_a_stack_file_of_what_was_found_and_nothing_else() {
        let file = parse(&proposal().to_string());
        let names: Vec<_> = file.stack.services.iter().map(|service| service.id.as_str()).collect();
        assert_eq!((file.name(), names), ("shop", vec!["api", "late.jobs"]));
        assert!(!file.needs_approval() && file.stack.links.is_empty());
    }

    #[test]
    fn what_is_commented_out_is_right_too() {
        let is_toml = |line: &str| {
            let word = line.split([' ', '.']).next().unwrap_or_default();
            line.starts_with('[')
                || line.contains(" = ") && word.chars().all(|c| c.is_lowercase() || c == '_')
        };
        let uncommented = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if is_toml(rest) => rest.to_owned(),
            _ => line.to_owned(),
        };
        let text: Vec<_> = proposal().to_string().lines().map(uncommented).collect();
        let file = parse(&text.join("\n"));
        assert_eq!(file.stack.services[0].probes.len(), 1);
        assert_eq!((file.stack.metrics.len(), file.stack.patterns.len()), (1, 1));
        assert_eq!((file.stack.contacts.len(), file.stack.notifiers.len()), (1, 1));
    }
}
