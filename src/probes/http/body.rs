//! [`Body`]: what an answer has in it, never more than its bound.

use std::{borrow::Cow, io::Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use hyper::header::{CONTENT_ENCODING, HeaderMap};

/// How much of an answer is read, compressed or not (threat T15).
pub(super) const MAX_BYTES: usize = 1 << 20;

/// The body of an answer.
///
/// Nobody is asked to compress it; what is compressed all the same is unpacked only when
/// somebody looks, and only up to the bound.
#[derive(Debug)]
pub(super) struct Body {
    bytes: Vec<u8>,
    encoding: String,
    is_cut: bool,
}

impl Body {
    pub(super) fn new(headers: &HeaderMap, bytes: Vec<u8>, is_cut: bool) -> Self {
        let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        let encoding = encoding.unwrap_or_default().trim().to_ascii_lowercase();
        Self { bytes, encoding, is_cut }
    }

    /// What is in it; when that cannot be told, nothing.
    pub(super) fn decoded(&self) -> Cow<'_, [u8]> {
        self.read().map_or(Cow::Borrowed(&[]), |(bytes, _)| bytes)
    }

    /// All that is in it, and why not if so.
    pub(super) fn whole(&self) -> Result<Cow<'_, [u8]>, String> {
        let (bytes, is_cut) = self.read()?;
        if is_cut {
            return Err("the body is larger than 1 MiB".into());
        }
        Ok(bytes)
    }

    /// What is in it up to the bound, and whether there is more.
    pub(super) fn read(&self) -> Result<(Cow<'_, [u8]>, bool), String> {
        let bytes = self.bytes.as_slice();
        let unpacked = match self.encoding.as_str() {
            "" | "identity" => return Ok((Cow::Borrowed(bytes), self.is_cut)),
            "gzip" | "x-gzip" => unpack(MultiGzDecoder::new(bytes)),
            // Some say deflate and mean it without its wrapping.
            "deflate" if bytes.first().is_some_and(|first| first & 0x0f == 8) => {
                unpack(ZlibDecoder::new(bytes))
            }
            "deflate" => unpack(DeflateDecoder::new(bytes)),
            other => return Err(format!("the body is packed as {other}, which was not asked for")),
        };
        match unpacked {
            (out, true) => Ok((Cow::Owned(out), self.is_cut)),
            // It breaks off where we stopped to read it.
            (out, false) if self.is_cut || out.len() > MAX_BYTES => Ok((Cow::Owned(out), true)),
            (_, false) => Err(format!("the body is not packed as {}", self.encoding)),
        }
    }
}

/// Unpacks up to the bound; whether that was well and all.
fn unpack(packed: impl Read) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let is_well = packed.take(MAX_BYTES as u64 + 1).read_to_end(&mut out).is_ok();
    let is_all = out.len() <= MAX_BYTES;
    (out, is_well && is_all)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    fn body(encoding: &'static str, bytes: Vec<u8>) -> Body {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
        Body::new(&headers, bytes, false)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn what_was_packed_unasked_is_read() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"ready").unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(b"ready").unwrap();
        for body in [
            body("identity", b"ready".to_vec()),
            body("GZIP", gzip(b"ready")),
            body("deflate", zlib.finish().unwrap()),
            body("deflate", raw.finish().unwrap()),
        ] {
            assert_eq!(*body.whole().unwrap(), *b"ready", "{body:?}");
        }
    }

    #[test]
    fn a_bomb_is_unpacked_up_to_the_bound() {
        let bomb = gzip(&vec![0; 64 << 20]);
        assert!(bomb.len() < MAX_BYTES);
        let bomb = body("gzip", bomb);
        assert!(bomb.decoded().len() <= MAX_BYTES + 1);
        assert_eq!(bomb.whole().unwrap_err(), "the body is larger than 1 MiB");
    }

    #[test]
    fn what_is_packed_otherwise_than_it_says_is_told() {
        assert!(body("gzip", b"ready".to_vec()).whole().unwrap_err().contains("not packed"));
        assert!(body("br", b"ready".to_vec()).whole().unwrap_err().contains("packed as br"));
        assert!(body("br", b"ready".to_vec()).decoded().is_empty());
    }
}
