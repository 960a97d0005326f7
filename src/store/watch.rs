//! Notices what other connections write to the project: another window, a job, a script.

use rusqlite::{Connection, TransactionBehavior};

use crate::domain::id::{ImageId, ReaderId};

use super::datasets::training_state;
use super::error::StoreError;
use super::evaluations::evaluations_state;
use super::models::models_state;
use super::project::Store;
use super::settings::read_project;

/// What others wrote since the last look.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WrittenElsewhere {
    /// Readings with edits of others.
    pub readings: Vec<(ImageId, ReaderId)>,
    /// Films whose review went on; nothing of films that the person may not see.
    pub reviews: Vec<ImageId>,
    /// Something was decided, asked or answered in a review, this person's business or not.
    pub has_review_steps: bool,
    /// Films came or went, or rows were imported.
    pub has_new_films: bool,
    /// Name, rules, labels, references or readers are not what they were.
    pub is_project_changed: bool,
    /// Models came or went, or others are in use.
    pub are_models_changed: bool,
    /// Models in use have looked at more films.
    pub has_predictions: bool,
    /// Evaluations or verdicts came or went.
    pub are_evaluations_changed: bool,
    /// Data sets, locked films, runs of training, the reading queue or the audit are not what they were.
    pub is_training_changed: bool,
}

impl WrittenElsewhere {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// More readings than anybody looks at: what counts is that the list is read again.
const MOST_READINGS: i64 = 1000;

/// What was there at the last look.
#[derive(Debug)]
pub(super) struct Watch {
    data_version: i64,
    last_seq: i64,
    last_review_step: i64,
    num_films: i64,
    settings: String,
    models: String,
    num_predictions: i64,
    evaluations: [i64; 3],
    training: String,
}

impl Watch {
    pub fn new(store: &Store) -> Result<Self, StoreError> {
        let conn = &store.conn;
        Ok(Self {
            data_version: data_version(conn)?,
            last_seq: last_seq(conn)?,
            last_review_step: last_review_step(conn)?,
            num_films: num_films(conn)?,
            settings: settings(conn)?,
            models: models_state(conn)?,
            num_predictions: num_predictions(conn)?,
            evaluations: evaluations_state(conn)?,
            training: training_state(conn)?,
        })
    }

    /// What others wrote; nothing of what this opening wrote itself. Where nobody did, it costs a look at one number.
    pub fn look(&mut self, store: &mut Store) -> Result<Option<WrittenElsewhere>, StoreError> {
        let now = data_version(&store.conn)?;
        if now == self.data_version {
            return Ok(None);
        }
        let own = store.session();
        // One state for all: what is committed while this looks, the next look sees as a whole.
        let tx = store.conn.transaction_with_behavior(TransactionBehavior::Deferred)?;
        let mut statement = tx.prepare_cached(
            "SELECT DISTINCT image_id, rad_id FROM edit_log
             WHERE seq > ?1 AND session <> ?2 AND image_id IS NOT NULL LIMIT ?3",
        )?;
        let rows = statement.query_map([self.last_seq, i64::from(own), MOST_READINGS], |row| {
            Ok((ImageId::new(row.get::<_, String>(0)?), ReaderId::new(row.get::<_, String>(1)?)))
        })?;
        let readings: Vec<_> = rows.collect::<Result<_, _>>()?;
        drop(statement);
        let reviews: Vec<ImageId> = tx
            .prepare_cached(
                "SELECT DISTINCT image_id FROM adjudication_step WHERE seq > ?1 AND session <> ?2 LIMIT ?3",
            )?
            .query_map([self.last_review_step, i64::from(own), MOST_READINGS], |row| {
                Ok(ImageId::new(row.get::<_, String>(0)?))
            })?
            .collect::<Result<_, _>>()?;
        let has_import: bool = tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM edit_log WHERE seq > ?1 AND import_id IS NOT NULL)")?
            .query_row([self.last_seq], |row| row.get(0))?;
        let is_full = readings.len() as i64 == MOST_READINGS;
        let next = Self {
            data_version: now,
            last_seq: last_seq(&tx)?,
            last_review_step: last_review_step(&tx)?,
            num_films: num_films(&tx)?,
            settings: settings(&tx)?,
            models: models_state(&tx)?,
            num_predictions: num_predictions(&tx)?,
            evaluations: evaluations_state(&tx)?,
            training: training_state(&tx)?,
        };
        let written = WrittenElsewhere {
            readings,
            has_review_steps: !reviews.is_empty(),
            reviews,
            has_new_films: has_import || is_full || next.num_films != self.num_films,
            is_project_changed: next.settings != self.settings,
            are_models_changed: next.models != self.models,
            has_predictions: next.num_predictions != self.num_predictions,
            are_evaluations_changed: next.evaluations != self.evaluations,
            is_training_changed: next.training != self.training,
        };
        let project = if written.is_project_changed { Some(read_project(&tx)?) } else { None };
        tx.commit()?;
        let mut written = written;
        if store.require_sight().is_err() {
            let mut own = Vec::new();
            for (image, reader) in std::mem::take(&mut written.readings) {
                if store.is_own(&reader)? || store.may_see_others_of(&image).unwrap_or(false) {
                    own.push((image, reader));
                }
            }
            written.readings = own;
            written.reviews.retain(|image| store.may_see_others_of(image).unwrap_or(false));
        }
        *self = next;
        if let Some(project) = project {
            *store.project_mut() = project;
        }
        Ok((!written.is_empty()).then_some(written))
    }
}

/// Changes with every commit of another connection, never with one's own (<https://www.sqlite.org/pragma.html>).
fn data_version(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

fn last_seq(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM edit_log")?.query_row([], |row| row.get(0))?)
}

fn last_review_step(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM adjudication_step")?.query_row([], |row| row.get(0))?)
}

fn num_films(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached("SELECT count(*) FROM film")?.query_row([], |row| row.get(0))?)
}

/// Predictions of the models in use, an ensemble's members among them. They are never changed: their number tells of new
/// ones, and the index alone has it.
fn num_predictions(conn: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM prediction WHERE model_id IN (
        SELECT classifier_id FROM pipeline UNION SELECT detector_id FROM pipeline
        UNION SELECT member.value FROM pipeline JOIN model ON model.id = classifier_id, json_each(model.members) AS member)";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Everything that a project's readers have in common beside films and marks, as one text.
fn settings(conn: &Connection) -> Result<String, StoreError> {
    let sql = "SELECT concat_ws('|',
        (SELECT group_concat(name || label_set || instructions || model_visibility || workflow || about) FROM project),
        (SELECT group_concat(key || position || severity || coalesce(parameter, '')) FROM rule),
        (SELECT group_concat(id || position || title || severity || condition) FROM custom_rule),
        (SELECT max(version) FROM label_set),
        (SELECT group_concat(id || label || caption) FROM reference_case),
        (SELECT group_concat(key || value) FROM setting WHERE key IN ('blind', 'open')),
        (SELECT group_concat(rad_id || name || roles || certificate || has_left || (pin IS NULL)
            || coalesce(years_of_experience, '')) FROM reader))";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::Edit;
    use crate::domain::fusion::FusionRule;
    use crate::domain::log::{NewLogEntry, Step};
    use crate::domain::model::{Architecture, ModelContent, ModelStep, ModelTask};
    use crate::domain::prediction::Prediction;
    use crate::domain::project::{Reader, Workflow};
    use crate::domain::reading_time::ReadingTime;
    use crate::domain::rules::default_rules;
    use crate::domain::suggestion::ModelVisibility;
    use crate::store::{NewModel, NewProject, PipelineSettings, PredictionOrigin};

    fn said(store: &mut Store, film: &str, before: &str, after: &str) {
        let edit = Edit::SetComment { before: before.to_owned(), after: after.to_owned() };
        let entry = NewLogEntry { image: film.into(), reader: "R1".into(), step: Step::Do, edit, made_at_ms: 1 };
        store.commit(&entry).expect("fits");
    }

    #[test]
    fn nothing_that_is_written_during_a_look_is_missed() {
        const NUM: usize = 400;
        let folder = tempfile::tempdir().expect("scratch");
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut own = Store::create(folder.path(), &project).expect("a project");
        let mut other = Store::open(folder.path()).expect("opens");
        let mut watch = Watch::new(&own).expect("readable");
        let writer = std::thread::spawn(move || {
            (0..NUM).for_each(|n| said(&mut other, &format!("film{n}"), "", "a"));
        });
        let mut seen = std::collections::BTreeSet::new();
        let mut is_over = false;
        while !is_over {
            is_over = writer.is_finished();
            if let Some(written) = watch.look(&mut own).expect("readable") {
                seen.extend(written.readings.into_iter().map(|(image, _)| image));
            }
        }
        assert_eq!(seen.len(), NUM);
    }

    #[test]
    fn only_what_others_wrote_and_readers_see_is_told() {
        let folder = tempfile::tempdir().expect("scratch");
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut own = Store::create(folder.path(), &project).expect("a project");
        let mut other = Store::open(folder.path()).expect("opens");
        let mut watch = Watch::new(&own).expect("readable");
        let mut told = |own: &mut Store| watch.look(own).expect("readable");
        assert_eq!(told(&mut own), None);
        said(&mut own, "mine", "", "a");
        assert_eq!(told(&mut own), None);
        said(&mut other, "theirs", "", "a");
        said(&mut other, "theirs", "a", "b");
        said(&mut own, "mine", "a", "b");
        let readings = vec![("theirs".into(), "R1".into())];
        assert_eq!(told(&mut own), Some(WrittenElsewhere { readings, ..WrittenElsewhere::default() }));
        assert_eq!(told(&mut own), None);
        // The view and the time of somebody else are nothing to be told of.
        other.set_setting("view", "{}").expect("written");
        let time = ReadingTime { reader: "R1".into(), image: "theirs".into(), tool: "box".into(), active_ms: 5 };
        other.add_reading_time(&[time]).expect("written");
        assert_eq!(told(&mut own), None);
        let told_project = WrittenElsewhere { is_project_changed: true, ..WrittenElsewhere::default() };
        // What readers are told or see, and that somebody came or is something else now, stands in the audit too.
        let told_people = WrittenElsewhere { is_training_changed: true, ..told_project };
        other.set_instructions("Look at the pedicles.").expect("written");
        assert_eq!(told(&mut own), Some(told_people.clone()));
        assert_eq!(own.project().instructions, "Look at the pedicles.");
        let mut reader = Reader::new("R9", "Nine");
        other.add_reader(&reader).expect("written");
        assert_eq!(told(&mut own), Some(told_people.clone()));
        reader.has_left = true;
        other.add_reader(&Reader::new("R8", "Eight")).expect("written");
        other.change_reader(&reader).expect("written");
        assert_eq!(told(&mut own), Some(told_people.clone()));
        other.set_workflow(Workflow::Single).expect("written");
        assert_eq!(told(&mut own), Some(told_people.clone()));
        assert_eq!(own.project().workflow, Workflow::Single, "who is blind goes by it");
        other.set_model_visibility(ModelVisibility::Always).expect("written");
        assert_eq!(told(&mut own), Some(told_people));
        assert_eq!(own.project().model_visibility, ModelVisibility::Always);
    }

    type Change<'a> = &'a dyn Fn(&mut Store) -> Result<(), StoreError>;

    #[test]
    fn every_change_of_models_in_another_window_is_told() {
        let folder = tempfile::tempdir().expect("scratch");
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut own = Store::create(folder.path(), &project).expect("a project");
        let mut other = Store::open(folder.path()).expect("opens");
        let mut watch = Watch::new(&own).expect("readable");
        let told_models = Some(WrittenElsewhere { are_models_changed: true, ..WrittenElsewhere::default() });
        let new = NewModel {
            name: "a",
            task: ModelTask::Detect,
            content: ModelContent::Weights { architecture: Architecture::RetinaNetSmall, sha256: [1; 32] },
            file: Some("a.safetensors"),
            card: "{}",
            step: ModelStep::Imported,
            at_ms: 1,
            by: "",
        };
        let id = other.add_model(&new).expect("added").id;
        assert_eq!(watch.look(&mut own).expect("readable"), told_models);
        let settings = PipelineSettings { threshold: 0.5, rule: FusionRule::Gate, min_score: 0.1 };
        let changes: [Change<'_>; 4] = [
            &|store| store.promote_model(id, None, 2, ""),
            &|store| store.set_model_card(id, "{\"name\": \"a\"}", 3, ""),
            &|store| store.roll_back_model(ModelTask::Detect, |_| None, 4, "").map(|_| ()),
            &|store| store.delete_model(id, 5, "").map(|_| ()),
        ];
        for change in changes {
            change(&mut other).expect("done");
            assert_eq!(watch.look(&mut own).expect("readable"), told_models);
            assert_eq!(watch.look(&mut own).expect("readable"), None);
        }
        // What answers are put together by stands in the audit too.
        other.set_pipeline_settings(&settings).expect("done");
        let told_settings = told_models.map(|told| WrittenElsewhere { is_training_changed: true, ..told });
        assert_eq!(watch.look(&mut own).expect("readable"), told_settings);
        assert_eq!(own.models().expect("readable"), other.models().expect("readable"));
    }

    #[test]
    fn predictions_of_the_models_in_use_are_told() {
        let folder = tempfile::tempdir().expect("scratch");
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut own = Store::create(folder.path(), &project).expect("a project");
        let mut other = Store::open(folder.path()).expect("opens");
        let member = |hash: u8| {
            (
                ModelContent::Weights { architecture: Architecture::DenseNetSmall, sha256: [hash; 32] },
                Some("a.safetensors"),
            )
        };
        let mut add = |(content, file), name| {
            let new = NewModel {
                name,
                task: ModelTask::Classify,
                content,
                file,
                card: "{}",
                step: ModelStep::Imported,
                at_ms: 1,
                by: "",
            };
            other.add_model(&new).expect("added").id
        };
        let (first, second, unused) = (add(member(1), "a"), add(member(2), "b"), add(member(3), "c"));
        let mean = crate::domain::model::EnsembleMean::Probability;
        let ensemble = add((ModelContent::Ensemble { members: vec![first, second], mean }, None), "d");
        other.promote_model(ensemble, None, 2, "").expect("in use");
        let mut watch = Watch::new(&own).expect("readable");
        let said = |store: &mut Store, model| {
            let blank =
                Prediction { image: "film".into(), model, probability: Some(0.5), detections: Vec::new(), heat: None };
            assert!(store.add_prediction(&blank, &PredictionOrigin::default()).expect("written"));
        };
        let told = Some(WrittenElsewhere { has_predictions: true, ..WrittenElsewhere::default() });
        for (model, expected) in [(second, told), (unused, None)] {
            said(&mut other, model);
            assert_eq!(watch.look(&mut own).expect("readable"), expected);
            assert_eq!(watch.look(&mut own).expect("readable"), None);
        }
    }
}
