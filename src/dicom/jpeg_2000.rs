//! JPEG 2000 and High-Throughput JPEG 2000 by OpenJPEG, on all processors.

use jpeg2k::{DecodeParameters, Image};

use super::DicomError;
use super::jpeg::check_against_header;
use super::pixel_form::PixelForm;
use super::samples::Samples;

pub fn decode(stream: &[u8], form: &PixelForm) -> Result<Samples, DicomError> {
    let stream = codestream(stream).ok_or_else(|| DicomError::damaged("its JPEG 2000 stream has no beginning"))?;
    let size = Size::read(stream).ok_or_else(|| DicomError::damaged("its JPEG 2000 stream has no size"))?;
    check_against_header("JPEG 2000", size.rows, size.columns, size.components, size.precision, form)?;
    if !size.is_plain {
        return Err(DicomError::unsupported("JPEG 2000 with subsampled components"));
    }
    let image = Image::from_bytes_with(stream, DecodeParameters::default())
        .map_err(|error| DicomError::damaged(format!("its JPEG 2000 stream: {error}")))?;
    let components = image.components();
    let fits = components.len() == usize::from(form.samples)
        && components.iter().all(|c| (c.width(), c.height()) == (form.columns, form.rows));
    if !fits {
        return Err(DicomError::damaged("its JPEG 2000 stream decodes to another size"));
    }
    let planes: Vec<&[i32]> = components.iter().map(jpeg2k::ImageComponent::data).collect();
    Ok(match form.sample_bytes() {
        1 => Samples::Bytes(woven(&planes, |v| v as u8)),
        2 => Samples::Words(woven(&planes, |v| v as u16)),
        _ => Samples::Longs(woven(&planes, |v| v as u32)),
    })
}

fn woven<T: Copy>(planes: &[&[i32]], convert: impl Fn(i32) -> T) -> Vec<T> {
    match planes {
        [grey] => grey.iter().map(|&v| convert(v)).collect(),
        [red, green, blue] => {
            red.iter().zip(*green).zip(*blue).flat_map(|((&r, &g), &b)| [convert(r), convert(g), convert(b)]).collect()
        }
        _ => Vec::new(),
    }
}

/// The raw code stream, taken out of a JP2 file where an encoder wrapped it in one (not allowed by
/// PS3.5 A.4.4, but done). The wrapper's palette and colour boxes must not apply, so it is dropped.
fn codestream(bytes: &[u8]) -> Option<&[u8]> {
    const START: [u8; 4] = [0xff, 0x4f, 0xff, 0x51];
    if bytes.starts_with(&START) {
        return Some(bytes);
    }
    let mut rest = bytes;
    while rest.len() >= 8 {
        let size = u32::from_be_bytes(rest[..4].try_into().ok()?) as usize;
        let (head, size) = match size {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(rest.get(8..16)?.try_into().ok()?)).ok()?),
            n => (8, n),
        };
        if size < head {
            return None;
        }
        if &rest[4..8] == b"jp2c" {
            return rest.get(head..size.min(rest.len())).filter(|stream| stream.starts_with(&START));
        }
        rest = rest.get(size..)?;
    }
    None
}

/// The image size of the SIZ segment (ITU-T T.800 A.5.1).
struct Size {
    columns: u32,
    rows: u32,
    components: u16,
    /// Bits of the widest component.
    precision: u8,
    /// No component is subsampled.
    is_plain: bool,
}

impl Size {
    fn read(stream: &[u8]) -> Option<Self> {
        let long = |at: usize| Some(u32::from_be_bytes(stream.get(at..at + 4)?.try_into().ok()?));
        let components = u16::from_be_bytes(stream.get(40..42)?.try_into().ok()?);
        let each = stream.get(42..42 + 3 * usize::from(components))?;
        let tiles = u64::from(long(8)?.div_ceil(long(24)?.max(1))) * u64::from(long(12)?.div_ceil(long(28)?.max(1)));
        Some(Self {
            columns: long(8)?.checked_sub(long(16)?)?,
            rows: long(12)?.checked_sub(long(20)?)?,
            components,
            precision: each.chunks_exact(3).map(|c| (c[0] & 0x7f) + 1).max()?,
            is_plain: tiles <= 65535 && each.chunks_exact(3).all(|c| c[1] == 1 && c[2] == 1),
        })
    }
}
