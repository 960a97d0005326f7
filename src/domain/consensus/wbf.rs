//! Weighted boxes fusion: boxes of several models, or readers, drawn together by their scores.
//!
//! Source: Solovyev, Wang, Gabruseva, "Weighted boxes fusion" (Image and Vision Computing 107, 2021), and the released
//! code, ensemble-boxes 1.0.9, whose figures these are. Two traps: a box joins the *fused* box that it overlaps most, so
//! ends of a chain may be far apart; and a model that has two boxes on one place has both of them fused.

use std::cmp::Ordering;

use crate::domain::geometry::Rect;

/// A box with a score, of one model.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ScoredBox {
    /// From 0; less than there are weights.
    pub model: u32,
    pub class: u16,
    /// `xmin, ymin, xmax, ymax`; one without an area is left out.
    pub rect: [f64; 4],
    /// Above 0, at most 1.
    pub score: f64,
}

/// What the score of a fused box is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Confidence {
    /// The mean of the scores, times the share of models (or boxes, if fewer) that have it.
    #[default]
    Average,
    /// The greatest score, against the greatest weight.
    Max,
    /// The mean of boxes, times the weight of the models that have it.
    BoxAndModelAverage,
    /// The mean of boxes and of the models that lack it.
    AbsentModelAware,
}

/// How boxes are fused.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings<'a> {
    /// One for each model, above 0.
    pub weights: &'a [f64],
    /// A box joins a fused box that it overlaps by *more* than this (IoU).
    pub min_iou: f64,
    /// Boxes of lower scores are left out.
    pub min_score: f64,
    pub confidence: Confidence,
    /// With [`Confidence::Average`]: more boxes than models raise the score above the mean.
    pub allows_overflow: bool,
}

/// What several boxes became.
#[derive(Clone, PartialEq, Debug)]
pub struct FusedBox {
    pub class: u16,
    pub rect: [f64; 4],
    pub score: f64,
    /// Places of its boxes in what was given, in the order in which they joined.
    pub sources: Vec<usize>,
}

/// By falling score, then by class and place. Boxes of one score join in the order of their places, then of their models,
/// so that no order of boxes decides.
pub fn fuse(boxes: &[ScoredBox], settings: &Settings<'_>) -> Vec<FusedBox> {
    let weighed = |index: usize| boxes[index].score * settings.weights[boxes[index].model as usize];
    let has_area = |one: &ScoredBox| {
        let [xmin, ymin, xmax, ymax] = one.rect;
        Rect::from_columns(xmin, ymin, xmax, ymax).is_some()
    };
    let mut order: Vec<usize> =
        (0..boxes.len()).filter(|&i| boxes[i].score >= settings.min_score && has_area(&boxes[i])).collect();
    order.sort_by(|&a, &b| {
        let (first, second) = (&boxes[a], &boxes[b]);
        let by_place = place(first.class, &first.rect, second.class, &second.rect);
        weighed(b).total_cmp(&weighed(a)).then(by_place).then(first.model.cmp(&second.model))
    });
    let mut fused: Vec<FusedBox> = Vec::new();
    for index in order {
        let one = &boxes[index];
        let mut best: Option<(usize, f64)> = None;
        for (at, other) in fused.iter().enumerate().filter(|(_, other)| other.class == one.class) {
            let overlap = iou(&other.rect, &one.rect);
            if overlap > best.map_or(settings.min_iou, |(_, most)| most) {
                best = Some((at, overlap));
            }
        }
        if let Some((at, _)) = best {
            let members = &mut fused[at];
            members.sources.push(index);
            let sum: f64 = members.sources.iter().map(|&i| weighed(i)).sum();
            members.rect = std::array::from_fn(|side| {
                members.sources.iter().map(|&i| weighed(i) * boxes[i].rect[side]).sum::<f64>() / sum
            });
        } else {
            fused.push(FusedBox { class: one.class, rect: one.rect, score: 0.0, sources: vec![index] });
        }
    }
    for one in &mut fused {
        one.score = confidence(&one.sources, boxes, settings);
    }
    fused.sort_by(|a, b| b.score.total_cmp(&a.score).then(place(a.class, &a.rect, b.class, &b.rect)));
    fused
}

fn confidence(sources: &[usize], boxes: &[ScoredBox], settings: &Settings<'_>) -> f64 {
    let weight = |i: usize| settings.weights[boxes[i].model as usize];
    let all: f64 = settings.weights.iter().sum();
    let weighed = sources.iter().map(|&i| boxes[i].score * weight(i));
    let sum: f64 = weighed.clone().sum();
    let num = sources.len() as f64;
    let mut models: Vec<u32> = sources.iter().map(|&i| boxes[i].model).collect();
    models.sort_unstable();
    models.dedup();
    let of_models: f64 = models.iter().map(|&model| settings.weights[model as usize]).sum();
    let of_boxes: f64 = sources.iter().map(|&i| weight(i)).sum();
    match settings.confidence {
        Confidence::Max => weighed.fold(0.0, f64::max) / settings.weights.iter().copied().fold(0.0, f64::max),
        Confidence::BoxAndModelAverage => sum / of_boxes * of_models / all,
        Confidence::AbsentModelAware => sum / (of_boxes + all - of_models),
        Confidence::Average if settings.allows_overflow => sum / all,
        Confidence::Average => sum / num * num.min(settings.weights.len() as f64) / all,
    }
}

fn iou(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let rect = |[xmin, ymin, xmax, ymax]: [f64; 4]| Rect::from_columns(xmin, ymin, xmax, ymax);
    rect(*a).zip(rect(*b)).map_or(0.0, |(a, b)| a.iou(&b))
}

fn place(class_a: u16, a: &[f64; 4], class_b: u16, b: &[f64; 4]) -> Ordering {
    class_a
        .cmp(&class_b)
        .then_with(|| a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).fold(Ordering::Equal, Ordering::then))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(weights: &[f64]) -> Settings<'_> {
        Settings { weights, min_iou: 0.55, min_score: 0.0, confidence: Confidence::Average, allows_overflow: false }
    }

    #[test]
    fn readers_of_score_one_give_their_share() {
        let one = |model: u32, x: f64| ScoredBox { model, class: 0, rect: [x, 0.0, x + 100.0, 100.0], score: 1.0 };
        let fused = fuse(&[one(0, 0.0), one(1, 20.0), one(2, 500.0)], &settings(&[1.0; 3]));
        let found: Vec<_> = fused.iter().map(|one| (one.rect[0], one.score, one.sources.clone())).collect();
        assert_eq!(found, [(10.0, 2.0 / 3.0, vec![0, 1]), (500.0, 1.0 / 3.0, vec![2])]);
    }

    #[test]
    fn an_overlap_of_just_the_threshold_is_too_little() {
        let one = |model: u32, width: f64| ScoredBox { model, class: 0, rect: [0.0, 0.0, width, 100.0], score: 1.0 };
        let at = |min_iou| fuse(&[one(0, 100.0), one(1, 50.0)], &Settings { min_iou, ..settings(&[1.0; 2]) }).len();
        assert_eq!((at(0.5), at(0.499)), (2, 1));
    }

    #[test]
    fn boxes_without_an_area_and_of_low_scores_are_left_out() {
        let one = |rect, score| ScoredBox { model: 0, class: 0, rect, score };
        let boxes = [one([0.0, 0.0, 0.0, 9.0], 1.0), one([0.0, 0.0, 9.0, 9.0], 0.1)];
        assert!(fuse(&boxes, &Settings { min_score: 0.2, ..settings(&[1.0]) }).is_empty());
        assert_eq!(fuse(&boxes, &settings(&[1.0])).len(), 1);
    }
}
