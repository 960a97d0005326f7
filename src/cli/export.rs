//! `rachis export`: the project's labels as a published table, or what was measured as one of its own.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::quality::UnfitFilm;
use crate::formats::table_form::TableForm;
use crate::store::Store;
use crate::workflows::export_labels::{ExportLabels, ExportReport, export_labels};
use crate::workflows::export_measures::export_measures;
use crate::workflows::label_sets;

use super::person::Person;

/// Write the project's labels as a published table: SpineXR, VinDr-CXR, Kaggle; or what was measured.
#[derive(clap::Args, Debug)]
pub struct ExportArgs {
    /// The project's folder.
    project: PathBuf,
    /// Which table.
    #[arg(long)]
    format: Format,
    /// The file to write: boxes and "No finding", or measurements.
    out: PathBuf,
    /// Only this reader; may be given several times.
    #[arg(long, value_name = "ID")]
    reader: Vec<String>,
    /// Also write the table of image labels to this file.
    #[arg(long, value_name = "OUT")]
    labels: Option<PathBuf>,
    /// Readings that are not completed too.
    #[arg(long)]
    unfinished: bool,
    /// Leave the reader's column out, as the published test tables do.
    #[arg(long)]
    no_rad_id: bool,
    /// The columns of the imported table, in its order, instead of the published ones.
    #[arg(long, conflicts_with = "no_rad_id")]
    as_imported: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// VinDr-SpineXR: study_id, series_id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax.
    Spinexr,
    /// VinDr-CXR: image_id, rad_id, class_name, x_min, y_min, x_max, y_max.
    Cxr,
    /// The Kaggle challenge: image_id, class_name, class_id, rad_id, x_min, y_min, x_max, y_max.
    Kaggle,
    /// Measurements: image_id, rad_id, measurement, kind, points, quantity, value, unit, scale_source.
    Measures,
}

pub fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let store = args.person.open_to_look(&args.project)?;
    let form = match args.format {
        Format::Spinexr => TableForm::SpineXr,
        Format::Cxr => TableForm::Cxr,
        Format::Kaggle => TableForm::Kaggle,
        Format::Measures => return run_measures(&store, args),
    };
    let labels = label_sets::of_project(&store)?.0;
    let options = ExportLabels {
        form,
        readers: args.reader.iter().map(|id| ReaderId::new(id.as_str())).collect(),
        with_unfinished: args.unfinished,
        with_reader: !args.no_rad_id,
        as_imported: args.as_imported,
    };
    let (boxes, image_labels) = export_labels(&store, &labels, &args.out, args.labels.as_deref(), &options)?;
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
        println!("{:#}", json!({ "boxes": as_json(&boxes), "image_labels": image_labels.as_ref().map(as_json) }));
        return Ok(());
    }
    println!("{}: {}", args.out.display(), as_text(&boxes, "row"));
    if let (Some(out), Some(report)) = (&args.labels, &image_labels) {
        println!("{}: {}", out.display(), as_text(report, "reading"));
    }
    Ok(())
}

fn unfit_as_json(film: &UnfitFilm) -> Value {
    json!({"image_id": film.image.as_str(), "rad_id": film.reader.as_str(), "reason": film.reason.key()})
}

fn run_measures(store: &Store, args: &ExportArgs) -> anyhow::Result<()> {
    if args.labels.is_some() || args.no_rad_id || args.as_imported {
        bail!("--labels, --no-rad-id and --as-imported are for tables of labels. Nothing was written.");
    }
    let readers: Vec<ReaderId> = args.reader.iter().map(|id| ReaderId::new(id.as_str())).collect();
    let report = export_measures(store, &args.out, &readers, args.unfinished)?;
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
    println!("{}: {said}", args.out.display());
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
