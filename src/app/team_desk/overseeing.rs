//! Carries out, on another thread, the work of many: how far the project is, and what happened in it.

use crate::app::project_changes::now_ms;
use crate::session::team::{OverseeNews, OverseeTask};
use crate::workflows::overview::overview;

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: OverseeTask) {
    match task {
        OverseeTask::Load { split } => {
            let (doorway, post) = (desk.doorway.clone(), desk.post.clone());
            desk.lane.run(move || {
                let counted = doorway
                    .open_to_look()
                    .map_err(anyhow::Error::from)
                    .and_then(|store| overview(&store, split, now_ms()))
                    .map_err(|error| format!("{error:#}"));
                super::tell(&post, OverseeNews::Counted(counted));
            });
        }
    }
}
