//! The work of many: handing films out to readers and following the tasks.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::domain::assignment::{Hands, Plan, Score, Stage, TaskChoice};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::{Act, Matter};
use crate::domain::task::TaskState;
use crate::session::effect::{Effect, FilePurpose};
use crate::session::screen::{Dialog, Session};

use super::TeamTask;

/// Which films are handed out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum FilmPool {
    #[default]
    All,
    /// What the list shows: a search, a filter, a query.
    Shown(Vec<ImageId>),
    /// A text file with one film or study on each line.
    File(PathBuf),
    /// Films that are kept back because their truth is known.
    HiddenTruths,
}

/// A handing out as it is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssignOrder {
    pub pool: FilmPool,
    /// Only so many studies or films, by chance.
    pub sample: Option<usize>,
    pub plan: Plan,
    /// Empty: everybody who may.
    pub people: Vec<ReaderId>,
}

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum AssignCommand {
    /// Read it anew.
    Load,
    /// Who would get how many; hands nothing out.
    Preview(Box<AssignOrder>),
    HandOut(Box<AssignOrder>),
    /// The file of [`FilmPool::File`].
    ChooseFile,
    TakeBack(TaskChoice),
    /// Asks whether these completed films are given back to their reader.
    AskGiveBack(GiveBack),
    GiveBack(GiveBack),
    Give {
        choice: TaskChoice,
        to: ReaderId,
    },
    Pause {
        choice: TaskChoice,
        is_paused: bool,
    },
    Priority {
        choice: TaskChoice,
        priority: i32,
    },
    /// Films whose truth this layer knows.
    KeepBack {
        films: Vec<ImageId>,
        layer: ReaderId,
    },
    /// All films that are kept back are handed out as others are again.
    Release,
}

/// What is asked of the store, on another thread; answered by [`AssignNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum AssignTask {
    Load,
    Preview(Box<AssignOrder>),
    HandOut(Box<AssignOrder>),
    TakeBack(TaskChoice),
    /// To be read again, by whoever completed them.
    GiveBack(TaskChoice),
    Give {
        choice: TaskChoice,
        to: ReaderId,
    },
    Pause {
        choice: TaskChoice,
        is_paused: bool,
    },
    Priority {
        choice: TaskChoice,
        priority: i32,
    },
    KeepBack {
        films: Vec<ImageId>,
        layer: ReaderId,
    },
    Release,
}

/// Completed films of one person that are to be read again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GiveBack {
    pub to: ReaderId,
    /// `None`: all that the person has completed.
    pub film: Option<ReadFilm>,
    pub num_films: usize,
}

/// One reading of a film.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadFilm {
    pub image: ImageId,
    /// The person's own, or that of a later reading by the same person.
    pub layer: ReaderId,
}

impl GiveBack {
    /// The layer of the reading, where it is one that is held against the person's first.
    pub fn later_reading(&self) -> Option<&ReaderId> {
        self.film.as_ref().map(|film| &film.layer).filter(|layer| **layer != self.to)
    }

    fn choice(self) -> TaskChoice {
        let (films, layers) = self.film.into_iter().map(|film| (film.image, film.layer)).unzip();
        TaskChoice {
            people: BTreeSet::from([self.to]),
            films,
            layers,
            stage: Some(Stage::Read),
            state: Some(TaskState::Completed),
        }
    }
}

/// A handing out that was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MadeRow {
    pub id: i64,
    pub at_ms: i64,
    /// Reader id; empty where nobody was signed in.
    pub by: String,
    pub pool: String,
    pub stage: Stage,
    pub strategy: String,
    pub each: Option<u32>,
    pub num_people: usize,
    pub seed: u64,
    pub num_tasks: u32,
}

/// How tasks stand.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AssignFacts {
    /// This person still reads without knowing of others: how far they are is not said.
    pub hides_progress: bool,
    /// By person and stage.
    pub hands: Vec<(ReaderId, Stage, Hands)>,
    pub made: Vec<MadeRow>,
    /// By layer, for films with a known truth.
    pub scores: Vec<(ReaderId, Score)>,
    pub num_kept_back: usize,
    pub num_films: usize,
    /// Films that are in anybody's hands to be read.
    pub num_handed_out: usize,
}

/// Who would get how many films.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DealtFacts {
    pub num_films: usize,
    pub num_tasks: usize,
    pub num_kept_back: usize,
    pub loads: Vec<(ReaderId, usize)>,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum AssignNews {
    /// A sentence: what was done; and how tasks stand now.
    Done(String, Box<AssignFacts>),
    /// What could not be done, and why.
    Failed(String),
    Loaded(Result<Box<AssignFacts>, String>),
    /// Of this order; or why it can't be.
    Previewed(Box<AssignOrder>, Result<DealtFacts, String>),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct AssignDesk {
    pub is_loading: bool,
    /// Something is being changed.
    pub is_busy: bool,
    pub facts: Option<Box<AssignFacts>>,
    /// Why there are none.
    pub failure: Option<String>,
    /// The order that was looked at last, and what would come of it.
    pub preview: Option<(Box<AssignOrder>, Result<DealtFacts, String>)>,
    /// The order that is being looked at.
    pub asked: Option<Box<AssignOrder>>,
    /// The file that was chosen for a pool.
    pub file: Option<PathBuf>,
}

impl AssignCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    /// What the page of tasks shows is read when it is opened.
    pub(in crate::session) fn load_tasks(&mut self) -> Vec<Effect> {
        self.team.assigning.is_loading = true;
        vec![TeamTask::Assign(AssignTask::Load).effect()]
    }

    pub(in crate::session) fn pool_file_chosen(&mut self, path: PathBuf) -> Vec<Effect> {
        self.team.assigning.file = Some(path);
        Vec::new()
    }

    pub(super) fn assigning_command(&mut self, command: AssignCommand, _now_ms: i64) -> Vec<Effect> {
        let task = match command {
            AssignCommand::Load => return self.load_tasks(),
            AssignCommand::ChooseFile => return vec![Effect::ChoosePath(FilePurpose::PoolOfFilms)],
            AssignCommand::Preview(order) => {
                // One at a time: what came up meanwhile is asked for when the answer is there.
                self.team.assigning.asked = Some(order.clone());
                return vec![TeamTask::Assign(AssignTask::Preview(order)).effect()];
            }
            AssignCommand::HandOut(order) => AssignTask::HandOut(order),
            AssignCommand::TakeBack(choice) => AssignTask::TakeBack(choice),
            AssignCommand::AskGiveBack(asked) => {
                self.dialog = Some(Dialog::GiveBack(asked));
                return Vec::new();
            }
            AssignCommand::GiveBack(asked) => AssignTask::GiveBack(asked.choice()),
            AssignCommand::Give { choice, to } => AssignTask::Give { choice, to },
            AssignCommand::Pause { choice, is_paused } => AssignTask::Pause { choice, is_paused },
            AssignCommand::Priority { choice, priority } => AssignTask::Priority { choice, priority },
            AssignCommand::KeepBack { films, layer } => AssignTask::KeepBack { films, layer },
            AssignCommand::Release => AssignTask::Release,
        };
        if self.team.assigning.is_busy || !self.may(Matter::Tasks, Act::Change) {
            return Vec::new();
        }
        self.team.assigning.is_busy = true;
        vec![TeamTask::Assign(task).effect()]
    }

    pub(super) fn assigning_news(&mut self, news: AssignNews, _now_ms: i64) -> Vec<Effect> {
        let desk = &mut self.team.assigning;
        match news {
            AssignNews::Done(text, facts) => {
                desk.is_busy = false;
                desk.is_loading = false;
                // What would come of an order is something else now.
                desk.preview = None;
                desk.asked = None;
                (desk.facts, desk.failure) = (Some(facts), None);
                self.tell_team(false, text);
                return self.reader_id().cloned().map(|reader| Effect::LoadWorklist { reader }).into_iter().collect();
            }
            AssignNews::Failed(text) => {
                desk.is_busy = false;
                self.tell_team(true, text);
            }
            AssignNews::Loaded(loaded) => {
                desk.is_loading = false;
                match loaded {
                    Ok(facts) => (desk.facts, desk.failure) = (Some(facts), None),
                    Err(why) => (desk.facts, desk.failure) = (None, Some(why)),
                }
            }
            AssignNews::Previewed(order, dealt) => {
                if desk.asked.as_ref() == Some(&order) {
                    desk.asked = None;
                }
                desk.preview = Some((order, dealt));
            }
        }
        Vec::new()
    }
}
