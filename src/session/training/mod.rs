//! Training as the window has it: frozen data sets, runs as their folders say, and which films are worth reading next.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::evaluation::plot::Plot;
use crate::domain::id::ImageId;
use crate::domain::training::dataset::{DatasetId, FreezePlan};
use crate::domain::training::queueing::Queued;
use crate::domain::training::run::{Figure, Wish};
use crate::domain::training::spec::TrainingId;

use super::effect::Effect;
use super::screen::{Dialog, NoticeKind, Screen, Session};

mod draft;
mod following;
mod news;
mod quitting;
#[cfg(test)]
mod training_script;

pub use draft::{RunDraft, networks};
pub use news::{Balance, ClassBalance, DatasetRow, Estimate, GainPoint, OpenDataset, RunRow, SampleFilm, TrainNews};
pub use quitting::Leaving;

/// A page of the screen of training, in the order in which they are used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum TrainPage {
    /// What is learned from.
    #[default]
    Data,
    /// How.
    New,
    /// What runs, ran and waits.
    Runs,
    /// Which films are worth reading next.
    Next,
}

impl TrainPage {
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Data, "Data"), (Self::New, "New run"), (Self::Runs, "Runs"), (Self::Next, "Next films")];
}

/// A question about training.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrainDialog {
    /// What is frozen, and how it is split.
    Freeze,
    /// Whether the test films of a data set are locked for good.
    Lock(DatasetId),
    /// Whether the model of a run takes the place of the one in use.
    Promote(TrainingId),
    /// Whether a run that has ended goes, with all that it wrote.
    DeleteRun(TrainingId),
    /// Whether a data set goes that nothing was learned from.
    DeleteDataset(DatasetId),
    /// Whether runs go on while the window is closed.
    Quit,
}

/// Something done with training.
#[derive(Clone, PartialEq, Debug)]
pub enum TrainCommand {
    /// The screen of training.
    Show,
    Leave,
    Page(TrainPage),
    /// Read everything again.
    Reload,
    /// What failed was read.
    Dismiss,
    AskFreeze,
    Freeze(Box<FreezePlan>),
    OpenDataset(DatasetId),
    AskLock(DatasetId),
    Lock(DatasetId),
    /// A new run on this data set.
    TrainOn(DatasetId),
    /// The form of a new run as it is now.
    Draft(Box<RunDraft>),
    /// What stands in the form is started, or waits in the queue.
    Start,
    OpenRun(TrainingId),
    /// Another run beside the open one; none: the open one alone.
    CompareWith(Option<TrainingId>),
    Wish(TrainingId, Wish),
    /// The open run, where it stopped.
    Resume(TrainingId),
    /// Out of the queue.
    Withdraw(TrainingId),
    /// To the front of the queue.
    First(TrainingId),
    Note(TrainingId, String),
    AskDeleteRun(TrainingId),
    DeleteRun(TrainingId),
    AskDeleteDataset(DatasetId),
    DeleteDataset(DatasetId),
    /// Whether the model of a run comes into use.
    AskPromote(TrainingId),
    /// The model of a run into use.
    Promote(TrainingId),
    /// A new run that starts from the model of this one.
    Continue(TrainingId),
    /// Choose anew which films are worth reading next.
    ChooseNext,
    /// The first film of that list that is not read yet.
    ReadNext,
    OpenFilm(ImageId),
    /// Close the window; runs go on without it.
    QuitAndGoOn,
    /// Close the window after a checkpoint; the next start can go on from there.
    QuitAndStop,
}

/// What is read, made or asked of runs outside the session.
#[derive(Clone, PartialEq, Debug)]
pub enum TrainTask {
    OpenDataset(DatasetId),
    Freeze(Box<FreezePlan>),
    Lock(DatasetId),
    /// How long a run would take, and with which memory; of "this computer" what fits.
    Estimate(Box<RunDraft>),
    Start(Box<RunDraft>),
    /// Whose curves and samples are told, from their first line on.
    Follow(Vec<TrainingId>),
    Wish(TrainingId, Wish),
    Resume(TrainingId),
    Withdraw(TrainingId),
    First(TrainingId),
    Note(TrainingId, String),
    DeleteRun(TrainingId),
    DeleteDataset(DatasetId),
    Promote(TrainingId),
    ChooseNext,
    /// Runs of this window go on without it.
    Detach,
    /// They write a checkpoint and stop.
    StopAll,
}

/// What a run's folder said so far.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunFigures {
    pub figures: Vec<Figure>,
    /// Dev films with what the newest weights say of them.
    pub samples: Vec<SampleFilm>,
    pub sample_step: u64,
}

/// How the screen of training is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TrainingDesk {
    pub page: TrainPage,
    /// The newest first.
    pub datasets: Vec<DatasetRow>,
    pub dataset: Option<Arc<OpenDataset>>,
    /// Those that run, then those that wait, then the newest.
    pub runs: Vec<RunRow>,
    pub open: Option<TrainingId>,
    pub beside: Option<TrainingId>,
    /// What was asked of runs and has not happened yet.
    pub wishes: BTreeMap<TrainingId, Wish>,
    pub figures: BTreeMap<TrainingId, RunFigures>,
    /// Of the open run, and of the one beside it.
    pub plots: Vec<Plot>,
    pub draft: Option<Box<RunDraft>>,
    /// For the draft as it is; `None` while it is counted.
    pub estimate: Option<Result<Estimate, String>>,
    pub next: Vec<Queued>,
    pub gains: Vec<GainPoint>,
    pub leaving: Leaving,
    pub is_loaded: bool,
    /// What is being done now; nothing else is begun meanwhile.
    pub doing: Option<&'static str>,
    pub failure: Option<String>,
    came_from: Option<Screen>,
}

impl TrainingDesk {
    pub fn run(&self, id: TrainingId) -> Option<&RunRow> {
        self.runs.iter().find(|run| run.id == id)
    }

    pub fn open_run(&self) -> Option<&RunRow> {
        self.open.and_then(|id| self.run(id))
    }

    /// Whether this run can stand beside the open one: figures of another task are other figures.
    pub fn can_compare(&self, other: TrainingId) -> bool {
        let task = |id: TrainingId| self.run(id).map(|run| run.architecture.task());
        self.open.is_some_and(|open| open != other && task(open).is_some() && task(open) == task(other))
    }

    /// Whether another run that waits stands before this one.
    pub fn waits_behind(&self, id: TrainingId) -> bool {
        self.runs.iter().find(|run| run.is_waiting()).is_some_and(|first| first.id != id)
    }

    /// The run that this window started and that is at work.
    pub fn own_live(&self) -> Option<&RunRow> {
        self.runs.iter().find(|run| run.is_ours && run.is_live())
    }

    /// The run that a process works on.
    pub fn live(&self) -> Option<&RunRow> {
        self.runs.iter().find(|run| run.is_live())
    }
}

impl TrainCommand {
    pub(super) fn is_available(&self, session: &Session) -> bool {
        let Some(project) = &session.project else { return false };
        let desk = &session.training;
        let can_write = !project.is_read_only;
        let is_free = desk.doing.is_none();
        match self {
            Self::Show | Self::Leave | Self::Page(_) | Self::Reload | Self::Dismiss | Self::OpenDataset(_) => true,
            Self::OpenRun(id) => desk.run(*id).is_some(),
            Self::CompareWith(other) => desk.open.is_some() && other.is_none_or(|other| desk.can_compare(other)),
            Self::AskFreeze | Self::Freeze(_) | Self::ChooseNext => can_write && is_free,
            Self::AskLock(id) | Self::Lock(id) => {
                can_write && is_free && desk.datasets.iter().any(|row| row.id == *id && !row.is_locked)
            }
            Self::AskDeleteRun(id) | Self::DeleteRun(id) => {
                can_write && is_free && desk.run(*id).is_some_and(|run| !run.is_live() && !run.is_waiting())
            }
            Self::AskDeleteDataset(id) | Self::DeleteDataset(id) => {
                can_write && is_free && desk.datasets.iter().any(|row| row.id == *id)
            }
            Self::TrainOn(_) => can_write && !desk.datasets.is_empty(),
            Self::Draft(_) | Self::Note(..) => can_write,
            Self::Start => can_write && is_free && session.why_no_start().is_none() && session.is_draft_settled(),
            Self::Wish(id, _) => can_write && desk.run(*id).is_some_and(RunRow::is_live),
            Self::Resume(id) => {
                can_write && is_free && desk.run(*id).is_some_and(RunRow::can_resume) && desk.live().is_none()
            }
            Self::Withdraw(id) => can_write && desk.run(*id).is_some_and(RunRow::is_waiting),
            Self::First(id) => can_write && desk.run(*id).is_some_and(RunRow::is_waiting) && desk.waits_behind(*id),
            Self::AskPromote(id) | Self::Promote(id) => {
                let made = desk.run(*id).and_then(|run| run.made_model);
                can_write && is_free && desk.run(*id).is_some_and(RunRow::is_completed) && {
                    made.is_none_or(|model| !session.models.is_in_use(model))
                }
            }
            Self::Continue(id) => can_write && desk.run(*id).is_some_and(|run| run.made_model.is_some()),
            Self::ReadNext => session.next_worth_reading().is_some(),
            Self::OpenFilm(image) => session.reader.is_some() && session.worklist.row(image).is_some(),
            Self::QuitAndGoOn | Self::QuitAndStop => session.dialog == Some(Dialog::Train(TrainDialog::Quit)),
        }
    }
}

impl Session {
    pub(super) fn train_command(&mut self, command: TrainCommand, now_ms: i64) -> Vec<Effect> {
        if !command.is_available(self) {
            return Vec::new();
        }
        match command {
            TrainCommand::Show => return self.show_training(now_ms),
            TrainCommand::Leave => self.leave_training(),
            TrainCommand::Page(page) => return self.show_train_page(page),
            TrainCommand::Reload => return vec![Effect::LoadTraining],
            TrainCommand::Dismiss => self.training.failure = None,
            TrainCommand::AskFreeze => {
                let effects = self.show_training(now_ms);
                self.training.page = TrainPage::Data;
                self.dialog = Some(Dialog::Train(TrainDialog::Freeze));
                return effects;
            }
            TrainCommand::Freeze(plan) => {
                self.dialog = None;
                return self.train_task(TrainTask::Freeze(plan), "Freezing the data set");
            }
            TrainCommand::OpenDataset(id) => {
                self.training.failure = None;
                return self.train_quietly(TrainTask::OpenDataset(id));
            }
            TrainCommand::AskLock(id) => self.dialog = Some(Dialog::Train(TrainDialog::Lock(id))),
            TrainCommand::Lock(id) => {
                self.dialog = None;
                return self.train_task(TrainTask::Lock(id), "Locking the test films");
            }
            TrainCommand::TrainOn(id) => return self.begin_draft(Some(id)),
            TrainCommand::Draft(draft) => return self.draft_changed(draft),
            TrainCommand::Start => {
                if let Some(draft) = self.training.draft.clone() {
                    return self.train_task(TrainTask::Start(draft), "Getting the run ready");
                }
            }
            TrainCommand::OpenRun(id) => return self.open_training(id),
            TrainCommand::CompareWith(other) => return self.compare_trainings(other),
            TrainCommand::Wish(id, wish) => {
                self.training.wishes.insert(id, wish);
                return self.train_quietly(TrainTask::Wish(id, wish));
            }
            TrainCommand::Resume(id) => return self.train_task(TrainTask::Resume(id), "Going on with the run"),
            TrainCommand::Withdraw(id) => return self.train_quietly(TrainTask::Withdraw(id)),
            TrainCommand::First(id) => return self.train_quietly(TrainTask::First(id)),
            TrainCommand::Note(id, text) => return self.note_on_training(id, &text),
            TrainCommand::AskDeleteRun(id) => self.dialog = Some(Dialog::Train(TrainDialog::DeleteRun(id))),
            TrainCommand::DeleteRun(id) => {
                self.dialog = None;
                return self.train_task(TrainTask::DeleteRun(id), "Deleting the run");
            }
            TrainCommand::AskDeleteDataset(id) => {
                self.dialog = Some(Dialog::Train(TrainDialog::DeleteDataset(id)));
            }
            TrainCommand::DeleteDataset(id) => {
                self.dialog = None;
                return self.train_task(TrainTask::DeleteDataset(id), "Deleting the data set");
            }
            TrainCommand::AskPromote(id) => self.dialog = Some(Dialog::Train(TrainDialog::Promote(id))),
            TrainCommand::Promote(id) => {
                self.dialog = None;
                return self.train_task(TrainTask::Promote(id), "Bringing the model into use");
            }
            TrainCommand::Continue(id) => return self.continue_training(id),
            TrainCommand::ChooseNext => return self.train_task(TrainTask::ChooseNext, "Choosing films"),
            TrainCommand::ReadNext => {
                if let Some(image) = self.next_worth_reading().cloned() {
                    return self.open_film(image, now_ms);
                }
            }
            TrainCommand::OpenFilm(image) => return self.open_film(image, now_ms),
            TrainCommand::QuitAndGoOn => return self.quit_decided(TrainTask::Detach),
            TrainCommand::QuitAndStop => return self.quit_decided(TrainTask::StopAll),
        }
        Vec::new()
    }

    fn show_training(&mut self, now_ms: i64) -> Vec<Effect> {
        self.with_comment_kept(now_ms, |session| {
            if session.screen != Screen::Train {
                session.training.came_from = Some(session.screen);
                session.screen = Screen::Train;
            }
            vec![Effect::LoadTraining]
        })
    }

    fn leave_training(&mut self) {
        self.screen = match self.training.came_from.take() {
            Some(Screen::Film) if self.pane.film.is_some() => Screen::Film,
            Some(Screen::Project) => Screen::Project,
            Some(Screen::Models) => Screen::Models,
            Some(Screen::Evaluate) => Screen::Evaluate,
            _ if self.reader.is_some() => Screen::Worklist,
            _ => Screen::SignIn,
        };
    }

    fn show_train_page(&mut self, page: TrainPage) -> Vec<Effect> {
        self.training.page = page;
        if page == TrainPage::New && self.training.draft.is_none() {
            return self.begin_draft(None);
        }
        Vec::new()
    }

    fn train_task(&mut self, task: TrainTask, doing: &'static str) -> Vec<Effect> {
        self.training.failure = None;
        self.training.doing = Some(doing);
        self.train_quietly(task)
    }

    /// Without a word that it is under way: it is over in a moment.
    fn train_quietly(&self, task: TrainTask) -> Vec<Effect> {
        let by = self.reader_id().map_or_else(String::new, |id| id.as_str().to_owned());
        vec![Effect::Train { task: Box::new(task), by }]
    }

    /// The first film of the list of those worth reading that this reader has not read.
    pub fn next_worth_reading(&self) -> Option<&ImageId> {
        self.reader.as_ref()?;
        let is_open = |image: &ImageId| {
            let state = self.worklist.row(image).map(|row| row.state);
            state.is_some_and(|state| state != crate::domain::task::TaskState::Completed)
        };
        self.training.next.iter().map(|film| &film.image).find(|image| is_open(image))
    }

    fn training_failed(&mut self, why: String) {
        self.training.doing = None;
        if self.screen != Screen::Train {
            self.notify(NoticeKind::Error, why.clone());
        }
        self.training.failure = Some(why);
    }
}
