//! What reviewers ask a reader: the place, the question, the answer, and nothing of anybody else.

use crate::domain::geometry::{Point, Rect};
use crate::domain::id::ImageId;
use crate::session::effect::Effect;
use crate::session::open_film::OpenFilm;
use crate::session::screen::{NoticeKind, Screen, Session};

use super::ReviewTask;

/// A question to the person who is signed in.
#[derive(Clone, PartialEq, Debug)]
pub struct ReaderQuestion {
    pub image: ImageId,
    /// Within the film.
    pub number: u32,
    /// On the film.
    pub place: Point,
    pub text: String,
    /// `None` until the person answered.
    pub answer: Option<String>,
}

/// What is shown around the place of a question, as a share of the film's width, and how much of the canvas it fills.
const SHARE_OF_PLACE: f64 = 0.15;
const SHARE_OF_CANVAS: f64 = 0.4;

impl Session {
    /// Questions about this film.
    pub fn questions_on<'a>(&'a self, film: &'a OpenFilm) -> impl Iterator<Item = &'a ReaderQuestion> {
        self.team.reviewing.questions.iter().filter(|question| question.image == *film.image())
    }

    /// Questions that wait for an answer.
    pub fn num_questions_waiting(&self) -> usize {
        self.team.reviewing.questions.iter().filter(|question| question.answer.is_none()).count()
    }

    /// Asked for whenever the person comes to the list of films; one that was gone to is shown when its film is there.
    pub(in crate::session) fn mind_questions(&mut self) -> Option<Effect> {
        self.show_wanted_question();
        let is_at_list = self.screen == Screen::Worklist && self.worklist.is_loaded;
        let was_at_list = std::mem::replace(&mut self.team.reviewing.is_at_list, is_at_list);
        if !is_at_list || was_at_list {
            return None;
        }
        self.reader_id().cloned().map(|reader| ReviewTask::Questions { reader }.effect())
    }

    /// To the film of a question that waits: the next one after the open film.
    pub(super) fn open_question(&mut self, now_ms: i64) -> Vec<Effect> {
        let here = self.pane.image().cloned();
        let questions = &self.team.reviewing.questions;
        let waiting: Vec<&ReaderQuestion> = questions.iter().filter(|one| one.answer.is_none()).collect();
        // Round and round: after the one that was shown last, of the open film first.
        let last = self.team.reviewing.question_focus.0;
        let is_last = |one: &&ReaderQuestion| Some(&one.image) == here.as_ref() && one.number == last;
        let is_here = |one: &&ReaderQuestion| Some(&one.image) == here.as_ref();
        let next = match (waiting.iter().position(is_last), self.screen) {
            (Some(at), Screen::Film) => waiting.get(at + 1).or_else(|| waiting.first()),
            _ => waiting.iter().copied().position(|one| is_here(&one)).map_or(waiting.first(), |at| waiting.get(at)),
        };
        let Some((image, number)) = next.map(|one| (one.image.clone(), one.number)) else {
            self.notify(NoticeKind::Info, "No question waits for your answer.");
            return Vec::new();
        };
        let is_open = self.screen == Screen::Film && here.as_ref() == Some(&image);
        let effects = if is_open {
            Vec::new()
        } else {
            self.with_comment_kept(now_ms, |session| session.open_film(image.clone(), now_ms))
        };
        self.team.reviewing.wanted_question = Some((image, number));
        self.show_wanted_question();
        effects
    }

    /// To the place of one of the open film's questions, with the keyboard at its answer.
    pub(super) fn show_question(&mut self, number: u32) {
        let image = self.pane.image().cloned();
        self.team.reviewing.wanted_question = image.map(|image| (image, number));
        self.show_wanted_question();
    }

    /// A question that is not there any more is not waited for: it would take the screen when its film opens next.
    pub(super) fn drop_lost_question(&mut self) {
        let desk = &mut self.team.reviewing;
        let questions = &desk.questions;
        let is_lost = |(image, number): &mut (ImageId, u32)| {
            !questions.iter().any(|one| one.image == *image && one.number == *number)
        };
        desk.wanted_question.take_if(is_lost);
    }

    /// As soon as its film is there; not at all where another one was opened meanwhile.
    fn show_wanted_question(&mut self) {
        let here = self.pane.image();
        self.team.reviewing.wanted_question.take_if(|(image, _)| here != Some(image));
        self.drop_lost_question();
        let Some((image, number)) = &self.team.reviewing.wanted_question else { return };
        let film = self.pane.film.as_ref().filter(|film| film.image() == image && film.film().is_some());
        let asked = film.and_then(|film| self.questions_on(film).find(|one| one.number == *number));
        let Some((place, side)) = asked.zip(film).map(|(one, film)| (one.place, film.size().width * SHARE_OF_PLACE))
        else {
            return;
        };
        let focus = &mut self.team.reviewing.question_focus;
        *focus = (*number, focus.1 + 1);
        self.team.reviewing.wanted_question = None;
        let corner = |sign: f64| Point::new(place.x + sign * side, place.y + sign * side);
        let part = Rect::from_corners(corner(-0.5), corner(0.5));
        self.on_view(|view, canvas, film| view.show_part(part, SHARE_OF_CANVAS, canvas, film));
    }

    pub(super) fn answer_question(&mut self, image: ImageId, number: u32, text: &str, now_ms: i64) -> Vec<Effect> {
        let (Some(by), text) = (self.reader_id().cloned(), text.trim().to_owned()) else { return Vec::new() };
        let waits = |one: &&mut ReaderQuestion| one.image == image && one.number == number;
        let Some(question) = self.team.reviewing.questions.iter_mut().find(waits).filter(|_| !text.is_empty()) else {
            return Vec::new();
        };
        question.answer = Some(text.clone());
        self.team.reviewing.num_on_way += 1;
        vec![ReviewTask::Answer { image, reader: by, question: number, text, at_ms: now_ms }.effect()]
    }

    /// What was not kept is asked again.
    pub(super) fn question_answered(&mut self, outcome: Result<(), String>) -> Vec<Effect> {
        let desk = &mut self.team.reviewing;
        desk.num_on_way = desk.num_on_way.saturating_sub(1);
        let Err(why) = outcome else { return Vec::new() };
        self.notify(NoticeKind::Error, why);
        self.reader_id().cloned().map(|reader| ReviewTask::Questions { reader }.effect()).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::gesture_script::reading_session;
    use crate::session::team::ReviewNews;

    fn asked(session: &Session, number: u32) -> ReaderQuestion {
        let image = session.pane.image().cloned().unwrap();
        ReaderQuestion { image, number, place: Point::new(10.0, 10.0), text: "Is it one?".into(), answer: None }
    }

    #[test]
    fn a_question_is_waited_for_only_while_its_film_is_on_its_way() {
        let mut session = reading_session();
        let question = asked(&session, 1);
        session.reviewing_news(ReviewNews::Questions(Ok(vec![question.clone()])), 0);
        session.team.reviewing.wanted_question = Some((ImageId::new("another"), 1));
        session.mind_questions();
        assert!(session.team.reviewing.wanted_question.is_none(), "another film is open");
        assert_eq!(session.team.reviewing.question_focus.0, 0);
        session.show_question(7);
        assert!(session.team.reviewing.wanted_question.is_none(), "there is no such question");
        session.team.reviewing.wanted_question = Some((question.image.clone(), 1));
        session.reviewing_news(ReviewNews::Questions(Ok(Vec::new())), 0);
        assert!(session.team.reviewing.wanted_question.is_none(), "it was taken back");
        session.reviewing_news(ReviewNews::Questions(Ok(vec![question])), 0);
        session.show_question(1);
        assert_eq!(session.team.reviewing.question_focus.0, 1, "its own film is there: it is shown");
    }
}
