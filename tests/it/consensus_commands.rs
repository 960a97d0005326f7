//! `rachis consensus` and `rachis agreement` as a person runs them, and what they leave in the project.

use std::path::Path;
use std::process::Command;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::evaluation::problems::Problems;
use rachis::domain::evaluation::run::{FilmChoice, TruthSource};
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::CONSENSUS_LAYER;
use rachis::domain::task::TaskState;
use rachis::store::Store;
use rachis::workflows::evaluated_project::truth_of_films;
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

fn image(n: usize) -> ImageId {
    support::entry(n).facts.image
}

/// Boxes of these labels at these places; none: "No finding". The film is completed.
fn read(store: &mut Store, reader: &str, n: usize, found: &[(&str, f64)]) {
    let session = store.begin_session().unwrap();
    let mut edits: Vec<Edit> = (0..)
        .zip(found)
        .map(|(at, (label, x))| {
            let rect = Rect::from_columns(*x, 30.0, x + 100.0, 130.0).unwrap();
            let id = AnnotationId::new(session, at);
            Edit::Add(Annotation::boxed(id, LabelName::new(*label), rect, Origin::Drawn).unwrap())
        })
        .collect();
    if found.is_empty() {
        edits.push(Edit::Add(Annotation::no_finding(AnnotationId::new(session, 0), Origin::Drawn)));
    }
    edits.push(Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
    for edit in edits {
        let entry = NewLogEntry { image: image(n), reader: reader.into(), step: Step::Do, edit, made_at_ms: 1 };
        store.commit(&entry).unwrap();
    }
}

/// Six films read by three people each: all of one mind, two of three, each alone, normal, an imported consensus, and one
/// that only one person read.
fn project(folder: &Path) -> Store {
    let mut store = support::project(folder, 6);
    for (reader, x) in [("R1", 0.0), ("R2", 10.0), ("R3", 20.0)] {
        read(&mut store, reader, 0, &[("Osteophytes", x)]);
        let second: &[(&str, f64)] = if reader == "R3" { &[] } else { &[("Fracture", x)] };
        read(&mut store, reader, 1, second);
        read(&mut store, reader, 2, &[("Osteophytes", 50.0 * x)]);
        read(&mut store, reader, 3, &[]);
        read(&mut store, reader, 4, &[("Osteophytes", x)]);
    }
    read(&mut store, "R1", 5, &[("Osteophytes", 0.0)]);
    read(&mut store, CONSENSUS_LAYER, 4, &[("Fracture", 300.0)]);
    store
}

/// Labels, left sides and state of the consensus of a film.
fn consensus(store: &Store, n: usize) -> (Vec<(String, Option<f64>)>, TaskState) {
    let reading = store.reading(&image(n), &ReaderId::new(CONSENSUS_LAYER)).unwrap();
    let mark = |mark: &Annotation| (mark.label().to_string(), mark.bounds().map(|rect| rect.xmin()));
    (reading.annotations().iter().map(mark).collect(), reading.state())
}

fn one(label: &str, x: f64) -> (Vec<(String, Option<f64>)>, TaskState) {
    (vec![(label.to_owned(), Some(x))], TaskState::Completed)
}

#[test]
fn a_consensus_is_made_by_rule_and_made_anew() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("p");
    let store = project(&folder);
    let before = store.reading(&image(0), &"R1".into()).unwrap();
    drop(store);
    let nothing = (Vec::new(), TaskState::New);

    check(place.path(), &["consensus", "p", "--dry-run"], 0, "Nothing was written.");
    assert_eq!(consensus(&Store::open(&folder).unwrap(), 0), nothing);

    let made = check(place.path(), &["consensus", "p", "--json"], 0, "");
    let made: Value = serde_json::from_str(&made).unwrap();
    for (key, expected) in
        [("films", 4), ("boxes", 3), ("normal", 1), ("open", 1), ("too_few_readers", 1), ("written", 3), ("kept", 1)]
    {
        assert_eq!(made[key], expected, "{key} of {made}");
    }
    let store = Store::open(&folder).unwrap();
    assert_eq!(consensus(&store, 0), one("Osteophytes", 10.0));
    assert_eq!(consensus(&store, 1), one("Fracture", 5.0));
    assert_eq!(consensus(&store, 2), nothing, "each sees something else: for people to decide");
    assert_eq!(consensus(&store, 3), (vec![("No finding".to_owned(), None)], TaskState::Completed));
    assert_eq!(consensus(&store, 4), one("Fracture", 300.0), "what somebody put there stays");
    assert_eq!(consensus(&store, 5), nothing);
    assert_eq!(store.reading(&image(0), &"R1".into()).unwrap(), before);
    let sources = store.settled_sources(&image(1)).unwrap();
    let [(_, source)] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!((source.marks.len(), source.num_readers, source.votes[0].1), (2, 3, 2));
    assert!(source.rationale.contains("median") && source.signers.is_empty());
    // The log says the same as the tables.
    let book = store.rebuild_from_log().unwrap();
    assert_eq!(store.differences_from(&book).unwrap(), []);
    drop(store);

    // It may be a truth, and is no reader.
    check(place.path(), &["study", "p", "--truth", "R1", "--mrmc", "mrmc.csv"], 0, "R2");
    let table = std::fs::read_to_string(place.path().join("mrmc.csv")).unwrap();
    assert!(table.contains("\nR2,") && !table.contains(CONSENSUS_LAYER), "{table}");
    check(place.path(), &["study", "p", "--truth", CONSENSUS_LAYER], 0, "R2");

    // Another rule, and one of its own for a label.
    let words = ["consensus", "p", "--rule", "union", "--quorum", "3", "--label", "Fracture=intersection,2"];
    check(place.path(), &words, 0, "3 films were written");
    let store = Store::open(&folder).unwrap();
    assert_eq!(consensus(&store, 0), one("Osteophytes", 0.0));
    assert_eq!(consensus(&store, 1), one("Fracture", 10.0));
    assert_eq!(consensus(&store, 4), one("Fracture", 300.0));
    assert_eq!(store.settled_sources(&image(0)).unwrap().len(), 1);
    assert_eq!(store.differences_from(&store.rebuild_from_log().unwrap()).unwrap(), []);
}

/// Tables go past the films' own entries of the log, in which the rule's word is still the newest.
#[test]
fn what_was_imported_over_a_rules_word_is_no_rules_word_any_more() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("p");
    drop(project(&folder));
    check(place.path(), &["consensus", "p"], 0, "3 films were written");
    // Film 0 gets a box more, film 1 a label of the whole film.
    let boxes = format!(
        "image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax\n{},{CONSENSUS_LAYER},Fracture,200,30,300,130\n",
        image(0)
    );
    std::fs::write(place.path().join("boxes.csv"), boxes).unwrap();
    check(place.path(), &["import-labels", "p", "boxes.csv"], 0, "");
    let names: Vec<String> = rachis::formats::label_set::shipped_by_id("vindr_spine")
        .unwrap()
        .labels()
        .iter()
        .map(|label| label.name.to_string())
        .collect();
    let cells: Vec<&str> = names.iter().map(|name| if name == "Osteophytes" { "1" } else { "0" }).collect();
    let labels = format!("image_id,rad_id,{}\n{},{CONSENSUS_LAYER},{}\n", names.join(","), image(1), cells.join(","));
    std::fs::write(place.path().join("labels.csv"), labels).unwrap();
    check(place.path(), &["import-labels", "p", "labels.csv"], 0, "");

    let sources = Store::open(&folder).unwrap().consensus_sources().unwrap();
    assert_eq!((sources.num_settled, sources.num_by_rule, sources.num_imported), (0, 1, 3));
    let before = [0, 1].map(|n| consensus(&Store::open(&folder).unwrap(), n));
    assert_eq!(before[0].0.len(), 2);
    // Neither a rule that says something else of them nor one that says nothing takes it away.
    for words in [&["consensus", "p", "--rule", "union"][..], &["consensus", "p", "--quorum", "3", "--iou", "0.99"]] {
        check(place.path(), words, 0, "");
        assert_eq!([0, 1].map(|n| consensus(&Store::open(&folder).unwrap(), n)), before, "{words:?}");
    }
}

#[test]
fn wrong_requests_are_refused_in_a_sentence() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("p");
    drop(project(&folder));
    for (words, says) in [
        (
            &["consensus", "p", "--quorum", "4"][..],
            "A quorum of 4 readers can't be reached: the most that completed any film is 3",
        ),
        (&["consensus", "p", "--quorum", "0"], "0 is no quorum"),
        (&["consensus", "p", "--least-readers", "5"], "No film was completed by 5 readers"),
        (&["consensus", "p", "--iou", "1.5"], "an overlap (IoU) is more than 0 and at most 1, not 1.5"),
        (&["consensus", "p", "--label", "Nonsense=union"], "The project has no label \"Nonsense\""),
        (&["consensus", "p", "--label", "Fracture"], "is not NAME=RULE"),
        (&["agreement", "p", "--only", "Nonsense"], "The project has no label \"Nonsense\""),
        (&["agreement", "p", "--level", "95"], "--level is more than 0 and less than 1"),
    ] {
        check(place.path(), words, 1, says);
    }
    let store = Store::open(&folder).unwrap();
    assert!((0..4).all(|n| consensus(&store, n).0.is_empty()), "nothing was written");
    let alone = place.path().join("alone");
    read(&mut support::project(&alone, 1), "R1", 0, &[]);
    check(place.path(), &["agreement", "alone"], 1, "No film was completed by two readers");
    check(place.path(), &["consensus", "alone"], 1, "No film was completed by 2 readers");
}

#[test]
fn agreement_is_told_with_intervals_and_leaves_the_consensus_out() {
    let place = tempfile::tempdir().unwrap();
    drop(project(&place.path().join("p")));
    let told = check(place.path(), &["agreement", "p", "--bootstrap", "200"], 0, "5 films with two readings or more");
    assert!(told.contains("200 resamples by patient"), "{told}");
    assert!(told.contains("\n  R3:") && !told.contains(&format!("\n  {CONSENSUS_LAYER}:")), "{told}");
    let found = check(place.path(), &["agreement", "p", "--json", "--of", "all"], 0, "");
    let found: Value = serde_json::from_str(&found).unwrap();
    let cell = |of: &str, name: &str| -> Value {
        let cells = found["cells"].as_array().unwrap();
        cells.iter().find(|cell| cell["of"] == of && cell["name"] == name).unwrap()["figures"].clone()
    };
    // Of R1 and R2: film 0 one pair, film 1 one, film 2 none (500 pixels apart), film 4 one.
    let pair = cell("pairs", "R1 and R2");
    assert!((pair["f1_50"]["value"].as_f64().unwrap() - 6.0 / 8.0).abs() < 1e-12, "{pair}");
    assert!((pair["mean_iou"]["value"].as_f64().unwrap() - 90.0 / 110.0).abs() < 1e-12, "{pair}");
    assert!((pair["cohen_kappa"]["value"].as_f64().unwrap() - 1.0).abs() < 1e-12, "{pair}");
    assert!((cell("pairs", "R1 and R3")["pabak"]["value"].as_f64().unwrap() - (2.0 * 0.8 - 1.0)).abs() < 1e-12);
    assert!(cell("all", "All readers")["krippendorff_alpha"]["interval"][0].is_number());
    assert!(cell("others", "R3")["f1_50"]["value"].is_number());
}

/// Film 4 has a consensus of its own; films 0 and 1 what most readers say.
#[test]
fn the_truth_of_an_evaluation_is_the_settled_consensus_where_there_is_one() {
    let place = tempfile::tempdir().unwrap();
    let store = project(&place.path().join("p"));
    let truth = |source: &TruthSource| {
        let found = truth_of_films(&store, source, &FilmChoice::WithTruth, &mut Problems::default());
        let truths = found.unwrap().1;
        let film = truths.find(image(4).as_str()).unwrap();
        let boxes = truths.boxes.iter().filter(|one| one.film == film).map(|one| one.rect[0]).collect::<Vec<_>>();
        (boxes, truths.films[film as usize].readers.len())
    };
    assert_eq!(truth(&TruthSource::Consensus), (vec![300.0], 1));
    assert_eq!(truth(&TruthSource::EveryReader), (vec![0.0, 10.0, 20.0], 3));
}
