//! Operators that libtorch's core lacks, equal to torchvision's.

pub mod nms;
pub mod roi_align;
pub mod anchors;
pub mod box_coder;

use tch::{Device, Kind, Tensor};

/// torchvision.ops.clip_boxes_to_image: boxes (..., 4) held inside a film of `[height, width]`.
pub fn clip_to_film(boxes: &Tensor, [height, width]: [i64; 2]) -> Tensor {
    let x = boxes.slice(-1, 0, None, 2).clamp(0.0, width as f64);
    let y = boxes.slice(-1, 1, None, 2).clamp(0.0, height as f64);
    Tensor::stack(&[x, y], -1).reshape(boxes.size())
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
