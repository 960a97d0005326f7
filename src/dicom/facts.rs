//! What a film is, from its header alone.

use std::path::Path;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use sha2::{Digest, Sha256};

use super::display_facts::spacing_of_frames;
use super::film_file::FilmFile;
use super::header::Scope;
use super::source::Opener;
use super::{DicomError, Input};
use crate::domain::id::{ImageId, PatientId, SeriesId, StudyId};
use crate::domain::study::{FilmFacts, FilmSource, Sex, age_years_from_dicom};

/// A film's facts and what was odd about its header.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadFacts {
    pub facts: FilmFacts,
    pub warnings: Vec<String>,
}

/// Reads the header, and no pixels unless nothing but its content names the film.
pub fn read_facts(source: &FilmSource) -> Result<ReadFacts, DicomError> {
    Opener::default().facts(source)
}

/// The same for bytes that are open already; `sha256` is asked for the hash of the whole file where nothing else names
/// the film.
pub fn facts_of(
    input: Input,
    source: &FilmSource,
    sha256: impl FnOnce() -> Result<[u8; 32], DicomError>,
) -> Result<ReadFacts, DicomError> {
    let file_bytes = input.known_len() as u64;
    let mut file = FilmFile::from_input(input)?;
    let missing = file.missing_pixels()?;
    let root = file.root();
    let form = file.form();
    let image = match ImageId::from_file(&stem(source), root.code(tags::SOP_INSTANCE_UID).as_deref()) {
        Some(image) => image,
        None => ImageId::from_content(&sha256()?),
    };
    let study = root.code(tags::STUDY_INSTANCE_UID).map_or_else(|| StudyId::new(image.as_str()), StudyId::new);
    let series = root.code(tags::SERIES_INSTANCE_UID).map_or_else(|| SeriesId::new(study.as_str()), SeriesId::new);
    let facts = FilmFacts {
        patient: pseudonym(root, &study),
        image,
        series,
        study,
        width: form.columns,
        height: form.rows,
        num_frames: form.num_frames,
        modality: root.code(tags::MODALITY),
        body_part: root.code(tags::BODY_PART_EXAMINED),
        view_position: root.code(tags::VIEW_POSITION),
        laterality: root.code(tags::IMAGE_LATERALITY).or_else(|| root.code(tags::LATERALITY)),
        series_description: root.text(tags::SERIES_DESCRIPTION),
        sex: root.code(tags::PATIENT_SEX).and_then(|text| Sex::from_dicom(&text)),
        age_years: root.code(tags::PATIENT_AGE).and_then(|text| age_years_from_dicom(&text)),
        study_date: root.code(tags::STUDY_DATE).and_then(|text| date(&text)),
        series_number: root.integer(tags::SERIES_NUMBER),
        instance_number: root.integer(tags::INSTANCE_NUMBER),
        pixel_spacing_mm: pixel_spacing(root),
        is_lossy: file.is_lossy(),
        is_synthetic: is_synthetic(root),
        file_bytes,
    };
    let mut warnings = file.warnings().to_vec();
    warnings.extend(missing);
    Ok(ReadFacts { facts, warnings })
}

/// A patient's name as the file writes it, decoded. It is shown where a person asks for it and is
/// stored nowhere.
pub fn patient_name(source: &FilmSource) -> Result<Option<String>, DicomError> {
    let walked = super::walk::walk(Opener::default().input(source)?)?;
    // Trailing empty components say nothing (PS3.5 6.2.1.1).
    let name = walked.root().text(tags::PATIENT_NAME);
    Ok(name.map(|name| name.trim_end_matches(['=', '^', ' ']).to_owned()))
}

/// The file's name without an extension that only says what kind of file it is. UIDs as names keep
/// all their parts: `1.2.840` has no extension.
fn stem(source: &FilmSource) -> String {
    let path = match source {
        FilmSource::File(path) => path.as_path(),
        FilmSource::Zip { entry, .. } => Path::new(entry),
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && end.bytes().any(|b| b.is_ascii_alphabetic()) => stem.to_owned(),
        _ => name,
    }
}

/// Equal for films of one patient. A list of names could be tried against it, so a project keeps it only mixed with a
/// secret of its own. Without a Patient ID nobody knows whose film it is ("Anonymized" is the name of many): the
/// films of its study belong together, and no others.
fn pseudonym(root: Scope<'_>, study: &StudyId) -> PatientId {
    let raw = |tag: Tag| {
        let bytes = root.bytes(tag);
        let end = bytes.iter().rposition(|b| !matches!(b, b' ' | 0)).map_or(0, |n| n + 1);
        bytes[..end].to_vec()
    };
    let (id, name) = (raw(tags::PATIENT_ID), raw(tags::PATIENT_NAME));
    let mut hash = Sha256::new();
    if id.is_empty() {
        hash.update(study.as_str());
    } else {
        hash.update(&id);
        hash.update(b"\n");
        hash.update(&name);
    }
    let digest = hash.finalize();
    let first = digest.first_chunk::<8>().expect("SHA-256 has 32 bytes");
    PatientId::new(format!("{:016x}", u64::from_be_bytes(*first)))
}

/// `YYYYMMDD`, the old form with dots included (PS3.5 6.2, DA).
fn date(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '.' | '-')).collect();
    (digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// In the patient's plane where calibrated, else at the detector (PS3.3 10.7.1.3).
fn pixel_spacing(root: Scope<'_>) -> Option<[f64; 2]> {
    let pair = |scope: Scope<'_>, tag: Tag| match scope.numbers(tag)[..] {
        [Some(row), Some(column), ..] if row > 0.0 && column > 0.0 => Some([row, column]),
        _ => None,
    };
    pair(root, tags::PIXEL_SPACING)
        .or_else(|| spacing_of_frames(root).and_then(|item| pair(item, tags::PIXEL_SPACING)))
        .or_else(|| pair(root, tags::IMAGER_PIXEL_SPACING))
        .or_else(|| pair(root, tags::NOMINAL_SCANNED_PIXEL_SPACING))
}

/// The marks that this program's own films carry.
fn is_synthetic(root: Scope<'_>) -> bool {
    let starts = |tag: Tag, with: &str| root.code(tag).is_some_and(|text| text.starts_with(with));
    starts(tags::SERIES_DESCRIPTION, "Synthetic") || starts(tags::MANUFACTURER, "Rachis phantom")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_keep_uids_whole() {
        let check = |name: &str, expected: &str| assert_eq!(stem(&FilmSource::File(name.into())), expected, "{name}");
        check("a/00a4089038fb4f7b926624bd31b3ca88.dicom", "00a4089038fb4f7b926624bd31b3ca88");
        check("IM000001", "IM000001");
        check("1.2.840.10008.5", "1.2.840.10008.5");
        check("1.2.840.dcm", "1.2.840");
        check(".dcm", ".dcm");
    }

    #[test]
    fn dates_of_both_standards() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(date(text).as_deref(), expected, "{text}");
        check("20201231", Some("20201231"));
        check("1993.08.22", Some("19930822"));
        check("2020", None);
        check("", None);
    }
}
