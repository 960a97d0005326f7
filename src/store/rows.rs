//! The wire twins of the core's edits and marks: what the log and the rescue file hold, so that a rename in the core breaks no file.

use serde::{Deserialize, Serialize};

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::comment::{Comment, Pin};
use crate::domain::edit::Edit;
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::{AnnotationId, ImageId, LogSeq, ReaderId, SeriesId, StudyId};
use crate::domain::label::LabelName;
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::measure::{MeasureKind, MeasureShape, Measurement};
use crate::domain::model::ModelId;
use crate::domain::presence::{LabelAnswers, Presence, SharedScope};
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;
use crate::domain::suggestion::SuggestionKey;
use crate::domain::task::TaskState;

use super::error::{StoreError, unreadable};
use super::origin::{origin_from_columns, origin_to_columns};
use super::shape_rows::{AttributesRow, ShapeRow};

/// An edit as JSON: `{"add": {...}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EditRow {
    Add(AnnotationRow),
    Remove(AnnotationRow),
    Replace { before: Box<AnnotationRow>, after: Box<AnnotationRow> },
    SetImageLabels { before: Vec<AnswerRow>, after: Vec<AnswerRow> },
    SetSharedLabels { scope: ScopeRow, before: Vec<AnswerRow>, after: Vec<AnswerRow> },
    SetUnfit { before: Option<String>, after: Option<String> },
    Comment { before: Option<CommentRow>, after: Option<CommentRow> },
    SetTaskState { before: String, after: String },
    SetComment { before: String, after: String },
    Measure { before: Option<MeasurementRow>, after: Option<MeasurementRow> },
    Reject { model: i64, number: u32, before: bool, after: bool },
    Batch { name: String, edits: Vec<EditRow> },
}

/// A label alone is present; another answer stands beside its label.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum AnswerRow {
    Present(String),
    Other(String, String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScopeRow {
    Series(String),
    Study(String),
}

#[derive(Serialize, Deserialize)]
struct CommentRow {
    id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answers: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<i64>,
    /// x and y in image pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<[f64; 2]>,
    text: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    resolved: bool,
    made_at: i64,
}

#[derive(Serialize, Deserialize)]
struct AnnotationRow {
    id: i64,
    lesion_type: String,
    /// `xmin, ymin, xmax, ymax` in image pixels; absent for "No finding".
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    rect: Option<[f64; 4]>,
    /// Any other shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shape: Option<ShapeRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shape_key: Option<i64>,
    origin: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    import_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coordinate_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extra: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct MeasurementRow {
    id: i64,
    kind: String,
    /// x and y of each point, in image pixels.
    points: Vec<[f64; 2]>,
}

/// A log entry that is not in the log yet, as the rescue file holds it.
#[derive(Serialize, Deserialize)]
pub(super) struct EntryRow {
    image_id: String,
    rad_id: String,
    step: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of_seq: Option<i64>,
    made_at: i64,
    edit: EditRow,
}

/// The edit as the log's JSON.
pub(super) fn edit_to_json(edit: &Edit) -> String {
    serde_json::to_string(&EditRow::from(edit)).expect("an edit row is maps, lists, text and numbers")
}

pub(super) fn edit_from_json(json: &str) -> Result<Edit, StoreError> {
    let row: EditRow = serde_json::from_str(json).map_err(|e| unreadable("an edit in the log", e))?;
    row.into_edit().map_err(|e| unreadable("an edit in the log", e))
}

/// The log's words for a step, and the entry that it is about.
pub(super) const fn step_to_columns(step: Step) -> (&'static str, Option<i64>) {
    match step {
        Step::Do => ("do", None),
        Step::Undo(LogSeq(of)) => ("undo", Some(of)),
        Step::Redo(LogSeq(of)) => ("redo", Some(of)),
    }
}

pub(super) fn step_from_columns(step: &str, of_seq: Option<i64>) -> Result<Step, StoreError> {
    match (step, of_seq) {
        ("do", None) => Ok(Step::Do),
        ("undo", Some(of)) => Ok(Step::Undo(LogSeq(of))),
        ("redo", Some(of)) => Ok(Step::Redo(LogSeq(of))),
        _ => Err(unreadable("a step in the log", step)),
    }
}

/// A mark from its parts, as the table, the log and a chunk hold them.
pub(super) fn annotation_from_parts(
    id: i64,
    label: LabelName,
    shape: Option<Shape>,
    origin: Origin,
    coordinate_text: Option<Box<str>>,
    extra: Option<Box<str>>,
) -> Result<Annotation, String> {
    let id = AnnotationId(id);
    let annotation = match shape {
        None if label.is_no_finding() => Annotation::no_finding(id, origin),
        None => return Err(format!("{label} has no box")),
        Some(shape) => Annotation::shaped(id, label, shape, origin).ok_or("\"No finding\" has a box")?,
    };
    Ok(annotation.with_coordinate_text(coordinate_text).with_extra(extra))
}

/// The box of four published columns, which must be ordered.
pub(super) fn box_from_columns(columns: Option<[f64; 4]>) -> Result<Option<Shape>, String> {
    let Some([xmin, ymin, xmax, ymax]) = columns else { return Ok(None) };
    let rect = Rect::from_columns(xmin, ymin, xmax, ymax).ok_or("the coordinates of a box are not ordered")?;
    Ok(Some(Shape::Box(rect)))
}

impl From<&Annotation> for AnnotationRow {
    fn from(a: &Annotation) -> Self {
        let (origin, import_id) = origin_to_columns(a.origin());
        Self {
            id: a.id().0,
            lesion_type: a.label().to_string(),
            rect: a.rect().map(|r| [r.xmin(), r.ymin(), r.xmax(), r.ymax()]),
            shape: a.shape().and_then(ShapeRow::of),
            attributes: AttributesRow::of(a.attributes()),
            shape_key: a.stored_shape_key().map(|key| key.0),
            origin,
            import_id,
            coordinate_text: a.coordinate_text().map(str::to_owned),
            extra: a.extra().map(str::to_owned),
        }
    }
}

impl AnnotationRow {
    fn into_annotation(self) -> Result<Annotation, String> {
        let origin = origin_from_columns(&self.origin, self.import_id)?;
        let shape = match self.shape {
            Some(row) => Some(row.into_shape()?),
            None => box_from_columns(self.rect)?,
        };
        let annotation = annotation_from_parts(
            self.id,
            LabelName::new(self.lesion_type),
            shape,
            origin,
            self.coordinate_text.map(Into::into),
            self.extra.map(Into::into),
        )?;
        let attributes = self.attributes.map(AttributesRow::into_attributes).transpose()?.unwrap_or_default();
        Ok(annotation.with_attributes(attributes).with_shape_key(self.shape_key.map(AnnotationId)))
    }
}

impl From<&Comment> for CommentRow {
    fn from(c: &Comment) -> Self {
        let (mark, place) = match c.pin {
            Pin::Film => (None, None),
            Pin::Place(p) => (None, Some([p.x, p.y])),
            Pin::Mark(id) => (Some(id.0), None),
        };
        let answers = c.answers.map(|id| id.0);
        Self { id: c.id.0, answers, mark, place, text: c.text.clone(), resolved: c.is_resolved, made_at: c.made_at_ms }
    }
}

impl CommentRow {
    fn into_comment(self) -> Comment {
        let pin = match (self.mark, self.place) {
            (Some(id), _) => Pin::Mark(AnnotationId(id)),
            (None, Some([x, y])) => Pin::Place(Point::new(x, y)),
            (None, None) => Pin::Film,
        };
        Comment {
            id: AnnotationId(self.id),
            answers: self.answers.map(AnnotationId),
            pin,
            text: self.text,
            is_resolved: self.resolved,
            made_at_ms: self.made_at,
        }
    }
}

fn answers_to_rows(answers: &LabelAnswers) -> Vec<AnswerRow> {
    let row = |(label, presence): (&LabelName, Presence)| match presence {
        Presence::Present => AnswerRow::Present(label.to_string()),
        other => AnswerRow::Other(label.to_string(), other.key().to_owned()),
    };
    answers.iter().map(row).collect()
}

fn answers_from_rows(rows: Vec<AnswerRow>) -> Result<LabelAnswers, String> {
    let answer = |row| match row {
        AnswerRow::Present(label) => Ok((LabelName::new(label), Presence::Present)),
        AnswerRow::Other(label, presence) => {
            let known = Presence::from_key(&presence).ok_or_else(|| format!("unknown answer {presence:?}"))?;
            Ok((LabelName::new(label), known))
        }
    };
    rows.into_iter().map(answer).collect()
}

/// A measurement from its parts, as the table and the log hold them.
pub(super) fn measurement_from_parts(id: i64, kind: &str, points: Vec<[f64; 2]>) -> Result<Measurement, String> {
    let known = MeasureKind::from_key(kind).ok_or_else(|| format!("unknown kind of measurement {kind:?}"))?;
    let num_points = points.len();
    let points = points.into_iter().map(|[x, y]| Point::new(x, y)).collect();
    let shape = MeasureShape::new(known, points).ok_or_else(|| format!("{kind} with {num_points} points"))?;
    Ok(Measurement { id: AnnotationId(id), shape })
}

impl From<&Measurement> for MeasurementRow {
    fn from(m: &Measurement) -> Self {
        Self {
            id: m.id.0,
            kind: m.shape.kind().key().to_owned(),
            points: m.shape.points().iter().map(|p| [p.x, p.y]).collect(),
        }
    }
}

impl MeasurementRow {
    fn into_measurement(self) -> Result<Measurement, String> {
        measurement_from_parts(self.id, &self.kind, self.points)
    }
}

impl From<&Edit> for EditRow {
    fn from(edit: &Edit) -> Self {
        match edit {
            Edit::Add(a) => Self::Add(a.into()),
            Edit::Remove(a) => Self::Remove(a.into()),
            Edit::Replace { before, after } => {
                Self::Replace { before: Box::new(before.into()), after: Box::new(after.into()) }
            }
            Edit::SetImageLabels { before, after } => {
                Self::SetImageLabels { before: answers_to_rows(before), after: answers_to_rows(after) }
            }
            Edit::SetSharedLabels { scope, before, after } => {
                let scope = match scope {
                    SharedScope::Series(id) => ScopeRow::Series(id.to_string()),
                    SharedScope::Study(id) => ScopeRow::Study(id.to_string()),
                };
                Self::SetSharedLabels { scope, before: answers_to_rows(before), after: answers_to_rows(after) }
            }
            Edit::SetUnfit { before, after } => {
                let key = |reason: &Option<UnfitReason>| reason.map(|reason| reason.key().to_owned());
                Self::SetUnfit { before: key(before), after: key(after) }
            }
            Edit::Comment { before, after } => {
                Self::Comment { before: before.as_ref().map(Into::into), after: after.as_ref().map(Into::into) }
            }
            Edit::SetTaskState { before, after } => {
                Self::SetTaskState { before: before.as_str().to_owned(), after: after.as_str().to_owned() }
            }
            Edit::SetComment { before, after } => Self::SetComment { before: before.clone(), after: after.clone() },
            Edit::Measure { before, after } => {
                Self::Measure { before: before.as_ref().map(Into::into), after: after.as_ref().map(Into::into) }
            }
            Edit::Reject { suggestion, before, after } => {
                Self::Reject { model: suggestion.model.0, number: suggestion.number, before: *before, after: *after }
            }
            Edit::Batch { name, edits } => {
                Self::Batch { name: name.clone(), edits: edits.iter().map(Self::from).collect() }
            }
        }
    }
}

impl EditRow {
    fn into_edit(self) -> Result<Edit, String> {
        let state = |text: String| TaskState::parse(&text).ok_or_else(|| format!("unknown state {text:?}"));
        Ok(match self {
            Self::Add(a) => Edit::Add(a.into_annotation()?),
            Self::Remove(a) => Edit::Remove(a.into_annotation()?),
            Self::Replace { before, after } => {
                Edit::Replace { before: before.into_annotation()?, after: after.into_annotation()? }
            }
            Self::SetImageLabels { before, after } => {
                Edit::SetImageLabels { before: answers_from_rows(before)?, after: answers_from_rows(after)? }
            }
            Self::SetSharedLabels { scope, before, after } => Edit::SetSharedLabels {
                scope: match scope {
                    ScopeRow::Series(id) => SharedScope::Series(SeriesId::new(id)),
                    ScopeRow::Study(id) => SharedScope::Study(StudyId::new(id)),
                },
                before: answers_from_rows(before)?,
                after: answers_from_rows(after)?,
            },
            Self::SetUnfit { before, after } => {
                let reason = |key: Option<String>| {
                    key.map(|key| UnfitReason::from_key(&key).ok_or_else(|| format!("unknown reason {key:?}")))
                        .transpose()
                };
                Edit::SetUnfit { before: reason(before)?, after: reason(after)? }
            }
            Self::Comment { before, after } => Edit::Comment {
                before: before.map(CommentRow::into_comment),
                after: after.map(CommentRow::into_comment),
            },
            Self::SetTaskState { before, after } => Edit::SetTaskState { before: state(before)?, after: state(after)? },
            Self::SetComment { before, after } => Edit::SetComment { before, after },
            Self::Measure { before, after } => Edit::Measure {
                before: before.map(MeasurementRow::into_measurement).transpose()?,
                after: after.map(MeasurementRow::into_measurement).transpose()?,
            },
            Self::Reject { model, number, before, after } => {
                let suggestion = SuggestionKey { model: ModelId(model), number };
                Edit::Reject { suggestion, before, after }
            }
            Self::Batch { name, edits } => {
                Edit::Batch { name, edits: edits.into_iter().map(Self::into_edit).collect::<Result<_, _>>()? }
            }
        })
    }
}

impl From<&NewLogEntry> for EntryRow {
    fn from(entry: &NewLogEntry) -> Self {
        let (step, of_seq) = step_to_columns(entry.step);
        Self {
            image_id: entry.image.to_string(),
            rad_id: entry.reader.to_string(),
            step: step.to_owned(),
            of_seq,
            made_at: entry.made_at_ms,
            edit: (&entry.edit).into(),
        }
    }
}

impl EntryRow {
    pub(super) fn into_entry(self) -> Result<NewLogEntry, StoreError> {
        Ok(NewLogEntry {
            image: ImageId::new(self.image_id),
            reader: ReaderId::new(self.rad_id),
            step: step_from_columns(&self.step, self.of_seq)?,
            edit: self.edit.into_edit().map_err(|e| unreadable("an unsaved edit", e))?,
            made_at_ms: self.made_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attribute::Attributes;
    use crate::domain::shape::{Line, Mask, Polygon};
    use proptest::prelude::*;

    #[test]
    fn an_edit_as_the_log_holds_it() {
        let rect = Rect::from_columns(712.6, 961.3, 786.5, 1011.7).expect("ordered");
        let mark = Annotation::boxed(AnnotationId(5), LabelName::new("Osteophytes"), rect, Origin::Drawn).expect("box");
        let expected =
            r#"{"add":{"id":5,"lesion_type":"Osteophytes","box":[712.6,961.3,786.5,1011.7],"origin":"drawn"}}"#;
        assert_eq!(edit_to_json(&Edit::Add(mark)), expected);
    }

    #[test]
    fn a_measurement_as_the_log_holds_it() {
        let ruler = measurement_from_parts(5, "ruler", vec![[1.5, 2.0], [30.25, 4.0]]).expect("two points");
        let expected =
            r#"{"measure":{"before":null,"after":{"id":5,"kind":"ruler","points":[[1.5,2.0],[30.25,4.0]]}}}"#;
        assert_eq!(edit_to_json(&Edit::Measure { before: None, after: Some(ruler) }), expected);
    }

    #[test]
    fn text_that_is_no_edit_is_an_error() {
        for json in [
            "",
            "{}",
            r#"{"fly":{}}"#,
            r#"{"add":{"id":5,"lesion_type":"Osteophytes","origin":"drawn"}}"#,
            r#"{"add":{"id":5,"lesion_type":"No finding","box":[1,2,3,4],"origin":"drawn"}}"#,
            r#"{"add":{"id":5,"lesion_type":"x","box":[3,2,1,4],"origin":"drawn"}}"#,
            r#"{"add":{"id":5,"lesion_type":"x","box":[1,2,3,4],"origin":"imported"}}"#,
            r#"{"set_task_state":{"before":"new","after":"asleep"}}"#,
            r#"{"measure":{"before":null,"after":{"id":5,"kind":"tape","points":[[1,2],[3,4]]}}}"#,
            r#"{"measure":{"before":null,"after":{"id":5,"kind":"ruler","points":[[1,2]]}}}"#,
        ] {
            assert!(matches!(edit_from_json(json), Err(StoreError::Corrupt(_))), "{json}");
        }
    }

    fn any_mark() -> impl Strategy<Value = Annotation> {
        let origin = prop_oneof![
            Just(Origin::Drawn),
            (1i64..99).prop_map(|import| Origin::Imported { import }),
            (1i64..99).prop_map(|from| Origin::Copied { from: AnnotationId(from) }),
            (1i64..99, 0u32..99)
                .prop_map(|(model, number)| { Origin::Suggested(SuggestionKey { model: ModelId(model), number }) }),
        ];
        let numbers = prop::array::uniform4(-1e4f64..1e4);
        (1i64.., origin, prop::option::of(numbers), ".{1,9}", prop::option::of(".{0,9}")).prop_map(
            |(id, origin, numbers, label, text)| {
                let [a, b, w, h] = numbers.unwrap_or_default();
                let rect = Rect::from_columns(a, b, a + w.abs() + 1e-3, b + h.abs() + 1e-3).expect("ordered");
                let boxed = numbers
                    .and_then(|_| Annotation::boxed(AnnotationId(id), LabelName::new(label), rect, origin.clone()));
                let text = text.map(Into::into);
                let mark = boxed.unwrap_or_else(|| Annotation::no_finding(AnnotationId(id), origin));
                mark.with_coordinate_text(text.clone()).with_extra(text)
            },
        )
    }

    /// The mark with any shape, attributes and place among the labels of one shape.
    fn any_shaped() -> impl Strategy<Value = Annotation> {
        let point = || prop::array::uniform2(-1e4f64..1e4).prop_map(|[x, y]| Point::new(x, y));
        let shape = prop_oneof![
            prop::collection::vec(prop::collection::vec(point(), 3..6), 1..3)
                .prop_filter_map("a polygon", |parts| Polygon::new(parts).map(Shape::Polygon)),
            (-99i32..99, -99i32..99, 1u32..9).prop_map(|(x, y, runs)| {
                let mask = Mask::new(x, y, runs + 1, 2, vec![1, 2 * runs + 1]).expect("two rows");
                Shape::Mask(mask)
            }),
            prop::collection::vec(point(), 2..6).prop_filter_map("a line", |points| Line::new(points).map(Shape::Line)),
            point().prop_map(Shape::Point),
        ];
        let attributes = (0..4usize, 0..4usize, 0..3usize, ".{0,9}").prop_map(|(grade, level, certainty, note)| {
            use crate::domain::attribute::{Certainty, Grade, VertebralLevel};
            Attributes {
                grade: [None, Some(Grade::Mild), Some(Grade::Moderate), Some(Grade::Severe)][grade],
                level: ["", "T1", "L4-L5", "S1"].get(level).and_then(|level| VertebralLevel::parse(level)),
                certainty: [None, Some(Certainty::Possible), Some(Certainty::Definite)][certainty],
                note,
            }
        });
        (1i64..99, shape, attributes, prop::option::of(100i64..200)).prop_map(|(id, shape, attributes, key)| {
            let label = LabelName::new("Fracture");
            let mark = Annotation::shaped(AnnotationId(id), label, shape, Origin::Drawn).expect("a lesion");
            mark.with_attributes(attributes).with_shape_key(key.map(AnnotationId))
        })
    }

    fn any_answers() -> impl Strategy<Value = LabelAnswers> {
        let presence = prop_oneof![Just(Presence::Present), Just(Presence::Absent), Just(Presence::Unsure)];
        prop::collection::vec((".{1,5}", presence), 0..4).prop_map(|answers| {
            answers.into_iter().map(|(label, presence)| (LabelName::new(label), presence)).collect()
        })
    }

    fn any_comment() -> impl Strategy<Value = Comment> {
        let pin = prop_oneof![
            Just(Pin::Film),
            (1i64..99).prop_map(|id| Pin::Mark(AnnotationId(id))),
            (-1e4f64..1e4, -1e4f64..1e4).prop_map(|(x, y)| Pin::Place(Point::new(x, y))),
        ];
        (1i64..99, prop::option::of(100i64..200), pin, ".{0,20}", any::<bool>(), 0i64..1 << 40).prop_map(
            |(id, answers, pin, text, is_resolved, made_at_ms)| Comment {
                id: AnnotationId(id),
                answers: answers.map(AnnotationId),
                pin,
                text,
                is_resolved,
                made_at_ms,
            },
        )
    }

    /// An edit of each kind that says more than boxes, measurements and labels.
    fn any_saying() -> impl Strategy<Value = Vec<Edit>> {
        let scope = prop_oneof![
            ".{1,5}".prop_map(|id| SharedScope::Series(SeriesId::new(id))),
            ".{1,5}".prop_map(|id| SharedScope::Study(StudyId::new(id))),
        ];
        let unfit = || prop::option::of((0..UnfitReason::ALL.len()).prop_map(|at| UnfitReason::ALL[at]));
        let comments = prop::array::uniform2(prop::option::of(any_comment()));
        (any_answers(), any_answers(), scope, unfit(), unfit(), comments, any_shaped()).prop_map(
            |(before, after, scope, fit, unfit, [first, second], mark)| {
                vec![
                    Edit::SetImageLabels { before: before.clone(), after: after.clone() },
                    Edit::SetSharedLabels { scope, before, after },
                    Edit::SetUnfit { before: fit, after: unfit },
                    Edit::Reject {
                        suggestion: SuggestionKey { model: ModelId(3), number: 7 },
                        before: false,
                        after: true,
                    },
                    Edit::Comment { before: first, after: second },
                    Edit::Replace { before: mark.clone(), after: mark.with_shape_key(None) },
                ]
            },
        )
    }

    proptest! {
        #[test]
        fn an_unsaved_step_comes_back_from_the_rescue_file_bit_for_bit(
            edits in any_saying(), at in 0usize..3, made_at_ms in 0i64..1 << 40,
        ) {
            let step = [Step::Do, Step::Undo(LogSeq(7)), Step::Redo(LogSeq(8))][at];
            let edit = Edit::Batch { name: "all".to_owned(), edits };
            prop_assert_eq!(&edit_from_json(&edit_to_json(&edit)).expect("readable"), &edit);
            let entry = NewLogEntry { image: "a".into(), reader: "R1".into(), step, edit, made_at_ms };
            let line = serde_json::to_string(&EntryRow::from(&entry)).expect("plain");
            let row: EntryRow = serde_json::from_str(&line).expect("readable");
            prop_assert_eq!(row.into_entry().expect("readable"), entry);
        }
    }

    fn any_measurement() -> impl Strategy<Value = Measurement> {
        let numbers = prop::collection::vec(prop::array::uniform2(-1e4f64..1e4), 6);
        (1i64.., 0..MeasureKind::ALL.len(), numbers, any::<bool>()).prop_map(|(id, at, mut points, is_whole)| {
            let kind = MeasureKind::ALL[at];
            let has_six = is_whole && kind.has_room_for(6);
            points.truncate(if has_six { 6 } else { kind.num_points() });
            measurement_from_parts(id, kind.key(), points).expect("as many as it needs")
        })
    }

    proptest! {
        #[test]
        fn every_edit_comes_back_bit_for_bit(
            a in any_mark(), b in any_mark(), comment in ".{0,20}",
            measures in prop::array::uniform2(prop::option::of(any_measurement())),
        ) {
            let [before, after] = measures;
            let edit = Edit::Batch {
                name: comment.clone(),
                edits: vec![
                    Edit::Add(a.clone()),
                    Edit::Remove(b.clone()),
                    Edit::Replace { before: a, after: b },
                    Edit::Measure { before, after },
                    Edit::SetComment { before: String::new(), after: comment },
                    Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed },
                    Edit::SetImageLabels {
                        before: LabelAnswers::default(),
                        after: [LabelName::new("Abnormal")].into_iter().collect(),
                    },
                ],
            };
            prop_assert_eq!(edit_from_json(&edit_to_json(&edit)).expect("readable"), edit);
        }
    }
}
