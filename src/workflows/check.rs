//! Is a project sound: database, log, rules and film files, all in one report.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::domain::geometry::Size;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::project::Project;
use crate::domain::rules::{RuleId, RuleSetting, Severity, Violation, check};
use crate::domain::study::{FilmEntry, FilmSource};
use crate::domain::task::TaskState;
use crate::formats::label_set;
use crate::store::Store;

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
    folder: &Path,
    with_content: bool,
    on_film: &(dyn Fn(usize, usize) + Sync),
) -> anyhow::Result<CheckReport> {
    let store = Store::open_to_look(folder)?;
    let films = store.films()?;
    let sizes: BTreeMap<&ImageId, Size> = films
        .iter()
        .map(|f| (&f.facts.image, Size::new(f64::from(f.facts.width), f64::from(f.facts.height))))
        .collect();
    let labels = label_set::shipped_by_id(&store.project().label_set);

    let mut report = CheckReport {
        project: store.project().clone(),
        num_films: films.len(),
        num_readings: 0,
        num_marks: 0,
        database: store.integrity_problems()?,
        log: log_problems(&store)?,
        rules: Vec::new(),
        films: Vec::new(),
        without_film: BTreeMap::new(),
        unknown_labels: BTreeMap::new(),
    };
    for (image, reader) in store.reading_keys()? {
        let reading = store.reading(&image, &reader)?;
        report.num_readings += 1;
        report.num_marks += reading.annotations().len();
        // Without its film a reading has no edge to reach over.
        let size = sizes.get(&image).copied().unwrap_or(Size::new(f64::INFINITY, f64::INFINITY));
        let rules = rules_for(&report.project.rules, reading.state());
        let violations = check(&reading, size, &rules).into_iter();
        report.rules.extend(violations.map(|violation| BrokenRule {
            image: image.clone(),
            reader: reader.clone(),
            violation,
        }));
        let names = reading.annotations().iter().map(crate::domain::annotation::Annotation::label);
        let names: BTreeSet<&LabelName> = names.chain(reading.image_labels()).collect();
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

/// A reading that is not completed may still be undecided.
fn rules_for(rules: &[RuleSetting], state: TaskState) -> Vec<RuleSetting> {
    let applies = |rule: &&RuleSetting| state == TaskState::Completed || rule.id != RuleId::NothingDecided;
    rules.iter().filter(applies).copied().collect()
}

fn log_problems(store: &Store) -> anyhow::Result<Vec<String>> {
    let book = store.rebuild_from_log()?;
    let differences = store.differences_from(&book)?;
    let refused = book.refused.iter().map(|(seq, why)| format!("log entry {} does not fit: {why}", seq.0));
    Ok(refused.chain(differences.iter().map(ToString::to_string)).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::annotation::{Annotation, Origin};
    use crate::domain::edit::Edit;
    use crate::domain::geometry::Rect;
    use crate::domain::id::AnnotationId;
    use crate::domain::log::{NewLogEntry, Step};
    use crate::domain::rules::default_rules;
    use crate::domain::study::FilmFacts;
    use crate::store::NewProject;
    use crate::workflows::stats::project_stats;
    use std::io::Write;
    use std::path::PathBuf;

    /// Films `a`, `b` beside the project, `z` in a zip file; 100 x 80 pixels.
    fn project(folder: &Path) -> Store {
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(&folder.join("project"), &project).expect("a project");
        let bytes = |name: &str| format!("film {name}").into_bytes();
        let mut films = Vec::new();
        for name in ["a", "b"] {
            let path = folder.join(name);
            std::fs::write(&path, bytes(name)).expect("written");
            films.push(film(name, FilmSource::File(path), &bytes(name)));
        }
        let archive = folder.join("films.zip");
        let mut zip = zip::ZipWriter::new(File::create(&archive).expect("created"));
        zip.start_file("x/z.dcm", zip::write::SimpleFileOptions::default()).expect("an entry");
        zip.write_all(&bytes("z")).expect("written");
        zip.finish().expect("finished");
        films.push(film("z", FilmSource::Zip { archive, entry: "x/z.dcm".into() }, &bytes("z")));
        assert_eq!(store.add_films(&films).expect("added").num_added(), 3);
        store
    }

    fn film(name: &str, source: FilmSource, bytes: &[u8]) -> FilmEntry {
        let facts = FilmFacts {
            image: name.into(),
            series: "s".into(),
            study: name.into(),
            patient: "p".into(),
            width: 100,
            height: 80,
            num_frames: 1,
            modality: None,
            body_part: None,
            view_position: None,
            laterality: None,
            series_description: None,
            sex: None,
            age_years: None,
            study_date: None,
            series_number: None,
            instance_number: None,
            pixel_spacing_mm: None,
            is_lossy: false,
            is_synthetic: true,
            file_bytes: bytes.len() as u64,
        };
        FilmEntry { facts, source, sha256: Sha256::digest(bytes).into() }
    }

    fn commit(store: &mut Store, film: &str, edits: Vec<Edit>) {
        let (image, reader) = (ImageId::from(film), ReaderId::from("R1"));
        let edit = Edit::Batch { name: "x".into(), edits };
        store.commit(&NewLogEntry { image, reader, step: Step::Do, edit, made_at_ms: 1 }).expect("saved");
    }

    fn boxed(id: i64, label: &str, xmax: f64) -> Edit {
        let rect = Rect::from_columns(1.0, 1.0, xmax, 9.0).expect("ordered");
        Edit::Add(Annotation::boxed(AnnotationId(id), LabelName::new(label), rect, Origin::Drawn).expect("a lesion"))
    }

    fn completed() -> Edit {
        Edit::SetTaskState { before: TaskState::New, after: TaskState::Completed }
    }

    fn checked(folder: &Path) -> CheckReport {
        check_project(&folder.join("project"), true, &|_, _| {}).expect("a project")
    }

    #[test]
    fn a_sound_project_has_nothing_to_report() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        commit(&mut store, "a", vec![boxed(1, "Osteophytes", 100.0), completed()]);
        // Opened and not decided yet is no error.
        commit(&mut store, "b", vec![Edit::SetTaskState { before: TaskState::New, after: TaskState::Doing }]);
        let report = checked(folder.path());
        assert_eq!((report.num_errors(), report.num_warnings()), (0, 0), "{report:?}");
        assert_eq!((report.num_films, report.num_readings, report.num_marks), (3, 2, 1));
        let stats = project_stats(&folder.path().join("project")).expect("a project");
        assert_eq!(stats.table.films.num_images, 3);
        assert_eq!(stats.table.columns[0].num_abnormal, 1);
    }

    #[test]
    fn each_fault_is_one_row() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        commit(&mut store, "a", vec![boxed(1, "Osteophytes", 100.5)]);
        commit(&mut store, "b", vec![completed()]);
        commit(&mut store, "elsewhere", vec![boxed(2, "Osteophytes", 1e6)]);
        commit(&mut store, "z", vec![boxed(3, "Bent", 9.0)]);
        std::fs::remove_file(folder.path().join("a")).expect("removed");
        std::fs::write(folder.path().join("b"), "other").expect("written");
        let entry = FilmSource::Zip { archive: folder.path().join("films.zip"), entry: "not there".into() };
        store.add_films(&[film("y", entry, b"film y")]).expect("added");
        std::fs::write(folder.path().join("broken.zip"), "no zip").expect("written");
        let entry = FilmSource::Zip { archive: folder.path().join("broken.zip"), entry: "x".into() };
        store.add_films(&[film("x", entry, b"film x")]).expect("added");
        let raw = rusqlite::Connection::open(PathBuf::from(store.folder()).join("project.db")).expect("a database");
        raw.execute("UPDATE annotation SET ymax = 8 WHERE id = 3", []).expect("no rule against it");

        let report = checked(folder.path());
        let rules: Vec<_> = report.rules.iter().map(|r| (r.image.as_str(), r.violation.rule)).collect();
        assert_eq!(rules, [("a", RuleId::BoxOutsideFilm), ("b", RuleId::NothingDecided)]);
        let mut faults = report.films.clone();
        faults.sort_by(|a, b| a.0.cmp(&b.0));
        let faults: Vec<_> = faults.iter().map(|(image, fault)| (image.as_str(), fault)).collect();
        assert_eq!(faults[0], ("a", &FilmFault::Missing));
        assert_eq!(faults[1], ("b", &FilmFault::Changed));
        assert!(matches!(faults[2], ("x", FilmFault::Unreadable(_))), "{faults:?}");
        assert_eq!(faults[3], ("y", &FilmFault::Missing));
        assert_eq!(faults.len(), 4);
        assert_eq!(report.log, ["film z, reader R1: the marks are not those of the log"]);
        assert_eq!(report.without_film.keys().map(ImageId::as_str).collect::<Vec<_>>(), ["elsewhere"]);
        assert_eq!(report.unknown_labels.keys().map(LabelName::as_str).collect::<Vec<_>>(), ["Bent"]);
        assert_eq!((report.num_errors(), report.num_warnings()), (7, 2));
        let quick = check_project(store.folder(), false, &|_, _| {}).expect("a project");
        assert!(quick.films.iter().all(|(image, _)| image.as_str() != "b"), "a quick look reads no film");
    }
}
