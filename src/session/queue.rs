//! Deciding on a film and going on to the next one of the queue.

use super::effect::Effect;
use super::open_film::OpenFilm;
use super::screen::{NoticeKind, Session};
use super::suggesting::Completing;

impl Session {
    pub(super) fn complete_and_next(&mut self, now_ms: i64) -> Vec<Effect> {
        // What is unfit is out of the queue: there is nothing to complete.
        if self.pane.film.as_ref().is_some_and(|film| film.reading.unfit().is_some()) {
            return self.open_next_unread(now_ms);
        }
        let was_completed = self.pane.film.as_ref().is_some_and(OpenFilm::is_completed);
        let mut effects = self.complete_for(Completing::GoOn, now_ms);
        let is_completed = self.pane.film.as_ref().is_some_and(OpenFilm::is_completed);
        if is_completed && (!was_completed || self.pane.wanted.is_none()) {
            effects.extend(self.open_next_unread(now_ms));
        }
        effects
    }

    pub(super) fn normal_and_next(&mut self, now_ms: i64) -> Vec<Effect> {
        if self.asks_about_pending(Completing::Normal) {
            return Vec::new();
        }
        let mut effects = self.no_finding(true, now_ms);
        if self.pane.film.as_ref().is_some_and(|f| f.reading.has_no_finding()) {
            effects.extend(self.complete_and_next(now_ms));
        }
        effects
    }

    pub(super) fn open_next_unread(&mut self, now_ms: i64) -> Vec<Effect> {
        let next = self.pane.film.as_ref().and_then(|f| self.worklist.next_open(f.image())).cloned();
        match next {
            Some(next) => self.open_film(next, now_ms),
            None => {
                self.notify(NoticeKind::Info, "Every film of the list is completed.");
                Vec::new()
            }
        }
    }
}
