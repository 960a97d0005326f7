//! A reader who knows nothing of others, at the window: wherever they go, neither the screen nor what is behind it tells of
//! anybody else.

use egui_kittest::kittest::NodeT;
use rachis::domain::people::Role;
use rachis::domain::project::Workflow;

use rachis::session::{Command, EvaluateCommand, Input, ProjectCommand, ProjectPage};
use rachis::store::Store;

use crate::public_face::{ID, NAME, PLACE, WORDS, twins};
use crate::seat::{Seat, at_project, is_reading, wait};
use egui_kittest::kittest::Queryable;

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    // Lanes answer in their own time; what they tell must not matter.
    for _ in 0..10 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        seat.run_steps(2);
    }
}

fn assert_silent(seat: &Seat<'_>, place: &str) {
    let mut told = format!("{:?}", seat.state().session);
    for node in seat.root().children_recursive() {
        let node = node.accesskit_node();
        told.extend([node.label(), node.value(), node.description()].into_iter().flatten());
    }
    for secret in [NAME, WORDS, ID, &PLACE.to_string()] {
        if let Some(at) = told.find(secret) {
            let from = (0..=at.saturating_sub(200)).rev().find(|n| told.is_char_boundary(*n)).unwrap_or(0);
            panic!("{place} tells of another reader: ...{}", &told[from..at + secret.len()]);
        }
    }
}

#[test]
fn a_blind_reader_meets_nobody_in_the_whole_window() {
    let folder = tempfile::tempdir().unwrap();
    let [_, among] = twins(folder.path());
    // The list shows what was handed out; that is not what is looked at here.
    Store::open(&among).unwrap().set_workflow(Workflow::Free).unwrap();
    let mut seat = at_project(&among);
    seat.get_by_label("Read as R2").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    let is_annotator = |w: &rachis::app::Window| w.session.reader.as_ref().is_some_and(|r| !r.roles.has(Role::Owner));
    assert!(is_annotator(seat.state()));
    wait(&mut seat, "only the own name is left", |w| {
        w.session.project.as_ref().is_some_and(|open| open.readers.len() == 1)
    });
    assert_silent(&seat, "the list");
    let image = crate::support::entry(0).facts.image;
    ask(&mut seat, Command::OpenFilm(image));
    wait(&mut seat, "the film", is_reading);
    assert_silent(&seat, "a film");
    for page in ProjectPage::ALL {
        ask(&mut seat, Command::ChangeProject(Box::new(ProjectCommand::Show(page))));
        assert_silent(&seat, &format!("{page:?}"));
    }
    ask(&mut seat, Command::ChangeProject(Box::new(ProjectCommand::Leave)));
    for command in [Command::Evaluate(EvaluateCommand::Show), Command::ShowWorklist, Command::Palette] {
        let place = format!("{command:?}");
        ask(&mut seat, command);
        assert_silent(&seat, &place);
        ask(&mut seat, Command::CloseDialog);
    }
    // Whoever comes next finds everybody's name again, and nobody is in meanwhile.
    ask(&mut seat, Command::ChangeReader);
    wait(&mut seat, "the names", |w| w.session.project.as_ref().is_some_and(|open| open.readers.len() > 1));
    assert!(seat.state().session.reader.is_none());
}

#[test]
fn where_people_sign_in_nothing_is_told_before_somebody_has() {
    let folder = tempfile::tempdir().unwrap();
    let [_, among] = twins(folder.path());
    {
        let mut store = Store::open(&among).unwrap();
        store.set_pin(&"R1".into(), Some("4711")).unwrap();
    }
    let mut seat = at_project(&among);
    seat.run_steps(3);
    let session = &seat.state().session;
    assert!(session.models.models.is_empty(), "models are told of when somebody is in");
    seat.get_by_label("Read as R2").click();
    wait(&mut seat, "the models", |w| !w.session.models.models.is_empty());
}
