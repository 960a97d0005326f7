//! What happens to a film's values on their way to the screen, step by step, for the overlay to say.

use super::enhance::Enhancement;
use super::{DisplaySettings, Film, Interpolation, Modality, Pixels, Voi, VoiFunction};

/// One step of the chain, with what a reader would want to know of it. Steps that do nothing are left out.
#[derive(Clone, PartialEq, Debug)]
pub enum ChainStep {
    /// Integer values as the file stores them.
    Stored {
        bits: u16,
    },
    /// A colour film: none of the grey steps.
    Colour,
    /// Values that stand for nothing are black.
    Padding,
    /// value = slope * stored + intercept.
    Rescale {
        slope: f64,
        intercept: f64,
    },
    ModalityLut,
    /// The number is [`Enhancement::local_contrast`].
    LocalContrast(f32),
    /// The number is [`Enhancement::sharpening`].
    Sharpening(f32),
    /// CLAHE.
    Equalised,
    /// Shown smaller than its pixels: read from the mip chain, between two levels.
    Minified,
    /// Shown at its pixels' size or larger.
    Magnified(Interpolation),
    Window(VoiFunction),
    VoiLut,
    /// The lowest value is white: MONOCHROME1 or presentation shape INVERSE, or the reader's wish, but not both.
    Inverted,
    /// To so many bits a channel, with dither or plainly rounded.
    Screen {
        bits: u32,
        is_dithered: bool,
    },
}

/// What the screen and the graphics device do.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ScreenFacts {
    /// Film pixels a screen pixel.
    pub minification: f64,
    pub interpolation: Interpolation,
    pub is_dithered: bool,
    /// Bits a channel.
    pub bits: u32,
    /// Whether the graphics device can enhance; where not, the film is shown as it is.
    pub can_enhance: bool,
}

/// The steps in their order.
pub fn chain_text(film: &Film, settings: &DisplaySettings, screen: &ScreenFacts) -> Vec<ChainStep> {
    let is_grey = matches!(film.pixels, Pixels::Grey(_));
    let mut steps = vec![if is_grey { ChainStep::Stored { bits: film.facts.bits_stored } } else { ChainStep::Colour }];
    if is_grey {
        if film.facts.padding.is_some() {
            steps.push(ChainStep::Padding);
        }
        match film.facts.modality {
            Modality::Rescale { slope: 1.0, intercept: 0.0 } => {}
            Modality::Rescale { slope, intercept } => steps.push(ChainStep::Rescale { slope, intercept }),
            Modality::Lut { .. } => steps.push(ChainStep::ModalityLut),
        }
        if screen.can_enhance {
            steps.extend(enhancement_steps(&settings.enhancement));
        }
    }
    steps.push(if screen.minification > 1.0 {
        ChainStep::Minified
    } else {
        ChainStep::Magnified(screen.interpolation)
    });
    if is_grey {
        steps.push(match &settings.voi {
            Voi::Window(window) => ChainStep::Window(window.function),
            Voi::Lut(_) => ChainStep::VoiLut,
        });
    }
    if settings.is_inverted != (is_grey && film.facts.is_inverted) {
        steps.push(ChainStep::Inverted);
    }
    steps.push(ChainStep::Screen { bits: screen.bits, is_dithered: screen.is_dithered });
    steps
}

fn enhancement_steps(enhancement: &Enhancement) -> impl Iterator<Item = ChainStep> {
    let contrast = (enhancement.local_contrast != 0.0).then_some(ChainStep::LocalContrast(enhancement.local_contrast));
    let sharpening = (enhancement.sharpening > 0.0).then_some(ChainStep::Sharpening(enhancement.sharpening));
    let equalised = enhancement.is_equalised.then_some(ChainStep::Equalised);
    [contrast, sharpening, equalised].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Window};

    #[test]
    fn every_step_that_does_something_is_there_in_its_order() {
        let facts = DisplayFacts {
            modality: Modality::Rescale { slope: 2.0, intercept: -10.0 },
            is_inverted: true,
            padding: Some((0.0, 0.0)),
            bits_stored: 12,
            ..DisplayFacts::default()
        };
        let plane = GreyPlane { texels: vec![0], scale: 1.0, offset: 0.0 };
        let film = Film::new(1, 1, Pixels::Grey(plane), facts);
        let plain = DisplaySettings::new(Voi::Window(Window::linear(100.0, 50.0)));
        let mut screen = ScreenFacts {
            minification: 0.5,
            interpolation: Interpolation::Lanczos,
            is_dithered: true,
            bits: 8,
            can_enhance: true,
        };
        let enhancement = Enhancement { sharpening: 0.5, local_contrast: -0.2, is_equalised: true };
        assert_eq!(
            chain_text(&film, &DisplaySettings { enhancement, ..plain.clone() }, &screen),
            vec![
                ChainStep::Stored { bits: 12 },
                ChainStep::Padding,
                ChainStep::Rescale { slope: 2.0, intercept: -10.0 },
                ChainStep::LocalContrast(-0.2),
                ChainStep::Sharpening(0.5),
                ChainStep::Equalised,
                ChainStep::Magnified(Interpolation::Lanczos),
                ChainStep::Window(VoiFunction::Linear),
                ChainStep::Inverted,
                ChainStep::Screen { bits: 8, is_dithered: true },
            ]
        );
        screen.can_enhance = false;
        screen.minification = 2.0;
        let steps = chain_text(&film, &DisplaySettings { enhancement, is_inverted: true, ..plain }, &screen);
        assert!(!steps.contains(&ChainStep::Equalised) && !steps.contains(&ChainStep::Inverted));
        assert!(steps.contains(&ChainStep::Minified));
    }

    #[test]
    fn a_colour_film_has_no_grey_steps() {
        let film = Film::new(1, 1, Pixels::Rgb(vec![1, 2, 3]), DisplayFacts::default());
        let screen = ScreenFacts {
            minification: 1.0,
            interpolation: Interpolation::Bilinear,
            is_dithered: false,
            bits: 8,
            can_enhance: true,
        };
        let steps = chain_text(&film, &film.initial_settings(), &screen);
        assert_eq!(
            steps,
            vec![
                ChainStep::Colour,
                ChainStep::Magnified(Interpolation::Bilinear),
                ChainStep::Screen { bits: 8, is_dithered: false }
            ]
        );
    }
}
