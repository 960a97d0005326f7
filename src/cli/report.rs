//! `rachis report`: a kept evaluation as one file for people.

use std::path::PathBuf;

use crate::domain::evaluation::run::EvaluationId;
use crate::workflows::report::report_of_project;

use super::person::Person;

/// Write a kept evaluation as one page that is read in any browser, without a network: what was evaluated, all settings,
/// tables with the published rows beside them, plots, slices, and what could not be used.
#[derive(clap::Args, Debug)]
pub struct ReportArgs {
    /// The project's folder.
    project: PathBuf,
    /// The number of the evaluation, as the window lists it; without it, the last one.
    #[arg(long, value_name = "N")]
    run: Option<i64>,
    /// The file to write.
    #[arg(long, value_name = "OUT.html")]
    out: PathBuf,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &ReportArgs) -> anyhow::Result<()> {
    let store = args.person.open_to_look(&args.project)?;
    let id = report_of_project(&store, args.run.map(EvaluationId), &args.out)?;
    println!("Evaluation {} is written to {}", id.0, args.out.display());
    Ok(())
}
