//! Feature pyramid: maps of several sizes with the same number of channels, the coarse ones told to the fine ones. Lin et
//! al., "Feature Pyramid Networks for Object Detection", 2017, with torchvision's names.

use tch::Tensor;

use super::resnet::{Depth, ResNet};
use crate::layers::{Conv2d, ConvSpec, Mode, Norm};
use crate::params::{Init, Path};

/// Levels beyond the body's last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExtraLevels {
    None,
    /// torchvision's LastLevelMaxPool: every second pixel of the last level. Faster R-CNN.
    MaxPool,
    /// torchvision's LastLevelP6P7 with as many channels in as out: two more convolutions, from the pyramid's last level.
    /// RetinaNet.
    P6P7,
}

/// torchvision's FeaturePyramidNetwork.
#[derive(Debug)]
pub struct Fpn {
    inner_blocks: Vec<Conv2d>,
    layer_blocks: Vec<Conv2d>,
    extra: ExtraLevels,
    p6_p7: Vec<Conv2d>,
}

impl Fpn {
    /// For maps of `num_in` channels, the finest first.
    pub fn new(mut path: Path<'_>, num_in: &[i64], num_out: i64, extra: ExtraLevels) -> Self {
        // torchvision: kaiming_uniform_(a=1), which is within sqrt(3 / fan in).
        let init = |num_in: i64, kernel: i64| Init::Uniform((3.0 / (num_in * kernel * kernel) as f64).sqrt());
        let inner_blocks = num_in.iter().enumerate().map(|(no, &num_in)| {
            let spec = ConvSpec::same(1).with_bias(init(num_in, 1));
            Conv2d::new(path.sub("inner_blocks").sub(no).sub(0), num_in, num_out, spec)
        });
        let inner_blocks = inner_blocks.collect();
        let three = ConvSpec::same(3).with_bias(init(num_out, 3));
        let layer_blocks = (0..num_in.len())
            .map(|no| Conv2d::new(path.sub("layer_blocks").sub(no).sub(0), num_out, num_out, three))
            .collect();
        let names: &[&str] = if extra == ExtraLevels::P6P7 { &["p6", "p7"] } else { &[] };
        let p6_p7 = names
            .iter()
            .map(|name| Conv2d::new(path.sub("extra_blocks").sub(name), num_out, num_out, three.stride(2)))
            .collect();
        Self { inner_blocks, layer_blocks, extra, p6_p7 }
    }

    /// The finest first, extra levels last.
    pub fn forward(&self, maps: &[Tensor]) -> Vec<Tensor> {
        let mut levels = Vec::with_capacity(maps.len() + 2);
        let mut above: Option<Tensor> = None;
        for ((map, inner), layer) in maps.iter().zip(&self.inner_blocks).zip(&self.layer_blocks).rev() {
            let mut lateral = inner.forward(map);
            if let Some(above) = above {
                let size = lateral.size();
                lateral = lateral.g_add_(&above.upsample_nearest2d(&size[2..], None, None));
            }
            levels.push(layer.forward(&lateral));
            above = Some(lateral);
        }
        levels.reverse();
        match (self.extra, levels.last()) {
            (ExtraLevels::MaxPool, Some(last)) => {
                levels.push(last.max_pool2d([1, 1], [2, 2], [0, 0], [1, 1], false));
            }
            (ExtraLevels::P6P7, Some(last)) => {
                let p6 = self.p6_p7[0].forward(last);
                let p7 = self.p6_p7[1].forward(&p6.relu());
                levels.extend([p6, p7]);
            }
            _ => {}
        }
        levels
    }
}

/// torchvision's BackboneWithFPN on a ResNet: `body` and `fpn`.
#[derive(Debug)]
pub struct ResNetFpn {
    body: ResNet,
    fpn: Fpn,
    /// The first of the body's four maps that the pyramid takes.
    first: usize,
    num_channels: i64,
}

impl ResNetFpn {
    /// `layers`: the body's layers that the pyramid takes, 1 to 4 (Faster R-CNN) or 2 to 4 (RetinaNet).
    pub fn new(
        mut path: Path<'_>,
        depth: Depth,
        norm: Norm,
        layers: std::ops::RangeInclusive<usize>,
        extra: ExtraLevels,
    ) -> Self {
        let first = layers.start() - 1;
        let body = ResNet::new(path.sub("body"), depth, norm);
        let num_channels = if depth == Depth::Small { 64 } else { 256 };
        let fpn = Fpn::new(path.sub("fpn"), &depth.channels()[first..*layers.end()], num_channels, extra);
        Self { body, fpn, first, num_channels }
    }

    /// Channels of every level.
    pub const fn num_channels(&self) -> i64 {
        self.num_channels
    }

    pub fn forward(&self, pixels: &Tensor, mode: Mode) -> Vec<Tensor> {
        self.fpn.forward(&self.body.forward(pixels, mode)[self.first..])
    }

    /// The names that torchvision gives the levels.
    pub fn level_names(&self) -> Vec<&'static str> {
        let mut names = ["0", "1", "2", "3"][..4 - self.first].to_vec();
        match self.fpn.extra {
            ExtraLevels::None => {}
            ExtraLevels::MaxPool => names.push("pool"),
            ExtraLevels::P6P7 => names.extend(["p6", "p7"]),
        }
        names
    }
}
