//! Sharpening by unsharp masking: value + amount * (value - Gaussian blur of it).

use super::{PADDING, Plane, is_value};

/// What full sharpening adds of the difference from the blurred film.
pub const AMOUNT: f32 = 2.0;

/// The blur's standard deviation in film pixels: a thousandth of the longer side, so that films of any resolution are
/// sharpened alike on the screen; at least 1 and at most 6.
pub fn blur_sigma(width: u32, height: u32) -> f32 {
    (width.max(height) as f32 / 1000.0).clamp(1.0, 6.0)
}

/// The Gaussian's weights from the middle outwards, over three standard deviations.
pub fn blur_weights(sigma: f32) -> Vec<f32> {
    let radius = (3.0 * sigma).ceil() as i32;
    (0..=radius).map(|i| (-f64::from(i * i) / (2.0 * f64::from(sigma).powi(2))).exp() as f32).collect()
}

pub(super) fn applied(plane: &Plane, sharpening: f32) -> Plane {
    let weights = blur_weights(blur_sigma(plane.width, plane.height));
    let rows = blurred(plane, &weights, (1, 0));
    let blur = blurred(&rows, &weights, (0, 1));
    let amount = AMOUNT * sharpening.clamp(0.0, 1.0);
    let values = plane.values.iter().zip(&blur.values).map(|(&value, &blurred)| {
        if is_value(value) && is_value(blurred) { value + amount * (value - blurred) } else { value }
    });
    Plane { values: values.collect(), ..*plane }
}

/// Along one direction; what is outside the film or padding has no weight.
fn blurred(plane: &Plane, weights: &[f32], step: (i32, i32)) -> Plane {
    let (w, h) = (plane.width as i32, plane.height as i32);
    let radius = weights.len() as i32 - 1;
    let mut values = Vec::with_capacity(plane.values.len());
    for y in 0..h {
        for x in 0..w {
            let (mut sum, mut total) = (0.0, 0.0);
            for i in -radius..=radius {
                let (x, y) = (x + i * step.0, y + i * step.1);
                if (0..w).contains(&x) && (0..h).contains(&y) {
                    let value = plane.values[(y * w + x) as usize];
                    if is_value(value) {
                        let weight = weights[i.unsigned_abs() as usize];
                        sum += value * weight;
                        total += weight;
                    }
                }
            }
            values.push(if total > 0.0 { sum / total } else { PADDING });
        }
    }
    Plane { width: plane.width, height: plane.height, values }
}
