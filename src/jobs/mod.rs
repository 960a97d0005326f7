//! Long work on threads, with progress and cancel.

mod job;
mod lane;

pub use job::{CancelToken, Job, JobHandle, JobState, Outcome, Progress, Report};
pub use lane::Lane;
