//! The loop: films, losses, gradients, a step; now and then a look at the dev films and a checkpoint.

use std::time::{Duration, Instant};

use rachis::domain::model::ModelCard;
use rachis::domain::training::parameters::Key;
use rachis::domain::training::recipe::Recipe;
use rachis::domain::training::run::{Best, Figure, FigureOf, RunState, Wish};
use tch::{Device, Tensor};

use super::checkpoint::{self, Learner, Note, unwritten};
use super::data::feeder::Feeder;
use super::desk::Desk;
use super::dev::{self, DevFilms};
use super::kept;
use super::losses::{losses, normaliser};
use super::samples;
use super::schedule::learning_rate;
use super::{Chance, LossContext, TrainBatch};
use crate::failure::Failure;
use crate::models::Network;

/// Keep apart what is drawn at the same step for different things; a part of a step is added. The feeder, the samples and
/// the order of films have 2, 4 and 5.
const LOSS_PURPOSE: u64 = 1 << 32;
const TORCH_PURPOSE: u64 = 3 << 32;
/// How often a run that pauses asks whether it goes on.
const PAUSE: Duration = Duration::from_millis(100);

/// What a run learns by.
#[derive(Debug)]
pub struct Lesson<'a> {
    pub recipe: &'a Recipe,
    pub network: &'a Network,
    /// As the outcome will have it, without its figures.
    pub card: &'a ModelCard,
    pub dev: DevFilms<'a>,
}

/// How the loop ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Completed,
    /// A checkpoint says where.
    Stopped,
}

/// Learns from where the note stands until all steps are done, or somebody wants it to stop.
pub fn train(
    desk: &mut Desk,
    lesson: &Lesson<'_>,
    learner: &mut Learner,
    note: &mut Note,
    feed: impl FnOnce(u64) -> Result<Feeder, Failure>,
) -> Result<End, Failure> {
    let recipe = lesson.recipe;
    let num_steps = recipe.whole(Key::Iterations);
    let is_due = |step: u64, key: Key| step == num_steps || step.is_multiple_of(recipe.whole(key).max(1));
    // One whose look at the dev films was cut short is written again after it.
    let is_saved = note.is_evaluated && desk.folder.checkpoint_steps().contains(&note.step);
    let mut saved_at = is_saved.then_some(note.step);
    let mut feed = Some(feed);
    let mut feeder = None;
    let mut clock = Clock::new(note.step, num_steps);
    loop {
        if !note.is_evaluated {
            desk.stage("Looking at dev films");
            note.is_evaluated = look_at_dev_films(desk, lesson, learner, note)?;
        }
        if note.step > 0 && note.is_evaluated && saved_at != Some(note.step) && is_due(note.step, Key::CheckpointEvery)
        {
            save(desk, recipe, learner, note)?;
            saved_at = Some(note.step);
            clock.log(note.step);
        }
        if note.step == num_steps && note.is_evaluated {
            return Ok(End::Completed);
        }
        let wish = desk.wish();
        if matches!(wish, Wish::StopNow | Wish::Pause) && saved_at != Some(note.step) {
            save(desk, recipe, learner, note)?;
            saved_at = Some(note.step);
        }
        match wish {
            Wish::StopNow => return Ok(End::Stopped),
            Wish::StopAtCheckpoint if saved_at == Some(note.step) => return Ok(End::Stopped),
            Wish::Pause => {
                clock.pause(|| wait(desk));
                continue;
            }
            Wish::GoOn | Wish::StopAtCheckpoint => {}
        }
        // A wish to stop cut the look short; after a pause it is made up for.
        if !note.is_evaluated {
            continue;
        }
        desk.stage("Learning");
        if let Some(feed) = feed.take() {
            feeder = Some(feed(note.step)?);
        }
        let Some(films) = feeder.as_mut() else { continue };
        let began = Instant::now();
        let fed = films.next()?;
        let rate = learning_rate(recipe, note.step);
        let parts = learn(lesson, learner, &fed.parts, note.step, rate);
        note.step += 1;
        note.is_evaluated = !is_due(note.step, Key::EvaluateEvery);
        let (parts, is_broken) = match parts {
            Ok(parts) => (parts, None),
            Err(Stumble::Failed(failure)) => return Err(failure),
            Err(Stumble::NotFinite(parts)) => (parts, Some(saved_at)),
        };
        add_figures(desk, note.step, &parts, rate, began.elapsed(), fed.waited)?;
        clock.count(began.elapsed(), fed.waited);
        if let Some(saved_at) = is_broken {
            return Err(not_finite(note.step, &parts, saved_at));
        }
        desk.status.step = note.step;
        desk.status.eta_secs = clock.time_left(note.step);
        desk.tell();
    }
}

/// Why a step was not made.
enum Stumble {
    Failed(Failure),
    /// The parts of the loss; the weights are untouched.
    NotFinite(Vec<(String, f64)>),
}

impl From<Failure> for Stumble {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// One step: the losses of all parts, their gradients together, and the weights changed once. The parts' losses by name,
/// their sum first.
fn learn(
    lesson: &Lesson<'_>,
    learner: &mut Learner,
    parts: &[TrainBatch],
    step: u64,
    rate: f64,
) -> Result<Vec<(String, f64)>, Stumble> {
    let recipe = lesson.recipe;
    let seed = recipe.whole(Key::Seed);
    // What a network draws by itself (dropped layers) follows the step too.
    tch::manual_seed(Chance::new(seed, TORCH_PURPOSE, step).next_u64() as i64);
    let num_films: usize = parts.iter().map(|part| part.boxes.len()).sum();
    let whole = if parts.len() > 1 { normaliser(lesson.network, parts) } else { None };
    let mut sums: Vec<(&'static str, Tensor)> = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let mut chance = Chance::new(seed, LOSS_PURPOSE + number as u64, step);
        // Losses are means over films: of parts of different sizes, each counts by its films.
        let share = part.boxes.len() as f64 / num_films as f64;
        // Where they are sums by a count of the whole step, the share goes out again.
        let normaliser = whole.map(|whole| whole * share);
        let found = losses(lesson.network, part, &mut LossContext { recipe, chance: &mut chance, normaliser })?;
        learner.optimiser.backward(&(found.sum() * share));
        for (name, loss) in found.0 {
            let loss = loss.detach() * share;
            match sums.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum = &*sum + loss,
                None => sums.push((name, loss)),
            }
        }
    }
    let values: Vec<&Tensor> = sums.iter().map(|(_, sum)| sum).collect();
    // One look at the device for all of them.
    let values = Tensor::stack(&values, 0).to_kind(tch::Kind::Double).reshape([-1]).to_device(Device::Cpu);
    let values = Vec::<f64>::try_from(values).map_err(Failure::from)?;
    let mut named = vec![("loss".to_owned(), values.iter().sum())];
    named.extend(sums.iter().zip(values).map(|((name, _), value)| (part_name(name), value)));
    if named.iter().any(|(_, value)| !value.is_finite()) {
        return Err(Stumble::NotFinite(named));
    }
    learner.optimiser.step(rate);
    if let Some(ema) = &mut learner.ema {
        ema.update(&learner.params);
    }
    Ok(named)
}

/// torchvision's names have it already.
fn part_name(name: &str) -> String {
    if name.starts_with("loss_") { name.to_owned() } else { format!("loss_{name}") }
}

fn not_finite(step: u64, parts: &[(String, f64)], saved_at: Option<u64>) -> Failure {
    let broken = parts.iter().filter(|(name, value)| name != "loss" && !value.is_finite());
    let named: Vec<String> = broken.map(|(name, value)| format!("{name} is {value}")).collect();
    let kept = saved_at.map_or_else(
        || "No checkpoint was written yet".to_owned(),
        |step| format!("The checkpoint of step {step} is kept"),
    );
    Failure {
        message: format!(
            "The loss of step {step} is not a finite number: {}. The run stops. {kept}.",
            named.join(", ")
        ),
        advice: Some("Start a new run with a lower learning rate, a longer warm-up or limited gradients.".to_owned()),
    }
}

fn add_figures(
    desk: &Desk,
    step: u64,
    parts: &[(String, f64)],
    rate: f64,
    took: Duration,
    waited: Duration,
) -> Result<(), Failure> {
    let figure = |of, name: &str, value| Figure { step, of, name: name.to_owned(), value };
    let mut figures: Vec<Figure> = parts.iter().map(|(name, value)| figure(FigureOf::Train, name, *value)).collect();
    figures.push(figure(FigureOf::Train, "learning_rate", rate));
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    figures.push(figure(FigureOf::Device, "step_ms", millis(took)));
    figures.push(figure(FigureOf::Device, "data_wait_ms", millis(waited)));
    // The share of the step that the device had something to do.
    figures.push(figure(FigureOf::Device, "load", 1.0 - millis(waited) / millis(took).max(1e-9)));
    write_figures(desk, &figures)
}

fn write_figures(desk: &Desk, figures: &[Figure]) -> Result<(), Failure> {
    desk.folder.add_figures(figures).map_err(|error| unwritten("The run's figures", &error.into()))
}

/// Measures the weights that the outcome would have now, and keeps them where they are the best so far. False where
/// somebody wants the run to stop before it is done.
fn look_at_dev_films(
    desk: &mut Desk,
    lesson: &Lesson<'_>,
    learner: &mut Learner,
    note: &mut Note,
) -> Result<bool, Failure> {
    if lesson.dev.places.is_empty() {
        return Ok(true);
    }
    let averaged = learner.ema.as_ref().map(|_| learner.answer_weights());
    let own = averaged.as_ref().map(|weights| learner.exchange(weights)).transpose()?;
    let rows = dev::evaluate(lesson.network, lesson.card, &lesson.dev, &mut |_| {
        desk.tell();
        desk.wish() != Wish::StopNow
    });
    if let Some(own) = own {
        learner.exchange(&own)?;
    }
    let Some(rows) = rows? else { return Ok(false) };
    let figures = dev::figures(&lesson.dev, lesson.card, &rows);
    let figure = |(name, value): &(String, f64)| Figure {
        step: note.step,
        of: FigureOf::Dev,
        name: name.clone(),
        value: *value,
    };
    write_figures(desk, &figures.iter().map(figure).collect::<Vec<_>>())?;
    samples::write(&desk.folder, lesson, note.step, &rows)?;
    if let Some((name, value)) = figures.into_iter().next()
        && note.best.as_ref().is_none_or(|best| value > best.value)
    {
        tracing::info!(step = note.step, name, value, "the best so far");
        note.best = Some(Best { name, value, step: note.step });
        desk.status.best.clone_from(&note.best);
        kept::keep_best(&desk.folder, note, &learner.answer_weights())?;
    }
    Ok(true)
}

/// Writes a checkpoint, then lets go of those that are too many.
fn save(desk: &mut Desk, recipe: &Recipe, learner: &Learner, note: &Note) -> Result<(), Failure> {
    let broken = learner.broken_weights();
    if let Some(first) = broken.first() {
        return Err(Failure {
            message: format!(
                "After step {} {} weights are not finite numbers, {first} first. The run stops; the checkpoint before is kept.",
                note.step,
                broken.len()
            ),
            advice: Some(
                "Start a new run with a lower learning rate, a longer warm-up or limited gradients.".to_owned(),
            ),
        });
    }
    desk.stage("Writing a checkpoint");
    checkpoint::write(&desk.folder.checkpoint(note.step), note, learner)?;
    kept::name_best(&desk.folder, note.best.as_ref())?;
    kept::prune(&desk.folder, note.step, recipe.whole(Key::KeepCheckpoints) as usize);
    Ok(())
}

/// Until the wish to pause is gone.
fn wait(desk: &mut Desk) {
    desk.status.state = RunState::Paused;
    desk.stage("Paused");
    while desk.wish() == Wish::Pause {
        std::thread::sleep(PAUSE);
        desk.tell();
    }
    desk.status.state = RunState::Training;
    desk.tell_now();
}

/// How long the rest will take, from what was done since this process began: looks at dev films and checkpoints count,
/// pauses do not.
struct Clock {
    began: Instant,
    paused: Duration,
    first: u64,
    num_steps: u64,
    /// Since the last word in the log: steps, how long they took, how long of it they waited for films.
    since: (u32, Duration, Duration),
}

impl Clock {
    fn new(first: u64, num_steps: u64) -> Self {
        Self {
            began: Instant::now(),
            paused: Duration::ZERO,
            first,
            num_steps,
            since: (0, Duration::ZERO, Duration::ZERO),
        }
    }

    fn pause(&mut self, work: impl FnOnce()) {
        let began = Instant::now();
        work();
        self.paused += began.elapsed();
    }

    fn count(&mut self, took: Duration, waited: Duration) {
        let (steps, all, idle) = self.since;
        self.since = (steps + 1, all + took, idle + waited);
    }

    /// Whether steps wait for films is in the log.
    fn log(&mut self, step: u64) {
        let (steps, took, waited) = std::mem::take(&mut self.since);
        if steps > 0 {
            let millis = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(steps);
            tracing::info!(step, steps, step_ms = millis(took), data_wait_ms = millis(waited), "pace");
        }
    }

    fn time_left(&self, step: u64) -> Option<f64> {
        let done = step.checked_sub(self.first).filter(|&done| done > 0)?;
        let took = self.began.elapsed().saturating_sub(self.paused).as_secs_f64();
        Some(took / done as f64 * self.num_steps.saturating_sub(step) as f64)
    }
}
