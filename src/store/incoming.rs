//! What every import of labels keeps to: who comes into the project with a table, and what people signed stays.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::domain::exchange::ImportEffects;
use crate::domain::id::ReaderId;
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter, Role};
use crate::domain::project_event::{EventKind, ProjectEvent};

use super::error::StoreError;
use super::exchange::refuse_given_out;
use super::project::Store;
use super::project_events::insert_event;

/// Layers that an import may bring labels under without bringing somebody into the project.
#[derive(Clone, Debug)]
pub struct KnownReaders(BTreeSet<String>);

impl KnownReaders {
    pub(super) fn read(conn: &Connection) -> Result<Self, StoreError> {
        let mut statement = conn.prepare_cached("SELECT rad_id FROM reader")?;
        Ok(Self(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?))
    }

    /// A person, their second reading, or the consensus.
    pub fn knows(&self, id: &str) -> bool {
        id == CONSENSUS_LAYER || self.0.contains(id) || person_of(id).is_some_and(|person| self.0.contains(person))
    }
}

impl Store {
    /// Whose labels an import may bring as they are.
    pub fn known_readers(&self) -> Result<KnownReaders, StoreError> {
        self.require(Matter::Exports, Act::Change)?;
        KnownReaders::read(&self.conn)
    }

    /// Films whose consensus people have signed: no import touches it.
    pub fn signed_films(&self) -> Result<BTreeSet<String>, StoreError> {
        self.require(Matter::Exports, Act::Change)?;
        self.require_sight()?;
        signed_films(&self.conn)
    }
}

pub(super) fn signed_films(conn: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT image_id FROM adjudication WHERE is_settled = 1")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Handed-out films that are not read yet, by layer. The difference of two such lists is what an import completed.
pub(super) type Unread = BTreeMap<String, u64>;

pub(super) fn unread(conn: &Connection) -> Result<Unread, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT task.rad_id, count(*) FROM task
         LEFT JOIN reading ON reading.rad_id = task.rad_id AND reading.image_id = task.image_id
         WHERE task.stage = 'read' AND coalesce(reading.state, 'new') <> 'completed' GROUP BY task.rad_id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What an import did beside bringing labels, at its end and inside its transaction; the record tells of it under the
/// name of the person who imports.
pub(super) fn conclude(
    conn: &Connection,
    before: &Unread,
    came: ImportEffects,
    event: &ProjectEvent,
) -> Result<ImportEffects, StoreError> {
    let after = unread(conn)?;
    let read_now = before.iter().filter_map(|(layer, num)| {
        let num = num - after.get(layer).copied().unwrap_or(0).min(*num);
        (num > 0).then(|| (ReaderId::new(layer.as_str()), num))
    });
    let effects = ImportEffects { read_now: read_now.collect(), ..came };
    if !effects.new_people.is_empty() || !effects.new_repeats.is_empty() {
        let only = ImportEffects { read_now: Vec::new(), ..effects.clone() };
        let what = format!("With an import of labels: {}", only.sentences().join(" "));
        insert_event(conn, &ProjectEvent { kind: EventKind::ReaderAdded, what, films: Vec::new(), ..event.clone() })?;
    }
    let what = [vec![event.what.clone()], effects.sentences()].concat().join(" ");
    insert_event(conn, &ProjectEvent { what, ..event.clone() })?;
    Ok(effects)
}

/// Adds readers of a table that the project does not know yet, under their ids as names, and tells who they are. A table
/// gives nobody more than reading; `R3.2` beside a reader R3 is that person's second reading; the consensus is nobody.
pub(super) fn add_readers<'a>(
    conn: &Connection,
    ids: impl Iterator<Item = &'a str>,
) -> Result<ImportEffects, StoreError> {
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO reader (rad_id, name, roles, repeat_of) VALUES (?1, ?1, ?2, NULL)")?;
    let (mut repeats, mut came) = (Vec::new(), ImportEffects::default());
    for id in ids.filter(|id| !id.eq_ignore_ascii_case(CONSENSUS_LAYER)) {
        match person_of(id) {
            Some(person) => repeats.push((id, person)),
            None => {
                if insert.execute([id, Role::Annotator.key()])? > 0 {
                    came.new_people.push(ReaderId::new(id));
                }
            }
        }
    }
    // After the people, so that one table can bring both.
    let mut insert_repeat = conn.prepare_cached(
        "INSERT OR IGNORE INTO reader (rad_id, name, years_of_experience, roles, repeat_of)
         SELECT ?1, name, years_of_experience, '', rad_id FROM reader WHERE rad_id = ?2 AND repeat_of IS NULL",
    )?;
    for (id, person) in repeats {
        if insert_repeat.execute([id, person])? > 0 {
            came.new_repeats.push((ReaderId::new(id), ReaderId::new(person)));
        } else if insert.execute([id, Role::Annotator.key()])? > 0 {
            came.new_people.push(ReaderId::new(id));
        }
    }
    let came_now = came.new_people.iter().chain(came.new_repeats.iter().map(|(layer, _)| layer));
    refuse_given_out(conn, came_now.map(ReaderId::as_str))?;
    Ok(came)
}

/// Whose further reading an id may stand for: `R3` of `R3.2`.
fn person_of(id: &str) -> Option<&str> {
    let (person, number) = id.rsplit_once('.')?;
    (!person.is_empty() && number.parse::<u32>().is_ok_and(|number| number > 1)).then_some(person)
}

/// Refuses to change what people signed together.
pub(super) fn refuse_settled(conn: &Connection, image: &str, layer: &str) -> Result<(), StoreError> {
    if layer != CONSENSUS_LAYER {
        return Ok(());
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM adjudication WHERE image_id = ?1 AND is_settled = 1)";
    if !conn.prepare_cached(sql)?.query_row([image], |row| row.get::<_, bool>(0))? {
        return Ok(());
    }
    Err(StoreError::RuleRefused(format!(
        "the file brings a consensus for film {image}, whose consensus reviewers have signed. Leave this film out, or \
         take the signatures back first."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::Edit;
    use crate::domain::project_event::{EventKind, ProjectEvent};
    use crate::domain::rules::default_rules;
    use crate::domain::task::TaskState;
    use crate::store::{ImportedFile, NewProject, ReadingSum, Store};

    fn store(place: &std::path::Path) -> Store {
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(place, &project).unwrap()
    }

    #[test]
    fn who_comes_with_a_table_may_read_and_no_more() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        let ids = ["R3.2", "R3", "consensus", "R9.2", "dr.lan", "R4.1", "R3.3"];
        let came = add_readers(&store.conn, ids.into_iter()).unwrap();
        let sentences = [
            "R3, dr.lan, R4.1, R9.2 came into the project, as annotators.",
            "R3.2 is a second reading of R3.",
            "R3.3 is a further reading of R3.",
        ];
        assert_eq!(came.sentences(), sentences);
        assert_eq!(add_readers(&store.conn, ids.into_iter()).unwrap(), ImportEffects::default());
        let people = store.readers().unwrap();
        let names: Vec<&str> = people.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(names, ["R3", "R4.1", "R9.2", "dr.lan"]);
        for one in &people {
            assert_eq!(one.roles.iter().collect::<Vec<_>>(), [Role::Annotator], "{}", one.id);
        }
        let of: (String, String) = store
            .conn
            .query_row("SELECT repeat_of, roles FROM reader WHERE rad_id = 'R3.2'", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(of, ("R3".to_owned(), String::new()));
        // Older imports wrote one.
        store.conn.execute("INSERT INTO reader (rad_id, name) VALUES ('consensus', 'consensus')", []).unwrap();
        assert_eq!(store.readers().unwrap().len(), 4);
        assert!(store.sign_in(&CONSENSUS_LAYER.into(), None).is_err());
        assert!(store.set_pin(&CONSENSUS_LAYER.into(), Some("1234")).is_err());
    }

    #[test]
    fn what_people_signed_is_not_imported_over() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        let session = store.session();
        let file = ImportedFile { name: "f", sha256: [0; 32], format: "f", header: "", num_rows: 1, details: "{}" };
        let rows = |store: &mut Store, reader| {
            let mut import = store.begin_import(session, 1, 1).unwrap();
            let (image, labels_json, state) = ("film", "[]", TaskState::Completed);
            let sum = ReadingSum {
                image,
                reader,
                state,
                num_marks: 0,
                num_image_labels: 0,
                has_no_finding: false,
                labels_json,
            };
            import.write_readings(std::iter::once(sum))
        };
        let readings = |store: &mut Store, reader: &str| {
            let (at_ms, by, kind) = (1, String::new(), EventKind::LabelsImported);
            let event = ProjectEvent { at_ms, by, kind, what: "Imported.".into(), films: Vec::new() };
            store.import_readings(session, &[("film".into(), reader.into())], &file, &event, |_, held, _| {
                Some(Edit::SetComment { before: held.comment().to_owned(), after: format!("{}.", held.comment()) })
            })
        };
        assert!(rows(&mut store, CONSENSUS_LAYER).is_ok() && readings(&mut store, CONSENSUS_LAYER).is_ok());
        store
            .conn
            .execute_batch(
                "PRAGMA foreign_keys = off;
                 INSERT INTO adjudication (image_id, num_clusters, num_settled, signers, is_settled, num_asked,
                 num_waiting, settled_seq, updated_at) VALUES ('film', 1, 1, '[\"V1\"]', 1, 0, 0, 1, 1)",
            )
            .unwrap();
        for refused in [rows(&mut store, CONSENSUS_LAYER), readings(&mut store, CONSENSUS_LAYER).map(|_| ())] {
            let said = refused.unwrap_err().to_string();
            assert!(said.contains("whose consensus reviewers have signed"), "{said}");
        }
        assert!(rows(&mut store, "R1").is_ok() && readings(&mut store, "R1").is_ok());
    }
}
