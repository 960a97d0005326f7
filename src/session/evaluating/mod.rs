//! Evaluations as the window has them: which run is open, where its slider stands, and which errors are looked at.

mod sliding;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::evaluation::errors::{ErrorFilter, ErrorOrder};
use crate::domain::evaluation::live::{Live, OpenRun, Snapshot};
use crate::domain::evaluation::plot::{Matrix, Plot};
use crate::domain::evaluation::point::OperatingPoint;
use crate::domain::evaluation::result::Difference;
use crate::domain::evaluation::run::{EvaluationId, Plan, Run, RunSummary};
use crate::domain::evaluation::verdict::{Ruling, Verdict};

use super::effect::{Effect, FilePurpose};
use super::screen::{Dialog, NoticeKind, Screen, Session};

pub mod asking;
pub mod review;
pub mod studies;
pub mod shown_boxes;
pub mod walk;
#[cfg(test)]
mod walk_script;

pub use asking::{EvaluateDialog, FormFile};
pub use review::{Progress, TruthOwner};
pub use shown_boxes::{BoxRole, ShownBox};
pub use studies::{DataTables, StudyCommand, StudyDesk, StudyNews, StudyTask};
pub use walk::{ErrorDesk, ErrorIndex, ErrorList, bounds_of};

/// A page of the screen of evaluations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum EvaluatePage {
    /// Tables in the paper's layout.
    #[default]
    Summary,
    Curves,
    /// Crops of what was found, missed and mistaken.
    Gallery,
    /// Verdicts on disagreements.
    Review,
    /// Readers against the truth, with and without a model.
    Readers,
    /// The data set's own tables.
    Data,
}

impl EvaluatePage {
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Summary, "Summary"),
        (Self::Curves, "Curves"),
        (Self::Gallery, "Gallery"),
        (Self::Review, "Review"),
        (Self::Readers, "Readers"),
        (Self::Data, "Data"),
    ];
}

/// Which of the two thresholds the slider moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Slider {
    /// c*, of films.
    #[default]
    Film,
    /// The smallest score, of boxes.
    Box,
}

/// What is copied or saved.
#[derive(Clone, PartialEq, Debug)]
pub enum Sheet {
    Plot(Plot),
    Matrix(Matrix),
}

impl Sheet {
    /// As a file name: `roc`.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Plot(plot) => plot.key,
            Self::Matrix(matrix) => matrix.key,
        }
    }
}

/// Something done with evaluations.
#[derive(Clone, PartialEq, Debug)]
pub enum EvaluateCommand {
    /// The screen of evaluations.
    Show,
    Leave,
    Page(EvaluatePage),
    /// Ask what to evaluate.
    AskNew,
    /// Ask for a file of the form of a new evaluation.
    ChooseFile(FormFile),
    /// Ask whether the open run is to go.
    AskDelete,
    /// Ask where to write the open run to.
    AskReport,
    AskJson,
    AskCsv,
    /// What failed was read.
    Dismiss,
    Start(Box<Plan>),
    Open(EvaluationId),
    /// Another run beside the open one; none: the open one alone.
    CompareWith(Option<EvaluationId>),
    Delete(EvaluationId),
    /// Which threshold the slider moves.
    Slide(Slider),
    /// The threshold that the slider moves, to this value.
    MoveTo(f64),
    StepUp,
    StepDown,
    /// The operating point of the run's settings again.
    ResetPoint,
    /// c* where sensitivity + specificity is largest on these films.
    Youden,
    /// Ask where to write this plot; PNG, SVG or CSV by the file's ending.
    SaveSheet(Box<Sheet>),
    /// The plot as a picture on the system's clipboard.
    CopySheet(Box<Sheet>),
    /// The gallery with these items; from any bar, cell, dot or number.
    ShowErrors(Box<ErrorFilter>),
    /// The same without going there.
    FilterErrors(Box<ErrorFilter>),
    Order(ErrorOrder),
    /// The item of the gallery at this place, in its film.
    OpenError(usize),
    NextError,
    PreviousError,
    /// The suspected label at this place, in its film.
    OpenSuspect(usize),
    /// The first disagreement of the gallery's list without a verdict.
    OpenUnruled,
    /// From a film back to the list that it was opened from.
    BackToErrors,
    /// The reader knows that what is shown here is not blind.
    Understand,
    /// Crops of these films were shown.
    SawCrops(Vec<u32>),
    /// On the item that is open.
    Rule(Verdict),
    /// What was typed so far about it.
    Note(String),
    /// Where a verdict stands on it, it gets what was typed.
    KeepNote,
    /// The model's answer on the item that is open, into the reader's own reading.
    FixLabel,
    /// Ask where to write the verdicts to.
    ExportVerdicts,
    /// Something with studies of readers.
    Study(StudyCommand),
}

/// A change of the project's evaluations, to be made in the store and on the disk.
#[derive(Clone, PartialEq, Debug)]
pub enum EvaluationTask {
    /// Make a run and keep it; answered by `EvaluationOpened`.
    Start(Box<Plan>),
    /// Read a kept run; answered by `EvaluationOpened`.
    Open(EvaluationId),
    /// Read another one to stand beside it; answered by `EvaluationBeside`.
    Compare {
        open: EvaluationId,
        beside: EvaluationId,
    },
    Delete(EvaluationId),
    /// Keep a verdict; answered by `RulingsLoaded`.
    Rule {
        run: EvaluationId,
        ruling: Box<Ruling>,
    },
    /// The report, JSON, tables or verdicts of a run, by the file's ending and name.
    Export {
        run: EvaluationId,
        to: PathBuf,
    },
}

/// The run beside the open one.
#[derive(Clone, PartialEq, Debug)]
pub struct Beside {
    pub run: Arc<Run>,
    pub live: Arc<Live>,
    /// Over the films that both have.
    pub differences: Vec<Difference>,
    /// Films that both have, and that only one has.
    pub num_shared: u64,
    pub num_unshared: u64,
    /// Of the shared films, those of which the two runs hold something else for true.
    pub num_other_truths: u64,
}

/// How the screen of evaluations is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EvaluationDesk {
    /// The newest first.
    pub runs: Vec<RunSummary>,
    pub is_loaded: bool,
    /// Chosen for the form of a new evaluation.
    pub files: BTreeMap<FormFile, PathBuf>,
    /// What was asked for last: the next form starts with it.
    pub last_plan: Option<Box<Plan>>,
    pub open: Option<Arc<Run>>,
    pub beside: Option<Arc<Beside>>,
    /// What the slider needs of the open run.
    pub live: Option<Arc<Live>>,
    pub page: EvaluatePage,
    pub slider: Slider,
    /// Where the slider stands; `None` without an open run.
    pub point: Option<OperatingPoint>,
    /// What holds there: for the open run, and for the one beside it.
    pub snapshots: [Option<Arc<Snapshot>>; 2],
    /// Of the plots, the one that was asked to be saved, until it is known where to.
    pub saving: Option<Box<Sheet>>,
    pub filter: ErrorFilter,
    pub order: ErrorOrder,
    pub errors: ErrorDesk,
    pub studies: StudyDesk,
    /// Place in the gallery of the item that is open in its film.
    pub looked_at: Option<usize>,
    /// What is being done now; nothing else is begun meanwhile.
    pub doing: Option<&'static str>,
    pub failure: Option<String>,
    came_from: Option<Screen>,
}

impl EvaluateCommand {
    pub(super) fn is_available(&self, session: &Session) -> bool {
        let Some(project) = &session.project else { return false };
        let desk = &session.evaluating;
        match self {
            // Reader studies and the data set's own tables have plots without a run.
            // What readers did is shown without an open run too, after the same word.
            Self::Show
            | Self::Leave
            | Self::Page(_)
            | Self::Understand
            | Self::Dismiss
            | Self::SaveSheet(_)
            | Self::CopySheet(_) => true,
            Self::AskNew | Self::ChooseFile(_) | Self::Start(_) | Self::Delete(_) => {
                !project.is_read_only && desk.doing.is_none()
            }
            Self::AskDelete => !project.is_read_only && desk.doing.is_none() && desk.open.is_some(),
            Self::Open(_) | Self::CompareWith(_) => desk.doing.is_none(),
            Self::Rule(_) | Self::Note(_) | Self::KeepNote | Self::FixLabel => {
                desk.looked_at.is_some() && !project.is_read_only && session.reader.is_some()
            }
            command if walk::is_of_walk(command) => desk.looked_at.is_some(),
            Self::Study(command) => command.is_available(session),
            Self::Youden => desk.live.as_ref().is_some_and(|live| live.youden().is_some()),
            _ => desk.open.is_some(),
        }
    }
}

impl Session {
    pub(super) fn evaluate_command(&mut self, command: EvaluateCommand, now_ms: i64) -> Vec<Effect> {
        if !command.is_available(self) {
            return Vec::new();
        }
        match command {
            EvaluateCommand::Show => return self.show_evaluations(now_ms),
            EvaluateCommand::Leave => self.leave_evaluations(),
            EvaluateCommand::Page(page) => {
                self.evaluating.page = page;
                return self.study_page_shown(page);
            }
            EvaluateCommand::Study(command) => return self.study_command(command),
            EvaluateCommand::Start(plan) => return self.start_evaluation(plan),
            EvaluateCommand::Open(id) => {
                self.show_page_of_run();
                return self.evaluation_task(EvaluationTask::Open(id), "Reading the run");
            }
            EvaluateCommand::CompareWith(Some(beside)) => {
                if let Some(open) = self.evaluating.open.as_ref().map(|run| run.summary.id) {
                    return self.evaluation_task(EvaluationTask::Compare { open, beside }, "Comparing");
                }
            }
            EvaluateCommand::CompareWith(None) => {
                self.evaluating.beside = None;
                self.evaluating.snapshots[1] = None;
            }
            EvaluateCommand::Delete(id) => {
                self.dialog = None;
                return self.evaluation_task(EvaluationTask::Delete(id), "");
            }
            EvaluateCommand::Slide(slider) => self.evaluating.slider = slider,
            EvaluateCommand::MoveTo(value) => self.move_point(value),
            EvaluateCommand::StepUp => self.step_point(true),
            EvaluateCommand::StepDown => self.step_point(false),
            EvaluateCommand::ResetPoint => self.reset_point(),
            EvaluateCommand::Youden => self.move_to_youden(),
            EvaluateCommand::SaveSheet(sheet) => {
                self.evaluating.saving = Some(sheet);
                return vec![Effect::ChoosePath(FilePurpose::ExportPlot)];
            }
            EvaluateCommand::CopySheet(sheet) => return vec![Effect::CopySheet(sheet)],
            EvaluateCommand::ShowErrors(filter) => {
                self.evaluating.filter = *filter;
                self.evaluating.page = EvaluatePage::Gallery;
            }
            EvaluateCommand::FilterErrors(filter) => self.evaluating.filter = *filter,
            EvaluateCommand::Order(order) => self.evaluating.order = order,
            EvaluateCommand::OpenError(place) => return self.open_error(ErrorList::Gallery, place, now_ms),
            EvaluateCommand::OpenSuspect(place) => return self.open_error(ErrorList::Suspects, place, now_ms),
            EvaluateCommand::OpenUnruled => return self.open_unruled(now_ms),
            EvaluateCommand::NextError => return self.step_error(1, now_ms),
            EvaluateCommand::PreviousError => return self.step_error(-1, now_ms),
            EvaluateCommand::BackToErrors => return self.back_to_errors(now_ms),
            EvaluateCommand::Understand => self.evaluating.errors.knows_it_is_not_blind = true,
            EvaluateCommand::SawCrops(films) => return self.saw_crops(&films),
            EvaluateCommand::Rule(verdict) => return self.rule(verdict, now_ms),
            EvaluateCommand::Note(text) => self.type_note(text),
            EvaluateCommand::KeepNote => return self.keep_note(now_ms),
            EvaluateCommand::FixLabel => return self.fix_label(now_ms),
            EvaluateCommand::ExportVerdicts => return vec![Effect::ChoosePath(FilePurpose::ExportVerdicts)],
            EvaluateCommand::AskNew => return self.ask_new_evaluation(now_ms),
            EvaluateCommand::ChooseFile(file) => return vec![Effect::ChoosePath(file.purpose())],
            EvaluateCommand::AskDelete => self.dialog = Some(Dialog::Evaluate(EvaluateDialog::Delete)),
            EvaluateCommand::AskReport => return vec![Effect::ChoosePath(FilePurpose::ExportEvaluationReport)],
            EvaluateCommand::AskJson => return vec![Effect::ChoosePath(FilePurpose::ExportEvaluationJson)],
            EvaluateCommand::AskCsv => return vec![Effect::ChoosePath(FilePurpose::ExportEvaluationCsv)],
            EvaluateCommand::Dismiss => self.evaluating.failure = None,
        }
        Vec::new()
    }

    /// Readers and data have pages without a run: who opens one wants to see it.
    fn show_page_of_run(&mut self) {
        if matches!(self.evaluating.page, EvaluatePage::Readers | EvaluatePage::Data) {
            self.evaluating.page = EvaluatePage::Summary;
        }
    }

    fn show_evaluations(&mut self, now_ms: i64) -> Vec<Effect> {
        self.with_comment_kept(now_ms, |session| {
            if session.screen != Screen::Evaluate {
                session.evaluating.came_from = Some(session.screen);
                session.screen = Screen::Evaluate;
            }
            vec![Effect::LoadEvaluations]
        })
    }

    fn leave_evaluations(&mut self) {
        self.evaluating.looked_at = None;
        self.screen = match self.evaluating.came_from.take() {
            Some(Screen::Film) if self.pane.film.is_some() => Screen::Film,
            Some(Screen::Project) => Screen::Project,
            Some(Screen::Models) => Screen::Models,
            _ if self.reader.is_some() => Screen::Worklist,
            _ => Screen::SignIn,
        };
    }

    fn evaluation_task(&mut self, task: EvaluationTask, doing: &'static str) -> Vec<Effect> {
        self.evaluating.failure = None;
        self.evaluating.doing = Some(doing);
        let by = self.reader_id().map_or_else(String::new, |id| id.as_str().to_owned());
        vec![Effect::Evaluate { task: Box::new(task), by }]
    }

    pub(super) fn evaluations_loaded(&mut self, runs: Vec<RunSummary>) -> Vec<Effect> {
        let is_first = !std::mem::replace(&mut self.evaluating.is_loaded, true);
        // A run that was deleted here or elsewhere stands on no screen any more.
        // One that was just made may come before the list that has it.
        let is_in = |list: &[RunSummary], id: EvaluationId| list.iter().any(|run| run.id == id);
        let is_gone = |id| is_in(&self.evaluating.runs, id) && !is_in(&runs, id);
        if self.evaluating.open.as_ref().is_some_and(|run| is_gone(run.summary.id)) {
            self.close_evaluation();
        }
        self.evaluating.runs = runs;
        // Who comes here wants figures: those of the newest run.
        let newest = self.evaluating.runs.first().map(|run| run.id);
        match newest.filter(|_| is_first && self.evaluating.open.is_none() && self.evaluating.doing.is_none()) {
            Some(newest) => self.evaluation_task(EvaluationTask::Open(newest), "Reading the run"),
            None => Vec::new(),
        }
    }

    pub(super) fn evaluation_opened(&mut self, outcome: Result<OpenRun, String>) -> Vec<Effect> {
        self.evaluating.doing = None;
        let is_listed = |id: EvaluationId| self.evaluating.runs.iter().any(|run| run.id == id);
        let is_new = outcome.as_ref().is_ok_and(|open| !is_listed(open.run.summary.id));
        match outcome {
            Ok(OpenRun { run, live }) => {
                self.evaluating.errors = ErrorDesk::of_run(&run.rulings, &self.evaluating.errors);
                self.evaluating.filter = ErrorFilter::disagreements();
                self.evaluating.open = Some(run);
                self.evaluating.live = Some(live);
                // Of another run: nothing can be counted on from there.
                self.evaluating.snapshots = [None, None];
                self.evaluating.beside = None;
                self.evaluating.looked_at = None;
                self.reset_point();
                if is_new {
                    self.show_page_of_run();
                }
            }
            Err(why) => self.evaluation_failed(why),
        }
        if is_new { vec![Effect::LoadEvaluations] } else { Vec::new() }
    }

    pub(super) fn evaluation_beside(&mut self, outcome: Result<Beside, String>) {
        self.evaluating.doing = None;
        match outcome {
            Ok(beside) => {
                self.evaluating.beside = Some(Arc::new(beside));
                self.evaluating.snapshots[1] = None;
                self.point_moved();
            }
            Err(why) => self.evaluation_failed(why),
        }
    }

    /// Where a plot is to be written to.
    pub(super) fn plot_path_chosen(&mut self, to: PathBuf) -> Vec<Effect> {
        let sheet = self.evaluating.saving.take();
        sheet.map(|sheet| Effect::WriteSheet { sheet, to }).into_iter().collect()
    }

    fn close_evaluation(&mut self) {
        let desk = &mut self.evaluating;
        (desk.open, desk.live, desk.beside, desk.point) = (None, None, None, None);
        desk.snapshots = [None, None];
        desk.looked_at = None;
    }

    pub(super) fn evaluation_done(&mut self, text: String) -> Vec<Effect> {
        self.evaluating.doing = None;
        if !text.is_empty() {
            self.notify(NoticeKind::Info, text);
        }
        Vec::new()
    }

    pub(super) fn evaluation_failed(&mut self, why: String) {
        self.evaluating.doing = None;
        if self.screen != Screen::Evaluate {
            self.notify(NoticeKind::Error, why.clone());
        }
        self.evaluating.failure = Some(why);
    }
}
