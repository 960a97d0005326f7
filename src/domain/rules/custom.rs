//! Rules that a project makes for itself: by label, count, size and combination.

use std::collections::HashMap;

use crate::domain::id::AnnotationId;
use crate::domain::label::{Label, LabelKind, LabelName, LabelScope, LabelSet};
use crate::domain::presence::Presence;

use super::{Found, Look, Mark, Mend, Severity, said};

/// A rule of the project's own.
#[derive(Clone, PartialEq, Debug)]
pub struct CustomRule {
    /// The store's number; 0 before it has one.
    pub id: i64,
    pub title: String,
    pub severity: Severity,
    pub condition: Condition,
}

/// What must hold. Films that are unfit or say "No finding" lack nothing; nor does one on which nothing is decided yet.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// So many marks of the label on a film.
    Count { label: LabelName, at_least: Option<u32>, at_most: Option<u32> },
    /// So many marks of all these labels together.
    CountOfGroup { labels: Vec<LabelName>, at_least: Option<u32>, at_most: Option<u32> },
    /// Every mark of the label is at least and at most so large: the longer side of its box.
    Size { label: LabelName, at_least: Option<f64>, at_most: Option<f64>, unit: SizeUnit },
    /// Where the first is marked or said to be present, of the film, its series or its study, the second is too.
    Requires { label: LabelName, other: LabelName },
    /// The two are never on one film.
    Excludes { label: LabelName, other: LabelName },
}

/// In what sizes are given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum SizeUnit {
    #[default]
    Px,
    /// Silent on films whose pixel spacing is not known.
    Mm,
}

impl SizeUnit {
    pub const ALL: [Self; 2] = [Self::Px, Self::Mm];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Px => "px",
            Self::Mm => "mm",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.key() == key)
    }
}

/// Why a condition can't be a rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConditionError {
    #[error("the label set has no label {0:?}")]
    UnknownLabel(String),
    #[error("a count or a size needs a least or a most")]
    NoLimit,
    #[error("the least is more than the most")]
    Crossed,
    #[error("sizes are positive numbers")]
    BadSize,
    #[error("a rule about two labels needs two")]
    SameLabel,
    #[error("a group has at least two labels, each once")]
    NoGroup,
}

impl Condition {
    /// Every label that it names.
    pub fn labels(&self) -> Vec<&LabelName> {
        match self {
            Self::Count { label, .. } | Self::Size { label, .. } => vec![label],
            Self::CountOfGroup { labels, .. } => labels.iter().collect(),
            Self::Requires { label, other } | Self::Excludes { label, other } => vec![label, other],
        }
    }

    /// The same of labels under other names, all at once.
    #[must_use]
    pub fn renamed(&self, renames: &HashMap<&LabelName, &LabelName>) -> Self {
        let mut condition = self.clone();
        let named = match &mut condition {
            Self::Count { label, .. } | Self::Size { label, .. } => vec![label],
            Self::CountOfGroup { labels, .. } => labels.iter_mut().collect(),
            Self::Requires { label, other } | Self::Excludes { label, other } => vec![label, other],
        };
        for label in named {
            if let Some(to) = renames.get(label) {
                *label = (*to).clone();
            }
        }
        condition
    }

    /// Whether it says something that a reading can keep and break; of labels that the set has, where one is given.
    pub fn check(&self, set: Option<&LabelSet>) -> Result<(), ConditionError> {
        if let Some(set) = set
            && let Some(name) = self.labels().into_iter().find(|name| set.label(name).is_none())
        {
            return Err(ConditionError::UnknownLabel(name.to_string()));
        }
        let limits = |least: Option<f64>, most: Option<f64>| match (least, most) {
            (None, None) => Err(ConditionError::NoLimit),
            (Some(least), Some(most)) if least > most => Err(ConditionError::Crossed),
            _ => Ok(()),
        };
        match self {
            Self::Count { at_least, at_most, .. } => limits(at_least.map(f64::from), at_most.map(f64::from)),
            Self::CountOfGroup { labels, at_least, at_most } => {
                let mut names = labels.clone();
                names.sort();
                names.dedup();
                if names.len() != labels.len() || names.len() < 2 {
                    return Err(ConditionError::NoGroup);
                }
                limits(at_least.map(f64::from), at_most.map(f64::from))
            }
            Self::Size { at_least, at_most, .. } => {
                if [at_least, at_most].into_iter().flatten().any(|size| !size.is_finite() || *size <= 0.0) {
                    return Err(ConditionError::BadSize);
                }
                limits(*at_least, *at_most)
            }
            Self::Requires { label, other } | Self::Excludes { label, other } => {
                if label == other {
                    return Err(ConditionError::SameLabel);
                }
                Ok(())
            }
        }
    }
}

pub(super) fn broken(look: &Look<'_>, condition: &Condition) -> Vec<Found> {
    match condition {
        Condition::Count { label, at_least, at_most } => {
            counted(look, std::slice::from_ref(label), *at_least, *at_most)
        }
        Condition::CountOfGroup { labels, at_least, at_most } => counted(look, labels, *at_least, *at_most),
        Condition::Size { label, at_least, at_most, unit } => {
            look.of_label(label).filter_map(|mark| sized(look, mark, *at_least, *at_most, *unit)).collect()
        }
        Condition::Requires { label, other } => {
            let standing = said::standing(look);
            if !standing.contains(label) || standing.contains(other) || look.is_unfit() {
                return Vec::new();
            }
            let message = format!("{label} is there and {other} is not; this project asks for both.");
            // What is drawn can't be said by a click; what is of the series or study is said for all its films.
            let is_said = |label: &Label| label.kind == LabelKind::Global && label.scope == LabelScope::Image;
            let is_global = look.context.labels.and_then(|set| set.label(other)).is_some_and(is_said);
            let say = Mend::Answer { label: other.clone(), presence: Some(Presence::Present) };
            let mends = is_global.then_some(say).into_iter().chain(removal(look, label)).collect();
            vec![Found::new(message, look.ids_of(label), mends)]
        }
        Condition::Excludes { label, other } => {
            let standing = said::standing(look);
            if !standing.contains(label) || !standing.contains(other) {
                return Vec::new();
            }
            let message = format!("{label} and {other} are both there; in this project they exclude each other.");
            let culprits = look.ids_of(label).into_iter().chain(look.ids_of(other)).collect();
            let mends = removal(look, label).into_iter().chain(removal(look, other)).collect();
            vec![Found::new(message, culprits, mends)]
        }
    }
}

/// What is said of the whole series or study is taken back there, not on one film.
fn removal(look: &Look<'_>, label: &LabelName) -> Option<Mend> {
    (!said::is_shared(look, label)).then(|| Mend::RemoveLabel(label.clone()))
}

fn counted(look: &Look<'_>, labels: &[LabelName], at_least: Option<u32>, at_most: Option<u32>) -> Vec<Found> {
    let of_group = look.marks.iter().filter(|mark| labels.contains(mark.label()));
    let ids: Vec<AnnotationId> = of_group.map(Mark::id).collect();
    let num = ids.len();
    let name = labels.iter().map(LabelName::as_str).collect::<Vec<_>>().join(" + ");
    if let Some(most) = at_most.filter(|most| num > *most as usize) {
        let message = format!("Marked on this film: {name} {num} times; this project allows {most} at most.");
        let mends = vec![Mend::Remove(ids[most as usize..].to_vec())];
        return vec![Found::new(message, ids, mends)];
    }
    let is_finished = look.reading.decision() == crate::domain::reading::Decision::Abnormal && !look.is_unfit();
    match at_least.filter(|least| is_finished && num < *least as usize) {
        Some(least) => {
            let message = format!("Marked on this film: {name} {num} times; this project asks for {least} at least.");
            vec![Found::new(message, ids, Vec::new())]
        }
        None => Vec::new(),
    }
}

fn sized(
    look: &Look<'_>,
    mark: &Mark<'_>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    unit: SizeUnit,
) -> Option<Found> {
    let (width, height) = (mark.bounds.width(), mark.bounds.height());
    let size = match unit {
        SizeUnit::Px => width.max(height),
        SizeUnit::Mm => {
            // Row spacing lies between rows, which is down.
            let [down, across] = look.context.facts?.pixel_spacing_mm?;
            (width * across).max(height * down)
        }
    };
    let (name, unit) = (look.name(mark), unit.key());
    let size_text = format!("{size:.1}");
    let message = if let Some(least) = at_least.filter(|least| size < *least) {
        format!("{name} measures {size_text} {unit}; this project asks for {least} {unit} at least.")
    } else if let Some(most) = at_most.filter(|most| size > *most) {
        format!("{name} measures {size_text} {unit}; this project allows {most} {unit} at most.")
    } else {
        return None;
    };
    Some(Found::new(message, vec![mark.id()], vec![Mend::GoTo(mark.id()), Mend::Remove(vec![mark.id()])]))
}
