//! An engine of one container that never stops talking, for the real program.

use std::{
    io::{BufRead, BufReader, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    thread,
};

const CONTAINER: &str = r#"{"Id":"a1","Names":["/talker"],"State":"running","Labels":{}}"#;

const DETAIL: &str = r#"{"Id":"a1","Name":"/talker","Created":"2026-01-01T00:00:00Z",
    "State":{"Status":"running","Running":true,"StartedAt":"2026-01-01T00:00:00Z"},
    "Config":{"Tty":true,"Labels":{}}}"#;

/// Listens in this folder; gives what `DOCKER_HOST` says of it.
pub(crate) fn talking(folder: &std::path::Path) -> String {
    let socket = folder.join("engine.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    // It ends with the test's process.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            // Whoever has had enough hangs up in the middle of an answer.
            thread::spawn(move || drop(serve(stream)));
        }
    });
    format!("unix://{}", socket.display())
}

fn serve(stream: UnixStream) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut requests = BufReader::new(stream);
    while let Some(path) = request(&mut requests)? {
        match path.split('?').next().unwrap_or_default() {
            path if path.ends_with("/_ping") => answer(&mut out, "OK")?,
            path if path.ends_with("/containers/json") => {
                answer(&mut out, &format!("[{CONTAINER}]"))?;
            }
            path if path.ends_with("/a1/json") => answer(&mut out, DETAIL)?,
            path if path.ends_with("/a1/logs") => return talk(&mut out),
            path if path.ends_with("/events") => return stay_silent(&mut out, requests),
            _ => answer(&mut out, "{}")?,
        }
    }
    Ok(())
}

/// Reads a request to its end; its path.
fn request(stream: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut path = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            return Ok(path);
        }
        path = path.or_else(|| line.split(' ').nth(1).map(str::to_owned));
    }
}

fn answer(out: &mut impl Write, body: &str) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\n";
    write!(out, "{head}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn talk(out: &mut impl Write) -> std::io::Result<()> {
    write!(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
    for number in 1.. {
        let line = format!("2026-01-01T00:00:00.{number:09}Z line {number}\r\n");
        write!(out, "{:x}\r\n{line}\r\n", line.len())?;
    }
    Ok(())
}

fn stay_silent(out: &mut impl Write, mut requests: impl Read) -> std::io::Result<()> {
    write!(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
    requests.read(&mut [0]).map(drop)
}
