//! Frames of the whole window while the real learning engine starts and works: none may hold the reader up.
//!
//! The demo's films and its two models. The first film opens while the engine starts, its suggestions come, the next ones
//! are opened while the engine looks at more, and at the end all films are paged through as fast as keys repeat. As in
//! the paging bench, everything of a frame is counted but rasterising.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rachis::dicom::isolated::Decoder;
use rachis::domain::imaging::Film;
use rachis::domain::study::FilmSource;
use rachis::jobs::{CancelToken, ENGINE_VARIABLE, EngineOptions, EngineProgram};
use rachis::session::{Command, EngineState, Input};
use rachis::workflows::make_demo::{DemoRequest, FIRST_SEED, make_demo};

use super::whole_window::{FrameTime, PARTS, Seat};

/// A screen shows sixty frames a second.
const FRAME: Duration = Duration::from_micros(16_667);
/// No frame may take longer.
const LIMIT: Duration = Duration::from_millis(16);
/// Frames over this are told part by part.
const TOLD: Duration = Duration::from_millis(8);
const NUM_STUDIES: u64 = 6;
/// Frames after a film's suggestions came, while the engine looks at the next films.
const NUM_AFTER: usize = 30;

pub fn bench() {
    if !std::env::args().skip(1).all(|arg| arg.starts_with("--") || "engine".contains(&arg)) {
        return;
    }
    // Cargo names the file whether or not the feature had it built.
    let built = option_env!("CARGO_BIN_EXE_rachis-engine").map(PathBuf::from);
    let named = std::env::var_os(ENGINE_VARIABLE).map(PathBuf::from);
    let Some(program) = named.or(built).filter(|file| file.exists()) else {
        println!("engine: skipped, for it was not built (--features torch), and {ENGINE_VARIABLE} names none");
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("demo");
    let request = DemoRequest {
        folder: folder.clone(),
        num_studies: NUM_STUDIES,
        seed: FIRST_SEED,
        scale: 1.0,
        has_models: true,
    };
    make_demo(&request, &|_| {}, &CancelToken::new()).unwrap();
    let engine = EngineOptions::new(EngineProgram::at(program));
    let mut seat = Seat::new(folder, Box::new(decode), Some(engine));
    // The worklist stands, as it does before anybody chooses a film.
    seat.settle();
    let images: Vec<_> = {
        let list = &seat.window.session.worklist;
        (0..list.num_shown()).filter_map(|n| Some(list.shown(n)?.image.clone())).collect()
    };
    assert!(matches!(seat.window.session.engine, EngineState::Idle), "{:?}", seat.window.session.engine);

    let mut frames = Frames::default();
    let start = Instant::now();
    seat.ask(Input::Command(Command::OpenFilm(images[0].clone())));
    frames.until_answered(&mut seat);
    println!("engine: from opening the first film to its suggestions, its start included: {:.2?}", start.elapsed());
    frames.tell("the first film opens and the engine starts");
    for _ in 1..images.len() / 2 {
        frames.some(&mut seat, NUM_AFTER);
        seat.key(egui::Key::PageDown);
        frames.until_answered(&mut seat);
    }
    frames.tell("the next films are opened, with what models say");
    for _ in images.len() / 2..images.len() {
        seat.key(egui::Key::PageDown);
        frames.some(&mut seat, 2);
    }
    while !seat.is_shown() {
        frames.some(&mut seat, 1);
    }
    frames.tell("the rest is paged through");
    assert!(matches!(seat.window.session.engine, EngineState::Ready { .. }), "{:?}", seat.window.session.engine);
}

/// As the window decodes: each thread with a decoder of its own.
fn decode(source: &FilmSource, frame: u32) -> Result<Film, String> {
    thread_local! {
        static DECODER: RefCell<Decoder> = RefCell::new(Decoder::with_program(env!("CARGO_BIN_EXE_rachis").into()));
    }
    let decoded = DECODER.with_borrow_mut(|decoder| decoder.decode(source, frame));
    decoded.map(|decoded| decoded.film).map_err(|error| error.to_string())
}

/// Frames as they came.
#[derive(Default)]
struct Frames(Vec<FrameTime>);

impl Frames {
    fn some(&mut self, seat: &mut Seat, num: usize) {
        for _ in 0..num {
            let start = Instant::now();
            self.0.push(seat.frame());
            std::thread::sleep(FRAME.saturating_sub(start.elapsed()));
        }
    }

    /// Until the film that was asked for is shown and every model has said something of it.
    fn until_answered(&mut self, seat: &mut Seat) {
        let start = Instant::now();
        let is_answered = |seat: &Seat| {
            let (session, shown) = (&seat.window.session, seat.is_shown());
            let film = session.pane.film.as_ref().filter(|_| shown);
            film.is_some_and(|f| f.suggesting.is_loaded && f.suggesting.num_missing(&session.models) == 0)
        };
        self.some(seat, 2);
        while !is_answered(seat) {
            assert!(start.elapsed() < Duration::from_mins(1), "no answer");
            self.some(seat, 1);
        }
    }

    /// Prints them and holds the worst to the limit.
    fn tell(&mut self, what: &str) {
        let frames = std::mem::take(&mut self.0);
        for (n, frame) in frames.iter().enumerate().filter(|(_, frame)| frame.held > TOLD || frame.wall > TOLD) {
            let parts: Vec<String> = PARTS.iter().zip(frame.parts).map(|(name, t)| format!("{name} {t:.1?}")).collect();
            let FrameTime { cpu, held, wall, .. } = frame;
            println!("engine:   frame {n}: {cpu:.1?} of CPU, held {held:.1?}, wall {wall:.1?}: {}", parts.join(", "));
        }
        let spread = |of: fn(&FrameTime) -> Duration| {
            let mut all: Vec<Duration> = frames.iter().map(of).collect();
            all.sort();
            [all[all.len() / 2], all[all.len() * 95 / 100], all[all.len() - 1]]
        };
        let [cpu, held, wall] = [spread(|f| f.cpu), spread(|f| f.held), spread(|f| f.wall)];
        println!(
            "engine: {} frames while {what}; median, 95 % and worst: CPU {cpu:.1?}, held {held:.1?}, wall {wall:.1?}",
            frames.len()
        );
        assert!(held[2] < LIMIT, "while {what}: a frame held the window for {:?}", held[2]);
    }
}
