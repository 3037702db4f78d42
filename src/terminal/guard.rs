//! [`Screen`]: holds the terminal while the console is shown.

use std::{
    io::{self, BufWriter, Stdout, Write},
    panic,
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{
    QueueableCommand, cursor,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    execute,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
        disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Frame, Terminal, backend::CrosstermBackend};

/// Whether the terminal is ours. The one global of the program: a panic hook can
/// reach nothing else.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// How many bytes of a frame are gathered before they are written.
const WRITE_BUFFER: usize = 64 * 1024;

/// The terminal while it shows the console. Dropping it gives the terminal back.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste, so that
    /// pasted text never counts as keys.
    ///
    /// # Errors
    ///
    /// When there is no terminal, or it cannot be set up; it is then left as it was.
    pub fn take(mouse: bool) -> io::Result<Self> {
        let writer = BufWriter::with_capacity(WRITE_BUFFER, io::stdout());
        let terminal = Terminal::new(CrosstermBackend::new(writer))?;
        let mut screen = Self { terminal, mouse };
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
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        if self.mouse {
            execute!(io::stdout(), EnableMouseCapture)?;
        }
        self.terminal.clear()
    }

    /// Gives the terminal back, for a shell or while suspended.
    pub fn release(&mut self) {
        restore();
    }

    /// Switches the mouse on or off; off lets the terminal select text.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Draws one frame, between the escapes that keep a terminal from showing half of it.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.backend_mut().queue(BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        self.terminal.backend_mut().queue(EndSynchronizedUpdate)?.flush()
    }

    /// Forgets what the terminal shows, so that the next frame draws all of it.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be written to.
    pub fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Makes a panic give the terminal back before its report is printed.
///
/// Call it after the report hook is installed: it runs first, then the one before it.
pub fn install_panic_hook() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        restore();
        report(info);
    }));
}

/// Gives the terminal back, once. Errors are ignored: the terminal may be gone, and
/// there is nobody left to tell.
fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = out.queue(DisableMouseCapture);
    let _ = out.queue(DisableBracketedPaste);
    let _ = out.queue(LeaveAlternateScreen);
    let _ = out.queue(cursor::Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}
