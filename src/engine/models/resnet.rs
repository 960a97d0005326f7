//! ResNet, the body of the detectors: He et al., "Deep Residual Learning for Image Recognition", 2015, with torchvision's
//! names. The stride of a bottleneck is at its 3x3 convolution, as in torchvision ("v1.5"), not at the first 1x1.

use tch::Tensor;

use crate::layers::{ConvNorm, ConvSpec, Mode, Norm};
use crate::params::Path;

/// The sizes that we know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// Two basic blocks a layer, widths 16 to 128: for demos and tests on the CPU.
    Small,
    D18,
    D34,
    D50,
}

impl Depth {
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Small, "resnet_small"), (Self::D18, "resnet18"), (Self::D34, "resnet34"), (Self::D50, "resnet50")];

    const fn blocks(self) -> [usize; 4] {
        match self {
            Self::Small | Self::D18 => [2, 2, 2, 2],
            Self::D34 | Self::D50 => [3, 4, 6, 3],
        }
    }

    /// Channels of the first layer's 3x3 convolutions; they double with each layer.
    const fn width(self) -> i64 {
        match self {
            Self::Small => 16,
            _ => 64,
        }
    }

    const fn is_bottleneck(self) -> bool {
        matches!(self, Self::D50)
    }

    /// Channels that layers 1 to 4 give.
    pub fn channels(self) -> [i64; 4] {
        let expansion = if self.is_bottleneck() { 4 } else { 1 };
        [1, 2, 4, 8].map(|times| times * self.width() * expansion)
    }
}

/// conv1, bn1, layer1 to layer4; no classifier.
#[derive(Debug)]
pub struct ResNet {
    stem: ConvNorm,
    layers: Vec<Vec<Block>>,
}

impl ResNet {
    pub fn new(mut path: Path<'_>, depth: Depth, norm: Norm) -> Self {
        let width = depth.width();
        let stem_spec = ConvSpec::same(7).stride(2);
        let stem = ConvNorm::new(&mut path, ["conv1", "bn1"], [3, width], stem_spec, norm);
        let mut num_in = width;
        let mut layers = Vec::new();
        for (no, (num_blocks, num_out)) in depth.blocks().into_iter().zip(depth.channels()).enumerate() {
            let mut layer = path.sub(format!("layer{}", no + 1));
            let mut blocks = Vec::new();
            for block in 0..num_blocks {
                let stride = if block == 0 && no > 0 { 2 } else { 1 };
                let inner = width << no;
                let shape = BlockShape { num_in, inner, num_out, stride, is_bottleneck: depth.is_bottleneck() };
                blocks.push(Block::new(layer.sub(block), shape, norm));
                num_in = num_out;
            }
            layers.push(blocks);
        }
        Self { stem, layers }
    }

    /// What layers 1 to 4 give: a quarter, an eighth, a sixteenth and a thirty-second of the input's size.
    pub fn forward(&self, pixels: &Tensor, mode: Mode) -> Vec<Tensor> {
        let stem = self.stem.forward(pixels, mode).relu_();
        let mut x = stem.max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false);
        let mut maps = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            for block in layer {
                x = block.forward(&x, mode);
            }
            maps.push(x.shallow_clone());
        }
        maps
    }
}

#[derive(Clone, Copy, Debug)]
struct BlockShape {
    num_in: i64,
    inner: i64,
    num_out: i64,
    stride: i64,
    is_bottleneck: bool,
}

/// Two convolutions of 3x3, or three of 1x1, 3x3 and 1x1, beside a shortcut.
#[derive(Debug)]
struct Block {
    convs: Vec<ConvNorm>,
    downsample: Option<ConvNorm>,
}

impl Block {
    fn new(mut path: Path<'_>, shape: BlockShape, norm: Norm) -> Self {
        let BlockShape { num_in, inner, num_out, stride, is_bottleneck } = shape;
        let three = ConvSpec::same(3).stride(stride);
        let steps = if is_bottleneck {
            vec![([num_in, inner], ConvSpec::same(1)), ([inner, inner], three), ([inner, num_out], ConvSpec::same(1))]
        } else {
            vec![([num_in, inner], three), ([inner, num_out], ConvSpec::same(3))]
        };
        let convs = steps.into_iter().zip(1..).map(|((num, spec), no)| {
            ConvNorm::new(&mut path, [&format!("conv{no}"), &format!("bn{no}")], num, spec, norm)
        });
        let convs = convs.collect();
        let downsample = (stride != 1 || num_in != num_out).then(|| {
            let spec = ConvSpec::same(1).stride(stride);
            ConvNorm::new(&mut path.sub("downsample"), ["0", "1"], [num_in, num_out], spec, norm)
        });
        Self { convs, downsample }
    }

    fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let mut out = self.convs[0].forward(x, mode);
        for conv in &self.convs[1..] {
            out = conv.forward(&out.relu_(), mode);
        }
        let mut out = match &self.downsample {
            Some(downsample) => out.g_add_(&downsample.forward(x, mode)),
            None => out.g_add_(x),
        };
        out.relu_()
    }
}
