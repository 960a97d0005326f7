//! Carries out, as jobs of the window, the work of many: labels that leave the project as files and come back.

use std::path::Path;

use anyhow::Context as _;

use crate::app::inbox::Post;
use crate::app::jobs::{Jobs, Told};
use crate::app::project_changes::now_ms;
use crate::domain::exchange::ExportFormat;
use crate::domain::people::CONSENSUS_LAYER;
use crate::jobs::{CancelToken, Lane, Progress};
use crate::session::team::{ExchangeFacts, ExchangeNews, ExchangeTask, ExportRequest, Layer, VersionRow};
use crate::store::{Doorway, Store, StoreError};
use crate::workflows::exchange::{self, Course, TakenUp, hex, import_any, state_of, write_bundle};
use crate::workflows::import_labels::ImportLabels;

/// Lines of one report; the command line has them all.
const MOST_LINES: usize = 200;

pub(in crate::app) fn exchange(jobs: &mut Jobs, lane: &Lane, doorway: Doorway, post: Post, task: ExchangeTask) {
    match task {
        ExchangeTask::Load => lane.run(move || tell_facts(&doorway, &post)),
        ExchangeTask::Export(request) => jobs.start("Export", true, move |watch, cancel| {
            let told = write(&doorway, &request, watch, cancel);
            tell_facts(&doorway, &post);
            told
        }),
        ExchangeTask::Import { place, reader, wish } => {
            let options = ImportLabels::of(reader, wish);
            jobs.start("Import labels", true, move |watch, cancel| {
                let told = take_labels(&doorway, &place, &options, watch, cancel);
                tell_facts(&doorway, &post);
                told
            });
        }
    }
}

fn tell_facts(doorway: &Doorway, post: &Post) {
    let facts = doorway.open_to_look().and_then(|store| facts_of(&store));
    super::tell(post, ExchangeNews::Loaded(facts.map(Box::new).map_err(|error| error.to_string())));
}

fn facts_of(store: &Store) -> Result<ExchangeFacts, StoreError> {
    let completed = store.num_completed_by_reader()?;
    let mut layers: Vec<Layer> = store
        .public_reader_ids()?
        .into_iter()
        .map(|(id, public)| Layer { num_completed: completed.get(&id).copied().unwrap_or(0), id, public })
        .collect();
    // R2 before R10, the consensus first.
    layers.sort_by_key(|layer| {
        let id = layer.public.as_str();
        (id != CONSENSUS_LAYER, id.len(), id.to_owned())
    });
    let row = |version: crate::store::ExportVersion| VersionRow {
        state: state_of(&version),
        format: ExportFormat::from_key(&version.format),
        sha256: hex(&version.sha256),
        tag: version.tag,
        made_at_ms: version.made_at_ms,
        made_by: version.made_by,
        place: version.place,
        num_films: version.num_films,
        num_marks: version.num_marks,
    };
    let versions = store.export_versions()?.into_iter().map(row).collect();
    Ok(ExchangeFacts { layers, consensus: store.consensus_sources()?, versions })
}

/// The person's work, told as it goes on.
fn with_course<T>(
    store: &mut Store,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
    work: impl FnOnce(&mut Store, &mut Course<'_>) -> T,
) -> T {
    let by = store.pass().map(|pass| pass.reader().to_string()).unwrap_or_default();
    work(store, &mut Course { by, at_ms: now_ms(), tell: &mut |progress| watch(progress), cancel })
}

fn write(
    doorway: &Doorway,
    request: &ExportRequest,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Told> {
    let mut store = if request.plan.tag.is_empty() { doorway.open_to_look()? } else { doorway.open()? };
    if let Some(folder) = request.place.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let (exported, mut report) = with_course(&mut store, watch, cancel, |store, course| {
        let (exported, missing) = if request.is_bundle {
            let bundled = write_bundle(store, &request.plan, request.split.as_ref(), &request.place, course)?;
            let mut missing = bundled.missing;
            if bundled.num_unsettled > 0 {
                missing.push(format!("{} test films have no consensus and are in no folder.", bundled.num_unsettled));
            }
            (bundled.exported, missing)
        } else {
            (exchange::export(store, &request.plan, &request.place, course)?, Vec::new())
        };
        exported.keep(store, &request.plan, course)?;
        anyhow::Ok((exported, missing))
    })?;
    if exported.consensus.num_films() > 0 {
        report.push(format!("Consensus: {}.", exported.consensus.in_words()));
    }
    report.extend(exported.lost.sentences());
    report.extend(exported.unkept);
    let summary = format!(
        "{} films, {} readings and {} marks written to {}",
        exported.num_films,
        exported.num_readings,
        exported.num_marks,
        exported.place.display()
    );
    Ok(Told { summary, report })
}

pub(in crate::app) fn take_labels(
    doorway: &Doorway,
    place: &Path,
    options: &ImportLabels,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Told> {
    let mut store = doorway.open()?;
    let taken = with_course(&mut store, watch, cancel, |store, course| import_any(store, place, options, course))?;
    Ok(told_of(&taken))
}

fn told_of(taken: &TakenUp) -> Told {
    let mut bad: Vec<String> = taken.problems.clone();
    bad.extend(taken.tables.iter().flat_map(|table| &table.bad).map(ToString::to_string));
    let num = bad.len();
    bad.truncate(MOST_LINES);
    if num > MOST_LINES {
        bad.push(format!("and {} more", num - MOST_LINES));
    }
    let mut report = taken.effects.sentences();
    report.extend(taken.left_out.sentences());
    report.extend(bad);
    let summary = if taken.is_refused {
        format!("Nothing was taken, because {num} things can't be")
    } else {
        let held = if taken.num_held > 0 { format!("; {} were there already", taken.num_held) } else { String::new() };
        let not = if num > 0 { format!("; {num} were not taken") } else { String::new() };
        format!(
            "{} marks, {} \"No finding\" and {} answers taken in {} readings{held}{not}",
            taken.num_marks, taken.num_no_finding, taken.num_answers, taken.num_readings
        )
    };
    Told { summary, report }
}
