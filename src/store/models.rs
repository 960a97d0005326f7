//! The project's models: every version, which are in use, and what was done with them by whom.

use std::path::PathBuf;

use rusqlite::{Connection, TransactionBehavior, params};

use crate::domain::fusion::{FusionRule, Pipeline};
use crate::domain::model::{ModelContent, ModelEvent, ModelId, ModelStep, ModelTask, hex_from_hash};
use crate::domain::people::{Act, Matter};
use crate::domain::suggestion::ModelVisibility;

use super::error::{StoreError, unreadable};
use super::model_rows::{
    COLUMNS, ensemble_text, must_have, one, read_events, read_models, read_pipeline, refused, write_event,
    write_pipeline,
};
use super::project::Store;

/// The folder of the project that weights lie in.
const FOLDER: &str = "models";

/// A model as it is stored. Its card is JSON, as `formats/model_card.rs` writes it.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredModel {
    pub id: ModelId,
    pub name: String,
    /// Counted from 1 among models of this name.
    pub version: u32,
    pub task: ModelTask,
    pub content: ModelContent,
    /// The file's name in the project's folder of models; none for an ensemble.
    pub file: Option<String>,
    pub card: String,
    pub added_at_ms: i64,
    pub added_by: String,
    pub is_deleted: bool,
}

impl StoredModel {
    /// `name@version`, as the command line takes it.
    pub fn full_name(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// A model that is to come into the project.
#[derive(Clone, PartialEq, Debug)]
pub struct NewModel<'a> {
    pub name: &'a str,
    pub task: ModelTask,
    pub content: ModelContent,
    /// The file's name in the project's folder of models, where it lies already; none for an ensemble.
    pub file: Option<&'a str>,
    /// JSON, as `formats/model_card.rs` writes it.
    pub card: &'a str,
    /// [`ModelStep::Imported`] or [`ModelStep::Made`].
    pub step: ModelStep,
    pub at_ms: i64,
    /// Reader id; empty where nobody is signed in.
    pub by: &'a str,
}

/// How the answers of the models in use are put together, the models themselves aside.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PipelineSettings {
    /// c*, 0 to 1.
    pub threshold: f64,
    pub rule: FusionRule,
    /// 0 to 1.
    pub min_score: f64,
}

impl Store {
    /// Every model that the project ever had, in the order of their ids.
    pub fn models(&self) -> Result<Vec<StoredModel>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let mut models = read_models(&self.conn)?;
        if !self.sees_names()? {
            for model in &mut models {
                model.added_by.clear();
            }
        }
        Ok(models)
    }

    pub fn model(&self, id: ModelId) -> Result<Option<StoredModel>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        Ok(self.models()?.into_iter().find(|model| model.id == id))
    }

    /// The model of this name: the newest version that is not deleted, or with `@2` behind the name that version.
    pub fn model_named(&self, text: &str) -> Result<Option<StoredModel>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let newest = format!("SELECT {COLUMNS} FROM model WHERE name = ?1 AND NOT is_deleted ORDER BY version DESC");
        if let Some(found) = one(&self.conn, &newest, [text])? {
            return self.model(found.id);
        }
        let Some((name, version)) = text.rsplit_once('@') else { return Ok(None) };
        let Ok(version) = version.parse::<u32>() else { return Ok(None) };
        let exact = format!("SELECT {COLUMNS} FROM model WHERE name = ?1 AND version = ?2");
        let found = one(&self.conn, &exact, params![name, version])?;
        found.map_or(Ok(None), |found| self.model(found.id))
    }

    /// The files of weights behind a model: its own, or those of an ensemble's members.
    pub fn weights_of(&self, model: &StoredModel) -> Result<Vec<StoredModel>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let ModelContent::Ensemble { members, .. } = &model.content else { return Ok(vec![model.clone()]) };
        let find = |id: &ModelId| {
            self.model(*id)?.ok_or_else(|| unreadable("a model's members", format!("no model {}", id.0)))
        };
        members.iter().map(find).collect()
    }

    /// Every file of weights that the project's answers need: the classifier's, or its members', and the detector's.
    pub fn models_in_use(&self) -> Result<Vec<StoredModel>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let pipeline = self.pipeline()?;
        let mut needed = Vec::new();
        for id in [pipeline.classifier, pipeline.detector].into_iter().flatten() {
            if let Some(model) = self.model(id)? {
                needed.extend(self.weights_of(&model)?);
            }
        }
        Ok(needed)
    }

    /// Where a model's weights lie; none for an ensemble.
    pub fn model_path(&self, model: &StoredModel) -> Option<PathBuf> {
        Some(self.models_folder().join(model.file.as_ref()?))
    }

    pub fn models_folder(&self) -> PathBuf {
        self.folder().join(FOLDER)
    }

    /// The models in use; a project that never had one has the paper's settings and none.
    pub fn pipeline(&self) -> Result<Pipeline, StoreError> {
        self.require(Matter::Models, Act::See)?;
        read_pipeline(&self.conn)
    }

    /// What was done with models, the newest first.
    pub fn model_history(&self) -> Result<Vec<ModelEvent>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        let mut events = read_events(&self.conn)?;
        events.reverse();
        if !self.sees_names()? {
            for event in &mut events {
                event.by.clear();
            }
        }
        Ok(events)
    }

    /// Adds a model as the next version of its name. An ensemble's members must be classifiers with weights of their own
    /// that are still there.
    pub fn add_model(&mut self, new: &NewModel<'_>) -> Result<StoredModel, StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let by = self.doer(new.by);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (architecture, sha256, members) = match &new.content {
            ModelContent::Weights { architecture, sha256 } => {
                let sha256 = hex_from_hash(sha256);
                let sql = format!("SELECT {COLUMNS} FROM model WHERE sha256 = ?1 AND NOT is_deleted");
                if let Some(same) = one(&tx, &sql, [&sha256])? {
                    return Err(refused(format!("this file is in the project already, as {}.", same.full_name())));
                }
                (architecture.as_str().to_owned(), Some(sha256), None)
            }
            ModelContent::Ensemble { members, mean } => {
                check_members(&tx, members)?;
                let ids: Vec<String> = members.iter().map(|id| id.0.to_string()).collect();
                (ensemble_text(*mean).to_owned(), None, Some(format!("[{}]", ids.join(","))))
            }
        };
        let sql = "SELECT coalesce(max(version), 0) + 1 FROM model WHERE name = ?1";
        let version: u32 = tx.prepare_cached(sql)?.query_row([new.name], |row| row.get(0))?;
        tx.execute(
            "INSERT INTO model (name, version, task, architecture, file, sha256, members, card, added_at, added_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                new.name,
                version,
                new.task.as_str(),
                architecture,
                new.file,
                sha256,
                members,
                new.card,
                new.at_ms,
                by
            ],
        )?;
        let id = ModelId(tx.last_insert_rowid());
        write_event(&tx, id, new.step, new.at_ms, &by)?;
        let added = must_have(&tx, id)?;
        tx.commit()?;
        Ok(added)
    }

    /// Puts a model in use for its task. `threshold` becomes c*; without one c* stays.
    pub fn promote_model(
        &mut self,
        id: ModelId,
        threshold: Option<f64>,
        at_ms: i64,
        by: &str,
    ) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let by = &self.doer(by);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let model = must_have(&tx, id)?;
        if model.is_deleted {
            return Err(refused(format!("{} is deleted; its weights are gone. Import it again.", model.full_name())));
        }
        let mut pipeline = read_pipeline(&tx)?;
        let slot = slot_of(&mut pipeline, model.task);
        if *slot == Some(id) {
            return Err(refused(format!("{} is in use already.", model.full_name())));
        }
        *slot = Some(id);
        pipeline.threshold = threshold.unwrap_or(pipeline.threshold);
        write_pipeline(&tx, &pipeline)?;
        write_event(&tx, id, ModelStep::Promoted, at_ms, by)?;
        Ok(tx.commit()?)
    }

    /// Takes the model of this task out of use: the one in use before it that is not deleted comes back, or none.
    /// `threshold_of` tells the operating point of the one that comes back; where it has none, c* stays.
    pub fn roll_back_model(
        &mut self,
        task: ModelTask,
        threshold_of: impl FnOnce(&StoredModel) -> Option<f64>,
        at_ms: i64,
        by: &str,
    ) -> Result<Option<StoredModel>, StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let by = &self.doer(by);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut pipeline = read_pipeline(&tx)?;
        let Some(current) = *slot_of(&mut pipeline, task) else {
            return Err(refused("no model is in use for this, so there is nothing to roll back.".to_owned()));
        };
        let before = in_use_before(&tx, current, task)?;
        *slot_of(&mut pipeline, task) = before.as_ref().map(|model| model.id);
        pipeline.threshold = before.as_ref().and_then(threshold_of).unwrap_or(pipeline.threshold);
        write_pipeline(&tx, &pipeline)?;
        write_event(&tx, current, ModelStep::RolledBack, at_ms, by)?;
        tx.commit()?;
        Ok(before)
    }

    /// The model that would come back if the one in use for this task were rolled back.
    pub fn model_before(&self, task: ModelTask) -> Result<Option<StoredModel>, StoreError> {
        self.require(Matter::Models, Act::See)?;
        match *slot_of(&mut self.pipeline()?, task) {
            Some(current) => in_use_before(&self.conn, current, task),
            None => Ok(None),
        }
    }

    /// Deletes a model's weights from the register; its row stays, because marks and predictions name it. Answers with the
    /// path of the file that nothing needs any more.
    pub fn delete_model(&mut self, id: ModelId, at_ms: i64, by: &str) -> Result<Option<PathBuf>, StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let by = &self.doer(by);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let model = must_have(&tx, id)?;
        let name = model.full_name();
        if model.is_deleted {
            return Err(refused(format!("{name} is deleted already.")));
        }
        let mut pipeline = read_pipeline(&tx)?;
        if *slot_of(&mut pipeline, model.task) == Some(id) {
            return Err(refused(format!("{name} is in use. Roll it back or promote another model, then delete it.")));
        }
        let is_member = |other: &StoredModel| {
            !other.is_deleted
                && matches!(&other.content, ModelContent::Ensemble { members, .. } if members.contains(&id))
        };
        if let Some(ensemble) = read_models(&tx)?.into_iter().find(is_member) {
            let ensemble = ensemble.full_name();
            return Err(refused(format!("{name} is a member of the ensemble {ensemble}. Delete that first.")));
        }
        tx.execute("UPDATE model SET is_deleted = 1 WHERE id = ?1", [id.0])?;
        write_event(&tx, id, ModelStep::Deleted, at_ms, by)?;
        tx.commit()?;
        Ok(self.model_path(&model))
    }

    /// Replaces a model's card.
    pub fn set_model_card(&mut self, id: ModelId, card: &str, at_ms: i64, by: &str) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        let by = &self.doer(by);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        must_have(&tx, id)?;
        tx.execute("UPDATE model SET card = ?2 WHERE id = ?1", params![id.0, card])?;
        write_event(&tx, id, ModelStep::CardEdited, at_ms, by)?;
        Ok(tx.commit()?)
    }

    /// Changes how answers are put together; the models in use stay.
    pub fn set_pipeline_settings(&mut self, settings: &PipelineSettings) -> Result<(), StoreError> {
        self.require(Matter::Models, Act::Change)?;
        for (what, value) in [("the threshold c*", settings.threshold), ("the starting confidence", settings.min_score)]
        {
            if !(0.0..=1.0).contains(&value) {
                return Err(refused(format!("{what} is a number from 0 to 1, not {value}.")));
            }
        }
        let PipelineSettings { threshold, rule, min_score } = *settings;
        self.change_with_word(|conn, _| {
            let before = read_pipeline(conn)?;
            let pipeline = Pipeline { threshold, rule, min_score, ..before };
            write_pipeline(conn, &pipeline)?;
            let words = |one: &Pipeline| {
                format!("c* {}, {}, least confidence {}", one.threshold, one.rule.as_str(), one.min_score)
            };
            let (from, to) = (words(&before), words(&pipeline));
            Ok((from != to).then(|| format!("How answers of models are put together: {to}; before: {from}.")))
        })
    }

    /// Who sees what models say, and when.
    pub fn set_model_visibility(&mut self, visibility: ModelVisibility) -> Result<(), StoreError> {
        self.require(Matter::Project, Act::Change)?;
        let key = visibility.as_str();
        self.change_with_word(|conn, before| {
            conn.execute("UPDATE project SET model_visibility = ?1", [key])?;
            let from = before.model_visibility;
            Ok((from != visibility).then(|| format!("Readers see what models say: {key}; before: {}.", from.as_str())))
        })?;
        self.project_mut().model_visibility = visibility;
        Ok(())
    }
}

/// What tells two states of the models apart, as one text: every change of a model is an event.
pub(super) fn models_state(conn: &Connection) -> Result<String, StoreError> {
    let sql = "SELECT concat_ws('|', (SELECT max(seq) FROM model_event), (SELECT count(*) FROM model),
        (SELECT concat_ws(' ', classifier_id, 'and', detector_id, threshold, rule, min_score) FROM pipeline))";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

fn check_members(conn: &Connection, members: &[ModelId]) -> Result<(), StoreError> {
    if members.len() < 2 {
        return Err(refused("an ensemble has two members or more.".to_owned()));
    }
    for (n, id) in members.iter().enumerate() {
        let model = must_have(conn, *id)?;
        let name = model.full_name();
        if members[..n].contains(id) {
            return Err(refused(format!("{name} is named twice as a member of the ensemble.")));
        }
        if model.is_deleted {
            return Err(refused(format!("{name} is deleted, so it can't be a member of an ensemble.")));
        }
        if model.task != ModelTask::Classify || model.file.is_none() {
            let why = "members of an ensemble are classifiers with weights of their own";
            return Err(refused(format!("{name} is none: {why}.")));
        }
    }
    Ok(())
}

const fn slot_of(pipeline: &mut Pipeline, task: ModelTask) -> &mut Option<ModelId> {
    match task {
        ModelTask::Classify => &mut pipeline.classifier,
        ModelTask::Detect => &mut pipeline.detector,
    }
}

/// Promotions and roll-backs of a task are a stack; what lies under the model in use came before it.
fn in_use_before(conn: &Connection, current: ModelId, task: ModelTask) -> Result<Option<StoredModel>, StoreError> {
    let models = read_models(conn)?;
    let find = |id: ModelId| models.iter().find(|model| model.id == id).filter(|model| model.task == task);
    let mut stack: Vec<ModelId> = Vec::new();
    for event in read_events(conn)? {
        match event.step {
            ModelStep::Promoted if find(event.model).is_some() => stack.push(event.model),
            ModelStep::RolledBack if find(event.model).is_some() => {
                // Those that were deleted meanwhile were passed over then, too.
                while stack.pop().is_some_and(|id| id != event.model) {}
            }
            _ => {}
        }
    }
    while stack.pop().is_some_and(|id| id != current) {}
    let is_there = |model: &&StoredModel| !model.is_deleted && model.id != current;
    Ok(stack.into_iter().rev().filter_map(find).find(is_there).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{Architecture, EnsembleMean};
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    fn project(folder: &std::path::Path) -> Store {
        let new = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(folder, &new).expect("a project")
    }

    fn add(store: &mut Store, name: &str, task: ModelTask, byte: u8) -> ModelId {
        let architecture = match task {
            ModelTask::Classify => Architecture::DenseNetSmall,
            ModelTask::Detect => Architecture::RetinaNetSmall,
        };
        let content = ModelContent::Weights { architecture, sha256: [byte; 32] };
        let file = format!("{byte}.safetensors");
        let new = NewModel {
            name,
            task,
            content,
            file: Some(&file),
            card: "{}",
            step: ModelStep::Imported,
            at_ms: 5,
            by: "R1",
        };
        store.add_model(&new).expect("added").id
    }

    fn ensemble(store: &mut Store, members: &[ModelId]) -> Result<ModelId, StoreError> {
        let content = ModelContent::Ensemble { members: members.to_vec(), mean: EnsembleMean::Logit };
        let new = NewModel {
            name: "both",
            task: ModelTask::Classify,
            content,
            file: None,
            card: "{}",
            step: ModelStep::Made,
            at_ms: 6,
            by: "",
        };
        Ok(store.add_model(&new)?.id)
    }

    fn refusal(answer: Result<impl std::fmt::Debug, StoreError>) -> String {
        match answer {
            Err(StoreError::RuleRefused(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn versions_count_by_name_and_are_found_by_it() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        let a1 = add(&mut store, "a", ModelTask::Classify, 1);
        let a2 = add(&mut store, "a", ModelTask::Classify, 2);
        let b1 = add(&mut store, "b@2", ModelTask::Detect, 3);
        let found = |store: &Store, text: &str| store.model_named(text).expect("readable").map(|model| model.id);
        for (text, expected) in [
            ("a", Some(a2)),
            ("a@1", Some(a1)),
            ("a@2", Some(a2)),
            ("a@3", None),
            ("b@2", Some(b1)),
            ("b@2@1", Some(b1)),
            ("b", None),
            ("", None),
        ] {
            assert_eq!(found(&store, text), expected, "{text}");
        }
        store.delete_model(a2, 7, "").expect("deleted");
        assert_eq!(found(&store, "a"), Some(a1));
        assert_eq!(found(&store, "a@2"), Some(a2));
        assert_eq!(add(&mut store, "a", ModelTask::Classify, 4), ModelId(4));
        assert_eq!(store.model(ModelId(4)).expect("readable").expect("there").version, 3);
        let again = ModelContent::Weights { architecture: Architecture::DenseNetSmall, sha256: [1; 32] };
        let new = NewModel {
            name: "c",
            task: ModelTask::Classify,
            content: again,
            file: Some("1"),
            card: "{}",
            step: ModelStep::Imported,
            at_ms: 8,
            by: "",
        };
        assert!(refusal(store.add_model(&new)).contains("already, as a@1"));
    }

    #[test]
    fn promotions_are_a_chain_that_rolls_back_link_by_link() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        let [a, b, c] = [1, 2, 3].map(|n| add(&mut store, "m", ModelTask::Classify, n));
        let d = add(&mut store, "d", ModelTask::Detect, 4);
        let in_use = |store: &Store| store.pipeline().expect("readable");
        assert_eq!(in_use(&store), Pipeline::default());
        store.promote_model(a, Some(0.2), 10, "R1").expect("promoted");
        store.promote_model(d, None, 11, "R1").expect("promoted");
        store.promote_model(b, Some(0.4), 12, "R2").expect("promoted");
        store.promote_model(c, None, 13, "R2").expect("promoted");
        let expected = Pipeline { classifier: Some(c), detector: Some(d), threshold: 0.4, ..Pipeline::default() };
        assert_eq!(in_use(&store), expected);
        assert!(refusal(store.promote_model(c, None, 13, "R2")).contains("in use already"));
        // What was deleted meanwhile is passed over.
        store.delete_model(b, 14, "").expect("not in use");
        assert_eq!(store.model_before(ModelTask::Classify).expect("readable").map(|m| m.id), Some(a));
        let back = store.roll_back_model(ModelTask::Classify, |_| Some(0.25), 15, "R1").expect("rolled back");
        assert_eq!(back.map(|m| m.id), Some(a));
        assert_eq!(in_use(&store), Pipeline { classifier: Some(a), threshold: 0.25, ..expected });
        store.promote_model(c, Some(0.6), 16, "R1").expect("promoted again");
        assert_eq!(store.model_before(ModelTask::Classify).expect("readable").map(|m| m.id), Some(a));
        store.roll_back_model(ModelTask::Classify, |_| None, 17, "R1").expect("rolled back");
        let none = store.roll_back_model(ModelTask::Classify, |_| Some(0.9), 18, "R1").expect("rolled back");
        assert_eq!(none, None);
        let left = in_use(&store);
        assert_eq!((left.classifier, left.detector, left.threshold), (None, Some(d), 0.6));
        let why = refusal(store.roll_back_model(ModelTask::Classify, |_| None, 19, ""));
        assert!(why.contains("nothing to roll back"));
        let newest = &store.model_history().expect("readable")[0];
        assert_eq!((newest.model, newest.step, newest.at_ms), (a, ModelStep::RolledBack, 18));
        assert!(refusal(store.promote_model(b, None, 20, "")).contains("deleted"));
    }

    #[test]
    fn what_is_in_use_or_a_member_is_not_deleted() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        let [a, b] = [1, 2].map(|n| add(&mut store, "m", ModelTask::Classify, n));
        let d = add(&mut store, "d", ModelTask::Detect, 3);
        assert!(refusal(ensemble(&mut store, &[a])).contains("two members"));
        assert!(refusal(ensemble(&mut store, &[a, a])).contains("twice"));
        assert!(refusal(ensemble(&mut store, &[a, d])).contains("classifiers"));
        assert!(refusal(ensemble(&mut store, &[a, ModelId(9)])).contains("no model number 9"));
        let both = ensemble(&mut store, &[a, b]).expect("made");
        assert!(refusal(ensemble(&mut store, &[a, both])).contains("weights of their own"));
        assert!(refusal(store.delete_model(a, 1, "")).contains("member of the ensemble both@1"));
        store.promote_model(both, Some(0.5), 2, "").expect("promoted");
        store.promote_model(d, None, 2, "").expect("promoted");
        let needed: Vec<ModelId> = store.models_in_use().expect("readable").iter().map(|m| m.id).collect();
        assert_eq!(needed, [a, b, d]);
        assert!(refusal(store.delete_model(both, 3, "")).contains("in use"));
        store.roll_back_model(ModelTask::Classify, |_| None, 4, "").expect("rolled back");
        assert_eq!(store.delete_model(both, 5, "").expect("deleted"), None);
        let gone = store.delete_model(a, 6, "").expect("deleted").expect("a file");
        assert_eq!(gone, folder.path().join("models/1.safetensors"));
        assert!(refusal(store.delete_model(a, 7, "")).contains("already"));
        assert!(refusal(ensemble(&mut store, &[a, b])).contains("deleted"));
        let settings = PipelineSettings { threshold: 1.0, rule: FusionRule::Gate, min_score: 0.0 };
        store.set_pipeline_settings(&settings).expect("kept");
        assert_eq!(store.pipeline().expect("readable").rule, FusionRule::Gate);
        for threshold in [-0.1, 1.1, f64::NAN] {
            assert!(
                refusal(store.set_pipeline_settings(&PipelineSettings { threshold, ..settings })).contains("0 to 1")
            );
        }
    }
}
