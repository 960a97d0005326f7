//! The bytes of one file, read only as far as somebody looks.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::DicomError;

/// First read of a file: most headers of radiographs fit.
const FIRST_READ: usize = 16 << 10;
/// Largest size of an inflated data set or zip entry held in memory.
pub(super) const INFLATED_LIMIT: usize = 384 << 20;

/// A file's bytes as a prefix that grows on demand. Reading a header touches the header only, and
/// nothing is ever allocated because a file says so: the prefix grows with bytes that arrived.
pub struct Input {
    /// The first bytes of the file, contiguous.
    prefix: Vec<u8>,
    rest: Rest,
}

enum Rest {
    /// The prefix is all there is.
    Nothing,
    /// More of a file of this length.
    File { file: File, len: usize },
    /// More of a stream whose length is known only at its end.
    Stream(Box<dyn Read + Send>),
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Input of {} loaded bytes", self.prefix.len())
    }
}

impl Input {
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { prefix: bytes, rest: Rest::Nothing }
    }

    /// A regular file; devices and pipes are refused, since they may never end.
    pub fn open(path: &Path) -> Result<Self, DicomError> {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(DicomError::NotDicom("not a regular file".to_owned()));
        }
        let file = File::open(path)?;
        let len = usize::try_from(file.metadata()?.len())
            .map_err(|_| DicomError::TooLarge("the file does not fit this computer's address space".to_owned()))?;
        Ok(Self { prefix: Vec::new(), rest: Rest::File { file, len } })
    }

    /// What `stream` yields after `prefix`, up to [`INFLATED_LIMIT`].
    pub(super) fn from_stream(prefix: Vec<u8>, stream: Box<dyn Read + Send>) -> Self {
        Self { prefix, rest: Rest::Stream(stream) }
    }

    /// Whether the first `end` bytes exist. Reads streams that far, files not at all.
    pub fn covers(&mut self, end: usize) -> Result<bool, DicomError> {
        match self.rest {
            Rest::File { len, .. } => Ok(end <= len),
            Rest::Nothing | Rest::Stream(_) => self.load(end),
        }
    }

    /// Bytes known to exist: the file's length, or what a stream has yielded so far.
    pub fn known_len(&self) -> usize {
        match self.rest {
            Rest::File { len, .. } => len,
            Rest::Nothing | Rest::Stream(_) => self.prefix.len(),
        }
    }

    /// Loads the first `end` bytes into the prefix; false where the input ends before.
    pub fn load(&mut self, end: usize) -> Result<bool, DicomError> {
        if end <= self.prefix.len() {
            return Ok(true);
        }
        let have = self.prefix.len();
        match &mut self.rest {
            Rest::Nothing => Ok(false),
            Rest::File { file, len } => {
                if end > *len {
                    return Ok(false);
                }
                let goal = end.max(2 * have).max(FIRST_READ).min(*len);
                file.seek(SeekFrom::Start(have as u64))?;
                self.prefix.reserve_exact(goal - have);
                file.take((goal - have) as u64).read_to_end(&mut self.prefix)?;
                // Shorter than its length a moment ago: somebody is writing to it.
                Ok(self.prefix.len() >= end)
            }
            Rest::Stream(stream) => {
                if end > INFLATED_LIMIT {
                    return Err(DicomError::TooLarge(format!(
                        "unpacked, it takes more than {} MiB",
                        INFLATED_LIMIT >> 20
                    )));
                }
                let goal = end.max(2 * have).clamp(FIRST_READ, INFLATED_LIMIT);
                stream.take((goal - have) as u64).read_to_end(&mut self.prefix).map_err(|error| {
                    DicomError::damaged(format!("its compressed bytes cannot be unpacked ({error})"))
                })?;
                if self.prefix.len() < goal {
                    self.rest = Rest::Nothing;
                }
                Ok(self.prefix.len() >= end)
            }
        }
    }

    /// Loaded bytes; `None` where they were not loaded before or do not exist.
    pub fn loaded(&self, start: usize, len: usize) -> Option<&[u8]> {
        self.prefix.get(start..start.checked_add(len)?)
    }

    /// Hands `len` bytes from `start` on to `take` in pieces that fit the processor's cache. Each
    /// piece but the last is a multiple of 16 bytes long.
    pub fn read_pieces(&mut self, start: usize, len: usize, mut take: impl FnMut(&[u8])) -> Result<(), DicomError> {
        const PIECE: usize = 128 << 10;
        let end = start.checked_add(len).ok_or_else(cut_short)?;
        if !self.covers(end)? {
            return Err(cut_short());
        }
        let Rest::File { file, .. } = &mut self.rest else {
            self.prefix.get(start..end).ok_or_else(cut_short)?.chunks(PIECE).for_each(take);
            return Ok(());
        };
        file.seek(SeekFrom::Start(start as u64))?;
        let mut piece = vec![0u8; PIECE.min(len)];
        let mut left = len;
        while left > 0 {
            let take_now = left.min(PIECE);
            file.read_exact(&mut piece[..take_now])?;
            take(&piece[..take_now]);
            left -= take_now;
        }
        Ok(())
    }

    /// A copy of `len` bytes from `start` on.
    pub fn read(&mut self, start: usize, len: usize) -> Result<Vec<u8>, DicomError> {
        let end = start.checked_add(len).ok_or_else(cut_short)?;
        if !self.covers(end)? {
            return Err(cut_short());
        }
        if let Some(bytes) = self.prefix.get(start..end) {
            return Ok(bytes.to_vec());
        }
        let Rest::File { file, .. } = &mut self.rest else { return Err(cut_short()) };
        file.seek(SeekFrom::Start(start as u64))?;
        let mut bytes = Vec::with_capacity(len);
        file.take(len as u64).read_to_end(&mut bytes)?;
        if bytes.len() < len { Err(cut_short()) } else { Ok(bytes) }
    }

    /// The bytes from `start` on as an input of their own, unpacked as a deflated data set (PS3.5 A.5).
    pub(super) fn into_inflated(mut self, start: usize) -> Result<Self, DicomError> {
        let packed: Box<dyn Read + Send> = match self.rest {
            Rest::File { mut file, .. } => {
                file.seek(SeekFrom::Start(start as u64))?;
                Box::new(io::BufReader::with_capacity(64 << 10, file))
            }
            Rest::Nothing => Box::new(io::Cursor::new(self.prefix.split_off(start.min(self.prefix.len())))),
            Rest::Stream(_) => return Err(DicomError::unsupported("a deflated data set within a stream")),
        };
        self.prefix.truncate(start);
        Ok(Self::from_stream(self.prefix, Box::new(flate2::read::DeflateDecoder::new(packed))))
    }
}

fn cut_short() -> DicomError {
    DicomError::damaged("it ends before its pixels do")
}
