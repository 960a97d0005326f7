//! `rachis import`: films from files, folders, DICOMDIR and zip archives into a project.

use std::path::PathBuf;

/// Bring films into a project: files, folders, DICOMDIR, zip.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// The project's folder.
    project: PathBuf,
    /// Films, folders, DICOMDIR files or zip archives.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Copy the films into the project instead of referring to them where they are.
    #[arg(long)]
    copy: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(_args: &ImportArgs) -> anyhow::Result<()> {
    anyhow::bail!("not in this version yet")
}
