//! What keys, buttons and fingers ask for under other maps than the first, played on a session.

use crate::domain::geometry::Point;
use crate::domain::id::ReaderId;

use super::effect::Effect;
use super::gesture_script::{drag, play, reading_session, told};
use super::input_map::{Held, InputChange, InputMap, Keys, MouseButton, Preset, Press, PressAction};
use super::*;

fn bind(session: &mut Session, change: InputChange) {
    session.handle(Input::Command(Command::ChangeInput(change)), 0);
}

fn window_of(session: &Session) -> (f64, f64) {
    let window = session.pane.film.as_ref().and_then(OpenFilm::window).expect("shown");
    (window.width.round(), window.center.round())
}

#[test]
fn other_viewers_window_with_the_left_button_and_zoom_with_the_right() {
    let mut session = reading_session();
    bind(&mut session, InputChange::UsePreset(Preset::Ohif));
    let (width, center) = window_of(&session);
    play(&mut session, "drag 50,50,60,70");
    assert_eq!(window_of(&session), (width + 40.0, center + 80.0));
    assert!(told(&session).ends_with("film0 new:"), "nothing was drawn: {}", told(&session));
    let scale = |session: &Session| {
        let film = session.pane.film.as_ref().expect("open");
        film.viewport.scale(session.pane.canvas, film.grid())
    };
    let before = scale(&session);
    play(&mut session, "right 50,80,50,30");
    assert!((scale(&session) / before - 2.0f64.sqrt()).abs() < 1e-9, "50 points up enlarge by the root of two");
    assert_eq!(window_of(&session), (width + 40.0, center + 80.0));
    // The box tool draws with the left button as everywhere; Weasis leaves the right one to the menu.
    bind(&mut session, InputChange::UsePreset(Preset::Weasis));
    let before = (window_of(&session), scale(&session));
    play(&mut session, "right 50,80,50,30");
    assert_eq!((window_of(&session), scale(&session)), before);
    play(&mut session, "F Shift+B 1 drag 10,10,50,40");
    assert!(told(&session).contains("*Osteophytes(10,10,50,40)"), "{}", told(&session));
}

#[test]
fn a_button_under_the_thumb_asks_for_its_command() {
    let mut session = reading_session();
    let before = told(&session);
    drag(&mut session, PointerButton::Forward, &[50.0, 50.0, 50.0, 50.0]);
    assert!(told(&session).starts_with("film1"), "{}", told(&session));
    drag(&mut session, PointerButton::Back, &[50.0, 50.0, 50.0, 50.0]);
    assert_eq!(told(&session), before);
    let press = Press { button: MouseButton::Back, held: Held::default() };
    bind(&mut session, InputChange::BindButton(press, PressAction::Command("no_finding".to_owned())));
    drag(&mut session, PointerButton::Back, &[50.0, 50.0, 50.0, 50.0]);
    assert_eq!(told(&session), "film0 doing: No finding");
    // A command that is not there does nothing, and a drag with it neither.
    bind(&mut session, InputChange::BindButton(press, PressAction::Command("of_another_version".to_owned())));
    drag(&mut session, PointerButton::Back, &[50.0, 50.0, 80.0, 80.0]);
    assert_eq!(told(&session), "film0 doing: No finding");
}

#[test]
fn the_reader_s_own_key_goes_before_a_label_s_and_the_preset_s_behind() {
    let mut session = reading_session();
    play(&mut session, "1");
    assert_eq!(session.armed.as_ref().map(ToString::to_string).as_deref(), Some("Osteophytes"));
    session.armed = None;
    bind(&mut session, InputChange::BindKeys("fit".to_owned(), vec![Keys::parse("1").expect("keys")]));
    play(&mut session, "wheel 50,50,3 1");
    assert_eq!(session.armed, None);
    assert_eq!(session.pane.film.as_ref().expect("open").viewport.zoom, viewport::Zoom::Fit);
}

#[test]
fn two_fingers_end_the_drawing_and_move_the_film() {
    let mut session = reading_session();
    let event = |kind, x| {
        let at = Point::new(x, 50.0);
        let (is_ctrl, is_shift, is_alt, is_space) = (false, false, false, false);
        Input::Pointer(PointerEvent { slot: 0, kind, at, is_ctrl, is_shift, is_alt, is_space })
    };
    session.handle(event(PointerKind::Down(PointerButton::Left), 20.0), 0);
    session.handle(event(PointerKind::Move, 60.0), 0);
    let at = Point::new(100.0, 50.0);
    let film = session.pane.film.as_ref().expect("open");
    let under = film.viewport.image_from_screen(session.pane.canvas, film.grid()).apply(at);
    session.handle(Input::Pinch { slot: 0, at, factor: 2.0, by: Point::new(7.0, -3.0) }, 0);
    session.handle(event(PointerKind::Up(PointerButton::Left), 60.0), 0);
    assert_eq!(told(&session), "film0 new:");
    assert!(session.pane.film.as_ref().expect("open").unlabelled.is_none());
    let film = session.pane.film.as_ref().expect("open");
    let now = film.viewport.screen_from_image(session.pane.canvas, film.grid()).apply(under);
    assert!((now.x - 107.0).abs() < 1e-6 && (now.y - 47.0).abs() < 1e-6, "{now:?}");
}

#[test]
fn each_reader_has_their_own_keys_and_the_computer_its_settings() {
    let mut session = reading_session();
    let change = InputChange::BindKeys("invert".to_owned(), vec![Keys::parse("Ctrl+J").expect("keys")]);
    let effects = session.handle(Input::Command(Command::ChangeInput(change)), 0);
    assert!(effects.iter().any(|e| matches!(e, Effect::RememberInput { reader, .. } if reader.as_str() == "R1")));
    let choices = session.input.choices().clone();
    let effects = session.handle(Input::Command(Command::SignInAs(ReaderId::new("R1"))), 0);
    assert!(effects.iter().any(|e| matches!(e, Effect::LoadInput { .. })));
    assert_eq!(session.input, InputMap::default());
    let loaded =
        |reader: &str| Event::InputLoaded { reader: ReaderId::new(reader), choices: Box::new(choices.clone()) };
    session.handle(Input::Event(loaded("R2")), 0);
    assert_eq!(session.input, InputMap::default(), "another reader's keys come too late");
    session.handle(Input::Event(loaded("R1")), 0);
    assert_eq!(session.input.choices(), &choices);

    let settings = super::settings::Settings { zoom_percent: 125, ..session.settings.clone() };
    let effects = session.handle(Input::Command(Command::ChangeSettings(Box::new(settings.clone()))), 0);
    assert!(effects.contains(&Effect::RememberSettings(Box::new(settings.clone()))));
    let again = session.handle(Input::Command(Command::ChangeSettings(Box::new(settings))), 0);
    assert!(!again.iter().any(|e| matches!(e, Effect::RememberSettings(_))), "nothing changed, nothing is written");
}
