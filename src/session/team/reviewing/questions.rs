//! What reviewers ask a reader: the place, the question, the answer, and nothing of anybody else.

use crate::domain::geometry::Point;
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

impl Session {
    /// Questions about this film.
    pub fn questions_on<'a>(&'a self, film: &'a OpenFilm) -> impl Iterator<Item = &'a ReaderQuestion> {
        self.team.reviewing.questions.iter().filter(|question| question.image == *film.image())
    }

    /// Questions that wait for an answer.
    pub fn num_questions_waiting(&self) -> usize {
        self.team.reviewing.questions.iter().filter(|question| question.answer.is_none()).count()
    }

    /// Asked for whenever the person comes to the list of films.
    pub(in crate::session) fn mind_questions(&mut self) -> Option<Effect> {
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
        let waiting: Vec<&ImageId> =
            questions.iter().filter(|one| one.answer.is_none()).map(|one| &one.image).collect();
        let after = waiting.iter().rposition(|image| Some(*image) == here.as_ref()).map_or(0, |at| at + 1);
        let Some(image) = waiting.get(after).or_else(|| waiting.first()).map(|image| (*image).clone()) else {
            self.notify(NoticeKind::Info, "No question waits for your answer.");
            return Vec::new();
        };
        self.with_comment_kept(now_ms, |session| session.open_film(image, now_ms))
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
