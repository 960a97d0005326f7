//! Labels out of a project in any format, in versions that can be checked, and in again.

mod annotated;
mod bundle;
mod gather;
mod output;
mod readme;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod handed_on;
mod take_in;
mod take_up;
mod versions;
mod write;

pub use bundle::{Bundled, write_bundle};
pub(in crate::workflows) use gather::nothing_settled;
pub use gather::{Chosen, gather, no_such_layer};
pub use output::hex;
pub use take_in::{Incoming, is_table, read_path};
pub use take_up::{TakenUp, import_any};
pub(in crate::workflows) use versions::keep_numbers;
pub use versions::state_of;
pub use write::{Exported, export};

use crate::jobs::{CancelToken, Progress};

/// Who wants it and when, and how they hear of it.
pub struct Course<'a> {
    /// Reader id; empty where nobody signed in.
    pub by: String,
    pub at_ms: i64,
    pub tell: &'a mut dyn FnMut(Progress),
    pub cancel: &'a CancelToken,
}

impl std::fmt::Debug for Course<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Course").field("by", &self.by).field("at_ms", &self.at_ms).finish_non_exhaustive()
    }
}

impl Course<'_> {
    /// Ends the work where somebody wishes so.
    fn go_on(&mut self, progress: Progress) -> anyhow::Result<()> {
        if self.cancel.is_cancelled() {
            anyhow::bail!("It was stopped. Nothing was written.");
        }
        (self.tell)(progress);
        Ok(())
    }
}
