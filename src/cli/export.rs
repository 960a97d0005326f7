//! `rachis export`: the project's labels in any format and as a version, or what was measured as a table of its own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde_json::{Map, Value, json};

use crate::domain::exchange::{ExportFormat, ExportPlan, VersionState};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::quality::UnfitFilm;
use crate::formats::table_form::TableForm;
use crate::store::Store;
use crate::workflows::exchange::{self, write_bundle};
use crate::workflows::export_labels::{ExportLabels, ExportReport, consensus_going_out, export_labels};
use crate::workflows::export_measures::export_measures;
use crate::workflows::label_sets;

use super::dataset_table::when;
use super::exchange_words::{self, Format};
use super::person::Person;

/// Write the project's labels: tables, COCO, YOLO, Pascal VOC, VinDr Lab, JSON, pictures; or what was measured.
#[derive(clap::Args, Debug)]
pub struct ExportArgs {
    /// The project's folder.
    project: PathBuf,
    /// Which format.
    #[arg(long, required_unless_present = "list")]
    format: Option<Format>,
    /// The file to write: boxes and "No finding", or measurements. A folder where the format is many files.
    #[arg(required_unless_present = "list")]
    out: Option<PathBuf>,
    /// Write no file; list the versions that were kept, the newest first, whether their files are as they were written,
    /// and the numbers that readers went out under.
    #[arg(long)]
    list: bool,
    /// Only this reader; may be given several times.
    #[arg(long, value_name = "ID")]
    reader: Vec<String>,
    /// Also write the table of image labels to this file.
    #[arg(long, value_name = "OUT")]
    labels: Option<PathBuf>,
    /// Readings that are not completed too.
    #[arg(long)]
    unfinished: bool,
    /// Of the consensus only films that reviewers settled, and none that a rule made or that was imported.
    #[arg(long)]
    only_settled: bool,
    /// Leave the reader's column out, as the published test tables do.
    #[arg(long)]
    no_rad_id: bool,
    /// The columns of the imported table, in its order, instead of the published ones.
    #[arg(long, conflicts_with = "no_rad_id")]
    as_imported: bool,
    /// Keep it as a version under this tag, with the hash of what was written.
    #[arg(long, default_value = "")]
    tag: String,
    /// Pictures of the films beside the labels: COCO, YOLO and Pascal VOC.
    #[arg(long)]
    pictures: bool,
    /// A folder with README, licence, citation and checksums around the labels.
    #[arg(long, conflicts_with_all = ["labels", "as_imported"])]
    bundle: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

impl ExportArgs {
    /// The command line asks for it where something is written.
    fn out(&self) -> &Path {
        self.out.as_deref().unwrap_or_else(|| Path::new(""))
    }
}

pub fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let (Some(format), false) = (args.format, args.list) else {
        let store = args.person.open_to_look(&args.project)?;
        return list(&store, args.json);
    };
    if args.only_settled && !args.reader.is_empty() && !args.reader.iter().any(|reader| reader == CONSENSUS_LAYER) {
        bail!("--only-settled is about the consensus; add --reader {CONSENSUS_LAYER}. Nothing was written.");
    }
    let is_plain = args.tag.is_empty() && !args.bundle && !args.pictures;
    let store =
        if args.tag.is_empty() { args.person.open_to_look(&args.project)? } else { args.person.open(&args.project)? };
    let form = match format {
        Format::Spinexr if is_plain => TableForm::SpineXr,
        Format::Cxr if is_plain => TableForm::Cxr,
        Format::Kaggle if is_plain => TableForm::Kaggle,
        format => match format.of_labels() {
            Some(format) => return run_format(store, args, format),
            None => return run_measures(&store, args),
        },
    };
    let labels = label_sets::of_project(&store)?.0;
    let options = ExportLabels {
        form,
        readers: args.reader.iter().map(|id| ReaderId::new(id.as_str())).collect(),
        with_unfinished: args.unfinished,
        only_settled: args.only_settled,
        with_reader: !args.no_rad_id,
        as_imported: args.as_imported,
        films: None,
    };
    let (boxes, image_labels) = export_labels(&store, &labels, args.out(), args.labels.as_deref(), &options)?;
    let consensus = consensus_going_out(&store, &options)?;
    if let Some(why) = &boxes.unkept {
        eprintln!("warning: {why}");
    }
    if args.json {
        let as_json = |report: &ExportReport| -> Value {
            json!({
                "rows": report.num_rows,
                "left_out_unfinished": report.num_unfinished,
                "left_out_unfit": report.num_unfit,
                "left_out_points_and_lines": report.num_without_area,
                "shapes_as_boxes": report.num_as_boxes,
                "unfit_films": report.unfit_films.iter().map(unfit_as_json).collect::<Vec<_>>(),
                "left_out_without_column": report.without_column,
            })
        };
        println!(
            "{:#}",
            json!({
                "boxes": as_json(&boxes),
                "image_labels": image_labels.as_ref().map(as_json),
                "consensus": consensus.as_ref().map(exchange_words::consensus_as_json),
            })
        );
        return Ok(());
    }
    println!("{}: {}", args.out().display(), as_text(&boxes, "row"));
    if let (Some(out), Some(report)) = (&args.labels, &image_labels) {
        println!("{}: {}", out.display(), as_text(report, "reading"));
    }
    if let Some(consensus) = &consensus {
        println!("  Consensus: {}.", consensus.in_words());
    }
    Ok(())
}

fn list(store: &Store, is_json: bool) -> anyhow::Result<()> {
    let versions = store.export_versions()?;
    let numbers = store.kept_reader_ids()?;
    let state = |version| match exchange::state_of(version) {
        VersionState::AsWritten => ("as_written", "as it was written"),
        VersionState::Changed => ("changed", "changed since"),
        VersionState::Gone => ("gone", "not there any more"),
    };
    if is_json {
        let rows: Vec<Value> = versions
            .iter()
            .map(|version| {
                json!({
                    "tag": version.tag,
                    "made_at_ms": version.made_at_ms,
                    "made_by": version.made_by,
                    "format": version.format,
                    "place": version.place,
                    "sha256": exchange::hex(&version.sha256),
                    "films": version.num_films,
                    "marks": version.num_marks,
                    "state": state(version).0,
                })
            })
            .collect();
        let numbers: Map<String, Value> =
            numbers.iter().map(|(id, out)| (id.to_string(), json!(out.as_str()))).collect();
        println!("{:#}", json!({ "versions": rows, "reader_numbers": numbers }));
        return Ok(());
    }
    if versions.is_empty() {
        println!("No version was kept yet. An export with --tag keeps one.");
    }
    for version in &versions {
        let format = ExportFormat::from_key(&version.format);
        let format = format.map_or_else(|| version.format.clone(), |format| format.title().to_owned());
        let by = if version.made_by.is_empty() { String::new() } else { format!(" by {}", version.made_by) };
        println!(
            "{}  {}{by}  {format}, {} films, {} marks",
            version.tag,
            when(version.made_at_ms),
            version.num_films,
            version.num_marks
        );
        println!("    {}: {}", version.place, state(version).1);
        println!("    SHA-256 {}", exchange::hex(&version.sha256));
    }
    for (id, out) in &numbers {
        println!("{id} goes out as {out}");
    }
    Ok(())
}

/// Any format, as a version where it has a tag.
fn run_format(mut store: Store, args: &ExportArgs, format: ExportFormat) -> anyhow::Result<()> {
    if args.labels.is_some() || args.as_imported {
        bail!(
            "--labels and --as-imported are for a table without --tag, --pictures and --bundle. Nothing was written."
        );
    }
    if args.no_rad_id && !format.is_table() {
        bail!("--no-rad-id is for tables; choose one reader with --reader instead. Nothing was written.");
    }
    if args.pictures && !format.takes_pictures() {
        bail!("--pictures is for COCO, YOLO and Pascal VOC. Nothing was written.");
    }
    let plan = ExportPlan {
        format,
        readers: args.reader.iter().map(|id| ReaderId::new(id.as_str())).collect(),
        with_unfinished: args.unfinished,
        only_settled: args.only_settled,
        hides_readers: args.no_rad_id,
        with_pictures: args.pictures,
        tag: args.tag.clone(),
    };
    let (exported, missing) = exchange_words::with_course(&mut store, |store, course| {
        let (exported, missing) = if args.bundle {
            let bundled = write_bundle(store, &plan, None, args.out(), course)?;
            (bundled.exported, bundled.missing)
        } else {
            (exchange::export(store, &plan, args.out(), course)?, Vec::new())
        };
        exported.keep(store, &plan, course)?;
        anyhow::Ok((exported, missing))
    })?;
    for what in missing.iter().chain(&exported.unkept) {
        eprintln!("warning: {what}");
    }
    if args.json {
        println!("{:#}", exchange_words::exported_as_json(&exported, &plan));
    } else {
        print!("{}", exchange_words::exported_as_text(&exported, &plan));
    }
    Ok(())
}

fn unfit_as_json(film: &UnfitFilm) -> Value {
    json!({"image_id": film.image.as_str(), "rad_id": film.reader.as_str(), "reason": film.reason.key()})
}

fn run_measures(store: &Store, args: &ExportArgs) -> anyhow::Result<()> {
    if args.labels.is_some()
        || args.no_rad_id
        || args.as_imported
        || !args.tag.is_empty()
        || args.bundle
        || args.pictures
        || args.only_settled
    {
        bail!(
            "--labels, --no-rad-id, --as-imported, --tag, --bundle, --pictures and --only-settled are for labels, not \
             for measurements. Nothing was written."
        );
    }
    let readers: Vec<ReaderId> = args.reader.iter().map(|id| ReaderId::new(id.as_str())).collect();
    let report = export_measures(store, args.out(), &readers, args.unfinished)?;
    if let Some(unkept) = &report.unkept {
        eprintln!("warning: {unkept}");
    }
    for (image, why) in &report.unread {
        eprintln!("warning: film {image}: its measurements are written without values: {why}");
    }
    for image in &report.without_pixels {
        eprintln!(
            "warning: film {image}: it has several frames, and measurements do not say on which they were drawn: its \
             pixel values are left out"
        );
    }
    if args.json {
        let without_pixels: Vec<&str> = report.without_pixels.iter().map(ImageId::as_str).collect();
        let unread: Vec<&str> = report.unread.keys().map(ImageId::as_str).collect();
        let summary = json!({
            "measurements": report.num_measurements,
            "rows": report.num_rows,
            "left_out_unfinished": report.num_unfinished,
            "left_out_unfit": report.num_unfit,
            "films_not_read": unread,
            "films_without_pixel_values": without_pixels,
        });
        println!("{:#}", json!({ "measures": summary }));
        return Ok(());
    }
    let mut said = format!("{} measurements, {} values", report.num_measurements, report.num_rows);
    if report.num_unfinished > 0 {
        let _ = write!(
            said,
            "; {} measurements left out because their reading is not completed (--unfinished takes them too)",
            report.num_unfinished
        );
    }
    if report.num_unfit > 0 {
        let _ = write!(said, "; {} left out because their film is unfit to be read", report.num_unfit);
    }
    println!("{}: {said}", args.out().display());
    Ok(())
}

fn as_text(report: &ExportReport, noun: &str) -> String {
    let counted = |n: usize| if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") };
    let mut parts = vec![counted(report.num_rows)];
    if report.num_unfinished > 0 {
        parts.push(format!(
            "{} left out because their reading is not completed (--unfinished takes them too)",
            counted(report.num_unfinished)
        ));
    }
    if report.num_unfit > 0 {
        parts.push(format!("{} left out because their film is unfit to be read", counted(report.num_unfit)));
    }
    if report.num_without_area > 0 {
        parts.push(format!("{} left out because points and lines are no boxes", counted(report.num_without_area)));
    }
    if report.num_as_boxes > 0 {
        parts.push(format!("{} of other shapes written as the boxes around them", counted(report.num_as_boxes)));
    }
    for (label, count) in &report.without_column {
        parts.push(format!("{label:?} has no column in this table and was left out {count} times"));
    }
    let mut text = parts.join("; ");
    for film in &report.unfit_films {
        let _ = write!(text, "\n  unfit: {} by {}: {}", film.image, film.reader, film.reason.title());
    }
    text
}
