//! Hundreds of thousands of rows in one transaction: written once, and not twice, and not parsed again on their way.

use rusqlite::Connection;

use super::error::StoreError;
use super::project::Store;

/// From this many rows on it is worth while.
pub(super) const MANY_ROWS: usize = 20_000;

/// The page cache of a large write, in KiB: its pages are written once and not looked at again, so that a small cache that
/// stays in the processor's beats a large one.
const WRITING_CACHE_KIB: i64 = 16 * 1024;
const USUAL_CACHE_KIB: i64 = 64 * 1024;

impl Store {
    /// Makes the database ready, outside any transaction. While nobody else has the project open, the rows then go into
    /// the database file itself and not into the write-ahead log and from there into the file. For a writer whose rows keep
    /// what the CHECK constraints say by how they were made; `PRAGMA integrity_check` checks it again. Within a transaction
    /// it changes nothing: what holds several writes together made it ready before, or not at all.
    pub(super) fn begin_large_write(&self) -> Result<(), StoreError> {
        if !self.conn.is_autocommit() {
            return Ok(());
        }
        // First what can fail, so that a failure leaves the checks on.
        self.set_journal("delete")?;
        self.conn.pragma_update(None, "cache_size", -WRITING_CACHE_KIB)?;
        Ok(self.conn.pragma_update(None, "ignore_check_constraints", true)?)
    }

    /// Takes back what [`Store::begin_large_write`] did.
    pub(super) fn end_large_write(&self) -> Result<(), StoreError> {
        if !self.conn.is_autocommit() {
            return Ok(());
        }
        self.conn.pragma_update(None, "ignore_check_constraints", false)?;
        self.conn.pragma_update(None, "cache_size", -USUAL_CACHE_KIB)?;
        self.set_journal("wal")
    }

    /// Stays as it is where another program has the project open.
    fn set_journal(&self, mode: &str) -> Result<(), StoreError> {
        let answer = self.conn.pragma_update_and_check(None, "journal_mode", mode, |row| row.get::<_, String>(0));
        match answer.map_err(StoreError::from) {
            Ok(_) | Err(StoreError::Locked) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Drops what was made by name for a table, of these kinds (`index`, `trigger`), and tells the texts that put it back before
/// the transaction ends. Unique indexes stay, for what they forbid.
pub(super) fn take_away(tx: &Connection, table: &str, kinds: &[&str]) -> Result<Vec<String>, StoreError> {
    let mut statement = tx.prepare(
        "SELECT type, name, sql FROM sqlite_schema
         WHERE tbl_name = ?1 AND type IN ('index', 'trigger') AND sql IS NOT NULL AND sql NOT LIKE 'CREATE UNIQUE%'
         ORDER BY rowid",
    )?;
    let rows = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found: Vec<(String, String, String)> = rows.collect::<Result<_, _>>()?;
    let mut put_back = Vec::new();
    for (kind, name, sql) in found.into_iter().filter(|(kind, ..)| kinds.contains(&kind.as_str())) {
        tx.execute_batch(&format!("DROP {kind} \"{}\"", name.replace('"', "\"\"")))?;
        put_back.push(sql);
    }
    Ok(put_back)
}
