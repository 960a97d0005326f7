//! Evaluations as the window has them: which run is open, where its slider stands, and which errors are looked at.

mod sliding;

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
use super::screen::{NoticeKind, Screen, Session};

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
    Order(ErrorOrder),
    /// The item of the gallery at this place, in its film.
    OpenError(usize),
    NextError,
    PreviousError,
    /// On the item that is open.
    Rule(Verdict),
    Note(String),
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
}

/// How the screen of evaluations is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EvaluationDesk {
    /// The newest first.
    pub runs: Vec<RunSummary>,
    pub is_loaded: bool,
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
            Self::Show | Self::Leave | Self::Page(_) | Self::SaveSheet(_) | Self::CopySheet(_) => true,
            Self::AskNew | Self::Start(_) | Self::Delete(_) => !project.is_read_only && desk.doing.is_none(),
            Self::Open(_) | Self::CompareWith(_) => desk.doing.is_none(),
            Self::Youden => desk.live.as_ref().is_some_and(|live| live.youden().is_some()),
            Self::Rule(_) | Self::Note(_) => desk.looked_at.is_some() && !project.is_read_only,
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
            EvaluateCommand::Page(page) => self.evaluating.page = page,
            EvaluateCommand::Start(plan) => {
                return self.evaluation_task(EvaluationTask::Start(plan), "Evaluating");
            }
            EvaluateCommand::Open(id) => return self.evaluation_task(EvaluationTask::Open(id), "Reading the run"),
            EvaluateCommand::CompareWith(Some(beside)) => {
                if let Some(open) = self.evaluating.open.as_ref().map(|run| run.summary.id) {
                    return self.evaluation_task(EvaluationTask::Compare { open, beside }, "Comparing");
                }
            }
            EvaluateCommand::CompareWith(None) => {
                self.evaluating.beside = None;
                self.evaluating.snapshots[1] = None;
            }
            EvaluateCommand::Delete(id) => return self.evaluation_task(EvaluationTask::Delete(id), ""),
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
            EvaluateCommand::Order(order) => self.evaluating.order = order,
            EvaluateCommand::AskNew
            | EvaluateCommand::OpenError(_)
            | EvaluateCommand::NextError
            | EvaluateCommand::PreviousError
            | EvaluateCommand::Rule(_)
            | EvaluateCommand::Note(_) => {}
        }
        Vec::new()
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

    pub(super) fn evaluations_loaded(&mut self, runs: Vec<RunSummary>) {
        self.evaluating.is_loaded = true;
        self.evaluating.runs = runs;
    }

    pub(super) fn evaluation_opened(&mut self, outcome: Result<OpenRun, String>) {
        self.evaluating.doing = None;
        match outcome {
            Ok(OpenRun { run, live }) => {
                self.evaluating.open = Some(run);
                self.evaluating.live = Some(live);
                self.evaluating.beside = None;
                self.evaluating.looked_at = None;
                self.reset_point();
            }
            Err(why) => self.evaluation_failed(why),
        }
    }

    pub(super) fn evaluation_beside(&mut self, outcome: Result<Beside, String>) {
        self.evaluating.doing = None;
        match outcome {
            Ok(beside) => {
                self.evaluating.beside = Some(Arc::new(beside));
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

    fn evaluation_failed(&mut self, why: String) {
        if self.screen != Screen::Evaluate {
            self.notify(NoticeKind::Error, why.clone());
        }
        self.evaluating.failure = Some(why);
    }
}
