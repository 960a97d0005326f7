//! Which way the patient lies on a film, and which side of the body it shows.

use dicom_dictionary_std::tags;

use super::display_facts::FrameGroups;
use super::header::Scope;
use crate::domain::imaging::{Laterality, PatientOrientation};

/// Patient Orientation (PS3.3 C.7.6.1.1.1), or Image Orientation (Patient) where only that exists (PS3.3 C.7.6.2.1.1,
/// enhanced films: C.7.6.16.2.4).
pub(super) fn orientation(
    root: Scope<'_>,
    groups: &FrameGroups<'_>,
    warnings: &mut Vec<String>,
) -> Option<PatientOrientation> {
    let letters = root.codes(tags::PATIENT_ORIENTATION);
    if let [row, column, ..] = &letters[..]
        && !(row.is_empty() && column.is_empty())
    {
        let orientation = PatientOrientation::from_letters(row, column);
        let is_whole = orientation.as_ref().is_some_and(|o| {
            (o.row.is_empty(), o.column.is_empty()) == (row.trim().is_empty(), column.trim().is_empty())
        });
        if !is_whole {
            warnings.push("Patient Orientation names a direction that a person does not have".to_owned());
        }
        if orientation.is_some() {
            return orientation;
        }
    }
    let plane = groups.item(tags::PLANE_ORIENTATION_SEQUENCE);
    let mut cosines = root.numbers(tags::IMAGE_ORIENTATION_PATIENT);
    if cosines.is_empty() {
        cosines = plane.map(|item| item.numbers(tags::IMAGE_ORIENTATION_PATIENT)).unwrap_or_default();
    }
    let &[Some(a), Some(b), Some(c), Some(x), Some(y), Some(z)] = &cosines[..] else { return None };
    let orientation = PatientOrientation::from_cosines([a, b, c, x, y, z]);
    if orientation.is_none() {
        warnings.push("Image Orientation (Patient) is not two directions at a right angle".to_owned());
    }
    orientation
}

/// Of the film, of its frame, or of its series.
pub(super) fn laterality(root: Scope<'_>, groups: &FrameGroups<'_>) -> Option<Laterality> {
    let of_frame = || groups.item(tags::FRAME_ANATOMY_SEQUENCE)?.code(tags::FRAME_LATERALITY);
    let code = root.code(tags::IMAGE_LATERALITY).or_else(of_frame).or_else(|| root.code(tags::LATERALITY));
    code.and_then(|code| Laterality::from_dicom(&code))
}
