//! What files have now, each in a stream of its own.

use std::collections::VecDeque;

use futures_util::{StreamExt as _, stream};
use tokio::task::spawn_blocking;

use super::{
    BLOCK, Reading, crashed,
    part::{Part, Step},
};
use crate::{
    engines::{EngineError, EngineStream},
    sources::{History, Said},
};

/// The files of a reading that has just begun, each by itself, and what is complained
/// about beside them.
pub(super) fn histories(reading: Reading) -> Vec<History> {
    let Reading { parts, said, .. } = reading;
    let complaints = (!said.is_empty())
        .then(|| History { part: None, said: stream::iter(said).map(Ok).boxed() });
    let files = parts.into_iter().map(|part| History {
        part: part.name().cloned(),
        said: to_the_end(Alone {
            part,
            block: vec![0; BLOCK],
            said: VecDeque::new(),
            ended: false,
        }),
    });
    files.chain(complaints).collect()
}

/// A file that is read for itself.
struct Alone {
    part: Part,
    block: Vec<u8>,
    said: VecDeque<Said>,
    ended: bool,
}

fn to_the_end(file: Alone) -> EngineStream<Said> {
    let said = stream::unfold(Some(file), async |file| match next(file?).await {
        Ok((said, file)) => Some((Ok(said?), Some(file))),
        Err(error) => Some((Err(error), None)),
    });
    said.boxed()
}

async fn next(mut file: Alone) -> Result<(Option<Said>, Alone), EngineError> {
    loop {
        let said = file.said.pop_front();
        if said.is_some() || file.ended {
            return Ok((said, file));
        }
        // Files may be slow: they are read where that holds up nobody.
        file = spawn_blocking(move || file.read_on()).await.map_err(|_| crashed())?;
    }
}

impl Alone {
    fn read_on(mut self) -> Self {
        let Self { part, block, said, ended } = &mut self;
        if part.step(std::time::Instant::now(), block, said) == Step::Idle && said.is_empty() {
            part.finish(said);
            *ended = true;
        }
        self
    }
}
