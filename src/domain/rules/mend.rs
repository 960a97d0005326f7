//! What one click does about a broken rule.

use crate::domain::annotation::Annotation;
use crate::domain::attribute::{Attributes, Certainty, Grade};
use crate::domain::edit::Edit;
use crate::domain::geometry::{Point, Size};
use crate::domain::id::AnnotationId;
use crate::domain::label::LabelName;
use crate::domain::presence::Presence;
use crate::domain::reading::Reading;
use crate::domain::shape::{Polygon, Shape};

/// A way to put a reading right.
#[derive(Clone, PartialEq, Debug)]
pub enum Mend {
    /// These marks go.
    Remove(Vec<AnnotationId>),
    /// Every mark of the label and what is said of it on the film go.
    RemoveLabel(LabelName),
    /// The film no longer says "No finding".
    RemoveNoFinding,
    /// What stands against "No finding" goes: marks, and labels that are present or unsure.
    RemoveFindings,
    /// Cut at the film's edge, or moved where nothing would be left; with all labels of the shape.
    PullInside(AnnotationId),
    /// What the film says of the label; `None` takes the answer back.
    Answer {
        label: LabelName,
        presence: Option<Presence>,
    },
    /// Another label on the same shape; attributes stay.
    Relabel {
        mark: AnnotationId,
        label: LabelName,
    },
    /// Polygons become parts of the first.
    Join(Vec<AnnotationId>),
    SetAttribute {
        mark: AnnotationId,
        answer: AttributeAnswer,
    },
    /// No change: the mark is selected and brought into view, for what only the reader can say.
    GoTo(AnnotationId),
    /// The same, and the keyboard goes to the attributes.
    Ask(AnnotationId),
}

/// An attribute that one of a few words answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttributeAnswer {
    Grade(Grade),
    Certainty(Certainty),
}

impl AttributeAnswer {
    const fn title(self) -> &'static str {
        match self {
            Self::Grade(Grade::Mild) => "Mild",
            Self::Grade(Grade::Moderate) => "Moderate",
            Self::Grade(Grade::Severe) => "Severe",
            Self::Certainty(Certainty::Possible) => "Possible",
            Self::Certainty(Certainty::Probable) => "Probable",
            Self::Certainty(Certainty::Definite) => "Definite",
        }
    }
}

impl Mend {
    /// All that [`Mend::words`] may say, for whoever translates it.
    pub const ALL_WORDS: [&'static str; 18] = [
        "Delete",
        "Remove {}",
        "Remove No finding",
        "Remove the findings",
        "Pull inside",
        "Say present: {}",
        "Say absent: {}",
        "Take back: {}",
        "Label it {}",
        "Join into one",
        "Show",
        "Fill in",
        "Mild",
        "Moderate",
        "Severe",
        "Possible",
        "Probable",
        "Definite",
    ];

    /// What the button says, with a hole for the label where there is one.
    pub const fn words(&self) -> (&'static str, Option<&LabelName>) {
        match self {
            Self::Remove(_) => ("Delete", None),
            Self::RemoveLabel(label) => ("Remove {}", Some(label)),
            Self::RemoveNoFinding => ("Remove No finding", None),
            Self::RemoveFindings => ("Remove the findings", None),
            Self::PullInside(_) => ("Pull inside", None),
            Self::Answer { label, presence: Some(Presence::Absent) } => ("Say absent: {}", Some(label)),
            Self::Answer { label, presence: Some(_) } => ("Say present: {}", Some(label)),
            Self::Answer { label, presence: None } => ("Take back: {}", Some(label)),
            Self::Relabel { label, .. } => ("Label it {}", Some(label)),
            Self::Join(_) => ("Join into one", None),
            Self::SetAttribute { answer, .. } => (answer.title(), None),
            Self::GoTo(_) => ("Show", None),
            Self::Ask(_) => ("Fill in", None),
        }
    }

    /// In English, as the undo entry shows it.
    pub fn title(&self) -> String {
        match self.words() {
            (words, Some(label)) => words.replace("{}", label.as_str()),
            (words, None) => words.to_owned(),
        }
    }

    /// The edit that does it; `None` where the reading has changed since, where it changes nothing, and for
    /// what only the reader can say.
    pub fn edit(&self, reading: &Reading, film: Size) -> Option<Edit> {
        let edits = match self {
            Self::Remove(ids) => {
                ids.iter().rev().map(|id| Edit::remove(reading, *id)).collect::<Option<Vec<Edit>>>()?
            }
            Self::RemoveLabel(label) => removals(reading, |a| a.label() == label)
                .chain(answered(reading, label, None).filter(|_| reading.image_labels().get(label).is_some()))
                .collect(),
            Self::RemoveNoFinding => removals(reading, |a| a.label().is_no_finding()).collect(),
            Self::RemoveFindings => {
                let before = reading.image_labels().clone();
                let after = before.only_absent();
                let answers = (before != after).then_some(Edit::SetImageLabels { before, after });
                removals(reading, |a| !a.label().is_no_finding()).chain(answers).collect()
            }
            Self::PullInside(id) => {
                let mark = reading.annotation(*id)?;
                let inside = pulled_inside(mark.shape()?, film)?;
                reading.on_shape(mark.shape_key()).map(|mark| replaced(mark, mark.with_shape(inside.clone()))).collect()
            }
            Self::Answer { label, presence } => answered(reading, label, *presence).collect(),
            Self::Relabel { mark, label } => {
                let before = reading.annotation(*mark)?;
                vec![replaced(before, before.with_label(label.clone()).filter(|after| after != before)?)]
            }
            Self::Join(ids) => joined(reading, ids)?,
            Self::SetAttribute { mark, answer } => {
                let before = reading.annotation(*mark).filter(|mark| mark.shape().is_some())?;
                let said = before.attributes().clone();
                let attributes = match *answer {
                    AttributeAnswer::Grade(grade) => Attributes { grade: Some(grade), ..said },
                    AttributeAnswer::Certainty(certainty) => Attributes { certainty: Some(certainty), ..said },
                };
                vec![replaced(before, before.clone().with_attributes(attributes))]
            }
            Self::GoTo(_) | Self::Ask(_) => return None,
        };
        let mut edits = edits;
        match edits.len() {
            0 => None,
            1 => edits.pop(),
            _ => Some(Edit::Batch { name: self.title(), edits }),
        }
    }

    /// The marks that it changes or deletes.
    pub fn touches(&self, reading: &Reading, id: AnnotationId) -> bool {
        match self {
            Self::Remove(ids) | Self::Join(ids) => ids.contains(&id),
            Self::RemoveLabel(label) => reading.annotation(id).is_some_and(|mark| mark.label() == label),
            Self::RemoveFindings => reading.annotation(id).is_some(),
            Self::PullInside(mark) | Self::Relabel { mark, .. } | Self::SetAttribute { mark, .. } => *mark == id,
            Self::RemoveNoFinding | Self::Answer { .. } | Self::GoTo(_) | Self::Ask(_) => false,
        }
    }
}

fn removals<'a>(reading: &'a Reading, is_gone: impl Fn(&Annotation) -> bool + 'a) -> impl Iterator<Item = Edit> + 'a {
    reading.annotations().iter().rev().filter(move |a| is_gone(a)).cloned().map(Edit::Remove)
}

fn answered(reading: &Reading, label: &LabelName, presence: Option<Presence>) -> impl Iterator<Item = Edit> {
    let before = reading.image_labels().clone();
    let after = before.clone().with(label.clone(), presence);
    (before != after).then_some(Edit::SetImageLabels { before, after }).into_iter()
}

fn replaced(before: &Annotation, after: Annotation) -> Edit {
    Edit::Replace { before: before.clone(), after }
}

/// `None` where nothing would change or nothing of the mark would be left on the film.
fn pulled_inside(shape: &Shape, film: Size) -> Option<Shape> {
    let cut = |p: &Point| Point::new(p.x.clamp(0.0, film.width), p.y.clamp(0.0, film.height));
    let cut = match shape {
        Shape::Box(rect) => Some(Shape::Box(rect.clamped_to(film))),
        Shape::Polygon(polygon) => Some(Shape::Polygon(polygon.mapped(cut))),
        Shape::Line(line) => Some(Shape::Line(line.mapped(cut))),
        Shape::Point(point) => Some(Shape::Point(cut(point))),
        Shape::Mask(_) => None,
    };
    let is_left = |shape: &Shape| {
        let bounds = shape.bounds();
        !shape.kind().has_area() || (bounds.width() >= 1.0 && bounds.height() >= 1.0)
    };
    let inside = cut.filter(is_left).unwrap_or_else(|| shape.moved_within(0.0, 0.0, film));
    (inside != *shape).then_some(inside)
}

/// The first polygon with the parts of all, and the others gone; `None` where one is no polygon or carries other labels
/// too.
fn joined(reading: &Reading, ids: &[AnnotationId]) -> Option<Vec<Edit>> {
    let marks: Vec<&Annotation> = ids.iter().map(|id| reading.annotation(*id)).collect::<Option<_>>()?;
    let mut parts = Vec::new();
    for mark in &marks {
        let Some(Shape::Polygon(polygon)) = mark.shape() else { return None };
        if reading.on_shape(mark.shape_key()).count() > 1 {
            return None;
        }
        parts.extend(polygon.parts().iter().cloned());
    }
    let (first, others) = marks.split_first().filter(|(_, others)| !others.is_empty())?;
    let mut edits: Vec<Edit> = others.iter().rev().map(|mark| Edit::Remove((*mark).clone())).collect();
    edits.push(replaced(first, first.with_shape(Shape::Polygon(Polygon::new(parts)?))));
    Some(edits)
}

/// Whether these marks can be joined.
pub(super) fn can_join(reading: &Reading, ids: &[AnnotationId]) -> bool {
    joined(reading, ids).is_some()
}
