//! The append-only log of edits: what a reader did to a film, step by step.

use crate::domain::edit::Edit;
use crate::domain::id::{ImageId, LogSeq, ReaderId};

/// What an entry does with its edit. Undo and redo are entries too: nothing is ever taken out of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A new change.
    Do,
    /// The entry's edit is the inverse of the edit at this position.
    Undo(LogSeq),
    /// The entry's edit is the same as the edit at this position, which had been undone.
    Redo(LogSeq),
}

/// An edit about to be written.
#[derive(Clone, PartialEq, Debug)]
pub struct NewLogEntry {
    pub image: ImageId,
    pub reader: ReaderId,
    pub step: Step,
    pub edit: Edit,
    /// Milliseconds since 1970-01-01 UTC.
    pub made_at_ms: i64,
}

/// An edit as written.
#[derive(Clone, PartialEq, Debug)]
pub struct LogEntry {
    pub seq: LogSeq,
    pub entry: NewLogEntry,
}
