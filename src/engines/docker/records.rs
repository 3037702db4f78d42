//! [`Body`]: an answer that goes on, and [`Records`]: one of JSON objects, one a line,
//! none longer than it may be.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::engines::{
    EngineError,
    docker::{endpoint::Endpoint, failure},
};

/// No event and no reading is longer than this.
const MAX_RECORD_BYTES: usize = 1024 * 1024;

/// An answer that goes on.
#[derive(Debug)]
pub(super) struct Body {
    endpoint: Endpoint,
    incoming: Incoming,
}

impl Body {
    pub(super) fn new(endpoint: Endpoint, incoming: Incoming) -> Self {
        Self { endpoint, incoming }
    }

    /// The next bytes; `None` at the end.
    pub(super) async fn chunk(&mut self) -> Option<Result<Bytes, EngineError>> {
        loop {
            match self.incoming.frame().await? {
                Ok(frame) => {
                    if let Ok(data) = frame.into_data() {
                        return Some(Ok(data));
                    }
                }
                Err(error) => return Some(Err(failure::of_talking(&self.endpoint, &error))),
            }
        }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

/// The lines of an answer that goes on.
#[derive(Debug)]
pub(super) struct Records {
    body: Body,
    whole: VecDeque<Bytes>,
    part: BytesMut,
}

impl Records {
    pub(super) fn new(body: Body) -> Self {
        Self { body, whole: VecDeque::new(), part: BytesMut::new() }
    }

    /// The next line that is not empty; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, EngineError>> {
        loop {
            if let Some(record) = self.whole.pop_front() {
                return Some(Ok(record));
            }
            match self.body.chunk().await {
                Some(Ok(chunk)) => self.take(&chunk),
                Some(Err(error)) => return Some(Err(error)),
                None => return self.rest().map(Ok),
            }
            if self.part.len() > MAX_RECORD_BYTES {
                let said = format!("a record of more than {MAX_RECORD_BYTES} bytes");
                return Some(Err(failure::answer(self.body.endpoint(), said)));
            }
        }
    }

    fn take(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.part.extend_from_slice(&rest[..end]);
            let record = self.rest();
            self.whole.extend(record);
            rest = &rest[end + 1..];
        }
        self.part.extend_from_slice(rest);
    }

    fn rest(&mut self) -> Option<Bytes> {
        let record = self.part.split().freeze();
        (!record.trim_ascii().is_empty()).then_some(record)
    }
}
