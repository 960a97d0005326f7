//! Freezes a data set from a project's readings: its truth, its films, its locks, its warnings.

use std::collections::{BTreeMap, HashMap};

use anyhow::bail;

use crate::domain::evaluation::problems::Problems;
use crate::domain::evaluation::run::{FilmChoice, TruthSource};
use crate::domain::geometry::Rect;
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::study::FilmEntry;
use crate::domain::training::dataset::{DatasetId, FreezePlan, FrozenDataset, Split};
use crate::domain::training::freeze::{Candidate, FilmTruth, Surroundings, freeze};
use crate::formats::film_truths::TrueFilm;
use crate::formats::frozen_dataset;
use crate::store::{NewDataset, NewLocks, Store};
use crate::workflows::datasets;
use crate::workflows::evaluated_project::truth_of_films;
use crate::workflows::evaluation_runs::{Maker, truth_words};
use crate::workflows::train_leaks;

/// What would be frozen now. Nothing is kept, so that a form can show classes and warnings first.
///
/// # Errors
/// One sentence where nothing can be frozen.
pub fn preview(store: &Store, plan: &FreezePlan, maker: Maker<'_>) -> anyhow::Result<FrozenDataset> {
    if matches!(plan.truth, TruthSource::File(_)) {
        bail!("A data set is frozen from readings of the project. Import the table first, and freeze what it says.");
    }
    let mut problems = Problems::default();
    let (classes, truths, _) = truth_of_films(store, &plan.truth, &plan.films, &mut problems)?;
    let films: HashMap<String, FilmEntry> =
        store.films()?.into_iter().map(|film| (film.facts.image.to_string(), film)).collect();
    let mut candidates: Vec<Option<Candidate>> =
        truths.films.iter().map(|said| films.get(&said.image).map(|film| candidate(film, said))).collect();
    for one in &truths.boxes {
        let [xmin, ymin, xmax, ymax] = one.rect;
        let rect = Rect::from_columns(xmin, ymin, xmax, ymax);
        if let (Some(Some(film)), Some(rect)) = (candidates.get_mut(one.film as usize), rect) {
            film.boxes.push((classes.names()[usize::from(one.class)].clone(), rect));
        }
    }
    let num_chosen = match &plan.films {
        FilmChoice::WithTruth => films.len(),
        FilmChoice::These(chosen) => chosen.iter().filter(|image| films.contains_key(image.as_str())).count(),
    };
    let candidates: Vec<Candidate> = candidates.into_iter().flatten().collect();
    let locked = store.locked_films()?;
    let has_locked = || films.values().filter(|film| locked.contains(&film.sha256)).map(|film| &film.facts);
    let around = Surroundings {
        labels: classes.names().to_vec(),
        locked_studies: has_locked().map(|facts| facts.study.clone()).collect(),
        locked_patients: has_locked()
            .map(|facts| facts.patient.clone())
            .filter(|patient| !patient.as_str().is_empty())
            .collect(),
        kept: train_leaks::seen_by_models(store)?,
        locked: locked.clone(),
        learned_from: learned_from(store)?,
        num_unread: num_chosen.saturating_sub(candidates.len()),
        made_at_ms: maker.at_ms,
        made_by: maker.by.to_owned(),
    };
    Ok(freeze(plan.clone(), candidates, &around)?)
}

/// Freezes and keeps a data set, locks its test films where the plan says so, and writes both into the audit.
///
/// # Errors
/// One sentence where nothing can be frozen, or it can't be written: then nothing is kept and nothing is locked.
pub fn freeze_dataset(
    store: &mut Store,
    plan: &FreezePlan,
    maker: Maker<'_>,
) -> anyhow::Result<(DatasetId, FrozenDataset)> {
    let dataset = preview(store, plan, maker)?;
    let text = frozen_dataset::to_json(&dataset);
    let new = NewDataset {
        name: dataset.plan.name.clone(),
        made_at_ms: maker.at_ms,
        made_by: maker.by.to_owned(),
        sha256: frozen_dataset::sha256(&text),
        truth: truth_words(&plan.truth),
        num_films: Split::ALL.map(|split| dataset.num_of(split) as u64),
    };
    let [train, dev, test] = new.num_films;
    let frozen = ProjectEvent {
        at_ms: maker.at_ms,
        by: maker.by.to_owned(),
        kind: EventKind::DatasetFrozen,
        what: format!(
            "Data set \"{}\" was frozen: {train} films to train on, {dev} to choose by, {test} to test on.",
            new.name
        ),
        films: Vec::new(),
    };
    let mut events = vec![frozen];
    let locks = if plan.locks_test {
        events.push(datasets::lock_event(&dataset, maker));
        datasets::test_locks(&dataset, maker)
    } else {
        NewLocks::default()
    };
    let id = store.add_dataset(&new, &text, &locks, &events)?;
    Ok((id, dataset))
}

fn candidate(film: &FilmEntry, said: &TrueFilm) -> Candidate {
    let facts = &film.facts;
    Candidate {
        image: facts.image.clone(),
        sha256: film.sha256,
        study: facts.study.clone(),
        patient: facts.patient.clone(),
        width: facts.width,
        height: facts.height,
        is_synthetic: facts.is_synthetic,
        truth: match (said.has_finding, said.has_no_finding) {
            (true, true) => FilmTruth::Contradiction,
            (true, false) => FilmTruth::Abnormal,
            (false, true) => FilmTruth::Normal,
            (false, false) => FilmTruth::Undecided,
        },
        boxes: Vec::new(),
        readers: said.readers.clone(),
    }
}

/// Which films earlier data sets have for training or dev. One that can't be read any more says nothing.
fn learned_from(store: &Store) -> anyhow::Result<BTreeMap<[u8; 32], String>> {
    let mut learned = BTreeMap::new();
    for stored in store.datasets()? {
        match datasets::open(store, stored.id) {
            Ok((_, dataset)) => {
                for film in dataset.films.iter().filter(|film| film.split != Split::Test) {
                    learned.insert(film.sha256, stored.content.name.clone());
                }
            }
            Err(error) => tracing::warn!(%error, dataset = stored.id.0, "an earlier data set can't be read"),
        }
    }
    Ok(learned)
}
