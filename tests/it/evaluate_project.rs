//! Evaluations of a project: made from its readings and models, kept, opened as they were, compared.

use std::path::Path;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::attribute::{Attributes, VertebralLevel};
use rachis::domain::edit::Edit;
use rachis::domain::evaluation::problems::ProblemKind;
use rachis::domain::evaluation::run::{AnswerSource, FilmChoice, Plan, Run, TruthSource};
use rachis::domain::evaluation::settings::{Bootstrap, Folding, Settings, ThresholdChoice};
use rachis::domain::evaluation::verdict::{Ruling, Verdict};
use rachis::domain::fusion::FusionRule;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::model::{Architecture, EnsembleMean, ModelCard, ModelContent, ModelId, ModelStep, ModelTask};
use rachis::domain::prediction::{Detection, Prediction};
use rachis::domain::preprocessing::Preprocessing;
use rachis::domain::study::{Sex, View};
use rachis::domain::task::TaskState;
use rachis::formats::box_classes::SPINE_CATEGORIES;
use rachis::formats::label_set::shipped_by_id;
use rachis::formats::model_card;
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
    let report = import_labels(store, &labels, &path, &ImportLabels::of_everybody()).unwrap();
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
fn the_level_that_a_reader_gave_makes_a_slice_and_is_kept() {
    let mut scene = Scene::new();
    let rect = Rect::from_columns(300.0, 300.0, 340.0, 340.0).unwrap();
    let level = VertebralLevel::parse("L4").unwrap();
    let mark = Annotation::boxed(AnnotationId::new(77, 1), LabelName::new("Osteophytes"), rect, Origin::Drawn).unwrap();
    let mark = mark.with_attributes(Attributes { level: Some(level), ..Attributes::default() });
    let state = |before, after| Edit::SetTaskState { before, after };
    let (doing, completed) = (TaskState::Doing, TaskState::Completed);
    for edit in [state(completed, doing), Edit::Add(mark), state(doing, completed)] {
        let reader = "R1".into();
        scene.store.commit(&NewLogEntry { image: image(0), reader, step: Step::Do, edit, made_at_ms: 9 }).unwrap();
    }
    let plan = scene.plan();
    let run = scene.make(&plan);
    assert_eq!(run.cases.truth_levels.iter().flatten().collect::<Vec<_>>(), [&level]);
    let slices: Vec<(&str, u64)> = run
        .evaluation
        .slices
        .iter()
        .filter(|slice| slice.by == "level")
        .map(|slice| (slice.name.as_str(), slice.num_truths))
        .collect();
    assert_eq!(slices, [("lower lumbar (L4 to L5)", 1), ("unknown", 2)]);
    let back = evaluation_runs::open(&scene.store, run.summary.id).unwrap();
    assert_eq!(back.cases.truth_levels, run.cases.truth_levels);
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
fn what_readers_agree_on_counts_once() {
    let mut scene = Scene::new();
    let agreed = Plan { truth: TruthSource::Consensus, ..scene.plan() };
    let run = scene.make(&agreed);
    // Of the osteophyte on film 0, the boxes overlap by a half: one lesion between the two. Two readers, so what one of
    // them has counts, and a film that one of them calls abnormal is.
    let rects = [[0.0, 0.0, 100.0, 75.0], [5.0, 5.0, 50.0, 50.0], [200.0, 200.0, 300.0, 300.0]];
    assert_eq!(run.cases.truths.rects, rects);
    assert!(run.cases.films.iter().all(|film| film.is_abnormal == Some(true)));
    assert_eq!(run.cases.films[0].readers, ["R1".into(), "R2".into()]);
    assert_eq!(run.summary.truth, "consensus of readers");
    assert_eq!(evaluation_runs::open(&scene.store, run.summary.id).unwrap(), run);

    // Three readers: two of them are needed.
    let folder = scene.folder.path().to_owned();
    let rows = format!("{a},R3,Osteophytes,0,0,100,80\n{b},R3,No finding,,,,\n", a = image(0), b = image(1));
    import(&mut scene.store, &folder, &rows);
    let run = scene.make(&agreed);
    assert_eq!(run.cases.truths.rects, [[0.0, 0.0, 100.0, 80.0], [200.0, 200.0, 300.0, 300.0]]);
    let films: Vec<_> = run.cases.films.iter().map(|film| film.is_abnormal).collect();
    assert_eq!(films, [Some(true), Some(false), Some(true)]);

    // A film of one reader is as this reader has it: boxes that overlap stay two, in the order of the marks.
    let rows = format!("{a},R3,Osteophytes,9,9,30,30\n{a},R3,Osteophytes,8,8,30,30\n", a = image(3));
    import(&mut scene.store, &folder, &rows);
    let films = FilmChoice::These(vec![image(3)]);
    let [agreed, own] = [TruthSource::Consensus, TruthSource::Reader("R3".into())].map(|truth| {
        let plan = Plan { truth, films: films.clone(), ..scene.plan() };
        scene.make(&plan)
    });
    assert_eq!(agreed.cases.truths.len(), 2);
    assert_eq!(agreed.cases, own.cases);
    assert_eq!(agreed.summary.truth_sha256, own.summary.truth_sha256);
}

#[test]
fn a_later_run_may_have_the_truth_of_an_earlier_one() {
    let mut scene = Scene::new();
    let plan = Plan { truth: TruthSource::Consensus, ..scene.plan() };
    let first = scene.make(&plan);
    let folder = scene.folder.path().to_owned();
    import(&mut scene.store, &folder, &format!("{},R3,Osteophytes,5,5,50,48\n", image(1)));
    assert_ne!(scene.make(&plan).summary.truth_sha256, first.summary.truth_sha256);
    let kept = Plan { truth: TruthSource::Kept(first.summary.id), ..plan.clone() };
    let run = scene.make(&kept);
    assert_eq!((&run.cases, &run.evaluation), (&first.cases, &first.evaluation));
    assert_eq!(run.summary.truth_sha256, first.summary.truth_sha256);
    assert_eq!(run.summary.truth, "as in evaluation 1");
    let changed: Vec<_> =
        evaluation_runs::list(&scene.store).unwrap().iter().map(|run| (run.id.0, run.is_truth_changed)).collect();
    assert_eq!(changed, [(3, false), (2, false), (1, true)]);
    // Another answer, and of fewer films.
    let reader = Plan {
        answer: AnswerSource::Reader("R2".into()),
        films: FilmChoice::These(vec![image(1), image(2)]),
        ..kept.clone()
    };
    let run = scene.make(&reader);
    assert_eq!(run.cases.films.len(), 2);
    assert_eq!(run.cases.truths.rects, first.cases.truths.rects[1..]);
    // What is kept stays, though the run that it came from goes.
    scene.store.delete_evaluation(first.summary.id).unwrap();
    assert!(evaluation_runs::open(&scene.store, run.summary.id).is_ok());
    assert!(scene.fails(&kept).starts_with("Evaluation 1 is not in this project"));
}

/// A detector of the seven classes, with its card.
fn detector_of_seven(store: &mut Store) -> ModelId {
    let card = ModelCard {
        name: "seven".into(),
        task: ModelTask::Detect,
        classes: SPINE_CATEGORIES.map(LabelName::new).to_vec(),
        preprocessing: Preprocessing::PAPER_DETECTOR,
        threshold: None,
        is_synthetic: true,
        training: String::new(),
        data_sha256: None,
        metrics: Vec::new(),
        licence: String::new(),
        notes: String::new(),
    };
    let small = Architecture::RetinaNetSmall;
    let card = model_card::write(small, &card);
    let content = ModelContent::Weights { architecture: small, sha256: [7; 32] };
    let model = NewModel {
        name: "seven",
        task: ModelTask::Detect,
        content,
        file: Some("seven.safetensors"),
        card: &card,
        step: ModelStep::Imported,
        at_ms: 1,
        by: "",
    };
    store.add_model(&model).unwrap().id
}

/// With a fracture on film 3, which a detector of seven classes calls "Other lesions".
fn scene_with_a_rare_label() -> (Scene, Plan) {
    let mut scene = Scene::new();
    let folder = scene.folder.path().to_owned();
    let rows = format!("{a},R1,Fracture,0,0,10,10\n{a},R1,Osteophytes,50,50,90,90\n", a = image(3));
    import(&mut scene.store, &folder, &rows);
    let seven = detector_of_seven(&mut scene.store);
    let boxes = [("Other lesions", 0.9, [0.0, 0.0, 10.0, 10.0]), ("Osteophytes", 0.8, [50.0, 50.0, 90.0, 90.0])];
    say(&mut scene.store, 3, seven, None, &boxes);
    let plan = Plan {
        answer: AnswerSource::Models { classifier: None, detector: Some(seven) },
        films: FilmChoice::These(vec![image(3)]),
        ..scene.plan()
    };
    (scene, plan)
}

#[test]
fn labels_that_a_detector_has_no_class_for_count_as_other_lesions() {
    let (mut scene, plan) = scene_with_a_rare_label();
    let ap = |run: &Run, label: &str| {
        let classes = &run.evaluation.detector.as_ref().unwrap().classes;
        classes.iter().find(|class| class.label.as_str() == label).map(|class| class.ap[0])
    };
    let map = |run: &Run| run.evaluation.detector.as_ref().unwrap().map_main.unwrap().value;
    let each = scene.make(&plan);
    assert_eq!((ap(&each, "Fracture"), ap(&each, "Other lesions"), map(&each)), (Some(Some(0.0)), Some(None), 0.5));
    assert_eq!(each.cases.num_folded, 0);

    let settings = Settings { folding: Folding::OtherLesions, ..plan.settings.clone() };
    let folded = scene.make(&Plan { settings, ..plan.clone() });
    assert_eq!((ap(&folded, "Fracture"), ap(&folded, "Other lesions"), map(&folded)), (None, Some(Some(1.0)), 1.0));
    assert_eq!(folded.cases.num_folded, 1);
    assert_eq!(folded.cases.classes.len(), 7);
    assert_eq!(evaluation_runs::open(&scene.store, folded.summary.id).unwrap(), folded);
    assert!(evaluation_runs::list(&scene.store).unwrap().iter().all(|run| !run.is_truth_changed));
    let file =
        |name: &str| std::fs::read_to_string(scene.store.evaluation_folder(folded.summary.id).join(name)).unwrap();
    assert!(file("settings.json").contains(r#""folding": "other lesions""#));
    assert!(file("result.json").contains(r#""folded_boxes": 1"#));
    let to = scene.folder.path().join("e.html");
    export(&scene.store, folded.summary.id, &to).unwrap();
    assert!(std::fs::read_to_string(&to).unwrap().contains("count as Other lesions; 1 boxes of the truth are such"));

    // A reader says the rare label too: both sides are folded.
    let reader =
        Plan { answer: AnswerSource::Reader("R1".into()), truth: TruthSource::Consensus, ..folded.plan.clone() };
    let run = scene.make(&reader);
    assert_eq!((ap(&run, "Other lesions"), run.cases.num_folded), (Some(Some(1.0)), 1));
    // With the truth as it was folded there.
    let kept = Plan { truth: TruthSource::Kept(folded.summary.id), ..plan.clone() };
    assert_eq!(scene.make(&kept).cases, folded.cases);
    // A detector that knows no other lesions.
    let answer = AnswerSource::Models { classifier: None, detector: Some(scene.detector) };
    assert!(scene.fails(&Plan { answer, ..folded.plan.clone() }).starts_with("The detector has no class"));
}

#[test]
fn the_command_line_chooses_truth_and_folding() {
    let (scene, _) = scene_with_a_rare_label();
    let project = scene.store.folder().to_owned();
    let out = scene.folder.path().join("out.json");
    drop(scene.store);
    let run = |words: &str| {
        let words = words.split_whitespace();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rachis"));
        command.arg("evaluate").arg("--project").arg(&project).args(words).args(["--bootstrap", "0", "--json"]);
        let done = command.arg(&out).output().unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
        (said, json["counts"]["truth_boxes"].as_u64().unwrap(), json["settings"]["folding"].clone())
    };
    let (said, num_boxes, folding) = run("--model seven");
    assert!(
        said.contains("against consensus of readers") && said.contains("Of these, 1 count as Other lesions"),
        "{said}"
    );
    assert_eq!((num_boxes, folding.as_str()), (5, Some("other lesions")));
    let (said, num_boxes, folding) = run("--model seven --every-reader --no-fold");
    assert!(said.contains("against every reader") && !said.contains("Of these"), "{said}");
    assert_eq!((num_boxes, folding.as_str()), (6, Some("none")));
    // A detector without a card asks for nothing.
    let (said, num_boxes, folding) = run("--model detector --truth-of 1 --no-store");
    assert!(said.contains("Of these, 1 count"), "{said}");
    assert_eq!((num_boxes, folding.as_str()), (5, Some("none")));
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
