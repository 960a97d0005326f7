//! What lies on the film: boxes with their names outside, the corners' facts, and the word SYNTHETIC.

use egui::{Align2, Color32, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2};

use crate::domain::geometry::{self, Handle, Transform};
use crate::domain::imaging::{Pixels, Voi, VoiFunction};
use crate::domain::label::LabelName;
use crate::domain::study::Sex;
use crate::session::{OpenFilm, OverlayState, Pane, Session};

use super::theme;

pub(super) fn overlay_ui(painter: &Painter, session: &Session, pane: &Pane, film: &OpenFilm, canvas: Rect) {
    let to_screen = film.viewport.screen_from_image(pane.canvas, film.grid());
    if session.overlay != OverlayState::Nothing && film.film().is_some() {
        boxes_ui(painter, session, film, &to_screen, canvas);
    }
    if session.overlay == OverlayState::All {
        corners_ui(painter, pane, film, canvas);
    }
    if film.entry.facts.is_synthetic {
        let at = canvas.center_top() + Vec2::new(0.0, 10.0);
        shaded_text(painter, at, Align2::CENTER_TOP, "SYNTHETIC", theme::WARN);
    }
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
    let point = |p: geometry::Point| {
        let q = to_screen.apply(p);
        canvas.min + Vec2::new(q.x as f32, q.y as f32)
    };
    Rect::from_two_pos(point(rect.min()), point(rect.max()))
}

/// The colour a label is drawn in.
pub(super) fn color_of(session: &Session, label: &LabelName) -> Color32 {
    session
        .label_set()
        .and_then(|set| set.resolve(label.as_str()))
        .map_or(theme::TEXT, |label| theme::label_color(label.color))
}

fn boxes_ui(painter: &Painter, session: &Session, film: &OpenFilm, to_screen: &Transform, canvas: Rect) {
    let mut colors: Vec<(&LabelName, Color32)> = Vec::new();
    let mut names = Names::new(canvas);
    // The selected box is named first, so that its name is the one that stays where names are crowded.
    let selected = film.visible_boxes().filter(|(a, _)| film.selection == Some(a.id()));
    let others = film.visible_boxes().filter(|(a, _)| film.selection != Some(a.id()));
    for (annotation, rect) in selected.chain(others) {
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
        let color = session.armed.as_ref().map_or(theme::STRONG, |label| color_of(session, label));
        let on_screen = screen_rect(to_screen, rect, canvas);
        painter.rect_stroke(on_screen, 0.0, Stroke::new(theme::BOX_STROKE, color), StrokeKind::Middle);
    }
    if let Some(rect) = film.unlabelled {
        let on_screen = screen_rect(to_screen, rect, canvas);
        dashed(painter, on_screen, theme::STRONG);
        name_ui(painter, on_screen, "which label? press its key", theme::STRONG, canvas);
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

/// Text with a thin shade behind it: readable on white bone and on black air.
fn shaded_text(painter: &Painter, at: Pos2, anchor: Align2, text: &str, color: Color32) {
    let galley = painter.layout_no_wrap(text.to_owned(), theme::overlay_font(), color);
    let rect = anchor.anchor_size(at, galley.size());
    painter.rect_filled(rect.expand2(Vec2::new(3.0, 0.5)), 2.0, theme::SHADE);
    painter.galley(rect.min, galley, color);
}

fn corners_ui(painter: &Painter, pane: &Pane, film: &OpenFilm, canvas: Rect) {
    let inner = canvas.shrink(10.0);
    lines(painter, inner.left_top(), Align2::LEFT_TOP, &study_lines(film));
    lines(painter, inner.right_top(), Align2::RIGHT_TOP, &[patient_line(film)]);
    lines(painter, inner.left_bottom(), Align2::LEFT_BOTTOM, &window_lines(pane, film));
    lines(painter, inner.right_bottom(), Align2::RIGHT_BOTTOM, &[cursor_line(film)]);
}

fn lines(painter: &Painter, at: Pos2, anchor: Align2, texts: &[String]) {
    let texts: Vec<&String> = texts.iter().filter(|t| !t.is_empty()).collect();
    let line = theme::OVERLAY_TEXT + 5.0;
    let is_bottom = anchor.y() == egui::Align::Max;
    for (i, text) in texts.iter().enumerate() {
        let row = if is_bottom { -((texts.len() - 1 - i) as f32) } else { i as f32 };
        shaded_text(painter, at + Vec2::new(0.0, row * line), anchor, text, theme::TEXT);
    }
}

fn study_lines(film: &OpenFilm) -> Vec<String> {
    let facts = &film.entry.facts;
    let view = [&facts.body_part, &facts.view_position].into_iter().flatten().cloned().collect::<Vec<_>>().join("  ");
    let lossy = if facts.is_lossy { "Lossy compressed".to_owned() } else { String::new() };
    let frames =
        if facts.num_frames > 1 { format!("Frame {} of {}", film.frame + 1, facts.num_frames) } else { String::new() };
    vec![view, frames, lossy]
}

/// Age and sex: all that a blinded reader sees of the patient.
pub(super) fn patient_line(film: &OpenFilm) -> String {
    let facts = &film.entry.facts;
    patient_text(facts.sex, facts.age_years)
}

/// "F  63 years"; months below two years.
pub(super) fn patient_text(sex: Option<Sex>, age_years: Option<f64>) -> String {
    let age = age_years.map(|years| {
        if years < 2.0 { format!("{:.0} months", years * 12.0) } else { format!("{:.0} years", years.floor()) }
    });
    let sex = sex.map(|sex| sex.as_dicom().to_owned());
    [sex, age].into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn window_lines(pane: &Pane, film: &OpenFilm) -> Vec<String> {
    let Some(display) = &film.display else { return Vec::new() };
    let chain = match (&display.voi, film.film().map(|f| &f.pixels)) {
        (_, Some(Pixels::Rgb(_))) => "Colour".to_owned(),
        (Voi::Window(window), _) => {
            let shape = match window.function {
                VoiFunction::Linear => "",
                VoiFunction::LinearExact => "  exact",
                VoiFunction::Sigmoid => "  sigmoid",
            };
            let name = window.explanation.as_ref().map_or_else(String::new, |e| format!("  {}", e.to_lowercase()));
            format!("W {:.0}  L {:.0}{shape}{name}", window.width, window.center)
        }
        (Voi::Lut(lut), _) => format!("LUT {}", lut.explanation.as_deref().unwrap_or("")),
    };
    let zoom = film.viewport.scale(pane.canvas, film.grid()) * pane.canvas.pixels_per_point;
    let inverted = if display.is_inverted { "  inverted" } else { "" };
    let turned = match film.viewport.quarter_turns {
        0 => String::new(),
        n => format!("  turned {}°", u32::from(n) * 90),
    };
    let flipped = if film.viewport.is_flipped { "  FLIPPED" } else { "" };
    vec![format!("Zoom {:.0} %{turned}{flipped}", zoom * 100.0), format!("{chain}{inverted}")]
}

fn cursor_line(film: &OpenFilm) -> String {
    let (Some(p), Some(picture)) = (film.cursor, film.film()) else { return String::new() };
    let (x, y) = (p.x.floor() as u32, p.y.floor() as u32);
    match (picture.stored_value(x, y), picture.rgb(x, y)) {
        (Some(stored), _) => {
            let value = picture.facts.modality_value(stored);
            let unit = picture.facts.unit.as_ref().map_or_else(String::new, |u| format!(" {u}"));
            if value == stored {
                format!("x {x}  y {y}   value {value}{unit}")
            } else {
                format!("x {x}  y {y}   value {value:.1}{unit}  stored {stored}")
            }
        }
        (None, Some([r, g, b])) => format!("x {x}  y {y}   {r} {g} {b}"),
        (None, None) => String::new(),
    }
}
