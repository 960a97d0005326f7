//! Faster R-CNN on a ResNet with a pyramid: one stage proposes boxes, the next one names and corrects them. Ren et al.,
//! 2015, as torchvision's `fasterrcnn_resnet50_fpn` has it, names and numbers alike.
//!
//! What training needs is apart: [`FasterRcnn::features`], [`FasterRcnn::first_stage`], [`FasterRcnn::proposals`] and
//! [`FasterRcnn::second_stage`], each with gradients, but none through the proposals' corners, as in the paper.

use tch::{Kind, Tensor};

use super::fpn::{ExtraLevels, ResNetFpn};
use super::resnet::Depth;
use super::{Boxes, Detector, DetectorKind, ImageBatch, Limits, Options, flat_levels};
use crate::layers::{Conv2d, ConvSpec, Linear, Mode};
use crate::mixed;
use crate::ops::anchors::AnchorGenerator;
use crate::ops::box_coder::BoxCoder;
use crate::ops::nms::batched_nms;
use crate::ops::roi_align::MultiScaleRoiAlign;
use crate::ops::{clip_to_film, places_of_large, places_where, wide};
use crate::params::{Init, Path};

/// Cells along a side of what the box head sees of a proposal.
const POOLED: i64 = 7;
/// Levels that the box head looks at; the proposals also come from the one above.
const POOLED_LEVELS: usize = 4;
/// Overlap above which one of two proposals goes.
const PROPOSAL_IOU: f64 = 0.7;

/// The network; classes are counted with the background at 0 inside and without it outside.
#[derive(Debug)]
pub struct FasterRcnn {
    backbone: ResNetFpn,
    rpn: RpnHead,
    anchors: AnchorGenerator,
    box_head: [Linear; 2],
    cls_score: Linear,
    bbox_pred: Linear,
    limits: Limits,
}

#[derive(Debug)]
struct RpnHead {
    conv: Conv2d,
    cls_logits: Conv2d,
    bbox_pred: Conv2d,
}

/// What the first stage says of every anchor, finest level first, in 32 bits.
#[derive(Debug)]
pub struct FirstStage {
    /// (films, anchors)
    pub objectness: Tensor,
    /// (films, anchors, 4)
    pub deltas: Tensor,
    /// (anchors, 4), the same for every film.
    pub anchors: Tensor,
    pub anchors_per_level: Vec<i64>,
}

impl FasterRcnn {
    pub fn new(mut path: Path<'_>, depth: Depth, options: &Options) -> Self {
        let backbone = ResNetFpn::new(path.sub("backbone"), depth, options.norm, 1..=4, ExtraLevels::MaxPool);
        let is_small = depth == Depth::Small;
        let finest = if is_small { 16.0 } else { 32.0 };
        let anchors = AnchorGenerator::one_size(&[1.0, 2.0, 4.0, 8.0, 16.0].map(|times| times * finest));
        let num = backbone.num_channels();
        let num_anchors = anchors.num_per_place();
        let mut head = path.sub("rpn");
        let mut head = head.sub("head");
        // torchvision starts the first stage with a normal distribution, the second one as PyTorch does linear layers.
        let spec = |kernel| ConvSpec::same(kernel).with_bias(Init::Normal(0.01));
        let rpn = RpnHead {
            conv: Conv2d::new(head.sub("conv").sub(0).sub(0), num, num, spec(3)),
            cls_logits: Conv2d::new(head.sub("cls_logits"), num, num_anchors, spec(1)),
            bbox_pred: Conv2d::new(head.sub("bbox_pred"), num, num_anchors * 4, spec(1)),
        };
        let width = if is_small { 256 } else { 1024 };
        let mut heads = path.sub("roi_heads");
        let mut linear = |part: &str, name: &str, num_in: i64, num_out: i64| {
            Linear::plain(heads.sub(part).sub(name), num_in, num_out)
        };
        let num_classes = options.num_classes + 1;
        Self {
            backbone,
            rpn,
            anchors,
            box_head: [
                linear("box_head", "fc6", num * POOLED * POOLED, width),
                linear("box_head", "fc7", width, width),
            ],
            cls_score: linear("box_predictor", "cls_score", width, num_classes),
            bbox_pred: linear("box_predictor", "bbox_pred", width, num_classes * 4),
            limits: options.limits,
        }
    }

    /// The pyramid, the finest level first.
    pub fn features(&self, batch: &ImageBatch, mode: Mode) -> Vec<Tensor> {
        self.backbone.forward(&batch.pixels, mode)
    }

    pub fn first_stage(&self, batch: &ImageBatch, features: &[Tensor]) -> FirstStage {
        let mut objectness = Vec::new();
        let mut deltas = Vec::new();
        for map in features {
            let hidden = self.rpn.conv.forward(map).relu_();
            objectness.push(self.rpn.cls_logits.forward(&hidden));
            deltas.push(self.rpn.bbox_pred.forward(&hidden));
        }
        let anchors = self.anchors.grid(batch.padded_size(), &super::map_sizes(features), batch.pixels.device());
        FirstStage {
            objectness: flat_levels(&objectness, 1).squeeze_dim(2),
            deltas: flat_levels(&deltas, 4),
            anchors_per_level: anchors.iter().map(|level| level.size()[0]).collect(),
            anchors: Tensor::cat(&anchors, 0),
        }
    }

    /// The best boxes of the first stage, one tensor (at most 1,000, 4; training: 2,000) a film, without gradient.
    pub fn proposals(batch: &ImageBatch, first: &FirstStage, mode: Mode) -> Vec<Tensor> {
        Self::proposals_at_most(batch, first, if mode == Mode::Train { 2000 } else { 1000 })
    }

    /// So many of each level and so many of all.
    pub fn proposals_at_most(batch: &ImageBatch, first: &FirstStage, most: i64) -> Vec<Tensor> {
        tch::no_grad(|| {
            // The best of each level, before any overlap is looked at.
            let mut chosen = Vec::new();
            let mut levels = Vec::new();
            let mut from = 0;
            for (level, &len) in first.anchors_per_level.iter().enumerate() {
                let count = len.min(most);
                let (_, best) = first.objectness.narrow(1, from, len).topk(count, 1, true, true);
                chosen.push(best + from);
                levels.push(Tensor::full([count], level as i64, (Kind::Int64, first.anchors.device())));
                from += len;
            }
            let chosen = Tensor::cat(&chosen, 1);
            let levels = Tensor::cat(&levels, 0);
            let of_film = |(film, size): (usize, &[i64; 2])| {
                let chosen = chosen.get(film as i64);
                let deltas = first.deltas.get(film as i64).index_select(0, &chosen);
                let boxes = BoxCoder::PLAIN.decode(&deltas, &first.anchors.index_select(0, &chosen)).squeeze_dim(1);
                let boxes = clip_to_film(&boxes, *size);
                let large = places_of_large(&boxes, 1e-3);
                let boxes = boxes.index_select(0, &large);
                let scores = first.objectness.get(film as i64).index_select(0, &chosen.index_select(0, &large));
                let kept = batched_nms(&boxes, &scores.sigmoid(), &levels.index_select(0, &large), PROPOSAL_IOU);
                boxes.index_select(0, &kept.slice(0, None, most, 1))
            };
            batch.sizes.iter().enumerate().map(of_film).collect()
        })
    }

    /// Class logits (boxes, classes + 1) and corrections (boxes, 4 * (classes + 1)) of the boxes of all films, in 32 bits.
    pub fn second_stage(&self, batch: &ImageBatch, features: &[Tensor], proposals: &[Tensor]) -> (Tensor, Tensor) {
        let pool = MultiScaleRoiAlign { output: [POOLED; 2], sampling_ratio: 2 };
        // In 32 bits also where the rest has 16 in training, as torchvision's operator does.
        let levels = features[..POOLED_LEVELS].iter().map(mixed::raised).collect::<Vec<_>>();
        let pooled = pool.forward(&levels, proposals, &batch.sizes);
        let [fc6, fc7] = &self.box_head;
        let hidden = fc7.forward(&fc6.forward(&pooled.flatten(1, -1)).relu_()).relu_();
        [&self.cls_score, &self.bbox_pred].map(|layer| wide(&layer.forward(&hidden))).into()
    }

    /// torchvision's RoIHeads.postprocess_detections for one film.
    fn boxes_of_film(&self, logits: &Tensor, deltas: &Tensor, proposals: &Tensor, size: [i64; 2]) -> Boxes {
        let num_classes = logits.size()[1] - 1;
        let scores = logits.softmax(-1, Kind::Float).slice(1, 1, None, 1).reshape([-1]);
        // A box for every class: which of them score at all is known before any is decoded.
        let scored = places_where(&scores.gt(self.limits.min_score));
        let proposal = scored.divide_scalar_mode(num_classes, "floor");
        let labels = scored.remainder(num_classes);
        let deltas = deltas.reshape([-1, 4]).index_select(0, &(&scored + &proposal + 1));
        let boxes = BoxCoder::BOX_HEAD.decode(&deltas, &proposals.index_select(0, &proposal)).squeeze_dim(1);
        let boxes = clip_to_film(&boxes, size);
        let large = places_of_large(&boxes, 1e-2);
        let boxes = boxes.index_select(0, &large);
        let scores = scores.index_select(0, &scored.index_select(0, &large));
        let labels = labels.index_select(0, &large);
        // torchvision counts the background in; the shift of a class's coordinates depends on its number.
        let kept = batched_nms(&boxes, &scores, &(&labels + 1), self.limits.max_iou);
        Boxes { boxes, scores, labels }.chosen(&kept.slice(0, None, self.limits.max_boxes, 1))
    }
}

impl Detector for FasterRcnn {
    fn kind(&self) -> DetectorKind<'_> {
        DetectorKind::FasterRcnn(self)
    }

    fn raw(&self, batch: &ImageBatch, mode: Mode) -> Vec<(String, Tensor)> {
        let features = self.features(batch, mode);
        let first = self.first_stage(batch, &features);
        let proposals = Self::proposals(batch, &first, mode);
        let (logits, deltas) = self.second_stage(batch, &features, &proposals);
        let names = self.backbone.level_names();
        let mut raw: Vec<_> = names.iter().zip(features).map(|(name, map)| (format!("features.{name}"), map)).collect();
        raw.push(("objectness".to_owned(), first.objectness));
        raw.push(("pred_bbox_deltas".to_owned(), first.deltas));
        raw.extend(proposals.into_iter().enumerate().map(|(film, boxes)| (format!("proposals.{film}"), boxes)));
        raw.push(("class_logits".to_owned(), logits));
        raw.push(("box_regression".to_owned(), deltas));
        raw
    }

    fn detect(&self, batch: &ImageBatch) -> Vec<Boxes> {
        tch::no_grad(|| {
            let features = self.features(batch, Mode::Eval);
            let first = self.first_stage(batch, &features);
            let proposals = Self::proposals(batch, &first, Mode::Eval);
            let (logits, deltas) = self.second_stage(batch, &features, &proposals);
            let counts: Vec<i64> = proposals.iter().map(|boxes| boxes.size()[0]).collect();
            let logits = logits.split_with_sizes(&counts, 0);
            let deltas = deltas.split_with_sizes(&counts, 0);
            let films = logits.iter().zip(&deltas).zip(&proposals).zip(&batch.sizes);
            films
                .map(|(((logits, deltas), proposals), size)| self.boxes_of_film(logits, deltas, proposals, *size))
                .collect()
        })
    }
}
