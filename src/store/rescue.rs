//! Edits that could not be saved: kept in a file beside the database, and offered again at the next start.
//!
//! `rescue-<session>.jsonl` in the project folder, one edit a line, oldest first.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::id::LogSeq;
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::people::{Act, Matter};

use super::error::{StoreError, unreadable};
use super::project::{Store, now_ms};
use super::rows::EntryRow;
use super::thread::Ticket;

/// An edit that is not in the log.
#[derive(Clone, PartialEq, Debug)]
pub struct RescuedEdit {
    pub ticket: Ticket,
    /// The edit that an undo or redo is about, where that was not saved either or its place in the log was not known yet.
    pub of: Option<Ticket>,
    pub entry: NewLogEntry,
}

/// What became of the edits of a rescue file.
#[derive(Debug, Default)]
pub struct ReplayReport {
    pub saved: Vec<LogSeq>,
    /// With the reason.
    pub refused: Vec<(RescuedEdit, StoreError)>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    ticket: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<u64>,
    #[serde(flatten)]
    entry: EntryRow,
}

impl Store {
    /// The rescue files that sessions before this one left, oldest session first.
    pub fn rescue_files(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.require(Matter::Project, Act::See)?;
        let fail = |e| StoreError::io("looking for unsaved edits", self.folder(), e);
        let mut files = Vec::new();
        for file in fs::read_dir(self.folder()).map_err(fail)? {
            let path = file.map_err(fail)?.path();
            if let Some(session) = session_of(&path).filter(|s| *s != self.session()) {
                files.push((session, path));
            }
        }
        files.sort();
        Ok(files.into_iter().map(|(_, path)| path).collect())
    }

    /// Commits the edits of a rescue file in order. Edits that do not fit any more are refused one by one.
    /// The file stays; [`set_aside`] puts it away.
    pub fn replay(&mut self, edits: &[RescuedEdit]) -> ReplayReport {
        let mut report = ReplayReport::default();
        let mut seqs = HashMap::new();
        for edit in edits {
            let entry = with_known_seq(edit, &seqs);
            match self.commit(&entry) {
                Ok(seq) => {
                    seqs.insert(edit.ticket, seq);
                    report.saved.push(seq);
                }
                Err(error) => report.refused.push((edit.clone(), error)),
            }
        }
        report
    }
}

/// The entry, with the place in the log of the edit it is about filled in where that is known by now.
pub(super) fn with_known_seq(edit: &RescuedEdit, seqs: &HashMap<Ticket, LogSeq>) -> NewLogEntry {
    let mut entry = edit.entry.clone();
    if let Some(&seq) = edit.of.and_then(|of| seqs.get(&of)) {
        entry.step = match entry.step {
            Step::Do => Step::Do,
            Step::Undo(_) => Step::Undo(seq),
            Step::Redo(_) => Step::Redo(seq),
        };
    }
    entry
}

/// Where the unsaved edits of a session go.
pub(super) fn rescue_path(folder: &Path, session: u32) -> PathBuf {
    folder.join(format!("rescue-{session}.jsonl"))
}

fn session_of(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.strip_prefix("rescue-")?.strip_suffix(".jsonl")?.parse().ok()
}

/// Replaces the file as a whole: a crash leaves the old one or the new one. No edits, no file.
pub fn write_rescue(path: &Path, edits: &[RescuedEdit]) -> Result<(), StoreError> {
    let fail = |e| StoreError::io("writing the rescue file", path, e);
    if edits.is_empty() {
        return match fs::remove_file(path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(fail(e)),
            _ => Ok(()),
        };
    }
    let mut text = Vec::new();
    for edit in edits {
        let line = Line { ticket: edit.ticket.0, of: edit.of.map(|of| of.0), entry: (&edit.entry).into() };
        serde_json::to_writer(&mut text, &line).expect("an entry is maps, lists, text and numbers");
        text.push(b'\n');
    }
    let unfinished = path.with_extension("jsonl.unfinished");
    let mut file = File::create(&unfinished).map_err(fail)?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(fail)?;
    fs::rename(&unfinished, path).map_err(fail)
}

/// The edits of a rescue file, oldest first.
pub fn read_rescue(path: &Path) -> Result<Vec<RescuedEdit>, StoreError> {
    let text = fs::read_to_string(path).map_err(|e| StoreError::io("reading the rescue file", path, e))?;
    text.lines()
        .map(|line| {
            let line: Line = serde_json::from_str(line).map_err(|e| unreadable("the rescue file", e))?;
            Ok(RescuedEdit { ticket: Ticket(line.ticket), of: line.of.map(Ticket), entry: line.entry.into_entry()? })
        })
        .collect()
}

/// Moves a rescue file that has been dealt with into the project's backups; nothing is thrown away.
pub fn set_aside(folder: &Path, rescue: &Path) -> Result<(), StoreError> {
    let name = rescue.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let to = folder.join("backups").join(format!("{name}-{}.jsonl", now_ms()));
    fs::rename(rescue, &to).map_err(|e| StoreError::io("putting the rescue file away", rescue, e))
}
