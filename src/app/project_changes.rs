//! Changes of the project's own settings, as the store keeps them.

use std::sync::Arc;

use crate::domain::label::LabelSet;
use crate::session::{Event, ProjectCommand};
use crate::store::{Store, StoreError};

use super::inbox::Post;

/// Writes one change and says how the project is now.
pub(super) fn carry_out(store: &mut Store, change: ProjectCommand, label_set: Arc<LabelSet>) -> Event {
    match write(store, change) {
        Ok(()) => Event::ProjectChanged { project: Box::new(store.project().clone()), label_set },
        Err(error) => Event::Warning(error.to_string()),
    }
}

/// Says how the project is after somebody else changed it.
pub(super) fn tell(store: &mut Store, post: &Post, label_set: Arc<LabelSet>) {
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
        ProjectCommand::Show(_) | ProjectCommand::Leave => Ok(()),
    }
}
