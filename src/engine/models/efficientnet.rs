//! EfficientNet (Tan and Le 2019) as timm names its parts: the backbone of EfficientDet.

use tch::{Kind, Tensor};

use crate::layers::{BatchNorm2d, Conv2d, ConvNorm, ConvSpec, Mode};
use crate::params::{Init, Path};

/// Where the edges of a convolution's input are filled up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Padding {
    /// The same on both sides: PyTorch's way.
    Symmetric,
    /// TensorFlow's SAME: what is odd goes to the right and the bottom.
    Tf,
}

impl Padding {
    /// Before and after, for one side of this length.
    fn amount(side: i64, kernel: i64, stride: i64) -> [i64; 2] {
        let total = ((side - 1) / stride * stride + kernel - side).max(0);
        [total / 2, total - total / 2]
    }

    /// The input with its edges filled for a window of that kernel and stride.
    fn fill(x: &Tensor, kernel: i64, stride: i64, value: f64) -> Tensor {
        let size = x.size();
        let [top, bottom] = Self::amount(size[2], kernel, stride);
        let [left, right] = Self::amount(size[3], kernel, stride);
        if top + bottom + left + right == 0 {
            return x.shallow_clone();
        }
        x.pad([left, right, top, bottom], "constant", value)
    }

    /// Halves the size, rounding up, by the largest of 3 x 3.
    pub fn max_pool_half(self, x: &Tensor) -> Tensor {
        match self {
            Self::Symmetric => x.max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false),
            Self::Tf => Self::fill(x, 3, 2, f64::NEG_INFINITY).max_pool2d([3, 3], [2, 2], [0, 0], [1, 1], false),
        }
    }
}

/// A convolution under either padding, and the norm after it.
#[derive(Debug)]
struct PaddedConvNorm {
    conv: ConvNorm,
    /// Kernel and stride where the edges are filled first.
    fill: Option<(i64, i64)>,
}

impl PaddedConvNorm {
    fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        match self.fill {
            None => self.conv.forward(x, mode),
            Some((kernel, stride)) => self.conv.forward(&Padding::fill(x, kernel, stride, 0.0), mode),
        }
    }
}

/// How wide and deep: stages are EfficientNet-B0's, in its order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BackboneSize {
    pub stem: i64,
    pub widths: [i64; 7],
    pub depths: [i64; 7],
}

impl BackboneSize {
    pub const B0: Self = Self { stem: 32, widths: [16, 24, 40, 80, 112, 192, 320], depths: [1, 2, 2, 3, 3, 4, 1] };
    pub const B1: Self = Self { depths: [2, 3, 3, 4, 4, 5, 2], ..Self::B0 };
    pub const B2: Self = Self { widths: [16, 24, 48, 88, 120, 208, 352], ..Self::B1 };
    /// B0 with half the width and half the depth, rounded as timm rounds.
    pub const HALF: Self = Self { stem: 16, widths: [8, 16, 24, 40, 56, 96, 160], depths: [1, 1, 1, 2, 2, 2, 1] };

    /// Channels at an eighth, a sixteenth and a thirty-second of the input's size.
    pub const fn feature_channels(&self) -> [i64; 3] {
        [self.widths[2], self.widths[4], self.widths[6]]
    }
}

const KERNELS: [i64; 7] = [3, 3, 5, 3, 5, 5, 3];
const STRIDES: [i64; 7] = [1, 2, 2, 2, 1, 2, 1];
/// How much wider a block is inside; the first stage's blocks are not.
const EXPANSION: i64 = 6;

/// timm's start of convolutions, after TensorFlow's: He's normal of the fan out within a group.
fn spec(kernel: i64, stride: i64, num_out: i64, groups: i64) -> ConvSpec {
    let fan_out = (kernel * kernel * num_out / groups) as f64;
    ConvSpec { groups, init: Init::Normal((2.0 / fan_out).sqrt()), ..ConvSpec::same(kernel).stride(stride) }
}

/// What both paddings come with.
#[derive(Clone, Copy, Debug)]
struct Style {
    padding: Padding,
}

impl Style {
    /// Convolution and norm are siblings at `path`, with these names.
    fn conv(self, path: &mut Path<'_>, names: [&str; 2], num: [i64; 2], spec: ConvSpec) -> PaddedConvNorm {
        // With stride 1 and an odd kernel both ways of padding are one.
        let fills = self.padding == Padding::Tf && spec.stride > 1;
        let padded = if fills { ConvSpec { padding: 0, ..spec } } else { spec };
        let conv = ConvNorm::with(path, names, num, padded, |path, num_channels| self.norm(path, num_channels));
        PaddedConvNorm { conv, fill: fills.then_some((spec.kernel, spec.stride)) }
    }

    /// Weights that came from TensorFlow keep its epsilon.
    fn norm(self, path: Path<'_>, num_channels: i64) -> BatchNorm2d {
        match self.padding {
            Padding::Symmetric => BatchNorm2d::new(path, num_channels),
            Padding::Tf => BatchNorm2d::with(path, num_channels, 1e-3, 0.01),
        }
    }
}

/// Squeeze and excitation: each channel times 0 to 1, as all channels' means say.
#[derive(Debug)]
struct Squeeze {
    reduce: Conv2d,
    expand: Conv2d,
}

impl Squeeze {
    fn new(mut path: Path<'_>, num_channels: i64, num_reduced: i64) -> Self {
        let with_bias = |num_out: i64| {
            let plain = spec(1, 1, num_out, 1);
            plain.with_bias(plain.init)
        };
        Self {
            reduce: Conv2d::new(path.sub("conv_reduce"), num_channels, num_reduced, with_bias(num_reduced)),
            expand: Conv2d::new(path.sub("conv_expand"), num_reduced, num_channels, with_bias(num_channels)),
        }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let means = x.mean_dim([2i64, 3].as_slice(), true, None::<Kind>);
        x * self.expand.forward(&self.reduce.forward(&means).silu()).sigmoid()
    }
}

/// Widen, filter each channel by itself, weigh the channels, narrow; added to the input where the shape stays. Paths are
/// not dropped at random in training, unlike timm's.
#[derive(Debug)]
struct MobileBlock {
    widen: Option<PaddedConvNorm>,
    depthwise: PaddedConvNorm,
    squeeze: Squeeze,
    narrow: PaddedConvNorm,
    is_residual: bool,
}

impl MobileBlock {
    fn new(mut path: Path<'_>, num: [i64; 2], [kernel, stride]: [i64; 2], widens: bool, style: Style) -> Self {
        let [num_in, num_out] = num;
        let inner = if widens { num_in * EXPANSION } else { num_in };
        // timm numbers the norms, and names the last convolution after whether there is a first.
        let [dw_norm, out_conv, out_norm] = if widens { ["bn2", "conv_pwl", "bn3"] } else { ["bn1", "conv_pw", "bn2"] };
        let one = |num_out: i64| spec(1, 1, num_out, 1);
        let across = spec(kernel, stride, inner, inner);
        Self {
            widen: widens.then(|| style.conv(&mut path, ["conv_pw", "bn1"], [num_in, inner], one(inner))),
            depthwise: style.conv(&mut path, ["conv_dw", dw_norm], [inner, inner], across),
            squeeze: Squeeze::new(path.sub("se"), inner, num_in / 4),
            narrow: style.conv(&mut path, [out_conv, out_norm], [inner, num_out], one(num_out)),
            is_residual: stride == 1 && num_in == num_out,
        }
    }

    fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let wide = match &self.widen {
            Some(conv) => conv.forward(x, mode).silu(),
            None => x.shallow_clone(),
        };
        let filtered = self.depthwise.forward(&wide, mode).silu();
        let out = self.narrow.forward(&self.squeeze.forward(&filtered), mode);
        if self.is_residual { out + x } else { out }
    }
}

/// EfficientNet without its head.
#[derive(Debug)]
pub struct EfficientNet {
    stem: PaddedConvNorm,
    stages: Vec<Vec<MobileBlock>>,
}

impl EfficientNet {
    pub fn new(mut path: Path<'_>, size: BackboneSize, padding: Padding) -> Self {
        let style = Style { padding };
        let stem = style.conv(&mut path, ["conv_stem", "bn1"], [3, size.stem], spec(3, 2, size.stem, 1));
        let mut num_in = size.stem;
        let stages = (0..7)
            .map(|stage| {
                (0..size.depths[stage])
                    .map(|i| {
                        let stride = if i == 0 { STRIDES[stage] } else { 1 };
                        let [num_out, kernel] = [size.widths[stage], KERNELS[stage]];
                        let path = path.sub(format!("blocks.{stage}.{i}"));
                        let block = MobileBlock::new(path, [num_in, num_out], [kernel, stride], stage > 0, style);
                        num_in = num_out;
                        block
                    })
                    .collect()
            })
            .collect();
        Self { stem, stages }
    }

    /// Features at an eighth, a sixteenth and a thirty-second of the size, sizes rounded up.
    pub fn forward(&self, pixels: &Tensor, mode: Mode) -> [Tensor; 3] {
        let mut x = self.stem.forward(pixels, mode).silu();
        let mut at = |stages: std::ops::Range<usize>| {
            for block in self.stages[stages].iter().flatten() {
                x = block.forward(&x, mode);
            }
            x.shallow_clone()
        };
        [at(0..3), at(3..5), at(5..7)]
    }
}
