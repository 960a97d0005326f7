//! Decoded films: the one asked for first, the next ones ahead, thumbnails when there is time, all in one budget.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::id::ImageId;
use crate::domain::imaging::{Film, GreyScale, Pixels};
use crate::domain::study::FilmSource;
use crate::jobs::Lane;
use crate::session::Event;

use super::inbox::{News, Post};
use super::outside::Decode;

/// Decoded films kept in memory, in bytes.
const BUDGET_BYTES: usize = 1 << 30;

/// The longer side of a thumbnail, in pixels.
const THUMBNAIL_SIDE: usize = 128;

type Key = (ImageId, u32);

/// Decodes films off the window's thread and keeps them. Clones share the same threads and cache.
#[derive(Clone)]
pub struct Pictures {
    decode: Arc<Decode>,
    post: Post,
    now: Arc<Lane>,
    ahead: Arc<Lane>,
    cache: Arc<Mutex<Cache>>,
    /// Counts requests for the film on screen: an older one that has not begun is dropped.
    newest: Arc<AtomicU64>,
    /// Counts projects: what was asked for one never shows in the next.
    project: Arc<AtomicU64>,
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Cache {
    films: VecDeque<(Key, Arc<Film>)>,
    num_bytes: usize,
}

impl Cache {
    fn get(&mut self, key: &Key) -> Option<Arc<Film>> {
        let at = self.films.iter().position(|(k, _)| k == key)?;
        let entry = self.films.remove(at)?;
        let film = entry.1.clone();
        self.films.push_back(entry);
        Some(film)
    }

    fn put(&mut self, key: Key, film: Arc<Film>) {
        if self.films.iter().any(|(k, _)| *k == key) {
            return;
        }
        self.num_bytes += film.num_bytes();
        self.films.push_back((key, film));
        while self.num_bytes > BUDGET_BYTES && self.films.len() > 1 {
            if let Some((_, old)) = self.films.pop_front() {
                self.num_bytes -= old.num_bytes();
            }
        }
    }
}

fn lock(cache: &Mutex<Cache>) -> std::sync::MutexGuard<'_, Cache> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pictures {
    pub fn new(decode: Decode, post: Post) -> Self {
        Self {
            decode: Arc::new(decode),
            post,
            now: Arc::new(Lane::start("decode")),
            ahead: Arc::new(Lane::start("decode ahead")),
            cache: Arc::default(),
            newest: Arc::default(),
            project: Arc::default(),
        }
    }

    /// Another project is open: its films may have the same ids.
    pub fn forget(&self) {
        self.project.fetch_add(1, Ordering::SeqCst);
        *lock(&self.cache) = Cache::default();
    }

    /// Whether what was asked for under this number is still of interest.
    fn check(&self) -> impl Fn() -> bool + Send + 'static {
        let (project, mine) = (self.project.clone(), self.project.load(Ordering::SeqCst));
        move || project.load(Ordering::SeqCst) == mine
    }

    pub fn cached(&self, image: &ImageId, frame: u32) -> Option<Arc<Film>> {
        lock(&self.cache).get(&(image.clone(), frame))
    }

    /// The film to show now: answered by `PictureLoaded` or `PictureFailed`.
    pub fn show(&self, image: ImageId, source: FilmSource, frame: u32) {
        let mine = self.newest.fetch_add(1, Ordering::SeqCst) + 1;
        let (decode, post, cache, newest) =
            (self.decode.clone(), self.post.clone(), self.cache.clone(), self.newest.clone());
        let is_current = self.check();
        self.now.run(move || {
            if newest.load(Ordering::SeqCst) != mine || !is_current() {
                return;
            }
            let key = (image, frame);
            let cached = lock(&cache).get(&key);
            let outcome = cached.map_or_else(|| decode(&source, frame).map(Arc::new), Ok);
            if !is_current() {
                return;
            }
            let (image, frame) = key.clone();
            match outcome {
                Ok(film) => {
                    lock(&cache).put(key, film.clone());
                    post.event(Event::PictureLoaded { image, frame, film });
                }
                Err(message) => post.event(Event::PictureFailed { image, frame, message }),
            }
        });
    }

    /// A film that is likely to be asked for next; silent if it fails, since showing it will say why.
    pub fn prepare(&self, image: ImageId, source: FilmSource, wants_thumbnail: bool) {
        let (decode, post, cache) = (self.decode.clone(), self.post.clone(), self.cache.clone());
        let is_current = self.check();
        self.ahead.run(move || {
            if !is_current() {
                return;
            }
            let key = (image, 0);
            let cached = lock(&cache).get(&key);
            let film = match cached {
                Some(film) => film,
                None => match decode(&source, 0) {
                    Ok(film) => Arc::new(film),
                    Err(_) => return,
                },
            };
            if !is_current() {
                return;
            }
            lock(&cache).put(key.clone(), film.clone());
            if wants_thumbnail {
                let (width, height, levels) = thumbnail(&film);
                post.send(News::Thumbnail { image: key.0, width, height, levels });
            }
        });
    }
}

/// The film at its first window, averaged down to a thumbnail of grey levels.
fn thumbnail(film: &Film) -> (usize, usize, Vec<u8>) {
    let (w, h) = (film.width as usize, film.height as usize);
    let step = w.max(h).div_ceil(THUMBNAIL_SIDE).max(1);
    let (tw, th) = (w.div_ceil(step), h.div_ceil(step));
    let scale = GreyScale::new(film, &film.initial_settings());
    let level = |x: usize, y: usize| -> u32 {
        match (&film.pixels, &scale) {
            (Pixels::Grey(plane), Some(scale)) => u32::from(scale.level(plane.texels[y * w + x])),
            (Pixels::Rgb(bytes), _) => bytes[3 * (y * w + x)..][..3].iter().map(|&b| u32::from(b)).sum::<u32>() / 3,
            (Pixels::Grey(_), None) => 0,
        }
    };
    // Every other pixel of a block is enough for a picture this small.
    let stride = (step / 4).max(1);
    let mut levels = Vec::with_capacity(tw * th);
    for ty in 0..th {
        for tx in 0..tw {
            let (mut sum, mut num) = (0, 0);
            for y in (ty * step..((ty + 1) * step).min(h)).step_by(stride) {
                for x in (tx * step..((tx + 1) * step).min(w)).step_by(stride) {
                    sum += level(x, y);
                    num += 1;
                }
            }
            levels.push((sum / num.max(1)) as u8);
        }
    }
    (tw, th, levels)
}
