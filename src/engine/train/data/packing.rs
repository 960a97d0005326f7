//! Films side by side as the tensors that a network takes, where it computes.

use rachis::domain::preprocessing::Preprocessing;
use tch::{Device, Kind, Tensor};

use super::input_rule::InputRule;
use super::plane::{Picture, Plane};
use crate::models::ImageBatch;
use crate::train::{BoxTarget, TrainBatch};

/// The films of one part of a step.
pub fn batch(films: &[Picture], rule: &InputRule, device: Device) -> TrainBatch {
    let planes: Vec<&Plane> = films.iter().map(|film| &film.plane).collect();
    let is_abnormal: Vec<f32> = films.iter().map(|film| f32::from(u8::from(film.is_abnormal))).collect();
    TrainBatch {
        images: images(&planes, rule, device),
        boxes: films.iter().map(|film| target(film).to_device(device)).collect(),
        is_abnormal: Tensor::from_slice(&is_abnormal).to_device(device),
    }
}

impl BoxTarget {
    fn to_device(&self, device: Device) -> Self {
        Self { boxes: self.boxes.to_device(device), labels: self.labels.to_device(device) }
    }
}

fn target(film: &Picture) -> BoxTarget {
    let corners: Vec<f32> = film.boxes.iter().flat_map(|one| one.corners.map(|v| v as f32)).collect();
    let labels: Vec<i64> = film.boxes.iter().map(|one| one.class as i64).collect();
    BoxTarget { boxes: Tensor::from_slice(&corners).reshape([-1, 4]), labels: Tensor::from_slice(&labels) }
}

/// Planes normalised as `preprocess::input` does it, each at the top left; what lies outside a film is 0.
pub fn images(planes: &[&Plane], rule: &InputRule, device: Device) -> ImageBatch {
    let [width, height] = rule.plane_size(planes.iter().map(|plane| [plane.width, plane.height]));
    let pixels = if device.is_cuda() {
        on_the_device(planes, &rule.preprocessing, [width, height], device)
    } else {
        on_the_processor(planes, &rule.preprocessing, [width, height])
    };
    let sizes = planes.iter().map(|plane| [plane.height as i64, plane.width as i64]).collect();
    ImageBatch { pixels, sizes }
}

/// Scale and shift of each channel: level * scale + shift.
fn normalisation(p: &Preprocessing) -> [[f32; 2]; 3] {
    [0, 1, 2].map(|c| [(1.0 / (p.divisor * p.std[c])) as f32, (-p.mean[c] / p.std[c]) as f32])
}

/// In plain arithmetic: libtorch's team of threads belongs to the network.
fn on_the_processor(planes: &[&Plane], p: &Preprocessing, [width, height]: [usize; 2]) -> Tensor {
    let mut values = vec![0.0f32; planes.len() * 3 * width * height];
    for (film, plane) in values.chunks_exact_mut(3 * width * height).zip(planes) {
        for (channel, [scale, shift]) in film.chunks_exact_mut(width * height).zip(normalisation(p)) {
            let rows = channel.chunks_exact_mut(width).zip(plane.levels.chunks_exact(plane.width));
            for (row, levels) in rows {
                for (value, level) in row.iter_mut().zip(levels) {
                    *value = level * scale + shift;
                }
            }
        }
    }
    Tensor::from_slice(&values).reshape([planes.len() as i64, 3, height as i64, width as i64])
}

/// One plane a film travels, and three are made of it there.
fn on_the_device(planes: &[&Plane], p: &Preprocessing, [width, height]: [usize; 2], device: Device) -> Tensor {
    let mut levels = vec![0.0f32; planes.len() * width * height];
    for (film, plane) in levels.chunks_exact_mut(width * height).zip(planes) {
        for (row, source) in film.chunks_exact_mut(width).zip(plane.levels.chunks_exact(plane.width)) {
            row[..plane.width].copy_from_slice(source);
        }
    }
    let size = [planes.len() as i64, 1, height as i64, width as i64];
    let levels = Tensor::from_slice(&levels).reshape(size).to_device(device);
    let column = |i: usize| {
        let values = normalisation(p).map(|channel| channel[i]);
        Tensor::from_slice(&values).reshape([1, 3, 1, 1]).to_device(device)
    };
    let pixels = column(1).addcmul(&levels, &column(0));
    let inside = Tensor::zeros(size, (Kind::Float, device));
    for (i, plane) in planes.iter().enumerate() {
        let film = inside.get(i as i64).narrow(1, 0, plane.height as i64).narrow(2, 0, plane.width as i64);
        let _ = film.shallow_clone().fill_(1.0);
    }
    pixels * inside
}
