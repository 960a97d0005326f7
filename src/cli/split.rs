//! `rachis split`: a bundle with train and test folders, split by patient, study or film.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::domain::exchange::{ExportPlan, SplitPlan};
use crate::domain::id::ReaderId;
use crate::domain::training::dataset::{SplitMethod, SplitSize, SplitUnit};
use crate::workflows::exchange::write_bundle;

use super::exchange_words::{self, Format};
use super::person::Person;

/// Write a bundle to hand on, with train and test folders.
#[derive(Args, Debug)]
pub struct SplitArgs {
    /// The project's folder.
    project: PathBuf,
    /// A folder that is new or empty.
    out: PathBuf,
    /// In which format labels are written.
    #[arg(long, default_value = "spinexr")]
    format: Format,
    /// How much is for testing: a share (0.2) or a number of units (1000).
    #[arg(long, default_value = "0.2")]
    test: String,
    /// What stays together.
    #[arg(long, default_value = "patient")]
    unit: Together,
    /// How units are dealt out.
    #[arg(long, default_value = "stratified")]
    method: Method,
    /// The same seed deals the same films the same way.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The test folder holds the consensus alone, without readers.
    #[arg(long)]
    test_consensus: bool,
    /// Only this reader; may be given several times.
    #[arg(long, value_name = "ID")]
    reader: Vec<String>,
    /// Readings that are not completed too.
    #[arg(long)]
    unfinished: bool,
    /// Of the consensus only films that reviewers settled, and none that a rule made or that was imported.
    #[arg(long)]
    only_settled: bool,
    /// Leave the reader's column out of tables.
    #[arg(long)]
    no_rad_id: bool,
    /// Pictures of the films beside the labels: COCO, YOLO and Pascal VOC.
    #[arg(long)]
    pictures: bool,
    /// Keep it as a version under this tag, with the hash of what was written.
    #[arg(long, default_value = "")]
    tag: String,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Together {
    /// All films of a patient, and so of a study.
    Patient,
    /// All films of a study.
    Study,
    /// Each film by itself.
    Film,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Method {
    /// Every label as evenly as it goes.
    Stratified,
    /// By chance alone.
    Random,
}

pub fn run(args: &SplitArgs) -> anyhow::Result<()> {
    let Some(format) = args.format.of_labels() else {
        bail!("measurements are no labels and can't be split. Nothing was written.");
    };
    let plan = ExportPlan {
        format,
        readers: args.reader.iter().map(|id| ReaderId::new(id.as_str())).collect(),
        with_unfinished: args.unfinished,
        only_settled: args.only_settled,
        hides_readers: args.no_rad_id,
        with_pictures: args.pictures,
        tag: args.tag.clone(),
    };
    let split = SplitPlan {
        unit: match args.unit {
            Together::Patient => SplitUnit::Patient,
            Together::Study => SplitUnit::Study,
            Together::Film => SplitUnit::Film,
        },
        method: match args.method {
            Method::Stratified => SplitMethod::Stratified,
            Method::Random => SplitMethod::Random,
        },
        test: size_of(&args.test)?,
        seed: args.seed,
        is_test_consensus: args.test_consensus,
    };
    let mut store =
        if plan.tag.is_empty() { args.person.open_to_look(&args.project)? } else { args.person.open(&args.project)? };
    let bundled = exchange_words::with_course(&mut store, |store, course| {
        let bundled = write_bundle(store, &plan, Some(&split), &args.out, course)?;
        bundled.exported.keep(store, &plan, course)?;
        anyhow::Ok(bundled)
    })?;
    bundled.missing.iter().chain(&bundled.exported.unkept).for_each(|what| eprintln!("warning: {what}"));
    if bundled.num_unsettled > 0 {
        eprintln!("warning: {} test films have no consensus and are in no folder", bundled.num_unsettled);
    }
    let [train, test] = bundled.split.unwrap_or_default();
    if args.json {
        let mut report = exchange_words::exported_as_json(&bundled.exported, &plan);
        report["train"] = serde_json::json!({"units": train.0, "films": train.1});
        report["test"] = serde_json::json!({"units": test.0, "films": test.1});
        report["test_films_without_consensus"] = bundled.num_unsettled.into();
        println!("{report:#}");
        return Ok(());
    }
    print!("{}", exchange_words::exported_as_text(&bundled.exported, &plan));
    let unit = split.unit.as_str();
    println!(
        "  train: {} films ({unit} units: {}); test: {} films ({unit} units: {})",
        train.1, train.0, test.1, test.0
    );
    Ok(())
}

/// A whole number is a count, anything with a point a share.
fn size_of(text: &str) -> anyhow::Result<SplitSize> {
    if let Ok(count) = text.parse() {
        return Ok(SplitSize::Count(count));
    }
    match text.parse() {
        Ok(share) if (0.0..1.0).contains(&share) => Ok(SplitSize::Share(share)),
        _ => bail!("--test is {text:?}; give a share from 0 to 1 like 0.2, or a number of units like 1000."),
    }
}
