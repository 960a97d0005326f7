//! Simulated readers: believable people who overlook, misplace and misname, each in their own way.

use crate::domain::geometry::{Point, Rect, Size};
use crate::domain::label::LabelName;

use super::lesion::LesionKind;
use super::random::{Random, key};

/// One mark: what and where.
pub type Mark = (LabelName, Rect);

/// A made-up reader's habits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SimulatedReader {
    /// Chance to see a finding of ordinary size.
    care: f32,
    /// Standard deviation of a box's edges, as a share of its size.
    slack: f32,
    /// Boxes drawn tighter (below 1) or wider than the finding.
    taste: f32,
    /// Chance of a mark on a film where there is nothing.
    fancy: f32,
    key: u64,
}

impl SimulatedReader {
    /// Reader 1, 2, ... of a seed.
    pub fn new(seed: u64, number: u32) -> Self {
        let key = key(seed, "reader", u64::from(number));
        let mut random = Random::part(key, "habits", 0);
        Self {
            care: random.range(0.82, 0.93),
            slack: random.range(0.025, 0.055),
            taste: random.range(0.97, 1.1),
            fancy: random.range(0.02, 0.07),
            key,
        }
    }

    /// What this reader marks on a film, given what is there. Empty means "No finding".
    pub fn reading(&self, film_key: u64, truth: &[Mark], film: Size) -> Vec<Mark> {
        let mut random = Random::part(self.key, "reading", film_key);
        let mut marks: Vec<Mark> = Vec::new();
        for (label, rect) in truth {
            let is_seen = random.chance(self.chance_to_see(label, rect, film));
            let seen_as = Self::name(&mut random, label);
            let drawn = self.drawn(&mut random, rect, film);
            if is_seen {
                push(&mut marks, seen_as, drawn);
            }
        }
        if random.chance(self.fancy) {
            // Overlap of a rib or a process taken for a beak, beside the spine.
            let side = 0.012 * film.height * f64::from(random.range(0.8, 1.8));
            let x = film.width * f64::from(random.range(0.36, 0.64));
            let y = film.height * f64::from(random.range(0.2, 0.85));
            let tall = side * f64::from(random.range(0.6, 1.3));
            let rect = Rect::from_corners(Point::new(x - side, y - tall), Point::new(x + side, y + tall));
            push(&mut marks, LesionKind::Osteophytes.label(), rect.clamped_to(film));
        }
        marks
    }

    /// Large and dense things are not overlooked, small ones are.
    fn chance_to_see(&self, label: &LabelName, rect: &Rect, film: Size) -> f32 {
        let dense = [LesionKind::SurgicalImplant, LesionKind::ForeignBody];
        if dense.iter().any(|kind| kind.as_str() == label.as_str()) {
            return 0.99;
        }
        // 1 for a box of 3 % of the film's height along its side.
        let side = (rect.area().sqrt() / (0.03 * film.height)) as f32;
        (self.care + 0.1 * libm::logf(side.max(0.05))).clamp(0.45, 0.985)
    }

    fn name(random: &mut Random, label: &LabelName) -> LabelName {
        use LesionKind as K;
        let confused = [
            (K::Osteophytes, K::Enthesophytes, 0.025),
            (K::Enthesophytes, K::Osteophytes, 0.2),
            (K::ScleroticLesion, K::SubchondralSclerosis, 0.12),
            (K::SubchondralSclerosis, K::ScleroticLesion, 0.1),
            (K::Fracture, K::VertebralCollapse, 0.15),
            (K::VertebralCollapse, K::Fracture, 0.08),
            (K::ForeignBody, K::SurgicalImplant, 0.06),
            (K::Ankylosis, K::Osteophytes, 0.12),
        ];
        let draw = random.unit();
        confused
            .iter()
            .find(|(from, _, chance)| from.as_str() == label.as_str() && draw < *chance)
            .map_or_else(|| label.clone(), |(_, to, _)| to.label())
    }

    /// The box as this reader draws it: each edge off by a few pixels or per cent, at most 15 %.
    fn drawn(&self, random: &mut Random, rect: &Rect, film: Size) -> Rect {
        let mut edge = |length: f64| {
            let grown = 0.5 * (self.taste - 1.0);
            let share = (grown + self.slack * random.normal()).clamp(-0.15, 0.15);
            // A hand is not steadier than a thousandth of the film.
            f64::from(share) * length + 0.001 * film.height * f64::from(random.normal())
        };
        let (w, h) = (rect.width(), rect.height());
        let (left, top, right, bottom) = (edge(w), edge(h), edge(w), edge(h));
        // Whole pixels, as a hand on a screen gives.
        let a = Point::new((rect.xmin() - left).floor(), (rect.ymin() - top).floor());
        let b = Point::new((rect.xmax() + right).ceil(), (rect.ymax() + bottom).ceil());
        Rect::from_corners(a, b).clamped_to(film)
    }
}

/// Adds a mark unless it is no box or the same was marked already.
fn push(marks: &mut Vec<Mark>, label: LabelName, rect: Rect) {
    let is_twin = marks.iter().any(|(other, at)| *other == label && at.iou(&rect) > 0.8);
    if rect.width() >= 2.0 && rect.height() >= 2.0 && !is_twin {
        marks.push((label, rect));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: Size = Size::new(1600.0, 2500.0);

    fn beak(x: f64, side: f64) -> Mark {
        let rect = Rect::from_corners(Point::new(x, 500.0), Point::new(x + side, 500.0 + side));
        (LesionKind::Osteophytes.label(), rect)
    }

    #[test]
    fn small_things_are_overlooked_more_often() {
        let reader = SimulatedReader::new(5, 1);
        let seen =
            |side: f64| (0..2000).filter(|&film| !reader.reading(film, &[beak(300.0, side)], FILM).is_empty()).count();
        let (small, large) = (seen(20.0), seen(200.0));
        assert!(large > small + 200, "{small} {large}");
        assert!(large > 1700);
    }

    #[test]
    fn boxes_stay_near_and_on_the_film() {
        for number in 1..=5 {
            let reader = SimulatedReader::new(5, number);
            for film in 0..300 {
                for (label, rect) in reader.reading(film, &[beak(0.0, 80.0), beak(1520.0, 80.0)], FILM) {
                    assert!(!label.is_no_finding());
                    assert!(rect.xmin() >= 0.0 && rect.xmax() <= FILM.width);
                }
            }
        }
    }
}
