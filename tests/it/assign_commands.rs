//! `rachis assign` and `rachis tasks` as a person runs them: pools, overlap, hidden truths, taking back, and what is
//! refused.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::{Reader, Role, Roles};
use rachis::domain::project::Workflow;
use rachis::domain::project_event::EventKind;
use rachis::domain::task::TaskState;
use rachis::store::Store;
use serde_json::Value;

use crate::support;

#[track_caller]
fn check(folder: &Path, words: &[&str], code: i32, says: &str) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_rachis")).args(words).current_dir(folder).output().unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(code), "{words:?}\n{out}{err}");
    let said = if code == 0 { &out } else { &err };
    assert!(said.contains(says), "{words:?}: expected {says:?}\n{out}{err}");
    out
}

fn json(folder: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&check(folder, words, 0, "")).unwrap()
}

/// Twelve films of six studies; R1 and R2 may do everything, R3 to R5 read, one of them with few years.
fn project(folder: &Path) -> Store {
    let mut store = support::project(&folder.join("p"), 12);
    store.set_workflow(Workflow::Blind { readers: 2 }).unwrap();
    for (id, years) in [("R3", Some(9)), ("R4", Some(2)), ("R5", None)] {
        let roles = Roles::NONE.with(Role::Annotator);
        store.add_reader(&Reader { years_of_experience: years, roles, ..Reader::new(id, id) }).unwrap();
    }
    store
}

fn image(n: usize) -> ImageId {
    support::entry(n).facts.image
}

fn complete(store: &mut Store, layer: &str, image: &ImageId, left: Option<f64>) {
    let session = store.begin_session().unwrap();
    let id = AnnotationId::new(session, 1);
    let mark = match left {
        Some(left) => {
            let rect = Rect::from_columns(left, 30.0, left + 40.0, 90.0).unwrap();
            Annotation::boxed(id, LabelName::new("Osteophytes"), rect, Origin::Drawn).unwrap()
        }
        None => Annotation::no_finding(id, Origin::Drawn),
    };
    let state = Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed };
    let edit = Edit::Batch { name: "Reading".into(), edits: vec![Edit::Add(mark), state] };
    let reader = ReaderId::new(layer);
    store.commit(&NewLogEntry { image: image.clone(), reader, step: Step::Do, edit, made_at_ms: 1 }).unwrap();
}

fn films_of(store: &Store, person: &str) -> BTreeSet<ImageId> {
    store.tasks_of(&person.into()).unwrap().into_iter().map(|task| task.image).collect()
}

#[test]
fn pools_are_chosen_by_name_file_and_chance() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let store = project(at);
    check(
        at,
        &["assign", "films", "p", "--film", image(3).as_str(), "--film", image(4).as_str()],
        0,
        "2 films, 4 tasks",
    );
    assert_eq!(store.tasks().unwrap().len(), 4);
    std::fs::write(at.join("uids.txt"), format!("study0\r\n{}\r\n\r\n", image(5))).unwrap();
    check(at, &["assign", "films", "p", "--file", "uids.txt"], 0, "3 films, 6 tasks");
    let asked = json(at, &["assign", "films", "p", "--query", "view:LL age:>60", "--dry-run", "--json"]);
    assert_eq!(asked["num_films"], 6);
    check(at, &["assign", "films", "p", "--query", "view:LL colour:red"], 1, "There is no field \"colour\"");
    let shown = json(at, &["assign", "films", "p", "--sample", "2", "--unit", "study", "--dry-run", "--json"]);
    assert_eq!(shown["num_films"], 4);
    let again = json(at, &["assign", "films", "p", "--sample", "2", "--unit", "study", "--dry-run", "--json"]);
    assert_eq!(again, shown);
    let list = check(at, &["assign", "list", "p"], 0, "the file uids.txt");
    assert!(list.contains("2 films by name"), "{list}");
    let events = store.events().unwrap();
    let assigned: Vec<_> = events.iter().filter(|event| event.kind == EventKind::FilmsAssigned).collect();
    assert_eq!(assigned.len(), 2);
    assert_eq!(assigned[1].films.len(), 3);
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence_and_nothing_is_done() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let mut store = project(at);
    let mut about = store.project().about.clone();
    about.least_years = [Some(5), None];
    store.set_about(&about).unwrap();
    std::fs::write(at.join("twice.txt"), "study0\nstudy1\nstudy0\n").unwrap();
    std::fs::write(at.join("strange.txt"), "study0\nstudy99\n").unwrap();
    std::fs::write(at.join("empty.txt"), "\n\n").unwrap();
    let first = image(0);
    for (words, says) in [
        (&["--to", "R9"][..], "no reader R9. It has R1, R2, R3, R4, R5"),
        (&["--to", "R4"], "needs 5 years of experience, and they have 2"),
        (&["--to", "R5"], "theirs are not known"),
        (&["--each", "4"], "is to go to 4 people, and there are only 3"),
        (&["--each", "0"], "one person at least"),
        (&["--film", "nowhere"], "no film nowhere"),
        (&["--file", "twice.txt"], "line 3 says study0 again, which is on line 1"),
        (&["--file", "strange.txt"], "line 2 says study99"),
        (&["--file", "empty.txt"], "there is nothing in it"),
        (&["--file", "missing.txt"], "missing.txt"),
        (&["--sample", "0"], "at least"),
        (&["--hidden-truths"], "No film is kept back"),
        (&["--strategy", "repeat"], "nothing to read once more"),
        (&["--as", "R3"], "You may not change who gets which films"),
    ] {
        let words = [&["assign", "films", "p"], words].concat();
        check(at, &words, 1, says);
    }
    check(at, &["assign", "truths", "p", "--film", first.as_str(), "--layer", "R1"], 1, "R1 has not completed film");
    check(at, &["tasks", "pause", "p", "--of", "R9"], 1, "no reader R9");
    check(at, &["tasks", "pause", "p", "--of", "R1"], 1, "No such film is in anybody's hands");
    assert!(store.tasks().unwrap().is_empty());
    assert!(store.assignments().unwrap().is_empty());
    assert!(store.events().unwrap().iter().all(|event| event.kind != EventKind::FilmsAssigned));
    // Who has left gets nothing, whoever asks for it.
    check(at, &["assign", "films", "p", "--each", "1", "--to", "R1,R3"], 0, "12 films, 12 tasks");
}

#[test]
fn taking_back_and_giving_on_keep_every_mark() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let mut store = project(at);
    check(at, &["assign", "films", "p", "--to", "R3,R4"], 0, "24 tasks");
    complete(&mut store, "R3", &image(0), Some(20.0));
    // Begun, not completed.
    let session = store.begin_session().unwrap();
    let rect = Rect::from_columns(1.0, 2.0, 30.0, 40.0).unwrap();
    let mark =
        Annotation::boxed(AnnotationId::new(session, 1), LabelName::new("Osteophytes"), rect, Origin::Drawn).unwrap();
    let edit = Edit::Batch {
        name: "Reading".into(),
        edits: vec![Edit::Add(mark), Edit::SetTaskState { before: TaskState::New, after: TaskState::Doing }],
    };
    let entry = NewLogEntry { image: image(1), reader: "R3".into(), step: Step::Do, edit, made_at_ms: 1 };
    store.commit(&entry).unwrap();

    check(at, &["tasks", "give", "p", "--of", "R3", "--to", "R4"], 1, "R4 has 11 of these films already");
    assert_eq!(store.tasks().unwrap().len(), 24);
    check(at, &["tasks", "give", "p", "--of", "R3", "--film", image(1).as_str(), "--to", "R5"], 0, "1 task was given");
    assert_eq!(films_of(&store, "R5"), BTreeSet::from([image(1)]));
    assert!(!films_of(&store, "R3").contains(&image(1)));
    assert_eq!(store.reading(&image(1), &"R3".into()).unwrap().num_marks(), 1, "the mark stays with R3");

    let said = check(at, &["tasks", "take-back", "p", "--of", "R3"], 0, "10 tasks were taken back");
    assert!(said.contains("1 was left as it is"), "{said}");
    assert_eq!(films_of(&store, "R3"), BTreeSet::from([image(0)]));
    assert_eq!(store.reading(&image(1), &"R3".into()).unwrap().num_marks(), 1);
    // Handed out again, the film is as R3 left it.
    check(at, &["assign", "films", "p", "--film", image(1).as_str(), "--strategy", "all", "--to", "R3"], 0, "1 task ");
    let task = store.tasks_of(&"R3".into()).unwrap().into_iter().find(|task| task.image == image(1)).unwrap();
    assert_eq!(task.state, TaskState::Doing);
}

#[test]
fn paused_films_come_last_and_urgent_ones_first() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let store = project(at);
    check(at, &["assign", "films", "p", "--to", "R3", "--strategy", "all"], 0, "12 tasks");
    let order = || -> Vec<ImageId> { store.tasks_of(&"R3".into()).unwrap().into_iter().map(|t| t.image).collect() };
    let before = order();
    check(at, &["tasks", "priority", "p", "--film", before[7].as_str(), "--priority", "5"], 0, "1 task was given");
    check(at, &["tasks", "pause", "p", "--film", before[0].as_str()], 0, "1 task was set aside");
    let after = order();
    assert_eq!((&after[0], &after[11]), (&before[7], &before[0]));
    assert_eq!(after[1..7], before[1..7]);
    check(at, &["tasks", "resume", "p", "--of", "R3"], 0, "1 task was taken up again");
    assert_eq!(order()[1], before[0]);
}

#[test]
fn hidden_truths_are_strewn_in_and_tell_how_each_reader_did() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let mut store = project(at);
    complete(&mut store, "R1", &image(0), Some(20.0));
    complete(&mut store, "R1", &image(1), None);
    check(
        at,
        &["assign", "truths", "p", "--film", image(0).as_str(), "--film", image(1).as_str(), "--layer", "R1"],
        0,
        "2",
    );
    // Kept back from what is handed out as usual.
    let said = check(at, &["assign", "films", "p", "--to", "R3,R4", "--each", "1"], 0, "10 films, 10 tasks");
    assert!(said.contains("2 films are kept back"), "{said}");
    check(at, &["assign", "films", "p", "--hidden-truths", "--to", "R3,R4"], 0, "2 films, 4 tasks");
    // The readers do not see which; who looks after the project does.
    let mut blind = Store::open(&at.join("p")).unwrap();
    blind.sign_in(&"R3".into(), None).unwrap();
    let own = blind.tasks_of(&"R3".into()).unwrap();
    assert_eq!(own.len(), 7);
    assert!(own.iter().all(|task| !task.is_hidden_truth));
    assert!(blind.hidden_truths().is_err() && blind.tasks().is_err() && blind.assignments().is_err());
    assert!(blind.tasks_of(&"R4".into()).is_err());
    assert_eq!(store.tasks().unwrap().iter().filter(|task| task.is_hidden_truth).count(), 4);

    // R3 is right about both films; R4 marks something else on one and overlooks nothing on the other.
    complete(&mut store, "R3", &image(0), Some(22.0));
    complete(&mut store, "R3", &image(1), None);
    complete(&mut store, "R4", &image(0), Some(200.0));
    let scores = json(at, &["tasks", "scores", "p", "--json"]);
    let expected = serde_json::json!([
        {"rad_id": "R3", "films": 2, "accuracy": 1.0, "sensitivity": 1.0, "precision": 1.0, "found": 1, "missed": 0, "extra": 0},
        {"rad_id": "R4", "films": 1, "accuracy": 1.0, "sensitivity": 0.0, "precision": 0.0, "found": 0, "missed": 1, "extra": 1},
    ]);
    assert_eq!(scores["scores"], expected);
    check(at, &["assign", "release", "p"], 0, "2 films are handed out as others");
    assert!(store.hidden_truths().unwrap().is_empty());
    assert_eq!(store.tasks().unwrap().len(), 14, "what is in hand stays there");
}
