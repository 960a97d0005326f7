//! Runs of training: their rows, their folders' places, and the queue of those that wait.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};

use crate::domain::model::ModelId;
use crate::domain::people::{Act, Matter};
use crate::domain::training::dataset::DatasetId;
use crate::domain::training::spec::TrainingId;

use super::error::StoreError;
use super::project::Store;

/// A run as it is stored; how it stands is in its folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredTraining {
    pub id: TrainingId,
    pub content: NewTraining,
    /// Orders the queue of runs that wait; the smallest is next.
    pub position: i64,
    pub note: String,
    /// The model that came of it, once it was taken into the project.
    pub made_model: Option<ModelId>,
}

/// What a list shows of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTraining {
    pub name: String,
    /// As [`crate::domain::model::Architecture::as_str`] writes it.
    pub architecture: String,
    pub preset: String,
    pub dataset: DatasetId,
    pub group: Option<String>,
    pub made_at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub made_by: String,
}

impl Store {
    /// Keeps a run, last in the queue, whose files lie in `files`, a folder inside the project's `runs`, which gets its name
    /// here.
    pub fn add_training(&mut self, new: &NewTraining, files: &Path) -> Result<TrainingId, StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let made_by = self.doer(&new.made_by);
        let runs = self.folder().join("runs");
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.prepare_cached(
            "INSERT INTO training (name, architecture, preset, dataset_id, group_name, made_at, made_by, position)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT coalesce(max(position), 0) + 1 FROM training))",
        )?
        .execute(params![
            new.name,
            new.architecture,
            new.preset,
            new.dataset.0,
            new.group,
            new.made_at_ms,
            made_by
        ])?;
        let id = TrainingId(tx.last_insert_rowid());
        let place = runs.join(folder_name(id));
        if place.exists() {
            // Left by a crash between these two steps: no row knows it.
            fs::remove_dir_all(&place).map_err(|e| StoreError::io("removing an unfinished run", &place, e))?;
        }
        fs::rename(files, &place).map_err(|e| StoreError::io("naming the run's folder", &place, e))?;
        if let Err(error) = tx.commit() {
            // Half a run is none.
            let _ = fs::remove_dir_all(&place);
            return Err(error.into());
        }
        Ok(id)
    }

    /// The newest first.
    pub fn trainings(&self) -> Result<Vec<StoredTraining>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM training ORDER BY id DESC"))?;
        let rows = statement.query_map([], training)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn training(&self, id: TrainingId) -> Result<Option<StoredTraining>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        self.require_sight()?;
        let sql = format!("SELECT {COLUMNS} FROM training WHERE id = ?1");
        Ok(self.conn.prepare_cached(&sql)?.query_row([id.0], training).optional()?)
    }

    /// Where the run's files lie.
    pub fn training_folder(&self, id: TrainingId) -> PathBuf {
        self.folder().join("runs").join(folder_name(id))
    }

    /// Gives a run that waits this place among those that wait: 0 is the next one to start.
    pub fn move_training(&mut self, id: TrainingId, waiting: &[TrainingId], place: usize) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let mut order: Vec<TrainingId> = waiting.iter().copied().filter(|other| *other != id).collect();
        order.insert(place.min(order.len()), id);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let first: i64 = tx.query_row("SELECT coalesce(max(position), 0) + 1 FROM training", [], |row| row.get(0))?;
        for (position, id) in (first..).zip(order) {
            tx.prepare_cached("UPDATE training SET position = ?2 WHERE id = ?1")?.execute([id.0, position])?;
        }
        Ok(tx.commit()?)
    }

    pub fn set_training_note(&mut self, id: TrainingId, note: &str) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        self.conn.execute("UPDATE training SET note = ?2 WHERE id = ?1", params![id.0, note])?;
        Ok(())
    }

    /// Says which model came of a run.
    pub fn set_made_model(&mut self, id: TrainingId, model: ModelId) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        self.conn.execute("UPDATE training SET made_model = ?2 WHERE id = ?1", [id.0, model.0])?;
        Ok(())
    }

    /// Takes a run away with its folder. The model that came of it stays.
    pub fn delete_training(&mut self, id: TrainingId) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let place = self.training_folder(id);
        self.conn.execute("DELETE FROM training WHERE id = ?1", [id.0])?;
        match fs::remove_dir_all(&place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io("removing the run's folder", &place, error))
            }
            _ => Ok(()),
        }
    }
}

const COLUMNS: &str =
    "id, name, architecture, preset, dataset_id, group_name, made_at, made_by, position, note, made_model";

fn folder_name(id: TrainingId) -> String {
    format!("training-{}", id.0)
}

fn training(row: &Row<'_>) -> rusqlite::Result<StoredTraining> {
    Ok(StoredTraining {
        id: TrainingId(row.get(0)?),
        content: NewTraining {
            name: row.get(1)?,
            architecture: row.get(2)?,
            preset: row.get(3)?,
            dataset: DatasetId(row.get(4)?),
            group: row.get(5)?,
            made_at_ms: row.get(6)?,
            made_by: row.get(7)?,
        },
        position: row.get(8)?,
        note: row.get(9)?,
        made_model: row.get::<_, Option<i64>>(10)?.map(ModelId),
    })
}
