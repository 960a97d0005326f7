//! Words that exports, bundles and imports share on the command line.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::domain::consensus::sources::ConsensusSources;
use crate::domain::exchange::{ExportFormat, ExportPlan};
use crate::formats::exchange::Lost;
use crate::jobs::{CancelToken, Progress};
use crate::store::Store;
use crate::workflows::exchange::{Course, Exported, hex};

use super::progress_bar::ProgressBar;

/// A form that labels go out in.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// VinDr-SpineXR: study_id, series_id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax.
    Spinexr,
    /// VinDr-CXR: image_id, rad_id, class_name, x_min, y_min, x_max, y_max.
    Cxr,
    /// The Kaggle challenge: image_id, class_name, class_id, rad_id, x_min, y_min, x_max, y_max.
    Kaggle,
    /// image_id, rad_id, and 0 or 1 for each label.
    #[value(name = "image_labels", alias = "image-labels")]
    ImageLabels,
    /// The JSON that VinDr Lab exports.
    #[value(name = "vindr_lab", alias = "vindr-lab")]
    VindrLab,
    /// COCO's JSON: boxes, polygons, masks.
    Coco,
    /// A folder for YOLO: boxes of one reader.
    Yolo,
    /// A folder of Pascal VOC's XML: boxes of one reader.
    Voc,
    /// One JSON with everything: all shapes, attributes, answers and readers.
    Json,
    /// A folder of pictures with marks drawn in and captions.
    Png,
    /// Measurements: image_id, rad_id, measurement, kind, points, quantity, value, unit, scale_source.
    Measures,
}

impl Format {
    /// `None` for measurements, which are no labels.
    pub const fn of_labels(self) -> Option<ExportFormat> {
        Some(match self {
            Self::Spinexr => ExportFormat::SpineXr,
            Self::Cxr => ExportFormat::Cxr,
            Self::Kaggle => ExportFormat::Kaggle,
            Self::ImageLabels => ExportFormat::ImageLabels,
            Self::VindrLab => ExportFormat::VinDrLab,
            Self::Coco => ExportFormat::Coco,
            Self::Yolo => ExportFormat::Yolo,
            Self::Voc => ExportFormat::Voc,
            Self::Json => ExportFormat::SingleJson,
            Self::Png => ExportFormat::AnnotatedPng,
            Self::Measures => return None,
        })
    }
}

/// Runs long work with a line on the terminal.
pub(super) fn with_course<T>(store: &mut Store, work: impl FnOnce(&mut Store, &mut Course<'_>) -> T) -> T {
    let bar = ProgressBar::new();
    let mut tell = |progress: Progress| bar.show(&progress);
    let by = store.pass().map(|pass| pass.reader().to_string()).unwrap_or_default();
    let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
    let cancel = CancelToken::new();
    let done = work(store, &mut Course { by, at_ms, tell: &mut tell, cancel: &cancel });
    bar.clear();
    done
}

pub(super) fn lost_as_json(lost: &Lost) -> Value {
    let parts = lost.parts().into_iter().map(|(key, num, _)| (key.to_owned(), json!(num)));
    Value::Object(parts.collect::<Map<_, _>>())
}

/// Films by where their consensus comes from.
pub(super) fn consensus_as_json(consensus: &ConsensusSources) -> Value {
    json!({
        "settled_by_reviewers": consensus.num_settled,
        "by_rule": consensus.num_by_rule,
        "imported_or_changed": consensus.num_imported,
        "rule": consensus.rule,
    })
}

pub(super) fn exported_as_json(exported: &Exported, plan: &ExportPlan) -> Value {
    json!({
        "format": plan.format.key(),
        "tag": plan.tag,
        "place": exported.place.to_string_lossy(),
        "sha256": hex(&exported.sha256),
        "films": exported.num_films,
        "readings": exported.num_readings,
        "marks": exported.num_marks,
        "files": exported.num_files,
        "consensus": (exported.consensus.num_films() > 0).then(|| consensus_as_json(&exported.consensus)),
        "not_held": lost_as_json(&exported.lost),
    })
}

pub(super) fn exported_as_text(exported: &Exported, plan: &ExportPlan) -> String {
    let mut text = format!(
        "{}: {}, {} films, {} readings, {} marks\n",
        exported.place.display(),
        plan.format.title(),
        exported.num_films,
        exported.num_readings,
        exported.num_marks
    );
    if exported.consensus.num_films() > 0 {
        let _ = writeln!(text, "  Consensus: {}.", exported.consensus.in_words());
    }
    for sentence in exported.lost.sentences() {
        let _ = writeln!(text, "  {sentence}");
    }
    let _ = writeln!(text, "  SHA-256 {}", hex(&exported.sha256));
    if !plan.tag.is_empty() {
        let _ = writeln!(text, "  kept as version {}", plan.tag);
    }
    text
}
