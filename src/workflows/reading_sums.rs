//! What a reading's own row says after an import: its state, and the names of all its labels.

use std::collections::BTreeSet;

use crate::domain::label::LabelName;
use crate::domain::task::TaskState;
use crate::formats::text_hash::QuickMap;
use crate::store::{HeldReading, labels_json};

/// Imported readings are finished; one that was begun here keeps its state.
pub(super) fn state_after(held: Option<&HeldReading>) -> TaskState {
    match held.map_or(TaskState::New, |held| held.state) {
        TaskState::New => TaskState::Completed,
        begun => begun,
    }
}

/// The database's text for sets of labels. There are far fewer sets than readings.
pub(super) struct LabelTexts<'a> {
    names: &'a [LabelName],
    json: QuickMap<(u128, Vec<String>), String>,
}

impl<'a> LabelTexts<'a> {
    pub(super) fn new(names: &'a [LabelName]) -> Self {
        Self { names, json: QuickMap::default() }
    }

    fn key(labels: u128, held: Option<&HeldReading>) -> (u128, Vec<String>) {
        (labels, held.map_or_else(Vec::new, |held| held.labels.clone()))
    }

    pub(super) fn learn(&mut self, labels: u128, held: Option<&HeldReading>) {
        let names = self.names;
        self.json.entry(Self::key(labels, held)).or_insert_with_key(|(labels, held)| {
            let new = names.iter().enumerate().filter(|(i, _)| labels >> i & 1 == 1).map(|(_, name)| name.as_str());
            labels_json(new.chain(held.iter().map(String::as_str)).collect::<BTreeSet<_>>())
        });
    }

    pub(super) fn json(&self, labels: u128, held: Option<&HeldReading>) -> &str {
        &self.json[&Self::key(labels, held)]
    }
}
