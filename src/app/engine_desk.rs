//! What models say of the films in the window: from the store at once, from the learning engine when it has looked.
//!
//! The engine looks at the films on screen first, then at those that are likely to be opened next, also while their reader
//! is still blind: what it says is stored, and told to the session only where the session asked for it. Nothing here
//! waits: the store answers on its thread, the engine's keeper on its own.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::domain::fusion::Pipeline;
use crate::domain::id::ImageId;
use crate::domain::model::ModelId;
use crate::domain::prediction::Prediction;
use crate::domain::suggestion::ModelVisibility;
use crate::jobs::protocol::{DeviceRow, ModelRef};
use crate::jobs::{Answer, EngineCondition, EngineHandle, EngineKeeper, EngineNews, EngineOptions};
use crate::session::model_shelf::{EngineDevice, EngineState};
use crate::session::{Event, Session};
use crate::store::{PredictionOrigin, Store, StoreError, StoreThread};
use crate::workflows::predict;

use super::inbox::Post;

/// Films looked at ahead.
const NUM_AHEAD: usize = 4;
/// Tries to hand an answer to a store that is not keeping up, and the pause between them.
const HAND_OVER: (u32, Duration) = (100, Duration::from_millis(20));

/// The engine as one opening of a project uses it. Dropping it ends the engine.
#[derive(Debug)]
pub(super) struct EngineDesk {
    post: Post,
    store: Weak<StoreThread>,
    keeper: EngineKeeper,
    board: Arc<Board>,
    /// Films as the keeper expects them.
    expected: Vec<ImageId>,
    pipeline: Pipeline,
}

/// What the window's thread, the store's and the keeper's share.
#[derive(Debug, Default)]
struct Board {
    films: Mutex<Films>,
    /// Counts the places where the reader has been; what was asked at an earlier one is old.
    place: AtomicU64,
}

#[derive(Debug, Default)]
struct Films {
    /// On screen, and their reader may see what models say.
    shown: HashSet<ImageId>,
    /// Handed to the keeper and not settled.
    awaited: HashSet<ImageId>,
    /// Answers about films on screen that could not be stored.
    unstored: Vec<Prediction>,
    has_warned: bool,
}

impl Board {
    fn films(&self) -> MutexGuard<'_, Films> {
        self.films.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EngineDesk {
    pub fn new(post: Post, options: EngineOptions, store: &Arc<StoreThread>) -> Self {
        let board = Arc::new(Board::default());
        let clerk = Clerk { post: post.clone(), store: Arc::downgrade(store), board: board.clone() };
        Self {
            post,
            store: Arc::downgrade(store),
            keeper: EngineKeeper::start(options, move |news| clerk.take(news)),
            board,
            expected: Vec::new(),
            pipeline: Pipeline::default(),
        }
    }

    /// For a batch.
    pub fn handle(&self) -> EngineHandle {
        self.keeper.handle().clone()
    }

    /// `Effect::LoadPredictions`: what is stored is told at once, what is missing when the engine has looked.
    pub fn load(&mut self, image: ImageId) {
        self.board.films().shown.insert(image.clone());
        if !self.expected.contains(&image) {
            self.expected.insert(0, image.clone());
            self.keeper.handle().expect(self.expected.clone());
        }
        let (post, board, engine) = (self.post.clone(), self.board.clone(), self.handle());
        self.with_store(move |store| {
            let told = look_at(store, &board, &engine, &image).and_then(|()| tell(store, &post, &board, &image));
            if let Err(error) = told {
                post.event(Event::PredictionsLoaded { image, predictions: Vec::new(), num_awaited: 0 });
                post.event(Event::Warning(error.to_string()));
            }
        });
    }

    /// The reader is at another place, or other models are in use: the films on screen and those that come next are
    /// looked at, where anybody may see what models say.
    pub fn look_ahead(&mut self, session: &Session, on_screen: Vec<ImageId>, next: &[ImageId]) {
        let place = self.board.place.fetch_add(1, Ordering::Relaxed) + 1;
        if self.pipeline != session.models.pipeline {
            self.pipeline = session.models.pipeline;
            // What failed with other models may do with these.
            self.keeper.handle().try_again();
        }
        {
            let mut films = self.board.films();
            let Films { shown, unstored, .. } = &mut *films;
            shown.retain(|image| on_screen.contains(image));
            unstored.retain(|prediction| shown.contains(&prediction.image));
        }
        self.expected = on_screen;
        self.expected.extend(next.iter().take(NUM_AHEAD).cloned());
        self.keeper.handle().expect(self.expected.clone());
        let is_useful = session
            .project
            .as_ref()
            .is_some_and(|project| !project.is_read_only && project.settings.model_visibility != ModelVisibility::Off);
        if !is_useful {
            return;
        }
        let (board, engine, images) = (self.board.clone(), self.handle(), self.expected.clone());
        self.with_store(move |store| {
            if board.place.load(Ordering::Relaxed) != place {
                return;
            }
            for image in &images {
                // Where this fails, opening the film will say why.
                if let Err(error) = look_at(store, &board, &engine, image) {
                    tracing::warn!(%error, "a film is not looked at ahead");
                    return;
                }
            }
        });
    }

    /// Whether other models are in use than when the films ahead were last looked at.
    pub fn is_behind(&self, session: &Session) -> bool {
        self.pipeline != session.models.pipeline
    }

    fn with_store(&self, work: impl FnOnce(&mut Store) + Send + 'static) {
        // A full queue means that thousands of edits wait: no time for models.
        if let Some(store) = self.store.upgrade() {
            store.with(work);
        }
    }
}

/// Hands the film to the keeper where a model in use has not looked at it.
fn look_at(store: &mut Store, board: &Board, engine: &EngineHandle, image: &ImageId) -> Result<(), StoreError> {
    let models = models_in_use(store)?;
    let Some(film) = (if models.is_empty() { None } else { store.film(image)? }) else { return Ok(()) };
    if let Some(wanted) = predict::missing(store, &film, &models)? {
        board.films().awaited.insert(image.clone());
        engine.want(wanted);
    }
    Ok(())
}

fn models_in_use(store: &Store) -> Result<Vec<ModelRef>, StoreError> {
    Ok(predict::refs_of(store, &store.models_in_use()?))
}

/// Tells the session what is known of a film on screen.
fn tell(store: &Store, post: &Post, board: &Board, image: &ImageId) -> Result<(), StoreError> {
    if !board.films().shown.contains(image) {
        return Ok(());
    }
    let models: Vec<ModelId> = store.models_in_use()?.iter().map(|model| model.id).collect();
    let mut predictions = store.predictions(image, &models)?;
    let num_missing = models_in_use(store)?.iter().filter(|m| predictions.iter().all(|p| p.model.0 != m.model)).count();
    let films = board.films();
    let is_new = |p: &&Prediction| p.image == *image && predictions.iter().all(|known| known.model != p.model);
    let unstored: Vec<Prediction> = films.unstored.iter().filter(is_new).cloned().collect();
    let num_awaited = if films.awaited.contains(image) { num_missing.saturating_sub(unstored.len()) } else { 0 };
    drop(films);
    predictions.extend(unstored);
    post.event(Event::PredictionsLoaded { image: image.clone(), predictions, num_awaited });
    Ok(())
}

/// Takes the keeper's news, on the keeper's thread.
struct Clerk {
    post: Post,
    store: Weak<StoreThread>,
    board: Arc<Board>,
}

impl Clerk {
    fn take(&self, news: EngineNews) {
        match news {
            EngineNews::Changed(condition) => self.post.event(Event::EngineChanged(state(condition))),
            EngineNews::Answered(answer) => {
                let (post, board) = (self.post.clone(), self.board.clone());
                self.hand_over(move |store| keep(store, &post, &board, &answer));
            }
            EngineNews::Settled { image, failure } => {
                let is_shown = {
                    let mut films = self.board.films();
                    films.awaited.remove(&image);
                    films.shown.contains(&image)
                };
                if !is_shown {
                    return;
                }
                if let Some(failure) = failure {
                    self.post
                        .event(Event::Warning(format!("No model's answer about this film. {}", failure.in_full())));
                }
                let (post, board) = (self.post.clone(), self.board.clone());
                self.hand_over(move |store| {
                    if let Err(error) = tell(store, &post, &board, &image) {
                        post.event(Event::Warning(error.to_string()));
                    }
                });
            }
        }
    }

    /// Runs it on the store's thread. The keeper may wait a little for a store that is busy; the window never does.
    fn hand_over(&self, work: impl FnOnce(&mut Store) + Send + 'static) {
        let work = Arc::new(Mutex::new(Some(work)));
        for _ in 0..HAND_OVER.0 {
            let Some(store) = self.store.upgrade() else { return };
            let work = work.clone();
            let is_queued = store.with(move |store| {
                let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(work) = work {
                    work(store);
                }
            });
            if is_queued {
                return;
            }
            drop(store);
            std::thread::sleep(HAND_OVER.1);
        }
        tracing::warn!("an answer of the learning engine was not stored: the disk is not keeping up");
    }
}

/// Stores an answer, and tells the session where its film is on screen.
fn keep(store: &mut Store, post: &Post, board: &Board, answer: &Answer) {
    let origin = PredictionOrigin { took_ms: answer.took_ms, engine: answer.engine.clone() };
    if let Err(error) = store.add_prediction(&answer.prediction, &origin) {
        let mut films = board.films();
        if films.shown.contains(&answer.prediction.image) {
            films.unstored.push(answer.prediction.clone());
        }
        if !std::mem::replace(&mut films.has_warned, true) {
            post.event(Event::Warning(format!("What models say is not kept: {error}")));
        }
    }
    if let Err(error) = tell(store, post, board, &answer.prediction.image) {
        post.event(Event::Warning(error.to_string()));
    }
}

fn state(condition: EngineCondition) -> EngineState {
    match condition {
        EngineCondition::Idle => EngineState::Idle,
        EngineCondition::Starting => EngineState::Starting,
        EngineCondition::Ready { torch_version, devices, .. } => {
            EngineState::Ready { torch_version, devices: devices.into_iter().map(device).collect() }
        }
        EngineCondition::Absent(failure) => {
            EngineState::Absent { message: failure.message, advice: failure.advice.unwrap_or_default() }
        }
        EngineCondition::Crashed(failure) => EngineState::Crashed { message: failure.in_full() },
    }
}

fn device(row: DeviceRow) -> EngineDevice {
    EngineDevice { id: row.id, name: row.name, memory: row.memory }
}
