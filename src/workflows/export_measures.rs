//! What readers measured into one table, with values computed from the films as they are now.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use rayon::prelude::*;

use crate::dicom::isolated::Decoder;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::imaging::Film;
use crate::domain::measure::{Scale, values};
use crate::domain::study::FilmEntry;
use crate::formats::csv_measures::{self, MeasureOut};
use crate::store::{Store, StoredMeasurement};
use crate::workflows::exchange::keep_numbers;
use crate::workflows::staged_file::StagedFile;

/// Films that are decoded between two pieces of the table, so that memory stays small however many there are.
const FILMS_AT_ONCE: usize = 64;

/// What was written and what was not.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MeasureReport {
    pub num_measurements: usize,
    /// One for each value.
    pub num_rows: usize,
    /// Measurements left out because their reading is not completed.
    pub num_unfinished: usize,
    /// Measurements left out because their reader found the film unfit to be read.
    pub num_unfit: usize,
    /// Films whose measurements are written without values, and why.
    pub unread: BTreeMap<ImageId, String>,
    /// Films of several frames: a measurement does not say on which frame it was drawn, so the values that depend on it
    /// are left out.
    pub without_pixels: BTreeSet<ImageId>,
    /// Why the project does not keep the numbers that readers went out under; `None` where it does.
    pub unkept: Option<String>,
}

/// Writes the measurements of these readers, all where none is named, by film, reader and order of drawing; readers go out
/// under their public ids. Those of
/// readings that are not completed only `with_unfinished`.
///
/// # Errors
/// When a reader is unknown or the file cannot be written; what was there stays.
pub fn export_measures(
    store: &Store,
    to: &Path,
    readers: &[ReaderId],
    with_unfinished: bool,
) -> anyhow::Result<MeasureReport> {
    let known: BTreeSet<ReaderId> = store.readers()?.into_iter().map(|reader| reader.id).collect();
    if let Some(unknown) = readers.iter().find(|reader| !known.contains(reader)) {
        bail!("there is no reader {unknown} in the project. Nothing was written.");
    }
    let mut unfinished = BTreeSet::new();
    if !with_unfinished {
        store.for_each_unfinished(|image, reader| {
            unfinished.insert((ImageId::from(image), ReaderId::from(reader)));
        })?;
    }
    let unfit: BTreeSet<(ImageId, ReaderId)> =
        store.unfit_films()?.into_iter().map(|film| (film.image, film.reader)).collect();
    let mut report = MeasureReport::default();
    let mut by_film: BTreeMap<ImageId, Vec<StoredMeasurement>> = BTreeMap::new();
    let public = store.public_reader_ids()?;
    report.unkept = keep_numbers(store, public.iter().map(|(reader, out)| (reader.as_str(), out.as_str())))?;
    for mut measured in store.measurements()? {
        if !readers.is_empty() && !readers.contains(&measured.reader) {
            continue;
        }
        let key = (measured.image.clone(), measured.reader.clone());
        if unfit.contains(&key) {
            report.num_unfit += 1;
        } else if unfinished.contains(&key) {
            report.num_unfinished += 1;
        } else {
            measured.reader = public.get(&measured.reader).cloned().unwrap_or_else(|| ReaderId::new(""));
            by_film.entry(measured.image.clone()).or_default().push(measured);
        }
    }
    // Not in the order of ids that stay within.
    for of_film in by_film.values_mut() {
        of_film.sort_by(|a, b| a.reader.cmp(&b.reader));
    }
    let mut staged = StagedFile::create(to)?;
    let cannot = || format!("{} cannot be written", to.display());
    staged.file().write_all(csv_measures::HEADER.as_bytes()).with_context(cannot)?;
    let films: Vec<(ImageId, Vec<StoredMeasurement>)> = by_film.into_iter().collect();
    for some in films.chunks(FILMS_AT_ONCE) {
        let entries = some.iter().map(|(image, _)| Ok(store.film(image)?));
        let entries: Vec<Option<FilmEntry>> = entries.collect::<anyhow::Result<_>>()?;
        let pieces: Vec<Piece> = some
            .par_iter()
            .zip(entries)
            .map_init(Decoder::new, |decoder, ((_, measurements), entry)| piece_of(decoder, measurements, entry))
            .collect();
        for ((image, measurements), piece) in some.iter().zip(pieces) {
            staged.file().write_all(piece.text.as_bytes()).with_context(cannot)?;
            report.num_measurements += measurements.len();
            report.num_rows += piece.num_rows;
            report.without_pixels.extend(piece.is_without_pixels.then(|| image.clone()));
            report.unread.extend(piece.unread.map(|why| (image.clone(), why)));
        }
    }
    staged.put_in_place()?;
    Ok(report)
}

/// The rows of one film.
struct Piece {
    text: String,
    num_rows: usize,
    unread: Option<String>,
    is_without_pixels: bool,
}

fn piece_of(decoder: &mut Decoder, measurements: &[StoredMeasurement], entry: Option<FilmEntry>) -> Piece {
    let has_several_frames = entry.as_ref().is_some_and(|entry| entry.facts.num_frames > 1);
    let film = match entry {
        None => Err("the film is not in the project".to_owned()),
        Some(entry) => decoder.decode(&entry.source, 0).map(|decoded| decoded.film).map_err(|error| error.to_string()),
    };
    let mut piece =
        Piece { text: String::new(), num_rows: 0, unread: film.as_ref().err().cloned(), is_without_pixels: false };
    for stored in measurements {
        let shape = &stored.measurement.shape;
        let is_without_pixels = has_several_frames && shape.kind().reads_pixels();
        piece.is_without_pixels |= is_without_pixels && film.is_ok();
        let readouts = film.as_ref().ok().map(|film| {
            let pixels = Some(film).filter(|_| !is_without_pixels);
            (values(shape, &film.facts.geometry, pixels).readouts(), source_of(film))
        });
        let out = MeasureOut {
            image: stored.image.as_str(),
            reader: stored.reader.as_str(),
            id: stored.measurement.id.0,
            shape,
            values: readouts.as_ref().map(|(readouts, source)| (readouts.as_slice(), *source)),
        };
        piece.num_rows += csv_measures::num_rows(&out);
        csv_measures::push(&mut piece.text, &out);
    }
    piece
}

/// As the values have it: a spacing that cannot be used is none.
fn source_of(film: &Film) -> crate::domain::imaging::SpacingSource {
    Scale::of(&film.facts.geometry).source()
}
