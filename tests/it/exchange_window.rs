//! The page of exports in the window, by accessibility labels: a version out, told as it is, and labels in again.

use egui::accesskit::Role as Accessible;
use egui_kittest::kittest::{NodeT as _, Queryable};
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::consensus::Policy;
use rachis::domain::edit::Edit;
use rachis::domain::exchange::VersionState;
use rachis::domain::geometry::Rect;
use rachis::domain::id::AnnotationId;
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::Reader;
use rachis::domain::task::TaskState;
use rachis::formats::table_form::TableForm;
use rachis::jobs::CancelToken;
use rachis::session::{Command, Event, FilePurpose, Input, ProjectCommand, ProjectPage};
use rachis::store::Store;
use rachis::workflows::consensus::{ConsensusAsked, make_consensus};
use rachis::workflows::export_labels::{ExportLabels, export_boxes};
use rachis::workflows::label_sets;

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

#[test]
fn the_page_says_who_made_the_consensus_and_can_leave_out_what_no_reviewer_settled() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    read_project(&folder);
    let asked = ConsensusAsked { policy: Policy::default(), least_readers: 1, by: "R1".into(), at_ms: 2 };
    make_consensus(&mut Store::open(&folder).unwrap(), &asked, &|_| {}, &CancelToken::new()).unwrap();
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    seat.run_steps(3);
    show(&mut seat);
    seat.get_by_label_contains("Consensus: 2 films by rule (median, at least 0.5 of the readers");
    choose(&mut seat, "Format", "COCO");
    seat.get_by_label("Consensus  2").click();
    seat.run_steps(3);
    assert!(is_enabled(&seat, "Export labels"));
    seat.get_by_label("Of the consensus only films that reviewers settled").click();
    seat.run_steps(3);
    assert!(!is_enabled(&seat, "Export labels"));
    seat.get_by_label("Reviewers have settled no film yet.");
    // With readers beside it there is something to write.
    seat.get_by_label("R1  2").click();
    seat.run_steps(3);
    seat.get_by_role_and_label(Accessible::Button, "Export labels").click();
    let file = folder.join("exports/labels_coco.json");
    wait(&mut seat, "the file", |_| file.exists());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"R1\"") && !text.contains("\"consensus\""), "{text}");
    // Without a version too, the project knows from now on under which number lan goes out.
    let kept = Store::open_to_look(&folder).unwrap().kept_reader_ids().unwrap();
    assert!(
        matches!(kept.as_slice(), [(id, out)] if id.as_str() == "lan" && out.as_str().starts_with('R')),
        "{kept:?}"
    );
}

#[test]
fn a_table_keeps_the_numbers_that_it_gave_to_readers() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    read_project(&folder);
    let store = Store::open_to_look(&folder).unwrap();
    let labels = label_sets::of_project(&store).unwrap().0;
    let to = scratch.path().join("out.csv");
    export_boxes(&store, &labels, &to, &ExportLabels::new(TableForm::Cxr)).unwrap();
    let out = store.public_reader_ids().unwrap()[&"lan".into()].clone();
    assert!(std::fs::read_to_string(&to).unwrap().contains(out.as_str()));
    assert_eq!(Store::open_to_look(&folder).unwrap().kept_reader_ids().unwrap(), [("lan".into(), out)]);
}
