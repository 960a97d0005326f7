//! How far a project is, from its database: what the Overview page shows and `rachis project` prints.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::id::ImageId;
use crate::domain::oversight::{Overview, by_month, one_voice, pipeline, plots, progress, split_table};
use crate::domain::study::FilmFacts;
use crate::domain::training::dataset::{DatasetId, Split};
use crate::store::Store;

use super::{datasets, label_sets};

const DAY_MS: i64 = 86_400_000;

/// Reads and counts; changes nothing. The table has the split of `wanted`, or of the newest data set.
///
/// # Errors
/// One sentence, also where the person who signed in may not see it.
pub fn overview(store: &Store, wanted: Option<DatasetId>, now_ms: i64) -> anyhow::Result<Arc<Overview>> {
    let told = store.oversight()?;
    let workflow = store.project().workflow;
    let people = store.readers()?;
    let labels = label_sets::of_project(store)?.0;
    let films: Vec<FilmFacts> = store.films()?.into_iter().map(|film| film.facts).collect();
    let voice = one_voice(&store.tallies()?, &told.repeats);
    let splits: Vec<(DatasetId, String)> =
        store.datasets()?.into_iter().map(|stored| (stored.id, stored.content.name)).collect();
    let chosen = wanted.filter(|id| splits.iter().any(|(known, _)| known == id));
    let (split, is_test) = split_of(store, chosen.or_else(|| splits.first().map(|(id, _)| *id)));
    let table = split_table(&films, &voice, &labels, &is_test);
    let months = by_month(&told.standing);
    let plots = [plots::label_distribution(&table), plots::disagreement(&months)];
    Ok(Arc::new(Overview {
        workflow,
        stages: pipeline(&told.standing, workflow),
        readers: progress(&told.standing, &people, workflow, now_ms.div_euclid(DAY_MS)),
        table,
        is_single: voice.is_single,
        consensus: store.consensus_sources()?,
        readers_per_film: voice.readers_per_film,
        splits,
        split,
        months,
        plots: plots.into_iter().flatten().collect(),
        waiting: told.waiting,
    }))
}

/// The split of a data set; films to choose by are of the training set. A damaged file takes the columns of the table away,
/// not the page.
fn split_of(store: &Store, id: Option<DatasetId>) -> (Option<DatasetId>, BTreeMap<ImageId, bool>) {
    let opened = id.and_then(|id| datasets::open(store, id).ok());
    let Some((stored, dataset)) = opened else { return (None, BTreeMap::new()) };
    let is_test = dataset.films.iter().map(|film| (film.image.clone(), film.split == Split::Test)).collect();
    (Some(stored.id), is_test)
}
