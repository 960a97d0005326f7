//! Seals every line of the record in the order of writing, and finds out whether the record is what was sealed.
//!
//! A seal is SHA-256 over the seal before it (32 zero bytes before the first), the kind, the line's number and the line's
//! columns, each with its type and length. Whoever writes a line calls [`seal`] in the same transaction. That shows what
//! was changed afterwards, not who did it: somebody who can write the file can make all seals anew, so the newest seal is
//! to be kept elsewhere too; then even that shows.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use crate::domain::audit::{AuditCheck, RecordKind, Seal, Tampering};
use crate::domain::people::{Act, Matter};

use super::error::{StoreError, unreadable};
use super::project::Store;

/// The columns of a line, the number first.
const fn columns(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Edit => {
            "SELECT seq, made_at, session, image_id, rad_id, step, of_seq, import_id, edit FROM edit_log"
        }
        RecordKind::Event => "SELECT seq, at, by, kind, details FROM project_event",
        RecordKind::Step => "SELECT seq, image_id, rad_id, made_at, session, step FROM adjudication_step",
    }
}

/// Seals what is not sealed yet. Called by whoever wrote a line, before the transaction ends.
pub(super) fn seal(conn: &Connection) -> Result<(), StoreError> {
    let mut last = newest(conn)?.unwrap_or(Seal([0; 32]));
    for kind in RecordKind::ALL {
        let sealed: i64 = conn
            .prepare_cached("SELECT coalesce(max(ref), 0) FROM audit_link WHERE kind = ?1")?
            .query_row([kind.as_str()], |row| row.get(0))?;
        let mut lines = conn.prepare_cached(&format!("{} WHERE seq > ?1 ORDER BY seq", columns(kind)))?;
        let mut lines = lines.query([sealed])?;
        while let Some(line) = lines.next()? {
            last = sealed_with(last, kind, line)?;
            conn.prepare_cached("INSERT INTO audit_link (kind, ref, hash) VALUES (?1, ?2, ?3)")?.execute(params![
                kind.as_str(),
                line.get::<_, i64>(0)?,
                last.0
            ])?;
        }
    }
    Ok(())
}

fn newest(conn: &Connection) -> Result<Option<Seal>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT hash FROM audit_link ORDER BY seq DESC LIMIT 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?.map(Seal))
}

fn sealed_with(before: Seal, kind: RecordKind, line: &Row<'_>) -> Result<Seal, StoreError> {
    let mut hash = Sha256::new();
    hash.update(before.0);
    hash.update(kind.as_str());
    for i in 0..line.as_ref().column_count() {
        let mut put = |tag: u8, bytes: &[u8]| {
            hash.update([tag]);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        match line.get_ref(i)? {
            ValueRef::Null => put(0, &[]),
            ValueRef::Integer(number) => put(1, &number.to_le_bytes()),
            ValueRef::Real(number) => put(2, &number.to_le_bytes()),
            ValueRef::Text(bytes) => put(3, bytes),
            ValueRef::Blob(bytes) => put(4, bytes),
        }
    }
    Ok(Seal(hash.finalize().into()))
}

impl Store {
    /// The seal of all that happened; `None` where nothing did.
    pub fn audit_seal(&self) -> Result<Option<Seal>, StoreError> {
        self.require_sight()?;
        self.require(Matter::Audit, Act::See)?;
        newest(&self.conn)
    }

    /// Looks at every seal. `kept` is one that somebody kept from earlier. `is_wanted` hears how many lines were looked at
    /// and says whether to go on.
    pub fn check_audit(
        &self,
        kept: Option<Seal>,
        mut is_wanted: impl FnMut(u64) -> bool,
    ) -> Result<AuditCheck, StoreError> {
        self.require_sight()?;
        self.require(Matter::Audit, Act::See)?;
        let mut lines = Vec::new();
        for kind in RecordKind::ALL {
            lines.push(self.conn.prepare(&format!("{} WHERE seq = ?1", columns(kind)))?);
        }
        let mut statement = self.conn.prepare("SELECT kind, ref, hash FROM audit_link ORDER BY seq")?;
        let mut links = statement.query([])?;
        let mut check = AuditCheck { num_lines: 0, seal: None, num_unsealed: 0, tampering: None };
        let (mut last, mut has_kept, mut has_links) = (Seal([0; 32]), kept.is_none(), false);
        while let Some(link) = links.next()? {
            has_links = true;
            let name: String = link.get(0)?;
            let kind = RecordKind::parse(&name).ok_or_else(|| unreadable("a seal", name))?;
            let (line, found): (i64, Seal) = (link.get(1)?, Seal(link.get(2)?));
            let mut rows = lines[kind as usize].query([line])?;
            let Some(row) = rows.next()? else {
                check.tampering.get_or_insert(Tampering::Gone(kind, line));
                last = found;
                continue;
            };
            if sealed_with(last, kind, row)? != found {
                check.tampering.get_or_insert(Tampering::Changed(kind, line));
            }
            last = found;
            has_kept |= kept == Some(found);
            check.num_lines += 1;
            check.seal = Some(found);
            if check.num_lines.is_multiple_of(4096) && !is_wanted(check.num_lines) {
                return Err(StoreError::Stopped);
            }
        }
        for kind in RecordKind::ALL {
            let table = columns(kind).rsplit(' ').next().unwrap_or_default();
            let unsealed = format!(
                "SELECT min(seq), count(*) FROM {table} AS line
                 WHERE NOT EXISTS (SELECT 1 FROM audit_link WHERE kind = ?1 AND ref = line.seq)"
            );
            let (first, num): (Option<i64>, i64) =
                self.conn.query_row(&unsealed, [kind.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            // The first seal seals all that was there before, and each later line comes with its own: only a record
            // from before the seals has lines without one.
            match first {
                Some(first) if has_links => {
                    check.tampering.get_or_insert(Tampering::SlippedIn(kind, first));
                }
                _ => check.num_unsealed += num.unsigned_abs(),
            }
        }
        if !has_kept {
            check.tampering.get_or_insert(Tampering::SealUnknown);
        }
        Ok(check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::project_event::{EventKind, ProjectEvent};
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    fn with_events(place: &std::path::Path, num: usize) -> Store {
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place, &project).unwrap();
        for n in 0..num {
            let what = format!("thing {n}");
            let event = ProjectEvent {
                at_ms: n as i64,
                by: "R1".into(),
                kind: EventKind::FilmsLocked,
                what,
                films: Vec::new(),
            };
            store.add_event(&event).unwrap();
        }
        store
    }

    fn found(store: &Store, kept: Option<Seal>) -> Option<Tampering> {
        store.check_audit(kept, |_| true).unwrap().tampering
    }

    /// As somebody with a hex editor: without the triggers.
    fn meddle(store: &Store, sql: &str) {
        let triggers = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_schema WHERE type = 'trigger'";
        let drop: Option<String> = store.conn.query_row(triggers, [], |row| row.get(0)).unwrap();
        store.conn.execute_batch(&drop.unwrap_or_default()).unwrap();
        store.conn.execute_batch(sql).unwrap();
    }

    #[test]
    fn an_untouched_record_is_whole_and_every_meddling_shows() {
        let check = |sql: &str, expected: Tampering| {
            let place = tempfile::tempdir().unwrap();
            let store = with_events(place.path(), 5);
            let kept = store.audit_seal().unwrap();
            assert_eq!(found(&store, kept), None);
            meddle(&store, sql);
            assert_eq!(found(&store, kept), Some(expected), "{sql}");
        };
        use RecordKind::Event;
        check("UPDATE project_event SET by = 'R2' WHERE seq = 3", Tampering::Changed(Event, 3));
        check("DELETE FROM project_event WHERE seq = 2", Tampering::Gone(Event, 2));
        check("DELETE FROM audit_link WHERE seq = 2", Tampering::Changed(Event, 3));
        check(
            "UPDATE project_event SET seq = 9 WHERE seq = 5; UPDATE audit_link SET ref = 9 WHERE ref = 5",
            Tampering::Changed(Event, 9),
        );
        check(
            "INSERT INTO project_event (seq, at, by, kind, details) VALUES (-1, 0, '', 'films_locked', '{}')",
            Tampering::SlippedIn(Event, -1),
        );
        check(
            "INSERT INTO project_event (seq, at, by, kind, details) VALUES (6, 0, 'R1', 'films_locked', '{}')",
            Tampering::SlippedIn(Event, 6),
        );
        check(
            "INSERT INTO adjudication_step (seq, image_id, rad_id, made_at, session, step) VALUES (1, 'a', 'R1', 0, 1, '{}')",
            Tampering::SlippedIn(RecordKind::Step, 1),
        );
        check("DELETE FROM project_event WHERE seq > 3; DELETE FROM audit_link WHERE ref > 3", Tampering::SealUnknown);
    }

    #[test]
    fn lines_from_before_the_seals_are_sealed_by_the_next_one() {
        let place = tempfile::tempdir().unwrap();
        let mut store = with_events(place.path(), 3);
        meddle(&store, "DELETE FROM audit_link");
        let check = store.check_audit(None, |_| true).unwrap();
        assert_eq!((check.num_lines, check.num_unsealed, check.tampering), (0, 3, None));
        let event = ProjectEvent {
            at_ms: 9,
            by: String::new(),
            kind: EventKind::FilmsLocked,
            what: "next".into(),
            films: Vec::new(),
        };
        store.add_event(&event).unwrap();
        let check = store.check_audit(None, |_| true).unwrap();
        assert_eq!((check.num_lines, check.num_unsealed, check.tampering), (4, 0, None));
    }
}
