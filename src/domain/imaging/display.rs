//! Grey levels of a whole film for one view setting.

use super::{Enhancement, Film, Interpolation, Pixels, ShownFilm, Voi};
use crate::domain::geometry::{Point, Transform};

/// What the reader chose for showing the film.
#[derive(Clone, PartialEq, Debug)]
pub struct DisplaySettings {
    pub voi: Voi,
    /// Inverted by the reader, on top of what the file asks for.
    pub is_inverted: bool,
    pub enhancement: Enhancement,
}

impl DisplaySettings {
    /// This window, nothing inverted, nothing enhanced.
    pub fn new(voi: Voi) -> Self {
        Self { voi, is_inverted: false, enhancement: Enhancement::default() }
    }
}

/// The grey level of every texel of a film under one setting: 65,536 fractions of white.
#[derive(Clone, Debug)]
pub struct GreyScale {
    fractions: Vec<f32>,
}

impl GreyScale {
    /// `None` for colour films, which have no grey scale.
    pub fn new(film: &Film, settings: &DisplaySettings) -> Option<Self> {
        let Pixels::Grey(plane) = &film.pixels else { return None };
        let invert = film.facts.is_inverted != settings.is_inverted;
        let fractions = (0..=u16::MAX)
            .map(|texel| {
                let stored = plane.stored_value(texel);
                if film.facts.is_padding(stored) {
                    return 0.0;
                }
                let fraction = settings.voi.fraction(film.facts.modality_value(stored));
                (if invert { 1.0 - fraction } else { fraction }) as f32
            })
            .collect();
        Some(Self { fractions })
    }

    /// The same for the codes of a film's mip chain ([`super::MipChain`]), before inversion and with padding looked up
    /// like any value: what a GPU table holds.
    pub fn of_codes(film: &Film, settings: &DisplaySettings) -> Option<Self> {
        let Pixels::Grey(_) = &film.pixels else { return None };
        let chain = film.mip_chain();
        let value = |code: u16| f64::from(code) * chain.gain + chain.bias;
        Some(Self { fractions: (0..=u16::MAX).map(|code| settings.voi.fraction(value(code)) as f32).collect() })
    }

    /// Every fraction in order.
    pub fn fractions(&self) -> &[f32] {
        &self.fractions
    }

    /// Fraction of white, 0..=1.
    pub fn fraction(&self, texel: u16) -> f32 {
        self.fractions[texel as usize]
    }

    /// Grey level 0..=255, rounded to nearest.
    pub fn level(&self, texel: u16) -> u8 {
        (self.fraction(texel) * 255.0 + 0.5) as u8
    }
}

impl Film {
    /// The film as displayed at one pixel a pixel, enhanced too: grey (one byte a pixel) or RGB (three).
    pub fn rendered(&self, settings: &DisplaySettings) -> Vec<u8> {
        if settings.enhancement.is_on() && matches!(self.pixels, Pixels::Grey(_)) {
            let shown = ShownFilm::new(self, settings, Interpolation::Nearest, Transform::IDENTITY);
            let middles = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
            return middles.map(|(x, y)| shown.level(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5))).collect();
        }
        match (&self.pixels, GreyScale::new(self, settings)) {
            (Pixels::Grey(plane), Some(scale)) => {
                let levels: Vec<u8> = (0..=u16::MAX).map(|texel| scale.level(texel)).collect();
                plane.texels.iter().map(|&texel| levels[texel as usize]).collect()
            }
            (Pixels::Rgb(bytes), _) if settings.is_inverted => bytes.iter().map(|b| 255 - b).collect(),
            (Pixels::Rgb(bytes), _) => bytes.clone(),
            (Pixels::Grey(_), None) => Vec::new(),
        }
    }

    /// As first shown when opened.
    pub fn initial_settings(&self) -> DisplaySettings {
        DisplaySettings::new(self.initial_voi())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Modality, Window};

    #[test]
    fn monochrome1_padding_and_rescale_in_their_order() {
        let facts = DisplayFacts {
            modality: Modality::Rescale { slope: 2.0, intercept: -10.0 },
            is_inverted: true,
            padding: Some((5.0, 5.0)),
            ..DisplayFacts::default()
        };
        let plane = GreyPlane { texels: vec![0, 5, 200], scale: 1.0, offset: 0.0 };
        let film = Film::new(3, 1, Pixels::Grey(plane), facts);
        let settings = DisplaySettings::new(Voi::Window(Window::linear(128.0, 256.0)));
        // -10 is below the window: black, inverted white. Padding stays black. 390 is above: white, inverted black.
        assert_eq!(film.rendered(&settings), vec![255, 0, 0]);
        let inverted = DisplaySettings { is_inverted: true, ..settings };
        assert_eq!(film.rendered(&inverted), vec![0, 0, 255]);
    }
}
