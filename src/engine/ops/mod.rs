//! Operators that libtorch's core lacks, equal to torchvision's.

pub mod nms;
pub mod roi_align;
pub mod anchors;
pub mod box_coder;

use tch::{Device, Kind, Tensor};

/// Numbers of 16 bits raised to 32, in which scores, boxes and sums are computed. What has more keeps it: networks are held
/// against their references in 64 bits, where what one computer rounds otherwise than another does not show.
pub fn wide(tensor: &Tensor) -> Tensor {
    tensor.to_kind(wide_kind(tensor))
}

/// The kind of [`wide`].
pub fn wide_kind(tensor: &Tensor) -> Kind {
    match tensor.kind() {
        Kind::Half | Kind::BFloat16 => Kind::Float,
        kind => kind,
    }
}

/// The sum of all numbers, wide.
pub fn total(tensor: &Tensor) -> Tensor {
    tensor.sum(wide_kind(tensor))
}

/// torchvision.ops.clip_boxes_to_image: boxes (..., 4) held inside a film of `[height, width]`.
pub fn clip_to_film(boxes: &Tensor, [height, width]: [i64; 2]) -> Tensor {
    let x = boxes.slice(-1, 0, None, 2).clamp(0.0, width as f64);
    let y = boxes.slice(-1, 1, None, 2).clamp(0.0, height as f64);
    Tensor::stack(&[x, y], -1).reshape(boxes.size())
}

/// torchvision.ops.box_iou: how much boxes (n, 4) and others (m, 4) overlap, (n, m), 0 to 1.
pub fn overlaps(boxes: &Tensor, others: &Tensor) -> Tensor {
    let [common, union] = common_and_union(boxes, others);
    common / union
}

/// torchvision.ops.generalized_box_iou: the same less the share of the smallest box around both that neither covers,
/// (n, m), -1 to 1. Rezatofighi et al. 2019.
pub fn generalised_overlaps(boxes: &Tensor, others: &Tensor) -> Tensor {
    let [common, union] = common_and_union(boxes, others);
    let [low, high] = corners(boxes).map(|t| t.unsqueeze(1));
    let [other_low, other_high] = corners(others).map(|t| t.unsqueeze(0));
    let around = area(&(high.maximum(&other_high) - low.minimum(&other_low)));
    common / &union - (&around - union) / &around
}

fn common_and_union(boxes: &Tensor, others: &Tensor) -> [Tensor; 2] {
    let [[low, high], [other_low, other_high]] = [corners(boxes), corners(others)];
    let areas = area(&(&high - &low)).unsqueeze(1) + area(&(&other_high - &other_low)).unsqueeze(0);
    let sides = high.unsqueeze(1).minimum(&other_high) - low.unsqueeze(1).maximum(&other_low);
    let common = area(&sides.clamp_min(0.0));
    let union = areas - &common;
    [common, union]
}

/// The two corners of boxes (n, 4), each (n, 2).
pub fn corners(boxes: &Tensor) -> [Tensor; 2] {
    [boxes.slice(-1, 0, 2, 1), boxes.slice(-1, 2, 4, 1)]
}

/// Width times height of (..., 2).
fn area(sides: &Tensor) -> Tensor {
    sides.select(-1, 0) * sides.select(-1, 1)
}

/// torchvision.ops.remove_small_boxes: places of the boxes (n, 4) whose sides are both at least `min_side`.
pub fn places_of_large(boxes: &Tensor, min_side: f64) -> Tensor {
    let sides = boxes.slice(-1, 2, 4, 1) - boxes.slice(-1, 0, 2, 1);
    places_where(&sides.ge(min_side).all_dim(-1, false))
}

/// `torch.where(mask)[0]` of a mask (n).
pub fn places_where(mask: &Tensor) -> Tensor {
    mask.nonzero().squeeze_dim(1)
}

/// Whole numbers as a tensor on a device.
pub fn places(values: &[i64], device: Device) -> Tensor {
    Tensor::from_slice(values).to_device(device)
}

/// The tensor's values as 32-bit floats in reading order.
pub fn floats(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.detach().to_device(Device::Cpu).to_kind(Kind::Float).contiguous();
    let mut values = vec![0.0; flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    values
}

/// The tensor's values as whole numbers in reading order.
pub fn wholes(tensor: &Tensor) -> Vec<i64> {
    let flat = tensor.to_device(Device::Cpu).to_kind(Kind::Int64).contiguous();
    let mut values = vec![0; flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    values
}

#[cfg(test)]
mod parity;
