//! Active reading time: who worked on which film with which tool, and for how long, pauses left out.

use std::collections::BTreeMap;

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::reading_time::ReadingTime;

use super::effect::Effect;
use super::handle::Input;
use super::screen::{Screen, Session};

/// A longer pause between two inputs is no reading.
const IDLE_MS: i64 = 30_000;

/// What has not been written yet is at most so long.
const KEEP_MS: i64 = 30_000;

/// What is in front of the reader.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub reader: ReaderId,
    pub image: ImageId,
    pub tool: &'static str,
}

/// Counts from input to input.
#[derive(Debug, Default)]
pub(super) struct ReadingClock {
    /// The last input, and what has been in front of the reader since.
    since: Option<(i64, Place)>,
    spent: BTreeMap<Place, u64>,
    /// When something was first spent that is not written yet.
    unkept_since_ms: Option<i64>,
}

impl ReadingClock {
    /// The reader did something, or something else is in front of the reader from now on (`None`: no film).
    fn tick(&mut self, now_ms: i64, place: Option<Place>) {
        if let Some((then_ms, before)) = self.since.take() {
            // A clock that is set back says nothing.
            let passed = now_ms - then_ms;
            if (1..=IDLE_MS).contains(&passed) {
                *self.spent.entry(before).or_default() += passed as u64;
                self.unkept_since_ms.get_or_insert(then_ms);
            }
        }
        self.since = place.map(|place| (now_ms, place));
    }

    fn is_due(&self, now_ms: i64) -> bool {
        self.unkept_since_ms.is_some_and(|since| now_ms - since >= KEEP_MS)
    }

    fn take(&mut self) -> Vec<ReadingTime> {
        self.unkept_since_ms = None;
        let spent = std::mem::take(&mut self.spent).into_iter();
        spent
            .map(|(place, active_ms)| ReadingTime {
                reader: place.reader,
                image: place.image,
                tool: place.tool.to_owned(),
                active_ms,
            })
            .collect()
    }
}

impl Session {
    /// Follows an input that has been dealt with; what is due is handed over to be written.
    pub(super) fn mind_time(&mut self, is_by_person: bool, now_ms: i64) -> Vec<Effect> {
        let before = self.clock.since.as_ref().map(|(_, place)| place);
        let (is_there, film) = (self.reading_image(), self.pane.film.as_ref());
        let is_same = match (before, film.filter(|_| is_there)) {
            (Some(before), Some(film)) => {
                before.image == *film.image()
                    && before.tool == self.tool.key()
                    && Some(&before.reader) == self.reader_id()
            }
            (None, None) => true,
            _ => false,
        };
        if is_same && (!is_by_person || before.is_none()) {
            return Vec::new();
        }
        let was_image = before.map(|place| place.image.clone());
        let place = self.place();
        let has_left = was_image.is_some() && was_image.as_ref() != place.as_ref().map(|place| &place.image);
        self.clock.tick(now_ms, place);
        if has_left || self.clock.is_due(now_ms) { self.keep_time(now_ms) } else { Vec::new() }
    }

    /// Has all time up to now written.
    pub(super) fn keep_time(&mut self, now_ms: i64) -> Vec<Effect> {
        let place = self.clock.since.as_ref().map(|(_, place)| place.clone());
        self.clock.tick(now_ms, place);
        let times = self.clock.take();
        if times.is_empty() { Vec::new() } else { vec![Effect::RecordTime(times)] }
    }

    /// The window closes: what is counted is written, and counting ends.
    pub fn stop_clock(&mut self, now_ms: i64) -> Vec<Effect> {
        let effects = self.keep_time(now_ms);
        self.clock = ReadingClock::default();
        effects
    }

    fn reading_image(&self) -> bool {
        self.screen == Screen::Film && !self.is_window_left
    }

    fn place(&self) -> Option<Place> {
        let film = self.pane.film.as_ref().filter(|_| self.reading_image())?;
        Some(Place { reader: self.reader_id()?.clone(), image: film.image().clone(), tool: self.tool.key() })
    }
}

impl Input {
    /// Done by the person, unlike what comes from the outside or from drawing.
    pub(super) const fn is_by_person(&self) -> bool {
        matches!(
            self,
            Self::Command(_) | Self::Pointer(_) | Self::Wheel { .. } | Self::Pinch { .. } | Self::WindowFocused(true)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as the clock takes it")]
    fn at(film: &str, tool: &'static str) -> Option<Place> {
        Some(Place { reader: "R1".into(), image: film.into(), tool })
    }

    /// Inputs as (second, film and tool in front of the reader after it), and the seconds by film and tool.
    fn check(inputs: &[(i64, Option<Place>)], expected: &[(&str, &str, u64)]) {
        let mut clock = ReadingClock::default();
        for (secs, place) in inputs {
            clock.tick(secs * 1000, place.clone());
        }
        let times = clock.take();
        let told: Vec<(&str, &str, u64)> =
            times.iter().map(|t| (t.image.as_str(), t.tool.as_str(), t.active_ms / 1000)).collect();
        assert_eq!(told, expected, "{inputs:?}");
        assert_eq!(clock.take(), [], "what is taken is taken once");
    }

    #[test]
    fn time_belongs_to_the_film_and_tool_in_front_of_the_reader() {
        let (a, b) = (|| at("a", "box"), || at("b", "box"));
        check(&[(0, a())], &[]);
        check(&[(0, a()), (10, a())], &[("a", "box", 10)]);
        // The wait before an input belongs to what was there before it.
        check(&[(0, a()), (10, b()), (25, b())], &[("a", "box", 10), ("b", "box", 15)]);
        check(&[(0, a()), (4, at("a", "ruler")), (9, a()), (10, a())], &[("a", "box", 5), ("a", "ruler", 5)]);
        // A pause up to the cut-off is thinking, a longer one is not reading at all.
        check(&[(0, a()), (30, a())], &[("a", "box", 30)]);
        check(&[(0, a()), (31, a())], &[]);
        check(&[(0, a()), (5, a()), (3600, a()), (3602, a())], &[("a", "box", 7)]);
        // Another screen or another window.
        check(&[(0, a()), (5, None), (20, None), (21, a()), (24, a())], &[("a", "box", 8)]);
        // A clock that is set back.
        check(&[(100, a()), (40, a()), (42, a())], &[("a", "box", 2)]);
    }

    #[test]
    fn nothing_older_than_half_a_minute_is_unwritten() {
        let mut clock = ReadingClock::default();
        let due: Vec<bool> = [0, 10, 20, 30, 39, 40, 41]
            .map(|secs| {
                clock.tick(secs * 1000, at("a", "box"));
                let is_due = clock.is_due(secs * 1000);
                if is_due {
                    clock.take();
                }
                is_due
            })
            .to_vec();
        assert_eq!(due, [false, false, false, true, false, false, false]);
    }
}
