//! [`Sweep`]: readings of many instances at once.

use std::{collections::HashMap, hash::Hash};

use crate::kernel::{
    files::Files,
    group::Group,
    hierarchies::{Kernel, NotReadable},
    reading::{Limits, Reading},
};

/// Limits and the places of groups change seldom, so they are looked up every so many
/// sweeps; each time for another part of the instances, so that no sweep costs more.
const LOOKED_UP_EVERY: usize = 10;

/// An instance to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Its first process, as this host numbers it.
    pub pid: u32,
    /// What its control group is named after: a container's id, in full.
    pub name: &'a str,
}

/// Reads many instances, and remembers where their numbers are.
#[derive(Debug)]
pub struct Sweep<K> {
    kernel: Kernel,
    files: Files,
    known: HashMap<K, Known>,
    sweeps: usize,
}

#[derive(Debug)]
struct Known {
    group: Group,
    name: String,
    limits: Limits,
    /// The sweep that read it last.
    read_in: usize,
}

impl<K: Clone + Eq + Hash> Sweep<K> {
    /// Nothing was read yet.
    #[must_use]
    pub fn new(kernel: Kernel) -> Self {
        Self { kernel, files: Files::keeping(), known: HashMap::new(), sweeps: 0 }
    }

    /// Which control groups there are.
    #[must_use]
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Takes a reading of each target, in their order, or says why there is none. What is
    /// no longer a target is forgotten. A limit that is changed is seen within ten sweeps.
    ///
    /// It blocks: about a dozen small files are read of each target.
    pub fn read<'a>(
        &mut self,
        targets: impl IntoIterator<Item = (K, Target<'a>)>,
    ) -> Vec<(K, Result<Reading, NotReadable>)> {
        self.sweeps = self.sweeps.wrapping_add(1);
        self.files.next_round();
        let readings = targets.into_iter().enumerate().map(|(number, (key, target))| {
            let is_due = self.sweeps.wrapping_add(number).is_multiple_of(LOOKED_UP_EVERY);
            let reading = self.read_one(&key, target, is_due);
            (key, reading)
        });
        let readings = readings.collect();
        self.known.retain(|_, known| known.read_in == self.sweeps);
        readings
    }

    /// Takes the first reading of one more target, between two sweeps.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read_new(&mut self, key: &K, target: Target<'_>) -> Result<Reading, NotReadable> {
        self.read_one(key, target, false)
    }

    fn read_one(
        &mut self,
        key: &K,
        target: Target<'_>,
        is_due: bool,
    ) -> Result<Reading, NotReadable> {
        let same = |known: &&mut Known| known.group.pid == target.pid && known.name == target.name;
        if let Some(known) = self.known.get_mut(key).filter(same).filter(|_| !is_due) {
            let reading = known.group.read(&mut self.files, known.limits);
            known.read_in = self.sweeps;
            if !reading.is_of_nothing() {
                return Ok(reading);
            }
        }
        self.look_up(key, target)
    }

    /// Finds the groups of a target, and reads them.
    fn look_up(&mut self, key: &K, target: Target<'_>) -> Result<Reading, NotReadable> {
        let Target { pid, name } = target;
        self.known.remove(key);
        let group = self.kernel.group(&mut self.files, pid, name)?;
        let limits = group.limits(&mut self.files);
        let reading = group.read(&mut self.files, limits);
        if reading.is_of_nothing() {
            return Err(NotReadable::Unreadable { pid });
        }
        let known = Known { group, name: name.to_owned(), limits, read_in: self.sweeps };
        self.known.insert(key.clone(), known);
        Ok(reading)
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
