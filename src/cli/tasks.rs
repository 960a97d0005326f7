//! `rachis tasks`: how the films that were handed out stand.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub struct TasksArgs {
    /// The project's folder.
    pub project: PathBuf,
}

pub fn run(_args: &TasksArgs) -> anyhow::Result<()> {
    anyhow::bail!("this part of the program is not there yet")
}
