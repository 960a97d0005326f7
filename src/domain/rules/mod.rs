//! The rules a reading must keep: data per project, each with a message that says how to mend it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::domain::annotation::Annotation;
use crate::domain::geometry::{Rect, Size};
use crate::domain::id::AnnotationId;
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::reading::Reading;
use crate::domain::shape::Shape;
use crate::domain::study::FilmFacts;

#[cfg(test)]
mod cases_script;
mod custom;
#[cfg(test)]
mod custom_script;
mod custom_text;
mod duplicates;
mod mend;
mod places;
mod said;
mod sides;
mod table;

pub use custom::{Condition, ConditionError, CustomRule, SizeUnit};
pub use mend::{AttributeAnswer, Mend};
pub use table::{Parameter, RULES, RuleRow};

/// How much a broken rule matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
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

    /// As panels show it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Off => "Off",
            Self::Warning => "Warning",
            Self::Error => "Error",
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
    NoGlobalLabel,
    BoxOutsideFilm,
    BoxTooSmall,
    DuplicateBox,
    DuplicatePoint,
    AbnormalWithoutBox,
    MarkAgainstFilmLabel,
    FilmLabelWithoutMark,
    TooManyOfLabel,
    SideAgainstFilm,
    SideInImage,
    RequiredAttribute,
    StudyFilmsUnread,
}

impl RuleId {
    pub fn row(self) -> &'static RuleRow {
        RULES.iter().find(|row| row.id == self).expect("every rule has a row; a test holds it")
    }

    /// What the rule's number may be, in the unit of [`RuleRow::parameter`]; `None` where the rule has none.
    pub fn parameter_range(self) -> Option<RangeInclusive<f64>> {
        self.row().parameter.map(|parameter| parameter.least..=parameter.most)
    }

    pub fn from_key(key: &str) -> Option<Self> {
        RULES.iter().find(|row| row.key == key).map(|row| row.id)
    }

    /// Whether a film that nobody is done with breaks the rule by being unfinished: no fault yet, and an error only where
    /// the reading is called completed.
    pub const fn is_about_completeness(self) -> bool {
        matches!(self, Self::NothingDecided | Self::NoGlobalLabel | Self::StudyFilmsUnread)
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
            parameter: row.parameter.map_or(0.0, |parameter| parameter.default),
        })
        .collect()
}

/// A broken rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Violation {
    /// `None` for a rule of the project's own.
    pub rule: Option<RuleId>,
    /// The title of a rule of the project's own.
    pub custom: Option<String>,
    pub severity: Severity,
    /// What is wrong and how to mend it.
    pub message: String,
    /// The marks concerned, for the click that goes there.
    pub culprits: Vec<AnnotationId>,
    /// What one click would do about it, the best first.
    pub mends: Vec<Mend>,
}

impl Violation {
    /// What the rule is called.
    pub fn rule_title(&self) -> &str {
        self.custom.as_deref().or_else(|| self.rule.map(|rule| rule.row().title)).unwrap_or_default()
    }

    /// Whether two violations are of the same rule, for showing them together.
    pub fn is_of_same_rule(&self, other: &Self) -> bool {
        self.rule == other.rule && self.custom == other.custom
    }
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
pub fn check(context: &RuleContext<'_>, rules: &[RuleSetting], custom: &[CustomRule]) -> Vec<Violation> {
    let look = Look::new(context, rules);
    let mut violations = Vec::new();
    for setting in rules.iter().filter(|s| s.severity != Severity::Off) {
        let found = match setting.id {
            RuleId::NoFindingWithBoxes => said::no_finding_with_others(&look),
            RuleId::NothingDecided => said::nothing_decided(&look),
            RuleId::NoGlobalLabel => said::no_global_label(&look),
            RuleId::BoxOutsideFilm => places::outside(&look),
            RuleId::BoxTooSmall => places::tiny(&look, setting.parameter),
            RuleId::DuplicateBox => duplicates::same_areas(&look, setting.parameter),
            RuleId::DuplicatePoint => duplicates::same_points(&look, setting.parameter),
            RuleId::AbnormalWithoutBox => said::abnormal_without_mark(&look),
            RuleId::MarkAgainstFilmLabel => said::marks_against_film_labels(&look),
            RuleId::FilmLabelWithoutMark => said::film_labels_without_mark(&look),
            RuleId::TooManyOfLabel => sides::too_many(&look),
            RuleId::SideAgainstFilm => sides::against_film(&look),
            RuleId::SideInImage => sides::in_image(&look),
            RuleId::RequiredAttribute => said::attributes_missing(&look),
            RuleId::StudyFilmsUnread => said::study_unread(&look, setting.parameter),
        };
        violations.extend(found.into_iter().map(|found| found.breaks(Some(setting.id), None, setting.severity)));
    }
    for rule in custom.iter().filter(|rule| rule.severity != Severity::Off) {
        let found = custom::broken(&look, &rule.condition);
        violations.extend(found.into_iter().map(|found| found.breaks(None, Some(&rule.title), rule.severity)));
    }
    violations
}

/// What a rule finds, before it is known how much that matters.
#[derive(Debug)]
struct Found {
    message: String,
    culprits: Vec<AnnotationId>,
    mends: Vec<Mend>,
}

impl Found {
    const fn new(message: String, culprits: Vec<AnnotationId>, mends: Vec<Mend>) -> Self {
        Self { message, culprits, mends }
    }

    fn breaks(self, rule: Option<RuleId>, custom: Option<&str>, severity: Severity) -> Violation {
        let Self { message, culprits, mends } = self;
        Violation { rule, custom: custom.map(str::to_owned), severity, message, culprits, mends }
    }
}

/// A mark with its shape.
#[derive(Clone, Copy, Debug)]
struct Mark<'a> {
    annotation: &'a Annotation,
    shape: &'a Shape,
    bounds: Rect,
    /// Counted from 1 among the marks of its label.
    number: usize,
}

impl<'a> Mark<'a> {
    const fn id(&self) -> AnnotationId {
        self.annotation.id()
    }
    const fn label(&self) -> &'a LabelName {
        self.annotation.label()
    }
}

/// A reading as the rules look at it: every mark with what several rules ask of it, worked out once.
struct Look<'a> {
    context: &'a RuleContext<'a>,
    reading: &'a Reading,
    rules: &'a [RuleSetting],
    /// In drawing order.
    marks: Vec<Mark<'a>>,
    per_label: BTreeMap<&'a LabelName, usize>,
}

impl<'a> Look<'a> {
    fn new(context: &'a RuleContext<'a>, rules: &'a [RuleSetting]) -> Self {
        let mut per_label: BTreeMap<&LabelName, usize> = BTreeMap::new();
        let mut marks = Vec::new();
        for annotation in context.reading.annotations() {
            let Some(shape) = annotation.shape() else { continue };
            let number = per_label.entry(annotation.label()).or_default();
            *number += 1;
            marks.push(Mark { annotation, shape, bounds: shape.bounds(), number: *number });
        }
        Self { context, reading: context.reading, rules, marks, per_label }
    }

    fn is_on(&self, id: RuleId) -> bool {
        self.rules.iter().any(|rule| rule.id == id && rule.severity != Severity::Off)
    }

    /// Nobody is asked to decide on a film that can't be read.
    const fn is_unfit(&self) -> bool {
        self.reading.unfit().is_some()
    }

    fn num_of(&self, label: &LabelName) -> usize {
        self.per_label.get(label).copied().unwrap_or(0)
    }

    fn of_label(&self, label: &LabelName) -> impl Iterator<Item = &Mark<'a>> {
        self.marks.iter().filter(move |mark| mark.label() == label)
    }

    fn ids_of(&self, label: &LabelName) -> Vec<AnnotationId> {
        self.of_label(label).map(Mark::id).collect()
    }

    /// "Osteophytes", or "Osteophytes 2" where there are several.
    fn name(&self, mark: &Mark<'_>) -> String {
        if self.num_of(mark.label()) > 1 {
            format!("{} {}", mark.label(), mark.number)
        } else {
            mark.label().to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_one_row_and_every_key_reads_back() {
        for row in &RULES {
            assert_eq!(RuleId::from_key(row.key), Some(row.id));
            assert_eq!(row.id.row().key, row.key);
            assert!(!row.title.is_empty() && row.help.ends_with('.'), "{}", row.key);
            if let Some(parameter) = row.parameter {
                let range = row.id.parameter_range().expect("it has a number");
                assert!(range.contains(&parameter.default), "{}", row.key);
            }
        }
    }
}
