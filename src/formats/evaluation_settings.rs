//! The settings of an evaluation as JSON, in words that the command line takes too.

use serde::{Deserialize, Serialize};

use crate::domain::evaluation::settings::{
    Bootstrap, Folding, Interpolation, IntervalMethod, ProbabilitySource, ResampleUnit, Settings, ThresholdChoice,
};
use crate::domain::fusion::FusionRule;

#[derive(Serialize, Deserialize)]
pub(super) struct SettingsRow {
    rule: String,
    /// `classifier` or `counterpart`.
    probability: String,
    /// A number, or `youden`.
    threshold: ThresholdRow,
    ious: Vec<f64>,
    main_iou: f64,
    interpolation: String,
    max_detections: usize,
    min_score: f64,
    /// `none` or `other lesions`; runs that were kept before there was folding do not say.
    #[serde(default)]
    folding: Option<String>,
    bootstrap: BootstrapRow,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ThresholdRow {
    Given(f64),
    Named(String),
}

#[derive(Serialize, Deserialize)]
struct BootstrapRow {
    resamples: u32,
    by: String,
    seed: u64,
    interval: String,
    is_threshold_rechosen: bool,
    level: f64,
}

impl SettingsRow {
    pub(super) fn of(settings: &Settings) -> Self {
        let bootstrap = &settings.bootstrap;
        Self {
            rule: settings.rule.as_str().to_owned(),
            probability: match settings.probability {
                ProbabilitySource::Classifier => "classifier".to_owned(),
                ProbabilitySource::Counterpart => "counterpart".to_owned(),
            },
            threshold: match settings.threshold {
                ThresholdChoice::Given(threshold) => ThresholdRow::Given(threshold),
                ThresholdChoice::Youden => ThresholdRow::Named("youden".to_owned()),
            },
            ious: settings.ious.clone(),
            main_iou: settings.main_iou,
            interpolation: settings.interpolation.as_str().to_owned(),
            max_detections: settings.max_detections,
            min_score: settings.min_score,
            folding: Some(settings.folding.as_str().to_owned()),
            bootstrap: BootstrapRow {
                resamples: bootstrap.num_resamples,
                by: bootstrap.unit.as_str().to_owned(),
                seed: bootstrap.seed,
                interval: bootstrap.method.as_str().to_owned(),
                is_threshold_rechosen: bootstrap.is_threshold_rechosen,
                level: bootstrap.level,
            },
        }
    }

    pub(super) fn to_settings(&self) -> Result<Settings, String> {
        let unknown = |what: &str, word: &str| format!("unknown {what} {word:?}");
        let bootstrap = &self.bootstrap;
        Ok(Settings {
            rule: FusionRule::parse(&self.rule).ok_or_else(|| unknown("rule", &self.rule))?,
            probability: match self.probability.as_str() {
                "classifier" => ProbabilitySource::Classifier,
                "counterpart" => ProbabilitySource::Counterpart,
                word => return Err(unknown("probability", word)),
            },
            threshold: match &self.threshold {
                ThresholdRow::Given(threshold) => ThresholdChoice::Given(*threshold),
                ThresholdRow::Named(word) if word == "youden" => ThresholdChoice::Youden,
                ThresholdRow::Named(word) => return Err(unknown("threshold", word)),
            },
            ious: self.ious.clone(),
            main_iou: self.main_iou,
            interpolation: Interpolation::parse(&self.interpolation)
                .ok_or_else(|| unknown("interpolation", &self.interpolation))?,
            max_detections: self.max_detections,
            min_score: self.min_score,
            folding: match &self.folding {
                None => Folding::None,
                Some(word) => Folding::parse(word).ok_or_else(|| unknown("folding", word))?,
            },
            bootstrap: Bootstrap {
                num_resamples: bootstrap.resamples,
                unit: ResampleUnit::parse(&bootstrap.by).ok_or_else(|| unknown("unit", &bootstrap.by))?,
                seed: bootstrap.seed,
                method: IntervalMethod::parse(&bootstrap.interval)
                    .ok_or_else(|| unknown("interval", &bootstrap.interval))?,
                is_threshold_rechosen: bootstrap.is_threshold_rechosen,
                level: bootstrap.level,
            },
        })
    }
}
