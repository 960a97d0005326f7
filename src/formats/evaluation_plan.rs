//! What an evaluation was asked to do, as `settings.json` in its folder.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::evaluation::run::{AnswerSource, EvaluationId, FilmChoice, Plan, TruthSource};
use crate::domain::model::ModelId;
use crate::formats::evaluation_settings::SettingsRow;

#[derive(Serialize, Deserialize)]
struct PlanFile {
    name: String,
    answer: AnswerRow,
    truth: TruthRow,
    films: FilmsRow,
    settings: SettingsRow,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AnswerRow {
    Models { classifier: Option<i64>, detector: Option<i64> },
    Files { predictions: Option<PathBuf>, classifier: Option<PathBuf> },
    Reader(String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TruthRow {
    Reader(String),
    Consensus,
    EveryReader,
    /// The number of an evaluation.
    Kept(i64),
    File(PathBuf),
}

impl TruthRow {
    pub(super) fn of(truth: &TruthSource) -> Self {
        match truth {
            TruthSource::Reader(reader) => Self::Reader(reader.to_string()),
            TruthSource::Consensus => Self::Consensus,
            TruthSource::EveryReader => Self::EveryReader,
            TruthSource::Kept(id) => Self::Kept(id.0),
            TruthSource::File(path) => Self::File(path.clone()),
        }
    }

    pub(super) fn into_truth(self) -> TruthSource {
        match self {
            Self::Reader(reader) => TruthSource::Reader(reader.as_str().into()),
            Self::Consensus => TruthSource::Consensus,
            Self::EveryReader => TruthSource::EveryReader,
            Self::Kept(id) => TruthSource::Kept(EvaluationId(id)),
            Self::File(path) => TruthSource::File(path),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FilmsRow {
    WithTruth,
    These(Vec<String>),
}

impl FilmsRow {
    pub(super) fn of(films: &FilmChoice) -> Self {
        match films {
            FilmChoice::WithTruth => Self::WithTruth,
            FilmChoice::These(films) => Self::These(films.iter().map(ToString::to_string).collect()),
        }
    }

    pub(super) fn into_films(self) -> FilmChoice {
        match self {
            Self::WithTruth => FilmChoice::WithTruth,
            Self::These(films) => FilmChoice::These(films.iter().map(|film| film.as_str().into()).collect()),
        }
    }
}

/// The file's text.
pub fn write(plan: &Plan) -> String {
    let file = PlanFile {
        name: plan.name.clone(),
        answer: match &plan.answer {
            AnswerSource::Models { classifier, detector } => {
                AnswerRow::Models { classifier: classifier.map(|id| id.0), detector: detector.map(|id| id.0) }
            }
            AnswerSource::Files { predictions, classifier } => {
                AnswerRow::Files { predictions: predictions.clone(), classifier: classifier.clone() }
            }
            AnswerSource::Reader(reader) => AnswerRow::Reader(reader.to_string()),
        },
        truth: TruthRow::of(&plan.truth),
        films: FilmsRow::of(&plan.films),
        settings: SettingsRow::of(&plan.settings),
    };
    serde_json::to_string_pretty(&file).expect("text, numbers and lists") + "\n"
}

/// What [`write()`] wrote.
///
/// # Errors
/// What about the text is none, as the end of a sentence.
pub fn read(text: &str) -> Result<Plan, String> {
    let file: PlanFile = serde_json::from_str(text).map_err(|why| why.to_string())?;
    Ok(Plan {
        name: file.name,
        answer: match file.answer {
            AnswerRow::Models { classifier, detector } => {
                AnswerSource::Models { classifier: classifier.map(ModelId), detector: detector.map(ModelId) }
            }
            AnswerRow::Files { predictions, classifier } => AnswerSource::Files { predictions, classifier },
            AnswerRow::Reader(reader) => AnswerSource::Reader(reader.as_str().into()),
        },
        truth: file.truth.into_truth(),
        films: file.films.into_films(),
        settings: file.settings.to_settings()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::settings::{Folding, ProbabilitySource, Settings, ThresholdChoice};
    use crate::domain::fusion::FusionRule;

    #[test]
    fn every_plan_comes_back() {
        let plan = Plan {
            name: "Ngực".to_owned(),
            answer: AnswerSource::Models { classifier: None, detector: Some(ModelId(3)) },
            truth: TruthSource::EveryReader,
            films: FilmChoice::WithTruth,
            settings: Settings::default(),
        };
        let released = Settings {
            rule: FusionRule::ReleasedCode,
            probability: ProbabilitySource::Counterpart,
            threshold: ThresholdChoice::Youden,
            ious: Settings::RELEASED_IOUS.to_vec(),
            folding: Folding::OtherLesions,
            ..Settings::default()
        };
        for plan in [
            Plan { settings: released, ..plan.clone() },
            Plan { answer: AnswerSource::Reader("R2".into()), truth: TruthSource::Reader("R1".into()), ..plan.clone() },
            Plan {
                answer: AnswerSource::Files { predictions: Some("p.json".into()), classifier: None },
                truth: TruthSource::File("t.csv".into()),
                films: FilmChoice::These(vec!["a".into()]),
                ..plan.clone()
            },
            Plan { truth: TruthSource::Consensus, ..plan.clone() },
            Plan { truth: TruthSource::Kept(EvaluationId(7)), ..plan.clone() },
            plan.clone(),
        ] {
            assert_eq!(read(&write(&plan)).unwrap(), plan);
        }
        assert!(read("{}").is_err());
        // As it was written before there was folding.
        let text = write(&plan);
        let line = "    \"folding\": \"none\",\n";
        assert!(text.contains(line), "{text}");
        assert_eq!(read(&text.replace(line, "")).unwrap(), plan);
        assert!(read(&text.replace("\"none\"", "\"some\"")).unwrap_err().contains("folding"));
    }
}
