//! Threads that bring the films of the next steps while the network learns from this one.
//!
//! Loader threads take films from the cache in the order of the run and change them; one more puts each step's films
//! together. Both stay a little ahead and no further, so memory is bounded. How long the network waited is measured.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rachis::domain::model::ModelTask;
use rachis::domain::training::dataset::{FrozenDataset, Split};
use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;
use rachis::jobs::Lane;
use tch::Device;

use super::augment::Changes;
use super::cache::Cache;
use super::packing;
use super::plane::{ClassBox, Picture};
use super::sampling::{Order, repeat_factors};
use crate::failure::{Failure, caught};
use crate::train::{Chance, TrainBatch};

/// Keeps what is drawn here apart from what others draw by the same seed; the film's place in its step is added.
const PURPOSE: u64 = 2 << 32;
/// Steps that lie ready where the network computes, beside the one it learns from.
const STEPS_READY: usize = 1;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct FeedPlan {
    pub cache: Arc<Cache>,
    pub dataset: Arc<FrozenDataset>,
    pub recipe: Recipe,
    /// Where the network computes.
    pub device: Device,
    /// Steps that are done; the first that comes is this one, counted from 0.
    pub from_step: u64,
}

/// A step with its parts, as the packer hands it over.
type Packed = Result<(u64, Vec<TrainBatch>), Failure>;

/// The films of one step.
#[derive(Debug)]
pub struct FedStep {
    /// Counted from 0.
    #[allow(dead_code, reason = "its readers are the tests")]
    pub step: u64,
    /// As many as the recipe says, of nearly the same number of films each; never an empty one.
    pub parts: Vec<TrainBatch>,
    /// How long the network waited for them.
    pub waited: Duration,
}

/// Brings step after step.
#[derive(Debug)]
pub struct Feeder {
    steps: Option<Receiver<Packed>>,
    shared: Arc<Shared>,
    /// They end when the work is over; dropping one waits for it.
    threads: Vec<Lane>,
    #[allow(dead_code, reason = "its readers are the tests")]
    num_films: usize,
}

#[derive(Debug)]
struct Shared {
    plan: FeedPlan,
    changes: Changes,
    films: Vec<TrainFilm>,
    batch_size: u64,
    state: Mutex<State>,
    changed: Condvar,
}

/// A film that may be shown.
#[derive(Debug)]
struct TrainFilm {
    place: usize,
    /// In pixels of the film.
    boxes: Vec<ClassBox>,
}

#[derive(Debug)]
struct State {
    order: Order,
    /// The next film to load; film n of the run is film n % batch_size of step n / batch_size.
    next: u64,
    /// No film from here on is loaded yet.
    end: u64,
    ready: BTreeMap<u64, Result<Picture, Failure>>,
    is_over: bool,
}

impl Feeder {
    /// Starts the threads.
    ///
    /// # Errors
    /// When there is nothing to learn from.
    pub fn start(plan: FeedPlan) -> Result<Self, Failure> {
        let recipe = &plan.recipe;
        let films = train_films(&plan);
        if films.is_empty() {
            return Err(Failure::new(match recipe.task() {
                ModelTask::Classify => "The data set has no training films that can be read. Freeze one that has.",
                ModelTask::Detect => {
                    "The data set has no training films with boxes that can be read. Freeze one that has, or switch on normal films."
                }
            }));
        }
        let batch_size = recipe.whole(Key::BatchSize).max(1);
        let classes: Vec<BTreeSet<usize>> =
            films.iter().map(|film| film.boxes.iter().map(|one| one.class).collect()).collect();
        // 0 for classifiers, which have no such parameter.
        let factors = repeat_factors(&classes, recipe.real(Key::RepeatFactor));
        let start = plan.from_step * batch_size;
        let num_threads = num_threads(recipe);
        let ahead = (2 * batch_size).max(num_threads as u64);
        let state = State {
            order: Order::starting_at(recipe.whole(Key::Seed), factors, start),
            next: start,
            end: start + ahead,
            ready: BTreeMap::new(),
            is_over: false,
        };
        let changes = Changes::new(recipe);
        let num_films = films.len();
        let shared = Shared { changes, films, batch_size, state: Mutex::new(state), changed: Condvar::new(), plan };
        let shared = Arc::new(shared);
        let (sender, receiver) = sync_channel(STEPS_READY);
        let mut feeder = Self { steps: Some(receiver), shared: shared.clone(), threads: Vec::new(), num_films };
        for i in 0..num_threads {
            let shared = shared.clone();
            feeder.run(&format!("loader {i}"), move || shared.load());
        }
        feeder.run("packer", move || shared.pack(&sender));
        Ok(feeder)
    }

    fn run(&mut self, name: &str, work: impl FnOnce() + Send + 'static) {
        let lane = Lane::start(name);
        lane.run(work);
        self.threads.push(lane);
    }

    /// The next step's films.
    ///
    /// # Errors
    /// When a film of the cache is damaged, or the device has no room.
    pub fn next(&mut self) -> Result<FedStep, Failure> {
        let began = Instant::now();
        let gone = || Failure::new("The threads that bring films ended early; that is a fault of the program.");
        let steps = self.steps.as_ref().ok_or_else(gone)?;
        let (step, parts) = steps.recv().map_err(|_| gone())??;
        Ok(FedStep { step, parts, waited: began.elapsed() })
    }

    /// Films that are shown, each once or more often in a round.
    #[cfg(test)]
    pub fn num_films(&self) -> usize {
        self.num_films
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
        // The packer may be waiting to hand over a step.
        self.steps = None;
        self.threads.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// A loader thread: film after film.
    fn load(&self) {
        loop {
            let mut state = self.lock();
            while !state.is_over && state.next >= state.end {
                state = self.wait(state);
            }
            if state.is_over {
                return;
            }
            let number = state.next;
            state.next += 1;
            let film = state.order.draw();
            drop(state);
            let picture = caught(|| self.picture(number, &self.films[film]));
            self.lock().ready.insert(number, picture);
            self.changed.notify_all();
        }
    }

    fn picture(&self, number: u64, film: &TrainFilm) -> Result<Picture, Failure> {
        let plan = &self.plan;
        let frozen = &plan.dataset.films[film.place];
        let (step, place) = (number / self.batch_size, number % self.batch_size);
        let mut chance = Chance::new(plan.recipe.whole(Key::Seed), PURPOSE + place, step);
        let plane = plan.cache.plane(film.place)?;
        let picture = Picture { plane, boxes: film.boxes.clone(), is_abnormal: frozen.is_abnormal };
        Ok(self.changes.made(picture, [frozen.width, frozen.height], plan.cache.rule(), &mut chance))
    }

    /// The packing thread: step after step.
    fn pack(&self, sender: &SyncSender<Packed>) {
        let mut step = self.plan.from_step;
        loop {
            let outcome = match self.films_of(step) {
                None => return,
                Some(films) => films.and_then(|films| {
                    let parts = self.plan.recipe.whole(Key::Accumulate).max(1) as usize;
                    let rule = self.plan.cache.rule();
                    let batch = |part: &[Picture]| packing::batch(part, rule, self.plan.device);
                    caught(|| Ok((step, split(&films, parts).into_iter().map(batch).collect())))
                }),
            };
            let is_failure = outcome.is_err();
            if sender.send(outcome).is_err() || is_failure {
                return;
            }
            step += 1;
        }
    }

    /// Waits for the films of a step and makes room for later ones; none when it is over.
    fn films_of(&self, step: u64) -> Option<Result<Vec<Picture>, Failure>> {
        let numbers = step * self.batch_size..(step + 1) * self.batch_size;
        let mut state = self.lock();
        while !state.is_over && !numbers.clone().all(|number| state.ready.contains_key(&number)) {
            state = self.wait(state);
        }
        if state.is_over {
            return None;
        }
        let films = numbers.filter_map(|number| state.ready.remove(&number)).collect();
        state.end += self.batch_size;
        drop(state);
        self.changed.notify_all();
        Some(films)
    }
}

/// Into so many parts, the first ones larger by one film where it does not go even; none is empty.
fn split<T>(items: &[T], parts: usize) -> Vec<&[T]> {
    let parts = parts.clamp(1, items.len().max(1));
    let (least, larger) = (items.len() / parts, items.len() % parts);
    let mut rest = items;
    (0..parts)
        .map(|part| {
            let (first, others) = rest.split_at(least + usize::from(part < larger));
            rest = others;
            first
        })
        .collect()
}

/// More threads than cores bring nothing.
fn num_threads(recipe: &Recipe) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (recipe.whole(Key::LoaderThreads) as usize).clamp(1, cores)
}

/// Whether a film is learned from: a detector's with boxes, and normal ones where the recipe wants them. An abnormal film
/// without a box shows something that nobody marked; as an empty film it would teach to find nothing there.
pub fn is_shown(recipe: &Recipe, dataset: &FrozenDataset, place: usize) -> bool {
    let film = &dataset.films[place];
    let has_boxes = film.boxes.iter().any(|one| dataset.class_number(&one.label).is_some());
    recipe.task() == ModelTask::Classify || has_boxes || (recipe.is_on(Key::NormalFilms) && !film.is_abnormal)
}

fn train_films(plan: &FeedPlan) -> Vec<TrainFilm> {
    let dataset = &plan.dataset;
    let boxes = |place: usize| -> Vec<ClassBox> {
        let boxes = dataset.films[place].boxes.iter();
        boxes
            .filter_map(|one| {
                let rect = one.rect;
                let corners = [rect.xmin(), rect.ymin(), rect.xmax(), rect.ymax()];
                Some(ClassBox { corners, class: dataset.class_number(&one.label)? })
            })
            .collect()
    };
    let has_use_of_boxes = plan.recipe.task() == ModelTask::Detect || plan.recipe.real(Key::HeatMapWeight) > 0.0;
    let films = plan.cache.places(dataset, Split::Train).into_iter();
    films
        .filter(|&place| is_shown(&plan.recipe, dataset, place))
        .map(|place| TrainFilm { place, boxes: if has_use_of_boxes { boxes(place) } else { Vec::new() } })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::data::trial::{dataset, prepared};
    use rachis::domain::model::Architecture;
    use rachis::domain::training::parameters::Value;
    use rachis::domain::training::recipe::Preset;
    use std::path::Path;

    fn recipe(values: &[(Key, u64)]) -> Recipe {
        let mut recipe = Recipe::new(ModelTask::Detect, Preset::Paper);
        let small = [
            (Key::ShorterEdgeLeast, 64),
            (Key::ShorterEdgeMost, 80),
            (Key::LongestEdge, 128),
            (Key::BatchSize, 5),
            (Key::Accumulate, 2),
            (Key::LoaderThreads, 2),
        ];
        for (key, value) in small.iter().chain(values) {
            recipe.set(*key, Value::Whole(*value)).unwrap();
        }
        recipe.set(Key::WindowJitter, Value::Real(0.2)).unwrap();
        recipe
    }

    /// 17 films: 14 to learn from, 4 of them (3, 7, 11) normal.
    fn plan(folder: &Path, recipe: &Recipe, from_step: u64) -> FeedPlan {
        let (dataset, films) = dataset(folder, 17, [110, 90]);
        let (cache, _) = prepared(folder, &dataset, &films, Architecture::RetinaNetSmall, recipe);
        FeedPlan { cache, dataset: Arc::new(dataset), recipe: recipe.clone(), device: Device::Cpu, from_step }
    }

    /// Every number of a step, part after part.
    fn numbers(step: &FedStep) -> Vec<Vec<f32>> {
        let list = |tensor: &tch::Tensor| {
            Vec::<f32>::try_from(tensor.to_kind(tch::Kind::Float).flatten(0, -1).contiguous()).unwrap()
        };
        let of_part = |part: &TrainBatch| {
            let boxes = part.boxes.iter().flat_map(|target| [list(&target.boxes), list(&target.labels)]);
            boxes.chain([list(&part.images.pixels), list(&part.is_abnormal)]).collect::<Vec<_>>()
        };
        step.parts.iter().flat_map(of_part).collect()
    }

    fn steps(plan: &FeedPlan, count: usize) -> Vec<(u64, Vec<Vec<f32>>)> {
        let mut feeder = Feeder::start(plan.clone()).unwrap();
        (0..count).map(|_| feeder.next().unwrap()).map(|step| (step.step, numbers(&step))).collect()
    }

    #[test]
    fn steps_are_the_same_whatever_the_number_of_threads_and_from_wherever_they_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(folder.path(), &recipe(&[]), 0);
        let all = steps(&plan, 7);
        assert_eq!(all.iter().map(|step| step.0).collect::<Vec<_>>(), (0..7).collect::<Vec<_>>());
        assert!(all[0].1 != all[1].1);
        let one_thread = FeedPlan { recipe: recipe(&[(Key::LoaderThreads, 1)]), ..plan.clone() };
        assert!(steps(&one_thread, 7) == all);
        let later = FeedPlan { from_step: 4, ..plan.clone() };
        assert!(steps(&later, 3) == all[4..]);
        let other_seed = FeedPlan { recipe: recipe(&[(Key::Seed, 5)]), ..plan };
        assert!(steps(&other_seed, 1) != all[..1]);
    }

    #[test]
    fn a_step_has_its_films_in_parts_with_boxes_on_them() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(folder.path(), &recipe(&[]), 0);
        let mut feeder = Feeder::start(plan.clone()).unwrap();
        assert_eq!(feeder.num_films(), 11, "normal films are left out");
        for _ in 0..4 {
            let step = feeder.next().unwrap();
            assert_eq!(step.parts.iter().map(|part| part.images.sizes.len()).collect::<Vec<_>>(), [3, 2]);
            for part in &step.parts {
                assert!(part.images.pixels.size()[2..].iter().all(|side| side % 32 == 0));
                assert_eq!(part.boxes.len(), part.images.sizes.len());
                for (target, [height, width]) in part.boxes.iter().zip(&part.images.sizes) {
                    let corners = Vec::<f32>::try_from(target.boxes.flatten(0, -1)).unwrap();
                    assert_eq!((target.boxes.size()[1], target.boxes.size()[0]), (4, target.labels.size()[0]));
                    for one in corners.as_chunks::<4>().0 {
                        assert!(one[0] < one[2] && one[1] < one[3] && one[0] >= 0.0 && one[1] >= 0.0);
                        assert!(one[2] <= *width as f32 && one[3] <= *height as f32);
                    }
                }
            }
        }
        drop(feeder);
        let mut with_normals = plan.recipe.clone();
        with_normals.set(Key::NormalFilms, Value::Switch(true)).unwrap();
        let with_normals = FeedPlan { recipe: with_normals, ..plan.clone() };
        assert_eq!(Feeder::start(with_normals.clone()).unwrap().num_films(), 14);
        let mut unmarked = (*plan.dataset).clone();
        unmarked.films[0].boxes.clear();
        let with_normals = FeedPlan { dataset: Arc::new(unmarked), ..with_normals };
        let num_films = Feeder::start(with_normals).unwrap().num_films();
        assert_eq!(num_films, 13, "an abnormal film without a box is none without findings");
        let mut empty = (*plan.dataset).clone();
        for film in &mut empty.films {
            film.boxes.clear();
        }
        let failure = Feeder::start(FeedPlan { dataset: Arc::new(empty), ..plan }).err().unwrap();
        assert!(failure.message.contains("switch on normal films"), "{failure}");
    }

    #[test]
    fn a_classifier_sees_all_films_in_one_size_and_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let mut recipe = Recipe::new(ModelTask::Classify, Preset::Paper);
        for (key, value) in [(Key::InputWidth, 40), (Key::InputHeight, 50), (Key::BatchSize, 14)] {
            recipe.set(key, Value::Whole(value)).unwrap();
        }
        let (dataset, films) = dataset(folder.path(), 17, [110, 90]);
        let (cache, _) = prepared(folder.path(), &dataset, &films, Architecture::DenseNetSmall, &recipe);
        let plan = FeedPlan { cache, dataset: Arc::new(dataset), recipe, device: Device::Cpu, from_step: 0 };
        let step = Feeder::start(plan).unwrap().next().unwrap();
        let part = &step.parts[0];
        assert_eq!(part.images.pixels.size(), [14, 3, 50, 40]);
        // A whole round: 3 of 14 are normal.
        assert_eq!(part.is_abnormal.sum(tch::Kind::Float).double_value(&[]), 11.0);
        assert!(part.boxes.iter().all(|target| target.boxes.size() == [0, 4] && target.labels.size() == [0]));
    }

    #[test]
    fn films_are_brought_ahead_but_not_without_end_and_a_lost_one_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(folder.path(), &recipe(&[]), 0);
        let mut feeder = Feeder::start(plan).unwrap();
        feeder.next().unwrap();
        // Nobody takes a step: what lies ready is one step packed, one in the packer's hand, and two of films.
        let deadline = Instant::now() + Duration::from_mins(1);
        let stands = |feeder: &Feeder| {
            let state = feeder.shared.lock();
            (state.ready.len(), state.next)
        };
        while stands(&feeder) != (10, 25) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(stands(&feeder), (10, 25));
        assert!(feeder.next().unwrap().waited < Duration::from_millis(100), "it lay ready");
        for entry in std::fs::read_dir(folder.path().join("cache")).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        let failure = (0..9).find_map(|_| feeder.next().err()).expect("the films are gone");
        assert!(failure.message.contains("damaged or gone"), "{failure}");
        assert!(feeder.next().is_err(), "and no step comes after it");
    }

    #[test]
    fn parts_are_nearly_even_and_never_empty() {
        let check = |len: usize, parts: usize, expected: &[usize]| {
            let items: Vec<usize> = (0..len).collect();
            let split = split(&items, parts);
            assert_eq!(split.iter().map(|part| part.len()).collect::<Vec<_>>(), expected);
            assert_eq!(split.concat(), items);
        };
        check(7, 3, &[3, 2, 2]);
        check(6, 1, &[6]);
        check(2, 5, &[1, 1]);
    }
}
