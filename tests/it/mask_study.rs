//! Masks and polygons of readers held against one reader's: from the project's store to the terminal and the window.

use std::path::Path;
use std::process::Command as Process;

use egui_kittest::kittest::Queryable;
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::evaluation::reader_study::StudySource;
use rachis::domain::geometry::Rect;
use rachis::domain::id::{AnnotationId, ImageId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::shape::{Mask, Polygon, Shape};
use rachis::domain::task::TaskState;
use rachis::session::{Command, EvaluateCommand, EvaluatePage, Input, StudyCommand};
use rachis::store::Store;
use rachis::workflows::mask_study::mask_study_of;
use serde_json::Value;

use crate::seat::{Seat, at_project, wait};
use crate::support;

fn commit(store: &mut Store, film: usize, reader: &str, edit: Edit) {
    let image = ImageId::new(format!("{film:032x}"));
    let entry = NewLogEntry { image, reader: reader.into(), step: Step::Do, edit, made_at_ms: 1000 };
    store.commit(&entry).unwrap();
}

/// Draws these, all of one label, and completes the film or leaves it.
fn draw(store: &mut Store, film: usize, reader: &str, shapes: &[Shape], is_completed: bool) {
    for (shape, number) in shapes.iter().zip(1..) {
        let id = AnnotationId::new(u32::from(reader.as_bytes()[1]), film as u32 * 10 + number);
        let mark = Annotation::shaped(id, LabelName::new("Osteophytes"), shape.clone(), Origin::Drawn).unwrap();
        commit(store, film, reader, Edit::Add(mark));
    }
    if is_completed {
        commit(store, film, reader, Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
    }
}

fn rect(x: f64, right: f64) -> Rect {
    Rect::from_columns(x, 20.0, right, 40.0).unwrap()
}

fn polygon(x: f64, right: f64) -> Shape {
    Shape::Polygon(Polygon::from_rect(rect(x, right)))
}

/// Of 20 x 20 pixels by R1, R2 draws: film 0 all of it, in a mask and a box; film 1 a quarter further to the right; film 2
/// nothing; film 3 is not completed. Pixels are 0.15 mm wide and high.
fn project(folder: &Path) {
    let mut store = support::project(folder, 4);
    for film in 0..4 {
        draw(&mut store, film, "R1", &[polygon(10.0, 30.0)], true);
    }
    let halves = [Shape::Mask(Mask::from_rect(rect(10.0, 20.0)).unwrap()), Shape::Box(rect(20.0, 30.0))];
    draw(&mut store, 0, "R2", &halves, true);
    draw(&mut store, 1, "R2", &[polygon(15.0, 35.0)], true);
    draw(&mut store, 2, "R2", &[], true);
    draw(&mut store, 3, "R2", &[polygon(10.0, 30.0)], false);
}

fn rachis(words: &[&str]) -> (bool, String) {
    let ran = Process::new(env!("CARGO_BIN_EXE_rachis")).args(words).output().unwrap();
    let said = if ran.status.success() { ran.stdout } else { ran.stderr };
    (ran.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn masks_of_a_project_in_the_terminal() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    project(&folder);
    let at = folder.to_str().unwrap();
    let (is_well, said) = rachis(&["study", at, "--truth", "R1", "--masks", "--json"]);
    assert!(is_well, "{said}");
    let said: Value = serde_json::from_str(&said).unwrap();
    let reader = &said["readers"][0];
    assert_eq!(
        (said["truth"].as_str(), reader["reader"].as_str(), &reader["films"]),
        (Some("R1"), Some("R2"), &3.into())
    );
    let row = &reader["labels"][0];
    assert_eq!(row["label"], "Osteophytes");
    assert_eq!((&row["films_with_both"], &row["missed"], &row["added"]), (&2.into(), &1.into(), &0.into()));
    let close = |value: &Value, expected: f64| assert!((value.as_f64().unwrap() - expected).abs() < 1e-9, "{value}");
    // 15 of 20 columns in common on one film, all on the other.
    close(&row["dice"]["mean"], f64::midpoint(1.0, 0.75));
    close(&row["iou"]["median"], f64::midpoint(1.0, 300.0 / 500.0));
    close(&row["dice_with_missed"], 1.75 / 3.0);
    // Five columns of 0.15 mm, and none.
    close(&row["mm"]["hausdorff"]["mean"], 0.75 / 2.0);
    assert!(row["pixels"].is_null());

    let (_, table) = rachis(&["study", at, "--truth", "R1", "--masks"]);
    assert!(table.starts_with("R2 against R1: 3 films; "), "{table}");
    assert!(
        table.contains("\n  Osteophytes       2       1       0   0.875   0.875   0.800   0.800    0.38"),
        "{table}"
    );
    assert!(table.contains(" mm\n  all labels "), "{table}");
    let (is_well, said) = rachis(&["study", at, "--truth", "R9", "--masks"]);
    assert!(!is_well && said.contains("R9 has not completed a film"), "{said}");
}

#[test]
fn a_project_of_boxes_has_no_masks() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 1);
    for reader in ["R1", "R2"] {
        draw(&mut store, 0, reader, &[Shape::Box(rect(10.0, 30.0))], true);
    }
    drop(store);
    assert!(mask_study_of(&Store::open_to_look(&folder).unwrap(), &"R1".into()).unwrap().is_none());
    let (is_well, said) = rachis(&["study", folder.to_str().unwrap(), "--truth", "R1", "--masks"]);
    assert!(!is_well && said.contains("nobody drew a mask or a polygon"), "{said}");
}

#[test]
fn masks_of_a_project_in_the_window() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    project(&folder);
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    let ask = |seat: &mut Seat<'_>, command: EvaluateCommand| {
        seat.state_mut().handle(Input::Command(Command::Evaluate(command)));
        seat.run_steps(3);
    };
    ask(&mut seat, EvaluateCommand::Show);
    ask(&mut seat, EvaluateCommand::Understand);
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Readers));
    let title = "Masks and outlines, pixel by pixel";
    wait(&mut seat, "the study", |w| w.session.evaluating.studies.study.is_some());
    seat.run_steps(3);
    assert!(seat.query_by_label(title).is_none(), "the majority of others draws nothing");

    let compare = |source| EvaluateCommand::Study(StudyCommand::Compare(source));
    ask(&mut seat, compare(StudySource::Reader("R1".into())));
    wait(&mut seat, "the masks", |w| w.session.evaluating.studies.masks.is_some());
    seat.run_steps(3);
    seat.get_by_label(title);
    // Of the label, and of all labels together.
    assert_eq!(seat.query_all_by_label("0.875 (0.875)").count(), 2);
    assert_eq!(seat.query_all_by_label("0.38 (0.38) mm").count(), 4, "Hausdorff and Hausdorff 95");
    ask(&mut seat, compare(StudySource::OtherReaders));
    assert!(seat.state().session.evaluating.studies.masks.is_none());
}
