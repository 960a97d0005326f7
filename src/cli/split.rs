//! `rachis split`: write train and test folders, split by study and patient.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub struct SplitArgs {
    /// The project's folder.
    pub project: PathBuf,
}

pub fn run(_args: &SplitArgs) -> anyhow::Result<()> {
    anyhow::bail!("this part of the program is not there yet")
}
