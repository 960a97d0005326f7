//! Long work on threads, with progress and cancel.

mod job;

pub use job::{CancelToken, Job, JobHandle, JobState, Outcome, Progress, Report};
