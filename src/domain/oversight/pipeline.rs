//! How many films have come how far: collected, found fit, handed out, read, reviewed, settled.

use std::collections::HashSet;

use crate::domain::project::Workflow;

use super::Standing;

/// A stage of the pipeline; a film that has come to one has come through all before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Imported, without names.
    Collected,
    /// Not found unfit: of those who judged, at least half would read it.
    Filtered,
    /// In the hands of as many readers as the workflow asks for.
    HandedOut,
    /// Completed by as many readers as the workflow asks for; by one where it does not count.
    Read,
    /// In the hands of as many reviewers as the workflow asks for, or signed by all.
    ToReview,
    /// Signed by at least one reviewer.
    Reviewed,
    /// Signed by all of them.
    Settled,
}

/// Films at a stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StageCount {
    pub stage: Stage,
    pub num_films: u64,
    /// Films that have begun with it and are not through: handed out or read by some, but not by enough.
    pub num_begun: u64,
}

#[derive(Clone, Copy, Default)]
struct Film {
    num_unfit: u32,
    num_fit: u32,
    num_handed: u32,
    num_read: u32,
    num_to_review: u32,
    num_signed: u32,
    is_settled: bool,
}

/// The stages that this workflow has. Where films are not handed out, nothing is counted for it.
pub fn pipeline(standing: &Standing, workflow: Workflow) -> Vec<StageCount> {
    let mut films = vec![Film::default(); standing.num_films as usize];
    let mut in_hands = HashSet::new();
    for task in standing.tasks.iter().filter(|task| !task.is_repeat) {
        if let Some(film) = films.get_mut(task.film as usize) {
            film.num_handed += 1;
            in_hands.insert((task.film, task.reader));
        }
    }
    for reading in standing.readings.iter().filter(|reading| !reading.is_repeat && !reading.is_truth) {
        let Some(film) = films.get_mut(reading.film as usize) else { continue };
        film.num_unfit += u32::from(reading.is_unfit);
        film.num_fit += u32::from(reading.is_completed && !reading.is_unfit);
        film.num_read += u32::from(reading.is_completed);
        // Who read it without, or had it imported, need not be handed it any more.
        film.num_handed += u32::from(reading.is_completed && !in_hands.contains(&(reading.film, reading.reader)));
    }
    for task in &standing.review_tasks {
        if let Some(film) = films.get_mut(task.film as usize) {
            film.num_to_review += 1;
        }
    }
    for review in &standing.reviews {
        if let Some(film) = films.get_mut(review.film as usize) {
            film.num_signed = review.num_signed;
            film.is_settled = review.is_settled;
        }
    }
    let needed = workflow.readers().unwrap_or(1).max(1);
    let is_fit = |film: &Film| film.num_unfit <= film.num_fit;
    let count = |keep: &dyn Fn(&Film) -> bool| films.iter().filter(|film| keep(film)).count() as u64;
    let fit = |keep: &dyn Fn(&Film) -> bool| count(&|film| is_fit(film) && keep(film));
    let mut stages = vec![
        StageCount { stage: Stage::Collected, num_films: films.len() as u64, num_begun: 0 },
        StageCount { stage: Stage::Filtered, num_films: fit(&|_| true), num_begun: 0 },
    ];
    if workflow.hands_out() {
        stages.push(StageCount {
            stage: Stage::HandedOut,
            num_films: fit(&|film| film.num_handed >= needed),
            num_begun: fit(&|film| (1..needed).contains(&film.num_handed)),
        });
    }
    stages.push(StageCount {
        stage: Stage::Read,
        num_films: fit(&|film| film.num_read >= needed),
        num_begun: fit(&|film| (1..needed).contains(&film.num_read)),
    });
    if workflow.reviewers() > 0 {
        let needed = workflow.reviewers();
        stages.push(StageCount {
            stage: Stage::ToReview,
            num_films: fit(&|film| film.num_to_review >= needed || film.is_settled),
            num_begun: fit(&|film| (1..needed).contains(&film.num_to_review) && !film.is_settled),
        });
        stages.push(StageCount {
            stage: Stage::Reviewed,
            num_films: fit(&|film| film.num_signed > 0 || film.is_settled),
            num_begun: 0,
        });
        stages.push(StageCount { stage: Stage::Settled, num_films: fit(&|film| film.is_settled), num_begun: 0 });
    }
    stages
}

#[cfg(test)]
mod tests {
    use super::super::{ReadingStanding, ReviewStanding, ReviewTaskStanding, TaskStanding, read_by};
    use super::*;
    use crate::domain::reading::Decision;

    /// Six films of a workflow with two readers and two reviewers.
    fn standing() -> Standing {
        let task = |film, reader| TaskStanding { film, reader, is_repeat: false, is_paused: false };
        let read = |film, reader| read_by(film, reader, Decision::Normal, 0, 0);
        let unfit = |film, reader| ReadingStanding { is_unfit: true, is_completed: false, ..read(film, reader) };
        Standing {
            num_films: 6,
            readers: vec!["R1".into(), "R2".into(), "R3".into()],
            // Film 5 was handed out to nobody, film 4 to one.
            tasks: vec![
                task(0, 0),
                task(0, 1),
                task(1, 0),
                task(1, 1),
                task(2, 0),
                task(2, 1),
                task(3, 0),
                task(3, 1),
                task(4, 0),
                // A repeat makes no second reader.
                TaskStanding { is_repeat: true, ..task(4, 0) },
            ],
            readings: vec![
                read(0, 0),
                read(0, 1),
                read(1, 0),
                read(1, 1),
                read(2, 0),
                // One of two found film 2 unfit: it is a tie, and stays.
                unfit(2, 1),
                unfit(3, 0),
                ReadingStanding { is_repeat: true, ..read(4, 0) },
                // Whoever knows the truth is none of its readers.
                ReadingStanding { is_truth: true, ..read(4, 2) },
            ],
            review_tasks: [(0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
                .map(|(film, reader)| ReviewTaskStanding { film, reader, is_signed: film == 0 })
                .to_vec(),
            reviews: vec![
                ReviewStanding { film: 0, num_signed: 2, is_settled: true },
                ReviewStanding { film: 1, num_signed: 1, is_settled: false },
                ReviewStanding { film: 2, num_signed: 0, is_settled: false },
            ],
        }
    }

    #[test]
    fn whoever_read_a_film_before_it_was_handed_to_others_counts_with_them() {
        let mut standing = standing();
        // Film 4 is in R1's hands; R2 and R3 read it without.
        standing.readings.extend([1, 2].map(|reader| read_by(4, reader, Decision::Normal, 0, 0)));
        let stages = pipeline(&standing, Workflow::Blind { readers: 3 });
        let handed = stages.iter().find(|at| at.stage == Stage::HandedOut).unwrap();
        assert_eq!((handed.num_films, handed.num_begun), (1, 3));
    }

    #[test]
    fn films_are_counted_at_every_stage_that_they_came_through() {
        let told = |workflow| {
            let stages = pipeline(&standing(), workflow);
            stages.into_iter().map(|at| (at.stage, at.num_films, at.num_begun)).collect::<Vec<_>>()
        };
        assert_eq!(
            told(Workflow::Reviewed { readers: 2, reviewers: 2 }),
            [
                (Stage::Collected, 6, 0),
                (Stage::Filtered, 5, 0),
                (Stage::HandedOut, 3, 1),
                (Stage::Read, 2, 1),
                (Stage::ToReview, 2, 1),
                (Stage::Reviewed, 2, 0),
                (Stage::Settled, 1, 0),
            ]
        );
        assert_eq!(told(Workflow::Free), [(Stage::Collected, 6, 0), (Stage::Filtered, 5, 0), (Stage::Read, 3, 0)]);
        assert_eq!(told(Workflow::Single)[2], (Stage::HandedOut, 4, 0));
        // Read before anything was handed out: nothing is left to hand out.
        let read_first = Standing { tasks: Vec::new(), ..standing() };
        let stages = pipeline(&read_first, Workflow::Single);
        assert_eq!((stages[2].num_films, stages[3].num_films), (3, 3));
        assert_eq!(pipeline(&Standing::default(), Workflow::Free)[0].num_films, 0);
    }
}
