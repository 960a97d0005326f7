//! What a run of training is to do, as `spec.json` in its folder; people may write one by hand with what they want changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::domain::model::{Architecture, hash_from_hex, hex_from_hash};
use crate::domain::training::parameters::{Key, Kind, PARAMETERS, Parameter, Value};
use crate::domain::training::recipe::{Preset, Recipe};
use crate::domain::training::spec::{StartFrom, TrainingDraft, TrainingSpec, is_trainable};

/// Counted up when an older program would misread a specification.
const FORM: u32 = 1;

/// Why a text is no specification.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    #[error("it is not in the expected JSON form: {0}")]
    Form(#[from] serde_json::Error),
    #[error("it is of form {0}, which a newer Rachis writes; update this program to use it")]
    Newer(u32),
    #[error("it does not say {0}")]
    Missing(&'static str),
    #[error("{field} is {found:?}, which is none of {known}")]
    Word { field: &'static str, found: String, known: String },
    #[error("{0} is no parameter; the parameters are {1}")]
    UnknownParameter(String, String),
    #[error("{name} {why}")]
    Parameter { name: String, why: String },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecRow {
    #[serde(default = "form")]
    rachis_training: u32,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    dataset_sha256: Option<String>,
    #[serde(default)]
    preset: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, Json>,
    #[serde(default)]
    start: Option<StartRow>,
    #[serde(default)]
    device: Option<String>,
    #[serde(default)]
    num_threads: Option<u32>,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    program_version: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StartRow {
    description: String,
    sha256: String,
}

const fn form() -> u32 {
    FORM
}

/// The file's text: every parameter with its value, also those that are the preset's.
pub fn to_json(spec: &TrainingSpec) -> String {
    let value = |row: &'static Parameter| Some((row.name.to_owned(), json_of(spec.recipe.get(row.key)?)));
    let row = SpecRow {
        rachis_training: FORM,
        name: Some(spec.name.clone()),
        architecture: Some(spec.architecture.as_str().to_owned()),
        dataset_sha256: Some(hex_from_hash(&spec.dataset_sha256)),
        preset: Some(spec.preset.as_str().to_owned()),
        parameters: Recipe::rows(spec.recipe.task()).filter_map(value).collect(),
        start: match &spec.start {
            StartFrom::Nothing => None,
            StartFrom::Weights { description, sha256 } => {
                Some(StartRow { description: description.clone(), sha256: hex_from_hash(sha256) })
            }
        },
        device: spec.device.clone(),
        num_threads: spec.num_threads,
        group: spec.group.clone(),
        program_version: Some(spec.program_version.clone()),
    };
    serde_json::to_string_pretty(&row).expect("text and numbers") + "\n"
}

/// A whole specification. Parameters that it does not name have their preset's values.
///
/// # Errors
/// What about the text is none; unknown names are named.
pub fn parse(text: &str) -> Result<TrainingSpec, SpecError> {
    let (draft, program_version) = read(text)?;
    let architecture = draft.architecture.ok_or(SpecError::Missing("the architecture"))?;
    let mut recipe = Recipe::new(architecture.task(), draft.preset);
    draft
        .change(&mut recipe)
        .map_err(|refused| SpecError::Parameter { name: name_of(refused.key).to_owned(), why: refused.why })?;
    Ok(TrainingSpec {
        name: draft.name.ok_or(SpecError::Missing("a name"))?,
        architecture,
        dataset_sha256: draft.dataset_sha256.ok_or(SpecError::Missing("dataset_sha256"))?,
        preset: draft.preset,
        recipe,
        start: draft.start,
        device: draft.device,
        num_threads: draft.num_threads,
        group: draft.group,
        program_version: program_version.unwrap_or_default(),
    })
}

/// What a person wrote: any part of a specification.
///
/// # Errors
/// What about the text can't be; unknown names are named.
pub fn parse_draft(text: &str) -> Result<TrainingDraft, SpecError> {
    read(text).map(|(draft, _)| draft)
}

fn read(text: &str) -> Result<(TrainingDraft, Option<String>), SpecError> {
    /// The form alone, so that a newer file is told as such and not by its first unknown word.
    #[derive(Deserialize)]
    struct Form {
        #[serde(default = "form")]
        rachis_training: u32,
    }
    let form: Form = serde_json::from_str(text)?;
    if form.rachis_training > FORM {
        return Err(SpecError::Newer(form.rachis_training));
    }
    let row: SpecRow = serde_json::from_str(text)?;
    let architecture = row.architecture.as_deref().map(architecture).transpose()?;
    let hash = |field, text: &str| {
        let known = "hashes of 64 hexadecimal digits".to_owned();
        hash_from_hex(text).ok_or_else(|| SpecError::Word { field, found: text.to_owned(), known })
    };
    let preset = row.preset.as_deref().map_or(Ok(Preset::Paper), |word| {
        let known = || Preset::ALL.map(Preset::as_str).join(", ");
        Preset::parse(word).ok_or_else(|| SpecError::Word { field: "preset", found: word.to_owned(), known: known() })
    })?;
    let start = match row.start {
        None => StartFrom::Nothing,
        Some(start) => {
            let sha256 = hash("the hash of start", &start.sha256)?;
            StartFrom::Weights { description: start.description, sha256 }
        }
    };
    let mut changes = Vec::new();
    for (name, json) in &row.parameters {
        let parameter = Parameter::named(name).ok_or_else(|| {
            let concerns = |row: &&Parameter| {
                architecture.is_none_or(|of: Architecture| row.task.is_none_or(|task| task == of.task()))
            };
            let known = PARAMETERS.iter().filter(concerns);
            SpecError::UnknownParameter(name.clone(), known.map(|row| row.name).collect::<Vec<_>>().join(", "))
        })?;
        let refuse = |why: String| SpecError::Parameter { name: name.clone(), why };
        if let Some((task, architecture)) = parameter.task.zip(architecture)
            && task != architecture.task()
        {
            return Err(refuse(format!("does not concern {}", architecture.as_str())));
        }
        let value = value_of(parameter.kind, json).ok_or_else(|| refuse(parameter.kind.must_be().to_owned()))?;
        changes.push((parameter.key, value));
    }
    let draft = TrainingDraft {
        name: row.name,
        architecture,
        dataset_sha256: row.dataset_sha256.map(|text| hash("dataset_sha256", &text)).transpose()?,
        preset,
        changes,
        start,
        device: row.device,
        num_threads: row.num_threads,
        group: row.group,
    };
    Ok((draft, row.program_version))
}

fn architecture(word: &str) -> Result<Architecture, SpecError> {
    Architecture::parse(word).filter(|one| is_trainable(*one)).ok_or_else(|| {
        let known = Architecture::ALL.iter().filter(|(one, _)| is_trainable(*one)).map(|(_, text)| *text);
        let known = known.collect::<Vec<_>>().join(", ");
        SpecError::Word { field: "architecture", found: word.to_owned(), known }
    })
}

fn name_of(key: Key) -> &'static str {
    PARAMETERS.iter().find(|row| row.key == key).map_or("", |row| row.name)
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Whole(value) => (*value).into(),
        Value::Real(value) => (*value).into(),
        Value::Switch(is_on) => (*is_on).into(),
        Value::Choice(word) => word.as_str().into(),
        Value::Steps(steps) => steps.as_slice().into(),
    }
}

fn value_of(kind: Kind, json: &Json) -> Option<Value> {
    match kind {
        Kind::Whole { .. } => json.as_u64().map(Value::Whole),
        Kind::Real { .. } => json.as_f64().map(Value::Real),
        Kind::Switch => json.as_bool().map(Value::Switch),
        Kind::Choice(_) => json.as_str().map(|word| Value::Choice(word.to_owned())),
        Kind::Steps => json.as_array()?.iter().map(Json::as_u64).collect::<Option<_>>().map(Value::Steps),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(architecture: Architecture) -> TrainingSpec {
        let mut recipe = Recipe::new(architecture.task(), Preset::ReleasedCode);
        recipe.set(Key::LearningRate, Value::Real(0.1 + 0.2)).unwrap();
        recipe.set(Key::Iterations, Value::Whole(7)).unwrap();
        TrainingSpec {
            name: "Cột sống".into(),
            architecture,
            dataset_sha256: [7; 32],
            preset: Preset::ReleasedCode,
            recipe,
            start: StartFrom::Nothing,
            device: None,
            num_threads: Some(1),
            group: None,
            program_version: "0.1.0".into(),
        }
    }

    #[test]
    fn every_specification_comes_back_as_it_was() {
        let weights = StartFrom::Weights { description: "Demo detector (version 1)".into(), sha256: [9; 32] };
        let detector = TrainingSpec {
            start: weights,
            device: Some("cuda:0".into()),
            num_threads: None,
            group: Some("three".into()),
            preset: Preset::ThisComputer,
            ..spec(Architecture::RetinaNetSmall)
        };
        for spec in [spec(Architecture::DenseNet121), detector] {
            let text = to_json(&spec);
            assert_eq!(parse(&text).unwrap(), spec, "{text}");
            assert_eq!(to_json(&parse(&text).unwrap()), text);
        }
    }

    #[test]
    fn a_part_is_taken_over_its_preset() {
        let draft = parse_draft(r#"{"preset": "this-computer", "parameters": {"batch_size": 2}}"#).unwrap();
        let expected = TrainingDraft {
            preset: Preset::ThisComputer,
            changes: vec![(Key::BatchSize, Value::Whole(2))],
            ..TrainingDraft::default()
        };
        assert_eq!(draft, expected);
        let text = r#"{"name": "a", "architecture": "densenet_small", "dataset_sha256": "HASH",
            "parameters": {"clip_limit": 2}}"#;
        let spec = parse(&text.replace("HASH", &"07".repeat(32))).unwrap();
        assert_eq!((spec.recipe.real(Key::ClipLimit), spec.recipe.whole(Key::Iterations)), (2.0, 10_000));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |text: &str, expected: &str| {
            let why = parse(text).unwrap_err().to_string();
            assert!(why.contains(expected), "{text}: {why}");
        };
        check("{", "expected JSON form");
        check(r#"{"rachis_training": 2, "x": 1}"#, "newer Rachis");
        check(r#"{"epochs": 3}"#, "unknown field `epochs`");
        check("{}", "does not say the architecture");
        check(r#"{"architecture": "densenet_small"}"#, "does not say a name");
        check(r#"{"architecture": "yolo"}"#, "architecture is \"yolo\", which is none of densenet121");
        check(r#"{"architecture": "torchscript_detector"}"#, "which is none of");
        check(r#"{"preset": "best"}"#, "none of paper, released code, this computer");
        check(r#"{"dataset_sha256": "12"}"#, "64 hexadecimal digits");
        let of = |text: &str| format!(r#"{{"architecture": "densenet_small", "parameters": {{{text}}}}}"#);
        check(&of(r#""momentun": 1"#), "momentun is no parameter; the parameters are iterations, batch_size");
        check(&of(r#""momentum": 1"#), "momentum must be from 0 to 0.9999");
        check(&of(r#""momentum": "much""#), "momentum must be a number");
        check(&of(r#""repeat_factor": 0.1"#), "repeat_factor does not concern densenet_small");
        check(&of(r#""accumulate": 5"#), "accumulate must divide 32");
    }
}
