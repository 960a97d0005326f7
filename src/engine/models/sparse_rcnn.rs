//! Sparse R-CNN (Sun et al. 2021): a hundred learned boxes, made better in six stages. Names and rules are those of the
//! code that its authors released on top of detectron2.

use tch::Tensor;

use crate::layers::Mode;
use crate::models::fpn::{ExtraLevels, ResNetFpn};
use crate::models::resnet::Depth;
use crate::models::sparse_rcnn_head::{Stage, StageSize};
use crate::models::{Boxes, Detector, DetectorKind, ImageBatch, Options};
use crate::ops::{clip_to_film, nms::batched_nms, places_where, wide};
use crate::params::{Init, Params};

/// Sides of the input are filled up to whole multiples of this, as detectron2 does.
const DIVISOR: i64 = 32;

/// Sizes of the parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    body: Depth,
    num_proposals: i64,
    num_stages: i64,
    stage: StageSize,
}

impl Size {
    /// `sparsercnn.res50.100pro`.
    pub const RESNET50: Self = Self {
        body: Depth::D50,
        num_proposals: 100,
        num_stages: 6,
        stage: StageSize { hidden: 256, attention_heads: 8, feed_forward: 2048, dynamic: 64 },
    };
    /// For tests and demos on the CPU: the small ResNet, 64 channels everywhere, three stages.
    pub const SMALL: Self = Self {
        body: Depth::Small,
        num_proposals: 30,
        num_stages: 3,
        stage: StageSize { hidden: 64, attention_heads: 4, feed_forward: 256, dynamic: 16 },
    };
}

/// detectron2's name of a part of the backbone, from torchvision's.
fn detectron2_name(torchvision: &str) -> String {
    let parts: Vec<&str> = torchvision.split('.').collect();
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    match parts[..] {
        ["body", "conv1", what] => format!("backbone.bottom_up.stem.conv1.{what}"),
        ["body", "bn1", what] => format!("backbone.bottom_up.stem.conv1.norm.{what}"),
        ["body", layer, block, conv, ref rest @ ..] => {
            let res = number(layer.trim_start_matches("layer")) + 1;
            let end = match (conv, rest) {
                ("downsample", ["0", what]) => format!("shortcut.{what}"),
                ("downsample", ["1", what]) => format!("shortcut.norm.{what}"),
                (conv, [what]) => match conv.strip_prefix("bn") {
                    Some(no) => format!("conv{no}.norm.{what}"),
                    None => format!("{conv}.{what}"),
                },
                _ => rest.join("."),
            };
            format!("backbone.bottom_up.res{res}.{block}.{end}")
        }
        ["fpn", "inner_blocks", level, "0", what] => format!("backbone.fpn_lateral{}.{what}", number(level) + 2),
        ["fpn", "layer_blocks", level, "0", what] => format!("backbone.fpn_output{}.{what}", number(level) + 2),
        _ => format!("backbone.{torchvision}"),
    }
}

/// The detector.
#[derive(Debug)]
pub struct SparseRcnn {
    backbone: ResNetFpn,
    proposal_features: Tensor,
    /// (proposals, 4): middle, width and height, in parts of the film.
    proposal_boxes: Tensor,
    stages: Vec<Stage>,
    max_iou: Option<f64>,
}

impl SparseRcnn {
    pub fn new(params: &mut Params, size: Size, options: &Options) -> Self {
        let mut part = params.for_part();
        let backbone = ResNetFpn::new(part.root(), size.body, options.norm, 1..=4, ExtraLevels::None);
        params.adopt(part, detectron2_name);
        let mut root = params.root();
        let features = [size.num_proposals, size.stage.hidden];
        let proposal_features = root.sub("init_proposal_features").parameter("weight", &features, Init::Normal(1.0));
        let boxes = [size.num_proposals, 4];
        let proposal_boxes = root.sub("init_proposal_boxes").parameter("weight", &boxes, Init::Const(0.5));
        // The whole film.
        tch::no_grad(|| {
            let _ = proposal_boxes.slice(1, 2, 4, 1).fill_(1.0);
        });
        let stage = |i: i64| Stage::new(root.sub(format!("head.head_series.{i}")), size.stage, options.num_classes);
        let stages = (0..size.num_stages).map(stage).collect();
        Self { backbone, proposal_features, proposal_boxes, stages, max_iou: options.proposals_max_iou }
    }

    /// Logits and boxes of every stage.
    pub fn outputs(&self, batch: &ImageBatch, mode: Mode) -> Vec<[Tensor; 2]> {
        let levels = self.backbone.forward(&padded(&batch.pixels), mode);
        let (num_films, device) = (batch.sizes.len() as i64, batch.pixels.device());
        let sizes: Vec<i64> = batch.sizes.iter().flat_map(|&[h, w]| [w, h, w, h]).collect();
        let sizes = Tensor::from_slice(&sizes).reshape([num_films, 1, 4]);
        let start = wide(&self.proposal_boxes);
        let sizes = sizes.to_kind(start.kind()).to_device(device);
        let (middle, half) = (start.slice(1, 0, 2, 1), start.slice(1, 2, 4, 1) * 0.5);
        let start = Tensor::cat(&[&middle - &half, middle + half], 1).unsqueeze(0);
        let mut boxes = start * sizes;
        let mut features = self.proposal_features.unsqueeze(0).repeat([num_films, 1, 1]);
        let mut outputs = Vec::new();
        for stage in &self.stages {
            let output = stage.forward(&levels, &boxes, &features);
            // Each stage learns from its own boxes only.
            boxes = output.boxes.detach();
            features = output.features;
            outputs.push([output.logits, output.boxes]);
        }
        outputs
    }

    /// The best pairs of proposal and class of one film, as many as there are proposals.
    fn found(&self, logits: &Tensor, boxes: &Tensor, film: [i64; 2]) -> Boxes {
        let [num_proposals, num_classes] = [logits.size()[0], logits.size()[1]];
        let scores = wide(logits).sigmoid().flatten(0, -1);
        let (scores, places) = scores.topk(num_proposals, 0, true, true);
        let labels = places.remainder(num_classes);
        let boxes = boxes.index_select(0, &places.floor_divide_scalar(num_classes));
        let all = Boxes { boxes, scores, labels };
        let kept = match self.max_iou {
            Some(max_iou) => all.chosen(&batched_nms(&all.boxes, &all.scores, &all.labels, max_iou)),
            None => all,
        };
        // detectron2 holds boxes within the film last of all and drops what is empty then.
        let kept = Boxes { boxes: clip_to_film(&kept.boxes, film), ..kept };
        let sides = kept.boxes.slice(1, 2, 4, 1) - kept.boxes.slice(1, 0, 2, 1);
        kept.chosen(&places_where(&sides.gt(0.0).all_dim(1, false)))
    }
}

/// Zeros at the right and the bottom, up to whole multiples of the divisor.
fn padded(pixels: &Tensor) -> Tensor {
    let size = pixels.size();
    let missing = |side: i64| (DIVISOR - side % DIVISOR) % DIVISOR;
    match [missing(size[3]), missing(size[2])] {
        [0, 0] => pixels.shallow_clone(),
        [right, bottom] => pixels.constant_pad_nd([0, right, 0, bottom]),
    }
}

impl Detector for SparseRcnn {
    fn kind(&self) -> DetectorKind<'_> {
        DetectorKind::SparseRcnn(self)
    }

    /// `pred_logits` (stages, films, proposals, classes) and `pred_boxes` (stages, films, proposals, 4), the last stage
    /// last.
    fn raw(&self, batch: &ImageBatch, mode: Mode) -> Vec<(String, Tensor)> {
        let outputs = self.outputs(batch, mode);
        let stacked = |i: usize| Tensor::stack(&outputs.iter().map(|one| &one[i]).collect::<Vec<_>>(), 0);
        vec![("pred_logits".to_owned(), stacked(0)), ("pred_boxes".to_owned(), stacked(1))]
    }

    fn detect(&self, batch: &ImageBatch) -> Vec<Boxes> {
        let outputs = self.outputs(batch, Mode::Eval);
        let Some([logits, boxes]) = outputs.last() else { return Vec::new() };
        (0..).zip(&batch.sizes).map(|(i, film)| self.found(&logits.get(i), &boxes.get(i), *film)).collect()
    }
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;
    use crate::golden::{Golden, fill_with_gain, film};
    use crate::layers::Norm;
    use crate::precision::Precision;
    use tch::Device;

    const GOLDENS: &str = include_str!("../../../tests/parity/networks_sparse_rcnn.json");

    fn network(size: Size) -> (Params, SparseRcnn) {
        let mut params = Params::bare(Device::Cpu);
        let net = SparseRcnn::new(&mut params, size, &Options { norm: Norm::Frozen, ..Options::new(7) });
        fill_with_gain(&mut params, |name| if name.contains("bboxes_delta") { 0.3 } else { 1.0 });
        tch::no_grad(|| {
            let mut boxes = params.get("init_proposal_boxes.weight").unwrap().shallow_clone();
            let _ = boxes.g_mul_scalar_(0.3).g_add_scalar_(0.5);
        });
        (params, net)
    }

    /// Name, shape of the plane, sizes of the films on it.
    type Case<'c> = (&'c str, [i64; 4], &'c [[i64; 2]]);

    fn same_as_the_reference(size: Size, cases: &[Case<'_>]) {
        let (mut params, mut net) = network(size);
        for (case, shape, films) in cases {
            let golden = Golden::case(GOLDENS, case);
            golden.assert_names(&params);
            let batch = ImageBatch { pixels: film(shape), sizes: films.to_vec() };
            let _guard = tch::no_grad_guard();
            for (name, tensor) in net.raw(&batch, Mode::Eval) {
                golden.assert_near(&name, &tensor);
            }
            // The norms are folded from here on, which may change nothing.
            params.fold(Precision::F32);
            for (text, max_iou) in [("0", None), ("0.7", Some(0.7))] {
                net.max_iou = max_iou;
                for (i, found) in net.detect(&batch).iter().enumerate() {
                    golden.assert_whole(&format!("boxes.{i} {text}"), &found.boxes, 1e-2);
                    golden.assert_whole(&format!("scores.{i} {text}"), &found.scores, 1e-5);
                    golden.assert_whole(&format!("labels.{i} {text}"), &found.labels, 0.0);
                }
            }
        }
    }

    #[test]
    fn on_resnet_50_it_finds_what_the_published_formulas_find() {
        // Both films need padding, and neither may touch the other.
        let films: &[[i64; 2]] = &[[131, 181], [117, 203]];
        let cases = [("resnet50 odd", [2, 3, 131, 203], films)];
        same_as_the_reference(Size::RESNET50, &cases);
    }

    #[test]
    fn the_small_one_finds_what_the_published_formulas_find() {
        let two: &[[i64; 2]] = &[[192, 160], [170, 131]];
        let cases = [("small", [2, 3, 192, 160], two), ("small large", [1, 3, 701, 530], &[[701, 530]])];
        same_as_the_reference(Size::SMALL, &cases);
    }

    #[test]
    fn gradients_are_those_of_the_published_formulas() {
        let golden = Golden::case(GOLDENS, "gradients");
        let (params, net) = network(Size::SMALL);
        let batch = ImageBatch { pixels: film(&[2, 3, 96, 128]), sizes: vec![[96, 128], [90, 100]] };
        let raw = net.raw(&batch, Mode::Train);
        let loss = raw[0].1.sigmoid().square().mean(Kind::Float) + (&raw[1].1 / 100.0).square().mean(Kind::Float);
        loss.backward();
        let expected = golden.number("loss");
        assert!((loss.double_value(&[]) - expected).abs() < 1e-4 * expected);
        for name in [
            "backbone.fpn_lateral3.weight",
            "backbone.bottom_up.res5.1.conv2.weight",
            "init_proposal_features.weight",
            "init_proposal_boxes.weight",
            "head.head_series.0.self_attn.in_proj_weight",
            "head.head_series.1.inst_interact.dynamic_layer.weight",
            "head.head_series.2.bboxes_delta.weight",
            "head.head_series.2.class_logits.bias",
        ] {
            golden.assert_near(name, &params.get(name).unwrap().grad());
        }
    }

    #[test]
    fn a_new_one_starts_with_the_whole_film_and_low_scores() {
        let mut params = Params::new(Device::Cpu);
        let net = SparseRcnn::new(&mut params, Size::SMALL, &Options::new(3));
        let boxes = params.get("init_proposal_boxes.weight").unwrap().get(0);
        assert_eq!(Vec::<f32>::try_from(boxes.detach()).unwrap(), [0.5, 0.5, 1.0, 1.0]);
        // Of all proposals: which of their boxes lie on the film is chance.
        let films = ImageBatch { pixels: film(&[1, 3, 64, 64]), sizes: vec![[64, 64]] };
        let outputs = tch::no_grad(|| net.outputs(&films, Mode::Eval));
        let [logits, _] = outputs.last().unwrap();
        assert!(logits.sigmoid().max().double_value(&[]) < 0.3);
    }
}
