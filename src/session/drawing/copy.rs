//! Copies of marks: beside themselves, on another film, on the other side, from a prior or from another reader.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;
use crate::domain::label_side::counterpart;
use crate::domain::shape::{Polygon, Shape};

use super::super::effect::Effect;
use super::super::open_film::OpenFilm;
use super::super::panes::Pane;
use super::super::screen::{NoticeKind, Session};
use super::PasteSource;

/// How far a duplicate lies from its original, in film pixels.
const DUPLICATE_OFFSET: f64 = 12.0;

/// A mark that is to be made after another one.
struct Copied {
    from: Annotation,
    label: LabelName,
    shape: Shape,
}

impl Session {
    pub(in super::super) fn duplicate(&mut self, now_ms: i64) -> Vec<Effect> {
        if let Some(effects) = self.duplicate_measurement(DUPLICATE_OFFSET, now_ms) {
            return effects;
        }
        let Some(film) = &self.pane.film else { return Vec::new() };
        let size = film.size();
        let all: Vec<Annotation> = film.selected_marks().cloned().collect();
        let Some(bounds) = bounds_of(&all) else { return Vec::new() };
        let is_free = bounds.moved_within(DUPLICATE_OFFSET, DUPLICATE_OFFSET, size) != bounds;
        let offset = if is_free { DUPLICATE_OFFSET } else { -DUPLICATE_OFFSET };
        let to = bounds.moved_within(offset, offset, size);
        let by = Point::new(to.xmin() - bounds.xmin(), to.ymin() - bounds.ymin());
        let copies = all.into_iter().filter_map(|from| {
            let shape = from.shape()?.moved_within(by.x, by.y, size);
            Some(Copied { label: from.label().clone(), shape, from })
        });
        self.add_copies(copies.collect(), "Duplicate", now_ms)
    }

    /// The selected marks to the program's clipboard.
    pub(in super::super) fn copy_marks(&mut self) {
        let Some(film) = &self.pane.film else { return };
        let copied: Vec<Annotation> = film.selected_marks().filter(|mark| mark.shape().is_some()).cloned().collect();
        match copied.len() {
            0 => return,
            1 => {}
            num => self.notify(NoticeKind::Info, format!("Copied: {num} marks")),
        }
        self.clipboard = copied;
    }

    /// The copied marks under the cursor where it is over the film, else where they were; as they lay to each other.
    pub(in super::super) fn paste(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let Some(bounds) = bounds_of(&self.clipboard) else { return Vec::new() };
        let size = film.size();
        let middle = bounds.center();
        let by = film.cursor.or(film.menu_at).map_or(Point::default(), |p| Point::new(p.x - middle.x, p.y - middle.y));
        let to = bounds.moved_within(by.x, by.y, size);
        let by = Point::new(to.xmin() - bounds.xmin(), to.ymin() - bounds.ymin());
        let copies = self.clipboard.clone().into_iter().filter_map(|from| {
            let shape = shifted(from.shape()?, by).clamped_to(size)?;
            Some(Copied { label: from.label().clone(), shape, from })
        });
        let copies: Vec<Copied> = copies.collect();
        if copies.is_empty() {
            self.notify(NoticeKind::Warning, "The mark does not fit on this film.");
        }
        self.add_copies(copies, "Paste", now_ms)
    }

    /// The selected marks mirrored about the film's upright midline, each with the label of that side.
    pub(super) fn copy_to_other_side(&mut self, now_ms: i64) -> Vec<Effect> {
        let (Some(film), Some(set)) = (&self.pane.film, self.label_set()) else { return Vec::new() };
        let middle = film.size().width / 2.0;
        let copies = film.selected_marks().filter_map(|from| {
            let shape = from.shape()?.mirrored_at(middle);
            let label = counterpart(set, from.label()).unwrap_or_else(|| from.label().clone());
            Some(Copied { label, shape, from: from.clone() })
        });
        let copies = copies.collect();
        self.add_copies(copies, "Copy to the other side", now_ms)
    }

    /// The other viewport's film of the same patient, where it is an earlier one than this.
    pub(super) fn prior_beside(&self) -> Option<&Pane> {
        let film = self.pane.film.as_ref()?;
        self.other_panes.iter().find(|pane| {
            pane.film.as_ref().is_some_and(|other| film.priors.iter().any(|prior| prior.facts.image == *other.image()))
        })
    }

    pub(super) fn paste_from(&mut self, source: &PasteSource, now_ms: i64) -> Vec<Effect> {
        match source {
            PasteSource::Reader(reader) => {
                let Some(film) = &self.pane.film else { return Vec::new() };
                let Some(reading) = film.others.iter().find(|reading| reading.reader() == reader) else {
                    return Vec::new();
                };
                let copies: Vec<Copied> = reading.annotations().iter().filter_map(as_it_is).collect();
                self.add_copies(copies, &format!("Paste from {reader}"), now_ms)
            }
            PasteSource::Prior => self.paste_prior(now_ms),
        }
    }

    /// The prior's selected marks, or all of them, where they lie there.
    fn paste_prior(&mut self, now_ms: i64) -> Vec<Effect> {
        let (Some(film), Some(prior)) = (&self.pane.film, self.prior_beside().and_then(|pane| pane.film.as_ref()))
        else {
            return Vec::new();
        };
        let has_selected = prior.selected_marks().next().is_some();
        let marks: Vec<&Annotation> =
            prior.reading.annotations().iter().filter(|mark| !has_selected || prior.is_selected(mark.id())).collect();
        let (scale, is_by_spacing) = scale_between(prior, film);
        let (from, to) = (prior.size(), film.size());
        let place = |p: Point| {
            Point::new(
                to.width / 2.0 + (p.x - from.width / 2.0) * scale.x,
                to.height / 2.0 + (p.y - from.height / 2.0) * scale.y,
            )
        };
        let num_there = marks.iter().filter(|mark| mark.shape().is_some()).count();
        let copies: Vec<Copied> = marks
            .into_iter()
            .filter_map(|mark| {
                let shape = placed(mark.shape()?, place)?.clamped_to(to)?;
                Some(Copied { label: mark.label().clone(), shape, from: mark.clone() })
            })
            .collect();
        let num = copies.len();
        if num == 0 {
            let text =
                if num_there == 0 { "The prior has no marks." } else { "No mark of the prior lies on this film." };
            self.notify(NoticeKind::Info, text);
            return Vec::new();
        }
        let effects = self.add_copies(copies, "Paste from the prior", now_ms);
        if !effects.is_empty() {
            let how = if is_by_spacing { "scaled by pixel spacing" } else { "scaled by the films' sizes" };
            self.notify(NoticeKind::Info, format!("Pasted from the prior: {num}, {how}. Check where they lie."));
        }
        effects
    }

    /// Adds the copies as one step and selects them. Labels on one shape stay together.
    fn add_copies(&mut self, copies: Vec<Copied>, name: &str, now_ms: i64) -> Vec<Effect> {
        let mut keys: Vec<(AnnotationId, LabelName, AnnotationId)> = Vec::new();
        let mut edits = Vec::new();
        let mut ids = Vec::new();
        for Copied { from, label, shape } in copies {
            let Some(id) = self.new_id() else { return Vec::new() };
            let Some(added) = Annotation::shaped(id, label.clone(), shape, Origin::Copied { from: from.id() }) else {
                continue;
            };
            let key = keys.iter().find(|(old, ..)| *old == from.shape_key()).map(|(.., new)| *new);
            keys.push((from.shape_key(), label, key.unwrap_or(id)));
            edits.push(Edit::Add(added.with_attributes(from.attributes().clone()).with_shape_key(key)));
            ids.push(id);
        }
        let last = keys.pop().map(|(_, label, _)| label);
        let edit = match edits.len() {
            0 => return Vec::new(),
            1 => edits.remove(0),
            num => Edit::Batch { name: format!("{name}: {num} marks"), edits },
        };
        let effects = self.commit_with_opening(edit, now_ms);
        if !effects.is_empty()
            && let Some(film) = &mut self.pane.film
        {
            film.select_these(ids);
            self.armed = last;
        }
        effects
    }
}

/// The smallest box around all of them.
fn bounds_of(marks: &[Annotation]) -> Option<Rect> {
    marks.iter().filter_map(Annotation::bounds).reduce(|a, b| {
        Rect::from_corners(
            Point::new(a.xmin().min(b.xmin()), a.ymin().min(b.ymin())),
            Point::new(a.xmax().max(b.xmax()), a.ymax().max(b.ymax())),
        )
    })
}

fn as_it_is(from: &Annotation) -> Option<Copied> {
    Some(Copied { label: from.label().clone(), shape: from.shape()?.clone(), from: from.clone() })
}

/// Moved as it is, wherever that leads.
fn shifted(shape: &Shape, by: Point) -> Shape {
    let whole = Point::new(by.x.round(), by.y.round());
    match shape {
        Shape::Mask(mask) => Shape::Mask(mask.moved(whole.x as i32, whole.y as i32)),
        other => placed(other, |p| Point::new(p.x + by.x, p.y + by.y)).unwrap_or_else(|| other.clone()),
    }
}

/// With every point elsewhere. A mask goes by its outline; `None` where no pixel is left of it.
fn placed(shape: &Shape, place: impl Fn(Point) -> Point) -> Option<Shape> {
    let polygon = |polygon: &Polygon| polygon.mapped(|p| place(*p));
    Some(match shape {
        Shape::Box(rect) => Shape::Box(Rect::from_corners(place(rect.min()), place(rect.max()))),
        Shape::Polygon(outline) => Shape::Polygon(polygon(outline)),
        Shape::Mask(mask) => Shape::Mask(polygon(&mask.to_polygon()).to_mask()?),
        Shape::Point(p) => Shape::Point(place(*p)),
        Shape::Line(line) => Shape::Line(line.mapped(|p| place(*p))),
    })
}

/// How much larger things are on the second film, along x and y: by the pixels' size where both films tell it, else by the
/// films' own sizes. And whether it was by the pixels' size.
fn scale_between(from: &OpenFilm, to: &OpenFilm) -> (Point, bool) {
    let spacing = |film: &OpenFilm| film.film().and_then(|picture| picture.facts.geometry.spacing_mm);
    match (spacing(from), spacing(to)) {
        (Some(a), Some(b)) => (Point::new(a[1] / b[1], a[0] / b[0]), true),
        _ => {
            let (a, b) = (from.size(), to.size());
            (Point::new(b.width / a.width, b.height / a.height), false)
        }
    }
}
