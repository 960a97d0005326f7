//! Anchors: the boxes that a detector's answers are relative to, one set at every place of every pyramid level.

use tch::{Device, Kind, Tensor};

/// Height over width of the anchors of all our networks with anchors of torchvision's kind.
pub const RATIOS: [f32; 3] = [0.5, 1.0, 2.0];

/// torchvision's AnchorGenerator.
#[derive(Clone, PartialEq, Debug)]
pub struct AnchorGenerator {
    /// Sides of the square anchors of each level.
    sizes: Vec<Vec<f32>>,
}

impl AnchorGenerator {
    /// One size a level: Faster R-CNN.
    pub fn one_size(sizes: &[f32]) -> Self {
        Self { sizes: sizes.iter().map(|&size| vec![size]).collect() }
    }

    /// Three sizes a level, a third of an octave apart and cut to whole pixels: RetinaNet.
    pub fn three_sizes(sizes: &[f32]) -> Self {
        let octave =
            |size: f32| [0.0, 1.0, 2.0].map(|n: f64| (f64::from(size) * (n / 3.0).exp2()).floor() as f32).to_vec();
        Self { sizes: sizes.iter().map(|&size| octave(size)).collect() }
    }

    /// Anchors at each place; the same at every level.
    pub fn num_per_place(&self) -> i64 {
        self.sizes.first().map_or(0, |sizes| (sizes.len() * RATIOS.len()) as i64)
    }

    /// One tensor (h * w * anchors per place, 4) a level. `film` is the padded input's height and width, `maps` those of
    /// the feature maps.
    pub fn grid(&self, film: [i64; 2], maps: &[[i64; 2]], device: Device) -> Vec<Tensor> {
        let level = |(sizes, map): (&Vec<f32>, &[i64; 2])| {
            let cells = Tensor::from_slice(&cell_anchors(sizes)).reshape([1, -1, 4]).to_device(device);
            // torchvision: the step is a whole number of pixels.
            let steps =
                |axis: usize| Tensor::arange(map[axis], (Kind::Float, device)) * (film[axis] / map[axis]) as f64;
            let y = steps(0).reshape([-1, 1]).expand(map, false).reshape([-1]);
            let x = steps(1).reshape([1, -1]).expand(map, false).reshape([-1]);
            let shifts = Tensor::stack(&[&x, &y, &x, &y], 1).unsqueeze(1);
            (shifts + cells).reshape([-1, 4])
        };
        self.sizes.iter().zip(maps).map(level).collect()
    }
}

/// x1, y1, x2, y2 about 0 of each ratio at each size, rounded to whole pixels, halves to the even one.
fn cell_anchors(sizes: &[f32]) -> Vec<f32> {
    let mut corners = Vec::with_capacity(4 * sizes.len() * RATIOS.len());
    for ratio in RATIOS {
        let height = ratio.sqrt();
        let width = 1.0 / height;
        for size in sizes {
            let half = [width * size / 2.0, height * size / 2.0].map(f32::round_ties_even);
            corners.extend([-half[0], -half[1], half[0], half[1]]);
        }
    }
    corners
}
