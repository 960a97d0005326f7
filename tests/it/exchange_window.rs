//! The page of exports in the window, by accessibility labels: a version out, told as it is, and labels in again.

use egui::accesskit::Role as Accessible;
use egui_kittest::kittest::{NodeT as _, Queryable};
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::exchange::VersionState;
use rachis::domain::geometry::Rect;
use rachis::domain::id::AnnotationId;
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::Reader;
use rachis::domain::task::TaskState;
use rachis::session::{Command, Event, FilePurpose, Input, ProjectCommand, ProjectPage};
use rachis::store::Store;

use crate::seat::{Seat, at_project, wait};
use crate::support;

/// Two readers have read two films.
fn read_project(folder: &std::path::Path) {
    let mut store = support::project(folder, 4);
    store.add_reader(&Reader::new("lan", "Lan Nguyen")).unwrap();
    let mut id = 0;
    for (n, reader) in [(0, "R1"), (1, "R1"), (0, "lan")] {
        id += 1;
        let rect = Rect::from_columns(10.5, 20.0, 60.0, 80.25).unwrap();
        let mark = Annotation::boxed(AnnotationId(id), LabelName::new("Osteophytes"), rect, Origin::Drawn).unwrap();
        let done = Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed };
        let edit = Edit::Batch { name: "Read".into(), edits: vec![Edit::Add(mark), done] };
        let image = support::entry(n).facts.image;
        store.commit(&NewLogEntry { image, reader: reader.into(), step: Step::Do, edit, made_at_ms: 1 }).unwrap();
    }
}

fn show(seat: &mut Seat<'_>) {
    let page = ProjectCommand::Show(ProjectPage::Exports);
    seat.state_mut().handle(Input::Command(Command::ChangeProject(Box::new(page))));
    wait(seat, "what was exported", |w| w.session.team.exchanging.facts.is_some());
    seat.run_steps(2);
}

fn choose(seat: &mut Seat<'_>, combo: &str, choice: &str) {
    seat.get_by_role_and_label(Accessible::ComboBox, combo).click();
    seat.run_steps(3);
    seat.get_by_label(choice).click();
    seat.run_steps(3);
}

fn is_enabled(seat: &Seat<'_>, button: &str) -> bool {
    !seat.get_by_role_and_label(Accessible::Button, button).accesskit_node().is_disabled()
}

#[test]
fn a_version_goes_out_under_numbers_and_comes_back() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    read_project(&folder);
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    seat.run_steps(3);
    show(&mut seat);
    // A format without a place for readers says so before anything is tried.
    choose(&mut seat, "Format", "YOLO");
    assert!(!is_enabled(&seat, "Export labels"));
    seat.get_by_label_contains("choose one reader");
    choose(&mut seat, "Format", "COCO");
    seat.get_by_role_and_label(Accessible::TextInput, "Version").focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(Accessible::TextInput, "Version").type_text("v1");
    seat.run_steps(3);
    seat.get_by_role_and_label(Accessible::Button, "Export labels").click();
    let has_version = |w: &rachis::app::Window| {
        w.session.team.exchanging.facts.as_ref().is_some_and(|facts| facts.versions.len() == 1)
    };
    wait(&mut seat, "the version", has_version);
    let facts = seat.state().session.team.exchanging.facts.clone().unwrap();
    assert_eq!((facts.versions[0].state, facts.versions[0].num_marks), (VersionState::AsWritten, 3));
    let file = folder.join("exports/v1_coco.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"R2\"") || text.contains("\"R3\""), "whoever has no number gets one");
    assert!(!text.contains("\"lan\"") && !text.contains("Nguyen"), "no name goes out: {text}");
    seat.run_steps(2);
    seat.get_by_label("as written");
    assert!(!is_enabled(&seat, "Export labels"), "the tag is taken by now");

    // Into another project, from the same page.
    let other = scratch.path().join("other");
    drop(support::project(&other, 4));
    let mut seat = at_project(&other);
    seat.get_by_label("Read as R1").click();
    seat.run_steps(3);
    show(&mut seat);
    let buttons = seat.get_all_by_role_and_label(Accessible::Button, "Import labels").count();
    assert_eq!(buttons, 1);
    assert!(!is_enabled(&seat, "Import labels"), "nothing is chosen yet");
    let event = Event::PathChosen { purpose: FilePurpose::IncomingFile, paths: vec![file] };
    seat.state_mut().handle(Input::Event(event));
    seat.run_steps(3);
    // R3 is nobody here until somebody says that they may come.
    seat.get_by_label("Add readers that the project does not know, as annotators").click();
    seat.run_steps(3);
    seat.get_by_role_and_label(Accessible::Button, "Import labels").click();
    wait(&mut seat, "the labels", |_| {
        Store::open_to_look(&other).is_ok_and(|store| store.reading_keys().is_ok_and(|keys| keys.len() == 3))
    });
}
