//! EfficientNet (Tan and Le 2019) as timm names its parts: the backbone of EfficientDet.

use tch::{Kind, Tensor};

use crate::layers::{BatchNorm2d, Conv2d, ConvSpec, Mode};
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

/// A convolution under either padding.
#[derive(Debug)]
pub struct PaddedConv {
    pub conv: Conv2d,
    /// Kernel and stride where the edges are filled first.
    fill: Option<(i64, i64)>,
}

impl PaddedConv {
    pub fn new(path: Path<'_>, num_in: i64, num_out: i64, spec: ConvSpec, padding: Padding) -> Self {
        // With stride 1 and an odd kernel both ways are one.
        if padding == Padding::Symmetric || spec.stride == 1 {
            return Self { conv: Conv2d::new(path, num_in, num_out, spec), fill: None };
        }
        let conv = Conv2d::new(path, num_in, num_out, ConvSpec { padding: 0, ..spec });
        Self { conv, fill: Some((spec.kernel, spec.stride)) }
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        match self.fill {
            None => self.conv.forward(x),
            Some((kernel, stride)) => self.conv.forward(&Padding::fill(x, kernel, stride, 0.0)),
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
    fn conv(self, path: Path<'_>, num_in: i64, num_out: i64, kernel: i64, stride: i64, groups: i64) -> PaddedConv {
        PaddedConv::new(path, num_in, num_out, spec(kernel, stride, num_out, groups), self.padding)
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
    widen: Option<(PaddedConv, BatchNorm2d)>,
    depthwise: (PaddedConv, BatchNorm2d),
    squeeze: Squeeze,
    narrow: (PaddedConv, BatchNorm2d),
    is_residual: bool,
}

impl MobileBlock {
    fn new(
        mut path: Path<'_>,
        num_in: i64,
        num_out: i64,
        [kernel, stride]: [i64; 2],
        widens: bool,
        style: Style,
    ) -> Self {
        let inner = if widens { num_in * EXPANSION } else { num_in };
        // timm numbers the norms, and names the last convolution after whether there is a first.
        let [dw_norm, out_conv, out_norm] = if widens { ["bn2", "conv_pwl", "bn3"] } else { ["bn1", "conv_pw", "bn2"] };
        let widen = widens.then(|| {
            let conv = style.conv(path.sub("conv_pw"), num_in, inner, 1, 1, 1);
            (conv, style.norm(path.sub("bn1"), inner))
        });
        let depthwise = style.conv(path.sub("conv_dw"), inner, inner, kernel, stride, inner);
        let depthwise = (depthwise, style.norm(path.sub(dw_norm), inner));
        let squeeze = Squeeze::new(path.sub("se"), inner, num_in / 4);
        let narrow = style.conv(path.sub(out_conv), inner, num_out, 1, 1, 1);
        let narrow = (narrow, style.norm(path.sub(out_norm), num_out));
        Self { widen, depthwise, squeeze, narrow, is_residual: stride == 1 && num_in == num_out }
    }

    fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let wide = match &self.widen {
            Some((conv, norm)) => norm.forward(&conv.forward(x), mode).silu(),
            None => x.shallow_clone(),
        };
        let (conv, norm) = &self.depthwise;
        let filtered = norm.forward(&conv.forward(&wide), mode).silu();
        let (conv, norm) = &self.narrow;
        let out = norm.forward(&conv.forward(&self.squeeze.forward(&filtered)), mode);
        if self.is_residual { out + x } else { out }
    }
}

/// EfficientNet without its head.
#[derive(Debug)]
pub struct EfficientNet {
    stem: (PaddedConv, BatchNorm2d),
    stages: Vec<Vec<MobileBlock>>,
}

impl EfficientNet {
    pub fn new(mut path: Path<'_>, size: BackboneSize, padding: Padding) -> Self {
        let style = Style { padding };
        let stem = style.conv(path.sub("conv_stem"), 3, size.stem, 3, 2, 1);
        let stem = (stem, style.norm(path.sub("bn1"), size.stem));
        let mut num_in = size.stem;
        let stages = (0..7)
            .map(|stage| {
                (0..size.depths[stage])
                    .map(|i| {
                        let stride = if i == 0 { STRIDES[stage] } else { 1 };
                        let [num_out, kernel] = [size.widths[stage], KERNELS[stage]];
                        let path = path.sub(format!("blocks.{stage}.{i}"));
                        let block = MobileBlock::new(path, num_in, num_out, [kernel, stride], stage > 0, style);
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
        let (conv, norm) = &self.stem;
        let mut x = norm.forward(&conv.forward(pixels), mode).silu();
        let mut at = |stages: std::ops::Range<usize>| {
            for block in self.stages[stages].iter().flatten() {
                x = block.forward(&x, mode);
            }
            x.shallow_clone()
        };
        [at(0..3), at(3..5), at(5..7)]
    }
}
