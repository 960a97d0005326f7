//! How long a reader worked on films, and what it came to: the reader's own numbers.

use super::id::{ImageId, ReaderId};
use super::label::LabelName;

/// Active time of one reader on one film with one tool, pauses left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadingTime {
    pub reader: ReaderId,
    pub image: ImageId,
    /// The tool's stable key.
    pub tool: String,
    pub active_ms: u64,
}

/// What one reader has read, and in what time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReaderStatistics {
    /// Completed films.
    pub num_read: u64,
    pub num_normal: u64,
    pub num_abnormal: u64,
    /// Taken out of the queue as unfit.
    pub num_unfit: u64,
    /// Marks by label, the most frequent first.
    pub marks: Vec<(LabelName, u64)>,
    /// Films that any time was spent on.
    pub num_timed: u64,
    /// Active time of the film in the middle.
    pub median_ms: u64,
    pub total_ms: u64,
    /// Active time by the tool's key, the longest first.
    pub by_tool: Vec<(String, u64)>,
    /// The latest first.
    pub days: Vec<DayOfReading>,
}

/// One day on this computer's calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DayOfReading {
    /// As 2024-05-31.
    pub day: String,
    /// Films whose reading, completed by now, was last changed on that day.
    pub num_read: u64,
    pub active_ms: u64,
}

/// The middle one; of an even number the mean of the two in the middle; 0 of none.
pub fn median_ms(times: &mut [u64]) -> u64 {
    times.sort_unstable();
    match times.len() {
        0 => 0,
        n if n % 2 == 1 => times[n / 2],
        n => u64::midpoint(times[n / 2 - 1], times[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        for (times, expected) in
            [(vec![], 0), (vec![7], 7), (vec![9, 1], 5), (vec![9, 1, 2], 2), (vec![1, 1000, 3, 2], 2)]
        {
            assert_eq!(median_ms(&mut times.clone()), expected, "{times:?}");
        }
    }
}
