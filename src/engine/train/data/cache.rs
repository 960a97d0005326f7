//! Films in the size that a run needs, made once by decoding processes and kept in the run's folder.
//!
//! A film is known by the hash of its file, so a cache is taken up again after a crash, and a later run of the same films
//! and size takes it over. Test films are never in it.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use rachis::dicom::Opener;
use rachis::dicom::isolated::Decoder;
use rachis::domain::id::ImageId;
use rachis::domain::preprocessing::levels;
use rachis::domain::study::FilmSource;
use rachis::domain::training::dataset::{FrozenDataset, FrozenFilm, Split};
use rachis::formats::model_file::hex;
use rachis::jobs::CancelToken;
use rachis::jobs::protocol::FilmRef;
use serde::{Deserialize, Serialize};
use tch::Device;

use super::cache_file::Origin;
use super::input_rule::InputRule;
use super::packing;
use super::plane::Plane;
use crate::failure::Failure;
use crate::models::ImageBatch;

/// Which films could not be read, beside them.
const FAILED_FILE: &str = "failed.json";

/// What is asked for.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// `cache/` of the run.
    pub folder: &'a Path,
    pub dataset: &'a FrozenDataset,
    /// Where the films lie, in any order; those of no use are passed over.
    pub films: &'a [FilmRef],
    pub rule: InputRule,
    /// Each with a decoding process of its own.
    pub threads: usize,
    /// Films that failed before are tried again: false once a run has begun to learn, because a film more would change
    /// the order of all.
    pub tries_failed_again: bool,
}

/// A film that no run can learn from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailedFilm {
    pub image: ImageId,
    pub why: String,
}

/// A cache that can be used.
#[derive(Debug)]
pub struct Prepared {
    pub cache: Cache,
    /// In the order of the data set.
    pub failed: Vec<FailedFilm>,
}

/// Films in the size that a run needs.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    rule: InputRule,
    /// One for each film of the data set; none for test films and those that failed.
    films: Vec<Option<Origin>>,
}

#[derive(Serialize, Deserialize)]
struct FailedRow {
    image_id: String,
    why: String,
}

/// How one film ended.
enum Fate {
    Done,
    Failed(String),
    /// Nothing can be written any more.
    Full(Failure),
}

impl Cache {
    /// Brings the train and dev films of a data set into the cache; what is there already stays. `progress` is told how
    /// many films are done, and of how many. `None`: cancelled; what was done is kept.
    ///
    /// # Errors
    /// When a film is locked, the folder can't be written, or not one film can be read.
    pub fn prepare(
        wanted: &Wanted<'_>,
        progress: &mut dyn FnMut(u64, u64),
        cancel: &CancelToken,
    ) -> Result<Option<Prepared>, Failure> {
        refuse_locked(wanted.dataset)?;
        std::fs::create_dir_all(wanted.folder).map_err(|error| cannot_write(&error))?;
        let films = &wanted.dataset.films;
        let places: Vec<usize> = (0..films.len()).filter(|&place| films[place].split != Split::Test).collect();
        let origins: Vec<Origin> = films.iter().map(|film| origin(film, &wanted.rule)).collect();
        let mut failed = if wanted.tries_failed_again { HashMap::new() } else { read_failed(wanted.folder) };
        let is_missing = |&place: &usize| {
            !failed.contains_key(films[place].image.as_str())
                && !origins[place].is_of(&file_of(wanted.folder, &origins[place]))
        };
        let missing: Vec<usize> = places.iter().copied().filter(is_missing).collect();
        let total = places.len() as u64;
        let mut done = total - missing.len() as u64;
        progress(done, total);

        let sources: HashMap<&str, &FilmRef> = wanted.films.iter().map(|film| (film.image_id.as_str(), film)).collect();
        let (next, stop) = (AtomicUsize::new(0), CancelToken::new());
        let outcome: Result<(), Failure> = std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..wanted.threads.clamp(1, missing.len().max(1)) {
                let sender = sender.clone();
                let (missing, origins, sources, next, stop) = (&missing, &origins, &sources, &next, &stop);
                scope.spawn(move || {
                    let mut maker = Maker::default();
                    while !stop.is_cancelled() && !cancel.is_cancelled() {
                        let Some(&place) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                        let film = &films[place];
                        let source = sources.get(film.image.as_str()).copied();
                        let fate = maker.make(film, source, &origins[place], wanted);
                        if sender.send((place, fate)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            for (place, fate) in receiver {
                done += 1;
                match fate {
                    Fate::Done => {}
                    Fate::Failed(why) => {
                        failed.insert(films[place].image.as_str().to_owned(), why);
                    }
                    Fate::Full(failure) => {
                        stop.cancel();
                        return Err(failure);
                    }
                }
                progress(done, total);
            }
            Ok(())
        });
        outcome?;
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let failed: Vec<FailedFilm> = places
            .iter()
            .filter_map(|&place| {
                let image = films[place].image.clone();
                failed.remove(image.as_str()).map(|why| FailedFilm { image, why })
            })
            .collect();
        if failed.len() == places.len() {
            return Err(no_film(failed.first()));
        }
        write_failed(wanted.folder, &failed).map_err(|error| cannot_write(&error))?;
        let is_lost: BTreeSet<&ImageId> = failed.iter().map(|film| &film.image).collect();
        let kept = |(film, origin): (&FrozenFilm, Origin)| {
            (film.split != Split::Test && !is_lost.contains(&film.image)).then_some(origin)
        };
        let films = films.iter().zip(origins).map(kept).collect();
        let cache = Self { folder: wanted.folder.to_owned(), rule: wanted.rule, films };
        Ok(Some(Prepared { cache, failed }))
    }

    /// Takes over the films of another run's cache: names for the same files where the disk allows that, copies where not.
    /// What does not fit is seen by `prepare` and made anew.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn take_over(from: &Path, to: &Path) -> Result<(), Failure> {
        let work = || -> io::Result<()> {
            std::fs::create_dir_all(to)?;
            let Ok(entries) = std::fs::read_dir(from) else { return Ok(()) };
            for entry in entries.flatten() {
                let path = entry.path();
                let to = to.join(entry.file_name());
                if path.extension().is_some_and(|end| end == "film") && !to.exists() {
                    std::fs::hard_link(&path, &to).or_else(|_| {
                        // Never a half file under its name.
                        let part = to.with_extension("part");
                        std::fs::copy(&path, &part)?;
                        std::fs::rename(part, &to)
                    })?;
                }
            }
            Ok(())
        };
        work().map_err(|error| cannot_write(&error))
    }

    /// Places in the data set of the films of a split that can be used.
    pub fn places(&self, dataset: &FrozenDataset, split: Split) -> Vec<usize> {
        let is_there = |place: &usize| dataset.films[*place].split == split && self.has(*place);
        (0..dataset.films.len()).filter(is_there).collect()
    }

    /// Whether the film at this place of the data set can be used.
    pub fn has(&self, place: usize) -> bool {
        self.films.get(place).is_some_and(Option::is_some)
    }

    pub fn rule(&self) -> &InputRule {
        &self.rule
    }

    /// One film as the finished model sees it. Boxes that a network finds on it are in input pixels;
    /// `rule().preprocessing.image_from_input` brings them to the film's own.
    ///
    /// # Errors
    /// When the film is not in the cache, or damaged there.
    pub fn dev_batch(&self, place: usize, device: Device) -> Result<ImageBatch, Failure> {
        let plane = self.plane(place)?;
        Ok(packing::images(&[&plane], &self.rule, device))
    }

    /// Levels of 0 to 255 in the largest size.
    pub(super) fn plane(&self, place: usize) -> Result<Plane, Failure> {
        let origin = self.films.get(place).copied().flatten();
        let origin = origin.ok_or_else(|| Failure::new("A film is not in the run's cache. Resume the run."))?;
        let file = file_of(&self.folder, &origin);
        origin.read(&file).map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidData {
                // The next start makes it anew.
                let _ = std::fs::remove_file(&file);
            }
            Failure::new(
                "A film in the run's cache is damaged or gone. The model is kept up to its last checkpoint: resume the run, which makes the film anew.",
            )
        })
    }
}

/// Makes films of the cache, one after the other; each thread has its own.
#[derive(Default)]
struct Maker {
    decoder: Decoder,
    opener: Opener,
}

impl Maker {
    fn make(&mut self, film: &FrozenFilm, source: Option<&FilmRef>, origin: &Origin, wanted: &Wanted<'_>) -> Fate {
        let plane = match source {
            None => Err("its file is not known".to_owned()),
            Some(source) => self.plane(film, source, origin, &wanted.rule),
        };
        match plane {
            Err(why) => Fate::Failed(why),
            Ok(plane) => match origin.write(&file_of(wanted.folder, origin), &plane) {
                Ok(()) => Fate::Done,
                Err(error) => Fate::Full(cannot_write(&error)),
            },
        }
    }

    fn plane(
        &mut self,
        film: &FrozenFilm,
        source: &FilmRef,
        origin: &Origin,
        rule: &InputRule,
    ) -> Result<Plane, String> {
        let source = match &source.entry {
            Some(entry) => FilmSource::Zip { archive: source.path.clone(), entry: entry.clone() },
            None => FilmSource::File(source.path.clone()),
        };
        let hash = self.opener.content_hash(&source).map_err(|error| error.to_string())?;
        if hash != film.sha256 {
            return Err("its file is not the one that the data set was made of".to_owned());
        }
        let decoded = self.decoder.decode(&source, 0).map_err(|error| error.to_string())?.film;
        if [decoded.width, decoded.height] != [film.width, film.height] {
            return Err(format!(
                "its file has {} x {} pixels, and the data set says {} x {}",
                decoded.width, decoded.height, film.width, film.height
            ));
        }
        let levels = levels(&decoded, rule.preprocessing.tone);
        let plane = Plane { width: decoded.width as usize, height: decoded.height as usize, levels };
        Ok(plane.resized(origin.size.map(|side| side as usize)))
    }
}

fn origin(film: &FrozenFilm, rule: &InputRule) -> Origin {
    let size = rule.preprocessing.input_size(film.width, film.height);
    Origin { sha256: film.sha256, size, tone: rule.preprocessing.tone }
}

/// Named by what it holds, so that two runs of two sizes can share a folder, and copies of a film its file.
fn file_of(folder: &Path, origin: &Origin) -> PathBuf {
    let [width, height] = origin.size;
    folder.join(format!("{}-{width}x{height}-{:?}.film", &hex(&origin.sha256)[..32], origin.tone))
}

fn refuse_locked(dataset: &FrozenDataset) -> Result<(), Failure> {
    let is_locked =
        |film: &&FrozenFilm| film.split != Split::Test && dataset.locked.binary_search(&film.sha256).is_ok();
    let num_locked = dataset.films.iter().filter(is_locked).count();
    if num_locked == 0 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{num_locked} of the films to learn from are locked for the test. Nothing was learned: freeze the data set again."
    )))
}

fn read_failed(folder: &Path) -> HashMap<String, String> {
    let text = std::fs::read_to_string(folder.join(FAILED_FILE)).unwrap_or_default();
    let rows: Vec<FailedRow> = serde_json::from_str(&text).unwrap_or_default();
    rows.into_iter().map(|row| (row.image_id, row.why)).collect()
}

fn write_failed(folder: &Path, failed: &[FailedFilm]) -> io::Result<()> {
    let row = |film: &FailedFilm| FailedRow { image_id: film.image.as_str().to_owned(), why: film.why.clone() };
    let text = serde_json::to_string(&failed.iter().map(row).collect::<Vec<_>>())?;
    let part = folder.join("failed.part");
    std::fs::write(&part, text)?;
    std::fs::rename(part, folder.join(FAILED_FILE))
}

fn no_film(first: Option<&FailedFilm>) -> Failure {
    Failure::new(match first {
        None => "The data set has no films to learn from. Freeze one that has.".to_owned(),
        Some(film) => format!(
            "Not one film of the data set can be read, so nothing was learned. The first of them: {}. Check that the films are where they were.",
            film.why
        ),
    })
}

fn cannot_write(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::StorageFull {
        return Failure {
            message: "The disk is full, so films could not be brought into the run's folder. Nothing was lost."
                .to_owned(),
            advice: Some("Make room, then resume the run; films that are there already are not made again.".to_owned()),
        };
    }
    Failure::new(format!(
        "The run's folder can't be written ({error}). Nothing was lost: check the disk, then resume the run."
    ))
}
