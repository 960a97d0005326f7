//! What a run would need on this computer, and the recipe that fits it.

use std::process::{Command, Stdio};

use crate::domain::model::{Architecture, ModelTask};
use crate::domain::training::dataset::{FrozenDataset, Split};
use crate::domain::training::estimate::{
    Computer, Estimate, FilmCounts, Graphics, KnownStep, estimate, fitted, megapixels,
};
use crate::domain::training::parameters::Key;
use crate::domain::training::recipe::{Preset, Recipe};
use crate::domain::training::run::FigureOf;
use crate::jobs::EngineProgram;
use crate::store::Store;

use super::train::{folder, spec};

/// Runs whose step times are looked at, the newest.
const MOST_RUNS: usize = 20;
/// The end of a run's figures that its step time is taken from, in bytes: some thousand steps.
const METRICS_TAIL: u64 = 1 << 20;
/// Steps at the beginning of a run, which are slower than the rest.
const FIRST_STEPS: u64 = 3;

/// Cores and memory of this computer, and the graphics card that the engine finds. `device` is what a person chose; none:
/// the best there is.
pub fn this_computer(program: &EngineProgram, device: Option<&str>) -> Computer {
    let num_cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u32;
    let graphics = if device == Some("cpu") { None } else { graphics(program, device) };
    Computer { num_cores, memory_bytes: memory_bytes(), graphics }
}

/// The first graphics card that `rachis-engine devices` lists, or the chosen one; none where there is no engine.
fn graphics(program: &EngineProgram, device: Option<&str>) -> Option<Graphics> {
    let mut command = Command::new(&program.program);
    command.args(&program.arguments).arg("devices").stdin(Stdio::null()).stderr(Stdio::null());
    let listed = String::from_utf8_lossy(&command.output().ok()?.stdout).into_owned();
    listed
        .lines()
        .find_map(|line| graphics_of(line).filter(|(id, _)| device.is_none_or(|one| one == id)))
        .map(|(_, card)| card)
}

/// A line as `cuda:0: NVIDIA RTX A5000, 23.6 GiB, bf16 or f32`.
fn graphics_of(line: &str) -> Option<(String, Graphics)> {
    let (id, rest) = line.split_once(": ")?;
    if !id.starts_with("cuda") {
        return None;
    }
    let mut parts = rest.rsplitn(3, ", ");
    let (precisions, memory, name) = (parts.next()?, parts.next()?, parts.next()?);
    let gigabytes: f64 = memory.strip_suffix(" GiB")?.parse().ok()?;
    let memory_bytes = (gigabytes * f64::from(1 << 30)) as u64;
    Some((id.to_owned(), Graphics { name: name.to_owned(), memory_bytes, has_bf16: precisions.contains("bf16") }))
}

/// What a small computer has, where the system does not tell.
const USUAL_MEMORY: u64 = 8 << 30;

#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library does not tell how much memory there is")]
fn memory_bytes() -> u64 {
    // SAFETY: sysconf reads a number and changes nothing.
    let (pages, size) = unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    if pages > 0 && size > 0 { pages.unsigned_abs() * size.unsigned_abs() } else { USUAL_MEMORY }
}

#[cfg(not(unix))]
const fn memory_bytes() -> u64 {
    USUAL_MEMORY
}

/// What the data set brings, in numbers. The usual size is the one in the middle of the films to learn from.
pub fn film_counts(dataset: &FrozenDataset) -> FilmCounts {
    let train: Vec<_> = dataset.films.iter().filter(|film| film.split == Split::Train).collect();
    let middle = |side: fn(&crate::domain::training::dataset::FrozenFilm) -> u32| {
        let mut sides: Vec<u32> = train.iter().map(|film| side(film)).collect();
        sides.sort_unstable();
        sides.get(sides.len() / 2).copied().unwrap_or(1)
    };
    FilmCounts {
        num_train: train.len() as u64,
        num_train_with_boxes: train.iter().filter(|film| !film.boxes.is_empty()).count() as u64,
        num_dev: dataset.films.iter().filter(|film| film.split == Split::Dev).count() as u64,
        usual_size: [middle(|film| film.width), middle(|film| film.height)],
    }
}

/// Step times of former runs of this project, the oldest first: the middle of each.
pub fn known_steps(store: &Store) -> Vec<KnownStep> {
    let runs = store.trainings().unwrap_or_default();
    let mut known: Vec<KnownStep> = runs
        .iter()
        .take(MOST_RUNS)
        .filter_map(|run| {
            let folder = folder(store, run.id);
            let is_graphics = folder.status()?.device.starts_with("cuda");
            let spec = spec(store, run.id).ok()?;
            let text = std::fs::read_to_string(folder.dataset()).ok()?;
            let films = film_counts(&crate::formats::frozen_dataset::parse(&text).ok()?);
            let is_step = |name: &str, of, step| name == "step_ms" && of == FigureOf::Device && step > FIRST_STEPS;
            let figures = folder.last_figures(METRICS_TAIL).into_iter();
            let mut times: Vec<f64> = figures
                .filter(|f| is_step(&f.name, f.of, f.step))
                .map(|f| f.value)
                .filter(|ms| ms.is_finite())
                .collect();
            times.sort_by(f64::total_cmp);
            let middle = times.get(times.len() / 2)?;
            let one = megapixels(spec.architecture, &spec.recipe, films.usual_size);
            Some(KnownStep {
                architecture: spec.architecture,
                megapixels: one * spec.recipe.whole(Key::BatchSize) as f64,
                secs: middle / 1000.0,
                is_graphics,
            })
        })
        .collect();
    known.reverse();
    known
}

/// A preset's recipe; that of "this computer" is fitted to it.
pub fn recipe_of(
    architecture: Architecture,
    preset: Preset,
    films: &FilmCounts,
    computer: &Computer,
    known: &[KnownStep],
) -> Recipe {
    match preset {
        Preset::ThisComputer => fitted(architecture, films, computer, known),
        _ => Recipe::new(architecture.task(), preset),
    }
}

/// What a run would need, and what people should know of it before it starts.
pub fn plan(
    architecture: Architecture,
    recipe: &Recipe,
    dataset: &FrozenDataset,
    computer: &Computer,
    known: &[KnownStep],
) -> Estimate {
    estimate(architecture, recipe, &film_counts(dataset), computer, known)
}

/// The task's smallest network, for a first try.
pub const fn first_network(task: ModelTask) -> Architecture {
    match task {
        ModelTask::Classify => Architecture::DenseNetSmall,
        ModelTask::Detect => Architecture::FasterRcnnSmall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_known_by_the_engines_line() {
        let (id, card) = graphics_of("cuda:0: NVIDIA GeForce RTX 4090, D, 23.5 GiB, bf16 or f32").unwrap();
        assert_eq!((id.as_str(), card.name.as_str(), card.has_bf16), ("cuda:0", "NVIDIA GeForce RTX 4090, D", true));
        assert_eq!(card.memory_bytes >> 30, 23);
        assert_eq!(graphics_of("cpu: AMD EPYC, 125.0 GiB, f32"), None);
        assert_eq!(graphics_of("cuda:0: no memory"), None);
        assert!(memory_bytes() > 1 << 28);
    }
}
