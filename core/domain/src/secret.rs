//! A secret: zeroed when dropped, with no Debug, no Display and no Serialize, so that it can't
//! reach a log or a page by accident.

use zeroize::{Zeroize, Zeroizing};

/// Secret bytes. Reading them is a deliberate call to [`Secret::expose`].
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Takes a text over; its buffer is moved, not copied.
    pub fn from_text(text: String) -> Self {
        Self::new(text.into_bytes())
    }

    /// The bytes. Copies of them are the caller's to zero.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text, when they are UTF-8.
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// How many bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl zeroize::ZeroizeOnDrop for Secret {}

impl Zeroize for Secret {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    use super::*;

    /// What stands at an address of this process, read as anybody who may look into it would.
    fn memory_at(address: usize, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        File::open("/proc/self/mem")?.read_exact_at(&mut bytes, address as u64)?;
        Ok(bytes)
    }

    #[test]
    fn nothing_of_a_secret_stays_in_memory_when_it_is_dropped() -> io::Result<()> {
        // Large enough that what an allocator writes into free memory doesn't cover it.
        let plain: Vec<u8> = (0..512u32).map(|n| (n * 7 + 13) as u8).collect();
        let pieces = |bytes: &[u8]| -> usize {
            let of_plain = |piece: &&[u8]| plain.windows(8).any(|part| part == *piece);
            bytes.chunks_exact(8).filter(of_plain).count()
        };
        let left_by = |secret: Option<Secret>, open: Option<Vec<u8>>| -> io::Result<usize> {
            let at = secret.as_ref().map(|secret| secret.expose().as_ptr());
            let at = at.or(open.as_ref().map(|open| open.as_ptr())).map_or(0, |at| at as usize);
            assert_eq!(pieces(&memory_at(at, 512)?), 64, "the right place is looked at");
            drop((secret, open));
            Ok(pieces(&memory_at(at, 512)?))
        };
        assert_eq!(left_by(Some(Secret::new(plain.clone())), None)?, 0);
        // Without zeroing it would be there: what this test looks at is what an attacker sees.
        assert!(left_by(None, Some(plain.clone()))? > 32);
        Ok(())
    }
}
