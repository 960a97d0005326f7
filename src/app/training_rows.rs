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
    let spec = train::spec(store, stored.id).ok();
    let started_from = match spec.as_ref().map(|spec| &spec.start) {
        Some(StartFrom::Weights { description, .. }) => description.clone(),
        _ => String::new(),
    };
    let (recipe, device) = spec.map_or((None, None), |spec| (Some(spec.recipe), spec.device));
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
        recipe,
        device,
        warnings,
    })
}

/// Whether the queue was to go on when the last window was closed: a run that waits was put behind one that is at work, or
/// that has ended by itself since. One that a person stopped stops the queue, and runs that wait alone were left to wait.
pub(super) fn waits_behind_another(rows: &[RunRow]) -> bool {
    let waiting = rows.iter().filter(|row| row.is_waiting());
    let Some(first_made_at_ms) = waiting.map(|row| row.made_at_ms).min() else { return false };
    rows.iter().any(|row| {
        let ended = row.status.as_ref().filter(|status| matches!(status.state, RunState::Completed | RunState::Failed));
        row.is_live() || ended.is_some_and(|status| status.updated_at_ms > first_made_at_ms)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::training::run::RunStatus;

    fn run(id: i64, made_at_ms: i64, state: RunState, updated_at_ms: i64) -> RunRow {
        let status = RunStatus {
            state,
            stage: String::new(),
            step: 0,
            num_steps: 10,
            eta_secs: None,
            films_ready: [0; 2],
            best: None,
            message: None,
            advice: None,
            device: String::new(),
            updated_at_ms,
        };
        RunRow {
            id: TrainingId(id),
            name: String::new(),
            architecture: Architecture::DenseNetSmall,
            preset: Preset::Paper,
            dataset: DatasetId(1),
            dataset_name: String::new(),
            started_from: String::new(),
            group: None,
            made_at_ms,
            made_by: String::new(),
            note: String::new(),
            made_model: None,
            is_ours: false,
            status: Some(status),
            recipe: None,
            device: None,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_queue_goes_on_after_the_window_was_closed_over_it() {
        let waiting = run(2, 100, RunState::Waiting, 0);
        let check = |state, ended_at_ms, expected| {
            let rows = [run(1, 50, state, ended_at_ms), waiting.clone()];
            assert_eq!(waits_behind_another(&rows), expected, "{state:?} {ended_at_ms}");
        };
        check(RunState::Training, 90, true);
        check(RunState::Completed, 200, true);
        check(RunState::Failed, 200, true);
        check(RunState::Completed, 90, false);
        check(RunState::Stopped, 200, false);
        assert!(!waits_behind_another(&[waiting.clone()]), "nobody asked for it to start");
        assert!(!waits_behind_another(&[run(1, 50, RunState::Training, 60)]));
    }
}
