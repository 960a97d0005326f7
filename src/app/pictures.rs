//! Decoded films: the one asked for first, the next ones ahead, thumbnails when there is time, all in one budget.
//!
//! Threads take the most wanted task from one board. The first thread takes nothing but films on screen, so that a film
//! that somebody waits for never queues behind those that nobody has asked for yet.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::domain::id::ImageId;
use crate::domain::imaging::Film;
use crate::domain::study::{FilmEntry, FilmSource};
use crate::jobs::{Lane, num_workers};
use crate::render::FilmUploader;
use crate::session::Event;

use super::film_cache::{FilmCache, Key, NOT_EXPECTED, ON_SCREEN, Rank};
use super::inbox::{News, Post};
use super::outside::Decode;
use super::thumbnails::{ThumbnailFolder, thumbnail};

mod crops;

pub use crops::{Crop, CropWish};

/// Decoded films kept in memory until somebody says otherwise, in bytes.
const DEFAULT_BUDGET: usize = 1 << 30;

/// A thumbnail that may lie in the project's folder: a fraction of a millisecond.
const FROM_DISK: Rank = 1;
/// A thumbnail for which a film has to be decoded.
const THUMBNAIL: Rank = 250;
/// Films of this rank and before are worth a place on the graphics card ahead.
pub(super) const NEXT: Rank = 4;

/// Decodes films off the window's thread and keeps them.
pub(super) struct Pictures {
    board: PictureBoard,
    /// Dropped after the board was closed.
    _lanes: Vec<Lane>,
}

/// The board that threads work from; clones are the same board.
#[derive(Clone)]
pub(super) struct PictureBoard(Arc<Shared>);

struct Shared {
    decode: Decode,
    post: Post,
    board: Mutex<Board>,
    work: Condvar,
}

struct Board {
    waiting: Vec<Task>,
    /// Being decoded now.
    busy: Vec<Key>,
    /// To be answered by `PictureLoaded` or `PictureFailed`.
    asked: Vec<Key>,
    on_screen: Vec<(ImageId, Option<u32>)>,
    ranks: HashMap<ImageId, Rank>,
    cache: FilmCache,
    /// Not tried again ahead; showing them says why.
    failed: HashSet<ImageId>,
    thumbnails: Option<ThumbnailFolder>,
    /// Parts of films that the gallery shows.
    wishes: crops::Wishes,
    /// `None` without a graphics device.
    uploader: Option<FilmUploader>,
    texture_budget: u64,
    /// Decoded films on their way to the graphics card.
    uploads: Vec<Arc<Film>>,
    /// Counts projects: what was asked for one never shows in the next.
    project: u64,
    num_tasks: u64,
    is_closed: bool,
}

#[derive(Clone)]
struct Task {
    key: Key,
    source: FilmSource,
    sha256: [u8; 32],
    purpose: Purpose,
    rank: Rank,
    /// Of tasks wanted alike, the first goes first.
    number: u64,
    project: u64,
    /// What the film will take in memory, about.
    num_bytes: usize,
}

enum Job {
    Decode(Task),
    Upload(Arc<Film>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Film,
    /// Only if it was made before.
    StoredThumbnail,
    Thumbnail,
    /// Parts for the gallery.
    Crops,
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures").finish_non_exhaustive()
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        let mut board = self.board.lock();
        board.is_closed = true;
        board.waiting.clear();
        drop(board);
        self.board.0.work.notify_all();
    }
}

impl Pictures {
    pub fn new(decode: Decode, post: Post) -> Self {
        let board = PictureBoard(Arc::new(Shared {
            decode,
            post,
            board: Mutex::new(Board {
                waiting: Vec::new(),
                busy: Vec::new(),
                asked: Vec::new(),
                on_screen: Vec::new(),
                ranks: HashMap::new(),
                cache: FilmCache::new(DEFAULT_BUDGET),
                failed: HashSet::new(),
                thumbnails: None,
                wishes: crops::Wishes::new(),
                uploader: None,
                texture_budget: u64::MAX,
                uploads: Vec::new(),
                project: 0,
                num_tasks: 0,
                is_closed: false,
            }),
            work: Condvar::new(),
        }));
        let lanes = (0..num_workers())
            .map(|n| {
                let lane = Lane::start(if n == 0 { "decode" } else { "decode ahead" });
                let board = board.clone();
                lane.run(move || board.serve(n == 0));
                lane
            })
            .collect();
        Self { board, _lanes: lanes }
    }

    /// For threads that find out where a film's file is.
    pub fn board(&self) -> PictureBoard {
        self.board.clone()
    }

    /// Another project is open: its films may have the same ids. Its thumbnails lie in its folder.
    pub fn open_project(&self, folder: &Path) {
        let mut board = self.board.lock();
        let budget = board.cache.budget();
        board.project += 1;
        board.cache = FilmCache::new(budget);
        board.thumbnails = Some(ThumbnailFolder::of_project(folder));
        board.waiting.clear();
        board.wishes.clear();
        board.asked.clear();
        board.failed.clear();
        board.ranks.clear();
        board.on_screen.clear();
        board.uploads.clear();
    }

    /// The most memory that decoded films and films on the graphics card take, films on screen aside, in bytes.
    pub fn set_budgets(&self, films: usize, textures: u64) {
        let mut board = self.board.lock();
        board.texture_budget = textures;
        if board.cache.budget() != films {
            board.cache.set_budget(films);
        }
    }

    /// Films go to the graphics card by this from now on, before they are shown.
    pub fn set_uploader(&self, uploader: FilmUploader) {
        self.board.lock().uploader = Some(uploader);
    }

    /// Brings a film onto the graphics card, when no film on screen waits to be decoded.
    pub fn upload(&self, film: Arc<Film>) {
        let mut board = self.board.lock();
        if !board.uploads.iter().any(|waiting| Arc::ptr_eq(waiting, &film)) {
            board.uploads.push(film);
            self.board.0.work.notify_all();
        }
    }

    /// Bytes of decoded films held now.
    pub fn num_bytes(&self) -> usize {
        self.board.lock().cache.num_bytes()
    }

    pub fn cached(&self, image: &ImageId, frame: u32) -> Option<Arc<Film>> {
        self.board.lock().cache.get(&(image.clone(), frame))
    }

    /// The films that are expected next and are there already.
    pub fn ready_next(&self) -> Vec<Arc<Film>> {
        let mut board = self.board.lock();
        let mut next: Vec<(Rank, ImageId)> =
            board.ranks.iter().filter(|(_, rank)| **rank <= NEXT).map(|(image, rank)| (*rank, image.clone())).collect();
        next.sort();
        next.into_iter().filter_map(|(_, image)| board.cache.get(&(image, 0))).collect()
    }

    /// Somebody waits for a film: answered by `PictureLoaded` or `PictureFailed` once [`PictureBoard::show`] tells
    /// where its file is, unless the reader moves on before.
    pub fn ask(&self, image: &ImageId, frame: u32) {
        let key = (image.clone(), frame);
        let mut board = self.board.lock();
        if !board.asked.contains(&key) {
            board.asked.push(key);
        }
    }

    /// What is on screen and what is expected, from now on. Whatever is neither and has not begun is dropped.
    pub fn expect(&self, on_screen: Vec<(ImageId, Option<u32>)>, ranks: HashMap<ImageId, Rank>) {
        let mut guard = self.board.lock();
        let board = &mut *guard;
        (board.on_screen, board.ranks) = (on_screen, ranks);
        // Asked for anew where they are still of interest.
        board.uploads.clear();
        let mut waiting = std::mem::take(&mut board.waiting);
        waiting.retain_mut(|task| match task.purpose {
            Purpose::Film => {
                task.rank = board.rank_of(&task.key);
                task.rank != NOT_EXPECTED
            }
            Purpose::StoredThumbnail | Purpose::Thumbnail | Purpose::Crops => true,
        });
        board.waiting = waiting;
        let asked = std::mem::take(&mut board.asked);
        board.asked = asked.into_iter().filter(|key| board.rank_of(key) == ON_SCREEN).collect();
        let mut cache = std::mem::replace(&mut board.cache, FilmCache::new(0));
        cache.rank_by(|key| board.rank_of(key));
        board.cache = cache;
    }

    /// The film strip shows other films from now on.
    pub fn forget_thumbnails(&self) {
        let is_thumbnail = |task: &Task| matches!(task.purpose, Purpose::StoredThumbnail | Purpose::Thumbnail);
        self.board.lock().waiting.retain(|task| !is_thumbnail(task));
    }

    /// A film that is likely to be asked for; silent if it fails, since showing it will say why.
    pub fn prepare(&self, entry: &FilmEntry) {
        let mut board = self.board.lock();
        let key = (entry.facts.image.clone(), 0);
        let rank = board.rank_of(&key);
        if rank != NOT_EXPECTED && !board.failed.contains(&key.0) && board.add(entry, key, Purpose::Film, rank) {
            self.board.0.work.notify_all();
        }
    }

    /// Answered by `News::Thumbnail`; silent if it fails.
    pub fn prepare_thumbnail(&self, entry: &FilmEntry) {
        let mut board = self.board.lock();
        if board.add(entry, (entry.facts.image.clone(), 0), Purpose::StoredThumbnail, FROM_DISK) {
            self.board.0.work.notify_all();
        }
    }
}

impl PictureBoard {
    fn lock(&self) -> MutexGuard<'_, Board> {
        self.0.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes a film that was asked for, before all others; nothing where nobody waits for it any more.
    pub fn show(&self, entry: &FilmEntry, frame: u32) {
        let key = (entry.facts.image.clone(), frame);
        let mut board = self.lock();
        if !board.asked.contains(&key) {
            return;
        }
        if let Some(film) = board.cache.get(&key) {
            drop(board);
            return self.answer(key, Ok(film));
        }
        board.add(entry, key, Purpose::Film, ON_SCREEN);
        drop(board);
        self.0.work.notify_all();
    }

    fn answer(&self, key: Key, outcome: Result<Arc<Film>, String>) {
        let mut board = self.lock();
        let Some(at) = board.asked.iter().position(|asked| *asked == key) else { return };
        board.asked.swap_remove(at);
        drop(board);
        let (image, frame) = key;
        self.0.post.event(match outcome {
            Ok(film) => Event::PictureLoaded { image, frame, film },
            Err(message) => Event::PictureFailed { image, frame, message },
        });
    }

    /// A thread's whole life: the most wanted task, then the next.
    fn serve(&self, takes_on_screen_only: bool) {
        loop {
            let mut board = self.lock();
            let task = loop {
                if board.is_closed {
                    return;
                }
                match board.take(takes_on_screen_only) {
                    Some(Job::Upload(film)) => {
                        let (uploader, budget) = (board.uploader.clone(), board.texture_budget);
                        drop(board);
                        if let Some(uploader) = uploader {
                            uploader.upload(&film, budget);
                        }
                        board = self.lock();
                    }
                    Some(Job::Decode(task)) => break task,
                    None => board = self.0.work.wait(board).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(board);
            // A panic in one film costs that film, not the thread.
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| self.carry_out(&task)));
            if outcome.is_err() {
                tracing::error!("decoding a film ended in a panic");
                self.answer(task.key.clone(), Err("the program stumbled over this film".to_owned()));
                if task.purpose == Purpose::Crops {
                    self.tell_crops(&task.key.0, None);
                }
            }
            let mut board = self.lock();
            board.busy.retain(|key| *key != task.key);
            drop(board);
            // Somebody may have waited for this very film to be free.
            self.0.work.notify_all();
        }
    }

    fn carry_out(&self, task: &Task) {
        if task.purpose == Purpose::StoredThumbnail {
            return self.stored_thumbnail(task);
        }
        let (cached, folder) = {
            let mut board = self.lock();
            (board.cache.get(&task.key), board.thumbnails.clone())
        };
        let outcome = match cached {
            Some(film) => Ok(film),
            None => (self.0.decode)(&task.source, task.key.1).map(|film| {
                // Averaged levels and the computed window are made here, so that no frame makes them.
                film.mip_chain();
                film.initial_settings();
                Arc::new(film)
            }),
        };
        let mut board = self.lock();
        if board.project != task.project {
            return;
        }
        let rank = board.rank_of(&task.key);
        let is_kept = match &outcome {
            Ok(film) => {
                board.failed.remove(&task.key.0);
                board.cache.put(task.key.clone(), film.clone(), rank)
            }
            Err(_) => {
                board.failed.insert(task.key.0.clone());
                false
            }
        };
        let uploader = board.uploader.clone().filter(|_| task.purpose == Purpose::Film && rank <= NEXT);
        let texture_budget = board.texture_budget;
        drop(board);
        // Before it is shown, so that no frame uploads it.
        if let (Ok(film), Some(uploader)) = (&outcome, uploader) {
            uploader.upload(film, texture_budget);
        }
        self.answer(task.key.clone(), outcome.clone());
        if task.purpose == Purpose::Crops {
            self.tell_crops(&task.key.0, outcome.as_deref().ok());
        }
        let Ok(film) = outcome else { return };
        if task.purpose == Purpose::Thumbnail {
            let made = thumbnail(&film);
            if let Some(folder) = folder {
                folder.write(&task.sha256, &made);
            }
            self.0.post.send(News::Thumbnail { image: task.key.0.clone(), thumbnail: made });
        }
        if is_kept {
            // What presets and the histogram's panel need: no frame makes them, and the picture did not wait for them.
            film.patient_histogram();
            film.histogram();
        }
    }

    fn stored_thumbnail(&self, task: &Task) {
        let folder = self.lock().thumbnails.clone();
        let stored = folder.and_then(|folder| folder.read(&task.sha256));
        let mut board = self.lock();
        if board.project != task.project {
            return;
        }
        if let Some(thumbnail) = stored {
            drop(board);
            self.0.post.send(News::Thumbnail { image: task.key.0.clone(), thumbnail });
        } else if !board.failed.contains(&task.key.0) {
            board.waiting.push(Task { purpose: Purpose::Thumbnail, rank: THUMBNAIL, ..task.clone() });
        }
    }
}

impl Board {
    fn rank_of(&self, key: &Key) -> Rank {
        let is_shown = |(image, frame): &(ImageId, Option<u32>)| *image == key.0 && frame.is_none_or(|f| f == key.1);
        if self.on_screen.iter().any(is_shown) {
            return ON_SCREEN;
        }
        self.ranks.get(&key.0).copied().filter(|_| key.1 == 0).unwrap_or(NOT_EXPECTED)
    }

    /// Puts a task on the board; `false` where it is there already, or its film is.
    fn add(&mut self, entry: &FilmEntry, key: Key, purpose: Purpose, rank: Rank) -> bool {
        if purpose == Purpose::Film && self.cache.has(&key) {
            return false;
        }
        if let Some(task) = self.waiting.iter_mut().find(|task| task.key == key && task.purpose == purpose) {
            task.rank = task.rank.min(rank);
            return false;
        }
        self.num_tasks += 1;
        // Two bytes a pixel, a third more for the averaged levels, and two histograms.
        let num_bytes = entry.facts.width as usize * entry.facts.height as usize * 8 / 3 + (1 << 20);
        self.waiting.push(Task {
            key,
            source: entry.source.clone(),
            sha256: entry.sha256,
            purpose,
            rank,
            number: self.num_tasks,
            project: self.project,
            num_bytes,
        });
        true
    }

    /// The most wanted job that no other thread is at; those that have become needless are dropped on the way.
    fn take(&mut self, takes_on_screen_only: bool) -> Option<Job> {
        let is_awaited = self.waiting.iter().any(|task| task.rank == ON_SCREEN && !self.busy.contains(&task.key));
        if !takes_on_screen_only && !is_awaited && !self.uploads.is_empty() {
            return Some(Job::Upload(self.uploads.remove(0)));
        }
        loop {
            let free = self.waiting.iter().enumerate().filter(|(_, task)| {
                !self.busy.contains(&task.key) && (!takes_on_screen_only || task.rank == ON_SCREEN)
            });
            let (at, _) = free.min_by_key(|(_, task)| (task.rank, task.number))?;
            let task = self.waiting.swap_remove(at);
            let is_needless = match task.purpose {
                Purpose::Film => self.cache.has(&task.key) || !self.cache.has_room(task.num_bytes, task.rank),
                Purpose::StoredThumbnail => false,
                Purpose::Thumbnail => self.failed.contains(&task.key.0),
                Purpose::Crops => !self.wishes.contains_key(&task.key.0),
            };
            if !is_needless {
                self.busy.push(task.key.clone());
                return Some(Job::Decode(task));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::domain::id::{PatientId, SeriesId, StudyId};
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Pixels, Voi, VoiFunction, Window};
    use crate::domain::study::FilmFacts;

    fn entry() -> FilmEntry {
        let facts = FilmFacts {
            image: ImageId::new("film"),
            series: SeriesId::new("series"),
            study: StudyId::new("study"),
            patient: PatientId::new("patient"),
            width: 64,
            height: 64,
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
            is_synthetic: false,
            file_bytes: 0,
        };
        FilmEntry { facts, source: FilmSource::File(PathBuf::from("film")), sha256: [0; 32] }
    }

    #[test]
    fn a_shown_film_has_its_histograms_without_a_frame_asking_for_them() {
        // With a window of its own, so that nothing but this needs the values counted.
        let window = Window { center: 50.0, width: 100.0, function: VoiFunction::Linear, explanation: None };
        let decode = move |_: &FilmSource, _: u32| {
            let plane = GreyPlane { texels: (0..64 * 64).map(|i| (i % 100) as u16).collect(), scale: 1.0, offset: 0.0 };
            let facts = DisplayFacts { voi: vec![Voi::Window(window.clone())], ..DisplayFacts::default() };
            Ok(Film::new(64, 64, Pixels::Grey(plane), facts))
        };
        let (post, news) = Post::new(egui::Context::default());
        let pictures = Pictures::new(Box::new(decode), post);
        let entry = entry();
        pictures.expect(vec![(entry.facts.image.clone(), None)], HashMap::new());
        pictures.ask(&entry.facts.image, 0);
        pictures.board().show(&entry, 0);
        let Ok(News::Event(event)) = news.recv_timeout(Duration::from_mins(1)) else { panic!("no picture") };
        let Event::PictureLoaded { film, .. } = *event else { panic!("{event:?}") };
        let since = Instant::now();
        while !film.has_histograms() {
            assert!(since.elapsed() < Duration::from_mins(1), "left to a frame");
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(pictures.num_bytes(), film.num_bytes(), "as counted when it came");
    }
}
