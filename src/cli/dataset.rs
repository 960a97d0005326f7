//! `rachis dataset`: freeze what models learn from and are tested on, list it, show it, lock its test films.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use clap::Subcommand;

use crate::domain::evaluation::run::{EvaluationId, FilmChoice, TruthSource};
use crate::domain::label::LabelName;
use crate::domain::training::dataset::{FreezePlan, LabelRule, SplitMethod, SplitSize, SplitUnit};
use crate::domain::training::freeze::spine_rules;
use crate::formats::box_classes::BoxClasses;
use crate::store::Store;
use crate::workflows::evaluation_runs::Maker;
use crate::workflows::{datasets, freeze, label_sets};

use super::dataset_table;
use super::person::Person;

/// Freeze what models learn from and are tested on, show it, lock its test films.
#[derive(clap::Args, Debug)]
pub struct DatasetArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    person: Person,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Freeze a data set from a project's readings.
    Freeze(Box<FreezeArgs>),
    /// List the data sets of a project.
    List(ListArgs),
    /// Show a data set: films and boxes of each class and split, and what to know before training on it.
    Show(ShowArgs),
    /// Lock the test films of a data set for good: no training of this project ever sees them.
    Lock(LockArgs),
}

#[derive(clap::Args, Debug)]
struct FreezeArgs {
    /// The project's folder.
    project: PathBuf,
    /// What the data set is called.
    #[arg(long)]
    name: String,
    /// The completed readings of this reader are the truth. Without it, what the readers of each film agree on.
    #[arg(long, value_name = "RAD_ID")]
    reader: Option<String>,
    /// The readings of all readers side by side are the truth. A lesion that two readers marked is there twice.
    #[arg(long, conflicts_with = "reader")]
    every_reader: bool,
    /// The truth as evaluation N of this project froze it.
    #[arg(long, value_name = "N", conflicts_with_all = ["reader", "every_reader"])]
    truth_of: Option<i64>,
    /// Only these films; without it, every film that has been read.
    #[arg(long, value_name = "IMAGE_ID")]
    film: Vec<String>,
    /// A label is learned as another one: "Fracture=Other lesions". Nothing after the sign: its boxes are left out, and
    /// the film stays abnormal.
    #[arg(long, value_name = "LABEL=CLASS")]
    map: Vec<String>,
    /// VinDr-SpineXR's 13 labels as the 7 classes of its detectors: the rare ones count as "Other lesions".
    #[arg(long)]
    spine_classes: bool,
    /// What stays together: patient, study or film.
    #[arg(long, default_value = "patient", value_parser = ["patient", "study", "film"])]
    unit: String,
    /// stratified: every class as evenly as it goes; random: by chance alone.
    #[arg(long, default_value = "stratified", value_parser = ["stratified", "random"])]
    method: String,
    /// To learn from: a share (0.7) of what is not given by number, or a number of patients, studies or films (4000).
    /// Without it, what is left.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    train: Option<SplitSize>,
    /// To choose the checkpoint and the threshold by.
    #[arg(long, default_value = "0.1", value_name = "SIZE", value_parser = size)]
    dev: SplitSize,
    /// To test on.
    #[arg(long, default_value = "0.2", value_name = "SIZE", value_parser = size)]
    test: SplitSize,
    /// Where chance starts; the same seed and readings give the same split.
    #[arg(long, default_value_t = 1999)]
    seed: u64,
    /// Lock the test films for good: no training of this project ever sees them.
    #[arg(long)]
    lock_test: bool,
    /// Who freezes it.
    #[arg(long, value_name = "RAD_ID", default_value = "", hide_default_value = true)]
    by: String,
    /// Show what would be frozen, and keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the data set's counts and warnings as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct ListArgs {
    /// The project's folder.
    project: PathBuf,
    /// Print the list as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct ShowArgs {
    /// The project's folder.
    project: PathBuf,
    /// Its number or name.
    dataset: String,
    /// Print its counts and warnings as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct LockArgs {
    /// The project's folder.
    project: PathBuf,
    /// Its number or name.
    dataset: String,
    /// Who locks it.
    #[arg(long, value_name = "RAD_ID", default_value = "", hide_default_value = true)]
    by: String,
    /// Print how many films were locked as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &DatasetArgs) -> anyhow::Result<()> {
    let person = &args.person;
    match &args.command {
        Command::Freeze(args) => run_freeze(args, person),
        Command::List(args) => {
            let datasets = person.open_to_look(&args.project)?.datasets()?;
            dataset_table::print_list(&datasets, args.json);
            Ok(())
        }
        Command::Show(args) => {
            let store = person.open_to_look(&args.project)?;
            let id = datasets::named(&store, &args.dataset)?.id;
            let (stored, dataset) = datasets::open(&store, id)?;
            dataset_table::print(Some(&stored), &dataset, args.json);
            Ok(())
        }
        Command::Lock(args) => run_lock(args, person),
    }
}

fn run_freeze(args: &FreezeArgs, person: &Person) -> anyhow::Result<()> {
    let maker = Maker { by: person.name_or(&args.by), at_ms: now_ms() };
    if args.dry_run {
        let store = person.open_to_look(&args.project)?;
        let dataset = freeze::preview(&store, &plan(&store, args)?, maker)?;
        dataset_table::print(None, &dataset, args.json);
        return Ok(());
    }
    let mut store = person.open(&args.project)?;
    let plan = plan(&store, args)?;
    let (id, dataset) = freeze::freeze_dataset(&mut store, &plan, maker)?;
    let stored = store.dataset(id)?.context("The data set that was just frozen is gone.")?;
    dataset_table::print(Some(&stored), &dataset, args.json);
    Ok(())
}

fn run_lock(args: &LockArgs, person: &Person) -> anyhow::Result<()> {
    let mut store = person.open(&args.project)?;
    let id = datasets::named(&store, &args.dataset)?.id;
    let num = datasets::lock(&mut store, id, Maker { by: person.name_or(&args.by), at_ms: now_ms() })?;
    dataset_table::print_locked(num, store.locked_films()?.len(), args.json);
    Ok(())
}

fn plan(store: &Store, args: &FreezeArgs) -> anyhow::Result<FreezePlan> {
    let known = "the command line allows known words only";
    let labels = BoxClasses::new(label_sets::of_project(store)?.0).names().to_vec();
    let mut label_rules = Vec::new();
    if args.spine_classes {
        label_rules = spine_rules(&labels).with_context(
            || "--spine-classes goes with VinDr-SpineXR's labels, and this project has others. Write rules with --map.",
        )?;
    }
    for text in &args.map {
        label_rules.push(rule(text)?);
    }
    let left = [args.dev, args.test].into_iter().fold(1.0, |left, size| match size {
        SplitSize::Share(share) => left - share,
        SplitSize::Count(_) => left,
    });
    Ok(FreezePlan {
        name: args.name.clone(),
        truth: match (&args.reader, args.truth_of) {
            (Some(reader), _) => TruthSource::Reader(reader.as_str().into()),
            (None, Some(number)) => TruthSource::Kept(EvaluationId(number)),
            (None, None) if args.every_reader => TruthSource::EveryReader,
            (None, None) => TruthSource::Consensus,
        },
        films: match args.film.as_slice() {
            [] => FilmChoice::WithTruth,
            films => FilmChoice::These(films.iter().map(|film| film.as_str().into()).collect()),
        },
        label_rules,
        unit: SplitUnit::parse(&args.unit).expect(known),
        method: SplitMethod::parse(&args.method).expect(known),
        // 1 - 0.1 - 0.2 is a little less than 0.7.
        sizes: [args.train.unwrap_or(SplitSize::Share((left * 1e9).round() / 1e9)), args.dev, args.test],
        seed: args.seed,
        locks_test: args.lock_test,
    })
}

fn rule(text: &str) -> anyhow::Result<LabelRule> {
    let Some((from, to)) = text.split_once('=') else {
        bail!("--map {text:?}: write LABEL=CLASS, or LABEL= to leave its boxes out");
    };
    let (from, to) = (from.trim(), to.trim());
    Ok(LabelRule { from: LabelName::new(from), to: (!to.is_empty()).then(|| LabelName::new(to)) })
}

/// `0.7` and `70%` are shares, `4000` is a number.
fn size(text: &str) -> Result<SplitSize, String> {
    let wrong = || format!("{text} is neither a share from 0.0 to 1.0 nor a whole number");
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().map_err(|_| wrong())? / 100.0,
        None if text.contains('.') => text.parse().map_err(|_| wrong())?,
        None => return text.parse().map(SplitSize::Count).map_err(|_| wrong()),
    };
    if (0.0..=1.0).contains(&share) { Ok(SplitSize::Share(share)) } else { Err(wrong()) }
}

pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shares_or_numbers() {
        assert_eq!(size("0.7"), Ok(SplitSize::Share(0.7)));
        assert_eq!(size("70%"), Ok(SplitSize::Share(0.7)));
        assert_eq!(size("1.0"), Ok(SplitSize::Share(1.0)));
        assert_eq!(size("1"), Ok(SplitSize::Count(1)));
        assert_eq!(size("4000"), Ok(SplitSize::Count(4000)));
        for bad in ["", "1.5", "-1", "-0.1", "101%", "x", "%", "nan", "."] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn rules_name_two_labels_or_leave_one_out() {
        let folded = rule("Fracture = Other lesions").unwrap();
        let expected = LabelRule { from: LabelName::new("Fracture"), to: Some(LabelName::new("Other lesions")) };
        assert_eq!(folded, expected);
        assert_eq!(rule("Fracture=").unwrap().to, None);
        assert!(rule("Fracture").unwrap_err().to_string().contains("LABEL=CLASS"));
    }
}
