//! `rachis tasks`: how the films that were handed out stand; take them back, move, pause or hurry them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::domain::assignment::{Hands, Stage, Task, TaskChoice, hands};
use crate::domain::id::ReaderId;
use crate::domain::task::TaskState;
use crate::store::{TaskChange, TasksTouched};
use crate::workflows::assign::{chosen_tasks, reassign, truth_scores};

use super::dataset::now_ms;
use super::person::Person;

#[derive(Args, Debug)]
pub struct TasksArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    person: Person,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Show how many films each person has in hand, and how they stand.
    Show(ChoiceArgs),
    /// List every film in somebody's hands, in each person's order.
    List(ChoiceArgs),
    /// Take films that are not completed out of hands. Marks stay with whoever made them.
    TakeBack(ChoiceArgs),
    /// Give films that are not completed to somebody else.
    Give(GiveArgs),
    /// Set films aside.
    Pause(ChoiceArgs),
    /// Take films up again that were set aside.
    Resume(ChoiceArgs),
    /// Give films back to their readers to be read again: they are new then. Marks stay.
    GiveBack(ChoiceArgs),
    /// Change what comes first in people's lists.
    Priority(PriorityArgs),
    /// Say how readings of films with a known truth hold against it.
    Scores(ScoresArgs),
}

#[derive(Args, Debug)]
struct ChoiceArgs {
    /// The project's folder.
    project: PathBuf,
    /// Only of these people, with commas between: R1,R2.
    #[arg(long, value_name = "RAD_ID", value_delimiter = ',')]
    of: Vec<String>,
    /// Only these films.
    #[arg(long, value_name = "IMAGE_ID")]
    film: Vec<String>,
    /// Only those to read, or those to review.
    #[arg(long, value_parser = ["read", "review"])]
    stage: Option<String>,
    /// Only those that stand so.
    #[arg(long, value_parser = ["new", "doing", "completed"])]
    state: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct GiveArgs {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Who gets them.
    #[arg(long, value_name = "RAD_ID")]
    to: String,
}

#[derive(Args, Debug)]
struct PriorityArgs {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// A higher one comes first; 0 is usual.
    #[arg(long, allow_negative_numbers = true)]
    priority: i32,
}

#[derive(Args, Debug)]
struct ScoresArgs {
    /// The project's folder.
    project: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

impl ChoiceArgs {
    fn choice(&self) -> TaskChoice {
        TaskChoice {
            people: self.of.iter().map(|id| ReaderId::new(id.trim())).collect(),
            films: self.film.iter().map(|film| film.as_str().into()).collect(),
            layers: BTreeSet::new(),
            stage: self.stage.as_deref().and_then(Stage::parse),
            state: self.state.as_deref().and_then(TaskState::parse),
        }
    }
}

pub fn run(args: &TasksArgs) -> anyhow::Result<()> {
    let person = &args.person;
    match &args.command {
        Command::Show(args) => {
            show(&chosen(args, person)?, args.json);
            Ok(())
        }
        Command::List(args) => {
            list(&chosen(args, person)?, args.json);
            Ok(())
        }
        Command::TakeBack(args) => {
            let mut store = person.open(&args.project)?;
            let ids = chosen_tasks(&store, &args.choice())?;
            told(store.take_back(&ids, now_ms())?, "taken back. Marks stay", args.json);
            Ok(())
        }
        Command::Give(args) => {
            let mut store = person.open(&args.choice.project)?;
            let touched = reassign(&mut store, &args.choice.choice(), &args.to.as_str().into(), now_ms())?;
            told(touched, &format!("given to {}", args.to), args.choice.json);
            Ok(())
        }
        Command::Pause(args) => change(args, person, TaskChange::Pause(true), "set aside"),
        Command::Resume(args) => change(args, person, TaskChange::Pause(false), "taken up again"),
        Command::GiveBack(args) => {
            let mut store = person.open(&args.project)?;
            let ids = chosen_tasks(&store, &args.choice())?;
            told(store.give_back(&ids, now_ms())?, "given back as new. Marks stay", args.json);
            Ok(())
        }
        Command::Priority(args) => {
            let words = format!("given priority {}", args.priority);
            change(&args.choice, person, TaskChange::Priority(args.priority), &words)
        }
        Command::Scores(args) => scores(args, person),
    }
}

fn chosen(args: &ChoiceArgs, person: &Person) -> anyhow::Result<Vec<Task>> {
    let choice = args.choice();
    let mut tasks = person.open_to_look(&args.project)?.tasks()?;
    tasks.retain(|task| choice.has(task));
    Ok(tasks)
}

fn change(args: &ChoiceArgs, person: &Person, change: TaskChange, words: &str) -> anyhow::Result<()> {
    let mut store = person.open(&args.project)?;
    let ids = chosen_tasks(&store, &args.choice())?;
    told(store.change_tasks(&ids, change, now_ms())?, words, args.json);
    Ok(())
}

fn told(touched: TasksTouched, words: &str, is_json: bool) {
    if is_json {
        println!("{:#}", json!({ "changed": touched.changed, "left": touched.left }));
        return;
    }
    match touched.changed {
        1 => println!("1 task was {words}."),
        num => println!("{num} tasks were {words}."),
    }
    match touched.left {
        0 => {}
        1 => println!("1 was left as it is: it is completed, or there was nothing to change."),
        num => println!("{num} were left as they are: they are completed, or there was nothing to change."),
    }
}

fn show(tasks: &[Task], is_json: bool) {
    let by_person = hands(tasks);
    if is_json {
        let rows: Vec<Value> = by_person.iter().map(|((person, stage), hands)| row(person, *stage, *hands)).collect();
        println!("{:#}", json!({ "people": rows }));
        return;
    }
    if by_person.is_empty() {
        println!("Nobody has films in hand. \"rachis assign films\" hands films out.");
        return;
    }
    println!(
        "{:<8} {:<7} {:>7} {:>7} {:>7} {:>10} {:>7}",
        "rad_id", "stage", "films", "new", "doing", "completed", "paused"
    );
    for ((person, stage), hands) in &by_person {
        println!(
            "{:<8} {:<7} {:>7} {:>7} {:>7} {:>10} {:>7}",
            person.as_str(),
            stage.as_str(),
            hands.num,
            hands.new,
            hands.doing,
            hands.completed,
            hands.paused
        );
    }
}

fn row(person: &ReaderId, stage: Stage, hands: Hands) -> Value {
    json!({
        "rad_id": person.as_str(),
        "stage": stage.as_str(),
        "films": hands.num,
        "new": hands.new,
        "doing": hands.doing,
        "completed": hands.completed,
        "paused": hands.paused,
        "hidden_truths": hands.hidden_truths,
        "repeats": hands.repeats,
    })
}

fn list(tasks: &[Task], is_json: bool) {
    if is_json {
        let rows: Vec<Value> = tasks
            .iter()
            .map(|task| {
                json!({
                    "image_id": task.image.as_str(),
                    "rad_id": task.person.as_str(),
                    "layer": task.layer.as_str(),
                    "stage": task.stage.as_str(),
                    "place": task.place,
                    "priority": task.priority,
                    "is_paused": task.is_paused,
                    "is_hidden_truth": task.is_hidden_truth,
                    "state": task.state.as_str(),
                })
            })
            .collect();
        println!("{:#}", json!({ "tasks": rows }));
        return;
    }
    for task in tasks {
        let aside = if task.is_paused { "  paused" } else { "" };
        let first = if task.priority == 0 { String::new() } else { format!("  priority {}", task.priority) };
        println!(
            "{:<8} {:<7} {:>6}  {:<10} {}{first}{aside}",
            task.layer.as_str(),
            task.stage.as_str(),
            task.place,
            task.state.as_str(),
            task.image
        );
    }
}

fn scores(args: &ScoresArgs, person: &Person) -> anyhow::Result<()> {
    let scores = truth_scores(&person.open_to_look(&args.project)?)?;
    if args.json {
        let rows: Vec<Value> = scores
            .iter()
            .map(|(layer, score)| {
                json!({
                    "rad_id": layer.as_str(),
                    "films": score.num_films,
                    "accuracy": score.accuracy(),
                    "sensitivity": score.sensitivity(),
                    "precision": score.precision(),
                    "found": score.found,
                    "missed": score.missed,
                    "extra": score.extra,
                })
            })
            .collect();
        println!("{:#}", json!({ "scores": rows }));
        return Ok(());
    }
    if scores.is_empty() {
        println!("Nobody has completed a film with a known truth yet.");
        return Ok(());
    }
    let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    println!("{:<8} {:>6} {:>9} {:>12} {:>10}", "rad_id", "films", "accuracy", "sensitivity", "precision");
    for (layer, score) in &scores {
        println!(
            "{:<8} {:>6} {:>9} {:>12} {:>10}",
            layer.as_str(),
            score.num_films,
            share(score.accuracy()),
            share(score.sensitivity()),
            share(score.precision())
        );
    }
    Ok(())
}
