//! Chooses the films worth reading next from what models said, what was learned from, and chance; and shows what it gained.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use rayon::prelude::*;

use crate::dicom::isolated::Decoder;
use crate::domain::id::ImageId;
use crate::domain::model::{CardMetric, ModelContent, ModelId, ModelTask, hash_from_hex};
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::study::FilmEntry;
use crate::domain::training::dataset::{DatasetId, Split};
use crate::domain::training::grey_print::GreyPrint;
use crate::domain::training::queueing::{Queued, Shares, Signals, choose, disagreement};
use crate::domain::triage::uncertainty;
use crate::jobs::{CancelToken, Progress};
use crate::store::Store;
use crate::workflows::evaluation_runs::Maker;
use crate::workflows::{datasets, models};

/// Films that are decoded before what came of them is kept, so that a stop costs little.
const FILMS_AT_ONCE: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct QueueRequest {
    pub num_films: usize,
    pub shares: Shares,
    pub seed: u64,
    /// Without it films need no decoding, and none is called new.
    pub with_novelty: bool,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct QueueReport {
    pub queue: Vec<Queued>,
    /// Films that nobody has completed.
    pub num_unread: usize,
    /// Of these, films that no model in use has looked at: they come for their novelty or by chance alone.
    pub num_without_answer: usize,
    /// Films that can't be decoded, and why: they come by what models said or by chance alone.
    pub undecoded: BTreeMap<ImageId, String>,
}

/// Makes the reading queue anew.
///
/// # Errors
/// One sentence where nothing can be chosen, or it was stopped: then the old queue stays.
pub fn choose_next(
    store: &mut Store,
    request: &QueueRequest,
    maker: Maker<'_>,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<QueueReport> {
    let films = store.films()?;
    let mut read = BTreeSet::new();
    store.for_each_reading(|reading| {
        if reading.is_completed {
            read.insert(reading.image.to_owned());
        }
    })?;
    let unfit: BTreeSet<String> = store.unfit_films()?.into_iter().map(|film| film.image.to_string()).collect();
    let locked = store.locked_films()?;
    let is_unread = |film: &&FilmEntry| {
        let image = film.facts.image.as_str();
        !read.contains(image) && !unfit.contains(image) && !locked.contains(&film.sha256)
    };
    let unread: Vec<&FilmEntry> = films.iter().filter(is_unread).collect();
    if unread.is_empty() {
        bail!("Every film has been read, so there is nothing to choose. The reading queue is as it was.");
    }
    let said = said_of_films(store)?;
    let mut undecoded = BTreeMap::new();
    let novelty = if request.with_novelty {
        let learned = learned_films(store, &films, &read)?;
        let known = films.iter().filter(|film| learned.contains(&film.sha256));
        let wanted: Vec<&FilmEntry> = unread.iter().copied().chain(known).collect();
        make_prints(store, &wanted, &mut undecoded, watch, cancel)?;
        novelty_of(&store.grey_prints()?, &unread, &learned)
    } else {
        BTreeMap::new()
    };
    let signals: Vec<Signals> = unread
        .iter()
        .map(|film| {
            let image = &film.facts.image;
            let said = said.get(image.as_str()).copied().unwrap_or_default();
            let novelty = novelty.get(&film.sha256).copied();
            Signals { image: image.clone(), uncertainty: said.uncertainty, disagreement: said.disagreement, novelty }
        })
        .collect();
    let num_without_answer = unread.iter().filter(|film| !said.contains_key(film.facts.image.as_str())).count();
    let queue = choose(&signals, request.num_films, &request.shares, request.seed);
    let event = ProjectEvent {
        at_ms: maker.at_ms,
        by: maker.by.to_owned(),
        kind: EventKind::ReadingQueueMade,
        what: format!("{} of {} unread films were put into the reading queue.", queue.len(), unread.len()),
        films: Vec::new(),
    };
    store.set_reading_queue(&queue, &event)?;
    Ok(QueueReport { queue, num_unread: unread.len(), num_without_answer, undecoded })
}

/// What the models in use say of a film, as far as it counts here.
#[derive(Clone, Copy, Default)]
struct SaidOfFilm {
    uncertainty: Option<f64>,
    disagreement: Option<f64>,
}

fn said_of_films(store: &Store) -> anyhow::Result<BTreeMap<String, SaidOfFilm>> {
    let pipeline = store.pipeline()?;
    let mut members: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for id in members_of(store, pipeline.classifier)? {
        store.for_each_prediction_of(id, |image, p| members.entry(image.to_owned()).or_default().extend(p))?;
    }
    let mut best_box: BTreeMap<String, f64> = BTreeMap::new();
    if let Some(id) = pipeline.detector {
        // A film without a box was looked at all the same.
        store.for_each_prediction_of(id, |image, _| {
            best_box.entry(image.to_owned()).or_default();
        })?;
        store.for_each_detection_of(id, |one| {
            let best = best_box.entry(one.image.to_owned()).or_default();
            *best = best.max(one.score);
        })?;
    }
    let images: BTreeSet<&String> = members.keys().chain(best_box.keys()).collect();
    let said = |image: &String| {
        let members = members.get(image).map_or(&[][..], Vec::as_slice);
        let best_box = best_box.get(image).copied();
        // Without a classifier the best box stands in for it, doubtful at a half.
        let by_box = best_box.and_then(|score| uncertainty(&[score], 0.5));
        SaidOfFilm {
            uncertainty: uncertainty(members, pipeline.threshold).or(by_box),
            disagreement: disagreement(members, pipeline.threshold, best_box),
        }
    };
    Ok(images.into_iter().map(|image| (image.clone(), said(image))).collect())
}

fn members_of(store: &Store, classifier: Option<ModelId>) -> anyhow::Result<Vec<ModelId>> {
    let Some(id) = classifier else { return Ok(Vec::new()) };
    Ok(match store.model(id)?.map(|model| model.content) {
        Some(ModelContent::Ensemble { members, .. }) => members,
        _ => vec![id],
    })
}

/// Content hashes of the films that were learned from: those of the data sets of the models in use; else of the newest data
/// set; else every film that has been read.
fn learned_films(store: &Store, films: &[FilmEntry], read: &BTreeSet<String>) -> anyhow::Result<BTreeSet<[u8; 32]>> {
    let pipeline = store.pipeline()?;
    let mut hashes = BTreeSet::new();
    for id in members_of(store, pipeline.classifier)?.into_iter().chain(pipeline.detector) {
        if let Some(stored) = store.model(id)? {
            hashes.extend(models::model(&stored).card.data_sha256.as_deref().and_then(hash_from_hex));
        }
    }
    let all = store.datasets()?;
    let of_models: Vec<DatasetId> =
        all.iter().filter(|one| hashes.contains(&one.content.sha256)).map(|one| one.id).collect();
    let chosen = if of_models.is_empty() { all.first().map(|one| one.id).into_iter().collect() } else { of_models };
    let mut learned = BTreeSet::new();
    for id in chosen {
        match datasets::open(store, id) {
            Ok((_, dataset)) => learned.extend(dataset.films_of(Split::Train).map(|film| film.sha256)),
            Err(error) => tracing::warn!(%error, dataset = id.0, "a data set can't be read; its films count as new"),
        }
    }
    if all.is_empty() {
        learned.extend(films.iter().filter(|film| read.contains(film.facts.image.as_str())).map(|film| film.sha256));
    }
    Ok(learned)
}

/// Makes the coarse pictures that are missing, on all cores, and keeps them.
fn make_prints(
    store: &mut Store,
    films: &[&FilmEntry],
    undecoded: &mut BTreeMap<ImageId, String>,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<()> {
    let known = store.grey_prints()?;
    let missing: Vec<&FilmEntry> = films.iter().copied().filter(|film| !known.contains_key(&film.sha256)).collect();
    let mut num_done = 0;
    for some in missing.chunks(FILMS_AT_ONCE) {
        if cancel.is_cancelled() {
            bail!("It was stopped. The reading queue is as it was, and what was looked at is kept for the next time.");
        }
        watch(Progress::new("Looking at films", num_done, missing.len() as u64));
        let made: Vec<Result<GreyPrint, String>> = some
            .par_iter()
            .map_init(Decoder::new, |decoder, film| {
                let decoded = decoder.decode(&film.source, 0).map_err(|error| error.to_string())?;
                Ok(GreyPrint::of(&decoded.film))
            })
            .collect();
        let mut prints = Vec::new();
        for (film, made) in some.iter().zip(made) {
            match made {
                Ok(print) => prints.push((film.sha256, print)),
                Err(why) => {
                    undecoded.insert(film.facts.image.clone(), why);
                }
            }
        }
        store.add_grey_prints(&prints)?;
        num_done += some.len() as u64;
    }
    Ok(())
}

/// For each unread film with a picture, its distance to the nearest film that was learned from.
fn novelty_of(
    prints: &BTreeMap<[u8; 32], GreyPrint>,
    unread: &[&FilmEntry],
    learned: &BTreeSet<[u8; 32]>,
) -> BTreeMap<[u8; 32], f64> {
    let known: Vec<&GreyPrint> = learned.iter().filter_map(|film| prints.get(film)).collect();
    unread
        .par_iter()
        .filter_map(|film| {
            let print = prints.get(&film.sha256)?;
            Some((film.sha256, print.novelty(known.iter().copied())?))
        })
        .collect()
}

/// What a model scored after it learned from so many films: a point of the curve of what added labels gained.
#[derive(Clone, PartialEq, Debug)]
pub struct GainPoint {
    pub model: ModelId,
    /// `Spine@2`.
    pub name: String,
    pub task: ModelTask,
    pub dataset: DatasetId,
    pub num_train_films: u64,
    pub num_train_boxes: u64,
    pub made_at_ms: i64,
    /// As the model's card has them, on its dev films.
    pub metrics: Vec<CardMetric>,
}

/// The models that came of this project's data sets, by task and then by how much they learned from. Those of a data set
/// whose file is damaged are left out.
///
/// # Errors
/// When the project can't be read.
pub fn gains(store: &Store) -> anyhow::Result<Vec<GainPoint>> {
    let sets = store.datasets()?;
    let mut points = Vec::new();
    for stored in store.models()? {
        let model = models::model(&stored);
        let hash = model.card.data_sha256.as_deref().and_then(hash_from_hex);
        let Some(set) = hash.and_then(|hash| sets.iter().find(|set| set.content.sha256 == hash)) else { continue };
        let dataset = match datasets::open(store, set.id) {
            Ok((_, dataset)) => dataset,
            Err(error) => {
                tracing::warn!(%error, dataset = set.id.0, "a data set can't be read; its models are not on the curve");
                continue;
            }
        };
        points.push(GainPoint {
            model: model.id,
            name: format!("{}@{}", model.card.name, model.version),
            task: model.card.task,
            dataset: set.id,
            num_train_films: set.content.num_films[0],
            num_train_boxes: dataset.films_of(Split::Train).map(|film| film.boxes.len() as u64).sum(),
            made_at_ms: model.added_at_ms,
            metrics: model.card.metrics,
        });
    }
    points.sort_by_key(|point| (point.task == ModelTask::Detect, point.num_train_films, point.model));
    Ok(points)
}
