//! The tag browser in the window and on the command line: searchable, and blind unless the project says otherwise.

use std::path::{Path, PathBuf};
use std::process::Command as Program;

use egui_kittest::kittest::Queryable;
use rachis::domain::study::FilmSource;
use rachis::session::{Command, Dialog, Input, Tags};

use crate::dicom_facts::{element, file, text};
use crate::seat::{Seat, at_project, is_reading, wait};
use crate::support;

const NAME: &str = "DOE^JANE";

/// A film's file with a name and a number in it.
fn write_film(folder: &Path) -> PathBuf {
    let path = folder.join("film.dcm");
    let bytes = file(vec![
        text(0x0008_0060, "CS", "DX"),
        text(0x0010_0010, "PN", NAME),
        text(0x0010_0020, "LO", "MRN-778899"),
        text(0x0018_1164, "DS", "0.143\\0.143"),
        text(0x0018_5101, "CS", "AP"),
        element(0x7fe0_0010, "OW", &[0; 24]),
    ]);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The window at a project whose only film is that file.
fn reading<'a>(scratch: &Path, is_blind: bool) -> Seat<'a> {
    let project = scratch.join("project");
    let mut store = support::project(&project, 0);
    let mut film = support::entry(0);
    film.source = FilmSource::File(write_film(scratch));
    store.add_films(&[film]).unwrap();
    store.set_blind(is_blind).unwrap();
    drop(store);
    let mut seat = at_project(&project);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.state_mut().handle(Input::Command(Command::ShowFilm));
    wait(&mut seat, "the film", is_reading);
    seat
}

fn is_listed(window: &rachis::app::Window) -> bool {
    matches!(&window.session.dialog, Some(Dialog::Tags { tags: Tags::Ready { .. }, .. }))
}

#[test]
fn tags_are_searched_and_a_blind_reader_sees_nobody() {
    for is_blind in [true, false] {
        let scratch = tempfile::tempdir().unwrap();
        let mut seat = reading(scratch.path(), is_blind);
        seat.key_press(egui::Key::F12);
        wait(&mut seat, "the tags", is_listed);
        seat.get_by_label("(0018,5101)");
        seat.get_by_label("View Position");
        assert_eq!(seat.query_by_label_contains(NAME).is_none(), is_blind);
        assert_eq!(seat.query_by_label_contains("MRN-778899").is_none(), is_blind);
        assert_eq!(seat.query_by_label_contains("2 rows that tell who the patient is are hidden").is_some(), is_blind);
        // Typing searches at once.
        seat.get_by_role_and_label(egui::accesskit::Role::TextInput, "Search tags").type_text("spacing 0.143");
        seat.run_steps(3);
        seat.get_by_label("Imager Pixel Spacing");
        assert!(seat.query_by_label_contains("View Position").is_none());
        seat.key_press(egui::Key::Escape);
        seat.run_steps(3);
        assert!(seat.state().session.dialog.is_none());
    }
}

#[test]
fn a_file_that_is_gone_is_said() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = reading(scratch.path(), true);
    std::fs::remove_file(scratch.path().join("film.dcm")).unwrap();
    seat.key_press(egui::Key::F12);
    wait(&mut seat, "told", |w| matches!(&w.session.dialog, Some(Dialog::Tags { tags: Tags::Failed(_), .. })));
    seat.get_by_label_contains("The film's file can't be read");
}

#[test]
fn the_command_line_hides_identity_too() {
    let scratch = tempfile::tempdir().unwrap();
    let film = write_film(scratch.path());
    let told = |words: &[&str]| {
        let output = Program::new(env!("CARGO_BIN_EXE_rachis")).args(words).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let film = film.to_str().unwrap();
    let (code, out, _) = told(&["tags", film]);
    assert_eq!(code, Some(0));
    assert!(out.contains("(0018,5101) CS View Position: AP") && !out.contains(NAME), "{out}");
    assert!(out.contains("2 rows with identity are not shown"), "{out}");
    let (_, out, _) = told(&["tags", film, "--show-identity"]);
    assert!(out.contains("(0010,0010) PN Patient Name: DOE^JANE") && !out.contains("not shown"), "{out}");
    let (_, out, _) = told(&["tags", film, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["num_hidden"], 2);
    assert!(json["rows"].as_array().unwrap().iter().all(|row| row["is_identity"] == false));
    let (code, out, error) = told(&["tags", scratch.path().join("nothing.dcm").to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(error.starts_with("rachis: ") && error.contains("cannot be read"), "{error}");

    let project = scratch.path().join("project");
    drop(support::project(&project, 1));
    let project = project.to_str().unwrap();
    let is_blind = |words: &[&str]| {
        let (code, out, error) = told(words);
        assert_eq!(code, Some(0), "{error}");
        serde_json::from_str::<serde_json::Value>(&out).unwrap()["is_blind"].as_bool().unwrap()
    };
    assert!(is_blind(&["blind", project, "--json"]), "a new project is blind");
    assert!(!is_blind(&["blind", project, "off", "--json"]));
    assert!(!is_blind(&["blind", project, "--json"]), "and stays as it was set");
    assert!(is_blind(&["blind", project, "on", "--json"]));
}
