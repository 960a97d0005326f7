//! The project's labels being changed: a draft until it is applied.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::label::{LabelName, LabelSet};
use crate::domain::label_change::{LabelChange, LabelDraft, LabelUse};

use super::effect::{Effect, FilePurpose};
use super::project_settings::ProjectCommand;
use super::screen::{NoticeKind, Session};

/// Something done on the page of labels.
#[derive(Clone, PartialEq, Debug)]
pub enum LabelSetCommand {
    /// The labels as they are to be, after one more change.
    Draft(Box<LabelDraft>),
    /// The draft is dropped.
    Discard,
    /// The draft becomes the project's labels.
    Apply,
    /// What applying asks of the store.
    Write(Box<LabelChange>),
    /// The labels of an earlier version become the draft.
    TakeVersion(i64),
    /// Ask for a file, or for another project's folder, whose labels become the draft.
    Import,
    TakeOver,
    ExportCsv,
    ExportJson,
}

/// One version of the project's labels.
#[derive(Clone, PartialEq, Debug)]
pub struct LabelVersion {
    pub version: i64,
    pub made_at_ms: i64,
    pub note: String,
    pub set: Arc<LabelSet>,
}

/// What the page of labels shows beside the set in force.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LabelDesk {
    /// `None` where nothing is changed.
    pub draft: Option<LabelDraft>,
    /// How often each label is used; empty until it was counted.
    pub uses: BTreeMap<LabelName, LabelUse>,
    /// The newest first; the set that ships is none of them.
    pub versions: Vec<LabelVersion>,
}

impl Session {
    /// The draft, or the labels in force where nothing is changed.
    pub fn label_draft(&self) -> Option<LabelDraft> {
        let project = self.project.as_ref()?;
        Some(self.label_desk.draft.clone().unwrap_or_else(|| LabelDraft::of(project.label_set.clone())))
    }

    pub(super) fn label_set_command(&mut self, command: LabelSetCommand) -> Vec<Effect> {
        match command {
            LabelSetCommand::Draft(draft) => {
                let is_changed = draft.is_changed() || !draft.note.is_empty();
                self.label_desk.draft = is_changed.then_some(*draft);
                Vec::new()
            }
            LabelSetCommand::Discard => {
                self.label_desk.draft = None;
                Vec::new()
            }
            LabelSetCommand::Apply => self.apply_draft(),
            LabelSetCommand::Write(_) => Vec::new(),
            LabelSetCommand::TakeVersion(version) => {
                let found = self.label_desk.versions.iter().find(|v| v.version == version).map(|v| v.set.clone());
                self.take_labels(found.as_deref());
                Vec::new()
            }
            LabelSetCommand::Import => vec![Effect::ChoosePath(FilePurpose::ImportLabelSet)],
            LabelSetCommand::TakeOver => vec![Effect::ChoosePath(FilePurpose::TakeOverLabelSet)],
            LabelSetCommand::ExportCsv => vec![Effect::ChoosePath(FilePurpose::ExportLabelSetCsv)],
            LabelSetCommand::ExportJson => vec![Effect::ChoosePath(FilePurpose::ExportLabelSetJson)],
        }
    }

    fn apply_draft(&mut self) -> Vec<Effect> {
        let Some(draft) = &self.label_desk.draft else { return Vec::new() };
        match draft.change() {
            Ok(change) => {
                let write = LabelSetCommand::Write(Box::new(change));
                vec![Effect::ChangeProject(Box::new(ProjectCommand::Labels(write)))]
            }
            Err(why) => {
                self.notify(NoticeKind::Error, format!("The labels are not applied: {why}."));
                Vec::new()
            }
        }
    }

    /// Labels from elsewhere become the draft; nothing is applied yet.
    fn take_labels(&mut self, set: Option<&LabelSet>) {
        let Some((draft, set)) = self.label_draft().zip(set) else { return };
        let draft = draft.with_labels(set.labels());
        self.label_desk.draft = draft.is_changed().then_some(draft);
    }

    pub(super) fn labels_read(&mut self, read: Result<Arc<LabelSet>, String>) -> Vec<Effect> {
        match read {
            Ok(set) => {
                self.take_labels(Some(&set));
                let text = "The labels are taken into the page. Look them over, then apply them.";
                self.notify(NoticeKind::Info, text);
            }
            Err(why) => self.notify(NoticeKind::Error, format!("No labels were taken: {why}.")),
        }
        Vec::new()
    }

    /// The project's labels were changed, here or elsewhere: what is open follows. Names are known to be new ones only
    /// where this window gave them.
    pub(super) fn labels_changed(&mut self, before: &LabelSet) -> Vec<Effect> {
        let draft = std::mem::take(&mut self.label_desk).draft;
        let Some(set) = self.project.as_ref().map(|project| project.label_set.clone()) else { return Vec::new() };
        let is_applied = |draft: &LabelDraft| {
            *draft.base == *before && draft.set().is_ok_and(|applied| applied.labels() == set.labels())
        };
        let renames = draft.filter(is_applied).map_or_else(Vec::new, |draft| draft.renames());
        let now = |name: &LabelName| {
            let to = renames.iter().find(|(from, _)| from == name).map_or(name, |(_, to)| to);
            set.label(to).map(|label| label.name.clone())
        };
        self.armed = self.armed.as_ref().and_then(now);
        self.label_card = self.label_card.as_ref().and_then(now);
        // The list knows its labels by their places, and takes the new ones up when it is read again.
        self.worklist.filter.label = (self.worklist.filter.label)
            .and_then(|place| now(&before.labels().get(place as usize)?.name))
            .and_then(|name| set.labels().iter().position(|label| label.name == name))
            .map(|place| place as u32);
        self.notify(NoticeKind::Info, "The labels are changed, and what was read follows them.");
        let mut effects = vec![Effect::LoadLabelDesk];
        if let Some(reader) = self.reader_id().cloned() {
            let shown = self.panes().filter_map(|(_, pane)| pane.film.as_ref()).map(|f| f.image().clone());
            let shown: Vec<_> = shown.collect();
            self.reloads_wanted.extend(shown);
            effects.extend(self.reload_if_wanted());
            effects.push(Effect::LoadWorklist { reader });
        }
        effects
    }

    /// A path was chosen for labels to come from or go to.
    pub(super) fn label_path_chosen(&self, purpose: FilePurpose, path: PathBuf) -> Vec<Effect> {
        let Some(project) = &self.project else { return Vec::new() };
        let base = project.label_set.clone();
        match purpose {
            FilePurpose::ImportLabelSet | FilePurpose::TakeOverLabelSet => vec![Effect::ReadLabelSet { path, base }],
            _ => vec![Effect::WriteLabelSet { path, set: base }],
        }
    }
}
