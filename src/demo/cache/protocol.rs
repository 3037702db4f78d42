//! The protocol of the cache: the part of Redis's RESP2 that the demo needs.
//!
//! It is the real one, so that `redis-cli` and a database probe can ask it too.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The longest line, the longest value and the most arguments that are taken.
const MAX_LINE: u64 = 4096;
const MAX_VALUE: usize = 64 * 1024;
const MAX_ARGUMENTS: usize = 16;

/// A value of RESP2 that an answer can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// A word, such as `OK`.
    Simple(String),
    /// What was wrong.
    Error(String),
    /// A number.
    Integer(i64),
    /// Bytes, or nothing under that key.
    Bulk(Option<Vec<u8>>),
}

impl Reply {
    /// The bytes of it on the wire.
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Simple(word) => format!("+{word}\r\n").into_bytes(),
            Self::Error(why) => format!("-{why}\r\n").into_bytes(),
            Self::Integer(number) => format!(":{number}\r\n").into_bytes(),
            Self::Bulk(None) => b"$-1\r\n".to_vec(),
            Self::Bulk(Some(bytes)) => bulk(bytes),
        }
    }
}

/// The bytes of a command on the wire.
pub(crate) fn encode_command(arguments: &[&[u8]]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", arguments.len()).into_bytes();
    for argument in arguments {
        out.extend_from_slice(&bulk(argument));
    }
    out
}

/// Reads one command, as an array or typed on a line; `None` when the other side has closed.
///
/// An error of the kind `InvalidData` says what was wrong, to be answered.
pub(crate) async fn read_command(
    reader: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<Vec<Vec<u8>>>> {
    let Some(line) = read_line(reader).await? else { return Ok(None) };
    let Some(count) = line.strip_prefix('*') else {
        return Ok(Some(line.split_whitespace().map(|word| word.as_bytes().to_vec()).collect()));
    };
    let count = count.parse().ok().filter(|count| *count <= MAX_ARGUMENTS);
    let count: usize = count.ok_or_else(|| invalid("Protocol error: invalid multibulk length"))?;
    let mut arguments = Vec::with_capacity(count);
    for _ in 0..count {
        let line = read_line(reader).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let length =
            line.strip_prefix('$').ok_or_else(|| invalid("Protocol error: expected '$'"))?;
        arguments.push(read_bulk(reader, length).await?);
    }
    Ok(Some(arguments))
}

/// Reads one answer.
pub(crate) async fn read_reply(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Reply> {
    let line = read_line(reader).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut characters = line.chars();
    let mark = characters.next();
    let rest = characters.as_str();
    Ok(match mark {
        Some('+') => Reply::Simple(rest.to_owned()),
        Some('-') => Reply::Error(rest.to_owned()),
        Some(':') => Reply::Integer(rest.parse().map_err(|_| invalid("not a number"))?),
        Some('$') if rest == "-1" => Reply::Bulk(None),
        Some('$') => Reply::Bulk(Some(read_bulk(reader, rest).await?)),
        _ => return Err(invalid("not an answer")),
    })
}

/// Reads a line without its end; `None` at the end of the stream.
pub(crate) async fn read_line(
    reader: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    reader.take(MAX_LINE).read_until(b'\n', &mut line).await?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(invalid("Protocol error: too big inline request"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).map(Some).map_err(|_| invalid("Protocol error: not UTF-8"))
}

async fn read_bulk(reader: &mut (impl AsyncBufRead + Unpin), length: &str) -> io::Result<Vec<u8>> {
    let length = length.parse().ok().filter(|length| *length <= MAX_VALUE);
    let length: usize = length.ok_or_else(|| invalid("Protocol error: invalid bulk length"))?;
    let mut bytes = vec![0; length + 2];
    reader.read_exact(&mut bytes).await?;
    bytes.truncate(length);
    Ok(bytes)
}

fn bulk(bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("${}\r\n", bytes.len()).into_bytes();
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
    out
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn command(bytes: &[u8]) -> io::Result<Option<Vec<Vec<u8>>>> {
        read_command(&mut &bytes[..]).await
    }

    #[tokio::test]
    async fn a_command_is_read_as_it_was_sent() {
        let sent: [&[u8]; 3] = [b"SET", b"key", b"two\r\nlines"];
        let read = command(&encode_command(&sent)).await.unwrap().unwrap();
        assert_eq!(read, sent);
    }

    #[tokio::test]
    async fn a_command_can_be_typed() {
        assert_eq!(command(b"get  key\r\n").await.unwrap().unwrap(), [b"get", b"key"]);
        assert_eq!(command(b"").await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_too_big_is_refused_before_it_is_read() {
        let long = [b'a'; MAX_LINE as usize + 1];
        for bytes in [&long[..], b"*9999\r\n", b"*1\r\n$99999999\r\n", b"*1\r\n$-5\r\n"] {
            let error = command(bytes).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }

    #[tokio::test]
    async fn answers_are_read_as_they_were_sent() {
        for reply in [
            Reply::Simple("OK".into()),
            Reply::Error("ERR no".into()),
            Reply::Integer(-3),
            Reply::Bulk(None),
            Reply::Bulk(Some(b"a\r\nb".to_vec())),
        ] {
            assert_eq!(read_reply(&mut &reply.encode()[..]).await.unwrap(), reply);
        }
    }
}
