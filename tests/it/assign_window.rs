//! The page on which films are handed out, in the window, by accessibility labels.

use std::collections::BTreeSet;

use egui_kittest::kittest::{NodeT, Queryable};
use rachis::domain::id::ReaderId;
use rachis::domain::people::{Reader, Role, Roles};
use rachis::domain::project::Workflow;
use rachis::session::{Command, Input, ProjectCommand, ProjectPage};
use rachis::store::Store;

use crate::seat::{Seat, at_project, wait};
use crate::support;

fn counted(seat: &mut Seat<'_>) {
    wait(seat, "what would come of it", |w| {
        let desk = &w.session.team.assigning;
        !desk.is_busy && desk.asked.is_none() && desk.preview.is_some()
    });
    seat.run_steps(3);
}

#[test]
fn films_are_handed_out_taken_back_and_given_on() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut store = support::project(&folder, 12);
    store.set_workflow(Workflow::Blind { readers: 2 }).unwrap();
    for id in ["R3", "R4"] {
        let roles = Roles::NONE.with(Role::Annotator);
        store.add_reader(&Reader { years_of_experience: Some(9), roles, ..Reader::new(id, id) }).unwrap();
    }
    drop(store);
    let mut seat = at_project(&folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded && w.session.reader.is_some());
    let page = Command::ChangeProject(Box::new(ProjectCommand::Show(ProjectPage::Assignment)));
    seat.state_mut().handle(Input::Command(page));
    wait(&mut seat, "the page", |w| w.session.team.assigning.facts.is_some());
    counted(&mut seat);
    // As the workflow asks for: two people a film, of all four.
    seat.get_by_label("12 films make 24 tasks for 4 people, 6 for each.");
    // Two people for two films each: only R3 and R4.
    seat.get_by_label("R3 · 9 y").click();
    seat.run_steps(3);
    seat.get_by_label("R4 · 9 y").click();
    seat.run_steps(3);
    counted(&mut seat);
    seat.get_by_label("12 films make 24 tasks for 2 people, 12 for each.");
    let store = Store::open_to_look(&folder).unwrap();
    assert!(store.tasks().unwrap().is_empty(), "nothing is handed out before it is asked for");
    seat.get_by_label("Hand them out").click();
    seat.run_steps(3);
    wait(&mut seat, "the tasks", |w| w.session.team.assigning.facts.as_ref().is_some_and(|f| f.hands.len() == 2));
    counted(&mut seat);
    seat.get_by_label("R3: 0 of 12 completed");
    let films = |store: &Store, id: &str| -> BTreeSet<_> {
        store.tasks_of(&ReaderId::from(id)).unwrap().into_iter().map(|task| task.image).collect()
    };
    assert_eq!((films(&store, "R3").len(), films(&store, "R4").len(), films(&store, "R1").len()), (12, 12, 0));
    // Once more can't be: the page says so, and the button is off.
    seat.get_by_label_contains("All of these films are in enough hands already");
    assert!(seat.get_by_label("Hand them out").accesskit_node().is_disabled());

    seat.get_by_label("Change the tasks of R3").click();
    seat.run_steps(3);
    seat.get_by_label("Take back").click();
    seat.run_steps(3);
    wait(&mut seat, "the change", |w| w.session.team.assigning.facts.as_ref().is_some_and(|f| f.hands.len() == 1));
    assert_eq!((films(&store, "R3").len(), films(&store, "R4").len()), (0, 12));
    seat.run_steps(5);
    seat.get_by_label("Change the tasks of R4").click();
    seat.run_steps(3);
    seat.get_by_label("Set aside").click();
    seat.run_steps(3);
    wait(&mut seat, "the change", |w| {
        w.session.team.assigning.facts.as_ref().is_some_and(|f| f.hands[0].2.paused == 12)
    });
    assert!(store.tasks_of(&"R4".into()).unwrap().iter().all(|task| task.is_paused));
}
