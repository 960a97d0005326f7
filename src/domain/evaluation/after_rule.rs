//! What a fusion rule leaves of a detector's boxes, over many films.

use std::borrow::Cow;

use crate::domain::fusion::{FusionRule, is_abnormal};

use super::cases::{BoxColumns, Cases};
use super::settings::{ProbabilitySource, Settings};

/// The probabilities that are evaluated, film by film: the classifier's, or its counterpart with the best box. Without a
/// detector there is no counterpart: then the classifier's stand alone.
pub fn probabilities<'a>(cases: &'a Cases, settings: &Settings) -> Cow<'a, [Option<f64>]> {
    if settings.probability == ProbabilitySource::Classifier || !cases.has_detector {
        return Cow::Borrowed(&cases.probabilities);
    }
    let with_boxes = |(film, p): (usize, &Option<f64>)| {
        let scores = cases.detections.of_film(film).map(|index| cases.detections.scores[index]);
        p.map(|p| crate::domain::fusion::counterpart(p, scores))
    };
    cases.probabilities.iter().enumerate().map(with_boxes).collect()
}

/// The boxes that the rule keeps at this c*. The rule asks the classifier, never the counterpart: that one has the boxes
/// in it already. A film that the classifier says nothing of keeps all of its boxes.
pub fn kept(cases: &Cases, rule: FusionRule, c_star: Option<f64>) -> Cow<'_, BoxColumns> {
    let all = &cases.detections;
    let Some(c_star) = c_star.filter(|_| rule != FusionRule::DetectorOnly && !cases.probabilities.is_empty()) else {
        return Cow::Borrowed(all);
    };
    let mut kept = BoxColumns { starts: Vec::with_capacity(all.starts.len()), ..BoxColumns::default() };
    kept.starts.push(0);
    kept.classes.reserve(all.len());
    kept.rects.reserve(all.len());
    kept.scores.reserve(all.len());
    for film in 0..all.num_films() {
        let says = cases.probabilities[film].map(|p| is_abnormal(p, c_star));
        let boxes = all.of_film(film);
        // Scores fall, so what a rule keeps is the beginning.
        let num_kept = all.scores[boxes.clone()].partition_point(|&score| rule.leaves_out(says, score).is_none());
        let boxes = boxes.start..boxes.start + num_kept;
        kept.classes.extend_from_slice(&all.classes[boxes.clone()]);
        kept.rects.extend_from_slice(&all.rects[boxes.clone()]);
        kept.scores.extend_from_slice(&all.scores[boxes]);
        kept.starts.push(kept.classes.len() as u32);
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases() -> Cases {
        let mut detections = BoxColumns::default();
        let rect = [0.0, 0.0, 1.0, 1.0];
        for scores in [&[0.9, 0.5, 0.4][..], &[0.9, 0.5, 0.4], &[], &[0.4]] {
            detections.push_film(scores.iter().map(|&score| (0, rect, Some(score))));
        }
        let probabilities = vec![Some(0.3), Some(0.299), Some(0.1), None];
        Cases { detections, has_detector: true, probabilities, ..Cases::default() }
    }

    #[test]
    fn each_rule_keeps_its_part() {
        let cases = cases();
        let check = |rule: FusionRule, c_star: Option<f64>, expected: [usize; 4]| {
            let kept = kept(&cases, rule, c_star);
            let num: Vec<usize> = (0..4).map(|film| kept.of_film(film).len()).collect();
            assert_eq!(num, expected, "{rule:?} {c_star:?}");
        };
        check(FusionRule::Paper, Some(0.3), [3, 1, 0, 1]);
        check(FusionRule::ReleasedCode, Some(0.3), [3, 2, 0, 1]);
        check(FusionRule::Gate, Some(0.3), [3, 0, 0, 1]);
        check(FusionRule::DetectorOnly, Some(0.3), [3, 3, 0, 1]);
        check(FusionRule::Paper, None, [3, 3, 0, 1]);
        check(FusionRule::Gate, Some(0.0), [3, 3, 0, 1]);
        check(FusionRule::Gate, Some(1.0), [0, 0, 0, 1]);
    }

    #[test]
    fn the_counterpart_needs_both() {
        let cases = cases();
        let counterpart = Settings { probability: ProbabilitySource::Counterpart, ..Settings::default() };
        assert_eq!(*probabilities(&cases, &counterpart), [Some(0.6), Some(0.5995), Some(0.05), None]);
        assert_eq!(*probabilities(&cases, &Settings::default()), cases.probabilities);
        let alone = Cases { has_detector: false, ..cases };
        assert_eq!(*probabilities(&alone, &counterpart), alone.probabilities);
    }
}
