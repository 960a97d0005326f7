//! What the header says about showing a frame: modality LUT, windows, VOI LUTs, padding, inversion
//! (PS3.3 C.7.6.3.1, C.11.1, C.11.2; multi-frame films: C.7.6.16.2).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::header::Scope;
use super::patient_sides::{laterality, orientation};
use super::pixel_form::{Number, Photometric, PixelForm};
use super::pixel_size::pixel_geometry;
use crate::domain::imaging::{DisplayFacts, Modality, Voi, VoiFunction, VoiLut, Window};

/// Entries of a modality or VOI LUT; more than 65536 cannot be addressed.
const LUT_LIMIT: usize = 1 << 16;

/// Reads the facts of one frame; `warnings` collects what was left out. Overlays and compression are told elsewhere:
/// the first may need the pixels, the second the transfer syntax.
pub fn display_facts(root: Scope<'_>, form: &PixelForm, frame: u32, warnings: &mut Vec<String>) -> DisplayFacts {
    let groups = FrameGroups::find(root, frame);
    let transformation = groups.item(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE).unwrap_or(root);
    let lut = root.item(tags::MODALITY_LUT_SEQUENCE).and_then(|item| Lut::read(item, form));
    let unit = match &lut {
        Some(_) => root.item(tags::MODALITY_LUT_SEQUENCE).and_then(|item| item.code(tags::MODALITY_LUT_TYPE)),
        None => transformation.code(tags::RESCALE_TYPE),
    };
    let modality = match lut {
        Some(lut) => Modality::Lut { first: lut.first, values: lut.values },
        None => rescale(transformation, warnings),
    };
    let mut voi = windows(groups.item(tags::FRAME_VOILUT_SEQUENCE).unwrap_or(root), warnings);
    voi.extend(root.items(tags::VOILUT_SEQUENCE).into_iter().filter_map(|item| {
        let lut = Lut::read(item, form)?;
        let explanation = item.text(tags::LUT_EXPLANATION);
        Some(Voi::Lut(VoiLut { first: lut.first, bits: lut.bits, values: lut.values.into(), explanation }))
    }));
    let (geometry, calibration) = pixel_geometry(root, &groups, warnings);
    let is_inverse = root.code(tags::PRESENTATION_LUT_SHAPE).as_deref() == Some("INVERSE");
    DisplayFacts {
        modality,
        voi,
        is_inverted: form.photometric == Photometric::Monochrome1 || is_inverse,
        padding: padding(root, form),
        bits_stored: form.bits_stored,
        unit: unit.filter(|unit| unit != "US"),
        geometry,
        calibration,
        orientation: orientation(root, &groups, warnings),
        laterality: laterality(root, &groups),
        ..DisplayFacts::default()
    }
}

/// The functional groups of a frame in an enhanced multi-frame film.
pub(super) struct FrameGroups<'a> {
    of_frame: Option<Scope<'a>>,
    shared: Option<Scope<'a>>,
}

impl<'a> FrameGroups<'a> {
    pub(super) fn find(root: Scope<'a>, frame: u32) -> Self {
        let of_frame = root.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).get(frame as usize).copied();
        Self { of_frame, shared: root.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE) }
    }

    pub(super) fn item(&self, tag: Tag) -> Option<Scope<'a>> {
        self.of_frame.and_then(|group| group.item(tag)).or_else(|| self.shared.and_then(|group| group.item(tag)))
    }
}

/// Row and column spacing of the shared or first frame's pixel measures.
pub(super) fn spacing_of_frames(root: Scope<'_>) -> Option<Scope<'_>> {
    FrameGroups::find(root, 0).item(tags::PIXEL_MEASURES_SEQUENCE)
}

fn rescale(scope: Scope<'_>, warnings: &mut Vec<String>) -> Modality {
    let mut slope = scope.number(tags::RESCALE_SLOPE).unwrap_or(1.0);
    if slope == 0.0 {
        warnings.push("Rescale Slope is 0, which would make the film one flat grey; taken as 1".to_owned());
        slope = 1.0;
    }
    Modality::Rescale { slope, intercept: scope.number(tags::RESCALE_INTERCEPT).unwrap_or(0.0) }
}

fn windows(scope: Scope<'_>, warnings: &mut Vec<String>) -> Vec<Voi> {
    let centers = scope.numbers(tags::WINDOW_CENTER);
    let widths = scope.numbers(tags::WINDOW_WIDTH);
    let explanation = scope.text(tags::WINDOW_CENTER_WIDTH_EXPLANATION).unwrap_or_default();
    let mut explanations = explanation.split('\\').map(|text| text.trim().to_owned());
    let named = match scope.code(tags::VOILUT_FUNCTION).as_deref() {
        Some("SIGMOID") => VoiFunction::Sigmoid,
        Some("LINEAR_EXACT") => VoiFunction::LinearExact,
        _ => VoiFunction::Linear,
    };
    let mut found = Vec::new();
    for (center, width) in centers.iter().zip(&widths) {
        let explanation = explanations.next().filter(|text| !text.is_empty());
        match (center, width) {
            (&Some(center), &Some(width)) if width > 0.0 => {
                // LINEAR needs a width of at least 1; films of fractions mean LINEAR_EXACT.
                let function =
                    if named == VoiFunction::Linear && width < 1.0 { VoiFunction::LinearExact } else { named };
                found.push(Voi::Window(Window { center, width, function, explanation }));
            }
            _ => warnings.push("a window of the film is not made of numbers and was left out".to_owned()),
        }
    }
    found
}

/// Stored values that stand for nothing (PS3.3 C.7.5.1.1.2).
fn padding(root: Scope<'_>, form: &PixelForm) -> Option<(f64, f64)> {
    let value = |tag| {
        let element = root.element(tag)?;
        let word = *root.words(tag).first()?;
        // US or SS after the pixels' own sign, whatever the element calls itself.
        let _ = element;
        Some(match (form.number, form.bits_allocated) {
            (Number::Signed, _) => f64::from(word as i16),
            (_, 8) => f64::from(word & 0xff),
            _ => f64::from(word),
        })
    };
    if form.number == Number::Float || form.samples != 1 {
        return None;
    }
    let first = value(tags::PIXEL_PADDING_VALUE)?;
    let last = value(tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(first);
    Some((first.min(last), first.max(last)))
}

/// A table with its descriptor (PS3.3 C.11.1.1).
struct Lut {
    first: f64,
    bits: u16,
    values: Vec<u16>,
}

impl Lut {
    fn read(item: Scope<'_>, form: &PixelForm) -> Option<Self> {
        let element = item.element(tags::LUT_DESCRIPTOR)?;
        let descriptor = item.words(tags::LUT_DESCRIPTOR);
        let &[entries, first, bits] = descriptor.get(..3)?.first_chunk::<3>()?;
        let entries = if entries == 0 { LUT_LIMIT } else { usize::from(entries) };
        let is_signed = match &element.vr {
            b"SS" => true,
            b"US" => false,
            _ => form.number == Number::Signed,
        };
        let values = table(item, tags::LUT_DATA, entries, bits);
        if values.is_empty() {
            return None;
        }
        let first = if is_signed { f64::from(first as i16) } else { f64::from(first) };
        // Some films name 16 bits for a table of 8- or 12-bit values; then nothing would be white.
        let highest = values.iter().copied().max().unwrap_or(0);
        let bits = if (1..=16).contains(&bits) && u32::from(highest) < 1 << bits { bits } else { 16 };
        Some(Self { first, bits, values })
    }
}

/// `entries` values of a LUT: words, or bytes where so few are there.
pub(super) fn table(scope: Scope<'_>, tag: Tag, entries: usize, bits: u16) -> Vec<u16> {
    let bytes = scope.bytes(tag);
    let mut values = if bits <= 8 && bytes.len() < entries * 2 {
        bytes.iter().map(|&b| u16::from(b)).collect()
    } else {
        scope.words(tag)
    };
    values.truncate(entries);
    values
}
