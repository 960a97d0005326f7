//! Of the screen of evaluations: the list of kept runs, and what the open one was made of and by.

use egui::{Align, Layout, RichText, ScrollArea, Sense, Ui, WidgetInfo};

use crate::domain::evaluation::problems::{Problem, ProblemKind, Problems};
use crate::domain::evaluation::run::{Run, RunSummary, short_name};
use crate::domain::moment::day_text;
use crate::session::{Command, EvaluateCommand};
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, kit, theme};

const ROW_HEIGHT: f32 = 66.0;

pub(super) fn runs_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let desk = &session.evaluating;
    ui.horizontal(|ui| {
        kit::command_button(ui, panel, &Command::Evaluate(EvaluateCommand::AskNew));
        if let Some(doing) = desk.doing.filter(|doing| !doing.is_empty()) {
            ui.add(egui::Spinner::new().size(14.0));
            ui.label(RichText::new(translated(doing)).color(theme::weak()));
        }
    });
    failure_ui(ui, panel);
    ui.add_space(theme::UNIT);
    if !desk.is_loaded {
        if desk.failure.is_none() {
            ui.horizontal(|ui| {
                ui.add(egui::Spinner::new().size(14.0));
                ui.label(RichText::new(tr("Reading the evaluations")).color(theme::weak()));
            });
        }
        return;
    }
    if desk.runs.is_empty() {
        for text in [
            tr("No evaluation is kept yet."),
            tr(
                "An evaluation holds what a model, a file of predictions or a reader says against what is held for true.",
            ),
            tr("It is kept with everything it was made of, so that its figures stay."),
        ] {
            ui.add(egui::Label::new(RichText::new(text).color(theme::weak())).wrap());
        }
        return;
    }
    let open_height = if desk.open.is_some() { ui.available_height() * 0.55 } else { ui.available_height() };
    ScrollArea::vertical().id_salt("runs").max_height(open_height).auto_shrink([false, true]).show(ui, |ui| {
        for summary in &desk.runs {
            row_ui(ui, panel, summary);
        }
    });
    if let Some(run) = &desk.open {
        ui.separator();
        ScrollArea::vertical().id_salt("open run").auto_shrink(false).show(ui, |ui| open_ui(ui, panel, run));
    }
}

fn failure_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(why) = &panel.session.evaluating.failure else { return };
    ui.add_space(theme::UNIT);
    ui.add(egui::Label::new(RichText::new(&*translated(why)).color(theme::bad())).wrap());
    ui.horizontal(|ui| {
        if !panel.session.evaluating.is_loaded && ui.button(tr("Try again")).clicked() {
            panel.ask(Command::Evaluate(EvaluateCommand::Show));
        }
        if ui.button(tr("Understood")).clicked() {
            panel.ask(Command::Evaluate(EvaluateCommand::Dismiss));
        }
    });
}

fn row_ui(ui: &mut Ui, panel: &mut Panel<'_>, summary: &RunSummary) {
    let desk = &panel.session.evaluating;
    let is_open = desk.open.as_ref().is_some_and(|run| run.summary.id == summary.id);
    let is_beside = desk.beside.as_ref().is_some_and(|beside| beside.run.summary.id == summary.id);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let figures = figures_text(summary);
    // A run that nobody named has the name of its answer: once is enough.
    let title = summary.title();
    let is_named = title != short_name(&summary.answer);
    let truth = translated(&summary.truth);
    response.widget_info(|| {
        let changed = if summary.is_truth_changed { tr("labels changed") } else { "" };
        let text = format!("{} {figures} {changed}", tr_args("Evaluation {}", &[&title]));
        WidgetInfo::selected(egui::Role::Row, true, is_open, text.trim_end())
    });
    let fill = match (is_open || is_beside, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(egui::vec2(8.0, 5.0))));
    inside.spacing_mut().interact_size.y = 16.0;
    inside.spacing_mut().item_spacing.y = 2.0;
    inside.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if is_beside {
                kit::badge(ui, tr("BESIDE"), theme::accent());
            }
            ui.label(RichText::new(day_text(summary.made_at_ms)).small().color(theme::weak()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let name = RichText::new(&title).color(theme::strong());
                ui.add(egui::Label::new(name).truncate().selectable(false));
            });
        });
    });
    let films = tr_args("{} films", &[&summary.num_films]);
    let made_of = if is_named {
        tr_args("{} against {}, {}", &[&summary.answer, &truth, &films])
    } else {
        tr_args("against {}, {}", &[&truth, &films])
    };
    let made_of = RichText::new(made_of).small().color(theme::weak());
    inside.add(egui::Label::new(made_of).truncate().selectable(false));
    inside.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if summary.is_truth_changed {
                let help = tr(
                    "The project's labels are others by now. The figures here are of the labels as they were; make a new evaluation to have those of today.",
                );
                let text = RichText::new(tr("labels changed")).small().color(theme::warn());
                ui.add(egui::Label::new(text).selectable(false)).on_hover_text(help);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(figures).small().color(theme::text())).selectable(false));
            });
        });
    });
    if response.clicked() && !is_open {
        panel.ask(Command::Evaluate(EvaluateCommand::Open(summary.id)));
    }
}

/// `AUROC 88.61  mAP 33.15`, in percent.
fn figures_text(summary: &RunSummary) -> String {
    let figure = |name: &str, value: Option<f64>| value.map(|value| format!("{name} {:.2}", value * 100.0));
    let figures: Vec<String> =
        [figure("AUROC", summary.auroc), figure("mAP", summary.map)].into_iter().flatten().collect();
    if figures.is_empty() { tr("No figures").to_owned() } else { figures.join("   ") }
}

/// What the open run was made of, by whom, and what of the input did not fit.
fn open_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run) {
    let summary = &run.summary;
    kit::section(ui, tr("Open evaluation"));
    let made = match summary.made_by.as_str() {
        "" => tr_args("Made on {}", &[&day_text(summary.made_at_ms)]),
        by => tr_args("Made on {} by {}", &[&day_text(summary.made_at_ms), &by]),
    };
    ui.label(RichText::new(made).small().color(theme::weak()));
    ui.horizontal(|ui| {
        ui.menu_button(tr("Export"), |ui| {
            for command in [EvaluateCommand::AskReport, EvaluateCommand::AskJson, EvaluateCommand::AskCsv] {
                kit::command_button(ui, panel, &Command::Evaluate(command));
            }
        });
        kit::command_button(ui, panel, &Command::Evaluate(EvaluateCommand::AskDelete));
    });
    ui.add_space(theme::UNIT);
    problems_ui(ui, &run.problems);
}

pub(super) fn problems_ui(ui: &mut Ui, problems: &Problems) {
    let num: u64 = problems.iter().map(|problem| problem.count).sum();
    if num == 0 {
        ui.label(RichText::new(tr("All of the input fitted.")).small().color(theme::good()));
        return;
    }
    let title = tr_args("{} things of the input did not fit", &[&num]);
    egui::CollapsingHeader::new(RichText::new(title).color(theme::warn())).id_salt("problems").show(ui, |ui| {
        for problem in problems.iter() {
            problem_ui(ui, problem);
        }
    });
}

fn problem_ui(ui: &mut Ui, problem: &Problem) {
    let title = format!("{} × {}", problem.count, problem_title(problem.kind));
    egui::CollapsingHeader::new(title).id_salt(problem.kind).show(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(problem_help(problem.kind)).small().color(theme::weak())).wrap());
        for example in &problem.examples {
            ui.add(egui::Label::new(RichText::new(example).small().color(theme::text())).wrap().selectable(true));
        }
        let more = problem.count - problem.examples.len() as u64;
        if more > 0 {
            ui.label(RichText::new(tr_args("and {} more", &[&more])).small().color(theme::weak()));
        }
    });
}

fn problem_title(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::PredictionWithoutTruth => tr("prediction without truth"),
        ProblemKind::TruthWithoutPrediction => tr("film without prediction"),
        ProblemKind::UnknownClass => tr("unknown class"),
        ProblemKind::BoxOutside => tr("box over the edge"),
        ProblemKind::BadBox => tr("box that is none"),
        ProblemKind::BadScore => tr("score that is none"),
        ProblemKind::FilmWithoutTruth => tr("film without truth"),
        ProblemKind::SeveralReaders => tr("film with several readers"),
        ProblemKind::WithoutProbability => tr("boxes without a probability"),
        ProblemKind::Crowd => tr("region of a crowd"),
        ProblemKind::TooManyBoxes => tr("box too many"),
        ProblemKind::Repeated => tr("said twice"),
        ProblemKind::BadLine => tr("line that can't be read"),
    }
}

fn problem_help(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::PredictionWithoutTruth => tr("The truth does not have the film; what is said of it is left out."),
        ProblemKind::TruthWithoutPrediction => {
            tr("It counts as a film without boxes, and is left out where probabilities are judged.")
        }
        ProblemKind::UnknownClass => tr("Its boxes are left out."),
        ProblemKind::BoxOutside => tr("It is taken as it stands."),
        ProblemKind::BadBox => tr("It has no area, or its coordinates are no numbers; it is left out."),
        ProblemKind::BadScore => tr("It is no number from 0 to 1; its box or film is left out."),
        ProblemKind::FilmWithoutTruth => {
            tr("The truth says neither normal nor abnormal; the film is left out where probabilities are judged.")
        }
        ProblemKind::SeveralReaders => tr("A lesion that two of them marked counts twice. Choose one reader."),
        ProblemKind::WithoutProbability => tr("The rule keeps its boxes as they are."),
        ProblemKind::Crowd => tr("It is left out; its film counts as abnormal."),
        ProblemKind::TooManyBoxes => {
            tr("Only so many boxes of a class are looked at on a film, those of the best scores.")
        }
        ProblemKind::Repeated => tr("The first one counts."),
        ProblemKind::BadLine => tr("It is left out."),
    }
}
