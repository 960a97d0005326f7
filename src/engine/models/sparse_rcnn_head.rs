//! One stage of Sparse R-CNN: looks at each proposed box with a filter made for it, and says what it is and where.

use tch::Tensor;

use crate::layers::Linear;
use crate::ops::roi_align::{RoiAlign, with_film_numbers};
use crate::ops::{places, wholes, wide};
use crate::params::{Init, Path};

/// Rows and columns that a box's part of the feature map is sampled to.
const GRID: i64 = 7;
/// Linear layers before a box's numbers.
const NUM_REGRESSION_LAYERS: i64 = 3;
/// What the box head's numbers are divided by: x, y, width, height.
const BOX_WEIGHTS: [f64; 4] = [2.0, 2.0, 1.0, 1.0];
/// A side grows at most so much in one stage (natural logarithm of 100000 / 16).
const MAX_LOG_GROWTH: f64 = 8.740_336_742_730_447;
/// A box of this side belongs to the level of stride 16.
const CANONICAL_SIDE: f64 = 224.0;

/// Sizes of a stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StageSize {
    pub hidden: i64,
    pub attention_heads: i64,
    pub feed_forward: i64,
    /// Channels between the two dynamic convolutions.
    pub dynamic: i64,
}

/// `weight` and `bias` over the last side.
#[derive(Debug)]
struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
}

impl LayerNorm {
    fn new(mut path: Path<'_>, size: i64) -> Self {
        let weight = path.parameter("weight", &[size], Init::Const(1.0));
        Self { weight, bias: path.parameter("bias", &[size], Init::Const(0.0)) }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        // Norms keep 32 bits where the rest has 16.
        let wide = x.to_kind(self.weight.kind());
        wide.layer_norm(self.weight.size(), Some(&self.weight), Some(&self.bias), 1e-5, true).to_kind(x.kind())
    }
}

fn linear(path: Path<'_>, num_in: i64, num_out: i64) -> Linear {
    Linear::new(path, num_in, num_out, Init::XavierUniform)
}

/// torch.nn.MultiheadAttention of the proposals of one film with each other.
#[derive(Debug)]
struct SelfAttention {
    in_weight: Tensor,
    in_bias: Tensor,
    out: Linear,
    heads: i64,
}

impl SelfAttention {
    fn new(mut path: Path<'_>, size: StageSize) -> Self {
        let d = size.hidden;
        Self {
            in_weight: path.parameter("in_proj_weight", &[3 * d, d], Init::XavierUniform),
            in_bias: path.parameter("in_proj_bias", &[3 * d], Init::Const(0.0)),
            out: linear(path.sub("out_proj"), d, d),
            heads: size.attention_heads,
        }
    }

    /// (films, proposals, hidden) to the same.
    fn forward(&self, x: &Tensor) -> Tensor {
        let size = x.size();
        // (films, proposals, 3, heads, width) to three of (films, heads, proposals, width).
        let split = x.linear(&self.in_weight, Some(&self.in_bias)).reshape([size[0], size[1], 3, self.heads, -1]);
        let [q, k, v] = [0, 1, 2].map(|i| split.select(2, i).transpose(1, 2));
        let seen = Tensor::scaled_dot_product_attention(&q, &k, &v, None::<Tensor>, 0.0, false, None, false);
        self.out.forward(&seen.transpose(1, 2).reshape(&size))
    }
}

/// Each proposal's features become two matrices, which its part of the feature map goes through.
#[derive(Debug)]
struct DynamicConv {
    dynamic_layer: Linear,
    norm1: LayerNorm,
    norm2: LayerNorm,
    out_layer: Linear,
    norm3: LayerNorm,
    size: StageSize,
}

impl DynamicConv {
    fn new(mut path: Path<'_>, size: StageSize) -> Self {
        let StageSize { hidden, dynamic, .. } = size;
        Self {
            dynamic_layer: linear(path.sub("dynamic_layer"), hidden, 2 * hidden * dynamic),
            norm1: LayerNorm::new(path.sub("norm1"), dynamic),
            norm2: LayerNorm::new(path.sub("norm2"), hidden),
            out_layer: linear(path.sub("out_layer"), hidden * GRID * GRID, hidden),
            norm3: LayerNorm::new(path.sub("norm3"), hidden),
            size,
        }
    }

    /// `proposals` (boxes, hidden) and `rois` (boxes, cells, hidden) to (boxes, hidden).
    fn forward(&self, proposals: &Tensor, rois: &Tensor) -> Tensor {
        let StageSize { hidden, dynamic, .. } = self.size;
        let filters = self.dynamic_layer.forward(proposals);
        let first = filters.narrow(1, 0, hidden * dynamic).reshape([-1, hidden, dynamic]);
        let second = filters.narrow(1, hidden * dynamic, hidden * dynamic).reshape([-1, dynamic, hidden]);
        let x = self.norm1.forward(&rois.bmm(&first)).relu();
        let x = self.norm2.forward(&x.bmm(&second)).relu();
        self.norm3.forward(&self.out_layer.forward(&x.flatten(1, -1))).relu()
    }
}

/// Linear without bias, layer norm, ReLU.
#[derive(Debug)]
struct Tower(Vec<(Tensor, LayerNorm)>);

impl Tower {
    fn new(mut path: Path<'_>, num_layers: i64, d: i64) -> Self {
        let layer = |i: i64| {
            let weight = path.sub(3 * i).parameter("weight", &[d, d], Init::XavierUniform);
            (weight, LayerNorm::new(path.sub(3 * i + 1), d))
        };
        Self((0..num_layers).map(layer).collect())
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let layer =
            |x: Tensor, (weight, norm): &(Tensor, LayerNorm)| norm.forward(&x.linear(weight, None::<Tensor>)).relu();
        self.0.iter().fold(x.shallow_clone(), layer)
    }
}

/// What a stage says of the proposals.
#[derive(Debug)]
pub struct StageOutput {
    /// (films, proposals, classes)
    pub logits: Tensor,
    /// (films, proposals, 4): xmin, ymin, xmax, ymax in input pixels.
    pub boxes: Tensor,
    /// (films, proposals, hidden): what the next stage starts from.
    pub features: Tensor,
}

/// One of the cascade's stages.
#[derive(Debug)]
pub struct Stage {
    attention: SelfAttention,
    dynamic: DynamicConv,
    feed_forward: [Linear; 2],
    norms: [LayerNorm; 3],
    class_tower: Tower,
    class_logits: Linear,
    box_tower: Tower,
    box_deltas: Linear,
}

impl Stage {
    pub fn new(mut path: Path<'_>, size: StageSize, num_classes: i64) -> Self {
        let StageSize { hidden: d, feed_forward, .. } = size;
        let class_logits = linear(path.sub("class_logits"), d, num_classes);
        // A probability of one in a hundred to start with (Lin et al. 2017).
        tch::no_grad(|| {
            let _ = class_logits.bias.shallow_clone().fill_(-(99.0f64.ln()));
        });
        Self {
            attention: SelfAttention::new(path.sub("self_attn"), size),
            dynamic: DynamicConv::new(path.sub("inst_interact"), size),
            feed_forward: [linear(path.sub("linear1"), d, feed_forward), linear(path.sub("linear2"), feed_forward, d)],
            norms: ["norm1", "norm2", "norm3"].map(|name| LayerNorm::new(path.sub(name), d)),
            class_tower: Tower::new(path.sub("cls_module"), 1, d),
            class_logits,
            box_tower: Tower::new(path.sub("reg_module"), NUM_REGRESSION_LAYERS, d),
            box_deltas: linear(path.sub("bboxes_delta"), d, 4),
        }
    }

    /// `levels`: strides 4, 8, 16, 32; `boxes` and `features` as in [`StageOutput`].
    pub fn forward(&self, levels: &[Tensor], boxes: &Tensor, features: &Tensor) -> StageOutput {
        let size = features.size();
        let x = self.norms[0].forward(&(features + self.attention.forward(features)));
        let x = x.reshape([-1, size[2]]);
        let rois = cut_out(levels, boxes).to_kind(x.kind());
        let x = self.norms[1].forward(&(&x + self.dynamic.forward(&x, &rois)));
        let [widen, narrow] = &self.feed_forward;
        let x = self.norms[2].forward(&(&x + narrow.forward(&widen.forward(&x).relu())));
        let logits = self.class_logits.forward(&self.class_tower.forward(&x));
        let deltas = self.box_deltas.forward(&self.box_tower.forward(&x));
        StageOutput {
            logits: logits.reshape([size[0], size[1], -1]),
            boxes: moved(&boxes.reshape([-1, 4]), &wide(&deltas)).reshape(boxes.size()),
            features: x.reshape(&size),
        }
    }
}

/// Each box's part of the level that fits its size, aligned, two samples a side (detectron2's ROIPooler with
/// ROIAlignV2): (films, boxes, 4) to (all boxes, cells, channels).
fn cut_out(levels: &[Tensor], boxes: &Tensor) -> Tensor {
    let boxes = boxes.detach();
    let sides = boxes.slice(2, 2, 4, 1) - boxes.slice(2, 0, 2, 1);
    let side = (sides.select(2, 0) * sides.select(2, 1)).sqrt().flatten(0, -1);
    let last = levels.len() as f64 - 1.0;
    let of_level = wholes(&((side / CANONICAL_SIDE + f64::EPSILON).log2() + 2.0).floor().clamp(0.0, last));
    let films: Vec<Tensor> = (0..boxes.size()[0]).map(|film| boxes.get(film)).collect();
    let rois = with_film_numbers(&films);
    let mut parts = Vec::new();
    let mut order = Vec::new();
    for (level, map) in levels.iter().enumerate() {
        let members: Vec<i64> = (0..).zip(&of_level).filter(|(_, l)| **l == level as i64).map(|(i, _)| i).collect();
        if members.is_empty() {
            continue;
        }
        let align =
            RoiAlign { output: [GRID; 2], scale: 0.25 / f64::from(1 << level), sampling_ratio: 2, is_aligned: true };
        parts.push(align.rows(map, &rois.index_select(0, &places(&members, rois.device()))).flatten(1, 2));
        order.extend(members);
    }
    let all = Tensor::cat(&parts, 0);
    let mut whereto = vec![0; order.len()];
    for (now, &before) in order.iter().enumerate() {
        whereto[before as usize] = now as i64;
    }
    all.index_select(0, &places(&whereto, all.device()))
}

/// Boxes (n, 4) moved and stretched by deltas (n, 4).
fn moved(boxes: &Tensor, deltas: &Tensor) -> Tensor {
    let low = boxes.slice(1, 0, 2, 1);
    let sides = boxes.slice(1, 2, 4, 1) - &low;
    let middle = low + &sides * 0.5;
    let weights = Tensor::from_slice(&BOX_WEIGHTS).to_kind(deltas.kind()).to_device(deltas.device());
    let deltas = deltas / weights;
    let middle = middle + deltas.slice(1, 0, 2, 1) * &sides;
    let half = deltas.slice(1, 2, 4, 1).clamp_max(MAX_LOG_GROWTH).exp() * sides * 0.5;
    Tensor::cat(&[&middle - &half, middle + half], 1)
}
