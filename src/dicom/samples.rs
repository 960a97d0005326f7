//! Stored values of one frame, exactly as the file holds them, before any LUT.

use super::pixel_form::{Number, PixelForm};

/// Bit patterns of samples, pixel after pixel, in this computer's byte order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Samples {
    Bytes(Vec<u8>),
    Words(Vec<u16>),
    Longs(Vec<u32>),
    Doubles(Vec<u64>),
}

/// One frame of stored values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredFrame {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1, or 3 interleaved.
    pub samples_per_pixel: u16,
    pub number: Number,
    /// Sign-extended from the bits stored where signed.
    pub samples: Samples,
    /// Colour samples are luminance and chrominance, not red, green and blue.
    pub is_ybr: bool,
    /// What the reader should know: damage that was decoded around, assumptions.
    pub warnings: Vec<String>,
}

impl Samples {
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(v) => v.len(),
            Self::Words(v) => v.len(),
            Self::Longs(v) => v.len(),
            Self::Doubles(v) => v.len(),
        }
    }

    /// Bytes of one sample.
    pub fn sample_bytes(&self) -> usize {
        match self {
            Self::Bytes(_) => 1,
            Self::Words(_) => 2,
            Self::Longs(_) => 4,
            Self::Doubles(_) => 8,
        }
    }

    /// As many and as wide as the form says.
    pub(super) fn fits(&self, form: &PixelForm) -> bool {
        (self.len(), self.sample_bytes()) == (form.num_samples(), form.sample_bytes())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Little-endian bytes, as `rachis pixels --raw` writes them.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes(v) => v.clone(),
            Self::Words(v) => v.iter().flat_map(|n| n.to_le_bytes()).collect(),
            Self::Longs(v) => v.iter().flat_map(|n| n.to_le_bytes()).collect(),
            Self::Doubles(v) => v.iter().flat_map(|n| n.to_le_bytes()).collect(),
        }
    }

    /// From little-endian bytes of samples `sample_bytes` wide; trailing bytes are dropped.
    pub fn from_le_bytes(bytes: Vec<u8>, sample_bytes: usize) -> Self {
        match sample_bytes {
            2 => Self::Words(bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect()),
            4 => Self::Longs(bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect()),
            8 => Self::Doubles(
                bytes.chunks_exact(8).map(|c| u64::from_le_bytes(c.try_into().expect("chunks of eight"))).collect(),
            ),
            _ => Self::Bytes(bytes),
        }
    }

    /// Bytes widened to 16 bits where the film allocates 16.
    pub(super) fn widened(self, form: &PixelForm) -> Self {
        match self {
            Self::Bytes(v) if form.sample_bytes() == 2 => Self::Words(v.into_iter().map(u16::from).collect()),
            Self::Bytes(v) if form.sample_bytes() == 4 => Self::Longs(v.into_iter().map(u32::from).collect()),
            Self::Words(v) if form.sample_bytes() == 4 => Self::Longs(v.into_iter().map(u32::from).collect()),
            other => other,
        }
    }

    /// Unsigned values above the bits stored become the greatest of them.
    pub(super) fn limit_to_stored_bits(&mut self, form: &PixelForm) {
        match self {
            Self::Bytes(v) if form.bits_stored < 8 => {
                let white = (1u8 << form.bits_stored) - 1;
                for n in v {
                    *n = (*n).min(white);
                }
            }
            Self::Words(v) if form.bits_stored < 16 => {
                let white = (1u16 << form.bits_stored) - 1;
                for n in v {
                    *n = (*n).min(white);
                }
            }
            Self::Bytes(_) | Self::Words(_) | Self::Longs(_) | Self::Doubles(_) => {}
        }
    }

    /// Moves the stored bits down to bit 0 and sets those above to the sign or to zero: overlays
    /// and noise live there in old films (PS3.5 8.1.1).
    pub(super) fn keep_stored_bits(&mut self, form: &PixelForm) {
        if form.number == Number::Float || form.bits_allocated == 1 {
            return;
        }
        let down = u32::from(form.high_bit + 1 - form.bits_stored);
        let bits = u32::from(form.bits_stored);
        let is_signed = form.number == Number::Signed;
        match self {
            Self::Bytes(v) if bits < 8 => {
                let up = 8 - bits;
                for n in v {
                    *n = if is_signed { ((*n >> down << up) as i8 >> up) as u8 } else { *n >> down << up >> up };
                }
            }
            Self::Words(v) if bits < 16 => {
                let up = 16 - bits;
                for n in v {
                    *n = if is_signed { ((*n >> down << up) as i16 >> up) as u16 } else { *n >> down << up >> up };
                }
            }
            Self::Longs(v) if bits < 32 => {
                let up = 32 - bits;
                for n in v {
                    *n = if is_signed { ((*n >> down << up) as i32 >> up) as u32 } else { *n >> down << up >> up };
                }
            }
            Self::Bytes(_) | Self::Words(_) | Self::Longs(_) | Self::Doubles(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dicom::pixel_form::Photometric;

    fn form(bits_stored: u16, high_bit: u16, number: Number) -> PixelForm {
        PixelForm {
            rows: 1,
            columns: 1,
            num_frames: 1,
            samples: 1,
            photometric: Photometric::Monochrome2,
            is_planar: false,
            bits_allocated: 16,
            bits_stored,
            high_bit,
            number,
        }
    }

    #[test]
    fn stored_bits_are_moved_masked_and_sign_extended() {
        let check = |form: &PixelForm, value: u16, expected: u16| {
            let mut samples = Samples::Words(vec![value]);
            samples.keep_stored_bits(form);
            assert_eq!(samples, Samples::Words(vec![expected]), "{form:?}");
        };
        check(&form(12, 11, Number::Unsigned), 0xf123, 0x0123);
        check(&form(12, 15, Number::Unsigned), 0x123f, 0x0123);
        check(&form(9, 8, Number::Signed), 0x01ff, 0xffff);
        check(&form(9, 8, Number::Signed), 0xfe01, 0x0001);
        check(&form(16, 15, Number::Signed), 0x8000, 0x8000);
    }
}
