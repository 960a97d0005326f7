//! `rachis pixels`: one frame of a film as stored values or as displayed.

use std::path::PathBuf;

/// Write one frame of a film: stored values, or the picture as displayed.
#[derive(clap::Args, Debug)]
#[command(group(clap::ArgGroup::new("out").required(true).multiple(true).args(["raw", "png"])))]
pub struct PixelsArgs {
    /// The DICOM file.
    file: PathBuf,
    /// Which frame of a multi-frame film, from 0.
    #[arg(long, default_value_t = 0)]
    frame: u32,
    /// Write the stored values: little-endian, before any LUT, samples interleaved.
    #[arg(long, value_name = "OUT")]
    raw: Option<PathBuf>,
    /// Write the picture as first displayed.
    #[arg(long, value_name = "OUT")]
    png: Option<PathBuf>,
}

pub fn run(_args: &PixelsArgs) -> anyhow::Result<()> {
    anyhow::bail!("not in this version yet")
}
