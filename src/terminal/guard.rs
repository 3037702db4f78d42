//! [`Screen`]: holds the terminal while the console is shown.

use std::{
    env,
    io::{self, BufWriter, Write},
    os::fd::AsFd,
    panic,
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{
    QueueableCommand, cursor,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    execute,
    style::Print,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
        disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Frame, Terminal, backend::CrosstermBackend};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::{OptionalActions, tcgetattr, tcsetattr},
};

use super::{
    clipboard::{self, Copied},
    notice,
};
use crate::text::Clean;

/// Whether the terminal is ours. The one global of the program: a panic hook can
/// reach nothing else.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// How many bytes of a frame are gathered before they are written.
const WRITE_BUFFER: usize = 64 * 1024;

/// Takes back the modes that a program on the terminal may have left behind, so that
/// neither a console nor the shell above is drawn into a scroll region, in line drawing
/// characters or in a colour of somebody else.
///
/// The soft reset alone would do, were it known everywhere. Both what turns off origin
/// mode and what frees the scroll region move the cursor, so it is saved around them.
const AS_NEW: &str = concat!(
    // Soft reset, then on to what not every terminal counts to it.
    "\x1b[!p",
    // Origin mode off, the whole screen scrolls.
    "\x1b7\x1b[?6l\x1b[r\x1b8",
    // Letters, and no colours.
    "\x1b(B\x0f\x1b[0m",
    // Typing replaces, and goes on in the next row.
    "\x1b[4l\x1b[?7h",
    // Arrow keys and the keypad as they are.
    "\x1b[?1l\x1b>",
    // No word of the mouse.
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l",
);

/// What a restored cursor brings back with it on a terminal that knows no soft reset:
/// written where the cursor's place matters to nobody.
const ORIGIN_OFF: &str = "\x1b[?6l";

/// Standard output without the buffer that Rust keeps before it: what a terminal that is
/// gone does not take would wait there, and fail again at the end of the program.
struct Direct;

impl Write for Direct {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The way to the terminal for as long as it is ours.
///
/// What is written later is for nobody: neither the rest of a frame that was given up, which
/// would go across the shell, nor the cursor that ratatui shows at its end. Where the terminal
/// is gone that would fail, and be reported where nothing can be written either: a panic.
struct OnlyOurs;

impl Write for OnlyOurs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if TAKEN.load(Ordering::SeqCst) { Direct.write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while it shows the console. Dropping it gives the terminal back.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<OnlyOurs>>>,
    mouse: bool,
    /// Whether the terminal may show something else than the last frame.
    forgotten: bool,
    /// Whether somebody else has the terminal, as we wanted.
    released: bool,
}

impl Screen {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste, so that
    /// pasted text never counts as keys.
    ///
    /// # Errors
    ///
    /// When there is no terminal, or it cannot be set up; it is then left as it was.
    pub fn take(mouse: bool) -> io::Result<Self> {
        let writer = BufWriter::with_capacity(WRITE_BUFFER, OnlyOurs);
        let terminal = Terminal::new(CrosstermBackend::new(writer))?;
        let mut screen = Self { terminal, mouse, forgotten: true, released: false };
        screen.resume()?;
        Ok(screen)
    }

    /// Takes the terminal again after [`Screen::release`].
    ///
    /// # Errors
    ///
    /// When the terminal cannot be set up.
    pub fn resume(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        self.insist()?;
        let mut out = BufWriter::new(Direct);
        execute!(
            out,
            Print(AS_NEW),
            EnterAlternateScreen,
            Print(ORIGIN_OFF),
            EnableBracketedPaste,
            cursor::Hide
        )?;
        if self.mouse {
            execute!(out, EnableMouseCapture)?;
        }
        self.released = false;
        self.forget();
        Ok(())
    }

    /// Sets raw mode again, whatever it is thought to be.
    ///
    /// After a stop that could not be caught it counts as on, while the terminal is as
    /// the shell left it. And setting a terminal's modes announces what there is to
    /// read: crossterm waits for announcements only, and passes over that of a key that
    /// comes together with another size or with the end of a reader.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn insist(&self) -> io::Result<()> {
        let mut modes = tcgetattr(io::stdin())?;
        modes.make_raw();
        Ok(tcsetattr(io::stdin(), OptionalActions::Now, &modes)?)
    }

    /// Gives the terminal back, for a shell or while suspended.
    pub fn release(&mut self) {
        self.released = true;
        restore();
    }

    /// Gives the terminal back after a shell that had it and was cut off: nobody but us
    /// can undo what it did.
    pub fn give_up(&self) {
        give_back();
    }

    /// Switches the mouse on or off; off lets the terminal select text.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        let mut out = BufWriter::new(Direct);
        if on { execute!(out, EnableMouseCapture) } else { execute!(out, DisableMouseCapture) }
    }

    /// Rings, and shows a line where the terminal has notices, between two frames.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to.
    pub fn tell(&mut self, words: &Clean) -> io::Result<()> {
        // Whoever has the terminal meanwhile is not to be disturbed.
        if self.released || !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        notice::tell(words, self.terminal.backend_mut())
    }

    /// Asks the terminal to put a text on the clipboard, between two frames.
    ///
    /// The caller has cleaned it and masked its secrets.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to, or is not ours at the moment.
    pub fn copy(&mut self, text: &str) -> io::Result<Copied> {
        if self.released || !TAKEN.load(Ordering::SeqCst) {
            return Err(io::Error::other("the terminal is somebody else's now"));
        }
        let in_tmux = env::var_os("TMUX").is_some();
        clipboard::copy(text, in_tmux, self.terminal.backend_mut())
    }

    /// Draws one frame, between the escapes that keep a terminal from showing half of it.
    /// Nothing while the terminal is released.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to, or a panic of an unsupervised thread has
    /// given it back: what that thread did is done no more, and its report is to be read.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if self.released {
            return Ok(());
        }
        if !TAKEN.load(Ordering::SeqCst) {
            return Err(io::Error::other("a part of midwatch failed; its report is above"));
        }
        self.terminal.backend_mut().queue(BeginSynchronizedUpdate)?;
        if std::mem::take(&mut self.forgotten) {
            // Not `Terminal::clear`: that asks the terminal where its cursor is, and fails
            // where none answers within two seconds, as over a bad line.
            let size = self.terminal.size()?;
            self.terminal.resize(size.into())?;
        }
        self.terminal.draw(render)?;
        self.terminal.backend_mut().queue(EndSynchronizedUpdate)?.flush()
    }

    /// Forgets what the terminal shows, so that the next frame draws all of it.
    pub fn forget(&mut self) {
        self.forgotten = true;
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether our terminal has hung up. Its reader does not say so: it reads nothing, again
/// and again, and takes a whole core for it.
#[must_use]
pub fn is_gone() -> bool {
    is_any(&io::stdin(), PollFlags::HUP | PollFlags::NVAL)
}

/// Whether whoever read our reports has gone away. To print one would be a panic.
fn is_unheard() -> bool {
    is_any(&io::stderr(), PollFlags::HUP | PollFlags::ERR)
}

/// Whether the system says any of this of a file now.
fn is_any(file: &impl AsFd, what: PollFlags) -> bool {
    let mut asked = [PollFd::new(file, PollFlags::empty())];
    let answered = poll(&mut asked, Some(&Timespec::default()));
    answered.is_ok() && asked[0].revents().intersects(what)
}

/// Makes a panic give the terminal back before its report is printed.
///
/// A panic in a task is not the end: whoever supervises the task says that it is down,
/// and the console goes on. It is only logged, since a report would go across the screen.
///
/// Call it after the report hook is installed: it runs first, then the one before it.
pub fn install_panic_hook() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if TAKEN.load(Ordering::SeqCst) && tokio::task::try_id().is_some() {
            tracing::error!(panic = %info, "a task panicked");
            return;
        }
        restore();
        if is_unheard() {
            tracing::error!(panic = %info, "a panic that nobody can read");
            return;
        }
        report(info);
    }));
}

/// Gives the terminal back, once. Errors are ignored: the terminal may be gone, and
/// there is nobody left to tell.
fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // First the modes: whoever sees the other screen gone may type at once, and what is
    // typed in raw mode stays raw.
    let _ = disable_raw_mode();
    give_back();
}

/// Makes the terminal as it should be for whoever comes next, on whichever screen.
fn give_back() {
    let mut out = BufWriter::new(Direct);
    let _ = out.queue(DisableMouseCapture);
    let _ = out.queue(DisableBracketedPaste);
    // Leaving another screen puts the cursor where it was saved, even when there is none
    // to be left.
    let _ = out.queue(cursor::SavePosition);
    let _ = out.queue(LeaveAlternateScreen);
    // Now, since each screen may have a scroll region of its own.
    let _ = out.queue(Print(AS_NEW));
    let _ = out.queue(cursor::Show);
    let _ = out.flush();
}
