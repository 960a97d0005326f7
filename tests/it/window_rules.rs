//! Rules by accessibility labels: breaking one, seeing it, mending it with a click, and setting what a project asks for.

use egui_kittest::kittest::Queryable;
use rachis::domain::id::{ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::project::Reader;
use rachis::domain::rules::{CustomRule, RuleId, Severity, default_rules};
use rachis::domain::task::TaskState;
use rachis::session::{Command, Input, Screen};
use rachis::store::{NewProject, Store};

use crate::seat::{Seat, at_project, drag, is_reading, saved, wait};
use crate::support;

fn at_film<'a>(folder: &std::path::Path) -> Seat<'a> {
    let mut seat = at_project(folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the film", is_reading);
    seat
}

/// A project of chest films.
fn chest(folder: &std::path::Path) -> Store {
    let rules = default_rules();
    let project = NewProject { name: "Chest".into(), label_set: "vindr_cxr".into(), rules, is_synthetic: true };
    let mut store = Store::create(folder, &project).unwrap();
    store.add_reader(&Reader { years_of_experience: Some(12), ..Reader::new("R1", "Reader one") }).unwrap();
    store.add_films(&(0..4).map(support::entry).collect::<Vec<_>>()).unwrap();
    store
}

fn click(seat: &mut Seat<'_>, label: &str) {
    seat.get_by_label_contains(label).click();
    seat.run_steps(4);
}

fn shown(seat: &Seat<'_>) -> ImageId {
    seat.state().session.pane.film.as_ref().unwrap().image().clone()
}

fn state(seat: &Seat<'_>) -> TaskState {
    seat.state().session.pane.film.as_ref().unwrap().reading.state()
}

#[test]
fn a_film_without_a_global_label_is_refused_and_mended_with_a_click() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(chest(&folder));
    let mut seat = at_film(&folder);

    // A film where nothing is said yet: told quietly, and no frame around it.
    seat.get_by_label_contains("Error: No global label is chosen. Press N");
    assert!(seat.query_by_label_contains("Not completed").is_none());

    seat.key_press(egui::Key::Num1);
    seat.run_steps(3);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));
    let canvas = seat.get_by_label_contains("Film canvas").rect();
    seat.hover_at(canvas.min + egui::vec2(canvas.width() * 0.5, canvas.height() * 0.45));
    seat.run_steps(2);
    for command in [Command::Copy, Command::Paste] {
        seat.state_mut().handle(Input::Command(command));
        seat.run_steps(2);
    }
    seat.get_by_label_contains("Error: No global label is chosen. Findings are marked");
    seat.get_by_label_contains("Warning: Aortic enlargement is marked twice");
    let first = shown(&seat);
    seat.key_press(egui::Key::Enter);
    seat.run_steps(4);
    assert!(state(&seat) != TaskState::Completed && shown(&seat) == first);
    seat.get_by_label("Not completed: 1 error, 1 warning");

    // The culprit is one click away, and so is what mends it.
    seat.key_press(egui::Key::Escape);
    seat.run_steps(3);
    click(&mut seat, "Warning: Aortic enlargement is marked twice");
    let selected = seat.state().session.pane.film.as_ref().unwrap().selection;
    let second = seat.state().session.pane.film.as_ref().unwrap().reading.annotations()[1].id();
    assert_eq!(selected, Some(second));
    click(&mut seat, "Mend: Delete. Aortic enlargement is marked twice");
    assert_eq!(seat.state().session.pane.film.as_ref().unwrap().reading.num_marks(), 1);
    // Six impressions are too many to offer one by a button: the reader chooses.
    assert!(seat.query_by_label_contains("Mend: Say present").is_none());
    let chosen = Command::ToggleImageLabel(LabelName::new("Pneumonia"));
    seat.state_mut().handle(Input::Command(chosen));
    seat.run_steps(3);
    assert!(seat.query_by_label_contains("Error: ").is_none());
    // The list has gone, and Enter is the film's again.
    seat.key_press(egui::Key::Enter);
    wait(&mut seat, "the next film", |w| w.session.pane.film.as_ref().is_some_and(|f| *f.image() != first));

    // A normal film stays one chord: No finding is a global label.
    let second = shown(&seat);
    seat.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Enter);
    wait(&mut seat, "the third film", |w| w.session.pane.film.as_ref().is_some_and(|f| *f.image() != second));
    saved(&mut seat);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);
    let store = Store::open(&folder).unwrap();
    for image in [&first, &second] {
        assert_eq!(store.reading(image, &ReaderId::new("R1")).unwrap().state(), TaskState::Completed);
    }
}

#[test]
fn many_of_one_kind_are_one_line_until_they_are_asked_for() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 2);
    let rule: CustomRule = "warning | Large ones | Osteophytes: at least 3000 px".parse().unwrap();
    store.set_custom_rules(&[rule]).unwrap();
    drop(store);
    let mut seat = at_film(&folder);
    seat.key_press(egui::Key::Num1);
    seat.run_steps(3);
    for n in 0..4u8 {
        let y = 0.2 + 0.15 * f32::from(n);
        drag(&mut seat, egui::PointerButton::Primary, (0.45, y), (0.5, y + 0.05));
    }
    assert!(seat.query_by_label_contains("Osteophytes 1 measures").is_none());
    click(&mut seat, "Warning: Large ones: 4");
    seat.get_by_label_contains("Warning: Large ones: Osteophytes 1 measures");
    seat.get_by_label_contains("Warning: Large ones: Osteophytes 4 measures");
    // By keyboard: F6 goes from one to the next.
    let selected = |seat: &Seat<'_>| seat.state().session.pane.film.as_ref().unwrap().selection;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..4 {
        seat.key_press(egui::Key::F6);
        seat.run_steps(3);
        seen.insert(selected(&seat).unwrap());
    }
    assert_eq!(seen.len(), 4);
    click(&mut seat, "Warning: Large ones: 4");
    assert!(seat.query_by_label_contains("Osteophytes 1 measures").is_none());
}

#[test]
fn a_projects_rules_are_set_on_their_page() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_film(&folder);
    let rule_is = |w: &rachis::app::Window, id, severity| {
        let rules = &w.session.project.as_ref().unwrap().settings.rules;
        rules.iter().any(|rule| rule.id == id && rule.severity == severity)
    };
    seat.state_mut().handle(Input::Command(Command::ShowProject));
    seat.run_steps(3);
    assert_eq!(seat.state().session.screen, Screen::Project);
    seat.get_by_label("Rules").click();
    seat.run_steps(3);
    seat.get_by_label("One mark a finding: Error").click();
    wait(&mut seat, "an error", |w| rule_is(w, RuleId::DuplicateBox, Severity::Error));
    seat.get_by_label("IoU above which two marks of one label are the same");

    // A rule of the project's own, with the sentence that it makes.
    seat.get_by_label("Add a rule").scroll_to_me();
    seat.run_steps(3);
    seat.get_by_label("Add a rule").click();
    seat.run_steps(3);
    seat.get_by_label("The rule: Choose a label.");
    seat.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Label").click();
    seat.run_steps(3);
    seat.get_by_label("Ankylosis").click();
    seat.run_steps(3);
    let most = || egui::accesskit::Role::TextInput;
    seat.get_by_role_and_label(most(), "At most").focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(most(), "At most").type_text("0");
    seat.run_steps(3);
    seat.get_by_label("The rule: Ankylosis: at most 0 on a film.");
    seat.get_by_label("New rule: Error").click();
    seat.run_steps(3);
    seat.get_by_label("Save the rule").click();
    wait(&mut seat, "the rule", |w| w.session.project.as_ref().unwrap().settings.custom_rules.len() == 1);
    seat.get_by_label("Edit the rule Ankylosis: at most 0");

    // Back at the film it holds.
    seat.get_by_label("Back").click();
    wait(&mut seat, "the film", is_reading);
    seat.get_by_label("Label Ankylosis").click();
    seat.run_steps(3);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));
    seat.get_by_label_contains("Error: Ankylosis: at most 0: Marked on this film");
    saved(&mut seat);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);
    let store = Store::open(&folder).unwrap();
    assert_eq!(store.project().custom_rules[0].to_string(), "error | Ankylosis: at most 0");
    assert!(store.project().rules.iter().any(|r| r.id == RuleId::DuplicateBox && r.severity == Severity::Error));
}
