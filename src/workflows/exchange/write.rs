//! Writes labels in the format that was asked for: one file, or a folder of files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use rayon::prelude::*;

use crate::dicom::isolated::Decoder;
use crate::domain::consensus::sources::ConsensusSources;
use crate::domain::exchange::{ExportFormat, ExportPlan};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::imaging::{Film, Pixels};
use crate::domain::reference::{Levels, Picture};
use crate::formats::exchange::{Content, Lost, coco, file_of_film, image_text, single_json, vindr_lab, voc, yolo};
use crate::formats::picture;
use crate::formats::table_form::TableForm;
use crate::jobs::Progress;
use crate::store::Store;
use crate::workflows::export_labels::{ExportLabels, ExportReport, export_boxes, export_image_labels};

use super::gather::{Chosen, gather};
use super::output::{Output, put_file};
use super::{Course, annotated, versions};

/// Films that are decoded at once, so that memory stays small however many there are.
const FILMS_AT_ONCE: usize = 4;

/// What was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Exported {
    pub place: PathBuf,
    pub sha256: [u8; 32],
    pub num_films: usize,
    pub num_readings: usize,
    pub num_marks: usize,
    pub num_files: usize,
    /// Where the consensus in it comes from.
    pub consensus: ConsensusSources,
    /// Why the project does not keep the numbers that readers went out under; `None` where it does.
    pub unkept: Option<String>,
    pub lost: Lost,
}

/// Writes what the plan asks for to a file, or to a folder where the format is many files. What can't be written whole is
/// not written.
///
/// # Errors
/// One sentence: what happened, and that nothing was written.
pub fn export(store: &Store, plan: &ExportPlan, to: &Path, course: &mut Course<'_>) -> anyhow::Result<Exported> {
    versions::check_tag(store, &plan.tag)?;
    let chosen = gather(store, plan, keeps_unfit(plan.format), course)?;
    let mut lost = chosen.lost;
    let content = &chosen.content;
    check(plan, content)?;
    let unkept = versions::keep_numbers(store, chosen.numbers())?;
    let (sha256, num_files) = if plan.format.is_folder() || (plan.with_pictures && plan.format.takes_pictures()) {
        let mut out = Output::folder(to)?;
        write_into(store, plan, &chosen, content, ("", &mut out), &mut lost, course)?;
        let num_files = out.num_files();
        (out.put_in_place()?, num_files)
    } else if plan.format.is_table() {
        let report = write_table(store, plan, content, to, &mut lost)?;
        take_report(&mut lost, &report);
        (super::output::hash_of(to)?.unwrap_or_default(), 1)
    } else {
        (put_file(to, one_file(plan.format, content, &mut lost).as_bytes())?, 1)
    };
    Ok(Exported {
        place: to.to_owned(),
        sha256,
        num_films: content.films.len(),
        num_readings: content.said.len(),
        num_marks: content.num_marks(),
        num_files,
        consensus: chosen.consensus_in(content),
        unkept,
        lost,
    })
}

/// A format that has a place for it keeps what a reader said of a film that can't be read.
pub(super) const fn keeps_unfit(format: ExportFormat) -> bool {
    matches!(format, ExportFormat::SingleJson | ExportFormat::AnnotatedPng)
}

/// What would give an empty or a wrong file.
pub(super) fn check(plan: &ExportPlan, content: &Content) -> anyhow::Result<()> {
    if content.said.is_empty() {
        bail!(
            "There is no completed reading among what was chosen, so nothing was written. Choose other readers, or take \
             unfinished readings too."
        );
    }
    let readers = content.readers();
    let has_no_place = !plan.format.holds_readers() || (plan.hides_readers && plan.format.is_table());
    if readers.len() > 1 && has_no_place {
        let names: Vec<&str> = readers.iter().map(ReaderId::as_str).collect();
        bail!(
            "{} has no place for who marked what, and {} readers ({}) could not be told apart. Nothing was written. Choose \
             one reader, or the consensus.",
            if plan.format.holds_readers() { "A table without rad_id" } else { plan.format.title() },
            names.len(),
            names.join(", ")
        );
    }
    Ok(())
}

/// Writes labels, and pictures where they are asked for, under a folder of the output.
pub(super) fn write_into(
    store: &Store,
    plan: &ExportPlan,
    chosen: &Chosen,
    content: &Content,
    (folder, out): (&str, &mut Output),
    lost: &mut Lost,
    course: &mut Course<'_>,
) -> anyhow::Result<()> {
    let at = |name: &str| format!("{folder}{name}");
    match plan.format {
        format if format.is_table() => {
            let name = at(format.file_name());
            let report = write_table(store, plan, content, &out.path(&name)?, lost)?;
            take_report(lost, &report);
            out.note(&name)?;
        }
        ExportFormat::Yolo => {
            for (name, bytes) in yolo::write(content, lost) {
                out.put(&at(&name), &bytes)?;
            }
        }
        ExportFormat::Voc => {
            for (name, bytes) in voc::write(content, lost) {
                out.put(&at(&name), &bytes)?;
            }
        }
        ExportFormat::AnnotatedPng => {
            with_films(chosen, content, lost, course, |image, film, png_of| {
                let name = at(&format!("{}.png", file_of_film(image)));
                let one = content.of_films(|other| other == image);
                let bytes = png_of(&annotated::annotated(film, &one))?;
                out.put(&name, &image_text::with_text(bytes, &single_json::write(&one)))
            })?;
        }
        format => out.put(&at(format.file_name()), one_file(format, content, lost).as_bytes())?,
    }
    if plan.with_pictures && plan.format.takes_pictures() {
        with_films(chosen, content, lost, course, |image, film, png_of| {
            let levels = film.rendered(&film.initial_settings());
            let levels =
                if matches!(film.pixels, Pixels::Grey(_)) { Levels::Grey(levels) } else { Levels::Rgb(levels) };
            let bytes = png_of(&Picture { width: film.width, height: film.height, levels })?;
            out.put(&at(&format!("images/{}.png", file_of_film(image))), &bytes)
        })?;
    }
    Ok(())
}

/// The text of a format that is one file.
fn one_file(format: ExportFormat, content: &Content, lost: &mut Lost) -> String {
    match format {
        ExportFormat::VinDrLab => vindr_lab::write(content, lost),
        ExportFormat::Coco => coco::write(content, lost),
        _ => single_json::write(content),
    }
}

fn write_table(
    store: &Store,
    plan: &ExportPlan,
    content: &Content,
    to: &Path,
    lost: &mut Lost,
) -> anyhow::Result<ExportReport> {
    let form = match plan.format {
        ExportFormat::Cxr => TableForm::Cxr,
        ExportFormat::Kaggle => TableForm::Kaggle,
        _ => TableForm::SpineXr,
    };
    let films: BTreeSet<ImageId> = content.films.iter().map(|film| film.image.clone()).collect();
    let options = ExportLabels {
        readers: plan.readers.clone(),
        with_unfinished: plan.with_unfinished,
        only_settled: plan.only_settled,
        with_reader: !plan.hides_readers,
        films: Some(films),
        ..ExportLabels::new(form)
    };
    if plan.format == ExportFormat::ImageLabels {
        let is_other = |said: &crate::formats::exchange::Said| said.num_answers() - said.of_image.num_present();
        lost.answers_not_present += content.said.iter().map(is_other).sum::<usize>();
        return export_image_labels(store, &content.labels, to, &options);
    }
    for said in &content.said {
        lost.answers += said.num_answers();
        lost.attributes += said.marks.iter().filter(|mark| !mark.attributes.is_empty()).count();
        lost.silent += usize::from(said.is_silent());
    }
    export_boxes(store, &content.labels, to, &options)
}

fn take_report(lost: &mut Lost, report: &ExportReport) {
    lost.points_and_lines += report.num_without_area;
    lost.as_boxes += report.num_as_boxes;
    lost.answers += report.without_column.values().sum::<usize>();
}

type PngOf<'a> = &'a dyn Fn(&Picture) -> anyhow::Result<Vec<u8>>;

/// Decodes the films, some at a time, and hands each on in order.
fn with_films(
    chosen: &Chosen,
    content: &Content,
    lost: &mut Lost,
    course: &mut Course<'_>,
    mut take: impl FnMut(&ImageId, &Film, PngOf<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let png_of =
        |drawn: &Picture| picture::to_png(drawn).map_err(|why| anyhow::anyhow!("A picture can't be made: {why}."));
    let num = content.films.len() as u64;
    for (number, films) in content.films.chunks(FILMS_AT_ONCE).enumerate() {
        course.go_on(Progress::new("Drawing films", (number * FILMS_AT_ONCE) as u64, num))?;
        let decoded: Vec<Option<Film>> = films
            .par_iter()
            .map_init(Decoder::new, |decoder, film| {
                let entry = chosen.entries.get(&film.image)?;
                decoder.decode(&entry.source, 0).ok().map(|decoded| decoded.film)
            })
            .collect();
        for (film, decoded) in films.iter().zip(decoded) {
            match decoded {
                Some(decoded) => take(&film.image, &decoded, &png_of)?,
                None => lost.without_picture += 1,
            }
        }
    }
    Ok(())
}
