//! Films in the size that a run needs, made once by decoding processes and kept in the run's folder.
//!
//! A film is known by the hash of its file, so a cache is taken up again after a crash. Test films are never in it.

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
use crate::failure::{Failure, caught};
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
    /// Films that a run began to learn without; none where it has not begun. They stay out, because a film more would
    /// change the order of all, and so would one less.
    pub left_out: Option<&'a BTreeSet<String>>,
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
        let mut failed = known_failed(wanted);
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
        let outcome: Result<(), Failure> = rayon::in_place_scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..wanted.threads.clamp(1, missing.len().max(1)) {
                let sender = sender.clone();
                let (missing, origins, sources, next, stop) = (&missing, &origins, &sources, &next, &stop);
                scope.spawn(move |_| {
                    let mut maker = Maker::default();
                    while !stop.is_cancelled() && !cancel.is_cancelled() {
                        let Some(&place) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                        let film = &films[place];
                        let source = sources.get(film.image.as_str()).copied();
                        let fate = caught(|| Ok(maker.make(film, source, &origins[place], wanted)))
                            .unwrap_or_else(|failure| Fate::Failed(failure.message));
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
                    Fate::Failed(why) if wanted.left_out.is_some() => {
                        stop.cancel();
                        return Err(lost_since(&films[place].image, &why));
                    }
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

/// No training ever sees a film that is locked for testing, whoever made the data set.
pub fn refuse_locked(dataset: &FrozenDataset) -> Result<(), Failure> {
    match dataset.locked_in_training().len() {
        0 => Ok(()),
        num_locked => Err(Failure::new(format!(
            "{num_locked} of the films to learn from are locked for testing. Nothing was learned. Freeze the data set again."
        ))),
    }
}

/// Films that are not tried again, with the reason where that was written.
fn known_failed(wanted: &Wanted<'_>) -> HashMap<String, String> {
    let Some(left_out) = wanted.left_out else { return HashMap::new() };
    let mut told = read_failed(wanted.folder);
    let mut why =
        |image: &String| told.remove(image).unwrap_or_else(|| "it could not be read when the run began".to_owned());
    left_out.iter().map(|image| (image.clone(), why(image))).collect()
}

/// Films that could not be read when the cache was made.
pub fn failed_before(folder: &Path) -> BTreeSet<String> {
    read_failed(folder).into_keys().collect()
}

/// Without it the run would silently become another.
fn lost_since(image: &ImageId, why: &str) -> Failure {
    Failure {
        message: format!(
            "Film {} is part of the run and can't be read any more: {}. The checkpoints are kept, and nothing more was learned.",
            image.as_str(),
            why.trim_end_matches('.')
        ),
        advice: Some("Bring the film back, then go on with the run. Without it, start a new run.".to_owned()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocess;
    use crate::train::data::trial::{dataset, prepared};
    use rachis::domain::model::{Architecture, ModelTask};
    use rachis::domain::training::parameters::{Key, Value};
    use rachis::domain::training::recipe::{Preset, Recipe};

    fn recipe() -> Recipe {
        let mut recipe = Recipe::new(ModelTask::Detect, Preset::Paper);
        for (key, value) in [(Key::ShorterEdgeLeast, 64), (Key::ShorterEdgeMost, 64), (Key::LongestEdge, 128)] {
            recipe.set(key, Value::Whole(value)).unwrap();
        }
        recipe
    }

    fn rule() -> InputRule {
        InputRule::new(Architecture::RetinaNetSmall, &recipe())
    }

    type Outcome = Result<Option<Prepared>, Failure>;

    struct Trial {
        folder: tempfile::TempDir,
        dataset: FrozenDataset,
        films: Vec<FilmRef>,
    }

    impl Trial {
        fn new(num_films: usize) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (dataset, films) = dataset(folder.path(), num_films, [90, 70]);
            Self { folder, dataset, films }
        }

        /// And what progress was told.
        fn prepare(&self, left_out: Option<&BTreeSet<String>>) -> (Outcome, Vec<(u64, u64)>) {
            let folder = self.folder.path().join("cache");
            let (dataset, films) = (&self.dataset, &self.films[..]);
            let wanted = Wanted { folder: &folder, dataset, films, rule: rule(), threads: 3, left_out };
            let mut told = Vec::new();
            let outcome = Cache::prepare(&wanted, &mut |done, total| told.push((done, total)), &CancelToken::new());
            (outcome, told)
        }

        fn cached(&self) -> Vec<PathBuf> {
            let entries = std::fs::read_dir(self.folder.path().join("cache")).unwrap();
            let paths = entries.map(|entry| entry.unwrap().path());
            let mut films: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "film")).collect();
            films.sort();
            films
        }
    }

    #[test]
    fn a_cached_film_is_what_the_finished_model_sees() {
        let trial = Trial::new(6);
        let (cache, _) =
            prepared(trial.folder.path(), &trial.dataset, &trial.films, Architecture::RetinaNetSmall, &recipe());
        assert_eq!(cache.places(&trial.dataset, Split::Dev), [4, 5]);
        for place in [4, 5] {
            let film = rachis::dicom::decode(&FilmSource::File(trial.films[place].path.clone()), 0).unwrap().film;
            let theirs = preprocess::input(&film, &rule().preprocessing);
            let ours = cache.dev_batch(place, Device::Cpu).unwrap();
            assert_eq!((ours.pixels.size(), &ours.sizes), (theirs.pixels.size(), &theirs.sizes));
            // Half a 257th of a level, in units of ImageNet's deviation, and the resizers' last bits.
            assert!((ours.pixels - theirs.pixels).abs().max().double_value(&[]) < 1e-4);
        }
        assert!(!cache.has(3) && cache.dev_batch(3, Device::Cpu).is_err(), "a test film is never there");
        assert_eq!(trial.cached().len(), 5);
    }

    #[test]
    fn what_is_there_stays_and_what_is_damaged_is_made_anew() {
        let trial = Trial::new(7);
        let (outcome, told) = trial.prepare(None);
        let cache = outcome.unwrap().unwrap().cache;
        assert_eq!((told.first(), told.last(), told.len()), (Some(&(0, 6)), Some(&(6, 6)), 7));
        assert_eq!(trial.prepare(Some(&BTreeSet::new())).1, [(6, 6)], "nothing to do");
        let file = trial.cached().swap_remove(0);
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        assert_eq!(trial.prepare(Some(&BTreeSet::new())).1, [(5, 6), (6, 6)]);
        assert_eq!(std::fs::read(&file).unwrap(), whole);
        // Of the right length, damaged inside: seen when it is read, made anew at the next start.
        let mut damaged = whole.clone();
        damaged[100] ^= 1;
        std::fs::write(&file, damaged).unwrap();
        let failures: Vec<Failure> = (0..7).filter(|&i| cache.has(i)).filter_map(|i| cache.plane(i).err()).collect();
        assert!(failures.len() == 1 && failures[0].message.contains("damaged"), "{failures:?}");
        assert_eq!(trial.prepare(Some(&BTreeSet::new())).1, [(5, 6), (6, 6)]);
        assert_eq!(std::fs::read(&file).unwrap(), whole);
    }

    #[test]
    fn a_film_that_fails_is_named_and_the_others_go_on() {
        let mut trial = Trial::new(7);
        let other = std::fs::read(&trial.films[1].path).unwrap();
        let original = std::fs::read(&trial.films[0].path).unwrap();
        std::fs::write(&trial.films[0].path, other).unwrap();
        std::fs::remove_file(&trial.films[2].path).unwrap();
        trial.films.remove(3);
        let Prepared { cache, failed } = trial.prepare(None).0.unwrap().unwrap();
        let told: Vec<(&str, &str)> = failed.iter().map(|film| (film.image.as_str(), film.why.as_str())).collect();
        assert_eq!(told[0], ("film000", "its file is not the one that the data set was made of"));
        assert!(
            told.len() == 3 && told[1].0 == "film002" && told[2] == ("film003", "its file is not known"),
            "{told:?}"
        );
        assert_eq!((0..7).filter(|&place| cache.has(place)).collect::<Vec<_>>(), [1, 5, 6]);
        // It comes back, and the run that has begun stays as it began, also where the cache was cleared away.
        std::fs::write(&trial.films[0].path, original).unwrap();
        let left_out = failed_before(&trial.folder.path().join("cache"));
        assert_eq!(trial.prepare(Some(&left_out)).0.unwrap().unwrap().failed, failed);
        std::fs::remove_dir_all(trial.folder.path().join("cache")).unwrap();
        let cleared = trial.prepare(Some(&left_out)).0.unwrap().unwrap();
        assert!(cleared.failed.len() == 3 && !cleared.cache.has(0));
        // One that it learned from and that is gone ends it, each time.
        let path = &trial.films[1].path;
        let kept = std::fs::read(path).unwrap();
        std::fs::remove_file(path).unwrap();
        std::fs::remove_dir_all(trial.folder.path().join("cache")).unwrap();
        for _ in 0..2 {
            let failure = trial.prepare(Some(&left_out)).0.unwrap_err();
            assert!(failure.message.starts_with("Film film001 is part of the run"), "{failure}");
        }
        std::fs::write(path, kept).unwrap();
        let again = trial.prepare(None).0.unwrap().unwrap();
        assert!(again.failed.len() == 2 && again.cache.has(0));
    }

    #[test]
    fn locked_films_and_data_sets_without_films_are_refused() {
        let mut trial = Trial::new(5);
        trial.dataset.locked = vec![trial.dataset.films[2].sha256];
        assert!(trial.prepare(None).0.is_ok(), "a test film may be locked");
        trial.dataset.locked = vec![trial.dataset.films[0].sha256];
        let failure = trial.prepare(None).0.unwrap_err();
        assert!(failure.message.starts_with("1 of the films to learn from are locked"), "{failure}");
        trial.dataset.locked.clear();
        for film in &trial.films {
            std::fs::remove_file(&film.path).unwrap();
        }
        std::fs::remove_dir_all(trial.folder.path().join("cache")).unwrap();
        let failure = trial.prepare(None).0.unwrap_err();
        assert!(failure.message.starts_with("Not one film of the data set can be read"), "{failure}");
    }

    #[test]
    fn a_cancelled_cache_keeps_what_is_done() {
        let trial = Trial::new(9);
        let folder = trial.folder.path().join("cache");
        let token = CancelToken::new();
        let (dataset, films) = (&trial.dataset, &trial.films[..]);
        let wanted = |folder| Wanted { folder, dataset, films, rule: rule(), threads: 1, left_out: None };
        let mut stop = |done, _| {
            if done == 3 {
                token.cancel();
            }
        };
        assert!(Cache::prepare(&wanted(&folder), &mut stop, &token).unwrap().is_none());
        let num_done = trial.cached().len();
        assert!((3..8).contains(&num_done), "{num_done}");
        let mut told = Vec::new();
        let mut tell = |done, total| told.push((done, total));
        Cache::prepare(&wanted(&folder), &mut tell, &CancelToken::new()).unwrap().unwrap();
        assert_eq!(told[0], (num_done as u64, 8));
    }
}
