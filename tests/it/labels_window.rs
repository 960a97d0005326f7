//! Labels through the window, by accessibility label: answers, attributes, several labels on a shape, and the editor.

use egui_kittest::kittest::Queryable;
use rachis::domain::attribute::Grade;
use rachis::domain::label::LabelName;
use rachis::domain::presence::Presence;
use rachis::store::{NewProject, Store};
use rachis::workflows::label_sets;

use crate::seat::{Seat, at_project, drag, is_reading, saved, wait};
use crate::support;

fn reading<'s>(seat: &'s Seat<'_>) -> &'s rachis::domain::reading::Reading {
    &seat.state().session.pane.film.as_ref().unwrap().reading
}

fn at_film<'a>(folder: &std::path::Path) -> Seat<'a> {
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label_contains("Film 1,").click();
    wait(&mut seat, "the film", is_reading);
    seat
}

fn labels(seat: &Seat<'_>) -> Vec<String> {
    reading(seat).annotations().iter().map(|mark| mark.label().to_string()).collect()
}

#[test]
fn attributes_and_a_second_label_are_one_edit_each() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_film(&folder);
    seat.key_press(egui::Key::Num1);
    seat.run_steps(2);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));

    // Typed: the keyboard goes to the level and back to the film.
    seat.key_press_modifiers(egui::Modifiers::ALT, egui::Key::A);
    seat.run_steps(3);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Level").type_text("L4-5");
    seat.run_steps(2);
    seat.key_press(egui::Key::Enter);
    seat.run_steps(3);
    seat.get_by_label("Moderate").click();
    seat.run_steps(3);
    let said = reading(&seat).annotations()[0].attributes().clone();
    assert_eq!(said.level.map(|level| level.to_string()).as_deref(), Some("L4-L5"));
    assert_eq!(said.grade.map(Grade::key), Some("moderate"));

    // One more label on the same shape; deleting it leaves the first.
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(2);
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::J);
    seat.key_press(egui::Key::Num2);
    seat.run_steps(3);
    assert_eq!(labels(&seat), ["Osteophytes", "Disc space narrowing"]);
    let marks = reading(&seat).annotations();
    assert_eq!(marks[0].shape_key(), marks[1].shape_key());
    assert_eq!(marks[0].shape(), marks[1].shape());
    seat.key_press(egui::Key::Delete);
    seat.run_steps(3);
    assert_eq!(labels(&seat), ["Osteophytes"]);

    // Each of the four was one step.
    for _ in 0..4 {
        seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Z);
        seat.run_steps(2);
    }
    assert_eq!(labels(&seat), ["Osteophytes"]);
    assert!(reading(&seat).annotations()[0].attributes().is_empty());
}

#[test]
fn findings_are_searched_selected_and_relabelled_together() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_film(&folder);
    seat.key_press(egui::Key::Num1);
    seat.run_steps(2);
    for y in [0.2, 0.4, 0.6] {
        drag(&mut seat, egui::PointerButton::Primary, (0.45, y), (0.55, y + 0.1));
    }
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::A);
    seat.run_steps(2);
    // By typing: the first label of that name.
    seat.key_press_modifiers(egui::Modifiers::CTRL | egui::Modifiers::SHIFT, egui::Key::F);
    seat.run_steps(3);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Find a label or finding").type_text("collap");
    seat.run_steps(3);
    assert!(seat.query_by_label("Label Fracture").is_none(), "only what matches is shown");
    seat.key_press(egui::Key::Enter);
    seat.run_steps(3);
    assert_eq!(labels(&seat), ["Vertebral collapse"; 3]);
    seat.get_by_label("Label Fracture");
    seat.get_by_label("Finding Vertebral collapse 3");
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(2);
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Z);
    seat.run_steps(3);
    assert_eq!(labels(&seat), ["Osteophytes"; 3]);
}

#[test]
fn impressions_have_three_answers_one_click_each() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let project = NewProject {
        name: "Chest".into(),
        label_set: "vindr_cxr".into(),
        rules: rachis::domain::rules::default_rules(),
        is_synthetic: true,
    };
    let mut store = Store::create(&folder, &project).unwrap();
    let reader = rachis::domain::project::Reader::new("R1", "One");
    store.add_reader(&reader).unwrap();
    store.add_films(&[support::entry(0), support::entry(1)]).unwrap();
    drop(store);
    let mut seat = at_film(&folder);
    let said = |seat: &Seat<'_>, label: &str| reading(seat).image_labels().get(&LabelName::new(label));

    for (button, expected) in [
        ("COPD: Unsure", Some(Presence::Unsure)),
        ("COPD: Absent", Some(Presence::Absent)),
        ("COPD: Absent", None),
        ("COPD: Present", Some(Presence::Present)),
        ("Impression COPD", None),
    ] {
        seat.get_by_label(button).scroll_to_me();
        seat.run_steps(3);
        seat.get_by_label(button).click();
        seat.run_steps(3);
        assert_eq!(said(&seat, "COPD"), expected, "after {button}");
    }
    // By keys: what is drawn can be said to be absent too, and that stands beside "No finding"; unsure does not.
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(2);
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::B);
    seat.run_steps(2);
    seat.get_by_label("next: absent");
    seat.get_by_label("Label Cardiomegaly").scroll_to_me();
    seat.run_steps(3);
    seat.get_by_label("Label Cardiomegaly").click();
    seat.run_steps(3);
    assert_eq!(said(&seat, "Cardiomegaly"), Some(Presence::Absent));
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(2);
    seat.key_press(egui::Key::N);
    seat.run_steps(3);
    assert!(reading(&seat).has_no_finding());
    seat.get_by_label("COPD: Unsure").scroll_to_me();
    seat.run_steps(3);
    seat.get_by_label("COPD: Unsure").click();
    seat.run_steps(3);
    assert_eq!(said(&seat, "COPD"), None);
    assert!(seat.state().session.notice.as_ref().is_some_and(|n| n.text.contains("excludes every other label")));
}

#[test]
fn the_editor_renames_adds_and_applies_all_at_once() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_film(&folder);
    seat.key_press(egui::Key::Num1);
    seat.run_steps(2);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));
    saved(&mut seat);
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::P);
    wait(&mut seat, "the uses", |w| !w.session.label_desk.uses.is_empty());

    // In use: it can't go, but it can have another name.
    seat.get_by_label("Edit Osteophytes").click();
    seat.run_steps(3);
    seat.get_by_label("Delete the label").click();
    seat.run_steps(3);
    seat.get_by_label("Edit Osteophytes");
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Name").focus();
    seat.run_steps(2);
    seat.key_press(egui::Key::End);
    seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Name").type_text(" and spurs");
    seat.run_steps(3);
    seat.get_by_label("Add an impression").click();
    seat.run_steps(3);
    seat.get_by_label("Study").click();
    seat.run_steps(3);
    assert_eq!(seat.state().session.label_set().unwrap().labels().len(), 14, "nothing is applied yet");
    seat.get_by_label_contains("becomes Osteophytes and spurs: 1 marks");
    seat.get_by_label("Apply the labels").click();
    wait(&mut seat, "applied", |w| w.session.label_set().is_some_and(|set| set.labels().len() == 15));
    wait(&mut seat, "followed", |w| {
        let film = w.session.pane.film.as_ref().unwrap();
        film.reading.annotations()[0].label().as_str() == "Osteophytes and spurs"
    });
    wait(&mut seat, "the history", |w| w.session.label_desk.versions.len() == 1);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);
    let store = Store::open_to_look(&folder).unwrap();
    let (set, version) = label_sets::of_project(&store).unwrap();
    assert_eq!(version, 1);
    assert!(set.label(&LabelName::new("New impression")).is_some());
    crate::store_log::assert_log_rebuilds(&store);
}
