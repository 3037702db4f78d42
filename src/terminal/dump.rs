//! Shows lines plainly, for selecting by hand: no borders, no colours, each line whole,
//! however wide it is.

use std::{io, os::fd::OwnedFd};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};
use tokio::io::unix::AsyncFd;

use super::{Signal, Signals, signals};
use crate::text::Clean;

/// What stands below the lines.
const WAY_BACK: &str = "(Enter goes back to midwatch)";

/// How a dump was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The person wants to go on.
    Back,
    /// We were told to end.
    Told,
}

/// Prints lines on our terminal, which must have been released before, and waits for
/// Enter. They stay above the console when it is left, where one can scroll back to
/// them, so the caller has masked their secrets.
///
/// May take any time; a terminal that stands still (Ctrl-S) holds up nothing else.
///
/// # Errors
///
/// When the terminal is gone.
pub async fn run(lines: &[Clean], signals: &mut Signals) -> io::Result<Left> {
    // Opened anew: not to wait is a property of an open file, and standard output is
    // shared with the shell that started us.
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    show(lines, rustix::fs::open("/dev/tty", flags, Mode::empty())?, signals).await
}

async fn show(lines: &[Clean], terminal: OwnedFd, signals: &mut Signals) -> io::Result<Left> {
    #[expect(deprecated, reason = "its successor is unsafe; an OwnedFd stays open as it must")]
    let terminal = AsyncFd::new(terminal)?;
    let page = page(lines);
    let shown = async {
        write(&terminal, page.as_bytes()).await?;
        wait_for_line(&terminal).await
    };
    tokio::pin!(shown);
    loop {
        tokio::select! {
            shown = &mut shown => return shown.map(|()| Left::Back),
            signal = signals.next() => match signal {
                Signal::End => return Ok(Left::Told),
                // Whoever wants to be rid of what is on the screen means this view.
                Signal::Interrupt => return Ok(Left::Back),
                // The terminal is as the shell above us knows it.
                Signal::Suspend if signals::is_job() => signals::stop_job()?,
                Signal::Suspend | Signal::Continue | Signal::Resize => {}
            },
        }
    }
}

/// The whole dump. A terminal that has been given back begins a new row by itself.
fn page(lines: &[Clean]) -> String {
    let mut page = String::with_capacity(lines.iter().map(|line| line.as_str().len() + 1).sum());
    for line in lines {
        page.push_str(line.as_str());
        page.push('\n');
    }
    page.push_str(WAY_BACK);
    page
}

async fn write(terminal: &AsyncFd<OwnedFd>, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let mut ready = terminal.writable().await?;
        match rustix::io::write(terminal.get_ref(), bytes) {
            Err(Errno::AGAIN) => ready.clear_ready(),
            Err(error) => return Err(error.into()),
            Ok(count) => bytes = &bytes[count..],
        }
    }
    Ok(())
}

/// Waits until a line was typed, of which the terminal tells only when it is whole; its
/// end (Ctrl-D) is one too. What is typed after it is the console's.
async fn wait_for_line(terminal: &AsyncFd<OwnedFd>) -> io::Result<()> {
    let mut typed = [0; 1024];
    loop {
        let mut ready = terminal.readable().await?;
        match rustix::io::read(terminal.get_ref(), &mut typed[..]) {
            Err(Errno::AGAIN) => ready.clear_ready(),
            Err(error) => return Err(error.into()),
            Ok(0) => return Ok(()),
            Ok(count) if typed[..count].ends_with(b"\n") => return Ok(()),
            // A longer line than anybody types.
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        io::{Read as _, Write as _},
        time::Duration,
    };

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use tokio::{task::spawn_blocking, time::timeout};

    use super::*;

    /// Both ends of a new terminal: the person's, and the program's.
    fn terminal() -> (File, OwnedFd) {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let name = ptsname(&person, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY;
        let program = rustix::fs::open(name, flags, Mode::empty()).unwrap();
        (person.into(), program)
    }

    /// Reads what the terminal shows until it ends so.
    async fn shown(person: &File, end: &'static str) -> String {
        let mut person = person.try_clone().unwrap();
        let reading = spawn_blocking(move || {
            let (mut shown, mut part) = (Vec::new(), [0; 4096]);
            while !shown.ends_with(end.as_bytes()) {
                let count = person.read(&mut part).unwrap();
                shown.extend_from_slice(&part[..count]);
            }
            String::from_utf8(shown).unwrap()
        });
        timeout(Duration::from_secs(30), reading).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn lines_are_printed_bare_until_enter() {
        let (mut person, program) = terminal();
        let long = "x".repeat(500);
        let lines = [Clean::new("one │"), Clean::new("\u{1b}[31mred"), Clean::new(&long)];
        let mut signals = Signals::listen().unwrap();
        let left = async { show(&lines, program, &mut signals).await.unwrap() };
        let person = async {
            let shown = shown(&person, WAY_BACK).await;
            assert_eq!(shown, format!("one │\r\n␛[31mred\r\n{long}\r\n{WAY_BACK}"));
            person.write_all(b"q\n").unwrap();
            person
        };
        let (left, _person) = tokio::join!(left, person);
        assert_eq!(left, Left::Back);
    }

    #[tokio::test]
    async fn more_than_a_terminal_takes_at_once_comes_whole() {
        let (mut person, program) = terminal();
        let lines: Vec<_> =
            (0..20_000).map(|number| Clean::new(&format!("line {number}"))).collect();
        let mut signals = Signals::listen().unwrap();
        let left = async { show(&lines, program, &mut signals).await.unwrap() };
        let person = async {
            let shown = shown(&person, WAY_BACK).await;
            assert_eq!(shown.lines().count(), 20_001);
            assert!(shown.contains("\r\nline 19999\r\n"));
            // Ctrl-D.
            person.write_all(&[4]).unwrap();
            person
        };
        let (left, _person) = tokio::join!(left, person);
        assert_eq!(left, Left::Back);
    }

    #[tokio::test]
    async fn a_terminal_that_goes_away_is_an_error_or_the_end() {
        let (person, program) = terminal();
        let mut signals = Signals::listen().unwrap();
        let left = async { show(&[], program, &mut signals).await };
        let person = async {
            shown(&person, WAY_BACK).await;
            drop(person);
        };
        let (left, ()) = tokio::join!(left, person);
        assert!(matches!(left, Ok(Left::Back) | Err(_)), "{left:?}");
    }
}
