//! `rachis blind`: whether readers of a project see who a patient is.

use std::path::PathBuf;

use serde_json::json;

use super::person::Person;

/// Show whether a project is read blind, or change it.
#[derive(clap::Args, Debug)]
pub struct BlindArgs {
    /// The project's folder.
    project: PathBuf,
    /// Hide from readers what tells who a patient is, or show it; without it, say how it is.
    #[arg(value_enum)]
    change: Option<Switch>,
    /// Print the setting as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Switch {
    On,
    Off,
}

pub fn run(args: &BlindArgs) -> anyhow::Result<()> {
    let is_blind = match args.change {
        None => args.person.open_to_look(&args.project)?.project().is_blind,
        Some(switch) => {
            let is_blind = matches!(switch, Switch::On);
            args.person.open(&args.project)?.set_blind(is_blind)?;
            is_blind
        }
    };
    if args.json {
        println!("{:#}", json!({ "is_blind": is_blind }));
    } else if is_blind {
        println!("The project is read blind: windows hide names, numbers, dates and places of patients.");
    } else {
        println!("The project is not read blind: windows show everything that a film's file says.");
    }
    Ok(())
}
