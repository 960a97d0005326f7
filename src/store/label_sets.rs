//! The project's own label set: every version of it, and what a new version does to what was read before.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::domain::annotation::Annotation;
use crate::domain::edit::Edit;
use crate::domain::id::{ImageId, ReaderId, SeriesId, StudyId};
use crate::domain::label::LabelName;
use crate::domain::label_change::LabelUse;
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::people::{Act, Matter};
use crate::domain::presence::{LabelAnswers, SharedScope};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::reading::Reading;
use crate::domain::task::TaskState;

use super::custom_rules::{read_custom_rules, rename_in_rules};
use super::error::StoreError;
use super::project::Store;
use super::project_events::insert_event;
use super::readings::{load_reading, write_entry};
use super::shared_labels::load_shared;

/// One version of the project's labels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredLabelSet {
    /// From 1.
    pub version: i64,
    pub made_at_ms: i64,
    /// In the form of the label-set files.
    pub labels: String,
    pub note: String,
}

/// A version to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewLabelSet<'a> {
    /// The version that it was made from; 0 for the set that ships. Refused where there is a newer one by now.
    pub based_on: i64,
    /// In the form of the label-set files.
    pub labels: &'a str,
    pub note: &'a str,
    /// Old and new names, all at once.
    pub renames: &'a [(LabelName, LabelName)],
    /// Labels that the new version does not have.
    pub removed: &'a [LabelName],
    /// Labels that get another kind or scope.
    pub moved: &'a [LabelName],
    pub made_at_ms: i64,
}

/// What a new version did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LabelsChanged {
    pub version: i64,
    /// Readings in which something was renamed.
    pub num_readings: usize,
}

impl Store {
    /// The newest version; `None` where the project reads with the set that ships under its name.
    pub fn own_label_set(&self) -> Result<Option<StoredLabelSet>, StoreError> {
        self.require(Matter::Labels, Act::See)?;
        let sql = "SELECT version, made_at, labels, note FROM label_set ORDER BY version DESC LIMIT 1";
        Ok(self.conn.prepare_cached(sql)?.query_row([], stored).optional()?)
    }

    /// Every version, the newest first.
    pub fn label_set_versions(&self) -> Result<Vec<StoredLabelSet>, StoreError> {
        self.require(Matter::Labels, Act::See)?;
        let sql = "SELECT version, made_at, labels, note FROM label_set ORDER BY version DESC";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([], stored)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How often every label is used, those that no set names among them.
    pub fn label_uses(&self) -> Result<BTreeMap<LabelName, LabelUse>, StoreError> {
        self.require_sight()?;
        label_uses(&self.conn, None)
    }

    /// Writes a new version and brings what exists over to it, in one transaction: every mark and answer of a renamed
    /// label, in completed readings too, by an ordinary log entry for each reading. Refused, with nothing changed, where
    /// a label that goes, or gets another kind or scope, is in use, where a new name is, or where somebody else has
    /// changed the labels meanwhile. The project's own rules follow the new names.
    pub fn set_label_set(&mut self, new: &NewLabelSet<'_>) -> Result<LabelsChanged, StoreError> {
        self.require(Matter::Labels, Act::Change)?;
        let (session, by) = (self.session(), self.doer(""));
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let newest: i64 = tx.query_row("SELECT coalesce(max(version), 0) FROM label_set", [], |row| row.get(0))?;
        if newest != new.based_on {
            let text = "the labels were changed meanwhile. Open the page again to see them as they are now.";
            return Err(StoreError::RuleRefused(text.to_owned()));
        }
        for label in new.removed.iter().chain(new.moved) {
            refuse_in_use(&tx, label)?;
        }
        let renames: HashMap<&LabelName, &LabelName> = new.renames.iter().map(|(from, to)| (from, to)).collect();
        if renames.iter().any(|(from, to)| from.is_no_finding() || to.is_no_finding()) {
            return Err(StoreError::RuleRefused("\"No finding\" keeps its name.".to_owned()));
        }
        for to in renames.values().filter(|to| !renames.contains_key(*to)) {
            refuse_taken(&tx, to)?;
        }
        let num_readings = rename_all(&tx, session, &renames, new)?;
        rename_in_rules(&tx, &renames)?;
        let rules = read_custom_rules(&tx)?;
        let version = newest + 1;
        tx.execute(
            "INSERT INTO label_set (version, made_at, labels, note) VALUES (?1, ?2, ?3, ?4)",
            params![version, new.made_at_ms, new.labels, new.note],
        )?;
        let what = words_of(new, version, num_readings);
        let event =
            ProjectEvent { at_ms: new.made_at_ms, by, kind: EventKind::ProjectChanged, what, films: Vec::new() };
        insert_event(&tx, &event)?;
        tx.commit()?;
        self.project_mut().custom_rules = rules;
        Ok(LabelsChanged { version, num_readings })
    }
}

/// What became of the labels, for the record.
fn words_of(new: &NewLabelSet<'_>, version: i64, num_readings: usize) -> String {
    let mut parts: Vec<String> = new.renames.iter().map(|(from, to)| format!("{from} is called {to} now")).collect();
    parts.extend(new.removed.iter().map(|label| format!("{label} is gone")));
    parts.extend(new.moved.iter().map(|label| format!("{label} has another kind or scope")));
    if num_readings > 0 {
        parts.push(format!("readings brought over: {num_readings}"));
    }
    if !new.note.trim().is_empty() {
        parts.push(new.note.trim().to_owned());
    }
    let details = if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) };
    format!("The labels of the project got version {version}{details}.")
}

fn stored(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredLabelSet> {
    Ok(StoredLabelSet { version: row.get(0)?, made_at_ms: row.get(1)?, labels: row.get(2)?, note: row.get(3)? })
}

fn label_uses(conn: &Connection, only: Option<&LabelName>) -> Result<BTreeMap<LabelName, LabelUse>, StoreError> {
    let mut uses: BTreeMap<LabelName, LabelUse> = BTreeMap::new();
    let mut add = |sql: &str, count: fn(&mut LabelUse, u64)| -> Result<(), StoreError> {
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([only.map(LabelName::as_str)])?;
        while let Some(row) = rows.next()? {
            count(uses.entry(LabelName::new(row.get::<_, String>(0)?)).or_default(), row.get::<_, i64>(1)? as u64);
        }
        Ok(())
    };
    add(
        "SELECT lesion_type, count(*) FROM annotation WHERE ?1 IS NULL OR lesion_type = ?1 GROUP BY 1",
        |label, num| label.num_marks = num,
    )?;
    for sql in [
        "SELECT label, count(*) FROM image_label WHERE ?1 IS NULL OR label = ?1 GROUP BY 1",
        "SELECT label, count(*) FROM shared_label WHERE ?1 IS NULL OR label = ?1 GROUP BY 1",
    ] {
        add(sql, |label, num| label.num_answers += num)?;
    }
    add(
        "SELECT label, count(*) FROM (
             SELECT lesion_type AS label, image_id, rad_id FROM annotation WHERE ?1 IS NULL OR lesion_type = ?1
             UNION SELECT label, image_id, rad_id FROM image_label WHERE ?1 IS NULL OR label = ?1
             UNION SELECT label, scope || ' ' || scope_id, rad_id FROM shared_label WHERE ?1 IS NULL OR label = ?1
         ) GROUP BY 1",
        |label, num| label.num_readings = num,
    )?;
    Ok(uses)
}

fn refuse_in_use(conn: &Connection, label: &LabelName) -> Result<(), StoreError> {
    if let Some(found) = label_uses(conn, Some(label))?.get(label) {
        return Err(StoreError::RuleRefused(format!("{label} is in use: {}. Relabel them first.", counted(found))));
    }
    let rules = read_custom_rules(conn)?;
    if let Some(rule) = rules.iter().find(|rule| rule.condition.labels().contains(&label)) {
        let text =
            format!("{label} is in use: the rule \"{}\" names it. Change or remove that rule first.", rule.title);
        return Err(StoreError::RuleRefused(text));
    }
    Ok(())
}

/// Two labels under one name: of two answers on one film only one would be left.
fn refuse_taken(conn: &Connection, name: &LabelName) -> Result<(), StoreError> {
    let uses = label_uses(conn, Some(name))?;
    let Some(found) = uses.get(name) else { return Ok(()) };
    let text = format!(
        "{name} is in use already: {}. Choose another name, or relabel them first; nothing was renamed.",
        counted(found)
    );
    Err(StoreError::RuleRefused(text))
}

fn counted(found: &LabelUse) -> String {
    format!("{} marks and {} answers in {} readings", found.num_marks, found.num_answers, found.num_readings)
}

/// One log entry for each reading that has a renamed label. Gives how many there were.
fn rename_all(
    tx: &Transaction<'_>,
    session: u32,
    renames: &HashMap<&LabelName, &LabelName>,
    new: &NewLabelSet<'_>,
) -> Result<usize, StoreError> {
    let mut readings: BTreeSet<(String, String)> = BTreeSet::new();
    let mut scopes: BTreeMap<(String, String), Vec<SharedScope>> = BTreeMap::new();
    for (from, _) in new.renames {
        for sql in [
            "SELECT DISTINCT image_id, rad_id FROM annotation WHERE lesion_type = ?1",
            "SELECT DISTINCT image_id, rad_id FROM image_label WHERE label = ?1",
        ] {
            let mut statement = tx.prepare_cached(sql)?;
            let found = statement.query_map([from.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            readings.extend(found.collect::<Result<Vec<_>, _>>()?);
        }
        // What is said of a series or study goes into the log of one of its films, one that the reader has read if any.
        for (kind, column) in [("series", "series_id"), ("study", "study_id")] {
            let sql = format!(
                "SELECT s.scope_id, s.rad_id, (SELECT f.image_id FROM film f
                    LEFT JOIN reading r ON r.image_id = f.image_id AND r.rad_id = s.rad_id
                    WHERE f.{column} = s.scope_id ORDER BY r.rad_id IS NULL, f.image_id LIMIT 1)
                 FROM shared_label s WHERE s.scope = '{kind}' AND s.label = ?1"
            );
            let mut statement = tx.prepare_cached(&sql)?;
            let mut rows = statement.query([from.as_str()])?;
            while let Some(row) = rows.next()? {
                let (id, reader): (String, String) = (row.get(0)?, row.get(1)?);
                let Some(image) = row.get::<_, Option<String>>(2)? else {
                    let text = format!("{from} is said of a {kind} that has no film any more, so it keeps its name.");
                    return Err(StoreError::RuleRefused(text));
                };
                let found = scopes.entry((image.clone(), reader.clone())).or_default();
                let scope = match kind {
                    "series" => SharedScope::Series(SeriesId::new(id)),
                    _ => SharedScope::Study(StudyId::new(id)),
                };
                if !found.contains(&scope) {
                    found.push(scope);
                }
                readings.insert((image, reader));
            }
        }
    }
    let name = title(new.renames);
    for (image, reader) in &readings {
        let (image_id, reader_id) = (ImageId::new(image.as_str()), ReaderId::new(reader.as_str()));
        let reading = load_reading(tx, &image_id, &reader_id)?;
        let shared = scopes.get(&(image.clone(), reader.clone())).map_or(&[][..], Vec::as_slice);
        let mut edits = edits_of(&reading, renames);
        for scope in shared {
            let before = load_shared(tx, scope, &reader_id)?;
            let after = renamed(&before, renames);
            edits.push(Edit::SetSharedLabels { scope: scope.clone(), before, after });
        }
        // A completed reading takes no other change: it is opened and closed around this one, in the same step.
        if reading.state() == TaskState::Completed {
            edits.insert(0, Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing });
            edits.push(Edit::SetTaskState { before: TaskState::Doing, after: TaskState::Completed });
        }
        let entry = NewLogEntry {
            image: image_id,
            reader: reader_id,
            step: Step::Do,
            edit: Edit::Batch { name: name.clone(), edits },
            made_at_ms: new.made_at_ms,
        };
        write_entry(tx, session, &entry)?;
    }
    for (from, to) in temporary(new.renames) {
        tx.execute("UPDATE reference_case SET label = ?2 WHERE label = ?1", [from, to])?;
    }
    Ok(readings.len())
}

/// The renames one after the other, through names that nobody has, so that two labels may swap theirs.
fn temporary(renames: &[(LabelName, LabelName)]) -> Vec<(String, String)> {
    let between = |index: usize| format!("\u{1}{index}");
    let first = renames.iter().enumerate().map(|(i, (from, _))| (from.to_string(), between(i)));
    let second = renames.iter().enumerate().map(|(i, (_, to))| (between(i), to.to_string()));
    first.chain(second).collect()
}

fn title(renames: &[(LabelName, LabelName)]) -> String {
    match renames {
        [(from, to)] => format!("Rename the label {from} to {to}"),
        _ => "Rename labels".to_owned(),
    }
}

/// What a reading needs to follow: marks and what is said of the film.
fn edits_of(reading: &Reading, renames: &HashMap<&LabelName, &LabelName>) -> Vec<Edit> {
    let relabel = |before: &Annotation| {
        let to = renames.get(before.label())?;
        let after = before.with_label((*to).clone())?;
        Some(Edit::Replace { before: before.clone(), after })
    };
    let mut edits: Vec<Edit> = reading.annotations().iter().filter_map(relabel).collect();
    let before = reading.image_labels();
    let after = renamed(before, renames);
    if *before != after {
        edits.push(Edit::SetImageLabels { before: before.clone(), after });
    }
    edits
}

fn renamed(answers: &LabelAnswers, renames: &HashMap<&LabelName, &LabelName>) -> LabelAnswers {
    answers.iter().map(|(label, p)| (renames.get(label).map_or(label, |to| *to).clone(), p)).collect()
}
