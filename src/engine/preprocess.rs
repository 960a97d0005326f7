//! From a decoded film to what a network sees: tone, size, normalisation, padding, as the model's card says.

use rachis::domain::imaging::Film;
use rachis::domain::preprocessing::{Preprocessing, Resize, Sampling, levels};
use tch::{Kind, Tensor};

use crate::models::ImageBatch;

/// Sides of a detector's input are multiples of this, so that every level of the pyramid halves evenly; torchvision's
/// and detectron2's `size_divisible`.
const MULTIPLE: i64 = 32;

/// One film as a network's input, on the processor, in 32-bit floats.
pub fn input(film: &Film, preprocessing: &Preprocessing) -> ImageBatch {
    let plane = levels(film, preprocessing.tone);
    let plane = Tensor::from_slice(&plane).reshape([1, 1, i64::from(film.height), i64::from(film.width)]);
    let [width, height] = preprocessing.input_size(film.width, film.height).map(i64::from);
    let plane = resized(&plane, [height, width], preprocessing.sampling);
    let pixels = normalised(&plane, preprocessing);
    let padded = match preprocessing.resize {
        Resize::Exact { .. } => [height, width],
        Resize::ShorterEdge { .. } => [height, width].map(|side| (side + MULTIPLE - 1) / MULTIPLE * MULTIPLE),
        Resize::Letterbox { side } => [i64::from(side); 2],
    };
    // What lies outside the film is 0, which is the mean.
    let pixels = pixels.constant_pad_nd([0, padded[1] - width, 0, padded[0] - height]);
    ImageBatch { pixels, sizes: vec![[height, width]] }
}

/// (1, 1, h, w) to another height and width.
fn resized(plane: &Tensor, size: [i64; 2], sampling: Sampling) -> Tensor {
    if plane.size()[2..] == size {
        return plane.shallow_clone();
    }
    match sampling {
        Sampling::Bilinear => plane.upsample_bilinear2d(size, false, None, None),
        Sampling::Antialiased => plane.internal_upsample_bilinear2d_aa(size, false, None, None),
    }
}

/// Grey to three channels: (level / divisor - mean) / deviation.
fn normalised(plane: &Tensor, p: &Preprocessing) -> Tensor {
    let column = |values: [f64; 3]| Tensor::from_slice(&values).reshape([1, 3, 1, 1]);
    let scale = column(p.std.map(|std| 1.0 / (p.divisor * std))).to_kind(Kind::Float);
    let shift = column([0, 1, 2].map(|c| -p.mean[c] / p.std[c])).to_kind(Kind::Float);
    shift.addcmul(plane, &scale)
}

/// Several films of one size of plane as one batch.
pub fn batch(inputs: &[ImageBatch]) -> ImageBatch {
    let side = |d: usize| inputs.iter().map(|one| one.pixels.size()[d]).max().unwrap_or(0);
    let (height, width) = (side(2), side(3));
    let padded = |one: &ImageBatch| {
        let size = one.pixels.size();
        one.pixels.constant_pad_nd([0, width - size[3], 0, height - size[2]])
    };
    let planes: Vec<Tensor> = inputs.iter().map(padded).collect();
    ImageBatch { pixels: Tensor::cat(&planes, 0), sizes: inputs.iter().flat_map(|one| one.sizes.clone()).collect() }
}
