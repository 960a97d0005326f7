//! Long work: named threads that nobody waits for, how far the work is, and the wish to stop it; and the learning engine,
//! which is a program of its own.

mod lane;
mod progress;
pub mod protocol;
mod engine_failure;
mod engine_process;
mod film_places;
mod film_queue;
mod engine_news;
mod engine_keeper;
mod engine_kept;
mod prediction_row;
pub mod run_folder;
pub mod training_folder;
mod trainer;

pub use engine_failure::{EngineFailure, LIBTORCH_ADVICE, MEMORY_ADVICE};
pub use engine_keeper::{EngineHandle, EngineKeeper, EngineLimits, EngineOptions};
pub use engine_news::{Answer, BatchNews, EngineCondition, EngineNews};
pub use engine_process::{ENGINE_VARIABLE, EngineProgram};
pub use film_queue::FilmWanted;
pub use lane::{Lane, num_workers};
pub use progress::{CancelToken, Progress};
pub use trainer::{DETACH, Trainer, TrainerEnd};
