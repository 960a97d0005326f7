//! RoIAlign: each box's part of a feature map as a small grid of the same size for every box, by bilinear samples.
//! He et al., "Mask R-CNN", 2017; equal to torchvision.ops.roi_align and MultiScaleRoIAlign.
//!
//! The weighted sum over sampled pixels is one `embedding_bag` over the map's pixels, each a row of channels: libtorch's
//! kernel for it is several times faster on a CPU than torchvision's loops, runs on CUDA and has a gradient.

use std::collections::BTreeMap;

use tch::{Kind, Tensor};

use super::{places, wholes, wide, wide_kind};

/// Weighted rows taken in one go; more would only fill memory.
const MAX_TAPS: i64 = 1 << 24;

/// How boxes are cut out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RoiAlign {
    /// Rows and columns of the answer.
    pub output: [i64; 2],
    /// Pixels of the feature map per pixel of the boxes.
    pub scale: f64,
    /// Samples along each side of a cell of the answer; 0 or less: as many as the cell has pixels.
    pub sampling_ratio: i64,
    /// Shifts by half a pixel, as Detectron2 does. Otherwise boxes are at least one pixel of the map wide, as in the
    /// first version.
    pub is_aligned: bool,
}

impl RoiAlign {
    /// `features` (films, channels, h, w) and `rois` (n, 5: film, x1, y1, x2, y2) to (n, channels, rows, columns). The
    /// gradient goes to the features only, as in torchvision.
    pub fn forward(&self, features: &Tensor, rois: &Tensor) -> Tensor {
        self.rows(features, rois).permute([0, 3, 1, 2]).contiguous()
    }

    /// The same with channels last: (n, rows, columns, channels).
    pub fn rows(&self, features: &Tensor, rois: &Tensor) -> Tensor {
        let [films, channels, height, width] = size4(features);
        let [rows, columns] = self.output;
        // No copy when the map has its channels last in memory. Otherwise one is made: `reshape` alone may give a view that
        // the kernel reads across.
        let table = features.permute([0, 2, 3, 1]).reshape([films * height * width, channels]).contiguous();
        let rois = wide(&rois.detach());
        let sampler = Sampler { align: *self, height, width };
        let mut parts = Vec::new();
        let mut order = Vec::new();
        for (grid, members) in self.grids(&rois) {
            let chunk = (MAX_TAPS / (4 * rows * columns * grid[0] * grid[1]).max(1)).max(1) as usize;
            for members in members.chunks(chunk) {
                let chosen = rois.index_select(0, &places(members, rois.device()));
                parts.push(sampler.sample(&table, &chosen, grid));
                order.extend_from_slice(members);
            }
        }
        if parts.is_empty() {
            return Tensor::zeros([0, rows, columns, channels], (features.kind(), features.device()));
        }
        let all = if parts.len() == 1 { parts.remove(0) } else { Tensor::cat(&parts, 0) };
        let all = all.reshape([-1, rows, columns, channels]);
        if order.is_sorted() { all } else { all.index_select(0, &inverse(&order, rois.device())) }
    }

    /// Places of the boxes by the number of samples along the sides of a cell.
    fn grids(&self, rois: &Tensor) -> BTreeMap<[i64; 2], Vec<i64>> {
        let len = rois.size()[0];
        let mut groups: BTreeMap<[i64; 2], Vec<i64>> = BTreeMap::new();
        if self.sampling_ratio > 0 {
            if len > 0 {
                groups.insert([self.sampling_ratio; 2], (0..len).collect());
            }
            return groups;
        }
        let (_, [height, width]) = self.starts_and_sides(rois);
        let count = |side: &Tensor, cells: i64| wholes(&(side / cells as f64).ceil().clamp_min(0.0));
        let [down, across] = [count(&height, self.output[0]), count(&width, self.output[1])];
        for (place, (down, across)) in down.into_iter().zip(across).enumerate() {
            groups.entry([down, across]).or_default().push(place as i64);
        }
        groups
    }

    /// Top and left, height and width of boxes (n, 5) in pixels of the map, each (n).
    fn starts_and_sides(&self, rois: &Tensor) -> ([Tensor; 2], [Tensor; 2]) {
        let offset = if self.is_aligned { 0.5 } else { 0.0 };
        let at = |column: i64| rois.select(1, column) * self.scale - offset;
        let [x1, y1, x2, y2] = [at(1), at(2), at(3), at(4)];
        let sides = [&y2 - &y1, &x2 - &x1];
        ([y1, x1], if self.is_aligned { sides } else { sides.map(|side| side.clamp_min(1.0)) })
    }
}

/// One feature map as the samples see it.
struct Sampler {
    align: RoiAlign,
    height: i64,
    width: i64,
}

impl Sampler {
    /// Boxes (n, 5), all with `grid` samples a cell, to (n * rows * columns, channels).
    fn sample(&self, table: &Tensor, rois: &Tensor, grid: [i64; 2]) -> Tensor {
        let [rows, columns] = self.align.output;
        let len = rois.size()[0];
        if grid.contains(&0) {
            return Tensor::zeros([len * rows * columns, table.size()[1]], (table.kind(), table.device()));
        }
        let ([top, left], [height, width]) = self.align.starts_and_sides(rois);
        let is_dense = self.align.sampling_ratio <= 0;
        let (y, weight_y) = taps(&top, &height, rows, grid[0], self.height, is_dense);
        let (x, weight_x) = taps(&left, &width, columns, grid[1], self.width, is_dense);
        let film = rois.select(1, 0).to_kind(Kind::Int64) * (self.height * self.width);
        let starts = &y * self.width + film.reshape([-1, 1, 1]);
        // (n, rows, columns, taps down, taps across)
        let places = starts.unsqueeze(2).unsqueeze(4) + x.unsqueeze(1).unsqueeze(3);
        let weights =
            weight_y.unsqueeze(2).unsqueeze(4) * (weight_x / (grid[0] * grid[1]) as f64).unsqueeze(1).unsqueeze(3);
        let per_cell = y.size()[2] * x.size()[2];
        let bags =
            Tensor::arange_start_step(0, len * rows * columns * per_cell, per_cell, (Kind::Int64, table.device()));
        let weights = weights.reshape([-1]).to_kind(table.kind());
        let (answer, ..) =
            Tensor::embedding_bag(table, &places.reshape([-1]), &bags, false, 0, false, Some(weights), false);
        answer
    }
}

/// Along one axis: pixels (n, cells, taps) and their weights. A sample lies between two pixels, which makes two taps; one
/// that is more than a pixel outside the map counts as 0. Dense samples are at most a pixel apart, so that neighbours
/// share pixels: there each pixel is one tap.
fn taps(start: &Tensor, side: &Tensor, cells: i64, samples: i64, len: i64, is_dense: bool) -> (Tensor, Tensor) {
    let options = (start.kind(), start.device());
    let [start, side] = [start, side].map(|t| t.reshape([-1, 1, 1]));
    let cell = side / cells as f64;
    let cell_no = Tensor::arange(cells, options).reshape([1, -1, 1]);
    let sample_no = Tensor::arange(samples, options).reshape([1, 1, -1]) + 0.5;
    // The order of operations is torchvision's: a sample at the very edge is in or out by its last bit.
    let at = start + cell_no * &cell + sample_no * &cell / samples as f64;
    let is_inside = at.ge(-1.0).logical_and(&at.le(len as f64)).to_kind(options.0);
    let at = at.clamp(0.0, (len - 1) as f64);
    let low = at.floor();
    let share = &at - &low;
    let high = (&low + 1.0).clamp_max((len - 1) as f64);
    let [weight_low, weight_high] = [(1.0 - &share) * &is_inside, share * is_inside];
    if !is_dense || samples < 3 {
        let weights = Tensor::stack(&[weight_low, weight_high], 3).flatten(2, 3);
        return (Tensor::stack(&[low, high], 3).flatten(2, 3).to_kind(Kind::Int64), weights);
    }
    let first = low.slice(2, 0, 1, 1);
    let pixels = (&first + Tensor::arange(samples + 2, options)).clamp_max((len - 1) as f64);
    let [low, high] = [low - &first, high - &first].map(|t| t.to_kind(Kind::Int64));
    let none = Tensor::zeros(pixels.size(), options);
    (pixels.to_kind(Kind::Int64), none.scatter_add(2, &low, &weight_low).scatter_add(2, &high, &weight_high))
}

/// torchvision.ops.MultiScaleRoIAlign: each box is cut out of the pyramid level that fits its size (Lin et al., "Feature
/// Pyramid Networks for Object Detection", 2017, equation 1: a box of 224 pixels belongs to level 4).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MultiScaleRoiAlign {
    pub output: [i64; 2],
    pub sampling_ratio: i64,
}

impl MultiScaleRoiAlign {
    /// `boxes`: one tensor (n, 4) a film, in input pixels; `sizes`: height and width of each film. The answer (all boxes,
    /// channels, rows, columns) is in the order of the boxes.
    pub fn forward(&self, features: &[Tensor], boxes: &[Tensor], sizes: &[[i64; 2]]) -> Tensor {
        let rois = with_film_numbers(boxes);
        let Some(longest) = sizes.iter().map(|size| size[0]).max() else {
            return Tensor::zeros([0, 0, self.output[0], self.output[1]], (Kind::Float, rois.device()));
        };
        // torchvision takes a level's scale from the heights and rounds to a power of two.
        let exponents: Vec<f64> =
            features.iter().map(|level| (level.size()[2] as f32 / longest as f32).log2().round().into()).collect();
        let align = |exponent: f64| RoiAlign {
            output: self.output,
            scale: exponent.exp2(),
            sampling_ratio: self.sampling_ratio,
            is_aligned: false,
        };
        if features.len() == 1 {
            return align(exponents[0]).forward(&features[0], &rois);
        }
        let levels = levels_of(&rois, -exponents[0], -exponents[exponents.len() - 1]);
        let mut parts = Vec::new();
        let mut order = Vec::new();
        let of_level = wholes(&levels);
        for (level, (map, exponent)) in features.iter().zip(&exponents).enumerate() {
            let members: Vec<i64> =
                (0..of_level.len()).filter(|&i| of_level[i] == level as i64).map(|i| i as i64).collect();
            if !members.is_empty() || (of_level.is_empty() && level == 0) {
                parts.push(align(*exponent).rows(map, &rois.index_select(0, &places(&members, rois.device()))));
                order.extend(members);
            }
        }
        let all = if parts.len() == 1 { parts.remove(0) } else { Tensor::cat(&parts, 0) };
        // Reordering and bringing the channels to the front is one copy.
        all.permute([0, 3, 1, 2]).index_select(0, &inverse(&order, rois.device()))
    }
}

/// Level of each box (n, 5), counted from `lowest`.
fn levels_of(rois: &Tensor, lowest: f64, highest: f64) -> Tensor {
    let sides = rois.slice(1, 3, 5, 1) - rois.slice(1, 1, 3, 1);
    let size = sides.prod_dim_int(1, false, wide_kind(&sides)).sqrt();
    let level = ((size / 224.0).log2() + 4.0 + 1e-6).floor().clamp(lowest, highest);
    level.to_kind(Kind::Int64) - lowest as i64
}

/// One tensor (n, 4) a film to (all, 5), the film's number first.
pub fn with_film_numbers(boxes: &[Tensor]) -> Tensor {
    let numbered: Vec<Tensor> = boxes
        .iter()
        .enumerate()
        .map(|(film, boxes)| {
            let number = Tensor::full([boxes.size()[0], 1], film as f64, (boxes.kind(), boxes.device()));
            Tensor::cat(&[&number, boxes], 1)
        })
        .collect();
    Tensor::cat(&numbered, 0)
}

/// `order` says where each place came from; the answer says where each went.
fn inverse(order: &[i64], device: tch::Device) -> Tensor {
    let mut inverse = vec![0; order.len()];
    for (now, &before) in order.iter().enumerate() {
        inverse[before as usize] = now as i64;
    }
    places(&inverse, device)
}

fn size4(tensor: &Tensor) -> [i64; 4] {
    let (a, b, c, d) = tensor.size4().expect("a feature map has four sides");
    [a, b, c, d]
}
