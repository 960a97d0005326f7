//! A synthetic film as a DICOM file: Digital X-Ray Image, explicit little endian, native pixels.

use std::fmt::Write as _;

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use sha2::{Digest as _, Sha256};

use crate::domain::id::PatientId;
use crate::domain::imaging::Window;
use crate::domain::study::Sex;

/// What a synthetic film's file says.
#[derive(Clone, Debug)]
pub struct SyntheticFile<'a> {
    /// Number of the made-up patient: the name is `SYNTHETIC^<number>` and can be no other.
    pub patient_number: u64,
    pub sex: Sex,
    pub age_years: u32,
    pub study_uid: String,
    pub series_uid: String,
    pub instance_uid: String,
    /// `YYYYMMDD`.
    pub study_date: String,
    pub series_number: u32,
    pub instance_number: u32,
    /// `lumbar spine AP`; the file's description is this after the word Synthetic.
    pub title: &'a str,
    /// `LSPINE`, `TSPINE`.
    pub body_part: &'a str,
    /// The anatomic region of DICOM's context group 4009: SNOMED code and meaning.
    pub region: (&'a str, &'a str),
    /// `AP`, `LL`, `RL`.
    pub view_position: &'a str,
    /// The view of DICOM's context group 4010: SNOMED code and meaning.
    pub view: (&'a str, &'a str),
    /// Where rows and columns lead in the patient: `L\F`.
    pub orientation: &'a str,
    pub width: u32,
    pub height: u32,
    /// Stored values, row-major.
    pub texels: &'a [u16],
    pub bits_stored: u16,
    pub is_monochrome1: bool,
    /// In stored values.
    pub windows: &'a [Window],
    pub padding: Option<u16>,
    /// Between pixel centres, both ways.
    pub spacing_mm: Option<f64>,
}

impl SyntheticFile<'_> {
    fn patient_id(&self) -> String {
        format!("SYNTHETIC{:06}", self.patient_number)
    }

    fn patient_name(&self) -> String {
        format!("SYNTHETIC^{}", self.patient_number)
    }

    /// The patient as reading the file names it: a hash of id and name.
    pub fn pseudonym(&self) -> PatientId {
        let digest = Sha256::digest(format!("{}\n{}", self.patient_id(), self.patient_name()));
        PatientId::new(digest.iter().take(8).fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a String cannot fail");
            text
        }))
    }
}

/// The bytes of the file. The same film gives the same bytes.
pub fn synthetic_file(film: &SyntheticFile<'_>) -> Result<Vec<u8>, Box<dicom_object::WriteError>> {
    let mut object = InMemDicomObject::new_empty();
    identity(film, &mut object);
    acquisition(film, &mut object);
    pixels(film, &mut object);
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .media_storage_sop_class_uid(uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION)
        .media_storage_sop_instance_uid(film.instance_uid.as_str())
        .implementation_class_uid("2.25.190748220893340913208312284116912834716")
        .implementation_version_name("RACHIS");
    let file = object.with_meta(meta).expect("the meta group is whole: class, instance and syntax are given");
    let mut bytes = Vec::with_capacity(film.texels.len() * 2 + 4096);
    file.write_all(&mut bytes)?;
    Ok(bytes)
}

/// A UID below 2.25 from a random number, as PS3.5 B.2 derives one from a UUID (version 4).
pub fn uid_from(numbers: [u64; 2]) -> String {
    let high = (numbers[0] & !0xf000) | 0x4000;
    let low = (numbers[1] & (u64::MAX >> 2)) | (1 << 63);
    format!("2.25.{}", (u128::from(high) << 64) | u128::from(low))
}

/// 32 hex digits from a random number: a file name as the published sets have it.
pub fn name_from(numbers: [u64; 2]) -> String {
    let mut name = String::with_capacity(32);
    for number in numbers {
        write!(name, "{number:016x}").expect("writing to a String cannot fail");
    }
    name
}

fn text(object: &mut InMemDicomObject, tag: Tag, vr: VR, value: impl Into<String>) {
    object.put(DataElement::new(tag, vr, PrimitiveValue::from(value.into())));
}

fn short(object: &mut InMemDicomObject, tag: Tag, value: u16) {
    object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
}

/// A sequence of one code.
fn coded(object: &mut InMemDicomObject, tag: Tag, (code, meaning): (&str, &str)) {
    let mut item = InMemDicomObject::new_empty();
    text(&mut item, tags::CODE_VALUE, VR::SH, code);
    text(&mut item, tags::CODING_SCHEME_DESIGNATOR, VR::SH, "SCT");
    text(&mut item, tags::CODE_MEANING, VR::LO, meaning);
    object.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(vec![item])));
}

/// Patient, study, series, equipment: nothing that could be taken for a person's.
fn identity(film: &SyntheticFile<'_>, object: &mut InMemDicomObject) {
    text(object, tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192");
    text(object, tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY");
    text(object, tags::SOP_CLASS_UID, VR::UI, uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION);
    text(object, tags::SOP_INSTANCE_UID, VR::UI, &*film.instance_uid);
    text(object, tags::STUDY_DATE, VR::DA, &*film.study_date);
    text(object, tags::CONTENT_DATE, VR::DA, &*film.study_date);
    text(object, tags::STUDY_TIME, VR::TM, "");
    text(object, tags::CONTENT_TIME, VR::TM, "");
    text(object, tags::ACCESSION_NUMBER, VR::SH, "");
    text(object, tags::MODALITY, VR::CS, "DX");
    text(object, tags::PRESENTATION_INTENT_TYPE, VR::CS, "FOR PRESENTATION");
    text(object, tags::MANUFACTURER, VR::LO, "Rachis phantom");
    text(object, tags::REFERRING_PHYSICIAN_NAME, VR::PN, "");
    text(object, tags::STUDY_DESCRIPTION, VR::LO, format!("Synthetic {}", film.title));
    text(object, tags::SERIES_DESCRIPTION, VR::LO, format!("Synthetic {}", film.title));
    text(object, tags::MANUFACTURER_MODEL_NAME, VR::LO, "Synthetic radiograph");
    text(object, tags::PATIENT_NAME, VR::PN, film.patient_name());
    text(object, tags::PATIENT_ID, VR::LO, film.patient_id());
    text(object, tags::PATIENT_BIRTH_DATE, VR::DA, "");
    text(object, tags::PATIENT_SEX, VR::CS, film.sex.as_dicom());
    text(object, tags::PATIENT_AGE, VR::AS, format!("{:03}Y", film.age_years));
    text(object, tags::STUDY_INSTANCE_UID, VR::UI, &*film.study_uid);
    text(object, tags::SERIES_INSTANCE_UID, VR::UI, &*film.series_uid);
    text(object, tags::STUDY_ID, VR::SH, film.patient_number.to_string());
    text(object, tags::SERIES_NUMBER, VR::IS, film.series_number.to_string());
    text(object, tags::INSTANCE_NUMBER, VR::IS, film.instance_number.to_string());
}

/// How the film was taken: anatomy, view, detector.
fn acquisition(film: &SyntheticFile<'_>, object: &mut InMemDicomObject) {
    text(object, tags::BODY_PART_EXAMINED, VR::CS, film.body_part);
    coded(object, tags::ANATOMIC_REGION_SEQUENCE, film.region);
    text(object, tags::VIEW_POSITION, VR::CS, film.view_position);
    coded(object, tags::VIEW_CODE_SEQUENCE, film.view);
    text(object, tags::IMAGE_LATERALITY, VR::CS, "U");
    text(object, tags::PATIENT_ORIENTATION, VR::CS, film.orientation);
    text(object, tags::DETECTOR_TYPE, VR::CS, "DIRECT");
    let no_context: Vec<InMemDicomObject> = Vec::new();
    object.put(DataElement::new(tags::ACQUISITION_CONTEXT_SEQUENCE, VR::SQ, DataSetSequence::from(no_context)));
    if let Some(mm) = film.spacing_mm {
        // A decimal string holds 16 characters (PS3.5 6.2).
        let spacing = format!("{mm:.6}\\{mm:.6}");
        text(object, tags::IMAGER_PIXEL_SPACING, VR::DS, spacing.as_str());
        text(object, tags::PIXEL_SPACING, VR::DS, spacing);
    }
}

fn pixels(film: &SyntheticFile<'_>, object: &mut InMemDicomObject) {
    let (photometric, shape) =
        if film.is_monochrome1 { ("MONOCHROME1", "INVERSE") } else { ("MONOCHROME2", "IDENTITY") };
    short(object, tags::SAMPLES_PER_PIXEL, 1);
    text(object, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric);
    short(object, tags::ROWS, film.height as u16);
    short(object, tags::COLUMNS, film.width as u16);
    short(object, tags::BITS_ALLOCATED, 16);
    short(object, tags::BITS_STORED, film.bits_stored);
    short(object, tags::HIGH_BIT, film.bits_stored - 1);
    short(object, tags::PIXEL_REPRESENTATION, 0);
    short(object, tags::SMALLEST_IMAGE_PIXEL_VALUE, film.texels.iter().copied().min().unwrap_or(0));
    short(object, tags::LARGEST_IMAGE_PIXEL_VALUE, film.texels.iter().copied().max().unwrap_or(0));
    if let Some(padding) = film.padding {
        short(object, tags::PIXEL_PADDING_VALUE, padding);
    }
    text(object, tags::BURNED_IN_ANNOTATION, VR::CS, "NO");
    text(object, tags::PIXEL_INTENSITY_RELATIONSHIP, VR::CS, "LOG");
    // More photons, lower values where white is high (PS3.3 C.8.11.3.1.2).
    let sign: i16 = if film.is_monochrome1 { 1 } else { -1 };
    object.put(DataElement::new(tags::PIXEL_INTENSITY_RELATIONSHIP_SIGN, VR::SS, PrimitiveValue::from(sign)));
    if !film.windows.is_empty() {
        let all = |value: fn(&Window) -> String| film.windows.iter().map(value).collect::<Vec<_>>().join("\\");
        text(object, tags::WINDOW_CENTER, VR::DS, all(|w| w.center.to_string()));
        text(object, tags::WINDOW_WIDTH, VR::DS, all(|w| w.width.to_string()));
        let words = all(|w| w.explanation.clone().unwrap_or_default());
        text(object, tags::WINDOW_CENTER_WIDTH_EXPLANATION, VR::LO, words);
    }
    text(object, tags::RESCALE_INTERCEPT, VR::DS, "0");
    text(object, tags::RESCALE_SLOPE, VR::DS, "1");
    text(object, tags::RESCALE_TYPE, VR::LO, "US");
    text(object, tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00");
    text(object, tags::PRESENTATION_LUT_SHAPE, VR::CS, shape);
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(film.texels.to_vec().into())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(texels: &[u16]) -> SyntheticFile<'_> {
        SyntheticFile {
            patient_number: 7,
            sex: Sex::Female,
            age_years: 49,
            study_uid: uid_from([1, 2]),
            series_uid: uid_from([3, 4]),
            instance_uid: uid_from([5, 6]),
            study_date: "20150102".to_owned(),
            series_number: 1,
            instance_number: 1,
            title: "lumbar spine AP",
            body_part: "LSPINE",
            region: ("122496007", "Lumbar spine"),
            view_position: "AP",
            view: ("399348003", "antero-posterior"),
            orientation: "L\\F",
            width: 3,
            height: 2,
            texels,
            bits_stored: 12,
            is_monochrome1: true,
            windows: &[],
            padding: Some(4095),
            spacing_mm: Some(0.15),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let texels = [0, 1, 2, 4095, 2048, 77];
        let bytes = synthetic_file(&film(&texels)).expect("written");
        assert_eq!(bytes, synthetic_file(&film(&texels)).expect("written"), "the same film, the same bytes");
        let file = dicom_object::from_reader(&bytes[..]).expect("read");
        let string = |tag: Tag| file.element(tag).expect("there").to_str().expect("text").trim().to_owned();
        assert_eq!(string(tags::PATIENT_NAME), "SYNTHETIC^7");
        assert_eq!(string(tags::PATIENT_AGE), "049Y");
        assert!(string(tags::SERIES_DESCRIPTION).starts_with("Synthetic "));
        assert_eq!(string(tags::PHOTOMETRIC_INTERPRETATION), "MONOCHROME1");
        let read = file.element(tags::PIXEL_DATA).expect("pixels").to_multi_int::<u16>().expect("words");
        assert_eq!(read, texels);
    }

    #[test]
    fn uids_are_valid_and_names_have_32_digits() {
        for numbers in [[0, 0], [u64::MAX, u64::MAX], [1 << 60, 7]] {
            let uid = uid_from(numbers);
            assert!(uid.len() <= 64 && uid.starts_with("2.25."), "{uid}");
            assert_eq!(name_from(numbers).len(), 32);
        }
    }
}
