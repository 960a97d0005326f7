//! The panel beside the film with its values: histogram, window handles, numbers, enhancement and presets.

use egui::{CursorIcon, Pos2, Rect, Response, RichText, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::domain::imaging::{
    DisplaySettings, Enhancement, Film, Histogram, Interpolation, Pixels, VoiFunction, Window,
};
use crate::session::windowing::WindowCommand;
use crate::session::{Command, OpenFilm};

use super::words::tr;
use super::{Panel, kit, theme, window_menu};

const PLOT_HEIGHT: f32 = 128.0;
/// Under the plot: the greys that the values are shown in.
const RAMP_HEIGHT: f32 = 8.0;
/// Half the width in which a handle is taken.
const GRIP: f32 = 6.0;
/// Arrow keys move a handle by this share of the plot.
const KEY_STEP: f64 = 0.005;
/// A handle stays this share of the plot away from the other one.
const LEAST_GAP: f64 = 0.002;

pub(super) fn panel_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(open) = &session.pane.film else { return };
    let (Some(film), Some(display)) = (open.film(), &open.display) else {
        ui.label(RichText::new(tr("Opening the film…")).color(theme::weak()));
        return;
    };
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        kit::section_title(ui, tr("Window"));
        if matches!(film.pixels, Pixels::Rgb(_)) {
            ui.label(RichText::new(tr("A colour film has no window.")).color(theme::weak()));
            return;
        }
        let Some(window) = open.window() else { return };
        if let Some(histogram) = film.histogram() {
            plot_ui(ui, panel, film, histogram, display, &window);
        }
        numbers_ui(ui, panel, open, &window);
        kit::section(ui, tr("Presets"));
        presets_ui(ui, panel, film);
        kit::section(ui, tr("Enhancement"));
        enhancement_ui(ui, panel, display.enhancement);
        kit::section(ui, tr("On the screen"));
        screen_ui(ui, panel);
    });
}

/// Where values lie on the screen.
#[derive(Clone, Copy)]
struct Plot {
    rect: Rect,
    low: f64,
    high: f64,
}

impl Plot {
    fn x_of(&self, value: f64) -> f32 {
        self.rect.left() + ((value - self.low) / (self.high - self.low)) as f32 * self.rect.width()
    }

    fn value_of(&self, x: f32) -> f64 {
        self.low + f64::from((x - self.rect.left()) / self.rect.width()) * (self.high - self.low)
    }
}

fn plot_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    film: &Film,
    histogram: &Histogram,
    display: &DisplaySettings,
    window: &Window,
) {
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), PLOT_HEIGHT + RAMP_HEIGHT), Sense::hover());
    let rect = Rect::from_min_size(area.min, vec2(area.width(), PLOT_HEIGHT));
    let Some((low, high)) = panel.state.histogram_range.or_else(|| shown_range(histogram, window)) else { return };
    let plot = Plot { rect, low, high };
    let painter = ui.painter().with_clip_rect(area);
    painter.rect_filled(rect, 0.0, theme::window());
    bars_ui(&painter, plot, histogram, film.patient_histogram());
    curve_ui(&painter, plot, film, display, area);
    handles_ui(ui, panel, plot, window);
}

/// From the least to the greatest value, and the window's ends.
fn shown_range(histogram: &Histogram, window: &Window) -> Option<(f64, f64)> {
    let (low, high) = histogram.range()?;
    let (black, white) = window.ends();
    let (low, high) = (low.min(black), high.max(white));
    let margin = (high - low).max(f64::MIN_POSITIVE) * 0.02;
    Some((low - margin, high + margin))
}

/// All values dim, the patient's bright: what is only bright by a dim bar is border or air.
fn bars_ui(painter: &egui::Painter, plot: Plot, all: &Histogram, patient: Option<&Histogram>) {
    let num = plot.rect.width() as usize;
    let shares = |histogram: &Histogram| -> Vec<f64> {
        let bars = histogram.bars(num, plot.low, plot.high);
        bars.into_iter().map(|bar| bar as f64 / histogram.num_pixels().max(1) as f64).collect()
    };
    let patient = patient.map(shares).unwrap_or_default();
    // Roots keep rare values in sight; the highest few bars may leave the plot.
    let mut heights: Vec<f64> = patient.iter().copied().filter(|share| *share > 0.0).collect();
    heights.sort_by(f64::total_cmp);
    let top = heights.get(heights.len() * 99 / 100).copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
    for (shares, color) in [(shares(all), theme::line()), (patient, theme::weak())] {
        for (n, share) in shares.into_iter().enumerate().filter(|(_, share)| *share > 0.0) {
            let height = ((share / top).sqrt() as f32 * 0.94 * plot.rect.height()).clamp(1.0, plot.rect.height());
            let x = plot.rect.left() + n as f32;
            let bar = Rect::from_min_max(pos2(x, plot.rect.bottom() - height), pos2(x + 1.0, plot.rect.bottom()));
            painter.rect_filled(bar, 0.0, color);
        }
    }
}

/// The grey of each value, as a curve and as a ramp below.
fn curve_ui(painter: &egui::Painter, plot: Plot, film: &Film, display: &DisplaySettings, area: Rect) {
    let is_inverted = film.facts.is_inverted != display.is_inverted;
    let num = plot.rect.width() as usize;
    let mut line = Vec::with_capacity(num + 1);
    for n in 0..=num {
        let x = plot.rect.left() + n as f32;
        let fraction = display.voi.fraction(plot.value_of(x)) as f32;
        let grey = if is_inverted { 1.0 - fraction } else { fraction };
        line.push(pos2(x, plot.rect.bottom() - grey * (plot.rect.height() - 2.0) - 1.0));
        let ramp = Rect::from_min_max(pos2(x, plot.rect.bottom()), pos2(x + 1.0, area.bottom()));
        painter.rect_filled(ramp, 0.0, theme::test_grey((grey * 255.0 + 0.5) as u8));
    }
    painter.add(Shape::line(line, Stroke::new(1.5, theme::accent())));
}

fn handles_ui(ui: &mut Ui, panel: &mut Panel<'_>, plot: Plot, window: &Window) {
    let (black, white) = window.ends();
    let level = f64::midpoint(black, white);
    let gap = (plot.high - plot.low) * LEAST_GAP;
    let names = [tr("Window's low end"), tr("Window's high end"), tr("Window's level")];
    let mut is_dragged = false;
    for (n, (value, name)) in [black, white, level].into_iter().zip(names).enumerate() {
        let x = plot.x_of(value).clamp(plot.rect.left(), plot.rect.right());
        let response = handle_ui(ui, plot, n, x, value, name);
        let moved = if response.dragged() || response.drag_started() {
            response.interact_pointer_pos().map(|pos| plot.value_of(pos.x) - value)
        } else {
            key_steps(ui, &response).map(|steps| steps * KEY_STEP * (plot.high - plot.low))
        };
        is_dragged |= response.dragged();
        if moved.is_none() && !response.drag_stopped() {
            continue;
        }
        let by = moved.unwrap_or(0.0);
        let (low, high) = match n {
            0 => ((black + by).min(white - gap), white),
            1 => (black, (white + by).max(black + gap)),
            _ => (black + by, white + by),
        };
        let window = Window::between(low, high, window.function);
        panel.ask(Command::Window(WindowCommand::Adjust { window, is_final: !response.dragged() }));
    }
    // The scale stands still while something is dragged on it.
    panel.state.histogram_range = is_dragged.then_some((plot.low, plot.high));
}

fn handle_ui(ui: &mut Ui, plot: Plot, n: usize, x: f32, value: f64, name: &str) -> Response {
    let is_level = n == 2;
    let center = pos2(x, plot.rect.center().y);
    let height = if is_level { 4.0 * GRIP } else { plot.rect.height() };
    let grip = Rect::from_center_size(center, vec2(2.0 * GRIP, height));
    let response = ui.interact(grip, ui.scope_id().with(("window handle", n)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::slider(true, value, name));
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(format!("{name}: {value:.0}"));
    let is_held = response.hovered() || response.dragged() || response.has_focus();
    let color = if is_held { theme::strong() } else { theme::text() };
    if is_level {
        ui.painter().circle(center, 5.0, theme::panel(), Stroke::new(1.5, color));
    } else {
        ui.painter().vline(x, plot.rect.y_range(), Stroke::new(1.0, color));
        let tip = |dx: f32, y: f32| Pos2::new(x + dx, y);
        let (top, bottom) = (plot.rect.top(), plot.rect.bottom());
        for (base, point) in [(top, top + 8.0), (bottom, bottom - 8.0)] {
            let corners = vec![tip(-5.0, base), tip(5.0, base), tip(0.0, point)];
            ui.painter().add(Shape::convex_polygon(corners, color, Stroke::NONE));
        }
    }
    if response.has_focus() {
        ui.memory_mut(|memory| {
            let filter = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
            memory.set_focus_lock_filter(response.id, filter);
        });
    }
    response
}

/// Arrow keys on the handle that has the keyboard; with Shift ten times as far.
fn key_steps(ui: &Ui, response: &Response) -> Option<f64> {
    if !response.has_focus() {
        return None;
    }
    let (left, right, is_far) =
        ui.input(|i| (i.num_presses(egui::Key::ArrowLeft), i.num_presses(egui::Key::ArrowRight), i.modifiers.shift));
    let steps = right as f64 - left as f64;
    (steps != 0.0).then_some(if is_far { 10.0 * steps } else { steps })
}

/// Width, level, function and inversion.
fn numbers_ui(ui: &mut Ui, panel: &mut Panel<'_>, open: &OpenFilm, window: &Window) {
    let (low, high) = window.ends();
    let speed = ((high - low) / 200.0).max(1e-3);
    let decimals = if high - low < 32.0 { 3 } else { 0 };
    let mut changed = window.clone();
    let mut is_final = true;
    let mut is_changed = false;
    ui.horizontal(|ui| {
        for (name, help, number) in
            [("W", tr("Window width"), &mut changed.width), ("L", tr("Window level"), &mut changed.center)]
        {
            let label = ui.label(RichText::new(name).color(theme::weak()));
            let field = egui::DragValue::new(number).speed(speed).max_decimals(decimals).update_while_editing(false);
            let response = ui.add(field).labelled_by(label.id).on_hover_text(help);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::SpinButton, true, help));
            is_changed |= response.changed() || response.drag_stopped();
            is_final &= !response.dragged();
        }
        is_changed |= function_ui(ui, &mut changed);
    });
    if is_changed {
        let least = if changed.function == VoiFunction::Linear { 1.0 } else { 1e-6 };
        let window = Window { width: changed.width.max(least), explanation: None, ..changed };
        panel.ask(Command::Window(WindowCommand::Adjust { window, is_final }));
    }
    ui.horizontal(|ui| {
        let is_inverted = open.display.as_ref().is_some_and(|display| display.is_inverted);
        kit::toggle_button(ui, panel, &Command::Invert, tr("Invert"), is_inverted);
        let region = Command::UseTool(crate::session::Tool::Region);
        let is_on = region.is_on(panel.session);
        kit::toggle_button(ui, panel, &region, tr("Region"), is_on);
        let keep = Command::Window(WindowCommand::ToggleKeep);
        let is_on = keep.is_on(panel.session);
        kit::toggle_button(ui, panel, &keep, tr("Keep"), is_on);
    });
}

/// The window keeps its ends when it changes its function.
fn function_ui(ui: &mut Ui, window: &mut Window) -> bool {
    let names = [
        (VoiFunction::Linear, tr("linear")),
        (VoiFunction::LinearExact, tr("exact")),
        (VoiFunction::Sigmoid, tr("sigmoid")),
    ];
    let name = names.iter().find(|(function, _)| *function == window.function).map_or("", |(_, name)| *name);
    let mut is_changed = false;
    let combo = egui::ComboBox::from_id_salt("window function").width(72.0).selected_text(name);
    let response = combo.show_ui(ui, |ui| {
        for (function, name) in names {
            if ui.selectable_label(function == window.function, name).clicked() && function != window.function {
                let (low, high) = window.ends();
                *window = Window::between(low, high, function);
                is_changed = true;
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, tr("Window function")));
    is_changed
}

fn enhancement_ui(ui: &mut Ui, panel: &mut Panel<'_>, enhancement: Enhancement) {
    if !panel.state.can_enhance {
        ui.label(RichText::new(tr("The graphics device of this computer cannot enhance films.")).color(theme::weak()));
        return;
    }
    let mut changed = enhancement;
    let mut is_final = true;
    let mut is_changed = false;
    for (name, value, range) in [
        (tr("Local contrast"), &mut changed.local_contrast, -1.0..=1.0),
        (tr("Sharpening"), &mut changed.sharpening, 0.0..=1.0),
    ] {
        ui.label(RichText::new(name).color(theme::weak()));
        ui.horizontal(|ui| {
            ui.spacing_mut().slider_width = ui.available_width() - 62.0;
            let slider = egui::Slider::new(value, range).step_by(0.05).max_decimals(2);
            let response = ui.add(slider);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Slider, true, name));
            is_changed |= response.changed() || response.drag_stopped();
            is_final &= !response.dragged();
        });
    }
    is_changed |= ui.checkbox(&mut changed.is_equalised, tr("Equalise (CLAHE)")).changed();
    if ui.add_enabled(enhancement.is_on(), egui::Button::new(tr("Enhancement off"))).clicked() {
        changed = Enhancement::default();
        is_changed = true;
    }
    if is_changed {
        panel.ask(Command::Window(WindowCommand::Enhance { enhancement: changed, is_final }));
    }
}

/// How the film comes onto the screen: for every film of this computer.
fn screen_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        for (way, name) in [
            (Interpolation::Bilinear, tr("Smooth")),
            (Interpolation::Lanczos, tr("Sharp")),
            (Interpolation::Nearest, tr("Squares")),
        ] {
            let command = Command::Window(WindowCommand::UseInterpolation(way));
            let is_on = command.is_on(panel.session);
            kit::toggle_button(ui, panel, &command, name, is_on);
        }
    });
    let command = Command::Window(WindowCommand::ToggleDither);
    let mut is_on = command.is_on(panel.session);
    let help = kit::tooltip(panel.session, &command);
    if ui.checkbox(&mut is_on, tr("Dither")).on_hover_text(help).changed() {
        panel.ask(command);
    }
}

/// Every window there is for this film, and a name for the one shown.
fn presets_ui(ui: &mut Ui, panel: &mut Panel<'_>, film: &Film) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::UNIT, theme::UNIT);
        for item in window_menu::items(panel.session, film) {
            let keys = kit::shortcut(panel.session, &item.command);
            let response = kit::chip(ui, &item.name, item.command.is_on(panel.session));
            let response = if keys.is_empty() { response } else { response.on_hover_text(keys) };
            if response.clicked() {
                panel.ask(item.command.clone());
            }
            if let Some(n) = item.project {
                let button = ui.add(egui::Button::new(RichText::new("×").color(theme::weak())).frame(false));
                let name = format!("{} {}", tr("Delete"), item.name);
                button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
                if button.on_hover_text(name.as_str()).clicked() {
                    panel.ask(Command::Window(WindowCommand::Delete(n)));
                }
            }
        }
    });
    name_ui(ui, panel);
}

fn name_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.add_space(theme::UNIT);
    let has_name = !panel.state.preset_name.trim().is_empty();
    let mut is_done = false;
    ui.horizontal(|ui| {
        let field = egui::TextEdit::singleline(&mut panel.state.preset_name)
            .desired_width(ui.available_width() - 64.0)
            .char_limit(40)
            .hint_text(tr("Name of the preset"));
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, tr("Name of the preset")));
        if panel.session.windowing.is_naming && !panel.state.is_naming {
            response.request_focus();
        }
        panel.state.is_naming = panel.session.windowing.is_naming;
        is_done |= response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        is_done |= ui.add_enabled(has_name, egui::Button::new(tr("Save"))).clicked();
    });
    ui.checkbox(&mut panel.state.is_preset_fixed, tr("Same values on every film"))
        .on_hover_text(tr("Right for films of one device; otherwise the preset follows each film's own range."));
    if is_done && has_name {
        let name = std::mem::take(&mut panel.state.preset_name);
        panel.ask(Command::Window(WindowCommand::Save { name, is_relative: !panel.state.is_preset_fixed }));
    }
}
