//! Carries out, on another thread, the work of many: what a person asks about people, roles, PINs, and what the project is.

use crate::session::team::PeopleNews;
use crate::session::team::PeopleTask;

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: PeopleTask) {
    match task {
        PeopleTask::Load => desk.tell(PeopleNews::Done(String::new())),
    }
}
