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
fn a_run_goes_on_by_what_its_specification_says_whatever_else_a_program_knows() {
    let text = r#"{"name": "a", "architecture": "densenet121", "device": "cpu", "parameters": {"seed": 3}}"#;
    let hash = |text: &str| what_is_learned(text).unwrap();
    let renamed =
        r#"{ "parameters": {"seed":3}, "architecture": "densenet121", "group": "g", "program_version": "9" }"#;
    assert_eq!(hash(text), hash(renamed));
    assert_ne!(hash(text), hash(&text.replace('3', "4")));
    assert_ne!(hash(text), hash(&text.replace("{\"seed\"", "{\"new_one\": 1, \"seed\"")));
}

#[test]
fn a_run_of_a_graphics_card_does_not_go_on_without_it_unless_the_processor_was_asked_for() {
    let failure = refuse_processor(None, "cuda:0", Device::Cpu).unwrap_err();
    assert!(failure.message.contains("graphics card cuda:0") && failure.advice.is_some(), "{failure}");
    for (asked, before, device) in [
        (Some("cpu"), "cuda:0", Device::Cpu),
        (None, "cuda:0", Device::Cuda(0)),
        (None, "cpu", Device::Cpu),
        (None, "", Device::Cpu),
    ] {
        assert_eq!(refuse_processor(asked, before, device), Ok(()));
    }
    // What was the device is known as long as another is not chosen.
    let place = tempfile::tempdir().unwrap();
    let folder = TrainingFolder::open(place.path());
    for _ in 0..2 {
        let (starter, _films) = Starter::listen(std::io::Cursor::new(""));
        let mut desk = Desk::new(folder.clone(), starter);
        if desk.status.device.is_empty() {
            desk.status.device = "cuda:0".to_owned();
        }
        desk.tell_now();
        assert_eq!(folder.status().unwrap().device, "cuda:0");
    }
    let (starter, _films) = Starter::listen(std::io::Cursor::new(""));
    assert_eq!(Desk::new(folder, starter).status.device, "cuda:0");
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
