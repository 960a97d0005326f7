//! `rachis settle` as reviewers and readers run it: listed, shown, decided, asked, answered, signed, and refused.

use std::path::Path;
use std::process::Command;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::{CONSENSUS_LAYER, Reader, Role, Roles};
use rachis::domain::task::TaskState;
use rachis::store::Store;
use serde_json::Value;

use crate::support;

#[track_caller]
fn rachis(folder: &Path, words: &[&str], code: i32, says: &str) -> String {
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
    serde_json::from_str(&rachis(folder, words, 0, "")).unwrap()
}

/// Boxes side by side, one a label; the film is completed.
fn read(store: &mut Store, reader: &str, image: &ImageId, labels: &[&str]) {
    let session = store.begin_session().unwrap();
    let boxed = |(at, label): (u32, &&str)| {
        let left = 20.0 + 40.0 * f64::from(at);
        let rect = Rect::from_columns(left, 30.0, left + 30.0, 90.0).unwrap();
        let id = AnnotationId::new(session, at + 1);
        Edit::Add(Annotation::boxed(id, LabelName::new(*label), rect, Origin::Drawn).unwrap())
    };
    let mut edits: Vec<Edit> = (0..).zip(labels).map(boxed).collect();
    edits.push(Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
    let edit = Edit::Batch { name: "Read".into(), edits };
    let entry = NewLogEntry { image: image.clone(), reader: reader.into(), step: Step::Do, edit, made_at_ms: 1 };
    store.commit(&entry).unwrap();
}

#[test]
fn two_films_are_settled_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let mut store = support::project(&place.join("p"), 2);
    for (id, role) in [("G1", Role::Guest), ("V1", Role::Reviewer)] {
        store.add_reader(&Reader { roles: Roles::NONE.with(role), ..Reader::new(id, id) }).unwrap();
    }
    let images = [0, 1].map(|n| support::entry(n).facts.image);
    for reader in ["R1", "R2"] {
        // They agree on the first film, and on the second one on one of two findings.
        read(&mut store, reader, &images[0], &["Osteophytes"]);
        let second = if reader == "R1" { &["Osteophytes", "Other lesions"][..] } else { &["Osteophytes"] };
        read(&mut store, reader, &images[1], second);
    }
    drop(store);
    let [first, second] = images.each_ref().map(ImageId::as_str);

    rachis(place, &["settle", "list", "p"], 1, "say who you are");
    rachis(place, &["settle", "show", "p", second, "--as", "G1"], 1, "You may not");
    rachis(place, &["settle", "show", "p", second, "--as", "R1"], 1, "R1 has read this film");
    rachis(place, &["settle", "show", "p", "gone", "--as", "V1"], 1, "no film gone");
    rachis(place, &["settle", "list", "p", "--as", "V9"], 1, "V9");
    let films = json(place, &["settle", "list", "p", "--as", "V1", "--json"]);
    assert_eq!(films["films"].as_array().unwrap().len(), 2);
    assert_eq!(films["films"][0]["stage"], "ready");
    let shown = json(place, &["settle", "show", "p", second, "--as", "V1", "--json"]);
    assert_eq!(shown["findings"][0]["missed"][0], "R2");
    assert_eq!((&shown["findings"][1]["is_unanimous"], &shown["num_settled"]), (&true.into(), &0.into()));
    let films = json(place, &["settle", "list", "p", "--as", "V1", "--json"]);
    assert_eq!(films["films"][1]["stage"], "ready", "looking begins nothing");
    let store = Store::open_to_look(&place.join("p")).unwrap();
    assert!(store.review_steps(&images[1]).unwrap().is_empty());
    drop(store);

    let make = |steps: &[&str], code: i32, says: &str| {
        let words = [&["settle", "do", "p", second, "--as", "V1"], steps].concat();
        rachis(place, &words, code, says)
    };
    make(&["accept 3"], 1, "there is no finding 3");
    make(&["sign"], 1, "2 of the film's findings and answers are still open");
    make(&["call 1 Fractura"], 1, "no label \"Fractura\"");
    make(&["accept 2", "ask 1 R2 Is there a second one?"], 0, "1 of 2 settled");
    let asked = json(place, &["settle", "questions", "p", "--as", "R2", "--json"]);
    assert_eq!(asked["questions"][0]["text"], "Is there a second one?");
    rachis(place, &["settle", "questions", "p", "--as", "R1"], 0, "Nobody asks R1 anything");
    rachis(place, &["settle", "questions", "p", "--as", "V1"], 0, "sent by V1: Is there a second one?");
    rachis(place, &["settle", "answer", "p", second, "1", "No.", "--as", "R1"], 1, "no such question");
    rachis(place, &["settle", "answer", "p", second, "1", "I missed it.", "--as", "R2"], 0, "Answered");
    let sent = json(place, &["settle", "questions", "p", "--as", "V1", "--json"]);
    assert_eq!(sent["sent"][0]["answers"]["R2"], "I missed it.");
    make(&["call 1 surgical implant", "why 1 A screw."], 0, "I missed it.");

    // What is unanimous everywhere, and the signature where nothing is open: on both films by now.
    let words = ["settle", "unanimous", "p", "--sign", "--as", "V1"];
    rachis(place, &words, 0, "2 of them are settled now");
    make(&["reject 1"], 1, "the film is settled");
    rachis(place, &["settle", "list", "p", "--as", "V1"], 0, "signed by V1");
    assert!(Store::open_to_look(&place.join("p")).unwrap().review_problems().unwrap().is_empty());
    let consensus = |image: &str| {
        let store = Store::open_to_look(&place.join("p")).unwrap();
        let reading = store.reading(&image.into(), &CONSENSUS_LAYER.into()).unwrap();
        reading.annotations().iter().map(|mark| mark.label().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(consensus(first), ["Osteophytes"]);
    assert_eq!(consensus(second), ["Osteophytes", "Surgical implant"]);
    make(&["unsign"], 0, "signed by 0 of 1");
    assert!(consensus(second).is_empty());

    // A rule speaks for the film that nobody has signed; of the other the reviewers' word stays.
    rachis(place, &["consensus", "p"], 0, "1 film was written");
    let out = |more: &[&str]| {
        let words = [&["export", "p", "out.csv", "--format", "cxr", "--reader", "consensus", "--json"], more].concat();
        json(place, &words)
    };
    let all = out(&[]);
    let counted = |told: &Value| {
        let of = |key: &str| told["consensus"][key].as_u64().unwrap();
        (of("settled_by_reviewers"), of("by_rule"), of("imported_or_changed"))
    };
    assert_eq!(counted(&all), (1, 1, 0));
    assert!(all["consensus"]["rule"].as_str().unwrap().starts_with("median, at least 0.5 of the readers"), "{all}");
    let words = ["export", "p", "out.csv", "--format", "cxr", "--reader", "consensus"];
    rachis(place, &words, 0, "Consensus: 1 film settled by reviewers, 1 film by rule (median,");
    let settled = out(&["--only-settled"]);
    assert_eq!((counted(&settled), &settled["boxes"]["rows"]), ((1, 0, 0), &1.into()));
    let words = ["export", "p", "out.csv", "--format", "cxr", "--reader", "R1", "--only-settled"];
    rachis(place, &words, 1, "--only-settled is about the consensus");
    // The same of a bundle, whose README says it to whoever gets it.
    let words = ["export", "p", "bundle", "--format", "coco", "--reader", "consensus", "--bundle", "--json"];
    assert_eq!(counted(&json(place, &words)), (1, 1, 0));
    let readme = std::fs::read_to_string(place.join("bundle/README.md")).unwrap();
    assert!(readme.contains("Consensus: 1 film settled by reviewers, 1 film by rule (median,"), "{readme}");
    let words =
        ["export", "p", "few", "--format", "coco", "--reader", "consensus", "--bundle", "--only-settled", "--json"];
    assert_eq!(counted(&json(place, &words)), (1, 0, 0));
    let readme = std::fs::read_to_string(place.join("few/README.md")).unwrap();
    assert!(readme.contains("Of the consensus only films that reviewers settled are here."), "{readme}");

    // Signed over what the rule said, and taken back: the reviewer is told whose word stands now, and a later rule may
    // replace it.
    make(&["sign"], 0, "signed by 1 of 1");
    assert_eq!(counted(&out(&[])), (2, 0, 0));
    make(&["unsign"], 0, "the consensus of this film is again what a rule made of its readers");
    assert_eq!(counted(&out(&[])), (1, 1, 0));
    make(&["sign"], 0, "signed by 1 of 1");
    let told = make(&["unsign", "accept 9"], 1, "there is no finding 9");
    assert!(told.contains("again what a rule made of its readers"), "a later refusal loses nothing: {told}");
    rachis(place, &["consensus", "p", "--rule", "union"], 0, "1 film was written");
    assert!(out(&[])["consensus"]["rule"].as_str().unwrap().starts_with("union"));
}
