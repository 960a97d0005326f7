//! Of the screen of evaluations: numbers as they are printed, each count a way to its films.

use egui::{Button, Label, RichText, Ui, WidgetInfo};

use crate::domain::evaluation::errors::{ErrorFilter, ErrorKind};
use crate::domain::evaluation::live::{NUM_RESAMPLES, Snapshot};
use crate::domain::evaluation::published;
use crate::domain::evaluation::result::Figure;
use crate::domain::evaluation::run::Run;
use crate::domain::moment::day_text;
use crate::session::worklist::CountedNumber;
use crate::session::{Command, EvaluateCommand, StudyCommand};
use crate::ui::counted_words::number_text;
use crate::ui::words::{tr, tr_args, translated};
use crate::ui::{Panel, theme};

/// `83.07 (80.6,85.3)` in percent, as the paper prints it; a dash where nothing is defined.
pub(super) fn text_of(figure: Option<Figure>) -> String {
    figure.map_or_else(|| "–".to_owned(), |figure| published::in_percent(figure.value, figure.interval))
}

/// The same without an interval.
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| published::in_percent(value, None))
}

/// What holds of films where the slider stands: at the run's own c* its own figures, with all of its resamples.
pub(super) fn film_figures(run: &Run, snapshot: &Snapshot) -> FilmFigures {
    let at = snapshot.films.as_ref();
    match run.evaluation.classifier.as_ref().filter(|own| own.threshold == Some(snapshot.point.c_star)) {
        Some(own) => FilmFigures {
            sensitivity: own.sensitivity,
            specificity: own.specificity,
            precision: own.precision,
            f1: own.f1,
        },
        None => FilmFigures {
            sensitivity: at.and_then(|films| films.sensitivity),
            specificity: at.and_then(|films| films.specificity),
            precision: at.and_then(|films| films.precision),
            f1: at.and_then(|films| films.f1),
        },
    }
}

/// Of films called abnormal from c* on.
pub(super) struct FilmFigures {
    pub sensitivity: Option<Figure>,
    pub specificity: Option<Figure>,
    pub precision: Option<Figure>,
    pub f1: Option<Figure>,
}

/// Of how many resamples the intervals of [`film_figures`] are.
pub(super) fn num_resamples_at(run: &Run, snapshot: &Snapshot) -> u32 {
    let all = run.plan.settings.bootstrap.num_resamples;
    let is_own = run.evaluation.classifier.as_ref().is_some_and(|own| own.threshold == Some(snapshot.point.c_star));
    if is_own { all } else { all.min(NUM_RESAMPLES as u32) }
}

pub(super) fn with_kinds(kinds: &[ErrorKind], class: Option<u16>) -> ErrorFilter {
    ErrorFilter { kinds: kinds.to_vec(), class, ..ErrorFilter::default() }
}

/// A name and a figure.
pub(super) fn figure_ui(ui: &mut Ui, name: &str, figure: &str) {
    ui.add(Label::new(RichText::new(name).color(theme::weak())).extend());
    ui.add(Label::new(RichText::new(figure).color(theme::text())).extend());
    ui.add_space(theme::UNIT);
}

/// A name and a count that leads to what was counted.
pub(super) fn count_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    name: &str,
    full_name: &str,
    count: u64,
    filter: ErrorFilter,
) {
    ui.label(RichText::new(name).color(theme::weak()));
    link_ui(ui, panel, &count.to_string(), full_name, filter);
}

/// A number that leads to its films.
pub(super) fn link_ui(ui: &mut Ui, panel: &mut Panel<'_>, text: &str, full_name: &str, filter: ErrorFilter) {
    let button = Button::new(RichText::new(text).color(theme::accent())).frame(false);
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("{}: {}", &[&full_name, &text])));
    let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    if response.on_hover_text(tr_args("{}: show them", &[&full_name])).clicked() {
        panel.ask(Command::Evaluate(EvaluateCommand::ShowErrors(Box::new(filter))));
    }
}

/// A count that leads to the list of the films that it counts; a count of none leads nowhere.
pub(super) fn films_link_ui(ui: &mut Ui, panel: &mut Panel<'_>, text: &str, count: u64, number: CountedNumber) {
    let full_name = number_text(panel.session, &number);
    let command = Command::Evaluate(EvaluateCommand::Study(StudyCommand::ShowFilms(number)));
    if count == 0 || !command.is_available(panel.session) {
        ui.label(RichText::new(text).color(theme::strong()));
        return;
    }
    let response = ui.add(Button::new(RichText::new(text).color(theme::accent())).frame(false));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr_args("{}: {}", &[&full_name, &text])));
    let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    if response.on_hover_text(tr_args("{}: show them", &[&full_name])).clicked() {
        panel.ask(command);
    }
}

/// Which run stands beside the open one.
pub(super) fn beside_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let desk = &panel.session.evaluating;
    let Some(open) = desk.open.clone() else { return };
    let beside = desk.beside.clone();
    let now = beside.as_ref().map_or_else(|| tr("None").to_owned(), |beside| beside.run.summary.title());
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr("Compare with")).color(theme::weak()));
        let combo = egui::ComboBox::from_id_salt("run beside").selected_text(now).width(200.0).truncate();
        let response = combo.show_ui(ui, |ui| {
            if ui.selectable_label(beside.is_none(), tr("None")).clicked() {
                panel.ask(Command::Evaluate(EvaluateCommand::CompareWith(None)));
            }
            for run in panel.session.evaluating.runs.iter().filter(|run| run.id != open.summary.id) {
                let is_on = beside.as_ref().is_some_and(|beside| beside.run.summary.id == run.id);
                let text =
                    tr_args("{} against {}, {}", &[&run.title(), &translated(&run.truth), &day_text(run.made_at_ms)]);
                if ui.selectable_label(is_on, text).clicked() && !is_on {
                    panel.ask(Command::Evaluate(EvaluateCommand::CompareWith(Some(run.id))));
                }
            }
        });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Compare with")));
        if let Some(beside) = &beside {
            let text =
                tr_args("{} films that both have, {} that only one has", &[&beside.num_shared, &beside.num_unshared]);
            ui.label(RichText::new(text).color(if beside.num_unshared == 0 { theme::weak() } else { theme::warn() }));
        }
    });
}
