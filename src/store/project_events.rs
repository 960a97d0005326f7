//! What happened in the project beside readings, written once and never changed.

use rusqlite::{Connection, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use crate::domain::people::{Act, Matter};
use crate::domain::project::Project;
use crate::domain::project_event::{EventKind, ProjectEvent};

use super::error::{StoreError, unreadable};
use super::project::{Store, now_ms};

#[derive(Serialize, Deserialize)]
struct DetailsRow {
    what: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    films: Vec<String>,
}

impl Store {
    pub fn add_event(&mut self, event: &ProjectEvent) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::See)?;
        if self.is_locked()? {
            return Err(StoreError::NobodySignedIn);
        }
        let event = self.signed(event);
        // The line and its seal, or neither.
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        insert_event(&tx, &event)?;
        Ok(tx.commit()?)
    }

    /// A change of the project and the word on it, from what to what, in one step. `change` gets the project as it is in
    /// the database, whatever another window did meanwhile; no word where nothing is other than it was.
    pub(super) fn change_with_word(
        &mut self,
        change: impl FnOnce(&Connection, &Project) -> Result<Option<String>, StoreError>,
    ) -> Result<(), StoreError> {
        let (by, kind) = (self.doer(""), EventKind::ProjectChanged);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before = super::settings::read_project(&tx)?;
        if let Some(what) = change(&tx, &before)? {
            insert_event(&tx, &ProjectEvent { at_ms: now_ms(), by, kind, what, films: Vec::new() })?;
        }
        Ok(tx.commit()?)
    }

    /// In the name of the person who signed in, whatever a caller says.
    pub(super) fn signed(&self, event: &ProjectEvent) -> ProjectEvent {
        ProjectEvent { by: self.doer(&event.by), ..event.clone() }
    }

    /// In the order in which they happened.
    pub fn events(&self) -> Result<Vec<ProjectEvent>, StoreError> {
        self.require(Matter::Audit, Act::See)?;
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached("SELECT at, by, kind, details FROM project_event ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            let (kind, details): (String, String) = (row.get(2)?, row.get(3)?);
            let details: DetailsRow = serde_json::from_str(&details).map_err(|why| unreadable("what happened", why))?;
            events.push(ProjectEvent {
                at_ms: row.get(0)?,
                by: row.get(1)?,
                kind: EventKind::parse(&kind).ok_or_else(|| unreadable("what happened", kind))?,
                what: details.what,
                films: details.films.iter().map(|film| film.as_str().into()).collect(),
            });
        }
        Ok(events)
    }
}

/// Inside the transaction of the step that it tells of, so that nothing is done without a word, and no word is without its
/// seal. Sealed with all that is not yet.
pub(super) fn insert_event(conn: &Connection, event: &ProjectEvent) -> Result<(), StoreError> {
    let details = DetailsRow { what: event.what.clone(), films: event.films.iter().map(ToString::to_string).collect() };
    let details = serde_json::to_string(&details).map_err(|why| unreadable("what happened", why))?;
    conn.prepare_cached("INSERT INTO project_event (at, by, kind, details) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![event.at_ms, event.by, event.kind.as_str(), details])?;
    super::audit_chain::seal(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    #[test]
    fn a_line_that_can_not_be_sealed_is_not_written() {
        let place = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place.path(), &project).unwrap();
        store.add_reader(&crate::domain::people::Reader::new("R1", "One")).unwrap();
        store.set_pin(&"R1".into(), Some("1111")).unwrap();
        let num = |store: &Store| -> i64 {
            store.conn.query_row("SELECT count(*) FROM project_event", [], |row| row.get(0)).unwrap()
        };
        let before = num(&store);
        let broken = "CREATE TRIGGER broken BEFORE INSERT ON audit_link BEGIN SELECT RAISE(ABORT, 'no room'); END";
        store.conn.execute_batch(broken).unwrap();
        assert!(store.sign_in(&"R1".into(), Some("1111")).is_err());
        assert!(store.sign_in(&"R1".into(), Some("9999")).is_err());
        let word = ProjectEvent {
            at_ms: 7,
            by: String::new(),
            kind: EventKind::FilmsLocked,
            what: "Two films.".to_owned(),
            films: Vec::new(),
        };
        store.conn.execute("UPDATE reader SET pin = NULL", []).unwrap();
        assert!(store.add_event(&word).is_err());
        assert_eq!(num(&store), before);
    }

    #[test]
    fn what_happened_stays_as_it_was_written() {
        let place = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(place.path(), &project).unwrap();
        let event = |kind, films: &[&str]| ProjectEvent {
            at_ms: 7,
            by: "R1".to_owned(),
            kind,
            what: "Đã khoá \"hai\" phim.".to_owned(),
            films: films.iter().map(|&film| film.into()).collect(),
        };
        let mut written: Vec<ProjectEvent> = EventKind::ALL.map(|kind| event(kind, &[])).to_vec();
        written.push(event(EventKind::TrainingRefused, &["a", "b"]));
        for event in &written {
            store.add_event(event).unwrap();
        }
        assert_eq!(store.events().unwrap(), written);
        for sql in ["UPDATE project_event SET by = 'R2'", "DELETE FROM project_event WHERE seq = 1"] {
            assert!(store.conn.execute(sql, []).is_err(), "{sql}");
        }
        assert_eq!(store.events().unwrap(), written);
    }
}
