//! What a classifier is trained to make small: cross-entropy of one logit a film, or the focal loss of it; and, where it is
//! wanted, how little of its heat map lies on the boxes.

use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;
use tch::{Kind, Reduction, Tensor};

use crate::layers::Mode;
use crate::models::Classifier;
use crate::ops::wide;
use crate::train::{Losses, TrainBatch};

pub fn losses(net: &dyn Classifier, batch: &TrainBatch, recipe: &Recipe) -> Losses {
    let features = net.features(&batch.images.pixels, Mode::Train);
    let logits = wide(&net.logits_of(&features)).reshape([-1]);
    let targets = &batch.is_abnormal;
    let loss = if recipe.choice(Key::Loss) == "focal" {
        focal(&logits, targets, recipe.real(Key::FocalAlpha), recipe.real(Key::FocalGamma))
    } else {
        logits.binary_cross_entropy_with_logits::<Tensor>(targets, None, None, Reduction::Mean)
    };
    let mut parts = vec![("classification", loss)];
    let weight = recipe.real(Key::HeatMapWeight);
    if weight > 0.0 && net.has_features() {
        parts.push(("heat map", beside_boxes(&heat_maps(net, &features), batch) * weight));
    }
    Losses(parts)
}

/// (films, h, w): the logit that each cell would have alone, the class activation map of Zhou et al. 2016. The film's logit
/// is their mean.
fn heat_maps(net: &dyn Classifier, features: &Tensor) -> Tensor {
    let (films, channels, height, width) = features.size4().expect("a map of features has four sides");
    let cells = features.permute([0, 2, 3, 1]).reshape([-1, channels, 1, 1]);
    net.logits_of(&cells).to_kind(Kind::Float).reshape([films, height, width])
}

/// The mean over the films of -ln of the share of the map's softmax that lies on cells which boxes touch; 0 for a film
/// without boxes. Only differences within a map count, so it never pulls at the film's own answer.
fn beside_boxes(maps: &Tensor, batch: &TrainBatch) -> Tensor {
    let (_, height, width) = maps.size3().expect("one map a film");
    let pixels = batch.images.pixels.size();
    let cell = [pixels[3] as f64 / width as f64, pixels[2] as f64 / height as f64];
    let each = batch.boxes.iter().enumerate().filter(|(_, target)| target.boxes.size()[0] > 0).map(|(film, target)| {
        let is_beside = touched(&target.boxes, cell, [width, height]).logical_not();
        let map = maps.get(film as i64);
        let on_boxes = map.masked_fill(&is_beside, f64::NEG_INFINITY);
        map.logsumexp([0i64, 1].as_slice(), false) - on_boxes.logsumexp([0i64, 1].as_slice(), false)
    });
    let sum = each.reduce(|a, b| a + b).unwrap_or_else(|| maps.sum(Kind::Float) * 0.0);
    sum / batch.boxes.len().max(1) as f64
}

/// (h, w): the cells that any of the boxes (xmin, ymin, xmax, ymax in pixels) touches, at least one a box. Where the boxes
/// are, so that no step waits for the graphics card.
fn touched(boxes: &Tensor, cell: [f64; 2], sides: [i64; 2]) -> Tensor {
    let along = |axis: usize| {
        let (num, last) = (sides[axis], (sides[axis] - 1) as f64);
        let corner = |n: usize| (boxes.select(1, n as i64) / cell[axis]).unsqueeze(1);
        let first_cell = corner(axis).floor().clamp(0.0, last);
        let last_cell = (corner(axis + 2).ceil() - 1.0).clamp(0.0, last).maximum(&first_cell);
        let cells = Tensor::arange(num, (Kind::Float, boxes.device()));
        cells.ge_tensor(&first_cell).logical_and(&cells.le_tensor(&last_cell))
    };
    let (columns, rows) = (along(0), along(1));
    rows.unsqueeze(2).logical_and(&columns.unsqueeze(1)).any_dim(0, false)
}

/// torchvision.ops.sigmoid_focal_loss with the mean of the films; an `alpha` below 0 is off. Lin et al. 2017.
fn focal(logits: &Tensor, targets: &Tensor, alpha: f64, gamma: f64) -> Tensor {
    let entropy = logits.binary_cross_entropy_with_logits::<Tensor>(targets, None, None, Reduction::None);
    let p = logits.sigmoid();
    let is_normal: Tensor = 1.0 - targets;
    let of_other: Tensor = &p * &is_normal + (1.0 - &p) * targets;
    let loss = entropy * of_other.pow_tensor_scalar(gamma);
    let weighed = if alpha < 0.0 { loss } else { loss * (targets * alpha + is_normal * (1.0 - alpha)) };
    weighed.mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::models::ImageBatch;
    use crate::train::BoxTarget;

    #[test]
    fn the_share_of_the_map_beside_the_boxes_is_what_counts() {
        // Two films of 2 x 3 cells, 10 pixels each; the first has a box over the right column's two cells.
        let maps =
            Tensor::from_slice(&[0.0f32, 0.0, 1.0, 0.0, 0.0, 2.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0]).reshape([2, 2, 3]);
        let boxes = |corners: &[f32]| BoxTarget {
            boxes: Tensor::from_slice(corners).reshape([-1, 4]),
            labels: Tensor::zeros([corners.len() as i64 / 4], (Kind::Int64, Device::Cpu)),
        };
        let batch = TrainBatch {
            images: ImageBatch {
                pixels: Tensor::zeros([2, 3, 20, 30], (Kind::Float, Device::Cpu)),
                sizes: vec![[20, 30]; 2],
            },
            boxes: vec![boxes(&[20.0, 3.0, 29.9, 15.0]), boxes(&[])],
            is_abnormal: Tensor::from_slice(&[1.0f32, 0.0]),
        };
        let e = std::f64::consts::E;
        let share = (e + e * e) / (e + e * e + 4.0);
        let said = beside_boxes(&maps, &batch).double_value(&[]);
        assert!((said - -share.ln() / 2.0).abs() < 1e-6, "{said}");
        // A side on the border of two cells is not in the next one; a point there is.
        let cells = |corners: &[f32]| {
            let touched = touched(&boxes(corners).boxes, [10.0, 10.0], [3, 2]).flatten(0, 1);
            Vec::<bool>::try_from(touched).unwrap()
        };
        assert_eq!(cells(&[0.0, 0.0, 10.0, 10.0]), [true, false, false, false, false, false]);
        assert_eq!(cells(&[10.0, 10.0, 10.0, 10.0, 25.0, 0.0, 40.0, 5.0]), [false, false, true, false, true, false]);
        // Adding to all cells of a map changes nothing.
        let moved = beside_boxes(&(maps + 3.0), &batch).double_value(&[]);
        assert!((said - moved).abs() < 1e-6);
    }
}
