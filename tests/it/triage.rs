//! What a reader's list says of the models' answers: who sees them, and how they stand to that reader's own reading.

use std::time::Instant;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::model::{Architecture, ModelContent, ModelId, ModelStep, ModelTask};
use rachis::domain::prediction::{Detection, Prediction};
use rachis::domain::suggestion::ModelVisibility;
use rachis::domain::task::TaskState;
use rachis::domain::triage::{BoxCounts, Disagreement, FilmDisagreement, Triage};
use rachis::formats::label_set;
use rachis::store::{NewModel, PredictionOrigin, Store};

use crate::support::{entry, project};

use crate::fill;

fn image(n: usize) -> ImageId {
    entry(n).facts.image
}

fn rect(x: f64) -> Rect {
    Rect::from_columns(x, 10.0, x + 20.0, 30.0).unwrap()
}

fn model(store: &mut Store, task: ModelTask, architecture: Architecture, hash: u8) -> ModelId {
    let new = NewModel {
        name: task.as_str(),
        task,
        content: ModelContent::Weights { architecture, sha256: [hash; 32] },
        file: Some("weights"),
        card: r#"{"classes": ["Osteophytes", "Other lesions"]}"#,
        step: ModelStep::Imported,
        at_ms: 0,
        by: "",
    };
    let id = store.add_model(&new).unwrap().id;
    store.promote_model(id, (task == ModelTask::Classify).then_some(0.4), 0, "").unwrap();
    id
}

fn say(store: &mut Store, model: ModelId, n: usize, probability: Option<f64>, boxes: &[(f64, f64)]) {
    say_of(store, model, &image(n), probability, boxes);
}

fn say_of(store: &mut Store, model: ModelId, image: &ImageId, probability: Option<f64>, boxes: &[(f64, f64)]) {
    let detection = |&(x, score): &(f64, f64)| Detection { label: LabelName::new("Osteophytes"), score, rect: rect(x) };
    let detections = boxes.iter().map(detection).collect();
    let prediction = Prediction { image: image.clone(), model, probability, detections, heat: None };
    assert!(store.add_prediction(&prediction, &PredictionOrigin::default()).unwrap());
}

/// The reader marks osteophytes at these places, or says "No finding", and completes the film.
fn complete(store: &mut Store, reader: &str, n: usize, marks: &[f64]) {
    let id = |k: usize| AnnotationId::new(store.session(), (n * 16 + k) as u32 + if reader == "R1" { 0 } else { 4096 });
    let mut edits: Vec<Edit> = marks
        .iter()
        .enumerate()
        .map(|(k, &x)| Annotation::boxed(id(k), LabelName::new("Osteophytes"), rect(x), Origin::Drawn).unwrap())
        .map(Edit::Add)
        .collect();
    if edits.is_empty() {
        edits.push(Edit::Add(Annotation::no_finding(id(0), Origin::Drawn)));
    }
    edits.push(Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
    let entry = NewLogEntry {
        image: image(n),
        reader: ReaderId::new(reader),
        step: Step::Do,
        edit: Edit::Batch { name: "Reading".into(), edits },
        made_at_ms: 1,
    };
    store.commit(&entry).unwrap();
}

fn triages(store: &Store, reader: &str) -> Vec<Option<Triage>> {
    let labels = label_set::shipped_by_id("vindr_spine").unwrap();
    let list = store.worklist(&ReaderId::new(reader), &labels).unwrap();
    list.into_iter().map(|row| row.triage).collect()
}

/// Film 0: abnormal, and R1 says "No finding". Film 1: normal, two boxes, of which the rule keeps one. Film 2: abnormal,
/// two boxes, one marked by R1, who marked another. Film 3: not looked at; R1 has completed it.
fn read_project(folder: &std::path::Path) -> Store {
    let mut store = project(folder, 5);
    let classifier = model(&mut store, ModelTask::Classify, Architecture::DenseNetSmall, 1);
    let detector = model(&mut store, ModelTask::Detect, Architecture::FasterRcnnSmall, 2);
    for (n, p) in [(0, 0.9), (1, 0.1), (2, 0.4)] {
        say(&mut store, classifier, n, Some(p), &[]);
    }
    say(&mut store, detector, 0, None, &[]);
    say(&mut store, detector, 1, None, &[(100.0, 0.8), (200.0, 0.45)]);
    // The last is under the least score that is shown at first, 0.3.
    say(&mut store, detector, 2, None, &[(100.0, 0.8), (200.0, 0.45), (50.0, 0.2)]);
    complete(&mut store, "R1", 0, &[]);
    complete(&mut store, "R1", 2, &[100.0, 50.0]);
    complete(&mut store, "R1", 3, &[]);
    complete(&mut store, "R2", 1, &[]);
    store
}

#[test]
fn the_list_holds_the_models_against_the_readers_own_reading() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    store.set_model_visibility(ModelVisibility::Always).unwrap();
    let rows = triages(&store, "R1");
    let said = |n: usize| rows[n].unwrap();
    let abnormal: Vec<Option<bool>> = (0..3).map(|n| said(n).is_abnormal).collect();
    assert_eq!(abnormal, [Some(true), Some(false), Some(true)], "0.4 is c* itself");
    assert_eq!(said(2).uncertainty, Some(1.0));
    assert!(said(0).uncertainty < Some(0.5));
    let boxes = |both, only_model, only_reader| Some(BoxCounts { both, only_model, only_reader });
    let film = Some(FilmDisagreement::ModelAbnormal);
    assert_eq!(said(0).disagreement, Some(Disagreement { film, boxes: boxes(0, 0, 0) }));
    assert_eq!(said(1).disagreement, None, "R1 has not completed it, whatever R2 did");
    assert_eq!(said(2).disagreement, Some(Disagreement { film: None, boxes: boxes(1, 1, 1) }));
    assert_eq!(rows[3..], [None, None]);
    // R2 said "No finding" of film 1, where the rule keeps the box of 0.8.
    let of_other = triages(&store, "R2")[1].unwrap().disagreement;
    assert_eq!(of_other, Some(Disagreement { film: None, boxes: boxes(0, 1, 0) }));
}

#[test]
fn a_line_says_only_what_its_reader_may_see() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = read_project(folder.path());
    let seen = |store: &Store, reader| -> Vec<bool> { triages(store, reader).iter().map(Option::is_some).collect() };
    store.set_model_visibility(ModelVisibility::Off).unwrap();
    assert_eq!(seen(&store, "R1"), [false; 5]);
    store.set_model_visibility(ModelVisibility::AfterReading).unwrap();
    assert_eq!(seen(&store, "R1"), [true, false, true, false, false]);
    assert_eq!(seen(&store, "R2"), [false, true, false, false, false]);
    assert_eq!(seen(&store, "R3"), [false; 5]);
    // A film that was completed once, seen and reopened stays seen.
    store.note_models_seen(&image(1), &ReaderId::new("R1"), &[ModelId(1)], 5).unwrap();
    assert_eq!(seen(&store, "R1"), [true, true, true, false, false]);
    store.set_model_visibility(ModelVisibility::Always).unwrap();
    assert_eq!(seen(&store, "R3"), [true, true, true, false, false]);
}

/// `RACHIS_SCALE_FILMS` makes it large, as in `store_scale`.
#[test]
fn a_long_list_with_models_is_read_quickly() {
    let num: usize = std::env::var("RACHIS_SCALE_FILMS").map_or(300, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut store = fill::fill(
        folder.path(),
        &fill::Archive { readers: &fill::READERS[..3], num_films: num, num_boxes: num * 20, completed_every: 4 },
    );
    let classifier = model(&mut store, ModelTask::Classify, Architecture::DenseNetSmall, 1);
    let detector = model(&mut store, ModelTask::Detect, Architecture::FasterRcnnSmall, 2);
    store.set_model_visibility(ModelVisibility::Always).unwrap();
    let before = Instant::now();
    assert!(triages(&store, "R1").iter().all(Option::is_none));
    let without = before.elapsed();
    let boxes: Vec<(f64, f64)> = (0..8).map(|k| (f64::from(k) * 30.0, 0.9 - 0.1 * f64::from(k))).collect();
    for n in 0..num {
        let image = ImageId::new(fill::image_id(n));
        say_of(&mut store, classifier, &image, Some((n % 100) as f64 / 100.0), &[]);
        say_of(&mut store, detector, &image, None, &boxes);
    }
    let before = Instant::now();
    let labels = label_set::shipped_by_id("vindr_spine").unwrap();
    let rows = store.worklist(&ReaderId::new("R1"), &labels).unwrap();
    println!("list of {num} films: {without:?}, with models {:?}", before.elapsed());
    for row in rows {
        let triage = row.triage.unwrap();
        assert_eq!(triage.disagreement.is_some(), row.state == TaskState::Completed);
    }
}
