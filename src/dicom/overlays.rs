//! Overlays of a film: bitmaps of their own, or in bits of the pixels that the film leaves unused (PS3.3 C.9.2, C.9.3;
//! PS3.5 8.1.2, 8.3).

use dicom_core::Tag;

use super::header::Scope;
use super::pixel_form::PixelForm;
use super::samples::Samples;
use crate::domain::imaging::{OverlayKind, OverlayPlane};

/// Pixels of all overlays of a frame together: each becomes a byte in memory, eight times what the file holds.
const PIXEL_LIMIT: u64 = 1 << 26;

/// A group of overlay elements, believed as far as its size and place.
struct Plane<'a> {
    root: Scope<'a>,
    group: u16,
    width: u32,
    height: u32,
    origin: [i32; 2],
    /// Which of its own frames lies over the film's frame.
    frame: u64,
}

/// The overlays over one frame of the film, counted from 0. `stored` are that frame's values before unused bits were cut
/// off; `None` where compression does not keep those bits. What makes no sense is left out with a warning.
pub(super) fn overlays(
    root: Scope<'_>,
    form: &PixelForm,
    frame: u32,
    stored: Option<&Samples>,
    warnings: &mut Vec<String>,
) -> Vec<OverlayPlane> {
    let mut found = Vec::new();
    let mut num_pixels = 0;
    for group in (0x6000..=0x601e).step_by(2) {
        if root.element(Tag(group, 0x0010)).is_none() && root.element(Tag(group, 0x3000)).is_none() {
            continue;
        }
        let bits = Plane::read(root, group, frame).and_then(|plane| {
            let Some(plane) = plane else { return Ok(None) };
            let more = u64::from(plane.width).saturating_mul(u64::from(plane.height)).saturating_add(num_pixels);
            if more > PIXEL_LIMIT {
                return Err("is too large");
            }
            num_pixels = more;
            let bits = plane.bits(form, stored)?;
            Ok(Some((plane, bits)))
        });
        match bits {
            // An overlay that draws nothing costs memory and shows nothing.
            Ok(Some((plane, bits))) if bits.contains(&1) => found.push(plane.with(bits)),
            Ok(_) => {}
            Err(why) => warnings.push(format!("overlay {} {why} and was left out", (group - 0x6000) / 2 + 1)),
        }
    }
    found
}

impl<'a> Plane<'a> {
    /// `None` where the overlay has nothing for this frame.
    fn read(root: Scope<'a>, group: u16, frame: u32) -> Result<Option<Self>, &'static str> {
        let number = |element| root.integer(Tag(group, element));
        let side = |element| {
            number(element).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0).ok_or("has no rows or columns")
        };
        let (height, width) = (side(0x0010)?, side(0x0011)?);
        let origin = root.numbers(Tag(group, 0x0050));
        // Row, then column, of the film's pixel under the first one, counted from 1; -5 is allowed.
        let from_zero =
            |value: Option<&Option<f64>>| value.copied().flatten().map_or(0, |n| (n as i32).saturating_sub(1));
        let origin = [from_zero(origin.get(1)), from_zero(origin.first())];
        // Without a number of frames of its own, one bitmap lies over every frame (PS3.3 C.9.2.1.4).
        let frame = match number(0x0015) {
            None => 0,
            Some(num_frames) => {
                let first = number(0x0051).unwrap_or(1).max(1) - 1;
                let own = i64::from(frame) - first;
                if !(0..num_frames).contains(&own) {
                    return Ok(None);
                }
                own as u64
            }
        };
        Ok(Some(Self { root, group, width, height, origin, frame }))
    }

    fn bits(&self, form: &PixelForm, stored: Option<&Samples>) -> Result<Vec<u8>, &'static str> {
        if self.root.element(Tag(self.group, 0x3000)).is_some() { self.own_bits() } else { self.embedded(form, stored) }
    }

    /// Bits one behind the other, lowest first, frames without a gap between them.
    fn own_bits(&self) -> Result<Vec<u8>, &'static str> {
        let tag = Tag(self.group, 0x3000);
        let bytes = self.root.bytes(tag);
        let num = u64::from(self.width) * u64::from(self.height);
        let first = num.checked_mul(self.frame).ok_or("has absurdly many frames")?;
        let end = (first + num).div_ceil(8);
        if end > bytes.len() as u64 {
            return Err("is cut short");
        }
        // Words of a big-endian film stand swapped; bytes (OB) do not.
        let element = self.root.element(tag).ok_or("has no bits")?;
        let is_swapped = element.encoding.is_big_endian && &element.vr != b"OB";
        let bit = |n: u64| {
            let at = (n / 8) as usize;
            let at = if is_swapped { at ^ 1 } else { at };
            bytes.get(at).map_or(0, |byte| byte >> (n % 8) & 1)
        };
        Ok((first..first + num).map(bit).collect())
    }

    /// One bit of every pixel, above or below those that the film stores; retired in 2004, still in archives.
    fn embedded(&self, form: &PixelForm, stored: Option<&Samples>) -> Result<Vec<u8>, &'static str> {
        let position = self.root.integer(Tag(self.group, 0x0102)).unwrap_or(0);
        let low = i64::from(form.high_bit) + 1 - i64::from(form.bits_stored);
        if !(0..i64::from(form.bits_allocated)).contains(&position)
            || (low..=i64::from(form.high_bit)).contains(&position)
        {
            return Err("has neither bits of its own nor unused bits of the film");
        }
        if (self.width, self.height) != (form.columns, form.rows) || form.samples != 1 {
            return Err("lies in the film's pixels but has another size");
        }
        match stored {
            Some(Samples::Bytes(v)) => Ok(v.iter().map(|n| n >> position & 1).collect()),
            Some(Samples::Words(v)) => Ok(v.iter().map(|n| (n >> position & 1) as u8).collect()),
            Some(Samples::Longs(v)) => Ok(v.iter().map(|n| (n >> position & 1) as u8).collect()),
            Some(Samples::Doubles(_)) | None => Err("lies in bits that the film's compression does not keep"),
        }
    }

    fn with(self, bits: Vec<u8>) -> OverlayPlane {
        let text = |element| self.root.text(Tag(self.group, element));
        let is_region = self.root.code(Tag(self.group, 0x0040)).as_deref() == Some("R");
        OverlayPlane {
            origin: self.origin,
            width: self.width,
            height: self.height,
            bits: bits.into(),
            label: text(0x1500).or_else(|| text(0x0022)),
            kind: if is_region { OverlayKind::RegionOfInterest } else { OverlayKind::Graphics },
        }
    }
}
