//! Carries out, on another thread, the work of many: consensus by rule, and how far readers agree.

use crate::session::team::AgreeNews;
use crate::session::team::AgreeTask;

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: AgreeTask) {
    match task {
        AgreeTask::Load => desk.tell(AgreeNews::Done(String::new())),
    }
}
