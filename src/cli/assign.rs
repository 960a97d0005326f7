//! `rachis assign`: hand films out to readers.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub struct AssignArgs {
    /// The project's folder.
    pub project: PathBuf,
}

pub fn run(_args: &AssignArgs) -> anyhow::Result<()> {
    anyhow::bail!("this part of the program is not there yet")
}
