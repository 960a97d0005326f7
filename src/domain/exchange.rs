//! What leaves a project and in which form: formats, whose readings, versions, and how a bundle is split.

use crate::domain::id::ReaderId;
use crate::domain::training::dataset::{SplitMethod, SplitSize, SplitUnit};

/// A form that labels go out in, and come back in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum ExportFormat {
    #[default]
    SpineXr,
    Cxr,
    Kaggle,
    ImageLabels,
    VinDrLab,
    Coco,
    Yolo,
    Voc,
    SingleJson,
    AnnotatedPng,
}

impl ExportFormat {
    pub const ALL: [Self; 10] = [
        Self::SpineXr,
        Self::Cxr,
        Self::Kaggle,
        Self::ImageLabels,
        Self::VinDrLab,
        Self::Coco,
        Self::Yolo,
        Self::Voc,
        Self::SingleJson,
        Self::AnnotatedPng,
    ];

    /// Stable, as stored and as typed on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SpineXr => "spinexr",
            Self::Cxr => "cxr",
            Self::Kaggle => "kaggle",
            Self::ImageLabels => "image_labels",
            Self::VinDrLab => "vindr_lab",
            Self::Coco => "coco",
            Self::Yolo => "yolo",
            Self::Voc => "voc",
            Self::SingleJson => "json",
            Self::AnnotatedPng => "png",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.key() == key)
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::SpineXr => "VinDr-SpineXR table",
            Self::Cxr => "VinDr-CXR table",
            Self::Kaggle => "Kaggle table",
            Self::ImageLabels => "Table of image labels",
            Self::VinDrLab => "VinDr Lab JSON",
            Self::Coco => "COCO",
            Self::Yolo => "YOLO",
            Self::Voc => "Pascal VOC",
            Self::SingleJson => "One JSON with everything",
            Self::AnnotatedPng => "Pictures with marks and captions",
        }
    }

    /// What it holds, and what it can't.
    pub const fn holds(self) -> &'static str {
        match self {
            Self::SpineXr | Self::Cxr | Self::Kaggle => {
                "Boxes and \"No finding\" of every reader. Polygons and masks become boxes; points, lines, attributes and answers about whole films stay out."
            }
            Self::ImageLabels => {
                "One row a film and reader, 0 or 1 for each label. No places on the film, no \"absent\" or \"unsure\"."
            }
            Self::VinDrLab => {
                "Boxes, polygons, masks, attributes and what is present on film, series and study, of every reader. Points, lines and \"absent\" or \"unsure\" stay out."
            }
            Self::Coco => {
                "Boxes, polygons, masks and attributes of every reader. Points and lines stay out. Other programs take no notice of readers."
            }
            Self::Yolo => {
                "Boxes of one reader or of the consensus. Polygons and masks become boxes; points, lines, attributes and answers stay out."
            }
            Self::Voc => {
                "Boxes, simple polygons and attributes of one reader or of the consensus. Masks become boxes; points, lines and answers stay out."
            }
            Self::SingleJson => "Everything: all shapes, attributes and answers of every reader.",
            Self::AnnotatedPng => {
                "A picture of each film at full resolution, marks drawn in, labels below. Carries everything as text too, so it can be imported again."
            }
        }
    }

    /// Whether it tells readers apart.
    pub const fn holds_readers(self) -> bool {
        !matches!(self, Self::Yolo | Self::Voc)
    }

    /// Whether it is a table whose rows can leave out whose they are.
    pub const fn is_table(self) -> bool {
        matches!(self, Self::SpineXr | Self::Cxr | Self::Kaggle | Self::ImageLabels)
    }

    /// Whether it is many files in a folder, whatever else is asked for.
    pub const fn is_folder(self) -> bool {
        matches!(self, Self::Yolo | Self::Voc | Self::AnnotatedPng)
    }

    /// Whether pictures of the films may lie beside the labels.
    pub const fn takes_pictures(self) -> bool {
        matches!(self, Self::Coco | Self::Yolo | Self::Voc)
    }

    /// The name of its file: in a bundle, and as offered to the person. Empty for a folder.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::SpineXr | Self::Cxr | Self::Kaggle => "annotations.csv",
            Self::ImageLabels => "image_labels.csv",
            Self::VinDrLab => "vindr_lab.json",
            Self::Coco => "annotations.json",
            Self::SingleJson => "labels.json",
            Self::Yolo | Self::Voc | Self::AnnotatedPng => "",
        }
    }
}

/// What is to leave the project.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ExportPlan {
    pub format: ExportFormat,
    /// Layers; all where it is empty.
    pub readers: Vec<ReaderId>,
    pub with_unfinished: bool,
    /// Of the consensus only films that reviewers settled: none that a rule made or that was imported.
    pub only_settled: bool,
    /// Tables without the reader's column.
    pub hides_readers: bool,
    /// Pictures of the films beside the labels, where the format takes them.
    pub with_pictures: bool,
    /// Kept as a version under this tag; not kept where it is empty.
    pub tag: String,
}

/// How a bundle is split into train and test.
#[derive(Clone, PartialEq, Debug)]
pub struct SplitPlan {
    pub unit: SplitUnit,
    pub method: SplitMethod,
    /// Of test; the rest is train.
    pub test: SplitSize,
    pub seed: u64,
    /// The test folder holds the consensus alone, without readers, as VinDr-CXR's does.
    pub is_test_consensus: bool,
}

impl Default for SplitPlan {
    fn default() -> Self {
        Self {
            unit: SplitUnit::Patient,
            method: SplitMethod::Stratified,
            test: SplitSize::Share(0.2),
            seed: 1,
            is_test_consensus: false,
        }
    }
}

/// How a version's files are now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VersionState {
    AsWritten,
    Changed,
    /// Not there any more, or elsewhere.
    Gone,
}

impl ExportPlan {
    /// What the file or folder is called: by its tag, else by what it is.
    pub fn output_name(&self, is_bundle: bool) -> String {
        let tag = if self.tag.is_empty() { "labels" } else { &self.tag };
        let end = self.format.file_name().rsplit_once('.').map(|(_, end)| end);
        match end {
            Some(end) if !(is_bundle || self.with_pictures && self.format.takes_pictures()) => {
                format!("{tag}_{}.{end}", self.format.key())
            }
            _ => format!("{tag}_{}", self.format.key()),
        }
    }
}

/// How an import of labels deals with what can't be taken or does not fit the project.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ImportWish {
    /// All or nothing.
    pub refuses_bad: bool,
    /// Labels of films that are not in the project come in too: the labels first, the films later.
    pub takes_absent_films: bool,
    /// Readers that the project does not know come into it.
    pub adds_readers: bool,
}

/// What of a file was left out because the project and the file do not fit together: rows, or marks and readings.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LeftOut {
    /// Of films that are not in the project.
    pub num_of_absent_films: usize,
    /// Of readers that the project does not know.
    pub num_of_unknown_readers: usize,
    /// Said before in the same file.
    pub num_repeated: usize,
}

impl LeftOut {
    /// For the report in the window.
    pub fn sentences(&self) -> Vec<String> {
        let mut told = Vec::new();
        if self.num_of_absent_films > 0 {
            told.push(format!(
                "Not taken: {}, of films that are not in the project. Import the films first, or choose to take such labels \
                 too.",
                self.num_of_absent_films
            ));
        }
        if self.num_of_unknown_readers > 0 {
            told.push(format!(
                "Not taken: {}, of readers that the project does not know. Add the people first, or choose to add them.",
                self.num_of_unknown_readers
            ));
        }
        if self.num_repeated > 0 {
            told.push(format!("Not taken: {}, which stand twice in the file.", self.num_repeated));
        }
        told
    }
}

impl std::ops::AddAssign for LeftOut {
    fn add_assign(&mut self, other: Self) {
        self.num_of_absent_films += other.num_of_absent_films;
        self.num_of_unknown_readers += other.num_of_unknown_readers;
        self.num_repeated += other.num_repeated;
    }
}

/// What an import of labels did to a project beside bringing labels.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ImportEffects {
    /// People who came with it.
    pub new_people: Vec<ReaderId>,
    /// Further readings of a person that came with it, and whose they are.
    pub new_repeats: Vec<(ReaderId, ReaderId)>,
    /// Handed-out films that count as read now, by layer.
    pub read_now: Vec<(ReaderId, u64)>,
}

impl ImportEffects {
    /// For the report and the record, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let names: Vec<&str> = self.new_people.iter().map(ReaderId::as_str).collect();
        match names.as_slice() {
            [] => {}
            [one] => sentences.push(format!("{one} came into the project, as an annotator.")),
            all => sentences.push(format!("{} came into the project, as annotators.", all.join(", "))),
        }
        sentences.extend(self.new_repeats.iter().map(|(layer, person)| {
            let number = layer.as_str().rsplit_once('.').map_or("", |(_, number)| number);
            match number {
                "2" => format!("{layer} is a second reading of {person}."),
                _ => format!("{layer} is a further reading of {person}."),
            }
        }));
        sentences.extend(self.read_now.iter().map(|(layer, num)| match num {
            1 => format!("1 handed-out film of {layer} counts as read now."),
            _ => format!("{num} handed-out films of {layer} count as read now."),
        }));
        sentences
    }

    /// Together with those of another part of the same import.
    pub fn add(&mut self, other: Self) {
        self.new_people.extend(other.new_people);
        self.new_repeats.extend(other.new_repeats);
        for (layer, num) in other.read_now {
            match self.read_now.iter_mut().find(|(known, _)| *known == layer) {
                Some((_, sum)) => *sum += num,
                None => self.read_now.push((layer, num)),
            }
        }
    }
}

/// Longest tag, as VinDr Lab has it.
pub const LONGEST_TAG: usize = 255;

/// Letters, digits, `_` and `.`: what a version may be called, so that it can stand in a path and a citation.
pub fn is_tag(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_TAG
        && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && text != "."
        && text != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_back_to_formats_and_none_is_both_folder_and_file() {
        for format in ExportFormat::ALL {
            assert_eq!(ExportFormat::from_key(format.key()), Some(format));
            assert_eq!(format.file_name().is_empty(), format.is_folder(), "{format:?}");
        }
    }

    #[test]
    fn tags() {
        for tag in ["v1", "1.0.2", "2026_thử"] {
            assert!(is_tag(tag), "{tag}");
        }
        for tag in ["", "a b", "../x", "..", "v1/2", &"x".repeat(256)] {
            assert!(!is_tag(tag), "{tag}");
        }
    }
}
