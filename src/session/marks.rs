//! Commands that change a reading: each becomes one edit, applied in memory and sent to the store.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::{Edit, EditError};
use crate::domain::geometry::{Point, Transform};
use crate::domain::id::AnnotationId;
use crate::domain::label::{ABNORMAL, LabelKind, LabelName};
use crate::domain::presence::Presence;
use crate::domain::reading::Decision;
use crate::domain::rules::{Severity, StudyProgress};
use crate::domain::shape::Shape;
use crate::domain::task::TaskState;
use crate::domain::worklist::WorklistRow;

use super::drawing;
use super::effect::{Effect, EntryRef, PendingStep, Persist, Ticket};
use super::history::HistoryEntry;
use super::screen::{Dialog, NoticeKind, Session};
use super::suggesting::{Completing, SuggestCommand};

impl Session {
    /// Applies a new edit to the open film and has it written. A refused edit becomes a notice.
    pub(super) fn commit(&mut self, edit: Edit, now_ms: i64) -> Vec<Effect> {
        self.write(edit, PendingStep::Do, now_ms).map_or_else(Vec::new, |effect| vec![effect])
    }

    fn write(&mut self, edit: Edit, step: PendingStep, now_ms: i64) -> Option<Effect> {
        if !self.may_write(matches!(edit, Edit::SetComment { .. } | Edit::Comment { .. })) {
            return None;
        }
        let effect = self.write_one(edit, step, now_ms)?;
        self.refresh_after_edit(now_ms);
        Some(effect)
    }

    /// Whether the film may be changed now; if not, the reader is told why.
    pub(super) fn may_write(&mut self, is_comment: bool) -> bool {
        if self.project.as_ref().is_some_and(|project| project.is_read_only) {
            self.notify(NoticeKind::Warning, "The project is open to look only: its folder can't be written.");
            return false;
        }
        if let Some(failure) = self.save_failure() {
            let text = format!("The film is read-only until the last change is saved: {failure}");
            self.notify(NoticeKind::Error, text);
            return false;
        }
        if self.pane.wanted.is_some() && !is_comment {
            self.notify(NoticeKind::Warning, "The next film is opening; nothing was changed.");
            return false;
        }
        true
    }

    /// Applies one edit and has it written; what follows from the reading is left to the caller.
    pub(super) fn write_one(&mut self, edit: Edit, step: PendingStep, now_ms: i64) -> Option<Effect> {
        let film = self.pane.film.as_mut()?;
        if film.is_reference {
            let text = "This film is shown to compare with. Open it from the list to read it.";
            self.notify(NoticeKind::Warning, text);
            return None;
        }
        if let Err(err) = edit.apply(&mut film.reading) {
            let is_of_others = err == EditError::Stale && super::labelling::is_shared(&edit);
            let text = if is_of_others {
                "The answers about this series or study were changed since on another of its films. Undo that first."
                    .to_owned()
            } else {
                sentence(&err)
            };
            self.notify(NoticeKind::Warning, text);
            return None;
        }
        self.next_ticket += 1;
        let ticket = Ticket(self.next_ticket);
        match step {
            PendingStep::Do => {
                let at = EntryRef::Pending(ticket);
                film.history.push(HistoryEntry { at, edit: edit.clone(), made_at_ms: now_ms });
            }
            PendingStep::Undo(_) => drop(film.history.take_undo()),
            PendingStep::Redo(at) => drop(film.history.take_redo_of(at)),
        }
        let persist = Persist {
            ticket,
            image: film.reading.image().clone(),
            reader: film.reading.reader().clone(),
            step,
            edit,
            made_at_ms: now_ms,
        };
        self.pending.insert(ticket, persist.clone());
        self.share_answers(&persist.edit);
        Some(Effect::Persist(Box::new(persist)))
    }

    /// Rules, selection and the worklist's line follow the reading.
    pub(super) fn refresh_after_edit(&mut self, now_ms: i64) {
        let progress = self.study_progress();
        let (Some(project), Some(film)) = (&self.project, &mut self.pane.film) else { return };
        film.check_rules(project, progress);
        film.also_selected.retain(|id| film.reading.has(*id));
        film.selection = film.selection.filter(|id| film.reading.has(*id));
        let position = |name: &LabelName| project.label_set.labels().iter().position(|l| l.name == *name);
        let labels = film
            .reading
            .annotations()
            .iter()
            .map(Annotation::label)
            .chain(film.reading.image_labels().present())
            .filter_map(position)
            .fold(0u128, |bits, i| bits | 1 << i);
        let (state, decision, num_marks) =
            (film.reading.state(), film.reading.decision(), film.reading.num_marks() as u32);
        let unfit = film.reading.unfit();
        let image = film.image().clone();
        let num_open_threads = self.num_open_threads();
        self.worklist.update(&image, |row| {
            row.state = state;
            row.decision = decision;
            row.num_marks = num_marks;
            row.unfit = unfit;
            row.num_open_threads = num_open_threads;
            row.labels = labels;
            row.last_edit_ms = Some(now_ms);
            row.renew_disagreement();
        });
        self.list_active_again();
    }

    /// Holds the active film against the project's rules.
    pub(super) fn check_film(&mut self) {
        let progress = self.study_progress();
        if let (Some(project), Some(film)) = (&self.project, &mut self.pane.film) {
            film.check_rules(project, progress);
        }
    }

    /// How far the reader is with the other films of the study.
    pub(super) fn study_progress(&self) -> StudyProgress {
        let Some(film) = &self.pane.film else { return StudyProgress::default() };
        let others = film.study.iter().map(|entry| &entry.facts.image).filter(|image| *image != film.image());
        let rows: Vec<_> = others.map(|image| self.worklist.row(image)).collect();
        let is_read = |row: &&WorklistRow| row.decision != Decision::Undecided || row.unfit.is_some();
        StudyProgress { num_films: rows.len(), num_read: rows.iter().flatten().filter(|row| is_read(row)).count() }
    }

    pub(super) fn undo(&mut self, now_ms: i64) -> Vec<Effect> {
        if self.unplace_point() {
            return Vec::new();
        }
        let Some(entry) = self.pane.film.as_ref().and_then(|f| f.history.next_undo()).cloned() else {
            return Vec::new();
        };
        let effect = self.write(entry.edit.inverse(), PendingStep::Undo(entry.at), now_ms);
        self.show_changed(&entry.edit, format!("Undone: {}", entry.edit.title()), effect.is_some());
        effect.into_iter().collect()
    }

    pub(super) fn redo(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(entry) = self.pane.film.as_ref().and_then(|f| f.history.next_redo()).cloned() else {
            return Vec::new();
        };
        let effect = self.write(entry.edit.clone(), PendingStep::Redo(entry.at), now_ms);
        self.show_changed(&entry.edit, format!("Done again: {}", entry.edit.title()), effect.is_some());
        effect.into_iter().collect()
    }

    /// After undo and redo the person sees what changed: it is selected and named.
    fn show_changed(&mut self, edit: &Edit, notice: String, is_written: bool) {
        if !is_written {
            return;
        }
        if let Some(film) = &mut self.pane.film {
            let mut ids = Vec::new();
            touched(edit, &mut ids);
            // One mark a shape, and a measurement only where no mark changed.
            let mut keys = std::collections::BTreeSet::new();
            let marks: Vec<AnnotationId> = ids
                .iter()
                .copied()
                .filter(|id| film.reading.annotation(*id).is_some_and(|mark| keys.insert(mark.shape_key())))
                .collect();
            let measured = ids.into_iter().find(|id| film.reading.measurement(*id).is_some());
            if !marks.is_empty() {
                film.select_these(marks);
            } else if measured.is_some() {
                film.select_only(measured);
            } else {
                film.focus_on_decided(edit);
            }
        }
        self.notify(NoticeKind::Info, notice);
    }

    pub(super) fn new_id(&mut self) -> Option<AnnotationId> {
        let number = self.project.as_ref()?.number;
        self.next_ordinal += 1;
        Some(AnnotationId::new(number, self.next_ordinal))
    }

    /// Adds a mark and selects it.
    pub(super) fn add_mark(&mut self, label: LabelName, shape: Shape, origin: Origin, now_ms: i64) -> Vec<Effect> {
        let bounds = shape.bounds();
        if shape.kind().has_area() && (bounds.width() <= 0.0 || bounds.height() <= 0.0) {
            self.notify(NoticeKind::Warning, "The mark does not fit on this film.");
            return Vec::new();
        }
        let Some(id) = self.new_id() else { return Vec::new() };
        let Some(annotation) = Annotation::shaped(id, label.clone(), shape, origin) else { return Vec::new() };
        let effects = self.commit_with_opening(Edit::Add(annotation), now_ms);
        if !effects.is_empty()
            && let Some(film) = &mut self.pane.film
        {
            film.select_only(Some(id));
            film.unlabelled = None;
            self.armed = Some(label);
        }
        effects
    }

    /// A mark with another shape, and with it every label on the same shape, as one step.
    pub(super) fn reshape_mark(&mut self, id: AnnotationId, shape: Shape, now_ms: i64) -> Vec<Effect> {
        let mark = self.pane.film.as_ref().and_then(|film| film.reading.annotation(id));
        let Some(name) = mark.map(|mark| format!("Change {}", mark.label())) else { return Vec::new() };
        self.reshape_marks(&[(id, shape)], &name, now_ms)
    }

    /// The first mark on a film also takes its task from New to Doing, in one step.
    pub(super) fn commit_with_opening(&mut self, edit: Edit, now_ms: i64) -> Vec<Effect> {
        let is_new = self.pane.film.as_ref().is_some_and(|f| f.reading.state() == TaskState::New);
        let edit = if is_new {
            let name = edit.title();
            let open = Edit::SetTaskState { before: TaskState::New, after: TaskState::Doing };
            Edit::Batch { name, edits: vec![edit, open] }
        } else {
            edit
        };
        self.commit(edit, now_ms)
    }

    /// A label key: labels the waiting box, relabels the selected one, or arms the label for the next.
    pub(super) fn assign_label(&mut self, name: &LabelName, now_ms: i64) -> Vec<Effect> {
        let Some(label) = self.label_set().and_then(|set| set.resolve(name.as_str())).cloned() else {
            return Vec::new();
        };
        if label.name.is_no_finding() {
            return self.no_finding(false, now_ms);
        }
        if label.kind == LabelKind::Global {
            return self.toggle_answer(&label.name, Presence::Present, now_ms);
        }
        let Some(film) = &self.pane.film else { return Vec::new() };
        if let Some(shape) = film.unlabelled.clone() {
            if let Some(refusal) = self.why_not_shape(&label.name, shape.kind()) {
                self.notify(NoticeKind::Warning, refusal);
                return Vec::new();
            }
            return self.add_mark(label.name, shape, Origin::Drawn, now_ms);
        }
        if film.suggesting.focus().is_some() {
            return self.accept_focused_as(&label.name, now_ms);
        }
        let is_other = |mark: &&Annotation| *mark.label() != label.name && !film.locked.contains(&mark.id());
        let selected: Vec<Annotation> = film.selected_marks().filter(is_other).cloned().collect();
        self.armed = Some(label.name.clone());
        let kinds = selected.iter().filter_map(|mark| mark.shape().map(Shape::kind));
        if let Some(refusal) = kinds.into_iter().find_map(|kind| self.why_not_shape(&label.name, kind)) {
            self.notify(NoticeKind::Warning, refusal);
            return Vec::new();
        }
        self.take_up_fitting_tool(&label);
        self.relabel_selected(&label.name, now_ms)
    }

    pub(super) fn mark_abnormal(&mut self, now_ms: i64) -> Vec<Effect> {
        self.toggle_answer(&LabelName::new(ABNORMAL), Presence::Present, now_ms)
    }

    /// "No finding": on where nothing is marked, off where it is on, asked first where it would remove marks.
    pub(super) fn no_finding(&mut self, completes: bool, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        if film.is_completed() {
            self.notify(NoticeKind::Warning, sentence(&EditError::Completed));
            return Vec::new();
        }
        if let Some(present) = film.reading.annotations().iter().find(|a| a.label().is_no_finding()) {
            let edit = Edit::Remove(present.clone());
            return if completes { Vec::new() } else { self.commit(edit, now_ms) };
        }
        // What is absent stands beside "No finding"; what is unsure does not.
        let answers = film.reading.image_labels().iter().filter(|(_, presence)| *presence != Presence::Absent).count();
        let num_findings = film.reading.num_marks() + answers;
        if !self.is_seen() {
            return Vec::new();
        }
        let Some(film) = &self.pane.film else { return Vec::new() };
        if num_findings > 0 {
            let image = film.image().clone();
            self.dialog = Some(Dialog::ConfirmNoFinding { image, num_findings, completes });
            return Vec::new();
        }
        if film.unlabelled.is_some() {
            self.notify(NoticeKind::Warning, drawing::WAITS_FOR_LABEL);
            return Vec::new();
        }
        let Some(id) = self.new_id() else { return Vec::new() };
        self.commit_with_opening(Edit::Add(Annotation::no_finding(id, Origin::Drawn)), now_ms)
    }

    /// The confirmed form: removes every finding and says "No finding", as one step.
    pub(super) fn replace_by_no_finding(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(mut edits) = self.removals() else { return Vec::new() };
        let Some(id) = self.new_id() else { return Vec::new() };
        edits.push(Edit::Add(Annotation::no_finding(id, Origin::Drawn)));
        self.commit(Edit::Batch { name: "No finding".to_owned(), edits }, now_ms)
    }

    pub(super) fn delete_all(&mut self, now_ms: i64) -> Vec<Effect> {
        let removals = self.removals().map(|mut edits| {
            let reading = self.pane.film.as_ref().map(|film| &film.reading);
            let measured = reading.into_iter().flat_map(|reading| reading.measurements().iter().rev());
            edits.extend(measured.map(|m| Edit::Measure { before: Some(m.clone()), after: None }));
            edits
        });
        match removals {
            Some(edits) if !edits.is_empty() => {
                self.commit(Edit::Batch { name: "Delete all".to_owned(), edits }, now_ms)
            }
            _ => Vec::new(),
        }
    }

    fn removals(&self) -> Option<Vec<Edit>> {
        let reading = &self.pane.film.as_ref()?.reading;
        let mut edits: Vec<Edit> = reading.annotations().iter().rev().cloned().map(Edit::Remove).collect();
        if reading.image_labels().excludes_no_finding() {
            let before = reading.image_labels().clone();
            let after = before.only_absent();
            edits.push(Edit::SetImageLabels { before, after });
        }
        Some(edits)
    }

    /// This mark and no other goes, whatever is selected or being drawn.
    pub(super) fn delete_mark(&mut self, id: AnnotationId, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        if film.locked.contains(&id) {
            self.notify(NoticeKind::Warning, "The mark is locked. Unlock it with Shift+L to change it.");
            return Vec::new();
        }
        Edit::remove(&film.reading, id).map_or_else(Vec::new, |edit| self.commit(edit, now_ms))
    }

    pub(super) fn delete_selected(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        if film.unlabelled.take().is_some() || film.sketch.take().is_some() {
            return Vec::new();
        }
        if film.selection.is_none() && film.suggesting.focus().is_some() {
            return self.suggest_command(SuggestCommand::Reject, now_ms);
        }
        if let Some(effects) = self.delete_vertex(now_ms) {
            return effects;
        }
        if let Some(effects) = self.delete_measurement(now_ms) {
            return effects;
        }
        let free = self.changeable();
        let no_finding = self.pane.film.as_ref().and_then(|film| film.selected()).filter(|mark| mark.shape().is_none());
        let removed = no_finding.cloned().into_iter().chain(free);
        let edits: Vec<Edit> = removed.map(Edit::Remove).collect();
        let name = format!("Remove {} marks", edits.len());
        self.commit_all(edits, &name, now_ms)
    }

    /// Moves the selected box by film pixels as the person sees directions on the turned film.
    pub(super) fn nudge(&mut self, dx: f64, dy: f64, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        let size = film.size();
        // One film pixel along the axis that lies in that direction on the screen, whatever the pixel's shape.
        let to_image = Transform::view(
            1.0,
            film.viewport.quarter_turns,
            film.viewport.is_flipped,
            Point::default(),
            Point::default(),
        )
        .inverse();
        let moved = to_image.apply(Point::new(dx, dy));
        let (ix, iy) = (moved.x.round(), moved.y.round());
        if film.selected_measurement().is_some() {
            return self.nudge_measurement(ix, iy, now_ms).unwrap_or_default();
        }
        let mut moved = film.selection.map(|id| film.moved_with(id)).unwrap_or_default();
        if self.changeable().is_empty() {
            return Vec::new();
        }
        drawing::move_together(&mut moved, Point::new(ix, iy), drawing::Snap::off(size), size);
        self.release_moved(moved, now_ms)
    }

    /// Signs the reading off, or says what stands in the way.
    pub(super) fn complete(&mut self, now_ms: i64) -> Vec<Effect> {
        self.complete_for(Completing::Stay, now_ms)
    }

    /// The same on the way to something else, which a question holds up.
    pub(super) fn complete_for(&mut self, then: Completing, now_ms: i64) -> Vec<Effect> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        if film.is_completed() {
            return Vec::new();
        }
        if film.unlabelled.is_some() {
            self.notify(
                NoticeKind::Error,
                "Not completed: a shape waits for its label. Press a label key, or Escape to drop it.",
            );
            return Vec::new();
        }
        if let Some(first) = film.violations.iter().find(|v| v.severity == Severity::Error) {
            let text = match film.num_errors() {
                0 | 1 => format!("Not completed: {}", first.message),
                n => format!("Not completed: {} ({} more)", first.message, n - 1),
            };
            self.notify(NoticeKind::Error, text);
            return self.on_film(|film| film.is_refused = true);
        }
        if !self.is_seen() || self.asks_about_pending(then) {
            return Vec::new();
        }
        let before = self.pane.film.as_ref().map_or(TaskState::New, |film| film.reading.state());
        self.commit(Edit::SetTaskState { before, after: TaskState::Completed }, now_ms)
    }

    /// Nobody signs off a film that is not on the screen.
    pub(super) fn is_seen(&mut self) -> bool {
        let is_seen = self.pane.film.as_ref().is_some_and(|film| film.is_drawn && film.film().is_some());
        if !is_seen {
            self.notify(NoticeKind::Warning, "Not decided: the film is not shown, so nobody can have read it.");
        }
        is_seen
    }

    pub(super) fn reopen(&mut self, now_ms: i64) -> Vec<Effect> {
        let edit = Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing };
        if self.pane.film.as_ref().is_some_and(super::open_film::OpenFilm::is_completed) {
            self.commit(edit, now_ms)
        } else {
            Vec::new()
        }
    }
}

/// The marks that an edit is about, for selecting them.
fn touched(edit: &Edit, ids: &mut Vec<AnnotationId>) {
    match edit {
        Edit::Add(a) | Edit::Remove(a) | Edit::Replace { after: a, .. } => ids.push(a.id()),
        Edit::Measure { before, after } => ids.extend(after.as_ref().or(before.as_ref()).map(|m| m.id)),
        Edit::Batch { edits, .. } => edits.iter().for_each(|edit| touched(edit, ids)),
        Edit::SetImageLabels { .. }
        | Edit::SetSharedLabels { .. }
        | Edit::SetUnfit { .. }
        | Edit::Comment { .. }
        | Edit::SetTaskState { .. }
        | Edit::SetComment { .. }
        | Edit::Reject { .. } => {}
    }
}

/// What a refused edit means and how to go on.
pub(super) fn sentence(err: &EditError) -> String {
    match err {
        EditError::NoFindingWithBoxes => {
            "\"No finding\" excludes every other label. Press N to take \"No finding\" back, then mark.".to_owned()
        }
        EditError::Completed => "The reading is completed. Press Ctrl+R to reopen it for changes.".to_owned(),
        other => {
            let text = other.to_string();
            let mut letters = text.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect::<String>() + ".")
        }
    }
}
