//! Data sets that are kept: opened as they were frozen, found by name, locked; and no training on locked films.

use std::fs;

use anyhow::{Context, bail};

use crate::domain::id::ImageId;
use crate::domain::project_event::{EventKind, ProjectEvent};
use crate::domain::training::dataset::{DatasetId, FrozenDataset, FrozenFilm, Split};
use crate::formats::frozen_dataset;
use crate::store::{NewLocks, Store, StoredDataset};
use crate::workflows::evaluation_runs::Maker;

/// How many films a sentence names before it only counts.
const NAMED: usize = 5;

/// A data set as it was frozen.
///
/// # Errors
/// One sentence where it is not there, or its file is another one by now.
pub fn open(store: &Store, id: DatasetId) -> anyhow::Result<(StoredDataset, FrozenDataset)> {
    let stored = store.dataset(id)?.with_context(|| format!("There is no data set {} in this project.", id.0))?;
    let file = store.dataset_file(id);
    let text = fs::read_to_string(&file).with_context(|| {
        format!(
            "The file of data set {} can't be read ({}). Bring it back from a backup, or freeze anew",
            id.0,
            file.display()
        )
    })?;
    if frozen_dataset::sha256(&text) != stored.content.sha256 {
        bail!(
            "The file of data set {} is not as it was frozen ({}), so nothing is learned from it. Bring it back from a \
             backup, or freeze anew.",
            id.0,
            file.display()
        );
    }
    Ok((stored, frozen_dataset::parse(&text)?))
}

/// The data set of this number or name; of several with the name, the newest.
///
/// # Errors
/// One sentence where there is none.
pub fn named(store: &Store, word: &str) -> anyhow::Result<StoredDataset> {
    let all = store.datasets()?;
    let by_number = word.parse().ok().and_then(|id| all.iter().find(|one| one.id == DatasetId(id)));
    let found = by_number.or_else(|| all.iter().find(|one| one.content.name == word));
    found.cloned().with_context(|| {
        format!("There is no data set {word:?} in this project. \"rachis dataset list\" shows those that are there.")
    })
}

/// Locks the test films of a data set for good. How many were not locked before.
///
/// # Errors
/// One sentence where it can't be done: then nothing is locked.
pub fn lock(store: &mut Store, id: DatasetId, maker: Maker<'_>) -> anyhow::Result<usize> {
    let (_, dataset) = open(store, id)?;
    if dataset.num_of(Split::Test) == 0 {
        bail!("Data set {} has no test films, so there is nothing to lock.", id.0);
    }
    Ok(store.lock_films(id, &test_locks(&dataset, maker), &[lock_event(&dataset, maker)])?)
}

/// Refuses a data set that has locked films to learn from or to choose by, and writes the attempt into the audit. Whoever
/// starts a training calls this first, with the data set that the run will have; later locks count too.
///
/// # Errors
/// One sentence that names the films.
pub fn refuse_locked_films(store: &mut Store, dataset: &FrozenDataset, maker: Maker<'_>) -> anyhow::Result<()> {
    let locked = store.locked_films()?;
    let is_locked = |film: &&FrozenFilm| {
        film.split != Split::Test
            && (locked.contains(&film.sha256) || dataset.locked.binary_search(&film.sha256).is_ok())
    };
    let found: Vec<ImageId> = dataset.films.iter().filter(is_locked).map(|film| film.image.clone()).collect();
    if found.is_empty() {
        return Ok(());
    }
    let films = if found.len() == 1 { "1 film".to_owned() } else { format!("{} films", found.len()) };
    let are = if found.len() == 1 { "is" } else { "are" };
    let name = &dataset.plan.name;
    let named: Vec<&str> = found.iter().take(NAMED).map(ImageId::as_str).collect();
    let more = if found.len() > NAMED { " and others" } else { "" };
    let named = named.join(", ");
    store.add_event(&ProjectEvent {
        at_ms: maker.at_ms,
        by: maker.by.to_owned(),
        kind: EventKind::TrainingRefused,
        what: format!("A training on data set \"{name}\" was refused: {films} to learn from {are} locked for testing."),
        films: found.clone(),
    })?;
    bail!(
        "The training was not started: {films} to learn from in data set \"{name}\" {are} locked for testing ({named}{more}). \
         A model that learned from them could not be tested on them. The attempt is in the project's audit. Freeze the \
         data set again: locked films become test films."
    )
}

pub(super) fn test_locks(dataset: &FrozenDataset, maker: Maker<'_>) -> NewLocks {
    let films = dataset.films_of(Split::Test).map(|film| film.sha256).collect();
    NewLocks { films, at_ms: maker.at_ms, by: maker.by.to_owned() }
}

pub(super) fn lock_event(dataset: &FrozenDataset, maker: Maker<'_>) -> ProjectEvent {
    let films: Vec<ImageId> = dataset.films_of(Split::Test).map(|film| film.image.clone()).collect();
    let (num, name) = (films.len(), &dataset.plan.name);
    let what =
        format!("The {num} test films of data set \"{name}\" were locked: no training of this project sees them.");
    ProjectEvent { at_ms: maker.at_ms, by: maker.by.to_owned(), kind: EventKind::FilmsLocked, what, films }
}
