//! Signing in, the pages of people, project and overview in the window, by accessibility labels.

use egui::Key;
use egui::accesskit::Role as Accessible;
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::{NodeT, Queryable};
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::edit::Edit;
use rachis::domain::id::{AnnotationId, ReaderId};
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::people::{Reader, Role, Roles};
use rachis::domain::project::{About, Workflow};
use rachis::domain::task::TaskState;
use rachis::session::team::SignInStep;
use rachis::session::{Command, Input, ProjectCommand, ProjectPage, Screen};
use rachis::store::Store;

use crate::seat::{Seat, at_project, is_reading, wait};
use crate::support;

fn show(seat: &mut Seat<'_>, page: ProjectPage) {
    seat.state_mut().handle(Input::Command(Command::ChangeProject(Box::new(ProjectCommand::Show(page)))));
    seat.run_steps(3);
}

fn is_in(seat: &mut Seat<'_>, id: &str) {
    let id = ReaderId::from(id);
    wait(seat, "the list", |w| w.session.worklist.is_loaded && w.session.reader_id() == Some(&id));
}

fn type_into(seat: &mut Seat<'_>, field: &str, text: &str) {
    seat.get_by_role_and_label(Accessible::TextInput, field).focus();
    seat.run_steps(2);
    seat.get_by_role_and_label(Accessible::TextInput, field).type_text(text);
    seat.run_steps(3);
}

/// A picture of the whole window, kept in `tests/snapshots`: what changes there is looked at by a person.
fn picture(seat: &mut Seat<'_>, name: &str) {
    let mut results = SnapshotResults::new();
    seat.run_steps(6);
    results.add(seat.try_snapshot(name));
}

fn give_pin(seat: &mut Seat<'_>, pin: &str) {
    let field = seat.get_by_label("PIN");
    field.focus();
    seat.run_steps(2);
    seat.get_by_label("PIN").type_text(pin);
    seat.run_steps(2);
    seat.key_press(Key::Enter);
    seat.run_steps(3);
}

#[test]
fn a_pin_is_asked_for_and_wrong_ones_lock_the_name() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 2);
    store.set_pin(&"R1".into(), Some("2468")).unwrap();
    drop(store);
    let mut seat = at_project(&folder);
    // Who has none is in at once; nobody adds themselves where an owner has one.
    assert!(seat.query_by_label("Add a reader").is_none());
    seat.get_by_label("Read as R1").click();
    seat.run_steps(3);
    assert!(seat.state().session.reader.is_none());
    picture(&mut seat, "sign_in_pin");
    give_pin(&mut seat, "1111");
    let is_refused = |w: &rachis::app::Window| {
        w.session.team.people.sign_in.as_ref().is_some_and(|one| matches!(one.step, SignInStep::Refused { .. }))
    };
    wait(&mut seat, "the refusal", is_refused);
    seat.get_by_label_contains("not the PIN");
    give_pin(&mut seat, "2468");
    is_in(&mut seat, "R1");
    // What was there is gone with the person, and their PIN brings it back.
    seat.state_mut().handle(Input::Command(Command::ChangeReader));
    seat.run_steps(3);
    assert!(seat.state().session.reader.is_none() && seat.state().session.worklist.is_empty());
    seat.get_by_label("Read as R1").click();
    seat.run_steps(3);
    let refusal = |w: &rachis::app::Window| match &w.session.team.people.sign_in.as_ref()?.step {
        SignInStep::Refused { message, locked_until_ms } => Some((message.clone(), *locked_until_ms)),
        _ => None,
    };
    let mut before = None;
    for _ in 0..5 {
        give_pin(&mut seat, "0000");
        // Each refusal says how many tries are left, so it is another one.
        wait(&mut seat, "the next refusal", |w| refusal(w).is_some_and(|now| Some(now) != before));
        before = refusal(seat.state());
    }
    assert!(before.is_some_and(|(_, locked_until_ms)| locked_until_ms.is_some()));
    seat.get_by_label_contains("Too many wrong PINs for");
    // Nothing can be typed while the name is locked, and the others are still there.
    assert!(seat.get_by_label("PIN").accesskit_node().is_disabled());
    seat.get_by_label("Other names").click();
    seat.run_steps(3);
    seat.get_by_label("Read as R2");
}

#[test]
fn nobody_reads_on_under_the_last_ones_name_unasked() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let leave_as = |id: &str| {
        let mut seat = at_project(&folder);
        seat.get_by_label(&format!("Read as {id}")).click();
        is_in(&mut seat, id);
        seat.state_mut().handle(Input::Command(Command::OpenFilm(support::entry(1).facts.image)));
        wait(&mut seat, "the film", is_reading);
        eframe::App::on_exit(seat.state_mut());
    };
    leave_as("R2");
    let mut seat = at_project(&folder);
    seat.run_steps(6);
    assert!(seat.state().session.reader.is_none(), "it may be R1 who sits there");
    seat.get_by_label("Enter: go on as R2, where R2 left off");
    picture(&mut seat, "sign_in_again");
    seat.key_press(Key::Enter);
    wait(&mut seat, "the film as it was left", is_reading);
    assert_eq!(seat.state().session.reader_id(), Some(&ReaderId::from("R2")));
    assert_eq!(*seat.state().session.pane.film.as_ref().unwrap().image(), support::entry(1).facts.image);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);
    // Somebody else begins with their own list, and is the one who is offered the next time.
    let mut seat = at_project(&folder);
    seat.run_steps(6);
    seat.get_by_label("Read as R1").click();
    is_in(&mut seat, "R1");
    assert_eq!(seat.state().session.screen, Screen::Worklist);
    eframe::App::on_exit(seat.state_mut());
    drop(seat);
    let mut seat = at_project(&folder);
    seat.run_steps(6);
    seat.get_by_label("Enter: go on as R1, where R1 left off");
    drop(seat);
    // Who is alone is not asked; who has left is nobody who could sit there.
    let mut store = Store::open(&folder).unwrap();
    let gone = store.readers().unwrap().into_iter().find(|reader| reader.id.as_str() == "R2").unwrap();
    store.change_reader(&Reader { has_left: true, ..gone }).unwrap();
    drop(store);
    let mut seat = at_project(&folder);
    is_in(&mut seat, "R1");
}

#[test]
fn the_use_of_the_data_is_agreed_to_once() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 2);
    store.set_about(&About { data_use: "Films stay here.".into(), ..About::default() }).unwrap();
    drop(store);
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    let asks = |w: &rachis::app::Window| {
        w.session.team.people.sign_in.as_ref().is_some_and(|one| one.step == SignInStep::DataUse)
    };
    wait(&mut seat, "the text", asks);
    seat.get_by_label("Films stay here.");
    picture(&mut seat, "sign_in_data_use");
    seat.get_by_label("I do not agree").click();
    seat.run_steps(3);
    assert!(seat.state().session.reader.is_none());
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the text", asks);
    seat.get_by_label("I have read this and agree").click();
    is_in(&mut seat, "R1");
    seat.state_mut().handle(Input::Command(Command::ChangeReader));
    seat.run_steps(3);
    seat.get_by_label("Read as R1").click();
    is_in(&mut seat, "R1");
    let store = Store::open_to_look(&folder).unwrap();
    assert!(!store.must_agree_to_data_use(&"R1".into()).unwrap());
    assert!(store.must_agree_to_data_use(&"R2".into()).unwrap());
}

#[test]
fn an_owner_adds_and_changes_people() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(support::project(&folder, 2));
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    is_in(&mut seat, "R1");
    show(&mut seat, ProjectPage::People);
    wait(&mut seat, "people", |w| !w.session.team.people.is_loading);
    seat.get_by_label("Add a person…").click();
    seat.run_steps(6);
    seat.get_by_label("Give a name. It is never exported.");
    picture(&mut seat, "project_people");
    type_into(&mut seat, "Name", "Dr Lan");
    type_into(&mut seat, "Years of experience", "12");
    seat.get_by_label("Add this person").click();
    wait(&mut seat, "the person", |w| w.session.project.as_ref().is_some_and(|open| open.readers.len() == 3));
    let lan = Reader {
        years_of_experience: Some(12),
        roles: Roles::NONE.with(Role::Annotator),
        ..Reader::new("R3", "Dr Lan")
    };
    let stored = || Store::open_to_look(&folder).unwrap().readers().unwrap();
    assert_eq!(stored()[2], lan);
    seat.run_steps(4);
    // A click on a person opens them.
    seat.get_by_label("R3 Dr Lan, Annotator").click();
    seat.run_steps(6);
    seat.get_by_label("Reviewer").click();
    seat.run_steps(3);
    seat.get_by_label("Save the changes").click();
    wait(&mut seat, "the change", |w| {
        w.session.project.as_ref().is_some_and(|open| open.readers[2].roles.has(Role::Reviewer))
    });
    assert_eq!(stored()[2].roles, lan.roles.with(Role::Reviewer));
}

#[test]
fn the_page_of_the_project_changes_what_it_is() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 2);
    let reads = Reader { roles: Roles::NONE.with(Role::Annotator), ..Reader::new("R3", "Reads only") };
    store.add_reader(&reads).unwrap();
    drop(store);
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    is_in(&mut seat, "R1");
    show(&mut seat, ProjectPage::About);
    assert!(seat.query_by_label("Apply what was changed").is_none(), "nothing is changed yet");
    seat.get_by_label("Several readers, then review").click();
    seat.run_steps(3);
    picture(&mut seat, "project_about");
    seat.get_by_label("Apply what was changed").click();
    let workflow = Workflow::Reviewed { readers: 3, reviewers: 2 };
    wait(&mut seat, "the workflow", |w| w.session.project.as_ref().is_some_and(|o| o.settings.workflow == workflow));
    assert!(seat.query_by_label("Apply what was changed").is_none());
    type_into(&mut seat, "Further instructions", "vindr.ai");
    seat.get_by_label_contains("begins with https://");
    seat.get_by_label("Discard").click();
    seat.run_steps(3);
    assert_eq!(Store::open_to_look(&folder).unwrap().project().workflow, workflow);
    // Who only reads sees what the project is, and changes nothing.
    seat.state_mut().handle(Input::Command(Command::ChangeReader));
    seat.run_steps(3);
    seat.get_by_label("Read as R3").click();
    is_in(&mut seat, "R3");
    show(&mut seat, ProjectPage::About);
    seat.get_by_label("Only an owner of the project changes this.");
    assert!(seat.get_by_label("Single reading").accesskit_node().is_disabled());
}

#[test]
fn the_overview_counts_and_a_blind_reader_is_told_nothing_of_it() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 4);
    let reads = Reader { roles: Roles::NONE.with(Role::Annotator), ..Reader::new("R3", "Reads only") };
    store.add_reader(&reads).unwrap();
    let mut said = |n: usize, reader: &str, edit: Edit| {
        let (image, reader) = (support::entry(n).facts.image, ReaderId::from(reader));
        store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: 1_000 }).unwrap();
    };
    for (n, reader) in [(0, "R1"), (0, "R2"), (1, "R2")] {
        let id = AnnotationId(if reader == "R1" { 100 } else { 200 } + n as i64);
        said(n, reader, Edit::Add(Annotation::no_finding(id, Origin::Drawn)));
        said(n, reader, Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed });
    }
    drop(store);
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    is_in(&mut seat, "R1");
    show(&mut seat, ProjectPage::Overview);
    wait(&mut seat, "the overview", |w| w.session.team.overseeing.overview.is_some());
    for label in ["Collected: 4 of 4 films", "Fit to be read: 4 of 4 films", "Read: 2 of 4 films", "R2: 2 of 4"] {
        seat.get_by_label(label);
    }
    seat.get_by_label("Comments that wait: 0");
    picture(&mut seat, "project_overview");
    seat.state_mut().handle(Input::Command(Command::ChangeReader));
    seat.run_steps(3);
    assert!(seat.state().session.team.overseeing.overview.is_none(), "figures go with the person");
    seat.get_by_label("Read as R3").click();
    is_in(&mut seat, "R3");
    show(&mut seat, ProjectPage::Overview);
    wait(&mut seat, "the refusal", |w| w.session.team.overseeing.failure.is_some());
    assert_eq!(seat.state().session.screen, Screen::Project);
    assert!(seat.query_by_label("R2: 2 of 4").is_none() && seat.query_by_label_contains("films").is_some());
}

/// Readers who came with labels are annotators. The screen says that nobody owns the project, and who is added there does.
#[test]
fn a_project_that_nobody_owns_says_so_and_whoever_is_added_owns_it() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 2);
    let roles = Roles::NONE.with(Role::Annotator);
    // Two people of the helper's, as an import would have brought them: the last owner can't step down in the program.
    let conn = rusqlite::Connection::open(folder.join("project.db")).unwrap();
    conn.execute("UPDATE reader SET roles = 'annotator'", []).unwrap();
    drop(conn);
    assert!(store.readers().unwrap().iter().all(|one| one.roles == roles));
    let mut seat = at_project(&folder);
    seat.run_steps(6);
    seat.get_by_label_contains("Nobody looks after this project yet.");
    seat.get_by_label("Add a reader").click();
    wait(&mut seat, "the new person", |w| w.session.project.iter().flat_map(|open| &open.readers).count() == 3);
    seat.run_steps(6);
    assert!(seat.query_by_label_contains("Nobody looks after this project yet.").is_none());
    let third = store.readers().unwrap().into_iter().find(|one| one.id.as_str() == "R3").unwrap();
    assert!(third.roles.has(Role::Owner));
    store.sign_in(&third.id, None).unwrap();
}
