//! Decoded films within a budget of bytes: those on screen stay, the least wanted leave first.

use std::sync::Arc;

use crate::domain::id::ImageId;
use crate::domain::imaging::Film;

/// A film and which of its frames, counted from 0.
pub(super) type Key = (ImageId, u32);

/// How much a film is wanted: 0 is on screen, higher comes later.
pub(super) type Rank = u8;

/// In a viewport, or asked for.
pub(super) const ON_SCREEN: Rank = 0;
/// Nobody expects it any more.
pub(super) const NOT_EXPECTED: Rank = Rank::MAX;

#[derive(Debug)]
struct Held {
    key: Key,
    film: Arc<Film>,
    /// As counted when it came: its parts may be made later.
    num_bytes: usize,
    rank: Rank,
    used: u64,
}

/// Films in memory. More than the budget only where the films on screen alone are more.
#[derive(Debug)]
pub(super) struct FilmCache {
    held: Vec<Held>,
    num_bytes: usize,
    budget: usize,
    clock: u64,
}

impl FilmCache {
    pub fn new(budget: usize) -> Self {
        Self { held: Vec::new(), num_bytes: 0, budget, clock: 0 }
    }

    pub fn num_bytes(&self) -> usize {
        self.num_bytes
    }

    pub fn budget(&self) -> usize {
        self.budget
    }

    pub fn get(&mut self, key: &Key) -> Option<Arc<Film>> {
        self.clock += 1;
        let held = self.held.iter_mut().find(|held| held.key == *key)?;
        held.used = self.clock;
        Some(held.film.clone())
    }

    pub fn has(&self, key: &Key) -> bool {
        self.held.iter().any(|held| held.key == *key)
    }

    /// Keeps a film, and lets others go that are wanted less; `false` where there is no room for it even so.
    pub fn put(&mut self, key: Key, film: Arc<Film>, rank: Rank) -> bool {
        if self.has(&key) {
            return true;
        }
        let num_bytes = film.num_bytes();
        if !self.has_room(num_bytes, rank) {
            return false;
        }
        self.clock += 1;
        self.held.push(Held { key, film, num_bytes, rank, used: self.clock });
        self.num_bytes += num_bytes;
        self.shrink();
        self.held.iter().any(|held| held.used == self.clock)
    }

    /// Whether a film of this size and rank would stay.
    pub fn has_room(&self, num_bytes: usize, rank: Rank) -> bool {
        let stays: usize =
            self.held.iter().filter(|held| held.rank <= rank && rank != NOT_EXPECTED).map(|h| h.num_bytes).sum();
        rank == ON_SCREEN || stays + num_bytes <= self.budget
    }

    /// Tells anew how much each film is wanted.
    pub fn rank_by(&mut self, rank_of: impl Fn(&Key) -> Rank) {
        for held in &mut self.held {
            held.rank = rank_of(&held.key);
        }
        self.shrink();
    }

    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
        self.shrink();
    }

    /// The least wanted leave first, of those the one that was used longest ago.
    fn shrink(&mut self) {
        while self.num_bytes > self.budget {
            let gone = self.held.iter().enumerate().filter(|(_, held)| held.rank != ON_SCREEN);
            let Some((at, _)) = gone.max_by_key(|(_, held)| (held.rank, std::cmp::Reverse(held.used))) else { return };
            self.num_bytes -= self.held.swap_remove(at).num_bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::imaging::{DisplayFacts, GreyPlane, Pixels};

    fn film(num_texels: usize) -> Arc<Film> {
        let plane = GreyPlane { texels: vec![0; num_texels], scale: 1.0, offset: 0.0 };
        Arc::new(Film::new(num_texels as u32, 1, Pixels::Grey(plane), DisplayFacts::default()))
    }

    fn key(n: usize) -> Key {
        (ImageId::new(format!("film{n}")), 0)
    }

    #[test]
    fn the_least_wanted_leave_first_and_the_budget_holds() {
        let each = film(100).num_bytes();
        let mut cache = FilmCache::new(3 * each);
        for (n, rank) in [(0, ON_SCREEN), (1, 1), (2, NOT_EXPECTED), (3, 2)] {
            assert!(cache.put(key(n), film(100), rank), "{n}");
        }
        assert!(!cache.has(&key(2)), "nobody expects it");
        assert_eq!(cache.num_bytes(), 3 * each);
        // Wanted less than all that is there: no room, and nothing leaves.
        assert!(!cache.put(key(4), film(100), 3));
        assert!(cache.has(&key(3)));
        // Wanted more: the least wanted makes room.
        assert!(cache.put(key(5), film(100), 1));
        assert!(!cache.has(&key(3)) && cache.has(&key(1)));
        // On screen goes before everything, and over the budget where it must.
        assert!(cache.put(key(6), film(1000), ON_SCREEN));
        assert!(cache.has(&key(0)) && cache.has(&key(6)) && !cache.has(&key(1)));
        cache.rank_by(|k| if *k == key(0) { ON_SCREEN } else { NOT_EXPECTED });
        assert_eq!(cache.num_bytes(), each);
    }

    #[test]
    fn of_those_wanted_alike_the_oldest_leaves() {
        let each = film(100).num_bytes();
        let mut cache = FilmCache::new(2 * each);
        assert!(cache.put(key(0), film(100), NOT_EXPECTED));
        assert!(cache.put(key(1), film(100), NOT_EXPECTED));
        assert!(cache.get(&key(0)).is_some());
        assert!(cache.put(key(2), film(100), NOT_EXPECTED));
        assert!(cache.has(&key(0)) && !cache.has(&key(1)));
        cache.set_budget(each);
        assert_eq!(cache.num_bytes(), each);
        assert!(cache.has(&key(2)));
        assert!(!cache.put(key(3), film(1000), NOT_EXPECTED), "larger than the budget");
    }
}
