//! `rachis project`: show what a project is and how its films get labels, or change it.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub struct ProjectArgs {
    /// The project's folder.
    pub project: PathBuf,
}

pub fn run(_args: &ProjectArgs) -> anyhow::Result<()> {
    anyhow::bail!("this part of the program is not there yet")
}
