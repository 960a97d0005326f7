//! The rules a reading must keep: data per project, each with a message that says how to mend it.

use std::ops::RangeInclusive;

use crate::domain::geometry::Size;
use crate::domain::id::AnnotationId;
use crate::domain::label::{ABNORMAL, LabelSet};
use crate::domain::reading::{Decision, Reading};
use crate::domain::study::FilmFacts;

mod custom;
mod mend;

pub use custom::{Condition, CustomRule};
pub use mend::Mend;

/// How much a broken rule matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Not checked.
    Off,
    /// Shown; does not block.
    Warning,
    /// Blocks Complete.
    Error,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Off, Self::Warning, Self::Error];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// Which rule. A new rule is a variant, a row in [`RULES`] and an arm in [`check`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RuleId {
    NoFindingWithBoxes,
    NothingDecided,
    BoxOutsideFilm,
    BoxTooSmall,
    DuplicateBox,
    AbnormalWithoutBox,
}

/// What a rule is, once, for settings, documentation and the report.
#[derive(Debug)]
pub struct RuleRow {
    pub id: RuleId,
    /// Stable, stored in the project.
    pub key: &'static str,
    pub title: &'static str,
    pub default_severity: Severity,
    /// What the number means, and its default; `None` where the rule has none.
    pub parameter: Option<(&'static str, f64)>,
}

/// All rules in the order that they are reported in.
pub const RULES: [RuleRow; 6] = [
    RuleRow {
        id: RuleId::NoFindingWithBoxes,
        key: "no_finding_with_boxes",
        title: "No finding excludes every other label",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::NothingDecided,
        key: "nothing_decided",
        title: "The film is decided: No finding, or at least one finding",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::BoxOutsideFilm,
        key: "box_outside_film",
        title: "Boxes lie inside the film",
        default_severity: Severity::Error,
        parameter: None,
    },
    RuleRow {
        id: RuleId::BoxTooSmall,
        key: "box_too_small",
        title: "Boxes have a size",
        default_severity: Severity::Error,
        parameter: Some(("smallest width and height in pixels", 1e-3)),
    },
    RuleRow {
        id: RuleId::DuplicateBox,
        key: "duplicate_box",
        title: "One box a finding",
        default_severity: Severity::Warning,
        parameter: Some(("IoU above which two boxes of one label are the same", 0.9)),
    },
    RuleRow {
        id: RuleId::AbnormalWithoutBox,
        key: "abnormal_without_box",
        title: "An abnormal film shows where",
        default_severity: Severity::Warning,
        parameter: None,
    },
];

impl RuleId {
    pub fn row(self) -> &'static RuleRow {
        RULES.iter().find(|row| row.id == self).expect("every rule has a row; a test holds it")
    }

    /// What the rule's number may be, in the unit of [`RuleRow::parameter`]; `None` where the rule has none.
    pub fn parameter_range(self) -> Option<RangeInclusive<f64>> {
        match self {
            // No side of a DICOM picture is longer (PS3.3 C.7.6.3: Rows and Columns are US).
            Self::BoxTooSmall => Some(0.0..=65_535.0),
            Self::DuplicateBox => Some(0.0..=1.0),
            Self::NoFindingWithBoxes | Self::NothingDecided | Self::BoxOutsideFilm | Self::AbnormalWithoutBox => None,
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        RULES.iter().find(|row| row.key == key).map(|row| row.id)
    }
}

/// A rule as one project wants it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RuleSetting {
    pub id: RuleId,
    pub severity: Severity,
    /// In the unit of [`RuleRow::parameter`]; ignored where the rule has none.
    pub parameter: f64,
}

/// Every rule at its default.
pub fn default_rules() -> Vec<RuleSetting> {
    RULES
        .iter()
        .map(|row| RuleSetting {
            id: row.id,
            severity: row.default_severity,
            parameter: row.parameter.map_or(0.0, |(_, value)| value),
        })
        .collect()
}

/// A broken rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Violation {
    /// `None` for a rule of the project's own.
    pub rule: Option<RuleId>,
    pub severity: Severity,
    /// What is wrong and how to mend it.
    pub message: String,
    /// The marks concerned, for the click that goes there.
    pub culprits: Vec<AnnotationId>,
    /// What one click would do about it, the best first.
    pub mends: Vec<Mend>,
}

/// What a reading is held against beside itself.
#[derive(Clone, Copy, Debug)]
pub struct RuleContext<'a> {
    pub reading: &'a Reading,
    /// Width and height of the film in pixels.
    pub film: Size,
    /// What is known of the film; `None` where only its size is.
    pub facts: Option<&'a FilmFacts>,
    /// The project's labels; `None` where they can't be read: rules about labels are silent then.
    pub labels: Option<&'a LabelSet>,
    /// How far the reader is with the films of the same study; `None` where that is not known.
    pub study: Option<StudyProgress>,
}

/// How many films of a study a reader has decided on, this one not counted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct StudyProgress {
    pub num_films: usize,
    pub num_read: usize,
}

/// Checks a reading against the project's rules.
pub fn check(context: &RuleContext<'_>, rules: &[RuleSetting], _custom: &[CustomRule]) -> Vec<Violation> {
    let (reading, film) = (context.reading, context.film);
    let mut violations = Vec::new();
    for setting in rules.iter().filter(|s| s.severity != Severity::Off) {
        let mut report = |message: String, culprits: Vec<AnnotationId>| {
            let (rule, severity, mends) = (Some(setting.id), setting.severity, Vec::new());
            violations.push(Violation { rule, severity, message, culprits, mends });
        };
        match setting.id {
            RuleId::NoFindingWithBoxes => {
                let others = reading.num_marks() + reading.image_labels().num_present();
                if reading.has_no_finding() && others > 0 {
                    let culprits = reading.annotations().iter().map(super::annotation::Annotation::id).collect();
                    let message = format!(
                        "The film says \"No finding\" and carries {}. Remove \"No finding\", or remove the findings.",
                        counted(others, "finding")
                    );
                    report(message, culprits);
                }
            }
            RuleId::NothingDecided => {
                if reading.decision() == Decision::Undecided {
                    report(
                        "Nothing is decided. Press N for \"No finding\", or draw a box around what you see.".to_owned(),
                        Vec::new(),
                    );
                }
            }
            RuleId::BoxOutsideFilm => {
                for (a, rect) in boxes(reading) {
                    let outside =
                        rect.xmin() < 0.0 || rect.ymin() < 0.0 || rect.xmax() > film.width || rect.ymax() > film.height;
                    if outside {
                        report(
                            format!("{} reaches outside the film. Drag it back inside, or delete it.", a.label()),
                            vec![a.id()],
                        );
                    }
                }
            }
            RuleId::BoxTooSmall => {
                for (a, rect) in boxes(reading) {
                    if rect.width() < setting.parameter || rect.height() < setting.parameter {
                        report(
                            format!("{} has no size to speak of. Enlarge it, or delete it.", a.label()),
                            vec![a.id()],
                        );
                    }
                }
            }
            RuleId::DuplicateBox => {
                let all: Vec<_> = boxes(reading).collect();
                for (i, (a, rect_a)) in all.iter().enumerate() {
                    for (b, rect_b) in &all[i + 1..] {
                        if a.label() == b.label() && rect_a.iou(rect_b) > setting.parameter {
                            let message = format!(
                                "{} is marked twice in the same place. Delete one of the two boxes.",
                                a.label()
                            );
                            report(message, vec![a.id(), b.id()]);
                        }
                    }
                }
            }
            RuleId::AbnormalWithoutBox => {
                if reading.num_marks() == 0
                    && let Some(label) = reading.image_labels().present().next()
                {
                    let what = if label.as_str() == ABNORMAL { "abnormal" } else { label.as_str() };
                    let message =
                        format!("The film is marked as {what} and no box shows where. Draw a box, or clear it.");
                    report(message, Vec::new());
                }
            }
        }
    }
    violations
}

fn boxes(reading: &Reading) -> impl Iterator<Item = (&super::annotation::Annotation, crate::domain::geometry::Rect)> {
    reading.annotations().iter().filter_map(|a| a.rect().map(|rect| (a, rect)))
}

fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::annotation::{Annotation, Origin};
    use crate::domain::geometry::Rect;
    use crate::domain::id::{ImageId, ReaderId};
    use crate::domain::label::LabelName;
    use crate::domain::task::TaskState;

    const FILM: Size = Size::new(100.0, 80.0);

    fn check_case(no_finding: bool, boxes: &[(&str, [f64; 4])], labels: &[&str], expected: &[RuleId]) {
        let mut annotations: Vec<Annotation> = boxes
            .iter()
            .enumerate()
            .map(|(i, (label, c))| {
                let rect = Rect::from_columns(c[0], c[1], c[2], c[3]).expect("ordered");
                Annotation::boxed(AnnotationId(i as i64), LabelName::new(*label), rect, Origin::Drawn).expect("lesion")
            })
            .collect();
        if no_finding {
            annotations.push(Annotation::no_finding(AnnotationId(99), Origin::Drawn));
        }
        let labels = labels.iter().map(|&l| LabelName::new(l)).collect();
        let reading = Reading::restored(
            ImageId::new("film"),
            ReaderId::new("R1"),
            annotations,
            labels,
            TaskState::Doing,
            String::new(),
        );
        let context = RuleContext { reading: &reading, film: FILM, facts: None, labels: None, study: None };
        let found: Vec<RuleId> = check(&context, &default_rules(), &[]).iter().filter_map(|v| v.rule).collect();
        assert_eq!(found, expected, "{boxes:?}");
    }

    #[test]
    fn each_rule_at_its_border() {
        use RuleId::{
            AbnormalWithoutBox, BoxOutsideFilm, BoxTooSmall, DuplicateBox, NoFindingWithBoxes, NothingDecided,
        };
        let ok = ("Osteophytes", [10.0, 10.0, 20.0, 20.0]);
        check_case(false, &[], &[], &[NothingDecided]);
        check_case(true, &[], &[], &[]);
        check_case(false, &[ok], &[], &[]);
        check_case(true, &[ok], &[], &[NoFindingWithBoxes]);
        check_case(true, &[], &["Pneumonia"], &[NoFindingWithBoxes, AbnormalWithoutBox]);
        check_case(false, &[], &["Abnormal"], &[AbnormalWithoutBox]);
        check_case(false, &[("A", [0.0, 0.0, 100.0, 80.0])], &[], &[]);
        check_case(false, &[("A", [0.0, 0.0, 100.001, 80.0])], &[], &[BoxOutsideFilm]);
        check_case(false, &[("A", [-0.001, 0.0, 10.0, 10.0])], &[], &[BoxOutsideFilm]);
        check_case(false, &[("A", [0.0, 0.0, 0.001, 10.0])], &[], &[]);
        check_case(false, &[("A", [0.0, 0.0, 0.000_9, 10.0])], &[], &[BoxTooSmall]);
        check_case(false, &[ok, ok], &[], &[DuplicateBox]);
        check_case(false, &[ok, ("Fracture", ok.1)], &[], &[]);
        // IoU exactly 0.9 is not over 0.9.
        check_case(false, &[("A", [0.0, 0.0, 10.0, 10.0]), ("A", [0.0, 0.0, 10.0, 9.0])], &[], &[]);
        check_case(false, &[("A", [0.0, 0.0, 10.0, 10.0]), ("A", [0.0, 0.0, 10.0, 9.01])], &[], &[DuplicateBox]);
    }

    #[test]
    fn every_rule_has_one_row_and_every_key_reads_back() {
        for row in &RULES {
            assert_eq!(RuleId::from_key(row.key), Some(row.id));
            assert_eq!(row.id.row().key, row.key);
            let default = row.parameter.map(|(_, default)| default);
            let range = row.id.parameter_range();
            assert_eq!(default.is_some(), range.is_some(), "{}", row.key);
            assert!(default.zip(range).is_none_or(|(default, range)| range.contains(&default)), "{}", row.key);
        }
    }

    #[test]
    fn a_rule_that_is_off_is_silent() {
        let mut rules = default_rules();
        for rule in &mut rules {
            rule.severity = Severity::Off;
        }
        let reading = Reading::new(ImageId::new("film"), ReaderId::new("R1"));
        let context = RuleContext { reading: &reading, film: FILM, facts: None, labels: None, study: None };
        assert!(check(&context, &rules, &[]).is_empty());
    }
}
