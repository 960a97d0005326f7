//! The film between its pixels: what a viewport shows at one of its own pixels, on the CPU.
//!
//! The shader does the same; a test holds it to this file. Values are filtered before they are windowed. Where the film
//! is minified, two levels of the mip chain are read bilinearly and mixed (trilinear); at 1:1 and above, level 0 is
//! filtered as the reader chose. Padding has no weight, so it never bleeds into anatomy: a place is padding where
//! padding has more than half of the bilinear weight.

use super::enhance::{EnhancedFilm, PADDING};
use super::{DisplaySettings, Film, GreyScale, Interpolation, MipChain, Pixels, Voi};
use crate::domain::geometry::{Point, Transform};

/// The two levels of a mip chain that a film is read from, and the second's share.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LevelChoice {
    pub fine: u32,
    pub coarse: u32,
    /// 0 (all fine) ..< 1.
    pub blend: f64,
}

impl LevelChoice {
    /// `minification`: film pixels a screen pixel. Levels below `first` are not there.
    pub fn new(minification: f64, first: u32, num_levels: u32) -> Self {
        let last = num_levels.saturating_sub(1).max(first);
        let detail = minification.max(1.0).log2().clamp(f64::from(first), f64::from(last));
        let fine = detail.floor() as u32;
        Self { fine, coarse: (fine + 1).min(last), blend: detail - f64::from(fine) }
    }
}

/// Film pixels that the longer edge of a screen pixel spans.
pub fn minification(image_from_framebuffer: &Transform) -> f64 {
    let rows = image_from_framebuffer.rows();
    rows[0].hypot(rows[3]).max(rows[1].hypot(rows[4]))
}

/// A film as one viewport shows it.
#[derive(Debug)]
pub struct ShownFilm<'a> {
    film: &'a Film,
    chain: &'a MipChain,
    settings: &'a DisplaySettings,
    enhanced: Option<EnhancedFilm>,
    /// For VOI LUTs: the grey of each code.
    scale: Option<GreyScale>,
    interpolation: Interpolation,
    image_from_framebuffer: Transform,
    choice: LevelChoice,
}

/// Red, green, blue or a value in the first; and its weight, 0 for padding.
type Tap = ([f64; 3], f64);

impl<'a> ShownFilm<'a> {
    pub fn new(
        film: &'a Film,
        settings: &'a DisplaySettings,
        interpolation: Interpolation,
        image_from_framebuffer: Transform,
    ) -> Self {
        let chain = film.mip_chain();
        let choice = LevelChoice::new(minification(&image_from_framebuffer), 0, chain.num_levels());
        let enhanced = EnhancedFilm::new(film, &settings.enhancement);
        let scale = matches!(settings.voi, Voi::Lut(_)).then(|| GreyScale::of_codes(film, settings)).flatten();
        Self { film, chain, settings, enhanced, scale, interpolation, image_from_framebuffer, choice }
    }

    /// Fractions of white (red, green, blue) at a place of the framebuffer; the middle of pixel (0, 0) is (0.5, 0.5).
    /// `None` outside the film and where it is padding: black.
    pub fn fractions(&self, framebuffer: Point) -> Option<[f64; 3]> {
        let image = self.image_from_framebuffer.apply(framebuffer);
        let (w, h) = (f64::from(self.film.width), f64::from(self.film.height));
        if !(image.x >= 0.0 && image.y >= 0.0 && image.x < w && image.y < h) {
            return None;
        }
        let (mut value, mut weight) = self.sampled(image, self.choice.fine, self.interpolation);
        if self.choice.blend > 0.0 {
            let (far, far_weight) = self.sampled(image, self.choice.coarse, self.interpolation);
            let (a, b) = (weight * (1.0 - self.choice.blend), far_weight * self.choice.blend);
            if a + b > 0.0 {
                value = std::array::from_fn(|i| (value[i] * a + far[i] * b) / (a + b));
            }
            weight = a + b;
        }
        if weight < 0.5 {
            return None;
        }
        Some(match &self.film.pixels {
            Pixels::Rgb(_) => value.map(|v| {
                let fraction = (v / 255.0).clamp(0.0, 1.0);
                if self.settings.is_inverted { 1.0 - fraction } else { fraction }
            }),
            Pixels::Grey(_) => [self.grey(value[0]); 3],
        })
    }

    /// Grey level 0..=255 of the red channel, rounded to nearest.
    pub fn level(&self, framebuffer: Point) -> u8 {
        self.fractions(framebuffer).map_or(0, |fractions| (fractions[0] * 255.0 + 0.5) as u8)
    }

    fn grey(&self, code: f64) -> f64 {
        let fraction = match &self.scale {
            // A LUT is read at codes, and straight between them.
            Some(scale) => {
                let code = code.clamp(0.0, 65535.0);
                let (low, high) = (scale.fraction(code as u16), scale.fraction((code as u16).saturating_add(1)));
                f64::from(low) + f64::from(high - low) * code.fract()
            }
            None => self.settings.voi.fraction(code * self.chain.gain + self.chain.bias),
        };
        if self.film.facts.is_inverted == self.settings.is_inverted { fraction } else { 1.0 - fraction }
    }

    fn tap(&self, x: i64, y: i64, level: u32) -> Tap {
        let (w, h) = self.chain.size(self.film, level);
        let (x, y) = (x.clamp(0, i64::from(w) - 1) as usize, y.clamp(0, i64::from(h) - 1) as usize);
        let at = y * w as usize + x;
        if let Some(plane) = self.enhanced.as_ref().and_then(|enhanced| enhanced.level(level)) {
            let value = plane.values[at];
            return if value > PADDING * 0.5 { ([f64::from(value), 0.0, 0.0], 1.0) } else { ([0.0; 3], 0.0) };
        }
        if let Some(codes) = self.chain.grey(self.film, level) {
            return self.chain.value(codes[at], level).map_or(([0.0; 3], 0.0), |v| ([f64::from(v), 0.0, 0.0], 1.0));
        }
        (self.chain.color(self.film, level, at).map_or([0.0; 3], |c| c.map(f64::from)), 1.0)
    }

    fn sampled(&self, image: Point, level: u32, interpolation: Interpolation) -> Tap {
        let (w, h) = self.chain.size(self.film, level);
        let x = image.x * f64::from(w) / f64::from(self.film.width);
        let y = image.y * f64::from(h) / f64::from(self.film.height);
        let is_magnified = self.choice.fine == 0 && self.choice.blend == 0.0;
        if is_magnified && interpolation == Interpolation::Nearest {
            return self.tap(x.floor() as i64, y.floor() as i64, level);
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let corner = (x.floor() as i64, y.floor() as i64);
        let (fx, fy) = (x - x.floor(), y - y.floor());
        let near = self.weighed(corner, level, &[1.0 - fx, fx], &[1.0 - fy, fy]);
        if !is_magnified || interpolation != Interpolation::Lanczos || near.1 < 0.5 {
            return near;
        }
        // Near padding the negative lobes would have nothing to stand on: bilinear there.
        let from = (corner.0 - 2, corner.1 - 2);
        let whole = (0..36).all(|i| self.tap(from.0 + i % 6, from.1 + i / 6, level).1 > 0.0);
        if whole { self.weighed(from, level, &lanczos(fx), &lanczos(fy)) } else { near }
    }

    /// The mean of the pixels from `from` on under the weights of columns and rows, over those that are not padding.
    fn weighed(&self, from: (i64, i64), level: u32, columns: &[f64], rows: &[f64]) -> Tap {
        let (mut sum, mut total, mut share) = ([0.0; 3], 0.0, 0.0);
        for (dy, row) in (0..).zip(rows) {
            for (dx, column) in (0..).zip(columns) {
                let (value, weight) = self.tap(from.0 + dx, from.1 + dy, level);
                for (sum, value) in sum.iter_mut().zip(value) {
                    *sum += value * weight * row * column;
                }
                share += weight * row * column;
                total += row * column;
            }
        }
        if share <= 0.0 { ([0.0; 3], 0.0) } else { (sum.map(|v| v / share), share / total) }
    }
}

/// Weights of six pixels, the place being `f` (0..=1) from the third towards the fourth: sinc(d) * sinc(d / 3)
/// (Duchon, Journal of Applied Meteorology 18, 1979).
fn lanczos(f: f64) -> [f64; 6] {
    let sinc =
        |x: f64| if x.abs() < 1e-9 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
    std::array::from_fn(|i| {
        let d = f + 2.0 - i as f64;
        sinc(d) * sinc(d / 3.0)
    })
}
