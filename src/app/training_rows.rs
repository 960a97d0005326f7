//! Runs of training as the window lists them: rows from the project, how they stand from their folders.

use std::collections::HashMap;

use crate::domain::geometry::Rect;
use crate::domain::id::ImageId;
use crate::domain::label::LabelName;
use crate::domain::model::Architecture;
use crate::domain::prediction::Detection;
use crate::domain::training::dataset::DatasetId;
use crate::domain::training::recipe::Preset;
use crate::domain::training::run::RunState;
use crate::domain::training::spec::{StartFrom, TrainingId};
use crate::formats::frozen_dataset;
use crate::jobs::protocol::PredictionRow;
use crate::jobs::training_folder::TrainingFolder;
use crate::session::training::{RunRow, SampleFilm};
use crate::store::{Store, StoredDataset};
use crate::workflows::train::{self, TrainingSummary};

/// With fewer films to choose by, the best checkpoint is chance in part.
const FEW_DEV_FILMS: u64 = 50;

/// Runs at work first, then those that wait in their order, then the newest.
pub(super) fn rows(store: &Store) -> anyhow::Result<Vec<RunRow>> {
    let datasets: HashMap<DatasetId, StoredDataset> =
        store.datasets()?.into_iter().map(|stored| (stored.id, stored)).collect();
    let mut runs = train::list(store)?;
    runs.sort_by_key(|run| match run.state() {
        Some(state) if state.is_live() => (0, 0),
        Some(RunState::Waiting) => (1, run.stored.position),
        _ => (2, -run.stored.id.0),
    });
    Ok(runs.into_iter().filter_map(|run| row(store, run, &datasets)).collect())
}

fn row(store: &Store, run: TrainingSummary, datasets: &HashMap<DatasetId, StoredDataset>) -> Option<RunRow> {
    let TrainingSummary { stored, status } = run;
    let dataset = datasets.get(&stored.content.dataset);
    let started_from = match train::spec(store, stored.id).map(|spec| spec.start) {
        Ok(StartFrom::Weights { description, .. }) => description,
        _ => String::new(),
    };
    let mut warnings = Vec::new();
    if let Some(num) = dataset.map(|one| one.content.num_films[1]).filter(|num| *num < FEW_DEV_FILMS) {
        warnings.push(format!(
            "There are only {num} dev films: its figures jump about, and which checkpoint is best is partly chance."
        ));
    }
    Some(RunRow {
        id: stored.id,
        name: stored.content.name,
        architecture: Architecture::parse(&stored.content.architecture)?,
        preset: Preset::parse(&stored.content.preset)?,
        dataset: stored.content.dataset,
        dataset_name: dataset.map_or_else(String::new, |one| one.content.name.clone()),
        started_from,
        group: stored.content.group,
        made_at_ms: stored.content.made_at_ms,
        made_by: stored.content.made_by,
        note: stored.note,
        made_model: stored.made_model,
        is_ours: false,
        status,
        warnings,
    })
}

/// The group of a run, where all of its runs are completed: they answer together then.
pub(super) fn whole_group(store: &Store, id: TrainingId) -> anyhow::Result<Option<String>> {
    let runs = train::list(store)?;
    let group = runs.iter().find(|run| run.stored.id == id).and_then(|run| run.stored.content.group.clone());
    let is_whole = |group: &String| {
        let mut of_group = runs.iter().filter(|run| run.stored.content.group.as_ref() == Some(group));
        of_group.all(|run| run.state() == Some(RunState::Completed))
    };
    Ok(group.filter(is_whole))
}

/// `Ensemble 2`: a name that no group of runs has.
pub(super) fn free_group_name(store: &Store) -> anyhow::Result<String> {
    let runs = store.trainings()?;
    let is_free = |name: &String| runs.iter().all(|run| run.content.group.as_ref() != Some(name));
    let names = (1..=runs.len() + 1).map(|number| format!("Ensemble {number}"));
    Ok(names.into_iter().find(is_free).unwrap_or_else(|| "Ensemble".to_owned()))
}

/// What the weights of a step say of the sample films, beside what the data set holds for true.
pub(super) fn samples(folder: &TrainingFolder, step: u64) -> Vec<SampleFilm> {
    let text = std::fs::read_to_string(folder.dataset()).unwrap_or_default();
    let Ok(dataset) = frozen_dataset::parse(&text) else { return Vec::new() };
    let film_of = |row: PredictionRow| {
        let film = dataset.films.iter().find(|film| film.image.as_str() == row.image_id)?;
        Some(SampleFilm {
            image: ImageId::new(row.image_id),
            size: [film.width, film.height],
            probability: row.probability,
            detections: row.detections.iter().filter_map(detection).collect(),
            truth: film.boxes.iter().map(|one| (one.label.clone(), one.rect)).collect(),
            is_abnormal: film.is_abnormal,
            readers: film.readers.clone(),
        })
    };
    folder.read_samples(step).into_iter().filter_map(film_of).collect()
}

fn detection(row: &crate::jobs::protocol::DetectionRow) -> Option<Detection> {
    let rect = Rect::from_columns(row.xmin, row.ymin, row.xmax, row.ymax)?;
    Some(Detection { label: LabelName::new(row.lesion_type.as_str()), score: row.score, rect })
}
