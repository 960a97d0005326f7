//! Imports and exports as the window runs them: one at a time, on their own thread and their own connection.

use std::path::PathBuf;

use crate::jobs::Lane;
use crate::session::FilePurpose;

use super::inbox::Post;

/// Runs one job at a time.
#[derive(Debug)]
pub struct Jobs {
    post: Post,
    lane: Lane,
}

impl Jobs {
    pub fn new(post: Post) -> Self {
        Self { post, lane: Lane::start("job") }
    }

    pub fn cancel(&self) {}

    pub fn import_films(&mut self, _folder: PathBuf, _paths: Vec<PathBuf>) {}

    pub fn import_labels(&mut self, _folder: PathBuf, _path: PathBuf) {}

    pub fn export(&mut self, _folder: PathBuf, _purpose: FilePurpose, _to: PathBuf) {}
}
