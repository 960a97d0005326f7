//! How large a pixel is, from the attributes that say so in projection radiographs (PS3.3 10.7.1, C.8.11.4, C.8.19.6).
//!
//! On a projection, Pixel Spacing is a size in the patient only where somebody calibrated it: where the file names the
//! calibration, or where it differs from Imager Pixel Spacing. Many devices copy that into it; the standard takes equal
//! values as "not calibrated", and Pixel Spacing alone says nothing of where it holds (PS3.3 10.7.1.2). In a slice it is
//! in the patient (PS3.3 C.7.6.2).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::display_facts::FrameGroups;
use super::header::Scope;
use crate::domain::imaging::{PixelGeometry, SpacingSource};

/// Sizes of a pixel in millimetres that a detector, a scanner or a screen can have.
const SPACING_RANGE: std::ops::RangeInclusive<f64> = 0.001..=50.0;
/// Vertical over horizontal size of a pixel that is no slip of the pen.
const ASPECT_RANGE: std::ops::RangeInclusive<f64> = 0.1..=10.0;
/// Detector distance over object distance; dental and magnified breast films stay far below the end.
const MAGNIFICATION_RANGE: std::ops::RangeInclusive<f64> = 1.0..=20.0;
/// Spacings that differ by less are the same, written with other digits.
const SAME: f64 = 1e-3;

/// The size of a pixel, and how it was calibrated in the file's words. Values that cannot be are left out with a warning.
pub(super) fn pixel_geometry(
    root: Scope<'_>,
    groups: &FrameGroups<'_>,
    warnings: &mut Vec<String>,
) -> (PixelGeometry, Option<String>) {
    let mut read =
        |scope: Option<Scope<'_>>, tag, name: &str| scope.and_then(|scope| spacing(scope, tag, name, warnings));
    let measures = groups.item(tags::PIXEL_MEASURES_SEQUENCE);
    let properties = groups.item(tags::FRAME_PIXEL_DATA_PROPERTIES_SEQUENCE);
    let center_of_beam = groups.item(tags::PROJECTION_PIXEL_CALIBRATION_SEQUENCE);
    let alone = read(Some(root), tags::PIXEL_SPACING, "Pixel Spacing");
    let by_measures = read(measures, tags::PIXEL_SPACING, "Pixel Spacing").filter(|_| alone.is_none());
    let by_isocenter =
        read(center_of_beam, tags::OBJECT_PIXEL_SPACING_IN_CENTER_OF_BEAM, "Object Pixel Spacing in Center of Beam");
    let at_detector = read(Some(root), tags::IMAGER_PIXEL_SPACING, "Imager Pixel Spacing")
        .or_else(|| read(properties, tags::IMAGER_PIXEL_SPACING, "Imager Pixel Spacing"));
    let scanned = read(Some(root), tags::NOMINAL_SCANNED_PIXEL_SPACING, "Nominal Scanned Pixel Spacing");

    let calibration = calibration(root);
    let written = alone.or(by_measures);
    let is_copy = written.zip(at_detector).is_some_and(|(a, b)| is_same(a, b)) && calibration.is_none();
    // Pixel Measures are in the patient by their definition (PS3.3 C.7.6.16.2.1).
    let is_calibrated =
        calibration.is_some() || at_detector.is_some() || by_measures.is_some() || is_slice(root, groups);
    let spaced = |spacing, is_calibrated| PixelGeometry::spaced(spacing, SpacingSource::PixelSpacing { is_calibrated });
    match (written.filter(|_| !is_copy), by_isocenter) {
        (Some(spacing), None) => return (spaced(spacing, is_calibrated), calibration),
        (Some(spacing), Some(_)) if is_calibrated => return (spaced(spacing, true), calibration),
        (_, Some(spacing)) => return (spaced(spacing, true), Some("GEOMETRY".to_owned())),
        (None, None) => {}
    }
    let geometry = match (at_detector, scanned) {
        (Some(spacing), _) => {
            let magnification = magnification(root, groups, warnings);
            let spacing = spacing.map(|mm| mm / magnification.unwrap_or(1.0));
            PixelGeometry::spaced(spacing, SpacingSource::ImagerPixelSpacing { magnification })
        }
        (None, Some(spacing)) => PixelGeometry::spaced(spacing, SpacingSource::NominalScannedPixelSpacing),
        (None, None) => PixelGeometry { aspect: aspect(root, warnings), ..PixelGeometry::default() },
    };
    (geometry, None)
}

/// Two distances: between rows, then between columns (PS3.3 10.7.1.3). `None` where the file is silent.
fn spacing(scope: Scope<'_>, tag: Tag, name: &str, warnings: &mut Vec<String>) -> Option<[f64; 2]> {
    let numbers = scope.numbers(tag);
    let [Some(row), Some(column), ..] = numbers[..] else {
        if numbers.iter().any(Option::is_some) {
            warnings.push(format!("{name} is not two numbers and was left out"));
        }
        return None;
    };
    let is_possible =
        [row, column].iter().all(|mm| SPACING_RANGE.contains(mm)) && ASPECT_RANGE.contains(&(row / column));
    if !is_possible {
        warnings.push(format!("{name} is {row} x {column} mm, which cannot be, and was left out"));
    }
    is_possible.then_some([row, column])
}

fn is_same(a: [f64; 2], b: [f64; 2]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a / b - 1.0).abs() < SAME)
}

/// Whether the film is a slice through the patient, not a projection of it.
fn is_slice(root: Scope<'_>, groups: &FrameGroups<'_>) -> bool {
    let is_placed = root.element(tags::IMAGE_ORIENTATION_PATIENT).is_some()
        || groups.item(tags::PLANE_ORIENTATION_SEQUENCE).is_some();
    is_placed && matches!(root.code(tags::MODALITY).as_deref(), Some("CT" | "MR" | "PT"))
}

/// Type and description of the calibration (PS3.3 10.7.1.2).
fn calibration(root: Scope<'_>) -> Option<String> {
    let kind = root.code(tags::PIXEL_SPACING_CALIBRATION_TYPE)?;
    Some(match root.text(tags::PIXEL_SPACING_CALIBRATION_DESCRIPTION) {
        Some(description) => format!("{kind}, {description}"),
        None => kind,
    })
}

/// Estimated Radiographic Magnification Factor, or detector distance over patient distance, which defines it (PS3.3
/// C.8.11.2.1.1).
fn magnification(root: Scope<'_>, groups: &FrameGroups<'_>, warnings: &mut Vec<String>) -> Option<f64> {
    let geometry = groups.item(tags::X_RAY_GEOMETRY_SEQUENCE);
    let number = |tag| root.number(tag).or_else(|| geometry.and_then(|item| item.number(tag)));
    let mut believed = |factor: f64, name: &str| {
        let is_possible = MAGNIFICATION_RANGE.contains(&factor);
        if !is_possible {
            warnings.push(format!("{name} is {factor:.3}, which cannot be, and was left out"));
        }
        is_possible.then_some(factor)
    };
    let told = number(tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR)
        .and_then(|factor| believed(factor, "Estimated Radiographic Magnification Factor"));
    told.or_else(|| {
        let detector = number(tags::DISTANCE_SOURCE_TO_DETECTOR).filter(|mm| *mm > 0.0)?;
        let patient = number(tags::DISTANCE_SOURCE_TO_PATIENT).filter(|mm| *mm > 0.0)?;
        believed(detector / patient, "the ratio of Distance Source to Detector and to Patient")
    })
}

/// Pixel Aspect Ratio: vertical, then horizontal size (PS3.3 C.7.6.3.1.7).
fn aspect(root: Scope<'_>, warnings: &mut Vec<String>) -> f64 {
    let numbers = root.numbers(tags::PIXEL_ASPECT_RATIO);
    let ratio = match numbers[..] {
        [] | [None] => return 1.0,
        [Some(vertical), Some(horizontal), ..] => vertical / horizontal,
        _ => f64::NAN,
    };
    if ASPECT_RANGE.contains(&ratio) {
        return ratio;
    }
    warnings.push("Pixel Aspect Ratio is no ratio of two sizes; pixels are taken as square".to_owned());
    1.0
}
