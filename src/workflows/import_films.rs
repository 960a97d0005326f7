//! Films from files, folders, DICOMDIR and zip archives into a project, with a report that has a row for every file.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::dicom::scan::{Candidate, scan};
use crate::dicom::{DicomError, Opener, ReadFacts};
use crate::domain::id::{ImageId, PatientId};
use crate::domain::study::{FilmEntry, FilmFacts, FilmSource};
use crate::jobs::{CancelToken, Progress};
use crate::store::{AddedFilm, Store};

/// Films of one transaction: enough to keep all processors busy, few enough that a cancel is prompt.
const BATCH: usize = 128;

/// How films come into the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ImportOptions {
    /// Copy the files into the project's `films/` folder; otherwise they are referred to where they are.
    pub copy_films: bool,
}

/// What became of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ImportOutcome {
    Imported,
    /// The project has these bytes already.
    Duplicate,
    /// Readable, but no picture: text, reports, plans, directories.
    NotAFilm,
    Failed,
}

/// One file in the report.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportRow {
    pub source: FilmSource,
    pub outcome: ImportOutcome,
    /// The film in the project, where there is one.
    pub image: Option<ImageId>,
    /// Why it is not imported; or what is odd about the imported film. A sentence for a person.
    pub reason: Option<String>,
}

/// What an import did, file by file, in the order of the scan.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ImportReport {
    pub rows: Vec<ImportRow>,
    /// Stopped before the end; the same import again goes on where it stopped.
    pub is_cancelled: bool,
}

impl ImportReport {
    pub fn num(&self, outcome: ImportOutcome) -> usize {
        self.rows.iter().filter(|row| row.outcome == outcome).count()
    }

    /// Imported films with something odd about them.
    pub fn num_with_warnings(&self) -> usize {
        self.rows.iter().filter(|row| row.outcome == ImportOutcome::Imported && row.reason.is_some()).count()
    }

    /// One sentence for the status line.
    pub fn summary(&self) -> String {
        let films = |n: usize| if n == 1 { "1 film".to_owned() } else { format!("{n} films") };
        let mut text = format!("{} imported", films(self.num(ImportOutcome::Imported)));
        for (outcome, what) in [
            (ImportOutcome::Duplicate, "already there"),
            (ImportOutcome::NotAFilm, "not films"),
            (ImportOutcome::Failed, "failed"),
        ] {
            let num = self.num(outcome);
            if num > 0 {
                text = format!("{text}, {num} {what}");
            }
        }
        if self.is_cancelled {
            text.push_str("; cancelled before the end, importing the same again goes on from here");
        }
        text
    }
}

/// Imports everything below `paths`. `watch` hears how far it is, from several threads; `cancel` is
/// asked at every file, and what was imported until then stays.
///
/// # Errors
/// When the project cannot be written. A bad file is a row of the report, never an error.
pub fn import_films(
    store: &mut Store,
    paths: &[PathBuf],
    options: ImportOptions,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<ImportReport> {
    let scanned = scan(paths, |num| {
        if num % 64 == 0 {
            watch(Progress::new("Looking for films", num as u64, 0));
        }
        !cancel.is_cancelled()
    });
    let mut report = ImportReport::default();
    report.rows.extend(scanned.unscanned.into_iter().map(|place| ImportRow {
        source: FilmSource::File(place.path),
        outcome: ImportOutcome::Failed,
        image: None,
        reason: Some(place.reason),
    }));
    let known = known_sources(store)?;
    let films_folder = store.folder().join("films");
    let total = scanned.candidates.len() as u64;
    let done = AtomicU64::new(0);
    for batch in scanned.candidates.chunks(BATCH) {
        let examined: Vec<Examined> = batch
            .par_iter()
            .map_init(Opener::default, |opener, candidate| {
                if cancel.is_cancelled() {
                    return Examined::Unread;
                }
                let examined = examine(opener, candidate, &known);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                watch(Progress::new("Reading films", done, total));
                examined
            })
            .collect();
        add_batch(store, batch, examined, options, &films_folder, &mut report)?;
        if cancel.is_cancelled() {
            break;
        }
    }
    report.is_cancelled = cancel.is_cancelled();
    Ok(report)
}

/// The pseudonym within this project: of the same patient, another in every project.
fn keyed(key: &[u8; 16], patient: &PatientId) -> PatientId {
    let digest = Sha256::new().chain_update(key).chain_update(patient.as_str()).finalize();
    let first = digest.first_chunk::<8>().expect("SHA-256 has 32 bytes");
    PatientId::new(format!("{:016x}", u64::from_be_bytes(*first)))
}

/// A candidate after its header and its bytes have been read.
enum Examined {
    Film(Box<ReadFacts>, [u8; 32]),
    /// The project refers to this very file already.
    Known(ImageId),
    Bad(ImportOutcome, String),
    /// Cancelled before its turn.
    Unread,
}

/// Files that the project refers to, with their sizes: an import that goes on after a cancel need
/// not read them again.
fn known_sources(store: &Store) -> anyhow::Result<HashMap<FilmSource, (ImageId, u64)>> {
    let films = store.films().context("reading the project's films")?;
    Ok(films.into_iter().map(|film| (film.source, (film.facts.image, film.facts.file_bytes))).collect())
}

fn examine(opener: &mut Opener, candidate: &Candidate, known: &HashMap<FilmSource, (ImageId, u64)>) -> Examined {
    let source = absolute(&candidate.source);
    if let Some((image, bytes)) = known.get(&source)
        && *bytes == candidate.bytes
    {
        return Examined::Known(image.clone());
    }
    let read = std::panic::catch_unwind(AssertUnwindSafe(|| opener.facts_and_hash(&source)));
    match read {
        Ok(Ok((facts, hash))) => Examined::Film(Box::new(facts), hash),
        Ok(Err(error)) => {
            let outcome = match error {
                DicomError::NotDicom(_) | DicomError::NotAnImage(_) => ImportOutcome::NotAFilm,
                _ => ImportOutcome::Failed,
            };
            Examined::Bad(outcome, error.to_string())
        }
        Err(_) => {
            let reason = "the program stumbled over this file; that is a fault of the program, the file is untouched";
            Examined::Bad(ImportOutcome::Failed, reason.to_owned())
        }
    }
}

fn add_batch(
    store: &mut Store,
    batch: &[Candidate],
    examined: Vec<Examined>,
    options: ImportOptions,
    films_folder: &Path,
    report: &mut ImportReport,
) -> anyhow::Result<()> {
    let mut new: Vec<(usize, FilmEntry)> = Vec::new();
    let key = store.patient_key().context("reading the project's key")?;
    for (candidate, examined) in batch.iter().zip(examined) {
        let mut row =
            ImportRow { source: candidate.source.clone(), outcome: ImportOutcome::Failed, image: None, reason: None };
        match examined {
            Examined::Unread => continue,
            Examined::Known(image) => {
                row.outcome = ImportOutcome::Duplicate;
                row.image = Some(image);
            }
            Examined::Bad(outcome, reason) => {
                row.outcome = outcome;
                row.reason = Some(reason);
            }
            Examined::Film(read, sha256) => {
                row.reason = (!read.warnings.is_empty()).then(|| read.warnings.join("; "));
                if let Some(image) = store.has_content(&sha256).context("looking for duplicates")? {
                    row.outcome = ImportOutcome::Duplicate;
                    row.image = Some(image);
                    row.reason = None;
                } else {
                    let source = absolute(&candidate.source);
                    let patient = keyed(&key, &read.facts.patient);
                    let facts = FilmFacts { patient, ..read.facts };
                    new.push((report.rows.len(), FilmEntry { facts, source, sha256 }));
                }
            }
        }
        report.rows.push(row);
    }
    if options.copy_films {
        copy_into(films_folder, &mut new, &mut report.rows);
    }
    let films: Vec<FilmEntry> = new.iter().map(|(_, film)| film.clone()).collect();
    let added = store.add_films(&films).context("adding films to the project")?;
    for ((row, film), outcome) in new.into_iter().zip(added.outcomes) {
        let is_added = outcome == AddedFilm::Added;
        let row = &mut report.rows[row];
        row.image = Some(film.facts.image.clone());
        match outcome {
            AddedFilm::Added => row.outcome = ImportOutcome::Imported,
            AddedFilm::DuplicateContent(image) => {
                row.outcome = ImportOutcome::Duplicate;
                row.image = Some(image);
                row.reason = None;
                continue;
            }
            AddedFilm::IdTaken => {
                row.reason = Some(format!(
                    "another film of the project has the id {}, with other content; it was left out",
                    film.facts.image
                ));
            }
        }
        if options.copy_films
            && !is_added
            && let FilmSource::File(copy) = &film.source
        {
            // Nothing refers to the copy; if it cannot be removed, it only takes room.
            let _ = std::fs::remove_file(copy);
        }
    }
    Ok(())
}

/// Copies new films into the project, named by their content: names of files may hold names of
/// patients. What cannot be copied becomes a failed row.
fn copy_into(folder: &Path, new: &mut Vec<(usize, FilmEntry)>, rows: &mut [ImportRow]) {
    let copied: Vec<Result<PathBuf, DicomError>> = new
        .par_iter()
        .map_init(Opener::default, |opener, (_, film)| {
            let hash: String = film.sha256.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect();
            let to = folder.join(&hash[..2]).join(format!("{hash}.dcm"));
            std::fs::create_dir_all(to.parent().expect("joined above"))?;
            opener.copy_to(&film.source, &to)?;
            Ok(to)
        })
        .collect();
    let mut copied = copied.into_iter();
    new.retain_mut(|(row, film)| match copied.next().expect("one for each") {
        Ok(to) => {
            film.source = FilmSource::File(to);
            true
        }
        Err(error) => {
            rows[*row].reason = Some(format!("it could not be copied into the project: {error}"));
            false
        }
    });
}

fn hex_digit(n: u8) -> char {
    char::from_digit(u32::from(n), 16).expect("four bits")
}

/// As the store keeps it, so that the same file is known again from another working directory.
fn absolute(source: &FilmSource) -> FilmSource {
    let made = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    match source {
        FilmSource::File(path) => FilmSource::File(made(path)),
        FilmSource::Zip { archive, entry } => FilmSource::Zip { archive: made(archive), entry: entry.clone() },
    }
}
