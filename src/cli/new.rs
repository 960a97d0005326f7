//! `rachis new DIR`: an empty project.

use std::path::PathBuf;

use anyhow::bail;

use crate::domain::id::ReaderId;
use crate::domain::project::Reader;
use crate::domain::rules::default_rules;
use crate::formats::label_set;
use crate::store::{NewProject, Store};

/// Make an empty project.
#[derive(clap::Args, Debug)]
pub struct NewArgs {
    /// A folder that is not there yet, or is empty.
    folder: PathBuf,
    /// The labels it reads with: vindr_spine, vindr_cxr or vindr_rib.
    #[arg(long, default_value = "vindr_spine", value_name = "SET")]
    labels: String,
    /// Shown in the window; the folder's name where it is left out.
    #[arg(long)]
    name: Option<String>,
    /// How many readers, R1 to RN.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    readers: u32,
}

pub fn run(args: &NewArgs) -> anyhow::Result<()> {
    let known: Vec<String> = label_set::shipped().into_iter().map(|set| set.id).collect();
    if !known.contains(&args.labels) {
        bail!("there is no label set {:?}; there are {}", args.labels, known.join(", "));
    }
    let of_folder = args.folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let project = NewProject {
        name: args.name.clone().or(of_folder).unwrap_or_else(|| "Project".to_owned()),
        label_set: args.labels.clone(),
        rules: default_rules(),
        is_synthetic: false,
    };
    let mut store = Store::create(&args.folder, &project)?;
    for n in 1..=args.readers {
        let id = ReaderId::new(format!("R{n}"));
        store.add_reader(&Reader::new(id, format!("Reader {n}")))?;
    }
    let readers = if args.readers == 1 { "1 reader".to_owned() } else { format!("{} readers", args.readers) };
    println!("{}: an empty project for {readers}, labels {}", args.folder.display(), args.labels);
    Ok(())
}
