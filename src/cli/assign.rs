//! `rachis assign`: hand films out to readers and reviewers, and keep films with a known truth back.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::domain::assignment::{Plan, Stage, Strategy, Unit};
use crate::domain::id::{ImageId, ReaderId};
use crate::store::{Store, StoredAssignment};
use crate::workflows::assign::{AssignReport, AssignRequest, Pool, assign, films_of_file, preview};

use super::dataset::now_ms;
use super::person::Person;

#[derive(Args, Debug)]
pub struct AssignArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    person: Person,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Hand films out, to be read or reviewed. Without options as the project's workflow asks for.
    Films(Box<FilmsArgs>),
    /// Keep films back whose truth is known. "films --hidden-truths" hands them out among others, and "rachis tasks scores"
    /// says how each reader did.
    Truths(TruthsArgs),
    /// Keep films back no longer.
    Release(ReleaseArgs),
    /// List what was handed out, when, how and to whom.
    List(ListArgs),
}

#[derive(Args, Debug)]
struct FilmsArgs {
    /// The project's folder.
    project: PathBuf,
    /// To be reviewed, not read.
    #[arg(long)]
    review: bool,
    /// To these people, with commas between: R1,R2. Without it, to everybody who may.
    #[arg(long, value_name = "RAD_ID", value_delimiter = ',')]
    to: Vec<String>,
    /// all: everybody gets every film; equal: each film goes to one person, in equal shares; balanced: each film goes to so
    /// many people as --each says, those with the least waiting first; stratified: the same, and everybody gets as many of
    /// each view, sex and decade of age; repeat: once more to those who have completed it.
    #[arg(long, value_parser = ["all", "equal", "balanced", "stratified", "repeat"])]
    strategy: Option<String>,
    /// How many people each film goes to, those counted who have it already.
    #[arg(long, value_name = "K", conflicts_with = "more")]
    each: Option<u32>,
    /// To so many people more than have it: overlap that is added later.
    #[arg(long, value_name = "K", conflicts_with = "strategy")]
    more: Option<u32>,
    /// What goes to one person as a whole: study or film.
    #[arg(long, value_parser = ["study", "film"])]
    unit: Option<String>,
    /// Only these films.
    #[arg(long, value_name = "IMAGE_ID")]
    film: Vec<String>,
    /// Only films for which this holds, in the words of the list: "age:>60 view:lateral".
    #[arg(long, conflicts_with_all = ["film", "file", "hidden_truths"])]
    query: Option<String>,
    /// Only films or studies that a text file names, one on each line.
    #[arg(long, value_name = "FILE.txt", conflicts_with_all = ["film", "hidden_truths"])]
    file: Option<PathBuf>,
    /// Of these only so many studies or films, by chance.
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Where chance starts; the same seed gives the same sample, the same people and the same orders.
    #[arg(long, default_value_t = 1999)]
    seed: u64,
    /// A higher one comes first in a reader's list.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    priority: i32,
    /// Strew the films among those that wait, instead of putting them after them.
    #[arg(long)]
    mix_in: bool,
    /// Hand out the films that are kept back, strewn among others; to everybody, where no strategy is given.
    #[arg(long)]
    hidden_truths: bool,
    /// Show who would get how many, and hand nothing out.
    #[arg(long)]
    dry_run: bool,
    /// Print who got what as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct TruthsArgs {
    /// The project's folder.
    project: PathBuf,
    /// The films.
    #[arg(long, value_name = "IMAGE_ID")]
    film: Vec<String>,
    /// A text file that names films or studies, one on each line.
    #[arg(long, value_name = "FILE.txt", conflicts_with = "film")]
    file: Option<PathBuf>,
    /// Whose completed reading is the truth: a reader, or "consensus".
    #[arg(long, value_name = "RAD_ID")]
    layer: String,
}

#[derive(Args, Debug)]
struct ReleaseArgs {
    /// The project's folder.
    project: PathBuf,
    /// The films; all that are kept back where none is given.
    #[arg(long, value_name = "IMAGE_ID")]
    film: Vec<String>,
}

#[derive(Args, Debug)]
struct ListArgs {
    /// The project's folder.
    project: PathBuf,
    /// Print the list as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &AssignArgs) -> anyhow::Result<()> {
    let person = &args.person;
    match &args.command {
        Command::Films(args) => films(args, person),
        Command::Truths(args) => {
            let mut store = person.open(&args.project)?;
            let films: Vec<ImageId> = match &args.file {
                Some(path) => films_of_file(&store.films()?, path)?.into_iter().collect(),
                None => args.film.iter().map(|film| film.as_str().into()).collect(),
            };
            if films.is_empty() {
                bail!("Say which films: --film IMAGE_ID, or --file with one on each line. Nothing was changed.");
            }
            let num = store.reserve_truths(&films, &args.layer.as_str().into(), now_ms())?;
            let films = counted(films.len(), "film is", "films are");
            println!("{films} kept back now, {num} newly. Readers do not see which.");
            Ok(())
        }
        Command::Release(args) => {
            let mut store = person.open(&args.project)?;
            let films: Vec<ImageId> = if args.film.is_empty() {
                store.hidden_truths()?.into_iter().map(|truth| truth.image).collect()
            } else {
                args.film.iter().map(|film| film.as_str().into()).collect()
            };
            let num = store.release_truths(&films, now_ms())?;
            println!("{num} films are handed out as others are again.");
            Ok(())
        }
        Command::List(args) => {
            list(&person.open_to_look(&args.project)?.assignments()?, args.json);
            Ok(())
        }
    }
}

fn films(args: &FilmsArgs, person: &Person) -> anyhow::Result<()> {
    let mut store = if args.dry_run { person.open_to_look(&args.project)? } else { person.open(&args.project)? };
    let request = request(args, &store)?;
    let report = if args.dry_run { preview(&store, &request)? } else { assign(&mut store, &request, now_ms())? };
    print(&report, args);
    Ok(())
}

/// An empty query holds for every film, and comes from a script whose variable is empty.
fn refuse_empty_query(query: Option<&str>) -> anyhow::Result<()> {
    if query.is_some_and(|query| query.trim().is_empty()) {
        bail!("The query is empty. Leave it out to hand out all films, or say which. Nothing was handed out.");
    }
    Ok(())
}

fn request(args: &FilmsArgs, store: &Store) -> anyhow::Result<AssignRequest> {
    refuse_empty_query(args.query.as_deref())?;
    let stage = if args.review { Stage::Review } else { Stage::Read };
    let usual = Plan::usual(store.project().workflow, stage);
    let each = args.each.or_else(|| usual.strategy.count());
    let strategy = match (args.strategy.as_deref(), args.more) {
        (_, Some(by)) => Strategy::More { by },
        (Some("all"), _) => Strategy::All,
        (Some("equal"), _) => match args.each {
            None | Some(1) => Strategy::Equal,
            Some(_) => {
                bail!("\"equal\" gives each film to one person. For more people a film, use --strategy balanced.")
            }
        },
        (Some("repeat"), _) => Strategy::Repeat,
        (Some("stratified"), _) => Strategy::Stratified { each: each.unwrap_or(1) },
        (Some(_), _) => Strategy::Balanced { each: each.unwrap_or(1) },
        (None, _) if args.hidden_truths => args.each.map_or(Strategy::All, |each| Strategy::Balanced { each }),
        (None, _) => args.each.map_or(usual.strategy, |each| Strategy::Balanced { each }),
    };
    let unit = match args.unit.as_deref() {
        Some("study") => Unit::Study,
        Some(_) => Unit::Film,
        None => usual.unit,
    };
    let pool = match &args.file {
        Some(path) => Pool::File(path.clone()),
        None if !args.film.is_empty() => Pool::Films {
            films: args.film.iter().map(|film| film.as_str().into()).collect(),
            words: format!("{} films by name", args.film.len()),
        },
        None if args.query.is_some() => Pool::Query(args.query.clone().unwrap_or_default()),
        None if args.hidden_truths => Pool::HiddenTruths,
        None => Pool::All,
    };
    let plan = Plan {
        unit,
        seed: args.seed,
        priority: args.priority,
        is_mixed_in: args.mix_in || args.hidden_truths || strategy == Strategy::Repeat,
        is_hidden_truth: args.hidden_truths,
        ..Plan::new(stage, strategy)
    };
    let people = (!args.to.is_empty()).then(|| args.to.iter().map(|id| ReaderId::new(id.trim())).collect());
    Ok(AssignRequest { pool, sample: args.sample, plan, people })
}

fn print(report: &AssignReport, args: &FilmsArgs) {
    let loads = &report.dealt.loads;
    if args.json {
        let tasks: Vec<Value> = report
            .dealt
            .tasks
            .iter()
            .map(|task| {
                json!({
                    "image_id": task.image.as_str(),
                    "rad_id": task.person.as_str(),
                    "place": task.place,
                    "reading": task.reading,
                })
            })
            .collect();
        let loads: serde_json::Map<String, Value> =
            loads.iter().map(|(person, num)| (person.to_string(), json!(num))).collect();
        println!(
            "{:#}",
            json!({
                "is_dry_run": args.dry_run,
                "num_films": report.num_films,
                "num_kept_back": report.num_kept_back,
                "loads": loads,
                "tasks": tasks,
            })
        );
        return;
    }
    for (person, num) in loads {
        println!("{person:<8} {num:>7} {}", if *num == 1 { "film" } else { "films" });
    }
    let words = if args.dry_run { "would be handed out" } else { "were handed out" };
    let num_tasks = report.dealt.tasks.len();
    let num_people = loads.values().filter(|num| **num > 0).count();
    let words = if args.dry_run || num_tasks != 1 { words } else { "was handed out" };
    println!(
        "{}, {} for {} {words}.",
        counted(report.num_films, "film", "films"),
        counted(num_tasks, "task", "tasks"),
        counted(num_people, "person", "people")
    );
    if report.num_kept_back > 0 {
        let films = counted(report.num_kept_back, "film is kept back because its", "films are kept back because their");
        println!("{films} truth is known.");
    }
}

fn counted(num: usize, one: &str, many: &str) -> String {
    format!("{num} {}", if num == 1 { one } else { many })
}

fn list(made: &[StoredAssignment], is_json: bool) {
    if is_json {
        let rows: Vec<Value> = made
            .iter()
            .map(|one| {
                let people: Vec<&str> = one.people.iter().map(ReaderId::as_str).collect();
                json!({
                    "id": one.id,
                    "made_at_ms": one.at_ms,
                    "by": one.by,
                    "pool": one.pool,
                    "stage": one.stage.as_str(),
                    "strategy": one.strategy,
                    "each": one.each,
                    "seed": one.seed,
                    "people": people,
                    "num_tasks": one.num_tasks,
                })
            })
            .collect();
        println!("{:#}", json!({ "assignments": rows }));
        return;
    }
    if made.is_empty() {
        println!("Nothing was handed out yet. \"rachis assign films\" hands films out.");
    }
    for one in made {
        let each = one.each.map_or_else(String::new, |each| format!(" {each}"));
        let people: Vec<&str> = one.people.iter().map(ReaderId::as_str).collect();
        println!(
            "{:>4}  {:<7} {:>7} {}  {}{each}  seed {}  {}  to {}",
            one.id,
            one.stage.as_str(),
            one.num_tasks,
            if one.num_tasks == 1 { "task " } else { "tasks" },
            one.strategy,
            one.seed,
            one.pool,
            people.join(", ")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_query_hands_nothing_out() {
        for query in ["", "  "] {
            let why = refuse_empty_query(Some(query)).unwrap_err().to_string();
            assert!(why.starts_with("The query is empty. Leave it out"), "{why}");
        }
        assert!(refuse_empty_query(Some("age:>60")).is_ok() && refuse_empty_query(None).is_ok());
    }
}
