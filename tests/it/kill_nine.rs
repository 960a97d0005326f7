//! Killed at random, nothing that was called saved is lost.
//!
//! The test starts itself as the victim: a process that annotates through the store's thread and prints every edit that
//! it is told is saved. `RACHIS_KILLS` is how often it is killed (20 unless told).

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rachis::domain::id::LogSeq;
use rachis::domain::log::Step;
use rachis::store::{Outcome, Store, StoreThread};

use crate::store_log::assert_log_rebuilds;
use crate::store_walk::{self, Dice, Walk};

/// Names the project to the victim.
const VICTIM: &str = "RACHIS_TEST_KILL_NINE_PROJECT";
const SEED: &str = "RACHIS_TEST_KILL_NINE_SEED";

/// A fresh project after so many kills, so that checking the whole log stays quick.
const KILLS_A_PROJECT: usize = 20;

/// Edits that may be on their way at once.
const IN_FLIGHT: usize = 32;

#[test]
fn kill_nine_loses_nothing_that_was_called_saved() {
    if let Ok(folder) = std::env::var(VICTIM) {
        annotate_until_killed(folder.as_ref(), std::env::var(SEED).unwrap().parse().unwrap());
    }
    let kills: usize = std::env::var("RACHIS_KILLS").map_or(20, |n| n.parse().unwrap());
    let (mut done, mut num_saved, mut num_idle) = (0, 0, 0);
    while done < kills {
        let folder = tempfile::tempdir().unwrap();
        drop(store_walk::project(folder.path()));
        let mut saved = BTreeMap::new();
        for _ in 0..KILLS_A_PROJECT.min(kills - done) {
            let before = saved.len();
            kill_one(folder.path(), done as u64, &mut saved);
            num_idle += usize::from(saved.len() == before);
            check(folder.path(), &saved);
            done += 1;
        }
        num_saved += saved.len();
    }
    println!("{kills} kills, {num_saved} edits called saved, {num_idle} kills before the first edit");
    assert!(num_saved > kills, "the victim hardly got to work: {num_saved} edits in {kills} kills");
}

/// Runs a victim and kills it at a random moment. What it called saved is added to `saved`.
fn kill_one(folder: &std::path::Path, seed: u64, saved: &mut BTreeMap<i64, String>) {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["kill_nine::kill_nine_loses_nothing_that_was_called_saved", "--exact", "--nocapture"])
        .env(VICTIM, folder)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = victim.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        // A line cut short by the kill was not said to the end.
        let mut lines = Vec::new();
        let mut input = BufReader::new(stdout);
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line).unwrap() > 0 {
            if line.ends_with(b"\n") {
                lines.push(String::from_utf8(line.clone()).unwrap());
            }
            line.clear();
        }
        lines
    });
    // Most moments fall into the annotating, some into starting and opening.
    std::thread::sleep(Duration::from_micros(Dice(seed).roll(200_000)));
    victim.kill().unwrap();
    victim.wait().unwrap();
    for line in reader.join().unwrap() {
        if let Some((seq, edit)) = line.trim_end().strip_prefix("saved ").and_then(|rest| rest.split_once(' ')) {
            saved.insert(seq.parse().unwrap(), edit.to_owned());
        }
    }
}

fn check(folder: &std::path::Path, saved: &BTreeMap<i64, String>) {
    let store = Store::open(folder).unwrap();
    assert_eq!(store.integrity_problems().unwrap(), Vec::<String>::new());
    let mut stored = BTreeMap::new();
    for (image, reader) in store.reading_keys().unwrap() {
        for entry in store.log(&image, &reader).unwrap() {
            stored.insert(entry.seq.0, told(&entry.entry));
        }
    }
    for (seq, edit) in saved {
        assert_eq!(stored.get(seq), Some(edit), "edit {seq} had been called saved");
    }
    assert_log_rebuilds(&store);
}

/// An entry on one line, all of it.
fn told(entry: &rachis::domain::log::NewLogEntry) -> String {
    format!("{entry:?}")
}

fn annotate_until_killed(folder: &std::path::Path, seed: u64) -> ! {
    let store = Store::open(folder).unwrap();
    let mut walk = Walk::new(seed, &store);
    let (outcomes, inbox) = mpsc::channel();
    let thread = StoreThread::start(store, move |outcome| outcomes.send(outcome).unwrap()).unwrap();
    let mut tickets = Vec::new();
    let mut seqs = BTreeMap::new();
    let mut in_flight = VecDeque::new();
    let mut stdout = std::io::stdout();
    loop {
        let step = walk.step();
        let ticket = thread.commit(step.entry.clone(), step.of.map(|of| tickets[of])).unwrap();
        tickets.push(ticket);
        in_flight.push_back((step, ticket));
        while in_flight.len() >= IN_FLIGHT || (!in_flight.is_empty() && walk.is_pausing()) {
            let Ok(Outcome::Saved { ticket, seq }) = inbox.recv() else { panic!("an edit was not saved") };
            let (step, expected) = in_flight.pop_front().unwrap();
            assert_eq!(ticket, expected);
            seqs.insert(ticket, seq);
            let mut entry = step.entry;
            let of: Option<LogSeq> = step.of.map(|of| seqs[&tickets[of]]);
            entry.step = match (entry.step, of) {
                (Step::Undo(_), Some(of)) => Step::Undo(of),
                (Step::Redo(_), Some(of)) => Step::Redo(of),
                (other, _) => other,
            };
            writeln!(stdout, "saved {} {}", seq.0, told(&entry)).unwrap();
            stdout.flush().unwrap();
        }
    }
}
