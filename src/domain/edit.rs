//! An invertible change of a reading, carrying what was before and what is after: the only way annotation data changes.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::comment::Comment;
use crate::domain::id::AnnotationId;
use crate::domain::measure::Measurement;
use crate::domain::presence::{LabelAnswers, SharedScope};
use crate::domain::quality::UnfitReason;
use crate::domain::reading::Reading;
use crate::domain::suggestion::SuggestionKey;
use crate::domain::task::TaskState;

/// A change of one reading. Undo applies the inverse.
#[derive(Clone, PartialEq, Debug)]
pub enum Edit {
    /// Drawing order is the order of ids, so undoing a removal restores the order too.
    Add(Annotation),
    Remove(Annotation),
    /// Same id before and after.
    Replace {
        before: Annotation,
        after: Annotation,
    },
    SetImageLabels {
        before: LabelAnswers,
        after: LabelAnswers,
    },
    /// What is said of a whole series or study; every film of it shows the same.
    SetSharedLabels {
        scope: SharedScope,
        before: LabelAnswers,
        after: LabelAnswers,
    },
    /// Unfit to be read, and why; or fit again.
    SetUnfit {
        before: Option<UnfitReason>,
        after: Option<UnfitReason>,
    },
    /// Writes a comment (no `before`), deletes one (no `after`), or changes one: same id before and after. Allowed on a
    /// completed reading.
    Comment {
        before: Option<Comment>,
        after: Option<Comment>,
    },
    SetTaskState {
        before: TaskState,
        after: TaskState,
    },
    SetComment {
        before: String,
        after: String,
    },
    /// Adds a measurement (no `before`), removes one (no `after`), or changes one: same id and same kind before and after.
    /// Allowed beside "No finding".
    Measure {
        before: Option<Measurement>,
        after: Option<Measurement>,
    },
    /// Turns a model's suggestion down, or takes that back. Accepting one is adding a mark of its origin.
    Reject {
        suggestion: SuggestionKey,
        before: bool,
        after: bool,
    },
    /// Several edits as one step, under the name that the undo entry shows.
    Batch {
        name: String,
        edits: Vec<Edit>,
    },
}

/// Why an edit was refused; the reading is unchanged.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EditError {
    #[error("the film changed since: what this edit expects to find is not there any more")]
    Stale,
    #[error("\"No finding\" and lesion marks exclude each other")]
    NoFindingWithBoxes,
    #[error("the film already says \"No finding\"")]
    SecondNoFinding,
    #[error("the reading is completed; reopen it to change it")]
    Completed,
    #[error("a reading that is {from} cannot become {to}")]
    Transition { from: &'static str, to: &'static str },
}

impl Edit {
    /// `None` where the reading has no such mark.
    pub fn remove(reading: &Reading, id: AnnotationId) -> Option<Self> {
        reading.annotation(id).cloned().map(Self::Remove)
    }

    /// `None` where the reading has no such measurement.
    pub fn remove_measurement(reading: &Reading, id: AnnotationId) -> Option<Self> {
        reading.measurement(id).map(|m| Self::Measure { before: Some(m.clone()), after: None })
    }

    /// Changes the reading, or refuses and leaves it as it was.
    pub fn apply(&self, reading: &mut Reading) -> Result<(), EditError> {
        match self {
            Self::Batch { edits, .. } => {
                let mut next = reading.clone();
                for edit in edits {
                    edit.apply(&mut next)?;
                }
                *reading = next;
                Ok(())
            }
            Self::SetTaskState { before, after } => {
                if reading.state != *before {
                    return Err(EditError::Stale);
                }
                if !before.may_become(*after) {
                    return Err(EditError::Transition { from: before.as_str(), to: after.as_str() });
                }
                reading.state = *after;
                Ok(())
            }
            Self::SetComment { before, after } => {
                if reading.comment != *before {
                    return Err(EditError::Stale);
                }
                reading.comment.clone_from(after);
                Ok(())
            }
            Self::Comment { before, after } => {
                change_one(&mut reading.comments, before.as_ref(), after.as_ref(), |c| c.id)
            }
            Self::Add(_)
            | Self::Remove(_)
            | Self::Replace { .. }
            | Self::SetImageLabels { .. }
            | Self::SetSharedLabels { .. }
            | Self::SetUnfit { .. }
            | Self::Measure { .. }
            | Self::Reject { .. } => {
                if reading.state == TaskState::Completed {
                    return Err(EditError::Completed);
                }
                self.apply_to_marks(reading)
            }
        }
    }

    fn apply_to_marks(&self, reading: &mut Reading) -> Result<(), EditError> {
        match self {
            Self::Add(annotation) => {
                let Err(index) = reading.annotations.binary_search_by_key(&annotation.id(), Annotation::id) else {
                    return Err(EditError::Stale);
                };
                if annotation.label().is_no_finding() {
                    if reading.has_no_finding() {
                        return Err(EditError::SecondNoFinding);
                    }
                    if reading.num_marks() > 0 || reading.image_labels.excludes_no_finding() {
                        return Err(EditError::NoFindingWithBoxes);
                    }
                } else if reading.has_no_finding() {
                    return Err(EditError::NoFindingWithBoxes);
                }
                reading.annotations.insert(index, annotation.clone());
            }
            Self::Remove(annotation) => {
                let index = reading.annotations.iter().position(|a| a == annotation).ok_or(EditError::Stale)?;
                reading.annotations.remove(index);
            }
            Self::Replace { before, after } => {
                let place = reading.annotations.iter_mut().find(|a| *a == before).ok_or(EditError::Stale)?;
                if after.id() != before.id() || after.label().is_no_finding() != before.label().is_no_finding() {
                    return Err(EditError::Stale);
                }
                *place = after.clone();
            }
            Self::SetImageLabels { before, after } => {
                if reading.image_labels != *before {
                    return Err(EditError::Stale);
                }
                if after.excludes_no_finding() && reading.has_no_finding() {
                    return Err(EditError::NoFindingWithBoxes);
                }
                reading.image_labels.clone_from(after);
            }
            Self::SetSharedLabels { scope, before, after } => {
                let labels = match scope {
                    SharedScope::Series(_) => &mut reading.series_labels,
                    SharedScope::Study(_) => &mut reading.study_labels,
                };
                if labels != before {
                    return Err(EditError::Stale);
                }
                labels.clone_from(after);
            }
            Self::SetUnfit { before, after } => {
                if reading.unfit != *before {
                    return Err(EditError::Stale);
                }
                reading.unfit = *after;
            }
            Self::Measure { before, after } => {
                if before.as_ref().zip(after.as_ref()).is_some_and(|(b, a)| b.shape.kind() != a.shape.kind()) {
                    return Err(EditError::Stale);
                }
                change_one(&mut reading.measurements, before.as_ref(), after.as_ref(), |m| m.id)?;
            }
            Self::Reject { suggestion, before, after } => {
                if before == after || reading.rejected.contains(suggestion) != *before {
                    return Err(EditError::Stale);
                }
                if *after {
                    reading.rejected.insert(*suggestion);
                } else {
                    reading.rejected.remove(suggestion);
                }
            }
            Self::SetTaskState { .. } | Self::SetComment { .. } | Self::Comment { .. } | Self::Batch { .. } => {}
        }
        Ok(())
    }

    /// The edit that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self {
            Self::Add(annotation) => Self::Remove(annotation.clone()),
            Self::Remove(annotation) => Self::Add(annotation.clone()),
            Self::Replace { before, after } => Self::Replace { before: after.clone(), after: before.clone() },
            Self::SetImageLabels { before, after } => {
                Self::SetImageLabels { before: after.clone(), after: before.clone() }
            }
            Self::SetSharedLabels { scope, before, after } => {
                Self::SetSharedLabels { scope: scope.clone(), before: after.clone(), after: before.clone() }
            }
            Self::SetUnfit { before, after } => Self::SetUnfit { before: *after, after: *before },
            Self::Comment { before, after } => Self::Comment { before: after.clone(), after: before.clone() },
            Self::SetTaskState { before, after } => Self::SetTaskState { before: *after, after: *before },
            Self::SetComment { before, after } => Self::SetComment { before: after.clone(), after: before.clone() },
            Self::Measure { before, after } => Self::Measure { before: after.clone(), after: before.clone() },
            Self::Reject { suggestion, before, after } => {
                Self::Reject { suggestion: *suggestion, before: *after, after: *before }
            }
            Self::Batch { name, edits } => {
                Self::Batch { name: name.clone(), edits: edits.iter().rev().map(Self::inverse).collect() }
            }
        }
    }

    /// What the undo entry calls this, in the reader's words.
    pub fn title(&self) -> String {
        match self {
            Self::Add(annotation) if annotation.label().is_no_finding() => "No finding".to_owned(),
            Self::Add(annotation) if matches!(annotation.origin(), Origin::Suggested(_)) => {
                format!("Accept {}", annotation.label())
            }
            Self::Add(annotation) => format!("Add {}", annotation.label()),
            Self::Remove(annotation) => format!("Remove {}", annotation.label()),
            Self::Replace { before, after } if before.label() == after.label() => format!("Change {}", after.label()),
            Self::Replace { before, after } => format!("Relabel {} as {}", before.label(), after.label()),
            Self::SetImageLabels { .. } => "Change image labels".to_owned(),
            Self::SetSharedLabels { scope: SharedScope::Series(_), .. } => "Change series labels".to_owned(),
            Self::SetSharedLabels { scope: SharedScope::Study(_), .. } => "Change study labels".to_owned(),
            Self::SetUnfit { after: Some(reason), .. } => format!("Unfit: {}", reason.title()),
            Self::SetUnfit { after: None, .. } => "Fit to be read".to_owned(),
            Self::Comment { before: None, .. } => "Write a comment".to_owned(),
            Self::Comment { after: None, .. } => "Delete a comment".to_owned(),
            Self::Comment { before: Some(before), after: Some(after) } if before.is_resolved != after.is_resolved => {
                if after.is_resolved {
                    "Resolve a comment".to_owned()
                } else {
                    "Reopen a comment".to_owned()
                }
            }
            Self::Comment { .. } => "Change a comment".to_owned(),
            Self::SetTaskState { after: TaskState::Completed, .. } => "Complete".to_owned(),
            Self::SetTaskState { before: TaskState::Completed, .. } => "Reopen".to_owned(),
            Self::SetTaskState { .. } => "Open".to_owned(),
            Self::SetComment { .. } => "Comment".to_owned(),
            Self::Measure { before: None, after: Some(after) } => format!("Add {}", after.shape.kind().title()),
            Self::Measure { before: Some(before), after: None } => format!("Remove {}", before.shape.kind().title()),
            Self::Measure { after: Some(after), .. } => format!("Change {}", after.shape.kind().title()),
            Self::Measure { .. } => "Measure".to_owned(),
            Self::Reject { after: true, .. } => "Reject a suggestion".to_owned(),
            Self::Reject { .. } => "Take a rejection back".to_owned(),
            Self::Batch { name, .. } => name.clone(),
        }
    }
}

/// Adds, removes or changes one of a list that is in the order of ids.
fn change_one<T: Clone + PartialEq>(
    all: &mut Vec<T>,
    before: Option<&T>,
    after: Option<&T>,
    id: impl Fn(&T) -> AnnotationId,
) -> Result<(), EditError> {
    let found = |all: &[T], wanted: &T| all.iter().position(|m| m == wanted).ok_or(EditError::Stale);
    match (before, after) {
        (None, Some(new)) => {
            let Err(index) = all.binary_search_by_key(&id(new), &id) else { return Err(EditError::Stale) };
            all.insert(index, new.clone());
        }
        (Some(old), None) => {
            let index = found(all, old)?;
            all.remove(index);
        }
        (Some(old), Some(new)) => {
            let index = found(all, old)?;
            if id(new) != id(old) {
                return Err(EditError::Stale);
            }
            all[index] = new.clone();
        }
        (None, None) => return Err(EditError::Stale),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::annotation::Origin;
    use crate::domain::attribute::{Attributes, Grade};
    use crate::domain::comment::Pin;
    use crate::domain::geometry::{Point, Rect};
    use crate::domain::id::{ImageId, ReaderId, SeriesId, StudyId};
    use crate::domain::label::LabelName;
    use crate::domain::measure::{MeasureKind, MeasureShape};
    use crate::domain::model::ModelId;
    use crate::domain::presence::Presence;
    use crate::domain::shape::{Line, Mask, Polygon, Shape};
    use proptest::prelude::*;

    fn reading() -> Reading {
        Reading::new(ImageId::new("film"), ReaderId::new("R1"))
    }

    fn boxed(id: i64, label: &str, x: f64) -> Annotation {
        let rect = Rect::from_columns(x, 1.0, x + 5.0, 6.0).expect("ordered");
        Annotation::boxed(AnnotationId(id), LabelName::new(label), rect, Origin::Drawn).expect("a lesion")
    }

    fn no_finding(id: i64) -> Annotation {
        Annotation::no_finding(AnnotationId(id), Origin::Drawn)
    }

    #[test]
    fn no_finding_excludes_boxes_both_ways() {
        let mut r = reading();
        Edit::Add(no_finding(1)).apply(&mut r).expect("empty film");
        let err = Edit::Add(boxed(2, "Osteophytes", 0.0)).apply(&mut r);
        assert_eq!(err, Err(EditError::NoFindingWithBoxes));
        assert_eq!(Edit::Add(no_finding(3)).apply(&mut r), Err(EditError::SecondNoFinding));

        let mut r = reading();
        Edit::Add(boxed(2, "Osteophytes", 0.0)).apply(&mut r).expect("empty film");
        assert_eq!(Edit::Add(no_finding(1)).apply(&mut r), Err(EditError::NoFindingWithBoxes));
    }

    fn measured(id: i64, kind: MeasureKind, x: f64) -> Measurement {
        let points = vec![Point::new(x, 2.0); kind.num_points()];
        Measurement { id: AnnotationId(id), shape: MeasureShape::new(kind, points).expect("as many as it needs") }
    }

    #[test]
    fn a_measurement_stands_beside_no_finding_and_says_nothing_of_findings() {
        let mut r = reading();
        let ruler = measured(2, MeasureKind::Ruler, 5.0);
        Edit::Add(no_finding(1)).apply(&mut r).expect("empty film");
        Edit::Measure { before: None, after: Some(ruler.clone()) }.apply(&mut r).expect("measuring is no finding");
        assert_eq!((r.num_marks(), r.decision()), (0, crate::domain::reading::Decision::Normal));
        assert_eq!(r.measurements(), [ruler]);
    }

    #[test]
    fn a_measurement_that_is_not_there_is_stale() {
        let mut r = reading();
        let ruler = measured(2, MeasureKind::Ruler, 5.0);
        let add = Edit::Measure { before: None, after: Some(ruler.clone()) };
        assert_eq!(add.inverse().apply(&mut r), Err(EditError::Stale));
        add.apply(&mut r).expect("new");
        let before = r.clone();
        for (old, new) in [
            (None, Some(ruler.clone())),
            (None, None),
            (Some(measured(2, MeasureKind::Ruler, 6.0)), None),
            (Some(ruler.clone()), Some(measured(3, MeasureKind::Ruler, 5.0))),
            (Some(ruler.clone()), Some(measured(2, MeasureKind::Ellipse, 5.0))),
        ] {
            assert_eq!(Edit::Measure { before: old, after: new }.apply(&mut r), Err(EditError::Stale));
            assert_eq!(r, before);
        }
        let done = Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed };
        done.apply(&mut r).expect("legal");
        assert_eq!(add.inverse().apply(&mut r), Err(EditError::Completed));
    }

    #[test]
    fn a_batch_that_fails_halfway_changes_nothing() {
        let mut r = reading();
        let add = Edit::Add(boxed(1, "Osteophytes", 0.0));
        let batch = Edit::Batch { name: "x".into(), edits: vec![add.clone(), add] };
        assert_eq!(batch.apply(&mut r), Err(EditError::Stale));
        assert_eq!(r, reading());
    }

    #[test]
    fn a_completed_reading_refuses_marks_until_reopened() {
        let mut r = reading();
        Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed }.apply(&mut r).expect("legal");
        assert_eq!(Edit::Add(no_finding(1)).apply(&mut r), Err(EditError::Completed));
        Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing }.apply(&mut r).expect("legal");
        Edit::Add(no_finding(1)).apply(&mut r).expect("open again");
    }

    fn shapes() -> [Shape; 4] {
        let points = [(1.0, 1.0), (9.0, 2.0), (4.0, 8.0)].map(|(x, y)| Point::new(x, y)).to_vec();
        [
            Shape::Polygon(Polygon::new(vec![points.clone()]).expect("three points")),
            Shape::Mask(Mask::new(1, 2, 3, 2, vec![1, 3, 2]).expect("tight")),
            Shape::Point(Point::new(3.5, 4.0)),
            Shape::Line(Line::new(points).expect("two points")),
        ]
    }

    fn comment(id: i64, at: usize) -> Comment {
        let pin = [Pin::Film, Pin::Place(Point::new(1.0, 2.0)), Pin::Mark(AnnotationId(7))][at % 3];
        let (answers, text) = ((at > 5).then_some(AnnotationId(1)), format!("comment {id}"));
        Comment { id: AnnotationId(id), answers, pin, text, is_resolved: false, made_at_ms: id }
    }

    /// A step of a random walk: what to do with which of the marks that exist.
    fn edit_for(r: &Reading, step: (u8, usize, i64)) -> Option<Edit> {
        let (kind, at, id) = step;
        let pick = (!r.annotations.is_empty()).then(|| &r.annotations[at % r.annotations.len().max(1)]);
        match kind {
            0 => Some(Edit::Add(boxed(id, "Osteophytes", at as f64))),
            1 => Some(Edit::Add(no_finding(id))),
            2 => Edit::remove(r, pick?.id()),
            3 => Some(Edit::Replace { before: pick?.clone(), after: pick?.with_rect(boxed(0, "x", 50.0).rect()?) }),
            4 => Some(Edit::SetTaskState { before: r.state, after: TaskState::ALL[at % 3] }),
            5 => Some(Edit::SetComment { before: r.comment.clone(), after: format!("{id}") }),
            6 => {
                let after = LabelAnswers::default().with(LabelName::new("Pneumonia"), Some(Presence::Present));
                Some(Edit::SetImageLabels { before: r.image_labels.clone(), after })
            }
            8 => {
                let kind = MeasureKind::ALL[at % 9];
                Some(Edit::Measure { before: None, after: Some(measured(id, kind, at as f64)) })
            }
            9 => {
                let before = r.measurements.get(at % r.measurements.len().max(1))?.clone();
                let after = (at % 3 > 0).then(|| measured(before.id.0, before.shape.kind(), id as f64));
                Some(Edit::Measure { before: Some(before), after })
            }
            10 => {
                let shape = shapes()[at % 4].clone();
                Some(Edit::Add(Annotation::shaped(AnnotationId(id), LabelName::new("R3"), shape, Origin::Drawn)?))
            }
            11 => {
                let before = pick?.clone();
                let note = Attributes {
                    note: format!("{id}"),
                    grade: Grade::ALL.get(at % 4).copied(),
                    ..Attributes::default()
                };
                let after = before.with_shape(shapes()[at % 4].clone()).with_attributes(note);
                Some(Edit::Replace { before, after })
            }
            12 => {
                let before = pick?.clone();
                let after = before.with_label(LabelName::new(["Fracture", "L3"][at % 2]))?;
                Some(Edit::Replace { before, after })
            }
            13 => {
                let series = SharedScope::Series(SeriesId::new("series"));
                let study = SharedScope::Study(StudyId::new("study"));
                let (scope, before) = if at % 2 == 0 { (series, &r.series_labels) } else { (study, &r.study_labels) };
                let presence = [None, Some(Presence::Present), Some(Presence::Absent), Some(Presence::Unsure)][at % 4];
                let after = before.clone().with(LabelName::new("Pneumonia"), presence);
                Some(Edit::SetSharedLabels { scope, before: before.clone(), after })
            }
            14 => Some(Edit::SetUnfit { before: r.unfit, after: UnfitReason::ALL.get(at).copied() }),
            15 => Some(Edit::Comment { before: None, after: Some(comment(id, at)) }),
            16 => {
                let before = r.comments.get(at % r.comments.len().max(1))?.clone();
                let changed = Comment { is_resolved: !before.is_resolved, text: format!("{id}"), ..before.clone() };
                Some(Edit::Comment { before: Some(before), after: (at % 3 > 0).then_some(changed) })
            }
            18 => {
                let suggestion = SuggestionKey { model: ModelId(1), number: at as u32 };
                let before = r.rejected.contains(&suggestion);
                Some(Edit::Reject { suggestion, before, after: !before })
            }
            17 => {
                let num = r.annotations.len();
                let moved = r.annotations.iter().take(at % (num + 1)).map(|a| Edit::Replace {
                    before: a.clone(),
                    after: a.with_rect(boxed(0, "x", id as f64).rect().expect("a box")),
                });
                let open = Edit::SetTaskState { before: r.state, after: TaskState::Doing };
                Some(Edit::Batch { name: "Move".into(), edits: moved.chain([open]).collect() })
            }
            _ => {
                let edits = r.annotations.iter().rev().filter_map(|a| Edit::remove(r, a.id())).collect();
                Some(Edit::Batch { name: "Delete all".into(), edits })
            }
        }
    }

    proptest! {
        #[test]
        fn the_inverse_takes_every_edit_back(steps in prop::collection::vec((0u8..20, 0usize..9, 1i64..60), 0..60)) {
            let mut r = reading();
            for step in steps {
                let Some(edit) = edit_for(&r, step) else { continue };
                let before = r.clone();
                if edit.apply(&mut r).is_ok() {
                    prop_assert_eq!(edit.inverse().inverse(), edit.clone());
                    let mut back = r.clone();
                    prop_assert_eq!(edit.inverse().apply(&mut back), Ok(()));
                    prop_assert_eq!(&back, &before);
                } else {
                    prop_assert_eq!(&r, &before);
                }
                prop_assert!(!(r.has_no_finding() && r.num_marks() > 0));
            }
        }

        /// Edits, undos (`None`) and redos of the walk, written to a log as they happen: replayed, the log gives the reading.
        #[test]
        fn a_walk_of_edits_undos_and_redos_is_the_replay_of_its_log(
            steps in prop::collection::vec((0u8..28, 0usize..9, 1i64..60), 0..80),
        ) {
            let (mut r, mut log) = (reading(), Vec::new());
            let (mut done, mut undone): (Vec<Edit>, Vec<Edit>) = (Vec::new(), Vec::new());
            for step in steps {
                match step.0 {
                    0..20 => {
                        let Some(edit) = edit_for(&r, step) else { continue };
                        if edit.apply(&mut r).is_ok() {
                            log.push(edit.clone());
                            done.push(edit);
                            undone.clear();
                        }
                    }
                    20..25 => {
                        let Some(edit) = done.pop() else { continue };
                        prop_assert_eq!(edit.inverse().apply(&mut r), Ok(()));
                        log.push(edit.inverse());
                        undone.push(edit);
                    }
                    _ => {
                        let Some(edit) = undone.pop() else { continue };
                        prop_assert_eq!(edit.apply(&mut r), Ok(()));
                        log.push(edit.clone());
                        done.push(edit);
                    }
                }
            }
            let mut replayed = reading();
            for edit in &log {
                prop_assert_eq!(edit.apply(&mut replayed), Ok(()));
            }
            prop_assert_eq!(&replayed, &r);
            for edit in done.iter().rev() {
                prop_assert_eq!(edit.inverse().apply(&mut r), Ok(()));
            }
            prop_assert_eq!(r, reading());
        }
    }
}
