//! Small drawn pictures of tools and of what is asked for most, so that all of them have room in the bar.

use egui::{Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::session::{Command, DrawTool, Tool, WalkCommand};

use super::words::tr;
use super::{Panel, kit, theme};

/// Points.
const ICON: f32 = 15.0;

/// The tools that select and draw, most used first.
pub(super) const TOOLS: [Tool; 11] = [
    Tool::Select,
    Tool::Box,
    Tool::Draw(DrawTool::BoxByCorners),
    Tool::Draw(DrawTool::BoxByExtremes),
    Tool::Draw(DrawTool::Polygon),
    Tool::Draw(DrawTool::Freehand),
    Tool::Draw(DrawTool::Brush),
    Tool::Draw(DrawTool::Eraser),
    Tool::Draw(DrawTool::Point),
    Tool::Draw(DrawTool::Line),
    Tool::Draw(DrawTool::Knife),
];

/// A button with a tool's picture, framed while the tool is in the hand.
pub(super) fn tool_button(ui: &mut Ui, panel: &mut Panel<'_>, tool: Tool) {
    button(ui, panel, Command::UseTool(tool), |painter, rect, color| picture(painter, rect, tool, color));
}

/// An arrow that turns back.
pub(super) fn undo_button(ui: &mut Ui, panel: &mut Panel<'_>) {
    button(ui, panel, Command::Undo, |painter, rect, color| turning_arrow(painter, rect, false, color));
}

/// The same arrow the other way.
pub(super) fn redo_button(ui: &mut Ui, panel: &mut Panel<'_>) {
    button(ui, panel, Command::Redo, |painter, rect, color| turning_arrow(painter, rect, true, color));
}

/// A clock: what was done to the film.
pub(super) fn history_button(ui: &mut Ui, panel: &mut Panel<'_>) {
    button(ui, panel, Command::Walk(WalkCommand::ToggleHistory), |painter, rect, color| {
        let (middle, radius) = (rect.center(), rect.width() * 0.38);
        painter.circle_stroke(middle, radius, Stroke::new(1.6, color));
        painter.line_segment([middle, middle - Vec2::new(0.0, radius * 0.7)], Stroke::new(1.6, color));
        painter.line_segment([middle, middle + Vec2::new(radius * 0.55, 0.0)], Stroke::new(1.6, color));
    });
}

/// A cog wheel.
pub(super) fn settings_button(ui: &mut Ui, panel: &mut Panel<'_>) {
    button(ui, panel, Command::ShowSettings, |painter, rect, color| {
        let (middle, radius) = (rect.center(), rect.width() * 0.3);
        painter.circle_stroke(middle, radius, Stroke::new(1.6, color));
        painter.circle_filled(middle, 1.7, color);
        for tooth in 0..8 {
            let out = Vec2::angled(tooth as f32 / 8.0 * std::f32::consts::TAU);
            painter.line_segment([middle + out * radius, middle + out * radius * 1.6], Stroke::new(2.2, color));
        }
    });
}

/// A picture instead of a title; name and key are in the tooltip.
fn button(ui: &mut Ui, panel: &mut Panel<'_>, command: Command, draw: impl Fn(&Painter, Rect, Color32)) {
    let (is_on, is_available) = (command.is_on(panel.session), command.is_available(panel.session));
    let size = Vec2::new(ICON + 6.0, ui.spacing().interact_size.y);
    let sense = if is_available { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let title = command.row().map_or("", |row| tr(row.title));
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, is_available, is_on, title));
    let fill = match (is_on, is_available && response.hovered()) {
        (true, _) => theme::accent_dim(),
        (false, true) => theme::hovered(),
        (false, false) => theme::panel(),
    };
    let frame = if is_on { Stroke::new(1.0, theme::accent()) } else { Stroke::NONE };
    ui.painter().rect(rect, 3.0, fill, frame, StrokeKind::Inside);
    let color = match (is_on, is_available) {
        (true, _) => theme::strong(),
        (false, true) => theme::text(),
        (false, false) => theme::weak().gamma_multiply(0.5),
    };
    draw(ui.painter(), Rect::from_center_size(rect.center(), Vec2::splat(ICON)), color);
    let response = response.on_hover_text(kit::tooltip(panel.session, &command));
    if response.clicked() {
        panel.ask(command);
    }
}

fn turning_arrow(painter: &Painter, rect: Rect, is_forward: bool, color: Color32) {
    let x = |x: f32| if is_forward { 1.0 - x } else { x };
    let at = |(px, py): (f32, f32)| rect.min + Vec2::new(x(px) * rect.width(), py * rect.height());
    let line = Stroke::new(1.6, color);
    let arc = (0..=10).map(|n| {
        let angle = -std::f32::consts::FRAC_PI_2 + n as f32 / 10.0 * std::f32::consts::PI;
        at((0.6 + 0.3 * angle.cos(), 0.58 + 0.27 * angle.sin()))
    });
    let points: Vec<Pos2> = std::iter::once(at((0.08, 0.31))).chain(arc).chain([at((0.3, 0.85))]).collect();
    painter.add(Shape::line(points, line));
    painter.add(Shape::line([(0.34, 0.06), (0.08, 0.31), (0.34, 0.56)].map(at).to_vec(), line));
}

fn picture(painter: &Painter, rect: Rect, tool: Tool, color: Color32) {
    let at = |x: f32, y: f32| rect.min + Vec2::new(x * rect.width(), y * rect.height());
    let line = Stroke::new(1.4, color);
    let path = |points: &[(f32, f32)]| points.iter().map(|&(x, y)| at(x, y)).collect::<Vec<Pos2>>();
    let dot = |x: f32, y: f32| painter.circle_filled(at(x, y), 1.9, color);
    let frame = |x0, y0, x1, y1| {
        painter.rect_stroke(Rect::from_min_max(at(x0, y0), at(x1, y1)), 0.0, line, StrokeKind::Middle);
    };
    match tool {
        Tool::Select => {
            let arrow =
                path(&[(0.2, 0.05), (0.2, 0.85), (0.42, 0.65), (0.56, 0.97), (0.7, 0.9), (0.56, 0.6), (0.84, 0.58)]);
            painter.add(Shape::closed_line(arrow, line));
        }
        Tool::Box => frame(0.08, 0.2, 0.92, 0.8),
        Tool::Draw(DrawTool::BoxByCorners) => {
            frame(0.12, 0.2, 0.88, 0.8);
            dot(0.12, 0.2);
            dot(0.88, 0.8);
        }
        Tool::Draw(DrawTool::BoxByExtremes) => {
            frame(0.12, 0.14, 0.88, 0.86);
            for (x, y) in [(0.4, 0.14), (0.88, 0.5), (0.6, 0.86), (0.12, 0.6)] {
                dot(x, y);
            }
        }
        Tool::Draw(DrawTool::Polygon) => {
            let corners = [(0.12, 0.38), (0.55, 0.08), (0.92, 0.42), (0.74, 0.9), (0.26, 0.86)];
            painter.add(Shape::closed_line(path(&corners), line));
            for (x, y) in corners {
                dot(x, y);
            }
        }
        Tool::Draw(DrawTool::Freehand) => {
            let turn = |n: usize| {
                let angle = n as f32 / 28.0 * std::f32::consts::TAU;
                let radius = 0.38 + 0.07 * (angle * 3.0).sin();
                at(0.5 + radius * angle.cos(), 0.5 + radius * angle.sin())
            };
            painter.add(Shape::closed_line((0..28).map(turn).collect(), line));
        }
        Tool::Draw(DrawTool::Brush) => {
            painter.line_segment([at(0.94, 0.06), at(0.5, 0.5)], Stroke::new(2.0, color));
            painter.circle_filled(at(0.32, 0.68), rect.width() * 0.25, color);
        }
        Tool::Draw(DrawTool::Eraser) => {
            painter.add(Shape::closed_line(path(&[(0.55, 0.1), (0.92, 0.42), (0.5, 0.86), (0.13, 0.54)]), line));
            painter.line_segment([at(0.33, 0.33), at(0.7, 0.64)], line);
            painter.line_segment([at(0.3, 0.95), at(0.95, 0.95)], line);
        }
        Tool::Draw(DrawTool::Point) => {
            for (x0, y0, x1, y1) in
                [(0.5, 0.0, 0.5, 0.3), (0.5, 0.7, 0.5, 1.0), (0.0, 0.5, 0.3, 0.5), (0.7, 0.5, 1.0, 0.5)]
            {
                painter.line_segment([at(x0, y0), at(x1, y1)], line);
            }
            dot(0.5, 0.5);
        }
        Tool::Draw(DrawTool::Line) => {
            let bends = [(0.08, 0.85), (0.38, 0.3), (0.62, 0.65), (0.92, 0.12)];
            painter.add(Shape::line(path(&bends), line));
            dot(0.08, 0.85);
            dot(0.92, 0.12);
        }
        Tool::Draw(DrawTool::Knife) => {
            painter.circle_stroke(at(0.5, 0.5), rect.width() * 0.36, line);
            painter.extend(Shape::dashed_line(&path(&[(0.98, 0.02), (0.02, 0.98)]), Stroke::new(1.6, color), 3.0, 1.6));
        }
        Tool::Measure(_) | Tool::Region | Tool::Window | Tool::Pan | Tool::Zoom => {}
    }
}
