//! Pixels that are not compressed (PS3.5 8.1 and annex D).

use super::pixel_form::{Photometric, PixelForm};
use super::samples::Samples;
use super::walk::Vr;
use super::{DicomError, Input};

/// Where native frames are and how they are written.
#[derive(Clone, Copy, Debug)]
pub struct NativePixels {
    pub start: usize,
    /// Bytes of all frames together, as declared.
    pub len: usize,
    pub vr: Vr,
    pub is_big_endian: bool,
}

impl NativePixels {
    /// Reads one frame straight into samples: the file's bytes pass memory once.
    pub fn frame(self, input: &mut Input, form: &PixelForm, frame: u32) -> Result<Samples, DicomError> {
        if form.bits_allocated == 1 {
            return self.bits(input, form, frame);
        }
        // Some films name the subsampled form but hold all three samples.
        let full = form.num_samples() * form.sample_bytes();
        let is_subsampled =
            form.photometric == Photometric::YbrFull422 && self.len < full.saturating_mul(form.num_frames as usize);
        let frame_bytes = if is_subsampled { form.frame_bytes() } else { full };
        let from = frame_bytes.checked_mul(frame as usize).filter(|from| from.saturating_add(frame_bytes) <= self.len);
        let Some(from) = from else {
            return Err(DicomError::damaged(format!(
                "its header promises {} bytes of pixels, but there are {}",
                frame_bytes.saturating_mul(form.num_frames as usize),
                self.len
            )));
        };
        let start = self.start + from;
        // One conversion for each byte order and width, so that each becomes a plain copy or a byte swap.
        let samples = match (form.sample_bytes(), self.is_big_endian) {
            (1, _) => Samples::Bytes(self.read_bytes(input, from, frame_bytes)?),
            (2, false) => Samples::Words(converted(input, start, frame_bytes, u16::from_le_bytes)?),
            (2, true) => Samples::Words(converted(input, start, frame_bytes, u16::from_be_bytes)?),
            (4, false) => Samples::Longs(converted(input, start, frame_bytes, u32::from_le_bytes)?),
            (4, true) => Samples::Longs(converted(input, start, frame_bytes, u32::from_be_bytes)?),
            (_, false) => Samples::Doubles(converted(input, start, frame_bytes, u64::from_le_bytes)?),
            (_, true) => Samples::Doubles(converted(input, start, frame_bytes, u64::from_be_bytes)?),
        };
        Ok(if is_subsampled {
            upsampled(&samples, form)
        } else if form.is_planar {
            interleaved(samples)
        } else {
            samples
        })
    }

    /// Bytes in their order. Big-endian words of two 8-bit samples stand swapped (PS3.5 8.1.2).
    fn read_bytes(self, input: &mut Input, from: usize, len: usize) -> Result<Vec<u8>, DicomError> {
        if !(self.is_big_endian && &self.vr == b"OW") {
            return input.read(self.start + from, len);
        }
        let (even, skip) = (from & !1, from & 1);
        let mut bytes = input.read(self.start + even, (len + skip).next_multiple_of(2).min(self.len - even))?;
        for pair in bytes.chunks_exact_mut(2) {
            pair.swap(0, 1);
        }
        bytes.drain(..skip);
        bytes.truncate(len);
        Ok(bytes)
    }

    /// Single bits, lowest first, frames without a gap between them (PS3.5 8.1.1), as 0 and 1.
    fn bits(self, input: &mut Input, form: &PixelForm, frame: u32) -> Result<Samples, DicomError> {
        let first_bit = form.num_samples() as u64 * u64::from(frame);
        let from = usize::try_from(first_bit / 8).map_err(|_| DicomError::damaged("its frames are absurdly large"))?;
        let skip = (first_bit % 8) as usize;
        let len = (skip + form.num_samples()).div_ceil(8);
        if from.saturating_add(len) > self.len {
            return Err(DicomError::damaged(format!(
                "its bitmap needs {} bytes, but there are {}",
                from + len,
                self.len
            )));
        }
        let packed = self.read_bytes(input, from, len)?;
        let bits = packed.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1));
        Ok(Samples::Bytes(bits.skip(skip).take(form.num_samples()).collect()))
    }
}

/// `len` bytes from `start` on as numbers of `N` bytes.
fn converted<T, const N: usize>(
    input: &mut Input,
    start: usize,
    len: usize,
    convert: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, DicomError> {
    let mut numbers = Vec::with_capacity(len / N);
    input.read_pieces(start, len, |piece| {
        numbers.extend(piece.as_chunks::<N>().0.iter().map(|bytes| convert(*bytes)));
    })?;
    Ok(numbers)
}

/// Three planes to three samples a pixel.
pub(super) fn interleaved(samples: Samples) -> Samples {
    fn weave<T: Copy>(planes: &[T]) -> Vec<T> {
        let n = planes.len() / 3;
        let (red, rest) = planes.split_at(n);
        let (green, blue) = rest.split_at(n);
        red.iter().zip(green).zip(blue).flat_map(|((&r, &g), &b)| [r, g, b]).collect()
    }
    match samples {
        Samples::Bytes(v) => Samples::Bytes(weave(&v)),
        Samples::Words(v) => Samples::Words(weave(&v)),
        Samples::Longs(v) => Samples::Longs(weave(&v)),
        Samples::Doubles(v) => Samples::Doubles(weave(&v)),
    }
}

/// Y0 Y1 Cb Cr to three samples a pixel, each pair sharing its chrominance.
fn upsampled(samples: &Samples, form: &PixelForm) -> Samples {
    fn spread<T: Copy>(packed: &[T], columns: usize) -> Vec<T> {
        let row_len = columns.div_ceil(2) * 4;
        let mut out = Vec::with_capacity(packed.len() / row_len.max(1) * columns * 3);
        for row in packed.chunks_exact(row_len) {
            for (n, pair) in row.chunks_exact(4).enumerate() {
                out.extend_from_slice(&[pair[0], pair[2], pair[3]]);
                if 2 * n + 1 < columns {
                    out.extend_from_slice(&[pair[1], pair[2], pair[3]]);
                }
            }
        }
        out
    }
    let columns = form.columns as usize;
    match samples {
        Samples::Bytes(v) => Samples::Bytes(spread(v, columns)),
        Samples::Words(v) => Samples::Words(spread(v, columns)),
        Samples::Longs(v) => Samples::Longs(spread(v, columns)),
        Samples::Doubles(v) => Samples::Doubles(spread(v, columns)),
    }
}
