//! What windowing must do: presets, regions, handles, what the next film takes over, and what linked viewports follow.

use std::sync::Arc;

use crate::domain::geometry::{Point, Size};
use crate::domain::id::ImageId;
use crate::domain::imaging::{
    DisplaySettings, Enhancement, Film, GreyPlane, Pixels, PresetKind, Voi, VoiFunction, Window,
};

use super::effect::Effect;
use super::gesture_script::{answer, reading_session};
use super::viewport::Canvas;
use super::windowing::WindowCommand;
use super::*;

fn ask(session: &mut Session, command: Command) -> Vec<Effect> {
    assert!(command.is_available(session), "{command:?}");
    let effects = session.handle(Input::Command(command), 0);
    answer(session, effects.clone());
    effects
}

fn ask_window(session: &mut Session, command: WindowCommand) -> Vec<Effect> {
    ask(session, Command::Window(command))
}

fn drag(session: &mut Session, slot: usize, from: (f64, f64), to: (f64, f64)) {
    let mut send = |kind, at: (f64, f64)| {
        let at = Point::new(at.0, at.1);
        let event = PointerEvent { slot, kind, at, is_ctrl: false, is_shift: false, is_alt: false, is_space: false };
        session.handle(Input::Pointer(event), 0);
    };
    send(PointerKind::Down(PointerButton::Left), from);
    send(PointerKind::Move, (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1)));
    send(PointerKind::Move, to);
    send(PointerKind::Up(PointerButton::Left), to);
}

fn display(session: &Session) -> DisplaySettings {
    session.pane.film.as_ref().and_then(|film| film.display.clone()).expect("a film is shown")
}

fn window(session: &Session) -> Window {
    match display(session).voi {
        Voi::Window(window) => window,
        Voi::Lut(_) => panic!("a window"),
    }
}

fn chosen(center: f64, width: f64) -> WindowCommand {
    WindowCommand::Adjust { window: Window::linear(center, width), is_final: true }
}

/// Opens the second film with values that are `factor` times the first film's, of that many bits.
fn next_film(session: &mut Session, factor: u16, bits_stored: u16) {
    let first = session.pane.film.as_ref().and_then(|open| open.film().cloned()).expect("a film");
    let Pixels::Grey(plane) = &first.pixels else { panic!("grey") };
    let texels = plane.texels.iter().map(|texel| texel * factor).collect();
    let mut facts = first.facts.clone();
    facts.bits_stored = bits_stored;
    let second = Film::new(first.width, first.height, Pixels::Grey(GreyPlane { texels, ..plane.clone() }), facts);
    let effects = session.handle(Input::Command(Command::NextFilm), 0);
    let others: Vec<Effect> = effects.into_iter().filter(|e| !matches!(e, Effect::LoadPicture { .. })).collect();
    answer(session, others);
    let (image, frame, film) = (ImageId::new("film1"), 0, Arc::new(second));
    session.handle(Input::Event(Event::PictureLoaded { image, frame, film }), 0);
}

#[test]
fn a_region_gets_its_window_once_and_the_tool_goes_back() {
    let mut session = reading_session();
    ask(&mut session, Command::UseTool(Tool::Select));
    ask(&mut session, Command::UseTool(Tool::Region));
    drag(&mut session, 0, (20.0, 10.0), (60.0, 14.0));
    // Rows of 200: value = (200 y + x) mod 4096, so columns 20..60 of rows 10..14 hold 2020..=2659.
    let window = window(&session);
    assert_eq!(window.explanation.as_deref(), Some("region"));
    let (low, high) = window.ends();
    assert!((low - 2020.0).abs() < 25.0 && (high - 2659.0).abs() < 25.0, "{low} {high}");
    assert_eq!(session.tool, Tool::Select, "the tool that was up before");
    assert!(session.pane.film.as_ref().is_some_and(|film| film.unlabelled.is_none() && film.gesture.is_none()));

    ask(&mut session, Command::UseTool(Tool::Region));
    ask(&mut session, Command::Escape);
    assert_eq!(session.tool, Tool::Select);
    ask(&mut session, Command::UseTool(Tool::Region));
    drag(&mut session, 0, (20.0, 10.0), (30.0, 11.0));
    assert_eq!(self::window(&session), window, "a line of pixels is no region");
    assert!(session.notice.is_some());
}

#[test]
fn the_selected_finding_gives_a_window() {
    let mut session = reading_session();
    let of_finding = Command::Window(WindowCommand::OfFinding);
    assert!(!of_finding.is_available(&session), "nothing is selected");
    ask(&mut session, Command::AssignLabel(crate::domain::label::LabelName::new("Osteophytes")));
    drag(&mut session, 0, (20.0, 10.0), (60.0, 14.0));
    ask(&mut session, of_finding);
    let (low, high) = window(&session).ends();
    assert!((low - 2020.0).abs() < 25.0 && (high - 2659.0).abs() < 25.0, "{low} {high}");
}

#[test]
fn presets_are_saved_used_replaced_and_deleted() {
    let mut session = reading_session();
    let save = |session: &mut Session, name: &str, is_relative| {
        ask_window(session, WindowCommand::Save { name: name.to_owned(), is_relative })
    };
    ask_window(&mut session, chosen(1000.0, 400.0));
    let effects = save(&mut session, "  lung ", false);
    let function = VoiFunction::Linear;
    let kind = PresetKind::Fixed { center: 1000.0, width: 400.0, function };
    assert!(matches!(&effects[0], Effect::RememberPresets(presets) if presets[0].kind == kind), "{effects:?}");
    assert_eq!(session.windowing.presets[0].name, "lung");
    save(&mut session, "spine", true);
    ask_window(&mut session, chosen(2000.0, 900.0));
    ask_window(&mut session, WindowCommand::Project(0));
    assert_eq!((window(&session).center, window(&session).width), (1000.0, 400.0));
    assert_eq!(window(&session).explanation.as_deref(), Some("lung"));
    assert!(Command::Window(WindowCommand::Project(0)).is_on(&session));
    ask_window(&mut session, WindowCommand::Project(1));
    assert!((window(&session).center - 1000.0).abs() < 1e-6 && (window(&session).width - 400.0).abs() < 1e-6);
    ask_window(&mut session, chosen(500.0, 100.0));
    save(&mut session, "lung", false);
    assert_eq!(session.windowing.presets.len(), 2, "a preset of the same name is replaced");
    assert!(save(&mut session, " \n ", false).iter().all(|e| !matches!(e, Effect::RememberPresets(_))));
    ask_window(&mut session, WindowCommand::Delete(0));
    assert_eq!(session.windowing.presets.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["spine"]);
    assert!(!Command::Window(WindowCommand::Delete(1)).is_available(&session));
}

#[test]
fn bone_is_brighter_than_soft_tissue() {
    let mut session = reading_session();
    ask_window(&mut session, WindowCommand::Shipped(1));
    let bone = window(&session);
    ask_window(&mut session, WindowCommand::Shipped(2));
    assert!(bone.center > window(&session).center + 200.0, "{bone:?}");
    assert!(Command::Window(WindowCommand::Shipped(2)).is_on(&session));
    ask_window(&mut session, WindowCommand::Shipped(3));
    assert!((window(&session).ends().1 - window(&session).ends().0) > 4000.0);
}

#[test]
fn a_kept_window_goes_to_the_next_film_by_value_or_by_share() {
    // (values of the next film, its bits, whether the window is kept) -> its center
    for (factor, bits, keeps, expected) in
        [(1, 12, true, 900.0), (2, 12, true, 900.0), (2, 13, true, 1800.0), (1, 12, false, 2048.0)]
    {
        let mut session = reading_session();
        if keeps {
            ask_window(&mut session, WindowCommand::ToggleKeep);
        }
        ask_window(&mut session, chosen(900.0, 300.0));
        ask(&mut session, Command::Invert);
        next_film(&mut session, factor, bits);
        let center = window(&session).center;
        assert!((center - expected).abs() < 60.0 * f64::from(factor), "{factor} {bits} {keeps}: {center}");
        assert_eq!(display(&session).is_inverted, keeps);
        assert_eq!(session.pane.film.as_ref().map(|film| film.is_display_changed), Some(keeps));
    }
}

#[test]
fn an_untouched_window_is_not_kept() {
    let mut session = reading_session();
    ask_window(&mut session, WindowCommand::ToggleKeep);
    next_film(&mut session, 2, 12);
    let own = session.pane.film.as_ref().and_then(|f| f.film().cloned()).map(|f| f.computed_window());
    assert_eq!(Some(window(&session)), own, "the next film's own window is better than the first film's");
}

#[test]
fn enhancement_is_remembered_and_followed() {
    let mut session = reading_session();
    ask(&mut session, Command::SetLayout(Layout::Two));
    for slot in 0..2 {
        let canvas = Canvas { size: Size::new(200.0, 100.0), pixels_per_point: 1.0 };
        session.handle(Input::CanvasResized { slot, canvas }, 0);
    }
    let other =
        |session: &Session| session.pane_at(1).and_then(|p| p.film.as_ref()?.display.clone()).expect("the second film");
    ask_window(&mut session, WindowCommand::ToggleSharpening);
    assert!(display(&session).enhancement.sharpening > 0.0 && other(&session).enhancement.sharpening == 0.0);
    ask(&mut session, Command::ToggleLinked);
    let before = other(&session).voi;
    ask_window(&mut session, WindowCommand::ToggleEqualised);
    assert!(other(&session).enhancement.is_equalised && other(&session).voi == before);
    ask_window(&mut session, chosen(1000.0, 400.0));
    assert_ne!(other(&session).voi, before, "linked viewports window together");
    let view = session.view_state().expect("a reader");
    let kept = view.films[0].as_ref().map(|film| film.enhancement);
    assert_eq!(kept, Some(Enhancement { sharpening: 0.5, local_contrast: 0.0, is_equalised: true }));
}

#[test]
fn a_dragged_handle_is_remembered_when_it_is_let_go() {
    let mut session = reading_session();
    let mut adjust = |center: f64, is_final| {
        let window = Window::linear(center, 300.0);
        session.handle(Input::Command(Command::Window(WindowCommand::Adjust { window, is_final })), 0);
        !session.is_in_motion()
    };
    assert!(!adjust(1000.0, false) && !adjust(1100.0, false));
    assert!(adjust(1200.0, true));
    let broken = Window::linear(f64::NAN, 300.0);
    session.handle(Input::Command(Command::Window(WindowCommand::Adjust { window: broken, is_final: true })), 0);
    assert_eq!(window(&session).center, 1200.0, "what is no number changes nothing");
}
