//! Labels of marks, films, series and studies, and attributes of marks.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::attribute::{Attributes, Certainty, Grade, VertebralLevel};
use crate::domain::edit::Edit;
use crate::domain::geometry::Rect;
use crate::domain::id::AnnotationId;
use crate::domain::label::{FamilyChoice, Label, LabelKind, LabelName, LabelScope, LabelSet};
use crate::domain::presence::{LabelAnswers, Presence, SharedScope};
use crate::domain::reading::Reading;
use crate::domain::shape::Shape;

use super::effect::Effect;
use super::open_film::OpenFilm;
use super::screen::{NoticeKind, Session};

/// What the next label that is named, by its key or a click, is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum NextLabel {
    /// A mark's label, or present where it is said of a film, series or study.
    #[default]
    Assign,
    /// Another label on the selected shape.
    Add,
    /// Said to be absent, or unsure, whether it is one that is drawn or not.
    Answer(Presence),
}

/// One attribute of the selected marks, as it is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AttributeChange {
    Grade(Option<Grade>),
    Level(Option<VertebralLevel>),
    Certainty(Option<Certainty>),
    Note(String),
}

impl AttributeChange {
    fn applied(&self, attributes: &Attributes) -> Attributes {
        let mut attributes = attributes.clone();
        match self {
            Self::Grade(grade) => attributes.grade = *grade,
            Self::Level(level) => attributes.level = *level,
            Self::Certainty(certainty) => attributes.certainty = *certainty,
            Self::Note(note) => note.trim().clone_into(&mut attributes.note),
        }
        attributes
    }
}

/// Something said of a mark or a film.
#[derive(Clone, PartialEq, Debug)]
pub enum LabelCommand {
    /// Every mark of the film that is not hidden is selected.
    SelectAll,
    /// One more mark is selected, or one fewer.
    SelectAlso(AnnotationId),
    /// Every mark from the selected one to this one, in the order of the list.
    SelectTo(AnnotationId),
    /// Selects a mark and brings it into view.
    JumpTo(AnnotationId),
    /// The pointer is over this mark in the list: on the film the others step back.
    Hover(Option<AnnotationId>),
    /// An answer about a label, or with `None` no answer any more.
    Answer(LabelName, Option<Presence>),
    /// What the next label that is named is for; again takes it back.
    Next(NextLabel),
    /// Another label on the shape of each selected mark.
    AddToShape(LabelName),
    Attribute(AttributeChange),
    /// Definition and pictures of a label beside the list; `None` closes them.
    ShowCard(Option<LabelName>),
    /// The keyboard goes to the field that finds labels and findings.
    Search,
    /// The keyboard goes to what is asked of the selected mark.
    AskAttributes,
}

impl LabelCommand {
    pub(super) fn is_on(&self, session: &Session) -> bool {
        match self {
            Self::Next(next) => session.next_label == *next,
            Self::ShowCard(card) => card.is_some() && session.label_card == *card,
            _ => false,
        }
    }

    pub(super) fn is_available(&self, session: &Session) -> bool {
        let Some(film) = &session.pane.film else { return false };
        match self {
            Self::Next(NextLabel::Add) | Self::AddToShape(_) | Self::Attribute(_) | Self::AskAttributes => {
                film.selected().is_some()
            }
            _ => true,
        }
    }
}

impl Session {
    pub(super) fn label_command(&mut self, command: LabelCommand, now_ms: i64) -> Vec<Effect> {
        match command {
            LabelCommand::SelectAll => self.on_film(|film| {
                let ids = film.visible_marks().map(|(mark, _)| mark.id()).collect();
                film.select_these(ids);
            }),
            LabelCommand::SelectAlso(id) => self.on_film(|film| {
                if film.reading.annotation(id).is_some() {
                    film.toggle_selected(id);
                }
            }),
            LabelCommand::SelectTo(id) => self.on_film(|film| film.select_to(id)),
            LabelCommand::JumpTo(id) => self.jump_to(id),
            LabelCommand::Hover(id) => self.on_film(|film| film.hovered = id),
            LabelCommand::Answer(label, presence) => self.say(&label, presence, now_ms),
            LabelCommand::Next(next) => {
                self.next_label = if self.next_label == next { NextLabel::Assign } else { next };
                Vec::new()
            }
            LabelCommand::AddToShape(label) => self.add_to_shape(&label, now_ms),
            LabelCommand::Attribute(change) => self.change_attribute(&change, now_ms),
            LabelCommand::ShowCard(label) => {
                self.label_card = label.filter(|label| self.label_card.as_ref() != Some(label));
                if self.label_card.is_some() { vec![Effect::LoadReferences] } else { Vec::new() }
            }
            LabelCommand::Search => self.focus_labels(LabelFocus::Search),
            LabelCommand::AskAttributes => self.focus_labels(LabelFocus::Attributes),
        }
    }

    fn focus_labels(&mut self, focus: LabelFocus) -> Vec<Effect> {
        self.label_focus = Some(focus);
        self.num_label_focus += 1;
        Vec::new()
    }

    /// A label was named, by its key, by a click or by typing: what it is for stands in [`Session::next_label`].
    pub(super) fn name_label(&mut self, name: &LabelName, now_ms: i64) -> Vec<Effect> {
        match std::mem::take(&mut self.next_label) {
            NextLabel::Assign => self.assign_label(name, now_ms),
            NextLabel::Add => self.add_to_shape(name, now_ms),
            NextLabel::Answer(presence) => self.toggle_answer(name, presence, now_ms),
        }
    }

    /// Gives an answer, or takes it back where it is the one that stands.
    pub(super) fn toggle_answer(&mut self, name: &LabelName, presence: Presence, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let scope = self.label_set().and_then(|set| set.label(name)).map_or(LabelScope::Image, |l| l.scope);
        let stands = answers_of(&film.reading, scope).get(name) == Some(presence);
        self.say(name, (!stands).then_some(presence), now_ms)
    }

    /// An answer, with what it means for the label's family, as one step.
    fn say(&mut self, name: &LabelName, presence: Option<Presence>, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let Some(set) = self.label_set() else { return Vec::new() };
        if name.is_no_finding() {
            self.notify(NoticeKind::Warning, "\"No finding\" has a key of its own: N.");
            return Vec::new();
        }
        let label = set.label(name);
        let scope = label.map_or(LabelScope::Image, |label| label.scope);
        let before = answers_of(&film.reading, scope).clone();
        let after = answered(&before, set, name, presence);
        if before == after {
            return Vec::new();
        }
        let facts = &film.entry.facts;
        let edit = match scope {
            LabelScope::Image => Edit::SetImageLabels { before, after },
            LabelScope::Series => {
                Edit::SetSharedLabels { scope: SharedScope::Series(facts.series.clone()), before, after }
            }
            LabelScope::Study => {
                Edit::SetSharedLabels { scope: SharedScope::Study(facts.study.clone()), before, after }
            }
        };
        self.commit_with_opening(edit, now_ms)
    }

    /// What an edit says of a series or study holds on its other films that are open too.
    pub(super) fn share_answers(&mut self, edit: &Edit) {
        if !is_shared(edit) {
            return;
        }
        let Some(film) = &self.pane.film else { return };
        let (series, study) = (film.entry.facts.series.clone(), film.entry.facts.study.clone());
        let answers = (film.reading.series_labels().clone(), film.reading.study_labels().clone());
        for pane in &mut self.other_panes {
            let Some(other) = &mut pane.film else { continue };
            if other.entry.facts.study != study || other.reading.reader() != film.reading.reader() {
                continue;
            }
            let is_same_series = other.entry.facts.series == series;
            let of_series = if is_same_series { answers.0.clone() } else { other.reading.series_labels().clone() };
            other.reading = other.reading.clone().with_shared_labels(of_series, answers.1.clone());
        }
        for slot in 0..self.layout.num_panes() {
            self.with_pane(slot, Self::check_film);
        }
    }

    /// Another label on the shape of each selected mark; one that has it already gets none.
    pub(super) fn add_to_shape(&mut self, name: &LabelName, now_ms: i64) -> Vec<Effect> {
        let label = self.label_set().and_then(|set| set.label(name)).cloned();
        let Some(label) = label.filter(|label| label.kind == LabelKind::Local) else {
            self.notify(NoticeKind::Warning, "Only a label that is drawn can be on a shape.");
            return Vec::new();
        };
        let Some(film) = &self.pane.film else { return Vec::new() };
        let mut shapes: Vec<(AnnotationId, Shape)> = Vec::new();
        for mark in film.selected_marks() {
            let Some(shape) = mark.shape() else { continue };
            let has_it = film.reading.on_shape(mark.shape_key()).any(|on| on.label() == name);
            if !has_it && label.allows(shape.kind()) && shapes.iter().all(|(key, _)| *key != mark.shape_key()) {
                shapes.push((mark.shape_key(), shape.clone()));
            }
        }
        if shapes.is_empty() {
            self.notify(NoticeKind::Info, format!("{name} is on the selected shape already, or is not drawn so."));
            return Vec::new();
        }
        let mut edits = Vec::new();
        for (key, shape) in shapes {
            let Some(id) = self.new_id() else { return Vec::new() };
            let Some(mark) = Annotation::shaped(id, name.clone(), shape, Origin::Drawn) else { return Vec::new() };
            edits.push(Edit::Add(mark.with_shape_key(Some(key))));
        }
        let last = edits.last().and_then(|edit| if let Edit::Add(mark) = edit { Some(mark.id()) } else { None });
        let effects = self.commit_with_opening(as_one(format!("Add {name}"), edits), now_ms);
        if let Some(film) = self.pane.film.as_mut().filter(|_| !effects.is_empty()) {
            film.select_these(last.into_iter().collect());
        }
        effects
    }

    /// The same label for every selected mark, as one step. Locked marks stay.
    pub(super) fn relabel_selected(&mut self, name: &LabelName, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let free = film.selected_marks().filter(|mark| !film.locked.contains(&mark.id()) && mark.label() != name);
        let edits: Vec<Edit> = free
            .filter_map(|before| {
                let after = before.with_label(name.clone())?;
                Some(Edit::Replace { before: before.clone(), after })
            })
            .collect();
        if edits.is_empty() {
            return Vec::new();
        }
        let title = match &edits[..] {
            [one] => one.title(),
            many => format!("Relabel {} marks as {name}", many.len()),
        };
        self.commit(as_one(title, edits), now_ms)
    }

    fn change_attribute(&mut self, change: &AttributeChange, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let edits: Vec<Edit> = film
            .selected_marks()
            .filter(|mark| mark.shape().is_some())
            .filter_map(|before| {
                let attributes = change.applied(before.attributes());
                (attributes != *before.attributes()).then(|| Edit::Replace {
                    before: before.clone(),
                    after: before.clone().with_attributes(attributes),
                })
            })
            .collect();
        match edits.len() {
            0 => Vec::new(),
            1 => self.commit(as_one(String::new(), edits), now_ms),
            n => self.commit(as_one(format!("Change {n} marks"), edits), now_ms),
        }
    }

    /// Selects a mark and moves the film where the mark is not wholly in sight.
    fn jump_to(&mut self, id: AnnotationId) -> Vec<Effect> {
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        if !film.reading.has(id) {
            return Vec::new();
        }
        film.select_these(vec![id]);
        let Some(bounds) = film.reading.annotation(id).and_then(Annotation::bounds) else { return Vec::new() };
        self.bring_into_view(bounds)
    }

    /// Moves the film where this part of it is not wholly in sight.
    pub(super) fn bring_into_view(&mut self, bounds: Rect) -> Vec<Effect> {
        let canvas = self.pane.canvas;
        let Some(film) = &self.pane.film else { return Vec::new() };
        let to_screen = film.viewport.screen_from_image(canvas, film.grid());
        let is_in_sight = [bounds.min(), bounds.max()]
            .map(|p| to_screen.apply(p))
            .into_iter()
            .all(|p| (0.0..=canvas.size.width).contains(&p.x) && (0.0..=canvas.size.height).contains(&p.y));
        if is_in_sight {
            return Vec::new();
        }
        let (at, middle) = (to_screen.apply(bounds.center()), canvas.middle());
        self.on_view(|view, canvas, film| view.pan(middle.x - at.x, middle.y - at.y, canvas, film))
    }
}

/// Where the keyboard is wanted, until the panel has taken it there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LabelFocus {
    Search,
    Attributes,
}

impl OpenFilm {
    /// Every mark from the selected one to this one, in the order of the list; hidden ones are left out.
    fn select_to(&mut self, id: AnnotationId) {
        let ids: Vec<AnnotationId> =
            self.reading.annotations().iter().filter(|mark| mark.shape().is_some()).map(Annotation::id).collect();
        let place = |wanted: AnnotationId| ids.iter().position(|&id| id == wanted);
        let Some(to) = place(id) else { return };
        let from = self.selection.and_then(place).unwrap_or(to);
        let mut range: Vec<AnnotationId> = ids[from.min(to)..=from.max(to)].to_vec();
        // Where it began stays the one that commands show.
        if to > from {
            range.rotate_left(1);
        }
        range.retain(|id| !self.hidden.contains(id));
        self.select_these(range);
    }
}

/// What the reader said of the film, or of its series or study.
pub fn answers_of(reading: &Reading, scope: LabelScope) -> &LabelAnswers {
    match scope {
        LabelScope::Image => reading.image_labels(),
        LabelScope::Series => reading.series_labels(),
        LabelScope::Study => reading.study_labels(),
    }
}

/// The answers with this one, and with what it means for the family: one child alone where only one may be chosen; a
/// parent that is absent takes its children along, and a child that is there takes back that its parent is not.
fn answered(before: &LabelAnswers, set: &LabelSet, name: &LabelName, presence: Option<Presence>) -> LabelAnswers {
    let mut after = before.clone().with(name.clone(), presence);
    let Some(label) = set.label(name) else { return after };
    let is_there = presence.is_some_and(|p| p != Presence::Absent);
    if let Some(parent) = label.parent.as_ref().and_then(|parent| set.label(parent)) {
        if presence == Some(Presence::Present) && parent.choice == FamilyChoice::Single {
            for sibling in set.children(&parent.name).filter(|sibling| sibling.name != *name) {
                if after.is_present(&sibling.name) {
                    after = after.with(sibling.name.clone(), None);
                }
            }
        }
        if is_there && after.get(&parent.name) == Some(Presence::Absent) {
            after = after.with(parent.name.clone(), None);
        }
    }
    if presence == Some(Presence::Absent) {
        let said = |child: &&Label| after.get(&child.name).is_some_and(|p| p != Presence::Absent);
        let children: Vec<LabelName> = set.children(name).filter(said).map(|child| child.name.clone()).collect();
        after = children.into_iter().fold(after, |after, child| after.with(child, None));
    }
    after
}

/// Whether an edit says something of a whole series or study.
pub fn is_shared(edit: &Edit) -> bool {
    match edit {
        Edit::SetSharedLabels { .. } => true,
        Edit::Batch { edits, .. } => edits.iter().any(is_shared),
        _ => false,
    }
}

/// One step of several edits; a single one keeps its own name.
fn as_one(name: String, mut edits: Vec<Edit>) -> Edit {
    if edits.len() == 1 { edits.remove(0) } else { Edit::Batch { name, edits } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(choice: FamilyChoice) -> LabelSet {
        let child =
            |name: &str| Label { parent: Some(LabelName::new("Pneumonia")), ..Label::named(name, LabelKind::Global) };
        let parent = Label { choice, ..Label::named("Pneumonia", LabelKind::Global) };
        LabelSet::new("t", "", "", vec![parent, child("Lobar"), child("Patchy")]).expect("valid")
    }

    #[test]
    fn an_answer_means_something_for_the_family() {
        use Presence::{Absent, Present, Unsure};
        let check = |choice, said: &[(&str, Presence)], (name, presence): (&str, Option<Presence>), expected: &str| {
            let before = said.iter().map(|(name, p)| (LabelName::new(*name), *p)).collect();
            let after = answered(&before, &family(choice), &LabelName::new(name), presence);
            let after: Vec<String> = after.iter().map(|(name, p)| format!("{name} {}", p.key())).collect();
            assert_eq!(after.join(", "), expected, "{said:?}, then {name} {presence:?}");
        };
        let (one, many) = (FamilyChoice::Single, FamilyChoice::Multiple);
        check(one, &[("Lobar", Present)], ("Patchy", Some(Present)), "Patchy present");
        check(many, &[("Lobar", Present)], ("Patchy", Some(Present)), "Lobar present, Patchy present");
        check(one, &[("Lobar", Absent)], ("Patchy", Some(Present)), "Lobar absent, Patchy present");
        check(one, &[("Lobar", Present)], ("Patchy", Some(Unsure)), "Lobar present, Patchy unsure");
        check(many, &[("Lobar", Present)], ("Pneumonia", Some(Absent)), "Pneumonia absent");
        check(many, &[("Pneumonia", Absent)], ("Lobar", Some(Unsure)), "Lobar unsure");
        check(many, &[("Pneumonia", Present)], ("Lobar", None), "Pneumonia present");
    }
}
