//! Is a project sound: database, log, rules and film files, all in one report.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::domain::geometry::Size;
use crate::domain::id::{ImageId, ReaderId, StudyId};
use crate::domain::label::LabelName;
use crate::domain::project::Project;
use crate::domain::reading::{Decision, Reading};
use crate::domain::rules::{RuleContext, RuleId, RuleSetting, Severity, StudyProgress, Violation, check};
use crate::domain::study::{FilmEntry, FilmFacts, FilmSource};
use crate::domain::task::TaskState;
use crate::store::Store;

use super::label_sets;

/// A broken rule and where.
#[derive(Clone, PartialEq, Debug)]
pub struct BrokenRule {
    pub image: ImageId,
    pub reader: ReaderId,
    pub violation: Violation,
}

/// What is wrong with a film's file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FilmFault {
    /// Not where the project remembers it.
    Missing,
    /// Other bytes than when it was imported.
    Changed,
    /// There, and cannot be read; the reason.
    Unreadable(String),
}

/// All that was looked at and all that was found.
#[derive(Debug)]
pub struct CheckReport {
    pub project: Project,
    pub num_films: usize,
    pub num_readings: usize,
    pub num_marks: usize,
    /// What SQLite finds wrong with the database file.
    pub database: Vec<String>,
    /// Where the log and the tables disagree.
    pub log: Vec<String>,
    pub rules: Vec<BrokenRule>,
    pub films: Vec<(ImageId, FilmFault)>,
    /// Readings of films that the project does not have, by film.
    pub without_film: BTreeMap<ImageId, usize>,
    /// Names that the project's label set does not know, and how many readings carry them.
    pub unknown_labels: BTreeMap<LabelName, usize>,
}

impl CheckReport {
    /// What has to be mended.
    pub fn num_errors(&self) -> usize {
        let rules = self.rules.iter().filter(|r| r.violation.severity == Severity::Error).count();
        self.database.len() + self.log.len() + rules + self.films.len()
    }

    /// What is worth a look.
    pub fn num_warnings(&self) -> usize {
        let rules = self.rules.iter().filter(|r| r.violation.severity == Severity::Warning).count();
        rules + self.without_film.len() + self.unknown_labels.len()
    }
}

/// Checks a project without changing it. With `with_content` every film is read and its hash compared; without, a film
/// only has to be there. `on_film` hears how many of how many films have been looked at, from several threads.
pub fn check_project(
    store: &Store,
    with_content: bool,
    on_film: &(dyn Fn(usize, usize) + Sync),
) -> anyhow::Result<CheckReport> {
    let films = store.films()?;
    let sizes: BTreeMap<&ImageId, Size> = films
        .iter()
        .map(|f| (&f.facts.image, Size::new(f64::from(f.facts.width), f64::from(f.facts.height))))
        .collect();
    let facts: BTreeMap<&ImageId, &FilmFacts> = films.iter().map(|f| (&f.facts.image, &f.facts)).collect();
    let labels = label_sets::of_project(store).ok().map(|(set, _)| set);

    let mut report = CheckReport {
        project: store.project().clone(),
        num_films: films.len(),
        num_readings: 0,
        num_marks: 0,
        database: store.integrity_problems()?,
        log: log_problems(store)?,
        rules: Vec::new(),
        films: Vec::new(),
        without_film: BTreeMap::new(),
        unknown_labels: BTreeMap::new(),
    };
    let asks_for_study =
        report.project.rules.iter().any(|r| r.id == RuleId::StudyFilmsUnread && r.severity != Severity::Off);
    let progress = if asks_for_study { Some(Progress::of_readings(store, &facts)?) } else { None };
    for (image, reader) in store.reading_keys()? {
        let reading = store.reading(&image, &reader)?;
        report.num_readings += 1;
        report.num_marks += reading.annotations().len();
        // Without its film a reading has no edge to reach over.
        let size = sizes.get(&image).copied().unwrap_or(Size::new(f64::INFINITY, f64::INFINITY));
        let rules = rules_for(&report.project.rules, reading.state());
        let context = RuleContext {
            reading: &reading,
            film: size,
            facts: facts.get(&image).copied(),
            labels: labels.as_ref(),
            study: progress.as_ref().and_then(|progress| progress.of(facts.get(&image)?, &reading)),
        };
        let violations = check(&context, &rules, &report.project.custom_rules).into_iter();
        report.rules.extend(violations.map(|violation| BrokenRule {
            image: image.clone(),
            reader: reader.clone(),
            violation,
        }));
        let names = reading.annotations().iter().map(crate::domain::annotation::Annotation::label);
        let names: BTreeSet<&LabelName> = names.chain(reading.image_labels().present()).collect();
        let is_unknown = |name: &LabelName| {
            let known = labels.as_ref().and_then(|set| set.resolve(name.as_str()));
            known.is_none_or(|label| label.name != *name) && name.as_str() != crate::domain::label::ABNORMAL
        };
        for name in names.into_iter().filter(|name| is_unknown(name)) {
            *report.unknown_labels.entry(name.clone()).or_default() += 1;
        }
        if !sizes.contains_key(&image) {
            *report.without_film.entry(image).or_default() += 1;
        }
    }
    report.films = film_faults(&films, with_content, on_film);
    Ok(report)
}

/// Who has read which films of which study.
struct Progress {
    films: BTreeMap<StudyId, usize>,
    read: BTreeMap<(StudyId, ReaderId), usize>,
}

impl Progress {
    fn of_readings(store: &Store, facts: &BTreeMap<&ImageId, &FilmFacts>) -> anyhow::Result<Self> {
        let mut films: BTreeMap<StudyId, usize> = BTreeMap::new();
        for facts in facts.values() {
            *films.entry(facts.study.clone()).or_default() += 1;
        }
        let mut read: BTreeMap<(StudyId, ReaderId), usize> = BTreeMap::new();
        for (image, reader) in store.reading_keys()? {
            let Some(facts) = facts.get(&image) else { continue };
            let reading = store.reading(&image, &reader)?;
            *read.entry((facts.study.clone(), reader)).or_default() += usize::from(is_read(&reading));
        }
        Ok(Self { films, read })
    }

    /// Of the other films of this film's study.
    fn of(&self, film: &FilmFacts, reading: &Reading) -> Option<StudyProgress> {
        let num_films = self.films.get(&film.study)?.saturating_sub(1);
        let num_read = self.read.get(&(film.study.clone(), reading.reader().clone()))?;
        Some(StudyProgress { num_films, num_read: num_read.saturating_sub(usize::from(is_read(reading))) })
    }
}

fn is_read(reading: &Reading) -> bool {
    reading.decision() != Decision::Undecided || reading.unfit().is_some()
}

/// A reading that is not completed may still lack what completes it.
fn rules_for(rules: &[RuleSetting], state: TaskState) -> Vec<RuleSetting> {
    let applies = |rule: &&RuleSetting| state == TaskState::Completed || !rule.id.is_about_completeness();
    rules.iter().filter(applies).copied().collect()
}

fn log_problems(store: &Store) -> anyhow::Result<Vec<String>> {
    let book = store.rebuild_from_log()?;
    let differences = store.differences_from(&book)?;
    let refused = book.refused.iter().map(|(seq, why)| format!("log entry {} does not fit: {why}", seq.0));
    let in_log = refused.chain(differences.iter().map(ToString::to_string));
    Ok(in_log.chain(store.review_problems()?).collect())
}

fn film_faults(
    films: &[FilmEntry],
    with_content: bool,
    on_film: &(dyn Fn(usize, usize) + Sync),
) -> Vec<(ImageId, FilmFault)> {
    let done = AtomicUsize::new(0);
    films
        .par_iter()
        .filter_map(|film| {
            let fault = film_fault(film, with_content);
            on_film(done.fetch_add(1, Ordering::Relaxed) + 1, films.len());
            Some((film.facts.image.clone(), fault?))
        })
        .collect()
}

fn film_fault(film: &FilmEntry, with_content: bool) -> Option<FilmFault> {
    let outcome = match (&film.source, with_content) {
        (FilmSource::File(path), true) => File::open(path).and_then(hash),
        (FilmSource::File(path), false) => return (!path.is_file()).then_some(FilmFault::Missing),
        (FilmSource::Zip { archive, entry }, _) => hash_of_entry(archive, entry),
    };
    match outcome {
        Ok(hash) => (hash != film.sha256).then_some(FilmFault::Changed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(FilmFault::Missing),
        Err(error) => Some(FilmFault::Unreadable(error.to_string())),
    }
}

fn hash_of_entry(archive: &Path, entry: &str) -> io::Result<[u8; 32]> {
    let mut archive = zip::ZipArchive::new(io::BufReader::new(File::open(archive)?)).map_err(io::Error::from)?;
    hash(archive.by_name(entry).map_err(io::Error::from)?)
}

fn hash(mut file: impl Read) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            n => hasher.update(&buffer[..n]),
        }
    }
}
