//! What the parts of a run do where something is wrong, without a process of its own; `tests/it` runs whole ones.

use super::*;
use crate::train::data::trial;

#[test]
fn films_that_are_locked_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (mut dataset, _) = trial::dataset(folder.path(), 6, [60, 50]);
    assert_eq!(refuse_locked(&dataset), Ok(()));
    dataset.locked = vec![dataset.films[3].sha256];
    assert_eq!(refuse_locked(&dataset), Ok(()), "a test film may be locked");
    dataset.locked.push(dataset.films[0].sha256);
    dataset.locked.push(dataset.films[5].sha256);
    dataset.locked.sort_unstable();
    let message = refuse_locked(&dataset).unwrap_err().message;
    assert!(message.starts_with("2 of the films to learn from are locked"), "{message}");
}

#[test]
fn a_device_that_is_full_or_lost_is_told_in_the_words_of_a_run() {
    let place = tempfile::tempdir().unwrap();
    let folder = TrainingFolder::open(place.path());
    let told = |text: &str| in_words(Failure::from_text(text), &folder);
    let full = told("CUDA out of memory. Tried to allocate 2.00 GiB.");
    assert!(full.message.starts_with("The graphics card ran out of memory") && full.advice.is_some(), "{full:?}");
    assert!(full.message.contains("No checkpoint was written yet"), "{full}");
    std::fs::create_dir(folder.checkpoints()).unwrap();
    std::fs::write(folder.checkpoint(40), "").unwrap();
    let lost = told("CUDA error: unspecified launch failure");
    assert!(lost.message.contains("does not answer") && lost.message.contains("step 40 is kept"), "{lost}");
    assert_eq!(told("x"), Failure::new("x"));
}
