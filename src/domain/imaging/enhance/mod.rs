//! What the reader may add to the film's own contrast: local contrast, sharpening, equalisation.
//!
//! All three work on modality values (as codes of the mip chain), before windowing: dragging the window costs nothing
//! more, and no setting depends on the window. Padding takes no part and stays padding. The order is local contrast,
//! sharpening, equalisation. The GPU does the same in `shaders/enhance.wgsl`; a test holds it to this file's numbers.

mod equalise;
mod local_contrast;
mod sharpen;

pub use equalise::{CLIP_LIMIT, NUM_BINS, tiles};
pub use local_contrast::{FLATNESS, GUIDE_RADIUS, detail_gain, guide_level};
pub use sharpen::{AMOUNT, blur_sigma, blur_weights};

use super::mip_chain::{rows_of, weights};
use super::{Film, MipChain, Pixels};

/// Enhancement of one film, all of it off unless the reader asks.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Enhancement {
    /// Unsharp masking, 0 (off) ..= 1: twice this much of the difference from a blurred copy is added.
    pub sharpening: f32,
    /// -1 (flatter) ..= 1 (fine structure stronger); 0 is off. Structure beside a guided filter's base is multiplied
    /// by 3 to this power.
    pub local_contrast: f32,
    /// Contrast-limited adaptive histogram equalisation.
    pub is_equalised: bool,
}

impl Enhancement {
    /// Whether anything is switched on.
    pub fn is_on(&self) -> bool {
        self.sharpening > 0.0 || self.local_contrast != 0.0 || self.is_equalised
    }
}

/// What stands for padding among enhanced values; every real value is far above.
pub const PADDING: f32 = -1e30;

/// Enhanced values of a film and its averaged levels, in units of the mip chain's level 0 codes; `PADDING` where the
/// film has none.
#[derive(Clone, PartialEq, Debug)]
pub struct EnhancedFilm {
    levels: Vec<Plane>,
}

/// Row-major values.
#[derive(Clone, PartialEq, Debug)]
pub struct Plane {
    pub width: u32,
    pub height: u32,
    pub values: Vec<f32>,
}

impl EnhancedFilm {
    /// `None` for colour films, which are never enhanced, and where nothing is switched on.
    pub fn new(film: &Film, enhancement: &Enhancement) -> Option<Self> {
        let Pixels::Grey(_) = &film.pixels else { return None };
        if !enhancement.is_on() {
            return None;
        }
        let chain = film.mip_chain();
        let mut plane = level_of(film, chain, 0);
        if enhancement.local_contrast != 0.0 {
            local_contrast::apply(&mut plane, film, chain, enhancement.local_contrast);
        }
        if enhancement.sharpening > 0.0 {
            plane = sharpen::applied(&plane, enhancement.sharpening);
        }
        if enhancement.is_equalised {
            equalise::apply(&mut plane, chain.range);
        }
        let mut levels = vec![plane];
        for level in 1..chain.num_levels() {
            let last = &levels[level as usize - 1];
            levels.push(halved(last));
        }
        Some(Self { levels })
    }

    /// A level as the mip chain counts them.
    pub fn level(&self, level: u32) -> Option<&Plane> {
        self.levels.get(level as usize)
    }
}

/// A level of the mip chain as values.
fn level_of(film: &Film, chain: &MipChain, level: u32) -> Plane {
    let (width, height) = chain.size(film, level);
    let codes = chain.grey(film, level).unwrap_or_default();
    let values = codes.iter().map(|&code| chain.value(code, level).unwrap_or(PADDING)).collect();
    Plane { width, height, values }
}

fn is_value(value: f32) -> bool {
    value > PADDING * 0.5
}

/// The next level: weighted means of the pixels that have a value.
fn halved(from: &Plane) -> Plane {
    let (width, height) = (from.width / 2, from.height / 2);
    let mut values = Vec::with_capacity(width as usize * height as usize);
    for y in 0..height {
        let rows = rows_of(y, from.width, from.height, &from.values);
        for x in 0..width {
            let (first, columns) = weights(x, from.width);
            let (mut sum, mut total) = (0.0, 0.0);
            for (row, row_weight) in rows {
                for (i, weight) in columns.iter().enumerate() {
                    let value = row[(first + i).min(from.width as usize - 1)];
                    if is_value(value) {
                        sum += value * (weight * row_weight);
                        total += weight * row_weight;
                    }
                }
            }
            values.push(if total > 0.0 { sum / total } else { PADDING });
        }
    }
    Plane { width, height, values }
}
