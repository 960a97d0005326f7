//! Several imports in one step: all of them are written, or none.

use std::ops::Deref;

use rusqlite::{Connection, Savepoint, Transaction, TransactionBehavior};

use crate::domain::people::{Act, Matter};

use super::error::StoreError;
use super::project::Store;

/// What an import writes in: a transaction of its own, or a part of the one that [`Store::in_one_step`] has begun. Dropped
/// without [`Unit::commit`] it changes nothing. SQLite knows no transaction within another; a savepoint stands for it.
#[derive(Debug)]
pub(super) enum Unit<'c> {
    Whole(Transaction<'c>),
    Part(Savepoint<'c>),
}

impl<'c> Unit<'c> {
    pub(super) fn begin(conn: &'c mut Connection) -> Result<Self, StoreError> {
        if conn.is_autocommit() {
            return Ok(Self::Whole(conn.transaction_with_behavior(TransactionBehavior::Immediate)?));
        }
        Ok(Self::Part(conn.savepoint()?))
    }

    pub(super) fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Whole(transaction) => Ok(transaction.commit()?),
            Self::Part(savepoint) => Ok(savepoint.commit()?),
        }
    }
}

impl Deref for Unit<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Whole(transaction) => transaction,
            Self::Part(savepoint) => savepoint,
        }
    }
}

impl Store {
    /// Lets `work` import file after file. What it wrote stays where it says `true`; where it says `false` or fails, the
    /// project is as it was before.
    pub fn in_one_step<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(bool, T), E>,
    ) -> Result<T, E> {
        self.require(Matter::Exports, Act::Change)?;
        self.conn.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from)?;
        let mut step = OpenStep { store: self, is_open: true };
        let (is_kept, told) = work(step.store)?;
        if is_kept {
            step.store.conn.execute_batch("COMMIT").map_err(StoreError::from)?;
            step.is_open = false;
        }
        Ok(told)
    }
}

/// Rolls back where it is dropped open, be it by an error, a refusal or a panic.
struct OpenStep<'s> {
    store: &'s mut Store,
    is_open: bool,
}

impl Drop for OpenStep<'_> {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        // What was learned of the people meanwhile may be of what was never written.
        self.store.standing.set(None);
        // A full disk ends the transaction by itself.
        if !self.store.conn.is_autocommit()
            && let Err(error) = self.store.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "an import was not taken back; it ends when the project is closed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::Edit;
    use crate::domain::project_event::{EventKind, ProjectEvent};
    use crate::domain::rules::default_rules;
    use crate::store::{ImportedFile, NewProject};

    #[test]
    fn parts_stay_together_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place.path(), &project).unwrap();
        let file = ImportedFile { name: "f", sha256: [0; 32], format: "f", header: "", num_rows: 1, details: "{}" };
        let (at_ms, kind) = (1, EventKind::LabelsImported);
        let event = ProjectEvent { at_ms, by: String::new(), kind, what: "Imported.".into(), films: Vec::new() };
        let part = |store: &mut Store, image: &str| {
            let session = store.begin_session()?;
            store.import_readings(session, &[(image.into(), "R1".into())], &file, &event, |_, _, _| {
                Some(Edit::SetComment { before: String::new(), after: "said".into() })
            })
        };
        let comments = |store: &Store| -> Vec<String> {
            let of = |image: &str| store.reading(&image.into(), &"R1".into()).unwrap().comment().to_owned();
            vec![of("a"), of("b")]
        };
        let is_refused = store.in_one_step(|store| {
            part(store, "a")?;
            part(store, "b")?;
            // A part that is dropped halfway leaves the others.
            drop(Unit::begin(&mut store.conn)?);
            Ok::<_, StoreError>((false, comments(store)))
        });
        assert_eq!(is_refused.unwrap(), ["said", "said"]);
        assert_eq!(comments(&store), ["", ""]);
        let failed = store.in_one_step(|store| {
            part(store, "a")?;
            Err::<(bool, ()), _>(StoreError::Stopped)
        });
        assert!(matches!(failed, Err(StoreError::Stopped)));
        assert!(
            comments(&store) == ["", ""] && store.imports().unwrap().is_empty() && store.readers().unwrap().is_empty()
        );
        let is_kept = store.in_one_step(|store| {
            part(store, "a")?;
            part(store, "b")?;
            Ok::<_, StoreError>((true, true))
        });
        assert!(is_kept.unwrap());
        assert!(comments(&store) == ["said", "said"] && store.imports().unwrap().len() == 2);
    }
}
