//! `rachis audit`: what happened in a project beside readings, in its order.

use std::path::PathBuf;

use serde_json::json;

use crate::domain::id::ImageId;

use super::person::Person;

/// List what happened in a project beside readings.
#[derive(clap::Args, Debug)]
pub struct AuditArgs {
    /// The project's folder.
    project: PathBuf,
    /// Print the list as JSON, with all films that each line is about.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

pub fn run(args: &AuditArgs) -> anyhow::Result<()> {
    let events = args.person.open_to_look(&args.project)?.events()?;
    if args.json {
        let rows: Vec<_> = events
            .iter()
            .map(|event| {
                json!({
                    "at_ms": event.at_ms,
                    "by": event.by,
                    "kind": event.kind.as_str(),
                    "what": event.what,
                    "films": event.films.iter().map(ImageId::as_str).collect::<Vec<_>>(),
                })
            })
            .collect();
        println!("{:#}", json!({ "events": rows }));
        return Ok(());
    }
    if events.is_empty() {
        println!("Nothing happened in this project beside readings.");
    }
    for event in events {
        let by = if event.by.is_empty() { String::new() } else { format!(" ({})", event.by) };
        println!("{}{by}  {}", super::dataset_table::when(event.at_ms), event.what);
    }
    Ok(())
}
