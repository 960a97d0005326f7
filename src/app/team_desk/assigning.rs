//! Carries out, on another thread, the work of many: handing films out to readers and following the tasks.

use crate::session::team::AssignNews;
use crate::session::team::AssignTask;

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: AssignTask) {
    match task {
        AssignTask::Load => desk.tell(AssignNews::Done(String::new())),
    }
}
