//! Films to review: their list, opening one, and what the store says of it.

use crate::domain::adjudication::Review;
use crate::domain::id::ImageId;
use crate::session::effect::Effect;
use crate::session::event::Elsewhere;
use crate::session::screen::{NoticeKind, Screen, Session};
use crate::session::viewport::Zoom;

use super::{ReviewDesk, ReviewTask};

impl Session {
    pub(super) fn show_films_to_review(&mut self, now_ms: i64) -> Vec<Effect> {
        self.with_comment_kept(now_ms, |session| {
            let is_at_list = session.screen == Screen::Review && session.team.reviewing.image.is_none();
            session.screen = Screen::Review;
            let desk = &mut session.team.reviewing;
            if is_at_list {
                desk.list.forget_gists();
            }
            *desk = ReviewDesk {
                is_loading: true,
                films: std::mem::take(&mut desk.films),
                list: std::mem::take(&mut desk.list),
                question_focus: desk.question_focus,
                questions: std::mem::take(&mut desk.questions),
                shows_names: desk.shows_names,
                num_on_way: desk.num_on_way,
                ..ReviewDesk::default()
            };
            session.load_films_to_review().into_iter().collect()
        })
    }

    /// The film in the active viewport, to look at only: what is decided is no part of the reviewer's own reading.
    pub(super) fn open_for_review(&mut self, image: ImageId, now_ms: i64) -> Vec<Effect> {
        if self.is_anything_unfinished() {
            return Vec::new();
        }
        self.with_comment_kept(now_ms, |session| {
            session.screen = Screen::Review;
            let desk = &mut session.team.reviewing;
            *desk = ReviewDesk {
                image: Some(image.clone()),
                films: std::mem::take(&mut desk.films),
                list: std::mem::take(&mut desk.list),
                question_focus: desk.question_focus,
                questions: std::mem::take(&mut desk.questions),
                shows_names: desk.shows_names,
                filter: desk.filter,
                num_on_way: desk.num_on_way,
                ..ReviewDesk::default()
            };
            let mut effects = match session.slot_of(&image) {
                Some(slot) => {
                    session.activate(slot);
                    Vec::new()
                }
                None => session.request(image.clone(), false),
            };
            session.pane.is_reference = session.pane.wanted.is_some();
            if let Some(film) = session.pane.film.as_mut().filter(|film| *film.image() == image) {
                film.is_reference = true;
                film.viewport.zoom = Zoom::Fit;
            }
            if session.team.reviewing.films.is_empty() {
                effects.extend(session.load_films_to_review());
            }
            effects.extend(session.read_review(image, now_ms));
            effects
        })
    }

    pub(super) fn step_review_film(&mut self, step: isize, now_ms: i64) -> Vec<Effect> {
        match self.film_beside(step) {
            Some(image) => self.open_for_review(image, now_ms),
            None => {
                let text =
                    if step > 0 { "This is the last film of the list." } else { "This is the first film of the list." };
                self.notify(NoticeKind::Info, text);
                Vec::new()
            }
        }
    }

    pub(super) fn review_opened(&mut self, image: &ImageId, review: Result<Box<Review>, String>) {
        let desk = &mut self.team.reviewing;
        if desk.image.as_ref() != Some(image) {
            return;
        }
        // Steps that went out since it was asked for are newer than what was read.
        if desk.review.is_some() && desk.num_on_way > 0 {
            desk.is_stale = true;
            return;
        }
        match review {
            Ok(review) => {
                let is_new = desk.review.is_none();
                desk.review = Some(review);
                desk.failure = None;
                let is_gone = desk.chosen.as_ref().is_none_or(|item| !desk.items().contains(item));
                if is_new || is_gone {
                    let first = desk.open_item_after(None).or_else(|| desk.items().into_iter().next());
                    self.choose_item(first);
                }
            }
            Err(why) => desk.failure = Some(why),
        }
    }

    fn read_review(&self, image: ImageId, at_ms: i64) -> Option<Effect> {
        self.reader_id().cloned().map(|reviewer| ReviewTask::Open { image, reviewer, at_ms }.effect())
    }

    /// Another reviewer went on with the film on the screen, or a reader asked or answered: it is shown as it is now, at
    /// once or when one's own steps have arrived.
    pub(in crate::session) fn review_changed_elsewhere(&mut self, elsewhere: &Elsewhere) -> Vec<Effect> {
        let mut effects = Vec::new();
        if elsewhere.has_review_steps
            && let Some(reader) = self.reader_id().cloned()
        {
            effects.push(ReviewTask::Questions { reader }.effect());
        }
        let desk = &mut self.team.reviewing;
        let Some(image) = desk.image.clone().filter(|image| elsewhere.reviews.contains(image)) else { return effects };
        if desk.num_on_way > 0 {
            desk.is_stale = true;
        } else {
            effects.push(ReviewTask::Reread { image }.effect());
            self.notify(NoticeKind::Info, "Another reviewer went on with this film; this is how it is now.");
        }
        effects
    }

    /// When nothing is on its way any more, the screen shows what the store has; a step that was refused is read back.
    pub(super) fn step_kept(
        &mut self,
        image: &ImageId,
        outcome: Result<Box<Review>, String>,
        now_ms: i64,
    ) -> Vec<Effect> {
        let desk = &mut self.team.reviewing;
        desk.num_on_way = desk.num_on_way.saturating_sub(1);
        let is_last = desk.num_on_way == 0 && desk.image.as_ref() == Some(image);
        match outcome {
            Ok(review) if is_last && !desk.is_stale && desk.review.is_some() => desk.review = Some(review),
            Ok(_) => {}
            Err(why) => {
                desk.is_stale = true;
                self.notify(NoticeKind::Error, why);
            }
        }
        if is_last && std::mem::take(&mut self.team.reviewing.is_stale) {
            return self.read_review(image.clone(), now_ms).into_iter().collect();
        }
        Vec::new()
    }
}
