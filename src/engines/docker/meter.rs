//! [`Allowance`]: how much an engine may send before something must have come of it.
//!
//! bollard collects a whole answer, and a whole record of a stream, before it gives
//! them on, however large they are. So the bytes are counted below it (threat T15).

use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// So many bytes may be read, until whoever reads them says that all is well.
#[derive(Debug)]
pub(super) struct Allowance {
    full: u64,
    left: AtomicU64,
}

impl Allowance {
    pub(super) fn new(full: u64) -> Self {
        Self { full, left: AtomicU64::new(full) }
    }

    /// Begins anew: something came of what was read.
    pub(super) fn refill(&self) {
        self.left.store(self.full, Ordering::Relaxed);
    }

    /// The failure of having read too much; `None` while there is something left.
    pub(super) fn spent(&self) -> Option<TooMuch> {
        (self.left.load(Ordering::Relaxed) == 0).then_some(TooMuch { bytes: self.full })
    }

    fn spend(&self, bytes: usize) {
        let rest = |left: u64| Some(left.saturating_sub(bytes as u64));
        // The update always gives a value, so it cannot fail.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest);
    }
}

/// More came than an answer or a record may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMuch {
    bytes: u64,
}

impl Error for TooMuch {}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes in one answer", self.bytes)
    }
}

/// A connection of which no more is read than allowed.
pub(super) struct Metered<S> {
    inner: S,
    allowance: Arc<Allowance>,
}

impl<S> Metered<S> {
    pub(super) fn new(inner: S, allowance: Arc<Allowance>) -> Self {
        Self { inner, allowance }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(too_much) = self.allowance.spent() {
            return Poll::Ready(Err(io::Error::other(too_much)));
        }
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        self.allowance.spend(buf.filled().len() - before);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn no_more_is_read_than_allowed_until_it_is_refilled() {
        let allowance = Arc::new(Allowance::new(4));
        let mut metered = Metered::new(&b"abcdefghij"[..], Arc::clone(&allowance));
        let mut four = [0; 4];
        metered.read_exact(&mut four).await.unwrap();
        let refused = metered.read_u8().await.unwrap_err();
        assert_eq!(refused.downcast::<TooMuch>().unwrap(), TooMuch { bytes: 4 });
        allowance.refill();
        metered.read_exact(&mut four).await.unwrap();
        assert_eq!((&four, allowance.spent().is_some()), (b"efgh", true));
    }
}
