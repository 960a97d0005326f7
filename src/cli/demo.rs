//! `rachis demo`: a project of synthetic films to try the program with.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use crate::jobs::{CancelToken, Progress};
use crate::workflows::answer_key::write_answer_key;
use crate::workflows::make_demo::{DemoRequest, FIRST_NUM_STUDIES, FIRST_SEED, make_demo};

/// Make a project of synthetic films: made-up patients, known lesions, two simulated readers.
#[derive(clap::Args, Debug)]
pub struct DemoArgs {
    /// The new project's folder: empty or not there yet.
    folder: PathBuf,
    /// How many studies, of two films mostly.
    #[arg(long, default_value_t = FIRST_NUM_STUDIES, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    studies: u64,
    /// The same seed gives the same films.
    #[arg(long, default_value_t = FIRST_SEED)]
    seed: u64,
    /// Rows and columns against films of real size, above 0 to 1.
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    scale: f32,
    /// Without the two small models that suggest findings.
    #[arg(long)]
    no_models: bool,
    /// Also write what was drawn on each film: the findings that the readers should have marked, in SpineXR's columns.
    #[arg(long, value_name = "OUT.csv")]
    answer_key: Option<PathBuf>,
}

pub fn run(args: &DemoArgs) -> anyhow::Result<()> {
    let request = DemoRequest {
        folder: args.folder.clone(),
        num_studies: args.studies,
        seed: args.seed,
        scale: args.scale,
        has_models: !args.no_models,
    };
    let is_terminal = std::io::stderr().is_terminal();
    let progress = |progress: &Progress| {
        if is_terminal {
            // One write, so that lines of two threads do not mix; a closed terminal is no reason to stop.
            let _ = std::io::stderr()
                .write_all(format!("\r{}: {} of {} ", progress.stage, progress.done, progress.total).as_bytes());
        }
    };
    let report = make_demo(&request, &progress, &CancelToken::new())?;
    if is_terminal {
        eprintln!();
    }
    if let Some(path) = &args.answer_key {
        write_answer_key(&request, path)?;
    }
    println!(
        "{}: {} synthetic films of {} studies, {} simulated readings; read as R1",
        args.folder.display(),
        report.num_films,
        report.num_studies,
        report.num_readings
    );
    Ok(())
}

fn scale(text: &str) -> Result<f32, String> {
    let scale: f32 = text.parse().map_err(|_| "a number above 0 to 1".to_owned())?;
    if scale > 0.0 && scale <= 1.0 { Ok(scale) } else { Err("above 0 to 1".to_owned()) }
}
