//! `rachis evaluate`: predictions held against labels, from files alone or from a project.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow, bail};

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::problems::Problems;
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::run::{AnswerSource, EvaluationId, FilmChoice, Plan, TruthSource};
use crate::domain::evaluation::settings::{
    Bootstrap, Folding, Interpolation, IntervalMethod, ProbabilitySource, ResampleUnit, Settings, ThresholdChoice,
};
use crate::domain::fusion::FusionRule;
use crate::domain::label::{Label, LabelKind, LabelSet};
use crate::domain::model::ModelTask;
use crate::domain::training::dataset::Split;
use crate::formats::box_classes::BoxClasses;
use crate::formats::{evaluation_json, label_set};
use crate::jobs::CancelToken;
use crate::store::Store;
use crate::workflows::evaluate::{Times, evaluate_timed};
use crate::workflows::evaluated_files::{EvaluatedFiles, cases_of_files};
use crate::workflows::evaluated_project::cases_of_plan;
use crate::workflows::evaluation_runs::{Maker, keep};
use crate::workflows::models;
use crate::workflows::report::save_report_of_files;
use crate::workflows::{datasets, label_sets};

use super::evaluate_table;
use super::person::Person;
use super::progress_bar::ProgressBar;

/// Hold predictions against labels. Defaults are the paper's: mAP over 101 points at IoU 0.5, 10,000 resamples of images.
#[derive(clap::Args, Debug)]
pub struct EvaluateArgs {
    /// A project's folder: its readers are the truth unless --truth is given, its models answer unless --predictions or
    /// --classifier is given, and the evaluation is kept in it.
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// With --project: a model by name, name@version or id; may be given twice, for a classifier and a detector. Without
    /// it, the models in use.
    #[arg(long, value_name = "M", requires = "project", conflicts_with_all = ["predictions", "classifier"])]
    model: Vec<String>,
    /// The reader whose word is the truth: with --project by the completed readings, with --truth by the column rad_id.
    /// Without it, what the readers of each film agree on (boxes that at least half of them marked, at IoU 0.5; films that
    /// at least half of them call abnormal) in a project, and every reader's rows together of a file.
    #[arg(long, value_name = "RAD_ID")]
    reader: Option<String>,
    /// With --project: the readings of all readers side by side are the truth. A lesion that two readers marked counts
    /// twice.
    #[arg(long, requires = "project", conflicts_with_all = ["truth", "reader"])]
    every_reader: bool,
    /// With --project: the truth as evaluation N of this project froze it, whatever became of the labels since.
    #[arg(long, value_name = "N", requires = "project", conflicts_with_all = ["truth", "reader", "every_reader"])]
    truth_of: Option<i64>,
    /// With --project: evaluate what this reader said instead of a model.
    #[arg(long, value_name = "RAD_ID", requires = "project", conflicts_with_all = ["model", "predictions", "classifier"])]
    answer_of: Option<String>,
    /// With --project: only the test films of this data set, by number or name: those that no model trained on it has seen.
    #[arg(long, value_name = "DATASET", requires = "project")]
    test_films_of: Option<String>,
    /// With --project: what the evaluation is called.
    #[arg(long, requires = "project")]
    name: Option<String>,
    /// With --project: do not keep the evaluation.
    #[arg(long, requires = "project")]
    no_store: bool,
    /// What is held for true: a published table (CSV), or COCO's ground truth (JSON).
    #[arg(long, value_name = "T")]
    truth: Option<PathBuf>,
    /// Predictions: lines of JSON as `rachis predict` writes them (.jsonl), COCO's list of results (.json; category ids
    /// 0-6 are VinDr-SpineXR's, unless the file or the truth lists its categories), or a table (.csv) with the published
    /// columns and `score`, or with Kaggle's PredictionString.
    #[arg(long, value_name = "P")]
    predictions: Option<PathBuf>,
    /// Probabilities of being abnormal: a table with image_id and probability, or lines of JSON. They go before those in
    /// the predictions.
    #[arg(long, value_name = "C")]
    classifier: Option<PathBuf>,
    /// Which labels there are: `vindr_spine`, `vindr_cxr`, `vindr_rib`, a label set's file, or a project's folder. Without
    /// it, the shipped set that knows most of the truth's names, else the truth's own names.
    #[arg(long, value_name = "SET")]
    labels: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Write all figures to this file, as JSON.
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
    /// Write a report to this file: one page with tables, plots, settings and problems, read in any browser. Of what a
    /// project keeps, `rachis report` writes it.
    #[arg(long, value_name = "OUT.html", conflicts_with = "project")]
    report: Option<PathBuf>,
    /// Say how long matching with average precision, and resampling took; without reading files.
    #[arg(long)]
    time: bool,
    #[command(flatten)]
    person: Person,
}

/// How it is done.
#[derive(clap::Args, Debug)]
struct SettingsArgs {
    /// IoU from which a box finds a lesion: a number, FROM:TO:STEP, `coco` (0.5:0.95:0.05) or `released` (0.2:0.5:0.05).
    /// Counts are at 0.5 where that is among them, else at the first.
    #[arg(long, default_value = "0.5", value_name = "IOU")]
    iou: String,
    /// How a precision-recall curve becomes one number: over 101 points of recall (COCO), the whole area (PASCAL VOC 2010) or
    /// over 11 points (PASCAL VOC 2007). Only the interpolation is VOC's: which box finds which lesion is COCO's rule always.
    #[arg(long, default_value = "101", value_parser = ["101", "voc2010", "voc2007"])]
    ap: String,
    /// Apply the fusion rule at this c* to the boxes.
    #[arg(long, value_name = "CSTAR", value_parser = share)]
    fuse: Option<f64>,
    /// What the classifier does to the boxes. Without --fuse and --rule: with --project the project's rule, else nothing.
    #[arg(long, value_parser = ["paper", "released code", "gate", "detector only"])]
    rule: Option<String>,
    /// Evaluate the mean of the probability and the best box's score instead of the probability.
    #[arg(long)]
    counterpart: bool,
    /// c*, from which on a film is called abnormal, or `youden`. Without it that of --fuse; with --project that of
    /// the models in use; else 0.2808.
    #[arg(long, value_name = "C", conflicts_with = "fuse")]
    threshold: Option<String>,
    /// With --threshold youden: choose the threshold anew in each resample.
    #[arg(long)]
    rechoose: bool,
    /// Boxes under this score are not counted as found or as false alarms; AP and FROC keep them. Without it the
    /// project's, or 0.
    #[arg(long, value_name = "S", value_parser = share)]
    min_score: Option<f64>,
    /// Of each film and class, as many boxes of the best scores are looked at.
    #[arg(long, default_value = "100", value_name = "N", value_parser = one_or_more)]
    max_detections: usize,
    /// Count labels that the answer has no class for as "Other lesions", in truth and answer: those that the detector's
    /// card does not have; of files and readers, those out of the seven classes of VinDr-SpineXR. With --project this is
    /// done anyway where the detector has "Other lesions" and lacks other labels.
    #[arg(long)]
    fold_rare: bool,
    /// With --project: each label is its own class, whatever the detector has.
    #[arg(long, requires = "project", conflicts_with = "fold_rare")]
    no_fold: bool,
    /// How many resamples make the intervals; 0: no intervals.
    #[arg(long, default_value = "10000", value_name = "N")]
    bootstrap: u32,
    /// What is drawn together.
    #[arg(long, default_value = "image", value_parser = ["image", "study", "patient"])]
    by: String,
    /// Where the draws start; the same seed gives the same intervals.
    #[arg(long, default_value = "1999")]
    seed: u64,
    /// How the resampled values become an interval. bca leaves out units one by one, or from 1,001 units on in 1,000 groups;
    /// where it is undefined the percentile interval stands in, and the figure is named.
    #[arg(long, default_value = "percentile", value_parser = ["percentile", "bca"])]
    interval: String,
    /// How much an interval covers.
    #[arg(long, default_value = "0.95", value_parser = inner_share)]
    level: f64,
}

pub fn run(args: &EvaluateArgs) -> anyhow::Result<()> {
    if let Some(folder) = &args.project {
        return run_in_project(args, folder);
    }
    let of_files = Settings { rule: FusionRule::DetectorOnly, min_score: 0.0, ..Settings::default() };
    let settings = args.settings.to_settings(&of_files)?;
    let Some(truth) = &args.truth else { bail!("--truth is missing: the table of what is held for true") };
    if args.predictions.is_none() && args.classifier.is_none() {
        bail!("nothing to evaluate: give --predictions, --classifier, or both");
    }
    let files = EvaluatedFiles {
        truth,
        predictions: args.predictions.as_deref(),
        classifier: args.classifier.as_deref(),
        reader: args.reader.as_deref(),
    };
    let classes = args.labels.as_deref().map(classes_named).transpose()?;
    let (cases, problems) = cases_of_files(&files, classes, &settings)?;
    check_rule(args, &cases)?;
    let bar = ProgressBar::new();
    let outcome = evaluate_timed(&cases, &settings, &|p| bar.show(&p), &CancelToken::new());
    bar.clear();
    let (evaluation, times) = outcome?;
    tell(args, &settings, (&cases, &problems), &evaluation, &times)?;
    if let Some(to) = &args.report {
        save_report_of_files(&files, settings, (cases, problems), evaluation, to)?;
        println!("The report is written to {}", to.display());
    }
    Ok(())
}

fn run_in_project(args: &EvaluateArgs, folder: &Path) -> anyhow::Result<()> {
    if args.labels.is_some() {
        bail!("--labels goes without --project: a project has labels of its own");
    }
    if args.reader.is_some() && args.truth.is_some() {
        bail!(
            "--reader with --truth goes without --project. Keep only this reader's rows in the truth, and give that."
        );
    }
    let mut store = if args.no_store { args.person.open_to_look(folder)? } else { args.person.open(folder)? };
    let settings = args.settings.to_settings(&Settings::of_pipeline(&store.pipeline()?))?;
    let files = AnswerSource::Files { predictions: args.predictions.clone(), classifier: args.classifier.clone() };
    let mut plan = Plan {
        name: args.name.clone().unwrap_or_default(),
        answer: match &args.answer_of {
            Some(reader) => AnswerSource::Reader(reader.as_str().into()),
            None if args.predictions.is_some() || args.classifier.is_some() => files,
            None => models_named(&store, &args.model)?,
        },
        truth: match (&args.truth, &args.reader, args.truth_of) {
            (Some(path), _, _) => TruthSource::File(path.clone()),
            (None, Some(reader), _) => TruthSource::Reader(reader.as_str().into()),
            (None, None, Some(number)) => TruthSource::Kept(EvaluationId(number)),
            (None, None, None) if args.every_reader => TruthSource::EveryReader,
            (None, None, None) => TruthSource::Consensus,
        },
        films: match &args.test_films_of {
            None => FilmChoice::WithTruth,
            Some(word) => {
                let (_, dataset) = datasets::open(&store, datasets::named(&store, word)?.id)?;
                FilmChoice::These(dataset.films_of(Split::Test).map(|film| film.image.clone()).collect())
            }
        },
        settings,
    };
    if !args.settings.fold_rare && !args.settings.no_fold {
        plan.settings.folding = fitting_folding(&store, &plan.answer)?;
    }
    let (cases, problems) = cases_of_plan(&store, &plan)?;
    check_rule(args, &cases)?;
    let bar = ProgressBar::new();
    let outcome = evaluate_timed(&cases, &plan.settings, &|p| bar.show(&p), &CancelToken::new());
    bar.clear();
    let (evaluation, times) = outcome?;
    tell(args, &plan.settings, (&cases, &problems), &evaluation, &times)?;
    if !args.no_store {
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        let kept = keep(&mut store, &plan, Maker { by: "", at_ms }, (cases, problems), evaluation)?;
        println!("Kept as evaluation {}: {}, against {}", kept.summary.id.0, kept.summary.name, kept.summary.truth);
    }
    Ok(())
}

/// A rule that is asked for in words must not do nothing in silence.
fn check_rule(args: &EvaluateArgs, cases: &Cases) -> anyhow::Result<()> {
    let asked = if args.settings.fuse.is_some() { "--fuse" } else { "--rule" };
    let is_asked =
        args.settings.fuse.is_some() || args.settings.rule.as_deref().is_some_and(|rule| rule != "detector only");
    if is_asked && cases.probabilities.iter().all(Option::is_none) {
        bail!("{asked} needs a probability for each film, and there is none. Give --classifier, or leave {asked} out.");
    }
    Ok(())
}

/// The models of these names, each in its task's place; none: those in use.
fn models_named(store: &Store, names: &[String]) -> anyhow::Result<AnswerSource> {
    let (mut classifier, mut detector) = (None, None);
    if names.is_empty() {
        let pipeline = store.pipeline()?;
        (classifier, detector) = (pipeline.classifier, pipeline.detector);
        if classifier.is_none() && detector.is_none() {
            bail!("The project has no model in use. Name one with --model, or give --predictions.");
        }
    }
    for name in names {
        let model = models::named(store, name)?;
        let place = match model.task {
            ModelTask::Classify => &mut classifier,
            ModelTask::Detect => &mut detector,
        };
        if place.replace(model.id).is_some() {
            bail!("{name} is a second model for the same task. Evaluate one classifier and one detector at a time.");
        }
    }
    Ok(AnswerSource::Models { classifier, detector })
}

/// What the detector's card asks for.
fn fitting_folding(store: &Store, answer: &AnswerSource) -> anyhow::Result<Folding> {
    let AnswerSource::Models { detector: Some(id), .. } = answer else { return Ok(Folding::None) };
    let Some(stored) = store.model(*id)? else { return Ok(Folding::None) };
    let labels = label_sets::of_project(store)?.0;
    Ok(Folding::fitting(&labels, &models::model(&stored).card.classes))
}

fn tell(
    args: &EvaluateArgs,
    settings: &Settings,
    (cases, problems): (&Cases, &Problems),
    evaluation: &Evaluation,
    times: &Times,
) -> anyhow::Result<()> {
    if let Some(path) = &args.json {
        let text = evaluation_json::write(settings, cases, problems, evaluation);
        std::fs::write(path, text).with_context(|| format!("{} can't be written", path.display()))?;
    }
    for problem in problems.iter() {
        let (_, meaning) = evaluation_json::problem_words(problem.kind);
        let example = problem.examples.first().map_or("", String::as_str);
        eprintln!("warning: {} {meaning} (first: {example})", problem.count);
    }
    print!("{}", evaluate_table::text(settings, cases, evaluation));
    if args.time {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!("Matching and average precision: {:.3} ms", ms(times.detection));
        println!("Resampling films: {:.3} ms", ms(times.films));
        println!("Resampling boxes: {:.3} ms", ms(times.boxes));
    }
    Ok(())
}

impl SettingsArgs {
    /// `start`: what holds where nothing is said.
    fn to_settings(&self, start: &Settings) -> anyhow::Result<Settings> {
        let ious = ious(&self.iou)?;
        let threshold = match (self.fuse, self.threshold.as_deref()) {
            (Some(c_star), _) => ThresholdChoice::Given(c_star),
            (None, Some("youden")) => ThresholdChoice::Youden,
            (None, Some(number)) => ThresholdChoice::Given(share(number).map_err(|why| anyhow!("--threshold: {why}"))?),
            (None, None) => start.threshold,
        };
        if self.rechoose && threshold != ThresholdChoice::Youden {
            bail!("--rechoose goes with --threshold youden only: a threshold that is given is not chosen");
        }
        let without_rule = if self.fuse.is_some() { FusionRule::Paper } else { start.rule };
        let known = "the command line allows known words only";
        Ok(Settings {
            rule: self.rule.as_deref().map_or(without_rule, |rule| FusionRule::parse(rule).expect(known)),
            probability: if self.counterpart { ProbabilitySource::Counterpart } else { ProbabilitySource::Classifier },
            threshold,
            main_iou: if ious.contains(&0.5) { 0.5 } else { ious[0] },
            ious,
            interpolation: Interpolation::parse(&self.ap).expect(known),
            max_detections: self.max_detections,
            min_score: self.min_score.unwrap_or(start.min_score),
            folding: if self.fold_rare { Folding::OtherLesions } else { Folding::None },
            bootstrap: Bootstrap {
                num_resamples: self.bootstrap,
                unit: ResampleUnit::parse(&self.by).expect(known),
                seed: self.seed,
                method: IntervalMethod::parse(&self.interval).expect(known),
                is_threshold_rechosen: self.rechoose,
                level: self.level,
            },
        })
    }
}

fn share(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(format!("{text} is not from 0 to 1")) }
}

fn one_or_more(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|num| *num > 0).ok_or_else(|| format!("{text} is not a whole number from 1 on"))
}

fn inner_share(text: &str) -> Result<f64, String> {
    share(text).and_then(|value| {
        if value > 0.0 && value < 1.0 { Ok(value) } else { Err(format!("{text} is not between 0 and 1")) }
    })
}

const MOST_IOUS: u32 = 100;

/// `0.5`, `0.2:0.5:0.05`, `coco`, `released`.
fn ious(text: &str) -> anyhow::Result<Vec<f64>> {
    let named = match text {
        "coco" => Some(Settings::COCO_IOUS.to_vec()),
        "released" => Some(Settings::RELEASED_IOUS.to_vec()),
        _ => None,
    };
    if let Some(ious) = named {
        return Ok(ious);
    }
    let numbers: Vec<f64> = text.split(':').map(str::parse).collect::<Result<_, _>>().unwrap_or_default();
    let is_iou = |iou: f64| iou > 0.0 && iou <= 1.0;
    match numbers[..] {
        [iou] if is_iou(iou) => Ok(vec![iou]),
        [from, to, step] if is_iou(from) && is_iou(to) && from <= to && step >= 0.001 && step.is_finite() => {
            let num_steps = ((to - from) / step + 1e-9).floor() as u32;
            if num_steps >= MOST_IOUS {
                bail!("--iou {text}: that is {} overlaps, and at most {MOST_IOUS} can be asked for", num_steps + 1);
            }
            // Rounded as they are written: 0.35 and not 0.35000000000000003.
            let iou = |n: u32| ((from + f64::from(n) * step) * 1e9).round() / 1e9;
            Ok((0..=num_steps).map(iou).collect())
        }
        _ => bail!(
            "--iou {text}: write a number over 0 and up to 1, FROM:TO:STEP as in 0.5:0.95:0.05, coco, or released"
        ),
    }
}

fn classes_named(text: &str) -> anyhow::Result<BoxClasses> {
    if let Some(set) = label_set::shipped_by_id(text) {
        return Ok(BoxClasses::new(set));
    }
    let base = LabelSet::new("", "", "", vec![Label::named("Abnormal", LabelKind::Global)])?;
    let path = Path::new(text);
    let set = label_sets::read(path, &base).with_context(|| {
        format!("{text} is no label set: write vindr_spine, vindr_cxr, vindr_rib, a file, or a project's folder")
    })?;
    Ok(BoxClasses::new(set))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_are_written_in_several_ways() {
        assert_eq!(ious("0.5").unwrap(), [0.5]);
        assert_eq!(ious("1").unwrap(), [1.0]);
        assert_eq!(ious("0.2:0.5:0.05").unwrap(), Settings::RELEASED_IOUS);
        assert_eq!(ious("0.5:0.95:0.05").unwrap(), Settings::COCO_IOUS);
        assert_eq!(ious("coco").unwrap(), Settings::COCO_IOUS);
        assert_eq!(ious("released").unwrap(), Settings::RELEASED_IOUS);
        assert_eq!(ious("0.01:1:0.01").unwrap().len(), 100);
        assert_eq!(["1", "0", "-1", "x"].map(|text| one_or_more(text).ok()), [Some(1), None, None, None]);
        for bad in [
            "",
            "0",
            "1.1",
            "x",
            "0.5:0.2:0.1",
            "0.2:0.5",
            "0.2:0.5:0",
            "nan",
            "0.1:nan:0.1",
            "0.5:0.6:inf",
            "0.1:0.2:0.001",
        ] {
            assert!(ious(bad).unwrap_err().to_string().starts_with("--iou"), "{bad}");
        }
    }
}
