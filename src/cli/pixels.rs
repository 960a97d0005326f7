//! `rachis pixels`: one frame of a film as stored values or as displayed.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::dicom::isolated::Decoder;
use crate::domain::imaging::{Film, Pixels};
use crate::domain::study::FilmSource;

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

pub fn run(args: &PixelsArgs) -> anyhow::Result<()> {
    let source = FilmSource::File(args.file.clone());
    let mut decoder = Decoder::new();
    let in_file = || args.file.display().to_string();
    if let Some(out) = &args.raw {
        let stored = decoder.decode_stored(&source, args.frame).with_context(in_file)?;
        stored.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
        std::fs::write(out, stored.samples.to_le_bytes()).with_context(|| out.display().to_string())?;
    }
    if let Some(out) = &args.png {
        let decoded = decoder.decode(&source, args.frame).with_context(in_file)?;
        if args.raw.is_none() {
            decoded.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
        }
        write_png(&decoded.film, out).with_context(|| out.display().to_string())?;
    }
    Ok(())
}

fn write_png(film: &Film, out: &Path) -> anyhow::Result<()> {
    let kind = match film.pixels {
        Pixels::Grey(_) => ExtendedColorType::L8,
        Pixels::Rgb(_) => ExtendedColorType::Rgb8,
    };
    let picture = film.rendered(&film.initial_settings());
    PngEncoder::new(BufWriter::new(File::create(out)?)).write_image(&picture, film.width, film.height, kind)?;
    Ok(())
}
