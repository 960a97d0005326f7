//! What is asked for on the screen of models, and what becomes of it.

use std::path::PathBuf;

use crate::domain::fusion::Pipeline;
use crate::domain::model::{Model, ModelContent, ModelId, ModelTask};
use crate::domain::model_draft::{CardTexts, EnsembleDraft, ModelDraft};
use crate::domain::model_guess::ModelGuess;
use crate::domain::suggestion::ModelVisibility;

use super::effect::{Effect, FilePurpose};
use super::project_settings::ProjectCommand;
use super::screen::{Dialog, NoticeKind, Screen, Session};

/// Something done with models.
#[derive(Clone, PartialEq, Debug)]
pub enum ModelCommand {
    /// The screen of models.
    Show,
    /// Back to where one was.
    Leave,
    Select(ModelId),
    /// Another card beside the selected one; none: the selected one alone.
    CompareWith(Option<ModelId>),
    ToggleDeleted,
    /// Read the register again.
    Reload,
    /// Ask for a file of weights.
    ChooseFile,
    /// The file of the open form comes in as it says.
    Import(Box<ModelDraft>),
    Promote(ModelId),
    RollBack(ModelTask),
    /// Ask whether to delete, or write to a file, or change the texts of a card.
    AskDelete(ModelId),
    Delete(ModelId),
    ChooseExport(ModelId),
    AskTexts(ModelId),
    ChangeTexts {
        model: ModelId,
        texts: Box<CardTexts>,
    },
    AskEnsemble,
    MakeEnsemble(Box<EnsembleDraft>),
    /// Threshold, rule and starting confidence; the models of it are left aside.
    SetPipeline(Pipeline),
    SetVisibility(ModelVisibility),
    /// The sentence of the last failure has been read.
    Dismiss,
}

/// A change of the project's models, to be made in the store and on the disk.
#[derive(Clone, PartialEq, Debug)]
pub enum ModelChange {
    Import { path: PathBuf, draft: Box<ModelDraft> },
    Promote(ModelId),
    RollBack(ModelTask),
    Delete(ModelId),
    Export { model: ModelId, to: PathBuf },
    ChangeTexts { model: ModelId, texts: Box<CardTexts> },
    MakeEnsemble(Box<EnsembleDraft>),
    SetPipeline(Pipeline),
}

/// What a file of weights says of itself before it comes in.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelFile {
    pub path: PathBuf,
    /// It brings everything; no question is left.
    pub has_card: bool,
    /// A program with its weights: only its task is to be said.
    pub is_script: bool,
    /// What its tensors tell.
    pub guess: Option<ModelGuess>,
}

/// A change that was made.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelDone {
    /// One sentence; empty where the screen says it by itself.
    pub said: String,
    /// The model that the change was about.
    pub model: Option<ModelId>,
}

/// A question in front of the screen of models.
#[derive(Clone, PartialEq, Debug)]
pub enum ModelDialog {
    /// What a file without a card is.
    File(ModelFile),
    Delete(ModelId),
    Texts(ModelId),
    Ensemble,
}

/// How the screen of models is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ModelDesk {
    pub selected: Option<ModelId>,
    pub compared: Option<ModelId>,
    pub shows_deleted: bool,
    /// The models were read since the project was opened.
    pub is_loaded: bool,
    /// What is being done now; nothing else is begun meanwhile.
    pub doing: Option<&'static str>,
    /// Why the last thing asked for was not done.
    pub failure: Option<String>,
    /// Which model the chosen file is for.
    pub(super) exported: Option<ModelId>,
    /// Where the screen was opened from.
    came_from: Option<Screen>,
}

impl ModelCommand {
    pub(super) fn is_available(&self, session: &Session) -> bool {
        let Some(project) = &session.project else { return false };
        let can_write = !project.is_read_only && session.model_desk.doing.is_none();
        match self {
            Self::Show
            | Self::Leave
            | Self::Select(_)
            | Self::CompareWith(_)
            | Self::ToggleDeleted
            | Self::Reload
            | Self::Dismiss => true,
            Self::ChooseExport(id) => {
                let model = session.models.model(*id);
                session.model_desk.doing.is_none() && model.is_some_and(|model| !model.is_deleted && has_weights(model))
            }
            Self::Promote(id) => {
                can_write
                    && session.models.model(*id).is_some_and(|model| !model.is_deleted)
                    && !session.models.is_in_use(*id)
            }
            Self::RollBack(task) => can_write && session.models.in_use(*task).is_some(),
            Self::AskDelete(id) | Self::Delete(id) => {
                can_write
                    && session.models.model(*id).is_some_and(|model| !model.is_deleted)
                    && !session.models.is_in_use(*id)
                    && session.models.ensemble_with(*id).is_none()
            }
            Self::AskEnsemble => can_write && session.models.classifiers_to_join().count() > 1,
            Self::AskTexts(id) => can_write && session.models.model(*id).is_some(),
            Self::ChooseFile
            | Self::Import(_)
            | Self::ChangeTexts { .. }
            | Self::MakeEnsemble(_)
            | Self::SetPipeline(_)
            | Self::SetVisibility(_) => can_write,
        }
    }
}

const fn has_weights(model: &Model) -> bool {
    matches!(model.content, ModelContent::Weights { .. })
}

impl Session {
    pub(super) fn model_command(&mut self, command: ModelCommand, now_ms: i64) -> Vec<Effect> {
        if !command.is_available(self) {
            return Vec::new();
        }
        match command {
            ModelCommand::Show => self.show_models(now_ms),
            ModelCommand::Leave => {
                self.leave_models();
                Vec::new()
            }
            ModelCommand::Select(id) => {
                self.model_desk.selected = Some(id);
                // Cards of different tasks have nothing to compare.
                let task = |id: ModelId| self.models.model(id).map(|model| model.card.task);
                if self.model_desk.compared.is_some_and(|other| other == id || task(other) != task(id)) {
                    self.model_desk.compared = None;
                }
                Vec::new()
            }
            ModelCommand::CompareWith(other) => {
                self.model_desk.compared = other.filter(|id| Some(*id) != self.model_desk.selected);
                Vec::new()
            }
            ModelCommand::ToggleDeleted => {
                self.model_desk.shows_deleted = !self.model_desk.shows_deleted;
                Vec::new()
            }
            ModelCommand::Reload => {
                self.model_desk.failure = None;
                vec![Effect::LoadModels]
            }
            ModelCommand::Dismiss => {
                self.model_desk.failure = None;
                Vec::new()
            }
            ModelCommand::ChooseFile => {
                let mut effects = self.show_models(now_ms);
                self.model_desk.failure = None;
                effects.push(Effect::ChoosePath(FilePurpose::ImportModel));
                effects
            }
            ModelCommand::ChooseExport(id) => {
                self.model_desk.exported = Some(id);
                vec![Effect::ChoosePath(FilePurpose::ExportModel)]
            }
            ModelCommand::Import(draft) => match &self.dialog {
                Some(Dialog::Model(ModelDialog::File(file))) => {
                    let path = file.path.clone();
                    self.change_models(ModelChange::Import { path, draft }, "Importing the model")
                }
                _ => Vec::new(),
            },
            ModelCommand::Promote(id) => self.change_models(ModelChange::Promote(id), ""),
            ModelCommand::RollBack(task) => self.change_models(ModelChange::RollBack(task), ""),
            ModelCommand::Delete(id) => self.change_models(ModelChange::Delete(id), ""),
            ModelCommand::ChangeTexts { model, texts } => {
                self.change_models(ModelChange::ChangeTexts { model, texts }, "")
            }
            ModelCommand::MakeEnsemble(draft) => self.change_models(ModelChange::MakeEnsemble(draft), ""),
            ModelCommand::SetPipeline(pipeline) => self.change_models(ModelChange::SetPipeline(pipeline), ""),
            ModelCommand::SetVisibility(visibility) => {
                vec![Effect::ChangeProject(Box::new(ProjectCommand::SetModelVisibility(visibility)))]
            }
            ModelCommand::AskDelete(id) => self.ask_of_models(ModelDialog::Delete(id)),
            ModelCommand::AskTexts(id) => self.ask_of_models(ModelDialog::Texts(id)),
            ModelCommand::AskEnsemble => {
                let mut effects = self.show_models(now_ms);
                effects.extend(self.ask_of_models(ModelDialog::Ensemble));
                effects
            }
        }
    }

    fn show_models(&mut self, now_ms: i64) -> Vec<Effect> {
        self.with_comment_kept(now_ms, |session| {
            if session.screen != Screen::Models {
                session.model_desk.came_from = Some(session.screen);
                session.screen = Screen::Models;
            }
            Vec::new()
        })
    }

    fn ask_of_models(&mut self, dialog: ModelDialog) -> Vec<Effect> {
        self.model_desk.failure = None;
        self.dialog = Some(Dialog::Model(dialog));
        Vec::new()
    }

    fn leave_models(&mut self) {
        self.screen = match self.model_desk.came_from.take() {
            Some(Screen::Film) if self.pane.film.is_some() => Screen::Film,
            Some(Screen::Project) => Screen::Project,
            _ if self.reader.is_some() => Screen::Worklist,
            _ => Screen::SignIn,
        };
    }

    fn change_models(&mut self, change: ModelChange, doing: &'static str) -> Vec<Effect> {
        self.model_desk.failure = None;
        self.model_desk.doing = Some(doing);
        let by = self.reader_id().map_or_else(String::new, |id| id.as_str().to_owned());
        vec![Effect::ChangeModels { change: Box::new(change), by }]
    }

    pub(super) fn model_path_chosen(&mut self, purpose: FilePurpose, path: PathBuf) -> Vec<Effect> {
        if purpose == FilePurpose::ImportModel {
            self.model_desk.doing = Some("Reading the file");
            return vec![Effect::LookAtModelFile(path)];
        }
        match self.model_desk.exported.take() {
            Some(model) => self.change_models(ModelChange::Export { model, to: path }, "Writing the file"),
            None => Vec::new(),
        }
    }

    /// A file with a card comes in at once; of another one some things are to be said first.
    pub(super) fn model_file_seen(&mut self, seen: Result<ModelFile, String>) -> Vec<Effect> {
        self.model_desk.doing = None;
        match seen {
            Ok(file) if file.has_card => {
                let change = ModelChange::Import { path: file.path, draft: Box::default() };
                self.change_models(change, "Importing the model")
            }
            Ok(file) if self.dialog.is_none() && self.screen != Screen::Film => {
                self.ask_of_models(ModelDialog::File(file))
            }
            // Nothing comes up over a reading or another question.
            Ok(_) => {
                let text = "The model's file was looked at and nothing was imported: it needs answers. Choose it again \
                            on the Models page.";
                self.notify(NoticeKind::Info, text);
                Vec::new()
            }
            Err(why) => self.models_failed(why),
        }
    }

    /// A change of models is through, or was refused; the question that asked for it stays open over a refusal.
    pub(super) fn models_changed(&mut self, outcome: Result<ModelDone, String>) -> Vec<Effect> {
        self.model_desk.doing = None;
        match outcome {
            Ok(done) => {
                if matches!(self.dialog, Some(Dialog::Model(_))) {
                    self.dialog = None;
                }
                self.model_desk.selected = done.model.or(self.model_desk.selected);
                if !done.said.is_empty() {
                    self.notify(NoticeKind::Info, done.said);
                }
                Vec::new()
            }
            Err(why) => self.models_failed(why),
        }
    }

    fn models_failed(&mut self, why: String) -> Vec<Effect> {
        // The screen of models says it by itself.
        if self.screen != Screen::Models {
            self.notify(NoticeKind::Error, why.clone());
        }
        self.model_desk.failure = Some(why);
        Vec::new()
    }

    /// The register was read: what is selected stays so, and at first it is a model in use.
    pub(super) fn desk_follows_shelf(&mut self) {
        let desk = &mut self.model_desk;
        desk.is_loaded = true;
        let is_there = |id: &ModelId| self.models.model(*id).is_some();
        let in_use = ModelTask::ALL.into_iter().find_map(|task| self.models.in_use(task));
        let newest = self.models.models.iter().rev().find(|model| !model.is_deleted).map(|model| model.id);
        desk.selected = desk.selected.filter(is_there).or(in_use).or(newest);
        desk.compared = desk.compared.filter(is_there).filter(|id| Some(*id) != desk.selected);
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;
    use super::super::gesture_script::reading_session;
    use super::super::handle::Input;
    use super::*;

    #[test]
    fn the_form_of_a_file_comes_up_over_no_reading_and_no_question() {
        let seen = || {
            let file = ModelFile { path: "a.pt".into(), has_card: false, is_script: true, guess: None };
            Input::Event(Event::ModelFileSeen(Ok(file)))
        };
        let mut session = reading_session();
        session.handle(seen(), 0);
        assert_eq!(session.dialog, None, "a film is read");
        assert!(session.notice.is_some());
        session.screen = Screen::Models;
        session.dialog = Some(Dialog::CheatSheet);
        session.handle(seen(), 0);
        assert_eq!(session.dialog, Some(Dialog::CheatSheet));
        session.dialog = None;
        session.handle(seen(), 0);
        assert!(matches!(session.dialog, Some(Dialog::Model(ModelDialog::File(_)))));
    }
}
