//! Many readers: consensus and agreement of 100,000 films with 2,000,000 boxes by 17 readers, three to a film.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::Criterion;
use rachis::domain::agreement::Readings;
use rachis::domain::agreement::readings::{Film, Layer, Mark};
use rachis::domain::consensus::Policy;
use rachis::domain::label::LabelName;
use rachis::jobs::CancelToken;
use rachis::store::Store;
use rachis::workflows::agreement::{AgreementAsked, agreement_of_readings};
use rachis::workflows::consensus::{ConsensusAsked, consensus_of_readings, make_consensus};

use crate::fill;

const NAME: &str = "many readers, 100,000 films, 2,000,000 boxes";
/// What a person waits without going away.
const LIMIT: Duration = Duration::from_secs(10);
/// The last figure, which can be asked for alone.
const WRITTEN: &str = "consensus of all, read, computed and written";
const NUM_FILMS: usize = 100_000;
const NUM_READERS: usize = 17;
const NUM_LABELS: usize = 22;

pub fn bench(criterion: &mut Criterion) {
    // Filling a project takes half a minute, so it is not done for other figures.
    if !std::env::args()
        .skip(1)
        .all(|arg| arg.starts_with("--") || [NAME, WRITTEN].iter().any(|name| name.contains(&arg)))
    {
        return;
    }
    let mut group = criterion.benchmark_group(NAME);
    group.sample_size(10);
    let readings = readings();
    let cancel = CancelToken::new();
    group.bench_function("agreement, 1,000 resamples of patients", |b| {
        let asked = AgreementAsked::default();
        b.iter(|| black_box(agreement_of_readings(&readings, &asked, &|_| {}, &cancel).expect("readings")));
    });
    group.bench_function("consensus of all, computed", |b| {
        b.iter(|| black_box(consensus_of_readings(&readings, &asked(), &|_| {}, &cancel).expect("readings")));
    });
    drop(readings);
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("archive");
    let mut store = fill::fill(
        &archive,
        &fill::Archive { readers: &fill::READERS, num_films: NUM_FILMS, num_boxes: 2_000_000, completed_every: 1 },
    );
    // What the program writes is sealed as it is written; what was filled in beside it is not yet.
    store.set_instructions("Mark what you see.").expect("sealed");
    group.bench_function("readings of a project", |b| {
        b.iter(|| black_box(store.readings_of_many(&[]).expect("readings")));
    });
    drop(store);
    group.finish();
    // Three are enough: each takes seconds, and copying the project takes as long.
    let mut times: Vec<Duration> = (0..3).map(|n| made(&archive, &folder.path().join(format!("copy-{n}")))).collect();
    times.sort_unstable();
    let verdict = if times[1] < LIMIT { "within" } else { "OVER" };
    println!("{WRITTEN}: {:.1?}, worst {:.1?}; {verdict} the limit of {LIMIT:?}", times[1], times[2]);
}

fn asked() -> ConsensusAsked {
    ConsensusAsked { policy: Policy::default(), least_readers: 2, by: "R1".into(), at_ms: 1 }
}

/// In a copy of the project, which has no consensus yet.
fn made(archive: &Path, copy: &Path) -> Duration {
    fs::create_dir(copy).expect("a folder");
    fs::copy(archive.join("project.db"), copy.join("project.db")).expect("a copy");
    // Else the consensus would wait for the disk to take the copy, too.
    fs::File::open(copy.join("project.db")).and_then(|file| file.sync_all()).expect("the copy is on the disk");
    let mut store = Store::open(copy).expect("opens");
    let start = Instant::now();
    let (found, _) = make_consensus(&mut store, &asked(), &|_| {}, &CancelToken::new()).expect("a consensus");
    let elapsed = start.elapsed();
    assert_eq!(found.num_too_few_readers, 0, "every film has three completed readings");
    assert_eq!(found.films.len() + found.num_open as usize, NUM_FILMS);
    drop(store);
    fs::remove_dir_all(copy).expect("its copy goes");
    elapsed
}

/// Two films a patient; about nine lesions a film, each seen by three of four readers and drawn a little differently.
fn readings() -> Readings {
    let mut state = 7_u64;
    let mut roll = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    let mut readings = Readings {
        readers: (1..=NUM_READERS).map(|n| Layer { id: format!("R{n}").as_str().into(), repeat_of: None }).collect(),
        labels: (0..NUM_LABELS).map(|n| LabelName::new(format!("label {n}"))).collect(),
        months: (1..=12).map(|n| format!("2026-{n:02}")).collect(),
        ..Readings::default()
    };
    for film in 0..NUM_FILMS {
        let first = roll(NUM_READERS);
        let step = 1 + roll(NUM_READERS / 2);
        let mut readers: Vec<usize> = (0..3).map(|n| (first + n * step) % NUM_READERS).collect();
        readers.sort_unstable();
        let lesions: Vec<[usize; 5]> = (0..4 + roll(10))
            .map(|_| [roll(2000), roll(2500), 40 + roll(300), 40 + roll(300), roll(NUM_LABELS)])
            .collect();
        let mut said = Vec::new();
        for reader in readers {
            let mut marks = Vec::new();
            for &[x, y, w, h, label] in lesions.iter().filter(|one| (one[0] + reader) % 4 != 0) {
                let rect = [x + roll(20), y + roll(20), x + w + roll(20), y + h + roll(20)].map(|side| side as f64);
                marks.push(Mark { id: 0, label: label as u16, rect });
            }
            said.push((reader as u16, (film % 12) as u16, false, marks, Vec::new()));
        }
        let image = fill::image_id(film).as_str().into();
        readings.push_film(Film { image, patient: (film / 2) as u32 }, said);
    }
    readings
}
