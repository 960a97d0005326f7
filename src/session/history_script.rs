//! Undo, redo and jumps: scripts of what a reader does, and what the history and the log must say after it.

use std::collections::BTreeMap;

use crate::domain::annotation::Origin;
use crate::domain::edit::Edit;
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::LogSeq;
use crate::domain::label::LabelName;
use crate::domain::log::{LogEntry, NewLogEntry, Step};
use crate::domain::reading::Reading;
use crate::domain::shape::Shape;

use super::effect::{Effect, EntryRef, PendingStep};
use super::gesture_script::{answer, reading_session};
use super::history::{History, HistoryLine};
use super::*;

/// A session and the log that its writes make, as the store numbers them.
struct Desk {
    session: Session,
    log: Vec<LogEntry>,
    seqs: BTreeMap<effect::Ticket, LogSeq>,
    now_ms: i64,
}

impl Desk {
    fn new() -> Self {
        Self { session: reading_session(), log: Vec::new(), seqs: BTreeMap::new(), now_ms: 0 }
    }

    fn ask(&mut self, command: Command) {
        self.now_ms += 1000;
        let effects = self.session.handle(Input::Command(command), self.now_ms);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Persist(persist) = effect else {
                answer(&mut self.session, vec![effect]);
                continue;
            };
            let written = |at| match at {
                EntryRef::Written(seq) => seq,
                EntryRef::Pending(ticket) => self.seqs[&ticket],
            };
            let step = match persist.step {
                PendingStep::Do => Step::Do,
                PendingStep::Undo(at) => Step::Undo(written(at)),
                PendingStep::Redo(at) => Step::Redo(written(at)),
            };
            let seq = LogSeq(self.log.len() as i64 + 1);
            self.seqs.insert(persist.ticket, seq);
            let made_at_ms = persist.made_at_ms;
            let (image, reader, edit) = (persist.image.clone(), persist.reader.clone(), persist.edit.clone());
            self.log.push(LogEntry { seq, entry: NewLogEntry { image, reader, step, edit, made_at_ms } });
            self.session.handle(Input::Event(Event::Saved { ticket: persist.ticket, seq }), self.now_ms);
        }
    }

    fn reading(&self) -> &Reading {
        &self.session.pane.film.as_ref().expect("a film is open").reading
    }

    fn history(&self) -> &History {
        &self.session.pane.film.as_ref().expect("a film is open").history
    }

    fn add_box(&mut self, label: &str, x: f64) {
        let rect = Rect::from_columns(x, 10.0, x + 20.0, 40.0).expect("ordered");
        let now_ms = self.now_ms;
        let effects = self.session.add_mark(LabelName::new(label), Shape::Box(rect), Origin::Drawn, now_ms);
        self.take(effects);
    }

    /// The log applied from the start, each undo and redo held against the entry that it names, as the store does.
    fn replayed(&self) -> Reading {
        let mut reading = Reading::new(self.reading().image().clone(), self.reading().reader().clone());
        for LogEntry { entry, .. } in &self.log {
            match entry.step {
                Step::Do => {}
                Step::Undo(of) => assert_eq!(self.log[of.0 as usize - 1].entry.edit.inverse(), entry.edit),
                Step::Redo(of) => assert_eq!(self.log[of.0 as usize - 1].entry.edit, entry.edit),
            }
            entry.edit.apply(&mut reading).expect("the log is consistent");
        }
        reading
    }

    /// The same history from the log alone, with the places in the log for its references.
    fn assert_log_tells_the_same(&self) {
        let of_log = History::from_log(&self.log);
        let told = |history: &History| -> Vec<(Edit, usize, bool, bool)> {
            let tell = |l: HistoryLine<'_>| (l.entry.edit.clone(), l.branch, l.is_current, l.is_done);
            history.lines().into_iter().map(tell).collect()
        };
        assert_eq!(told(&of_log), told(self.history()));
        assert_eq!(of_log.next_redo().map(|e| &e.edit), self.history().next_redo().map(|e| &e.edit));
        assert_eq!(self.replayed(), *self.reading());
        // What is on the way from the root to here is what the reading says.
        let mut reading = Reading::new(self.reading().image().clone(), self.reading().reader().clone());
        for entry in self.history().done() {
            entry.edit.apply(&mut reading).expect("a way through the tree");
        }
        assert_eq!(reading, *self.reading());
    }
}

fn do_all(desk: &mut Desk, commands: Vec<Command>) {
    for command in commands {
        desk.ask(command);
    }
}

type Doing = Box<dyn Fn(&mut Desk)>;

#[test]
fn everything_that_a_reader_does_can_be_undone_and_redone() {
    let label = |name: &str| LabelName::new(name);
    let cases: Vec<(&str, usize, Doing)> = vec![
        ("draw", 0, Box::new(|desk| desk.add_box("Fracture", 90.0))),
        ("relabel", 1, Box::new(move |desk| desk.ask(Command::AssignLabel(label("Osteophytes"))))),
        ("delete", 1, Box::new(|desk| desk.ask(Command::Delete))),
        ("delete all", 3, Box::new(|desk| desk.ask(Command::DeleteAll))),
        ("paste", 1, Box::new(|desk| do_all(desk, vec![Command::Copy, Command::Paste]))),
        ("duplicate", 1, Box::new(|desk| desk.ask(Command::Duplicate))),
        ("nudge", 1, Box::new(|desk| desk.ask(Command::NudgeDownFar))),
        ("image label", 1, Box::new(move |desk| desk.ask(Command::ToggleImageLabel(label("Tumor"))))),
        ("abnormal", 0, Box::new(|desk| desk.ask(Command::MarkAbnormal))),
        ("no finding", 0, Box::new(|desk| desk.ask(Command::NoFinding))),
        ("no finding over marks", 2, Box::new(|desk| do_all(desk, vec![Command::NoFinding, Command::Confirm]))),
        ("complete", 0, Box::new(|desk| do_all(desk, vec![Command::NoFinding, Command::Complete]))),
        ("reopen", 0, Box::new(|desk| do_all(desk, vec![Command::NoFinding, Command::Complete, Command::Reopen]))),
        ("comment", 1, Box::new(|desk| do_all(desk, vec![Command::DraftComment("L3?".into()), Command::KeepComment]))),
        (
            "reshape",
            1,
            Box::new(|desk| {
                let id = desk.reading().annotations()[0].id();
                let effects = desk.session.reshape_mark(id, Shape::Point(Point::new(5.0, 6.0)), 7);
                desk.take(effects);
            }),
        ),
    ];
    for (name, num_boxes, act) in cases {
        let mut desk = Desk::new();
        for n in 0..num_boxes {
            desk.add_box("Fracture", 5.0 + 25.0 * n as f64);
        }
        let before = desk.reading().clone();
        act(&mut desk);
        let after = desk.reading().clone();
        assert_ne!(after, before, "{name} changed nothing");
        let num_steps = desk.history().num_steps();
        for _ in num_boxes..num_steps {
            desk.ask(Command::Undo);
        }
        assert_eq!(*desk.reading(), before, "undo of {name}");
        desk.assert_log_tells_the_same();
        for _ in num_boxes..num_steps {
            desk.ask(Command::Redo);
        }
        assert_eq!(*desk.reading(), after, "redo of {name}");
        desk.assert_log_tells_the_same();
    }
}

/// Any edit at all goes back and forth: those of commands and those that only the model or another screen makes.
#[test]
fn every_kind_of_edit_can_be_undone() {
    use crate::domain::comment::{Comment, Pin};
    use crate::domain::id::AnnotationId;
    use crate::domain::presence::{LabelAnswers, Presence, SharedScope};
    use crate::domain::quality::UnfitReason;
    let said = LabelAnswers::default().with(LabelName::new("Tumor"), Some(Presence::Unsure));
    let shared = |scope| Edit::SetSharedLabels { scope, before: LabelAnswers::default(), after: said.clone() };
    let comment = Comment {
        id: AnnotationId(77),
        answers: None,
        pin: Pin::Film,
        text: "why?".into(),
        is_resolved: false,
        made_at_ms: 1,
    };
    let unfit = Edit::SetUnfit { before: None, after: Some(UnfitReason::LowQuality) };
    for edit in [
        unfit.clone(),
        shared(SharedScope::Series("series".into())),
        shared(SharedScope::Study("study".into())),
        Edit::Comment { before: None, after: Some(comment.clone()) },
        Edit::SetImageLabels { before: LabelAnswers::default(), after: said.clone() },
        Edit::Batch {
            name: "Accept all".into(),
            edits: vec![unfit, Edit::Comment { before: None, after: Some(comment) }],
        },
    ] {
        let mut desk = Desk::new();
        let before = desk.reading().clone();
        let effects = desk.session.commit(edit.clone(), 1);
        desk.take(effects);
        let after = desk.reading().clone();
        assert_ne!(after, before);
        desk.ask(Command::Undo);
        assert_eq!(*desk.reading(), before, "{edit:?}");
        desk.ask(Command::Redo);
        assert_eq!(*desk.reading(), after, "{edit:?}");
        desk.assert_log_tells_the_same();
    }
}

fn titles(desk: &Desk) -> Vec<(String, usize, bool)> {
    let lines = desk.history().lines();
    lines.into_iter().map(|line| (line.entry.edit.title(), line.branch, line.is_current)).collect()
}

fn go(desk: &mut Desk, step: usize) {
    let at = desk.history().lines()[step].entry.at;
    desk.ask(Command::Walk(WalkCommand::GoTo(Some(at))));
}

#[test]
fn a_change_after_an_undo_opens_a_branch_and_both_can_be_walked() {
    let mut desk = Desk::new();
    desk.add_box("Fracture", 5.0);
    desk.add_box("Osteophytes", 40.0);
    let first_branch = desk.reading().clone();
    desk.ask(Command::Undo);
    desk.add_box("Fracture", 80.0);
    let second_branch = desk.reading().clone();
    let told = |rows: &[(&str, usize, bool)]| -> Vec<(String, usize, bool)> {
        rows.iter().map(|(title, branch, is_current)| ((*title).to_owned(), *branch, *is_current)).collect()
    };
    let branched = [("Add Fracture", 0, false), ("Add Osteophytes", 1, false), ("Add Fracture", 0, true)];
    assert_eq!(titles(&desk), told(&branched));
    let num_written = desk.log.len();
    go(&mut desk, 1);
    assert_eq!(*desk.reading(), first_branch);
    assert_eq!(desk.log.len(), num_written + 2, "up to where the branches part, down the other");
    assert_eq!(desk.session.notice.as_ref().map(|n| n.text.as_str()), Some("2 steps through the history."));
    desk.assert_log_tells_the_same();
    // Redo goes where one was last.
    desk.ask(Command::Undo);
    desk.ask(Command::Redo);
    assert_eq!(*desk.reading(), first_branch);
    go(&mut desk, 2);
    assert_eq!(*desk.reading(), second_branch);
    desk.ask(Command::Walk(WalkCommand::GoTo(None)));
    assert_eq!(desk.reading().num_marks(), 0);
    assert!(!desk.history().can_undo() && desk.history().can_redo());
    desk.assert_log_tells_the_same();
}

#[test]
fn a_jump_is_refused_whole() {
    let mut desk = Desk::new();
    desk.add_box("Fracture", 5.0);
    desk.add_box("Osteophytes", 40.0);
    let (before, num_written) = (desk.reading().clone(), desk.log.len());
    // A step that is not there, as after the film was read anew.
    desk.ask(Command::Walk(WalkCommand::GoTo(Some(EntryRef::Written(LogSeq(99))))));
    assert_eq!((desk.reading(), desk.log.len()), (&before, num_written));
    assert!(desk.session.notice.is_some());
    // Something was said meanwhile that one of the steps does not expect: the first step would still fit.
    let film = desk.session.pane.film.as_mut().expect("open");
    let other = film.reading.annotations()[0].clone();
    Edit::Remove(other).apply(&mut film.reading).expect("there");
    let (before, effects) = (desk.reading().clone(), desk.log.len());
    desk.ask(Command::Walk(WalkCommand::GoTo(None)));
    assert_eq!((desk.reading(), desk.log.len()), (&before, effects));
    assert!(desk.session.notice.as_ref().is_some_and(|n| n.text.starts_with("Nothing was changed: ")));
    // While the last change is not saved, nothing is written at all.
    let mut desk = Desk::new();
    desk.add_box("Fracture", 5.0);
    desk.session.failed.insert(effect::Ticket(1), "the disk is full".into());
    let before = desk.reading().clone();
    desk.ask(Command::Walk(WalkCommand::GoTo(None)));
    assert_eq!(*desk.reading(), before);
}

#[test]
fn an_undo_of_another_window_that_was_not_the_last_step_is_a_step_of_its_own() {
    let mut desk = Desk::new();
    desk.add_box("Fracture", 5.0);
    desk.add_box("Osteophytes", 40.0);
    let mut log = desk.log.clone();
    let edit = log[0].entry.edit.clone();
    // The batch opened the film too; only its mark is taken back here.
    let Edit::Batch { edits, .. } = &edit else { panic!("the first mark opens the film") };
    log[0].entry.edit = edits[0].clone();
    let undone = NewLogEntry { step: Step::Undo(LogSeq(1)), edit: edits[0].inverse(), ..log[0].entry.clone() };
    log.push(LogEntry { seq: LogSeq(3), entry: undone });
    let history = History::from_log(&log);
    assert_eq!(history.num_steps(), 3);
    assert_eq!(history.next_undo().map(|e| e.at), Some(EntryRef::Written(LogSeq(3))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_walk_of_edits_undos_redos_and_jumps_is_the_replay_of_the_log(
            steps in prop::collection::vec((0u8..12, 0usize..40), 1..60),
        ) {
            let mut desk = Desk::new();
            for (kind, at) in steps {
                match kind {
                    0..=2 => desk.add_box(if at % 2 == 0 { "Fracture" } else { "Osteophytes" }, at as f64),
                    3 => desk.ask(Command::DeleteAll),
                    4 => desk.ask(Command::ToggleImageLabel(LabelName::new("Tumor"))),
                    5 => desk.ask(Command::Duplicate),
                    6 | 7 => desk.ask(Command::Undo),
                    8 => desk.ask(Command::Redo),
                    9 => desk.ask(if at % 2 == 0 { Command::Complete } else { Command::Reopen }),
                    _ => match desk.history().num_steps() {
                        n if n > 0 && at % 7 > 0 => go(&mut desk, at % n),
                        _ => desk.ask(Command::Walk(WalkCommand::GoTo(None))),
                    },
                }
            }
            desk.assert_log_tells_the_same();
        }
    }
}
