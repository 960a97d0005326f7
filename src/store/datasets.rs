//! Frozen data sets: their rows, their files, and the films that are locked for testing.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::domain::model::{hash_from_hex, hex_from_hash};
use crate::domain::people::{Act, Matter};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::training::dataset::DatasetId;

use super::error::{StoreError, unreadable};
use super::project::{Store, now_ms};
use super::project_events::insert_event;

/// A data set as a list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewDataset {
    pub name: String,
    pub made_at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub made_by: String,
    /// Of its file.
    pub sha256: [u8; 32],
    /// `consensus of readers`, `R1`.
    pub truth: String,
    /// Films to train on, to choose by, to test on.
    pub num_films: [u64; 3],
}

/// A data set as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredDataset {
    pub id: DatasetId,
    pub content: NewDataset,
}

/// Films that become locked with a step.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NewLocks {
    /// Content hashes; those that are locked already stay as they are.
    pub films: Vec<[u8; 32]>,
    pub at_ms: i64,
    pub by: String,
}

impl Store {
    /// Keeps a data set: its file, its row, its locks and what the audit says of it, all or nothing.
    pub fn add_dataset(
        &mut self,
        new: &NewDataset,
        text: &str,
        locks: &NewLocks,
        events: &[ProjectEvent],
    ) -> Result<DatasetId, StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let made_by = self.doer(&new.made_by);
        let events: Vec<_> = events.iter().map(|event| self.signed(event)).collect();
        let folder = self.folder().join("datasets");
        fs::create_dir_all(&folder).map_err(|e| StoreError::io("making the folder for data sets", &folder, e))?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.prepare_cached(
            "INSERT INTO dataset (name, made_at, made_by, sha256, truth, num_train, num_dev, num_test)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            new.name,
            new.made_at_ms,
            made_by,
            hex_from_hash(&new.sha256),
            new.truth,
            new.num_films[0].cast_signed(),
            new.num_films[1].cast_signed(),
            new.num_films[2].cast_signed()
        ])?;
        let id = DatasetId(tx.last_insert_rowid());
        lock(&tx, id, locks)?;
        for event in &events {
            insert_event(&tx, event)?;
        }
        // A file that a crash left in this place is nobody's: no row knew it.
        let place = folder.join(file_name(id));
        write_whole(&place, text)?;
        if let Err(error) = tx.commit() {
            let _ = fs::remove_file(&place);
            return Err(error.into());
        }
        Ok(id)
    }

    /// The newest first.
    pub fn datasets(&self) -> Result<Vec<StoredDataset>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM dataset ORDER BY id DESC"))?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(dataset(row)?);
        }
        Ok(found)
    }

    pub fn dataset(&self, id: DatasetId) -> Result<Option<StoredDataset>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        self.require_sight()?;
        let sql = format!("SELECT {COLUMNS} FROM dataset WHERE id = ?1");
        let found = self.conn.prepare_cached(&sql)?.query_row([id.0], |row| Ok(dataset(row))).optional()?;
        found.transpose()
    }

    /// Takes a data set away with its file. One that a run or a model names, or that locks films, stays: without it nobody
    /// could say any more what that model learned from.
    pub fn delete_dataset(&mut self, id: DatasetId) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let place = self.dataset_file(id);
        let (at_ms, by) = (now_ms(), self.doer(""));
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "SELECT name, sha256 FROM dataset WHERE id = ?1";
        let known: Option<(String, String)> =
            tx.query_row(sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((name, sha256)) = known else {
            return Err(StoreError::RuleRefused("this data set is not in the project any more.".into()));
        };
        for (sql, why) in [
            (
                "SELECT EXISTS (SELECT 1 FROM training WHERE dataset_id = ?1 AND ?2 <> '')",
                "a run learned from it. Delete the run first",
            ),
            (
                "SELECT EXISTS (SELECT 1 FROM model WHERE ?1 > 0 AND instr(card, ?2) > 0)",
                "the card of a model names it as what that model learned from",
            ),
            (
                "SELECT EXISTS (SELECT 1 FROM locked_film WHERE dataset_id = ?1 AND ?2 <> '')",
                "it locks test films, and a lock is for good",
            ),
        ] {
            if tx.query_row(sql, params![id.0, sha256], |row| row.get(0))? {
                return Err(StoreError::RuleRefused(format!("data set \"{name}\" stays: {why}.")));
            }
        }
        tx.execute("DELETE FROM dataset WHERE id = ?1", [id.0])?;
        let what = format!("Data set \"{name}\" was deleted.");
        let films = Vec::new();
        insert_event(&tx, &ProjectEvent { at_ms, by, kind: EventKind::ProjectChanged, what, films })?;
        tx.commit()?;
        match fs::remove_file(&place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io("removing the data set's file", &place, error))
            }
            _ => Ok(()),
        }
    }

    /// Where the data set's file lies.
    pub fn dataset_file(&self, id: DatasetId) -> PathBuf {
        self.folder().join("datasets").join(file_name(id))
    }

    /// Content hashes of the films that no training of this project may see.
    pub fn locked_films(&self) -> Result<BTreeSet<[u8; 32]>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let mut statement = self.conn.prepare_cached("SELECT sha256 FROM locked_film")?;
        let rows = statement.query_map([], |row| row.get::<_, [u8; 32]>(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Locks films of a data set for good. How many were not locked before.
    pub fn lock_films(
        &mut self,
        id: DatasetId,
        locks: &NewLocks,
        events: &[ProjectEvent],
    ) -> Result<usize, StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let events: Vec<_> = events.iter().map(|event| self.signed(event)).collect();
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let num = lock(&tx, id, locks)?;
        for event in &events {
            insert_event(&tx, event)?;
        }
        tx.commit()?;
        Ok(num)
    }
}

const COLUMNS: &str = "id, name, made_at, made_by, sha256, truth, num_train, num_dev, num_test";

fn lock(tx: &Transaction<'_>, id: DatasetId, locks: &NewLocks) -> Result<usize, StoreError> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO locked_film (sha256, dataset_id, locked_at, locked_by) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (sha256) DO NOTHING",
    )?;
    let mut num = 0;
    for film in &locks.films {
        num += insert.execute(params![film, id.0, locks.at_ms, locks.by])?;
    }
    Ok(num)
}

/// On the disk before the row is, so that no row is without its file after a power cut.
fn write_whole(place: &Path, text: &str) -> Result<(), StoreError> {
    let part = place.with_extension("json.part");
    let written = fs::File::create(&part)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, place));
    written.map_err(|error| {
        let _ = fs::remove_file(&part);
        StoreError::io("writing the data set", place, error)
    })
}

fn file_name(id: DatasetId) -> String {
    format!("{}.json", id.0)
}

fn dataset(row: &Row<'_>) -> Result<StoredDataset, StoreError> {
    let hash: String = row.get(4)?;
    let num = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(StoredDataset {
        id: DatasetId(row.get(0)?),
        content: NewDataset {
            name: row.get(1)?,
            made_at_ms: row.get(2)?,
            made_by: row.get(3)?,
            sha256: hash_from_hex(&hash).ok_or_else(|| unreadable("a data set's hash", hash))?,
            truth: row.get(5)?,
            num_films: [num(6)?, num(7)?, num(8)?],
        },
    })
}

/// Changes whenever a data set, a lock, a run of training or the reading queue is another one.
pub(super) fn training_state(conn: &Connection) -> Result<String, StoreError> {
    let sql = "SELECT concat_ws('|',
        (SELECT count(*) || ' ' || coalesce(max(id), 0) FROM dataset),
        (SELECT count(*) FROM locked_film),
        (SELECT group_concat(id || ' ' || name || ' ' || position || ' ' || note || ' ' || coalesce(made_model, '') || ' '
            || coalesce(group_name, '')) FROM training),
        (SELECT count(*) || ' ' || coalesce(max(made_at), 0) || ' ' || coalesce(min(image_id), '') FROM reading_queue),
        (SELECT coalesce(max(seq), 0) FROM project_event))";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    fn new(name: &str, hash: u8) -> NewDataset {
        NewDataset {
            name: name.to_owned(),
            made_at_ms: 5,
            made_by: "R1".to_owned(),
            sha256: [hash; 32],
            truth: "consensus of readers".to_owned(),
            num_films: [7, 1, 2],
        }
    }

    fn store(place: &Path) -> Store {
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(place, &project).unwrap()
    }

    fn event() -> ProjectEvent {
        let what = "Frozen.".to_owned();
        ProjectEvent { at_ms: 5, by: String::new(), kind: EventKind::DatasetFrozen, what, films: vec![] }
    }

    #[test]
    fn data_sets_are_kept_with_their_files_and_locks() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        let locks = NewLocks { films: vec![[1; 32], [2; 32]], at_ms: 5, by: "R1".to_owned() };
        let first = store.add_dataset(&new("first", 1), "one", &locks, &[event()]).unwrap();
        let second = store.add_dataset(&new("second", 2), "two", &NewLocks::default(), &[event()]).unwrap();
        let names: Vec<String> = store.datasets().unwrap().into_iter().map(|one| one.content.name).collect();
        assert_eq!(names, ["second", "first"]);
        assert_eq!(store.dataset(first).unwrap().unwrap().content, new("first", 1));
        assert_eq!(store.dataset(DatasetId(99)).unwrap(), None);
        assert_eq!(fs::read_to_string(store.dataset_file(second)).unwrap(), "two");
        assert_eq!(store.locked_films().unwrap(), BTreeSet::from([[1; 32], [2; 32]]));
        let more = NewLocks { films: vec![[2; 32], [3; 32]], ..locks };
        assert_eq!(store.lock_films(second, &more, &[event()]).unwrap(), 1);
        assert_eq!(store.locked_films().unwrap().len(), 3);
        assert_eq!(store.events().unwrap().len(), 3);
        for sql in ["DELETE FROM locked_film", "UPDATE locked_film SET dataset_id = 2"] {
            assert!(store.conn.execute(sql, []).is_err(), "{sql}");
        }
    }

    #[test]
    fn a_data_set_goes_with_its_file_unless_something_names_it() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        let locks = NewLocks { films: vec![[1; 32]], at_ms: 5, by: String::new() };
        let locking = store.add_dataset(&new("locking", 1), "one", &locks, &[]).unwrap();
        let [learned, named, free] = [2, 3, 4].map(|n| {
            store.add_dataset(&new(&format!("set {n}"), n), &n.to_string(), &NewLocks::default(), &[]).unwrap()
        });
        store
            .conn
            .execute_batch(&format!(
                "INSERT INTO training (name, architecture, preset, dataset_id, made_at, position)
                 VALUES ('a', 'densenet', 'p', {}, 1, 1);
                 INSERT INTO model (name, version, task, architecture, members, card, added_at)
                 VALUES ('m', 1, 'detect', 'a', '[]', '{{\"data_sha256\": \"{}\"}}', 1);",
                learned.0,
                hex_from_hash(&[3; 32])
            ))
            .unwrap();
        for (id, why) in
            [(locking, "it locks test films"), (learned, "a run learned from it"), (named, "the card of a model")]
        {
            let said = store.delete_dataset(id).unwrap_err().to_string();
            assert!(said.contains(why), "{said}");
            assert!(store.dataset_file(id).exists());
        }
        store.delete_dataset(free).unwrap();
        assert!(!store.dataset_file(free).exists() && store.dataset(free).unwrap().is_none());
        assert_eq!(store.events().unwrap().last().unwrap().what, "Data set \"set 4\" was deleted.");
        assert!(store.delete_dataset(free).is_err());
        assert_eq!(store.datasets().unwrap().len(), 3);
    }

    #[test]
    fn half_a_data_set_is_none() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        let locks = NewLocks { films: vec![[1; 32]], at_ms: 5, by: String::new() };
        store.add_dataset(&new("first", 1), "one", &NewLocks::default(), &[]).unwrap();
        // The very same data set again.
        assert!(store.add_dataset(&new("again", 1), "one", &locks, &[event()]).is_err());
        // A folder stands where its file has to go.
        fs::create_dir_all(store.dataset_file(DatasetId(2))).unwrap();
        fs::write(store.dataset_file(DatasetId(2)).join("x"), "").unwrap();
        assert!(store.add_dataset(&new("second", 2), "two", &locks, &[event()]).is_err());
        assert_eq!(store.datasets().unwrap().len(), 1);
        assert_eq!(store.locked_films().unwrap(), BTreeSet::new());
        assert_eq!(store.events().unwrap(), []);
        let parts = fs::read_dir(place.path().join("datasets")).unwrap().map(|file| file.unwrap().file_name());
        assert!(parts.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
    }
}
