//! What viewports side by side must do: hang, change places, follow each other, and come back as they were.

use crate::domain::geometry::{Point, Size};
use crate::domain::id::ImageId;
use crate::domain::imaging::Voi;

use super::gesture_script::{answer, reading_session};
use super::viewport::{Canvas, Viewport, Zoom};
use super::*;

fn ask(session: &mut Session, command: Command) {
    let effects = session.handle(Input::Command(command), 0);
    answer(session, effects);
}

fn pointer(session: &mut Session, slot: usize, kind: PointerKind, at: (f64, f64), now_ms: i64) {
    let event = PointerEvent {
        slot,
        kind,
        at: Point::new(at.0, at.1),
        is_ctrl: false,
        is_shift: false,
        is_alt: false,
        is_space: false,
    };
    let effects = session.handle(Input::Pointer(event), now_ms);
    answer(session, effects);
}

fn click(session: &mut Session, slot: usize, at: (f64, f64), now_ms: i64) {
    pointer(session, slot, PointerKind::Down(PointerButton::Left), at, now_ms);
    pointer(session, slot, PointerKind::Up(PointerButton::Left), at, now_ms);
}

/// What each viewport shows, by the film's number; `-` where it is empty, the active one in brackets.
fn shown(session: &Session) -> String {
    let one = |(slot, pane): (usize, &Pane)| {
        let name = pane.image().map_or("-", |image| image.as_str().trim_start_matches("film"));
        if slot == session.active_slot { format!("[{name}]") } else { name.to_owned() }
    };
    session.panes().map(one).collect::<Vec<_>>().join(" ")
}

fn two_panes() -> Session {
    let mut session = reading_session();
    ask(&mut session, Command::SetLayout(Layout::Two));
    for slot in 0..2 {
        let canvas = Canvas { size: Size::new(200.0, 100.0), pixels_per_point: 1.0 };
        session.handle(Input::CanvasResized { slot, canvas }, 0);
    }
    session
}

#[test]
fn a_study_is_hung_over_the_viewports() {
    let mut session = two_panes();
    assert_eq!(shown(&session), "[0] 1");
    ask(&mut session, Command::NextFilm);
    assert_eq!(shown(&session), "0 [1]", "the next film is there already");
    ask(&mut session, Command::SetLayout(Layout::Four));
    assert_eq!(shown(&session), "0 [1] - -");
    ask(&mut session, Command::SetLayout(Layout::One));
    assert_eq!(shown(&session), "[1]", "the film being read stays");
}

#[test]
fn a_press_makes_its_viewport_the_active_one_and_moves_do_not() {
    let mut session = two_panes();
    pointer(&mut session, 1, PointerKind::Move, (50.0, 50.0), 0);
    assert_eq!(shown(&session), "[0] 1");
    assert!(session.pane_at(1).is_some_and(|p| p.film.as_ref().is_some_and(|f| f.cursor.is_some())));
    click(&mut session, 1, (50.0, 50.0), 0);
    assert_eq!(shown(&session), "0 [1]");
    ask(&mut session, Command::AssignLabel(crate::domain::label::LabelName::new("Osteophytes")));
    pointer(&mut session, 0, PointerKind::Down(PointerButton::Left), (20.0, 20.0), 0);
    pointer(&mut session, 0, PointerKind::Move, (60.0, 60.0), 0);
    // Over the other viewport now: the drag stays where it began.
    pointer(&mut session, 1, PointerKind::Move, (80.0, 80.0), 0);
    pointer(&mut session, 1, PointerKind::Up(PointerButton::Left), (80.0, 80.0), 0);
    let boxes = |slot: usize| session.pane_at(slot).and_then(|p| p.film.as_ref()).map(|f| f.reading.num_marks());
    assert_eq!((boxes(0), boxes(1)), (Some(1), Some(0)));
}

#[test]
fn a_film_dropped_into_a_viewport_changes_places() {
    let mut session = two_panes();
    let image = ImageId::new("film0");
    ask(&mut session, Command::ShowIn { slot: 1, image });
    assert_eq!(shown(&session), "1 [0]");
    ask(&mut session, Command::ShowIn { slot: 7, image: ImageId::new("film1") });
    assert_eq!(shown(&session), "1 [0]", "there is no such viewport");
}

#[test]
fn linked_viewports_zoom_pan_and_window_together() {
    let mut session = two_panes();
    let other = |session: &Session| -> (f64, Point, f64) {
        let pane = session.pane_at(1).expect("two viewports");
        let film = pane.film.as_ref().expect("hung");
        let window = film.window().expect("there");
        (film.viewport.scale(pane.canvas, film.grid()), film.viewport.center, window.width)
    };
    let before = other(&session);
    session.handle(Input::Wheel { slot: 0, at: Point::new(20.0, 20.0), steps: 2.0 }, 0);
    assert_eq!(other(&session), before, "not linked");
    ask(&mut session, Command::Fit);
    ask(&mut session, Command::ToggleLinked);
    session.handle(Input::Wheel { slot: 0, at: Point::new(20.0, 20.0), steps: 2.0 }, 0);
    let film = session.pane.film.as_ref().expect("open");
    let own = film.viewport.scale(session.pane.canvas, film.grid());
    assert!((other(&session).0 - own).abs() < 1e-9);
    assert!((other(&session).1.x - film.viewport.center.x).abs() < 1e-9);
    pointer(&mut session, 0, PointerKind::Down(PointerButton::Right), (50.0, 50.0), 0);
    pointer(&mut session, 0, PointerKind::Move, (90.0, 50.0), 0);
    pointer(&mut session, 0, PointerKind::Up(PointerButton::Right), (90.0, 50.0), 0);
    let own = session.pane.film.as_ref().and_then(OpenFilm::window).expect("there").width;
    assert!(own > before.2 && (other(&session).2 - own).abs() < 1e-6, "{own} {:?}", other(&session));
}

#[test]
fn a_double_click_shows_one_viewport_alone() {
    let mut session = two_panes();
    click(&mut session, 1, (50.0, 50.0), 0);
    click(&mut session, 1, (51.0, 50.0), 300);
    assert!(session.is_maximised && session.active_slot == 1);
    click(&mut session, 1, (50.0, 50.0), 2000);
    click(&mut session, 1, (50.0, 50.0), 2900);
    assert!(session.is_maximised, "too slow");
    click(&mut session, 1, (50.0, 50.0), 3000);
    assert!(!session.is_maximised);
}

#[test]
fn the_view_is_kept_for_the_next_film_where_asked() {
    let mut session = reading_session();
    ask(&mut session, Command::ToggleKeepView);
    session.handle(Input::Wheel { slot: 0, at: Point::new(20.0, 20.0), steps: 3.0 }, 0);
    ask(&mut session, Command::RotateRight);
    let before = session.pane.film.as_ref().expect("open").viewport;
    ask(&mut session, Command::NextFilm);
    let after = session.pane.film.as_ref().expect("open");
    assert_eq!((after.image().as_str(), after.viewport), ("film1", before));
    ask(&mut session, Command::ToggleKeepView);
    ask(&mut session, Command::PreviousFilm);
    assert_eq!(session.pane.film.as_ref().expect("open").viewport, Viewport::default());
}

#[test]
fn every_viewport_comes_back_as_it_was() {
    let mut session = two_panes();
    session.handle(Input::Wheel { slot: 1, at: Point::new(20.0, 20.0), steps: 3.0 }, 0);
    click(&mut session, 1, (50.0, 50.0), 0);
    ask(&mut session, Command::Invert);
    let view = session.view_state().expect("signed in");
    assert!(matches!(view.films[1].as_ref().expect("two films").viewport.zoom, Zoom::Scale(_)));

    let mut again = reading_session();
    let project = again.project.clone().expect("open");
    let opened = Event::ProjectOpened {
        folder: project.folder.clone(),
        project: project.settings.clone(),
        label_set: project.label_set.clone(),
        readers: project.readers.clone(),
        number: 2,
        is_read_only: false,
        view: Some(Box::new(view.clone())),
    };
    let rows = (0..2).filter_map(|n| again.worklist.shown(n).cloned()).collect();
    again.handle(Input::Event(opened), 0);
    let effects = again.handle(Input::Event(Event::WorklistLoaded { reader: view.reader.clone(), rows }), 0);
    answer(&mut again, effects);
    assert_eq!(again.view_state(), Some(view));
    let voi = |s: &Session| s.pane.film.as_ref().and_then(|f| f.display.as_ref()).map(|d| d.voi.clone());
    assert!(matches!(voi(&again), Some(Voi::Window(_))) && voi(&again) == voi(&session));
}

#[test]
fn looking_at_the_film_beside_does_not_choose_it() {
    let mut session = two_panes();
    for button in [PointerButton::Right, PointerButton::Middle] {
        pointer(&mut session, 1, PointerKind::Down(button), (50.0, 50.0), 0);
        pointer(&mut session, 1, PointerKind::Move, (90.0, 70.0), 0);
        pointer(&mut session, 1, PointerKind::Up(button), (90.0, 70.0), 0);
    }
    assert_eq!(shown(&session), "[0] 1");
    let beside = session.pane_at(1).and_then(|pane| pane.film.as_ref()).expect("hung");
    assert!(beside.is_display_changed && beside.viewport.zoom != Zoom::Fit, "it was windowed and moved all the same");
    assert!(session.pane.film.as_ref().is_some_and(|film| !film.is_display_changed));
}

#[test]
fn nobody_decides_on_a_film_that_was_not_painted_yet() {
    let mut session = reading_session();
    // Both keys in one frame: the second film is decoded, and nobody has seen it.
    for _ in 0..2 {
        let effects = session.handle(Input::Command(Command::NormalAndNext), 0);
        for effect in effects {
            let event = match effect {
                Effect::LoadReading { image, reader } => Event::ReadingLoaded {
                    study: vec![super::gesture_script::entry(0), super::gesture_script::entry(1)],
                    priors: Vec::new(),
                    reading: crate::domain::reading::Reading::new(image.clone(), reader),
                    image,
                    log: Vec::new(),
                    others: Vec::new(),
                    models_seen: Vec::new(),
                },
                Effect::LoadPicture { image, frame } => {
                    Event::PictureLoaded { image, frame, film: std::sync::Arc::new(super::gesture_script::film()) }
                }
                _ => continue,
            };
            session.handle(Input::Event(event), 0);
        }
    }
    let film = session.pane.film.as_ref().expect("the second film");
    assert_eq!((film.image().as_str(), film.is_completed()), ("film1", false));
    assert!(!film.reading.has_no_finding());
    session.handle(Input::FilmDrawn { slot: 0 }, 0);
    session.handle(Input::Command(Command::NormalAndNext), 0);
    assert!(session.pane.film.as_ref().is_some_and(OpenFilm::is_completed));
}

#[test]
fn a_box_without_its_label_keeps_its_film_in_place() {
    let mut session = two_panes();
    pointer(&mut session, 0, PointerKind::Down(PointerButton::Left), (20.0, 20.0), 0);
    pointer(&mut session, 0, PointerKind::Move, (60.0, 60.0), 0);
    pointer(&mut session, 0, PointerKind::Up(PointerButton::Left), (60.0, 60.0), 0);
    click(&mut session, 1, (50.0, 50.0), 0);
    ask(&mut session, Command::SetLayout(Layout::One));
    assert_eq!(shown(&session), "[0] 1", "the film with the box is shown, and nothing left");
    assert!(session.notice.as_ref().is_some_and(|notice| notice.text.contains("waits for its label")));
    ask(&mut session, Command::Escape);
    ask(&mut session, Command::SetLayout(Layout::One));
    assert_eq!(shown(&session), "[0]");
}

#[test]
fn a_film_that_cannot_be_read_holds_nothing_up() {
    let mut session = reading_session();
    session.handle(Input::Command(Command::NextFilm), 0);
    assert_eq!(shown(&session), "[1]");
    let failed = Event::ReadingFailed { image: ImageId::new("film1"), message: "no".to_owned() };
    session.handle(Input::Event(failed), 0);
    assert_eq!(shown(&session), "[0]", "the film before is there and can be changed");
    ask(&mut session, Command::NoFinding);
    assert!(session.pane.film.as_ref().is_some_and(|film| film.reading.has_no_finding()));
    ask(&mut session, Command::NextFilm);
    assert_eq!(shown(&session), "[1]", "asked for again, it is asked for again");
}

#[test]
fn a_comment_that_cannot_be_saved_stays_in_its_field() {
    let mut session = reading_session();
    let effects = session.handle(Input::Command(Command::NoFinding), 0);
    let ticket = effects.iter().find_map(|e| if let Effect::Persist(p) = e { Some(p.ticket) } else { None });
    let failed = Event::SaveFailed { ticket: ticket.expect("an edit"), message: "the disk is full".to_owned() };
    session.handle(Input::Event(failed), 0);
    ask(&mut session, Command::DraftComment("beside L4".to_owned()));
    ask(&mut session, Command::NextFilm);
    assert_eq!(shown(&session), "[0]", "nothing leaves");
    let film = session.pane.film.as_ref().expect("open");
    assert_eq!(film.comment_draft.as_deref(), Some("beside L4"));
}

#[test]
fn commands_of_the_film_are_not_heard_behind_the_list() {
    let mut session = reading_session();
    assert!(Command::NormalAndNext.is_available(&session));
    ask(&mut session, Command::ShowWorklist);
    assert!(!Command::NormalAndNext.is_available(&session));
    assert!(Command::ShowFilm.is_available(&session));
}
