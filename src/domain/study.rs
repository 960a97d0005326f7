//! Patients, studies, series and films as a project knows them: facts, never names.

use std::path::PathBuf;

use crate::domain::id::{ImageId, PatientId, SeriesId, StudyId};

/// Patient's sex as DICOM writes it (0010,0040).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sex {
    Male,
    Female,
    Other,
}

impl Sex {
    /// `M`, `F`, `O` (PS3.3 C.2.3); anything else is unknown.
    pub fn from_dicom(text: &str) -> Option<Self> {
        match text.trim() {
            "M" | "m" => Some(Self::Male),
            "F" | "f" => Some(Self::Female),
            "O" | "o" => Some(Self::Other),
            _ => None,
        }
    }

    pub const fn as_dicom(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
            Self::Other => "O",
        }
    }
}

/// Years from a DICOM age string (VR AS): `049Y`, `006M`, `012W`, `003D`; tolerates missing zeros and a missing unit.
pub fn age_years_from_dicom(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: f64 = digits.trim().parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0)?;
    match &text[digits.len()..] {
        "" | "Y" | "y" => Some(number),
        "M" | "m" => Some(number / 12.0),
        "W" | "w" => Some(number * 7.0 / 365.25),
        "D" | "d" => Some(number / 365.25),
        _ => None,
    }
}

/// What a film is, as far as its header says; `None` where it does not.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmFacts {
    pub image: ImageId,
    pub series: SeriesId,
    pub study: StudyId,
    /// A project-local pseudonym, equal for films of one patient.
    pub patient: PatientId,
    /// Columns of the first frame, in pixels.
    pub width: u32,
    /// Rows of the first frame, in pixels.
    pub height: u32,
    pub num_frames: u32,
    pub modality: Option<String>,
    pub body_part: Option<String>,
    pub view_position: Option<String>,
    pub laterality: Option<String>,
    pub series_description: Option<String>,
    pub sex: Option<Sex>,
    /// Years, fractions for children.
    pub age_years: Option<f64>,
    /// `YYYYMMDD`.
    pub study_date: Option<String>,
    pub series_number: Option<i64>,
    pub instance_number: Option<i64>,
    /// Distance between pixel centres in mm: row spacing (vertical), then column spacing.
    pub pixel_spacing_mm: Option<[f64; 2]>,
    pub is_lossy: bool,
    /// Made by the program itself; every screen says so.
    pub is_synthetic: bool,
    pub file_bytes: u64,
}

/// From where the film was taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum View {
    /// AP or PA.
    Frontal,
    Lateral,
    Oblique,
    Other,
}

impl FilmFacts {
    /// By the view position (PS3.3 C.8.1.2.1 and CID 4010's words), else by the series description.
    pub fn view(&self) -> View {
        let by = |text: &Option<String>| text.as_deref().map_or(View::Other, view_of_words);
        match by(&self.view_position) {
            View::Other => by(&self.series_description),
            view => view,
        }
    }
}

/// How a film is named where films are listed: by its view position, else by its series description, else not at all.
/// That description is free text and may name a person: of it a blinded reader sees only what it says of the view.
pub fn view_name<'a>(
    view_position: Option<&'a str>,
    series_description: Option<&'a str>,
    is_blind: bool,
) -> Option<&'a str> {
    let position = view_position.filter(|text| !text.is_empty());
    let of_description = |text: &'a str| if is_blind { view_of_words(text).name() } else { Some(text) };
    position.or_else(|| series_description.filter(|text| !text.is_empty()).and_then(of_description))
}

impl View {
    pub const ALL: [Self; 4] = [Self::Frontal, Self::Lateral, Self::Oblique, Self::Other];

    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Frontal => Some("Frontal"),
            Self::Lateral => Some("Lateral"),
            Self::Oblique => Some("Oblique"),
            Self::Other => None,
        }
    }
}

/// What words say of the view: `RL`, `Lumbar spine, lateral`.
pub fn view_of_words(text: &str) -> View {
    let text = text.to_lowercase();
    let has = |names: &[&str]| text.split(|c: char| !c.is_alphanumeric()).any(|word| names.contains(&word));
    // Obliques name their side too: LAO is no lateral.
    if has(&["rl", "ll", "lat", "lateral", "laterale", "nghiêng"]) && !has(&["oblique", "obl"]) {
        View::Lateral
    } else if has(&["oblique", "obl", "lao", "rao", "lpo", "rpo", "chếch"]) {
        View::Oblique
    } else if has(&["ap", "pa", "frontal", "anteroposterior", "posteroanterior", "thẳng"]) {
        View::Frontal
    } else {
        View::Other
    }
}

/// Where a film's file is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum FilmSource {
    File(PathBuf),
    /// A file inside a zip archive, by its name there.
    Zip {
        archive: PathBuf,
        entry: String,
    },
}

/// A film as a project holds it.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmEntry {
    pub facts: FilmFacts,
    pub source: FilmSource,
    /// Of the whole file.
    pub sha256: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_known_by_their_words() {
        let check = |text: &str, expected: View| assert_eq!(view_of_words(text), expected, "{text:?}");
        check("AP", View::Frontal);
        check("pa", View::Frontal);
        check("LL", View::Lateral);
        check("L-SPINE LAT", View::Lateral);
        check("Lumbar spine, lateral", View::Lateral);
        check("RAO", View::Oblique);
        check("lateral oblique", View::Oblique);
        check("Cột sống thẳng", View::Frontal);
        check("CAPITULUM", View::Other);
        check("", View::Other);
    }

    #[test]
    fn a_description_names_nobody_to_a_blinded_reader() {
        let check = |position, description, is_blind, expected| {
            assert_eq!(view_name(position, description, is_blind), expected, "{position:?} {description:?} {is_blind}");
        };
        let named = Some("NGUYEN VAN A, spine lateral");
        check(None, named, true, Some("Lateral"));
        check(Some(""), named, true, Some("Lateral"));
        check(None, named, false, named);
        check(Some("LL"), named, true, Some("LL"));
        check(None, Some("NGUYEN VAN A"), true, None);
        check(None, Some(""), false, None);
        check(None, None, false, None);
    }

    #[test]
    fn ages_in_every_unit() {
        let check = |text: &str, expected: Option<f64>| assert_eq!(age_years_from_dicom(text), expected, "{text:?}");
        check("049Y", Some(49.0));
        check(" 49Y ", Some(49.0));
        check("006M", Some(0.5));
        check("49", Some(49.0));
        check("", None);
        check("Y", None);
        check("-3Y", None);
        check("12Q", None);
        assert!((age_years_from_dicom("052W").expect("weeks") - 1.0).abs() < 0.01);
    }
}
