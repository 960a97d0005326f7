//! `rachis dataset` and `rachis audit` as a person runs them: frozen, shown, locked, and refused on purpose.

use std::path::Path;
use std::process::Command;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::model::{Architecture, ModelContent, ModelStep, ModelTask, hex_from_hash};
use rachis::domain::prediction::Prediction;
use rachis::domain::project_event::EventKind;
use rachis::domain::study::FilmEntry;
use rachis::domain::task::TaskState;
use rachis::domain::training::dataset::{DatasetId, Split};
use rachis::formats::frozen_dataset;
use rachis::store::{NewModel, PredictionOrigin, Store};
use rachis::workflows::datasets;
use rachis::workflows::evaluation_runs::Maker;
use serde_json::Value;

use crate::support;

#[track_caller]
fn check(folder: &Path, words: &[&str], code: i32, says: &str) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_rachis"))
        .args(words)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(code), "{words:?}\n{out}{err}");
    let said = if code == 0 { &out } else { &err };
    assert!(said.contains(says), "{words:?}: expected {says:?}\n{out}{err}");
    out
}

fn json(folder: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&check(folder, words, 0, "")).unwrap()
}

fn image(n: usize) -> ImageId {
    support::entry(n).facts.image
}

fn read(store: &mut Store, reader: &str, n: usize, labels: &[&str]) {
    read_film(store, reader, &image(n), labels);
}

/// What a reader finds on a film, boxes of these labels; none: "No finding". The film is completed.
fn read_film(store: &mut Store, reader: &str, image: &ImageId, labels: &[&str]) {
    let session = store.begin_session().unwrap();
    let mut edits: Vec<Edit> = (0..)
        .zip(labels)
        .map(|(at, label)| {
            let left = 20.0 + 40.0 * f64::from(at);
            let rect = Rect::from_columns(left, 30.0, left + 30.0, 90.0).unwrap();
            let id = AnnotationId::new(session, at);
            Edit::Add(Annotation::boxed(id, LabelName::new(*label), rect, Origin::Drawn).unwrap())
        })
        .collect();
    if labels.is_empty() {
        edits.push(Edit::Add(Annotation::no_finding(AnnotationId::new(session, 0), Origin::Drawn)));
    }
    edits.push(Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
    for edit in edits {
        let entry = NewLogEntry { image: image.clone(), reader: reader.into(), step: Step::Do, edit, made_at_ms: 1 };
        store.commit(&entry).unwrap();
    }
}

/// 40 films of 20 patients; 36 of them read by R1, every third abnormal with a fracture or osteophytes.
fn project(folder: &Path) -> Store {
    let mut store = support::project(folder, 40);
    for n in 0..36 {
        let labels: &[&str] = match n % 6 {
            0 => &["Osteophytes"],
            3 => &["Fracture", "Osteophytes"],
            _ => &[],
        };
        read(&mut store, "R1", n, labels);
    }
    store
}

#[test]
fn a_data_set_is_frozen_shown_and_locked() {
    let scratch = tempfile::tempdir().unwrap();
    let here = scratch.path();
    drop(project(&here.join("p")));
    check(here, &["dataset", "list", "p"], 0, "No data set is frozen in this project.");
    check(here, &["audit", "p"], 0, "R2 came into the project");
    let freeze = ["dataset", "freeze", "p", "--name", "first", "--spine-classes", "--json"];
    let dry: Vec<&str> = freeze.into_iter().chain(["--dry-run"]).collect();
    assert_eq!(json(here, &dry)["dataset"], Value::Null);
    let first = json(here, &freeze);
    // 18 patients were read: 12.6, 1.8 and 3.6 of them.
    assert_eq!(first["dataset"]["films"], serde_json::json!({ "train": 24, "dev": 4, "test": 8 }));
    assert_eq!(first["classes"].as_array().unwrap().len(), 7);
    let row = |of: &str| first["balance"].as_array().unwrap().iter().find(|row| row["of"] == of).unwrap().clone();
    let boxes =
        |of: &str| ["train", "dev", "test"].iter().map(|split| row(of)[split]["boxes"].as_u64().unwrap()).sum::<u64>();
    assert_eq!((boxes("Osteophytes"), boxes("Other lesions")), (12, 6));
    let warnings = first["warnings"].to_string();
    assert!(warnings.contains("4 films have no completed reading"), "{warnings}");
    assert!(warnings.contains("Few training films have Osteophytes (8) and Other lesions (4)."), "{warnings}");

    // The file's hash is the data set's, and the same readings and seed give the same films in the same splits.
    let text = std::fs::read_to_string(here.join("p/datasets/1.json")).unwrap();
    let frozen = frozen_dataset::parse(&text).unwrap();
    assert_eq!(first["dataset"]["sha256"], hex_from_hash(&frozen_dataset::sha256(&text)));
    check(here, &freeze, 0, "\"id\": 2");
    let again = std::fs::read_to_string(here.join("p/datasets/2.json")).unwrap();
    assert_eq!(frozen_dataset::parse(&again).unwrap().films, frozen.films);
    assert!(!text.contains("patient1"), "no patient is in it");

    check(here, &["dataset", "list", "p"], 0, "train 24, dev 4, test 8  truth: consensus of readers");
    check(here, &["dataset", "show", "p", "first"], 0, "Osteophytes");
    check(here, &["dataset", "show", "p", "9"], 1, "There is no data set \"9\" in this project.");
    check(here, &["dataset", "lock", "p", "1", "--by", "R1"], 0, "8 films are locked that were not");
    check(here, &["dataset", "lock", "p", "1"], 0, "0 films are locked that were not; 8 films");
    check(here, &["audit", "p"], 0, "(R1)  The 8 test films of data set \"first\" were locked");
    let events = json(here, &["audit", "p", "--json"]);
    let kinds: Vec<&str> = events["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    let frozen_and_locked = ["dataset_frozen", "dataset_frozen", "films_locked", "films_locked"];
    assert_eq!(kinds, [["reader_added"; 2].as_slice(), &frozen_and_locked].concat());
    assert_eq!(events["events"][4]["films"].as_array().unwrap().len(), 8);

    // Somebody's hand on the file is noticed.
    std::fs::write(here.join("p/datasets/1.json"), text.replace("\"train\"", "\"test\"")).unwrap();
    check(here, &["dataset", "show", "p", "1"], 1, "not as it was frozen");
}

#[test]
fn wrong_requests_are_refused_in_a_sentence() {
    let scratch = tempfile::tempdir().unwrap();
    let here = scratch.path();
    drop(project(&here.join("p")));
    let check = |more: &[&str], code: i32, says: &str| {
        let words: Vec<&str> =
            ["dataset", "freeze", "p", "--name", "n"].into_iter().chain(more.iter().copied()).collect();
        check(here, &words, code, says);
    };
    check(&["--map", "Wings=Other lesions"], 1, "\"Wings\" is no label of this project");
    check(&["--map", "Fracture"], 1, "write LABEL=CLASS");
    check(&["--test", "30"], 1, "30 are asked for by count, and there are 18");
    check(&["--train", "0.9", "--test", "0.2"], 1, "The shares are more than 1 together");
    check(&["--reader", "R2"], 1, "R2 has completed none of these films");
    check(&["--dev", "half"], 2, "half is neither a share");
    check(&["--unit", "town"], 2, "town");
    assert!(!here.join("p/datasets").exists() || std::fs::read_dir(here.join("p/datasets")).unwrap().count() == 0);
}

#[test]
fn no_training_sees_a_locked_film_and_the_attempt_is_in_the_audit() {
    let scratch = tempfile::tempdir().unwrap();
    let here = scratch.path();
    let mut store = project(&here.join("p"));
    check(here, &["dataset", "freeze", "p", "--name", "first", "--lock-test", "--unit", "study"], 0, "first");
    let (_, first) = datasets::open(&store, DatasetId(1)).unwrap();
    let maker = Maker { by: "R2", at_ms: 9 };
    datasets::refuse_locked_films(&mut store, &first, maker).unwrap();

    // The split moves around the locked films, whatever the seed, the unit and the method are.
    for (seed, unit, method) in [("1", "film", "random"), ("2", "study", "stratified"), ("3", "patient", "random")] {
        let words = ["dataset", "freeze", "p", "--name", seed, "--seed", seed, "--unit", unit, "--method", method];
        check(here, &words, 0, "");
        let id = datasets::named(&store, seed).unwrap_or_else(|why| panic!("{why}")).id;
        let (_, next) = datasets::open(&store, id).unwrap();
        let locked = |split: Split| next.films_of(split).filter(|film| next.locked.contains(&film.sha256)).count();
        assert_eq!(Split::ALL.map(locked), [0, 0, first.num_of(Split::Test)], "{seed}");
        datasets::refuse_locked_films(&mut store, &next, maker).unwrap();
    }
    assert!(store.events().unwrap().iter().all(|event| event.kind != EventKind::TrainingRefused));

    // A data set frozen before the lock, or put together by hand.
    let mut forged = first.clone();
    forged.locked.clear();
    for film in forged.films.iter_mut().filter(|film| film.split == Split::Test) {
        film.split = if film.image == image(0) { Split::Dev } else { Split::Train };
    }
    let error = datasets::refuse_locked_films(&mut store, &forged, maker).unwrap_err().to_string();
    assert!(
        error.starts_with("The training was not started: 8 films to learn from in data set \"first\" are locked"),
        "{error}"
    );
    let refused = store.events().unwrap().pop().unwrap();
    assert_eq!((refused.kind, refused.by.as_str(), refused.films.len()), (EventKind::TrainingRefused, "R2", 8));
    check(
        here,
        &["audit", "p"],
        0,
        "(R2)  A training on data set \"first\" was refused: 8 films to learn from are locked",
    );
}

#[test]
fn readers_who_contradict_each_other_are_settled_by_consensus() {
    let scratch = tempfile::tempdir().unwrap();
    let here = scratch.path();
    let mut store = project(&here.join("p"));
    read(&mut store, "R2", 0, &[]);
    read(&mut store, "R2", 3, &["Fracture"]);
    drop(store);
    let num_boxes = |frozen: &Value| frozen["balance"].as_array().unwrap().last().unwrap().clone();
    let sum =
        |row: &Value| ["train", "dev", "test"].iter().map(|split| row[split]["boxes"].as_u64().unwrap()).sum::<u64>();
    let freeze = |more: &[&str]| {
        let words = ["dataset", "freeze", "p", "--name", "n", "--json", "--dry-run"];
        json(here, &words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
    };
    assert_eq!(sum(&num_boxes(&freeze(&[]))), 18);
    assert_eq!(sum(&num_boxes(&freeze(&["--reader", "R1"]))), 18);
    let side_by_side = freeze(&["--every-reader"]);
    // Film 0 contradicts itself and is left out; the fracture of film 3 is there twice.
    assert_eq!(sum(&num_boxes(&side_by_side)), 18);
    let warnings = side_by_side["warnings"].to_string();
    assert!(warnings.contains("1 film is called both normal and abnormal, and is left out."), "{warnings}");
    assert!(warnings.contains("a lesion that two readers marked is there twice"), "{warnings}");
}

#[test]
fn the_films_worth_reading_next_are_chosen_and_remembered() {
    let scratch = tempfile::tempdir().unwrap();
    let here = scratch.path();
    check(here, &["demo", "d", "--studies", "5", "--scale", "0.1", "--no-models"], 0, "");
    check(here, &["queue", "make", "d"], 1, "Every film has been read, so there is nothing to choose.");
    check(here, &["new", "p"], 0, "");
    check(here, &["import", "p", "d/films"], 0, "");
    check(here, &["queue", "show", "p"], 0, "There is no reading queue.");
    let mut store = Store::open(&here.join("p")).unwrap();
    let films: Vec<FilmEntry> = store.films().unwrap();
    let (read, unread) = films.split_at(4);
    for (n, film) in read.iter().enumerate() {
        read_film(&mut store, "R1", &film.facts.image, if n % 2 == 0 { &["Osteophytes"] } else { &[] });
    }
    // A classifier that is in doubt about the second of the unread films and sure about the rest; it has not looked at the
    // last one.
    let card = r#"{"name": "c", "task": "classify", "classes": ["Abnormal"], "threshold": 0.5}"#;
    let model = NewModel {
        name: "c",
        task: ModelTask::Classify,
        content: ModelContent::Weights { architecture: Architecture::DenseNetSmall, sha256: [1; 32] },
        file: Some("c.safetensors"),
        card,
        step: ModelStep::Imported,
        at_ms: 1,
        by: "",
    };
    let model = store.add_model(&model).unwrap().id;
    store.promote_model(model, Some(0.5), 2, "").unwrap();
    for (n, film) in unread.iter().enumerate().take(unread.len() - 1) {
        let probability = Some(if n == 1 { 0.49 } else { 0.01 });
        let image = film.facts.image.clone();
        let said = Prediction { image, model, probability, detections: Vec::new(), heat: None };
        assert!(store.add_prediction(&said, &PredictionOrigin::default()).unwrap());
    }
    let num_unread = unread.len();
    let doubtful = unread[1].facts.image.to_string();
    let make = ["queue", "make", "p", "--films", "4", "--json"];
    let made = json(here, &make);
    assert_eq!((&made["num_unread"], &made["num_without_answer"]), (&num_unread.into(), &1.into()));
    assert_eq!(made["undecoded"].as_array().unwrap().len(), 0);
    let reasons: Vec<&str> =
        made["queue"].as_array().unwrap().iter().map(|row| row["reason"].as_str().unwrap()).collect();
    // One classifier alone disagrees with nobody.
    assert_eq!(reasons, ["uncertainty", "novelty", "random", "uncertainty"]);
    assert_eq!(made["queue"][0]["image_id"], doubtful.as_str());
    assert!(made["queue"][1]["score"].as_f64().unwrap() > 0.0);
    check(here, &["queue", "show", "p"], 0, &doubtful);
    check(here, &["audit", "p"], 0, "4 of ");

    // What was looked at once needs no file any more; films that are read leave the choice.
    std::fs::rename(here.join("d/films"), here.join("d/away")).unwrap();
    assert_eq!(json(here, &make)["queue"], made["queue"]);
    read_film(&mut store, "R1", &unread[1].facts.image, &[]);
    let next = json(here, &make);
    assert_ne!(next["queue"][0]["image_id"], doubtful.as_str());
    assert_eq!(next["num_unread"], num_unread - 1);
    let none = json(here, &["queue", "make", "p", "--films", "2", "--shares", "0,0,0,1", "--no-novelty", "--json"]);
    assert!(none["queue"].as_array().unwrap().iter().all(|row| row["reason"] == "random"));
    check(here, &["queue", "make", "p", "--shares", "1,2"], 2, "four numbers");
    check(here, &["queue", "gains", "p"], 0, "No model of this project came of one of its data sets.");
}
