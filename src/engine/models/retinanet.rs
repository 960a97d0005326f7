//! RetinaNet on a ResNet with a pyramid: every anchor is named and corrected at once. Lin et al., "Focal Loss for Dense
//! Object Detection", 2017, as torchvision's `retinanet_resnet50_fpn` has it, names and numbers alike.

use tch::Tensor;

use super::fpn::{ExtraLevels, ResNetFpn};
use super::resnet::Depth;
use super::{Boxes, Detector, DetectorKind, ImageBatch, Limits, Options, flat_levels, map_sizes};
use crate::layers::{Conv2d, ConvSpec, Mode};
use crate::ops::anchors::AnchorGenerator;
use crate::ops::box_coder::BoxCoder;
use crate::ops::nms::batched_nms;
use crate::ops::{clip_to_film, places_where};
use crate::params::{Init, Path};

/// Answers of each level that go into the suppression.
const MOST_OF_LEVEL: i64 = 1000;

/// The network. It has no background: class i is the i-th.
#[derive(Debug)]
pub struct RetinaNet {
    backbone: ResNetFpn,
    anchors: AnchorGenerator,
    classification: Tower,
    regression: Tower,
    num_classes: i64,
    limits: Limits,
}

/// Four convolutions and one that answers, shared by all levels.
#[derive(Debug)]
struct Tower {
    convs: Vec<Conv2d>,
    answer: Conv2d,
}

impl Tower {
    fn new(mut path: Path<'_>, num: i64, name: &str, num_out: i64) -> Self {
        let spec = ConvSpec::same(3).with_bias(Init::Normal(0.01));
        let convs = (0..4).map(|no| Conv2d::new(path.sub("conv").sub(no).sub(0), num, num, spec)).collect();
        Self { convs, answer: Conv2d::new(path.sub(name), num, num_out, spec) }
    }

    fn forward(&self, map: &Tensor) -> Tensor {
        let (first, rest) = self.convs.split_first().expect("a tower has convolutions");
        let hidden = rest.iter().fold(first.forward(map).relu_(), |x, conv| conv.forward(&x).relu_());
        self.answer.forward(&hidden)
    }
}

/// What the network says of every anchor, finest level first, in 32 bits.
#[derive(Debug)]
pub struct Answers {
    /// (films, anchors, classes)
    pub logits: Tensor,
    /// (films, anchors, 4)
    pub deltas: Tensor,
    /// (anchors, 4), the same for every film.
    pub anchors: Tensor,
    pub anchors_per_level: Vec<i64>,
}

impl RetinaNet {
    pub fn new(mut path: Path<'_>, depth: Depth, options: &Options) -> Self {
        let backbone = ResNetFpn::new(path.sub("backbone"), depth, options.norm, 2..=4, ExtraLevels::P6P7);
        let anchors = AnchorGenerator::three_sizes(&[32.0, 64.0, 128.0, 256.0, 512.0]);
        let num = backbone.num_channels();
        let num_anchors = anchors.num_per_place();
        let mut head = path.sub("head");
        let classification =
            Tower::new(head.sub("classification_head"), num, "cls_logits", num_anchors * options.num_classes);
        let regression = Tower::new(head.sub("regression_head"), num, "bbox_reg", num_anchors * 4);
        // Lin et al., section 4.1: at the start every anchor is abnormal with a probability of 0.01, or the many empty
        // ones would drown the rest.
        if let Some(bias) = &classification.answer.bias {
            let _ = tch::no_grad(|| bias.shallow_clone().fill_(-(0.99f64 / 0.01).ln()));
        }
        Self { backbone, anchors, classification, regression, num_classes: options.num_classes, limits: options.limits }
    }

    /// The pyramid, the finest level first.
    pub fn features(&self, batch: &ImageBatch, mode: Mode) -> Vec<Tensor> {
        self.backbone.forward(&batch.pixels, mode)
    }

    pub fn answers(&self, batch: &ImageBatch, features: &[Tensor]) -> Answers {
        let say = |tower: &Tower| features.iter().map(|map| tower.forward(map)).collect::<Vec<_>>();
        let anchors = self.anchors.grid(batch.padded_size(), &map_sizes(features), batch.pixels.device());
        Answers {
            logits: flat_levels(&say(&self.classification), self.num_classes),
            deltas: flat_levels(&say(&self.regression), 4),
            anchors_per_level: anchors.iter().map(|level| level.size()[0]).collect(),
            anchors: Tensor::cat(&anchors, 0),
        }
    }

    /// torchvision's RetinaNet.postprocess_detections for one film.
    fn boxes_of_film(&self, answers: &Answers, film: i64, size: [i64; 2]) -> Boxes {
        let [logits, deltas] = [&answers.logits, &answers.deltas].map(|t| t.get(film));
        let mut all_scores = Vec::new();
        let mut all_labels = Vec::new();
        let mut all_anchors = Vec::new();
        let mut from = 0;
        for &len in &answers.anchors_per_level {
            let scores = logits.narrow(0, from, len).sigmoid().reshape([-1]);
            let scored = places_where(&scores.gt(self.limits.min_score));
            let count = scored.size()[0].min(MOST_OF_LEVEL);
            let (scores, best) = scores.index_select(0, &scored).topk(count, 0, true, true);
            let best = scored.index_select(0, &best);
            all_scores.push(scores);
            all_labels.push(best.remainder(self.num_classes));
            all_anchors.push(best.divide_scalar_mode(self.num_classes, "floor") + from);
            from += len;
        }
        let chosen = Tensor::cat(&all_anchors, 0);
        let anchors = answers.anchors.index_select(0, &chosen);
        let boxes = BoxCoder::PLAIN.decode(&deltas.index_select(0, &chosen), &anchors).squeeze_dim(1);
        let boxes = clip_to_film(&boxes, size);
        let [scores, labels] = [all_scores, all_labels].map(|parts| Tensor::cat(&parts, 0));
        let kept = batched_nms(&boxes, &scores, &labels, self.limits.max_iou);
        Boxes { boxes, scores, labels }.chosen(&kept.slice(0, None, self.limits.max_boxes, 1))
    }
}

impl Detector for RetinaNet {
    fn kind(&self) -> DetectorKind<'_> {
        DetectorKind::RetinaNet(self)
    }

    fn raw(&self, batch: &ImageBatch, mode: Mode) -> Vec<(String, Tensor)> {
        let features = self.features(batch, mode);
        let answers = self.answers(batch, &features);
        let names = self.backbone.level_names();
        let mut raw: Vec<_> = names.iter().zip(features).map(|(name, map)| (format!("features.{name}"), map)).collect();
        raw.push(("cls_logits".to_owned(), answers.logits));
        raw.push(("bbox_regression".to_owned(), answers.deltas));
        raw.push(("anchors".to_owned(), answers.anchors));
        raw
    }

    fn detect(&self, batch: &ImageBatch) -> Vec<Boxes> {
        tch::no_grad(|| {
            let answers = self.answers(batch, &self.features(batch, Mode::Eval));
            let films = batch.sizes.iter().zip(0..);
            films.map(|(size, film)| self.boxes_of_film(&answers, film, *size)).collect()
        })
    }
}
