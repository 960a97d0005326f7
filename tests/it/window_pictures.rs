//! A picture of every state of every screen, kept in `tests/snapshots`: what changes there is looked at by a person.
//!
//! Made anew with `UPDATE_SNAPSHOTS=1 cargo xtask test window_pictures`.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::{NodeT, Queryable};
use rachis::domain::id::ImageId;
use rachis::domain::imaging::Enhancement;
use rachis::domain::measure::MeasureKind;
use rachis::jobs::CancelToken;
use rachis::session::settings::{Density, Language, Settings, Theme};
use rachis::session::windowing::WindowCommand;
use rachis::session::{Command, Dialog, Event, FilePurpose, Input, Layout, Screen, Tool};
use rachis::workflows::make_demo::{DemoRequest, FIRST_SEED, make_demo};

use crate::seat::{Seat, drag, is_reading, wait, with_films};

/// A small demo: six studies, the fifth a later one of a patient seen before.
fn demo(folder: &Path) {
    let request =
        DemoRequest { folder: folder.to_owned(), num_studies: 6, seed: FIRST_SEED, scale: 0.15, has_models: false };
    make_demo(&request, &|_| {}, &CancelToken::default()).expect("a demo");
}

fn at_demo(folder: &Path) -> Seat<'static> {
    with_films(
        folder,
        Box::new(|source, frame| {
            rachis::dicom::decode(source, frame).map(|decoded| decoded.film).map_err(|error| error.to_string())
        }),
    )
}

/// Takes a picture once nothing is on its way any more.
fn picture(seat: &mut Seat<'_>, results: &mut SnapshotResults, name: &str) {
    wait(seat, "thumbnails and films", |w| {
        let is_whole = |pane: &rachis::session::Pane| {
            pane.wanted.is_none() && pane.film.as_ref().is_none_or(|film| film.film().is_some())
        };
        w.session.screen != Screen::Film || w.session.panes().all(|(_, pane)| is_whole(pane))
    });
    wait(seat, "thumbnails", |w| {
        let has = |image: &ImageId| w.state.thumbnails.contains_key(image);
        let film = w.session.pane.film.as_ref();
        film.is_none_or(|f| f.study.iter().chain(&f.priors).all(|entry| has(&entry.facts.image)))
    });
    seat.run_steps(4);
    results.add(seat.try_snapshot(name));
}

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.run_steps(3);
}

#[test]
fn every_state_of_every_screen_looks_as_it_was_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    demo(&folder);
    let mut results = SnapshotResults::new();
    let mut seat = at_demo(&folder);
    picture(&mut seat, &mut results, "sign_in");
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    picture(&mut seat, &mut results, "worklist");
    let films: Vec<ImageId> =
        (0..12).filter_map(|n| seat.state().session.worklist.shown(n).map(|row| row.image.clone())).collect();
    ask(&mut seat, Command::OpenFilm(films[0].clone()));
    wait(&mut seat, "the film", is_reading);
    picture(&mut seat, &mut results, "film");

    // A finding selected, one unlabelled, and what the rules say.
    seat.key_press(Key::Num1);
    seat.run_steps(3);
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.4), (0.55, 0.5));
    drag(&mut seat, egui::PointerButton::Primary, (0.45, 0.7), (0.52, 0.8));
    seat.event(egui::Event::PointerGone);
    picture(&mut seat, &mut results, "film_with_findings");
    ask(&mut seat, Command::NoFinding);
    picture(&mut seat, &mut results, "dialog_no_finding");
    ask(&mut seat, Command::CloseDialog);
    for name in ["film_boxes_only", "film_bare"] {
        ask(&mut seat, Command::CycleOverlay);
        picture(&mut seat, &mut results, name);
    }
    ask(&mut seat, Command::CycleOverlay);

    // Viewports.
    ask(&mut seat, Command::SetLayout(Layout::Two));
    picture(&mut seat, &mut results, "film_two_viewports");
    ask(&mut seat, Command::SetLayout(Layout::Four));
    picture(&mut seat, &mut results, "film_four_viewports");
    ask(&mut seat, Command::ToggleMaximised);
    picture(&mut seat, &mut results, "film_maximised");
    ask(&mut seat, Command::ToggleMaximised);
    ask(&mut seat, Command::SetLayout(Layout::One));
    let prior = films.iter().find(|image| {
        ask(&mut seat, Command::OpenFilm((*image).clone()));
        wait(&mut seat, "the film", |w| w.session.slot_of(image).is_some() && w.session.pane.wanted.is_none());
        seat.state().session.has_prior()
    });
    assert!(prior.is_some(), "the demo has a study with a prior");
    ask(&mut seat, Command::ComparePrior);
    picture(&mut seat, &mut results, "film_with_prior");
    ask(&mut seat, Command::SetLayout(Layout::One));

    // The lens, turned and flipped, inverted.
    ask(&mut seat, Command::ToggleMagnifier);
    let middle = seat.get_by_label_contains("Film canvas").rect().center();
    seat.hover_at(middle);
    seat.run_steps(3);
    picture(&mut seat, &mut results, "film_magnifier");
    ask(&mut seat, Command::ToggleMagnifier);
    seat.event(egui::Event::PointerGone);
    for command in [Command::RotateRight, Command::FlipHorizontal, Command::Invert] {
        ask(&mut seat, command);
    }
    picture(&mut seat, &mut results, "film_turned_flipped_inverted");

    // What stands in front.
    seat.key_press_modifiers(Modifiers::CTRL, Key::K);
    seat.run_steps(3);
    picture(&mut seat, &mut results, "palette");
    ask(&mut seat, Command::CloseDialog);
    ask(&mut seat, Command::CheatSheet);
    picture(&mut seat, &mut results, "keys");
    ask(&mut seat, Command::CloseDialog);
    let report = vec!["3 films imported, 2 failed".to_owned(), "failed: a.dcm: the header ends early".to_owned()];
    seat.state_mut().handle(Input::Event(Event::JobStarted { title: "Import films".into(), can_stop: true }));
    seat.state_mut().handle(Input::Event(Event::JobProgress { stage: "Reading headers".into(), done: 3, total: 5 }));
    picture(&mut seat, &mut results, "job_running");
    let summary = "3 films imported, 2 failed".to_owned();
    seat.state_mut().handle(Input::Event(Event::JobFinished { is_success: true, summary, report }));
    picture(&mut seat, &mut results, "dialog_report");
    ask(&mut seat, Command::CloseDialog);
    let paths = vec![PathBuf::from("films")];
    seat.state_mut().handle(Input::Event(Event::PathChosen { purpose: FilePurpose::ImportFilms, paths }));
    picture(&mut seat, &mut results, "dialog_copy_films");
    let paths = vec![PathBuf::from("labels.csv")];
    seat.state_mut().handle(Input::Event(Event::PathChosen { purpose: FilePurpose::ImportLabels, paths }));
    picture(&mut seat, &mut results, "dialog_bad_rows");
    seat.state_mut().handle(Input::Event(Event::NoFileDialog(FilePurpose::OpenProject)));
    picture(&mut seat, &mut results, "dialog_path");
    let paths = vec![PathBuf::from("new")];
    seat.state_mut().handle(Input::Event(Event::PathChosen { purpose: FilePurpose::CreateProject, paths }));
    assert!(matches!(seat.state().session.dialog, Some(Dialog::ChooseLabels { .. })));
    picture(&mut seat, &mut results, "dialog_labels");
    ask(&mut seat, Command::CloseDialog);
}

#[test]
fn measures_windows_and_tags_look_as_they_were_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    demo(&folder);
    let mut results = SnapshotResults::new();
    let mut seat = at_demo(&folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    let image = seat.state().session.worklist.shown(1).map(|row| row.image.clone()).expect("a second film");
    ask(&mut seat, Command::OpenFilm(image));
    wait(&mut seat, "the film", is_reading);

    // Measuring: a ruler, a Cobb angle by two drags, a region.
    let measures: [(MeasureKind, &[[f32; 4]]); 3] = [
        (MeasureKind::Ruler, &[[0.42, 0.2, 0.62, 0.22]]),
        (MeasureKind::Cobb, &[[0.4, 0.45, 0.6, 0.42], [0.4, 0.66, 0.6, 0.72]]),
        (MeasureKind::Ellipse, &[[0.44, 0.5, 0.56, 0.6]]),
    ];
    for (kind, lines) in measures {
        ask(&mut seat, Command::UseTool(Tool::Measure(kind)));
        for [x0, y0, x1, y1] in lines {
            drag(&mut seat, egui::PointerButton::Primary, (*x0, *y0), (*x1, *y1));
        }
    }
    assert_eq!(seat.state().session.pane.film.as_ref().map(|film| film.reading.measurements().len()), Some(3));
    seat.event(egui::Event::PointerGone);
    picture(&mut seat, &mut results, "film_measured");

    // The histogram, and a film enhanced.
    ask(&mut seat, Command::Window(WindowCommand::TogglePanel));
    picture(&mut seat, &mut results, "film_histogram");
    let enhancement = Enhancement { sharpening: 0.5, local_contrast: 0.5, is_equalised: true };
    ask(&mut seat, Command::Window(WindowCommand::Enhance { enhancement, is_final: true }));
    picture(&mut seat, &mut results, "film_enhanced");
    ask(&mut seat, Command::Window(WindowCommand::TogglePanel));

    seat.key_press(Key::F12);
    wait(
        &mut seat,
        "the tags",
        |w| matches!(&w.session.dialog, Some(Dialog::Tags { tags, .. }) if !matches!(tags, rachis::session::Tags::Loading)),
    );
    picture(&mut seat, &mut results, "tags");
    ask(&mut seat, Command::CloseDialog);
}

#[test]
fn what_cannot_be_shown_says_so() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    drop(crate::support::project(&folder, 2));
    let mut results = SnapshotResults::new();
    let mut seat = with_films(&folder, Box::new(|_, _| Err("the pixel data ends early".to_owned())));
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    seat.get_by_label("Film 1, AP, New").click();
    wait(&mut seat, "the failure", |w| {
        let film = w.session.pane.film.as_ref();
        film.is_some_and(|f| matches!(f.picture, rachis::session::Picture::Failed(_)))
    });
    results.add(seat.try_snapshot("film_failed"));

    let empty = scratch.path().join("empty");
    drop(crate::support::project(&empty, 0));
    let mut seat = crate::seat::at_project(&empty);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    results.add(seat.try_snapshot("worklist_empty"));

    let mut seat = crate::seat::at_welcome();
    seat.run_steps(4);
    results.add(seat.try_snapshot("welcome"));
}

#[test]
fn themes_densities_languages_and_settings_look_as_they_were_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    demo(&folder);
    let mut results = SnapshotResults::new();
    let mut seat = at_demo(&folder);
    seat.get_by_label("Read as R1").click();
    wait(&mut seat, "the list", |w| w.session.worklist.is_loaded);
    ask(&mut seat, Command::ShowFilm);
    wait(&mut seat, "the film", is_reading);
    let looks = |theme, density, language, zoom_percent| {
        let settings = Settings { theme, density, language, zoom_percent, ..Settings::default() };
        Command::ChangeSettings(Box::new(settings))
    };
    ask(&mut seat, looks(Theme::Light, Density::Comfortable, Language::English, 100));
    picture(&mut seat, &mut results, "film_light");
    ask(&mut seat, Command::ShowWorklist);
    picture(&mut seat, &mut results, "worklist_light");
    ask(&mut seat, Command::ShowFilm);
    ask(&mut seat, looks(Theme::Light, Density::Compact, Language::Vietnamese, 100));
    picture(&mut seat, &mut results, "film_vietnamese_compact");
    ask(&mut seat, Command::CheatSheet);
    picture(&mut seat, &mut results, "keys_vietnamese");
    ask(&mut seat, Command::CloseDialog);
    // Larger than the window likes: the tools take a second row.
    ask(&mut seat, looks(Theme::Dark, Density::Comfortable, Language::Vietnamese, 125));
    picture(&mut seat, &mut results, "film_vietnamese_large");
    ask(&mut seat, Command::ShowWorklist);
    picture(&mut seat, &mut results, "worklist_vietnamese_large");
    ask(&mut seat, Command::ShowSettings);
    let tabs: Vec<String> = seat.get_all_by_role(Role::Tab).filter_map(|tab| tab.accesskit_node().label()).collect();
    assert_eq!(tabs.len(), 5);
    // How much memory is in use hangs on what was decoded ahead: no picture of that page.
    for (n, tab) in tabs.iter().take(4).enumerate() {
        seat.get_by_role_and_label(Role::Tab, tab).click();
        seat.run_steps(4);
        seat.event(egui::Event::PointerGone);
        picture(&mut seat, &mut results, &format!("settings_{}", n + 1));
    }
    // The largest on a small screen: there must be a way back.
    ask(&mut seat, looks(Theme::Dark, Density::Comfortable, Language::Vietnamese, 200));
    seat.get_by_role_and_label(Role::Tab, &tabs[0]).click();
    seat.run_steps(4);
    picture(&mut seat, &mut results, "settings_largest");
    ask(&mut seat, looks(Theme::Dark, Density::Comfortable, Language::English, 100));
    ask(&mut seat, Command::CloseDialog);
    ask(&mut seat, Command::ShowTestPattern);
    picture(&mut seat, &mut results, "test_pattern");
}
