//! `rachis reader`: the people of a project: list, add, change, PINs.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub struct ReaderArgs {
    /// The project's folder.
    pub project: PathBuf,
}

pub fn run(_args: &ReaderArgs) -> anyhow::Result<()> {
    anyhow::bail!("this part of the program is not there yet")
}
