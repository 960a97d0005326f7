//! RLE Lossless: PackBits, one segment for each byte of each sample (PS3.5 annex G).

use super::DicomError;
use super::pixel_form::PixelForm;
use super::samples::Samples;

const HEADER_BYTES: usize = 64;

/// Decodes one frame. Nothing is allocated before the stream is known to be long enough for it.
pub fn decode(stream: &[u8], form: &PixelForm) -> Result<Samples, DicomError> {
    let long = |n: usize| stream.get(4 * n..4 * n + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    let num_pixels = form.rows as usize * form.columns as usize;
    let num_segments = usize::from(form.samples) * form.sample_bytes();
    let declared = long(0).unwrap_or(0);
    if stream.len() < HEADER_BYTES || declared != num_segments {
        return Err(DicomError::damaged(format!(
            "its RLE header names {declared} segments where {num_segments} are needed"
        )));
    }
    let mut segments = Vec::with_capacity(num_segments);
    for n in 0..num_segments {
        let start = long(n + 1).unwrap_or(0);
        let end = if n + 1 < num_segments { long(n + 2).unwrap_or(0) } else { stream.len() };
        // Two bytes make at most 128.
        let segment = stream.get(start..end).filter(|s| start >= HEADER_BYTES && s.len() * 64 >= num_pixels);
        segments
            .push(segment.ok_or_else(|| DicomError::damaged(format!("RLE segment {n} is misplaced or too short")))?);
    }
    let planes: Vec<Vec<u8>> = segments
        .iter()
        .enumerate()
        .map(|(n, segment)| {
            unpacked(segment, num_pixels)
                .ok_or_else(|| DicomError::damaged(format!("RLE segment {n} ends before its plane is full")))
        })
        .collect::<Result<_, _>>()?;
    Ok(joined(planes, form))
}

/// PackBits until the plane is full; `None` where the segment ends before.
fn unpacked(segment: &[u8], num_pixels: usize) -> Option<Vec<u8>> {
    let mut plane = Vec::with_capacity(num_pixels);
    let mut rest = segment;
    while plane.len() < num_pixels {
        let (&control, after) = rest.split_first()?;
        let room = num_pixels - plane.len();
        match control {
            0..=127 => {
                let count = usize::from(control) + 1;
                let literal = after.get(..count.min(room))?;
                plane.extend_from_slice(literal);
                rest = after.get(count..).unwrap_or_default();
            }
            128 => rest = after,
            129.. => {
                let (&value, after) = after.split_first()?;
                let count = 257 - usize::from(control);
                plane.resize(plane.len() + count.min(room), value);
                rest = after;
            }
        }
    }
    Some(plane)
}

/// Planes, highest byte of the first sample first, to samples pixel after pixel.
fn joined(mut planes: Vec<Vec<u8>>, form: &PixelForm) -> Samples {
    let num_samples = usize::from(form.samples);
    match (form.sample_bytes(), num_samples) {
        (1, 1) => Samples::Bytes(planes.swap_remove(0)),
        (1, _) => Samples::Bytes(woven(&planes, |plane, i| plane[0][i], 1)),
        (2, 1) => {
            let words = planes[0].iter().zip(&planes[1]).map(|(&high, &low)| u16::from_be_bytes([high, low]));
            Samples::Words(words.collect())
        }
        (2, _) => Samples::Words(woven(&planes, |p, i| u16::from_be_bytes([p[0][i], p[1][i]]), 2)),
        (4, _) => {
            let long = |p: &[Vec<u8>], i: usize| u32::from_be_bytes([p[0][i], p[1][i], p[2][i], p[3][i]]);
            Samples::Longs(woven(&planes, long, 4))
        }
        _ => {
            let double =
                |p: &[Vec<u8>], i: usize| p.iter().take(8).fold(0u64, |value, plane| value << 8 | u64::from(plane[i]));
            Samples::Doubles(woven(&planes, double, 8))
        }
    }
}

fn woven<T>(planes: &[Vec<u8>], value: impl Fn(&[Vec<u8>], usize) -> T, sample_bytes: usize) -> Vec<T> {
    let num_pixels = planes[0].len();
    let mut out = Vec::with_capacity(num_pixels * planes.len() / sample_bytes);
    for i in 0..num_pixels {
        out.extend(planes.chunks_exact(sample_bytes).map(|sample| value(sample, i)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packbits_of_the_standard() {
        let check = |packed: &[u8], num: usize, expected: Option<&[u8]>| {
            assert_eq!(unpacked(packed, num).as_deref(), expected, "{packed:?}");
        };
        check(&[2, 1, 2, 3, 254, 9], 6, Some(&[1, 2, 3, 9, 9, 9]));
        check(&[128, 0, 7], 1, Some(&[7]));
        check(&[129, 5], 128, Some(&[5; 128]));
        check(&[129, 5], 129, None);
        check(&[5, 1, 2], 6, None);
        check(&[5, 1, 2], 2, Some(&[1, 2]));
    }
}
