//! Verdicts on what is looked at, and the label mended as an edit of the reader's own reading.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::evaluation::errors::{ErrorFilter, ErrorItem, ErrorKind, ShownErrors};
use crate::domain::evaluation::result::Evaluation;
use crate::domain::evaluation::run::{EvaluationId, TruthSource};
use crate::domain::evaluation::verdict::{Ruling, Verdict};
use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::shape::ShapeKind;
use crate::domain::suggestion::{MATCH_IOU, SuggestionKey, own_name};
use crate::domain::task::TaskState;

use super::super::effect::Effect;
use super::super::screen::{NoticeKind, Screen, Session};
use super::{ErrorList, EvaluatePage, EvaluationTask};

/// What a ruling is about: a box, a truth, a pair, or a whole film.
pub type RulingKey = (Option<u32>, Option<u32>, Option<ImageId>);

/// A note without a verdict: of which run, whose, and on what.
pub type DraftKey = (EvaluationId, ReaderId, RulingKey);

/// The ruling that counts for each disagreement: the last one.
pub fn latest(rulings: &[Ruling]) -> BTreeMap<RulingKey, usize> {
    rulings.iter().enumerate().map(|(at, ruling)| (key(ruling.detection, ruling.truth, &ruling.image), at)).collect()
}

fn key(detection: Option<u32>, truth: Option<u32>, image: &ImageId) -> RulingKey {
    let of_film = detection.is_none() && truth.is_none();
    (detection, truth, of_film.then(|| image.clone()))
}

/// How far the review is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Of all disagreements of the run at the operating point, whatever the gallery's filter.
    pub num_ruled: usize,
    pub num_all: usize,
    /// Of those that pass the gallery's filter.
    pub num_shown_ruled: usize,
    pub num_shown: usize,
    /// Notes of this reader on items without a verdict.
    pub num_drafts: usize,
    /// Verdicts that count, by who gave them.
    pub by: Vec<(ReaderId, usize)>,
    /// The same by verdict, in the order of [`Verdict::ALL`].
    pub verdicts: [usize; 5],
}

/// Whose reading the truth is, as far as mending it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TruthOwner {
    /// The signed-in reader's own.
    Own,
    /// Another reader's, who alone changes it.
    Other(ReaderId),
    /// Of this many readers together, and of none of them alone.
    Together(usize),
    /// A file's.
    File,
}

/// What taking over the model's answer would do.
enum Fix {
    Add { label: LabelName, rect: Rect, origin: Origin },
    Change(Box<Edit>),
}

const NO_BOX_TO_CHANGE: &str = "There is no box to change here. Change the reading itself where the label is wrong.";

impl Session {
    /// The verdict that stands on an item.
    pub fn ruling_on(&self, item: &ErrorItem) -> Option<&Ruling> {
        let run = self.evaluating.open.as_ref()?;
        let key = key(item.detection, item.truth, &run.cases.films[item.film as usize].image);
        self.evaluating.errors.rulings.get(*self.evaluating.errors.ruled.get(&key)?)
    }

    fn ruling_on_looked_at(&self) -> Option<&Ruling> {
        self.ruling_on(&self.error_looked_at()?)
    }

    fn draft_key(&self, item: &ErrorItem) -> Option<DraftKey> {
        let run = self.evaluating.open.as_ref()?;
        let key = key(item.detection, item.truth, &run.cases.films[item.film as usize].image);
        Some((run.summary.id, self.reader_id()?.clone(), key))
    }

    /// What was typed about the item: the draft, or else what its verdict says.
    pub(super) fn note_of_looked_at(&self) -> String {
        let draft = self.error_looked_at().and_then(|item| self.evaluating.errors.drafts.get(&self.draft_key(&item)?));
        let note = draft.or_else(|| self.ruling_on_looked_at().map(|ruling| &ruling.note));
        note.cloned().unwrap_or_default()
    }

    /// What was typed so far; it is the item's draft until a verdict stands with it.
    pub(super) fn type_note(&mut self, text: String) {
        let key = self.error_looked_at().and_then(|item| self.draft_key(&item));
        let is_said = self.ruling_on_looked_at().map_or("", |ruling| ruling.note.as_str()) == text.trim();
        if let Some(key) = key {
            if is_said {
                self.evaluating.errors.drafts.remove(&key);
            } else {
                self.evaluating.errors.drafts.insert(key, text.clone());
            }
        }
        self.evaluating.errors.note = text;
    }

    /// The item is about to be left: its verdict gets the note, or the note waits for one.
    pub(super) fn leave_note(&mut self, now_ms: i64) -> Vec<Effect> {
        let effects = self.keep_note(now_ms);
        if self.error_looked_at().is_some() {
            self.tell_of_draft();
        }
        effects
    }

    pub(super) fn tell_of_draft(&mut self) {
        let Some(at) = self.evaluating.looked_at else { return };
        let Some(item) = self.error_at(at) else { return };
        let is_draft = self.draft_key(&item).is_some_and(|key| self.evaluating.errors.drafts.contains_key(&key));
        if is_draft && self.ruling_on(&item).is_none() {
            self.notify(NoticeKind::Info, "Give a verdict first; the note is kept with its item until then.");
        }
    }

    /// Of all disagreements, and of the gallery's list as it is filtered now.
    pub fn review_progress(&self) -> Progress {
        let desk = &self.evaluating;
        let (Some(run), Some(index)) = (&desk.open, &desk.errors.index) else { return Progress::default() };
        let count = |shown: &ShownErrors| {
            let disagreements = shown.places.iter().filter(|(_, kind)| !kind.is_agreement());
            disagreements.fold((0, 0), |(num_ruled, num), place| {
                let is_ruled =
                    !desk.errors.ruled.is_empty() && self.ruling_on(&index.items.item(&run.cases, *place)).is_some();
                (num_ruled + usize::from(is_ruled), num + 1)
            })
        };
        let (num_shown_ruled, num_shown) = count(&desk.errors.shown);
        let is_all = desk.filter == ErrorFilter::disagreements();
        let all = desk.errors.all.as_ref().filter(|_| !is_all);
        let (num_ruled, num_all) = all.map_or((num_shown_ruled, num_shown), |(_, all)| count(all));
        let mut progress = Progress { num_ruled, num_all, num_shown_ruled, num_shown, ..Progress::default() };
        let own = |(of, by, _): &&DraftKey| *of == run.summary.id && self.reader_id() == Some(by);
        progress.num_drafts = desk.errors.drafts.keys().filter(own).count();
        let mut by: BTreeMap<&ReaderId, usize> = BTreeMap::new();
        for ruling in desk.errors.ruled.values().filter_map(|at| desk.errors.rulings.get(*at)) {
            *by.entry(&ruling.by).or_default() += 1;
            if let Some(at) = Verdict::ALL.iter().position(|(verdict, _)| *verdict == ruling.verdict) {
                progress.verdicts[at] += 1;
            }
        }
        progress.by = by.into_iter().map(|(reader, num)| (reader.clone(), num)).collect();
        progress
    }

    /// The first disagreement of the list without a verdict.
    pub fn first_unruled(&self) -> Option<usize> {
        let desk = &self.evaluating;
        let (run, index) = (desk.open.as_ref()?, desk.errors.index.as_ref()?);
        let is_open = |&(place, kind): &(u32, ErrorKind)| {
            !kind.is_agreement() && self.ruling_on(&index.items.item(&run.cases, (place, kind))).is_none()
        };
        desk.errors.shown.places.iter().position(is_open)
    }

    /// Keeps a verdict with what was typed, and goes on to the next one.
    pub(super) fn rule(&mut self, verdict: Verdict, now_ms: i64) -> Vec<Effect> {
        let note = self.evaluating.errors.note.trim().to_owned();
        let mut effects = self.keep_ruling(verdict, note, now_ms);
        let is_last = self.evaluating.looked_at.is_none_or(|at| at + 1 >= self.num_errors());
        if effects.is_empty() {
            return effects;
        }
        if is_last {
            self.notify(NoticeKind::Info, "Verdict kept. This is the last item of the list.");
        } else {
            effects.extend(self.step_error(1, now_ms));
        }
        effects
    }

    /// What goes with the open run when it is deleted: verdicts that count, and notes with or without one.
    pub fn num_verdicts_and_notes(&self) -> (usize, usize) {
        let errors = &self.evaluating.errors;
        let run = self.evaluating.open.as_ref().map(|run| run.summary.id);
        let with = errors.ruled.values().filter_map(|at| errors.rulings.get(*at)).filter(|one| !one.note.is_empty());
        let without = errors.drafts.keys().filter(|(of, ..)| Some(*of) == run);
        (errors.ruled.len(), with.count() + without.count())
    }

    /// To the first disagreement without a verdict; where the gallery's filter has none left, of all.
    pub(super) fn open_unruled(&mut self, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.first_unruled().is_none() && self.evaluating.filter != ErrorFilter::disagreements() {
            self.evaluating.filter = ErrorFilter::disagreements();
            self.evaluating.errors.made_for = None;
            effects = self.mind_errors();
        }
        match self.first_unruled() {
            Some(place) => effects.extend(self.open_error(ErrorList::Gallery, place, now_ms)),
            None if self.evaluating.errors.index.is_none() => {}
            None => self.notify(NoticeKind::Info, "Every disagreement at this operating point has a verdict."),
        }
        effects
    }

    /// Where a verdict stands, it gets the new words; elsewhere they wait for one.
    pub(super) fn keep_note(&mut self, now_ms: i64) -> Vec<Effect> {
        let note = self.evaluating.errors.note.trim().to_owned();
        match self.ruling_on_looked_at() {
            Some(ruling) if ruling.note != note => {
                let verdict = ruling.verdict;
                self.keep_ruling(verdict, note, now_ms)
            }
            _ => Vec::new(),
        }
    }

    fn keep_ruling(&mut self, verdict: Verdict, note: String, now_ms: i64) -> Vec<Effect> {
        let (Some(item), Some(by)) = (self.error_looked_at(), self.reader_id().cloned()) else { return Vec::new() };
        let Some(run) = self.evaluating.open.clone() else { return Vec::new() };
        if let Some(key) = self.draft_key(&item) {
            self.evaluating.errors.drafts.remove(&key);
        }
        let image = run.cases.films[item.film as usize].image.clone();
        let ruling = Ruling { image, detection: item.detection, truth: item.truth, verdict, note, by, at_ms: now_ms };
        let by = ruling.by.as_str().to_owned();
        self.evaluating.errors.rulings.push(ruling.clone());
        self.evaluating.errors.ruled = latest(&self.evaluating.errors.rulings);
        let task = EvaluationTask::Rule { run: run.summary.id, ruling: Box::new(ruling) };
        vec![Effect::Evaluate { task: Box::new(task), by }]
    }

    /// As the store has them, this window's and others'.
    pub(super) fn rulings_loaded(&mut self, run: EvaluationId, rulings: Vec<Ruling>) {
        if self.evaluating.open.as_ref().is_some_and(|open| open.summary.id == run) {
            self.evaluating.errors.ruled = latest(&rulings);
            self.evaluating.errors.rulings = rulings;
        }
    }

    /// The verdicts of the open run, to a file.
    pub(in super::super) fn export_verdicts(&mut self, to: std::path::PathBuf) -> Vec<Effect> {
        let rulings = self.evaluating.errors.rulings.clone();
        let run = self.evaluating.open.clone();
        run.map(|run| Effect::WriteVerdicts { run, rulings, to }).into_iter().collect()
    }

    /// While the page is open, the figures follow the verdicts.
    pub(super) fn count_under_verdicts(&mut self) -> Vec<Effect> {
        let is_on_page = self.screen == Screen::Evaluate && self.evaluating.page == EvaluatePage::Review;
        let errors = &mut self.evaluating.errors;
        let num = errors.rulings.len();
        if !is_on_page || errors.num_under == Some(num) {
            return Vec::new();
        }
        errors.num_under = Some(num);
        let rulings: Vec<Ruling> = errors.ruled.values().filter_map(|at| errors.rulings.get(*at)).cloned().collect();
        if rulings.is_empty() {
            errors.under_verdicts = None;
            return Vec::new();
        }
        let run = self.evaluating.open.clone();
        run.map(|run| Effect::EvaluateUnderVerdicts { run, rulings }).into_iter().collect()
    }

    pub(super) fn under_verdicts_counted(&mut self, run: EvaluationId, evaluation: Arc<Evaluation>) {
        if self.evaluating.open.as_ref().is_some_and(|open| open.summary.id == run) {
            self.evaluating.errors.under_verdicts = Some(evaluation);
        }
    }

    /// Whose reading the truth of this item is.
    pub fn truth_owner(&self, item: &ErrorItem) -> Option<TruthOwner> {
        let run = self.evaluating.open.as_ref()?;
        let own = self.reader_id()?;
        let reader = match &run.plan.truth {
            TruthSource::File(_) => return Some(TruthOwner::File),
            TruthSource::Reader(reader) => reader.clone(),
            TruthSource::Consensus | TruthSource::EveryReader | TruthSource::Kept(_) => {
                let readers = &run.cases.films[item.film as usize].readers;
                // What an earlier run took from a file has no readers.
                if readers.is_empty() {
                    return Some(TruthOwner::File);
                }
                if run.plan.truth != TruthSource::EveryReader && readers.len() > 1 {
                    return Some(TruthOwner::Together(readers.len()));
                }
                readers.iter().find(|reader| *reader == own).or_else(|| readers.first())?.clone()
            }
        };
        Some(if reader == *own { TruthOwner::Own } else { TruthOwner::Other(reader) })
    }

    /// Why the model's answer on the item that is open can't be taken over; `None` where it can.
    pub fn why_no_fix(&self) -> Option<String> {
        self.planned_fix().err()
    }

    /// The model's answer goes into the reader's own reading, as one edit: its box is added, the box that it does not
    /// have is removed, or the label is changed.
    pub(super) fn fix_label(&mut self, now_ms: i64) -> Vec<Effect> {
        let edit = self.planned_fix().and_then(|fix| match fix {
            Fix::Change(edit) => Ok(*edit),
            Fix::Add { label, rect, origin } => {
                let mark = self.new_id().and_then(|id| Annotation::boxed(id, label, rect, origin));
                mark.map(Edit::Add).ok_or_else(|| "The box does not fit on this film.".to_owned())
            }
        });
        match edit {
            Ok(edit) => self.commit_reopened(edit, now_ms),
            Err(why) => {
                self.notify(NoticeKind::Warning, why);
                Vec::new()
            }
        }
    }

    fn planned_fix(&self) -> Result<Fix, String> {
        let not_there = || Err("The film is not on the screen yet.".to_owned());
        let (Some(item), Some(run)) = (self.error_looked_at(), self.evaluating.open.as_ref()) else {
            return not_there();
        };
        let image = &run.cases.films[item.film as usize].image;
        let is_there = self.pane.film.as_ref().is_some_and(|film| film.image() == image && film.film().is_some());
        if !is_there || self.pane.wanted.is_some() {
            return not_there();
        }
        let nothing = || Err(NO_BOX_TO_CHANGE.to_owned());
        let name = |class: u16| {
            let word = &run.cases.classes[usize::from(class)];
            self.label_set().map_or_else(|| word.clone(), |set| own_name(set, word))
        };
        let said = item.detection.map(|at| (name(run.cases.detections.classes[at as usize]), at));
        let held = item.truth.map(|at| (name(run.cases.truths.classes[at as usize]), at));
        match (item.kind, said, held) {
            (ErrorKind::FalsePositive, Some((label, at)), _) => match run.cases.detections.rect(at as usize) {
                Some(rect) => self.box_of_model(label, rect),
                None => nothing(),
            },
            (ErrorKind::FalseNegative, _, Some((label, at))) => {
                let rect = run.cases.truths.rect(at as usize);
                let own = self.own_mark(&label, rect).map(|mark| Fix::Change(Box::new(Edit::Remove(mark))));
                own.ok_or_else(|| self.no_such_mark(&item, &label))
            }
            (ErrorKind::Confusion, Some((label, _)), Some((before, at))) => {
                let rect = run.cases.truths.rect(at as usize);
                match self.own_mark(&before, rect) {
                    None => Err(self.no_such_mark(&item, &before)),
                    Some(mark) => match (self.why_not_shape(&label, ShapeKind::Box), mark.with_label(label)) {
                        (Some(refusal), _) => Err(refusal),
                        (None, Some(after)) => Ok(Fix::Change(Box::new(Edit::Replace { before: mark, after }))),
                        (None, None) => nothing(),
                    },
                }
            }
            _ => nothing(),
        }
    }

    fn box_of_model(&self, label: LabelName, rect: Rect) -> Result<Fix, String> {
        if let Some(refusal) = self.why_not_shape(&label, ShapeKind::Box) {
            return Err(refusal);
        }
        if self.own_mark(&label, Some(rect)).is_some() {
            return Err(format!("Your reading has this box of {label} already."));
        }
        let Some(film) = &self.pane.film else { return Err(NO_BOX_TO_CHANGE.to_owned()) };
        if film.reading.has_no_finding() {
            return Err("Your reading says \"No finding\". Take that back first, then add the box.".to_owned());
        }
        let rect = rect.clamped_to(film.size());
        let origin = self.suggestion_of(rect).map_or(Origin::Drawn, Origin::Suggested);
        Ok(Fix::Add { label, rect, origin })
    }

    /// The detection of a model in use that this box is, where its answer is at hand: then its origin is kept.
    fn suggestion_of(&self, rect: Rect) -> Option<SuggestionKey> {
        let film = self.pane.film.as_ref()?;
        film.suggesting.suggestions.iter().find(|one| one.rect == rect).map(|one| one.key)
    }

    /// The reader's own mark of this label that a truth box stands for: the one that overlaps it most, by a half at least.
    fn own_mark(&self, label: &LabelName, rect: Option<Rect>) -> Option<Annotation> {
        let (film, rect) = (self.pane.film.as_ref()?, rect?);
        let marks = film.reading.annotations().iter().filter(|mark| mark.label() == label);
        let near = marks.filter_map(|mark| Some((mark.bounds()?.iou(&rect), mark)));
        near.filter(|(iou, _)| *iou >= MATCH_IOU).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, mark)| mark.clone())
    }

    fn no_such_mark(&self, item: &ErrorItem, label: &LabelName) -> String {
        match self.truth_owner(item) {
            Some(TruthOwner::Other(reader)) => format!(
                "Your own reading has no such box of {label}. The truth here is the reading of {reader}, which only {reader} changes."
            ),
            Some(TruthOwner::Together(num_readers)) => format!(
                "Your own reading has no such box of {label}. The truth here is of {num_readers} readers together, and none of them changes it alone."
            ),
            Some(TruthOwner::File) => {
                format!("Your own reading has no such box of {label}. The truth here is a file, which stays as it is.")
            }
            _ => format!("Your reading has no such box of {label} any more."),
        }
    }

    /// A completed reading is opened again for it, in the same step, and says so.
    fn commit_reopened(&mut self, edit: Edit, now_ms: i64) -> Vec<Effect> {
        let is_completed = self.pane.film.as_ref().is_some_and(super::super::open_film::OpenFilm::is_completed);
        if !is_completed {
            return self.commit_with_opening(edit, now_ms);
        }
        let reopen = Edit::SetTaskState { before: TaskState::Completed, after: TaskState::Doing };
        let name = edit.title();
        let effects = self.commit(Edit::Batch { name, edits: vec![reopen, edit] }, now_ms);
        if !effects.is_empty() {
            let text = "Your reading was reopened for this change: complete it again when you are done.";
            self.notify(NoticeKind::Info, text);
        }
        effects
    }
}
