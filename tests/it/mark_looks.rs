//! How marks of every shape look on a film, and that they follow what is done to them.

use std::path::Path;

use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable;
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::attribute::{Attributes, Certainty, Grade, VertebralLevel};
use rachis::domain::geometry::{Point, Rect, Size};
use rachis::domain::id::{AnnotationId, ImageId};
use rachis::domain::label::LabelName;
use rachis::domain::shape::{Line, Mask, Polygon, Shape, ShapeKind};
use rachis::jobs::CancelToken;
use rachis::session::{Command, Input, LabelCommand};
use rachis::workflows::make_demo::{DemoRequest, FIRST_SEED, make_demo};

use crate::seat::{Seat, drag, has_thumbnails, is_reading, wait, with_films};

fn at_film(folder: &Path) -> Seat<'static> {
    let request =
        DemoRequest { folder: folder.to_owned(), num_studies: 2, seed: FIRST_SEED, scale: 0.15, has_models: false };
    make_demo(&request, &|_| {}, &CancelToken::default()).expect("a demo");
    let mut seat = with_films(
        folder,
        Box::new(|source, frame| {
            rachis::dicom::decode(source, frame).map(|decoded| decoded.film).map_err(|error| error.to_string())
        }),
    );
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    let film: ImageId = seat.state().session.worklist.shown(0).expect("a film").image.clone();
    ask(&mut seat, Command::OpenFilm(film));
    wait(&mut seat, "the film", is_reading);
    wait(&mut seat, "thumbnails", has_thumbnails);
    seat
}

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.run_steps(3);
}

/// One of each kind, and two labels on one shape, in shares of the film.
fn marks(film: Size) -> Vec<Annotation> {
    let p = |x: f64, y: f64| Point::new(x * film.width, y * film.height);
    let ring = |x: f64, y: f64, r: f64| -> Vec<Point> {
        let corner = |k: usize| std::f64::consts::TAU * k as f64 / 16.0;
        let middle = p(x, y);
        (0..16)
            .map(|k| {
                let r = r * film.width * if k % 2 == 0 { 1.0 } else { 0.8 };
                Point::new(middle.x + r * corner(k).cos(), middle.y + r * corner(k).sin())
            })
            .collect()
    };
    let rect = Shape::Box(Rect::from_corners(p(0.2, 0.1), p(0.34, 0.18)));
    let outline = Shape::Polygon(Polygon::new(vec![ring(0.62, 0.22, 0.1), ring(0.85, 0.22, 0.07)]).expect("parts"));
    let disc = |r: f64| Mask::stroke(&[p(0.3, 0.5), p(0.38, 0.52)], r * film.width).expect("pixels");
    let painted = Shape::Mask(disc(0.11).difference(&disc(0.04)).expect("a ring"));
    let line = Shape::Line(Line::new(vec![p(0.55, 0.45), p(0.7, 0.5), p(0.85, 0.44)]).expect("points"));
    let point = Shape::Point(p(0.7, 0.7));
    let mark = |n: i64, label: &str, shape: &Shape| {
        Annotation::shaped(AnnotationId(n), LabelName::new(label), shape.clone(), Origin::Drawn).expect("a finding")
    };
    let said = |grade, level: &str, certainty| Attributes {
        grade,
        level: VertebralLevel::parse(level),
        certainty,
        note: String::new(),
    };
    let osteophytes = said(Some(Grade::Moderate), "L4-L5", None);
    let collapse = said(None, "L1", Some(Certainty::Possible));
    vec![
        mark(1, "Osteophytes", &rect).with_attributes(osteophytes),
        mark(2, "Disc space narrowing", &rect).with_shape_key(Some(AnnotationId(1))),
        mark(3, "Vertebral collapse", &outline).with_attributes(collapse),
        mark(4, "Other lesions", &painted),
        mark(5, "Spondylolysthesis", &line),
        mark(6, "Surgical implant", &point),
    ]
}

#[test]
fn marks_of_every_shape_look_as_they_were_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_film(&scratch.path().join("project"));
    let mut results = SnapshotResults::new();
    let size = seat.state().session.pane.film.as_ref().expect("open").size();
    seat.state_mut().session.clipboard = marks(size);
    ask(&mut seat, Command::Paste);
    let film = |seat: &Seat<'_>| seat.state().session.pane.film.clone().expect("open");
    let marks = film(&seat).reading.annotations().to_vec();
    assert_eq!(marks.len(), 6);
    let of_kind = |kind: ShapeKind| {
        let mark = marks.iter().find(|mark| mark.shape().is_some_and(|shape| shape.kind() == kind));
        mark.expect("one of each").id()
    };
    seat.state_mut().session.notice = None;
    ask(&mut seat, Command::SelectMark(of_kind(ShapeKind::Polygon)));
    results.add(seat.try_snapshot("marks_of_every_shape"));

    // Several selected, and one that waits for its label.
    ask(&mut seat, Command::SelectMark(of_kind(ShapeKind::Box)));
    let unlabelled = marks.iter().find(|mark| mark.id() == of_kind(ShapeKind::Mask)).and_then(|m| m.shape().cloned());
    {
        let film = seat.state_mut().session.pane.film.as_mut().expect("open");
        film.also_selected = [of_kind(ShapeKind::Mask), of_kind(ShapeKind::Line)].into();
        film.unlabelled = unlabelled.map(|shape| shape.moved_within(60.0, 130.0, size));
    }
    seat.run_steps(3);
    results.add(seat.try_snapshot("marks_selected"));
}

#[test]
fn what_is_selected_stays_to_be_seen_while_another_is_pointed_at() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_film(&scratch.path().join("project"));
    let size = seat.state().session.pane.film.as_ref().expect("open").size();
    seat.state_mut().session.clipboard = marks(size);
    ask(&mut seat, Command::Paste);
    seat.state_mut().session.notice = None;
    let film = |seat: &Seat<'_>| seat.state().session.pane.film.clone().expect("open");
    let of_kind = |seat: &Seat<'_>, kind: ShapeKind| {
        let marks = film(seat).reading.annotations().to_vec();
        let mark = marks.into_iter().find(|mark| mark.shape().is_some_and(|shape| shape.kind() == kind));
        mark.expect("one of each")
    };
    let (polygon, line) = (of_kind(&seat, ShapeKind::Polygon).id(), of_kind(&seat, ShapeKind::Line));
    ask(&mut seat, Command::SelectMark(polygon));
    seat.state_mut().session.pane.film.as_mut().expect("open").also_selected = [line.id()].into();
    seat.run_steps(3);
    // A place in the middle of the first stretch of the line.
    let Some(Shape::Line(drawn)) = line.shape() else { panic!("a line") };
    let points = drawn.points();
    let middle = Point::new(points[0].x.midpoint(points[1].x), points[0].y.midpoint(points[1].y));
    let canvas = seat.get_by_label_contains("Film canvas").rect().min;
    let pane = &seat.state().session.pane;
    let to_screen = film(&seat).viewport.screen_from_image(pane.canvas, film(&seat).grid());
    let at = to_screen.apply(middle);
    let (x, y) = ((canvas.x + at.x as f32) as u32, (canvas.y + at.y as f32) as u32);
    // How much colour there is around: the film has none.
    let strongest = |seat: &mut Seat<'_>| {
        let picture = seat.render().expect("a picture");
        let color = |[r, g, b, _]: [u8; 4]| r.max(g).max(b) - r.min(g).min(b);
        (y - 3..=y + 3).map(|y| color(picture.get_pixel(x, y).0)).max().unwrap()
    };
    let before = strongest(&mut seat);
    let other = of_kind(&seat, ShapeKind::Point).id();
    // One frame: the list asks for nothing to be singled out as soon as the pointer is not over it.
    seat.state_mut().handle(Input::Command(Command::Label(LabelCommand::Hover(Some(other)))));
    seat.step();
    let after = strongest(&mut seat);
    assert!(before > 40 && after + 8 >= before, "{before} before, {after} while another is pointed at");
}

#[test]
fn marks_are_drawn_anew_when_they_change_and_only_then() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_film(&scratch.path().join("project"));
    let size = seat.state().session.pane.film.as_ref().expect("open").size();
    seat.state_mut().session.clipboard = marks(size);
    ask(&mut seat, Command::Paste);
    let ids: Vec<AnnotationId> = {
        let film = seat.state().session.pane.film.as_ref().expect("open");
        film.reading.annotations().iter().map(Annotation::id).collect()
    };
    ask(&mut seat, Command::SelectMark(ids[0]));
    let num_made = |seat: &Seat<'_>| seat.state().state.marks.num_made();
    let before = num_made(&seat);
    seat.run_steps(3);
    drag(&mut seat, egui::PointerButton::Secondary, (0.4, 0.4), (0.6, 0.5));
    ask(&mut seat, Command::SelectMark(ids[3]));
    ask(&mut seat, Command::Label(LabelCommand::Hover(Some(ids[2]))));
    seat.step();
    assert_eq!(num_made(&seat), before, "windowing, choosing and pointing leave the marks as they are");

    // Each kind of mark, one pixel further.
    for id in ids {
        ask(&mut seat, Command::SelectMark(id));
        let before = num_made(&seat);
        ask(&mut seat, Command::NudgeRight);
        assert!(num_made(&seat) > before, "{id:?}");
    }
    let before = num_made(&seat);
    ask(&mut seat, Command::Undo);
    assert_eq!(num_made(&seat), before, "taken back, they are as they were drawn before");
    for command in [Command::ToggleHidden, Command::Fit, Command::RotateRight] {
        let before = num_made(&seat);
        ask(&mut seat, command.clone());
        if command != Command::Fit {
            assert!(num_made(&seat) > before, "{command:?}");
        }
    }

    // While the film is dragged the marks only move along.
    let canvas = seat.get_by_label_contains("Film canvas").rect();
    let press = |seat: &mut Seat<'_>, pressed: bool, pos: egui::Pos2| {
        let button = egui::PointerButton::Middle;
        seat.event(egui::Event::PointerButton { pos, button, pressed, modifiers: egui::Modifiers::NONE });
        seat.step();
    };
    ask(&mut seat, Command::ZoomIn);
    seat.hover_at(canvas.center());
    seat.step();
    press(&mut seat, true, canvas.center());
    let before = num_made(&seat);
    for k in 1..=6 {
        seat.hover_at(canvas.center() + egui::vec2(9.0 * k as f32, 4.0 * k as f32));
        seat.step();
    }
    assert_eq!(num_made(&seat), before);
    press(&mut seat, false, canvas.center() + egui::vec2(54.0, 24.0));
    seat.run_steps(2);
    assert_eq!(num_made(&seat), before + 1, "at rest they lie on whole pixels again");
}

/// Hundreds of marks in rows, each kind in turn.
fn hundreds_of_marks(film: Size) -> Vec<Annotation> {
    let (columns, rows) = (18usize, 20usize);
    let (w, h) = (film.width / columns as f64, film.height / rows as f64);
    let labels = ["Osteophytes", "Disc space narrowing", "Vertebral collapse", "Other lesions", "Surgical implant"];
    let mark = |i: usize| {
        let (left, top) = ((i % columns) as f64 * w, (i / columns) as f64 * h);
        let p = |x: f64, y: f64| Point::new(left + x * w, top + y * h);
        let shape = match i % 5 {
            0 => Shape::Box(Rect::from_corners(p(0.2, 0.2), p(0.8, 0.8))),
            1 => Shape::Polygon(
                Polygon::new(vec![vec![p(0.2, 0.3), p(0.8, 0.2), p(0.5, 0.5), p(0.7, 0.8), p(0.2, 0.7)]])
                    .expect("parts"),
            ),
            2 => Shape::Mask(Mask::stroke(&[p(0.3, 0.5), p(0.7, 0.5)], 0.3 * w).expect("pixels")),
            3 => Shape::Point(p(0.5, 0.5)),
            _ => Shape::Line(Line::new(vec![p(0.2, 0.2), p(0.5, 0.7), p(0.8, 0.2)]).expect("points")),
        };
        let label = LabelName::new(labels[i / columns % labels.len()]);
        Annotation::shaped(AnnotationId(i as i64 + 1), label, shape, Origin::Drawn).expect("a finding")
    };
    (0..columns * rows).map(mark).collect()
}

#[test]
fn hundreds_of_marks_look_as_they_were_judged_and_cost_only_what_changes() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_film(&scratch.path().join("project"));
    let mut results = SnapshotResults::new();
    let size = seat.state().session.pane.film.as_ref().expect("open").size();
    seat.state_mut().session.clipboard = hundreds_of_marks(size);
    ask(&mut seat, Command::Paste);
    let ids: Vec<AnnotationId> = {
        let film = seat.state().session.pane.film.as_ref().expect("open");
        film.reading.annotations().iter().map(Annotation::id).collect()
    };
    assert_eq!(ids.len(), 360);
    seat.state_mut().session.notice = None;
    ask(&mut seat, Command::SelectMark(ids[40]));
    results.add(seat.try_snapshot("marks_by_the_hundred"));
    let num_made = |seat: &Seat<'_>| seat.state().state.marks.num_made();

    // Another mark chosen, the window, the place: all marks stay as they are.
    let before = num_made(&seat);
    ask(&mut seat, Command::SelectMark(ids[41]));
    drag(&mut seat, egui::PointerButton::Secondary, (0.4, 0.4), (0.6, 0.5));
    drag(&mut seat, egui::PointerButton::Middle, (0.4, 0.4), (0.6, 0.5));
    ask(&mut seat, Command::RotateRight);
    assert_eq!(num_made(&seat), before);

    // The names come as soon as they can be read.
    (0..10).for_each(|_| ask(&mut seat, Command::ZoomIn));
    seat.run_steps(10);
    ask(&mut seat, Command::RotateLeft);
    results.add(seat.try_snapshot("marks_by_the_hundred_near"));

    // A mark that is moved takes its chunk with it, and no other.
    let before = num_made(&seat);
    ask(&mut seat, Command::NudgeRight);
    assert_eq!(num_made(&seat), before + 1);
    ask(&mut seat, Command::HideMark(ids[200]));
    assert_eq!(num_made(&seat), before + 2);

    ask(&mut seat, Command::Fit);
    seat.run_steps(10);
    // One frame: the list asks for nothing to be singled out as soon as the pointer is not over it.
    seat.state_mut().handle(Input::Command(Command::Label(LabelCommand::Hover(Some(ids[182])))));
    seat.step();
    results.add(seat.try_snapshot("marks_by_the_hundred_pointed_at"));
}
