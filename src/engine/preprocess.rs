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

#[cfg(test)]
mod tests {
    use super::*;
    use rachis::domain::imaging::{DisplayFacts, GreyPlane, Pixels};
    use rachis::domain::preprocessing::Tone;
    use rachis::domain::study::FilmSource;
    use serde::Deserialize;
    use std::path::{Path, PathBuf};

    /// `tests/parity/input_pydicom.py` wrote it.
    const GOLDEN: &str = include_str!("../../tests/parity/input_pydicom.json");
    const EVERY: usize = 997;

    #[derive(Deserialize)]
    struct Row {
        film: String,
        size: [u32; 2],
        pillow_size: [u32; 2],
        pillow: Vec<f32>,
        torch_size: [u32; 2],
        torch: Vec<f32>,
    }

    /// Levels of 0 to 255.
    const PLAIN: Preprocessing = Preprocessing {
        tone: Tone::ReleasedPng,
        resize: Resize::ShorterEdge { shorter: 300, longest: 500 },
        sampling: Sampling::Bilinear,
        divisor: 1.0,
        mean: [0.0; 3],
        std: [1.0; 3],
    };

    fn films() -> Option<PathBuf> {
        let folder = std::env::var_os("RACHIS_FILMS")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/films"), PathBuf::from);
        folder.join("zoo/manifest.csv").exists().then_some(folder)
    }

    fn levels_of(film: &Film, p: &Preprocessing, size: [u32; 2]) -> Vec<f32> {
        let batch = input(film, p);
        let [h, w] = batch.sizes[0];
        assert_eq!([w, h], size.map(i64::from));
        let plane = batch.pixels.narrow(1, 2, 1).narrow(2, 0, h).narrow(3, 0, w).contiguous();
        Vec::<f32>::try_from(plane.flatten(0, -1)).unwrap().into_iter().step_by(EVERY).collect()
    }

    fn near(what: &str, ours: &[f32], theirs: &[f32], most: f32, mean: f32) {
        assert_eq!(ours.len(), theirs.len(), "{what}");
        let errors: Vec<f32> = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).collect();
        let largest = errors.iter().copied().fold(0.0, f32::max);
        let average = errors.iter().sum::<f32>() / errors.len() as f32;
        assert!(largest <= most && average <= mean, "{what}: off by up to {largest}, {average} on average");
    }

    #[test]
    fn real_films_become_what_pydicom_and_the_references_resizers_make_of_them() {
        let Some(folder) = films() else {
            eprintln!("skipped: the folder of real films is not there");
            return;
        };
        let rows: Vec<Row> = serde_json::from_str(GOLDEN).unwrap();
        assert!(rows.len() > 7);
        for row in rows {
            let film = rachis::dicom::decode(&FilmSource::File(folder.join("zoo").join(&row.film)), 0).unwrap().film;
            assert_eq!([film.width, film.height], row.size);
            // A level that the two sides' arithmetic puts on either side of a whole number is off by 1, and there are
            // few of them.
            let levels = levels_of(&film, &PLAIN, row.torch_size);
            near(&format!("{} torch", row.film), &levels, &row.torch, 1.01, 0.05);
            // Pillow rounds to whole levels after each of its two passes: half a level each.
            let antialiased = Preprocessing { sampling: Sampling::Antialiased, ..PLAIN };
            let levels = levels_of(&film, &antialiased, row.pillow_size);
            near(&format!("{} pillow", row.film), &levels, &row.pillow, 1.51, 0.5);
        }
    }

    fn wedge(width: u32, height: u32) -> Film {
        let texels = (0..height).flat_map(|y| (0..width).map(move |x| (x * 3 + y * 5) as u16)).collect();
        Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), DisplayFacts::default())
    }

    #[test]
    fn every_preset_gives_three_channels_normalised_and_padded() {
        for (name, p) in Preprocessing::PRESETS {
            let batch = input(&wedge(333, 517), &p);
            let (n, c, h, w) = batch.pixels.size4().unwrap();
            assert_eq!((n, c), (1, 3), "{name}");
            let [height, width] = batch.sizes[0];
            assert_eq!([width, height], p.input_size(333, 517).map(i64::from));
            if !matches!(p.resize, Resize::Exact { .. }) {
                assert_eq!([h % 32, w % 32], [0, 0], "{name}");
                assert_eq!(batch.pixels.narrow(2, height, h - height).abs().sum(Kind::Float).double_value(&[]), 0.0);
            }
            // The darkest corner is black, the opposite one white.
            for channel in 0..3usize {
                let at = |y: i64, x: i64| batch.pixels.double_value(&[0, channel as i64, y, x]);
                let level = |v: f64| (v * p.std[channel] + p.mean[channel]) * p.divisor;
                assert!(level(at(0, 0)) < 3.0, "{name}: {}", level(at(0, 0)));
                assert!((level(at(height - 1, width - 1)) - 255.0).abs() < 3.0, "{name}");
            }
        }
        let letterbox = Preprocessing { resize: Resize::Letterbox { side: 128 }, ..PLAIN };
        let batch = input(&wedge(200, 400), &letterbox);
        assert_eq!((batch.pixels.size(), batch.sizes), (vec![1, 3, 128, 128], vec![[128, 64]]));
    }
}
