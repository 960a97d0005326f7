//! What lies over a film of the gallery: the truth's boxes and the answer's, each with what became of it.

use crate::domain::evaluation::errors::{ErrorItem, floors, is_found_already};
use crate::domain::geometry::Rect;
use crate::domain::label::LabelName;

use super::super::open_film::OpenFilm;
use super::super::screen::{OverlayState, Session};

/// What became of a box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BoxRole {
    /// Truth and answer with the same number belong together.
    Pair(usize),
    /// The same, of different classes.
    Confused(usize),
    FalsePositive,
    /// A false positive of the right class on a finding that another box has found.
    Second,
    Missed,
}

/// A box over the film.
#[derive(Clone, PartialEq, Debug)]
pub struct ShownBox {
    pub rect: Rect,
    pub label: LabelName,
    pub role: BoxRole,
    pub is_truth: bool,
    /// Of the answer's.
    pub score: Option<f64>,
    /// Of a pair; of a false positive with the truth that it overlaps most.
    pub iou: Option<f64>,
    /// It belongs to the item that is looked at.
    pub is_looked_at: bool,
}

impl Session {
    /// The boxes over a film that is looked at from the gallery, those of the item last; none over any other film. Of the
    /// answer's, only those that count at the operating point.
    pub fn error_boxes(&self, film: &OpenFilm) -> Vec<ShownBox> {
        let Some((at, item)) = self.looked_at_in(film) else { return Vec::new() };
        let desk = &self.evaluating;
        let (Some(run), Some(index), Some(point)) = (&desk.open, &desk.errors.index, desk.point) else {
            return Vec::new();
        };
        if self.overlay == OverlayState::Nothing {
            return Vec::new();
        }
        let cases = &run.cases;
        let floor = floors(cases, point, run.plan.settings.rule)[at];
        let matched = &index.items.matched;
        let name = |class: u16| cases.classes[usize::from(class)].clone();
        let mut boxes = Vec::new();
        let mut num_pairs = 0;
        let mut paired = std::collections::BTreeMap::new();
        for place in cases.detections.of_film(at) {
            let one = &matched.detections[place];
            let Some(rect) = cases.detections.rect(place).filter(|_| one.score >= floor && one.is_looked_at) else {
                continue;
            };
            let role = match (one.found, index.items.confused(place, floor)) {
                (Some(truth), _) => {
                    paired.insert(truth, (BoxRole::Pair(num_pairs), one.iou));
                    BoxRole::Pair(num_pairs)
                }
                (None, Some(truth)) => {
                    paired.insert(truth, (BoxRole::Confused(num_pairs), one.iou));
                    BoxRole::Confused(num_pairs)
                }
                (None, None) if is_found_already(cases, place, run.plan.settings.main_iou) => BoxRole::Second,
                (None, None) => BoxRole::FalsePositive,
            };
            num_pairs += usize::from(matches!(role, BoxRole::Pair(_) | BoxRole::Confused(_)));
            boxes.push(ShownBox {
                rect,
                label: name(one.class),
                role,
                is_truth: false,
                score: Some(one.score),
                iou: Some(one.iou),
                is_looked_at: item.detection == Some(place as u32),
            });
        }
        for place in cases.truths.of_film(at) {
            let Some(rect) = cases.truths.rect(place) else { continue };
            let pair = paired.get(&(place as u32)).copied();
            boxes.push(ShownBox {
                rect,
                label: name(cases.truths.classes[place]),
                role: pair.map_or(BoxRole::Missed, |(role, _)| role),
                is_truth: true,
                score: None,
                iou: pair.map(|(_, iou)| iou),
                is_looked_at: item.truth == Some(place as u32),
            });
        }
        boxes.sort_by_key(|one| one.is_looked_at);
        boxes
    }

    /// Whether a film is shown because of an item of the gallery.
    fn looked_at_in(&self, film: &OpenFilm) -> Option<(usize, ErrorItem)> {
        let item = self.error_looked_at()?;
        let at = item.film as usize;
        let is_it = self.evaluating.open.as_ref()?.cases.films[at].image == *film.image();
        is_it.then_some((at, item))
    }
}
