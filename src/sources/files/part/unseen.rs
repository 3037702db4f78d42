//! [`Unseen`]: what was rotated away before it was read.

use std::{collections::VecDeque, io, time::Duration};

use crate::sources::{
    Said,
    files::{
        generation::{Generation, head_of},
        open::Identity,
        part::Part,
        rotated::Rotated,
        rotation::siblings,
    },
};

/// Times of files are compared with so much doubt: some tools keep whole seconds.
const DOUBT: Duration = Duration::from_secs(2);

/// What the live file is and has in it at present.
pub(super) struct Present {
    pub(super) identity: Identity,
    pub(super) head: Vec<u8>,
}

impl Present {
    pub(super) fn of(generation: &Generation) -> io::Result<Self> {
        Ok(Self { identity: generation.identity, head: head_of(&generation.file)? })
    }
}

/// What lies between what was read and the live file.
pub(super) struct Unseen {
    /// The file that was read until it was copied or renamed, if it is there.
    pub(super) rest: Option<Rotated>,
    /// Those after it, oldest first.
    pub(super) after: Vec<Rotated>,
}

impl Part {
    /// Finds the rotated files that are newer than what was read of `old`, and older than
    /// what is in the live file at present.
    pub(super) fn unseen(
        &mut self,
        old: &Generation,
        present: &Present,
        said: &mut VecDeque<Said>,
    ) -> Unseen {
        let mut unseen = Unseen { rest: None, after: Vec::new() };
        for sibling in siblings(&self.path).unwrap_or_default() {
            let rotated = match Rotated::open(sibling) {
                Ok(rotated) => rotated,
                Err(error) => {
                    self.voice.complain(error, said);
                    continue;
                }
            };
            if rotated.identity != present.identity && rotated.identity == old.identity {
                break;
            }
            // Before the next question: what was read tells more than a first line may.
            if !old.head.is_empty() && rotated.head.starts_with(&old.head) {
                unseen.rest = Some(rotated);
                break;
            }
            let is_present = rotated.identity == present.identity
                || (!present.head.is_empty() && rotated.head.starts_with(&present.head));
            if is_present {
                // It was rotated since it was looked at: what is newer comes after it.
                unseen.after.clear();
                continue;
            }
            let is_known = !self.before.is_empty() && rotated.head.starts_with(&self.before);
            let is_older = rotated.looks.changed + DOUBT < old.looks.changed;
            if is_known || is_older {
                break;
            }
            if !rotated.head.is_empty() {
                unseen.after.push(rotated);
            }
        }
        unseen.after.reverse();
        unseen
    }
}
