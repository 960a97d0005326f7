//! What the screen shows of the film's review: the list in its order, what is chosen, who saw what.

use crate::domain::adjudication::{By, Document, Finding, FindingKey, Source};
use crate::domain::geometry::{Point, Rect};
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::session::screen::Session;
use crate::session::viewport::Zoom;

use super::ReviewDesk;
use super::hand::Hand;

/// One line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReviewItem {
    Finding(FindingKey),
    /// A label of the whole film.
    Label(LabelName),
    /// Whether the film is fit to be read.
    Fitness,
}

/// Whose a box is, as the screen tells them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// By place in the list of the film's readers.
    Reader(usize),
    Model,
    Reviewer,
}

/// How much of the canvas a finding fills when it is gone to, side against side.
const SHARE_OF_FINDING: f64 = 1.0 / 3.0;

impl ReviewDesk {
    pub fn document(&self) -> Option<&Document> {
        self.review.as_ref().map(|review| review.document())
    }

    /// Findings that pass the filter, the most disagreement first; what is worked on is there in any case.
    pub fn listed(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.document().map(Document::findings).unwrap_or_default();
        let is_at_work = |key| self.is_chosen(key) || self.may_be_merged(key);
        findings.iter().filter(move |finding| self.filter.keeps(finding) || is_at_work(finding.key()))
    }

    /// The chosen finding, as long as it is there.
    pub fn chosen_finding(&self) -> Option<&Finding> {
        match self.chosen.as_ref()? {
            ReviewItem::Finding(key) => self.document()?.finding(*key),
            ReviewItem::Label(_) | ReviewItem::Fitness => None,
        }
    }

    pub fn is_chosen(&self, key: FindingKey) -> bool {
        self.chosen == Some(ReviewItem::Finding(key)) || self.also_chosen.contains(&key)
    }

    /// Everything that is listed, in the order of the list: findings, then answers of the whole film.
    pub fn items(&self) -> Vec<ReviewItem> {
        let findings = self.listed().map(|finding| ReviewItem::Finding(finding.key()));
        findings.chain(self.film_items()).collect()
    }

    /// Answers of the whole film.
    fn film_items(&self) -> impl Iterator<Item = ReviewItem> {
        let document = self.document();
        let labels = document.map(Document::labels).unwrap_or_default();
        let fitness = document.and_then(Document::fitness).map(|_| ReviewItem::Fitness);
        labels.iter().map(|label| ReviewItem::Label(label.label.clone())).chain(fitness)
    }

    pub fn is_settled(&self, item: &ReviewItem) -> bool {
        let Some(document) = self.document() else { return false };
        match item {
            ReviewItem::Finding(key) => document.finding(*key).is_none_or(|finding| finding.ruling().is_some()),
            ReviewItem::Label(name) => {
                document.labels().iter().find(|label| label.label == *name).is_none_or(|label| label.ruling.is_some())
            }
            ReviewItem::Fitness => document.fitness().is_none_or(|fitness| fitness.ruling.is_some()),
        }
    }

    /// The next open item below this one, going round; those that are listed first.
    pub(super) fn open_item_after(&self, after: Option<&ReviewItem>) -> Option<ReviewItem> {
        let items = self.items();
        let start = after.and_then(|item| items.iter().position(|other| other == item)).map_or(0, |at| at + 1);
        let (before, behind) = items.split_at(start.min(items.len()));
        let listed = behind.iter().chain(before).find(|item| !self.is_settled(item)).cloned();
        listed.or_else(|| self.document()?.next_unsettled(None).map(ReviewItem::Finding))
    }

    /// The members of a finding, readers in their order, then the model and reviewers.
    pub fn members<'a>(&'a self, finding: &'a Finding) -> Vec<(Seen, &'a Source)> {
        let Some(document) = self.document() else { return Vec::new() };
        let sources = finding.members().iter().filter_map(|id| document.source(*id));
        let mut members: Vec<_> = sources.map(|source| (self.who(&source.by), source)).collect();
        members.sort_by_key(|(who, _)| match who {
            Seen::Reader(place) => *place,
            Seen::Model => usize::MAX - 1,
            Seen::Reviewer => usize::MAX,
        });
        members
    }

    fn who(&self, by: &By) -> Seen {
        match by {
            By::Reader(reader) => Seen::Reader(self.place_of(reader)),
            By::Model => Seen::Model,
            By::Reviewer(_) => Seen::Reviewer,
        }
    }

    /// The place of a reader in the film's list.
    pub fn place_of(&self, reader: &ReaderId) -> usize {
        self.document().and_then(|document| document.case().place_of(reader)).unwrap_or_default()
    }

    /// Whether a question about it waits for an answer.
    pub fn waits_for_answer(&self, key: FindingKey) -> bool {
        let questions = self.document().map(Document::questions).unwrap_or_default();
        questions.iter().any(|question| question.finding == key && question.answers.values().any(Option::is_none))
    }

    /// Questions on this film that some reader has not answered.
    pub fn num_waiting_answers(&self) -> usize {
        self.document().map_or(0, Document::num_waiting_answers)
    }

    /// As the list of all findings counts it, from 1; it stays the same whatever is filtered.
    pub fn number_of(&self, key: FindingKey) -> usize {
        let findings = self.document().map(Document::findings).unwrap_or_default();
        findings.iter().position(|finding| finding.key() == key).map_or(0, |at| at + 1)
    }

    /// Where a click on the film chooses the finding.
    pub(super) fn rects_of<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = Rect> {
        let own = finding.shown().map(|(_, shape)| shape.bounds());
        self.members(finding).into_iter().map(|(_, source)| source.shape.bounds()).chain(own)
    }

    /// Around everything of a finding.
    fn bounds_of(&self, finding: &Finding) -> Rect {
        let start = finding.proposal().shape.bounds();
        self.rects_of(finding).fold(start, |a, b| {
            let min = Point::new(a.xmin().min(b.xmin()), a.ymin().min(b.ymin()));
            let max = Point::new(a.xmax().max(b.xmax()), a.ymax().max(b.ymax()));
            Rect::from_corners(min, max)
        })
    }
}

impl Session {
    pub(super) fn choose_item(&mut self, item: Option<ReviewItem>) {
        let desk = &mut self.team.reviewing;
        if desk.chosen != item {
            // A box in the hand, and the list of names, belong to the finding that is left.
            desk.hand = Hand::Free;
            desk.naming = None;
        }
        desk.chosen = item;
        desk.also_chosen.clear();
        desk.hovered = None;
        let is_enlarged = self.pane.film.as_ref().is_some_and(|film| film.viewport.zoom != Zoom::Fit);
        if is_enlarged {
            self.bring_finding_into_sight();
        }
    }

    pub(super) fn choose_finding_too(&mut self, key: FindingKey) {
        let desk = &mut self.team.reviewing;
        if desk.chosen_finding().is_none() {
            return self.choose_item(Some(ReviewItem::Finding(key)));
        }
        if matches!(desk.hand, Hand::Merging(_)) {
            desk.hand = Hand::Free;
        }
        if desk.chosen != Some(ReviewItem::Finding(key)) && !desk.also_chosen.remove(&key) {
            desk.also_chosen.insert(key);
        }
    }

    pub(super) fn step_item(&mut self, step: isize) {
        let items = self.team.reviewing.items();
        let at = self.team.reviewing.chosen.as_ref().and_then(|item| items.iter().position(|other| other == item));
        let to = match at {
            Some(at) => at.checked_add_signed(step).filter(|to| *to < items.len()),
            None => (!items.is_empty()).then_some(0),
        };
        if let Some(to) = to {
            self.choose_item(Some(items[to].clone()));
        }
    }

    /// To the next open item, and near to it; from the whole film, near to the chosen one first.
    pub(super) fn go_to_unsettled(&mut self) {
        let desk = &self.team.reviewing;
        let is_fitted = self.pane.film.as_ref().is_some_and(|film| film.viewport.zoom == Zoom::Fit);
        let is_open = desk.chosen_finding().is_some_and(|finding| finding.ruling().is_none());
        if is_fitted && is_open {
            return self.bring_finding_into_sight();
        }
        match desk.open_item_after(desk.chosen.as_ref()) {
            Some(item) => {
                self.choose_item(Some(item));
                self.bring_finding_into_sight();
            }
            None => self.tell_all_is_settled(),
        }
    }

    pub(super) fn filter_findings(&mut self, filter: super::FindingFilter) {
        let desk = &mut self.team.reviewing;
        desk.filter = filter;
        desk.also_chosen.clear();
        let is_kept = desk.chosen_finding().is_none_or(|finding| filter.keeps(finding));
        if !is_kept {
            desk.chosen = None;
            let first = desk.items().into_iter().next();
            self.choose_item(first);
        }
    }

    fn bring_finding_into_sight(&mut self) {
        let desk = &self.team.reviewing;
        if let Some(bounds) = desk.chosen_finding().map(|finding| desk.bounds_of(finding)) {
            self.on_view(|view, canvas, film| view.show_part(bounds, SHARE_OF_FINDING, canvas, film));
        }
    }
}
