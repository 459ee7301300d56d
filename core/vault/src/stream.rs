//! Sealing what does not fit into memory, such as documents, with libsodium's secretstream.
//!
//! Head: an envelope of a random key and the stream's header, kept in the database. Body: frames of
//! [`FRAME_LEN`] plain bytes and the last one, which may be shorter and alone carries the final
//! tag. Cut, reordered, doubled, lengthened or altered bodies are refused. The memory in use is a
//! frame or two, whatever the size.

use domain::Secret;
use zeroize::Zeroizing;

use crate::Error;
use crate::envelope::{self, ENVELOPE_ADDS, Kind};
use crate::keys::{KEY_LEN, Key};
use crate::label::Label;
use crate::sodium::{FRAME_ADDS, OpeningStream, STREAM_HEADER_LEN, SealingStream};

/// Plain bytes of a frame.
pub const FRAME_LEN: usize = 64 * 1024;
/// Bytes of a stream's head.
pub const STREAM_HEAD_LEN: usize = ENVELOPE_ADDS + KEY_LEN + STREAM_HEADER_LEN;

const WHAT: &str = "sealed stream";
const SEALED_FRAME_LEN: usize = FRAME_LEN + FRAME_ADDS;

/// Bytes of the body that `plain_len` bytes make.
pub const fn sealed_len(plain_len: u64) -> u64 {
    let frames = plain_len.div_ceil(FRAME_LEN as u64);
    plain_len + FRAME_ADDS as u64 * if frames == 0 { 1 } else { frames }
}

/// Seals a body piece by piece. Dropping it without [`Sealer::finish`] leaves a body that nothing
/// opens.
pub struct Sealer {
    stream: SealingStream,
    /// What is not sealed yet: never more than a frame between calls.
    waiting: Zeroizing<Vec<u8>>,
}

/// Opens a body piece by piece.
pub struct Opener {
    stream: OpeningStream,
    waiting: Vec<u8>,
    /// Once something was refused nothing is opened any more.
    refused: bool,
}

pub(crate) fn begin(
    data_key: &Key,
    key_id: u32,
    label: &Label<'_>,
) -> Result<(Sealer, [u8; STREAM_HEAD_LEN]), Error> {
    let (sealer, inside) = Sealer::begin()?;
    let head = envelope::seal(Kind::Stream, data_key, key_id, label, inside.expose())?;
    let head = head.try_into().map_err(|_| Error::Library("a head has another length"))?;
    Ok((sealer, head))
}

pub(crate) fn open(
    data_key: &Key,
    key_id: u32,
    label: &Label<'_>,
    head: &[u8],
) -> Result<Opener, Error> {
    Opener::begin(&envelope::open(Kind::Stream, data_key, key_id, label, head)?)
}

impl Sealer {
    /// Begins a stream without a head: whoever keeps the secret that comes with it, sealed like any
    /// other, can open the body with [`Opener::begin`]. Rotation then needs to know no heads.
    pub fn begin() -> Result<(Self, Secret), Error> {
        let key = Key::random()?;
        let (stream, header) = SealingStream::begin(&key)?;
        let mut inside = Vec::with_capacity(KEY_LEN + STREAM_HEADER_LEN);
        inside.extend_from_slice(key.bytes());
        inside.extend_from_slice(&header);
        // Never grows, so that no copy of it is left behind.
        let waiting = Zeroizing::new(Vec::with_capacity(FRAME_LEN));
        Ok((Self { stream, waiting }, Secret::new(inside)))
    }

    /// Takes the next plain bytes, any number, and answers what is sealed of them so far: append
    /// it to the body.
    pub fn push(&mut self, mut plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut sealed = Vec::new();
        while !plain.is_empty() {
            // A full frame is sealed when more follows: only then it isn't the last.
            if self.waiting.len() == FRAME_LEN {
                sealed.extend_from_slice(&self.stream.push(&self.waiting, false)?);
                self.waiting.clear();
            }
            let (now, rest) = plain.split_at(plain.len().min(FRAME_LEN - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            plain = rest;
        }
        Ok(sealed)
    }

    /// Ends the body; append what it answers.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.stream.push(&self.waiting, true)
    }
}

impl Opener {
    /// Begins to open the body that [`Sealer::begin`] gave this secret for.
    pub fn begin(inside: &Secret) -> Result<Self, Error> {
        let malformed = Error::Malformed(WHAT);
        let (key, header) = inside.expose().split_at_checked(KEY_LEN).ok_or(malformed)?;
        let key = Key::from_slice(key).ok_or(malformed)?;
        let header = header.try_into().map_err(|_| malformed)?;
        let stream = OpeningStream::begin(&key, header)?;
        Ok(Self { stream, waiting: Vec::new(), refused: false })
    }

    /// Takes the next bytes of the body, any number, and answers what is open of them so far. That
    /// is what was sealed, but only [`Opener::finish`] tells that nothing is missing.
    ///
    /// # Errors
    /// [`Error::Refused`], also at every later call, when a frame is not the one sealed there.
    pub fn push(&mut self, sealed: &[u8]) -> Result<Secret, Error> {
        let mut plain = Zeroizing::new(Vec::with_capacity(self.waiting.len() + sealed.len()));
        let mut rest = sealed;
        while !rest.is_empty() {
            if self.waiting.len() == SEALED_FRAME_LEN {
                plain.extend_from_slice(self.pull(false)?.expose());
            }
            let (now, later) = rest.split_at(rest.len().min(SEALED_FRAME_LEN - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            rest = later;
        }
        Ok(Secret::new(std::mem::take(&mut *plain)))
    }

    /// Opens the last frame and with it confirms that the body is whole.
    ///
    /// # Errors
    /// [`Error::Refused`] when the body was cut, lengthened or altered.
    pub fn finish(mut self) -> Result<Secret, Error> {
        self.pull(true)
    }

    fn pull(&mut self, last: bool) -> Result<Secret, Error> {
        if self.refused {
            return Err(Error::Refused);
        }
        let opened = self.stream.pull(&self.waiting, last);
        self.waiting.clear();
        self.refused = opened.is_err();
        opened
    }
}
