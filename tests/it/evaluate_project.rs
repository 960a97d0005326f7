//! Evaluations of a project: made from its readings and models, kept, opened as they were, compared.

use std::path::Path;

use rachis::domain::evaluation::problems::ProblemKind;
use rachis::domain::evaluation::run::{AnswerSource, FilmChoice, Plan, Run, TruthSource};
use rachis::domain::evaluation::settings::{Bootstrap, Settings, ThresholdChoice};
use rachis::domain::evaluation::verdict::{Ruling, Verdict};
use rachis::domain::fusion::FusionRule;
use rachis::domain::geometry::Rect;
use rachis::domain::id::ImageId;
use rachis::domain::label::LabelName;
use rachis::domain::model::{Architecture, EnsembleMean, ModelContent, ModelId, ModelStep, ModelTask};
use rachis::domain::prediction::{Detection, Prediction};
use rachis::domain::study::{Sex, View};
use rachis::formats::label_set::shipped_by_id;
use rachis::jobs::CancelToken;
use rachis::store::{NewModel, PredictionOrigin, Store};
use rachis::workflows::evaluate::compare;
use rachis::workflows::evaluation_export::export;
use rachis::workflows::evaluation_runs::{self, Maker};
use rachis::workflows::import_labels::{ImportLabels, import_labels};

use crate::support;

fn image(n: usize) -> ImageId {
    support::entry(n).facts.image
}

fn import(store: &mut Store, folder: &Path, rows: &str) {
    let path = folder.join("labels.csv");
    std::fs::write(&path, format!("image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n{rows}")).unwrap();
    let labels = shipped_by_id("vindr_spine").unwrap();
    let report = import_labels(store, &labels, &path, &ImportLabels::default()).unwrap();
    assert!(report.bad.is_empty() && !report.is_refused, "{:?}", report.bad);
}

fn add_model(store: &mut Store, name: &str, content: ModelContent, task: ModelTask) -> ModelId {
    let file = matches!(content, ModelContent::Weights { .. }).then_some("weights.safetensors");
    let model = NewModel { name, task, content, file, card: "{}", step: ModelStep::Imported, at_ms: 1, by: "" };
    store.add_model(&model).unwrap().id
}

fn say(store: &mut Store, film: usize, model: ModelId, probability: Option<f64>, boxes: &[(&str, f64, [f64; 4])]) {
    let detection = |&(label, score, [a, b, c, d]): &(&str, f64, [f64; 4])| Detection {
        label: LabelName::new(label),
        score,
        rect: Rect::from_columns(a, b, c, d).unwrap(),
    };
    let detections = boxes.iter().map(detection).collect();
    let prediction = Prediction { image: image(film), model, probability, detections, heat: None };
    store.add_prediction(&prediction, &PredictionOrigin::default()).unwrap();
}

/// Films 0 to 2 are read by R1 (abnormal, normal, abnormal) and R2, film 3 by nobody. A detector has looked at films 0 to
/// 3, an ensemble of two classifiers at films 0 and 1; of film 2, one member says nothing.
struct Scene {
    folder: tempfile::TempDir,
    store: Store,
    ensemble: ModelId,
    detector: ModelId,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = support::project(&folder.path().join("p"), 4);
        let rows = format!(
            "{a},R1,Osteophytes,0,0,100,100\n{b},R1,No finding,,,,\n{c},R1,Surgical implant,200,200,300,300\n\
             {a},R2,Osteophytes,0,0,100,50\n{b},R2,Osteophytes,5,5,50,50\n{c},R2,No finding,,,,\n",
            a = image(0),
            b = image(1),
            c = image(2)
        );
        import(&mut store, folder.path(), &rows);
        let weights = |n: u8, architecture| ModelContent::Weights { architecture, sha256: [n; 32] };
        let small = Architecture::DenseNetSmall;
        let one = add_model(&mut store, "one", weights(1, small), ModelTask::Classify);
        let two = add_model(&mut store, "two", weights(2, small), ModelTask::Classify);
        let members = ModelContent::Ensemble { members: vec![one, two], mean: EnsembleMean::Probability };
        let ensemble = add_model(&mut store, "both", members, ModelTask::Classify);
        let detector = add_model(&mut store, "detector", weights(3, Architecture::RetinaNetSmall), ModelTask::Detect);
        for (film, p, q) in [(0, 0.75, Some(0.5)), (1, 0.25, Some(0.25)), (2, 0.875, None)] {
            say(&mut store, film, one, Some(p), &[]);
            if let Some(q) = q {
                say(&mut store, film, two, Some(q), &[]);
            }
        }
        say(&mut store, 0, detector, None, &[("Osteophytes", 0.9, [0.0, 0.0, 100.0, 100.0])]);
        say(&mut store, 1, detector, None, &[("Osteophytes", 0.6, [0.0, 0.0, 10.0, 10.0])]);
        say(&mut store, 2, detector, None, &[]);
        say(&mut store, 3, detector, None, &[("Osteophytes", 0.9, [0.0, 0.0, 10.0, 10.0])]);
        Self { folder, store, ensemble, detector }
    }

    fn plan(&self) -> Plan {
        let settings = Settings {
            rule: FusionRule::DetectorOnly,
            threshold: ThresholdChoice::Given(0.5),
            bootstrap: Bootstrap { num_resamples: 100, ..Bootstrap::default() },
            ..Settings::default()
        };
        Plan {
            name: String::new(),
            answer: AnswerSource::Models { classifier: Some(self.ensemble), detector: Some(self.detector) },
            truth: TruthSource::Reader("R1".into()),
            films: FilmChoice::WithTruth,
            settings,
        }
    }

    fn make(&mut self, plan: &Plan) -> Run {
        let maker = Maker { by: "R1", at_ms: 5 };
        evaluation_runs::make(&mut self.store, plan, maker, &|_| {}, &CancelToken::new()).unwrap()
    }

    fn fails(&mut self, plan: &Plan) -> String {
        let maker = Maker { by: "", at_ms: 5 };
        let why = evaluation_runs::make(&mut self.store, plan, maker, &|_| {}, &CancelToken::new()).unwrap_err();
        format!("{why:#}")
    }
}

#[test]
fn models_are_held_against_a_reader() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let run = scene.make(&plan);
    let films: Vec<_> = run.cases.films.iter().map(|film| (film.image.clone(), film.is_abnormal)).collect();
    assert_eq!(films, [(image(0), Some(true)), (image(1), Some(false)), (image(2), Some(true))]);
    let first = &run.cases.films[0];
    assert_eq!((first.size, first.sex, first.view), (Some([320, 480]), Some(Sex::Female), View::Frontal));
    assert_eq!((first.study.as_str(), first.patient.as_str(), first.age_years), ("study0", "patient0", Some(63.0)));
    // The mean of 0.75 and 0.5, of 0.25 twice, and nothing where one member said nothing.
    assert_eq!(run.cases.probabilities, [Some(0.625), Some(0.25), None]);
    let films = run.evaluation.classifier.as_ref().unwrap();
    assert_eq!((films.num_abnormal, films.num_normal, films.num_left_out), (1, 1, 1));
    assert_eq!(films.auroc.unwrap().value, 1.0);
    let boxes = run.evaluation.detector.as_ref().unwrap();
    let ap = |label: &str| boxes.classes.iter().find(|class| class.label.as_str() == label).unwrap().ap[0];
    assert_eq!((ap("Osteophytes"), ap("Surgical implant"), ap("Vertebral collapse")), (Some(1.0), Some(0.0), None));
    assert_eq!(boxes.map_main.unwrap().value, 0.5);
    assert!(boxes.map_main.unwrap().interval.is_some());
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    assert_eq!(run.summary.name, "both and detector");
    assert!(run.evaluation.slices.iter().any(|slice| slice.by == "view" && slice.name == "Lateral"));
}

#[test]
fn readers_are_held_against_readers_and_chosen_films() {
    let mut scene = Scene::new();
    let plan = Plan { answer: AnswerSource::Reader("R2".into()), ..scene.plan() };
    let run = scene.make(&plan);
    assert_eq!(run.cases.probabilities, [Some(1.0), Some(1.0), Some(0.0)]);
    assert_eq!(run.cases.detections.scores, [1.0, 1.0]);
    // The upper half of R1's box overlaps it by exactly a half.
    let boxes = run.evaluation.detector.as_ref().unwrap();
    let osteophytes = boxes.classes.iter().find(|class| class.label.as_str() == "Osteophytes").unwrap();
    assert_eq!((osteophytes.tp, osteophytes.fp, osteophytes.fn_), (1, 1, 0));
    let chosen = Plan { films: FilmChoice::These(vec![image(1), image(3)]), ..plan.clone() };
    let run = scene.make(&chosen);
    assert_eq!(run.cases.films.len(), 1, "film 3 has no truth");
    let every = Plan { truth: TruthSource::EveryReader, ..scene.plan() };
    let run = scene.make(&every);
    assert_eq!(run.cases.truths.len(), 4);
    assert_eq!(run.cases.films[0].readers, ["R1".into(), "R2".into()]);
    // One reader's "No finding" makes a film normal, as in the released code.
    assert_eq!(run.cases.films[2].is_abnormal, Some(false));
}

#[test]
fn what_was_evaluated_stays_as_it_was() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let run = scene.make(&plan);
    let opened = evaluation_runs::open(&scene.store, run.summary.id).unwrap();
    assert_eq!(opened, run);
    // The same again gives the same bytes.
    let again = scene.make(&plan);
    for name in ["cases.json", "truth.csv", "predictions.jsonl", "classifier.csv", "settings.json", "result.json"] {
        let bytes = [run.summary.id, again.summary.id]
            .map(|id| std::fs::read(scene.store.evaluation_folder(id).join(name)).unwrap());
        assert_eq!(bytes[0], bytes[1], "{name}");
        assert!(!bytes[0].is_empty(), "{name}");
    }
    let listed = evaluation_runs::list(&scene.store).unwrap();
    assert_eq!(listed.iter().map(|run| (run.id.0, run.is_truth_changed)).collect::<Vec<_>>(), [(2, false), (1, false)]);

    let ruling = Ruling {
        image: image(2),
        detection: None,
        truth: Some(1),
        verdict: Verdict::LabelRight,
        note: String::new(),
        by: "R2".into(),
        at_ms: 7,
    };
    scene.store.add_ruling(run.summary.id, &ruling).unwrap();
    let folder = scene.folder.path().to_owned();
    import(&mut scene.store, &folder, &format!("{},R1,Osteophytes,1,1,9,9\n", image(3)));
    let listed = evaluation_runs::list(&scene.store).unwrap();
    assert!(listed.iter().all(|run| run.is_truth_changed));
    let opened = evaluation_runs::open(&scene.store, run.summary.id).unwrap();
    assert_eq!((opened.cases, opened.evaluation, opened.rulings), (run.cases, run.evaluation, vec![ruling]));
    assert!(opened.summary.is_truth_changed);

    scene.store.delete_evaluation(run.summary.id).unwrap();
    assert!(evaluation_runs::open(&scene.store, run.summary.id).is_err());
    assert_eq!(evaluation_runs::list(&scene.store).unwrap().len(), 1);
}

#[test]
fn damage_to_a_kept_run_is_said() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let id = scene.make(&plan).summary.id;
    let path = scene.store.evaluation_folder(id).join("result.json");
    std::fs::write(&path, "{}").unwrap();
    let why = format!("{:#}", evaluation_runs::open(&scene.store, id).unwrap_err());
    assert!(why.contains("can't be opened") && why.contains("Make it anew"), "{why}");
    std::fs::remove_file(&path).unwrap();
    let why = format!("{:#}", evaluation_runs::open(&scene.store, id).unwrap_err());
    assert!(why.contains("result.json can't be read"), "{why}");
}

#[test]
fn where_there_is_nothing_to_evaluate_one_sentence_says_so() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let nobody = Plan { truth: TruthSource::Reader("R9".into()), ..plan.clone() };
    assert!(scene.fails(&nobody).starts_with("R9 has completed none"));
    let nothing = Plan { answer: AnswerSource::Reader("R9".into()), ..plan.clone() };
    assert!(scene.fails(&nothing).starts_with("The chosen reader has completed none"));
    let unread = Plan { films: FilmChoice::These(vec![image(3)]), ..plan.clone() };
    assert!(scene.fails(&unread).contains("has completed none of these films"));
    let cancel = CancelToken::new();
    cancel.cancel();
    let maker = Maker { by: "", at_ms: 5 };
    let why = evaluation_runs::make(&mut scene.store, &plan, maker, &|_| {}, &cancel).unwrap_err();
    assert!(why.to_string().contains("Nothing was kept"), "{why}");
    assert!(scene.store.evaluations().unwrap().is_empty());
    let runs = std::fs::read_dir(scene.store.folder().join("runs")).unwrap().count();
    assert_eq!(runs, 0, "nothing is left behind");
}

#[test]
fn what_a_detector_has_not_looked_at_is_counted() {
    let mut scene = Scene::new();
    let folder = scene.folder.path().to_owned();
    let late = format!("{:032x}", 77);
    import(&mut scene.store, &folder, &format!("{late},R1,Osteophytes,1,1,9,9\n"));
    let plan = scene.plan();
    let run = scene.make(&plan);
    assert_eq!(run.problems.count(ProblemKind::TruthWithoutPrediction), 1);
    assert_eq!(run.cases.films.len(), 4, "it counts as a film without boxes");
}

#[test]
fn two_runs_are_compared_over_the_films_that_both_have() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let models = scene.make(&plan);
    let reader = scene.make(&Plan { answer: AnswerSource::Reader("R2".into()), ..plan.clone() });
    let same = compare(&models, &models, &|_| {}, &CancelToken::new()).unwrap();
    assert_eq!((same.num_shared, same.num_unshared), (3, 0));
    for difference in &same.differences {
        assert_eq!(difference.delta.map(|delta| delta.value), Some(0.0), "{}", difference.name);
        assert_eq!(difference.delta.unwrap().interval, Some([0.0, 0.0]), "{}", difference.name);
    }
    let found = compare(&models, &reader, &|_| {}, &CancelToken::new()).unwrap();
    let of = |name: &str| found.differences.iter().find(|difference| difference.name == name).unwrap();
    // Both say something of films 0 and 1: the models are right on both, R2 calls the normal one abnormal.
    assert_eq!((of("Specificity").a, of("Specificity").b), (Some(1.0), Some(0.0)));
    assert_eq!(of("Specificity").delta.unwrap().value, -1.0);
    assert_eq!((of("Specificity").test, of("Specificity").p_value), ("McNemar, exact", Some(1.0)));
    assert_eq!((of("AUROC").a, of("AUROC").b, of("AUROC").test), (Some(1.0), Some(0.5), "DeLong"));
    // Of equal scores the one on film 0, which comes first, is a hit: both find the only osteophyte first of all.
    assert_eq!((of("AP@0.5 Osteophytes").a, of("AP@0.5 Osteophytes").b), (Some(1.0), Some(1.0)));
    let part_plan = plan.clone();
    let chosen = scene.make(&Plan { films: FilmChoice::These(vec![image(0)]), ..plan });
    let part = compare(&models, &chosen, &|_| {}, &CancelToken::new()).unwrap();
    assert_eq!((part.num_shared, part.num_unshared, part.num_other_truths), (1, 2, 0));
    assert_eq!((same.num_other_truths, found.num_other_truths), (0, 0));
    let other = scene.make(&Plan { truth: TruthSource::Reader("R2".into()), ..part_plan });
    let two_truths = compare(&models, &other, &|_| {}, &CancelToken::new()).unwrap();
    assert!(two_truths.num_other_truths > 0, "R2 calls a normal film abnormal");
    let back = compare(&other, &models, &|_| {}, &CancelToken::new()).unwrap();
    assert_eq!(back.num_other_truths, two_truths.num_other_truths);
}

#[test]
fn a_run_is_written_as_its_name_ends() {
    let mut scene = Scene::new();
    let plan = scene.plan();
    let id = scene.make(&plan).summary.id;
    for (name, begins) in [("e.json", "{"), ("e.csv", "part,name,figure"), ("e.html", "<!")] {
        let to = scene.folder.path().join(name);
        // A card that can't be read costs the report its models and nothing else.
        export(&scene.store, id, &to).unwrap();
        let text = std::fs::read_to_string(&to).unwrap();
        assert!(text.trim_start().to_lowercase().starts_with(begins), "{name}: {}", &text[..60]);
    }
    let json = std::fs::read(scene.folder.path().join("e.json")).unwrap();
    assert_eq!(json, std::fs::read(scene.store.evaluation_folder(id).join("result.json")).unwrap());
}
