//! The work of many, carried out on other threads.

mod people;
mod assigning;
mod reviewing;
pub(super) mod agreeing;
pub(super) mod exchanging;
mod overseeing;
mod auditing;

use std::sync::Arc;

use crate::jobs::Lane;
use crate::session::Event;
use crate::session::team::{PeopleTask, TeamNews, TeamTask};
use crate::store::{Doorway, StoreThread};

use super::inbox::Post;

/// What such work needs: a thread, the project, and a place for the answer.
pub(super) struct Desk<'a> {
    pub lane: &'a Lane,
    pub store: &'a Arc<StoreThread>,
    /// Opens the project on another thread, for the person who is signed in.
    pub doorway: Doorway,
    pub post: Post,
}

fn tell(post: &Post, news: impl Into<TeamNews>) {
    post.event(Event::Team(Box::new(news.into())));
}

pub(super) fn carry_out(desk: &Desk<'_>, task: TeamTask) {
    match task {
        TeamTask::People(task) => people::carry_out(desk, task),
        TeamTask::Assign(task) => assigning::carry_out(desk, task),
        TeamTask::Review(task) => reviewing::carry_out(desk, task),
        // Long work, which the window's jobs run: see `exchange` and `agree`.
        TeamTask::Agree(_) | TeamTask::Exchange(_) => {}
        TeamTask::Oversee(task) => overseeing::carry_out(desk, task),
        TeamTask::Audit(task) => auditing::carry_out(desk, task),
    }
}

pub(super) use exchanging::exchange;

/// Whether somebody comes in or goes out with it.
pub(super) const fn changes_person(task: &TeamTask) -> bool {
    matches!(task, TeamTask::People(PeopleTask::SignIn { .. } | PeopleTask::SignOut))
}
