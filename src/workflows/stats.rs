//! What a project holds, as the papers' tables say it.

use crate::domain::project::Project;
use crate::domain::stats::{Characteristics, Tally, characteristics};
use crate::store::Store;

use super::label_sets;

/// The table and the project it is of.
#[derive(Debug)]
pub struct ProjectStats {
    pub project: Project,
    pub table: Characteristics,
    /// What it counts.
    pub tallies: Vec<Tally>,
}

/// Reads the project without changing it.
pub fn project_stats(store: &Store) -> anyhow::Result<ProjectStats> {
    let labels = label_sets::of_project(store)?.0;
    let films = store.films()?;
    let tallies = store.tallies()?;
    let table = characteristics(films.iter().map(|f| &f.facts), &tallies, &labels);
    Ok(ProjectStats { project: store.project().clone(), table, tallies })
}
