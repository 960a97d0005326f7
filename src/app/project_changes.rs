//! Changes of the project's own settings, as the store keeps them.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::label::LabelSet;
use crate::formats::label_set;
use crate::session::{Event, LabelSetCommand, LabelVersion, ProjectCommand};
use crate::store::{Store, StoreError};
use crate::workflows::label_sets;

use super::inbox::Post;

/// Writes one change and says how the project is now.
pub(super) fn carry_out(store: &mut Store, change: ProjectCommand, label_set: Arc<LabelSet>) -> Event {
    if let ProjectCommand::Labels(LabelSetCommand::Write(change)) = change {
        return match label_sets::apply(store, &change, now_ms()) {
            Ok(_) => {
                Event::ProjectChanged { project: Box::new(store.project().clone()), label_set: Arc::new(change.set) }
            }
            Err(error) => Event::Warning(error.to_string()),
        };
    }
    match write(store, change) {
        Ok(()) => Event::ProjectChanged { project: Box::new(store.project().clone()), label_set },
        Err(error) => Event::Warning(error.to_string()),
    }
}

/// Says how the project is after somebody else changed it.
pub(super) fn tell(store: &mut Store, post: &Post, label_set: Arc<LabelSet>) {
    // Labels that can't be read stay as they were.
    let label_set = label_sets::of_project(store).map_or(label_set, |(set, _)| Arc::new(set));
    post.event(Event::ProjectChanged { project: Box::new(store.project().clone()), label_set });
    if let Ok(readers) = store.readers() {
        post.event(Event::ReadersLoaded(readers));
    }
}

fn write(store: &mut Store, change: ProjectCommand) -> Result<(), StoreError> {
    match change {
        ProjectCommand::SetRules(rules) => store.set_rules(&rules),
        ProjectCommand::SetOpen(is_open) => store.set_open(is_open),
        ProjectCommand::SetInstructions(text) => store.set_instructions(&text),
        ProjectCommand::SetCustomRules(rules) => store.set_custom_rules(&rules),
        ProjectCommand::Labels(_) | ProjectCommand::Show(_) | ProjectCommand::Leave => Ok(()),
    }
}

/// How often labels are used, and their versions. One that this program can't read is left out.
pub(super) fn label_desk(store: &Store) -> Result<Event, StoreError> {
    let versions = store.label_set_versions()?.into_iter().filter_map(|stored| {
        let set = Arc::new(label_set::parse(&stored.labels).ok()?);
        Some(LabelVersion { version: stored.version, made_at_ms: stored.made_at_ms, note: stored.note, set })
    });
    Ok(Event::LabelDeskLoaded { uses: store.label_uses()?, versions: versions.collect() })
}

/// Labels of a file or another project.
pub(super) fn read_labels(path: &Path, base: &LabelSet) -> Event {
    Event::LabelSetRead(label_sets::read(path, base).map(Arc::new).map_err(|error| format!("{error:#}")))
}

/// Writes labels to a file and says so.
pub(super) fn write_labels(path: &Path, set: &LabelSet) -> Event {
    Event::Warning(match label_sets::write(path, set) {
        Ok(()) => format!("The label set is written to {}", path.display()),
        Err(error) => format!("{error:#}"),
    })
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)
}
