//! Reader studies and the data's own tables in the window: by accessibility labels, and as pictures.

use std::path::Path;

use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable;
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::evaluation::reader_study::{StudySource, Switches};
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::model::ModelId;
use rachis::domain::reading_time::ReadingTime;
use rachis::domain::task::TaskState;
use rachis::session::{Command, EvaluateCommand, EvaluatePage, Event, FilePurpose, Input, Screen, StudyCommand};
use rachis::store::Store;

use crate::seat::{Seat, at_project, wait};
use crate::support;

fn ask(seat: &mut Seat<'_>, command: EvaluateCommand) {
    seat.state_mut().handle(Input::Command(Command::Evaluate(command)));
    seat.run_steps(3);
}

fn commit(store: &mut Store, film: usize, reader: &str, at_ms: i64, edit: Edit) {
    let image = ImageId::new(format!("{film:032x}"));
    let entry = NewLogEntry { image, reader: reader.into(), step: Step::Do, edit, made_at_ms: at_ms };
    store.commit(&entry).unwrap();
}

/// Says that a film is abnormal, or normal, and completes it.
fn read(store: &mut Store, film: usize, reader: &str, at_ms: i64, is_abnormal: bool) {
    let id = AnnotationId::new(u32::from(reader.as_bytes()[1]), film as u32 + 1);
    let rect = Rect::from_columns(10.0, 10.0, 60.0, 40.0).unwrap();
    let mark = if is_abnormal {
        Annotation::boxed(id, LabelName::new("Osteophytes"), rect, Origin::Drawn).unwrap()
    } else {
        Annotation::no_finding(id, Origin::Drawn)
    };
    commit(store, film, reader, at_ms, Edit::Add(mark));
    commit(store, film, reader, at_ms, Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
}

/// R1 calls the films 0 to 3 abnormal; R2 only 0 to 2, and on film 3 changes to that after the model.
fn at_evaluations<'a>(folder: &Path) -> Seat<'a> {
    let mut store = support::project(folder, 6);
    for film in 0..6 {
        read(&mut store, film, "R1", 1000, film < 4);
        read(&mut store, film, "R2", 2000, film < 3);
    }
    let third = ImageId::new(format!("{:032x}", 3));
    for film in [third.clone(), ImageId::new(format!("{:032x}", 0))] {
        store.note_models_seen(&film, &"R2".into(), &[ModelId(1)], 2000).unwrap();
    }
    let again = Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing };
    commit(&mut store, 3, "R2", 3000, again);
    let rect = Rect::from_columns(10.0, 10.0, 60.0, 40.0).unwrap();
    let id = |n: u32| AnnotationId::new(u32::from(b'2'), n);
    let drawn = Annotation::boxed(id(90), LabelName::new("Osteophytes"), rect, Origin::Drawn).unwrap();
    commit(&mut store, 3, "R2", 3001, Edit::Remove(Annotation::no_finding(id(4), Origin::Drawn)));
    commit(&mut store, 3, "R2", 3002, Edit::Add(drawn));
    commit(&mut store, 3, "R2", 3003, Edit::SetTaskState { before: TaskState::Doing, after: TaskState::Completed });
    let time = |image: ImageId, secs: u64| ReadingTime {
        reader: "R2".into(),
        image,
        tool: "select".into(),
        active_ms: secs * 1000,
    };
    store.add_reading_time(&[time(third, 42), time(ImageId::new(format!("{:032x}", 1)), 20)]).unwrap();
    drop(store);
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    ask(&mut seat, EvaluateCommand::Show);
    ask(&mut seat, EvaluateCommand::Understand);
    seat
}

#[test]
fn readers_are_held_against_the_chosen_truth() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_evaluations(&scratch.path().join("project"));
    seat.get_by_label("Readers").click();
    seat.run_steps(3);
    wait(&mut seat, "the study", |w| w.session.evaluating.studies.study.is_some());
    // The others are one reader here, so each is judged by the other; a table for other programs needs one truth for all.
    let rows = |seat: &Seat<'_>| seat.state().session.evaluating.studies.study.as_ref().unwrap().rows.len();
    assert_eq!(rows(&seat), 3);
    let save = Command::Evaluate(EvaluateCommand::Study(StudyCommand::SaveTable));
    assert!(!save.is_available(&seat.state().session));
    assert_eq!(seat.query_all_by_label("Truth").count(), 2, "the words and the box");

    ask(&mut seat, EvaluateCommand::Study(StudyCommand::Compare(StudySource::Reader("R1".into()))));
    wait(&mut seat, "the study", |w| w.session.evaluating.studies.study.as_ref().is_some_and(|s| s.rows.len() == 1));
    let study = seat.state().session.evaluating.studies.study.clone().unwrap();
    let expected = Switches { to_right: 1, to_wrong: 0, stayed_right: 1, stayed_wrong: 0 };
    assert_eq!(study.rows[0].switches, expected);
    assert_eq!((study.rows[0].without.counts.tp, study.rows[0].without.counts.fn_), (3, 1));
    assert!(save.is_available(&seat.state().session));
    seat.get_by_label_contains("75.00 (30.1,95.4)");
    // A number leads to its films, and the list is whole again when its chip is clicked.
    let shown = |seat: &Seat<'_>| -> Vec<String> {
        let list = &seat.state().session.worklist;
        (0..list.num_shown()).map(|n| list.shown(n).unwrap().image.to_string()).collect()
    };
    seat.get_by_label_contains("without a model: false negative: 1").click();
    seat.run_steps(3);
    assert_eq!(seat.state().session.screen, Screen::Worklist);
    assert_eq!(shown(&seat), [format!("{:032x}", 3)]);
    seat.get_by_label_contains("without a model: false negative 1").click();
    seat.run_steps(3);
    assert_eq!(shown(&seat).len(), 6);
    ask(&mut seat, EvaluateCommand::Show);

    let to = scratch.path().join("readings.csv");
    let chosen = Event::PathChosen { purpose: FilePurpose::ExportReadings, paths: vec![to.clone()] };
    seat.state_mut().handle(Input::Event(chosen));
    wait(&mut seat, "the table", |_| to.exists());
    let table = std::fs::read_to_string(to).unwrap();
    // A header, six truths, six readings without the model, two with it.
    assert_eq!(table.lines().count(), 15, "{table}");

    let missing = Event::PathChosen { purpose: FilePurpose::StudyTruth, paths: vec![scratch.path().join("none.csv")] };
    seat.state_mut().handle(Input::Event(missing));
    wait(&mut seat, "the failure", |w| w.session.evaluating.studies.study_failure.is_some());
    seat.get_by_label_contains("The readers can't be compared: ");
}

#[test]
fn both_pages_as_pictures() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_evaluations(&scratch.path().join("project"));
    let mut results = SnapshotResults::new();
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Readers));
    wait(&mut seat, "the study", |w| w.session.evaluating.studies.study.is_some());
    ask(&mut seat, EvaluateCommand::Study(StudyCommand::Compare(StudySource::Reader("R1".into()))));
    wait(&mut seat, "the study", |w| w.session.evaluating.studies.study.as_ref().is_some_and(|s| s.rows.len() == 1));
    seat.run_steps(3);
    results.add(seat.try_snapshot("evaluate_readers"));
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Data));
    wait(&mut seat, "the tables", |w| w.session.evaluating.studies.tables.is_some());
    seat.get_by_label("Characteristics of the data");
    seat.get_by_label_contains("Grey columns are published: VinDr-SpineXR, table 2.");
    seat.get_by_label("2455 x 1606");
    let number = "R2, Osteophytes: 4 (4)";
    seat.get_by_label(number);
    seat.run_steps(3);
    results.add(seat.try_snapshot("evaluate_data"));
}
