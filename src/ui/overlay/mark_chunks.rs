//! Thousands of marks in chunks that lie on the graphics card: a mark that changes costs its own chunk, and the view none.
//!
//! A chunk ends where a mark's id says so, not after a number of marks: one that comes or goes leaves the other chunks
//! as they are.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use egui::Color32;

use crate::domain::annotation::Annotation;
use crate::domain::geometry::Transform;
use crate::domain::id::AnnotationId;
use crate::domain::shape::Shape;
use crate::render::MarkPart;
use crate::session::{OpenFilm, Session};
use crate::ui::theme;

use super::color_of;
use super::mark_ink::{Ink, Line};
use super::mark_layers::{Fold, Outlines, hash_colors, hash_shape};

/// One mark in so many ends a chunk.
const MARKS_A_CHUNK: u64 = 128;
/// Chunks that a frame makes finer or coarser after a zoom; all lie where they belong meanwhile.
const MOST_REFINED: usize = 1;
/// Calls after which a chunk that none of them drew is forgotten: some frames of all viewports.
const CALLS_KEPT: u64 = 64;

/// The chunks that were drawn last.
#[derive(Default)]
pub(super) struct MarkChunks {
    held: HashMap<(usize, u64), Held>,
    num_calls: u64,
    pub num_made: u64,
}

struct Held {
    part: MarkPart,
    /// Where each mark ends among the indices.
    ends: Vec<(AnnotationId, u32)>,
    level: i32,
    last_call: u64,
}

/// Some marks that follow each other, by place, and the number of all that decides how they look.
pub(super) struct Stretch {
    pub key: u64,
    from: usize,
    to: usize,
}

/// A viewport as the chunks need to know it.
#[derive(Clone, Copy)]
pub(super) struct ChunkView<'a> {
    pub slot: usize,
    pub to_screen: &'a Transform,
    pub pixels_per_point: f32,
}

impl ChunkView<'_> {
    /// Powers of two of the scale: within one, the same details can be seen.
    fn level(&self, film: &OpenFilm) -> i32 {
        let [a, _, _, c, _, _] = self.to_screen.rows();
        (a.hypot(c) / film.grid().stretch[0]).log2().ceil().clamp(-10.0, 10.0) as i32
    }
}

/// The chunks of these marks.
pub(super) fn stretches(session: &Session, film: &OpenFilm, marks: &[(&Annotation, &Shape)]) -> Vec<Stretch> {
    let mut whole = Fold::default();
    hash_colors(&mut whole, session);
    let mut found = Vec::with_capacity(2 * marks.len() / MARKS_A_CHUNK as usize + 2);
    let mut from = 0;
    let mut hasher = whole.clone();
    let repeats = repeats(marks);
    for (i, (mark, shape)) in marks.iter().enumerate() {
        hash_mark(&mut hasher, film, mark, shape);
        hasher.write_u8(u8::from(repeats.contains(&mark.id())));
        let spread = (mark.id().0 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        if spread.is_multiple_of(MARKS_A_CHUNK) || i + 1 == marks.len() {
            found.push(Stretch { key: hasher.finish(), from, to: i + 1 });
            (from, hasher) = (i + 1, whole.clone());
        }
    }
    found
}

/// All that decides how a mark looks and what stands beside it.
pub(super) fn hash_mark(hasher: &mut Fold, film: &OpenFilm, mark: &Annotation, shape: &Shape) {
    mark.id().hash(hasher);
    mark.shape_key().hash(hasher);
    mark.label().hash(hasher);
    mark.attributes().hash(hasher);
    hasher.write_u8(u8::from(film.also_selected.contains(&mark.id())));
    hash_shape(hasher, shape);
}

/// Further labels on a shape that is drawn already, in the colour of its first.
fn repeats(marks: &[(&Annotation, &Shape)]) -> HashSet<AnnotationId> {
    let shared: HashSet<AnnotationId> = marks.iter().filter_map(|(mark, _)| mark.stored_shape_key()).collect();
    let mut seen = HashSet::new();
    let of_shared = marks.iter().map(|(mark, _)| mark).filter(|mark| shared.contains(&mark.shape_key()));
    of_shared.filter(|mark| !seen.insert(mark.shape_key())).map(|mark| mark.id()).collect()
}

impl MarkChunks {
    /// What is drawn, `left_out` not, and whether more frames will make it finer.
    pub fn parts(
        &mut self,
        (session, film): (&Session, &OpenFilm),
        view: ChunkView<'_>,
        marks: &[(&Annotation, &Shape)],
        stretches: &[Stretch],
        left_out: &HashSet<AnnotationId>,
        outlines: &mut Outlines,
    ) -> (Vec<MarkPart>, bool) {
        self.num_calls += 1;
        let level = view.level(film);
        let mut num_refined = 0;
        let mut has_more = false;
        let mut repeated = None;
        let mut parts = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            let known = self.held.get(&(view.slot, stretch.key));
            let is_old = known.is_some_and(|held| held.level != level);
            has_more |= is_old && num_refined >= MOST_REFINED;
            if known.is_none() || (is_old && num_refined < MOST_REFINED) {
                num_refined += usize::from(is_old);
                let repeated = repeated.get_or_insert_with(|| repeats(marks));
                let some = &marks[stretch.from..stretch.to];
                let held = made((session, film), view, some, (stretch.key, level), repeated, outlines);
                self.held.insert((view.slot, stretch.key), held);
                self.num_made += 1;
            }
            if let Some(held) = self.held.get_mut(&(view.slot, stretch.key)) {
                held.last_call = self.num_calls;
                parts.push(held.without(left_out));
            }
        }
        self.held.retain(|_, held| held.last_call + CALLS_KEPT >= self.num_calls);
        (parts, has_more)
    }
}

impl Held {
    fn without(&self, left_out: &HashSet<AnnotationId>) -> MarkPart {
        if left_out.is_empty() || !self.ends.iter().any(|(id, _)| left_out.contains(id)) {
            return self.part.clone();
        }
        let (mut ranges, mut start, mut from) = (Vec::new(), 0, 0);
        for &(id, end) in &self.ends {
            if left_out.contains(&id) {
                ranges.push(from..start);
                from = end;
            }
            start = end;
        }
        ranges.push(from..start);
        ranges.retain(|range| !range.is_empty());
        MarkPart { chunk: self.part.chunk.clone(), ranges }
    }
}

fn made(
    (session, film): (&Session, &OpenFilm),
    view: ChunkView<'_>,
    marks: &[(&Annotation, &Shape)],
    (key, level): (u64, i32),
    repeated: &HashSet<AnnotationId>,
    outlines: &mut Outlines,
) -> Held {
    let mut hasher = Fold::default();
    (key, level, view.pixels_per_point.to_bits()).hash(&mut hasher);
    let sheet = film.grid().stretch.map(|stretch| stretch * f64::from(level).exp2());
    let mut ink = Ink::new(hasher.finish(), sheet, view.pixels_per_point);
    let mut colors: HashMap<&str, Color32> = HashMap::new();
    let mut ends = Vec::with_capacity(marks.len());
    for (mark, shape) in marks.iter().filter(|(mark, _)| !repeated.contains(&mark.id())) {
        let color = *colors.entry(mark.label().as_str()).or_insert_with(|| color_of(session, mark.label()));
        let is_selected = film.also_selected.contains(&mark.id());
        let width = if is_selected { theme::SELECTED_STROKE } else { theme::BOX_STROKE };
        let outline = outlines.of(mark.id(), shape);
        ink.mark(shape, outline.as_deref(), Line { width, color });
        ends.push((mark.id(), ink.num_indices()));
    }
    let end = ink.num_indices();
    let part = MarkPart { chunk: Arc::new(ink.into_chunk()), ranges: std::iter::once(0..end).collect() };
    Held { part, ends, level, last_call: 0 }
}
