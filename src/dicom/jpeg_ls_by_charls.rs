//! JPEG-LS by CharLS, for the rare streams that our own decoder leaves out: restart markers, colour transforms.

use charls::CharLS;

use super::DicomError;
use super::jpeg::{check_against_header, frame_header, segments};
use super::native::interleaved;
use super::pixel_form::PixelForm;
use super::samples::Samples;

pub fn decode(stream: &[u8], form: &PixelForm) -> Result<Samples, DicomError> {
    let header = frame_header(stream)
        .filter(|header| header.marker == 0xf7)
        .ok_or_else(|| DicomError::damaged("its JPEG-LS stream has no frame header"))?;
    check_against_header("JPEG-LS", header.rows, header.columns, u16::from(header.components), header.precision, form)?;
    let bytes = CharLS::default()
        .decode(stream)
        .map_err(|error| DicomError::damaged(format!("its JPEG-LS stream: {error}")))?;
    let sample_bytes = if header.precision <= 8 { 1 } else { 2 };
    if bytes.len() != form.num_samples() * sample_bytes {
        return Err(DicomError::damaged("its JPEG-LS stream decodes to another size"));
    }
    let samples = Samples::from_le_bytes(bytes, sample_bytes).widened(form);
    // One scan for each component: planes instead of pixels.
    let is_planar = segments(stream).any(|s| s.marker == 0xda && s.payload.first() == Some(&1));
    Ok(if form.samples == 3 && is_planar { interleaved(samples) } else { samples })
}
