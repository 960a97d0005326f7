//! What is done to shapes that are there: moved by a command, smoothed, split, joined, turned from outline to pixels.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;
use crate::domain::shape::{Polygon, Shape};

use super::super::effect::Effect;
use super::super::gesture::Moved;
use super::super::screen::{NoticeKind, Session};

/// Film pixels that the outline of a mask may be off when it becomes a polygon: it takes out the steps of slanting edges.
const OUTLINE_TOLERANCE: f64 = 0.5;

/// Parts that hang together: the outlines of a polygon, the pieces of a mask.
pub(super) fn num_parts(shape: &Shape) -> usize {
    match shape {
        Shape::Polygon(polygon) => polygon.parts().len(),
        Shape::Mask(mask) => mask.components().len(),
        Shape::Box(_) | Shape::Point(_) | Shape::Line(_) => 1,
    }
}

impl Session {
    /// Marks with other shapes, and with them every label on the same shapes, as one step.
    pub(in super::super) fn reshape_marks(
        &mut self,
        changes: &[(AnnotationId, Shape)],
        name: &str,
        now_ms: i64,
    ) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let mut edits = Vec::new();
        let mut done = std::collections::BTreeSet::new();
        for (id, shape) in changes {
            let Some(mark) = film.reading.annotation(*id).filter(|mark| mark.shape() != Some(shape)) else { continue };
            if done.insert(mark.shape_key()) {
                edits.extend(
                    film.reading.on_shape(mark.shape_key()).map(|before| Edit::Replace {
                        after: before.with_shape(shape.clone()),
                        before: before.clone(),
                    }),
                );
            }
        }
        self.commit_all(edits, name, now_ms)
    }

    /// Several edits as one step; one alone keeps its own name.
    pub(in super::super) fn commit_all(&mut self, mut edits: Vec<Edit>, name: &str, now_ms: i64) -> Vec<Effect> {
        match edits.len() {
            0 => Vec::new(),
            1 => self.commit(edits.remove(0), now_ms),
            _ => self.commit(Edit::Batch { name: name.to_owned(), edits }, now_ms),
        }
    }

    pub(in super::super) fn release_moved(&mut self, moved: Vec<Moved>, now_ms: i64) -> Vec<Effect> {
        let name = format!("Move {} marks", moved.len());
        let changes: Vec<_> = moved.into_iter().map(|moved| (moved.id, moved.preview)).collect();
        self.reshape_marks(&changes, &name, now_ms)
    }

    pub(super) fn smooth(&mut self, now_ms: i64) -> Vec<Effect> {
        let size = self.pane.film.as_ref().map(super::super::open_film::OpenFilm::size);
        let changes: Vec<_> = self
            .changeable()
            .iter()
            .filter_map(|mark| match (mark.shape()?, size?) {
                (Shape::Polygon(polygon), size) => {
                    Some((mark.id(), Shape::Polygon(polygon.smoothed()).clamped_to(size)?))
                }
                _ => None,
            })
            .collect();
        self.reshape_marks(&changes, "Smooth", now_ms)
    }

    /// Each part becomes a mark of its own.
    pub(super) fn split(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(mark) = self.changeable().into_iter().find(|mark| mark.shape().is_some_and(|s| num_parts(s) > 1))
        else {
            return Vec::new();
        };
        let pieces: Vec<Shape> = match mark.shape() {
            Some(Shape::Polygon(polygon)) => polygon.split_parts().into_iter().map(Shape::Polygon).collect(),
            Some(Shape::Mask(mask)) => mask.components().into_iter().map(Shape::Mask).collect(),
            _ => return Vec::new(),
        };
        self.break_up(&mark, pieces, format!("Split {}", mark.label()), now_ms)
    }

    /// The first piece stays the mark; the others become marks of the same label and attributes, and so for every label
    /// on the shape. The pieces are selected.
    pub(super) fn break_up(
        &mut self,
        mark: &Annotation,
        mut pieces: Vec<Shape>,
        name: String,
        now_ms: i64,
    ) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let on_shape: Vec<Annotation> = film.reading.on_shape(mark.shape_key()).cloned().collect();
        let first = pieces.remove(0);
        let mut edits: Vec<Edit> = on_shape
            .iter()
            .map(|before| Edit::Replace { after: before.with_shape(first.clone()), before: before.clone() })
            .collect();
        let mut selected = vec![mark.id()];
        for piece in pieces {
            let mut key = None;
            for source in &on_shape {
                let Some(id) = self.new_id() else { return Vec::new() };
                let added =
                    Annotation::shaped(id, source.label().clone(), piece.clone(), Origin::Copied { from: source.id() });
                let Some(added) = added else { continue };
                edits.push(Edit::Add(added.with_attributes(source.attributes().clone()).with_shape_key(key)));
                if source.id() == mark.id() {
                    selected.push(id);
                }
                key = key.or(Some(id));
            }
        }
        let effects = self.commit(Edit::Batch { name, edits }, now_ms);
        if !effects.is_empty()
            && let Some(film) = &mut self.pane.film
        {
            film.select_these(selected);
        }
        effects
    }

    /// The selected polygons or masks become one: a polygon where all are, else a mask.
    pub(super) fn join(&mut self, now_ms: i64) -> Vec<Effect> {
        let marks = self.changeable();
        let Some(film) = &self.pane.film else { return Vec::new() };
        let labels_on = |mark: &Annotation| {
            let mut labels: Vec<LabelName> =
                film.reading.on_shape(mark.shape_key()).map(|on| on.label().clone()).collect();
            labels.sort();
            labels
        };
        let mut shapes: Vec<&Annotation> = Vec::new();
        for mark in &marks {
            if shapes.iter().all(|other| other.shape_key() != mark.shape_key()) {
                shapes.push(mark);
            }
        }
        let Some((first, others)) = shapes.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Vec::new();
        };
        if others.iter().any(|other| labels_on(other) != labels_on(first)) {
            self.notify(NoticeKind::Warning, "Only marks of one label can be joined. Select marks of the same label.");
            return Vec::new();
        }
        let polygons: Option<Vec<&Polygon>> = shapes
            .iter()
            .map(|mark| if let Some(Shape::Polygon(polygon)) = mark.shape() { Some(polygon) } else { None })
            .collect();
        let joined = match polygons {
            Some(polygons) => polygons.into_iter().cloned().reduce(|a, b| a.joined(&b)).map(Shape::Polygon),
            None => {
                let is_area = |s: &&Shape| matches!(s, Shape::Polygon(_) | Shape::Mask(_));
                let masks: Option<Vec<_>> =
                    shapes.iter().map(|mark| mark.shape().filter(is_area).and_then(Shape::to_mask)).collect();
                masks.and_then(|masks| masks.into_iter().reduce(|a, b| a.union(&b))).map(Shape::Mask)
            }
        };
        let Some(joined) = joined else {
            self.notify(NoticeKind::Warning, "Only polygons and masks can be joined.");
            return Vec::new();
        };
        let kept = film.reading.on_shape(first.shape_key());
        let mut edits: Vec<Edit> = kept
            .map(|before| Edit::Replace { after: before.with_shape(joined.clone()), before: before.clone() })
            .collect();
        for other in others {
            edits.extend(film.reading.on_shape(other.shape_key()).cloned().map(Edit::Remove));
        }
        let (name, id) = (format!("Join {} marks", shapes.len()), first.id());
        let effects = self.commit(Edit::Batch { name, edits }, now_ms);
        if !effects.is_empty()
            && let Some(film) = &mut self.pane.film
        {
            film.select_only(Some(id));
        }
        effects
    }

    /// Outlines become pixels, and pixels outlines.
    pub(super) fn convert(&mut self, now_ms: i64) -> Vec<Effect> {
        let mut changes = Vec::new();
        for mark in self.changeable() {
            let shape = match mark.shape() {
                Some(Shape::Polygon(polygon)) => polygon.to_mask().map(Shape::Mask),
                Some(Shape::Mask(mask)) => Some(Shape::Polygon(mask.to_polygon_within(OUTLINE_TOLERANCE))),
                _ => None,
            };
            let Some(shape) = shape else { continue };
            let on_shape: Vec<LabelName> = self
                .pane
                .film
                .iter()
                .flat_map(|film| film.reading.on_shape(mark.shape_key()).map(|on| on.label().clone()))
                .collect();
            if let Some(refusal) = on_shape.iter().find_map(|label| self.why_not_shape(label, shape.kind())) {
                self.notify(NoticeKind::Warning, refusal);
                return Vec::new();
            }
            changes.push((mark.id(), shape));
        }
        self.reshape_marks(&changes, "Convert", now_ms)
    }

    /// With a point of the selected polygon or line under the pointer, Delete takes the point. `None` where there is none.
    pub(in super::super) fn delete_vertex(&mut self, now_ms: i64) -> Option<Vec<Effect>> {
        let film = self.pane.film.as_ref()?;
        let (mark, hold) = film.hold_at(self.pane.canvas, self.pane.pointer_at?)?;
        let super::Hold::Vertex(at) = hold else { return None };
        let (id, shape) = (mark.id(), mark.shape()?.clone());
        Some(self.remove_vertex(id, &shape, at, now_ms))
    }

    pub(in super::super) fn remove_vertex(
        &mut self,
        id: AnnotationId,
        shape: &Shape,
        at: super::VertexAt,
        now_ms: i64,
    ) -> Vec<Effect> {
        match super::hold::without_vertex(shape, at) {
            Some(less) => self.reshape_mark(id, less, now_ms),
            None => {
                self.notify(NoticeKind::Info, "Nothing would be left of the mark. Delete it with Delete.");
                Vec::new()
            }
        }
    }
}
