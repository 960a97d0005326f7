//! EfficientDet's anchors, and how its raw outputs become boxes, as in effdet's `DetBenchPredict`.

use tch::{Kind, Tensor};

use crate::models::Boxes;
use crate::ops::nms::batched_nms;

/// Boxes at each place of each level: three sizes of three shapes.
pub const NUM_ANCHORS: i64 = 9;
/// Width and height of each shape, for a base of 1.
const SHAPES: [[f64; 2]; 3] = [[1.0, 1.0], [1.4, 0.7], [0.7, 1.4]];
/// Side of the smallest anchor, in strides of its level.
const BASE: f64 = 4.0;
/// Pairs of box and class that enter suppression.
const MAX_CANDIDATES: i64 = 5000;
const MAX_IOU: f64 = 0.5;
const MAX_DETECTIONS: i64 = 100;

/// Height and width of (films, channels, height, width).
pub fn side_lengths(x: &Tensor) -> [i64; 2] {
    match x.size()[..] {
        [.., height, width] => [height, width],
        _ => [0, 0],
    }
}

/// All anchors of levels 3 to 7 for a plane of this height and width: (anchors, 4), ymin, xmin, ymax, xmax. A stride is
/// the plane's side by the level's, which is not always a whole number.
pub fn anchors([height, width]: [i64; 2]) -> Tensor {
    let mut all: Vec<f32> = Vec::new();
    let mut sides = [height, width];
    for level in 1..=7 {
        sides = sides.map(|side| (side + 1) / 2);
        if level < 3 {
            continue;
        }
        let [stride_y, stride_x] = [height as f64 / sides[0] as f64, width as f64 / sides[1] as f64];
        for row in 0..sides[0] {
            for column in 0..sides[1] {
                let (y, x) = (stride_y * (row as f64 + 0.5), stride_x * (column as f64 + 0.5));
                for octave in 0..3 {
                    let scale = BASE * (f64::from(octave) / 3.0).exp2() / 2.0;
                    for [wide, high] in SHAPES {
                        let (dy, dx) = (stride_y * scale * high, stride_x * scale * wide);
                        all.extend([y - dy, x - dx, y + dy, x + dx].map(|v| v as f32));
                    }
                }
            }
        }
    }
    Tensor::from_slice(&all).reshape([-1, 4])
}

/// Codes (boxes, 4: y, x, height, width) relative to anchors as xmin, ymin, xmax, ymax.
fn decode(codes: &Tensor, anchors: &Tensor) -> Tensor {
    let column = |t: &Tensor, i: i64| t.select(1, i);
    let (y0, x0, y1, x1) = (column(anchors, 0), column(anchors, 1), column(anchors, 2), column(anchors, 3));
    let (height, width) = (&y1 - &y0, &x1 - &x0);
    let h = column(codes, 2).exp() * &height / 2.0;
    let w = column(codes, 3).exp() * &width / 2.0;
    let y = column(codes, 0) * height + (y0 + y1) / 2.0;
    let x = column(codes, 1) * width + (x0 + x1) / 2.0;
    Tensor::stack(&[&x - &w, &y - &h, x + w, y + h], 1)
}

/// Boxes of one film from logits (anchors, classes) and codes (anchors, 4): the best pairs of anchor and class, held
/// within the film, without those that a better one of the same class overlaps.
pub fn found(logits: &Tensor, codes: &Tensor, anchors: &Tensor, [height, width]: [i64; 2]) -> Boxes {
    let num_classes = logits.size()[1];
    let all = logits.flatten(0, -1);
    let count = MAX_CANDIDATES.min(all.size()[0]);
    let (logits, places) = all.topk(count, 0, true, true);
    let labels = places.remainder(num_classes);
    let of_anchor = places.floor_divide_scalar(num_classes);
    let boxes = decode(&codes.index_select(0, &of_anchor), &anchors.index_select(0, &of_anchor));
    let limit = Tensor::from_slice(&[width, height, width, height]).to_kind(Kind::Float).to_device(boxes.device());
    let boxes = boxes.clamp_min(0.0).minimum(&limit);
    let scores = logits.sigmoid();
    let kept = batched_nms(&boxes, &scores, &labels, MAX_IOU);
    let kept = kept.narrow(0, 0, MAX_DETECTIONS.min(kept.size()[0]));
    Boxes {
        boxes: boxes.index_select(0, &kept),
        scores: scores.index_select(0, &kept),
        labels: labels.index_select(0, &kept),
    }
}
