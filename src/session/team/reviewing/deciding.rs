//! Decisions: each is one step, shown at once and on its way to the store.

use crate::domain::adjudication::{Document, FilmToReview, Finding, FindingKey, MadeStep, ReviewTurn, SourceId, Step};
use crate::domain::attribute::Attributes;
use crate::domain::label::LabelName;
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;
use crate::session::effect::Effect;
use crate::session::screen::{NoticeKind, Session};

use super::ReviewTask;
use super::board::ReviewItem;
use super::hand::{Hand, HeldBox};

impl Session {
    /// Makes a step, or says why not.
    pub(super) fn make_step(&mut self, step: Step, now_ms: i64) -> Option<Vec<Effect>> {
        let by = self.reader_id().cloned()?;
        if self.project.as_ref().is_some_and(|project| project.is_read_only) {
            self.notify(NoticeKind::Warning, "This project is open to look only; nothing was changed.");
            return None;
        }
        let desk = &mut self.team.reviewing;
        let (image, review) = (desk.image.clone()?, desk.review.as_mut()?);
        let made = MadeStep { by, at_ms: now_ms, step };
        let seen = review.num_steps();
        if let Err(refusal) = review.apply(&made) {
            self.notify(NoticeKind::Warning, format!("Refused, and nothing was changed: {refusal}."));
            return None;
        }
        desk.num_on_way += 1;
        // What overlaps may be another by now.
        if matches!(desk.hand, Hand::Merging(_)) {
            desk.hand = Hand::Free;
        }
        let document = review.document();
        desk.also_chosen.retain(|key| document.finding(*key).is_some());
        if matches!(&desk.chosen, Some(ReviewItem::Finding(key)) if document.finding(*key).is_none()) {
            desk.chosen = None;
        }
        Some(vec![ReviewTask::Keep { image, made: Box::new(made), seen }.effect()])
    }

    /// The same, and on to the next open item.
    fn decide(&mut self, step: Step, now_ms: i64) -> Vec<Effect> {
        let before = self.team.reviewing.chosen.clone();
        let Some(effects) = self.make_step(step, now_ms) else { return Vec::new() };
        self.team.reviewing.hand = Hand::Free;
        self.team.reviewing.naming = None;
        let desk = &self.team.reviewing;
        match desk.open_item_after(before.as_ref()) {
            Some(next) => self.choose_item(Some(next)),
            None => self.tell_all_is_settled(),
        }
        effects
    }

    /// The same, and the finding stays in sight.
    fn change(&mut self, step: Step, now_ms: i64) -> Vec<Effect> {
        self.make_step(step, now_ms).unwrap_or_default()
    }

    pub(super) fn tell_all_is_settled(&mut self) {
        let me = self.reader_id().cloned();
        let Some(document) = self.team.reviewing.document() else { return };
        let text = match (document.is_settled(), me.is_some_and(|me| document.signatures().contains_key(&me))) {
            (true, _) => "Everybody has signed; the film is settled.",
            (false, true) => "You have signed this film; another reviewer has yet to sign it.",
            (false, false) => "Nothing is open any more. Sign the film, or look at it once again.",
        };
        self.notify(NoticeKind::Info, text);
    }

    /// Enter: what is in the hand, else what the program proposes, else on to what is open.
    pub(super) fn accept_item(&mut self, now_ms: i64) -> Vec<Effect> {
        match self.team.reviewing.hand.clone() {
            Hand::Box(held) => return self.take_held(held, now_ms),
            Hand::Asking { .. } => return self.send_question(now_ms),
            Hand::Merging(merging) => return self.merge_as_marked(&merging, now_ms),
            Hand::Free => {}
        }
        let desk = &self.team.reviewing;
        let Some(item) = desk.chosen.clone().filter(|item| !desk.is_settled(item)) else {
            self.go_to_open();
            return Vec::new();
        };
        let step = match item {
            ReviewItem::Finding(finding) => Some(Step::Accept { finding }),
            ReviewItem::Label(label) => desk.document().and_then(|document| {
                let proposed = document.labels().iter().find(|one| one.label == label)?.proposed;
                Some(Step::AnswerLabel { label, presence: proposed })
            }),
            ReviewItem::Fitness => desk.document().and_then(|document| {
                let unfit = document.fitness()?.proposed;
                Some(Step::JudgeFitness { unfit })
            }),
        };
        step.map_or_else(Vec::new, |step| self.decide(step, now_ms))
    }

    fn go_to_open(&mut self) {
        let desk = &self.team.reviewing;
        match desk.open_item_after(desk.chosen.as_ref()) {
            Some(next) => self.choose_item(Some(next)),
            None => self.tell_all_is_settled(),
        }
    }

    fn take_held(&mut self, held: HeldBox, now_ms: i64) -> Vec<Effect> {
        let Some(rect) = held.rect else {
            self.notify(NoticeKind::Warning, "Drag a box around the finding first, or press Escape.");
            return Vec::new();
        };
        let Some(finding) = held.of else {
            let shape = Shape::Box(rect);
            let step = Step::Add { label: held.label, shape, attributes: Attributes::default() };
            return self.decide(step, now_ms);
        };
        let desk = &self.team.reviewing;
        let shown = desk.document().and_then(|document| document.finding(finding)).and_then(Finding::shown);
        // A polygon that nobody moved stays one.
        let is_same = shown.is_some_and(|(_, shape)| shape.bounds() == rect);
        let is_named_so = shown.is_some_and(|(label, _)| *label == held.label);
        let is_settled = desk.is_settled(&ReviewItem::Finding(finding));
        let reshape = Step::Reshape { finding, shape: Shape::Box(rect) };
        let relabel = Step::Relabel { finding, label: held.label };
        match (is_same, is_named_so) {
            (true, true) if is_settled => {
                self.team.reviewing.hand = Hand::Free;
                Vec::new()
            }
            (true, true) => self.decide(Step::Accept { finding }, now_ms),
            (true, false) => self.decide(relabel, now_ms),
            (false, true) => self.decide(reshape, now_ms),
            (false, false) => {
                let Some(mut effects) = self.make_step(reshape, now_ms) else { return Vec::new() };
                effects.extend(self.decide(relabel, now_ms));
                effects
            }
        }
    }

    /// As one reader has it.
    pub(super) fn take_readers(&mut self, place: usize, now_ms: i64) -> Vec<Effect> {
        let desk = &self.team.reviewing;
        let (Some(item), Some(document)) = (desk.chosen.clone(), desk.document()) else { return Vec::new() };
        let Some(reader) = document.case().readers().get(place).map(|one| one.reader.clone()) else {
            return Vec::new();
        };
        let step = match item {
            ReviewItem::Finding(key) => document.finding(key).and_then(|finding| {
                let source = document.marks_of(finding, &reader).next()?.id;
                Some(Step::Take { finding: key, source })
            }),
            ReviewItem::Label(label) => document.labels().iter().find(|one| one.label == label).map(|one| {
                let presence = one.votes.get(place).copied().flatten();
                Step::AnswerLabel { label, presence }
            }),
            ReviewItem::Fitness => document.fitness().map(|fitness| {
                let unfit = fitness.votes.get(place).copied().flatten();
                Step::JudgeFitness { unfit }
            }),
        };
        match step {
            Some(step) => self.decide(step, now_ms),
            None => {
                self.notify(
                    NoticeKind::Info,
                    "This reader has no box here; take another one's, or reject the finding.",
                );
                Vec::new()
            }
        }
    }

    pub(super) fn take_models(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(finding) = self.team.reviewing.chosen_finding() else { return Vec::new() };
        let key = finding.key();
        let source = finding.members().iter().find(|id| matches!(id, SourceId::Model(_))).copied();
        match source {
            Some(source) => self.decide(Step::Take { finding: key, source }, now_ms),
            None => {
                self.notify(NoticeKind::Info, "The model has no box here.");
                Vec::new()
            }
        }
    }

    /// A box in the hand has its label until it is taken; an open finding is decided by it.
    pub(super) fn relabel_finding(&mut self, label: LabelName, now_ms: i64) -> Vec<Effect> {
        self.team.reviewing.naming = None;
        if let Hand::Box(held) = &mut self.team.reviewing.hand {
            held.label = label;
            return Vec::new();
        }
        let Some(finding) = self.team.reviewing.chosen_finding() else { return Vec::new() };
        let (key, is_open) = (finding.key(), finding.ruling().is_none());
        let step = Step::Relabel { finding: key, label };
        if is_open { self.decide(step, now_ms) } else { self.change(step, now_ms) }
    }

    pub(super) fn answer_item(&mut self, presence: Option<Presence>, now_ms: i64) -> Vec<Effect> {
        let Some(ReviewItem::Label(label)) = self.team.reviewing.chosen.clone() else { return Vec::new() };
        self.decide(Step::AnswerLabel { label, presence }, now_ms)
    }

    pub(super) fn judge_fitness(&mut self, unfit: Option<UnfitReason>, now_ms: i64) -> Vec<Effect> {
        if self.team.reviewing.chosen != Some(ReviewItem::Fitness) {
            return Vec::new();
        }
        self.decide(Step::JudgeFitness { unfit }, now_ms)
    }

    pub(super) fn reject_item(&mut self, now_ms: i64) -> Vec<Effect> {
        if self.let_review_go() {
            return Vec::new();
        }
        let desk = &self.team.reviewing;
        match desk.chosen.clone() {
            Some(ReviewItem::Finding(finding)) => {
                let is_added = desk.chosen_finding().is_some_and(Finding::is_added);
                let step = if is_added { Step::Clear { finding } } else { Step::Reject { finding } };
                self.decide(step, now_ms)
            }
            Some(ReviewItem::Label(label)) => self.decide(Step::AnswerLabel { label, presence: None }, now_ms),
            Some(ReviewItem::Fitness) => self.decide(Step::JudgeFitness { unfit: None }, now_ms),
            None => Vec::new(),
        }
    }

    pub(super) fn clear_finding(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(finding) = self.team.reviewing.chosen_finding().map(Finding::key) else { return Vec::new() };
        self.change(Step::Clear { finding }, now_ms)
    }

    pub(super) fn explain_finding(&mut self, rationale: String, now_ms: i64) -> Vec<Effect> {
        let Some(finding) = self.team.reviewing.chosen_finding() else { return Vec::new() };
        let (key, before) = (finding.key(), finding.ruling().map(|ruling| ruling.rationale.clone()));
        if before.is_none_or(|before| before == rationale) {
            return Vec::new();
        }
        self.change(Step::Explain { finding: key, rationale }, now_ms)
    }

    pub(super) fn edit_finding(&mut self) {
        let Some(finding) = self.team.reviewing.chosen_finding() else { return };
        let proposal = finding.proposal();
        let (label, shape) = finding.shown().unwrap_or((&proposal.label, &proposal.shape));
        let held = HeldBox::of(finding.key(), label.clone(), shape.bounds());
        self.team.reviewing.hand = Hand::Box(held);
    }

    pub(super) fn add_finding(&mut self) {
        let voted = self.team.reviewing.chosen_finding().and_then(|one| one.votes().first()).map(|(label, _)| label);
        let first = || Some(&self.label_set()?.local().next()?.name);
        let Some(label) = voted.or_else(first).cloned() else { return };
        self.team.reviewing.hand = Hand::Box(HeldBox::new(label));
    }

    pub(super) fn split_finding(&mut self, now_ms: i64) -> Vec<Effect> {
        let desk = &self.team.reviewing;
        let (Some(document), Some(finding)) = (desk.document(), desk.chosen_finding()) else { return Vec::new() };
        let out = document.natural_split(finding);
        if out.is_empty() {
            self.notify(NoticeKind::Info, "This finding is one box only: there is nothing to take out of it.");
            return Vec::new();
        }
        let step = Step::Split { finding: finding.key(), out };
        self.change(step, now_ms)
    }

    pub(super) fn begin_question(&mut self) {
        let desk = &mut self.team.reviewing;
        let Some(about) = desk.chosen_finding().map(Finding::key) else { return };
        let readers = desk.document().map(|document| document.case().readers()).unwrap_or_default();
        let of = readers.iter().map(|one| one.reader.clone()).collect();
        desk.naming = None;
        desk.hand = Hand::Asking { about, of, text: String::new() };
    }

    pub(super) fn send_question(&mut self, now_ms: i64) -> Vec<Effect> {
        let Hand::Asking { about, of, text } = self.team.reviewing.hand.clone() else { return Vec::new() };
        let step = Step::Ask { finding: about, to: of.into_iter().collect(), question: text.trim().to_owned() };
        let Some(effects) = self.make_step(step, now_ms) else { return Vec::new() };
        self.team.reviewing.hand = Hand::Free;
        effects
    }

    pub(super) fn adopt_unanimous(&mut self, now_ms: i64) -> Vec<Effect> {
        let before = self.team.reviewing.chosen.clone();
        let Some(effects) = self.make_step(Step::AcceptUnanimous, now_ms) else { return Vec::new() };
        if before.is_none_or(|item| self.team.reviewing.is_settled(&item)) {
            self.go_to_open();
        }
        effects
    }

    pub(super) fn undo_review(&mut self, now_ms: i64) -> Vec<Effect> {
        if self.let_review_go() {
            return Vec::new();
        }
        self.walk_steps(Step::Undo, now_ms)
    }

    pub(super) fn redo_review(&mut self, now_ms: i64) -> Vec<Effect> {
        self.walk_steps(Step::Redo, now_ms)
    }

    /// What came back, or went, is looked at.
    fn walk_steps(&mut self, step: Step, now_ms: i64) -> Vec<Effect> {
        let before = self.team.reviewing.review.clone();
        let Some(effects) = self.make_step(step, now_ms) else { return Vec::new() };
        let desk = &self.team.reviewing;
        let changed = before.zip(desk.document()).and_then(|(before, now)| {
            let is_other = |key: FindingKey| before.document().finding(key) != now.finding(key);
            now.findings().iter().map(Finding::key).find(|key| is_other(*key))
        });
        if let Some(key) = changed {
            self.choose_item(Some(ReviewItem::Finding(key)));
        } else if desk.chosen.is_none() {
            self.go_to_open();
        }
        effects
    }

    pub(super) fn sign_review(&mut self, now_ms: i64) -> Vec<Effect> {
        let desk = &mut self.team.reviewing;
        let is_complete = desk.document().is_some_and(Document::is_complete);
        // Asked once, so that nobody who waits for an answer signs by habit.
        if is_complete && desk.num_waiting_answers() > 0 && !std::mem::replace(&mut desk.is_told_of_questions, true) {
            let text =
                "A question has no answer yet. Sign once more to sign without it, or come back when it is answered.";
            self.notify(NoticeKind::Warning, text);
            return Vec::new();
        }
        let Some(mut effects) = self.make_step(Step::Sign, now_ms) else { return Vec::new() };
        let me = self.reader_id().cloned();
        let desk = &mut self.team.reviewing;
        let image = desk.image.clone();
        let at = desk.films.iter().position(|film| Some(&film.image) == image.as_ref());
        if let (Some(at), Some(me)) = (at, &me) {
            desk.films[at].signers.push(me.clone());
        }
        // In the order of the list as it is shown; where nothing of it waits, anything that does.
        let next = at.zip(me.as_ref()).and_then(|(at, me)| {
            let waits = |film: &&FilmToReview| {
                matches!(film.turn_of(me), ReviewTurn::ToBegin | ReviewTurn::InWork | ReviewTurn::ToSign)
                    && Some(&film.image) != image.as_ref()
            };
            let shown = &desk.list.shown;
            let here = shown.iter().position(|place| *place == at).map_or(0, |here| here + 1);
            let (before, behind) = shown.split_at(here.min(shown.len()));
            let listed = behind.iter().chain(before).filter_map(|place| desk.films.get(*place));
            listed.chain(&desk.films).find(waits).map(|film| film.image.clone())
        });
        effects.extend(self.load_films_to_review());
        match next {
            Some(next) => {
                effects.extend(self.open_for_review(next, now_ms));
                self.notify(NoticeKind::Info, "Signed. This is the next film.");
            }
            None => self.notify(NoticeKind::Info, "Signed. No other film waits for you."),
        }
        effects
    }

    pub(super) fn unsign_review(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(mut effects) = self.make_step(Step::Unsign, now_ms) else { return Vec::new() };
        effects.extend(self.load_films_to_review());
        effects
    }
}
