//! Boxes on the film, their names outside them, and the box that is being drawn.

use egui::{Align2, Color32, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2};

use crate::domain::geometry::{self, Handle, Transform};
use crate::domain::label::LabelName;
use crate::session::{OpenFilm, Session};

use super::{color_of, screen_point, shaded_text};
use crate::ui::theme;
use crate::ui::words::tr;

pub(super) fn boxes_ui(painter: &Painter, session: &Session, film: &OpenFilm, to_screen: &Transform, canvas: Rect) {
    let mut colors: Vec<(&LabelName, Color32)> = Vec::new();
    let mut names = Names::new(canvas);
    // The selected box is named first, so that its name is the one that stays where names are crowded.
    let selected = film.visible_marks().filter(|(a, _)| film.selection == Some(a.id()));
    let others = film.visible_marks().filter(|(a, _)| film.selection != Some(a.id()));
    for (annotation, shape) in selected.chain(others) {
        let rect = shape.bounds();
        let on_screen = screen_rect(to_screen, rect, canvas);
        if !canvas.intersects(on_screen) {
            continue;
        }
        let label = annotation.label();
        let color = match colors.iter().find(|(known, _)| *known == label) {
            Some((_, color)) => *color,
            None => {
                let color = color_of(session, label);
                colors.push((label, color));
                color
            }
        };
        let is_selected = film.selection == Some(annotation.id());
        let width = if is_selected { theme::SELECTED_STROKE } else { theme::BOX_STROKE };
        painter.rect_stroke(on_screen, 0.0, Stroke::new(width, color), StrokeKind::Middle);
        if names.has_room(on_screen) {
            name_ui(painter, on_screen, label.as_str(), theme::readable(color), canvas);
        }
        if is_selected && !film.is_completed() && !film.locked.contains(&annotation.id()) {
            for handle in Handle::ALL {
                let p = to_screen.apply(rect.handle_position(handle));
                let at = canvas.min + Vec2::new(p.x as f32, p.y as f32);
                let grip = Rect::from_center_size(at, Vec2::splat(theme::HANDLE_SIZE));
                painter.rect(grip, 1.0, theme::CANVAS, Stroke::new(1.5, color), StrokeKind::Inside);
            }
        }
    }
    if let Some(rect) = film.gesture.as_ref().and_then(crate::session::gesture::Gesture::drawn) {
        let color = session.armed.as_ref().map_or(theme::film::STRONG, |label| color_of(session, label));
        let on_screen = screen_rect(to_screen, rect, canvas);
        painter.rect_stroke(on_screen, 0.0, Stroke::new(theme::BOX_STROKE, color), StrokeKind::Middle);
    }
    if let Some(shape) = &film.unlabelled {
        let on_screen = screen_rect(to_screen, shape.bounds(), canvas);
        dashed(painter, on_screen, theme::film::STRONG);
        name_ui(painter, on_screen, tr(tr("which label? press its key")), theme::film::STRONG, canvas);
    }
}

/// Above the box, or below it at the top of the canvas; never inside.
fn name_ui(painter: &Painter, on_screen: Rect, name: &str, color: Color32, canvas: Rect) {
    if on_screen.top() - canvas.top() > 20.0 {
        shaded_text(painter, on_screen.left_top() - Vec2::new(0.0, 3.0), Align2::LEFT_BOTTOM, name, color);
    } else {
        shaded_text(painter, on_screen.left_bottom() + Vec2::new(0.0, 3.0), Align2::LEFT_TOP, name, color);
    }
}

fn dashed(painter: &Painter, rect: Rect, color: Color32) {
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    painter.extend(egui::Shape::dashed_line(&corners, Stroke::new(theme::BOX_STROKE, color), 6.0, 4.0));
}

/// Which parts of the canvas carry a name already: names on top of each other can't be read.
struct Names {
    origin: Pos2,
    columns: usize,
    taken: Vec<bool>,
}

/// A cell is as high as a name, and some names are three cells wide.
const NAME_CELL: Vec2 = Vec2::new(48.0, 20.0);
const NAME_CELLS: usize = 3;

impl Names {
    fn new(canvas: Rect) -> Self {
        let columns = (canvas.width() / NAME_CELL.x).ceil() as usize + NAME_CELLS;
        let rows = (canvas.height() / NAME_CELL.y).ceil() as usize + 1;
        Self { origin: canvas.min, columns, taken: vec![false; columns * rows] }
    }

    /// Takes the place above a box, if it is free.
    fn has_room(&mut self, on_screen: Rect) -> bool {
        let at = (on_screen.left_top() - self.origin) / NAME_CELL;
        let (x, y) = (at.x.max(0.0) as usize, at.y.max(0.0) as usize);
        let start = y * self.columns + x;
        let Some(cells) = self.taken.get_mut(start..start + NAME_CELLS) else { return true };
        if cells.contains(&true) {
            return false;
        }
        cells.fill(true);
        true
    }
}

fn screen_rect(to_screen: &Transform, rect: geometry::Rect, canvas: Rect) -> Rect {
    Rect::from_two_pos(screen_point(to_screen, rect.min(), canvas), screen_point(to_screen, rect.max(), canvas))
}
