//! What reaches the terminal: nothing but what draws a screen, whatever services say.

use std::fs;

use crate::pty::{Launch, Terminal};

/// A service that says whatever could harm a terminal, again and again. The lines are
/// numbered, so that the newest is known (threat T3).
const HOSTILE: &str = r#"
n=0
while true; do
  n=$((n + 1))
  printf 'osc52 \033]52;c;aGFybQ==\007 end\n'
  printf 'osc0 \033]0;title\033\\ end\n'
  printf 'osc8 \033]8;;http://harm\033\\link\033]8;;\033\\ end\n'
  printf 'dcs \033P$q"p\033\\ end\n'
  printf 'apc \033_harm\033\\ end\n'
  printf 'c1 \302\235harm\302\234 \302\2332J end\n'
  printf 'raw c1 \2352J \233 end\n'
  printf 'bidi \342\200\256evil\342\200\254 \342\201\246x end\n'
  printf 'return \roverwritten end\n'
  printf 'modes \033[?1049l\033[?25h\033[2J\033[H\033c\033(0 end\n'
  printf 'asks \033[6n\033[c\033[>q\033[21t\005 end\n'
  printf '\007\007\007\007\007\007\007\007 bells\b\b end\n'
  printf 'colours \033[31;1mred\033[0m end\n'
  printf 'half \033[3'; printf '\n'
  printf 'round %s\n' $n
  sleep 0.2
done
"#;

/// Final bytes of control sequences that draw, by what they do: move, clear, style.
const DRAWING: &[u8] = b"HKJmABCDG";

/// Modes that are set and reset: the cursor, the mouse, the alternate screen, pasting,
/// synchronised frames.
const MODES: [&str; 9] =
    ["?25", "?1000", "?1002", "?1003", "?1006", "?1015", "?1049", "?2004", "?2026"];

/// What takes back the modes of programs that had the terminal, in these words only.
const RESETS: [&str; 10] = [
    "\x1b[!p",
    "\x1b7",
    "\x1b8",
    "\x1b[?6l",
    "\x1b[r",
    "\x1b(B\x0f",
    "\x1b[4l",
    "\x1b[?7h",
    "\x1b[?1l",
    "\x1b>",
];

/// The first thing in `bytes` that does not belong on a terminal, with what surrounds it.
fn stray(bytes: &[u8]) -> Option<String> {
    let mut at = 0;
    while at < bytes.len() {
        let length = match bytes[at] {
            0x1b => sequence(&bytes[at..]),
            // The whole screen is UTF-8; C1 controls in it are U+0080 to U+009F.
            0xc2 if bytes.get(at + 1).is_some_and(|next| *next < 0xa0) => None,
            b'\r' | b'\n' | 0x20..=0x7e | 0x80.. => Some(1),
            _ => None,
        };
        let Some(length) = length else {
            let around = &bytes[at.saturating_sub(40)..(at + 40).min(bytes.len())];
            return Some(String::from_utf8_lossy(around).escape_debug().to_string());
        };
        at += length;
    }
    None
}

/// How long the control sequence is that `bytes` begin with, if it is one that draws or
/// resets.
fn sequence(bytes: &[u8]) -> Option<usize> {
    if let Some(reset) = RESETS.iter().find(|reset| bytes.starts_with(reset.as_bytes())) {
        return Some(reset.len());
    }
    let rest = bytes.strip_prefix(b"\x1b[")?;
    let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte))?;
    let parameters = std::str::from_utf8(&rest[..end]).ok()?;
    let draws = match rest[end] {
        b'h' | b'l' => MODES.contains(&parameters),
        last => {
            DRAWING.contains(&last)
                && parameters.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'))
        }
    };
    draws.then_some(end + 3)
}

/// Ends the console, so that no sequence is half written, and holds all its output clean.
fn assert_clean(terminal: &mut Terminal) {
    terminal.keys("<C-c>");
    terminal.exit_status();
    terminal.assert_restored();
    let bytes = terminal.bytes();
    assert_eq!(stray(&bytes), None);
    std::str::from_utf8(&bytes).unwrap();
}

#[test]
fn the_check_knows_what_is_stray() {
    let fine = "\x1b[2J\x1b[1;1H\x1b[38;2;1;2;3mtext ●\x1b[?25l\x1b[?2026h\r\n";
    assert_eq!(stray(fine.as_bytes()), None);
    for text in ["\x07", "\x1b]0;t\x07", "\x1bP", "\x1b[6n", "\x1b[?5h", "\u{9b}2J", "\x1bc"] {
        assert!(stray(format!("text {text} text").as_bytes()).is_some(), "{text:?}");
    }
}

#[test]
fn whatever_a_service_says_only_drawing_reaches_the_terminal() {
    let launch = Launch::midwatch(&["--stack"]);
    let file = launch.home().join("hostile.toml");
    let script = launch.home().join("hostile.sh");
    fs::write(&script, HOSTILE).unwrap();
    let name = "hostile \x1b]0;t\x07".escape_unicode();
    fs::write(
        &file,
        format!(
            "name = \"hostile\"\ntitle = \"{}\"\n[services.loud]\ncommand = [\"sh\", {script:?}]\n",
            toml_escapes(&name.to_string())
        ),
    )
    .unwrap();
    let mut terminal = launch.argument(file.to_str().unwrap()).start();
    terminal.wait_for("round 2");
    // Other forms of the same: whole, wrapped, filtered, in a detail view.
    terminal.keys("2");
    terminal.keys("z w");
    terminal.wait_for("round 4");
    terminal.wait_for("raw c1");
    assert!(terminal.text().contains("bells"), "{}", terminal.text());
    terminal.keys("w t t t");
    terminal.wait_for("round 9");
    assert_clean(&mut terminal);
}

/// Rust writes `\u{1b}` what TOML writes `\u001b`.
fn toml_escapes(text: &str) -> String {
    text.split("\\u{")
        .enumerate()
        .map(|(index, part)| match part.split_once('}') {
            Some((digits, rest)) if index > 0 => format!("\\u{digits:0>4}{rest}"),
            _ => part.to_owned(),
        })
        .collect()
}

#[test]
fn the_demo_with_all_its_faults_only_draws() {
    let mut launch = Launch::demo();
    for fault in ["api-errors", "worker-leak", "ledger-slow", "crash-loop"] {
        launch = launch.argument("--fault").argument(fault);
    }
    let mut terminal = launch.start();
    terminal.wait_for("restarts in");
    terminal.keys("G i");
    terminal.wait_for("worker-2");
    assert_clean(&mut terminal);
}
