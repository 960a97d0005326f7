//! What measuring by drags and clicks must leave behind, on upright, turned, flipped and stretched views.

use std::sync::Arc;

use crate::domain::geometry::{Point, Size};
use crate::domain::imaging::{DisplayFacts, Film, GreyPlane, PixelGeometry, Pixels, SpacingSource};
use crate::domain::measure::{Amount, MeasureKind};

use super::command::Context;
use super::gesture_script::{answer, reading_session};
use super::input_map::Asked;
use super::keymap::Chord;
use super::viewport::Canvas;
use super::*;

/// A film of 200 x 100 pixels with this spacing, rows first; value = column + 10 * row.
fn spaced_film(spacing: Option<[f64; 2]>) -> Film {
    let texels = (0..100u16).flat_map(|y| (0..200u16).map(move |x| x + 10 * y)).collect();
    let geometry = spacing.map_or_else(PixelGeometry::default, |spacing| {
        PixelGeometry::spaced(spacing, SpacingSource::ImagerPixelSpacing { magnification: None })
    });
    let facts = DisplayFacts { geometry, bits_stored: 12, ..DisplayFacts::default() };
    Film::new(200, 100, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
}

fn session_with(film: Film, canvas: Size) -> Session {
    let mut session = reading_session();
    let image = session.pane.film.as_ref().expect("open").image().clone();
    session.handle(Input::Event(Event::PictureLoaded { image, frame: 0, film: Arc::new(film) }), 0);
    session.handle(Input::CanvasResized { slot: 0, canvas: Canvas { size: canvas, pixels_per_point: 1.0 } }, 0);
    session
}

/// On a canvas that shows it 1:1.
fn session() -> Session {
    session_with(spaced_film(Some([0.1, 0.1])), Size::new(200.0, 100.0))
}

fn pointer(session: &mut Session, kind: PointerKind, at: Point) {
    let event = PointerEvent { slot: 0, kind, at, is_ctrl: false, is_shift: false, is_alt: false, is_space: false };
    let effects = session.handle(Input::Pointer(event), 0);
    answer(session, effects);
}

/// Where a place on the film is on the canvas now.
fn on_screen(session: &Session, (x, y): (f64, f64)) -> Point {
    let film = session.pane.film.as_ref().expect("open");
    film.viewport.screen_from_image(session.pane.canvas, film.grid()).apply(Point::new(x, y))
}

fn click(session: &mut Session, at: (f64, f64)) {
    let at = on_screen(session, at);
    pointer(session, PointerKind::Move, at);
    pointer(session, PointerKind::Down(PointerButton::Left), at);
    pointer(session, PointerKind::Up(PointerButton::Left), at);
}

fn press_and_move(session: &mut Session, from: (f64, f64), to: (f64, f64)) {
    let (from, to) = (on_screen(session, from), on_screen(session, to));
    pointer(session, PointerKind::Move, from);
    pointer(session, PointerKind::Down(PointerButton::Left), from);
    for t in [0.3, 0.7, 1.0] {
        pointer(session, PointerKind::Move, Point::new(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t));
    }
}

fn drag(session: &mut Session, from: (f64, f64), to: (f64, f64)) {
    press_and_move(session, from, to);
    let to = on_screen(session, to);
    pointer(session, PointerKind::Up(PointerButton::Left), to);
}

fn ask(session: &mut Session, command: Command) -> Vec<Effect> {
    let effects = session.handle(Input::Command(command), 0);
    answer(session, effects.clone());
    effects
}

fn keys(session: &mut Session, chords: &str) {
    for chord in chords.split_whitespace() {
        let asked = session.input.command_for(&[Chord::parse(chord).expect("a chord")], Context::Film);
        let Asked::Command { command, .. } = asked else { panic!("{chord} does nothing") };
        ask(session, command);
    }
}

fn arm(session: &mut Session, kind: MeasureKind) {
    ask(session, Command::UseTool(Tool::Measure(kind)));
}

/// Kind and points, rounded to hundredths; the selected one starred.
fn told(session: &Session) -> String {
    let film = session.pane.film.as_ref().expect("open");
    let one = |m: &crate::domain::measure::Measurement| {
        let star = if film.selection == Some(m.id) { "*" } else { "" };
        let round = |v: f64| (v * 100.0).round() / 100.0 + 0.0;
        let points: Vec<String> = m.shape.points().iter().map(|p| format!("{},{}", round(p.x), round(p.y))).collect();
        format!("{star}{}({})", m.shape.kind().key(), points.join(" "))
    };
    film.reading.measurements().iter().map(one).collect::<Vec<_>>().join(" ")
}

fn amounts(session: &Session) -> Vec<String> {
    let film = session.pane.film.as_ref().expect("open");
    film.measured.iter().map(|m| m.values().text()).collect()
}

#[test]
fn every_measure_is_drawn_by_drags_and_by_clicks_alike() {
    let check = |kind: MeasureKind, points: &[(f64, f64)], num_drags: usize, expected: &str| {
        let mut by_clicks = session();
        arm(&mut by_clicks, kind);
        for &p in points {
            click(&mut by_clicks, p);
        }
        assert_eq!(told(&by_clicks), expected, "{kind:?} by clicks");
        let mut by_drags = session();
        arm(&mut by_drags, kind);
        for pair in points.chunks(2).take(num_drags) {
            drag(&mut by_drags, pair[0], pair[1]);
        }
        points.iter().skip(2 * num_drags).for_each(|&p| click(&mut by_drags, p));
        assert_eq!(told(&by_drags), expected, "{kind:?} by drags");
    };
    let four = [(20.0, 20.0), (60.0, 22.0), (25.0, 80.0), (70.0, 60.0)];
    check(MeasureKind::Ruler, &four[..2], 1, "*ruler(20,20 60,22)");
    check(MeasureKind::Angle, &four[..3], 1, "*angle(20,20 60,22 25,80)");
    check(MeasureKind::Cobb, &four, 2, "*cobb(20,20 60,22 25,80 70,60)");
    check(MeasureKind::VertebralHeight, &four, 2, "*vertebral_height(20,20 60,22 25,80 70,60)");
    check(MeasureKind::Slip, &four[..3], 1, "*slip(20,20 60,22 25,80)");
    check(MeasureKind::Cardiothoracic, &four, 2, "*cardiothoracic(20,20 60,22 25,80 70,60)");
    check(MeasureKind::Ellipse, &[four[0], four[2]], 1, "*ellipse(20,20 25,80)");
    check(MeasureKind::Rectangle, &[four[0], four[3]], 1, "*rectangle(20,20 70,60)");
    check(MeasureKind::Probe, &four[..1], 0, "*probe(20,20)");
}

#[test]
fn drags_and_clicks_may_be_mixed() {
    let mut s = session();
    arm(&mut s, MeasureKind::Cobb);
    drag(&mut s, (20.0, 20.0), (60.0, 22.0));
    click(&mut s, (25.0, 80.0));
    drag(&mut s, (60.0, 50.0), (70.0, 60.0));
    assert_eq!(told(&s), "*cobb(20,20 60,22 25,80 70,60)", "the last point follows its own drag");
}

#[test]
fn values_are_shown_while_drawing() {
    let mut s = session();
    arm(&mut s, MeasureKind::Ruler);
    press_and_move(&mut s, (20.0, 20.0), (50.0, 60.0));
    assert_eq!(amounts(&s), ["length 5.0 mm (detector)"]);
    assert_eq!(told(&s), "", "nothing is kept before the release");
    keys(&mut s, "Escape");
    assert_eq!(amounts(&s), Vec::<String>::new());
    let end = on_screen(&s, (50.0, 60.0));
    pointer(&mut s, PointerKind::Up(PointerButton::Left), end);
    assert_eq!(told(&s), "");

    arm(&mut s, MeasureKind::Cobb);
    drag(&mut s, (20.0, 20.0), (60.0, 20.0));
    click(&mut s, (20.0, 90.0));
    let live = on_screen(&s, (60.0, 50.0));
    pointer(&mut s, PointerKind::Move, live);
    assert_eq!(amounts(&s), ["Cobb angle 45.0°"], "with the pointer as the fourth point");
    pointer(&mut s, PointerKind::Leave, Point::default());
    assert_eq!(amounts(&s), Vec::<String>::new());
}

#[test]
fn a_slip_of_the_hand_measures_nothing() {
    let mut s = session();
    arm(&mut s, MeasureKind::Ruler);
    click(&mut s, (20.0, 20.0));
    click(&mut s, (20.5, 20.0));
    assert_eq!(told(&s), "");
    click(&mut s, (40.0, 20.0));
    assert_eq!(told(&s), "*ruler(20,20 40,20)");
    arm(&mut s, MeasureKind::Rectangle);
    drag(&mut s, (20.0, 60.0), (80.0, 60.5));
    assert_eq!(told(&s), "ruler(20,20 40,20)");
}

#[test]
fn escape_undo_and_another_tool_drop_what_is_half_drawn() {
    let mut s = session();
    arm(&mut s, MeasureKind::Angle);
    click(&mut s, (20.0, 20.0));
    click(&mut s, (60.0, 20.0));
    keys(&mut s, "Ctrl+Z");
    click(&mut s, (60.0, 60.0));
    click(&mut s, (90.0, 60.0));
    assert_eq!(told(&s), "*angle(20,20 60,60 90,60)", "undo takes the last point back");
    for drop in ["Escape", "Delete", "Shift+R"] {
        arm(&mut s, MeasureKind::Angle);
        click(&mut s, (120.0, 20.0));
        keys(&mut s, drop);
        assert_eq!(s.pane.film.as_ref().expect("open").sketch, None, "{drop}");
    }
    keys(&mut s, "Escape Escape");
    assert_eq!(s.tool, Tool::Box, "with nothing left to drop the tool is laid down");
    assert_eq!(told(&s), "angle(20,20 60,60 90,60)");
}

#[test]
fn points_and_wholes_are_moved_nudged_deleted_and_all_of_it_undone() {
    let mut s = session();
    arm(&mut s, MeasureKind::Ruler);
    drag(&mut s, (20.0, 20.0), (60.0, 20.0));
    drag(&mut s, (62.0, 22.0), (72.0, 52.0));
    assert_eq!(told(&s), "*ruler(20,20 70,50)", "near its end the selected one is taken hold of");
    drag(&mut s, (45.0, 35.0), (55.0, 45.0));
    assert_eq!(told(&s), "*ruler(30,30 80,60)");
    drag(&mut s, (55.0, 45.0), (500.0, 45.0));
    assert_eq!(told(&s), "*ruler(150,30 200,60)", "stopped at the edge with its form kept");
    keys(&mut s, "Ctrl+Z ArrowLeft Shift+ArrowDown");
    assert_eq!(told(&s), "*ruler(29,40 79,70)");
    keys(&mut s, "Ctrl+D");
    assert_eq!(told(&s), "ruler(29,40 79,70) *ruler(41,52 91,82)");
    keys(&mut s, "Delete Ctrl+Z Ctrl+Z");
    assert_eq!(told(&s), "ruler(29,40 79,70)");
    keys(&mut s, "Tab Shift+L");
    for refused in ["Delete", "ArrowLeft"] {
        keys(&mut s, refused);
        assert!(s.notice.as_ref().expect("says why").text.contains("locked"));
        assert_eq!(told(&s), "*ruler(29,40 79,70)", "locked");
    }
    drag(&mut s, (54.0, 55.0), (94.0, 55.0));
    assert_eq!(told(&s), "ruler(29,40 79,70) *ruler(54,55 94,55)", "what is locked can be drawn over");
    keys(&mut s, "Delete Tab Shift+L Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z Ctrl+Z");
    assert_eq!(told(&s), "");
    keys(&mut s, "Ctrl+Shift+Z Ctrl+Shift+Z");
    assert_eq!(told(&s), "*ruler(20,20 70,50)");
}

#[test]
fn a_click_on_a_line_selects_it_and_another_tool_moves_it() {
    let mut s = session();
    arm(&mut s, MeasureKind::Ruler);
    drag(&mut s, (20.0, 20.0), (60.0, 20.0));
    drag(&mut s, (20.0, 80.0), (60.0, 80.0));
    click(&mut s, (40.0, 22.0));
    assert_eq!(told(&s), "*ruler(20,20 60,20) ruler(20,80 60,80)");
    keys(&mut s, "Shift+S");
    drag(&mut s, (40.0, 80.0), (50.0, 70.0));
    assert_eq!(told(&s), "ruler(20,20 60,20) *ruler(30,70 70,70)");
    keys(&mut s, "Shift+H");
    click(&mut s, (50.0, 70.0));
    assert_eq!(told(&s), "ruler(20,20 60,20) ruler(30,70 70,70)", "what is hidden is not hit");
    click(&mut s, (100.0, 20.0));
    assert_eq!(told(&s), "ruler(20,20 60,20) ruler(30,70 70,70)");
}

#[test]
fn measuring_goes_with_no_finding_and_not_with_a_completed_reading() {
    let mut s = session();
    keys(&mut s, "N Shift+R");
    drag(&mut s, (20.0, 20.0), (60.0, 20.0));
    assert_eq!(told(&s), "*ruler(20,20 60,20)");
    assert!(s.pane.film.as_ref().expect("open").reading.has_no_finding());
    keys(&mut s, "Shift+Enter");
    for step in 0..2 {
        if step == 0 {
            drag(&mut s, (20.0, 60.0), (60.0, 60.0));
        } else {
            click(&mut s, (20.0, 60.0));
        }
        assert_eq!(told(&s).matches("ruler").count(), 1);
        assert!(s.notice.take().expect("says why").text.contains("completed"));
    }
    drag(&mut s, (60.0, 20.0), (80.0, 40.0));
    keys(&mut s, "Tab ArrowLeft");
    assert_eq!(told(&s), "*ruler(20,20 60,20)");
}

#[test]
fn deleting_all_takes_measurements_too_and_saying_no_finding_leaves_them() {
    let mut s = session();
    ask(&mut s, Command::AssignLabel(crate::domain::label::LabelName::new("Fracture")));
    drag(&mut s, (100.0, 10.0), (150.0, 60.0));
    arm(&mut s, MeasureKind::Probe);
    click(&mut s, (20.0, 20.0));
    keys(&mut s, "N");
    ask(&mut s, Command::Confirm);
    assert_eq!((told(&s).as_str(), s.pane.film.as_ref().expect("open").reading.num_marks()), ("*probe(20,20)", 0));
    keys(&mut s, "Ctrl+Shift+Delete");
    assert_eq!(told(&s), "");
    keys(&mut s, "Ctrl+Z");
    assert_eq!(told(&s), "probe(20,20)");
}

#[test]
fn a_selected_measurement_is_copied_as_text() {
    let mut s = session();
    arm(&mut s, MeasureKind::Ruler);
    drag(&mut s, (20.0, 20.0), (50.0, 60.0));
    assert_eq!(s.selected_measure_text().as_deref(), Some("Ruler: length 5.0 mm (detector)"));
    arm(&mut s, MeasureKind::Probe);
    click(&mut s, (120.5, 30.5));
    assert_eq!(s.selected_measure_text().as_deref(), Some("Probe: value 420, stored 420, column 120, row 30"));
}

#[test]
fn a_vertebral_height_gets_a_middle_line_and_loses_it() {
    let mut s = session();
    arm(&mut s, MeasureKind::VertebralHeight);
    assert!(!Command::ToggleMiddleHeight.is_available(&s));
    drag(&mut s, (20.0, 20.0), (20.0, 60.0));
    drag(&mut s, (80.0, 20.0), (80.0, 70.0));
    assert!(Command::ToggleMiddleHeight.is_available(&s));
    ask(&mut s, Command::ToggleMiddleHeight);
    assert_eq!(told(&s), "*vertebral_height(20,20 20,60 80,20 80,70 50,20 50,65)");
    drag(&mut s, (50.0, 20.0), (50.0, 40.0));
    assert!(amounts(&s)[0].contains("middle/posterior 0.50"), "{:?}", amounts(&s));
    ask(&mut s, Command::ToggleMiddleHeight);
    assert_eq!(told(&s), "*vertebral_height(20,20 20,60 80,20 80,70)");
}

/// Clicks at screen points of a view, and the value that the reader sees: right to a tenth in every view.
#[test]
fn values_do_not_depend_on_how_the_film_is_shown() {
    // Places in mm from the film's corner, on pixels of several shapes.
    for spacing in [[0.5, 0.5], [1.0, 0.4], [0.4, 1.0], [0.9, 0.45]] {
        let film = |x: f64, y: f64| (x / spacing[1], y / spacing[0]);
        let ends = [film(5.0, 4.0), film(45.0, 34.0)];
        let corners = [film(12.0, 2.0), film(12.0, 30.0), film(60.0, 30.0)];
        for canvas in [Size::new(900.0, 700.0), Size::new(333.0, 801.0)] {
            for view in ["", "R", "R R", "R R R", "H", "H R", "V", "R V H", "Ctrl+1", "R Plus Plus Plus"] {
                let mut s = session_with(spaced_film(Some(spacing)), canvas);
                keys(&mut s, view);
                let place = |s: &mut Session, kind: MeasureKind, points: &[(f64, f64)]| {
                    arm(s, kind);
                    for &p in points {
                        click(s, p);
                    }
                };
                let said = format!("{spacing:?} {canvas:?} {view:?}");
                place(&mut s, MeasureKind::Ruler, &ends);
                place(&mut s, MeasureKind::Angle, &corners);
                place(&mut s, MeasureKind::Ellipse, &[film(30.0, 6.0), film(40.0, 16.0)]);
                let film = s.pane.film.as_ref().expect("open");
                let found: Vec<Amount> = film
                    .measured
                    .iter()
                    .flat_map(|m| m.values().readouts())
                    .filter(|r| ["length", "angle", "area"].contains(&r.name))
                    .map(|r| r.amount)
                    .collect();
                let numbers: Vec<f64> = found.iter().filter_map(Amount::number).collect();
                let expected = [50.0, 90.0, 25.0 * std::f64::consts::PI];
                assert_eq!(numbers.len(), 3, "{said}: {}", told(&s));
                for (number, expected) in numbers.iter().zip(expected) {
                    assert!((number - expected).abs() < 0.01, "{said}: {numbers:?}");
                }
            }
        }
    }
}

#[test]
fn a_film_without_spacing_is_measured_in_pixels() {
    let mut s = session_with(spaced_film(None), Size::new(800.0, 400.0));
    arm(&mut s, MeasureKind::Ruler);
    drag(&mut s, (20.0, 20.0), (50.0, 60.0));
    assert_eq!(amounts(&s), ["length 50.0 px"]);
}

#[test]
fn values_are_computed_when_first_shown_and_again_when_they_change() {
    let mut s = session();
    arm(&mut s, MeasureKind::Rectangle);
    drag(&mut s, (20.0, 20.0), (50.0, 60.0));
    let is_computed = |s: &Session| s.pane.film.as_ref().expect("open").measured[0].is_computed();
    assert!(!is_computed(&s), "drawing alone asks for no statistics");
    amounts(&s);
    keys(&mut s, "I R Escape");
    pointer(&mut s, PointerKind::Move, Point::new(90.0, 50.0));
    assert!(is_computed(&s), "kept while nothing about it changes");
    keys(&mut s, "Tab ArrowLeft");
    assert!(!is_computed(&s), "moved");
    assert!(amounts(&s)[0].contains("width 3.0 mm"), "{:?}", amounts(&s));
}

#[test]
fn any_viewport_is_measured_in() {
    let mut s = session();
    ask(&mut s, Command::SetLayout(Layout::Two));
    for slot in 0..2 {
        let canvas = Canvas { size: Size::new(200.0, 100.0), pixels_per_point: 1.0 };
        s.handle(Input::CanvasResized { slot, canvas }, 0);
    }
    arm(&mut s, MeasureKind::Ruler);
    click(&mut s, (20.0, 20.0));
    for (kind, x) in [
        (PointerKind::Down(PointerButton::Left), 20.0),
        (PointerKind::Move, 50.0),
        (PointerKind::Move, 80.0),
        (PointerKind::Up(PointerButton::Left), 80.0),
    ] {
        let event = PointerEvent {
            slot: 1,
            kind,
            at: Point::new(x, 30.0),
            is_ctrl: false,
            is_shift: false,
            is_alt: false,
            is_space: false,
        };
        let effects = s.handle(Input::Pointer(event), 0);
        answer(&mut s, effects);
    }
    assert_eq!((s.active_slot, told(&s).as_str()), (1, "*ruler(20,30 80,30)"));
    assert_eq!(amounts(&s).len(), 1);
}
