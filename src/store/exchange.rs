//! Labels that leave the project and come back: versions of exports, ids of readers as they go out, whole readings in.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::domain::edit::Edit;
use crate::domain::exchange::ImportEffects;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter};
use crate::domain::project_event::ProjectEvent;
use crate::domain::reading::Reading;

use super::bulk::ImportedFile;
use super::error::{StoreError, unreadable};
use super::incoming::{add_readers, conclude, refuse_settled, unread};
use super::one_step::Unit;
use super::project::Store;
use super::project_events::insert_event;
use super::readings::{load_reading, write_entry};

/// Where the ids that readers go out under are kept, so that they stay.
pub(super) const PUBLIC_IDS: &str = "public_reader_ids";

/// A version of labels that left the project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportVersion {
    pub tag: String,
    pub made_at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub made_by: String,
    /// Stable key of the format.
    pub format: String,
    /// JSON.
    pub options: String,
    /// Of what was written, file by file in order of names.
    pub sha256: [u8; 32],
    /// Path of the file or folder as it was written.
    pub place: String,
    pub num_films: u64,
    pub num_marks: u64,
}

impl Store {
    /// Under which id each layer goes out: `R1`, `R2`, ..., never a name, and always the same one.
    ///
    /// Ids of the published form stay (`R7`, `rad7`, `R7.2`), and so do those that came in with a published table and of
    /// whom nothing else is known. Any other goes out as the next number that is nobody's id, in the order in which people
    /// were added.
    pub fn public_reader_ids(&self) -> Result<BTreeMap<ReaderId, ReaderId>, StoreError> {
        self.require(Matter::Exports, Act::See)?;
        self.require_sight()?;
        let public = public_ids(&self.conn)?;
        Ok(public.into_iter().map(|(id, out)| (ReaderId::new(id), ReaderId::new(out))).collect())
    }

    /// Those of layers that went out under another id than their own, as the project keeps them.
    pub fn kept_reader_ids(&self) -> Result<Vec<(ReaderId, ReaderId)>, StoreError> {
        self.require(Matter::Exports, Act::See)?;
        self.require_sight()?;
        let kept = given_out(&self.conn)?.into_iter().filter(|(id, out)| id != out);
        Ok(kept.map(|(id, out)| (ReaderId::new(id), ReaderId::new(out))).collect())
    }

    /// Keeps the ids under which layers go out, so that the next export says the same and somebody can tell whose
    /// labels came back. For every export, also from an opening that is to look only.
    pub fn keep_reader_ids(&self) -> Result<(), StoreError> {
        self.require(Matter::Exports, Act::Change)?;
        self.require_sight()?;
        if given_out(&self.conn)? == public_ids(&self.conn)? {
            return Ok(());
        }
        let second = if self.session() == 0 { Some(self.second_connection()?) } else { None };
        let tx = Transaction::new_unchecked(second.as_ref().unwrap_or(&self.conn), TransactionBehavior::Immediate)?;
        keep_ids(&tx)?;
        Ok(tx.commit()?)
    }

    /// Keeps a version, the ids that its readers went out under, and the word that it was made, in one step.
    pub fn add_export_version(&mut self, version: &ExportVersion, event: &ProjectEvent) -> Result<(), StoreError> {
        self.require(Matter::Exports, Act::Change)?;
        self.require_sight()?;
        if self.export_versions()?.iter().any(|other| other.tag == version.tag) {
            return Err(StoreError::RuleRefused(format!("there is a version {:?} already", version.tag)));
        }
        let event = ProjectEvent { by: self.doer(&event.by), ..event.clone() };
        let made_by = self.doer(&version.made_by);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        keep_ids(&tx)?;
        tx.execute(
            "INSERT INTO export_version (tag, made_at, made_by, format, options, sha256, place, num_films, num_marks)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                version.tag,
                version.made_at_ms,
                made_by,
                version.format,
                version.options,
                version.sha256,
                version.place,
                version.num_films as i64,
                version.num_marks as i64,
            ],
        )?;
        insert_event(&tx, &event)?;
        Ok(tx.commit()?)
    }

    /// The newest first.
    pub fn export_versions(&self) -> Result<Vec<ExportVersion>, StoreError> {
        self.require(Matter::Exports, Act::See)?;
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT tag, made_at, made_by, format, options, sha256, place, num_films, num_marks FROM export_version
             ORDER BY id DESC",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(ExportVersion {
                tag: row.get(0)?,
                made_at_ms: row.get(1)?,
                made_by: row.get(2)?,
                format: row.get(3)?,
                options: row.get(4)?,
                sha256: row.get(5)?,
                place: row.get(6)?,
                num_films: row.get::<_, i64>(7)?.cast_unsigned(),
                num_marks: row.get::<_, i64>(8)?.cast_unsigned(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Brings whole readings in, all in one step or none. `edit_of` is asked for each film and reader in turn, with what
    /// the project holds and the number of the import, and answers with what is to change; nothing where it is the same.
    /// Readers that the project does not know yet are added under their ids. The number of readings that changed, and what
    /// else came of it.
    pub fn import_readings(
        &mut self,
        session: u32,
        keys: &[(ImageId, ReaderId)],
        file: &ImportedFile<'_>,
        event: &ProjectEvent,
        mut edit_of: impl FnMut(usize, &Reading, i64) -> Option<Edit>,
    ) -> Result<(usize, ImportEffects), StoreError> {
        self.require(Matter::Exports, Act::Change)?;
        self.require_sight()?;
        let event = ProjectEvent { by: self.doer(&event.by), ..event.clone() };
        let tx = Unit::begin(&mut self.conn)?;
        let unread = unread(&tx)?;
        let import: i64 = tx.query_row("SELECT 1 + coalesce(max(id), 0) FROM import", [], |row| row.get(0))?;
        let mut num_changed = 0;
        let mut readers = BTreeSet::new();
        for (place, (image, reader)) in keys.iter().enumerate() {
            let held = load_reading(&tx, image, reader)?;
            let Some(edit) = edit_of(place, &held, import) else { continue };
            refuse_settled(&tx, image.as_str(), reader.as_str())?;
            let entry = NewLogEntry {
                image: image.clone(),
                reader: reader.clone(),
                step: Step::Do,
                edit,
                made_at_ms: event.at_ms,
            };
            write_entry(&tx, session, &entry)?;
            readers.insert(reader.as_str());
            num_changed += 1;
        }
        if num_changed == 0 {
            return Ok((0, ImportEffects::default()));
        }
        let came = add_readers(&tx, readers.into_iter())?;
        tx.execute(
            "INSERT INTO import (id, made_at, session, file_name, sha256, format, header, num_rows, details)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, json_set(?9, '$.by', ?10))",
            params![
                import,
                event.at_ms,
                session,
                file.name,
                file.sha256,
                file.format,
                file.header,
                file.num_rows as i64,
                file.details,
                event.by,
            ],
        )?;
        let effects = conclude(&tx, &unread, came, &event)?;
        tx.commit()?;
        Ok((num_changed, effects))
    }
}

/// Under which id each layer goes out: as it did before, else as [`Store::public_reader_ids`] says.
fn public_ids(conn: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let kept = given_out(conn)?;
    let published = published_readers(conn)?;
    let mut statement = conn.prepare(
        "SELECT rad_id, name = rad_id, repeat_of FROM (
            SELECT rad_id, name, repeat_of, rowid AS place FROM reader UNION ALL
            SELECT DISTINCT rad_id, rad_id, NULL, 1 << 40 FROM reading WHERE rad_id NOT IN (SELECT rad_id FROM reader)
         ) ORDER BY repeat_of IS NOT NULL, place, rad_id",
    )?;
    let people: Vec<(String, bool, Option<String>)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let mut public: BTreeMap<String, String> = kept;
    let mut taken: BTreeSet<String> = public.values().cloned().collect();
    let own: BTreeSet<&str> = people.iter().map(|(id, _, _)| id.as_str()).collect();
    let is_open =
        |id: &str, is_bare: bool| id == CONSENSUS_LAYER || is_public_form(id) || (is_bare && published.contains(id));
    for (id, is_bare, _) in &people {
        if is_open(id, *is_bare) && !public.contains_key(id) && taken.insert(id.clone()) {
            public.insert(id.clone(), id.clone());
        }
    }
    for (id, _, repeat_of) in &people {
        if public.contains_key(id) {
            continue;
        }
        let of = repeat_of.as_ref().and_then(|of| public.get(of)).cloned();
        let names = (1..).map(|n| match &of {
            // The second reading of R1 is R1.2.
            Some(first) => format!("{first}.{}", n + 1),
            None => format!("R{n}"),
        });
        if let Some(free) = names.into_iter().find(|name| !own.contains(name.as_str()) && taken.insert(name.clone())) {
            public.insert(id.clone(), free);
        }
    }
    Ok(public)
}

/// Readers that an imported table named.
fn published_readers(conn: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let mut statement = conn.prepare(
        "SELECT rad_id FROM imported_reading UNION SELECT rad_id FROM annotation WHERE import_id IS NOT NULL",
    )?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Within the caller's transaction.
fn keep_ids(tx: &Connection) -> Result<(), StoreError> {
    let public = serde_json::to_string(&public_ids(tx)?).expect("a map of text");
    tx.execute(
        "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [PUBLIC_IDS, &public],
    )?;
    Ok(())
}

/// The ids that layers went out under, by layer.
fn given_out(conn: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
    let json: Option<String> = statement.query_row([PUBLIC_IDS], |row| row.get(0)).optional()?;
    json.map_or_else(
        || Ok(BTreeMap::new()),
        |json| serde_json::from_str(&json).map_err(|why| unreadable("the ids that readers go out under", why)),
    )
}

/// Refuses new people whose id somebody else's labels went out under: when they come back, they would be theirs.
pub(super) fn refuse_given_out<'a>(conn: &Connection, ids: impl Iterator<Item = &'a str>) -> Result<(), StoreError> {
    let given = given_out(conn)?;
    for id in ids {
        if let Some((whose, _)) = given.iter().find(|(whose, out)| *out == id && *whose != id) {
            return Err(StoreError::RuleRefused(format!(
                "labels of {whose} went out of this project under the id {id}, so nobody new can have it. Choose another id."
            )));
        }
    }
    Ok(())
}

/// `R7`, `rad7`, `R7.2`: ids of published tables, which tell nobody's name.
fn is_public_form(id: &str) -> bool {
    let digits = id.strip_prefix("rad").or_else(|| id.strip_prefix('R'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.is_some_and(|digits| match digits.split_once('.') {
        Some((first, repeat)) => is_number(first) && is_number(repeat),
        None => is_number(digits),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::Reader;
    use crate::domain::project_event::EventKind;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    fn store(place: &std::path::Path) -> Store {
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(place, &project).unwrap()
    }

    fn version(tag: &str) -> (ExportVersion, ProjectEvent) {
        let version = ExportVersion {
            tag: tag.to_owned(),
            made_at_ms: 5,
            made_by: "R1".to_owned(),
            format: "coco".to_owned(),
            options: "{}".to_owned(),
            sha256: [7; 32],
            place: "/tmp/x.json".to_owned(),
            num_films: 3,
            num_marks: 4,
        };
        let event = ProjectEvent {
            at_ms: 5,
            by: "R1".to_owned(),
            kind: EventKind::LabelsExported,
            what: "Exported.".to_owned(),
            films: Vec::new(),
        };
        (version, event)
    }

    #[test]
    fn names_never_go_out_and_numbers_stay() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        for (id, name) in [("drlan", "Lan Nguyen"), ("R1", "Minh"), ("hoa", "hoa")] {
            store.add_reader(&Reader::new(id, name)).unwrap();
        }
        store
            .conn
            .execute_batch(
                "INSERT INTO reader (rad_id, name, repeat_of) VALUES ('R4.2', 'x', 'R1'), ('drlan.2', 'x', 'drlan')",
            )
            .unwrap();
        let out = |store: &Store, id: &str| store.public_reader_ids().unwrap()[&ReaderId::from(id)].to_string();
        assert_eq!(out(&store, "R1"), "R1");
        assert_eq!(out(&store, "drlan"), "R2", "R1 is somebody's own");
        assert_eq!(out(&store, "hoa"), "R3", "nobody published this id");
        assert_eq!(out(&store, "R4.2"), "R4.2");
        assert_eq!(out(&store, "drlan.2"), "R2.2");
        let (first, event) = version("v1");
        store.add_export_version(&first, &event).unwrap();
        // They are read and written with exports only.
        assert!(store.get_setting(PUBLIC_IDS).is_err() && store.set_setting(PUBLIC_IDS, "{}").is_err());
        // Somebody comes whose own id would be R2: the number that went out stays with whom it went out for.
        let said = store.add_reader(&Reader::new("R2", "Binh")).unwrap_err().to_string();
        assert!(said.contains("labels of drlan went out of this project under the id R2"), "{said}");
        let tx = store.conn.unchecked_transaction().unwrap();
        let said = add_readers(&tx, ["R9", "R2"].into_iter()).unwrap_err().to_string();
        drop(tx);
        assert!(said.contains("under the id R2"), "{said}");
        assert_eq!(out(&store, "drlan"), "R2");
        // Whoever is there already is added as often as one likes.
        store.add_reader(&Reader::new("R1", "Minh")).unwrap();
        // Projects of before may have both.
        store.conn.execute_batch("INSERT INTO reader (rad_id, name) VALUES ('R2', 'Binh')").unwrap();
        assert_eq!(out(&store, "drlan"), "R2");
        assert_eq!(out(&store, "R2"), "R4");
        let all = store.public_reader_ids().unwrap();
        assert_eq!(all.values().collect::<BTreeSet<_>>().len(), all.len(), "no two alike");
    }

    #[test]
    fn every_export_keeps_its_numbers() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        for id in ["lan", "hoa"] {
            store.add_reader(&Reader::new(id, "A name")).unwrap();
        }
        let out = |store: &Store, id: &str| store.public_reader_ids().unwrap()[&ReaderId::from(id)].to_string();
        assert_eq!(store.kept_reader_ids().unwrap(), []);
        // An export writes nothing else into the project.
        let looking = Store::open_to_look(place.path()).unwrap();
        assert_eq!((out(&looking, "lan"), out(&looking, "hoa")), ("R1".into(), "R2".into()));
        looking.keep_reader_ids().unwrap();
        // Whoever has the number by themselves came too late, and nobody moves up.
        assert!(store.add_reader(&Reader::new("R1", "Binh")).is_err());
        store.conn.execute("DELETE FROM reader WHERE rad_id = 'lan'", []).unwrap();
        assert_eq!(out(&store, "hoa"), "R2");
        let kept = store.kept_reader_ids().unwrap();
        assert_eq!(kept, [("hoa".into(), "R2".into()), ("lan".into(), "R1".into())], "whoever R1 was, it is known");
        store.keep_reader_ids().unwrap();
        assert_eq!(store.kept_reader_ids().unwrap(), kept);
    }

    #[test]
    fn a_number_is_nobody_elses_id() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        for id in ["A1", "A2"] {
            store.add_reader(&Reader::new(id, "A name")).unwrap();
        }
        let (first, event) = version("v1");
        store.add_export_version(&first, &event).unwrap();
        for id in ["R4", "A3", "A4"] {
            store.add_reader(&Reader::new(id, "A name")).unwrap();
        }
        // As in projects of before.
        store.conn.execute_batch("INSERT INTO reader (rad_id, name) VALUES ('R1', 'x')").unwrap();
        let all = store.public_reader_ids().unwrap();
        let all: Vec<(&str, &str)> = all.iter().map(|(id, out)| (id.as_str(), out.as_str())).collect();
        assert_eq!(all, [("A1", "R1"), ("A2", "R2"), ("A3", "R3"), ("A4", "R5"), ("R1", "R6"), ("R4", "R4")]);
    }

    #[test]
    fn an_id_of_a_published_table_stays() {
        let place = tempfile::tempdir().unwrap();
        let store = store(place.path());
        store
            .conn
            .execute_batch(
                "INSERT INTO reader (rad_id, name) VALUES ('reader A', 'reader A'), ('lan', 'Lan');
                 INSERT INTO imported_reading VALUES (1, 0, 'f', 'reader A'), (1, 1, 'f', 'lan');",
            )
            .unwrap();
        let public = store.public_reader_ids().unwrap();
        assert_eq!(public[&ReaderId::from("reader A")].as_str(), "reader A");
        assert_eq!(public[&ReaderId::from("lan")].as_str(), "R1", "a person of the project by now");
    }

    #[test]
    fn a_tag_is_given_once_and_its_version_comes_back() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store(place.path());
        let (first, event) = version("v1");
        store.add_export_version(&first, &event).unwrap();
        let error = store.add_export_version(&first, &event).unwrap_err();
        assert!(error.to_string().contains("there is a version \"v1\" already"), "{error}");
        let (second, event) = version("v2");
        store.add_export_version(&second, &event).unwrap();
        assert_eq!(store.export_versions().unwrap(), [second, first]);
        assert_eq!(store.events().unwrap().len(), 2, "a refused version leaves no word");
    }

    #[test]
    fn ids_of_published_tables() {
        for id in ["R1", "R17", "rad3", "R3.2"] {
            assert!(is_public_form(id), "{id}");
        }
        for id in ["", "R", "Rx", "Rose", "R1a", "R1.", "rad", "1", "r1"] {
            assert!(!is_public_form(id), "{id}");
        }
    }
}
