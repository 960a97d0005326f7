//! Brings a project's database from the form it was made in to the form this program knows, with a backup before each step.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, TransactionBehavior};

use super::error::StoreError;

/// "RACH": marks a SQLite file as a project of this program.
pub(super) const APPLICATION_ID: i32 = 0x5241_4348;

/// A step from one form of the database to the next; the file sets `user_version` to its number.
pub(super) struct Migration {
    /// The file's name without `.sql`, for the backup's name.
    pub name: &'static str,
    pub sql: &'static str,
}

/// In order: entry `i` leads from form `i` to form `i + 1`. A released file is never changed again.
pub(super) const MIGRATIONS: [Migration; 7] = [
    Migration { name: "0001_initial", sql: include_str!("../../migrations/0001_initial.sql") },
    Migration { name: "0002_measurements", sql: include_str!("../../migrations/0002_measurements.sql") },
    Migration { name: "0003_annotating", sql: include_str!("../../migrations/0003_annotating.sql") },
    Migration { name: "0004_models", sql: include_str!("../../migrations/0004_models.sql") },
    Migration { name: "0005_evaluation", sql: include_str!("../../migrations/0005_evaluation.sql") },
    Migration { name: "0006_training", sql: include_str!("../../migrations/0006_training.sql") },
    Migration { name: "0007_many_readers", sql: include_str!("../../migrations/0007_many_readers.sql") },
];

/// Applies what is missing. Each step is one transaction; `backups` is where the copies before each go. A database that
/// is being made has nothing to keep a copy of.
pub(super) fn upgrade(conn: &mut Connection, migrations: &[Migration], backups: &Path) -> Result<(), StoreError> {
    let is_new = version(conn)? == 0;
    for (number, migration) in (1i64..).zip(migrations) {
        let found = version(conn)?;
        if found >= number {
            continue;
        }
        if !is_new {
            back_up(conn, backups, migration.name)?;
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another program may have done it while this one waited for the lock.
        if version(&tx)? < number {
            tx.execute_batch(migration.sql)?;
            tx.commit()?;
        }
    }
    Ok(())
}

/// The number of the last migration that the database has seen; 0 for an empty one.
pub(super) fn version(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// A whole copy of the database, taken while it is in use.
fn back_up(conn: &Connection, backups: &Path, before: &str) -> Result<(), StoreError> {
    std::fs::create_dir_all(backups).map_err(|e| StoreError::io("making the backups folder", backups, e))?;
    let secs = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let path = backups.join(format!("project-before-{before}-{secs}.db"));
    let text = path.to_str().ok_or_else(|| StoreError::Io {
        what: "naming the backup",
        path: path.clone(),
        source: std::io::Error::other("SQLite writes backups only to paths that are UTF-8"),
    })?;
    conn.execute("VACUUM INTO ?1", [text])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_sets_its_number_and_the_first_marks_the_file() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut conn = Connection::open_in_memory().expect("memory");
        for (i, migration) in MIGRATIONS.iter().enumerate() {
            assert!(migration.name.starts_with(&format!("{:04}_", i + 1)), "{}", migration.name);
            upgrade(&mut conn, &MIGRATIONS[..=i], folder.path()).expect("applies");
            assert_eq!(version(&conn).expect("a number"), i as i64 + 1);
        }
        let id: i32 = conn.query_row("PRAGMA application_id", [], |row| row.get(0)).expect("an id");
        assert_eq!(id, APPLICATION_ID);
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), MIGRATIONS.len() - 1, "backups");
    }

    #[test]
    fn a_backup_precedes_each_step_and_holds_the_form_before() {
        let steps = [
            Migration { name: "0001_a", sql: "CREATE TABLE a (x); PRAGMA user_version = 1" },
            Migration { name: "0002_b", sql: "CREATE TABLE b (x); PRAGMA user_version = 2" },
        ];
        let folder = tempfile::tempdir().expect("scratch");
        let mut conn = Connection::open(folder.path().join("p.db")).expect("file");
        upgrade(&mut conn, &steps[..1], folder.path()).expect("first");
        conn.execute("INSERT INTO a VALUES (7)", []).expect("row");
        upgrade(&mut conn, &steps, folder.path()).expect("second");

        let files: Vec<_> =
            std::fs::read_dir(folder.path()).expect("folder").map(|f| f.expect("file").path()).collect();
        let backup = files.iter().find(|f| f.to_string_lossy().contains("before-0002_b")).expect("a backup");
        let old = Connection::open(backup).expect("readable");
        assert_eq!(version(&old).expect("a number"), 1);
        assert_eq!(old.query_row("SELECT x FROM a", [], |row| row.get::<_, i64>(0)), Ok(7));
        assert!(old.prepare("SELECT x FROM b").is_err());
    }

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let steps = [
            Migration { name: "0001_a", sql: "CREATE TABLE a (x); PRAGMA user_version = 1" },
            Migration { name: "0002_b", sql: "DROP TABLE a; CREATE TABLE nonsense" },
        ];
        let folder = tempfile::tempdir().expect("scratch");
        let mut conn = Connection::open_in_memory().expect("memory");
        assert!(upgrade(&mut conn, &steps, folder.path()).is_err());
        assert_eq!(version(&conn).expect("a number"), 1);
        assert!(conn.prepare("SELECT x FROM a").is_ok());
    }
}
