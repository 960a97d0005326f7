//! Long work: named threads that nobody waits for, how far the work is, and the wish to stop it.

mod lane;
mod progress;
pub mod protocol;

pub use lane::{Lane, num_workers};
pub use progress::{CancelToken, Progress};
