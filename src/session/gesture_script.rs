//! Scripts of keys and pointer moves, one step a word, and what they must leave behind.
//!
//! Words: `draw x0,y0,x1,y1`, `drag x0,y0,x1,y1` and `click x,y` with the left button, or just `x,y` for a click; with keys
//! held `shift+click x,y`, `ctrl+drag ...`; `stroke x,y;x,y;...` for a drag along several places, `hover x,y`;
//! `right x0,y0,x1,y1`, `middle ...`, `wheel x,y,steps`; the names of the drawing tools (`polygon`, `brush`, ...) to take
//! one up; `key Ctrl+Z`, or any plain label key. Places are film pixels; the test canvas shows the film 1:1.
//!
//! A told reading has boxes as (xmin,ymin,xmax,ymax), polygons as <x,y x,y ...> with / between parts, masks as their box
//! and number of pixels [x,y,width,height:pixels], points as (x,y) and lines as x,y-x,y. What is selected has a star; a
//! shape that waits for its label is a question mark, one that is being drawn its tool and number of points.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::geometry::{Point, Size};
use crate::domain::id::{ImageId, PatientId, SeriesId, StudyId};
use crate::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels};
use crate::domain::label::{Label, LabelKind, LabelName, LabelSet, Side};
use crate::domain::project::{Project, Reader};
use crate::domain::reading::Reading;
use crate::domain::rules::default_rules;
use crate::domain::shape::{Shape, ShapeKind};
use crate::domain::study::{FilmEntry, FilmFacts, FilmSource};
use crate::domain::suggestion::ModelVisibility;
use crate::domain::worklist::WorklistRow;

use super::command_table::Context;
use super::effect::Effect;
use super::input_map::{Asked, Held};
use super::keymap::Chord;
use super::viewport::Canvas;
use super::*;

fn label(name: &str, key: char, kind: LabelKind) -> Label {
    Label { color: [200, 100, 50], hotkey: Some(key), ..Label::named(name, kind) }
}

pub(super) fn entry(n: usize) -> FilmEntry {
    FilmEntry {
        facts: FilmFacts {
            image: ImageId::new(format!("film{n}")),
            series: SeriesId::new("series"),
            study: StudyId::new("study"),
            patient: PatientId::new("patient"),
            width: 200,
            height: 100,
            num_frames: 1,
            modality: None,
            body_part: None,
            view_position: None,
            laterality: None,
            series_description: None,
            sex: None,
            age_years: None,
            study_date: None,
            series_number: None,
            instance_number: None,
            pixel_spacing_mm: None,
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 0,
        },
        source: FilmSource::File(PathBuf::from("film.dcm")),
        sha256: [0; 32],
    }
}

/// A session with two films, the first open on a canvas of its own size.
pub(super) fn reading_session() -> Session {
    let mut session = Session::default();
    let labels = vec![
        label("Osteophytes", '1', LabelKind::Local),
        label("Fracture", '2', LabelKind::Local),
        label("Tumor", 't', LabelKind::Global),
        label("No finding", 'n', LabelKind::Global),
        Label { side: Some(Side::Right), ..label("R3", '3', LabelKind::Local) },
        Label { side: Some(Side::Left), ..label("L3", '4', LabelKind::Local) },
        Label { shapes: vec![ShapeKind::Polygon], ..label("Outline", '5', LabelKind::Local) },
        Label { shapes: vec![ShapeKind::Box, ShapeKind::Mask], ..label("Area", '6', LabelKind::Local) },
    ];
    let set = LabelSet::new("test", "", "", labels).expect("unique");
    let reader = Reader::new("R1", "One");
    let mut handle = |input| session.handle(input, 0);
    handle(Input::CanvasResized { slot: 0, canvas: Canvas { size: Size::new(200.0, 100.0), pixels_per_point: 1.0 } });
    handle(Input::Event(Event::ProjectOpened {
        folder: PathBuf::from("p"),
        project: Project {
            name: "p".into(),
            label_set: "test".into(),
            rules: default_rules(),
            is_synthetic: true,
            is_blind: true,
            is_open: false,
            custom_rules: Vec::new(),
            instructions: String::new(),
            model_visibility: ModelVisibility::default(),
            workflow: crate::domain::project::Workflow::Free,
            about: crate::domain::project::About::default(),
        },
        label_set: Arc::new(set),
        readers: vec![reader.clone()],
        number: 1,
        is_read_only: false,
        view: None,
    }));
    handle(Input::Command(Command::SignInAs(reader.id.clone())));
    let rows = (0..2).map(|n| WorklistRow::new(entry(n).facts.image, StudyId::new("study"), reader.id.clone()));
    let rows = rows.collect();
    handle(Input::Event(Event::WorklistLoaded { reader: reader.id, rows }));
    let effects = handle(Input::Command(Command::OpenFilm(ImageId::new("film0"))));
    answer(&mut session, effects);
    session
}

thread_local! {
    /// Every change that was sent to be written, in order.
    static WRITTEN: std::cell::RefCell<Vec<super::effect::Persist>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What was written since it was last asked.
pub(super) fn written() -> Vec<super::effect::Persist> {
    WRITTEN.with_borrow_mut(std::mem::take)
}

/// Plays the outside: loads what is asked for, and saves at once.
pub(super) fn answer(session: &mut Session, effects: Vec<Effect>) {
    for effect in effects {
        let event = match effect {
            Effect::LoadReading { image, reader } => Event::ReadingLoaded {
                study: vec![entry(0), entry(1)],
                priors: Vec::new(),
                reading: Reading::new(image.clone(), reader),
                image,
                log: Vec::new(),
                others: Vec::new(),
                models_seen: Vec::new(),
            },
            Effect::LoadPicture { image, frame } => Event::PictureLoaded { image, frame, film: Arc::new(film()) },
            Effect::Persist(persist) => {
                WRITTEN.with_borrow_mut(|written| written.push((*persist).clone()));
                Event::Saved { ticket: persist.ticket, seq: crate::domain::id::LogSeq(persist.ticket.0 as i64) }
            }
            _ => continue,
        };
        let more = session.handle(Input::Event(event), 0);
        answer(session, more);
        for slot in 0..session.layout.num_panes() {
            session.handle(Input::FilmDrawn { slot }, 0);
        }
    }
}

pub(super) fn film() -> Film {
    let texels = (0..200 * 100).map(|i| (i % 4096) as u16).collect();
    let facts = DisplayFacts { bits_stored: 12, ..DisplayFacts::default() };
    Film::new(200, 100, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(',').map(|n| n.parse().expect("a number")).collect()
}

pub(super) fn drag(session: &mut Session, button: PointerButton, p: &[f64]) {
    let at = |t: f64| Point::new(p[0] + (p[2] - p[0]) * t, p[1] + (p[3] - p[1]) * t);
    let trail = [at(0.0), at(0.5), at(1.0)];
    pull(session, button, Held::default(), &trail);
}

/// Presses at the first place, goes through the others, and lets go at the last.
fn pull(session: &mut Session, button: PointerButton, held: Held, trail: &[Point]) {
    point(session, PointerKind::Down(button), trail[0], held);
    for at in &trail[1..] {
        point(session, PointerKind::Move, *at, held);
    }
    point(session, PointerKind::Up(button), trail[trail.len() - 1], held);
}

fn point(session: &mut Session, kind: PointerKind, at: Point, held: Held) {
    let Held { ctrl: is_ctrl, shift: is_shift, alt: is_alt } = held;
    let event = PointerEvent { slot: 0, kind, at, is_ctrl, is_shift, is_alt, is_space: false };
    let effects = session.handle(Input::Pointer(event), 0);
    answer(session, effects);
}

fn is_place(word: &str) -> bool {
    word.contains(',') && word.split(',').all(|n| n.parse::<f64>().is_ok())
}

pub(super) fn play(session: &mut Session, script: &str) {
    let mut words = script.split_whitespace();
    while let Some(word) = words.next() {
        let mut next = || words.next().expect("an argument");
        let (held, word) = match word.split_once('+') {
            Some((held @ ("shift" | "ctrl" | "alt"), word)) => {
                (Held { shift: held == "shift", ctrl: held == "ctrl", alt: held == "alt" }, word)
            }
            _ => (Held::default(), word),
        };
        match word {
            place if is_place(place) => {
                let p = numbers(place);
                pull(session, PointerButton::Left, held, &[Point::new(p[0], p[1])]);
            }
            "stroke" => {
                let trail: Vec<Point> = next().split(';').map(numbers).map(|p| Point::new(p[0], p[1])).collect();
                pull(session, PointerButton::Left, held, &trail);
            }
            "hover" => {
                let p = numbers(next());
                point(session, PointerKind::Move, Point::new(p[0], p[1]), held);
            }
            "drag" if held != Held::default() => {
                let p = numbers(next());
                let trail = [Point::new(p[0], p[1]), Point::new(p[2], p[3])];
                pull(session, PointerButton::Left, held, &trail);
            }
            tool if DrawTool::from_key(tool).is_some() => {
                let command = DrawTool::from_key(tool).map(|tool| Command::UseTool(Tool::Draw(tool)));
                session.handle(Input::Command(command.expect("just looked up")), 0);
            }
            "draw" | "drag" => drag(session, PointerButton::Left, &numbers(next())),
            "right" => drag(session, PointerButton::Right, &numbers(next())),
            "middle" => drag(session, PointerButton::Middle, &numbers(next())),
            "click" => {
                let p = numbers(next());
                pull(session, PointerButton::Left, held, &[Point::new(p[0], p[1])]);
            }
            "wheel" => {
                let p = numbers(next());
                session.handle(Input::Wheel { slot: 0, at: Point::new(p[0], p[1]), steps: p[2] }, 0);
            }
            chord => {
                let chord = Chord::parse(if chord == "key" { next() } else { chord }).expect("a chord");
                // A question before the film has its own keys, which the window hears; the film's are played all the same.
                let here = match session.keys_heard_first() {
                    Context::Everywhere => Context::Film,
                    here => here,
                };
                let asked = session.asked(std::slice::from_ref(&chord), here);
                let Asked::Command { command, .. } = asked else { panic!("{chord} does nothing") };
                let effects = session.handle(Input::Command(command), 0);
                answer(session, effects);
            }
        }
    }
}

/// The reading in one line: state, marks (selected one starred), image labels.
pub(super) fn told(session: &Session) -> String {
    let film = session.pane.film.as_ref().expect("a film is open");
    let mut text = format!("{} {}:", film.image(), film.reading.state().as_str());
    for a in film.reading.annotations() {
        let star = if film.is_selected(a.id()) && a.shape().is_some() { "*" } else { "" };
        let _ = write!(text, " {star}{}{}", a.label(), a.shape().map_or_else(String::new, told_shape));
    }
    for l in film.reading.image_labels().present() {
        let _ = write!(text, " +{l}");
    }
    match &film.unlabelled {
        Some(Shape::Box(_)) => text.push_str(" ?"),
        Some(shape) => {
            let _ = write!(text, " ?{}", shape.kind().key());
        }
        None => {}
    }
    if let Some(drawing) = &film.drawing {
        let _ = write!(text, " {}:{}", drawing.tool.key(), drawing.points.len());
    }
    text
}

fn told_shape(shape: &Shape) -> String {
    let joined = |points: &[Point], between: &str| {
        points.iter().map(|p| format!("{},{}", p.x, p.y)).collect::<Vec<_>>().join(between)
    };
    match shape {
        Shape::Box(r) => format!("({},{},{},{})", r.xmin(), r.ymin(), r.xmax(), r.ymax()),
        Shape::Polygon(polygon) => {
            format!("<{}>", polygon.parts().iter().map(|part| joined(part, " ")).collect::<Vec<_>>().join("/"))
        }
        Shape::Mask(m) => format!("[{},{},{},{}:{}]", m.x(), m.y(), m.width(), m.height(), m.num_pixels()),
        Shape::Point(p) => format!("({},{})", p.x, p.y),
        Shape::Line(line) => joined(line.points(), "-"),
    }
}

/// What the notice says after a script.
pub(super) fn said(script: &str) -> String {
    let mut session = reading_session();
    play(&mut session, script);
    session.notice.map_or_else(String::new, |notice| notice.text)
}

#[track_caller]
pub(super) fn check(script: &str, expected: &str) {
    let mut session = reading_session();
    play(&mut session, script);
    assert_eq!(told(&session), expected, "{script}");
}

#[test]
fn drawing_and_labelling() {
    check("1 draw 10,10,50,40", "film0 doing: *Osteophytes(10,10,50,40)");
    check("draw 10,10,50,40", "film0 new: ?");
    check("draw 10,10,50,40 1", "film0 doing: *Osteophytes(10,10,50,40)");
    check("draw 10,10,50,40 Escape", "film0 new:");
    check("draw 10,10,50,40 draw 60,60,90,90 2", "film0 doing: *Fracture(10,10,50,40)");
    check("1 draw 50,40,10,10", "film0 doing: *Osteophytes(10,10,50,40)");
    check("1 draw 150,80,400,300", "film0 doing: *Osteophytes(150,80,200,100)");
    check("1 draw 10,10,11,11", "film0 new:");
    check("1 draw 10,10,50,40 2", "film0 doing: *Fracture(10,10,50,40)");
    check("1 draw 10,10,50,40 2 draw 60,60,90,90", "film0 doing: Fracture(10,10,50,40) *Fracture(60,60,90,90)");
    check(
        "1 draw 10,10,50,40 Escape 2 draw 60,60,90,90",
        "film0 doing: Osteophytes(10,10,50,40) *Fracture(60,60,90,90)",
    );
}

#[test]
fn twelve_osteophytes_are_twelve_drags() {
    let mut session = reading_session();
    play(&mut session, "1");
    for i in 0..12 {
        let (x, y) = (i % 6 * 32, i / 6 * 50 + 5);
        play(&mut session, &format!("draw {x},{y},{},{}", x + 15, y + 20));
    }
    assert_eq!(session.pane.film.expect("open").reading.num_marks(), 12);
}

#[test]
fn selecting_moving_and_resizing() {
    let two = "1 draw 10,10,50,40 draw 100,50,150,90 ";
    check(&format!("{two} click 30,25"), "film0 doing: *Osteophytes(10,10,50,40) Osteophytes(100,50,150,90)");
    check(&format!("{two} click 5,5"), "film0 doing: Osteophytes(10,10,50,40) Osteophytes(100,50,150,90)");
    check(&format!("{two} drag 120,70,130,72"), "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(110,52,160,92)");
    check(&format!("{two} drag 150,90,160,95"), "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(100,50,160,95)");
    check(&format!("{two} drag 100,70,90,70"), "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(90,50,150,90)");
    check(&format!("{two} drag 125,70,500,500"), "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(150,60,200,100)");
    check(
        &format!("{two} Shift+L drag 120,70,130,80"),
        "film0 doing: Osteophytes(10,10,50,40) Osteophytes(100,50,150,90) *Osteophytes(120,70,130,80)",
    );
    check(&format!("{two} Tab"), "film0 doing: *Osteophytes(10,10,50,40) Osteophytes(100,50,150,90)");
    check(&format!("{two} Tab Tab"), "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(100,50,150,90)");
    check(&format!("{two} Shift+Tab"), "film0 doing: *Osteophytes(10,10,50,40) Osteophytes(100,50,150,90)");
    check(
        &format!("{two} Shift+S drag 30,25,40,30"),
        "film0 doing: *Osteophytes(20,15,60,45) Osteophytes(100,50,150,90)",
    );
}

#[test]
fn nudging_copying_and_deleting() {
    let one = "1 draw 10,10,50,40 ";
    check(&format!("{one} ArrowRight ArrowDown"), "film0 doing: *Osteophytes(11,11,51,41)");
    check(&format!("{one} Shift+ArrowLeft Shift+ArrowLeft"), "film0 doing: *Osteophytes(0,10,40,40)");
    check(&format!("{one} R ArrowRight"), "film0 doing: *Osteophytes(10,9,50,39)");
    check(&format!("{one} Ctrl+D"), "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(22,22,62,52)");
    check(&format!("{one} Ctrl+C Ctrl+V"), "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(30,25,70,55)");
    check(&format!("{one} Delete"), "film0 doing:");
    check(&format!("{one} Delete Ctrl+Z"), "film0 doing: *Osteophytes(10,10,50,40)");
    check(&format!("{one} Ctrl+D Ctrl+Shift+Delete"), "film0 doing:");
    check(
        &format!("{one} Ctrl+D Ctrl+Shift+Delete Ctrl+Z"),
        "film0 doing: *Osteophytes(10,10,50,40) *Osteophytes(22,22,62,52)",
    );
    check(&format!("{one} Ctrl+C D Ctrl+V"), "film1 doing: *Osteophytes(10,10,50,40)");
}

#[test]
fn no_finding_and_contradictions() {
    check("N", "film0 doing: No finding");
    check("N N", "film0 doing:");
    check("N 1 draw 10,10,50,40", "film0 doing: No finding");
    check("N t", "film0 doing: No finding");
    check("1 draw 10,10,50,40 N", "film0 doing: *Osteophytes(10,10,50,40)");
    check("t", "film0 doing: +Tumor");
    check("t t", "film0 doing:");
    check("Shift+A", "film0 doing: +Abnormal");
    let mut session = reading_session();
    play(&mut session, "1 draw 10,10,50,40 N");
    assert_eq!(
        session.dialog,
        Some(Dialog::ConfirmNoFinding { image: ImageId::new("film0"), num_findings: 1, completes: false })
    );
    let effects = session.handle(Input::Command(Command::Confirm), 0);
    answer(&mut session, effects);
    assert_eq!(told(&session), "film0 doing: No finding");
    play(&mut session, "Ctrl+Z");
    assert_eq!(told(&session), "film0 doing: *Osteophytes(10,10,50,40)");
}

#[test]
fn completing() {
    check("Enter", "film0 new:");
    check("N Enter", "film1 new:");
    check("Ctrl+Enter", "film1 new:");
    check("N Shift+Enter", "film0 completed: No finding");
    check("N Shift+Enter 1 draw 10,10,50,40", "film0 completed: No finding");
    check("N Shift+Enter Ctrl+R N", "film0 doing:");
    check("N Shift+Enter Ctrl+Z", "film0 doing: No finding");
    check("draw 10,10,50,40 Enter", "film0 new: ?");
    check("draw 10,10,50,40 D", "film0 new: ?");
}

/// The outside is slow: effects are kept, and answered when the test says so.
fn ask(session: &mut Session, command: Command) -> Vec<Effect> {
    session.handle(Input::Command(command), 0)
}

#[test]
fn nothing_is_decided_while_the_next_film_is_on_its_way() {
    let mut session = reading_session();
    let on_its_way = ask(&mut session, Command::NextFilm);
    for command in [Command::NoFinding, Command::NormalAndNext, Command::Complete, Command::MarkAbnormal] {
        assert!(ask(&mut session, command).iter().all(|e| !matches!(e, Effect::Persist(_))));
    }
    answer(&mut session, on_its_way);
    assert_eq!(told(&session), "film1 new:");
}

#[test]
fn the_last_film_asked_for_is_the_one_that_shows() {
    let mut session = reading_session();
    let late = ask(&mut session, Command::NextFilm);
    let back = ask(&mut session, Command::PreviousFilm);
    answer(&mut session, back);
    answer(&mut session, late);
    assert_eq!(told(&session), "film0 new:");
}

#[test]
fn a_film_that_is_not_shown_is_not_signed_off() {
    let mut session = reading_session();
    let mut effects = ask(&mut session, Command::NextFilm);
    effects.retain(|e| matches!(e, Effect::LoadReading { .. }));
    answer(&mut session, effects);
    assert_eq!(told(&session), "film1 new:");
    for command in [Command::NormalAndNext, Command::NoFinding, Command::Complete] {
        assert!(ask(&mut session, command).iter().all(|e| !matches!(e, Effect::Persist(_))));
    }
}

#[test]
fn a_question_is_about_the_film_it_was_asked_on() {
    let mut session = reading_session();
    play(&mut session, "1 draw 10,10,50,40");
    let next = ask(&mut session, Command::NextFilm);
    session.pane.wanted = None;
    play(&mut session, "N");
    assert!(session.dialog.is_some());
    session.pane.wanted = Some(ImageId::new("film1"));
    answer(&mut session, next);
    assert!(session.dialog.is_none());
}

#[test]
fn what_was_typed_is_kept_when_the_film_is_left() {
    let mut session = reading_session();
    ask(&mut session, Command::DraftComment("see the prior".into()));
    let effects = ask(&mut session, Command::NextFilm);
    assert!(effects.iter().any(|e| matches!(e, Effect::Persist(p) if p.edit.title() == "Comment")));
}

#[test]
fn an_unsaved_edit_stays_unsaved_whatever_else_is_saved() {
    let mut session = reading_session();
    let tickets: Vec<_> = ["1 draw 10,10,50,40", "draw 100,50,150,90"]
        .iter()
        .map(|script| {
            let p = numbers(script.rsplit(' ').next().unwrap());
            if script.starts_with('1') {
                ask(&mut session, Command::AssignLabel(LabelName::new("Osteophytes")));
            }
            let mut effects = Vec::new();
            for (kind, x, y) in [
                (PointerKind::Down(PointerButton::Left), p[0], p[1]),
                (PointerKind::Move, p[2], p[3]),
                (PointerKind::Up(PointerButton::Left), p[2], p[3]),
            ] {
                let event = PointerEvent {
                    slot: 0,
                    kind,
                    at: Point::new(x, y),
                    is_ctrl: false,
                    is_shift: false,
                    is_alt: false,
                    is_space: false,
                };
                effects.extend(session.handle(Input::Pointer(event), 0));
            }
            effects.iter().find_map(|e| if let Effect::Persist(p) = e { Some(p.ticket) } else { None }).unwrap()
        })
        .collect();
    session.handle(Input::Event(Event::SaveFailed { ticket: tickets[0], message: "full".into() }), 0);
    session.handle(Input::Event(Event::Saved { ticket: tickets[1], seq: crate::domain::id::LogSeq(2) }), 0);
    assert_eq!(session.save_state(), SaveState::Failed("full".into()));
    session.handle(Input::Event(Event::Saved { ticket: tickets[0], seq: crate::domain::id::LogSeq(1) }), 0);
    assert_eq!(session.save_state(), SaveState::Saved);
}

#[test]
fn undo_and_redo() {
    check("1 draw 10,10,50,40 Ctrl+Z", "film0 new:");
    check("1 draw 10,10,50,40 Ctrl+Z Ctrl+Y", "film0 doing: *Osteophytes(10,10,50,40)");
    check("1 draw 10,10,50,40 2 ArrowUp Ctrl+Z Ctrl+Z", "film0 doing: *Osteophytes(10,10,50,40)");
    check("1 draw 10,10,50,40 Ctrl+Z N Ctrl+Y", "film0 doing: No finding");
    check("Ctrl+Z Ctrl+Y", "film0 new:");
}

#[test]
fn windowing_and_navigation() {
    let window = |script: &str| {
        let mut session = reading_session();
        let before = session.pane.film.as_ref().and_then(OpenFilm::window).expect("shown");
        play(&mut session, script);
        let after = session.pane.film.as_ref().and_then(OpenFilm::window).expect("shown");
        ((after.width - before.width).round(), (after.center - before.center).round())
    };
    assert_eq!(window("right 50,50,60,50"), (40.0, 0.0));
    assert_eq!(window("right 50,50,50,60"), (0.0, 40.0));
    assert_eq!(window("right 50,50,52,51"), (0.0, 0.0));

    let mut session = reading_session();
    play(&mut session, "wheel 50,50,3 middle 50,50,70,60");
    let film = session.pane.film.as_ref().expect("open");
    assert!((film.viewport.scale(session.pane.canvas, film.grid()) - 1.2f64.powi(3)).abs() < 1e-9);
    play(&mut session, "F");
    assert_eq!(session.pane.film.as_ref().expect("open").viewport.zoom, viewport::Zoom::Fit);
}
