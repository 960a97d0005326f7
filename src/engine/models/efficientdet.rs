//! EfficientDet (Tan et al. 2020) as Ross Wightman's effdet package names and computes it.

use tch::Tensor;

use crate::layers::{BatchNorm2d, Conv2d, ConvNorm, ConvSpec, Mode};
use crate::models::efficientdet_boxes::{self, NUM_ANCHORS};
use crate::models::efficientnet::{BackboneSize, EfficientNet, Padding};
use crate::models::{Boxes, Detector, DetectorKind, ImageBatch, flat_levels};
use crate::ops::wide;
use crate::params::{Init, Params, Path};

/// Sizes of the parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    backbone: BackboneSize,
    /// Channels of the pyramid and the heads.
    channels: i64,
    /// How often the pyramid is gone through, up and down.
    cells: i64,
    /// Convolutions in a head before its last.
    repeats: i64,
}

impl Size {
    pub const D0: Self = Self { backbone: BackboneSize::B0, channels: 64, cells: 3, repeats: 3 };
    pub const D1: Self = Self { backbone: BackboneSize::B1, channels: 88, cells: 4, repeats: 3 };
    pub const D2: Self = Self { backbone: BackboneSize::B2, channels: 112, cells: 5, repeats: 3 };
    /// For tests and demos on the CPU.
    pub const SMALL: Self = Self { backbone: BackboneSize::HALF, channels: 32, cells: 2, repeats: 2 };
}

/// Which of effdet's two lines a state dict is of; both have the same sizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// `efficientdet_d0`: trained in PyTorch.
    #[default]
    Native,
    /// `tf_efficientdet_d0`: brought over from TensorFlow, with its padding, its epsilon, and biases before norms.
    Tf,
}

impl Form {
    /// By the names in a state dict: only what comes from TensorFlow has biases that a norm takes out again.
    pub fn of<'n>(mut names: impl Iterator<Item = &'n str>) -> Self {
        if names.any(|name| name == "class_net.conv_rep.0.conv_pw.bias") { Self::Tf } else { Self::Native }
    }

    const fn padding(self) -> Padding {
        match self {
            Self::Native => Padding::Symmetric,
            Self::Tf => Padding::Tf,
        }
    }
}

/// Pyramid and heads have these norms in either form.
fn norm(path: Path<'_>, num_channels: i64) -> BatchNorm2d {
    BatchNorm2d::with(path, num_channels, 1e-3, 0.01)
}

/// A convolution 1 x 1 and its norm, which are one at inference unless TensorFlow's bias stands between them.
#[derive(Debug)]
enum NormedConv {
    Plain(ConvNorm),
    Biased(Conv2d, BatchNorm2d),
}

impl NormedConv {
    /// Convolution and norm are siblings at `path`, with these names.
    fn new(mut path: Path<'_>, names: [&str; 2], num: [i64; 2], init: Init, form: Form) -> Self {
        let spec = ConvSpec { init, ..ConvSpec::same(1) };
        match form {
            Form::Native => Self::Plain(ConvNorm::with(&mut path, names, num, spec, norm)),
            Form::Tf => {
                let conv = Conv2d::new(path.sub(names[0]), num[0], num[1], spec.with_bias(init));
                Self::Biased(conv, norm(path.sub(names[1]), num[1]))
            }
        }
    }

    fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        match self {
            Self::Plain(conv) => conv.forward(x, mode),
            Self::Biased(conv, norm) => norm.forward(&conv.forward(x), mode),
        }
    }
}

/// Of the heads: each channel by itself 3 x 3, then across channels 1 x 1.
#[derive(Debug)]
struct SeparableConv {
    depthwise: Conv2d,
    pointwise: Conv2d,
}

impl SeparableConv {
    fn new(mut path: Path<'_>, num_in: i64, num_out: i64, has_bias: bool) -> Self {
        let scaled = |fan_in: i64| Init::Normal((1.0 / fan_in as f64).sqrt());
        let depthwise = ConvSpec { groups: num_in, init: scaled(9), ..ConvSpec::same(3) };
        let pointwise = ConvSpec { has_bias, init: scaled(num_in), ..ConvSpec::same(1) };
        Self {
            depthwise: Conv2d::new(path.sub("conv_dw"), num_in, num_in, depthwise),
            pointwise: Conv2d::new(path.sub("conv_pw"), num_in, num_out, pointwise),
        }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        self.pointwise.forward(&self.depthwise.forward(x))
    }
}

/// Brings a feature map to another level's channels and size.
#[derive(Debug)]
struct Resample {
    conv: Option<NormedConv>,
    padding: Padding,
}

impl Resample {
    fn new(mut path: Path<'_>, num_in: i64, num_out: i64, form: Form) -> Self {
        let conv = (num_in != num_out).then(|| {
            let init = Init::Uniform((6.0 / (num_in + num_out) as f64).sqrt());
            NormedConv::new(path.sub("conv"), ["conv", "bn"], [num_in, num_out], init, form)
        });
        Self { conv, padding: form.padding() }
    }

    fn forward(&self, x: &Tensor, [height, width]: [i64; 2], mode: Mode) -> Tensor {
        let x = match &self.conv {
            Some(conv) => conv.forward(x, mode),
            None => x.shallow_clone(),
        };
        let [h, w] = efficientdet_boxes::side_lengths(&x);
        if [h, w] == [height, width] {
            x
        } else if h > height || w > width {
            self.padding.max_pool_half(&x)
        } else {
            x.upsample_nearest2d([height, width], None, None)
        }
    }
}

/// Which feature maps a node of the pyramid takes, by their places among the five that come in and the eight nodes, and
/// which level (0 to 4) it makes. First down from coarse to fine, then up again.
const NODES: [(usize, &[usize]); 8] = [
    (3, &[3, 4]),
    (2, &[2, 5]),
    (1, &[1, 6]),
    (0, &[0, 7]),
    (1, &[1, 7, 8]),
    (2, &[2, 6, 9]),
    (3, &[3, 5, 10]),
    (4, &[4, 11]),
];

/// One node: a weighted mean of its inputs ("fast normalized fusion"), then a separable convolution.
#[derive(Debug)]
struct Node {
    level: usize,
    inputs: Vec<(usize, Resample)>,
    edge_weights: Tensor,
    depthwise: Conv2d,
    pointwise: NormedConv,
}

impl Node {
    fn new(mut path: Path<'_>, number: usize, channels_in: [i64; 5], channels: i64, form: Form) -> Self {
        let (level, offsets) = NODES[number];
        let mut combine = path.sub("combine");
        let inputs = offsets
            .iter()
            .map(|&offset| {
                let num_in = channels_in.get(offset).copied().unwrap_or(channels);
                (offset, Resample::new(combine.sub(format!("resample.{offset}")), num_in, channels, form))
            })
            .collect();
        let edge_weights = combine.parameter("edge_weights", &[offsets.len() as i64], Init::Const(1.0));
        let glorot = |fan: i64| Init::Uniform((3.0 / fan as f64).sqrt());
        let mut path = path.sub("after_combine.conv");
        let by_channel = ConvSpec { groups: channels, init: glorot(9), ..ConvSpec::same(3) };
        let depthwise = Conv2d::new(path.sub("conv_dw"), channels, channels, by_channel);
        let pointwise = NormedConv::new(path, ["conv_pw", "bn"], [channels, channels], glorot(channels), form);
        Self { level, inputs, edge_weights, depthwise, pointwise }
    }

    fn forward(&self, features: &[Tensor], size: [i64; 2], mode: Mode) -> Tensor {
        let weights = wide(&self.edge_weights).relu();
        let shares = &weights / (weights.sum(weights.kind()) + 1e-4);
        let weighed = self.inputs.iter().enumerate().map(|(i, (offset, resample))| {
            resample.forward(&features[*offset], size, mode) * shares.get(i as i64).to_kind(features[0].kind())
        });
        let sum = weighed.reduce(|sum, one| sum + one).unwrap_or_else(|| features[0].zeros_like());
        self.pointwise.forward(&self.depthwise.forward(&sum.silu()), mode)
    }
}

/// The pyramid of five levels, at an eighth to a hundred-and-twenty-eighth of the size.
#[derive(Debug)]
struct Pyramid {
    to_level_6: Resample,
    padding: Padding,
    cells: Vec<Vec<Node>>,
}

impl Pyramid {
    fn new(mut path: Path<'_>, size: Size, form: Form) -> Self {
        let [c3, c4, c5] = size.backbone.feature_channels();
        let to_level_6 = Resample::new(path.sub("resample.3"), c5, size.channels, form);
        let mut channels_in = [c3, c4, c5, size.channels, size.channels];
        let cells = (0..size.cells)
            .map(|cell| {
                let nodes = (0..NODES.len())
                    .map(|i| Node::new(path.sub(format!("cell.{cell}.fnode.{i}")), i, channels_in, size.channels, form))
                    .collect();
                channels_in = [size.channels; 5];
                nodes
            })
            .collect();
        Self { to_level_6, padding: form.padding(), cells }
    }

    fn forward(&self, features: [Tensor; 3], mode: Mode) -> Vec<Tensor> {
        let half = |x: &Tensor| efficientdet_boxes::side_lengths(x).map(|side| (side + 1) / 2);
        let mut levels = Vec::from(features);
        levels.push(self.to_level_6.forward(&levels[2], half(&levels[2]), mode));
        levels.push(match efficientdet_boxes::side_lengths(&levels[3]) {
            [1, 1] => levels[3].shallow_clone(),
            _ => self.padding.max_pool_half(&levels[3]),
        });
        let sizes: Vec<[i64; 2]> = levels.iter().map(efficientdet_boxes::side_lengths).collect();
        for cell in &self.cells {
            for node in cell {
                levels.push(node.forward(&levels, sizes[node.level], mode));
            }
            levels.drain(..NODES.len());
        }
        levels
    }
}

/// The same convolutions over all levels, with a norm of its own for each level.
#[derive(Debug)]
struct Head {
    convs: Vec<(SeparableConv, Vec<BatchNorm2d>)>,
    predict: SeparableConv,
}

impl Head {
    fn new(mut path: Path<'_>, size: Size, num_outputs: i64, form: Form) -> Self {
        let c = size.channels;
        let convs = (0..size.repeats)
            .map(|i| {
                let conv = SeparableConv::new(path.sub(format!("conv_rep.{i}")), c, c, form == Form::Tf);
                let norms = (0..5).map(|level| norm(path.sub(format!("bn_rep.{i}.{level}.bn")), c)).collect();
                (conv, norms)
            })
            .collect();
        let predict = SeparableConv::new(path.sub("predict"), c, num_outputs * NUM_ANCHORS, true);
        Self { convs, predict }
    }

    fn forward(&self, levels: &[Tensor], mode: Mode) -> Vec<Tensor> {
        let one = |(level, x): (usize, &Tensor)| {
            let x = self
                .convs
                .iter()
                .fold(x.shallow_clone(), |x, (conv, norms)| norms[level].forward(&conv.forward(&x), mode).silu());
            self.predict.forward(&x)
        };
        levels.iter().enumerate().map(one).collect()
    }
}

/// The detector.
#[derive(Debug)]
pub struct EfficientDet {
    backbone: EfficientNet,
    pyramid: Pyramid,
    class_head: Head,
    box_head: Head,
    num_classes: i64,
}

impl EfficientDet {
    pub fn new(params: &mut Params, size: Size, num_classes: i64, form: Form) -> Self {
        let mut root = params.root();
        let net = Self {
            backbone: EfficientNet::new(root.sub("backbone"), size.backbone, form.padding()),
            pyramid: Pyramid::new(root.sub("fpn"), size, form),
            class_head: Head::new(root.sub("class_net"), size, num_classes, form),
            box_head: Head::new(root.sub("box_net"), size, 4, form),
            num_classes,
        };
        // Every anchor starts with a probability of one in a hundred (Lin et al. 2017).
        if let Some(bias) = &net.class_head.predict.pointwise.bias {
            tch::no_grad(|| {
                let _ = bias.shallow_clone().fill_(-(99.0f64.ln()));
            });
        }
        net
    }

    /// Class logits (films, anchors, classes) and box codes (films, anchors, 4) in 32 bits, in the order of
    /// [`efficientdet_boxes::anchors`].
    pub fn answers(&self, pixels: &Tensor, mode: Mode) -> [Tensor; 2] {
        let [classes, boxes] = self.outputs(pixels, mode);
        [flat_levels(&classes, self.num_classes), flat_levels(&boxes, 4)]
    }

    /// Class logits and box codes of the five levels.
    fn outputs(&self, pixels: &Tensor, mode: Mode) -> [Vec<Tensor>; 2] {
        let levels = self.pyramid.forward(self.backbone.forward(pixels, mode), mode);
        [self.class_head.forward(&levels, mode), self.box_head.forward(&levels, mode)]
    }
}

impl Detector for EfficientDet {
    fn kind(&self) -> DetectorKind<'_> {
        DetectorKind::EfficientDet(self)
    }

    /// `class_out.0` ... `class_out.4`, `box_out.0` ... `box_out.4`: the two lists that effdet's model returns.
    fn raw(&self, batch: &ImageBatch, mode: Mode) -> Vec<(String, Tensor)> {
        let named = |(name, levels): (&str, Vec<Tensor>)| {
            let name = name.to_owned();
            levels.into_iter().enumerate().map(move |(i, t)| (format!("{name}.{i}"), t)).collect::<Vec<_>>()
        };
        ["class_out", "box_out"].into_iter().zip(self.outputs(&batch.pixels, mode)).flat_map(named).collect()
    }

    fn detect(&self, batch: &ImageBatch) -> Vec<Boxes> {
        let [classes, boxes] = self.answers(&batch.pixels, Mode::Eval);
        let plane = efficientdet_boxes::side_lengths(&batch.pixels);
        let anchors = efficientdet_boxes::anchors(plane).to_device(batch.pixels.device());
        let one =
            |(i, size): (i64, &[i64; 2])| efficientdet_boxes::found(&classes.get(i), &boxes.get(i), &anchors, *size);
        (0..).zip(&batch.sizes).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{Golden, fill_with_gain, film};
    use crate::precision::Precision;
    use tch::{Device, Kind};

    const GOLDENS: &str = include_str!("../../../tests/parity/networks_effdet.json");
    /// What the package gives with 7 classes.
    const NUM_CLASSES: i64 = 7;

    fn network(size: Size, form: Form, gains: [f64; 2]) -> (Params, EfficientDet) {
        let mut params = Params::bare(Device::Cpu);
        let net = EfficientDet::new(&mut params, size, NUM_CLASSES, form);
        fill_with_gain(&mut params, |name| match name {
            _ if name.contains(".predict.") => 0.8,
            _ if name.starts_with("backbone.") => gains[0],
            _ => gains[1],
        });
        (params, net)
    }

    fn same_as_effdet(case: &str, size: Size, form: Form, shape: [i64; 4]) {
        let golden = Golden::case(GOLDENS, case);
        let gains = ["gain_backbone", "gain_rest"].map(|key| golden.number(key));
        let (mut params, net) = network(size, form, gains);
        golden.assert_names(&params);
        assert_eq!(Form::of(params.iter().map(|(name, ..)| name)), form);
        let [films, _, height, width] = shape;
        // Raw outputs before, boxes after the norms are folded. The film fills all but the last columns and rows of its plane.
        let sizes = vec![[height - 5, width - 7]; films as usize];
        let batch = ImageBatch { pixels: film(&shape), sizes };
        tch::no_grad(|| {
            for (name, tensor) in net.raw(&batch, Mode::Eval) {
                golden.assert_near(&name, &tensor);
            }
            params.fold(Precision::F32);
            for (i, found) in net.detect(&batch).iter().enumerate() {
                golden.assert_whole(&format!("boxes.{i}"), &found.boxes, 5e-3);
                golden.assert_whole(&format!("scores.{i}"), &found.scores, 1e-5);
                golden.assert_whole(&format!("labels.{i}"), &found.labels, 0.0);
            }
        });
    }

    #[test]
    fn d0_finds_the_same_boxes_as_the_packages() {
        same_as_effdet("d0", Size::D0, Form::Native, [1, 3, 256, 256]);
    }

    #[test]
    fn d1_finds_the_same_boxes_as_the_packages() {
        same_as_effdet("d1", Size::D1, Form::Native, [1, 3, 128, 160]);
    }

    #[test]
    fn d2_finds_the_same_boxes_as_the_packages() {
        same_as_effdet("d2", Size::D2, Form::Native, [1, 3, 160, 128]);
    }

    #[test]
    fn d0_from_tensorflow_finds_the_same_boxes_as_the_packages() {
        same_as_effdet("tf_d0", Size::D0, Form::Tf, [1, 3, 192, 160]);
    }

    #[test]
    fn the_small_one_finds_the_same_boxes_at_any_size() {
        same_as_effdet("small", Size::SMALL, Form::Native, [2, 3, 128, 128]);
        same_as_effdet("small odd", Size::SMALL, Form::Native, [1, 3, 205, 139]);
        same_as_effdet("tf small odd", Size::SMALL, Form::Tf, [1, 3, 205, 139]);
    }

    #[test]
    fn gradients_and_running_statistics_are_the_packages() {
        let golden = Golden::case(GOLDENS, "gradients");
        let (params, net) = network(Size::SMALL, Form::Native, [1.0, 1.0]);
        let batch = ImageBatch { pixels: film(&[2, 3, 128, 128]), sizes: vec![[128, 128]; 2] };
        let raw = net.raw(&batch, Mode::Train);
        let terms = raw.iter().zip(1..).map(|((_, t), i)| (t * i).square().mean(Kind::Float));
        let loss = terms.reduce(|sum, term| sum + term).unwrap();
        loss.backward();
        let expected = golden.number("loss");
        assert!((loss.double_value(&[]) - expected).abs() < 1e-4 * expected);
        for name in [
            "backbone.conv_stem.weight",
            "backbone.blocks.3.1.se.conv_reduce.weight",
            "backbone.blocks.2.0.conv_dw.weight",
            "fpn.resample.3.conv.conv.weight",
            "fpn.cell.0.fnode.4.combine.edge_weights",
            "fpn.cell.1.fnode.2.after_combine.conv.bn.weight",
            "class_net.bn_rep.1.3.bn.weight",
            "box_net.predict.conv_pw.weight",
        ] {
            golden.assert_near(name, &params.get(name).unwrap().grad());
        }
        for name in ["backbone.bn1.running_var", "fpn.resample.3.conv.bn.running_mean"] {
            golden.assert_near(name, params.get(name).unwrap());
        }
    }

    #[test]
    fn a_film_that_shows_less_than_a_level_has_places_is_no_trouble() {
        let (_, net) = network(Size::SMALL, Form::Native, [1.0, 1.0]);
        let batch = ImageBatch { pixels: film(&[1, 3, 40, 300]), sizes: vec![[40, 300]] };
        let found = tch::no_grad(|| net.detect(&batch));
        assert!(found[0].scores.size()[0] > 0);
    }
}
