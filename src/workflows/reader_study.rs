//! Reader studies of a project: its completed readings held against a reader, against the other readers, or a file.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};

use crate::domain::evaluation::problems::Problems;
use crate::domain::evaluation::reader_study::{ReaderStudy, StudySource, StudyTruth, reader_study};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::people::CONSENSUS_LAYER;
use crate::formats::mrmc;
use crate::store::Store;

use super::evaluated_files::read_truth;
use super::exchange::keep_numbers;
use super::staged_file::StagedFile;

/// Reads the project without changing it.
///
/// # Errors
/// One sentence where the project or the file can't be read, or there is nothing to compare.
pub fn study_of(store: &Store, truth: &StudySource) -> anyhow::Result<ReaderStudy> {
    let mut films = store.films_read()?;
    if films.is_empty() {
        bail!("no film of this project is completed yet, so there is nothing to compare");
    }
    let mut problems = Problems::default();
    let (study_truth, truth_reader) = match truth {
        StudySource::Reader(reader) => {
            if !films.iter().any(|film| film.reader == *reader) {
                bail!("{reader} has not completed a film of this project, so there is no truth to compare with");
            }
            (StudyTruth::of_reader(&films, reader), Some(reader))
        }
        StudySource::OtherReaders => (StudyTruth::OtherReaders, None),
        StudySource::File(path) => (truth_of_file(path, &mut problems)?, None),
    };
    // What readers agreed on, or a rule made of them, may be the truth, and is no reader.
    films.retain(|film| film.reader.as_str() != CONSENSUS_LAYER || truth_reader == Some(&film.reader));
    Ok(ReaderStudy { problems, ..reader_study(&films, &study_truth, truth_reader) })
}

fn truth_of_file(path: &Path, problems: &mut Problems) -> anyhow::Result<StudyTruth> {
    let (_, truths, _) = read_truth(path, None, problems)?;
    let films = truths.films.iter().map(|film| (ImageId::from(&*film.image), film.is_abnormal()));
    Ok(StudyTruth::Films(films.collect()))
}

/// Writes the readings for programs that analyse several readers and cases: the file that iMRMC opens where the name ends
/// in `.imrmc`, else a table. Readers go out under their public ids.
///
/// # Errors
/// One sentence where there is nothing to write, or no one truth for all readers, or the file can't be written.
pub fn save_mrmc(store: &Store, study: &ReaderStudy, to: &Path) -> anyhow::Result<()> {
    if study.has_own_truths {
        bail!("a table for other programs needs one truth for all readers: choose a reader or a file as the truth");
    }
    if study.mrmc.is_empty() {
        bail!("no completed film has a truth, so there is nothing to write");
    }
    let is_imrmc = to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("imrmc"));
    let public = store.public_reader_ids()?;
    let mut study = study.clone();
    for row in &mut study.mrmc {
        row.reader = public.get(&row.reader).cloned().unwrap_or_else(|| ReaderId::new(""));
    }
    // Whatever could not be kept, what goes out is right.
    let _ = keep_numbers(store, public.iter().map(|(reader, out)| (reader.as_str(), out.as_str())))?;
    let text = if is_imrmc { mrmc::as_imrmc(&study) } else { mrmc::as_csv(&study) };
    let mut file = StagedFile::create(to)?;
    file.file().write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", to.display()))?;
    file.put_in_place()
}
