//! Before a film is signed off: suggestions that are in sight and undecided are asked about once.

use super::super::effect::Effect;
use super::super::screen::{Dialog, OverlayState, Session};
use crate::domain::suggestion::SuggestionKey;

/// What was asked for when the question came up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completing {
    Stay,
    GoOn,
    /// Say "No finding", complete and go on.
    Normal,
}

impl Session {
    /// Asks where suggestions are in sight, undecided, and match no mark. `true` where it asks now: then nothing is
    /// completed yet.
    pub(in super::super) fn asks_about_pending(&mut self, then: Completing) -> bool {
        let Some(film) = &self.pane.film else { return false };
        let is_seen = film.is_drawn && film.film().is_some();
        if film.is_completed() || film.reading.unfit().is_some() || !is_seen {
            return false;
        }
        let pending = self.shown_suggestions(film);
        if pending.iter().all(|one| film.suggesting.waived.contains(&one.key)) {
            return false;
        }
        self.dialog = Some(Dialog::PendingSuggestions { image: film.image().clone(), then });
        true
    }

    /// "Complete all the same": the suggestions stay undecided, and are not asked about again.
    pub(in super::super) fn complete_all_the_same(&mut self, then: Completing, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let pending: Vec<SuggestionKey> = self.shown_suggestions(film).iter().map(|one| one.key).collect();
        if let Some(film) = &mut self.pane.film {
            film.suggesting.waived.extend(pending);
        }
        match then {
            Completing::Stay => self.complete(now_ms),
            Completing::GoOn => self.complete_and_next(now_ms),
            Completing::Normal => self.normal_and_next(now_ms),
        }
    }

    /// The question is closed: the first of what it asked about is in focus.
    pub(in super::super) fn close_dialog(&mut self) -> Vec<Effect> {
        let closed = self.dialog.take();
        if !matches!(closed, Some(Dialog::PendingSuggestions { .. })) {
            return Vec::new();
        }
        // Who wants to look at them wants to see them.
        if self.overlay == OverlayState::Nothing {
            self.overlay = OverlayState::All;
        }
        self.step_suggestion(1)
    }
}
