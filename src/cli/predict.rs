//! `rachis predict`: what models say of a project's films, as lines of JSON, and kept in the project.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;
use serde_json::json;

use crate::jobs::{CancelToken, EngineKeeper, EngineOptions, EngineProgram};
use crate::workflows::predict_table::{PredictTable, TableReport, predict_table};

use super::person::Person;
use super::progress_bar::ProgressBar;

/// Have models look at a project's films.
#[derive(clap::Args, Debug)]
pub struct PredictArgs {
    /// The project's folder.
    project: PathBuf,
    /// A model of the project by name, name@version or id, or a .safetensors file; may be given several times. Without
    /// it, the models in use. A file that is not in the project has the number -1, -2, … in the lines.
    #[arg(long, value_name = "M")]
    model: Vec<String>,
    /// The file to write: one line of JSON for each film and model.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Where the networks run: cpu, cuda:0. Without it, on the best device there is.
    #[arg(long)]
    device: Option<String>,
    /// f32 or bf16. Without it, the fastest whose detections stay the same.
    #[arg(long, value_parser = ["f32", "bf16"])]
    precision: Option<String>,
    /// Do not keep the answers in the project.
    #[arg(long)]
    no_store: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &PredictArgs) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut store =
        if args.no_store { args.person.open_to_look(&args.project)? } else { args.person.open(&args.project)? };
    let options = EngineOptions {
        device: args.device.clone(),
        precision: args.precision.clone(),
        ..EngineOptions::new(EngineProgram::find())
    };
    // What the engine does is told by the batch.
    let engine = EngineKeeper::start(options, |_| {});
    let wanted = PredictTable { models: args.model.clone(), out: args.out.clone(), keeps: !args.no_store };
    let bar = ProgressBar::new();
    let outcome = predict_table(&mut store, engine.handle(), &wanted, &|p| bar.show(&p), &CancelToken::new());
    bar.clear();
    drop(engine);
    let report = outcome?;
    for (image, failure) in &report.films.failures {
        eprintln!("warning: film {image}: {}", failure.in_full());
    }
    if let Some(why) = &report.not_kept {
        eprintln!("warning: not all answers are kept in the project: {why}");
    }
    if args.json {
        println!("{:#}", as_json(&report, args, started.elapsed().as_secs_f64()));
    } else {
        println!("{}: {}", args.out.display(), as_text(&report));
    }
    let num_failed = report.films.failures.len();
    if num_failed > 0 && report.films.num_predicted == 0 {
        bail!("no film could be looked at");
    }
    Ok(())
}

fn as_text(report: &TableReport) -> String {
    let counted = |n: usize| if n == 1 { "1 film".to_owned() } else { format!("{n} films") };
    let mut parts =
        vec![format!("{} lines", report.num_rows), format!("{} looked at", counted(report.films.num_predicted))];
    if report.num_before > 0 {
        parts.push(format!("{} looked at before", counted(report.num_before)));
    }
    if !report.films.failures.is_empty() {
        parts.push(format!("{} left out", counted(report.films.failures.len())));
    }
    parts.join("; ")
}

fn as_json(report: &TableReport, args: &PredictArgs, secs: f64) -> serde_json::Value {
    let failures: Vec<_> = report
        .films
        .failures
        .iter()
        .map(|(image, failure)| {
            json!({"image_id": image.as_str(), "message": failure.message, "advice": failure.advice})
        })
        .collect();
    json!({
        "out": args.out.display().to_string(),
        "rows": report.num_rows,
        "predicted": report.films.num_predicted,
        "predicted_before": report.num_before,
        "failed": failures,
        "stored": !args.no_store && report.not_kept.is_none(),
        "seconds": secs,
    })
}
