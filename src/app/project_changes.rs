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
            Ok(_) => changed(store, Arc::new(change.set)),
            Err(error) => Event::Warning(error.to_string()),
        };
    }
    match write(store, change) {
        Ok(()) => changed(store, label_set),
        Err(error) => Event::Warning(error.to_string()),
    }
}

/// The project as it is in the store now. The labels that were in force when somebody asked may be old by the time that
/// it is their turn; they hold only where those of the project can't be read.
fn changed(store: &Store, label_set: Arc<LabelSet>) -> Event {
    let label_set = label_sets::of_project(store).map_or(label_set, |(set, _)| Arc::new(set));
    Event::ProjectChanged { project: Box::new(store.project().clone()), label_set }
}

/// Says how the project is after somebody else changed it.
pub(super) fn tell(store: &mut Store, post: &Post, label_set: Arc<LabelSet>) {
    post.event(changed(store, label_set));
    if let Ok(readers) = store.readers() {
        post.event(Event::ReadersLoaded(readers));
    }
}

fn write(store: &mut Store, change: ProjectCommand) -> Result<(), StoreError> {
    match change {
        ProjectCommand::SetRules(rules) => store.set_rules(&rules),
        ProjectCommand::SetOpen(is_open) => store.set_open(is_open),
        ProjectCommand::SetModelVisibility(visibility) => store.set_model_visibility(visibility),
        ProjectCommand::SetInstructions(text) => store.set_instructions(&text),
        ProjectCommand::SetCustomRules(rules) => store.set_custom_rules(&rules),
        ProjectCommand::Describe(description) => store.describe(&description),
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

pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label_change::LabelDraft;
    use crate::domain::rules::default_rules;
    use crate::store::NewProject;

    #[test]
    fn a_change_asked_for_under_old_labels_does_not_bring_them_back() {
        let folder = tempfile::tempdir().expect("scratch");
        let new = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder.path(), &new).expect("a project");
        let old = Arc::new(label_sets::of_project(&store).expect("readable").0);
        let mut draft = LabelDraft::of(old.clone());
        draft.rename(0, "Renamed");
        let write = LabelSetCommand::Write(Box::new(draft.change().expect("valid")));
        let told = [
            carry_out(&mut store, ProjectCommand::Labels(write), old.clone()),
            carry_out(&mut store, ProjectCommand::SetOpen(true), old),
        ];
        for event in told {
            let Event::ProjectChanged { label_set, .. } = event else { panic!("{event:?}") };
            assert_eq!(label_set.labels()[0].name.as_str(), "Renamed");
        }
    }
}
