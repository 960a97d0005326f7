//! `rachis agreement`: how far readers agree, with intervals.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub struct AgreementArgs {
    /// The project's folder.
    pub project: PathBuf,
}

pub fn run(_args: &AgreementArgs) -> anyhow::Result<()> {
    anyhow::bail!("this part of the program is not there yet")
}
