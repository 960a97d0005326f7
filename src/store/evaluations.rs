//! Kept evaluations: their rows, their folders' places, and the verdicts on their disagreements.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use crate::domain::evaluation::run::EvaluationId;
use crate::domain::evaluation::verdict::{Ruling, Verdict};
use crate::domain::model::{hash_from_hex, hex_from_hash};
use crate::domain::people::{Act, Matter};

use super::error::{StoreError, unreadable};
use super::project::Store;

/// An evaluation as it is stored.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredEvaluation {
    pub id: EvaluationId,
    pub content: NewEvaluation,
}

/// What a list shows of an evaluation.
#[derive(Clone, PartialEq, Debug)]
pub struct NewEvaluation {
    pub name: String,
    pub made_at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub made_by: String,
    pub answer: String,
    pub truth: String,
    pub num_films: u64,
    /// 0 to 1.
    pub auroc: Option<f64>,
    pub map: Option<f64>,
    pub truth_sha256: [u8; 32],
}

impl Store {
    /// Keeps an evaluation whose files lie in `files`, a folder inside the project's `runs`, which gets its name here.
    pub fn add_evaluation(&mut self, new: &NewEvaluation, files: &Path) -> Result<EvaluationId, StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let made_by = self.doer(&new.made_by);
        let runs = self.folder().join("runs");
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.prepare_cached(
            "INSERT INTO evaluation (name, made_at, made_by, answer, truth, num_films, auroc, map, truth_sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            new.name,
            new.made_at_ms,
            made_by,
            new.answer,
            new.truth,
            new.num_films.cast_signed(),
            new.auroc,
            new.map,
            hex_from_hash(&new.truth_sha256)
        ])?;
        let id = EvaluationId(tx.last_insert_rowid());
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
    pub fn evaluations(&self) -> Result<Vec<StoredEvaluation>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM evaluation ORDER BY id DESC"))?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(evaluation(row)?);
        }
        Ok(found)
    }

    pub fn evaluation(&self, id: EvaluationId) -> Result<Option<StoredEvaluation>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        self.require_sight()?;
        let sql = format!("SELECT {COLUMNS} FROM evaluation WHERE id = ?1");
        let found = self.conn.prepare_cached(&sql)?.query_row([id.0], |row| Ok(evaluation(row))).optional()?;
        found.transpose()
    }

    /// Where the evaluation's files lie.
    pub fn evaluation_folder(&self, id: EvaluationId) -> PathBuf {
        self.folder().join("runs").join(folder_name(id))
    }

    /// Takes an evaluation away with its verdicts and files.
    pub fn delete_evaluation(&mut self, id: EvaluationId) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let place = self.evaluation_folder(id);
        self.conn.execute("DELETE FROM evaluation WHERE id = ?1", [id.0])?;
        match fs::remove_dir_all(&place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io("removing the run's folder", &place, error))
            }
            _ => Ok(()),
        }
    }

    pub fn add_ruling(&mut self, id: EvaluationId, ruling: &Ruling) -> Result<(), StoreError> {
        self.require_sight()?;
        if !self.is_own(&ruling.by)? {
            return Err(StoreError::NotYours(ruling.by.clone()));
        }
        self.conn
            .prepare_cached(
                "INSERT INTO ruling (evaluation_id, image_id, detection, truth, verdict, note, rad_id, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                id.0,
                ruling.image.as_str(),
                ruling.detection,
                ruling.truth,
                ruling.verdict.as_str(),
                ruling.note,
                ruling.by.as_str(),
                ruling.at_ms
            ])?;
        Ok(())
    }

    /// In the order in which they were given.
    pub fn rulings(&self, id: EvaluationId) -> Result<Vec<Ruling>, StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT image_id, detection, truth, verdict, note, rad_id, at FROM ruling
             WHERE evaluation_id = ?1 ORDER BY seq",
        )?;
        let mut rows = statement.query([id.0])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let verdict: String = row.get(3)?;
            found.push(Ruling {
                image: row.get::<_, String>(0)?.as_str().into(),
                detection: row.get(1)?,
                truth: row.get(2)?,
                verdict: Verdict::parse(&verdict).ok_or_else(|| unreadable("a verdict", verdict))?,
                note: row.get(4)?,
                by: row.get::<_, String>(5)?.as_str().into(),
                at_ms: row.get(6)?,
            });
        }
        Ok(found)
    }
}

const COLUMNS: &str = "id, name, made_at, made_by, answer, truth, num_films, auroc, map, truth_sha256";

fn folder_name(id: EvaluationId) -> String {
    format!("evaluation-{}", id.0)
}

fn evaluation(row: &Row<'_>) -> Result<StoredEvaluation, StoreError> {
    let hash: String = row.get(9)?;
    Ok(StoredEvaluation {
        id: EvaluationId(row.get(0)?),
        content: NewEvaluation {
            name: row.get(1)?,
            made_at_ms: row.get(2)?,
            made_by: row.get(3)?,
            answer: row.get(4)?,
            truth: row.get(5)?,
            num_films: row.get::<_, i64>(6)?.unsigned_abs(),
            auroc: row.get(7)?,
            map: row.get(8)?,
            truth_sha256: hash_from_hex(&hash).ok_or_else(|| unreadable("the truth's hash", hash))?,
        },
    })
}

/// Changes whenever an evaluation or a verdict comes or goes.
pub(super) fn evaluations_state(conn: &Connection) -> Result<[i64; 3], StoreError> {
    let sql = "SELECT (SELECT count(*) FROM evaluation), (SELECT coalesce(max(id), 0) FROM evaluation),
        (SELECT coalesce(max(seq), 0) FROM ruling)";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    fn new(name: &str) -> NewEvaluation {
        NewEvaluation {
            name: name.to_owned(),
            made_at_ms: 5,
            made_by: "R1".to_owned(),
            answer: "Demo@1".to_owned(),
            truth: "R1".to_owned(),
            num_films: 3,
            auroc: Some(0.75),
            map: None,
            truth_sha256: [7; 32],
        }
    }

    fn staged(store: &Store, text: &str) -> PathBuf {
        let folder = store.folder().join("runs/.new");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("result.json"), text).unwrap();
        folder
    }

    #[test]
    fn evaluations_are_kept_with_their_files_and_verdicts() {
        let place = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place.path(), &project).unwrap();
        let files = staged(&store, "one");
        let first = store.add_evaluation(&new("first"), &files).unwrap();
        // A folder that a crash left in the next one's place is in nobody's way.
        fs::create_dir_all(store.evaluation_folder(EvaluationId(first.0 + 1)).join("x")).unwrap();
        let files = staged(&store, "two");
        let second = store.add_evaluation(&new("second"), &files).unwrap();
        let names: Vec<String> = store.evaluations().unwrap().into_iter().map(|e| e.content.name).collect();
        assert_eq!(names, ["second", "first"]);
        assert_eq!(store.evaluation(first).unwrap().unwrap().content, new("first"));
        assert_eq!(fs::read_to_string(store.evaluation_folder(second).join("result.json")).unwrap(), "two");

        let ruling = Ruling {
            image: "film".into(),
            detection: Some(4),
            truth: None,
            verdict: Verdict::ModelRight,
            note: "at the edge".to_owned(),
            by: "R2".into(),
            at_ms: 9,
        };
        store.add_ruling(second, &ruling).unwrap();
        store.add_ruling(second, &Ruling { verdict: Verdict::Unclear, ..ruling.clone() }).unwrap();
        assert_eq!(store.rulings(second).unwrap().len(), 2);
        assert_eq!(store.rulings(second).unwrap()[0], ruling);
        assert!(store.rulings(first).unwrap().is_empty());

        store.delete_evaluation(second).unwrap();
        assert!(!store.evaluation_folder(second).exists());
        assert!(store.rulings(second).unwrap().is_empty());
        let files = staged(&store, "three");
        let third = store.add_evaluation(&new("third"), &files).unwrap();
        assert_eq!(third.0, second.0 + 1, "a number is never given away again");
    }
}
