//! The list where films are handed out: whose films, in which order, under which layer, and who may write to them.

use std::collections::BTreeSet;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::assignment::{Candidate, Plan, PoolFilm, Stage, Strategy, Unit};
use rachis::domain::edit::Edit;
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::{Reader, Role, Roles};
use rachis::domain::project::Workflow;
use rachis::domain::task::TaskState;
use rachis::domain::worklist::{HeldStage, WorklistRow};
use rachis::formats::label_set;
use rachis::store::{HandOut, Store, StoreError, TaskChange};

use crate::support::{entry, project};

pub fn image(n: usize) -> ImageId {
    entry(n).facts.image
}

/// Ten films; readers A and B, reviewer S, data manager D. A and B have films 0 to 5 to read, S films 0 and 1 to review.
pub fn handed_out(folder: &std::path::Path) -> Store {
    let mut store = project(folder, 10);
    for (id, role, years) in
        [("A", Role::Annotator, 5), ("B", Role::Annotator, 6), ("S", Role::Reviewer, 20), ("D", Role::DataManager, 1)]
    {
        let roles = Roles::NONE.with(role);
        let name = format!("Dr {id}");
        store.add_reader(&Reader { years_of_experience: Some(years), roles, ..Reader::new(id, name) }).unwrap();
    }
    store.set_workflow(Workflow::Reviewed { readers: 2, reviewers: 1 }).unwrap();
    hand(&mut store, &["A", "B"], 0..6, Plan::new(Stage::Read, Strategy::All));
    hand(&mut store, &["S"], 0..2, Plan::new(Stage::Review, Strategy::All));
    store
}

pub fn hand(store: &mut Store, people: &[&str], films: std::ops::Range<usize>, plan: Plan) {
    let pool: Vec<PoolFilm> =
        films.map(|n| PoolFilm { image: image(n), study: entry(n).facts.study, stratum: String::new() }).collect();
    let known = store.readers().unwrap();
    let years = |id: &str| known.iter().find(|reader| reader.id.as_str() == id).unwrap().years_of_experience;
    let people: Vec<Candidate> =
        people.iter().map(|id| Candidate { id: ReaderId::new(*id), years: years(id) }).collect();
    let plan = Plan { unit: Unit::Film, seed: 7, ..plan };
    store.hand_out(&HandOut { plan: &plan, pool: &pool, pool_words: "all", people: &people, at_ms: 1 }).unwrap();
}

fn list(store: &Store, reader: &str) -> Vec<WorklistRow> {
    store.worklist(&reader.into(), &label_set::shipped_by_id("vindr_spine").unwrap()).unwrap()
}

fn films(rows: &[WorklistRow]) -> Vec<ImageId> {
    rows.iter().map(|row| row.image.clone()).collect()
}

pub fn as_person(store: &mut Store, id: &str) {
    store.sign_in(&id.into(), None).unwrap();
}

fn write(store: &mut Store, reader: &str, film: usize, edit: Edit) -> Result<(), StoreError> {
    let entry = NewLogEntry { image: image(film), reader: reader.into(), step: Step::Do, edit, made_at_ms: 5 };
    store.commit(&entry).map(|_| ())
}

fn moved(before: TaskState, after: TaskState) -> Edit {
    Edit::SetTaskState { before, after }
}

pub fn complete(store: &mut Store, reader: &str, film: usize) {
    let id = AnnotationId::new(store.begin_session().unwrap(), 1);
    write(store, reader, film, Edit::Add(Annotation::no_finding(id, Origin::Drawn))).unwrap();
    write(store, reader, film, moved(TaskState::New, TaskState::Completed)).unwrap();
}

fn ids(store: &Store, person: &str, film: usize) -> BTreeSet<i64> {
    let tasks = store.tasks_of(&person.into()).unwrap();
    tasks.iter().filter(|task| task.image == image(film)).map(|task| task.id).collect()
}

#[test]
fn a_reader_has_the_films_in_hand_in_an_order_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = handed_out(folder.path());
    let order_of = |store: &Store, id: &str| -> Vec<ImageId> {
        store.tasks_of(&id.into()).unwrap().into_iter().map(|task| task.image).collect()
    };
    let (of_a, of_b) = (order_of(&store, "A"), order_of(&store, "B"));
    assert_ne!(of_a, of_b, "each has a shuffle of their own");
    let (first, last) = (of_a[4].clone(), of_a[1].clone());
    let number = |image: &ImageId| (0..10).find(|n| entry(*n).facts.image == *image).unwrap();
    store.change_tasks(&ids(&store, "A", number(&first)), TaskChange::Priority(3), 2).unwrap();
    store.change_tasks(&ids(&store, "A", number(&last)), TaskChange::Pause(true), 2).unwrap();
    as_person(&mut store, "A");
    let rows = list(&store, "A");
    let mut expected: Vec<ImageId> = of_a.iter().filter(|image| **image != first && **image != last).cloned().collect();
    expected.insert(0, first);
    expected.push(last.clone());
    assert_eq!(films(&rows), expected);
    assert!(rows.iter().all(|row| row.held.is_none()), "who else has a film is not for readers to know");
    assert_eq!(rows.iter().filter(|row| row.is_in_queue()).count(), 5);
    assert!(rows[5].is_paused());
    let refused = write(&mut store, "A", number(&last), moved(TaskState::New, TaskState::Doing)).unwrap_err();
    assert!(refused.to_string().contains("set aside"), "{refused}");

    as_person(&mut store, "B");
    assert_eq!(films(&list(&store, "B")), of_b);
    as_person(&mut store, "S");
    let of_s = list(&store, "S");
    assert_eq!(of_s.len(), 2);
    assert!(of_s.iter().all(|row| row.stage() == Stage::Review && row.is_waiting() && !row.is_to_review()));
}

#[test]
fn whoever_hands_films_out_sees_all_of_them_and_in_whose_hands_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = handed_out(folder.path());
    complete(&mut store, "A", 0);
    as_person(&mut store, "D");
    let rows = list(&store, "D");
    assert_eq!(rows.len(), 10);
    let held = |n: usize| rows.iter().find(|row| row.image == image(n)).unwrap().held.clone().unwrap();
    let by = |n: usize| held(n).by.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((by(0), held(0).num_readers, held(0).num_done), (vec!["A".into(), "B".into(), "S".into()], 2, 1));
    let done_by = |n: usize| held(n).done.iter().map(|done| done.person.to_string()).collect::<Vec<_>>();
    assert_eq!((done_by(0), done_by(5)), (vec!["A".to_owned()], Vec::new()));
    assert_eq!((by(5), held(5).num_readers, held(5).num_done), (vec!["A".into(), "B".into()], 2, 0));
    assert!(by(9).is_empty());
}

#[test]
fn only_films_in_hand_are_written_to_and_only_by_their_reader() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = handed_out(folder.path());
    as_person(&mut store, "A");
    let refused = write(&mut store, "A", 8, moved(TaskState::New, TaskState::Doing)).unwrap_err();
    assert!(refused.to_string().contains("not in your hands"), "{refused}");
    assert!(write(&mut store, "B", 0, moved(TaskState::New, TaskState::Doing)).is_err(), "another's reading");
    complete(&mut store, "A", 0);
    write(&mut store, "A", 0, moved(TaskState::Completed, TaskState::Doing)).unwrap();
    write(&mut store, "A", 0, moved(TaskState::Doing, TaskState::Completed)).unwrap();
    assert!(store.give_back(&ids(&store, "A", 0), 9).is_err(), "a reader gives nothing back");
    as_person(&mut store, "S");
    assert!(write(&mut store, "S", 0, moved(TaskState::New, TaskState::Doing)).is_err(), "a review is no reading");

    // Both have read film 0, and S begins to settle it: the reading stays as it was settled by.
    as_person(&mut store, "B");
    complete(&mut store, "B", 0);
    as_person(&mut store, "S");
    assert!(list(&store, "S").iter().any(|row| row.image == image(0) && row.is_to_review()));
    store.open_review(&image(0), &"S".into(), 10).unwrap();
    as_person(&mut store, "A");
    let refused = write(&mut store, "A", 0, moved(TaskState::Completed, TaskState::Doing)).unwrap_err();
    assert!(refused.to_string().contains("begun to settle"), "{refused}");

    as_person(&mut store, "D");
    let of_a = ids_as_manager(&store, "A", 0);
    assert_eq!(store.give_back(&of_a, 11).unwrap().changed, 1);
    assert_eq!(store.give_back(&of_a, 12).unwrap().changed, 0, "it is new already");
    as_person(&mut store, "A");
    let row = list(&store, "A").into_iter().find(|row| row.image == image(0)).unwrap();
    assert_eq!((row.state, row.decision), (TaskState::New, rachis::domain::reading::Decision::Normal), "marks stay");
}

fn ids_as_manager(store: &Store, person: &str, film: usize) -> BTreeSet<i64> {
    let tasks = store.tasks().unwrap();
    let is_it = |task: &&rachis::domain::assignment::Task| {
        task.person.as_str() == person && task.image == image(film) && task.stage == Stage::Read
    };
    tasks.iter().filter(is_it).map(|task| task.id).collect()
}

#[test]
fn a_second_reading_is_a_layer_of_its_own_that_begins_empty() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = handed_out(folder.path());
    complete(&mut store, "A", 3);
    hand(&mut store, &["A"], 3..4, Plan::new(Stage::Read, Strategy::Repeat));
    as_person(&mut store, "A");
    let rows = list(&store, "A");
    assert_eq!(rows.len(), 6, "a film is one line, whoever reads it how often");
    let row = rows.iter().find(|row| row.image == image(3)).unwrap();
    assert_eq!(row.layer, store.layer_for(&image(3), &"A".into()).unwrap());
    assert_ne!(row.layer.as_str(), "A");
    assert!(row.task.unwrap().is_repeat);
    assert_eq!((row.state, row.num_marks, row.labels), (TaskState::New, 0, 0), "nothing of the first reading shows");
    let layer = row.layer.to_string();
    complete(&mut store, &layer, 3);
    let own = store.reading(&image(3), &"A".into()).unwrap();
    assert!(own.has_no_finding(), "the first reading is as it was");
    let after = list(&store, "A");
    assert_eq!(after.iter().find(|row| row.image == image(3)).unwrap().state, TaskState::Completed);
}

#[test]
fn a_free_project_lists_every_film_to_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = project(folder.path(), 4);
    as_person(&mut store, "R2");
    let rows = list(&store, "R2");
    assert_eq!(films(&rows), (0..4).map(image).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.layer.as_str() == "R2" && row.task.is_none() && row.held.is_none()));
    write(&mut store, "R2", 1, moved(TaskState::New, TaskState::Doing)).unwrap();
}

#[test]
fn a_film_that_was_read_without_being_handed_out_is_as_far_as_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = handed_out(folder.path());
    // Nobody has films 6 to 9; both readers are asked for.
    complete(&mut store, "A", 6);
    complete(&mut store, "B", 6);
    complete(&mut store, "A", 7);
    // Film 0 is in the hands of two; a third read it before.
    complete(&mut store, "D", 0);
    complete(&mut store, "A", 0);
    complete(&mut store, "B", 0);
    // A second reading of A's is no other reader.
    complete(&mut store, "A", 8);
    hand(&mut store, &["A"], 8..9, Plan::new(Stage::Read, Strategy::Repeat));
    let layer = store.layer_for(&image(8), &"A".into()).unwrap().to_string();
    complete(&mut store, &layer, 8);
    as_person(&mut store, "D");
    let told = |store: &Store, n: usize| {
        let held = list(store, "D").into_iter().find(|row| row.image == image(n)).unwrap().held.unwrap();
        (held.num_done, held.num_needed, held.stage())
    };
    assert_eq!(told(&store, 6), (2, 2, HeldStage::ReadByAll));
    assert_eq!(told(&store, 7), (1, 2, HeldStage::ReadBySome));
    assert_eq!(told(&store, 8), (2, 3, HeldStage::BeingRead));
    assert_eq!(told(&store, 9), (0, 2, HeldStage::Nobody));
    assert_eq!(told(&store, 0), (3, 3, HeldStage::ReadByAll));
    assert_eq!(told(&store, 1), (0, 2, HeldStage::HandedOut));

    // Where everybody reads what they like, one reading is asked for.
    store.sign_out();
    store.set_workflow(Workflow::Free).unwrap();
    as_person(&mut store, "D");
    assert_eq!(told(&store, 7), (1, 1, HeldStage::ReadByAll));
    assert_eq!(told(&store, 9), (0, 1, HeldStage::Nobody));
    as_person(&mut store, "A");
    assert!(list(&store, "A").iter().all(|row| row.held.is_none()), "readers' own readings are what their list shows");
}
