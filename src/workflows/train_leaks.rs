//! Films that a model learned from and that a later run would choose by or test on: found before the run is made.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;

use crate::domain::id::ImageId;
use crate::domain::model::{ModelContent, hash_from_hex};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::training::dataset::{FrozenDataset, FrozenFilm, Split};
use crate::domain::training::spec::{StartChoice, StartFrom};
use crate::formats::model_file;
use crate::store::{Store, StoredModel};

use super::evaluation_runs::Maker;
use super::{datasets, model_files, models, train, train_outcome};

/// How many films a sentence names before it only counts.
const NAMED: usize = 5;

/// Films by their content hashes: learned from (train), or what a checkpoint was chosen by (dev).
type Seen = BTreeMap<[u8; 32], Split>;

/// What all models of the project saw, those that are deleted aside.
pub(super) fn seen_by_models(store: &Store) -> anyhow::Result<Seen> {
    let models = store.models()?;
    let weights = models.iter().filter(|model| !model.is_deleted).filter_map(hash_of).collect();
    seen_by(store, weights, None)
}

/// What these weights saw, run by run back to their first weights. `card` is the data set that a file's own card names.
fn seen_by(store: &Store, mut weights: Vec<[u8; 32]>, card: Option<&str>) -> anyhow::Result<Seen> {
    let (models, runs, sets) = (store.models()?, store.trainings()?, store.datasets()?);
    let mut hashes: BTreeSet<[u8; 32]> = card.and_then(hash_from_hex).into_iter().collect();
    let mut seen = Seen::new();
    let mut done = BTreeSet::new();
    while let Some(hash) = weights.pop() {
        if !done.insert(hash) {
            continue;
        }
        for model in models.iter().filter(|model| hash_of(model) == Some(hash)) {
            hashes.extend(models::model(model).card.data_sha256.as_deref().and_then(hash_from_hex));
            for run in runs.iter().filter(|run| run.made_model == Some(model.id)) {
                // Without its folder only the model's card tells what it learned from.
                let Ok(spec) = train::spec(store, run.id) else { continue };
                match train_outcome::frozen(store, run.id) {
                    Ok(dataset) => note(&mut seen, &dataset),
                    Err(error) => tracing::warn!(%error, run = run.id.0, "a run's data set can't be read"),
                }
                if let StartFrom::Weights { sha256, .. } = spec.start {
                    weights.push(sha256);
                }
            }
        }
    }
    for set in sets.iter().filter(|set| hashes.contains(&set.content.sha256)) {
        match datasets::open(store, set.id) {
            Ok((_, dataset)) => note(&mut seen, &dataset),
            Err(error) => tracing::warn!(%error, dataset = set.id.0, "a model's data set can't be read"),
        }
    }
    Ok(seen)
}

fn hash_of(model: &StoredModel) -> Option<[u8; 32]> {
    match model.content {
        ModelContent::Weights { sha256, .. } => Some(sha256),
        ModelContent::Ensemble { .. } => None,
    }
}

fn note(seen: &mut Seen, dataset: &FrozenDataset) {
    for film in dataset.films.iter().filter(|film| film.split != Split::Test) {
        let split = seen.entry(film.sha256).or_insert(film.split);
        // What was learned from once is known for good.
        *split = (*split).min(film.split);
    }
}

/// Refuses a run whose first weights learned from films that its data set chooses by or tests on, or were chosen by films
/// that it tests on, and writes the attempt into the audit.
///
/// # Errors
/// One sentence that names the films.
pub(super) fn refuse_leaks(
    store: &mut Store,
    dataset: &FrozenDataset,
    start: &StartChoice,
    maker: Maker<'_>,
) -> anyhow::Result<()> {
    let (weights, card, called) = match start {
        StartChoice::Nothing => return Ok(()),
        StartChoice::Model(id) => {
            // One that is gone is told of when it is to be copied; so is a file that can't be read.
            let Some(model) = store.model(*id)? else { return Ok(()) };
            (hash_of(&model), None, model.full_name())
        }
        StartChoice::File(path) => {
            let card = model_files::look(path).ok().and_then(|found| found.card).map(|(_, card)| card);
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            (model_file::sha256(path).ok(), card.and_then(|card| card.data_sha256), name)
        }
    };
    let seen = seen_by(store, weights.into_iter().collect(), card.as_deref())?;
    let leaks = |film: &&FrozenFilm| match film.split {
        Split::Train => false,
        Split::Dev => seen.get(&film.sha256) == Some(&Split::Train),
        Split::Test => seen.contains_key(&film.sha256),
    };
    let found: Vec<ImageId> = dataset.films.iter().filter(leaks).map(|film| film.image.clone()).collect();
    if found.is_empty() {
        return Ok(());
    }
    let films = if found.len() == 1 { "1 film".to_owned() } else { format!("{} films", found.len()) };
    let name = &dataset.plan.name;
    let named: Vec<&str> = found.iter().take(NAMED).map(ImageId::as_str).collect();
    let named = format!("{}{}", named.join(", "), if found.len() > NAMED { " and others" } else { "" });
    store.add_event(&ProjectEvent {
        at_ms: maker.at_ms,
        by: maker.by.to_owned(),
        kind: EventKind::TrainingRefused,
        what: format!(
            "A training from {called} on data set \"{name}\" was refused: it knows {films} to choose by or test on."
        ),
        films: found,
    })?;
    bail!(
        "The training was not started: {called} learned from or was chosen by {films} that data set \"{name}\" has to choose \
         by or to test on ({named}), so its figures would be too good. Freeze the data set again: films that models \
         learned from stay in training as long as its share has room. Or start from other weights."
    )
}
