//! Of the screen of evaluations: verdicts on where model and label disagree, and what they change.

use std::cmp::Ordering;

use egui::{Grid, RichText, ScrollArea, Sense, Ui, Vec2, WidgetInfo};

use crate::domain::evaluation::errors::ErrorFilter;
use crate::domain::evaluation::label_errors::{Reason, Suspect};
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::run::Run;
use crate::domain::evaluation::verdict::Verdict;
use crate::session::{Command, ErrorIndex, ErrorList, EvaluateCommand};

use super::super::words::{tr, tr_args};
use super::super::{Panel, kit, theme};
use super::error_words::{called_text, class_text, line, verdict_text};
use super::filter_chips::filter_chips_ui;
use super::gallery::{empty_ui, may_look_ui};
use crate::domain::moment::day_text;

const LEFT: f32 = 400.0;
/// Narrower lists can't be read beside the figures.
const LEAST_LISTS: f32 = 420.0;
/// Height of the lists where they stand under the figures.
const LISTS_UNDER: f32 = 420.0;

/// Which list stands at the right.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum List {
    #[default]
    Suspects,
    Verdicts,
}

/// What the page keeps between frames.
#[derive(Debug, Default)]
pub struct ReviewState {
    list: List,
}

pub(super) fn review_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.evaluating;
    let Some(run) = desk.open.clone() else {
        return super::nothing_open_ui(ui, panel.session);
    };
    if !may_look_ui(ui, panel) {
        return;
    }
    let Some(index) = desk.errors.index.clone() else {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
        return empty_ui(ui, tr("Sorting what was found and what was missed…"), "");
    };
    // In a narrow window the lists stand under the rest, and all of it is one page.
    if ui.available_width() < LEFT + LEAST_LISTS {
        ScrollArea::vertical().id_salt("review").auto_shrink(false).show(ui, |ui| {
            progress_ui(ui, panel, &run);
            ui.add_space(2.0 * theme::UNIT);
            figures_ui(ui, panel, &run);
            ui.add_space(2.0 * theme::UNIT);
            ui.allocate_ui(Vec2::new(ui.available_width() - 14.0, LISTS_UNDER), |ui| {
                lists_ui(ui, panel, &run, &index);
            });
        });
        return;
    }
    egui::Panel::left("review left")
        .exact_size(LEFT)
        .resizable(false)
        .show_separator_line(false)
        .frame(egui::Frame::new())
        .show(ui, |ui| {
            ScrollArea::vertical().id_salt("review left").auto_shrink(false).show(ui, |ui| {
                ui.set_width(LEFT - 24.0);
                progress_ui(ui, panel, &run);
                ui.add_space(2.0 * theme::UNIT);
                figures_ui(ui, panel, &run);
            });
        });
    lists_ui(ui, panel, &run, &index);
}

fn weak(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).small().color(theme::weak())).wrap());
}

fn progress_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run) {
    let progress = panel.session.review_progress();
    kit::section_title(ui, tr("Progress"));
    let text = tr_args(
        "{} of {} disagreements at this operating point have a verdict",
        &[&progress.num_ruled, &progress.num_all],
    );
    ui.label(RichText::new(text).color(theme::text()));
    let share = if progress.num_all > 0 { progress.num_ruled as f32 / progress.num_all as f32 } else { 0.0 };
    ui.add(egui::ProgressBar::new(share).desired_height(8.0));
    if progress.by.is_empty() {
        weak(ui, tr("No verdicts yet. Open the first disagreement, say who is right, and the next one comes up."));
    } else {
        let by: Vec<String> = progress.by.iter().map(|(reader, num)| format!("{reader} {num}")).collect();
        weak(ui, &tr_args("Verdicts by {}", &[&by.join(" · ")]));
        let of: Vec<String> = Verdict::ALL
            .iter()
            .zip(progress.verdicts)
            .filter(|(_, num)| *num > 0)
            .map(|((verdict, _), num)| format!("{} {num}", verdict_text(*verdict)))
            .collect();
        weak(ui, &of.join(" · "));
    }
    if progress.num_drafts > 0 {
        let text = tr_args("{} notes wait for a verdict on their item", &[&progress.num_drafts]);
        ui.label(RichText::new(text).small().color(theme::warn()));
    }
    if panel.session.evaluating.filter != ErrorFilter::disagreements() {
        ui.add_space(theme::UNIT);
        let text = tr_args(
            "The gallery is filtered: {} of {} disagreements in it have a verdict.",
            &[&progress.num_shown_ruled, &progress.num_shown],
        );
        weak(ui, &text);
        filter_chips_ui(ui, panel, run, false);
    }
    ui.add_space(theme::UNIT);
    ui.horizontal_wrapped(|ui| {
        kit::command_button(ui, panel, &Command::Evaluate(EvaluateCommand::OpenUnruled));
        kit::command_button(ui, panel, &Command::Evaluate(EvaluateCommand::ExportVerdicts));
        if panel.session.evaluating.filter != ErrorFilter::disagreements() {
            let button = ui.button(tr("All disagreements"));
            if button
                .on_hover_text(tr("Take the gallery's filters away, so that every disagreement is in the list"))
                .clicked()
            {
                let filter = ErrorFilter::disagreements();
                panel.ask(Command::Evaluate(EvaluateCommand::FilterErrors(Box::new(filter))));
            }
        }
    });
}

/// The run's figures beside those with its truth as the verdicts have it.
fn figures_ui(ui: &mut Ui, panel: &Panel<'_>, run: &Run) {
    kit::section_title(ui, tr("Figures under the verdicts"));
    let errors = &panel.session.evaluating.errors;
    let under = errors.under_verdicts.as_deref();
    if under.is_none() {
        let text = if errors.rulings.is_empty() {
            tr(
                "With the first verdict, the figures with the truth as the verdicts have it stand here beside the original ones.",
            )
        } else {
            tr("Counting…")
        };
        return weak(ui, text);
    }
    let truths_before = num_truths(&run.evaluation);
    let truths_after = under.and_then(num_truths);
    let before = figures(&run.evaluation, run.plan.settings.main_iou);
    let after = under.map(|under| figures(under, run.plan.settings.main_iou)).unwrap_or_default();
    Grid::new("under verdicts").num_columns(4).spacing(Vec2::new(14.0, 3.0)).striped(true).show(ui, |ui| {
        for title in ["", tr("Original"), tr("Under verdicts"), tr("Change")] {
            ui.label(RichText::new(title).small().color(theme::weak()));
        }
        ui.end_row();
        if let (Some(old), Some(new)) = (truths_before, truths_after) {
            ui.label(RichText::new(tr("Findings in the truth")).color(theme::text()));
            ui.label(RichText::new(old.to_string()).color(theme::text()));
            ui.label(RichText::new(new.to_string()).color(theme::text()));
            let change = match new.cmp(&old) {
                Ordering::Less => format!("−{}", old - new),
                Ordering::Equal => "0".to_owned(),
                Ordering::Greater => format!("+{}", new - old),
            };
            // More findings are neither good nor bad.
            ui.label(RichText::new(change).color(theme::weak()));
            ui.end_row();
        }
        for (name, old) in &before {
            let new = after.iter().find(|(other, _)| other == name).and_then(|(_, value)| *value);
            let percent =
                |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{:.2}", 100.0 * value));
            ui.label(RichText::new(name).color(theme::text()));
            ui.label(RichText::new(percent(*old)).color(theme::text()));
            ui.label(RichText::new(percent(new)).color(theme::text()));
            let (text, color) = match old.zip(new).map(|(old, new)| 100.0 * (new - old)) {
                Some(change) if change >= 0.005 => (format!("+{change:.2}"), theme::good()),
                Some(change) if change <= -0.005 => (format!("−{:.2}", -change), theme::bad()),
                Some(_) => ("0".to_owned(), theme::weak()),
                None => (String::new(), theme::weak()),
            };
            ui.label(RichText::new(text).color(color));
            ui.end_row();
        }
    });
    weak(
        ui,
        tr(
            "Figures in percent, without intervals. Only what was looked at is corrected: where that is the disagreements alone, these figures favour the model. Unclear cases are left out of them.",
        ),
    );
    if truths_before.is_some() {
        weak(
            ui,
            tr(
                "AP can fall although the model was right: a finding that the verdicts add to the truth is one more to find, so the ones found before are a smaller share.",
            ),
        );
    }
}

/// Boxes of all classes; `None` without a detector.
fn num_truths(evaluation: &Evaluation) -> Option<u64> {
    evaluation.detector.as_ref().map(|boxes| boxes.classes.iter().map(|class| class.num_truths).sum())
}

/// Names and values, those that there are none of left out by the caller's table.
fn figures(evaluation: &Evaluation, main_iou: f64) -> Vec<(String, Option<f64>)> {
    let mut rows = Vec::new();
    if let Some(films) = &evaluation.classifier {
        for (name, figure) in [
            ("AUROC", films.auroc),
            (tr("Sensitivity"), films.sensitivity),
            (tr("Specificity"), films.specificity),
            ("F1", films.f1),
        ] {
            rows.push((name.to_owned(), figure.map(|figure| figure.value)));
        }
    }
    if let Some(boxes) = &evaluation.detector {
        rows.push((format!("mAP@{main_iou}"), boxes.map_main.map(|figure| figure.value)));
        for class in &boxes.classes {
            rows.push((format!("AP {}", class.label), class.ap_main.map(|figure| figure.value)));
        }
    }
    rows
}

fn lists_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, index: &ErrorIndex) {
    let num_rulings = panel.session.evaluating.errors.rulings.len();
    ui.horizontal(|ui| {
        for (list, text) in [
            (List::Suspects, format!("{} {}", tr("Labels that may be wrong"), index.suspects.len())),
            (List::Verdicts, format!("{} {num_rulings}", tr("Verdicts"))),
        ] {
            if kit::chip(ui, &text, panel.state.review.list == list).clicked() {
                panel.state.review.list = list;
            }
        }
    });
    match panel.state.review.list {
        List::Suspects => suspects_ui(ui, panel, run, index),
        List::Verdicts => verdicts_ui(ui, panel, run),
    }
}

fn suspects_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, index: &ErrorIndex) {
    weak(
        ui,
        tr(
            "By how sure the model is against the label, the surest first: a list to look at, no correction. Films by confident learning (Northcutt, Jiang and Chuang, 2021).",
        ),
    );
    if !index.unanswered.is_empty() {
        let names: Vec<&str> =
            index.unanswered.iter().map(|class| run.cases.classes[usize::from(*class)].as_str()).collect();
        weak(ui, &tr_args("Left out, because the model never says them: {}.", &[&names.join(", ")]));
    }
    if index.suspects.is_empty() {
        return empty_ui(ui, tr("Nothing to show"), tr("The model is nowhere sure against a label."));
    }
    let looked_at = panel.session.evaluating.looked_at;
    let is_of_list = panel.session.evaluating.errors.list == ErrorList::Suspects;
    rows_ui(ui, "suspects", index.suspects.len(), |ui, n| {
        let suspect = &index.suspects[n];
        let film = &run.cases.films[suspect.item.film as usize].image;
        let verdict = panel.session.ruling_on(&suspect.item).map(|ruling| verdict_text(ruling.verdict));
        let class = class_text(&run.cases, &suspect.item);
        let cells = [
            (format!("{:.2}", suspect.confidence), theme::strong()),
            (reason_text(suspect.reason).to_owned(), theme::text()),
            (class.clone(), theme::text()),
            (verdict.unwrap_or_default().to_owned(), theme::accent()),
            (film.to_string(), theme::weak()),
        ];
        let name = tr_args("Suspect {}: {} {}, {}", &[&(n + 1), &reason_text(suspect.reason), &class, &cells[0].0]);
        if row_ui(ui, n, &cells, &name, is_of_list && looked_at == Some(n), reason_help(suspect)) {
            panel.ask(Command::Evaluate(EvaluateCommand::OpenSuspect(n)));
        }
    });
}

fn verdicts_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run) {
    let rulings = &panel.session.evaluating.errors.rulings;
    if rulings.is_empty() {
        return empty_ui(
            ui,
            tr("No verdicts yet"),
            tr("Go on with the review: each verdict stands here with its note."),
        );
    }
    rows_ui(ui, "verdicts", rulings.len(), |ui, n| {
        // The newest first.
        let ruling = &rulings[rulings.len() - 1 - n];
        let class = |class: u16| run.cases.classes.get(usize::from(class)).map_or("", |name| name.as_str());
        let held = ruling.truth.and_then(|at| run.cases.truths.classes.get(at as usize)).map(|c| class(*c));
        let said = ruling.detection.and_then(|at| run.cases.detections.classes.get(at as usize)).map(|c| class(*c));
        let about = match (held, said) {
            (Some(held), Some(said)) if held != said => called_text(held, said),
            (Some(one), _) | (None, Some(one)) => one.to_owned(),
            (None, None) => tr("The whole film").to_owned(),
        };
        let cells = [
            (ruling.by.to_string(), theme::strong()),
            (verdict_text(ruling.verdict).to_owned(), theme::text()),
            (about, theme::text()),
            (day_text(ruling.at_ms), theme::weak()),
            (ruling.note.clone(), theme::weak()),
        ];
        let name = format!("{}: {}, {} {}", cells[0].0, cells[1].0, cells[2].0, cells[4].0);
        row_ui(ui, n, &cells, &name, false, "");
    });
}

fn rows_ui(ui: &mut Ui, name: &str, num: usize, mut row: impl FnMut(&mut Ui, usize)) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show_rows(ui, theme::row_height(), num, |ui, rows| {
        for n in rows {
            row(ui, n);
        }
    });
}

/// Where the columns begin, as shares of the width.
const COLUMNS: [f32; 5] = [0.0, 0.09, 0.36, 0.68, 0.84];

fn row_ui(
    ui: &mut Ui,
    n: usize,
    cells: &[(String, egui::Color32); 5],
    name: &str,
    is_current: bool,
    help: &str,
) -> bool {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), theme::row_height()), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::Role::Row, true, is_current, name));
    let fill = match (is_current, response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) if n % 2 == 1 => theme::panel(),
        (false, false) => theme::window(),
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    for (at, (text, color)) in cells.iter().enumerate() {
        let left = rect.left() + 6.0 + COLUMNS[at] * rect.width();
        let right = COLUMNS.get(at + 1).map_or(rect.right(), |share| rect.left() + share * rect.width());
        let galley = line(ui.painter(), text, *color, right - left - 4.0);
        ui.painter().galley(egui::pos2(left, rect.center().y - galley.size().y / 2.0), galley, *color);
    }
    let is_clicked = response.clicked();
    let whole: Vec<&str> = cells.iter().map(|(text, _)| text.as_str()).filter(|text| !text.is_empty()).collect();
    let whole = whole.join(" · ");
    response.on_hover_text(if help.is_empty() { whole } else { format!("{whole}\n{help}") });
    is_clicked
}

fn reason_text(reason: Reason) -> &'static str {
    match reason {
        Reason::Overlooked => tr("A finding may be missing"),
        Reason::Doubtful => tr("A finding may be none"),
        Reason::Swapped => tr("The label may be another"),
        Reason::FilmAbnormal => tr("The film may be abnormal"),
        Reason::FilmNormal => tr("The film may be normal"),
    }
}

fn reason_help(suspect: &Suspect) -> &'static str {
    match suspect.reason {
        Reason::Overlooked => tr("The model is sure of a finding here, and the truth has none."),
        Reason::Doubtful => tr("The truth has a finding here, and the model sees next to nothing."),
        Reason::Swapped => {
            tr("Both see a finding here and call it differently; the model hardly speaks for the label.")
        }
        Reason::FilmAbnormal => {
            tr("Labelled normal, and as likely to be abnormal as films that are labelled so on the average.")
        }
        Reason::FilmNormal => {
            tr("Labelled abnormal, and as likely to be normal as films that are labelled so on the average.")
        }
    }
}
