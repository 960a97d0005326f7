//! FROC: how many truths are found at how many false alarms a film, over all classes or one.
//!
//! Sources: the curve as MONAI's `compute_froc_curve_data` (from CAMELYON16) counts it, one point for each score; the
//! sensitivities between points, and their mean over 1/8, 1/4 ... 8 false alarms (the competition performance metric,
//! CPM), as the evaluation script of LUNA16 reads them off, with straight lines between points.

use crate::domain::evaluation::cases::BoxColumns;
use crate::domain::metrics::matching::Matching;

/// Where sensitivity is read off: false alarms a film.
pub const RATES: [f64; 7] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];

/// A corner of the curve; between two corners there are only false alarms, or boxes of one score.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FrocPoint {
    /// Boxes with at least this score count; infinite where none does.
    pub score: f64,
    pub true_positives: u32,
    pub false_positives: u32,
}

/// The curve from no boxes to all.
#[derive(Clone, PartialEq, Debug)]
pub struct Froc {
    /// By falling score, both counts rising; the first has none.
    pub points: Vec<FrocPoint>,
    pub num_truths: u32,
    pub num_films: u32,
}

impl Froc {
    /// Of one class, or of all with `None`. `None` without truths or films.
    pub fn of(
        truths: &BoxColumns,
        detections: &BoxColumns,
        matching: &Matching,
        iou: usize,
        class: Option<u16>,
    ) -> Option<Self> {
        let is_asked = |one: u16| class.is_none_or(|class| class == one);
        let num_truths = truths.classes.iter().filter(|&&one| is_asked(one)).count() as u32;
        if num_truths == 0 {
            return None;
        }
        let hits = matching.pairs(iou).map(|(detection, _)| detection as usize);
        let hits = hits.filter(|&detection| is_asked(detections.classes[detection]));
        let mut scores: Vec<f64> = hits.map(|detection| detections.scores[detection]).collect();
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        let steps = steps(&scores);

        // For each step, false alarms over its score and not over the step before, and those of exactly its score.
        let mut alarms = vec![[0_u32; 2]; steps.len() + 1];
        let mut is_alarm = vec![true; detections.len()];
        matching.left_out().iter().for_each(|&detection| is_alarm[detection as usize] = false);
        matching.pairs(iou).for_each(|(detection, _)| is_alarm[detection as usize] = false);
        for (detection, _) in is_alarm.iter().enumerate().filter(|&(_, is_alarm)| *is_alarm) {
            if is_asked(detections.classes[detection]) {
                let score = detections.scores[detection];
                let step = steps.partition_point(|step| step.0 > score);
                let is_equal = steps.get(step).is_some_and(|step| step.0 == score);
                alarms[step][usize::from(is_equal)] += 1;
            }
        }

        let start = FrocPoint { score: f64::INFINITY, true_positives: 0, false_positives: 0 };
        let mut points = vec![start];
        let mut now = start;
        let mut push = |point: FrocPoint| {
            let last: &FrocPoint = points.last().expect("it starts with one");
            if (last.true_positives, last.false_positives) != (point.true_positives, point.false_positives) {
                points.push(point);
            }
        };
        for (&(score, num_hits), &[over, equal]) in steps.iter().zip(&alarms) {
            now.false_positives += over;
            push(FrocPoint { score: score.next_up(), ..now });
            now = FrocPoint { score, true_positives: num_hits, false_positives: now.false_positives + equal };
            push(now);
        }
        let false_positives = now.false_positives + alarms[steps.len()][0];
        push(FrocPoint { score: 0.0, false_positives, ..now });
        Some(Self { points, num_truths, num_films: truths.num_films() as u32 })
    }

    pub fn sensitivity(&self, point: &FrocPoint) -> f64 {
        f64::from(point.true_positives) / f64::from(self.num_truths)
    }

    /// False alarms a film.
    pub fn rate(&self, point: &FrocPoint) -> f64 {
        f64::from(point.false_positives) / f64::from(self.num_films)
    }

    /// Sensitivity at so many false alarms a film: on the straight line between the points beside it, the higher one where
    /// several have this rate; beyond the last point, that point's.
    pub fn sensitivity_at(&self, rate: f64) -> f64 {
        let next = self.points.partition_point(|point| self.rate(point) <= rate);
        let before = &self.points[next.saturating_sub(1)];
        let Some(after) = self.points.get(next) else { return self.sensitivity(before) };
        let (x0, x1) = (self.rate(before), self.rate(after));
        let (y0, y1) = (self.sensitivity(before), self.sensitivity(after));
        y0 + (y1 - y0) * ((rate - x0) / (x1 - x0))
    }

    /// The mean sensitivity at [`RATES`]; 0 to 1.
    pub fn cpm(&self) -> f64 {
        RATES.iter().map(|&rate| self.sensitivity_at(rate)).sum::<f64>() / RATES.len() as f64
    }
}

/// Each score once with how many are at least that, from scores by falling value.
fn steps(scores: &[f64]) -> Vec<(f64, u32)> {
    let mut steps: Vec<(f64, u32)> = Vec::new();
    for (&score, count) in scores.iter().zip(1..) {
        match steps.last_mut() {
            Some(last) if last.0 == score => last.1 = count,
            _ => steps.push((score, count)),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::matching::match_boxes;

    const SQUARE: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
    const FAR: [f64; 4] = [50.0, 50.0, 60.0, 60.0];

    /// Two films with a truth each, and boxes on the first (true: on the truth).
    fn froc(boxes: &[(bool, f64)]) -> Froc {
        let mut truths = BoxColumns::default();
        let mut detections = BoxColumns::default();
        truths.push_film([(0, SQUARE, None)]);
        truths.push_film([(0, SQUARE, None)]);
        detections.push_film(boxes.iter().map(|&(on, score)| (0, if on { SQUARE } else { FAR }, Some(score))));
        detections.push_film([(0, SQUARE, Some(0.5))]);
        let matching = match_boxes(&truths, &detections, &[0.5], 100, 1);
        assert_eq!(Froc::of(&truths, &detections, &matching, 0, Some(1)), None);
        let all = Froc::of(&truths, &detections, &matching, 0, None);
        assert_eq!(all, Froc::of(&truths, &detections, &matching, 0, Some(0)));
        all.unwrap()
    }

    fn corners(froc: &Froc) -> Vec<(u32, u32)> {
        froc.points.iter().map(|point| (point.true_positives, point.false_positives)).collect()
    }

    #[test]
    fn each_score_is_one_point() {
        for (boxes, expected) in [
            (vec![], vec![(0, 0), (1, 0)]),
            (vec![(true, 0.9)], vec![(0, 0), (1, 0), (2, 0)]),
            // Equal scores come together, whatever the order.
            (vec![(true, 0.5), (false, 0.5)], vec![(0, 0), (2, 1)]),
            (vec![(false, 0.9), (false, 0.8), (false, 0.2)], vec![(0, 0), (0, 2), (1, 2), (1, 3)]),
            (vec![(true, 0.9), (true, 0.8), (true, 0.7)], vec![(0, 0), (1, 0), (1, 2), (2, 2)]),
        ] {
            assert_eq!(corners(&froc(&boxes)), expected, "{boxes:?}");
        }
    }

    #[test]
    fn sensitivity_lies_on_the_line_between_points() {
        // (0, 0), (0, 1/2 a film), (1/2, 1/2), (1/2, 1).
        let curve = froc(&[(false, 0.9), (false, 0.1)]);
        for (rate, expected) in [(0.0, 0.0), (0.25, 0.0), (0.5, 0.5), (0.75, 0.5), (1.0, 0.5), (8.0, 0.5)] {
            assert_eq!(curve.sensitivity_at(rate), expected, "{rate}");
        }
        assert_eq!(curve.cpm(), 0.5 * 5.0 / 7.0);
        // One false alarm and one find of the same score: half way between.
        let tied = froc(&[(false, 0.5)]);
        assert_eq!(tied.sensitivity_at(0.25), 0.25);
    }
}
