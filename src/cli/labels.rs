//! `rachis labels`: the labels a project reads with, shown, written to a file, or taken from one.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::domain::label::{LabelKind, LabelSet};
use crate::workflows::label_sets;

use super::person::Person;

/// Show the labels a project reads with, write them to a file, or take those of a file or another project.
#[derive(clap::Args, Debug)]
pub struct LabelsArgs {
    /// The project's folder.
    project: PathBuf,
    /// Write the labels to this file: as JSON where its name ends so, else as CSV.
    #[arg(long, value_name = "FILE", conflicts_with = "import")]
    export: Option<PathBuf>,
    /// Take the labels of a CSV or JSON file, or of another project's folder. Labels of other names are new; one that is
    /// in use and not in the file is refused.
    #[arg(long, value_name = "FILE|PROJECT")]
    import: Option<PathBuf>,
    /// Why, for the list of versions.
    #[arg(long, default_value = "", requires = "import")]
    note: String,
    /// Print the labels as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &LabelsArgs) -> anyhow::Result<()> {
    let (set, version) = if let Some(file) = &args.import {
        let mut store = args.person.open(&args.project)?;
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        label_sets::import(&mut store, file, &args.note, now_ms)?;
        label_sets::of_project(&store)?
    } else {
        label_sets::of_project(&args.person.open_to_look(&args.project)?)?
    };
    if let Some(file) = &args.export {
        label_sets::write(file, &set)?;
    }
    if args.json {
        println!("{:#}", as_json(&set, version));
    } else {
        print!("{}", as_text(&set, version));
    }
    Ok(())
}

fn as_text(set: &LabelSet, version: i64) -> String {
    let which = if version == 0 { "as it ships".to_owned() } else { format!("version {version} of this project") };
    let width = set.labels().iter().map(|label| label.name.as_str().chars().count()).max().unwrap_or(0);
    let line = |label: &crate::domain::label::Label| {
        let kind = if label.kind == LabelKind::Local { "finding" } else { "impression" };
        let key = label.hotkey.map_or_else(String::new, |key| key.to_string());
        format!("{key:1}  {:width$}  {kind} of the {}\n", label.name.as_str(), label.scope.key())
    };
    let lines: String = set.labels().iter().map(line).collect();
    format!("{}, {which}: {} labels\n{lines}", set.title, set.labels().len())
}

fn as_json(set: &LabelSet, version: i64) -> Value {
    let labels: Value = serde_json::from_str(&crate::formats::label_set::write(set)).unwrap_or_default();
    json!({ "version": version, "set": labels })
}
