//! `rachis audit`: what happened in a project, by whom, in its order, and whether that record is what was written.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::json;

use crate::domain::audit::{AuditCheck, Seal, Tampering, TrailRow};
use crate::domain::id::{ImageId, ReaderId};
use crate::store::{Store, TrailEdits, TrailFilter};
use crate::workflows::audit_table::write_trail;

use super::dataset_table::when;
use super::person::Person;

/// List what happened in a project, check that nobody changed the record, or write it as a table.
#[derive(clap::Args, Debug)]
pub struct AuditArgs {
    /// The project's folder.
    project: PathBuf,
    #[command(flatten)]
    person: Person,
    /// Edits of readings and steps of reviewers too, not only what happened beside them.
    #[arg(long)]
    all: bool,
    /// All that was done to this film, step by step.
    #[arg(long, value_name = "IMAGE_ID")]
    film: Option<String>,
    /// What this person did.
    #[arg(long, value_name = "RAD_ID")]
    by: Option<String>,
    /// Write the list as CSV to this file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print the list as JSON, with all films that each line is about.
    #[arg(long)]
    json: bool,
    /// Check every seal, and print the newest. Exits with 1 where the record was meddled with.
    #[arg(long)]
    verify: bool,
    /// A seal that was printed earlier and kept elsewhere: the record must still hold it.
    #[arg(long, value_name = "SEAL", requires = "verify")]
    expect: Option<String>,
}

pub fn run(args: &AuditArgs) -> anyhow::Result<()> {
    let store = args.person.open_to_look(&args.project)?;
    if args.verify {
        return verify(&store, args.expect.as_deref(), args.json);
    }
    let is_whole = args.all || args.film.is_some();
    if args.json && !is_whole && args.by.is_none() {
        return print_events(&store);
    }
    let filter = TrailFilter {
        image: args.film.as_deref().map(ImageId::from),
        by: args.by.as_deref().map(ReaderId::from),
        edits: if is_whole || args.by.is_some() { TrailEdits::All } else { TrailEdits::None },
        ..TrailFilter::default()
    };
    if let Some(image) = &filter.image
        && store.film(image)?.is_none()
    {
        bail!(
            "the project has no film {image}. Nothing was written. \"rachis tasks\" and the worklist name the films."
        );
    }
    if let Some(by) = &filter.by {
        refuse_stranger(&store, by)?;
    }
    if let Some(to) = &args.csv {
        let num = write_trail(&store, &filter, to)?;
        println!("{}: {num} lines", to.display());
        return Ok(());
    }
    print_trail(&store, &filter, args.json)
}

/// Refuses a name that the project does not know and that did nothing.
fn refuse_stranger(store: &Store, by: &ReaderId) -> anyhow::Result<()> {
    let ids: Vec<String> = store.readers()?.iter().map(|reader| reader.id.to_string()).collect();
    if ids.iter().any(|id| id == by.as_str()) {
        return Ok(());
    }
    let mut has_done = false;
    let of_person = TrailFilter { by: Some(by.clone()), ..TrailFilter::default() };
    store.for_each_trail_row(&of_person, |_| has_done = true)?;
    if !has_done {
        bail!("the project has no reader {by}; it has {}. Nothing was written. Check the id.", ids.join(", "));
    }
    Ok(())
}

fn print_trail(store: &Store, filter: &TrailFilter, is_json: bool) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    store.for_each_trail_row(filter, |row| rows.push(row))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    if is_json {
        let rows: Vec<_> = rows.iter().map(row_as_json).collect();
        writeln!(out, "{:#}", json!({ "rows": rows }))?;
        return Ok(());
    }
    if rows.is_empty() {
        writeln!(out, "Nothing of that kind happened in this project.")?;
    }
    for row in rows {
        let by = if row.by.is_empty() { String::new() } else { format!(" ({})", row.by) };
        let film = row.image.as_ref().map_or_else(String::new, |image| format!("  {image}"));
        writeln!(out, "{}{by}{film}  {}", when(row.at_ms), row.what)?;
    }
    Ok(())
}

fn row_as_json(row: &TrailRow) -> serde_json::Value {
    json!({
        "at_ms": row.at_ms,
        "by": row.by,
        "kind": row.kind.as_str(),
        "seq": row.seq,
        "image_id": row.image.as_ref().map(ImageId::as_str),
        "rad_id": row.layer.as_ref().map(ReaderId::as_str),
        "what": row.what,
    })
}

/// What happened beside readings, with all films that each line is about.
fn print_events(store: &Store) -> anyhow::Result<()> {
    let events = store.events()?;
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
    Ok(())
}

fn verify(store: &Store, expected: Option<&str>, is_json: bool) -> anyhow::Result<()> {
    let kept = expected
        .map(|text| {
            Seal::parse(text).with_context(|| {
                format!("{text:?} is no seal. A seal has 64 hexadecimal digits, as --verify prints it.")
            })
        })
        .transpose()?;
    let check = store.check_audit(kept, |_| true)?;
    if is_json {
        println!(
            "{:#}",
            json!({
                "lines": check.num_lines,
                "unsealed": check.num_unsealed,
                "seal": check.seal.map(|seal| seal.to_string()),
                "problem": check.tampering.map(tampering_in_words),
            })
        );
    } else {
        print_check(&check);
    }
    match check.tampering {
        None => Ok(()),
        Some(tampering) => bail!("{}", tampering_in_words(tampering)),
    }
}

fn print_check(check: &AuditCheck) {
    if check.tampering.is_none() {
        println!("{} lines, each as it was written", check.num_lines);
    }
    if check.num_unsealed > 0 {
        println!("{} more were written by an older version of the program and have no seal yet", check.num_unsealed);
    }
    if let Some(seal) = check.seal {
        println!("seal {seal}");
        println!("Keep it elsewhere: with --expect a later check finds out whether the end was cut off.");
    }
}

fn tampering_in_words(tampering: Tampering) -> String {
    match tampering {
        Tampering::Changed(kind, seq) => {
            format!("the record was meddled with: {} {seq}, or its seal, is not what was written", kind.as_str())
        }
        Tampering::Gone(kind, seq) => format!("the record was meddled with: {} {seq} is gone", kind.as_str()),
        Tampering::SlippedIn(kind, seq) => {
            format!("the record was meddled with: {} {seq} was put in afterwards", kind.as_str())
        }
        Tampering::SealUnknown => {
            "the record was meddled with: it does not hold the seal that was kept. Its end was cut \
                                   off, or all of it was written anew."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::RecordKind;

    #[test]
    fn a_problem_says_which_line() {
        let text = tampering_in_words(Tampering::Gone(RecordKind::Event, 7));
        assert!(text.contains("event 7"), "{text}");
    }
}
