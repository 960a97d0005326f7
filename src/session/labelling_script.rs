//! What labels, attributes and answers must do in the session: several labels on a shape, answers of a whole study.

use std::sync::Arc;

use crate::domain::label::{Label, LabelKind, LabelName, LabelScope, LabelSet};
use crate::domain::presence::Presence;

use super::gesture_script::{answer, film, reading_session};
use super::labelling::answers_of;
use super::*;

fn ask(session: &mut Session, command: Command) {
    let effects = session.handle(Input::Command(command), 0);
    answer(session, effects);
}

fn name(text: &str) -> LabelName {
    LabelName::new(text)
}

/// Two films of a study side by side, with a label of the study and one of the series.
fn two_films() -> Session {
    let mut session = reading_session();
    let project = session.project.as_ref().expect("open");
    let mut labels = project.label_set.labels().to_vec();
    for (label, scope) in [("Scoliosis", LabelScope::Study), ("Rotated", LabelScope::Series)] {
        labels.push(Label { scope, ..Label::named(label, LabelKind::Global) });
    }
    let label_set = Arc::new(LabelSet::new("test", "", "", labels).expect("valid"));
    let changed = Event::ProjectChanged { project: Box::new(project.settings.clone()), label_set };
    let effects = session.handle(Input::Event(changed), 0);
    answer(&mut session, effects);
    ask(&mut session, Command::SetLayout(Layout::Two));
    session
}

fn said(session: &Session, slot: usize, scope: LabelScope, label: &str) -> Option<Presence> {
    let film = session.pane_at(slot).and_then(|pane| pane.film.as_ref()).expect("a film");
    answers_of(&film.reading, scope).get(&name(label))
}

fn say(label: &str, presence: Option<Presence>) -> Command {
    Command::Label(LabelCommand::Answer(name(label), presence))
}

#[test]
fn what_is_said_of_a_study_is_said_on_all_its_films_at_once() {
    let mut session = two_films();
    ask(&mut session, say("Scoliosis", Some(Presence::Unsure)));
    ask(&mut session, say("Rotated", Some(Presence::Absent)));
    for slot in [0, 1] {
        assert_eq!(said(&session, slot, LabelScope::Study, "Scoliosis"), Some(Presence::Unsure), "{slot}");
        assert_eq!(said(&session, slot, LabelScope::Series, "Rotated"), Some(Presence::Absent), "{slot}");
    }
    // From the other film it goes on, and its undo reaches both.
    ask(&mut session, Command::ActivatePane(1));
    ask(&mut session, say("Scoliosis", Some(Presence::Present)));
    assert_eq!(said(&session, 0, LabelScope::Study, "Scoliosis"), Some(Presence::Present));
    // The first film's own last change is still what it expects; the one before is not.
    ask(&mut session, Command::ActivatePane(0));
    ask(&mut session, Command::Undo);
    assert_eq!(said(&session, 1, LabelScope::Series, "Rotated"), None);
    ask(&mut session, Command::Undo);
    let notice = session.notice.clone().map(|notice| notice.text).unwrap_or_default();
    assert!(notice.contains("changed since on another of its films"), "{notice}");
    assert_eq!(said(&session, 0, LabelScope::Study, "Scoliosis"), Some(Presence::Present));
    ask(&mut session, Command::ActivatePane(1));
    ask(&mut session, Command::Undo);
    ask(&mut session, Command::ActivatePane(0));
    ask(&mut session, Command::Undo);
    assert_eq!(said(&session, 1, LabelScope::Study, "Scoliosis"), None);
}

#[test]
fn only_absent_stands_beside_no_finding() {
    let mut session = reading_session();
    ask(&mut session, say("Tumor", Some(Presence::Absent)));
    ask(&mut session, Command::NoFinding);
    let has = |session: &Session| session.pane.film.as_ref().is_some_and(|f| f.reading.has_no_finding());
    assert!(has(&session));
    for presence in [Presence::Present, Presence::Unsure] {
        ask(&mut session, say("Tumor", Some(presence)));
        assert_eq!(said(&session, 0, LabelScope::Image, "Tumor"), Some(Presence::Absent));
    }
    ask(&mut session, say("Tumor", None));
    assert_eq!(said(&session, 0, LabelScope::Image, "Tumor"), None);
    assert!(has(&session));
}

#[test]
fn the_next_label_key_adds_or_answers_once() {
    let mut session = reading_session();
    ask(&mut session, Command::Label(LabelCommand::Next(NextLabel::Answer(Presence::Absent))));
    ask(&mut session, Command::AssignLabel(name("Osteophytes")));
    assert_eq!(said(&session, 0, LabelScope::Image, "Osteophytes"), Some(Presence::Absent));
    assert_eq!(session.armed, None, "said, not armed");
    ask(&mut session, Command::AssignLabel(name("Osteophytes")));
    assert_eq!(session.armed, Some(name("Osteophytes")), "the key after that is an ordinary one");
    ask(&mut session, Command::Label(LabelCommand::Next(NextLabel::Answer(Presence::Unsure))));
    ask(&mut session, Command::Escape);
    assert_eq!(session.next_label, NextLabel::Assign);
}

#[test]
fn labels_that_go_leave_nothing_armed_that_is_not_there() {
    let mut session = reading_session();
    ask(&mut session, Command::AssignLabel(name("Fracture")));
    let project = session.project.as_ref().expect("open");
    let labels = project.label_set.labels().iter().filter(|l| l.name != name("Fracture")).cloned().collect();
    let label_set = Arc::new(LabelSet::new("test", "", "", labels).expect("valid"));
    let changed = Event::ProjectChanged { project: Box::new(project.settings.clone()), label_set };
    let effects = session.handle(Input::Event(changed), 0);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LoadReading { .. })), "{effects:?}");
    assert_eq!(session.armed, None);
    assert_eq!(film().width, 200);
}

fn changed(session: &Session, is_open: bool, label_set: Arc<LabelSet>) -> Input {
    let settings = &session.project.as_ref().expect("open").settings;
    let project = crate::domain::project::Project { is_open, ..settings.clone() };
    Input::Event(Event::ProjectChanged { project: Box::new(project), label_set })
}

#[test]
fn a_rename_is_followed_by_what_is_armed_and_by_the_filter() {
    use crate::domain::label_change::LabelDraft;
    let mut session = reading_session();
    ask(&mut session, Command::AssignLabel(name("Fracture")));
    ask(&mut session, Command::FilterLabel(Some(name("Fracture"))));
    assert_eq!(session.worklist.filter.label, Some(1));
    let base = session.project.as_ref().expect("open").label_set.clone();
    let mut draft = LabelDraft::of(base.clone());
    draft.rename(1, "Break");
    draft.shift(1, 0);
    let set = Arc::new(draft.set().expect("valid"));
    let drafted = LabelSetCommand::Draft(Box::new(draft));
    ask(&mut session, Command::ChangeProject(Box::new(ProjectCommand::Labels(drafted))));
    let input = changed(&session, false, set);
    session.handle(input, 0);
    assert_eq!((session.armed.clone(), session.worklist.filter.label), (Some(name("Break")), Some(0)));
    // Another window's names are not known to be new ones: nothing is armed, and every film is listed.
    let input = changed(&session, false, base);
    session.handle(input, 0);
    assert_eq!((session.armed.clone(), session.worklist.filter.label), (None, None));
}

#[test]
fn nothing_of_one_reader_is_left_for_the_next() {
    use crate::domain::reading_time::ReaderStatistics;
    let mut session = reading_session();
    let project = session.project.as_mut().expect("open");
    let second = crate::domain::project::Reader { id: "R2".into(), ..project.readers[0].clone() };
    project.readers.push(second);
    ask(&mut session, Command::AssignLabel(name("Fracture")));
    super::gesture_script::play(&mut session, "draw 20,20,60,60");
    ask(&mut session, Command::Copy);
    ask(&mut session, Command::Label(LabelCommand::Next(NextLabel::Add)));
    ask(&mut session, Command::Walk(WalkCommand::ShowMyStatistics));
    assert!(!session.clipboard.is_empty() && session.dialog.is_some());
    ask(&mut session, Command::SignInAs("R2".into()));
    assert_eq!((session.clipboard.len(), session.next_label, &session.dialog), (0, NextLabel::Assign, &None));
    assert_eq!(session.label_desk, LabelDesk::default());
    // What was counted for the first comes when the second asks.
    ask(&mut session, Command::Walk(WalkCommand::ShowMyStatistics));
    for (reader, is_shown) in [("R1", false), ("R2", true)] {
        let statistics = Box::new(ReaderStatistics::default());
        session.handle(Input::Event(Event::StatisticsLoaded { reader: reader.into(), statistics }), 0);
        assert_eq!(matches!(session.dialog, Some(Dialog::MyStatistics(Some(_)))), is_shown, "{reader}");
    }
}

#[test]
fn a_project_that_keeps_readers_apart_again_shows_nothing_of_others_at_once() {
    let mut session = two_films();
    let set = session.project.as_ref().expect("open").label_set.clone();
    let input = changed(&session, true, set.clone());
    session.handle(input, 0);
    let others = |image: &str| vec![crate::domain::reading::Reading::new(image.into(), "R2".into())];
    session.pane.film.as_mut().expect("a film").others = others("film0");
    session.other_panes[0].film.as_mut().expect("a film").others = others("film1");
    let input = changed(&session, false, set);
    session.handle(input, 0);
    assert!(session.panes().all(|(_, pane)| pane.film.as_ref().is_some_and(|film| film.others.is_empty())));
}

#[test]
fn hidden_marks_are_left_out_of_what_is_selected_at_once() {
    let mut session = reading_session();
    ask(&mut session, Command::AssignLabel(name("Fracture")));
    super::gesture_script::play(&mut session, "draw 10,10,30,30 draw 50,10,70,30 draw 90,10,110,30");
    let ids: Vec<_> = session
        .pane
        .film
        .as_ref()
        .expect("a film")
        .reading
        .annotations()
        .iter()
        .map(crate::domain::annotation::Annotation::id)
        .collect();
    ask(&mut session, Command::HideMark(ids[1]));
    ask(&mut session, Command::SelectMark(ids[0]));
    for command in [LabelCommand::SelectTo(ids[2]), LabelCommand::SelectAll] {
        ask(&mut session, Command::Label(command));
        let film = session.pane.film.as_ref().expect("a film");
        let selected: Vec<bool> = ids.iter().map(|id| film.is_selected(*id)).collect();
        assert_eq!(selected, [true, false, true]);
    }
}

#[test]
fn a_refused_answer_of_a_study_is_read_again_on_all_its_films() {
    let mut session = two_films();
    let effects = session.handle(Input::Command(say("Scoliosis", Some(Presence::Present))), 0);
    let ticket = effects.iter().find_map(|e| if let Effect::Persist(p) = e { Some(p.ticket) } else { None });
    // What was read of the other film before the answer was written does not take it back.
    let stale = Effect::LoadReading { image: "film1".into(), reader: "R1".into() };
    answer(&mut session, vec![stale]);
    assert_eq!(said(&session, 1, LabelScope::Study, "Scoliosis"), Some(Presence::Present));
    let refused = Event::SaveRefused { ticket: ticket.expect("an edit"), message: "changed elsewhere first".into() };
    let effects = session.handle(Input::Event(refused), 0);
    let read =
        |film: &str| effects.iter().any(|e| matches!(e, Effect::LoadReading { image, .. } if image.as_str() == film));
    assert!(read("film0") && read("film1"), "{effects:?}");
    answer(&mut session, effects);
    assert_eq!(said(&session, 1, LabelScope::Study, "Scoliosis"), None);
}
