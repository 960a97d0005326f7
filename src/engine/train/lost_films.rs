//! Films that can't be read: whether a run may begin without them, and how that is told.

use std::collections::BTreeSet;

use rachis::domain::id::ImageId;
use rachis::domain::model::ModelTask;
use rachis::domain::training::dataset::{FrozenDataset, FrozenFilm, Split};

use super::data::cache::FailedFilm;
use crate::failure::Failure;

/// Of 100 films so many may be lost.
const MOST_PERCENT: usize = 2;

/// For the status, for as long as the run lives.
pub fn told(num_lost: usize) -> Option<String> {
    match num_lost {
        0 => None,
        1 => Some("1 film can't be read and is left out.".to_owned()),
        num => Some(format!("{num} films can't be read and are left out.")),
    }
}

/// A run that would learn something else than was asked for does not begin.
pub fn refuse(dataset: &FrozenDataset, task: ModelTask, failed: &[FailedFilm]) -> Result<(), Failure> {
    let Some(first) = failed.first() else { return Ok(()) };
    let lost: BTreeSet<&ImageId> = failed.iter().map(|film| &film.image).collect();
    let used: Vec<&FrozenFilm> = dataset.films.iter().filter(|film| film.split != Split::Test).collect();
    let kind = lost_kind(dataset, task, &used, &lost);
    let why = if let Some(kind) = kind {
        format!("all {kind}")
    } else if lost.len() * 100 > used.len() * MOST_PERCENT {
        format!("more than {MOST_PERCENT} in 100")
    } else {
        return Ok(());
    };
    Err(Failure {
        message: format!(
            "{} of {} films can't be read, {why}, so nothing was learned. The first is {}: {}.",
            lost.len(),
            used.len(),
            first.image.as_str(),
            first.why.trim_end_matches('.')
        ),
        advice: Some("Bring the films back and go on with the run, or freeze a data set without them.".to_owned()),
    })
}

/// The first kind of films of which there were some and none is left.
fn lost_kind(
    dataset: &FrozenDataset,
    task: ModelTask,
    used: &[&FrozenFilm],
    lost: &BTreeSet<&ImageId>,
) -> Option<String> {
    for (split, name) in [(Split::Train, "training"), (Split::Dev, "dev")] {
        let is_lost = |is_one: &dyn Fn(&FrozenFilm) -> bool| {
            let mut films = used.iter().filter(|film| film.split == split && is_one(film)).peekable();
            films.peek().is_some() && films.all(|film| lost.contains(&film.image))
        };
        if is_lost(&|film| film.is_abnormal) {
            return Some(format!("abnormal {name} films among them"));
        }
        if is_lost(&|film| !film.is_abnormal) {
            return Some(format!("normal {name} films among them"));
        }
        if task == ModelTask::Detect {
            let gone = |class: &&rachis::domain::label::LabelName| {
                is_lost(&|film| film.boxes.iter().any(|one| one.label == **class))
            };
            if let Some(class) = dataset.classes.iter().find(gone) {
                return Some(format!("{name} films with {} among them", class.as_str()));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::data::trial;

    #[test]
    fn few_lost_films_are_told_and_many_or_a_whole_kind_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        // 61 films are used: 1 lost is 1.6 in 100, 2 are 3.3.
        let (mut dataset, _) = trial::dataset(folder.path(), 62, [20, 16]);
        let failed = |places: &[usize]| -> Vec<FailedFilm> {
            let film =
                |&place: &usize| FailedFilm { image: ImageId::new(format!("film{place:03}")), why: "gone".into() };
            places.iter().map(film).collect()
        };
        let check = |dataset: &FrozenDataset, task, places: &[usize], expected: Option<&str>| {
            let message = refuse(dataset, task, &failed(places)).err().map(|failure| failure.message);
            match (expected, &message) {
                (None, None) => {}
                (Some(part), Some(message)) => assert!(message.contains(part), "{message}"),
                _ => panic!("{places:?}: {message:?}"),
            }
        };
        check(&dataset, ModelTask::Detect, &[], None);
        check(&dataset, ModelTask::Detect, &[1], None);
        check(&dataset, ModelTask::Detect, &[1, 2], Some("2 of 61 films can't be read, more than 2 in 100"));
        // The dev films are 60 and 61, both abnormal or not as every fourth is normal; 60 has the second class.
        dataset.films[60].is_abnormal = false;
        check(&dataset, ModelTask::Classify, &[60], Some("all normal dev films among them"));
        dataset.films[60].is_abnormal = true;
        dataset.films[61].is_abnormal = true;
        dataset.films[61].boxes.clear();
        check(&dataset, ModelTask::Detect, &[60], Some("all dev films with Other lesions among them"));
        check(&dataset, ModelTask::Classify, &[60], None);
        assert_eq!(told(0), None);
        assert!(told(3).unwrap().starts_with("3 films"));
    }
}
