//! An engine that is down delays nothing, and is not the end.

use std::{io::Write, os::unix::net::UnixListener, thread};

use crate::pty::Launch;

#[test]
fn the_first_frame_says_what_is_wrong_what_to_do_and_when_it_is_tried_again() {
    let terminal =
        Launch::midwatch(&[]).env("DOCKER_HOST", "unix:///nonexistent/docker.sock").start();
    terminal.wait_for("/nonexistent/docker.sock");
    terminal.wait_for("next try in");
    terminal.wait_for("never reached");
    let text = terminal.text();
    assert!(!text.contains(" ok "), "{text}");
}

/// It connects and then says nothing: no answer may be waited for before something shows.
#[test]
fn an_engine_that_never_answers_holds_nothing_up() {
    let launch = Launch::midwatch(&["--host"]);
    let socket = launch.home().join("mute.sock");
    // Never accepted: the connection stands, and no answer comes.
    let _listener = UnixListener::bind(&socket).unwrap();
    let mut terminal = launch.argument(format!("unix://{}", socket.display())).start();
    terminal.wait_for("connecting");
    terminal.keys("?");
    terminal.wait_for("Keys that work here");
    terminal.keys("<C-c>");
    assert_eq!(terminal.exit_status(), 0);
}

#[test]
fn an_engine_that_talks_nonsense_is_told_of() {
    let launch = Launch::midwatch(&["--host"]);
    let socket = launch.home().join("odd.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // Whoever has gone meanwhile needs no answer.
            let _ = stream.and_then(|mut stream| stream.write_all(b"220 smtp\x1b]0;t\x07\r\n"));
        }
    });
    let terminal = launch.argument(format!("unix://{}", socket.display())).start();
    terminal.wait_for("next try in");
}
