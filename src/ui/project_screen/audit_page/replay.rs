//! One reading of one film, gone through step by step: the film with the marks as they were then, and the list of steps.

use egui::{Align2, Rect, RichText, ScrollArea, Sense, Slider, Stroke, Ui, Vec2, WidgetInfo};

use crate::domain::geometry;
use crate::domain::log::Step;
use crate::domain::moment::{local_text, zone_text};
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::reading::Reading;
use crate::session::team::{AuditCommand, Replay};
use crate::ui::evaluate_screen::{CropKey, Shelved};
use crate::ui::words::{tr, tr_args, translated_name};
use crate::ui::{Panel, kit, theme};

use super::ask;

/// Width of the list of steps, in points.
const LIST: f32 = 320.0;

pub(super) fn replay_ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let session = panel.session;
    let Some(replay) = &session.team.auditing.replay else { return };
    ui.horizontal(|ui| {
        if ui.button(tr("Back to the record")).clicked() {
            ask(panel, AuditCommand::CloseReplay);
        }
        kit::section_title(ui, &tr_args("{} on film {}", &[replay.reading.reader(), replay.reading.image()]));
        ui.label(
            RichText::new(tr_args("times in {}", &[&zone_text(panel.state.utc_offset_secs)])).color(theme::weak()),
        );
    });
    layers_ui(ui, panel, replay);
    if replay.is_broken {
        ui.label(
            RichText::new(tr("A step does not fit those before it: the record is not whole.")).color(theme::bad()),
        );
    }
    ui.horizontal(|ui| {
        let num = replay.log.len();
        let step = |ui: &mut Ui, panel: &mut Panel<'_>, text: &str, to: Option<usize>| {
            if ui.add_enabled(to.is_some(), egui::Button::new(text)).clicked()
                && let Some(to) = to
            {
                ask(panel, AuditCommand::GoTo(to));
            }
        };
        step(ui, panel, tr("Step back"), replay.at.checked_sub(1));
        step(ui, panel, tr("Step on"), (replay.at < num).then_some(replay.at + 1));
        let mut at = replay.at;
        ui.spacing_mut().slider_width = 260.0;
        let response = ui.add(Slider::new(&mut at, 0..=num).show_value(false));
        response.widget_info(|| WidgetInfo::slider(true, at as f64, tr("Step of the reading")));
        if at != replay.at {
            ask(panel, AuditCommand::GoTo(at));
        }
        ui.label(RichText::new(tr_args("Step {} of {}", &[&replay.at, &num])).color(theme::weak()));
    });
    ui.add_space(theme::UNIT);
    let room = ui.available_size();
    ui.horizontal_top(|ui| {
        film_ui(ui, panel, replay, Vec2::new((room.x - LIST - 12.0).max(120.0), room.y.max(240.0)));
        ui.vertical(|ui| {
            ui.set_width(LIST);
            steps_ui(ui, panel, replay);
        });
    });
}

/// Whose reading is shown, where the film has several.
fn layers_ui(ui: &mut Ui, panel: &mut Panel<'_>, replay: &Replay) {
    if replay.layers.len() < 2 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr("Reading by")).color(theme::weak()));
        for layer in &replay.layers {
            let is_on = layer == replay.reading.reader();
            let text = if layer.as_str() == CONSENSUS_LAYER { tr("Consensus") } else { layer.as_str() };
            if kit::chip(ui, text, is_on).clicked() && !is_on {
                let image = replay.reading.image().clone();
                ask(panel, AuditCommand::Replay { image, layer: Some(layer.clone()) });
            }
        }
    });
}

fn film_ui(ui: &mut Ui, panel: &mut Panel<'_>, replay: &Replay, size: Vec2) {
    let (frame, response) = ui.allocate_exact_size(size, Sense::hover());
    let reading = &replay.reading;
    response.widget_info(|| {
        let text = tr_args("Film {} with {} marks", &[reading.image(), &reading.num_marks()]);
        WidgetInfo::labeled(egui::Role::Image, true, text)
    });
    let painter = ui.painter().with_clip_rect(frame.intersect(ui.clip_rect()));
    painter.rect_filled(frame, 4.0, theme::CANVAS);
    let note = |text: &str| {
        painter.text(frame.center(), Align2::CENTER_CENTER, text, theme::small_font(), theme::weak());
    };
    match panel.state.crops.look(&CropKey::new(reading.image().clone(), None, 0)) {
        Shelved::There(texture, part) => {
            let shown = texture.size_vec2();
            let scale = (frame.width() / shown.x).min(frame.height() / shown.y);
            let at = Rect::from_center_size(frame.center(), shown * scale);
            let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            painter.image(texture.id(), at, whole, theme::UNTINTED);
            marks(&painter, panel, reading, part, at);
        }
        Shelved::Failed => note(tr("This film can't be shown")),
        Shelved::OnItsWay => note("…"),
    }
}

fn marks(painter: &egui::Painter, panel: &Panel<'_>, reading: &Reading, part: geometry::Rect, at: Rect) {
    let scale = f64::from(at.width()) / (part.xmax() - part.xmin()).max(1.0);
    let place =
        |x: f64, y: f64| at.min + Vec2::new(((x - part.xmin()) * scale) as f32, ((y - part.ymin()) * scale) as f32);
    for mark in reading.annotations() {
        let Some(bounds) = mark.bounds() else { continue };
        let label = panel.session.label_set().and_then(|set| set.resolve(mark.label().as_str()));
        let color = label.map_or_else(theme::text, |label| theme::label_color(label.color));
        let rect = Rect::from_two_pos(place(bounds.xmin(), bounds.ymin()), place(bounds.xmax(), bounds.ymax()));
        painter.rect_stroke(rect, 0.0, Stroke::new(1.5, color), egui::StrokeKind::Middle);
        let name = mark.label().to_string();
        painter.text(rect.left_top(), Align2::LEFT_BOTTOM, name, theme::small_font(), color);
    }
    if reading.has_no_finding() {
        painter.text(at.center_top(), Align2::CENTER_TOP, tr("No finding"), theme::small_font(), theme::good());
    }
}

fn steps_ui(ui: &mut Ui, panel: &mut Panel<'_>, replay: &Replay) {
    if replay.log.is_empty() {
        ui.label(RichText::new(tr("This reader did nothing on this film.")).color(theme::weak()));
    }
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::row_height(), replay.log.len(), |ui, range| {
        for n in range {
            let line = &replay.log[n].entry;
            let title = translated_name(&line.edit.title()).into_owned();
            let text = match line.step {
                Step::Do => title,
                Step::Undo(_) => tr_args("Undo: {}", &[&title]),
                Step::Redo(_) => tr_args("Redo: {}", &[&title]),
            };
            let text = format!("{}  {text}", local_text(line.made_at_ms, panel.state.utc_offset_secs));
            let is_done = n < replay.at;
            let color = if is_done { theme::text() } else { theme::weak() };
            if ui.selectable_label(n + 1 == replay.at, RichText::new(text).color(color)).clicked() {
                ask(panel, AuditCommand::GoTo(n + 1));
            }
        }
    });
}
