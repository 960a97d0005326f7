//! Undo and redo of one reading, rebuilt from the log, so that they outlive the program.

use crate::domain::edit::Edit;
use crate::domain::log::{LogEntry, Step};

use super::effect::EntryRef;

/// A change that can be taken back, or done again.
#[derive(Clone, PartialEq, Debug)]
pub struct HistoryEntry {
    pub at: EntryRef,
    pub edit: Edit,
}

/// What undo and redo would do next.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct History {
    done: Vec<HistoryEntry>,
    undone: Vec<HistoryEntry>,
}

impl History {
    /// Replays the log of one reading.
    pub fn from_log(log: &[LogEntry]) -> Self {
        let mut history = Self::default();
        for LogEntry { seq, entry } in log {
            match entry.step {
                Step::Do => history.push(HistoryEntry { at: EntryRef::Written(*seq), edit: entry.edit.clone() }),
                Step::Undo(_) => {
                    history.take_undo();
                }
                Step::Redo(_) => {
                    history.take_redo();
                }
            }
        }
        history
    }

    /// A new change: what was undone before can't be redone any more.
    pub fn push(&mut self, entry: HistoryEntry) {
        self.undone.clear();
        self.done.push(entry);
    }

    pub fn next_undo(&self) -> Option<&HistoryEntry> {
        self.done.last()
    }

    pub fn next_redo(&self) -> Option<&HistoryEntry> {
        self.undone.last()
    }

    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Moves the last change over to the redo side.
    pub fn take_undo(&mut self) -> Option<HistoryEntry> {
        let entry = self.done.pop()?;
        self.undone.push(entry.clone());
        Some(entry)
    }

    /// Moves the last undone change back.
    pub fn take_redo(&mut self) -> Option<HistoryEntry> {
        let entry = self.undone.pop()?;
        self.done.push(entry.clone());
        Some(entry)
    }
}
