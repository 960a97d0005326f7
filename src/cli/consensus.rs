//! `rachis consensus`: make one layer of labels from those of several readers.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub struct ConsensusArgs {
    /// The project's folder.
    pub project: PathBuf,
}

pub fn run(_args: &ConsensusArgs) -> anyhow::Result<()> {
    anyhow::bail!("this part of the program is not there yet")
}
