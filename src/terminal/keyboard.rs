//! [`Keyboard`]: what the person types while a shell has the terminal.

use std::{io, os::fd::OwnedFd};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};
use tokio::io::unix::AsyncFd;

/// What the person types, read without a thread: a blocking read could not be taken
/// back when the shell ends, and would swallow the next key of the console.
pub(super) struct Keyboard(AsyncFd<OwnedFd>);

impl Keyboard {
    /// Opens the terminal anew: non-blocking is a property of an open file, and
    /// standard input's is shared with the shell that started us.
    pub(super) fn open() -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let tty = rustix::fs::open("/dev/tty", flags, Mode::empty())?;
        #[expect(deprecated, reason = "its successor is unsafe; an OwnedFd stays open as it must")]
        let tty = AsyncFd::new(tty)?;
        Ok(Self(tty))
    }

    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.0.readable().await?;
            match rustix::io::read(self.0.get_ref(), &mut *buffer) {
                Err(Errno::AGAIN) => ready.clear_ready(),
                Err(error) => return Err(error.into()),
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => return Ok(count),
            }
        }
    }
}
