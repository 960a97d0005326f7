//! A table of counts as a field of shades; each cell can be pressed.

use std::f32::consts::FRAC_PI_2;

use egui::epaint::TextShape;
use egui::{
    Align, Align2, Layout, Painter, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::domain::evaluation::plot::Matrix;
use crate::session::{Command, EvaluateCommand, Sheet};
use crate::ui::words::{tr_args, translated};
use crate::ui::{Panel, theme};

use super::paint::{caption, fitting, text, title};
use super::{BUTTONS_HEIGHT, sheet_buttons};

/// The most that names of columns may take of the height.
const MOST_HEAD: f32 = 0.32;

/// Where the cells lie.
pub(super) struct Cells {
    first: Rect,
    /// Names of columns, then of rows.
    names: Vec<Rect>,
}

impl Cells {
    fn rect(&self, row: usize, column: usize) -> Rect {
        let size = self.first.size();
        self.first.translate(vec2(column as f32 * size.x, row as f32 * size.y))
    }
}

/// `command`: what a press on the cell of a row and a column asks for.
pub(in crate::ui) fn field_ui(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    matrix: &Matrix,
    size: Vec2,
    command: impl Fn(usize, usize) -> Option<EvaluateCommand>,
) -> Response {
    ui.allocate_ui_with_layout(size + Vec2::new(0.0, BUTTONS_HEIGHT), Layout::top_down(Align::Min), |ui| {
        let (outer, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Figure, true, spoken(matrix)));
        let cells = field(ui.painter(), outer, matrix);
        for (row, counts) in matrix.counts.iter().enumerate() {
            for (column, count) in counts.iter().enumerate() {
                let Some(command) = command(row, column) else { continue };
                let id = response.id.with((row, column));
                let rect = cells.rect(row, column);
                let cell = ui.interact(rect, id, Sense::click());
                let (truth, answer) = (&matrix.rows[row], &matrix.columns[column]);
                let name = tr_args("Truth {}, answer {}: {}", &[&translated(truth), &translated(answer), count]);
                cell.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
                if cell.hovered() {
                    ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.5, theme::strong()), StrokeKind::Inside);
                }
                if cell.on_hover_text(name).clicked() {
                    panel.ask(Command::Evaluate(command));
                }
            }
        }
        for (rect, name) in cells.names.iter().zip(matrix.columns.iter().chain(&matrix.rows)) {
            // Names may be cut; whole ones stand under the pointer.
            let id = response.id.with(("name", rect.min.x as i32, rect.min.y as i32));
            ui.interact(*rect, id, Sense::hover()).on_hover_text(&*translated(name));
        }
        sheet_buttons(ui, panel, &matrix.title, || Sheet::Matrix(matrix.clone()));
        response
    })
    .inner
}

fn spoken(matrix: &Matrix) -> String {
    format!("{}. {}", translated(&matrix.title), translated(&matrix.caption))
}

/// Draws it.
pub(super) fn field(painter: &Painter, outer: Rect, matrix: &Matrix) -> Cells {
    painter.rect(outer, 4.0, theme::window(), Stroke::new(theme::GRID_STROKE, theme::line()), StrokeKind::Inside);
    let top = title(painter, outer, &matrix.title) + 4.0;
    let bottom = caption(painter, outer, &matrix.caption);
    let names_width = outer.width() * 0.3;
    let (num_rows, num_columns) = (matrix.rows.len().max(1) as f32, matrix.columns.len().max(1) as f32);
    let left = outer.left() + 10.0 + names_width;
    // Names of columns stand upright: a cell is narrower than any of them.
    let letters = |name: &String| text(painter, name, theme::weak()).size().x;
    let names_height = matrix.columns.iter().map(letters).fold(0.0, f32::max).min(outer.height() * MOST_HEAD);
    let head = top + 18.0 + names_height + 6.0;
    let cell = vec2((outer.right() - 10.0 - left) / num_columns, (bottom - head - 2.0) / num_rows);
    let mut cells = Cells { first: Rect::from_min_size(pos2(left, head), cell), names: Vec::new() };
    let (font, weak) = (theme::plot_font(), theme::weak());
    let write = |at, align, text: String, color| {
        painter.text(at, align, text, font.clone(), color);
    };
    let middle = pos2(left + cell.x * num_columns / 2.0, top);
    write(middle, Align2::CENTER_TOP, translated(&matrix.column_title).into_owned(), theme::text());
    write(
        pos2(outer.left() + 10.0, head - 3.0),
        Align2::LEFT_BOTTOM,
        translated(&matrix.row_title).into_owned(),
        theme::text(),
    );
    for (column, name) in matrix.columns.iter().enumerate() {
        let name = text(painter, &fitting(painter, name, names_height), weak);
        let at = pos2(cells.rect(0, column).center().x - name.size().y / 2.0, head - 4.0);
        painter.add(TextShape::new(at, name, weak).with_angle(-FRAC_PI_2));
        let of_column = cells.rect(0, column).x_range();
        cells.names.push(Rect::from_x_y_ranges(of_column, head - 4.0 - names_height..=head));
    }
    for (row, name) in matrix.rows.iter().enumerate() {
        let at = pos2(left - 6.0, cells.rect(row, 0).center().y);
        write(at, Align2::RIGHT_CENTER, fitting(painter, name, names_width - 6.0), weak);
        cells.names.push(Rect::from_x_y_ranges(left - names_width..=left, cells.rect(row, 0).y_range()));
        for column in 0..matrix.columns.len() {
            let rect = cells.rect(row, column);
            let share = matrix.share(row, column).unwrap_or(0.0) as f32;
            painter.rect_filled(rect.shrink(0.5), 0.0, theme::series(0).gamma_multiply(0.06 + 0.55 * share));
            let count = matrix.counts[row][column];
            let color = if count == 0 { weak } else { theme::strong() };
            write(rect.center(), Align2::CENTER_CENTER, count.to_string(), color);
        }
    }
    cells
}
