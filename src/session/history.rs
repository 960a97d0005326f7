//! Everything that was done to one reading, as a tree: undo goes towards the root, a change after an undo opens a branch, and
//! nothing is ever lost. Rebuilt from the log, so that it outlives the program.

use crate::domain::edit::Edit;
use crate::domain::log::{LogEntry, Step};

use super::effect::EntryRef;

/// A change that can be taken back, or done again.
#[derive(Clone, PartialEq, Debug)]
pub struct HistoryEntry {
    pub at: EntryRef,
    pub edit: Edit,
    /// Milliseconds since 1970-01-01 UTC.
    pub made_at_ms: i64,
}

#[derive(Clone, PartialEq, Debug)]
struct Node {
    entry: HistoryEntry,
    /// What had been done before; `None`: nothing.
    parent: Option<usize>,
    /// The branch last left, which redo takes.
    redo: Option<usize>,
    /// On how many branches beside the oldest one the step lies.
    depth: usize,
}

/// A step on the way from one state to another.
#[derive(Clone, PartialEq, Debug)]
pub enum WalkStep {
    Undo(HistoryEntry),
    Redo(HistoryEntry),
}

/// One line of the history as it is shown, oldest first.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HistoryLine<'a> {
    pub entry: &'a HistoryEntry,
    /// 0 for the steps that lead to where the reading is now; else how far aside the step's branch lies.
    pub branch: usize,
    /// Follows on another branch than the line above it.
    pub begins_branch: bool,
    pub is_current: bool,
    /// On the way that led to the current state.
    pub is_done: bool,
}

/// The tree and the place in it.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct History {
    /// In the order in which they were done: a parent comes before its children.
    nodes: Vec<Node>,
    current: Option<usize>,
    /// What redo takes where nothing is done.
    first_redo: Option<usize>,
}

impl History {
    /// Replays the log of one reading.
    pub fn from_log(log: &[LogEntry]) -> Self {
        let mut history = Self::default();
        for LogEntry { seq, entry } in log {
            let at = EntryRef::Written(*seq);
            let is_next = match entry.step {
                Step::Do => false,
                Step::Undo(of) => history.next_undo().is_some_and(|next| next.at == EntryRef::Written(of)),
                Step::Redo(of) => history.turn_to(EntryRef::Written(of)),
            };
            match entry.step {
                Step::Undo(_) if is_next => drop(history.take_undo()),
                Step::Redo(_) if is_next => drop(history.take_redo()),
                // Another window did something in between: what took an older step back is a change of its own.
                _ => history.push(HistoryEntry { at, edit: entry.edit.clone(), made_at_ms: entry.made_at_ms }),
            }
        }
        history
    }

    /// A new change. What was undone before stays beside it, on its own branch.
    pub fn push(&mut self, entry: HistoryEntry) {
        let depth = match self.current {
            Some(at) => self.nodes[at].depth,
            None => 0,
        };
        let has_sibling = self.nodes.iter().any(|node| node.parent == self.current);
        let depth = if has_sibling { self.nodes.iter().map(|node| node.depth).max().unwrap_or(0) + 1 } else { depth };
        self.nodes.push(Node { entry, parent: self.current, redo: None, depth });
        self.current = Some(self.nodes.len() - 1);
    }

    pub fn next_undo(&self) -> Option<&HistoryEntry> {
        self.current.map(|at| &self.nodes[at].entry)
    }

    pub fn next_redo(&self) -> Option<&HistoryEntry> {
        self.redo_of(self.current).map(|at| &self.nodes[at].entry)
    }

    pub fn can_undo(&self) -> bool {
        self.current.is_some()
    }

    pub fn can_redo(&self) -> bool {
        self.redo_of(self.current).is_some()
    }

    /// Steps back over the last change.
    pub fn take_undo(&mut self) -> Option<HistoryEntry> {
        let at = self.current?;
        self.current = self.nodes[at].parent;
        self.set_redo(at);
        Some(self.nodes[at].entry.clone())
    }

    /// Steps onto the change last undone.
    pub fn take_redo(&mut self) -> Option<HistoryEntry> {
        let at = self.redo_of(self.current)?;
        self.current = Some(at);
        Some(self.nodes[at].entry.clone())
    }

    /// Takes one step of a way that [`History::way_to`] gave.
    pub fn take(&mut self, step: &WalkStep) {
        match step {
            WalkStep::Undo(_) => drop(self.take_undo()),
            WalkStep::Redo(entry) => drop(self.take_redo_of(entry.at)),
        }
    }

    /// Steps onto one of the changes that follow on the current one.
    pub fn take_redo_of(&mut self, at: EntryRef) -> Option<HistoryEntry> {
        if self.turn_to(at) { self.take_redo() } else { None }
    }

    /// The way from here to the state after a step (`None`: before the first): back to where the branches part, then
    /// along the other one. `None` where there is no such step.
    pub fn way_to(&self, step: Option<EntryRef>) -> Option<Vec<WalkStep>> {
        let goal = match step {
            None => None,
            Some(at) => Some(self.nodes.iter().position(|node| node.entry.at == at)?),
        };
        let ahead = self.ancestry(goal);
        let mut way = Vec::new();
        let mut here = self.current;
        while let Some(at) = here.filter(|at| !ahead.contains(at)) {
            way.push(WalkStep::Undo(self.nodes[at].entry.clone()));
            here = self.nodes[at].parent;
        }
        let from = here.and_then(|at| ahead.iter().position(|other| *other == at)).map_or(0, |place| place + 1);
        way.extend(ahead[from..].iter().map(|at| WalkStep::Redo(self.nodes[*at].entry.clone())));
        Some(way)
    }

    /// Changes from the first to the current state; applied in turn they are what the reading says.
    pub fn done(&self) -> impl Iterator<Item = &HistoryEntry> {
        self.ancestry(self.current).into_iter().map(|at| &self.nodes[at].entry)
    }

    pub fn num_steps(&self) -> usize {
        self.nodes.len()
    }

    /// Every step as it is shown, oldest first.
    pub fn lines(&self) -> Vec<HistoryLine<'_>> {
        let mut is_done = vec![false; self.nodes.len()];
        for at in self.ancestry(self.current) {
            is_done[at] = true;
        }
        // What redo would bring back belongs to the way one is on.
        let mut on_way = is_done.clone();
        let mut next = self.redo_of(self.current);
        while let Some(at) = next {
            on_way[at] = true;
            next = self.nodes[at].redo;
        }
        let line = |at: usize| HistoryLine {
            entry: &self.nodes[at].entry,
            branch: if on_way[at] { 0 } else { self.nodes[at].depth.max(1) },
            begins_branch: at > 0 && self.nodes[at].parent != Some(at - 1),
            is_current: self.current == Some(at),
            is_done: is_done[at],
        };
        (0..self.nodes.len()).map(line).collect()
    }

    /// Makes a child of the current step the one that redo takes; `false` where it is none.
    fn turn_to(&mut self, at: EntryRef) -> bool {
        let found = self.nodes.iter().rposition(|node| node.entry.at == at && node.parent == self.current);
        if let Some(at) = found {
            self.set_redo(at);
        }
        found.is_some()
    }

    fn redo_of(&self, at: Option<usize>) -> Option<usize> {
        at.map_or(self.first_redo, |at| self.nodes[at].redo)
    }

    fn set_redo(&mut self, child: usize) {
        match self.nodes[child].parent {
            Some(parent) => self.nodes[parent].redo = Some(child),
            None => self.first_redo = Some(child),
        }
    }

    /// The steps that lead to a state, first to last.
    fn ancestry(&self, mut at: Option<usize>) -> Vec<usize> {
        let mut steps = Vec::new();
        while let Some(step) = at {
            steps.push(step);
            at = self.nodes[step].parent;
        }
        steps.reverse();
        steps
    }
}
