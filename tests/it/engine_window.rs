//! The window with a scripted learning engine: suggestions come, films are looked at ahead, a batch is a job, and no frame
//! waits.

use std::path::Path;
use std::time::{Duration, Instant};

use rachis::domain::id::{ImageId, ReaderId};
use rachis::domain::model::ModelId;
use rachis::domain::suggestion::ModelVisibility;
use rachis::jobs::CancelToken;
use rachis::jobs::protocol::PredictionRow;
use rachis::jobs::{EngineOptions, EngineProgram};
use rachis::session::{Command, EngineState, Event, Input};
use rachis::store::Store;
use rachis::workflows::make_demo::{DemoRequest, FIRST_SEED, make_demo};

use crate::engine_fake::{Fake, add_models, is_gone, shelf, signal};
use crate::seat::{self, Seat};
use crate::support;

fn image(n: usize) -> ImageId {
    support::entry(n).facts.image
}

fn ask(seat: &mut Seat<'_>, command: Command) {
    seat.state_mut().handle(Input::Command(command));
    seat.step();
}

/// A project of this many films with two models in use.
fn project(folder: &Path, num: usize, visibility: ModelVisibility) -> [ModelId; 2] {
    let mut store = support::project(folder, 0);
    let mut films: Vec<_> = (0..num).map(support::entry).collect();
    for (n, film) in films.iter_mut().enumerate() {
        film.sha256[..8].copy_from_slice(&(n as u64).to_le_bytes());
    }
    store.add_films(&films).unwrap();
    store.set_model_visibility(visibility).unwrap();
    add_models(&mut store)
}

fn listed<'a>(folder: &Path, engine: EngineOptions) -> Seat<'a> {
    let mut seat = seat::with_engine(folder, engine);
    ask(&mut seat, Command::SignInAs(ReaderId::new("R1")));
    seat::wait(&mut seat, "the worklist", |w| w.session.worklist.is_loaded);
    let shelf = shelf(&Store::open_to_look(folder).unwrap());
    seat.state_mut().handle(Input::Event(Event::ModelsLoaded(Box::new(shelf))));
    seat
}

fn reading<'a>(folder: &Path, engine: EngineOptions) -> Seat<'a> {
    let mut seat = listed(folder, engine);
    ask(&mut seat, Command::OpenFilm(image(0)));
    seat::wait(&mut seat, "the film", seat::is_reading);
    seat
}

/// Kinds of answers that the session has about the open film, and how many models it waits for.
fn answers(window: &rachis::app::Window) -> (usize, usize) {
    let suggesting = &window.session.pane.film.as_ref().expect("a film is open").suggesting;
    let num_kinds = usize::from(suggesting.probability.is_some()) + usize::from(!suggesting.suggestions.is_empty());
    (num_kinds, suggesting.num_awaited)
}

fn films_with_answers(folder: &Path, models: &[ModelId]) -> Vec<usize> {
    let store = Store::open_to_look(folder).unwrap();
    (0..20).filter(|&n| store.predictions(&image(n), models).unwrap().len() == models.len()).collect()
}

#[test]
fn suggestions_come_to_the_open_film_and_are_there_at_once_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let models = project(folder.path(), 8, ModelVisibility::Always);
    let fake = Fake::new("");
    let mut seat = reading(folder.path(), fake.options());
    seat::wait(&mut seat, "both models", |w| answers(w) == (2, 0));
    let is_ready = matches!(seat.state().session.engine, EngineState::Ready { .. });
    assert!(is_ready, "{:?}", seat.state().session.engine);
    // The next ones are looked at before anybody opens them.
    seat::wait(&mut seat, "ahead", |_| fake.films().len() >= 4);
    assert_eq!(fake.films()[0], image(0).to_string(), "the open film first");
    seat::wait(&mut seat, "stored", |_| films_with_answers(folder.path(), &models).len() >= 4);
    let runs = fake.runs();
    assert_eq!(runs.len(), 1, "one engine for all films");
    drop(seat);
    assert!(is_gone(runs[0]));
    // Without any engine: what is stored is there.
    let none = EngineOptions::new(EngineProgram::at("/nowhere/rachis-engine"));
    let mut seat = reading(folder.path(), none);
    seat::wait(&mut seat, "from the store", |w| answers(w) == (2, 0));
}

#[test]
fn a_blind_reader_s_session_has_nothing_of_what_was_looked_at_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let models = project(folder.path(), 8, ModelVisibility::AfterReading);
    let fake = Fake::new("");
    let mut seat = reading(folder.path(), fake.options());
    seat::wait(&mut seat, "looked at ahead", |_| films_with_answers(folder.path(), &models).contains(&0));
    for _ in 0..20 {
        seat.step();
        assert_eq!(answers(seat.state()), (0, 0), "the reader is blind");
    }
    // Nobody may ever see them: nothing is looked at.
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), 8, ModelVisibility::Off);
    let idle = Fake::new("");
    let mut seat = reading(folder.path(), idle.options());
    for _ in 0..40 {
        seat.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(idle.runs().len(), 0);
}

#[test]
fn without_an_engine_the_reading_goes_on_and_the_window_knows_why() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), 4, ModelVisibility::Always);
    let mut seat = reading(folder.path(), EngineOptions::new(EngineProgram::at("/nowhere/rachis-engine")));
    seat::wait(&mut seat, "told", |w| matches!(w.session.engine, EngineState::Absent { .. }));
    let EngineState::Absent { message, advice } = seat.state().session.engine.clone() else { panic!("absent") };
    assert!(message.contains("rachis-engine") && advice.contains("RACHIS_ENGINE"), "{message} {advice}");
    seat::wait(&mut seat, "nothing is awaited", |w| answers(w) == (0, 0));
    ask(&mut seat, Command::NextFilm);
    seat::wait(&mut seat, "the next film", |w| seat::is_reading(w) && w.session.pane.image() == Some(&image(1)));
}

#[test]
fn the_window_outlives_an_engine_that_is_killed_and_gets_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), 2, ModelVisibility::Always);
    let fake = Fake::new("work() { [ $(num_starts) = 1 ] && wait_for never; predict; finished; }");
    let mut seat = reading(folder.path(), fake.options());
    seat::wait(&mut seat, "in the middle of a film", |_| fake.films().len() == 1);
    assert_eq!(answers(seat.state()), (0, 2));
    assert!(signal(fake.runs()[0], libc::SIGKILL));
    seat::wait(&mut seat, "the answer of the next one", |w| answers(w) == (2, 0));
    assert_eq!(fake.runs().len(), 2);
}

#[test]
fn a_batch_is_a_job_with_a_report_and_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let models = project(folder.path(), 12, ModelVisibility::AfterReading);
    let bad = image(5).to_string();
    let fake = Fake::new(&format!(
        "work() {{ [ \"$image\" = {bad} ] && failed 'the film has no pixels' || {{ predict; finished; }} }}"
    ));
    let mut seat = listed(folder.path(), fake.options());
    ask(&mut seat, Command::PredictFilms);
    seat::wait(&mut seat, "done", |w| w.session.job.as_ref().is_some_and(|job| job.outcome.is_some()));
    let job = seat.state().session.job.clone().unwrap();
    assert_eq!((job.title.as_str(), job.outcome, job.done, job.total), ("Predict films", Some(true), 12, 12));
    let Some(rachis::session::Dialog::Report { lines, .. }) = &seat.state().session.dialog else { panic!("a report") };
    assert_eq!(
        lines,
        &[
            "11 films looked at by the models in use; 1 film could not be".to_owned(),
            format!("Film {bad}: the film has no pixels"),
        ]
    );
    let done: Vec<usize> = (0..12).filter(|&n| n != 5).collect();
    seat::wait(&mut seat, "stored", |_| films_with_answers(folder.path(), &models) == done);
    let run = folder.path().join("runs/1-predict");
    let rows = std::fs::read_to_string(run.join("predictions.jsonl")).unwrap();
    let rows: Vec<PredictionRow> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 22);
    let spec = std::fs::read_to_string(run.join("spec.json")).unwrap();
    assert!(spec.contains("bone detector@1") && !spec.contains(&folder.path().display().to_string()), "{spec}");
    // Again: only what is missing.
    ask(&mut seat, Command::CloseDialog);
    ask(&mut seat, Command::PredictFilms);
    let is_over = |w: &rachis::app::Window| w.session.job.as_ref().is_some_and(|job| job.outcome.is_some());
    seat::wait(&mut seat, "done again", is_over);
    assert_eq!(fake.films().len(), 13, "one more try of the one that failed");
}

#[test]
fn a_batch_stops_when_it_is_told_to_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let models = project(folder.path(), 12, ModelVisibility::AfterReading);
    let fake = Fake::new("work() { [ $(grep -c film \"$SAID\") -gt 3 ] && sleep 60; predict; finished; }");
    let mut seat = listed(folder.path(), fake.options());
    ask(&mut seat, Command::PredictFilms);
    seat::wait(&mut seat, "under way", |_| fake.films().len() == 4);
    ask(&mut seat, Command::CancelJob);
    let start = Instant::now();
    seat::wait(&mut seat, "stopped", |w| w.session.job.as_ref().is_some_and(|job| job.outcome.is_some()));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    let notice = seat.state().session.notice.as_ref().map(|notice| notice.text.clone());
    assert_eq!(notice.as_deref(), Some("3 films looked at by the models in use; stopped, what was done is kept"));
    seat::wait(&mut seat, "kept", |_| films_with_answers(folder.path(), &models).len() == 3);
    assert!(is_gone(fake.runs()[0]), "a film that takes too long is not waited for");
}

#[test]
fn a_batch_without_an_engine_fails_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), 3, ModelVisibility::AfterReading);
    let mut seat = listed(folder.path(), EngineOptions::new(EngineProgram::at("/nowhere/rachis-engine")));
    ask(&mut seat, Command::PredictFilms);
    seat::wait(&mut seat, "failed", |w| w.session.job.as_ref().is_some_and(|job| job.outcome == Some(false)));
    let notice = seat.state().session.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
    assert!(notice.starts_with("Predict films: The learning engine, rachis-engine, is not beside"), "{notice}");
}

/// How long this thread waited for something or somebody while it did this: neither at work nor in the queue for a core,
/// so that a busy computer makes no difference. What the kernel counts lags behind by a tick.
fn waited(work: impl FnOnce()) -> Duration {
    let counted = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        let mut numbers = text.split_whitespace().map(str::parse::<u64>);
        Some(Duration::from_nanos(numbers.next()?.ok()? + numbers.next()?.ok()?))
    };
    let (start, before) = (Instant::now(), counted());
    work();
    let (elapsed, after) = (start.elapsed(), counted());
    match (before, after) {
        (Some(before), Some(after)) => elapsed.saturating_sub(after.saturating_sub(before)),
        _ => elapsed,
    }
}

/// An engine that neither reads nor answers, thousands of films that wait for it, and a reader who goes on.
#[test]
fn no_frame_waits_for_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), 3000, ModelVisibility::Always);
    let fake = Fake::new("work() { kill -STOP $$; }");
    let mut seat = listed(folder.path(), fake.options());
    ask(&mut seat, Command::PredictFilms);
    seat::wait(&mut seat, "it stands still", |_| !fake.films().is_empty());
    ask(&mut seat, Command::OpenFilm(image(0)));
    seat::wait(&mut seat, "the film", seat::is_reading);
    let mut waits: Vec<Duration> = Vec::new();
    for _ in 0..100 {
        waits.push(waited(|| seat.state_mut().handle(Input::Command(Command::NextFilm))));
        seat.step();
    }
    waits.push(waited(|| seat.state_mut().handle(Input::Command(Command::CancelJob))));
    waits.sort();
    println!("waits: half within {:?}, the longest {:?}", waits[waits.len() / 2], waits[waits.len() - 1]);
    // A few are left out: the count lags by up to a tick of 10 ms, and time that the host takes from a virtual computer is
    // in no count. A pipe that blocks would stand for seconds each time.
    assert!(waits[waits.len() * 95 / 100] < Duration::from_millis(16), "{waits:?}");
    let start = Instant::now();
    eframe::App::on_exit(seat.state_mut());
    assert!(start.elapsed() < Duration::from_secs(4), "quitting took {:?}", start.elapsed());
    assert!(fake.runs().into_iter().all(is_gone));
}

/// The demo's films and models, and the real engine: how long suggestions take, and what frames cost meanwhile.
#[test]
fn suggestions_of_the_real_engine_come_while_frames_go_on() {
    let Some(options) = crate::engine_real::engine() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("demo");
    let request =
        DemoRequest { folder: folder.clone(), num_studies: 2, seed: FIRST_SEED, scale: 1.0, has_models: true };
    make_demo(&request, &|_| {}, &CancelToken::new()).unwrap();
    let mut seat = listed(&folder, options);
    let film = seat.state().session.worklist.shown(0).expect("a film").image.clone();
    let start = Instant::now();
    ask(&mut seat, Command::OpenFilm(film));
    let frame = |seat: &mut Seat<'_>| {
        let start = Instant::now();
        seat.step();
        let took = start.elapsed();
        std::thread::sleep(Duration::from_millis(4));
        took
    };
    let is_answered = |seat: &Seat<'_>| {
        let film = seat.state().session.pane.film.as_ref();
        film.is_some_and(|f| f.suggesting.is_loaded && f.suggesting.num_missing(&seat.state().session.models) == 0)
    };
    let mut opening = Vec::new();
    while !is_answered(&seat) {
        assert!(start.elapsed() < Duration::from_mins(1), "no answer");
        opening.push(frame(&mut seat));
    }
    println!("film to suggestions, engine's start included: {:?}", start.elapsed());
    // Then the next films are looked at ahead.
    let mut ahead: Vec<Duration> = (0..100).map(|_| frame(&mut seat)).collect();
    for (what, frames) in [("while the film opens", &mut opening), ("while the next are looked at", &mut ahead)] {
        frames.sort();
        let [half, most] = [50, 95].map(|share| frames[frames.len() * share / 100]);
        println!(
            "{} frames {what}: half within {half:?}, 95 % within {most:?}, worst {:?}",
            frames.len(),
            frames.last()
        );
        assert!(half < Duration::from_millis(16), "{what}: {frames:?}");
    }
}
