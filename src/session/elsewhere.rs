//! What another window of the program, or a job, did to the open project: what is shown follows it, and nothing of one's own
//! is lost over it.

use crate::domain::id::{ImageId, ReaderId};

use super::effect::Effect;
use super::event::Elsewhere;
use super::open_film::OpenFilm;
use super::screen::{NoticeKind, Session};

impl Session {
    /// Asks anew for what may look different now. Films with edits of one's own on their way wait for those.
    pub(super) fn changed_elsewhere(&mut self, elsewhere: &Elsewhere) -> Vec<Effect> {
        let Some(reader) = self.reader_id().cloned() else { return Vec::new() };
        let concerns = |film: &OpenFilm| {
            let is_of_study = |image: &ImageId| film.study.iter().any(|entry| entry.facts.image == *image);
            // What a reader says of a study stands on all its films.
            elsewhere.readings.iter().any(|(image, by)| {
                image == film.image() || ((*by == reader || by == film.reading.reader()) && is_of_study(image))
            })
        };
        let films = self.panes().filter_map(|(_, pane)| pane.film.as_ref());
        let changed: Vec<ImageId> = films.filter(|film| concerns(film)).map(|film| film.image().clone()).collect();
        self.reloads_wanted.extend(changed);
        let mut effects = self.reload_if_wanted();
        // A job of this window ends with the whole list read anew.
        let has_job = self.job.as_ref().is_some_and(|job| job.outcome.is_none());
        let is_own = |image: &ImageId, by: &ReaderId| *by == reader || self.layer_of(image).as_ref() == Some(by);
        let is_listed = elsewhere.has_new_films || elsewhere.readings.iter().any(|(image, by)| is_own(image, by));
        let is_said_anew = elsewhere.has_predictions && self.may_see_models();
        if (is_listed || is_said_anew) && !has_job {
            effects.push(Effect::LoadWorklist { reader });
        }
        if is_said_anew {
            self.ask_again_for_missing();
        }
        effects.extend(self.review_changed_elsewhere(elsewhere));
        effects
    }

    /// A film on the screen was read again: what of it could surprise the reader is said.
    pub(super) fn tell_of_change(&mut self, old: &OpenFilm, new: &OpenFilm) {
        if old.reading == new.reading {
            return;
        }
        let (before, now) = (old.reading.comment(), new.reading.comment());
        if old.comment_draft.is_some() && before != now {
            let text = format!("Another window changed the comment that you are typing over to: {now}");
            self.notify(NoticeKind::Warning, text);
        } else if self.notice.is_none() {
            self.notify(NoticeKind::Info, "The film was changed elsewhere; this is how it is now.");
        }
    }
}
