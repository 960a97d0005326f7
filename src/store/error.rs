//! What can go wrong with a project's database, in sentences that say what it means for the data and what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::domain::edit::EditError;
use crate::domain::id::ReaderId;
use crate::domain::people::{Act, Matter};

/// Why the store refused or failed. Nothing is ever half-written: what failed changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("There is no project at {}. Check the path, or create a project there.", .0.display())]
    Missing(PathBuf),
    #[error("{} is not a Rachis project: {why}. Nothing was changed. Choose the folder that holds a project's project.db.", .path.display())]
    NotAProject { path: PathBuf, why: &'static str },
    #[error("{} already holds a project. Nothing was changed. Open it, or choose another folder.", .0.display())]
    AlreadyAProject(PathBuf),
    #[error(
        "{} was made by a newer Rachis (its data has form {found}, this program knows up to {known}). \
         Nothing was changed. Open it with that newer version.", .path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error(
        "{} was made by an older Rachis (its data has form {found}, this program works with {known}). Nothing was \
         changed. Open it in the window once, with \"rachis open\": that brings it up to date and keeps a copy of the \
         old form in its backups folder.", .path.display()
    )]
    Older { path: PathBuf, found: i64, known: i64 },
    #[error(
        "The project is busy: another program has been writing to it for seconds. Nothing of this step was saved. \
         Close the other program, or try again."
    )]
    Locked,
    #[error(
        "The project cannot be written: its folder or its project.db is read-only. Nothing of this step was saved. \
         Make the folder writable, or copy the project to a place that is."
    )]
    ReadOnly,
    #[error(
        "The disk is full. Nothing of this step was saved; everything saved before is safe. \
         Free some space and try again."
    )]
    DiskFull,
    #[error(
        "The project's database is damaged ({0}). Do not go on working in it: copy the folder away, then open the \
         latest file of its backups folder, or run \"rachis check\" to see what still reads."
    )]
    Corrupt(String),
    #[error("Refused, and nothing was changed: {0}")]
    RuleRefused(String),
    #[error(
        "You may not {} {}. Nothing was changed. Ask an owner of the project for the role, or sign in as somebody who has \
         it.", if *.act == Act::See { "see" } else { "change" }, .matter.object()
    )]
    NotAllowed { matter: Matter, act: Act },
    #[error(
        "Nobody is signed in, and this project is open only to people who sign in. Nothing was shown and nothing was \
         changed. Sign in with your name and PIN; on the command line with --as and your reader id."
    )]
    NobodySignedIn,
    #[error(
        "You read here without knowing of other readers, so what tells of them, or of models before it is time, is not \
         shown. Nothing was changed. Finish the films in your hands, or ask an owner of the project."
    )]
    Blind,
    #[error("Not saved: the reading is {0}'s, and everybody writes in their own name only. Nothing was changed.")]
    NotYours(ReaderId),
    #[error("{0} has a PIN. Nothing was opened. Give the PIN to sign in as {0}.")]
    PinNeeded(ReaderId),
    #[error("That is not the PIN of {reader}. Nothing was opened. {} before the name is locked for a while.",
        match tries_left { 1 => "1 more try".to_owned(), n => format!("{n} more tries") })]
    WrongPin { reader: ReaderId, tries_left: u64 },
    #[error("Too many wrong PINs for {reader}. Nothing was opened. Try again in {}, or ask an owner for a new PIN.",
        waiting(*until_ms - *now_ms))]
    LockedOut { reader: ReaderId, until_ms: i64, now_ms: i64 },
    #[error("Not saved: {0}. Nothing was changed. Open the film again to see it as it is stored.")]
    Edit(#[from] EditError),
    #[error("Not saved: the step names log entry {0}, which is not one that it can take back. Open the film again.")]
    WrongStep(i64),
    #[error("{what} failed on {}: {source}. Nothing of this step was saved.", .path.display())]
    Io { what: &'static str, path: PathBuf, source: io::Error },
    #[error("Stopped, as it was asked to. Nothing was changed.")]
    Stopped,
    #[error("The database answered: {0}. Nothing of this step was saved.")]
    Database(rusqlite::Error),
}

impl StoreError {
    pub(super) fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io { what, path: path.to_owned(), source },
        }
    }

    /// Refused because of who asks: there may be something, and it is not for that person.
    pub const fn is_not_for_them(&self) -> bool {
        matches!(self, Self::NotAllowed { .. } | Self::NobodySignedIn | Self::Blind)
    }

    /// Worth another try: the same step may succeed later, with nothing changed about it.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Locked | Self::ReadOnly | Self::DiskFull | Self::Io { .. } | Self::Database(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return match error {
                // A row whose column holds what the schema does not allow.
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => Self::Corrupt(error.to_string()),
                other => Self::Database(other),
            };
        };
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly,
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt(error.to_string()),
            ErrorCode::ConstraintViolation => {
                let text = message.as_deref().unwrap_or_default();
                Self::RuleRefused(text.strip_prefix("CHECK constraint failed: ").unwrap_or(text).to_owned())
            }
            _ => Self::Database(error),
        }
    }
}

/// In words, never less than is left.
fn waiting(ms: i64) -> String {
    let secs = (ms.max(0) + 999) / 1000;
    match secs {
        1 => "1 second".to_owned(),
        2..=119 => format!("{secs} seconds"),
        120..=7199 => format!("{} minutes", (secs + 59) / 60),
        _ => format!("{} hours", (secs + 3599) / 3600),
    }
}

/// A stored text that this program cannot read.
pub(super) fn unreadable(what: &str, detail: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("{what}: {detail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_it_means_for_the_data() {
        let path = PathBuf::from("p");
        for error in [
            StoreError::NotAProject { path: path.clone(), why: "x" },
            StoreError::Newer { path: path.clone(), found: 9, known: 1 },
            StoreError::Older { path, found: 1, known: 9 },
            StoreError::Locked,
            StoreError::ReadOnly,
            StoreError::DiskFull,
            StoreError::Edit(EditError::Stale),
            StoreError::RuleRefused("x".into()),
            StoreError::NotAllowed { matter: Matter::Exports, act: Act::See },
            StoreError::NobodySignedIn,
            StoreError::Blind,
            StoreError::NotYours("R2".into()),
            StoreError::PinNeeded("R2".into()),
            StoreError::WrongPin { reader: "R2".into(), tries_left: 2 },
            StoreError::LockedOut { reader: "R2".into(), until_ms: 61_000, now_ms: 0 },
        ] {
            let text = error.to_string();
            assert!(text.to_lowercase().contains("nothing"), "{text}");
        }
    }
}
