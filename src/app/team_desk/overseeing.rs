//! Carries out, on another thread, the work of many: how far the project is, and what happened in it.

use crate::session::team::OverseeNews;
use crate::session::team::OverseeTask;

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: OverseeTask) {
    match task {
        OverseeTask::Load => desk.tell(OverseeNews::Done(String::new())),
    }
}
