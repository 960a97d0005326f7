//! How far each reader is, how fast, and what the films left will take.
//!
//! Two clocks are told apart: the time in front of films that is still to come (films left times the median time of a
//! film), and the days until the last one (films left by the films of a day). Nobody reads all day.

use std::collections::BTreeSet;

use crate::domain::people::{Reader, Role};
use crate::domain::project::Workflow;
use crate::domain::reading_time::median_ms;

use super::{ReadingStanding, Standing};

/// Days that the films of a day are counted over, up to today: four weeks, so that weekends weigh as they do.
pub const PACE_DAYS: i64 = 28;

/// How one reader stands.
#[derive(Clone, PartialEq, Debug)]
pub struct ReaderProgress {
    pub reader: Reader,
    /// Films to read, those aside too, and films that were read without having been handed out.
    pub num_given: u64,
    pub num_done: u64,
    /// Opened or marked, and not completed.
    pub num_begun: u64,
    /// Aside for now, and not completed.
    pub num_paused: u64,
    pub active_ms: u64,
    /// Active time of the completed film in the middle; `None` where no time was kept.
    pub median_ms: Option<u64>,
    /// Completed films a day, over the last [`PACE_DAYS`] days, or since the first of them.
    pub films_a_day: Option<f64>,
    /// Time in front of films that is left.
    pub left_ms: Option<u64>,
    /// Days that are left at this pace.
    pub left_days: Option<f64>,
    /// Films to review, and those of them that they have signed.
    pub num_to_review: u64,
    pub num_signed: u64,
    /// The last day on which they completed a film, in days since 1970.
    pub last_day: Option<i64>,
}

impl ReaderProgress {
    /// Films still to come; what is aside is not.
    pub const fn num_left(&self) -> u64 {
        self.num_given.saturating_sub(self.num_done).saturating_sub(self.num_paused)
    }

    /// 0 to 1.
    pub fn share(&self) -> f64 {
        if self.num_given == 0 { 0.0 } else { self.num_done.min(self.num_given) as f64 / self.num_given as f64 }
    }
}

/// Everybody who reads or has films to review, in the order of `readers`. In a free workflow all films are everybody's.
pub fn progress(standing: &Standing, readers: &[Reader], workflow: Workflow, today: i64) -> Vec<ReaderProgress> {
    let mut told = Vec::new();
    for reader in readers {
        let place = standing.readers.iter().position(|id| *id == reader.id).map(|place| place as u32);
        let readings: Vec<&ReadingStanding> =
            standing.readings.iter().filter(|reading| Some(reading.reader) == place).collect();
        let has_tasks = standing.tasks.iter().any(|task| Some(task.reader) == place);
        let reads = reader.roles.has(Role::Annotator) && !reader.has_left;
        let reviews = standing.review_tasks.iter().any(|task| Some(task.reader) == place);
        if readings.is_empty() && !has_tasks && !reads && !reviews {
            continue;
        }
        told.push(of_reader(standing, reader, place, &readings, workflow, today));
    }
    told
}

fn of_reader(
    standing: &Standing,
    reader: &Reader,
    place: Option<u32>,
    readings: &[&ReadingStanding],
    workflow: Workflow,
    today: i64,
) -> ReaderProgress {
    let is_over = |reading: &ReadingStanding| reading.is_completed || reading.is_unfit;
    let done: BTreeSet<(u32, bool)> =
        readings.iter().filter(|one| is_over(one)).map(|one| (one.film, one.is_repeat)).collect();
    let tasks = || standing.tasks.iter().filter(|task| Some(task.reader) == place);
    let (num_given, num_done) = if workflow.hands_out() {
        let given = tasks().map(|task| (task.film, task.is_repeat)).chain(done.iter().copied());
        (given.collect::<BTreeSet<_>>().len() as u64, done.len() as u64)
    } else {
        (u64::from(standing.num_films), done.len() as u64)
    };
    let num_paused =
        tasks().filter(|task| task.is_paused && !done.contains(&(task.film, task.is_repeat))).count() as u64;
    let mut times: Vec<u64> =
        readings.iter().filter(|one| is_over(one) && one.active_ms > 0).map(|one| one.active_ms).collect();
    let median = (!times.is_empty()).then(|| median_ms(&mut times));
    let days = || readings.iter().filter(|one| is_over(one)).map(|one| one.day);
    let recent = || days().filter(|day| (today - PACE_DAYS + 1..=today).contains(day));
    let films_a_day = recent().min().map(|first| recent().count() as f64 / (today - first + 1).max(1) as f64);
    let reviews = || standing.review_tasks.iter().filter(|task| Some(task.reader) == place);
    let mut progress = ReaderProgress {
        num_to_review: reviews().count() as u64,
        num_signed: reviews().filter(|task| task.is_signed).count() as u64,
        reader: reader.clone(),
        num_given,
        num_done,
        num_begun: readings.iter().filter(|one| !is_over(one)).count() as u64,
        num_paused,
        active_ms: readings.iter().map(|one| one.active_ms).sum(),
        median_ms: median,
        films_a_day,
        left_ms: None,
        left_days: None,
        last_day: days().max(),
    };
    if reader.has_left {
        return progress;
    }
    let num_left = progress.num_left();
    progress.left_ms = median.map(|median| median * num_left);
    progress.left_days = films_a_day.filter(|rate| *rate > 0.0).map(|rate| num_left as f64 / rate);
    progress
}

#[cfg(test)]
mod tests {
    use super::super::{ReviewTaskStanding, TaskStanding, read_by};
    use super::*;
    use crate::domain::people::Roles;
    use crate::domain::reading::Decision;

    fn standing() -> Standing {
        let task = |film, is_paused| TaskStanding { film, reader: 0, is_repeat: false, is_paused };
        let read = |film, day, active_ms| ReadingStanding { active_ms, ..read_by(film, 0, Decision::Normal, 0, day) };
        Standing {
            num_films: 20,
            readers: vec!["R1".into(), "R2".into()],
            tasks: (0..10).map(|film| task(film, film == 9)).collect(),
            readings: vec![
                read(0, 1000, 60_000),
                read(1, 1000, 20_000),
                // Unfit is over too.
                ReadingStanding { is_completed: false, is_unfit: true, ..read(2, 1003, 40_000) },
                ReadingStanding { is_completed: false, ..read(3, 1003, 500_000) },
                // Long ago: counts as done, not for the pace.
                read(4, 900, 0),
                // Read without having been handed out.
                read(15, 1002, 40_000),
            ],
            review_tasks: [(0, true), (1, false), (2, true)]
                .map(|(film, is_signed)| ReviewTaskStanding { film, reader: 1, is_signed })
                .to_vec(),
            reviews: Vec::new(),
        }
    }

    #[test]
    fn pace_and_time_left() {
        let one = Reader::new("R1", "One");
        // All that was imported is done, though nothing was handed out.
        let imported = Standing { tasks: Vec::new(), ..standing() };
        let told = &progress(&imported, std::slice::from_ref(&one), Workflow::Single, 1003)[0];
        assert_eq!((told.num_given, told.num_done, told.num_left()), (5, 5, 0));
        let guest = Reader { roles: Roles::NONE.with(Role::Guest), ..Reader::new("R3", "Looks") };
        let told = progress(&standing(), &[one.clone(), guest], Workflow::Blind { readers: 3 }, 1003);
        assert_eq!(told.len(), 1, "who only looks is no reader");
        let reviewer = Reader { roles: Roles::NONE.with(Role::Reviewer), ..Reader::new("R2", "Signs") };
        let signs = &progress(&standing(), &[reviewer], Workflow::Free, 1003)[0];
        assert_eq!((signs.num_to_review, signs.num_signed, told[0].num_to_review), (3, 2, 0));
        let told = &told[0];
        // Ten in hand, four of them over, and film 15.
        assert_eq!((told.num_given, told.num_done, told.num_begun, told.num_paused), (11, 5, 1, 1));
        assert_eq!(told.num_left(), 5);
        // The middle of 20, 40, 40, 60 s; four films on days 1000 to 1003.
        assert_eq!((told.median_ms, told.left_ms), (Some(40_000), Some(200_000)));
        assert_eq!((told.films_a_day, told.left_days), (Some(1.0), Some(5.0)));
        assert_eq!((told.last_day, told.active_ms), (Some(1003), 660_000));
        assert!((told.share() - 5.0 / 11.0).abs() < 1e-12);
        // Where nothing is handed out, all films are to be read.
        let free = &progress(&standing(), std::slice::from_ref(&one), Workflow::Free, 1003)[0];
        assert_eq!((free.num_given, free.num_done), (20, 5));
        // A month later nothing is known of the pace.
        let later = &progress(&standing(), &[one], Workflow::Single, 1040)[0];
        assert_eq!((later.films_a_day, later.left_days, later.median_ms), (None, None, Some(40_000)));
    }
}
