//! The layers that networks are built of, with the parameter names of PyTorch's modules.

use std::rc::Rc;

use tch::Tensor;

use crate::folding::{Folding, Learned};
use crate::mixed;
use crate::params::{Init, Path};

/// Whether a network learns: batch norm then uses the batch's own statistics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Train,
    Eval,
}

/// How a convolution moves over its input; the same along both axes.
#[derive(Clone, Copy, Debug)]
pub struct ConvSpec {
    pub kernel: i64,
    pub stride: i64,
    pub padding: i64,
    pub dilation: i64,
    pub groups: i64,
    pub has_bias: bool,
    pub init: Init,
}

impl ConvSpec {
    /// Stride 1, padded so that the size stays, no bias.
    pub const fn same(kernel: i64) -> Self {
        Self {
            kernel,
            stride: 1,
            padding: kernel / 2,
            dilation: 1,
            groups: 1,
            has_bias: false,
            init: Init::KaimingNormalFanOut,
        }
    }

    #[must_use]
    pub const fn stride(self, stride: i64) -> Self {
        Self { stride, ..self }
    }

    fn run(&self, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
        let [x, weight] = [x, weight].map(mixed::lowered);
        let bias = bias.map(mixed::lowered);
        x.conv2d(&weight, bias.as_ref(), [self.stride; 2], [self.padding; 2], [self.dilation; 2], self.groups)
    }

    #[must_use]
    pub const fn with_bias(self, init: Init) -> Self {
        Self { has_bias: true, init, ..self }
    }
}

/// `weight` (out, in / groups, k, k) and, where there is one, `bias` (out).
#[derive(Debug)]
pub struct Conv2d {
    pub weight: Tensor,
    pub bias: Option<Tensor>,
    spec: ConvSpec,
}

impl Conv2d {
    pub fn new(mut path: Path<'_>, num_in: i64, num_out: i64, spec: ConvSpec) -> Self {
        let k = spec.kernel;
        let weight = path.parameter("weight", &[num_out, num_in / spec.groups, k, k], spec.init);
        let bias = spec.has_bias.then(|| path.parameter("bias", &[num_out], Init::Const(0.0)));
        Self { weight, bias, spec }
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        self.spec.run(x, &self.weight, self.bias.as_ref())
    }
}

/// `weight`, `bias`, `running_mean`, `running_var`, and `num_batches_tracked` unless it is frozen.
#[derive(Debug)]
pub struct BatchNorm2d {
    weight: Tensor,
    bias: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
    num_batches_tracked: Option<Tensor>,
    eps: f64,
    momentum: f64,
}

impl BatchNorm2d {
    /// PyTorch's own: eps 1e-5, momentum 0.1.
    pub fn new(path: Path<'_>, num_channels: i64) -> Self {
        Self::with(path, num_channels, 1e-5, 0.1)
    }

    pub fn with(mut path: Path<'_>, num_channels: i64, eps: f64, momentum: f64) -> Self {
        Self {
            weight: path.parameter("weight", &[num_channels], Init::Const(1.0)),
            bias: path.parameter("bias", &[num_channels], Init::Const(0.0)),
            running_mean: path.buffer("running_mean", &[num_channels], 0.0),
            running_var: path.buffer("running_var", &[num_channels], 1.0),
            num_batches_tracked: Some(path.counter("num_batches_tracked")),
            eps,
            momentum,
        }
    }

    /// torchvision's FrozenBatchNorm2d: four buffers that training never changes; its own eps is 1e-5.
    pub fn frozen(mut path: Path<'_>, num_channels: i64, eps: f64) -> Self {
        Self {
            weight: path.buffer("weight", &[num_channels], 1.0),
            bias: path.buffer("bias", &[num_channels], 0.0),
            running_mean: path.buffer("running_mean", &[num_channels], 0.0),
            running_var: path.buffer("running_var", &[num_channels], 1.0),
            num_batches_tracked: None,
            eps,
            momentum: 0.0,
        }
    }

    fn learned(&self) -> Learned {
        let values = [&self.weight, &self.bias, &self.running_mean, &self.running_var].map(Tensor::shallow_clone);
        Learned { values, eps: self.eps }
    }

    /// Whether training leaves its statistics alone: it was made so, or its stage does not learn. detectron2's FREEZE_AT
    /// makes frozen norms of the stages that do not learn, too.
    fn is_frozen(&self) -> bool {
        self.num_batches_tracked.is_none() || !self.weight.requires_grad()
    }

    /// What a frozen norm multiplies each channel by and adds to it.
    fn scale_and_shift(&self) -> [Tensor; 2] {
        tch::no_grad(|| {
            let scale = &self.weight * (&self.running_var + self.eps).rsqrt();
            let shift = &self.bias - &self.running_mean * &scale;
            [scale, shift]
        })
    }

    pub fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let is_learning = mode == Mode::Train && !self.is_frozen();
        if is_learning && let Some(count) = &self.num_batches_tracked {
            tch::no_grad(|| {
                let _ = count.shallow_clone().g_add_scalar_(1);
            });
        }
        x.batch_norm(
            Some(&self.weight),
            Some(&self.bias),
            Some(&self.running_mean),
            Some(&self.running_var),
            is_learning,
            self.momentum,
            self.eps,
            is_learning,
        )
    }
}

/// Which norm follows a convolution.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Norm {
    #[default]
    Batch,
    /// Statistics and weights that training leaves alone.
    Frozen,
    /// The same with eps 0: torchvision's published detectors were trained before pytorch/vision#2933 gave the layer its
    /// eps, and torchvision sets them back to 0 (`overwrite_eps` where the weights are COCO_V1).
    FrozenWithoutEps,
}

impl Norm {
    pub fn layer(self, path: Path<'_>, num_channels: i64) -> BatchNorm2d {
        match self {
            Self::Batch => BatchNorm2d::new(path, num_channels),
            Self::Frozen => BatchNorm2d::frozen(path, num_channels, 1e-5),
            Self::FrozenWithoutEps => BatchNorm2d::frozen(path, num_channels, 0.0),
        }
    }
}

/// A convolution without bias and the norm after it, which at inference are one linear map.
#[derive(Debug)]
pub struct ConvNorm {
    pub conv: Conv2d,
    pub norm: BatchNorm2d,
    folding: Rc<Folding>,
}

impl ConvNorm {
    /// Convolution and norm are siblings at `path`, with these names.
    pub fn new(path: &mut Path<'_>, names: [&str; 2], num: [i64; 2], spec: ConvSpec, norm: Norm) -> Self {
        Self::with(path, names, num, spec, |path, num_channels| norm.layer(path, num_channels))
    }

    /// With a norm of one's own.
    pub fn with(
        path: &mut Path<'_>,
        names: [&str; 2],
        num: [i64; 2],
        spec: ConvSpec,
        norm: impl FnOnce(Path<'_>, i64) -> BatchNorm2d,
    ) -> Self {
        debug_assert!(!spec.has_bias, "the norm takes a bias out again");
        let conv = Conv2d::new(path.sub(names[0]), num[0], num[1], spec);
        let norm = norm(path.sub(names[1]), num[1]);
        let folding = Folding::new(None, &conv.weight, Some(norm.learned()));
        path.remember_folding(folding.clone());
        Self { conv, norm, folding }
    }

    pub fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        match self.folding.folded() {
            Some(one) if mode == Mode::Eval => self.conv.spec.run(x, &one.weight, Some(&one.bias)),
            // While the convolution learns, its frozen norm goes into its weights at each step, gradients and all: less
            // work than a pass over every map, there and back.
            _ if mode == Mode::Train && self.norm.is_frozen() => {
                let [scale, shift] = self.norm.scale_and_shift();
                self.conv.spec.run(x, &(&self.conv.weight * scale.reshape([-1, 1, 1, 1])), Some(&shift))
            }
            _ => self.norm.forward(&self.conv.forward(x), mode),
        }
    }
}

/// A norm, a ReLU and a 1x1 convolution without bias, with another norm after it or none: at inference a comparison and
/// one convolution.
#[derive(Debug)]
pub struct NormReluConv {
    before: BatchNorm2d,
    conv: Conv2d,
    after: Option<BatchNorm2d>,
    folding: Rc<Folding>,
}

impl NormReluConv {
    /// All are siblings at `path`; the names are of the norm before and of the convolution, then of the norm after.
    pub fn new(path: &mut Path<'_>, names: [&str; 2], after: Option<&str>, num: [i64; 2], spec: ConvSpec) -> Self {
        debug_assert!(spec.kernel == 1 && spec.padding == 0, "a border of zeros is none once the norm is folded");
        let before = BatchNorm2d::new(path.sub(names[0]), num[0]);
        let conv = Conv2d::new(path.sub(names[1]), num[0], num[1], spec);
        let after = after.map(|name| BatchNorm2d::new(path.sub(name), num[1]));
        let folding = Folding::new(Some(before.learned()), &conv.weight, after.as_ref().map(BatchNorm2d::learned));
        path.remember_folding(folding.clone());
        Self { before, conv, after, folding }
    }

    pub fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        self.run(x, mode, Tensor::shallow_clone)
    }

    /// Then pooled to half the size. Means and a 1x1 convolution come in any order, and of a quarter of the places it is
    /// a quarter of the work.
    pub fn forward_halved(&self, x: &Tensor, mode: Mode) -> Tensor {
        self.run(x, mode, |x| x.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None))
    }

    fn run(&self, x: &Tensor, mode: Mode, pool: impl Fn(&Tensor) -> Tensor) -> Tensor {
        if mode == Mode::Eval
            && let Some(one) = self.folding.folded()
            && let Some(gate) = &one.gate
        {
            return self.conv.spec.run(&pool(&gate.apply(x)), &one.weight, Some(&one.bias));
        }
        let found = self.conv.forward(&self.before.forward(x, mode).relu_());
        pool(&self.after.as_ref().map_or_else(|| found.shallow_clone(), |norm| norm.forward(&found, mode)))
    }
}

/// `weight` (out, in) and `bias` (out).
#[derive(Debug)]
pub struct Linear {
    pub weight: Tensor,
    pub bias: Tensor,
}

impl Linear {
    pub fn new(mut path: Path<'_>, num_in: i64, num_out: i64, init: Init) -> Self {
        Self {
            weight: path.parameter("weight", &[num_out, num_in], init),
            bias: path.parameter("bias", &[num_out], Init::Const(0.0)),
        }
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        let [x, weight, bias] = [x, &self.weight, &self.bias].map(mixed::lowered);
        x.linear(&weight, Some(&bias))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Params;
    use crate::precision::Precision;
    use tch::{Device, Kind};

    #[test]
    fn a_norm_divides_by_the_root_of_the_variance_and_eps_where_it_has_one() {
        // A variance as small as eps, where eps matters.
        const VARIANCE: f64 = 1e-5;
        for (norm, eps) in [(Norm::Frozen, 1e-5), (Norm::FrozenWithoutEps, 0.0), (Norm::Batch, 1e-5)] {
            let mut params = Params::new(Device::Cpu);
            let names = ["c", "n"];
            let layer = ConvNorm::new(&mut params.root(), names, [1, 1], ConvSpec::same(1), norm);
            tch::no_grad(|| {
                for (name, value) in [
                    ("c.weight", 2.0),
                    ("n.weight", 3.0),
                    ("n.bias", 0.5),
                    ("n.running_mean", 0.25),
                    ("n.running_var", VARIANCE),
                ] {
                    let _ = params.get(name).unwrap().shallow_clone().fill_(value);
                }
            });
            let x = Tensor::full([1, 1, 1, 1], 0.2, (Kind::Float, Device::Cpu));
            let expected = (2.0 * 0.2 - 0.25) / (VARIANCE + eps).sqrt() * 3.0 + 0.5;
            let check = |what: &str| {
                let y = tch::no_grad(|| layer.forward(&x, Mode::Eval)).double_value(&[0, 0, 0, 0]);
                assert!((y / expected - 1.0).abs() < 1e-5, "{norm:?} {what}: {y}, not {expected}");
            };
            check("in two steps");
            params.fold(Precision::F32);
            check("as one convolution");
        }
    }
}
