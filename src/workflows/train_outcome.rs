//! What comes of runs: their models taken into the project and into use, three classifiers made one, and what each model saw.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, bail};

use crate::domain::metrics::roc::Roc;
use crate::domain::model::{EnsembleMean, ModelContent, ModelId, ModelTask};
use crate::domain::model_draft::{EnsembleDraft, ModelDraft};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::training::dataset::{FrozenDataset, Split};
use crate::domain::training::run::RunState;
use crate::domain::training::spec::{StartFrom, TrainingId};
use crate::formats::{frozen_dataset, model_file};
use crate::store::{Store, StoredModel, StoredTraining};

use super::models::{self, Doer};
use super::train::{folder, spec};

/// What one run taught a model.
#[derive(Clone, PartialEq, Debug)]
pub struct Lesson {
    pub run: TrainingId,
    pub run_name: String,
    pub dataset_name: String,
    pub dataset_sha256: [u8; 32],
    /// Films to learn from, to choose by.
    pub num_films: [u64; 2],
    pub num_steps: u64,
}

/// What a model saw, the last lesson first.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelHistory {
    pub lessons: Vec<Lesson>,
    /// Weights at the very beginning that no run of this project made.
    pub began_with: Option<String>,
}

/// Takes the model of a completed run into the project; gives it back where that was done before.
///
/// # Errors
/// When the run is not completed, or its file is not as it was written.
pub fn take_in(store: &mut Store, id: TrainingId, doer: Doer<'_>) -> anyhow::Result<StoredModel> {
    let stored = run(store, id)?;
    if let Some(model) = stored.made_model.map(|model| store.model(model)).transpose()?.flatten()
        && !model.is_deleted
    {
        return Ok(model);
    }
    let folder = folder(store, id);
    let state = folder.status().map(|status| status.state);
    if state != Some(RunState::Completed) {
        bail!(
            "The run {} is {}, so it has no model yet. Nothing was changed.",
            stored.content.name,
            state.map_or("gone", RunState::as_str)
        );
    }
    let file = folder.model();
    let cannot = || format!("The model of the run {} can't be read. Nothing was changed", stored.content.name);
    let sha256 = model_file::sha256(&file).with_context(cannot)?;
    // It is there where a crash, or another window, came between the two steps here, or a person imported the file.
    let model = match of_weights(store, sha256)? {
        Some(model) => model,
        None => match models::import(store, &file, &ModelDraft::default(), doer) {
            Ok(model) => model,
            Err(error) => of_weights(store, sha256)?.ok_or(error)?,
        },
    };
    store.set_made_model(id, model.id)?;
    Ok(model)
}

fn of_weights(store: &Store, sha256: [u8; 32]) -> anyhow::Result<Option<StoredModel>> {
    let is_it = |model: &StoredModel| {
        !model.is_deleted && matches!(model.content, ModelContent::Weights { sha256: own, .. } if own == sha256)
    };
    Ok(store.models()?.into_iter().find(is_it))
}

/// Takes the model of a completed run into the project and into use.
///
/// # Errors
/// As [`take_in`]; and where a classifier has no threshold: that of the model before it means nothing for this one.
pub fn promote(store: &mut Store, id: TrainingId, doer: Doer<'_>) -> anyhow::Result<StoredModel> {
    let model = take_in(store, id, doer)?;
    put_in_use(store, &model, doer)?;
    Ok(model)
}

fn put_in_use(store: &mut Store, model: &StoredModel, doer: Doer<'_>) -> anyhow::Result<()> {
    let pipeline = store.pipeline()?;
    if [pipeline.classifier, pipeline.detector].contains(&Some(model.id)) {
        return Ok(());
    }
    if model.task == ModelTask::Classify && models::model(model).card.threshold.is_none() {
        bail!(
            "{} is in the project and was not put in use: no threshold c* between 0 and 1 came of its dev films, as of a \
             model that can't tell them apart. Train it for longer, or put it in use among the models and set c* there.",
            model.full_name()
        );
    }
    models::promote(store, model.id, doer)?;
    Ok(store.add_event(&ProjectEvent {
        at_ms: doer.at_ms,
        by: doer.by.to_owned(),
        kind: EventKind::ModelPromoted,
        what: format!("{} was put in use.", model.full_name()),
        films: Vec::new(),
    })?)
}

/// Makes one model of the classifiers of a group, all completed, and puts it in use. Its threshold is c* of its own answers
/// about the dev films, which is none of its members' thresholds.
///
/// # Errors
/// When a run is not completed, nothing is called so, the runs are of several data sets, or no threshold comes of their
/// answers.
pub fn promote_group(store: &mut Store, group: &str, doer: Doer<'_>) -> anyhow::Result<StoredModel> {
    let mut runs = store.trainings()?;
    runs.retain(|run| run.content.group.as_deref() == Some(group));
    runs.sort_by_key(|run| run.id);
    if runs.is_empty() {
        bail!("No runs are called {group:?} together. Nothing was changed.");
    }
    let mut hashes = Vec::new();
    for run in &runs {
        hashes.push(spec(store, run.id)?.dataset_sha256);
    }
    if hashes.iter().any(|hash| *hash != hashes[0]) {
        bail!(
            "The runs called {group:?} learned from different data sets, so no threshold fits all of them. Nothing was \
             changed. Make an ensemble of their models among the models, and set c* there."
        );
    }
    let mut members = Vec::new();
    for run in &runs {
        members.push(take_in(store, run.id, doer)?.id);
    }
    let Some(threshold) = group_threshold(store, &runs)? else {
        bail!(
            "No threshold c* between 0 and 1 comes of what the runs called {group:?} say of the dev films, so they were not \
             put in use. Their models are in the project: make an ensemble of them there and set c*, or train for longer."
        );
    };
    let mean = EnsembleMean::Probability;
    let known = store
        .models()?
        .into_iter()
        .find(|model| !model.is_deleted && model.content == ModelContent::Ensemble { members: members.clone(), mean });
    let ensemble = match known {
        Some(model) => model,
        None => {
            let draft = EnsembleDraft { name: group.to_owned(), members, mean, threshold: Some(threshold) };
            models::make_ensemble(store, &draft, doer)?
        }
    };
    put_in_use(store, &ensemble, doer)?;
    Ok(ensemble)
}

/// c* of the mean of the members' answers on the dev films that all of them answered.
fn group_threshold(store: &Store, runs: &[StoredTraining]) -> anyhow::Result<Option<f64>> {
    let mut sums: BTreeMap<String, (f64, usize)> = BTreeMap::new();
    for run in runs {
        for row in folder(store, run.id).read_dev_answers() {
            if let Some(probability) = row.probability {
                let sum = sums.entry(row.image_id).or_default();
                *sum = (sum.0 + probability, sum.1 + 1);
            }
        }
    }
    let Some(first) = runs.first() else { return Ok(None) };
    let dataset = frozen(store, first.id)?;
    let (mut truth, mut scores) = (Vec::new(), Vec::new());
    for film in dataset.films.iter().filter(|film| film.split == Split::Dev) {
        if let Some((sum, num)) = sums.get(film.image.as_str())
            && *num == runs.len()
        {
            truth.push(film.is_abnormal);
            scores.push(sum / *num as f64);
        }
    }
    let roc = Roc::of(&truth, &scores);
    Ok(roc.map(|roc| roc.youden().threshold).filter(|threshold| (0.0..=1.0).contains(threshold)))
}

/// What a model saw, run by run back to its first weights.
///
/// # Errors
/// When the project can't be read.
pub fn history(store: &Store, model: ModelId) -> anyhow::Result<ModelHistory> {
    let mut lessons = Vec::new();
    let runs = store.trainings()?;
    let mut next = Some(model);
    while let Some(run) = next.and_then(|model| runs.iter().find(|run| run.made_model == Some(model))) {
        // Without its folder a run can tell nothing more.
        let (Ok(spec), Ok(dataset)) = (spec(store, run.id), frozen(store, run.id)) else { break };
        let of = |split| dataset.films.iter().filter(|film| film.split == split).count() as u64;
        lessons.push(Lesson {
            run: run.id,
            run_name: run.content.name.clone(),
            dataset_name: dataset.plan.name.clone(),
            dataset_sha256: spec.dataset_sha256,
            num_films: [of(Split::Train), of(Split::Dev)],
            num_steps: spec.recipe.whole(crate::domain::training::parameters::Key::Iterations),
        });
        let StartFrom::Weights { description, sha256 } = spec.start else {
            return Ok(ModelHistory { lessons, began_with: None });
        };
        let is_start = |model: &&StoredModel| matches!(&model.content, ModelContent::Weights { sha256: own, .. } if *own == sha256);
        next = store.models()?.iter().find(is_start).map(|model| model.id);
        let is_ours = next.is_some_and(|model| runs.iter().any(|run| run.made_model == Some(model)));
        if !is_ours || lessons.len() > runs.len() {
            return Ok(ModelHistory { lessons, began_with: Some(description) });
        }
    }
    Ok(ModelHistory { lessons, began_with: None })
}

fn run(store: &Store, id: TrainingId) -> anyhow::Result<StoredTraining> {
    store.training(id)?.with_context(|| format!("The project has no run number {}.", id.0))
}

/// The data set as it lies in the run's folder.
pub(super) fn frozen(store: &Store, id: TrainingId) -> anyhow::Result<FrozenDataset> {
    let path = folder(store, id).dataset();
    let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok(frozen_dataset::parse(&text)?)
}
