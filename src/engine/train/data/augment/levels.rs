//! Changes of grey levels, as Pillow makes them of 8 bits, without its rounding in between.
//!
//! Films come with fractions of levels (a size was changed before), and keep them.

use crate::train::data::plane::Plane;

/// `factor` of the film against its opposite: 0 is the opposite, 1 the film, above 1 away from the opposite.
fn blend(level: f32, opposite: f32, factor: f32) -> f32 {
    (opposite + factor * (level - opposite)).clamp(0.0, 255.0)
}

/// PIL.ImageEnhance.Brightness.
pub fn brightness(plane: &mut Plane, factor: f64) {
    each(plane, |level| blend(level, 0.0, factor as f32));
}

/// PIL.ImageEnhance.Contrast: against the film's mean, to the nearest level.
pub fn contrast(plane: &mut Plane, factor: f64) {
    let sum: f64 = plane.levels.iter().map(|&level| f64::from(level)).sum();
    let mean = (sum / plane.levels.len().max(1) as f64 + 0.5).floor() as f32;
    each(plane, |level| blend(level, mean, factor as f32));
}

/// PIL.ImageEnhance.Sharpness: against the film smoothed over 3 x 3 pixels with 5 in the middle; its border is itself.
pub fn sharpness(plane: &mut Plane, factor: f64) {
    let (width, height) = (plane.width, plane.height);
    if width < 3 || height < 3 {
        return;
    }
    let source = plane.levels.clone();
    // Sums of three neighbours in a row, once for all three rows that need them.
    let mut sums = vec![0.0f32; source.len()];
    for (sums, row) in sums.chunks_exact_mut(width).zip(source.chunks_exact(width)) {
        for (sum, three) in sums[1..].iter_mut().zip(row.windows(3)) {
            *sum = three[0] + three[1] + three[2];
        }
    }
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let at = y * width + x;
            let smooth = (sums[at - width] + sums[at] + sums[at + width] + 4.0 * source[at]) / 13.0;
            plane.levels[at] = blend(source[at], smooth, factor as f32);
        }
    }
}

/// PIL.ImageOps.autocontrast without a cut-off.
pub fn auto_contrast(plane: &mut Plane) {
    let low = plane.levels.iter().copied().fold(f32::INFINITY, f32::min);
    let high = plane.levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if high > low {
        let scale = 255.0 / (high - low);
        each(plane, |level| (level - low) * scale);
    }
}

/// PIL.ImageOps.equalize, levels between two whole ones between what these become.
pub fn equalize(plane: &mut Plane) {
    let mut counts = [0u64; 256];
    for level in &plane.levels {
        // A cast cuts, and holds what is negative at 0.
        counts[((level + 0.5) as usize).min(255)] += 1;
    }
    let Some(&last) = counts.iter().rfind(|&&count| count > 0) else { return };
    let step = (plane.levels.len() as u64 - last) / 255;
    // One level only, or too few pixels to share out.
    if step == 0 {
        return;
    }
    let mut so_far = step / 2;
    let table = counts.map(|count| {
        let becomes = (so_far / step).min(255) as f32;
        so_far += count;
        becomes
    });
    each(plane, |level| {
        let level = level.clamp(0.0, 255.0);
        let below = level as usize;
        let [from, to] = [table[below], table[(below + 1).min(255)]];
        from + (level - below as f32) * (to - from)
    });
}

/// PIL.ImageOps.solarize.
pub fn solarize(plane: &mut Plane, threshold: f64) {
    let threshold = threshold as f32;
    each(plane, |level| if level < threshold { level } else { 255.0 - level });
}

/// Levels below 128 raised by so much.
pub fn solarize_add(plane: &mut Plane, addition: f64) {
    let addition = addition as f32;
    each(plane, |level| if level < 128.0 { (level + addition).min(255.0) } else { level });
}

fn each(plane: &mut Plane, change: impl Fn(f32) -> f32) {
    for level in &mut plane.levels {
        *level = change(*level);
    }
}
