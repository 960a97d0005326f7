//! What must be kept before a film leaves its viewport: the comment that was typed, and what is half done.

use crate::domain::edit::Edit;

use super::drawing::{HALF_DRAWN, WAITS_FOR_LABEL};
use super::effect::Effect;
use super::evaluating::EvaluationDesk;
use super::input_map::InputMap;
use super::label_editor::LabelDesk;
use super::labelling::NextLabel;
use super::open_film::OpenFilm;
use super::screen::{Dialog, NoticeKind, Session};
use super::team::TeamDesk;
use super::training::TrainingDesk;
use super::worklist::Worklist;

impl Session {
    pub(super) fn with_comment_kept(
        &mut self,
        now_ms: i64,
        then: impl FnOnce(&mut Self) -> Vec<Effect>,
    ) -> Vec<Effect> {
        let mut effects = self.keep_comment(now_ms);
        // A comment that can't be saved is not left behind.
        let is_kept = |film: &OpenFilm| film.comment_draft.is_none() && film.discussion.draft.is_none();
        if self.pane.film.as_ref().is_none_or(is_kept) {
            effects.extend(then(self));
        }
        effects
    }

    /// What one reader copied, asked for or half changed is nothing for the next to find; films go with their viewports.
    pub(super) fn leave_nothing_of_the_last_reader(&mut self) {
        self.team = TeamDesk::default();
        // Figures and tables tell of everybody; the next person may read without knowing of others.
        self.evaluating = EvaluationDesk::default();
        self.training = TrainingDesk::default();
        self.clipboard.clear();
        self.next_label = NextLabel::default();
        self.label_card = None;
        self.advice.forget_reader();
        self.label_desk = LabelDesk::default();
        let is_of_reader = |dialog: &Dialog| {
            matches!(
                dialog,
                Dialog::MyStatistics(_)
                    | Dialog::ConfirmNoFinding { .. }
                    | Dialog::ChooseUnfit { .. }
                    | Dialog::PendingSuggestions { .. }
                    | Dialog::GiveBack(_)
            )
        };
        self.dialog = self.dialog.take().filter(|dialog| !is_of_reader(dialog));
    }

    /// Films, list and keys of whoever was here.
    pub(super) fn close_what_the_reader_saw(&mut self) {
        self.left_views.clear();
        self.leave_nothing_of_the_last_reader();
        for slot in 0..self.layout.num_panes() {
            self.with_pane(slot, |session| {
                let left = std::mem::take(&mut session.pane);
                session.keep_hidden_and_locked(left.film.as_ref());
                session.pane.canvas = left.canvas;
            });
        }
        self.worklist = Worklist::default();
        self.input = InputMap::default();
    }

    /// To the names of everybody, so nobody is in any more: who comes back signs in again.
    pub(super) fn change_reader(&mut self, now_ms: i64) -> Vec<Effect> {
        let mut effects = self.keep_comment(now_ms);
        effects.extend(self.sign_out());
        effects
    }

    /// What was typed becomes edits.
    pub(super) fn keep_comment(&mut self, now_ms: i64) -> Vec<Effect> {
        let mut effects = self.keep_remark(now_ms);
        effects.extend(self.keep_draft(now_ms));
        effects
    }

    fn keep_remark(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        let Some(after) = film.comment_draft.clone() else { return Vec::new() };
        let before = film.reading.comment().to_owned();
        if before == after {
            film.comment_draft = None;
            return Vec::new();
        }
        let effects = self.commit(Edit::SetComment { before, after }, now_ms);
        // What could not be kept stays in the field.
        if let Some(film) = self.pane.film.as_mut().filter(|_| !effects.is_empty()) {
            film.comment_draft = None;
        }
        effects
    }

    /// A shape without its label, a half-drawn shape or a half-drawn measure would be lost if its film left: it is shown, and nothing leaves.
    pub(super) fn is_anything_unfinished(&mut self) -> bool {
        let unfinished = |film: &OpenFilm| match (&film.unlabelled, &film.drawing, &film.sketch) {
            (Some(_), ..) => Some(WAITS_FOR_LABEL),
            (None, Some(_), _) => Some(HALF_DRAWN),
            (None, None, Some(_)) => Some("A measure is half drawn. Finish it, or press Escape to drop it."),
            (None, None, None) => None,
        };
        let found = self.panes().find_map(|(slot, pane)| Some((slot, unfinished(pane.film.as_ref()?)?)));
        let Some((slot, text)) = found else { return false };
        self.activate(slot);
        self.notify(NoticeKind::Warning, text);
        true
    }
}
