//! Faster R-CNN's losses: torchvision's RegionProposalNetwork.compute_loss of the first stage and `fastrcnn_loss` of the
//! second, with their matchers and balanced samples.

use tch::{Kind, Reduction, Tensor};

use super::matching::{BETWEEN, Matcher, balanced};
use crate::layers::Mode;
use crate::models::faster_rcnn::{FasterRcnn, FirstStage};
use crate::ops::box_coder::BoxCoder;
use crate::ops::{overlaps, places_where, total};
use crate::train::{BoxTarget, Chance, Losses, TrainBatch};

const ANCHOR_MATCHER: Matcher = Matcher { high: 0.7, low: 0.3, keeps_best: true };
const BOX_MATCHER: Matcher = Matcher { high: 0.5, low: 0.5, keeps_best: false };
/// Where smooth L1 turns from square to straight.
const BETA: f64 = 1.0 / 9.0;

/// How much of a film a step looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sampling {
    /// Anchors a film, at most half of them positive.
    pub anchors: i64,
    /// Proposals a film that go on to the second stage to be drawn from.
    pub proposals: i64,
    /// Boxes a film that the second stage sees, at most a quarter of them positive.
    pub boxes: i64,
}

/// torchvision's numbers.
impl Default for Sampling {
    fn default() -> Self {
        Self { anchors: 256, proposals: 2000, boxes: 512 }
    }
}

pub fn losses(net: &FasterRcnn, batch: &TrainBatch, chance: &mut Chance, sampling: &Sampling) -> Losses {
    let features = net.features(&batch.images, Mode::Train);
    let first = net.first_stage(&batch.images, &features);
    let [objectness, rpn_corners] = of_first_stage(&first, &batch.boxes, chance, sampling.anchors);
    let proposals = FasterRcnn::proposals_at_most(&batch.images, &first, sampling.proposals);
    let chosen: Vec<Chosen> = proposals
        .iter()
        .zip(&batch.boxes)
        .map(|(proposals, target)| Chosen::of_film(proposals, target, chance, sampling.boxes))
        .collect();
    let boxes: Vec<Tensor> = chosen.iter().map(|film| film.boxes.shallow_clone()).collect();
    let (logits, deltas) = net.second_stage(&batch.images, &features, &boxes);
    let [classes, corners] = of_second_stage(&logits, &deltas, &chosen);
    Losses(vec![
        ("loss_objectness", objectness),
        ("loss_rpn_box_reg", rpn_corners),
        ("loss_classifier", classes),
        ("loss_box_reg", corners),
    ])
}

fn of_first_stage(first: &FirstStage, targets: &[BoxTarget], chance: &mut Chance, count: i64) -> [Tensor; 2] {
    let mut logits = Vec::new();
    let mut labels = Vec::new();
    let mut said = Vec::new();
    let mut wanted = Vec::new();
    for (film, target) in (0..).zip(targets) {
        let matches = ANCHOR_MATCHER.matches(&overlaps(&target.boxes, &first.anchors));
        // 1, 0, and -1 where it does not count.
        let label = matches.ge(0).to_kind(Kind::Int64) - matches.eq(BETWEEN).to_kind(Kind::Int64);
        let [positive, negative] = balanced(&label, count, 0.5, chance);
        let boxes = target.boxes.index_select(0, &matches.index_select(0, &positive));
        wanted.push(BoxCoder::PLAIN.encode(&boxes, &first.anchors.index_select(0, &positive)));
        said.push(first.deltas.get(film).index_select(0, &positive));
        let both = Tensor::cat(&[&positive, &negative], 0);
        logits.push(first.objectness.get(film).index_select(0, &both));
        labels.push(label.index_select(0, &both).to_kind(first.objectness.kind()));
    }
    let [logits, labels, said, wanted] = [logits, labels, said, wanted].map(|parts| Tensor::cat(&parts, 0));
    let num = logits.size()[0] as f64;
    [
        logits.binary_cross_entropy_with_logits::<Tensor>(&labels, None, None, Reduction::Mean),
        said.smooth_l1_loss(&wanted, Reduction::Sum, BETA) / num,
    ]
}

/// What the second stage sees of a film.
struct Chosen {
    boxes: Tensor,
    /// (boxes): 0 is the background.
    labels: Tensor,
    /// (positive boxes, 4): what it should say of them; they come first.
    wanted: Tensor,
}

impl Chosen {
    fn of_film(proposals: &Tensor, target: &BoxTarget, chance: &mut Chance, count: i64) -> Self {
        // The marked boxes themselves are proposals, or at the start there would be no positive one.
        let all = Tensor::cat(&[proposals, &target.boxes], 0);
        let matches = BOX_MATCHER.matches(&overlaps(&target.boxes, &all));
        let is_positive = matches.ge(0);
        let [positive, negative] = balanced(&is_positive.to_kind(Kind::Int64), count, 0.25, chance);
        let places = Tensor::cat(&[&positive, &negative], 0);
        let boxes = all.index_select(0, &places);
        let of_box = matches.index_select(0, &positive);
        let labels = Tensor::cat(&[target.labels.index_select(0, &of_box) + 1, Tensor::zeros_like(&negative)], 0);
        let matched = target.boxes.index_select(0, &of_box);
        let wanted = BoxCoder::BOX_HEAD.encode(&matched, &boxes.narrow(0, 0, matched.size()[0]));
        Self { boxes, labels, wanted }
    }
}

fn of_second_stage(logits: &Tensor, deltas: &Tensor, chosen: &[Chosen]) -> [Tensor; 2] {
    let all = |part: fn(&Chosen) -> &Tensor| Tensor::cat(&chosen.iter().map(part).collect::<Vec<_>>(), 0);
    let [labels, wanted] = [all(|film| &film.labels), all(|film| &film.wanted)];
    let [num, classes] = [0, 1].map(|side| logits.size()[side]);
    if num == 0 {
        // Films without boxes of which no proposal is left: nothing to learn here, and no mean of nothing.
        return [total(logits), total(deltas)];
    }
    let positive = places_where(&labels.gt(0));
    // The corners are said for each class apart.
    let rows = &positive * classes + labels.index_select(0, &positive);
    let said = deltas.reshape([-1, 4]).index_select(0, &rows);
    [
        logits.cross_entropy_loss::<Tensor>(&labels, None, Reduction::Mean, -100, 0.0),
        said.smooth_l1_loss(&wanted, Reduction::Sum, BETA) / num as f64,
    ]
}
