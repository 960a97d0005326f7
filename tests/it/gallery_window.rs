//! Gallery and review in the window: by accessibility labels, by keys, and as pictures.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable;
use rachis::domain::evaluation::errors::{ErrorFilter, ErrorKind};
use rachis::domain::evaluation::verdict::Verdict;
use rachis::domain::id::ImageId;
use rachis::domain::model::ModelId;
use rachis::jobs::CancelToken;
use rachis::session::settings::Language;
use rachis::session::{Command, EvaluateCommand, EvaluatePage, Event, Input, Screen};
use rachis::store::Store;
use rachis::workflows::make_demo::{DemoRequest, FIRST_SEED, make_demo};

use crate::seat::{Seat, at_project, has_thumbnails, is_reading, saved, wait, with_films};
use crate::{evaluation_run, support};

fn ask(seat: &mut Seat<'_>, command: EvaluateCommand) {
    seat.state_mut().handle(Input::Command(Command::Evaluate(command)));
    seat.run_steps(3);
}

fn key(seat: &mut Seat<'_>, modifiers: Modifiers, key: Key) {
    seat.key_press_modifiers(modifiers, key);
    seat.run_steps(4);
}

fn click(seat: &mut Seat<'_>, label: &str) {
    seat.get_by_label(label).click();
    seat.run_steps(4);
}

/// The gallery of a run over every film of the project.
fn open_gallery(seat: &mut Seat<'_>) {
    seat.get_by_label("Read as R1").click();
    wait(seat, "the list", |w| w.session.worklist.is_loaded);
    let folder = seat.state().session.project.as_ref().unwrap().folder.clone();
    let run = evaluation_run::against_another(&folder);
    wait(seat, "the model", |w| w.session.models.models.len() == 1);
    ask(seat, EvaluateCommand::Show);
    seat.state_mut().handle(Input::Event(Event::EvaluationOpened(Ok(run))));
    ask(seat, EvaluateCommand::Page(EvaluatePage::Gallery));
}

fn with_crops(seat: &mut Seat<'_>) {
    wait(seat, "the items", |w| w.session.evaluating.errors.index.is_some());
    wait(seat, "the crops", |w| w.state.crops.num_on_their_way() == 0);
    seat.run_steps(4);
}

fn looked_at(seat: &Seat<'_>) -> Option<(usize, ErrorKind)> {
    let place = seat.state().session.evaluating.looked_at?;
    Some((place, seat.state().session.error_at(place)?.kind))
}

fn at_gallery<'a>(folder: &Path) -> Seat<'a> {
    drop(support::project(folder, 5));
    let mut seat = at_project(folder);
    open_gallery(&mut seat);
    seat
}

#[test]
fn the_reader_is_told_that_nothing_is_blind_and_what_was_seen_is_noted() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = at_gallery(&folder);
    seat.get_by_label("What is shown here is not blind");
    assert!(seat.query_by_label_contains("Item 1:").is_none());
    // Neither does a film open before that.
    ask(&mut seat, EvaluateCommand::OpenError(0));
    assert_eq!(seat.state().session.screen, Screen::Evaluate);
    let image = |n: usize| ImageId::new(format!("{n:032x}"));
    let seen = |n: usize| -> Vec<ModelId> {
        Store::open_to_look(&folder).unwrap().models_seen(&image(n), &"R1".into()).unwrap()
    };
    assert_eq!(seen(0), []);
    click(&mut seat, "Show the gallery");
    with_crops(&mut seat);
    saved(&mut seat);
    let start = std::time::Instant::now();
    while seen(0).is_empty() && start.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // Films whose crops were shown, and no others: the third one is rightly called normal.
    assert_eq!(seen(0), [evaluation_run::MODEL]);
    assert_eq!(seen(1), [evaluation_run::MODEL]);
    assert_eq!(seen(2), []);
}

#[test]
fn cards_are_reached_by_labels_arrows_and_enter() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_gallery(&scratch.path().join("project"));
    click(&mut seat, "Show the gallery");
    with_crops(&mut seat);
    // By falling score; what was missed has none and comes last.
    let film = format!("{:032x}", 0);
    seat.get_by_label_contains("Item 1: False positive Osteophytes, score 0.83, IoU 0.00, film");
    seat.get_by_label(&format!(
        "Item 2: Confused Disc space narrowing → Foraminal stenosis, score 0.72, IoU 0.77, film {film}"
    ));
    seat.get_by_label_contains("Item 3: False positive Osteophytes, score 0.64");
    seat.get_by_label_contains("Item 4: Film wrongly abnormal, p(abnormal) 0.60");
    seat.get_by_label_contains("Item 5: Missed Osteophytes, IoU 0.00");
    seat.get_by_label_contains("Item 6: Missed Disc space narrowing");
    assert!(seat.query_by_label_contains("Item 7:").is_none());

    // Chips say how many there are at the operating point.
    click(&mut seat, "Found 1");
    seat.get_by_label_contains("Item 1: Found Osteophytes, score 0.91");
    assert!(seat.query_by_label_contains("Item 2:").is_none());
    click(&mut seat, "Disagreements 6");

    seat.get_by_label_contains("Item 1:").focus();
    seat.run_steps(3);
    key(&mut seat, Modifiers::NONE, Key::ArrowRight);
    key(&mut seat, Modifiers::NONE, Key::ArrowRight);
    key(&mut seat, Modifiers::NONE, Key::End);
    key(&mut seat, Modifiers::NONE, Key::Home);
    key(&mut seat, Modifiers::NONE, Key::ArrowRight);
    key(&mut seat, Modifiers::NONE, Key::Enter);
    wait(&mut seat, "the film", is_reading);
    assert_eq!(looked_at(&seat), Some((1, ErrorKind::Confusion)));
    seat.get_by_label_contains("2 of 6: Confused Disc space narrowing → Foraminal stenosis");

    // Next and previous on one key, and back to the card that it came from.
    key(&mut seat, Modifiers::SHIFT, Key::PageDown);
    wait(&mut seat, "the next film", is_reading);
    assert_eq!(looked_at(&seat), Some((2, ErrorKind::FalsePositive)));
    seat.get_by_label_contains("3 of 6: False positive Osteophytes");
    key(&mut seat, Modifiers::SHIFT, Key::PageUp);
    key(&mut seat, Modifiers::SHIFT, Key::PageUp);
    wait(&mut seat, "the first film", |w| is_reading(w) && w.session.pane.wanted.is_none());
    assert_eq!(looked_at(&seat).map(|(place, _)| place), Some(0));
    key(&mut seat, Modifiers::SHIFT, Key::PageUp);
    assert_eq!(looked_at(&seat).map(|(place, _)| place), Some(0), "there is none before");
    click(&mut seat, "Back to gallery");
    assert_eq!(seat.state().session.screen, Screen::Evaluate);
    assert!(seat.get_by_label_contains("Item 1:").is_focused(), "its card has the keyboard");
}

#[test]
fn an_empty_gallery_says_why() {
    let scratch = tempfile::tempdir().unwrap();
    let mut seat = at_gallery(&scratch.path().join("project"));
    click(&mut seat, "Show the gallery");
    with_crops(&mut seat);
    let nothing = ErrorFilter { class: Some(2), ..ErrorFilter::default() };
    ask(&mut seat, EvaluateCommand::ShowErrors(Box::new(nothing)));
    seat.get_by_label("No item passes all of these filters. Take one away.");
    let none = ErrorFilter { kinds: vec![ErrorKind::FilmFalseNegative], ..ErrorFilter::default() };
    ask(&mut seat, EvaluateCommand::ShowErrors(Box::new(none)));
    seat.get_by_label("There is none of this kind at this operating point.");
}

#[test]
fn verdicts_are_kept_counted_and_exported() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let mut seat = at_gallery(&folder);
    click(&mut seat, "Show the gallery");
    with_crops(&mut seat);
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Review));
    seat.get_by_label("0 of 6 disagreements at this operating point have a verdict");
    seat.get_by_label_contains("Suspect 1: A finding may");
    click(&mut seat, "Go on with the review");
    wait(&mut seat, "the film", is_reading);
    seat.get_by_label("The truth is the reading of R2; what you change is your own.");
    // A note, a verdict on one key, and the next one comes up.
    seat.get_by_label("Note on the verdict").focus();
    seat.run_steps(2);
    seat.get_by_label("Note on the verdict").type_text("a vessel");
    seat.run_steps(3);
    seat.get_by_label_contains("Film canvas").focus();
    seat.run_steps(3);
    key(&mut seat, Modifiers::SHIFT, Key::F2);
    wait(&mut seat, "the next film", |w| is_reading(w) && w.session.pane.wanted.is_none());
    assert_eq!(looked_at(&seat).map(|(place, _)| place), Some(1));
    click(&mut seat, "Verdict: model right");
    wait(&mut seat, "the next item", |w| w.session.evaluating.looked_at == Some(2));
    ask(&mut seat, EvaluateCommand::BackToErrors);
    seat.get_by_label("2 of 6 disagreements at this operating point have a verdict");
    seat.get_by_label("Verdicts by R1 2");
    seat.get_by_label("Model right 1 · Label right 1");
    wait(&mut seat, "figures", |w| w.session.evaluating.errors.under_verdicts.is_some());
    seat.get_by_label("Under verdicts");
    click(&mut seat, "Verdicts 2");
    seat.get_by_label_contains("R1: Label right, Osteophytes a vessel");

    let file = scratch.path().join("verdicts.csv");
    let paths = vec![file.clone()];
    let purpose = rachis::session::FilePurpose::ExportVerdicts;
    seat.state_mut().handle(Input::Event(Event::PathChosen { purpose, paths }));
    wait(&mut seat, "written", |w| w.session.notice.as_ref().is_some_and(|n| n.text.starts_with("2 verdicts")));
    let text = std::fs::read_to_string(file).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(text.contains("label right,a vessel,R1,"), "{text}");
    let kept = Store::open_to_look(&folder).unwrap().rulings(rachis::domain::evaluation::run::EvaluationId(1)).unwrap();
    let verdicts: Vec<Verdict> = kept.iter().map(|ruling| ruling.verdict).collect();
    assert_eq!(verdicts, [Verdict::LabelRight, Verdict::ModelRight]);
}

#[test]
fn gallery_film_and_review_look_as_they_were_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    let request =
        DemoRequest { folder: folder.clone(), num_studies: 3, seed: FIRST_SEED, scale: 0.25, has_models: false };
    make_demo(&request, &|_| {}, &CancelToken::default()).expect("a demo");
    let mut seat = with_films(
        &folder,
        Box::new(|source, frame| {
            rachis::dicom::decode(source, frame).map(|decoded| decoded.film).map_err(|error| error.to_string())
        }),
    );
    seat.state_mut().state.utc_offset_secs = 0;
    open_gallery(&mut seat);
    seat.event(egui::Event::PointerGone);
    seat.run_steps(4);
    let mut results = SnapshotResults::new();
    results.add(seat.try_snapshot("gallery_not_blind"));
    click(&mut seat, "Show the gallery");
    seat.event(egui::Event::PointerGone);
    ask(&mut seat, EvaluateCommand::ShowErrors(Box::default()));
    with_crops(&mut seat);
    results.add(seat.try_snapshot("gallery"));
    ask(&mut seat, EvaluateCommand::ShowErrors(Box::new(ErrorFilter::disagreements())));
    with_crops(&mut seat);
    ask(&mut seat, EvaluateCommand::OpenError(1));
    wait(&mut seat, "the film", |w| is_reading(w) && w.session.pane.wanted.is_none());
    wait(&mut seat, "thumbnails", has_thumbnails);
    seat.event(egui::Event::PointerGone);
    seat.run_steps(8);
    results.add(seat.try_snapshot("film_errors"));
    ask(&mut seat, EvaluateCommand::Rule(Verdict::ModelRight));
    wait(&mut seat, "the next", |w| w.session.evaluating.looked_at == Some(2));
    ask(&mut seat, EvaluateCommand::BackToErrors);
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Review));
    wait(&mut seat, "figures", |w| w.session.evaluating.errors.under_verdicts.is_some());
    seat.run_steps(4);
    results.add(seat.try_snapshot("review"));
    seat.state_mut().session.settings.language = Language::Vietnamese;
    ask(&mut seat, EvaluateCommand::Page(EvaluatePage::Gallery));
    with_crops(&mut seat);
    results.add(seat.try_snapshot("gallery_vietnamese"));
}
