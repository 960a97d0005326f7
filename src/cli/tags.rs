//! `rachis tags`: a film's header, element by element.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use serde_json::{Value, json};

use crate::dicom::tag_rows;
use crate::domain::study::FilmSource;
use crate::domain::tag_row::{TagList, TagRow};

/// List a film's header, its patient's identity left out.
#[derive(clap::Args, Debug)]
pub struct TagsArgs {
    /// The DICOM file; it need not have pixels.
    file: PathBuf,
    /// Print the rows as JSON.
    #[arg(long)]
    json: bool,
    /// List names, numbers, dates, places, free text, UIDs and private elements too.
    #[arg(long)]
    show_identity: bool,
}

pub fn run(args: &TagsArgs) -> anyhow::Result<()> {
    let list = tag_rows(&FilmSource::File(args.file.clone())).with_context(|| args.file.display().to_string())?;
    list.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    let num_hidden = if args.show_identity { 0 } else { list.num_identity() };
    let shown: Vec<&TagRow> = list.rows.iter().filter(|row| args.show_identity || !row.is_identity).collect();
    if args.json {
        println!("{:#}", as_json(&shown, num_hidden, &list));
        return Ok(());
    }
    print!("{}", as_text(&shown));
    if num_hidden > 0 {
        println!("{num_hidden} rows with identity are not shown; --show-identity shows them");
    }
    Ok(())
}

fn as_text(rows: &[&TagRow]) -> String {
    let mut out = String::new();
    for row in rows {
        let indent = "  ".repeat(usize::from(row.depth).min(20));
        let name = if row.name.is_empty() { "?" } else { &row.name };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{indent}{} {:2} {name}: {}", row.tag_text(), row.vr, row.value);
    }
    out
}

fn as_json(rows: &[&TagRow], num_hidden: usize, list: &TagList) -> Value {
    let row = |row: &&TagRow| {
        json!({
            "depth": row.depth,
            "tag": row.tag_text(),
            "name": row.name,
            "vr": row.vr,
            "length": row.length,
            "value": row.value,
            "is_identity": row.is_identity,
        })
    };
    json!({ "rows": rows.iter().map(row).collect::<Value>(), "num_hidden": num_hidden, "warnings": list.warnings })
}
