//! What a blinded reader does not see besides tags: free text that may name a person, and drawings burnt into a film.

use std::path::Path;

use egui_kittest::kittest::Queryable;
use rachis::domain::imaging::{Film, OverlayKind, OverlayPlane};
use rachis::session::{Command, Input};

use crate::seat::{Seat, is_reading, wait, with_films};
use crate::support;

/// The wedge with a block drawn over its middle by the device.
fn drawn_over(kind: OverlayKind) -> Film {
    let mut film = support::wedge();
    let (width, height) = (film.width / 2, film.height / 2);
    let bits = vec![1; (width * height) as usize].into();
    let origin = [film.width / 4, film.height / 4].map(|place| place as i32);
    film.facts.overlays = vec![OverlayPlane { origin, width, height, bits, label: None, kind }];
    film
}

/// The window at a study of two films, with a description that names the patient, the first without a view position.
fn reading<'a>(scratch: &Path, is_blind: bool, kind: OverlayKind) -> Seat<'a> {
    let project = scratch.join("project");
    let mut store = support::project(&project, 0);
    let mut films = [support::entry(0), support::entry(1)];
    films[0].facts.view_position = None;
    films[0].facts.series_description = Some("NGUYEN VAN A, spine lateral".into());
    store.add_films(&films).unwrap();
    store.set_blind(is_blind).unwrap();
    drop(store);
    let mut seat = with_films(&project, Box::new(move |_, _| Ok(drawn_over(kind))));
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat
}

fn is_silent(seat: &Seat<'_>) -> bool {
    seat.query_all_by_label_contains("NGUYEN").next().is_none()
}

fn open(seat: &mut Seat<'_>) {
    seat.state_mut().handle(Input::Command(Command::ShowFilm));
    wait(seat, "the film", is_reading);
}

#[test]
fn a_description_that_names_the_patient_is_not_shown() {
    for is_blind in [true, false] {
        let scratch = tempfile::tempdir().unwrap();
        let mut seat = reading(scratch.path(), is_blind, OverlayKind::Graphics);
        assert_eq!(is_silent(&seat), is_blind, "in the list");
        assert_eq!(seat.query_by_label("Film 1, Lateral, New").is_some(), is_blind);
        open(&mut seat);
        assert_eq!(is_silent(&seat), is_blind, "in the strip");
        assert_eq!(seat.query_by_label_contains("Film 1 of the study, Lateral").is_some(), is_blind);
    }
}

#[test]
fn a_drawing_of_the_device_is_not_shown_and_a_marked_region_is() {
    let cases = [
        (true, OverlayKind::Graphics, false),
        (false, OverlayKind::Graphics, true),
        (true, OverlayKind::RegionOfInterest, true),
    ];
    for (is_blind, kind, is_drawn) in cases {
        let scratch = tempfile::tempdir().unwrap();
        let mut seat = reading(scratch.path(), is_blind, kind);
        open(&mut seat);
        seat.run_steps(3);
        let canvas = seat.get_by_label_contains("Film canvas").rect();
        let at = canvas.center();
        let pixel = seat.render().unwrap().get_pixel(at.x as u32, at.y as u32).0;
        let is_yellow = i32::from(pixel[0]) - i32::from(pixel[2]) > 60;
        assert_eq!(is_yellow, is_drawn, "{is_blind} {kind:?}: {pixel:?}");
    }
}
