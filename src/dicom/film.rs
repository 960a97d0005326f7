//! Stored values to a film that can be shown: integer texels or colours, with the facts about display.

use super::DicomError;
use super::codecs::StreamDecoder;
use super::colour::{Palette, bytes_of_colour, rgb_from_ybr};
use super::display_facts::display_facts;
use super::film_file::{FilmFile, Overshoot};
use super::pixel_form::{Number, Photometric};
use super::samples::{Samples, StoredFrame};
use crate::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels};

/// A film and what the reader should know about how it was read.
#[derive(Clone, PartialEq, Debug)]
pub struct DecodedFilm {
    pub film: Film,
    /// Damage that was decoded around, values that had to be assumed.
    pub warnings: Vec<String>,
}

impl FilmFile {
    /// One frame, counted from 0, ready to be shown.
    pub fn film(&mut self, frame: u32, decoder: &mut dyn StreamDecoder) -> Result<DecodedFilm, DicomError> {
        let (stored, overlays) = self.frame(frame, decoder, Overshoot::Limited)?;
        let StoredFrame { width, height, samples, number, is_ybr, mut warnings, .. } = stored;
        let form = self.form();
        let told = display_facts(self.root(), form, frame, &mut warnings);
        let facts = DisplayFacts { overlays, compression: self.compression(), ..told };
        let pixels = match form.photometric {
            Photometric::Palette => Pixels::Rgb(Palette::read(self.root(), form)?.applied(&samples, number)),
            _ if form.samples == 3 => {
                let mut bytes = bytes_of_colour(samples, form);
                if is_ybr {
                    rgb_from_ybr(&mut bytes, form.photometric);
                }
                Pixels::Rgb(bytes)
            }
            _ => Pixels::Grey(grey_plane(samples, number)),
        };
        Ok(DecodedFilm { film: Film::new(width, height, pixels, facts), warnings })
    }
}

/// Texels of a grey film. 8 and 16 bits lose nothing; more are spread over 16 from the least to the
/// greatest value of the frame.
fn grey_plane(samples: Samples, number: Number) -> GreyPlane {
    const SIGN: u16 = 0x8000;
    let is_signed = number == Number::Signed;
    let offset = if is_signed { -32768.0 } else { 0.0 };
    match samples {
        Samples::Words(mut texels) => {
            if is_signed {
                for texel in &mut texels {
                    *texel ^= SIGN;
                }
            }
            GreyPlane { texels, scale: 1.0, offset }
        }
        Samples::Bytes(bytes) => {
            let texels = if is_signed {
                bytes.iter().map(|&b| i16::from(b as i8) as u16 ^ SIGN).collect()
            } else {
                bytes.iter().map(|&b| u16::from(b)).collect()
            };
            GreyPlane { texels, scale: 1.0, offset }
        }
        Samples::Longs(v) => match number {
            Number::Unsigned => spread(v.iter().map(|&n| f64::from(n))),
            Number::Signed => spread(v.iter().map(|&n| f64::from(n as i32))),
            Number::Float => spread(v.iter().map(|&n| f64::from(f32::from_bits(n)))),
        },
        Samples::Doubles(v) => spread(v.iter().map(|&n| f64::from_bits(n))),
    }
}

/// Values that are not finite become the least.
fn spread(values: impl Iterator<Item = f64> + Clone) -> GreyPlane {
    let finite = || values.clone().filter(|v| v.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return GreyPlane { texels: values.map(|_| 0).collect(), scale: 1.0, offset: 0.0 };
    }
    // Halves first: the span of two huge doubles overflows.
    let scale = (high / 65535.0 - low / 65535.0).max(f64::MIN_POSITIVE);
    let texels = values.map(|v| if v.is_finite() { ((v - low) / scale).round().clamp(0.0, 65535.0) as u16 } else { 0 });
    GreyPlane { texels: texels.collect(), scale, offset: low }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_planes_keep_their_values() {
        let check = |samples: Samples, number: Number, expected: &[f64]| {
            let plane = grey_plane(samples, number);
            let values: Vec<f64> = plane.texels.iter().map(|&t| plane.stored_value(t)).collect();
            assert!(values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3 * b.abs().max(1.0)), "{values:?}");
        };
        check(Samples::Words(vec![0, 0x7fff, 0x8000, 0xffff]), Number::Signed, &[0.0, 32767.0, -32768.0, -1.0]);
        check(Samples::Bytes(vec![0, 0xff]), Number::Signed, &[0.0, -1.0]);
        check(Samples::Bytes(vec![0, 0xff]), Number::Unsigned, &[0.0, 255.0]);
        check(Samples::Longs(vec![5, 5]), Number::Unsigned, &[5.0, 5.0]);
        check(Samples::Longs([-2.0f32, 1e6].map(f32::to_bits).to_vec()), Number::Float, &[-2.0, 1e6]);
    }

    #[test]
    fn a_frame_of_nothing_finite_is_flat() {
        let plane = grey_plane(Samples::Longs(vec![f32::NAN.to_bits(); 3]), Number::Float);
        assert_eq!(plane.texels, vec![0; 3]);
    }
}
