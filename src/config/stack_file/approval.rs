//! What of a stack file needs a person's approval: what runs, and what is read that is
//! theirs (threat T9).
//!
//! A secret is the person's own, and the file says where it is sent: a file that came with
//! somebody else's repository could send it to them.

use std::path::Path;

use super::StackFile;
use crate::{
    model::{LogOrigin, ProbeSpec, ProbeTarget, SecretRef, people::NotifierKind},
    text::Clean,
};

/// A command that a stack file names, beside its own processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCommand<'a> {
    /// What it is for, such as `edge (log)`.
    pub purpose: String,
    /// Program and arguments.
    pub argv: &'a [String],
    /// Where it runs; in midwatch's own folder otherwise.
    pub folder: Option<&'a Path>,
}

impl StackFile {
    /// Whether it names commands or secrets, which a person must have approved.
    #[must_use]
    pub fn needs_approval(&self) -> bool {
        !self.own_services.is_empty()
            || !self.commands().is_empty()
            || self.secrets().any(|(_, secret)| !matches!(secret, SecretRef::Inline(_)))
    }

    /// The commands of its logs, probes and secrets.
    #[must_use]
    pub fn commands(&self) -> Vec<NamedCommand<'_>> {
        let logs = self.stack.logs.iter().filter_map(|log| match &log.origin {
            LogOrigin::Command { words, folder } => {
                let purpose = format!("{} (log)", log.name);
                Some(NamedCommand { purpose, argv: words, folder: Some(folder) })
            }
            _ => None,
        });
        let probes = self.probes().filter_map(|(service, probe)| match &probe.target {
            ProbeTarget::Command { argv, folder } => {
                let purpose = format!("{service}.{} (probe)", probe.name);
                Some(NamedCommand { purpose, argv, folder: Some(folder) })
            }
            _ => None,
        });
        let secrets = self.secrets().filter_map(|(purpose, secret)| match secret {
            SecretRef::Command(argv) => Some(NamedCommand { purpose, argv, folder: None }),
            _ => None,
        });
        logs.chain(probes).chain(secrets).collect()
    }

    /// The secrets that it names, each with what it is for.
    pub fn secrets(&self) -> impl Iterator<Item = (String, &SecretRef)> {
        let probes = self.probes().filter_map(|(service, probe)| {
            let secret = probe.target.secret()?;
            Some((format!("{service}.{} (secret)", probe.name), secret))
        });
        let monitors = self.stack.monitors.auth.iter();
        let monitors = monitors.map(|secret| ("alerts (secret)".to_owned(), secret));
        let ways = self.stack.notifiers.iter().filter_map(|notifier| match &notifier.kind {
            NotifierKind::Webhook { url } => Some((format!("{} (secret)", notifier.id), url)),
            NotifierKind::Bell => None,
        });
        probes.chain(monitors).chain(ways)
    }

    fn probes(&self) -> impl Iterator<Item = (&Clean, &ProbeSpec)> {
        let services = self.stack.services.iter();
        services.flat_map(|service| service.probes.iter().map(move |probe| (&service.id, probe)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn file(text: &str) -> StackFile {
        let text = format!("name = \"shop\"\n{text}");
        StackFile::parse(&Source::new(Path::new("midwatch.toml"), &text), Path::new("/srv"))
            .unwrap()
    }

    #[test]
    fn what_only_asks_needs_no_approval() {
        assert!(
            !file("[services.a]\nprobe = [\"http://a/\", \"pg\", \"redis://:pw@h\"]")
                .needs_approval()
        );
    }

    #[test]
    fn every_command_and_every_secret_needs_one() {
        let logs = "[[logs]]\nname = \"edge\"\nsource = \"cmd:ssh edge tail\"";
        let probe = "[services.a]\nprobe = \"cmd:./check\"";
        let auth = "[services.a]\nprobe = { url = \"http://evil/\", auth = { file = \"/k\" } }";
        let alerts = "[alerts]\nauth = { env = \"TOKEN\" }";
        let hook = "[notify.a]\nkind = \"webhook\"\nurl = { cmd = [\"pass\", \"hook\"] }";
        let purposes = |text: &str| -> Vec<String> {
            file(text).commands().into_iter().map(|command| command.purpose).collect()
        };
        assert!([logs, probe, auth, alerts, hook].iter().all(|text| file(text).needs_approval()));
        assert_eq!(purposes(logs), ["edge (log)"]);
        assert_eq!(purposes(probe), ["a.command (probe)"]);
        assert_eq!(purposes(hook), ["a (secret)"]);
        assert!(purposes(auth).is_empty() && purposes(alerts).is_empty());
    }
}
