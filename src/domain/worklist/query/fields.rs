//! The fields of a query, as the help and the completion list them.

/// A field with what it is for.
#[derive(Clone, Copy, Debug)]
pub struct FieldRow {
    pub name: &'static str,
    pub help: &'static str,
    /// A term that one could type.
    pub example: &'static str,
    /// Words that it knows; empty where any text or number goes, and for labels and people.
    pub values: &'static [&'static str],
}

const fn field(
    name: &'static str,
    example: &'static str,
    values: &'static [&'static str],
    help: &'static str,
) -> FieldRow {
    FieldRow { name, help, example, values }
}

pub const STATUS: &[&str] = &["new", "doing", "completed", "unfit", "paused", "waiting", "being-read", "read-by-all"];
pub const STAGE: &[&str] = &["read", "review", "repeat"];
pub const DECISION: &[&str] = &["normal", "abnormal", "undecided"];
pub const SEX: &[&str] = &["F", "M", "O", "none"];
pub const HAS: &[&str] = &["findings", "comments", "label", "model", "age", "sex"];
pub const MODEL: &[&str] = &["abnormal", "normal", "disagrees", "none"];
pub const ASSIGNED: &[&str] = &["me", "none"];

/// All fields, in the order in which they are offered.
pub const FIELDS: &[FieldRow] = &[
    field("status", "status:new,doing", STATUS, "How far you are with the film"),
    field("label", "label:osteophytes", &[], "Films on which you marked or answered it"),
    field("decision", "decision:abnormal", DECISION, "What you say of the film"),
    field("study-decision", "study-decision:undecided", DECISION, "What your films say of the whole study"),
    field("findings", "findings:>=3", &[], "Number of your findings"),
    field("has", "has:comments", HAS, "Films that have it"),
    field("age", "age:>60", &[], "Age in years; age:none where it is not known"),
    field("sex", "sex:F", SEX, "Sex of the patient"),
    field("view", "view:lateral", &[], "Part of the view's name"),
    field("study", "study:1.2.840", &[], "Part of the study's id"),
    field("film", "film:0f3a", &[], "Part of the film's id"),
    field("unfit", "unfit:any", UNFIT, "Films that can't be read, and why"),
    field("comments", "comments:>0", &[], "Number of comments that wait for an answer"),
    field("edited", "edited:>2026-03-01", &[], "Day of your last change"),
    field("stage", "stage:review", STAGE, "Reading, a second reading, or review"),
    field("assigned", "assigned:me", ASSIGNED, "In whose hands the film is"),
    field("priority", "priority:>0", &[], "Films that are to be done first"),
    field("readers", "readers:<3", &[], "How many people have the film to read or have read it"),
    field("done", "done:3", &[], "How many of them have completed it"),
    field("model", "model:>0.8", MODEL, "What the models in use say: p(abnormal)"),
    field("uncertainty", "uncertainty:>0.9", &[], "How unsure the classifier is"),
    field("disagreement", "disagreement:>0", &[], "How far you and the models differ"),
    field("queue", "queue:1..20", &[], "Place among the films worth reading next"),
];

/// `any`, then the keys of [`crate::domain::quality::UnfitReason::ALL`]; a test holds it to them.
pub const UNFIT: &[&str] = &[
    "any",
    "other_modality",
    "other_body_part",
    "paediatric",
    "low_quality",
    "lateral_view",
    "wrong_orientation",
    "residual_text",
];
