//! The report of an evaluation as one file: text, tables and plots, readable offline.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};

use crate::domain::evaluation::cases::Cases;
use crate::domain::evaluation::problems::Problems;
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::run::{AnswerSource, EvaluationId, FilmChoice, Plan, Run, RunSummary, TruthSource};
use crate::domain::evaluation::settings::Settings;
use crate::domain::model::{Model, ModelContent, ModelId};
use crate::formats::evaluation_report;
use crate::store::Store;

use super::evaluated_files::EvaluatedFiles;
use super::staged_file::StagedFile;
use super::{evaluation_runs, models};

/// Writes the report of a kept evaluation, or of the last one, and says which it was.
///
/// # Errors
/// One sentence where there is no such evaluation, it can't be read, or the file can't be written.
pub fn report_of_project(store: &Store, id: Option<EvaluationId>, to: &Path) -> anyhow::Result<EvaluationId> {
    let kept: Vec<EvaluationId> = store.evaluations()?.into_iter().map(|kept| kept.id).collect();
    let Some(last) = kept.iter().copied().max() else {
        bail!("this project has no evaluation yet: make one in the window, or with rachis evaluate");
    };
    let id = id.unwrap_or(last);
    if !kept.contains(&id) {
        let mut numbers: Vec<String> = kept.iter().map(|id| id.0.to_string()).collect();
        numbers.reverse();
        bail!("this project has no evaluation {}; it has {}", id.0, numbers.join(", "));
    }
    save_report(&evaluation_runs::open(store, id)?, &models::register(store)?.models, to)?;
    Ok(id)
}

/// Writes the report; a file that is there already is replaced when the new one is whole. Of `models`, those whose answers
/// were evaluated get their card, with the members of an ensemble.
///
/// # Errors
/// One sentence that names the file.
pub fn save_report(run: &Run, models: &[Model], to: &Path) -> anyhow::Result<()> {
    let page = evaluation_report::write(run, &models_of(run, models));
    let mut file = StagedFile::create(to)?;
    file.file().write_all(page.as_bytes()).with_context(|| format!("{} cannot be written", to.display()))?;
    file.put_in_place()
}

/// Writes the report of files that were evaluated without a project.
///
/// # Errors
/// One sentence that names the file.
pub fn save_report_of_files(
    files: &EvaluatedFiles<'_>,
    settings: Settings,
    (cases, problems): (Cases, Problems),
    evaluation: Evaluation,
    to: &Path,
) -> anyhow::Result<()> {
    let named = |path: &Path| path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let answers: Vec<String> = [files.predictions, files.classifier].into_iter().flatten().map(named).collect();
    let summary = RunSummary {
        // In no project, so without a number and a moment: the same files give the same page.
        id: EvaluationId(0),
        name: String::new(),
        made_at_ms: 0,
        made_by: String::new(),
        answer: answers.join(" and "),
        truth: named(files.truth),
        num_films: cases.films.len() as u64,
        auroc: evaluation.classifier.as_ref().and_then(|figures| Some(figures.auroc?.value)),
        map: evaluation.detector.as_ref().and_then(|figures| Some(figures.map_main?.value)),
        truth_sha256: evaluation_runs::truth_hash(&cases),
        is_truth_changed: false,
    };
    let plan = Plan {
        name: String::new(),
        answer: AnswerSource::Files {
            predictions: files.predictions.map(Path::to_owned),
            classifier: files.classifier.map(Path::to_owned),
        },
        truth: TruthSource::File(files.truth.to_owned()),
        films: FilmChoice::WithTruth,
        settings,
    };
    save_report(&Run { summary, plan, cases, problems, evaluation, rulings: Vec::new() }, &[], to)
}

fn models_of(run: &Run, models: &[Model]) -> Vec<Model> {
    let AnswerSource::Models { classifier, detector } = run.plan.answer else { return Vec::new() };
    let mut wanted: Vec<ModelId> = [classifier, detector].into_iter().flatten().collect();
    let known = |id: ModelId| models.iter().find(|model| model.id == id);
    for id in wanted.clone() {
        if let Some(ModelContent::Ensemble { members, .. }) = known(id).map(|model| &model.content) {
            wanted.extend(members);
        }
    }
    wanted.into_iter().filter_map(known).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluation::cases::{BoxColumns, FilmCase};
    use crate::domain::evaluation::problems::ProblemKind;
    use crate::domain::evaluation::settings::{Bootstrap, IntervalMethod, ResampleUnit, ThresholdChoice};
    use crate::domain::evaluation::verdict::{Ruling, Verdict};
    use crate::domain::label::LabelName;
    use crate::domain::metrics::bootstrap::{ClassifierBootstrap, Figure, Threshold};
    use crate::domain::metrics::interval::{differences, percentile};
    use crate::domain::metrics::resample::Draws;
    use crate::domain::study::{Sex, View};
    use crate::formats::evaluation_json;
    use crate::jobs::CancelToken;
    use crate::workflows::evaluate::{compare, evaluate};

    /// Forty films, half of them abnormal, with boxes of three classes, one of them without truth.
    fn cases() -> Cases {
        let mut cases = Cases {
            classes: ["Osteophytes", "Disc space narrowing", "Surgical implant"].map(LabelName::new).to_vec(),
            has_detector: true,
            ..Cases::default()
        };
        for film in 0..40_u16 {
            let is_abnormal = film % 2 == 0;
            let name = format!("film-{film:02}");
            cases.films.push(FilmCase {
                image: name.as_str().into(),
                study: format!("study-{}", film / 2).as_str().into(),
                patient: format!("patient-{}", film / 4).as_str().into(),
                is_abnormal: Some(is_abnormal),
                size: Some([1000, 2000]),
                age_years: (film > 3).then(|| f64::from(20 + film)),
                sex: Some(if film % 3 == 0 { Sex::Male } else { Sex::Female }),
                view: if film % 5 == 0 { View::Lateral } else { View::Frontal },
                readers: vec!["R1".into()],
            });
            let x = f64::from(film * 10);
            let rect = [x, x, x + 80.0, x + 60.0];
            let class = film / 2 % 2;
            cases.truths.push_film(is_abnormal.then_some((class, rect, None)));
            let score = f64::from(film * 37 % 100) / 100.0;
            let near = [x + 5.0, x, x + 85.0, x + 60.0];
            let boxes = [(class, near, Some(score)), (2, [0.0, 0.0, 40.0, 40.0], Some(score / 2.0))];
            cases.detections.push_film(boxes);
            let lean = if is_abnormal { 0.4 } else { 0.1 };
            cases.probabilities.push((film != 7).then(|| lean + f64::from(film * 53 % 50) / 100.0));
        }
        cases
    }

    fn run_of(cases: Cases) -> Run {
        run_with(cases, Bootstrap::default())
    }

    fn run_with(cases: Cases, bootstrap: Bootstrap) -> Run {
        let settings = Settings { bootstrap: Bootstrap { num_resamples: 200, ..bootstrap }, ..Settings::default() };
        let evaluation = evaluate(&cases, &settings, &|_| {}, &CancelToken::new()).unwrap();
        let mut problems = Problems::default();
        problems.add(ProblemKind::UnknownClass, || "line 3: \"Rugby <ball>\"".to_owned());
        Run {
            summary: RunSummary {
                id: EvaluationId(3),
                name: "First & last".into(),
                made_at_ms: 1_767_225_599_999,
                made_by: "R1".into(),
                answer: "Demo <detector> (version 1)".into(),
                truth: "R1".into(),
                num_films: cases.films.len() as u64,
                auroc: None,
                map: None,
                truth_sha256: [7; 32],
                is_truth_changed: true,
            },
            plan: Plan {
                name: String::new(),
                answer: AnswerSource::Models { classifier: None, detector: None },
                truth: TruthSource::Reader("R1".into()),
                films: FilmChoice::WithTruth,
                settings,
            },
            cases,
            problems,
            evaluation,
            rulings: Vec::new(),
        }
    }

    /// What stands before a text in the page is not its business; that it stands there is.
    fn check(page: &str, expected: &[&str]) {
        for text in expected {
            assert!(page.contains(text), "{text:?} is missing in\n{page}");
        }
    }

    #[test]
    fn everything_that_a_figure_depends_on_is_in_the_report() {
        let run = run_of(cases());
        let page = evaluation_report::write(&run, &[]);
        check(
            &page,
            &[
                "Evaluation of Demo &lt;detector&gt; (version 1) against R1",
                "For research use only",
                "First &amp; last",
                "2025-12-31 23:59 UTC by R1",
                "0707070707070707",
                "20 abnormal, 20 normal, 0 not said",
                "95 %, percentile, 200 resamples of images with replacement, seed 1999, threshold fixed",
                "boxes with a score over 0.5 stay (the paper)",
                "88.61 (87.2,90.0)",
                "<td>Whole framework, table 5</td><td>21.43</td>",
                "LT2 Disc space narrowing",
                "<td>Films left out</td><td>1, without a truth or without a probability</td>",
                "Without truth, so without AP, and left out of the mean: Surgical implant.",
                "<caption>Age, years</caption>",
                "<td>20 to 29</td>",
                "line 3: &quot;Rugby &lt;ball&gt;&quot;",
                "Labels of these films changed after the run was made.",
                "MICCAI 2021",
                "36.95, 33.76, 33.71 and 39.02",
                "aria-label=\"ROC of films\"",
                "aria-label=\"Confusion of classes\"",
            ],
        );
        for absent in ["NaN", "inf", "<script", "http-equiv=\"refresh\"", "src=", "href="] {
            assert!(!page.contains(absent), "{absent:?} stands in the page");
        }
        let num_pictures = page.matches("<svg ").count();
        assert_eq!((num_pictures, page.matches("</svg>").count()), (8, 8));
        assert_eq!(page, evaluation_report::write(&run, &[]), "the same run gives the same bytes");
    }

    #[test]
    fn intervals_say_their_level_and_where_another_method_stands_in() {
        let mut sure = cases();
        // All right: the AUROC is 1 in every resample, and without any unit.
        sure.probabilities = sure.films.iter().map(|film| film.is_abnormal.map(f64::from)).collect();
        let run = run_with(sure, Bootstrap { level: 0.9, method: IntervalMethod::Bca, ..Bootstrap::default() });
        let named = &run.evaluation.percentile_instead;
        assert!(named.contains(&"AUROC".to_owned()) && !named.contains(&"mAP@0.5".to_owned()), "{named:?}");
        assert_eq!(run.evaluation.classifier.as_ref().unwrap().auroc.unwrap().interval, Some([1.0, 1.0]));
        let page = evaluation_report::write(&run, &[]);
        check(
            &page,
            &[
                "DeLong&#39;s 90 % interval",
                "90 %, bias-corrected",
                "percentile, because it is undefined there: AUROC, ",
            ],
        );
        let json = evaluation_json::write(&run.plan.settings, &run.cases, &run.problems, &run.evaluation);
        assert_eq!(evaluation_json::read(&json).unwrap().2, run.evaluation);
    }

    #[test]
    fn one_unit_has_no_interval() {
        let mut one = cases();
        for film in &mut one.films {
            film.patient = "everybody".into();
        }
        let run = run_with(one, Bootstrap { unit: ResampleUnit::Patient, ..Bootstrap::default() });
        let (films, boxes) = (run.evaluation.classifier.as_ref().unwrap(), run.evaluation.detector.as_ref().unwrap());
        for figure in [films.auroc, films.f1, films.sensitivity, boxes.map_main, boxes.classes[0].ap_main] {
            assert_eq!(figure.unwrap().interval, None);
        }
        check(&evaluation_report::write(&run, &[]), &["none, because all films are of one patient"]);
        let compared = compare(&run, &run, &|_| {}, &CancelToken::new()).unwrap();
        assert!(compared.differences.iter().all(|one| one.delta.is_none_or(|delta| delta.interval.is_none())));
    }

    #[test]
    fn runs_that_choose_their_threshold_anew_are_compared_so() {
        let run = |is_threshold_rechosen: bool, turn: f64| {
            let mut cases = cases();
            for (number, p) in cases.probabilities.iter_mut().enumerate() {
                *p = p.map(|p| p + turn * f64::from(number as u8 % 7));
            }
            let mut run = run_of(cases);
            run.plan.settings.threshold = ThresholdChoice::Youden;
            run.plan.settings.bootstrap.is_threshold_rechosen = is_threshold_rechosen;
            run.evaluation = evaluate(&run.cases, &run.plan.settings, &|_| {}, &CancelToken::new()).unwrap();
            run
        };
        let f1 = |is_rechosen: bool| {
            let (first, second) = (run(is_rechosen, 0.0), run(is_rechosen, 0.03));
            let compared = compare(&first, &second, &|_| {}, &CancelToken::new()).unwrap();
            let f1 = compared.differences.iter().find(|one| one.name == "F1").unwrap().delta.unwrap();
            (f1.value, f1.interval.unwrap(), first, second)
        };
        let (fixed, (value, interval, first, second)) = (f1(false), f1(true));
        assert_eq!(fixed.0, value);
        assert_ne!(fixed.1, interval);
        // Resample by resample: each run's best threshold there.
        let judged: Vec<usize> = (0..40).filter(|&film| film != 7).collect();
        let truth: Vec<bool> = judged.iter().map(|film| film % 2 == 0).collect();
        let draws = Draws::new(&(0..39).collect::<Vec<_>>(), 1999).with_both_classes(&truth);
        let values = [&first, &second].map(|run| {
            let scores: Vec<f64> = judged.iter().map(|&film| run.cases.probabilities[film].unwrap()).collect();
            let plan = ClassifierBootstrap::new(&truth, &scores, &draws, 200, Threshold::Rechosen).unwrap();
            ClassifierBootstrap::finish((0..plan.num_blocks()).map(|block| plan.block(block))).values(Figure::F1)
        });
        let expected = percentile(&differences(&values[1], &values[0]), 0.95).unwrap();
        assert_eq!(interval, [expected.low, expected.high]);
    }

    /// The own row has the run's figures, in per cent.
    #[test]
    fn the_own_row_stands_before_the_published_ones() {
        let run = run_of(cases());
        let page = evaluation_report::write(&run, &[]);
        let auroc = run.evaluation.classifier.as_ref().unwrap().auroc.unwrap();
        let [low, high] = auroc.interval.unwrap();
        let own = format!("{:.2} ({:.1},{:.1})", auroc.value * 100.0, low * 100.0, high * 100.0);
        let place = page.find(&own).unwrap_or_else(|| panic!("{own} is missing"));
        assert!(place < page.find("DenseNet121, published").unwrap());
    }

    #[test]
    fn what_is_undefined_is_said_so() {
        let mut all_normal = cases();
        for film in &mut all_normal.films {
            film.is_abnormal = Some(false);
        }
        all_normal.truths = BoxColumns::default();
        (0..40).for_each(|_| all_normal.truths.push_film([]));
        let page = evaluation_report::write(&run_of(all_normal), &[]);
        check(&page, &["the films that are judged are all of one kind", "<td>undefined</td>"]);
        assert!(!page.contains("NaN"));
    }

    #[test]
    fn chest_films_have_no_spine_figures_beside_them() {
        let mut chest = cases();
        chest.classes = ["Nodule/Mass", "Edema", "Atelectasis"].map(LabelName::new).to_vec();
        let page = evaluation_report::write(&run_of(chest), &[]);
        assert!(!page.contains("DenseNet121") && !page.contains("MICCAI"));
        check(&page, &["Nodule/Mass"]);
    }

    #[test]
    fn the_last_verdict_on_a_disagreement_counts() {
        let mut run = run_of(cases());
        let ruling = |verdict: Verdict| Ruling {
            image: "film-00".into(),
            detection: Some(0),
            truth: None,
            verdict,
            note: String::new(),
            by: "R2".into(),
            at_ms: 0,
        };
        run.rulings = vec![ruling(Verdict::ModelRight), ruling(Verdict::LabelRight)];
        let page = evaluation_report::write(&run, &[]);
        check(&page, &["<td>model right</td><td>0</td>", "<td>label right</td><td>1</td>"]);
    }

    #[test]
    fn a_report_replaces_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("report.html");
        std::fs::write(&to, "old").unwrap();
        save_report(&run_of(cases()), &[], &to).unwrap();
        assert!(std::fs::read_to_string(&to).unwrap().starts_with("<!DOCTYPE html>"));
        let nowhere = folder.path().join("no/such/folder/report.html");
        assert!(save_report(&run_of(cases()), &[], &nowhere).unwrap_err().to_string().contains("report.html"));
    }
}
