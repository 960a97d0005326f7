//! Marks on the film, their names outside them, and the shape that waits for its label.

use std::borrow::Cow;
use std::fmt::Write as _;

use eframe::egui_wgpu::Callback;
use egui::{Align2, Color32, Painter, Rect, Stroke, Vec2};

use crate::domain::annotation::Annotation;
use crate::domain::attribute::{Attributes, Certainty, Grade};
use crate::domain::geometry::Transform;
use crate::domain::id::AnnotationId;
use crate::domain::shape::Shape;
use crate::render::MarksCallback;
use crate::session::{OpenFilm, Session};

use super::mark_layers::MarkLayers;
use super::mark_pen::Pen;
use super::{color_of, shaded_text};
use crate::ui::theme;
use crate::ui::words::tr;

/// From here on marks stay on the graphics card between frames, where there is one: the window library would copy them
/// to it in each.
const MANY_MARKS: usize = 300;
/// Between a name and its mark.
const GAP: f32 = 3.0;

pub(super) fn marks_ui(
    painter: &Painter,
    session: &Session,
    film: &OpenFilm,
    to_screen: &Transform,
    canvas: Rect,
    (layers, card_slot): (&mut MarkLayers, Option<usize>),
) {
    let pen = Pen { to_screen, canvas };
    let mut still: Vec<(&Annotation, &Shape)> = Vec::new();
    let mut dragged: Vec<(&Annotation, Shape)> = Vec::new();
    for (mark, shape) in film.visible_marks() {
        match shape {
            Cow::Borrowed(shape) => still.push((mark, shape)),
            Cow::Owned(shape) => dragged.push((mark, shape)),
        }
    }
    let singled_out = singled_out(film);
    // What is chosen or singled out is drawn once more on top, so that choosing leaves the layer as it is.
    let on_top = |id: Option<AnnotationId>| still.iter().find(|(mark, _)| Some(mark.id()) == id).copied();
    let (selected, single) = (on_top(film.selection), on_top(singled_out.filter(|id| Some(*id) != film.selection)));
    let num_marks = still.len() + dragged.len();
    let (by, names) = match card_slot.filter(|_| num_marks >= MANY_MARKS) {
        Some(slot) => {
            // Those that are dragged stay in their chunks, which need not be made anew when a drag begins.
            let all: Vec<_> = film.shown_marks().collect();
            let moving = dragged.iter().map(|(mark, _)| mark.id()).collect();
            let (mut plan, layer, by) = layers.card_layer((session, film), (pen, slot), painter.ctx(), &all, &moving);
            if singled_out.is_some() {
                plan.strength = theme::FAINT;
            }
            let names = layer.names.clone();
            painter.add(Callback::new_paint_callback(canvas, MarksCallback { slot, plan }));
            (by, names)
        }
        None => {
            let (layer, by) = layers.layer(session, film, pen, painter.ctx(), &still);
            painter.add(layer.mesh(by, singled_out.is_some()));
            (by, layer.names.clone())
        }
    };

    let mut taken: Vec<Rect> = Vec::new();
    let mut named: Vec<AnnotationId> = Vec::new();
    let mut mark_on_top = |mark: &Annotation, shape: &Shape, is_selected: bool, is_moving: bool| {
        let color = color_of(session, mark.label());
        let bounds = pen.bounds(shape);
        if !canvas.intersects(bounds) {
            return;
        }
        let width = if is_selected { theme::SELECTED_STROKE } else { theme::BOX_STROKE };
        if is_moving && let Shape::Mask(mask) = shape {
            let mut mesh = egui::Mesh::default();
            let fill = color.gamma_multiply(theme::MASK_FILL);
            pen.fill(mask, fill, |rect, color| mesh.add_colored_rect(rect, color));
            painter.add(mesh);
        }
        let outline = layers.outline(mark.id(), shape);
        pen.lines(shape, outline.as_deref(), Stroke::new(width, color), |ink| {
            painter.add(ink);
        });
        if film.selection == Some(mark.id())
            && let Some(rect) = shape.as_box().filter(|_| !film.is_completed() && !film.locked.contains(&mark.id()))
        {
            pen.handles(rect, color, |ink| {
                painter.add(ink);
            });
        }
        if named.contains(&mark.shape_key()) {
            return;
        }
        named.push(mark.shape_key());
        let labels = film.reading.on_shape(mark.shape_key()).filter(|m| !film.hidden.contains(&m.id())).map(name_of);
        let text = labels.collect::<Vec<_>>().join(" · ");
        taken.push(name_ui(painter, bounds, &text, theme::readable(color), canvas));
    };
    // Selected with others, it stays so while the layer steps back.
    let beside = still.iter().filter(|(mark, _)| singled_out.is_some() && film.also_selected.contains(&mark.id()));
    for (mark, shape) in beside {
        mark_on_top(mark, shape, true, false);
    }
    if let Some((mark, shape)) = single {
        let is_selected = film.also_selected.contains(&mark.id());
        mark_on_top(mark, shape, is_selected, false);
    }
    for (mark, shape) in &dragged {
        let is_selected = film.selection == Some(mark.id()) || film.also_selected.contains(&mark.id());
        mark_on_top(mark, shape, is_selected, true);
    }
    if let Some((mark, shape)) = selected {
        mark_on_top(mark, shape, true, false);
    }
    for name in names.iter().filter(|name| singled_out.is_none() && !named.contains(&name.id)) {
        let bounds = name.bounds.translate(by);
        let place = name_place(bounds, canvas).1;
        let is_hidden = taken.iter().any(|rect| rect.contains(place) || rect.contains(place + Vec2::new(24.0, 0.0)));
        if canvas.intersects(bounds) && !is_hidden {
            name_ui(painter, bounds, &name.text, name.color, canvas);
        }
    }
    if let Some(rect) = film.gesture.as_ref().and_then(crate::session::gesture::Gesture::drawn) {
        let color = session.armed.as_ref().map_or(theme::film::STRONG, |label| color_of(session, label));
        pen.lines(&Shape::Box(rect), None, Stroke::new(theme::BOX_STROKE, color), |ink| {
            painter.add(ink);
        });
    }
    if let Some(shape) = &film.unlabelled {
        pen.dashes(shape, Stroke::new(theme::BOX_STROKE, theme::film::STRONG), |ink| {
            painter.add(ink);
        });
        let text = tr(tr("which label? press its key"));
        name_ui(painter, pen.bounds(shape), text, theme::film::STRONG, canvas);
    }
}

/// The mark that the reader points at in the list, while the others step back.
fn singled_out(film: &OpenFilm) -> Option<AnnotationId> {
    film.hovered.filter(|id| !film.hidden.contains(id))
}

/// The label and what was said of it, as a reader would note it: "Osteophytes L4-L5 ++".
pub(super) fn name_of(mark: &Annotation) -> String {
    let mut text = mark.label().to_string();
    let Attributes { grade, level, certainty, note } = mark.attributes();
    if let Some(level) = level {
        let _ = write!(text, " {level}");
    }
    text.push_str(match grade {
        None => "",
        Some(Grade::Mild) => " +",
        Some(Grade::Moderate) => " ++",
        Some(Grade::Severe) => " +++",
    });
    text.push_str(match certainty {
        None | Some(Certainty::Definite) => "",
        Some(Certainty::Probable) => " (?)",
        Some(Certainty::Possible) => " ?",
    });
    if !note.trim().is_empty() {
        text.push_str(" …");
    }
    text
}

/// Above the mark, or below it at the top of the canvas; never inside.
fn name_place(on_screen: Rect, canvas: Rect) -> (Align2, egui::Pos2) {
    if on_screen.top() - canvas.top() > 20.0 {
        (Align2::LEFT_BOTTOM, on_screen.left_top() - Vec2::new(0.0, GAP))
    } else {
        (Align2::LEFT_TOP, on_screen.left_bottom() + Vec2::new(0.0, GAP))
    }
}

/// Where the name came to lie.
fn name_ui(painter: &Painter, on_screen: Rect, name: &str, color: Color32, canvas: Rect) -> Rect {
    let (anchor, at) = name_place(on_screen, canvas);
    shaded_text(painter, at, anchor, name, color)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::annotation::Origin;
    use crate::domain::attribute::VertebralLevel;
    use crate::domain::geometry::Point;
    use crate::domain::label::LabelName;

    #[test]
    fn names_say_what_was_said_of_the_finding() {
        let check = |level: Option<&str>, grade, certainty, note: &str, expected: &str| {
            let shape = Shape::Point(Point::new(1.0, 1.0));
            let mark = Annotation::shaped(AnnotationId(1), LabelName::new("Osteophytes"), shape, Origin::Drawn);
            let level = level.and_then(VertebralLevel::parse);
            let attributes = Attributes { grade, level, certainty, note: note.to_owned() };
            assert_eq!(name_of(&mark.expect("a finding").with_attributes(attributes)), expected);
        };
        check(None, None, None, "", "Osteophytes");
        check(Some("L4-L5"), Some(Grade::Moderate), Some(Certainty::Definite), " ", "Osteophytes L4-L5 ++");
        check(Some("T12"), Some(Grade::Severe), Some(Certainty::Possible), "old", "Osteophytes T12 +++ ? …");
        check(None, Some(Grade::Mild), Some(Certainty::Probable), "", "Osteophytes + (?)");
    }
}
