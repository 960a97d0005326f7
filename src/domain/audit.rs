//! The record of all that happened in a project, and what a look at its seals found.

use crate::domain::id::{ImageId, ReaderId};

/// The seal of everything up to one thing that happened: SHA-256 over the seal before it and that thing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seal(pub [u8; 32]);

impl Seal {
    /// From 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl std::fmt::Display for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Where a line of the record is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RecordKind {
    /// An edit of a reading, or rows of an import.
    Edit,
    /// Something beside readings.
    Event,
    /// A step of reviewers.
    Step,
}

impl RecordKind {
    pub const ALL: [Self; 3] = [Self::Edit, Self::Event, Self::Step];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Event => "event",
            Self::Step => "step",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A place where the record is not what it was when it was sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tampering {
    /// This line, or its seal, is not what was written.
    Changed(RecordKind, i64),
    /// A line that was sealed is gone.
    Gone(RecordKind, i64),
    /// A line among sealed ones that was never sealed.
    SlippedIn(RecordKind, i64),
    /// The record does not hold the seal that somebody kept: its end was cut off, or all of it was written anew.
    SealUnknown,
}

/// What a look at all seals found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditCheck {
    pub num_lines: u64,
    /// Of the newest line; keep it somewhere else, and a later check can tell whether the end was cut off.
    pub seal: Option<Seal>,
    /// Lines that are not sealed yet: an older version of the program wrote them.
    pub num_unsealed: u64,
    /// The first place that is wrong.
    pub tampering: Option<Tampering>,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct TrailRow {
    pub at_ms: i64,
    /// Who; empty where nobody was signed in.
    pub by: String,
    pub kind: RecordKind,
    /// Its place in that kind's own count.
    pub seq: i64,
    pub image: Option<ImageId>,
    /// The reading that was changed.
    pub layer: Option<ReaderId>,
    /// A reviewer signed, or took the signature back: it is about the consensus of the film.
    pub is_signature: bool,
    /// In words.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_read_as_it_is_written() {
        let seal = Seal(std::array::from_fn(|i| (i * 7) as u8));
        assert_eq!(Seal::parse(&seal.to_string()), Some(seal));
        assert_eq!(Seal::parse(&format!(" {}\n", seal.to_string().to_uppercase())), Some(seal));
        for wrong in ["", "00", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(Seal::parse(wrong), None, "{wrong}");
        }
    }
}
