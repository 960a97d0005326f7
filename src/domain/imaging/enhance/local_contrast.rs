//! Local contrast: the film's fine structure, made stronger or weaker beside a smooth base.
//!
//! The base is the film filtered by itself with the fast guided filter (He, Sun, "Fast Guided Filter", 2015; equations
//! 4 to 6): in every small window the film is fitted by a line `a * value + b`, where `a` is near 1 at strong edges and
//! near 0 in flat tissue, so that strong edges get no halo. The fit is made on a small level of the mip chain and
//! spread over the film bilinearly.

use super::super::{Film, MipChain};
use super::{Plane, is_value, level_of};

/// Half the window of the fit, in pixels of the small level: a window is about a fifteenth of the film.
pub const GUIDE_RADIUS: i32 = 8;

/// The filter's epsilon, in units of the film's range squared: contrast under a tenth of the range counts as structure.
pub const FLATNESS: f32 = 0.01;

/// The longer side of the small level, at most, where the chain goes so far.
const GUIDE_SIDE: u32 = 256;

/// By how much structure beside the base is multiplied.
pub fn detail_gain(local_contrast: f32) -> f32 {
    (f64::from(local_contrast.clamp(-1.0, 1.0)) * 3.0f64.ln()).exp() as f32
}

/// The level of the chain that the fit is made on.
pub fn guide_level(film: &Film, chain: &MipChain) -> u32 {
    let is_small = |level: &u32| {
        let (w, h) = chain.size(film, *level);
        w.max(h) <= GUIDE_SIDE
    };
    (0..chain.num_levels()).find(is_small).unwrap_or(chain.num_levels() - 1)
}

pub(super) fn apply(plane: &mut Plane, film: &Film, chain: &MipChain, local_contrast: f32) {
    let (low, high) = chain.range;
    let (span, gain) = (high - low, detail_gain(local_contrast));
    let guide = level_of(film, chain, guide_level(film, chain));
    let unit = |value: f32| (value - low) / span - 0.5;
    let fit = windows(guide.width, guide.height, |window| {
        fitted(window.filter_map(|at| {
            let value = guide.values[at];
            is_value(value).then(|| unit(value))
        }))
    });
    let base = windows(guide.width, guide.height, |window| {
        let (mut a, mut b, mut num) = (0.0, 0.0, 0.0);
        for at in window {
            a += fit[at][0];
            b += fit[at][1];
            num += 1.0;
        }
        [a / num, b / num]
    });
    let (step_x, step_y) = (guide.width as f32 / plane.width as f32, guide.height as f32 / plane.height as f32);
    for y in 0..plane.height {
        for x in 0..plane.width {
            let value = &mut plane.values[y as usize * plane.width as usize + x as usize];
            if !is_value(*value) {
                continue;
            }
            let [a, b] = spread(&base, &guide, (x as f32 + 0.5) * step_x - 0.5, (y as f32 + 0.5) * step_y - 0.5);
            let u = unit(*value);
            let smooth = a * u + b;
            *value = (smooth + gain * (u - smooth) + 0.5) * span + low;
        }
    }
}

/// A result for each pixel from the indices of the window around it, cut at the film's border.
fn windows(width: u32, height: u32, of: impl Fn(&mut dyn Iterator<Item = usize>) -> [f32; 2]) -> Vec<[f32; 2]> {
    let (w, h) = (width as i32, height as i32);
    let mut out = Vec::with_capacity((w * h) as usize);
    for y in 0..h {
        for x in 0..w {
            let rows = (y - GUIDE_RADIUS).max(0)..=(y + GUIDE_RADIUS).min(h - 1);
            let columns = (x - GUIDE_RADIUS).max(0)..=(x + GUIDE_RADIUS).min(w - 1);
            out.push(of(&mut rows.flat_map(|y| columns.clone().map(move |x| (y * w + x) as usize))));
        }
    }
    out
}

/// The line of one window: variance / (variance + epsilon), and what is left of the mean.
fn fitted(values: impl Iterator<Item = f32>) -> [f32; 2] {
    let (mut sum, mut squares, mut num) = (0.0, 0.0, 0.0);
    for u in values {
        sum += u;
        squares += u * u;
        num += 1.0;
    }
    if num == 0.0 {
        return [0.0, 0.0];
    }
    let mean: f32 = sum / num;
    let variance = (squares / num - mean * mean).max(0.0);
    let a = variance / (variance + FLATNESS);
    [a, (1.0 - a) * mean]
}

/// Bilinear, the border's values holding outside.
fn spread(fit: &[[f32; 2]], guide: &Plane, x: f32, y: f32) -> [f32; 2] {
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let at = |dx: i32, dy: i32| {
        let column = (x.floor() as i32 + dx).clamp(0, guide.width as i32 - 1);
        let row = (y.floor() as i32 + dy).clamp(0, guide.height as i32 - 1);
        fit[(row * guide.width as i32 + column) as usize]
    };
    let (p, q, r, s) = (at(0, 0), at(1, 0), at(0, 1), at(1, 1));
    std::array::from_fn(|i| (p[i] * (1.0 - fx) + q[i] * fx) * (1.0 - fy) + (r[i] * (1.0 - fx) + s[i] * fx) * fy)
}
