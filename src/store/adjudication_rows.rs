//! The wire twins of a review's steps and of where a settled mark comes from, so that a rename in the core breaks no file.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::adjudication::{By, Case, FindingKey, MarkSource, ShapeFrom, Source, SourceId, Step, Testimony};
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::model::ModelId;
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;
use crate::domain::suggestion::SuggestionKey;

use super::error::{StoreError, unreadable};
use super::shape_rows::{AttributesRow, shape_from_json, shape_to_json};

/// `mark 12`, `model 3 0`, `added 0`.
fn source_to_text(id: SourceId) -> String {
    match id {
        SourceId::Mark(AnnotationId(id)) => format!("mark {id}"),
        SourceId::Model(key) => format!("model {} {}", key.model.0, key.number),
        SourceId::Added(number) => format!("added {number}"),
    }
}

fn source_from_text(text: &str) -> Result<SourceId, String> {
    let read = || {
        let words: Vec<&str> = text.split(' ').collect();
        Some(match words[..] {
            ["mark", id] => SourceId::Mark(AnnotationId(id.parse().ok()?)),
            ["model", model, number] => {
                SourceId::Model(SuggestionKey { model: ModelId(model.parse().ok()?), number: number.parse().ok()? })
            }
            ["added", number] => SourceId::Added(number.parse().ok()?),
            _ => return None,
        })
    };
    read().ok_or_else(|| format!("unknown source {text:?}"))
}

fn key_from_text(text: &str) -> Result<FindingKey, String> {
    source_from_text(text).map(FindingKey)
}

fn by_to_text(by: &By) -> String {
    match by {
        By::Model => "model".to_owned(),
        By::Reader(reader) => format!("reader {reader}"),
        By::Reviewer(reader) => format!("reviewer {reader}"),
    }
}

fn by_from_text(text: &str) -> Result<By, String> {
    match text.split_once(' ') {
        None if text == "model" => Ok(By::Model),
        Some(("reader", id)) => Ok(By::Reader(ReaderId::new(id))),
        Some(("reviewer", id)) => Ok(By::Reviewer(ReaderId::new(id))),
        _ => Err(format!("unknown person {text:?}")),
    }
}

/// A shape as the log writes it, within other JSON.
fn shape_to_value(shape: &Shape) -> Value {
    serde_json::from_str(&shape_to_json(shape)).expect("a shape is JSON")
}

fn shape_from_value(value: &Value) -> Result<Shape, String> {
    shape_from_json(&value.to_string()).ok_or_else(|| format!("no shape: {value}"))
}

fn presence(key: Option<String>) -> Result<Option<Presence>, String> {
    key.map(|key| Presence::from_key(&key).ok_or_else(|| format!("unknown answer {key:?}"))).transpose()
}

fn unfit(key: Option<String>) -> Result<Option<UnfitReason>, String> {
    key.map(|key| UnfitReason::from_key(&key).ok_or_else(|| format!("unknown reason {key:?}"))).transpose()
}

fn attributes(row: Option<AttributesRow>) -> Result<crate::domain::attribute::Attributes, String> {
    Ok(row.map(AttributesRow::into_attributes).transpose()?.unwrap_or_default())
}

#[derive(Serialize, Deserialize)]
struct SourceRow {
    id: String,
    by: String,
    label: String,
    shape: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct TestimonyRow {
    reader: String,
    /// Label and answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_finding: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unfit: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct CaseRow {
    readers: Vec<TestimonyRow>,
    sources: Vec<SourceRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reviewers: Vec<String>,
    num_signatures: usize,
    min_iou: f64,
    /// Reviews of before points were put together have none.
    #[serde(default, skip_serializing_if = "is_zero")]
    margin: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_zero(margin: &f64) -> bool {
    margin.total_cmp(&0.0).is_eq()
}

impl From<&Case> for CaseRow {
    fn from(case: &Case) -> Self {
        let source = |source: &Source| SourceRow {
            id: source_to_text(source.id),
            by: by_to_text(&source.by),
            label: source.label.to_string(),
            shape: shape_to_value(&source.shape),
            attributes: AttributesRow::of(&source.attributes),
            score: source.score,
        };
        let testimony = |said: &Testimony| TestimonyRow {
            reader: said.reader.to_string(),
            labels: said.labels.iter().map(|(label, answer)| (label.to_string(), answer.key().to_owned())).collect(),
            no_finding: said.has_no_finding,
            unfit: said.unfit.map(|reason| reason.key().to_owned()),
        };
        Self {
            readers: case.readers().iter().map(testimony).collect(),
            sources: case.sources().iter().map(source).collect(),
            reviewers: case.reviewers().iter().map(ToString::to_string).collect(),
            num_signatures: case.num_signatures(),
            min_iou: case.min_iou(),
            margin: case.margin(),
        }
    }
}

impl CaseRow {
    fn into_case(self, image: &ImageId) -> Result<Case, String> {
        let source = |row: SourceRow| -> Result<Source, String> {
            Ok(Source {
                id: source_from_text(&row.id)?,
                by: by_from_text(&row.by)?,
                label: LabelName::new(row.label),
                shape: shape_from_value(&row.shape)?,
                attributes: attributes(row.attributes)?,
                score: row.score,
            })
        };
        let answer = |(label, key): (String, String)| -> Result<_, String> {
            let answer = Presence::from_key(&key).ok_or_else(|| format!("unknown answer {key:?}"))?;
            Ok((LabelName::new(label), answer))
        };
        let testimony = |row: TestimonyRow| -> Result<Testimony, String> {
            Ok(Testimony {
                reader: ReaderId::new(row.reader),
                labels: row.labels.into_iter().map(answer).collect::<Result<_, _>>()?,
                has_no_finding: row.no_finding,
                unfit: unfit(row.unfit)?,
            })
        };
        let readers = self.readers.into_iter().map(testimony).collect::<Result<_, _>>()?;
        let sources = self.sources.into_iter().map(source).collect::<Result<_, _>>()?;
        let reviewers = self.reviewers.into_iter().map(ReaderId::new).collect();
        let case = Case::restored(image.clone(), readers, sources, reviewers, self.num_signatures, self.min_iou);
        Ok(case.with_margin(self.margin))
    }
}

/// A step as JSON: `{"accept": {"finding": "mark 12"}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StepRow {
    Open(CaseRow),
    Accept {
        finding: String,
    },
    Take {
        finding: String,
        source: String,
    },
    Relabel {
        finding: String,
        label: String,
    },
    Reshape {
        finding: String,
        shape: Value,
    },
    Reject {
        finding: String,
    },
    Clear {
        finding: String,
    },
    Explain {
        finding: String,
        rationale: String,
    },
    Add {
        label: String,
        shape: Value,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attributes: Option<AttributesRow>,
    },
    Merge {
        findings: [String; 2],
    },
    Split {
        finding: String,
        out: Vec<String>,
    },
    Ask {
        finding: String,
        to: Vec<String>,
        question: String,
    },
    Answer {
        question: u32,
        text: String,
    },
    AcceptUnanimous {},
    AnswerLabel {
        label: String,
        answer: Option<String>,
    },
    JudgeFitness {
        unfit: Option<String>,
    },
    Sign {},
    Unsign {},
    Undo {},
    Redo {},
}

impl From<&Step> for StepRow {
    fn from(step: &Step) -> Self {
        let key = |finding: &FindingKey| source_to_text(finding.0);
        match step {
            Step::Open(case) => Self::Open((&**case).into()),
            Step::Accept { finding } => Self::Accept { finding: key(finding) },
            Step::Take { finding, source } => Self::Take { finding: key(finding), source: source_to_text(*source) },
            Step::Relabel { finding, label } => Self::Relabel { finding: key(finding), label: label.to_string() },
            Step::Reshape { finding, shape } => Self::Reshape { finding: key(finding), shape: shape_to_value(shape) },
            Step::Reject { finding } => Self::Reject { finding: key(finding) },
            Step::Clear { finding } => Self::Clear { finding: key(finding) },
            Step::Explain { finding, rationale } => {
                Self::Explain { finding: key(finding), rationale: rationale.clone() }
            }
            Step::Add { label, shape, attributes } => Self::Add {
                label: label.to_string(),
                shape: shape_to_value(shape),
                attributes: AttributesRow::of(attributes),
            },
            Step::Merge { findings } => Self::Merge { findings: [key(&findings[0]), key(&findings[1])] },
            Step::Split { finding, out } => {
                Self::Split { finding: key(finding), out: out.iter().map(|id| source_to_text(*id)).collect() }
            }
            Step::Ask { finding, to, question } => Self::Ask {
                finding: key(finding),
                to: to.iter().map(ToString::to_string).collect(),
                question: question.clone(),
            },
            Step::Answer { question, text } => Self::Answer { question: *question, text: text.clone() },
            Step::AcceptUnanimous => Self::AcceptUnanimous {},
            Step::AnswerLabel { label, presence } => {
                Self::AnswerLabel { label: label.to_string(), answer: presence.map(|answer| answer.key().to_owned()) }
            }
            Step::JudgeFitness { unfit } => Self::JudgeFitness { unfit: unfit.map(|reason| reason.key().to_owned()) },
            Step::Sign => Self::Sign {},
            Step::Unsign => Self::Unsign {},
            Step::Undo => Self::Undo {},
            Step::Redo => Self::Redo {},
        }
    }
}

impl StepRow {
    fn into_step(self, image: &ImageId) -> Result<Step, String> {
        Ok(match self {
            Self::Open(case) => Step::Open(Box::new(case.into_case(image)?)),
            Self::Accept { finding } => Step::Accept { finding: key_from_text(&finding)? },
            Self::Take { finding, source } => {
                Step::Take { finding: key_from_text(&finding)?, source: source_from_text(&source)? }
            }
            Self::Relabel { finding, label } => {
                Step::Relabel { finding: key_from_text(&finding)?, label: LabelName::new(label) }
            }
            Self::Reshape { finding, shape } => {
                Step::Reshape { finding: key_from_text(&finding)?, shape: shape_from_value(&shape)? }
            }
            Self::Reject { finding } => Step::Reject { finding: key_from_text(&finding)? },
            Self::Clear { finding } => Step::Clear { finding: key_from_text(&finding)? },
            Self::Explain { finding, rationale } => Step::Explain { finding: key_from_text(&finding)?, rationale },
            Self::Add { label, shape, attributes: row } => Step::Add {
                label: LabelName::new(label),
                shape: shape_from_value(&shape)?,
                attributes: attributes(row)?,
            },
            Self::Merge { findings: [first, second] } => {
                Step::Merge { findings: [key_from_text(&first)?, key_from_text(&second)?] }
            }
            Self::Split { finding, out } => Step::Split {
                finding: key_from_text(&finding)?,
                out: out.iter().map(|id| source_from_text(id)).collect::<Result<_, _>>()?,
            },
            Self::Ask { finding, to, question } => Step::Ask {
                finding: key_from_text(&finding)?,
                to: to.into_iter().map(ReaderId::new).collect(),
                question,
            },
            Self::Answer { question, text } => Step::Answer { question, text },
            Self::AcceptUnanimous {} => Step::AcceptUnanimous,
            Self::AnswerLabel { label, answer } => {
                Step::AnswerLabel { label: LabelName::new(label), presence: presence(answer)? }
            }
            Self::JudgeFitness { unfit: key } => Step::JudgeFitness { unfit: unfit(key)? },
            Self::Sign {} => Step::Sign,
            Self::Unsign {} => Step::Unsign,
            Self::Undo {} => Step::Undo,
            Self::Redo {} => Step::Redo,
        })
    }
}

pub(super) fn step_to_json(step: &Step) -> String {
    serde_json::to_string(&StepRow::from(step)).expect("maps, lists, text and numbers")
}

pub(super) fn step_from_json(json: &str, image: &ImageId) -> Result<Step, StoreError> {
    let row: StepRow = serde_json::from_str(json).map_err(|why| unreadable("a step of a review", why))?;
    row.into_step(image).map_err(|why| unreadable("a step of a review", why))
}

#[derive(Serialize, Deserialize)]
struct MemberRow {
    id: String,
    by: String,
    label: String,
}

/// Where a settled mark comes from: marks, rule, votes, rationale, people, time.
#[derive(Serialize, Deserialize)]
struct MarkSourceRow {
    marks: Vec<MemberRow>,
    /// `proposal`, `drawn`, or the mark or box that it was taken from.
    shape: String,
    min_iou: f64,
    votes: Vec<(String, u32)>,
    num_readers: usize,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    rationale: String,
    by: String,
    at: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signers: Vec<(String, i64)>,
}

pub(super) fn mark_source_to_json(source: &MarkSource) -> String {
    let member = |(id, by, label): &(SourceId, By, LabelName)| MemberRow {
        id: source_to_text(*id),
        by: by_to_text(by),
        label: label.to_string(),
    };
    let row = MarkSourceRow {
        marks: source.marks.iter().map(member).collect(),
        shape: match source.shape_from {
            ShapeFrom::Proposal => "proposal".to_owned(),
            ShapeFrom::Drawn => "drawn".to_owned(),
            ShapeFrom::Source(id) => source_to_text(id),
        },
        min_iou: source.min_iou,
        votes: source.votes.iter().map(|(label, num)| (label.to_string(), *num)).collect(),
        num_readers: source.num_readers,
        rationale: source.rationale.clone(),
        by: source.by.to_string(),
        at: source.at_ms,
        signers: source.signers.iter().map(|(reader, at)| (reader.to_string(), *at)).collect(),
    };
    serde_json::to_string(&row).expect("maps, lists, text and numbers")
}

pub(super) fn mark_source_from_json(json: &str) -> Result<MarkSource, StoreError> {
    let read = || -> Result<MarkSource, String> {
        let row: MarkSourceRow = serde_json::from_str(json).map_err(|why| why.to_string())?;
        let member =
            |row: MemberRow| Ok((source_from_text(&row.id)?, by_from_text(&row.by)?, LabelName::new(row.label)));
        Ok(MarkSource {
            marks: row.marks.into_iter().map(member).collect::<Result<_, String>>()?,
            shape_from: match row.shape.as_str() {
                "proposal" => ShapeFrom::Proposal,
                "drawn" => ShapeFrom::Drawn,
                id => ShapeFrom::Source(source_from_text(id)?),
            },
            min_iou: row.min_iou,
            votes: row.votes.into_iter().map(|(label, num)| (LabelName::new(label), num)).collect(),
            num_readers: row.num_readers,
            rationale: row.rationale,
            by: ReaderId::new(row.by),
            at_ms: row.at,
            signers: row.signers.into_iter().map(|(reader, at)| (ReaderId::new(reader), at)).collect(),
        })
    };
    read().map_err(|why| unreadable("where a settled mark comes from", why))
}
