//! `rachis queue`: the films worth reading next, and what added labels gained.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::domain::id::ImageId;
use crate::domain::model::ModelTask;
use crate::domain::training::queueing::{Queued, Shares};
use crate::jobs::CancelToken;
use crate::workflows::choose_next::{GainPoint, QueueReport, QueueRequest, choose_next, gains};
use crate::workflows::evaluation_runs::Maker;

use super::dataset::now_ms;
use super::person::Person;
use super::progress_bar::ProgressBar;

/// Choose the films worth reading next, and show what added labels gained.
#[derive(clap::Args, Debug)]
pub struct QueueArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    person: Person,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Choose among the films that nobody has read: where the models in use are unsure, where they are at odds, what looks
    /// unlike the films that they learned from, and some by chance.
    Make(MakeArgs),
    /// Show the queue as it was made last.
    Show(ShowArgs),
    /// Show what the models of this project's data sets scored, by how many films they learned from.
    Gains(ShowArgs),
}

#[derive(clap::Args, Debug)]
struct MakeArgs {
    /// The project's folder.
    project: PathBuf,
    /// How many films.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    films: u32,
    /// How much of the queue comes of uncertainty, disagreement, novelty and chance.
    #[arg(long, default_value = "4,2,2,2", value_parser = shares)]
    shares: Shares,
    /// Where chance starts.
    #[arg(long, default_value_t = 1999)]
    seed: u64,
    /// Do not look at the films themselves: none is chosen for its novelty.
    #[arg(long)]
    no_novelty: bool,
    /// Who makes it.
    #[arg(long, value_name = "RAD_ID", default_value = "", hide_default_value = true)]
    by: String,
    /// Print the queue as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct ShowArgs {
    /// The project's folder.
    project: PathBuf,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &QueueArgs) -> anyhow::Result<()> {
    let person = &args.person;
    match &args.command {
        Command::Make(args) => make(args, person),
        Command::Show(args) => {
            let queue = person.open_to_look(&args.project)?.reading_queue()?;
            if args.json {
                println!("{:#}", json!({ "queue": rows(&queue) }));
            } else if queue.is_empty() {
                println!("There is no reading queue. \"rachis queue make\" chooses films.");
            } else {
                print_queue(&queue);
            }
            Ok(())
        }
        Command::Gains(args) => {
            let points = gains(&person.open_to_look(&args.project)?)?;
            print_gains(&points, args.json);
            Ok(())
        }
    }
}

fn make(args: &MakeArgs, person: &Person) -> anyhow::Result<()> {
    let mut store = person.open(&args.project)?;
    let request = QueueRequest {
        num_films: args.films as usize,
        shares: args.shares,
        seed: args.seed,
        with_novelty: !args.no_novelty,
    };
    let bar = ProgressBar::new();
    let maker = Maker { by: person.name_or(&args.by), at_ms: now_ms() };
    let outcome = choose_next(&mut store, &request, maker, &|p| bar.show(&p), &CancelToken::new());
    bar.clear();
    let QueueReport { queue, num_unread, num_without_answer, undecoded } = outcome?;
    for (image, why) in &undecoded {
        eprintln!("warning: film {image} can't be looked at, so it is not known how new it is: {why}");
    }
    if args.json {
        let undecoded: Vec<&str> = undecoded.keys().map(ImageId::as_str).collect();
        let report = json!({
            "queue": rows(&queue),
            "num_unread": num_unread,
            "num_without_answer": num_without_answer,
            "undecoded": undecoded,
        });
        println!("{report:#}");
        return Ok(());
    }
    print_queue(&queue);
    println!("{} of {num_unread} unread films are in the reading queue.", queue.len());
    if num_without_answer > 0 {
        println!(
            "No model in use has looked at {num_without_answer} of the unread films. \"rachis predict\" has them look."
        );
    }
    Ok(())
}

fn print_queue(queue: &[Queued]) {
    for (place, one) in (1..).zip(queue) {
        println!("{place:>4}  {:<12} {:.3}  {}", one.reason.as_str(), one.score, one.image);
    }
}

fn rows(queue: &[Queued]) -> Vec<Value> {
    queue
        .iter()
        .map(|one| json!({ "image_id": one.image.as_str(), "reason": one.reason.as_str(), "score": one.score }))
        .collect()
}

fn print_gains(points: &[GainPoint], is_json: bool) {
    let task = |point: &GainPoint| match point.task {
        ModelTask::Classify => "classify",
        ModelTask::Detect => "detect",
    };
    if is_json {
        let rows: Vec<Value> = points
            .iter()
            .map(|point| {
                let metrics: Vec<Value> = point
                    .metrics
                    .iter()
                    .map(|metric| {
                        json!({
                            "name": metric.name,
                            "value": metric.value,
                            "interval": metric.interval,
                            "measured_on": metric.measured_on,
                        })
                    })
                    .collect();
                json!({
                    "model": point.name,
                    "task": task(point),
                    "dataset": point.dataset.0,
                    "num_train_films": point.num_train_films,
                    "num_train_boxes": point.num_train_boxes,
                    "metrics": metrics,
                })
            })
            .collect();
        println!("{:#}", json!({ "gains": rows }));
        return;
    }
    if points.is_empty() {
        println!("No model of this project came of one of its data sets.");
    }
    for point in points {
        let figures: Vec<String> = point
            .metrics
            .iter()
            .map(|metric| match metric.interval {
                Some([low, high]) => format!("{} {:.3} ({low:.3} to {high:.3})", metric.name, metric.value),
                None => format!("{} {:.3}", metric.name, metric.value),
            })
            .collect();
        println!(
            "{:<9} {:>7} films {:>7} boxes  {}  {}",
            task(point),
            point.num_train_films,
            point.num_train_boxes,
            point.name,
            figures.join(", ")
        );
    }
}

/// Four numbers, of which only how they compare counts.
fn shares(text: &str) -> Result<Shares, String> {
    let numbers: Vec<f64> =
        text.split(',').map(str::trim).map(str::parse).collect::<Result<_, _>>().unwrap_or_default();
    match numbers[..] {
        [a, b, c, d] if numbers.iter().all(|one| one.is_finite() && *one >= 0.0) && a + b + c + d > 0.0 => {
            Ok(Shares([a, b, c, d]))
        }
        _ => Err("write four numbers from 0 on, as in 4,2,2,2".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_four_numbers() {
        assert_eq!(shares("4,2,2,2"), Ok(Shares([4.0, 2.0, 2.0, 2.0])));
        assert_eq!(shares("0, 0, 0, 1"), Ok(Shares([0.0, 0.0, 0.0, 1.0])));
        for bad in ["", "1", "1,2,3", "1,2,3,4,5", "0,0,0,0", "-1,1,1,1", "nan,1,1,1", "a,b,c,d"] {
            assert!(shares(bad).is_err(), "{bad}");
        }
    }
}
