//! Of the screen of evaluations: the operating point, on every page, with what holds there.

use egui::{Key, Modifiers, RichText, Ui, WidgetInfo};

use crate::domain::evaluation::errors::ErrorKind;
use crate::domain::evaluation::live::{BoxSnapshot, FilmSnapshot, Snapshot};
use crate::domain::evaluation::run::Run;
use crate::session::{Command, EvaluateCommand, Slider};
use crate::ui::words::{tr, tr_args};
use crate::ui::{Panel, kit, theme};

use super::numbers::{count_ui, figure_ui, film_figures, text_of, with_kinds};

/// The narrowest slider that can be aimed with.
const LEAST_WIDTH: f32 = 120.0;
/// What stands in its row beside it.
const BESIDE_WIDTH: f32 = 560.0;

pub(super) fn slider_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(point) = panel.session.evaluating.point else { return };
    let slider = panel.session.evaluating.slider;
    ui.horizontal_wrapped(|ui| {
        for (one, text, help) in [
            (Slider::Film, tr("Films: c*"), tr("From this probability on a film is called abnormal")),
            (Slider::Box, tr("Boxes: score"), tr("From this score on a box counts and is shown")),
        ] {
            let response = kit::chip(ui, text, slider == one).on_hover_text(help);
            if response.clicked() {
                panel.ask(Command::Evaluate(EvaluateCommand::Slide(one)));
            }
            // It is of films alone, whichever threshold the slider moves.
            if one == Slider::Film {
                kit::titled_button(ui, panel, &Command::Evaluate(EvaluateCommand::Youden), Some(tr("Youden")));
            }
        }
        handle_ui(ui, panel, point.value(slider));
        for (command, text) in [
            (EvaluateCommand::StepDown, "−"),
            (EvaluateCommand::StepUp, "+"),
            (EvaluateCommand::ResetPoint, tr("Reset")),
        ] {
            kit::titled_button(ui, panel, &Command::Evaluate(command), Some(text));
        }
    });
    let Some(snapshot) = panel.session.evaluating.snapshots[0].clone() else { return };
    if let (Some(films), Some(run)) = (&snapshot.films, panel.session.evaluating.open.clone()) {
        ui.horizontal_wrapped(|ui| films_ui(ui, panel, &run, films, &snapshot));
    }
    if let Some(boxes) = &snapshot.boxes {
        ui.horizontal_wrapped(|ui| boxes_ui(ui, panel, boxes));
    }
}

/// The slider and the field beside it.
fn handle_ui(ui: &mut Ui, panel: &mut Panel<'_>, now: f64) {
    let name = match panel.session.evaluating.slider {
        Slider::Film => tr("Threshold of films"),
        Slider::Box => tr("Smallest score of boxes"),
    };
    let mut value = now;
    ui.spacing_mut().slider_width = (ui.max_rect().width() - BESIDE_WIDTH).max(LEAST_WIDTH);
    // Arrow keys go in hundredths; with Shift, in tenths.
    let id = ui.scope_id().with("operating point");
    let was_focused = ui.data(|data| data.get_temp::<egui::Id>(id)).is_some_and(|id| ui.memory(|m| m.has_focus(id)));
    if was_focused {
        // With Shift first: a key without is found in one with it too.
        for (key, by) in [(Key::ArrowRight, 0.1), (Key::ArrowUp, 0.1), (Key::ArrowLeft, -0.1), (Key::ArrowDown, -0.1)] {
            let num = ui.input_mut(|input| input.count_and_consume_key(Modifiers::SHIFT, key));
            if num > 0 {
                let to = (now + by * num as f64).clamp(0.0, 1.0);
                panel.ask(Command::Evaluate(EvaluateCommand::MoveTo((to * 10_000.0).round() / 10_000.0)));
            }
        }
        for (key, command) in [
            (Key::ArrowRight, EvaluateCommand::StepUp),
            (Key::ArrowUp, EvaluateCommand::StepUp),
            (Key::ArrowLeft, EvaluateCommand::StepDown),
            (Key::ArrowDown, EvaluateCommand::StepDown),
        ] {
            for _ in 0..ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)) {
                panel.ask(Command::Evaluate(command.clone()));
            }
        }
    }
    let response = ui.add(egui::Slider::new(&mut value, 0.0..=1.0).show_value(false).max_decimals(4));
    ui.data_mut(|data| data.insert_temp(id, response.id));
    let is_pressed = response.is_pointer_button_down_on() || response.drag_stopped();
    // A press and its release within one frame are no drag to the slider.
    let clicked_at = ui.input(|input| input.pointer.interact_pos().filter(|_| input.pointer.primary_clicked()));
    let clicked_at = clicked_at.filter(|at| response.hovered() && response.rect.contains(*at));
    if is_pressed || clicked_at.is_some() {
        response.request_focus();
    }
    if let Some(at) = clicked_at {
        value = value_under(ui, response.rect, at.x);
    }
    let is_moved = response.changed() || clicked_at.is_some();
    response.widget_info(|| WidgetInfo::slider(true, now, name));
    let typed =
        egui::DragValue::new(&mut value).range(0.0..=1.0).speed(0.002).fixed_decimals(4).update_while_editing(false);
    let field = ui.add(typed);
    field.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, name));
    if (is_moved || field.changed()) && value.to_bits() != now.to_bits() {
        // Four decimals are what thresholds are printed with; what is typed stays as it was typed.
        let value = if is_moved { (value * 10_000.0).round() / 10_000.0 } else { value };
        panel.ask(Command::Evaluate(EvaluateCommand::MoveTo(value)));
    }
}

/// As the slider itself has it: its handle stays within its ends.
fn value_under(ui: &Ui, rect: egui::Rect, x: f32) -> f64 {
    let handle = match ui.style().visuals.handle_shape {
        egui::style::HandleShape::Circle => 1.0,
        egui::style::HandleShape::Rect { aspect_ratio } => aspect_ratio,
    };
    let range = rect.x_range().shrink(rect.height() / 2.5 * handle);
    f64::from(egui::emath::remap_clamp(x, range, 0.0..=1.0))
}

fn films_ui(ui: &mut Ui, panel: &mut Panel<'_>, run: &Run, films: &FilmSnapshot, snapshot: &Snapshot) {
    ui.label(RichText::new(tr("Films")).color(theme::weak()));
    let counts = films.counts;
    for (name, kind, count) in [
        (tr("TP"), ErrorKind::FilmTruePositive, counts.tp),
        (tr("FP"), ErrorKind::FilmFalsePositive, counts.fp),
        (tr("TN"), ErrorKind::FilmTrueNegative, counts.tn),
        (tr("FN"), ErrorKind::FilmFalseNegative, counts.fn_),
    ] {
        count_ui(ui, panel, name, &tr_args("Films {}", &[&name]), count, with_kinds(&[kind], None));
    }
    let figures = film_figures(run, snapshot);
    for (name, figure) in [
        (tr("Sensitivity"), figures.sensitivity),
        (tr("Specificity"), figures.specificity),
        (tr("Precision"), figures.precision),
        ("F1", figures.f1),
    ] {
        figure_ui(ui, name, &text_of(figure));
    }
}

fn boxes_ui(ui: &mut Ui, panel: &mut Panel<'_>, boxes: &BoxSnapshot) {
    ui.label(RichText::new(tr("Boxes")).color(theme::weak()));
    let sum =
        |of: fn(&crate::domain::evaluation::live::ClassSnapshot) -> u64| boxes.classes.iter().map(of).sum::<u64>();
    for (name, kinds, count) in [
        (tr("TP"), &[ErrorKind::TruePositive][..], sum(|class| class.tp)),
        (tr("FP"), &[ErrorKind::FalsePositive, ErrorKind::Confusion], sum(|class| class.fp)),
        // A truth that is confused with another class is missed too.
        (tr("FN"), &[ErrorKind::FalseNegative, ErrorKind::Confusion], sum(|class| class.fn_)),
    ] {
        count_ui(ui, panel, name, &tr_args("Boxes {}", &[&name]), count, with_kinds(kinds, None));
    }
    figure_ui(ui, tr("Lesions found"), &text_of(boxes.lesion_sensitivity));
    if let Some(figure) = boxes.false_positives_per_film {
        let interval = figure.interval.map_or(String::new(), |[low, high]| format!(" ({low:.3}, {high:.3})"));
        figure_ui(ui, tr("False positives per film"), &format!("{:.3}{interval}", figure.value));
    }
}
