//! A label set being changed: what is renamed, added and taken out, before any of it is applied.

use std::sync::Arc;

use super::label::{Label, LabelKind, LabelName, LabelSet, LabelSetError};

/// How often a project uses a label.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LabelUse {
    pub num_marks: u64,
    /// Of films, series and studies, whether present, absent or unsure.
    pub num_answers: u64,
    /// Readings that have one or the other.
    pub num_readings: u64,
}

/// One label of a draft, and which label of the set in force it is.
#[derive(Clone, PartialEq, Debug)]
pub struct DraftRow {
    /// `None` for a new label.
    pub from: Option<LabelName>,
    pub label: Label,
}

/// A label set as it will be.
#[derive(Clone, PartialEq, Debug)]
pub struct LabelDraft {
    /// The set in force.
    pub base: Arc<LabelSet>,
    pub rows: Vec<DraftRow>,
    /// Why it is changed, in the person's words.
    pub note: String,
}

/// A change of a project's labels, ready to be applied.
#[derive(Clone, PartialEq, Debug)]
pub struct LabelChange {
    pub base: Arc<LabelSet>,
    pub set: LabelSet,
    pub note: String,
    /// Old and new names; all at once, so that two labels may swap theirs.
    pub renames: Vec<(LabelName, LabelName)>,
    pub removed: Vec<LabelName>,
    /// Labels that stay but are of another kind or scope: what was said with them would mean something else.
    pub moved: Vec<LabelName>,
}

impl LabelDraft {
    /// Nothing changed yet.
    pub fn of(base: Arc<LabelSet>) -> Self {
        let rows = base.labels().iter().map(|l| DraftRow { from: Some(l.name.clone()), label: l.clone() }).collect();
        Self { base, rows, note: String::new() }
    }

    pub fn is_changed(&self) -> bool {
        self.rows.len() != self.base.labels().len()
            || self.rows.iter().zip(self.base.labels()).any(|(row, label)| row.label != *label)
    }

    /// Takes the labels of a file over: one whose name the set has stays the same label, the others are new or go.
    #[must_use]
    pub fn with_labels(&self, labels: &[Label]) -> Self {
        let from = |label: &Label| self.base.label(&label.name).map(|known| known.name.clone());
        let rows = labels.iter().map(|label| DraftRow { from: from(label), label: label.clone() }).collect();
        Self { rows, ..self.clone() }
    }

    /// Gives a label another name; what belongs to it follows. "No finding" keeps its own.
    pub fn rename(&mut self, index: usize, name: &str) {
        let Some(row) = self.rows.get_mut(index).filter(|row| !row.label.name.is_no_finding()) else { return };
        let before = std::mem::replace(&mut row.label.name, LabelName::new(name));
        let after = row.label.name.clone();
        for row in &mut self.rows {
            if row.label.parent.as_ref() == Some(&before) {
                row.label.parent = Some(after.clone());
            }
        }
    }

    /// Adds a label at the end, under a name that is free. Gives its place.
    pub fn add(&mut self, kind: LabelKind, name: &str) -> usize {
        let is_taken = |name: &str| self.rows.iter().any(|r| r.label.name.as_str().eq_ignore_ascii_case(name));
        let names = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{name} {n}")));
        let name = names.into_iter().find(|name| !is_taken(name)).unwrap_or_default();
        let used: Vec<[u8; 3]> = self.rows.iter().map(|row| row.label.color).collect();
        let color = COLORS.into_iter().find(|color| !used.contains(color)).unwrap_or(COLORS[0]);
        self.rows.push(DraftRow { from: None, label: Label { color, ..Label::named(name, kind) } });
        self.rows.len() - 1
    }

    /// Takes a label out; what belonged to it stands by itself.
    pub fn remove(&mut self, index: usize) {
        if index >= self.rows.len() {
            return;
        }
        let gone = self.rows.remove(index).label.name;
        for row in &mut self.rows {
            row.label.parent.take_if(|parent| *parent == gone);
        }
    }

    /// Moves a label to another place of the list.
    pub fn shift(&mut self, from: usize, to: usize) {
        if from < self.rows.len() && to < self.rows.len() {
            let row = self.rows.remove(from);
            self.rows.insert(to, row);
        }
    }

    /// Changes what the family has in common: kind and scope go from a parent to its children.
    pub fn set_parent_form(&mut self, index: usize) {
        let Some(row) = self.rows.get(index) else { return };
        let (name, kind, scope) = (row.label.name.clone(), row.label.kind, row.label.scope);
        for row in &mut self.rows {
            if row.label.parent.as_ref() == Some(&name) {
                (row.label.kind, row.label.scope) = (kind, scope);
            }
        }
    }

    /// The set as it will be, or why that is none.
    pub fn set(&self) -> Result<LabelSet, LabelSetError> {
        let labels = self.rows.iter().map(|row| row.label.clone()).collect();
        LabelSet::new(&self.base.id, &self.base.title, &self.base.source, labels)
    }

    /// The set, where a renamed label is known under its old name too: published tables still have it.
    fn set_with_old_names(&self) -> Result<LabelSet, LabelSetError> {
        let set = self.set()?;
        let mut labels = set.labels().to_vec();
        for (before, after) in self.renames() {
            let is_free = set.resolve(before.as_str()).is_none();
            if let Some(label) = labels.iter_mut().find(|label| label.name == after).filter(|_| is_free) {
                label.aliases.push(before.to_string());
            }
        }
        LabelSet::new(&self.base.id, &self.base.title, &self.base.source, labels)
    }

    pub fn renames(&self) -> Vec<(LabelName, LabelName)> {
        let renamed = |row: &DraftRow| Some((row.from.clone()?, row.label.name.clone()));
        self.rows.iter().filter_map(renamed).filter(|(before, after)| before != after).collect()
    }

    /// Labels of the set in force that the draft does not have.
    pub fn removed(&self) -> Vec<LabelName> {
        let is_kept = |name: &LabelName| self.rows.iter().any(|row| row.from.as_ref() == Some(name));
        self.base.labels().iter().map(|l| &l.name).filter(|name| !is_kept(name)).cloned().collect()
    }

    /// Labels of the set in force that get another kind or scope.
    pub fn moved(&self) -> Vec<LabelName> {
        let is_moved = |row: &&DraftRow| {
            let before = row.from.as_ref().and_then(|name| self.base.label(name));
            before.is_some_and(|before| (before.kind, before.scope) != (row.label.kind, row.label.scope))
        };
        self.rows.iter().filter(is_moved).filter_map(|row| row.from.clone()).collect()
    }

    pub fn added(&self) -> impl Iterator<Item = &LabelName> {
        self.rows.iter().filter(|row| row.from.is_none()).map(|row| &row.label.name)
    }

    pub fn change(&self) -> Result<LabelChange, LabelSetError> {
        Ok(LabelChange {
            base: self.base.clone(),
            set: self.set_with_old_names()?,
            note: self.note.clone(),
            renames: self.renames(),
            removed: self.removed(),
            moved: self.moved(),
        })
    }
}

/// Colours to choose from: those of the spine set, which stay apart for every kind of colour vision and show on black
/// and on grey.
pub const COLORS: [[u8; 3]; 14] = [
    [0x76, 0x62, 0x3b],
    [0x89, 0xff, 0xd8],
    [0xb1, 0xc4, 0x3b],
    [0xc4, 0xb1, 0xff],
    [0xb1, 0x27, 0x9d],
    [0xc4, 0xff, 0x00],
    [0x14, 0xb1, 0x62],
    [0xeb, 0xeb, 0x9d],
    [0xd8, 0xb1, 0x9d],
    [0xc4, 0x62, 0xff],
    [0xd8, 0x62, 0x00],
    [0x9d, 0x00, 0xff],
    [0x9d, 0xc4, 0xc4],
    [0xeb, 0xeb, 0xff],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(names: &[&str]) -> LabelDraft {
        let labels = names.iter().map(|name| Label::named(*name, LabelKind::Local)).collect();
        LabelDraft::of(Arc::new(LabelSet::new("t", "", "", labels).expect("valid")))
    }

    fn names(draft: &LabelDraft) -> Vec<&str> {
        draft.rows.iter().map(|row| row.label.name.as_str()).collect()
    }

    #[test]
    fn a_name_typed_letter_by_letter_is_one_rename_and_the_family_follows() {
        let mut draft = draft(&["A", "B"]);
        draft.rows[1].label.parent = Some(LabelName::new("A"));
        for name in ["A", "Ax", "Axe"] {
            draft.rename(0, name);
        }
        assert_eq!(draft.renames(), [(LabelName::new("A"), LabelName::new("Axe"))]);
        assert_eq!(draft.rows[1].label.parent, Some(LabelName::new("Axe")));
        draft.rename(0, "A");
        assert!(draft.renames().is_empty());
    }

    #[test]
    fn two_labels_may_swap_their_names() {
        let mut draft = draft(&["A", "B"]);
        draft.rename(0, "C");
        draft.rename(1, "A");
        draft.rename(0, "B");
        let change = draft.change().expect("valid");
        assert_eq!(change.renames.len(), 2);
        assert!(change.removed.is_empty());
    }

    #[test]
    fn what_is_added_removed_and_moved_is_told() {
        let mut draft = draft(&["A", "B", "C"]);
        assert!(!draft.is_changed());
        draft.remove(1);
        assert_eq!(draft.add(LabelKind::Global, "a"), 2);
        draft.shift(2, 0);
        assert_eq!(names(&draft), ["a 2", "A", "C"]);
        assert_eq!(draft.removed(), [LabelName::new("B")]);
        assert_eq!(draft.added().map(LabelName::as_str).collect::<Vec<_>>(), ["a 2"]);
        assert!(draft.is_changed());
    }

    #[test]
    fn a_file_keeps_the_labels_it_names_and_drops_the_others() {
        let draft = draft(&["A", "B"]);
        let taken = draft.with_labels(&[Label::named("B", LabelKind::Local), Label::named("New", LabelKind::Local)]);
        assert_eq!((taken.removed(), taken.renames().len()), (vec![LabelName::new("A")], 0));
        assert_eq!(taken.added().count(), 1);
    }
}
