//! Image quality, the study's decision, comments, instructions and references: what is asked for, and by which file it
//! is done.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::comment::Pin;
use crate::domain::edit::Edit;
use crate::domain::id::{AnnotationId, ImageId};
use crate::domain::label::LabelName;
use crate::domain::quality::UnfitReason;
use crate::domain::reading::{Decision, Reading};
use crate::domain::reference::ReferenceChange;
use crate::domain::task::TaskState;

use super::effect::{Effect, FilePurpose};
use super::open_film::{OpenFilm, Picture};
use super::screen::{Dialog, NoticeKind, Session};
use super::worklist::{Filter, UnfitFilter};

/// Something said about the film, or asked about the reading.
#[derive(Clone, PartialEq, Debug)]
pub enum DiscussCommand {
    // Image quality
    /// Asks for the reason why the film is unfit, and goes on to the next film where wanted.
    ChooseUnfit {
        goes_on: bool,
    },
    Unfit {
        reason: UnfitReason,
        goes_on: bool,
    },
    /// Takes "unfit" back.
    Fit,
    /// "No finding" on every film of the study that is on the screen and undecided.
    NoFindingOnShown,
    // Comments
    /// On the selected mark, else at the pointer, else on the film.
    Comment,
    CommentOn(Pin),
    /// Answers a thread.
    Answer(AnnotationId),
    ChangeComment(AnnotationId),
    /// The comment as typed so far.
    Type(String),
    /// What was typed becomes a comment.
    Post,
    /// What was typed is thrown away.
    DropDraft,
    Resolve(AnnotationId),
    /// Opens a resolved thread again.
    Unresolve(AnnotationId),
    DeleteComment(AnnotationId),
    /// Shows a thread's place on the film.
    ShowThread(AnnotationId),
    /// Whether resolved threads are listed and drawn.
    ToggleResolved,
    // Instructions and references
    /// What readers are told, and the cases to compare with.
    ShowInstructions,
    /// A film of the project beside the one being read, to look at only.
    OpenReference(ImageId),
    /// The selected mark as the film shows it now becomes the picture of its label.
    UseAsReference,
    /// The open film becomes a reference case.
    AddFilmAsReference,
    /// A picture for this label, from a file.
    ChoosePicture(Option<LabelName>),
    ChangeReference(ReferenceChange),
    // The list of films
    FilterUnfit(Option<UnfitFilter>),
    FilterStudy(Option<Decision>),
    FilterOpenThreads(bool),
}

impl DiscussCommand {
    pub(super) fn is_on(&self, session: &Session) -> bool {
        match self {
            Self::ShowInstructions => session.guide.is_open,
            Self::ToggleResolved => session.shows_resolved,
            Self::ChooseUnfit { .. } => session.pane.film.as_ref().is_some_and(|f| f.reading.unfit().is_some()),
            _ => false,
        }
    }

    pub(super) fn is_available(&self, session: &Session) -> bool {
        let film = session.pane.film.as_ref();
        match self {
            Self::FilterUnfit(_) | Self::FilterStudy(_) | Self::FilterOpenThreads(_) => true,
            Self::ShowInstructions | Self::ChoosePicture(_) | Self::ChangeReference(_) => session.project.is_some(),
            Self::Fit => film.is_some_and(|film| film.reading.unfit().is_some()),
            Self::UseAsReference => {
                film.is_some_and(|f| f.film().is_some() && f.selected().is_some_and(|mark| mark.shape().is_some()))
            }
            Self::NoFindingOnShown => session.undecided_on_screen().next().is_some(),
            _ => film.is_some(),
        }
    }
}

impl Session {
    pub(super) fn discuss_command(&mut self, command: DiscussCommand, now_ms: i64) -> Vec<Effect> {
        match command {
            DiscussCommand::ChooseUnfit { goes_on } => self.choose_unfit(goes_on),
            DiscussCommand::Unfit { reason, goes_on } => {
                self.with_comment_kept(now_ms, |session| session.unfit(reason, goes_on, now_ms))
            }
            DiscussCommand::Fit => self.fit(now_ms),
            DiscussCommand::NoFindingOnShown => self.no_finding_on_shown(now_ms),
            DiscussCommand::Comment => self.comment_here(now_ms),
            DiscussCommand::CommentOn(pin) => self.comment_on(pin, now_ms),
            DiscussCommand::Answer(thread) => self.answer(thread, now_ms),
            DiscussCommand::ChangeComment(id) => self.change_comment(id, now_ms),
            DiscussCommand::Type(text) => self.type_comment(text),
            DiscussCommand::Post => self.keep_draft(now_ms),
            DiscussCommand::DropDraft => self.on_film(|film| film.discussion.draft = None),
            DiscussCommand::Resolve(thread) => self.resolve(thread, now_ms),
            DiscussCommand::Unresolve(thread) => self.unresolve(thread, now_ms),
            DiscussCommand::DeleteComment(id) => self.delete_comment(id, now_ms),
            DiscussCommand::ShowThread(thread) => self.show_thread(thread),
            DiscussCommand::ToggleResolved => {
                self.shows_resolved = !self.shows_resolved;
                Vec::new()
            }
            DiscussCommand::ShowInstructions => self.show_instructions(),
            DiscussCommand::OpenReference(image) => self.open_reference(&image, now_ms),
            DiscussCommand::UseAsReference => self.use_as_reference(),
            DiscussCommand::AddFilmAsReference => self.add_film_as_reference(),
            DiscussCommand::ChoosePicture(label) => {
                self.guide.picture_for = label;
                vec![Effect::ChoosePath(FilePurpose::ReferencePicture)]
            }
            DiscussCommand::ChangeReference(change) => vec![Effect::ChangeReferences(change)],
            DiscussCommand::FilterUnfit(unfit) => self.filter_list(|filter| {
                filter.unfit = unfit;
                filter.state = None;
            }),
            DiscussCommand::FilterStudy(study) => self.filter_list(|filter| filter.study = study),
            DiscussCommand::FilterOpenThreads(is_on) => self.filter_list(|filter| filter.has_open_threads = is_on),
        }
    }

    fn filter_list(&mut self, change: impl FnOnce(&mut Filter)) -> Vec<Effect> {
        let mut filter = self.worklist.filter.clone();
        change(&mut filter);
        self.worklist.set_filter(filter);
        Vec::new()
    }

    fn choose_unfit(&mut self, goes_on: bool) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let dialog = Dialog::ChooseUnfit { image: film.image().clone(), goes_on };
        self.dialog = if self.dialog.as_ref() == Some(&dialog) { None } else { Some(dialog) };
        Vec::new()
    }

    /// The film leaves this reader's queue. Nobody judges what was not shown, except that it can't be shown.
    fn unfit(&mut self, reason: UnfitReason, goes_on: bool, now_ms: i64) -> Vec<Effect> {
        self.dialog.take_if(|dialog| matches!(dialog, Dialog::ChooseUnfit { .. }));
        let Some(film) = &self.pane.film else { return Vec::new() };
        let (before, edit) = (film.reading.unfit(), unfit_edit(&film.reading, Some(reason)));
        let cannot_be_shown = matches!(film.picture, Picture::Failed(_));
        if !cannot_be_shown && !self.is_seen() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        if before != Some(reason) {
            effects = self.commit(edit, now_ms);
            if effects.is_empty() {
                return effects;
            }
        }
        if goes_on {
            effects.extend(self.open_next_unread(now_ms));
        } else {
            self.notify(NoticeKind::Info, format!("Unfit to be read: {}.", reason.title()));
        }
        effects
    }

    fn fit(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(film) = self.pane.film.as_ref().filter(|film| film.reading.unfit().is_some()) else {
            return Vec::new();
        };
        self.commit(unfit_edit(&film.reading, None), now_ms)
    }

    /// Viewports with a painted, undecided film of the study that is being read.
    pub(super) fn undecided_on_screen(&self) -> impl Iterator<Item = usize> {
        let study = self.pane.film.as_ref().map(|film| &film.entry.facts.study);
        let is_undecided = move |film: &OpenFilm| {
            Some(&film.entry.facts.study) == study
                && film.is_drawn
                && film.film().is_some()
                && !film.is_reference
                && !film.is_completed()
                && film.unlabelled.is_none()
                && film.drawing.is_none()
                && film.reading.unfit().is_none()
                && film.reading.decision() == Decision::Undecided
                && !film.reading.image_labels().excludes_no_finding()
        };
        let panes = self.panes().filter(move |(_, pane)| pane.wanted.is_none());
        panes.filter(move |(_, pane)| pane.film.as_ref().is_some_and(is_undecided)).map(|(slot, _)| slot)
    }

    /// Each film gets its own edit, so that undo on a film takes back what was said of that film.
    fn no_finding_on_shown(&mut self, now_ms: i64) -> Vec<Effect> {
        let slots: Vec<usize> = self.undecided_on_screen().collect();
        let mut effects = Vec::new();
        let mut num = 0;
        for slot in slots {
            let Some(id) = self.new_id() else { break };
            let edit = Edit::Add(Annotation::no_finding(id, Origin::Drawn));
            let written = self.with_pane(slot, |session| session.commit_with_opening(edit, now_ms));
            num += usize::from(!written.is_empty());
            effects.extend(written);
        }
        if num > 0 {
            self.notify(NoticeKind::Info, format!("No finding on {num} films of the study."));
        }
        effects
    }
}

/// A completed reading is reopened with it, in one step: whoever completed it has thought better of it.
fn unfit_edit(reading: &Reading, after: Option<UnfitReason>) -> Edit {
    let edit = Edit::SetUnfit { before: reading.unfit(), after };
    if reading.state() != TaskState::Completed {
        return edit;
    }
    let reopen = Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing };
    Edit::Batch { name: edit.title(), edits: vec![reopen, edit] }
}
