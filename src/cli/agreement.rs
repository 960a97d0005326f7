//! `rachis agreement`: how far readers agree, with intervals.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};

use crate::domain::agreement::{Agreement, Cell, CellFigures, Estimate, Figure};
use crate::domain::evaluation::settings::IntervalMethod;
use crate::domain::label::LabelName;
use crate::jobs::CancelToken;
use crate::workflows::agreement::{AgreementAsked, agreement_of};

use super::consensus::PolicyArgs;
use super::person::Person;
use super::progress_bar::ProgressBar;

/// Tell how far the readers of a project agree: every two readers of a film held against each other, marks and labels.
#[derive(clap::Args, Debug)]
pub struct AgreementArgs {
    /// The project's folder.
    project: PathBuf,
    /// Nothing but this label counts.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// What to tell: all, labels, readers, months, pairs, others (each reader against the consensus of the others) or
    /// repeats (each reader against their own second reading).
    #[arg(long, value_delimiter = ',', default_value = "all,labels,readers,others,repeats",
          value_parser = ["all", "labels", "readers", "months", "pairs", "others", "repeats"])]
    of: Vec<String>,
    /// How many resamples of patients make the intervals; 0: no intervals.
    #[arg(long, default_value = "1000", value_name = "N")]
    bootstrap: u32,
    /// Where the draws start; the same seed gives the same intervals.
    #[arg(long, default_value = "1999")]
    seed: u64,
    /// How the resampled values become an interval.
    #[arg(long, default_value = "percentile", value_parser = ["percentile", "bca"])]
    interval: String,
    /// How much an interval covers.
    #[arg(long, default_value = "0.95")]
    level: f64,
    /// How the word of the other readers becomes one, for `others`.
    #[command(flatten)]
    policy: PolicyArgs,
    /// Print all figures as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &AgreementArgs) -> anyhow::Result<()> {
    if !(args.level > 0.0 && args.level < 1.0) {
        bail!("--level is more than 0 and less than 1: 0.95 for 95 %");
    }
    let asked = AgreementAsked {
        label: args.only.as_deref().map(LabelName::new),
        policy: args.policy.to_policy()?,
        num_resamples: args.bootstrap,
        seed: args.seed,
        method: IntervalMethod::parse(&args.interval).ok_or_else(|| anyhow!("--interval is percentile or bca"))?,
        level: args.level,
    };
    let store = args.person.open_to_look(&args.project)?;
    let bar = ProgressBar::new();
    let found = agreement_of(&store, &asked, &|progress| bar.show(&progress), &CancelToken::new());
    bar.clear();
    let found = found?;
    if args.json {
        println!("{:#}", as_json(&found, &asked));
    } else {
        print!("{}", as_text(&found, &asked, &args.of));
    }
    Ok(())
}

/// The word of `--of` for a cell.
const fn part(cell: Cell) -> &'static str {
    match cell {
        Cell::All => "all",
        Cell::Label(_) => "labels",
        Cell::Reader(_) => "readers",
        Cell::Month(_) => "months",
        Cell::Pair(..) => "pairs",
        Cell::Others(_) => "others",
        Cell::Repeat(_) => "repeats",
    }
}

fn heading(part: &str) -> &'static str {
    match part {
        "all" => "All readers",
        "labels" => "By label",
        "readers" => "Each reader against every other",
        "months" => "By month",
        "pairs" => "By pair of readers",
        "others" => "Each reader against the consensus of the others",
        _ => "Each reader against their own second reading",
    }
}

fn as_text(found: &Agreement, asked: &AgreementAsked, parts: &[String]) -> String {
    let mut out = format!("{} films with two readings or more, {} patients\n", found.num_films, found.num_patients);
    for of in parts {
        let cells: Vec<&CellFigures> = found.cells.values().filter(|one| part(one.cell) == of).collect();
        if cells.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{}", heading(of));
        for cell in cells {
            let _ = writeln!(
                out,
                "  {}: {} comparisons, {} marks",
                found.name(cell.cell),
                cell.num_comparisons,
                cell.num_marks
            );
            for (figure, estimate) in &cell.figures {
                let _ = writeln!(out, "    {:<22} {}", figure.title(), words(*estimate));
            }
        }
    }
    if found.num_resamples > 0 {
        let _ = writeln!(
            out,
            "\nIntervals: {} %, {}, {} resamples by patient, seed {}",
            asked.level * 100.0,
            asked.method.as_str(),
            found.num_resamples,
            asked.seed
        );
        if found.num_stand_ins > 0 {
            let _ = writeln!(out, "Percentile for {} figures, because bca is undefined there", found.num_stand_ins);
        }
    } else if asked.num_resamples > 0 {
        out.push_str("\nIntervals: none, because all films are of one patient\n");
    }
    out
}

/// `0.857 (0.801, 0.902)`; `-` where it is undefined.
fn words(estimate: Estimate) -> String {
    let value = estimate.value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let interval = estimate.interval.map_or_else(String::new, |[low, high]| format!(" ({low:.3}, {high:.3})"));
    value + &interval
}

fn as_json(found: &Agreement, asked: &AgreementAsked) -> Value {
    let figures = |cell: &CellFigures| -> Value {
        let one = |(figure, estimate): &(Figure, Estimate)| {
            (figure.key().to_owned(), json!({"value": estimate.value, "interval": estimate.interval}))
        };
        Value::Object(cell.figures.iter().map(one).collect())
    };
    let cell = |one: &CellFigures| {
        let readers: Option<[String; 2]> = match one.cell {
            Cell::Pair(a, b) => Some([a, b].map(|at| found.readers[usize::from(at)].to_string())),
            _ => None,
        };
        json!({
            "of": part(one.cell),
            "name": found.name(one.cell),
            "readers": readers,
            "comparisons": one.num_comparisons,
            "marks": one.num_marks,
            "films_that_differ": found.differing_films(one.cell).len(),
            "figures": figures(one),
        })
    };
    json!({
        "films": found.num_films,
        "patients": found.num_patients,
        "only": asked.label.as_ref().map(LabelName::as_str),
        "resamples": found.num_resamples,
        "seed": asked.seed,
        "level": asked.level,
        "interval": asked.method.as_str(),
        "percentile_instead_of_bca": found.num_stand_ins,
        "policy": asked.policy.in_words(),
        "cells": found.cells.values().map(cell).collect::<Vec<_>>(),
    })
}
