//! Has models look at films: which films, by which models, and one film after another until all are settled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::domain::id::ImageId;
use crate::domain::model::{ModelContent, ModelId, hex_from_hash};
use crate::domain::study::{FilmEntry, FilmSource};
use crate::formats::model_file;
use crate::jobs::protocol::{FilmRef, ModelRef};
use crate::jobs::run_folder::{RunModel, RunSpec};
use crate::jobs::{Answer, BatchNews, CancelToken, EngineFailure, EngineHandle, FilmWanted, Progress};
use crate::store::{Store, StoreError, StoredModel};

use super::models;

/// How often the wish to stop is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// What is to be done: films that models have not looked at.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PredictPlan {
    pub films: Vec<FilmWanted>,
    /// Films that all of the models have looked at before.
    pub num_done: usize,
}

/// What became of a batch of films.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PredictReport {
    /// Films that all models have looked at now.
    pub num_predicted: usize,
    pub failures: BTreeMap<ImageId, EngineFailure>,
    pub is_stopped: bool,
    /// The engine did not start or did not stay, or one cause stopped every film; the rest was not looked at.
    pub gave_up: Option<EngineFailure>,
}

/// What is told while films are looked at.
#[derive(Debug)]
pub enum FilmNews<'a> {
    /// All answers about a film, in no order; fewer than asked where it failed.
    Settled { image: &'a ImageId, answers: Vec<Answer>, failure: Option<&'a EngineFailure> },
    /// A line of the engine's stderr.
    Words(&'a str),
}

/// A film's file as the engine is told of it.
pub fn film_ref(film: &FilmEntry) -> FilmRef {
    let (path, entry) = match &film.source {
        FilmSource::File(path) => (path.clone(), None),
        FilmSource::Zip { archive, entry } => (archive.clone(), Some(entry.clone())),
    };
    FilmRef { image_id: film.facts.image.as_str().to_owned(), path, entry }
}

/// A model's file as the engine is told of it; none for an ensemble.
pub fn model_ref(store: &Store, model: &StoredModel) -> Option<ModelRef> {
    let ModelContent::Weights { sha256, .. } = &model.content else { return None };
    Some(ModelRef { model: model.id.0, path: store.model_path(model)?, sha256: hex_from_hash(sha256) })
}

/// Files of weights that can be asked: those of models that are still there, each once.
pub fn refs_of(store: &Store, models: &[StoredModel]) -> Vec<ModelRef> {
    let mut seen = BTreeSet::new();
    let is_new = |model: &&StoredModel| !model.is_deleted && seen.insert(model.id);
    models.iter().filter(is_new).filter_map(|model| model_ref(store, model)).collect()
}

/// The film with those of the models that have not looked at it; none where all have.
///
/// # Errors
/// When the project can't be read.
pub fn missing(store: &Store, film: &FilmEntry, models: &[ModelRef]) -> Result<Option<FilmWanted>, StoreError> {
    let ids: Vec<ModelId> = models.iter().map(|model| ModelId(model.model)).collect();
    let without = store.models_without(&film.facts.image, &ids)?;
    let models: Vec<ModelRef> =
        models.iter().filter(|model| without.contains(&ModelId(model.model))).cloned().collect();
    let image = film.facts.image.clone();
    Ok((!models.is_empty()).then(|| FilmWanted { image, film: film_ref(film), models }))
}

/// What these models have not looked at among these films, in their order.
///
/// # Errors
/// When the project can't be read.
pub fn plan(store: &Store, films: &[FilmEntry], models: &[ModelRef]) -> Result<PredictPlan, StoreError> {
    let mut plan = PredictPlan::default();
    for film in films {
        match missing(store, film, models)? {
            Some(wanted) => plan.films.push(wanted),
            None => plan.num_done += 1,
        }
    }
    Ok(plan)
}

/// The models that are named `name`, `name@version` or by their id; those in use where none is named.
///
/// # Errors
/// A sentence that names the models that there are, where one is unknown or deleted.
pub fn models_named(store: &Store, names: &[String]) -> anyhow::Result<Vec<StoredModel>> {
    if names.is_empty() {
        let pipeline = store.pipeline()?;
        let mut found = Vec::new();
        for id in [pipeline.classifier, pipeline.detector].into_iter().flatten() {
            found.extend(store.model(id)?);
        }
        if found.is_empty() {
            bail!(
                "no model is in use in this project. Name one with --model, or bring one in with \"rachis model import\"."
            );
        }
        return Ok(found);
    }
    names.iter().map(|name| model_named(store, name)).collect()
}

fn model_named(store: &Store, name: &str) -> anyhow::Result<StoredModel> {
    let model = models::named(store, name)?;
    if model.is_deleted {
        bail!("{} is deleted; its weights are gone. Import it again. Nothing was written.", model.full_name());
    }
    Ok(model)
}

/// A file of weights that is not in the project: under a number that no model of a project has.
///
/// # Errors
/// When it can't be read.
pub fn file_ref(path: &Path, number: usize) -> anyhow::Result<ModelRef> {
    let cannot = || format!("{} can't be read", path.display());
    let sha256 = hex_from_hash(&model_file::sha256(path).with_context(cannot)?);
    let path = std::path::absolute(path).with_context(cannot)?;
    Ok(ModelRef { model: -(number as i64), path, sha256 })
}

/// What a run's folder says of the run.
pub fn run_spec(models: &[StoredModel], num_films: usize) -> RunSpec {
    let model = |model: &StoredModel| match &model.content {
        ModelContent::Weights { sha256, .. } => {
            Some(RunModel { model: model.id.0, name: model.full_name(), sha256: hex_from_hash(sha256) })
        }
        ModelContent::Ensemble { .. } => None,
    };
    RunSpec {
        kind: "predict".to_owned(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        models: models.iter().filter_map(model).collect(),
        num_films,
        device: None,
        precision: None,
    }
}

/// Has the engine look at the films until all are settled or the wish to stop is heard. What was said until then counts.
///
/// # Errors
/// Those of `tell`, after which nothing more is asked.
pub fn look_at(
    engine: &EngineHandle,
    films: Vec<FilmWanted>,
    tell: &mut dyn FnMut(FilmNews<'_>) -> anyhow::Result<()>,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<PredictReport> {
    let mut report = PredictReport::default();
    let total = films.len();
    if total == 0 {
        return Ok(report);
    }
    let _stop_at_the_end = StopAtTheEnd(engine);
    let (sender, news) = channel();
    let mut num_settled = 0;
    // Answers about films that are not settled.
    let mut answers: BTreeMap<ImageId, Vec<Answer>> = BTreeMap::new();
    watch(Progress::new("Starting the engine", 0, 0));
    engine.start_batch(films, sender);
    while num_settled < total {
        if cancel.is_cancelled() {
            report.is_stopped = true;
            break;
        }
        match news.recv_timeout(LOOK) {
            Ok(BatchNews::Answered(answer)) => {
                answers.entry(answer.prediction.image.clone()).or_default().push(answer);
            }
            Ok(BatchNews::Settled { image, failure }) => {
                num_settled += 1;
                report.num_predicted += usize::from(failure.is_none());
                let answers = answers.remove(&image).unwrap_or_default();
                tell(FilmNews::Settled { image: &image, answers, failure: failure.as_ref() })?;
                report.failures.extend(failure.map(|failure| (image, failure)));
                watch(Progress::new("Predicting films", num_settled as u64, total as u64));
            }
            Ok(BatchNews::Words(line)) => tell(FilmNews::Words(&line))?,
            Ok(BatchNews::GaveUp(failure)) => {
                // Told once, not for each film that met it.
                report.failures.retain(|_, known| *known != failure);
                report.gave_up = Some(failure);
                break;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                report.is_stopped = true;
                break;
            }
        }
    }
    Ok(report)
}

/// However a batch ends, nobody waits for the rest of it.
struct StopAtTheEnd<'a>(&'a EngineHandle);

impl Drop for StopAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.stop_batch();
    }
}
