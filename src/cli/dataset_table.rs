//! Frozen data sets as text and as JSON for the command line.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::domain::label::LabelName;
use crate::domain::model::hex_from_hash;
use crate::domain::moment;
use crate::domain::training::balance::{BalanceOf, BalanceRow, Count, balance};
use crate::domain::training::dataset::{FrozenDataset, Split};
use crate::store::StoredDataset;

/// The minute, in UTC.
pub(super) fn when(at_ms: i64) -> String {
    moment::utc_text(at_ms)
}

/// `stored`: none where nothing is kept.
pub(super) fn print(stored: Option<&StoredDataset>, dataset: &FrozenDataset, is_json: bool) {
    if is_json {
        println!("{:#}", as_json(stored, dataset));
        return;
    }
    match stored {
        Some(stored) => println!("{}", line(stored)),
        None => println!("\"{}\" would be frozen so; nothing is kept.", dataset.plan.name),
    }
    println!();
    print!("{}", table(&balance(dataset)));
    if !dataset.warnings.is_empty() {
        println!();
    }
    for warning in &dataset.warnings {
        println!("warning: {warning}");
    }
}

pub(super) fn print_list(datasets: &[StoredDataset], is_json: bool) {
    if is_json {
        println!("{:#}", json!({ "datasets": datasets.iter().map(row).collect::<Vec<_>>() }));
        return;
    }
    if datasets.is_empty() {
        println!("No data set is frozen in this project. \"rachis dataset freeze\" makes one.");
    }
    for dataset in datasets {
        println!("{}", line(dataset));
    }
}

pub(super) fn print_locked(num_new: usize, num_all: usize, is_json: bool) {
    if is_json {
        println!("{:#}", json!({ "num_new": num_new, "num_locked": num_all }));
    } else {
        println!("{num_new} films are locked that were not; {num_all} films of the project are locked for testing.");
    }
}

fn line(stored: &StoredDataset) -> String {
    let content = &stored.content;
    let [train, dev, test] = content.num_films;
    format!(
        "{}  {}  {}  train {train}, dev {dev}, test {test}  truth: {}  {}",
        stored.id.0,
        content.name,
        when(content.made_at_ms),
        content.truth,
        &hex_from_hash(&content.sha256)[..12]
    )
}

/// Films, and boxes behind them.
fn table(rows: &[BalanceRow]) -> String {
    let mut text = format!("{:<24}{:>16}{:>16}{:>16}{:>16}\n", "Films (boxes)", "train", "dev", "test", "all");
    for row in rows {
        let has_boxes = matches!(row.of, BalanceOf::Class(_) | BalanceOf::AllFilms);
        let cell = |count: Count| {
            if has_boxes { format!("{} ({})", count.num_films, count.num_boxes) } else { count.num_films.to_string() }
        };
        let [train, dev, test] = row.splits.map(cell);
        let all = cell(row.total());
        let _ = writeln!(text, "{:<24}{train:>16}{dev:>16}{test:>16}{all:>16}", name(&row.of));
    }
    text
}

fn name(of: &BalanceOf) -> String {
    match of {
        BalanceOf::Class(class) => class.to_string(),
        BalanceOf::Abnormal => "Abnormal films".to_owned(),
        BalanceOf::Normal => "Normal films".to_owned(),
        BalanceOf::AllFilms => "All films".to_owned(),
    }
}

fn row(stored: &StoredDataset) -> Value {
    let content = &stored.content;
    let [train, dev, test] = content.num_films;
    json!({
        "id": stored.id.0,
        "name": content.name,
        "made_at_ms": content.made_at_ms,
        "made_by": content.made_by,
        "sha256": hex_from_hash(&content.sha256),
        "truth": content.truth,
        "films": { "train": train, "dev": dev, "test": test },
    })
}

fn as_json(stored: Option<&StoredDataset>, dataset: &FrozenDataset) -> Value {
    let of_split = |row: &BalanceRow, split| {
        let count = row.of_split(split);
        json!({ "films": count.num_films, "boxes": count.num_boxes })
    };
    let rows: Vec<Value> = balance(dataset)
        .iter()
        .map(|row| {
            let mut value = json!({ "of": name(&row.of) });
            for split in Split::ALL {
                value[split.as_str()] = of_split(row, split);
            }
            value
        })
        .collect();
    json!({
        "dataset": stored.map(row),
        "classes": dataset.classes.iter().map(LabelName::as_str).collect::<Vec<_>>(),
        "balance": rows,
        "warnings": dataset.warnings,
        "num_locked": dataset.locked.len(),
        "is_synthetic": dataset.is_synthetic,
    })
}
