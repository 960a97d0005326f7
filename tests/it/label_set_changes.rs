//! A project's own labels: versions, what a rename does to what was read, and what is refused.

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::{Label, LabelKind, LabelName, LabelScope, LabelSet};
use rachis::domain::label_change::LabelDraft;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::presence::{LabelAnswers, Presence, SharedScope};
use rachis::domain::reading::Reading;
use rachis::domain::task::TaskState;
use rachis::formats::csv_label_set;
use rachis::store::Store;
use rachis::workflows::label_sets;

use crate::store_log::assert_log_rebuilds;
use crate::support;

fn film(n: usize) -> ImageId {
    support::entry(n).facts.image
}

fn commit(store: &mut Store, n: usize, reader: &str, step: Step, edit: Edit) {
    let entry = NewLogEntry { image: film(n), reader: ReaderId::new(reader), step, edit, made_at_ms: 1000 };
    store.commit(&entry).unwrap();
}

fn mark(id: i64, label: &str) -> Edit {
    let rect = Rect::from_columns(10.0, 10.0, 50.0, 60.0).unwrap();
    Edit::Add(Annotation::boxed(AnnotationId(id), LabelName::new(label), rect, Origin::Drawn).unwrap())
}

fn answers(said: &[(&str, Presence)]) -> LabelAnswers {
    said.iter().map(|(label, presence)| (LabelName::new(*label), *presence)).collect()
}

fn reading(store: &Store, n: usize, reader: &str) -> Reading {
    store.reading(&film(n), &ReaderId::new(reader)).unwrap()
}

fn labels(reading: &Reading) -> Vec<&str> {
    reading.annotations().iter().map(|mark| mark.label().as_str()).collect()
}

/// The spine labels with one of a study.
fn with_study_label(store: &mut Store) -> LabelSet {
    let (base, _) = label_sets::of_project(store).unwrap();
    let mut draft = LabelDraft::of(base.into());
    let place = draft.add(LabelKind::Global, "Scoliosis");
    draft.rows[place].label.scope = LabelScope::Study;
    label_sets::apply(store, &draft.change().unwrap(), 500).unwrap();
    label_sets::of_project(store).unwrap().0
}

#[test]
fn a_rename_reaches_every_reader_completed_readings_and_whole_studies() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 4);
    let base = with_study_label(&mut store);

    // R1 is done with film 0 and has said something of its study; R2 is at film 0; R1 says film 2 has none.
    let study = SharedScope::Study(support::entry(0).facts.study);
    for edit in [
        mark(11, "Osteophytes"),
        mark(12, "Fracture"),
        Edit::SetSharedLabels {
            scope: study,
            before: answers(&[]),
            after: answers(&[("Scoliosis", Presence::Unsure)]),
        },
        Edit::SetTaskState { before: TaskState::New, after: TaskState::Doing },
        Edit::SetTaskState { before: TaskState::Doing, after: TaskState::Completed },
    ] {
        commit(&mut store, 0, "R1", Step::Do, edit);
    }
    commit(&mut store, 0, "R2", Step::Do, mark(21, "Osteophytes"));
    let absent = answers(&[("Osteophytes", Presence::Absent)]);
    commit(&mut store, 2, "R1", Step::Do, Edit::SetImageLabels { before: answers(&[]), after: absent });

    let mut draft = LabelDraft::of(base.clone().into());
    let place = |name: &str| base.labels().iter().position(|l| l.name.as_str() == name).unwrap();
    draft.rename(place("Osteophytes"), "Osteophyte");
    draft.rename(place("Scoliosis"), "Curved spine");
    draft.note = "Singular".to_owned();
    let done = label_sets::apply(&mut store, &draft.change().unwrap(), 2000).unwrap();
    assert_eq!((done.version, done.num_readings), (2, 3));

    let first = reading(&store, 0, "R1");
    assert_eq!(labels(&first), ["Osteophyte", "Fracture"]);
    assert_eq!(first.state(), TaskState::Completed);
    assert_eq!(*first.study_labels(), answers(&[("Curved spine", Presence::Unsure)]));
    assert_eq!(reading(&store, 1, "R1").study_labels(), first.study_labels(), "the study's other film");
    assert_eq!(labels(&reading(&store, 0, "R2")), ["Osteophyte"]);
    assert_eq!(*reading(&store, 2, "R1").image_labels(), answers(&[("Osteophyte", Presence::Absent)]));
    assert_log_rebuilds(&store);
    assert!(store.integrity_problems().unwrap().is_empty());

    // One entry a reading, and undo takes it back.
    let log = store.log(&film(0), &ReaderId::new("R1")).unwrap();
    assert_eq!(log.len(), 6);
    let last = log.last().unwrap();
    commit(&mut store, 0, "R1", Step::Undo(last.seq), last.entry.edit.inverse());
    assert_eq!(labels(&reading(&store, 0, "R1")), ["Osteophytes", "Fracture"]);
    assert_eq!(reading(&store, 0, "R1").state(), TaskState::Completed);
    assert_log_rebuilds(&store);
    drop(store);

    // Another window finds the newest labels and the history of all.
    let store = Store::open_to_look(folder.path()).unwrap();
    let (set, version) = label_sets::of_project(&store).unwrap();
    assert_eq!(version, 2);
    assert!(set.label(&LabelName::new("Osteophyte")).is_some());
    let versions = store.label_set_versions().unwrap();
    assert_eq!(versions.iter().map(|v| (v.version, v.note.as_str())).collect::<Vec<_>>(), [(2, "Singular"), (1, "")]);
}

#[test]
fn two_labels_swap_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 1);
    commit(&mut store, 0, "R1", Step::Do, mark(1, "Osteophytes"));
    commit(&mut store, 0, "R1", Step::Do, mark(2, "Fracture"));
    let (base, _) = label_sets::of_project(&store).unwrap();
    let place = |name: &str| base.labels().iter().position(|l| l.name.as_str() == name).unwrap();
    let (a, b) = (place("Osteophytes"), place("Fracture"));
    let mut draft = LabelDraft::of(base.into());
    draft.rename(a, "Between");
    draft.rename(b, "Osteophytes");
    draft.rename(a, "Fracture");
    for index in [a, b] {
        draft.rows[index].label.aliases.clear();
    }
    label_sets::apply(&mut store, &draft.change().unwrap(), 2000).unwrap();
    assert_eq!(labels(&reading(&store, 0, "R1")), ["Fracture", "Osteophytes"]);
    assert_log_rebuilds(&store);
}

#[test]
fn a_label_in_use_does_not_go_and_an_old_draft_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 2);
    commit(&mut store, 0, "R1", Step::Do, mark(1, "Osteophytes"));
    commit(&mut store, 0, "R1", Step::Do, mark(2, "Osteophytes"));
    let unsure = answers(&[("Osteophytes", Presence::Unsure)]);
    commit(&mut store, 1, "R2", Step::Do, Edit::SetImageLabels { before: answers(&[]), after: unsure });

    let (base, _) = label_sets::of_project(&store).unwrap();
    let place = |name: &str| base.labels().iter().position(|l| l.name.as_str() == name).unwrap();
    let mut draft = LabelDraft::of(base.clone().into());
    draft.remove(place("Osteophytes"));
    let said = label_sets::apply(&mut store, &draft.change().unwrap(), 2000).unwrap_err().to_string();
    assert!(said.contains("Osteophytes is in use: 2 marks and 1 answers in 2 readings"), "{said}");
    assert!(store.own_label_set().unwrap().is_none());

    // What nobody used goes; a draft from before that is refused.
    let stale = LabelDraft::of(base.clone().into());
    let mut draft = LabelDraft::of(base.clone().into());
    draft.remove(place("Foreign body"));
    label_sets::apply(&mut store, &draft.change().unwrap(), 2000).unwrap();
    let said = label_sets::apply(&mut store, &stale.change().unwrap(), 3000).unwrap_err().to_string();
    assert!(said.contains("changed meanwhile"), "{said}");
    assert_eq!(label_sets::of_project(&store).unwrap().1, 1);
}

#[test]
fn the_projects_own_rules_follow_a_rename_and_keep_a_label_from_going() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 1);
    let (base, _) = label_sets::of_project(&store).unwrap();
    let place = |name: &str| base.labels().iter().position(|l| l.name.as_str() == name).unwrap();
    let rules =
        ["Osteophytes: at most 4", "error | Few | Osteophytes + Fracture: at most 5", "Fracture: at least 3 px"];
    store.set_custom_rules(&rules.map(|rule| rule.parse().unwrap())).unwrap();

    let mut draft = LabelDraft::of(base.clone().into());
    draft.rename(place("Osteophytes"), "Osteophyte");
    label_sets::apply(&mut store, &draft.change().unwrap(), 2000).unwrap();
    let expected = [
        "warning | Osteophyte: at most 4",
        "error | Few | Osteophyte + Fracture: at most 5",
        "warning | Fracture: at least 3 px",
    ];
    let told = |store: &Store| store.project().custom_rules.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(told(&store), expected);
    drop(store);
    let mut store = Store::open(folder.path()).unwrap();
    assert_eq!(told(&store), expected);

    let (base, _) = label_sets::of_project(&store).unwrap();
    let mut draft = LabelDraft::of(base.into());
    draft.remove(place("Fracture"));
    let said = label_sets::apply(&mut store, &draft.change().unwrap(), 3000).unwrap_err().to_string();
    assert!(said.contains("Fracture is in use: the rule \"Few\" names it"), "{said}");
    assert_eq!(label_sets::of_project(&store).unwrap().1, 1);
}

#[test]
fn a_rename_onto_a_name_in_use_loses_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(folder.path(), 1);
    // "Old words" stands in the project and in no label set.
    let said = answers(&[("Osteophytes", Presence::Present), ("Old words", Presence::Absent)]);
    commit(&mut store, 0, "R1", Step::Do, Edit::SetImageLabels { before: answers(&[]), after: said.clone() });
    let (base, _) = label_sets::of_project(&store).unwrap();
    let place = base.labels().iter().position(|l| l.name.as_str() == "Osteophytes").unwrap();
    let mut draft = LabelDraft::of(base.into());
    draft.rename(place, "Old words");
    let refused = label_sets::apply(&mut store, &draft.change().unwrap(), 2000).unwrap_err().to_string();
    assert!(refused.contains("Old words is in use already: 0 marks and 1 answers in 1 readings"), "{refused}");
    assert_eq!(*reading(&store, 0, "R1").image_labels(), said);
    assert!(store.own_label_set().unwrap().is_none());
}

#[test]
fn labels_are_shared_by_file_and_by_project() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = support::project(&folder.path().join("one"), 1);
    let other = support::project(&folder.path().join("two"), 1);
    let set = with_study_label(&mut store);
    for name in ["labels.csv", "labels.json"] {
        let path = folder.path().join(name);
        label_sets::write(&path, &set).unwrap();
        let (base, _) = label_sets::of_project(&other).unwrap();
        let read = label_sets::read(&path, &base).unwrap();
        assert_eq!(read.label(&LabelName::new("Scoliosis")).map(|l| l.scope), Some(LabelScope::Study), "{name}");
        assert_eq!(read.labels().len(), set.labels().len());
    }
    let text = std::fs::read_to_string(folder.path().join("labels.csv")).unwrap();
    assert!(text.starts_with(&format!("{}\n", csv_label_set::HEADER)), "{text}");
    let (base, _) = label_sets::of_project(&other).unwrap();
    assert_eq!(label_sets::read(&folder.path().join("one"), &base).unwrap(), set);
    drop(other);
    let mut other = Store::open(&folder.path().join("two")).unwrap();
    label_sets::import(&mut other, &folder.path().join("labels.csv"), "from one", 7).unwrap();
    let (set, version) = label_sets::of_project(&other).unwrap();
    assert_eq!((set.labels().last().map(|l| l.name.as_str()), version), (Some("Scoliosis"), 1));
    let plain = Label::named("x", LabelKind::Global);
    assert_eq!(plain.scope, LabelScope::Image);
}
