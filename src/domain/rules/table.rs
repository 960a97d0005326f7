//! Every rule once: its key, what it is called, what it is for, and its number.

use super::{RuleId, Severity};

/// What a rule is, once, for settings, documentation and the report.
#[derive(Debug)]
pub struct RuleRow {
    pub id: RuleId,
    /// Stable, stored in the project.
    pub key: &'static str,
    pub title: &'static str,
    /// One sentence: what is reported, and when it is not.
    pub help: &'static str,
    pub default_severity: Severity,
    /// `None` where the rule has no number.
    pub parameter: Option<Parameter>,
}

/// A rule's number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Parameter {
    pub meaning: &'static str,
    /// Behind the number; empty where it has none.
    pub unit: &'static str,
    pub default: f64,
    pub least: f64,
    pub most: f64,
}

/// All rules in the order that they are reported in.
pub const RULES: [RuleRow; 15] = [
    RuleRow {
        id: RuleId::NoFindingWithBoxes,
        key: "no_finding_with_boxes",
        title: "No finding excludes every other label",
        help: "A film that says No finding carries no mark and no label that is present or unsure; absent is allowed. \
               What is said of the whole series or study may stand: it is said of its other films too.",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::NothingDecided,
        key: "nothing_decided",
        title: "The film is decided: No finding, or at least one finding",
        help: "Silent on films that are unfit to be read.",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::NoGlobalLabel,
        key: "no_global_label",
        title: "A global label is chosen",
        help: "Where the label set has impressions, one of them is present or unsure, or the film says No finding.",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::BoxOutsideFilm,
        key: "box_outside_film",
        title: "Marks lie inside the film",
        help: "No mark of any shape reaches over the film's edge.",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::BoxTooSmall,
        key: "box_too_small",
        title: "Marks have a size",
        help: "Boxes, polygons and masks are at least so wide and so high, lines so long; a point has no size.",
        default_severity: Severity::Error,
        parameter: Some(Parameter {
            meaning: "smallest width and height in pixels",
            unit: "px",
            default: 1e-3,
            least: 0.0,
            // No side of a DICOM picture is longer (PS3.3 C.7.6.3: Rows and Columns are US).
            most: 65_535.0,
        }),
    },
    RuleRow {
        id: RuleId::DuplicateBox,
        key: "duplicate_box",
        title: "One mark a finding",
        help: "Two areas of one label that cover each other more than this are the same finding marked twice.",
        default_severity: Severity::Warning,
        parameter: Some(Parameter {
            meaning: "IoU above which two marks of one label are the same",
            unit: "",
            default: 0.9,
            least: 0.0,
            most: 1.0,
        }),
    },
    RuleRow {
        id: RuleId::DuplicatePoint,
        key: "duplicate_point",
        title: "One point or line a finding",
        help: "Two points of one label this near to each other, or two lines with ends and corners so near, are the same.",
        default_severity: Severity::Warning,
        parameter: Some(Parameter {
            meaning: "distance in pixels up to which two points of one label are the same",
            unit: "px",
            default: 2.0,
            least: 0.0,
            most: 1_000.0,
        }),
    },
    RuleRow {
        id: RuleId::AbnormalWithoutBox,
        key: "abnormal_without_box",
        title: "An abnormal film shows where",
        help: "A film with an impression, or marked as abnormal, has at least one mark.",
        default_severity: Severity::Warning,
        parameter: None,
    },
    RuleRow {
        id: RuleId::MarkAgainstFilmLabel,
        key: "mark_against_film_label",
        title: "Marks agree with what is said of the film",
        help: "What is drawn on a film is not said to be absent or unsure on the same film.",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::FilmLabelWithoutMark,
        key: "film_label_without_mark",
        title: "What is said to be there is drawn",
        help: "A label that is drawn and said to be present on the film has a mark that shows where.",
        default_severity: Severity::Warning,
        parameter: None,
    },
    RuleRow {
        id: RuleId::TooManyOfLabel,
        key: "too_many_of_label",
        title: "No more marks of a label than a film has",
        help: "Labels with a limit keep it; of every rib, R1 to R12 and L1 to L12, there is one. Its parts can be joined.",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::SideAgainstFilm,
        key: "side_against_film",
        title: "Sides match the film's side",
        help: "On a film of one side (DICOM laterality) no label of the other side is marked.",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::SideInImage,
        key: "side_in_image",
        title: "Sides lie on their side of a frontal film",
        help: "On PA and AP films the patient's right is on the left of the image. Silent where the view is not known.",
        default_severity: Severity::Warning,
        parameter: None,
    },
    RuleRow {
        id: RuleId::RequiredAttribute,
        key: "required_attribute",
        title: "Required attributes are answered",
        help: "Every mark answers what its label asks for: severity, level, certainty or a note.",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::StudyFilmsUnread,
        key: "study_films_unread",
        title: "So many films of the study are read",
        help: "This film and others of its study are decided before one is completed.",
        default_severity: Severity::Off,
        parameter: Some(Parameter {
            meaning: "films of the study that must be read; 0 is all of them",
            unit: "films",
            default: 0.0,
            least: 0.0,
            most: 1_000.0,
        }),
    },
];
