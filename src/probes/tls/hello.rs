//! The first words of a client that knows only old versions of TLS (RFC 2246, RFC 4346, RFC
//! 5246): whether a server still accepts them. No library of today speaks them any more.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::model::probe::TlsVersion;

/// Versions as they are written on the wire, newest first.
const WIRE: [(u16, &str); 4] =
    [(0x0303, "1.2"), (0x0302, "1.1"), (0x0301, "1.0"), (0x0300, "SSL 3")];

/// Suites that servers of any age know: one of them in common is all that is needed.
const SUITES: [u16; 24] = [
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014, 0xc023, 0xc027,
    0xc024, 0xc028, 0x009e, 0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x000a,
];

/// X25519, P-256, P-384, P-521.
const GROUPS: [u16; 4] = [0x001d, 0x0017, 0x0018, 0x0019];

/// What TLS 1.2 wants to be told: ECDSA, RSA-PSS and RSA with SHA-2, then with SHA-1.
const SIGNATURES: [u16; 11] =
    [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
/// A record's head, a message's head and the version behind it.
const ANSWER_BYTES: usize = 5 + 4 + 2;

/// Offers nothing as new as `min`; the number of the version that is accepted all the same.
/// A server that refuses, hangs up or answers something else accepts none.
pub(super) async fn older_accepted(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    min: TlsVersion,
    name: Option<&str>,
) -> Option<&'static str> {
    let newest = match min {
        TlsVersion::V1_2 => 0x0302,
        TlsVersion::V1_3 => 0x0303,
    };
    stream.write_all(&hello(newest, name)).await.ok()?;
    let mut answer = [0; ANSWER_BYTES];
    stream.read_exact(&mut answer).await.ok()?;
    if answer[0] != HANDSHAKE || answer[5] != SERVER_HELLO {
        return None;
    }
    let chosen = u16::from_be_bytes([answer[9], answer[10]]);
    let known = WIRE.iter().find(|(wire, _)| *wire == chosen && chosen <= newest);
    known.map(|(_, number)| *number)
}

fn hello(newest: u16, name: Option<&str>) -> Vec<u8> {
    let mut body = newest.to_be_bytes().to_vec();
    body.extend(std::iter::repeat_with(|| fastrand::u8(..)).take(32));
    // No session to go on with.
    body.push(0);
    body.extend(list(&SUITES));
    // No compression, in a list of one.
    body.extend([1, 0]);
    body.extend(long(&extensions(newest, name)));
    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(long(&body));
    let mut record = vec![HANDSHAKE];
    record.extend(newest.min(0x0301).to_be_bytes());
    record.extend(long(&message));
    record
}

fn extensions(newest: u16, name: Option<&str>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut add = |kind: u16, body: &[u8]| {
        out.extend(kind.to_be_bytes());
        out.extend(long(body));
    };
    if let Some(name) = name {
        // A list of one name, of the kind that is a host's.
        let mut host = vec![0];
        host.extend(long(name.as_bytes()));
        add(0, &long(&host));
    }
    add(10, &list(&GROUPS));
    // Points are not compressed.
    add(11, &[1, 0]);
    if newest >= 0x0303 {
        add(13, &list(&SIGNATURES));
    }
    // This is no renegotiation.
    add(0xff01, &[0]);
    out
}

/// Numbers with their length in bytes before them.
fn list(numbers: &[u16]) -> Vec<u8> {
    long(&numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<_>>())
}

/// Bytes with their length, of two bytes, before them. Nothing here is longer.
fn long(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    [&length.to_be_bytes(), bytes].concat()
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    async fn asked(min: TlsVersion, answer: &[u8]) -> Option<&'static str> {
        let (mut ours, mut theirs) = duplex(4096);
        theirs.write_all(answer).await.unwrap();
        let accepted = older_accepted(&mut ours, min, Some("host.example")).await;
        drop(ours);
        let mut said = Vec::new();
        theirs.read_to_end(&mut said).await.unwrap();
        assert_eq!(usize::from(u16::from_be_bytes([said[3], said[4]])) + 5, said.len());
        assert!(said.windows(12).any(|part| part == b"host.example"));
        accepted
    }

    #[tokio::test]
    async fn a_server_that_goes_on_accepts_and_every_other_answer_refuses() {
        let hello = |version: u8| [22, 3, version, 0, 80, 2, 0, 0, 76, 3, version];
        assert_eq!(asked(TlsVersion::V1_2, &hello(2)).await, Some("1.1"));
        assert_eq!(asked(TlsVersion::V1_2, &hello(1)).await, Some("1.0"));
        assert_eq!(asked(TlsVersion::V1_3, &hello(3)).await, Some("1.2"));
        assert_eq!(asked(TlsVersion::V1_2, &hello(3)).await, None, "newer than was offered");
        let alert = [21, 3, 3, 0, 2, 2, 70, 0, 0, 0, 0];
        assert_eq!(asked(TlsVersion::V1_2, &alert).await, None);
    }

    #[tokio::test]
    async fn a_server_that_hangs_up_refuses() {
        let (mut ours, theirs) = duplex(4096);
        drop(theirs);
        assert_eq!(older_accepted(&mut ours, TlsVersion::V1_2, None).await, None);
    }
}
