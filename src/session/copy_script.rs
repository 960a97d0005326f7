//! Gesture scripts of several marks at once: selected, moved, relabelled, copied, mirrored, pasted from elsewhere.

use std::sync::Arc;

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::imaging::{PixelGeometry, SpacingSource};
use crate::domain::label::LabelName;
use crate::domain::reading::Reading;
use crate::domain::shape::{Polygon, Shape};

use super::drawing::{DrawCommand, PasteSource};
use super::gesture_script::{answer, check, entry, film, play, reading_session, said, told};
use super::*;

const TWO: &str = "1 draw 10,10,50,40 draw 100,50,150,90 ";

fn both(first: &str, second: &str) -> String {
    format!("film0 doing: {first} {second}")
}

#[test]
fn several_marks_are_selected() {
    let (a, b) = ("Osteophytes(10,10,50,40)", "Osteophytes(100,50,150,90)");
    check(&format!("{TWO} shift+click 30,25"), &both(&format!("*{a}"), &format!("*{b}")));
    check(&format!("{TWO} shift+click 30,25 shift+click 30,25"), &both(a, &format!("*{b}")));
    check(&format!("{TWO} shift+click 120,70"), &both(a, b));
    check(&format!("{TWO} shift+click 30,25 shift+click 120,70"), &both(&format!("*{a}"), b));
    check(&format!("{TWO} shift+click 30,25 click 5,95"), &both(a, b));
    check(&format!("{TWO} shift+click 30,25 Escape"), &both(a, b));
    check(&format!("{TWO} Shift+S click 5,95 shift+drag 5,5,160,95"), &both(&format!("*{a}"), &format!("*{b}")));
    check(&format!("{TWO} click 5,95 shift+drag 5,5,60,60"), &both(&format!("*{a}"), b));
    check(&format!("{TWO} click 5,95 shift+drag 5,5,45,60"), &both(a, b));
    check(&format!("{TWO} Shift+H click 5,95 shift+drag 5,5,160,95"), &both(&format!("*{a}"), b));
    check(&format!("{TWO} polygon shift+click 30,25"), &both(&format!("*{a}"), &format!("*{b}")));
}

#[test]
fn what_is_selected_changes_together() {
    let all = format!("{TWO} shift+click 30,25");
    check(&format!("{all} drag 30,25,40,27"), &both("*Osteophytes(20,12,60,42)", "*Osteophytes(110,52,160,92)"));
    check(&format!("{all} drag 30,25,40,27 Ctrl+Z"), &both("*Osteophytes(10,10,50,40)", "*Osteophytes(100,50,150,90)"));
    check(&format!("{all} drag 30,25,130,25"), &both("*Osteophytes(60,10,100,40)", "*Osteophytes(150,50,200,90)"));
    check(&format!("{all} ArrowRight"), &both("*Osteophytes(11,10,51,40)", "*Osteophytes(101,50,151,90)"));
    check(&format!("{all} Delete"), "film0 doing:");
    check(&format!("{all} Delete Ctrl+Z"), &both("*Osteophytes(10,10,50,40)", "*Osteophytes(100,50,150,90)"));
    check(&format!("{all} 2"), &both("*Fracture(10,10,50,40)", "*Fracture(100,50,150,90)"));
    check(&format!("{all} 2 Ctrl+Z"), &both("*Osteophytes(10,10,50,40)", "*Osteophytes(100,50,150,90)"));
    check(&format!("{all} 5"), &both("*Osteophytes(10,10,50,40)", "*Osteophytes(100,50,150,90)"));
    check(
        &format!("{TWO} Shift+L shift+click 30,25 ArrowRight"),
        &both("*Osteophytes(11,10,51,40)", "*Osteophytes(100,50,150,90)"),
    );
    check(&format!("{TWO} Shift+L shift+click 30,25 Delete"), "film0 doing: *Osteophytes(100,50,150,90)");
    assert!(said(&format!("{TWO} Shift+L shift+click 30,25 Delete")).starts_with("Locked marks stay"));
}

#[test]
fn several_marks_are_copied() {
    let all = "1 draw 10,10,30,20 draw 40,30,60,50 shift+click 20,15 ";
    check(
        &format!("{all} Ctrl+D"),
        "film0 doing: Osteophytes(10,10,30,20) Osteophytes(40,30,60,50) *Osteophytes(22,22,42,32) *Osteophytes(52,42,72,62)",
    );
    check(&format!("{all} Ctrl+D Ctrl+Z"), "film0 doing: Osteophytes(10,10,30,20) Osteophytes(40,30,60,50)");
    check(
        &format!("{all} Ctrl+C hover 135,60 Ctrl+V"),
        "film0 doing: Osteophytes(10,10,30,20) Osteophytes(40,30,60,50) *Osteophytes(110,40,130,50) *Osteophytes(140,60,160,80)",
    );
    check(&format!("{all} Ctrl+C D Ctrl+V"), "film1 doing: *Osteophytes(10,10,30,20) *Osteophytes(40,30,60,50)");
    check(
        "1 polygon 20,20 60,20 60,60 Enter Ctrl+D",
        "film0 doing: Osteophytes<20,20 60,20 60,60> *Osteophytes<32,32 72,32 72,72>",
    );
    check("1 brush 50,50 Ctrl+D", "film0 doing: Osteophytes[38,38,24,24:448] *Osteophytes[50,50,24,24:448]");
    check("1 point 30,40 Ctrl+C hover 90,90 Ctrl+V", "film0 doing: Osteophytes(30,40) *Osteophytes(90,90)");
}

#[test]
fn a_copy_on_the_other_side_has_the_label_of_that_side() {
    check("3 draw 10,10,50,40 Alt+Y", "film0 doing: R3(10,10,50,40) *L3(150,10,190,40)");
    check("4 draw 150,10,190,40 Alt+Y", "film0 doing: L3(150,10,190,40) *R3(10,10,50,40)");
    check("3 draw 10,10,50,40 Alt+Y Ctrl+Z", "film0 doing: R3(10,10,50,40)");
    check("1 draw 10,10,50,40 Alt+Y", "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(150,10,190,40)");
    check("3 polygon 20,20 60,20 60,60 Enter Alt+Y", "film0 doing: R3<20,20 60,20 60,60> *L3<180,20 140,20 140,60>");
    check("3 brush 50,50 Alt+Y", "film0 doing: R3[38,38,24,24:448] *L3[138,38,24,24:448]");
    check("3 point 30,40 Alt+Y", "film0 doing: R3(30,40) *L3(170,40)");
    check("3 line 10,10 50,20 Enter Alt+Y", "film0 doing: R310,10-50,20 *L3190,10-150,20");
    check("3 draw 10,10,50,40 t Shift+Enter Alt+Y", "film0 completed: *R3(10,10,50,40) +Tumor");
}

fn mark(id: i64, label: &str, shape: Shape) -> Annotation {
    Annotation::shaped(AnnotationId(id), LabelName::new(label), shape, Origin::Drawn).expect("no No finding")
}

fn rect(xmin: f64, ymin: f64, xmax: f64, ymax: f64) -> Shape {
    Shape::Box(Rect::from_corners(Point::new(xmin, ymin), Point::new(xmax, ymax)))
}

#[test]
fn another_readers_marks_are_taken_over_where_the_project_is_open() {
    let mut session = reading_session();
    let mut other = Reading::new(ImageId::new("film0"), ReaderId::new("R2"));
    for added in [mark(7, "Fracture", rect(10.0, 10.0, 50.0, 40.0)), mark(9, "R3", Shape::Point(Point::new(5.5, 6.5)))]
    {
        Edit::Add(added).apply(&mut other).expect("new");
    }
    let from_r2 = Command::Draw(DrawCommand::PasteFrom(PasteSource::Reader(ReaderId::new("R2"))));
    assert!(!from_r2.is_available(&session), "nothing to take where readings are kept apart");
    session.pane.film.as_mut().expect("open").others = vec![other];
    assert!(from_r2.is_available(&session));
    let effects = session.handle(Input::Command(from_r2), 0);
    answer(&mut session, effects);
    assert_eq!(told(&session), "film0 doing: *Fracture(10,10,50,40) *R3(5.5,6.5)");
    let origins: Vec<Origin> =
        session.pane.film.as_ref().expect("open").reading.annotations().iter().map(|a| a.origin().clone()).collect();
    assert_eq!(origins, [7, 9].map(|id| Origin::Copied { from: AnnotationId(id) }));
    play(&mut session, "Ctrl+Z");
    assert_eq!(told(&session), "film0 new:");
}

/// The session with a prior of twice the size beside the film; its marks and both films' millimetres a pixel.
fn beside_a_prior(marks: Vec<Annotation>, spacing_mm: Option<(f64, f64)>) -> Session {
    let mut session = reading_session();
    let mut prior = entry(5);
    (prior.facts.width, prior.facts.height) = (400, 200);
    let mut reading = Reading::new(prior.facts.image.clone(), ReaderId::new("R1"));
    for added in marks {
        Edit::Add(added).apply(&mut reading).expect("new");
    }
    let spaced = |mut film: crate::domain::imaging::Film, mm: Option<f64>| {
        if let Some(mm) = mm {
            let source = SpacingSource::ImagerPixelSpacing { magnification: None };
            film.facts.geometry = PixelGeometry::spaced([mm, mm], source);
        }
        Picture::Ready(Arc::new(film))
    };
    let large = crate::domain::imaging::Film::new(
        400,
        200,
        crate::domain::imaging::Pixels::Grey(crate::domain::imaging::GreyPlane {
            texels: vec![0; 400 * 200],
            scale: 1.0,
            offset: 0.0,
        }),
        film().facts,
    );
    let mut beside = OpenFilm::new(prior.clone(), Vec::new(), Vec::new(), reading, history::History::default());
    beside.picture = spaced(large, spacing_mm.map(|(prior, _)| prior));
    let here = session.pane.film.as_mut().expect("open");
    here.priors = vec![prior];
    here.picture = spaced(film(), spacing_mm.map(|(_, here)| here));
    session.layout = Layout::Two;
    session.other_panes = vec![Pane { film: Some(beside), ..Pane::default() }];
    session
}

#[test]
fn the_priors_marks_come_to_the_same_places() {
    let triangle = Polygon::new(vec![vec![Point::new(20.0, 20.0), Point::new(60.0, 20.0), Point::new(40.0, 60.0)]]);
    let marks = || {
        let outline = triangle.clone().map(Shape::Polygon).expect("three points");
        vec![mark(7, "Fracture", rect(200.0, 100.0, 240.0, 120.0)), mark(9, "R3", outline)]
    };
    for (spacing_mm, expected, how) in [
        (None, "*Fracture(100,50,120,60) *R3<10,10 30,10 20,30>", "scaled by the films' sizes"),
        (Some((0.1, 0.2)), "*Fracture(100,50,120,60) *R3<10,10 30,10 20,30>", "scaled by pixel spacing"),
        (Some((0.2, 0.2)), "*Fracture(100,50,140,70)", "scaled by pixel spacing"),
    ] {
        let mut session = beside_a_prior(marks(), spacing_mm);
        play(&mut session, "Ctrl+Shift+V");
        assert_eq!(told(&session), format!("film0 doing: {expected}"));
        assert!(session.notice.as_ref().expect("told").text.contains(how), "{:?}", session.notice);
        play(&mut session, "Ctrl+Z");
        assert_eq!(told(&session), "film0 new:");
    }
    let mut session = beside_a_prior(Vec::new(), None);
    play(&mut session, "Ctrl+Shift+V");
    assert_eq!(told(&session), "film0 new:");
    let alone = reading_session();
    assert!(!Command::Draw(DrawCommand::PasteFrom(PasteSource::Prior)).is_available(&alone));
}

#[test]
fn several_labels_on_one_shape_change_together() {
    let on_one_shape = |script: &str| {
        let mut session = reading_session();
        play(&mut session, "1 polygon 20,20 80,20 50,60 Enter");
        let (key, shape) = {
            let first = &session.pane.film.as_ref().expect("open").reading.annotations()[0];
            (first.id(), first.shape().cloned().expect("a polygon"))
        };
        let second = mark(key.0 + 100, "Fracture", shape).with_shape_key(Some(key));
        let effects = session.commit(Edit::Add(second), 0);
        answer(&mut session, effects);
        play(&mut session, script);
        told(&session)
    };
    let told_of = |points: &str| format!("film0 doing: *Osteophytes<{points}> Fracture<{points}>");
    assert_eq!(on_one_shape("drag 20,20,10,30"), told_of("10,30 80,20 50,60"));
    assert_eq!(on_one_shape("drag 20,20,10,30 Ctrl+Z"), told_of("20,20 80,20 50,60"));
    assert_eq!(on_one_shape("ArrowRight"), told_of("21,20 81,20 51,60"));
    assert_eq!(on_one_shape("ctrl+click 50,20"), told_of("20,20 50,20 80,20 50,60"));
    assert_eq!(
        on_one_shape("Shift+L Tab ArrowRight"),
        "film0 doing: Osteophytes<20,20 80,20 50,60> *Fracture<20,20 80,20 50,60>"
    );
    let cut = on_one_shape("knife stroke 50,10;50,70");
    assert_eq!((cut.matches("Osteophytes").count(), cut.matches("Fracture").count()), (2, 2), "{cut}");
    let copied = on_one_shape("Tab shift+click 50,30 Ctrl+D");
    assert!(copied.contains("Osteophytes"), "{copied}");
}
