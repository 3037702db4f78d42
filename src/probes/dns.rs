//! [`DnsProbe`]: has a name an address?

use std::time::Duration;

use async_trait::async_trait;

use super::{
    Probe,
    deadline::Deadline,
    dial::lookup,
    fault::{answer, invalid},
};
use crate::model::{ProbeAnswer, ProbeFault};

/// How many addresses are named in an answer.
const SHOWN: usize = 3;

/// Looks a name up as every program of this host does, its `hosts` file included.
#[derive(Clone, Debug)]
pub(super) struct DnsProbe {
    name: String,
    timeout: Duration,
}

impl DnsProbe {
    /// A probe of a name.
    pub(super) fn new(name: &str, timeout: Duration) -> Result<Self, ProbeFault> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "/:@{}".contains(c)) {
            return Err(invalid(format!("`{name}` is no name of a host")));
        }
        Ok(Self { name: name.to_owned(), timeout })
    }
}

#[async_trait]
impl Probe for DnsProbe {
    async fn check(&self) -> Result<ProbeAnswer, ProbeFault> {
        let deadline = Deadline::within(self.timeout);
        let awaited = format!("address for {}", self.name);
        let mut found = deadline.wait(&awaited, lookup(&self.name)).await?;
        // One address comes once for each kind of socket.
        found.sort_unstable();
        found.dedup();
        let shown: Vec<String> = found.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = found.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Ok(answer(format!("{}{more}", shown.join(", "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProbeFaultKind;

    #[tokio::test]
    async fn a_name_has_addresses_or_not() {
        let patience = Duration::from_secs(10);
        let local = DnsProbe::new("localhost", patience).unwrap().check().await.unwrap();
        assert!(local.words.as_str().contains("127.0.0.1"), "{local:?}");
        let none = DnsProbe::new("nobody.invalid", patience).unwrap().check().await.unwrap_err();
        assert_eq!(none.kind, ProbeFaultKind::Name);
        assert!(DnsProbe::new("dns:x", patience).is_err());
    }
}
