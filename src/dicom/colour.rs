//! Palette and luminance-chrominance films to red, green and blue, 8 bits each.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::DicomError;
use super::display_facts::table;
use super::header::Scope;
use super::pixel_form::{Number, Photometric, PixelForm};
use super::samples::Samples;

/// Red, green and blue of every stored value (PS3.3 C.7.6.3.1.5 and C.7.9.2).
#[derive(Debug)]
pub struct Palette {
    /// The stored value of the first entry; below and above, the ends hold.
    first: i64,
    red: Vec<u8>,
    green: Vec<u8>,
    blue: Vec<u8>,
}

impl Palette {
    pub fn read(root: Scope<'_>, form: &PixelForm) -> Result<Self, DicomError> {
        let channel = |descriptor: Tag, data: Tag, segmented: Tag| -> Result<(i64, Vec<u8>), DicomError> {
            let words = root.words(descriptor);
            let &[entries, first, bits] = words
                .get(..3)
                .and_then(|w| w.first_chunk::<3>())
                .ok_or_else(|| DicomError::damaged("its palette has no descriptor"))?;
            let entries = if entries == 0 { 1 << 16 } else { usize::from(entries) };
            let values = match root.element(data) {
                Some(_) => table(root, data, entries, bits),
                None => expanded(&root.words(segmented), entries),
            };
            if values.is_empty() {
                return Err(DicomError::damaged("its palette is empty"));
            }
            let highest = values.iter().copied().max().unwrap_or(0);
            // A descriptor of 16 bits over values that never leave 8 is a common slip.
            let shift = if bits > 8 && highest > 255 { 8 } else { 0 };
            let first = if form.number == Number::Signed { i64::from(first as i16) } else { i64::from(first) };
            Ok((first, values.iter().map(|v| (v >> shift).min(255) as u8).collect()))
        };
        let (first, red) = channel(
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let (_, green) = channel(
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        let (_, blue) = channel(
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?;
        Ok(Self { first, red, green, blue })
    }

    fn rgb(&self, stored: i64) -> [u8; 3] {
        let pick = |channel: &[u8]| channel[(stored - self.first).clamp(0, channel.len() as i64 - 1) as usize];
        [pick(&self.red), pick(&self.green), pick(&self.blue)]
    }

    /// The film's colours, three bytes a pixel.
    pub fn applied(&self, samples: &Samples, number: Number) -> Vec<u8> {
        let is_signed = number == Number::Signed;
        match samples {
            Samples::Bytes(v) => {
                let colours: Vec<[u8; 3]> =
                    (0..=255u8).map(|n| self.rgb(if is_signed { i64::from(n as i8) } else { i64::from(n) })).collect();
                v.iter().flat_map(|&n| colours[usize::from(n)]).collect()
            }
            Samples::Words(v) => {
                v.iter().flat_map(|&n| self.rgb(if is_signed { i64::from(n as i16) } else { i64::from(n) })).collect()
            }
            Samples::Longs(v) => v.iter().flat_map(|&n| self.rgb(i64::from(n))).collect(),
            Samples::Doubles(v) => v.iter().flat_map(|_| self.rgb(0)).collect(),
        }
    }
}

/// A segmented palette written out (PS3.3 C.7.9.2): discrete, linear and indirect segments.
fn expanded(words: &[u16], entries: usize) -> Vec<u16> {
    let mut out: Vec<u16> = Vec::new();
    // Where to go on reading, and how many segments are left there; an indirect segment pushes one more.
    let mut places = vec![(0usize, usize::MAX)];
    while let Some((pos, left)) = places.pop() {
        let (Some(&[opcode, length]), true) = (words.get(pos..pos + 2).and_then(|w| w.first_chunk::<2>()), left > 0)
        else {
            continue;
        };
        if out.len() >= entries {
            break;
        }
        let length = usize::from(length);
        let rest = left - 1;
        match opcode {
            0 => {
                let Some(values) = words.get(pos + 2..pos + 2 + length) else { break };
                out.extend_from_slice(values);
                places.push((pos + 2 + length, rest));
            }
            1 => {
                let (Some(&end), Some(&start)) = (words.get(pos + 2), out.last()) else { break };
                let (start, end) = (f64::from(start), f64::from(end));
                out.extend((1..=length).map(|n| (start + (end - start) * n as f64 / length as f64).round() as u16));
                places.push((pos + 3, rest));
            }
            2 if places.len() < 2 => {
                let Some(&[low, high]) = words.get(pos + 2..pos + 4).and_then(|w| w.first_chunk::<2>()) else { break };
                let target = (usize::from(high) << 16 | usize::from(low)) / 2;
                places.push((pos + 4, rest));
                places.push((target, length));
            }
            _ => break,
        }
    }
    out.truncate(entries);
    out
}

/// Colour samples to 8 bits each, from as many as the film stores.
pub fn bytes_of_colour(samples: Samples, form: &PixelForm) -> Vec<u8> {
    let down = form.bits_stored.saturating_sub(8);
    match samples {
        Samples::Bytes(v) => v,
        Samples::Words(v) => v.iter().map(|n| (n >> down).min(255) as u8).collect(),
        Samples::Longs(v) => v.iter().map(|n| (n >> down).min(255) as u8).collect(),
        Samples::Doubles(v) => v.iter().map(|n| (n >> down.min(63)).min(255) as u8).collect(),
    }
}

/// Luminance and chrominance to red, green and blue in place (PS3.3 C.7.6.3.1.2; ITU-R BT.601).
pub fn rgb_from_ybr(bytes: &mut [u8], photometric: Photometric) {
    // Fixed point with 16 bits of fraction.
    let is_partial = photometric == Photometric::YbrPartial;
    let luma = if is_partial { 76309 } else { 65536 };
    let black = if is_partial { 16 } else { 0 };
    let [red_cr, green_cb, green_cr, blue_cb] =
        if is_partial { [104_597, 25675, 53279, 132_201] } else { [91881, 22554, 46802, 116_130] };
    let level = |value: i32| ((value + (1 << 15)) >> 16).clamp(0, 255) as u8;
    for pixel in bytes.chunks_exact_mut(3) {
        let y = (i32::from(pixel[0]) - black) * luma;
        let cb = i32::from(pixel[1]) - 128;
        let cr = i32::from(pixel[2]) - 128;
        pixel[0] = level(y + red_cr * cr);
        pixel[1] = level(y - green_cb * cb - green_cr * cr);
        pixel[2] = level(y + blue_cb * cb);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_range_primaries() {
        let check = |ybr: [u8; 3], photometric: Photometric, expected: [u8; 3]| {
            let mut bytes = ybr;
            rgb_from_ybr(&mut bytes, photometric);
            assert!(bytes.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 1), "{ybr:?} {bytes:?} {expected:?}");
        };
        check([76, 85, 255], Photometric::YbrFull, [255, 0, 0]);
        check([255, 128, 128], Photometric::YbrFull, [255, 255, 255]);
        check([0, 128, 128], Photometric::YbrFull, [0, 0, 0]);
        check([235, 128, 128], Photometric::YbrPartial, [255, 255, 255]);
        check([16, 128, 128], Photometric::YbrPartial, [0, 0, 0]);
    }

    #[test]
    fn segments_of_a_palette() {
        // Discrete 0, 10; linear to 40 in three; the first segment again.
        let words = [0, 2, 0, 10, 1, 3, 40, 2, 1, 0, 0];
        assert_eq!(expanded(&words, 256), vec![0, 10, 20, 30, 40, 0, 10]);
        assert_eq!(expanded(&words, 4), vec![0, 10, 20, 30]);
        // An indirect segment that points at itself ends.
        assert!(expanded(&[0, 1, 5, 2, 60000, 6, 0], 1 << 16).len() <= 1 << 16);
    }
}
