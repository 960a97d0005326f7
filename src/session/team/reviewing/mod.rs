//! The work of many: settling what readers disagree on, finding by finding.
//!
//! The film is shown by the same viewport as on the reading screen, opened to look at only. What is decided goes to the
//! store step by step; the screen does not wait for it, and shows what the store has where a step was refused there.

mod board;
mod deciding;
mod film_list;
mod hand;
mod merging;
mod naming;
mod opening;
mod questions;

pub use board::{ReviewItem, Seen};
pub use film_list::{FilmList, FilmOrder};
pub use hand::{Hand, HeldBox};
pub use merging::Merging;
pub use naming::{Name, NameToChoose, Naming};
pub use questions::ReaderQuestion;

use std::collections::BTreeSet;

use crate::domain::adjudication::{FilmToReview, FindingFilter, FindingKey, Gist, MadeStep, Review, ReviewTurn};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::people::Role;
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::session::effect::Effect;
use crate::session::screen::{NoticeKind, Screen, Session};

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum ReviewCommand {
    /// Shows the films that wait for review, read anew.
    Load,
    Open(ImageId),
    FilterFilms(Option<ReviewTurn>),
    OrderFilms(FilmOrder),
    /// The places of the list of films that are in sight.
    FilmsInSight(usize, usize),
    /// The film after the open one in the list, or before it.
    StepFilm(isize),
    Choose(ReviewItem),
    /// Beside the chosen one, to merge them.
    ChooseToo(FindingKey),
    Hover(Option<FindingKey>),
    /// The finding below in the list, or above.
    Step(isize),
    NextUnsettled,
    Filter(FindingFilter),
    Accept,
    /// As the reader at this place has it.
    Take(usize),
    TakeModel,
    /// Opens the list of names for what is chosen; decides nothing.
    Name,
    FindName(String),
    /// To the name below in that list, or above.
    StepName(isize),
    TakeName,
    CallIt(Name),
    Label(LabelName),
    /// The film's answer to the chosen label.
    Answer(Option<Presence>),
    /// Whether the film is fit to be read.
    Judge(Option<UnfitReason>),
    Reject,
    /// Takes the decision back.
    Clear,
    Edit,
    Add,
    /// At once where only one other finding overlaps; else asks with which, and asked again takes the one that is marked.
    Merge,
    /// With this one of those that overlap.
    MergeWith(FindingKey),
    /// Marks the one below among them, or above.
    MarkToMerge(isize),
    Split,
    /// Opens the field for a question.
    Ask,
    Question(String),
    /// Asks this reader too, or no longer.
    AskOf(ReaderId),
    SendQuestion,
    /// Opens the film of the next question to the person who is signed in, at its place.
    OpenQuestion,
    /// The place of one of the open film's questions.
    ShowQuestion(u32),
    /// Their answer.
    AnswerQuestion {
        image: ImageId,
        number: u32,
        text: String,
    },
    /// Why it was decided so.
    Explain(String),
    AdoptUnanimous,
    Undo,
    Redo,
    Sign,
    Unsign,
    /// The film without any mark.
    Bare(bool),
    ToggleNames,
}

/// What is asked of the store, on another thread; answered by [`ReviewNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum ReviewTask {
    Load {
        reviewer: ReaderId,
    },
    Open {
        image: ImageId,
        reviewer: ReaderId,
        at_ms: i64,
    },
    /// As it is stored, after another reviewer went on with it.
    Reread {
        image: ImageId,
    },
    Keep {
        image: ImageId,
        made: Box<MadeStep>,
        /// Steps of the review that the reviewer had seen.
        seen: usize,
    },
    /// What readers of these films marked, in sum.
    Gists {
        reviewer: ReaderId,
        images: Vec<ImageId>,
    },
    /// What reviewers ask this reader.
    Questions {
        reader: ReaderId,
    },
    /// A reader's answer. What comes back tells nothing of the review.
    Answer {
        image: ImageId,
        reader: ReaderId,
        question: u32,
        text: String,
        at_ms: i64,
    },
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum ReviewNews {
    /// The films that wait for review, or why they can't be told.
    Films(Result<Vec<FilmToReview>, String>),
    Opened {
        image: ImageId,
        review: Result<Box<Review>, String>,
    },
    Kept {
        image: ImageId,
        outcome: Result<Box<Review>, String>,
        /// What stands in the consensus again, in a sentence, where the signature that settled the film was taken back.
        told: Option<&'static str>,
    },
    /// Of some of the films that were asked for at least; `None`: there is nothing to know of it. Or why not.
    Gists(Result<Vec<(ImageId, Option<Gist>)>, String>),
    /// Or why they can't be told.
    Questions(Result<Vec<ReaderQuestion>, String>),
    Answered(Result<(), String>),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct ReviewDesk {
    pub is_loading: bool,
    /// In the reviewer's order.
    pub films: Vec<FilmToReview>,
    pub list: FilmList,
    /// Why there is no list, or no film.
    pub failure: Option<String>,
    /// The film that is open; `None`: the list is shown.
    pub image: Option<ImageId>,
    /// `None` until it is there.
    pub review: Option<Box<Review>>,
    pub chosen: Option<ReviewItem>,
    pub also_chosen: BTreeSet<FindingKey>,
    pub hovered: Option<FindingKey>,
    pub filter: FindingFilter,
    pub hand: Hand,
    /// The list of names, while it is open.
    pub naming: Option<Naming>,
    /// Signing was held up once for a question without an answer.
    is_told_of_questions: bool,
    /// Nothing lies over the film while the key is held.
    pub is_bare: bool,
    /// Readers go by their ids rather than by A, B, C.
    pub shows_names: bool,
    /// What reviewers ask the person who is signed in.
    pub questions: Vec<ReaderQuestion>,
    /// The question to be shown as soon as its film is there.
    wanted_question: Option<(ImageId, u32)>,
    /// The question whose answer takes the keyboard, and how often one has.
    pub question_focus: (u32, u64),
    is_at_list: bool,
    /// Steps on their way to the store.
    pub num_on_way: usize,
    /// The film's marks did not come from the store since a step was refused there.
    is_stale: bool,
}

impl ReviewCommand {
    pub fn is_available(&self, session: &Session) -> bool {
        let is_there = session.project.is_some() && session.reader.is_some();
        match self {
            Self::Load | Self::Open(_) => {
                is_there && session.reader.as_ref().is_some_and(|reader| reader.roles.has(Role::Reviewer))
            }
            Self::OpenQuestion => is_there && session.num_questions_waiting() > 0,
            Self::AnswerQuestion { .. } | Self::ShowQuestion(_) => is_there,
            Self::FilterFilms(_) | Self::OrderFilms(_) | Self::FilmsInSight(..) => {
                is_there && session.screen == Screen::Review
            }
            Self::SendQuestion => matches!(session.team.reviewing.hand, Hand::Asking { .. }),
            Self::StepFilm(_) => is_there && session.screen == Screen::Review && session.team.reviewing.image.is_some(),
            _ => is_there && session.screen == Screen::Review && session.team.reviewing.review.is_some(),
        }
    }

    /// Whether what it switches is on.
    pub const fn is_on(&self, session: &Session) -> bool {
        matches!(self, Self::ToggleNames) && session.team.reviewing.shows_names
    }
}

impl Session {
    pub(super) fn reviewing_command(&mut self, command: ReviewCommand, now_ms: i64) -> Vec<Effect> {
        match command {
            ReviewCommand::Load => return self.show_films_to_review(now_ms),
            ReviewCommand::Open(image) => return self.open_for_review(image, now_ms),
            ReviewCommand::StepFilm(step) => return self.step_review_film(step, now_ms),
            ReviewCommand::Accept => return self.accept_item(now_ms),
            ReviewCommand::Take(place) => return self.take_readers(place, now_ms),
            ReviewCommand::TakeModel => return self.take_models(now_ms),
            ReviewCommand::TakeName => return self.take_name(now_ms),
            ReviewCommand::CallIt(name) => return self.call_it(name, now_ms),
            ReviewCommand::OrderFilms(order) => return self.order_films(order, now_ms),
            ReviewCommand::FilmsInSight(from, to) => return self.films_in_sight(from, to, now_ms),
            ReviewCommand::ShowQuestion(number) => self.show_question(number),
            ReviewCommand::FilterFilms(filter) => return self.filter_films(filter, now_ms),
            ReviewCommand::Name => self.begin_naming(),
            ReviewCommand::FindName(query) => self.find_name(query),
            ReviewCommand::StepName(step) => self.step_name(step),
            ReviewCommand::Label(label) => return self.relabel_finding(label, now_ms),
            ReviewCommand::Answer(presence) => return self.answer_item(presence, now_ms),
            ReviewCommand::Judge(unfit) => return self.judge_fitness(unfit, now_ms),
            ReviewCommand::Reject => return self.reject_item(now_ms),
            ReviewCommand::Clear => return self.clear_finding(now_ms),
            ReviewCommand::Merge => return self.merge_findings(now_ms),
            ReviewCommand::MergeWith(key) => return self.merge_with(key, now_ms),
            ReviewCommand::MarkToMerge(step) => self.mark_to_merge(step),
            ReviewCommand::Split => return self.split_finding(now_ms),
            ReviewCommand::SendQuestion => return self.send_question(now_ms),
            ReviewCommand::Explain(rationale) => return self.explain_finding(rationale, now_ms),
            ReviewCommand::AdoptUnanimous => return self.adopt_unanimous(now_ms),
            ReviewCommand::Undo => return self.undo_review(now_ms),
            ReviewCommand::Redo => return self.redo_review(now_ms),
            ReviewCommand::Sign => return self.sign_review(now_ms),
            ReviewCommand::Unsign => return self.unsign_review(now_ms),
            ReviewCommand::OpenQuestion => return self.open_question(now_ms),
            ReviewCommand::AnswerQuestion { image, number, text } => {
                return self.answer_question(image, number, &text, now_ms);
            }
            ReviewCommand::Choose(item) => self.choose_item(Some(item)),
            ReviewCommand::ChooseToo(key) => self.choose_finding_too(key),
            ReviewCommand::Hover(key) => self.team.reviewing.hovered = key,
            ReviewCommand::Step(step) => self.step_item(step),
            ReviewCommand::NextUnsettled => self.go_to_unsettled(),
            ReviewCommand::Filter(filter) => self.filter_findings(filter),
            ReviewCommand::Edit => self.edit_finding(),
            ReviewCommand::Add => self.add_finding(),
            ReviewCommand::Ask => self.begin_question(),
            ReviewCommand::Question(text) => {
                if let Hand::Asking { text: typed, .. } = &mut self.team.reviewing.hand {
                    *typed = text;
                }
            }
            ReviewCommand::AskOf(reader) => {
                if let Hand::Asking { of, .. } = &mut self.team.reviewing.hand
                    && !of.remove(&reader)
                {
                    of.insert(reader);
                }
            }
            ReviewCommand::Bare(is_bare) => self.team.reviewing.is_bare = is_bare,
            ReviewCommand::ToggleNames => self.team.reviewing.shows_names ^= true,
        }
        Vec::new()
    }

    pub(super) fn reviewing_news(&mut self, news: ReviewNews, now_ms: i64) -> Vec<Effect> {
        match news {
            ReviewNews::Films(films) => {
                let desk = &mut self.team.reviewing;
                desk.is_loading = false;
                match films {
                    Ok(films) => {
                        (desk.films, desk.failure) = (films, None);
                        desk.list.begin_anew();
                        self.arrange_films();
                    }
                    Err(why) => desk.failure = Some(why),
                }
                self.mind_gists(now_ms)
            }
            ReviewNews::Gists(outcome) => self.gists_known(outcome, now_ms),
            ReviewNews::Opened { image, review } => {
                self.review_opened(&image, review);
                Vec::new()
            }
            ReviewNews::Kept { image, outcome, told } => {
                if let Some(sentence) = told {
                    // The reviewer may have gone on to another film meanwhile.
                    let text = if self.team.reviewing.image.as_ref() == Some(&image) {
                        sentence.to_owned()
                    } else {
                        format!("{sentence} This is about film {image}.")
                    };
                    self.notify(NoticeKind::Warning, text);
                }
                self.step_kept(&image, outcome, now_ms)
            }
            ReviewNews::Questions(questions) => {
                match questions {
                    Ok(questions) => {
                        self.team.reviewing.questions = questions;
                        self.drop_lost_question();
                    }
                    Err(why) => self.notify(NoticeKind::Error, format!("Questions from review can't be read. {why}")),
                }
                Vec::new()
            }
            ReviewNews::Answered(outcome) => self.question_answered(outcome),
        }
    }
}

impl ReviewTask {
    fn effect(self) -> Effect {
        TeamTask::Review(self).effect()
    }
}

impl Session {
    fn load_films_to_review(&self) -> Option<Effect> {
        self.reader_id().cloned().map(|reviewer| ReviewTask::Load { reviewer }.effect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::adjudication::Case;
    use crate::session::gesture_script::reading_session;

    #[test]
    fn what_is_told_of_a_film_that_is_no_longer_open_names_it() {
        let mut session = reading_session();
        let mut told_of = |film: &str| {
            session.team.reviewing.image = Some(ImageId::new("open"));
            let image = ImageId::new(film);
            let case = Case::new(image.clone(), &[], &[], &[ReaderId::new("V1")], 1);
            let outcome = Ok(Box::new(Review::open(case)));
            let told = Some("The consensus of this film is another.");
            session.reviewing_news(ReviewNews::Kept { image, outcome, told }, 0);
            session.notice.take().unwrap().text
        };
        assert_eq!(told_of("open"), "The consensus of this film is another.");
        assert_eq!(told_of("left"), "The consensus of this film is another. This is about film left.");
    }
}
