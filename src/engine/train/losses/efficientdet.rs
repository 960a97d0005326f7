//! EfficientDet's losses, those of effdet's `DetectionLoss` and `AnchorLabeler`: focal for the classes, Huber for the
//! corners, both by the positive anchors of the whole batch.

use tch::Tensor;

use super::focal::Focal;
use super::matching::{BELOW, Matcher};
use crate::layers::Mode;
use crate::models::efficientdet::EfficientDet;
use crate::models::efficientdet_boxes;
use crate::ops::{corners, overlaps, places, places_where, total, wholes};
use crate::train::{BoxTarget, Losses, TrainBatch};

/// effdet's configuration; its labels are not smoothed.
const FOCAL: Focal = Focal { alpha: 0.25, gamma: 1.5 };
/// Where Huber's loss turns from square to straight.
const DELTA: f64 = 0.1;
const BOX_WEIGHT: f64 = 50.0;
/// Keeps sides away from 0, as effdet's coder does.
const EPS: f64 = 1e-7;
/// Below half an overlap an anchor is background; no anchor lies between.
const MATCHER: Matcher = Matcher { high: 0.5, low: 0.5, keeps_best: false };

/// xmin, ymin, xmax, ymax of all anchors.
fn anchors_of(batch: &TrainBatch) -> Tensor {
    let pixels = &batch.images.pixels;
    swapped(&efficientdet_boxes::anchors(efficientdet_boxes::side_lengths(pixels)).to_device(pixels.device()))
}

/// One more than the positive anchors of all parts, as effdet counts.
pub fn normaliser(parts: &[TrainBatch]) -> f64 {
    let mut num_positive = 1;
    for part in parts {
        let anchors = anchors_of(part);
        num_positive += part.boxes.iter().map(|one| places_where(&matches(one, &anchors).ge(0)).size()[0]).sum::<i64>();
    }
    num_positive as f64
}

/// `box_loss` has its weight of 50 in it.
pub fn losses(net: &EfficientDet, batch: &TrainBatch, normaliser: Option<f64>) -> Losses {
    let anchors = anchors_of(batch);
    let [logits, codes] = net.answers(&batch.images.pixels, Mode::Train);
    let mut classes = Vec::new();
    let mut num_positive = 1;
    let mut corner_losses = Vec::new();
    for (film, target) in (0..).zip(&batch.boxes) {
        let matches = matches(target, &anchors);
        let positive = places_where(&matches.ge(0));
        let of_box = matches.index_select(0, &positive);
        let wanted = encoded(&target.boxes.index_select(0, &of_box), &anchors.index_select(0, &positive));
        corner_losses.push(huber(&codes.get(film).index_select(0, &positive), &wanted));
        classes.push(matches.index_put(&[Some(&positive)], &target.labels.index_select(0, &of_box), false));
        num_positive += positive.size()[0];
    }
    let normaliser = normaliser.unwrap_or(num_positive as f64);
    let class_loss = total(&FOCAL.sums(&logits, &Tensor::stack(&classes, 0))) / normaliser;
    let box_loss = total(&Tensor::stack(&corner_losses, 0)) * (BOX_WEIGHT / (4.0 * normaliser));
    Losses(vec![("class_loss", class_loss), ("box_loss", box_loss)])
}

/// ymin, xmin, ymax, xmax of each box (n, 4) as xmin, ymin, xmax, ymax, and the other way round.
fn swapped(boxes: &Tensor) -> Tensor {
    boxes.index_select(1, &places(&[1, 0, 3, 2], boxes.device()))
}

/// Place of the box that each anchor stands for, or [`BELOW`]. Every box has its best anchor, and where two boxes have the
/// same one the first has it (effdet's ArgMaxMatcher with `force_match_for_each_row`).
fn matches(target: &BoxTarget, anchors: &Tensor) -> Tensor {
    let overlaps = overlaps(&target.boxes, anchors);
    let matches = MATCHER.matches(&overlaps);
    if target.boxes.size()[0] == 0 {
        return matches;
    }
    let (most, best) = overlaps.max_dim(1, false);
    let mut forced: Vec<[i64; 2]> = Vec::new();
    for (row, (anchor, overlaps_any)) in (0..).zip(wholes(&best).into_iter().zip(wholes(&most.gt(0.0)))) {
        if overlaps_any != 0 && forced.iter().all(|[taken, _]| *taken != anchor) {
            forced.push([anchor, row]);
        }
    }
    let [at, rows] = [0, 1].map(|i| forced.iter().map(|pair| pair[i]).collect::<Vec<_>>());
    debug_assert!(rows.iter().all(|row| *row > BELOW));
    matches.index_copy(0, &places(&at, matches.device()), &places(&rows, matches.device()))
}

/// y, x, height and width of boxes (n, 4) relative to anchors (n, 4).
fn encoded(boxes: &Tensor, anchors: &Tensor) -> Tensor {
    let middle_and_sides = |t: &Tensor| {
        let [low, high] = corners(t);
        let sides = high - &low;
        [low + &sides * 0.5, sides + EPS]
    };
    let [middle, sides] = middle_and_sides(boxes);
    let [anchor, anchor_sides] = middle_and_sides(anchors);
    let xy = (middle - anchor) / &anchor_sides;
    let wh = (sides / anchor_sides).log();
    Tensor::cat(&[xy.flip([1]), wh.flip([1])], 1)
}

/// Summed; what should be exactly 0 is left out, as in effdet.
fn huber(said: &Tensor, wanted: &Tensor) -> Tensor {
    let error = (said - wanted).abs();
    let square = error.clamp_max(DELTA);
    let loss = square.square() * 0.5 + (error - &square) * DELTA;
    total(&(loss * wanted.ne(0.0)))
}
