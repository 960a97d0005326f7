//! Marks that stay where they are between two frames, kept as they were tessellated.
//!
//! Whatever decides how they look goes into one number, every coordinate included: another number, and they are drawn
//! anew. So nothing has to tell the layers that something has changed, and nothing can be forgotten.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use egui::epaint::Tessellator;
use egui::{Color32, Mesh, Rect, Stroke, Vec2};

use crate::domain::annotation::Annotation;
use crate::domain::geometry::{Point, Transform};
use crate::domain::id::AnnotationId;
use crate::domain::shape::{Polygon, Shape};
use crate::render::MarksPlan;
use crate::session::{OpenFilm, Session};
use crate::ui::theme;

use super::mark_chunks::{ChunkView, MarkChunks, hash_mark, stretches};
use super::mark_pen::Pen;
use super::{color_of, marks::name_of};

/// Layers of all viewports and of the lens.
const NUM_KEPT: usize = 6;
/// Names on top of each other can't be read, and more than these are no longer read one by one: then the colours tell,
/// and the mark under the pointer or chosen in the list tells its name.
const MOST_NAMES: usize = 150;

/// What was drawn last, viewport by viewport.
#[derive(Default)]
pub struct MarkLayers {
    layers: Vec<Layer>,
    chunks: MarkChunks,
    outlines: Outlines,
    num_made: u64,
}

/// Outlines of masks on the film, with what they were made from.
#[derive(Default)]
pub(super) struct Outlines(HashMap<AnnotationId, (u64, Arc<Polygon>)>);

impl std::fmt::Debug for MarkLayers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MarkLayers").field("num_layers", &self.layers.len()).finish_non_exhaustive()
    }
}

/// The name of a mark and where it lies on the screen.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub id: AnnotationId,
    pub bounds: Rect,
    pub text: String,
    pub color: Color32,
}

/// All marks of one viewport as triangles.
#[derive(Debug)]
pub(super) struct Layer {
    key: u64,
    /// Where the film's corner lay when it was made.
    origin: Vec2,
    mesh: Arc<Mesh>,
    faint: Option<Arc<Mesh>>,
    /// Moved while the film is dragged.
    moved: Option<(Vec2, bool, Arc<Mesh>)>,
    pub names: Vec<Name>,
}

impl Layer {
    /// The triangles where the film lies now.
    pub fn mesh(&mut self, by: Vec2, is_faint: bool) -> Arc<Mesh> {
        if is_faint && self.faint.is_none() {
            let mut mesh = Mesh::clone(&self.mesh);
            mesh.vertices.iter_mut().for_each(|v| v.color = v.color.gamma_multiply(theme::FAINT));
            self.faint = Some(Arc::new(mesh));
        }
        let still = self.faint.as_ref().filter(|_| is_faint).unwrap_or(&self.mesh);
        if by == Vec2::ZERO {
            return still.clone();
        }
        match &self.moved {
            Some((known, was_faint, mesh)) if *known == by && *was_faint == is_faint => mesh.clone(),
            _ => {
                let mut mesh = Mesh::clone(still);
                mesh.translate(by);
                let mesh = Arc::new(mesh);
                self.moved = Some((by, is_faint, mesh.clone()));
                mesh
            }
        }
    }
}

impl MarkLayers {
    /// How often marks were tessellated: not in a frame in which none of them changed.
    pub const fn num_made(&self) -> u64 {
        self.num_made + self.chunks.num_made
    }

    /// The layer of all marks that are not being dragged, and how far the film was moved since it was made.
    pub(super) fn layer(
        &mut self,
        session: &Session,
        film: &OpenFilm,
        pen: Pen<'_>,
        context: &egui::Context,
        marks: &[(&Annotation, &Shape)],
    ) -> (&mut Layer, Vec2) {
        let mut hasher = Fold::default();
        hash_view(&mut hasher, pen, context.pixels_per_point());
        hash_colors(&mut hasher, session);
        for (mark, shape) in marks {
            hash_mark(&mut hasher, film, mark, shape);
        }
        let key = hasher.finish();
        self.kept(film, pen, key, |layers| layers.made(session, film, pen, context, marks, key))
    }

    /// The same marks on the graphics card, those that are dragged left out, and the layer of their names alone.
    pub(super) fn card_layer(
        &mut self,
        (session, film): (&Session, &OpenFilm),
        (pen, slot): (Pen<'_>, usize),
        context: &egui::Context,
        marks: &[(&Annotation, &Shape)],
        dragged: &HashSet<AnnotationId>,
    ) -> (MarksPlan, &mut Layer, Vec2) {
        let pixels_per_point = context.pixels_per_point();
        let stretches = stretches(session, film, marks);
        let view = ChunkView { slot, to_screen: pen.to_screen, pixels_per_point };
        self.outlines.forget_beyond(marks.len());
        let (parts, has_more) =
            self.chunks.parts((session, film), view, marks, &stretches, dragged, &mut self.outlines);
        if has_more {
            context.request_repaint();
        }
        let plan = MarksPlan {
            parts: parts.into(),
            screen_from_image: *pen.to_screen,
            origin: pen.canvas.min.into(),
            strength: 1.0,
            is_at_rest: !is_panned(film),
        };
        let mut hasher = Fold::default();
        hash_view(&mut hasher, pen, pixels_per_point);
        for stretch in &stretches {
            hasher.write_u64(stretch.key);
        }
        let key = hasher.finish();
        let (layer, by) = self.kept(film, pen, key, |_| Layer {
            key,
            origin: corner_of_film(pen.to_screen),
            mesh: Arc::default(),
            faint: None,
            moved: None,
            names: names(session, pen, marks),
        });
        (plan, layer, by)
    }

    /// The layer of this key as it was made, or made now.
    fn kept(
        &mut self,
        film: &OpenFilm,
        pen: Pen<'_>,
        key: u64,
        make: impl FnOnce(&mut Self) -> Layer,
    ) -> (&mut Layer, Vec2) {
        let origin = corner_of_film(pen.to_screen);
        // While the film is dragged the marks move along; only at rest are they laid on whole pixels again.
        let is_dragged = is_panned(film);
        let reach = pen.canvas.size() / 2.0;
        let fits = |layer: &Layer| {
            let by = origin - layer.origin;
            let is_near = by.x.abs() <= reach.x && by.y.abs() <= reach.y;
            layer.key == key && (by == Vec2::ZERO || (is_dragged && is_near))
        };
        let layer = match self.layers.iter().position(fits) {
            Some(at) => self.layers.remove(at),
            None => make(self),
        };
        if self.layers.len() >= NUM_KEPT {
            self.layers.remove(0);
        }
        self.layers.push(layer);
        let layer = self.layers.last_mut().expect("pushed just now");
        let by = origin - layer.origin;
        (layer, by)
    }

    fn made(
        &mut self,
        session: &Session,
        film: &OpenFilm,
        pen: Pen<'_>,
        context: &egui::Context,
        marks: &[(&Annotation, &Shape)],
        key: u64,
    ) -> Layer {
        let options = context.tessellation_options(|options| *options);
        let mut tessellator = Tessellator::new(context.pixels_per_point(), options, [1, 1], Vec::new());
        let mut mesh = Mesh::default();
        let in_sight = in_sight(pen);
        let mut colors: HashMap<&str, Color32> = HashMap::new();
        let mut drawn: HashSet<AnnotationId> = HashSet::new();
        self.num_made += 1;
        self.outlines.forget_beyond(marks.len());
        for (mark, shape) in marks {
            // Several labels on one shape: it is drawn in the colour of the first, and all are named.
            if !drawn.insert(mark.shape_key()) || !in_sight.intersects(pen.bounds(shape)) {
                continue;
            }
            let color = *colors.entry(mark.label().as_str()).or_insert_with(|| color_of(session, mark.label()));
            let is_selected = film.also_selected.contains(&mark.id());
            let width = if is_selected { theme::SELECTED_STROKE } else { theme::BOX_STROKE };
            let outline = self.outlines.of(mark.id(), shape);
            if let Shape::Mask(mask) = shape {
                let fill = color.gamma_multiply(theme::MASK_FILL);
                pen.fill(mask, fill, |rect, color| mesh.add_colored_rect(rect, color));
            }
            pen.lines(shape, outline.as_deref(), Stroke::new(width, color), |ink| {
                tessellator.tessellate_shape(ink, &mut mesh);
            });
        }
        let names = names(session, pen, marks);
        Layer { key, origin: corner_of_film(pen.to_screen), mesh: Arc::new(mesh), faint: None, moved: None, names }
    }

    /// A mask's outline, found once.
    pub(super) fn outline(&mut self, id: AnnotationId, shape: &Shape) -> Option<Arc<Polygon>> {
        self.outlines.of(id, shape)
    }
}

impl Outlines {
    /// A mask's outline, found once.
    pub fn of(&mut self, id: AnnotationId, shape: &Shape) -> Option<Arc<Polygon>> {
        let Shape::Mask(mask) = shape else { return None };
        let mut hasher = Fold::default();
        mask.hash(&mut hasher);
        let key = hasher.finish();
        if let Some((known, outline)) = self.0.get(&id)
            && *known == key
        {
            return Some(outline.clone());
        }
        let outline = Arc::new(mask.to_polygon());
        self.0.insert(id, (key, outline.clone()));
        Some(outline)
    }

    /// Those of other films and of marks that are gone go, once they are more than the film's.
    fn forget_beyond(&mut self, num_marks: usize) {
        if self.0.len() > 2 * num_marks + 64 {
            self.0.clear();
        }
    }
}

/// Whether the film is being dragged.
fn is_panned(film: &OpenFilm) -> bool {
    matches!(film.gesture, Some(crate::session::gesture::Gesture::Pan { .. }))
}

/// A layer reaches over its viewport, for the film is dragged.
fn in_sight(pen: Pen<'_>) -> Rect {
    pen.canvas.expand2(pen.canvas.size() / 2.0)
}

/// Names of the marks in sight that have room; none where they are too many.
fn names(session: &Session, pen: Pen<'_>, marks: &[(&Annotation, &Shape)]) -> Vec<Name> {
    let in_sight = in_sight(pen);
    let mut places = Places::new(in_sight);
    let mut names: Vec<Name> = Vec::new();
    let mut num_shown = 0;
    // Only a shape with several labels needs looking up.
    let shared: HashSet<AnnotationId> = marks.iter().filter_map(|(mark, _)| mark.stored_shape_key()).collect();
    let mut named: HashMap<AnnotationId, Option<usize>> = HashMap::new();
    for (mark, shape) in marks {
        let is_shared = shared.contains(&mark.shape_key());
        if let Some(known) = named.get(&mark.shape_key()).filter(|_| is_shared) {
            if let Some(name) = known.and_then(|at| names.get_mut(at)) {
                name.text = format!("{} · {}", name.text, name_of(mark));
            }
            continue;
        }
        let bounds = pen.bounds(shape);
        let has_room = in_sight.intersects(bounds) && places.has_room(bounds);
        if is_shared {
            named.insert(mark.shape_key(), has_room.then_some(names.len()));
        }
        if !has_room {
            continue;
        }
        num_shown += usize::from(pen.canvas.intersects(bounds));
        if num_shown > MOST_NAMES {
            return Vec::new();
        }
        let color = theme::readable(color_of(session, mark.label()));
        names.push(Name { id: mark.shape_key(), bounds, text: name_of(mark), color });
    }
    names
}

fn corner_of_film(to_screen: &Transform) -> Vec2 {
    let p = to_screen.apply(Point::default());
    Vec2::new(p.x as f32, p.y as f32)
}

/// All of the view but where the film's corner lies.
fn hash_view(hasher: &mut Fold, pen: Pen<'_>, pixels_per_point: f32) {
    let [a, b, _, c, d, _] = pen.to_screen.rows();
    for v in [a, b, c, d] {
        hasher.write_u64(v.to_bits());
    }
    let (min, max) = (pen.canvas.min, pen.canvas.max);
    for v in [min.x, min.y, max.x, max.y, pixels_per_point] {
        hasher.write_u32(v.to_bits());
    }
}

pub(super) fn hash_colors(hasher: &mut Fold, session: &Session) {
    for label in session.label_set().into_iter().flat_map(crate::domain::label::LabelSet::labels) {
        label.name.hash(hasher);
        label.color.hash(hasher);
    }
}

pub(super) fn hash_shape(hasher: &mut Fold, shape: &Shape) {
    let mut point = |p: &Point| {
        hasher.write_u64(p.x.to_bits());
        hasher.write_u64(p.y.to_bits());
    };
    match shape {
        Shape::Box(rect) => [rect.min(), rect.max()].iter().for_each(point),
        Shape::Point(p) => point(p),
        Shape::Line(line) => line.points().iter().for_each(point),
        Shape::Polygon(polygon) => {
            for part in polygon.parts() {
                part.iter().for_each(&mut point);
                // Where one part ends and the next begins.
                point(&Point::new(part.len() as f64, f64::INFINITY));
            }
        }
        Shape::Mask(mask) => mask.hash(hasher),
    }
}

/// Folds words into one: quick, and no two inputs that differ in one word alone come out alike.
#[derive(Clone, Default)]
pub(super) struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }
    fn write_u64(&mut self, word: u64) {
        // An odd factor keeps every bit, and turning carries the high ones to where the next product spreads them.
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }
    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

/// Which parts of the canvas carry a name already: names on top of each other can't be read.
struct Places {
    area: Rect,
    columns: usize,
    taken: Vec<bool>,
}

/// A cell is as high as a name, and some names are three cells wide.
const NAME_CELL: Vec2 = Vec2::new(48.0, 20.0);
const NAME_CELLS: usize = 3;

impl Places {
    fn new(area: Rect) -> Self {
        let columns = (area.width() / NAME_CELL.x).ceil() as usize + NAME_CELLS;
        let rows = (area.height() / NAME_CELL.y).ceil() as usize + 1;
        Self { area, columns, taken: vec![false; columns * rows] }
    }

    /// Takes the place above a mark, if it is free.
    fn has_room(&mut self, on_screen: Rect) -> bool {
        let at = (on_screen.left_top() - self.area.min) / NAME_CELL;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geometry::Rect as FilmRect;
    use crate::domain::shape::{Line, Mask};

    #[test]
    fn another_coordinate_is_another_key() {
        let p = |x: f64, y: f64| Point::new(x, y);
        let ring = || vec![p(0.0, 0.0), p(9.0, 0.0), p(9.0, 9.0), p(0.0, 9.0), p(0.0, 3.0), p(3.0, 3.0)];
        let polygon = |parts| Shape::Polygon(Polygon::new(parts).expect("outlines"));
        let mut shapes = vec![
            Shape::Point(p(1.0, 2.0)),
            Shape::Point(p(2.0, 1.0)),
            Shape::Box(FilmRect::from_corners(p(1.0, 2.0), p(3.0, 4.0))),
            Shape::Box(FilmRect::from_corners(p(1.0, 2.0), p(3.0, 5.0))),
            Shape::Line(Line::new(ring()).expect("a line")),
            polygon(vec![ring()]),
            polygon(vec![ring()[..3].to_vec(), ring()[3..].to_vec()]),
            Shape::Mask(Mask::from_pixels([(0, 0), (1, 0), (0, 1)]).expect("pixels")),
            Shape::Mask(Mask::from_pixels([(0, 0), (1, 0), (1, 1)]).expect("pixels")),
            Shape::Mask(Mask::from_pixels([(1, 0), (2, 0), (2, 1)]).expect("pixels")),
        ];
        for i in 0..ring().len() {
            let mut moved = ring();
            moved[i].x += 1e-9;
            shapes.push(polygon(vec![moved]));
        }
        let key = |shape: &Shape| {
            let mut hasher = Fold::default();
            hash_shape(&mut hasher, shape);
            hasher.finish()
        };
        let mut keys: Vec<u64> = shapes.iter().map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), shapes.len());
    }
}
