//! Paging through films as fast as keys repeat: the worst frame, films that are there at once, and memory.
//!
//! The whole window without a display: input, session, panels, tessellation, uploads and encoding on one thread, whose
//! CPU time is counted; decoding runs on its own threads, and rasterising, which is the graphics card's work, is left
//! out. Real films come from `tests/parity/make_bench_films.py`; without them, made ones are paged.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rachis::app::Decode;
use rachis::dicom::isolated::Decoder;
use rachis::domain::id::{ImageId, PatientId, SeriesId, StudyId};
use rachis::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels, Voi, Window as GreyWindow};
use rachis::domain::project::Reader;
use rachis::domain::rules::default_rules;
use rachis::domain::study::{FilmEntry, FilmFacts, FilmSource};
use rachis::store::{NewProject, Store};

use super::whole_window::Seat;

/// Keys repeat thirty times a second; the window draws at most sixty frames.
const FRAME: Duration = Duration::from_micros(16_667);
const FRAMES_A_KEY: usize = 2;

pub fn bench() {
    if !std::env::args().skip(1).all(|arg| arg.starts_with("--") || "paging".contains(&arg)) {
        return;
    }
    let sources = bench_films();
    switching(&sources);
    paging(&sources, 200);
    memory(600);
}

/// One after the other with time to decode ahead: how many frames until the film that was asked for is drawn.
fn switching(sources: &[PathBuf]) {
    let (mut seat, _folder) = at_first_film(60, sources, 1024, 512);
    let (mut at_once, mut worst) = (0, Duration::ZERO);
    for _ in 0..50 {
        seat.settle();
        seat.key(egui::Key::PageDown);
        seat.frame();
        // The frame that took the key has shown the old film; the next one shows the new.
        at_once += usize::from(seat.is_shown());
        worst = worst.max(seat.frame().cpu);
    }
    println!(
        "paging: {at_once} of 50 films decoded ahead are drawn in the frame after the key; the worst such frame takes \
         {:.1} ms of CPU time",
        millis(worst)
    );
}

/// As fast as keys repeat, whatever is decoded by then.
fn paging(sources: &[PathBuf], num: usize) {
    let (mut seat, _folder) = at_first_film(num + 1, sources, 1024, 512);
    seat.settle();
    let mut frames = Vec::new();
    let mut at_once = 0;
    let start = Instant::now();
    for key in 0..num {
        for n in 0..FRAMES_A_KEY {
            if n == 0 {
                seat.key(egui::Key::PageDown);
            }
            frames.push(seat.frame().cpu);
            if n == 0 {
                at_once += usize::from(seat.is_shown());
            }
            let due = FRAME * (key * FRAMES_A_KEY + n + 1) as u32;
            std::thread::sleep(due.saturating_sub(start.elapsed()));
        }
    }
    let took = start.elapsed();
    let asked = Instant::now();
    while !seat.is_shown() {
        seat.frame();
    }
    frames.sort();
    println!(
        "paging: {num} films at {:.0} keys a second; CPU time of a frame: worst {:.1} ms, 99 % under {:.1} ms, median \
         {:.1} ms; {at_once} films were there at once, the last one {:.0} ms after the last key",
        num as f64 / took.as_secs_f64(),
        millis(frames[frames.len() - 1]),
        millis(frames[frames.len() * 99 / 100]),
        millis(frames[frames.len() / 2]),
        millis(asked.elapsed())
    );
}

/// Every film drawn, with small budgets: what the process grows by.
fn memory(num: usize) {
    const BUDGET_MB: u32 = 128;
    let (mut seat, _folder) = at_first_film(num + 1, &[], BUDGET_MB, BUDGET_MB);
    let mut before = 0;
    let (mut most, mut most_films, mut most_textures) = (0, 0, 0);
    for n in 0..num {
        seat.key(egui::Key::PageDown);
        seat.frame();
        while !seat.is_shown() {
            seat.frame();
        }
        seat.frame();
        most_films = most_films.max(seat.window.film_bytes());
        most_textures = most_textures.max(seat.window.state.memory_used[1].unwrap_or(0));
        // Once the budgets are full, nothing grows any more.
        if n == num / 4 {
            before = resident_bytes();
        }
        if n > num / 4 {
            most = most.max(resident_bytes());
        }
    }
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "paging: {num} films with budgets of {BUDGET_MB} MiB each; films took at most {:.0} MiB, textures {:.0} MiB; the \
         process had {:.0} MiB after a quarter of them and at most {:.0} MiB after that",
        mib(most_films),
        mib(most_textures),
        mib(before),
        mib(most)
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The window at the first film of a project of `num`, and the project's folder.
fn at_first_film(num: usize, sources: &[PathBuf], film_mb: u32, texture_mb: u32) -> (Seat, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    make_project(&project, num, sources);
    let decode: Decode = if sources.is_empty() { Box::new(|source, _| Ok(made(source))) } else { Box::new(decode) };
    let mut seat = Seat::new(project, decode, None);
    seat.window.session.settings.film_budget_mb = film_mb;
    seat.window.session.settings.texture_budget_mb = texture_mb;
    (seat.at_first_film(), folder)
}

/// One film in each transfer syntax, where they were made.
fn bench_films() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench_films");
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(|file| Some(file.ok()?.path()));
    let mut films: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "dcm")).collect();
    films.sort();
    if films.is_empty() {
        println!("paging: films are made ones; tests/parity/make_bench_films.py makes files in each transfer syntax");
    }
    films
}

/// As the window decodes: each thread with a decoder of its own.
fn decode(source: &FilmSource, frame: u32) -> Result<Film, String> {
    thread_local! {
        static DECODER: RefCell<Decoder> = RefCell::new(Decoder::with_program(env!("CARGO_BIN_EXE_rachis").into()));
    }
    let decoded = DECODER.with_borrow_mut(|decoder| decoder.decode(source, frame));
    decoded.map(|decoded| decoded.film).map_err(|error| error.to_string())
}

/// A film of two megapixels that needs no file.
fn made(source: &FilmSource) -> Film {
    let seed = match source {
        FilmSource::File(path) => path.as_os_str().len() as u16,
        FilmSource::Zip { .. } => 0,
    };
    let (width, height) = (1250, 1600);
    let texels = (0..width * height).map(|i: u32| (i as u16).wrapping_add(seed) & 0xfff).collect();
    let voi = vec![Voi::Window(GreyWindow::linear(2048.0, 4096.0))];
    let facts = DisplayFacts { bits_stored: 12, voi, ..DisplayFacts::default() };
    Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
}

/// `num` films, each a study of its own, whose files are the given ones in turn.
fn make_project(folder: &Path, num: usize, sources: &[PathBuf]) {
    let project = NewProject {
        name: "bench".into(),
        label_set: "vindr_spine".into(),
        rules: default_rules(),
        is_synthetic: true,
    };
    let mut store = Store::create(folder, &project).unwrap();
    store.add_reader(&Reader::new("R1", "One")).unwrap();
    let films: Vec<FilmEntry> = (0..num).map(|n| entry(n, sources)).collect();
    store.add_films(&films).unwrap();
}

fn entry(n: usize, sources: &[PathBuf]) -> FilmEntry {
    let source = match sources.len() {
        0 => PathBuf::from(format!("made/{n}.dcm")),
        len => sources[n % len].clone(),
    };
    let mut sha256 = [0; 32];
    sha256[..8].copy_from_slice(&(n as u64).to_le_bytes());
    FilmEntry {
        facts: FilmFacts {
            image: ImageId::new(format!("{n:032x}")),
            series: SeriesId::new(format!("series{n:05}")),
            study: StudyId::new(format!("study{n:05}")),
            patient: PatientId::new(format!("patient{n:05}")),
            width: 1600,
            height: 2500,
            num_frames: 1,
            modality: Some("DX".into()),
            body_part: None,
            view_position: Some("AP".into()),
            laterality: None,
            series_description: None,
            sex: None,
            age_years: None,
            study_date: None,
            series_number: Some(1),
            instance_number: Some(1),
            pixel_spacing_mm: None,
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 1000,
        },
        source: FilmSource::File(source),
        sha256,
    }
}

/// Memory of this process that is in use now, in bytes; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib << 10)
}
