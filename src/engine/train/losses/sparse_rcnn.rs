//! Sparse R-CNN's losses, those of its authors' `SetCriterion` and `HungarianMatcher` (Sun et al. 2021, section 3.3): in
//! every stage each box is one proposal's, the cheapest by class, corners and overlap; all other proposals are nothing.

use tch::{Kind, Reduction, Tensor};

use super::assignment::cheapest;
use super::focal::Focal;
use super::matching::BELOW;
use crate::layers::Mode;
use crate::models::sparse_rcnn::SparseRcnn;
use crate::ops::{floats, generalised_overlaps, places, total, wide};
use crate::train::{BoxTarget, Losses, TrainBatch};

/// Of the focal loss of classes, of L1 in parts of the film, of the overlap: in the costs and in the sum.
const WEIGHTS: [f64; 3] = [2.0, 5.0, 2.0];

/// The marked boxes of all parts, at least one.
pub fn normaliser(parts: &[TrainBatch]) -> f64 {
    let boxes = parts.iter().flat_map(|part| &part.boxes).map(|target| target.boxes.size()[0]);
    boxes.sum::<i64>().max(1) as f64
}

/// Each part is the sum over the stages and has its weight in it.
pub fn losses(net: &SparseRcnn, batch: &TrainBatch, normaliser: Option<f64>) -> Losses {
    let device = batch.images.pixels.device();
    let scales: Vec<Tensor> = batch.images.sizes.iter().map(|&[h, w]| places(&[w, h, w, h], device)).collect();
    let mut parts: [Vec<Tensor>; 3] = Default::default();
    for [logits, boxes] in net.outputs(&batch.images, Mode::Train) {
        let logits = wide(&logits);
        let mut classes = Vec::new();
        for (film, (target, scale)) in (0..).zip(batch.boxes.iter().zip(&scales)) {
            let (logits, boxes) = (logits.get(film), boxes.get(film));
            let (whose, rows) = assigned(&logits, &boxes, target, scale);
            let none = Tensor::full([logits.size()[0]], BELOW, (Kind::Int64, device));
            classes.push(none.index_copy(0, &whose, &target.labels.index_select(0, &rows)));
            let (said, wanted) = (boxes.index_select(0, &whose), target.boxes.index_select(0, &rows));
            parts[1].push((&said / scale).l1_loss(&(&wanted / scale), Reduction::Sum));
            let apart: Tensor = 1.0 - generalised_overlaps(&said, &wanted).diagonal(0, 0, 1);
            parts[2].push(total(&apart));
        }
        parts[0].push(total(&Focal::RETINA.sums(&logits, &Tensor::stack(&classes, 0))));
    }
    let normaliser = normaliser.unwrap_or_else(|| self::normaliser(std::slice::from_ref(batch)));
    let [ce, bbox, giou] = [0, 1, 2].map(|i| total(&Tensor::stack(&parts[i], 0)) * (WEIGHTS[i] / normaliser));
    Losses(vec![("loss_ce", ce), ("loss_bbox", bbox), ("loss_giou", giou)])
}

/// Proposals and the boxes that they are of, one to one. Of more boxes than proposals some stay without.
fn assigned(logits: &Tensor, boxes: &Tensor, target: &BoxTarget, scale: &Tensor) -> (Tensor, Tensor) {
    let device = boxes.device();
    let [proposals, marked] = [boxes.size()[0], target.boxes.size()[0]].map(|n| n as usize);
    let costs = tch::no_grad(|| {
        let costs = costs(logits, boxes, target, scale);
        // Row by row of whichever there are fewer.
        floats(&if marked <= proposals { costs.tr().contiguous() } else { costs })
    });
    let whole = |all: Vec<usize>| places(&all.into_iter().map(|i| i as i64).collect::<Vec<_>>(), device);
    let rising = |len: usize| whole((0..len).collect());
    if marked <= proposals {
        (whole(cheapest(&costs, marked, proposals)), rising(marked))
    } else {
        (rising(proposals), whole(cheapest(&costs, proposals, marked)))
    }
}

/// (proposals, boxes)
fn costs(logits: &Tensor, boxes: &Tensor, target: &BoxTarget, scale: &Tensor) -> Tensor {
    // The reference adds 1e-8 inside the logarithms.
    let p = logits.sigmoid().index_select(1, &target.labels);
    let inverse: Tensor = 1.0 - &p;
    let of_one = inverse.square() * (&p + 1e-8).log() * -0.25;
    let of_zero = p.square() * (inverse + 1e-8).log() * -0.75;
    let distance = ((boxes / scale).unsqueeze(1) - (&target.boxes / scale).unsqueeze(0)).abs();
    let distance = distance.sum_dim_intlist(2, false, distance.kind());
    (of_one - of_zero) * WEIGHTS[0] + distance * WEIGHTS[1] - generalised_overlaps(boxes, &target.boxes) * WEIGHTS[2]
}
