//! DenseNet (Huang et al. 2017): every layer of a block sees what all layers before it in the block found.

use tch::{Device, Tensor};

use crate::layers::{BatchNorm2d, Conv2d, ConvNorm, ConvSpec, Linear, Mode, Norm, NormReluConv};
use crate::models::Classifier;
use crate::params::{Init, Params, Path};

/// The size of a DenseNet; bottlenecks are always four times the growth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    growth: i64,
    /// Layers of each of the four blocks.
    blocks: [i64; 4],
    stem: i64,
}

impl Size {
    pub const D121: Self = Self { growth: 32, blocks: [6, 12, 24, 16], stem: 64 };
    pub const D169: Self = Self { growth: 32, blocks: [6, 12, 32, 32], stem: 64 };
    pub const D201: Self = Self { growth: 32, blocks: [6, 12, 48, 32], stem: 64 };
    /// For demos and tests on the CPU.
    pub const SMALL: Self = Self { growth: 12, blocks: [3, 6, 8, 6], stem: 24 };
}

/// Whose names the tensors have, which also says how the last feature map is pooled: nothing else in a file tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// `features.conv0.weight` ... `classifier.weight`; negative features become 0 before pooling.
    #[default]
    Torchvision,
    /// `backbone.stem.0.weight` ... `head.heads.0.weight`: VinDr-SpineXR's released code, which takes the module after the
    /// last norm from torchvision and so loses the ReLU that torchvision's `forward` puts there.
    VindrSpineXr,
}

impl Form {
    /// By the names in a state dict.
    pub fn of<'n>(mut names: impl Iterator<Item = &'n str>) -> Self {
        if names.any(|name| name == "backbone.stem.0.weight") { Self::VindrSpineXr } else { Self::Torchvision }
    }

    fn stem(self) -> [&'static str; 2] {
        match self {
            Self::Torchvision => ["features.conv0", "features.norm0"],
            Self::VindrSpineXr => ["backbone.stem.0", "backbone.stem.1"],
        }
    }

    fn block(self, number: usize) -> String {
        match self {
            Self::Torchvision => format!("features.denseblock{number}"),
            Self::VindrSpineXr => format!("backbone.block{number}"),
        }
    }

    fn transition(self, number: usize) -> String {
        match self {
            Self::Torchvision => format!("features.transition{number}"),
            Self::VindrSpineXr => format!("backbone.transition{number}"),
        }
    }

    /// The last norm and the linear layer.
    fn end(self) -> [&'static str; 2] {
        match self {
            Self::Torchvision => ["features.norm5", "classifier"],
            Self::VindrSpineXr => ["backbone.norm5", "head.heads.0"],
        }
    }
}

/// torchvision starts convolutions with He's normal of the fan in.
fn spec(num_in: i64, kernel: i64, stride: i64) -> ConvSpec {
    let fan_in = (num_in * kernel * kernel) as f64;
    ConvSpec { init: Init::Normal((2.0 / fan_in).sqrt()), ..ConvSpec::same(kernel).stride(stride) }
}

/// norm, ReLU, 1x1, norm, ReLU, 3x3.
#[derive(Debug)]
struct DenseLayer {
    narrowing: NormReluConv,
    conv2: Conv2d,
}

impl DenseLayer {
    fn new(mut path: Path<'_>, num_in: i64, growth: i64) -> Self {
        Self {
            narrowing: {
                let num = [num_in, 4 * growth];
                NormReluConv::new(&mut path, ["norm1", "conv1"], Some("norm2"), num, spec(num_in, 1, 1))
            },
            conv2: Conv2d::new(path.sub("conv2"), 4 * growth, growth, spec(4 * growth, 3, 1)),
        }
    }

    fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let mut narrow = self.narrowing.forward(x, mode);
        self.conv2.forward(&narrow.relu_())
    }
}

/// One block; where another follows, the transition halves the channels and the size.
#[derive(Debug)]
struct Block {
    layers: Vec<DenseLayer>,
    growth: i64,
    transition: Option<NormReluConv>,
}

impl Block {
    fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        // Gradients need every input kept as it was; without them one tensor that grows saves copying what earlier
        // layers found again and again.
        let x = if mode == Mode::Train || x.requires_grad() { self.chained(x, mode) } else { self.in_place(x, mode) };
        match &self.transition {
            Some(transition) => transition.forward_halved(&x, mode),
            None => x,
        }
    }

    fn chained(&self, x: &Tensor, mode: Mode) -> Tensor {
        let mut found = vec![x.shallow_clone()];
        for layer in &self.layers {
            found.push(layer.forward(&Tensor::cat(&found, 1), mode));
        }
        Tensor::cat(&found, 1)
    }

    fn in_place(&self, x: &Tensor, mode: Mode) -> Tensor {
        let [n, c, h, w] = size4(x);
        let total = c + self.growth * self.layers.len() as i64;
        let is_channels_last = !x.is_contiguous() && x.stride().get(1) == Some(&1);
        let options = (x.kind(), x.device());
        let all = if is_channels_last {
            Tensor::empty([n, h, w, total], options).permute([0, 3, 1, 2])
        } else {
            Tensor::empty([n, total, h, w], options)
        };
        all.narrow(1, 0, c).copy_(x);
        let mut known = c;
        for layer in &self.layers {
            let new = layer.forward(&all.narrow(1, 0, known), mode);
            all.narrow(1, known, self.growth).copy_(&new);
            known += self.growth;
        }
        all
    }
}

fn size4(x: &Tensor) -> [i64; 4] {
    x.size().try_into().unwrap_or_default()
}

/// The classifier with one logit.
#[derive(Debug)]
pub struct DenseNet {
    stem: ConvNorm,
    blocks: Vec<Block>,
    last_norm: BatchNorm2d,
    classifier: Linear,
    form: Form,
}

impl DenseNet {
    pub fn new(params: &mut Params, size: Size, form: Form) -> Self {
        let mut root = params.root();
        let stem = ConvNorm::new(&mut root, form.stem(), [3, size.stem], spec(3, 7, 2), Norm::Batch);
        let mut channels = size.stem;
        let mut blocks = Vec::new();
        for (number, num_layers) in (1..).zip(size.blocks) {
            let mut path = root.sub(form.block(number));
            let layers = (0..num_layers)
                .map(|i| {
                    let num_in = channels + i * size.growth;
                    DenseLayer::new(path.sub(format!("denselayer{}", i + 1)), num_in, size.growth)
                })
                .collect();
            channels += num_layers * size.growth;
            let transition = (number < size.blocks.len()).then(|| {
                let mut path = root.sub(form.transition(number));
                NormReluConv::new(&mut path, ["norm", "conv"], None, [channels, channels / 2], spec(channels, 1, 1))
            });
            if transition.is_some() {
                channels /= 2;
            }
            blocks.push(Block { layers, growth: size.growth, transition });
        }
        let [norm5, head] = form.end();
        let last_norm = BatchNorm2d::new(root.sub(norm5), channels);
        let classifier = Linear::new(root.sub(head), channels, 1, Init::KaimingUniformDefault);
        Self { stem, blocks, last_norm, classifier, form }
    }
}

/// On the CPU, films go through together while the stem's output is not larger than this: with more, every step waits for
/// memory instead of the cache. Measured with 32 films of 224 x 224 in bf16 on two cores: parts of 8.
const PART_BYTES: i64 = 14 << 20;

impl DenseNet {
    fn features_at_once(&self, pixels: &Tensor, mode: Mode) -> Tensor {
        // The ReLU after the pooling, which is the same of a quarter of the numbers.
        let x = self.stem.forward(pixels, mode).max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false).relu_();
        let x = self.blocks.iter().fold(x, |x, block| block.forward(&x, mode));
        let mut x = self.last_norm.forward(&x, mode);
        match self.form {
            Form::Torchvision => x.relu_(),
            Form::VindrSpineXr => x,
        }
    }
}

impl Classifier for DenseNet {
    fn features(&self, pixels: &Tensor, mode: Mode) -> Tensor {
        let [films, _, height, width] = size4(pixels);
        // Half the height and half the width.
        let stem_bytes =
            self.stem.conv.weight.size()[0] * height * width / 4 * pixels.kind().elt_size_in_bytes() as i64;
        let num_parts = (films * stem_bytes + PART_BYTES - 1) / PART_BYTES;
        if mode == Mode::Train || pixels.device() != Device::Cpu || num_parts < 2 || films < 2 {
            return self.features_at_once(pixels, mode);
        }
        let part = (films + num_parts - 1) / num_parts;
        let parts: Vec<Tensor> = pixels.split(part, 0).iter().map(|films| self.features_at_once(films, mode)).collect();
        Tensor::cat(&parts, 0)
    }

    fn logits_of(&self, features: &Tensor) -> Tensor {
        let pooled = features.mean_dim([2i64, 3].as_slice(), false, self.classifier.weight.kind());
        self.classifier.forward(&pooled.to_kind(self.classifier.weight.kind()))
    }
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;
    use crate::golden::{Golden, fill, film, in_64_bits};

    const GOLDENS: &str = include_str!("../../../tests/parity/networks_densenet.json");

    fn network(size: Size, form: Form) -> (Params, DenseNet) {
        let mut params = Params::bare(Device::Cpu);
        let net = DenseNet::new(&mut params, size, form);
        fill(&mut params);
        (params, net)
    }

    fn same_as_torchvision(case: &str, size: Size, num_learned: i64, films: &[[i64; 4]]) {
        let golden = Golden::case(GOLDENS, case);
        let (mut params, net) = network(size, Form::Torchvision);
        golden.assert_names(&params);
        assert_eq!(params.num_learned(), num_learned);
        assert_eq!(golden.number("learned"), num_learned as f64);
        for shape in films {
            let label = shape.map(|side| side.to_string()).join("x");
            // With and without gradients, which take different ways through the blocks.
            let mut answers = vec![tch::no_grad(|| net.features(&film(shape), Mode::Eval))];
            if size == Size::SMALL {
                answers.push(net.features(&film(shape), Mode::Eval));
                answers.push(tch::no_grad(|| net.features(&channels_last(&film(shape)), Mode::Eval)));
            }
            if films.ends_with(&[*shape]) {
                params.fold(crate::precision::Precision::F32);
                answers.push(tch::no_grad(|| net.features(&film(shape), Mode::Eval)));
            }
            for features in answers {
                golden.assert_near(&format!("{label} features"), &features);
                golden.assert_near(&format!("{label} logits"), &net.logits_of(&features));
            }
        }
    }

    fn channels_last(x: &Tensor) -> Tensor {
        x.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
    }

    #[test]
    fn densenet_121_answers_as_torchvisions() {
        same_as_torchvision("densenet121", Size::D121, 6_954_881, &[[1, 3, 224, 224]]);
    }

    #[test]
    fn densenet_169_answers_as_torchvisions() {
        same_as_torchvision("densenet169", Size::D169, 12_486_145, &[[1, 3, 97, 70]]);
    }

    #[test]
    fn densenet_201_answers_as_torchvisions() {
        same_as_torchvision("densenet201", Size::D201, 18_094_849, &[[2, 3, 64, 48]]);
    }

    #[test]
    fn the_small_one_answers_as_torchvisions_at_any_size() {
        let films = [[2, 3, 64, 64], [1, 3, 129, 75], [3, 3, 33, 47]];
        same_as_torchvision("densenet_small", Size::SMALL, 235_303, &films);
    }

    #[test]
    fn the_released_codes_names_say_that_negative_features_count() {
        let golden = Golden::case(GOLDENS, "released small");
        let (params, net) = network(Size::SMALL, Form::VindrSpineXr);
        golden.assert_names(&params);
        assert_eq!(Form::of(params.iter().map(|(name, ..)| name)), Form::VindrSpineXr);
        let features = tch::no_grad(|| net.features(&film(&[2, 3, 64, 64]), Mode::Eval));
        assert!(features.min().double_value(&[]) < 0.0);
        golden.assert_near("features", &features);
        golden.assert_near("logits", &net.logits_of(&features));
        let (params, _) = network(Size::SMALL, Form::Torchvision);
        assert_eq!(Form::of(params.iter().map(|(name, ..)| name)), Form::Torchvision);
    }

    #[test]
    fn gradients_and_running_statistics_are_torchvisions() {
        for (case, mode) in [("gradients eval", Mode::Eval), ("gradients train", Mode::Train)] {
            let golden = Golden::case(GOLDENS, case);
            let (params, net) = network(Size::SMALL, Form::Torchvision);
            in_64_bits(&params);
            let logits = net.logits(&film(&[3, 3, 65, 64]).to_kind(Kind::Double), mode);
            let target = Tensor::from_slice(&[1.0f64, 0.0, 1.0]).reshape([3, 1]);
            let loss = logits.binary_cross_entropy_with_logits::<Tensor>(&target, None, None, tch::Reduction::Mean);
            loss.backward();
            assert!((loss.double_value(&[]) - golden.number("loss")).abs() < 1e-5);
            for name in [
                "features.conv0.weight",
                "features.norm0.weight",
                "features.denseblock2.denselayer3.conv1.weight",
                "features.denseblock4.denselayer6.conv2.weight",
                "features.transition3.norm.bias",
                "classifier.weight",
            ] {
                golden.assert_near(name, &params.get(name).unwrap().grad());
            }
            for name in ["features.norm0.running_mean", "features.norm5.running_var"] {
                golden.assert_near(name, params.get(name).unwrap());
            }
        }
    }
}
