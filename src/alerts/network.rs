//! [`Network`]: whether it is our own network that is down, and not what is looked at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{
    model::{AlertSeverity, Observation, ProbeFaultKind, alert::Evidence},
    text::Clean,
};

/// With fewer hosts than this nobody can tell.
const HOSTS: usize = 3;

/// More than this share of the hosts that answered before must not, in percent.
const SHARE: usize = 60;

/// Within this time they must have begun not to: twice the time in which each is asked once.
const TOGETHER: SignedDuration = SignedDuration::from_secs(60);

/// What a probe of another host says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The host that it asks.
    pub host: Clean,
    /// What its last answers say; `None`: nothing yet.
    pub answers: Option<Answers>,
}

/// How a host does by its last answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// It answers, whatever it says.
    Heard,
    /// It has not been heard since.
    Unheard(Timestamp),
}

/// Whether a failure is that nothing was heard of a host. One that refuses, or answers
/// badly, was heard.
#[must_use]
pub fn is_unheard(kind: ProbeFaultKind) -> bool {
    matches!(kind, ProbeFaultKind::Name | ProbeFaultKind::Unreachable | ProbeFaultKind::Timeout)
}

/// Judges whether it is our own network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// The hosts that have answered before.
    heard: BTreeSet<Clean>,
    /// Whether it was down at the last look.
    is_down: bool,
    /// Whether it was down when an earlier run ended: which hosts answered before that
    /// nobody remembers, so all are taken to have.
    was_down: bool,
}

impl Network {
    /// Knows that it was down when an earlier run ended.
    pub fn restore_down(&mut self) {
        (self.is_down, self.was_down) = (true, true);
    }

    /// Judges by what all probes of other hosts say; `None` where too few hosts are asked
    /// that ever answered.
    pub fn judge(&mut self, looks: &[Look]) -> Option<Observation> {
        let mut hosts: BTreeMap<&Clean, Vec<Answers>> = BTreeMap::new();
        for look in looks {
            hosts.entry(&look.host).or_default().extend(look.answers);
        }
        self.heard.retain(|host| hosts.contains_key(host));
        for (host, answers) in &hosts {
            if self.was_down || answers.contains(&Answers::Heard) {
                self.heard.insert((*host).clone());
            }
        }
        hosts.retain(|host, answers| self.heard.contains(*host) && !answers.is_empty());
        if hosts.len() < HOSTS {
            return None;
        }
        let mut lost: Vec<Timestamp> = hosts.values().filter_map(|answers| lost(answers)).collect();
        lost.sort_unstable();
        // Once it is down, hosts that are lost later are so for the same reason.
        let count = if self.is_down { lost.len() } else { most_together(&lost) };
        self.is_down = count >= HOSTS && count * 100 > SHARE * hosts.len();
        self.was_down &= self.is_down;
        Some(observation(self.is_down, count, hosts.len()))
    }
}

/// Since when nothing was heard of a host: its first probe that fails, if all do.
fn lost(answers: &[Answers]) -> Option<Timestamp> {
    let unheard = answers.iter().map(|answer| match answer {
        Answers::Heard => None,
        Answers::Unheard(since) => Some(*since),
    });
    unheard.collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// How many of these moments, in order, lie together at most.
fn most_together(moments: &[Timestamp]) -> usize {
    let until = |first: usize| {
        let near = |at: &&Timestamp| at.duration_since(moments[first]) <= TOGETHER;
        moments[first..].iter().take_while(near).count()
    };
    (0..moments.len()).map(until).max().unwrap_or(0)
}

fn observation(is_down: bool, lost: usize, hosts: usize) -> Observation {
    let value = Some(lost as f64);
    if !is_down {
        let words = Clean::new(&format!("{} of {hosts} hosts answer", hosts - lost));
        return Observation::Good(Evidence { value, words });
    }
    let words = format!("nothing is heard of {lost} of {hosts} hosts that answered before");
    Observation::Breach(AlertSeverity::Critical, Evidence { value, words: Clean::new(&words) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Answers {
        Answers::Unheard(Timestamp::from_second(second).unwrap())
    }

    /// Hosts `0`, `1`, … with what is heard of each.
    fn looks(answers: &[Answers]) -> Vec<Look> {
        let look = |(number, answers): (usize, &Answers)| Look {
            host: Clean::new(&number.to_string()),
            answers: Some(*answers),
        };
        answers.iter().enumerate().map(look).collect()
    }

    fn is_down(network: &mut Network, answers: &[Answers]) -> Option<bool> {
        network.judge(&looks(answers)).map(|seen| matches!(seen, Observation::Breach(..)))
    }

    const HEARD: Answers = Answers::Heard;

    #[test]
    fn most_hosts_lost_in_the_same_moment_are_our_network() {
        let mut network = Network::default();
        assert_eq!(is_down(&mut network, &[HEARD; 5]), Some(false));
        assert_eq!(is_down(&mut network, &[at(0), at(10), at(20), HEARD, HEARD]), Some(false));
        assert_eq!(is_down(&mut network, &[at(0), at(10), at(20), at(30), HEARD]), Some(true));
        // The last one is only found out later; and it is over as the hosts come back.
        assert_eq!(is_down(&mut network, &[at(0), at(10), at(20), at(30), at(300)]), Some(true));
        assert_eq!(is_down(&mut network, &[at(0), at(10), HEARD, HEARD, HEARD]), Some(false));
    }

    #[test]
    fn hosts_that_fail_one_after_the_other_are_not() {
        let mut network = Network::default();
        is_down(&mut network, &[HEARD; 3]);
        assert_eq!(is_down(&mut network, &[at(0), at(61), at(122)]), Some(false));
    }

    #[test]
    fn hosts_that_never_answered_and_few_hosts_say_nothing() {
        let mut network = Network::default();
        assert_eq!(is_down(&mut network, &[at(0), at(1), at(2), at(3)]), None);
        assert_eq!(is_down(&mut network, &[HEARD; 2]), None);
        assert_eq!(is_down(&mut network, &[HEARD, HEARD, at(0), at(0), at(0)]), None);
    }

    #[test]
    fn a_host_of_which_one_probe_hears_is_there() {
        let mut network = Network::default();
        is_down(&mut network, &[HEARD; 3]);
        let mut all = looks(&[at(0), at(0), at(0)]);
        all.push(Look { host: Clean::new("0"), answers: Some(HEARD) });
        let seen = network.judge(&all);
        assert!(matches!(seen, Some(Observation::Good(_))), "{seen:?}");
    }

    #[test]
    fn what_was_down_before_a_restart_is_until_hosts_are_heard() {
        let mut network = Network::default();
        network.restore_down();
        assert_eq!(is_down(&mut network, &[at(0), at(100), at(900)]), Some(true));
        assert_eq!(is_down(&mut network, &[HEARD; 3]), Some(false));
    }
}
