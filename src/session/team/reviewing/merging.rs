//! Making one finding of several: at once where it is plain with which, else the reviewer says with which.

use crate::domain::adjudication::{Document, Finding, FindingKey, Outcome, Step};
use crate::domain::geometry::Rect;
use crate::session::command::Command;
use crate::session::effect::Effect;
use crate::session::screen::{NoticeKind, Session};
use crate::session::team::TeamCommand;

use super::board::ReviewItem;
use super::hand::Hand;
use super::{ReviewCommand, ReviewDesk};

/// The findings that may become one with the chosen one, as long as the reviewer has not said which.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merging {
    pub of: FindingKey,
    /// Those that overlap it, in the order of their numbers.
    pub others: Vec<FindingKey>,
    /// Which of them is marked: at first the one that overlaps most.
    pub at: usize,
}

impl Merging {
    pub fn marked(&self) -> Option<FindingKey> {
        self.others.get(self.at).copied()
    }
}

impl ReviewDesk {
    pub const fn merging(&self) -> Option<&Merging> {
        match &self.hand {
            Hand::Merging(merging) => Some(merging),
            Hand::Free | Hand::Box(_) | Hand::Asking { .. } => None,
        }
    }

    /// Whether it is one of those to choose from.
    pub fn may_be_merged(&self, key: FindingKey) -> bool {
        self.merging().is_some_and(|merging| merging.others.contains(&key))
    }

    /// How much the boxes of two findings overlap, of both together.
    pub fn overlap(&self, a: FindingKey, b: FindingKey) -> f64 {
        let of = |key| self.document().and_then(|document| document.finding(key)).map(bounds);
        of(a).zip(of(b)).map_or(0.0, |(a, b)| a.iou(&b))
    }

    /// Findings that overlap this one, with how much. What was rejected is none, and is taken only where it was chosen.
    fn overlapping(&self, key: FindingKey) -> Vec<(FindingKey, f64)> {
        let findings = self.document().map(Document::findings).unwrap_or_default().iter();
        let is_rejected = |one: &&Finding| one.ruling().is_some_and(|ruling| ruling.outcome == Outcome::Rejected);
        let others = findings.filter(|one| one.key() != key && !is_rejected(one)).map(Finding::key);
        others.map(|other| (other, self.overlap(key, other))).filter(|(_, overlap)| *overlap > 0.0).collect()
    }
}

fn bounds(finding: &Finding) -> Rect {
    finding.shown().map_or_else(|| finding.proposal().shape.bounds(), |(_, shape)| shape.bounds())
}

impl Session {
    pub(super) fn merge_findings(&mut self, now_ms: i64) -> Vec<Effect> {
        let desk = &self.team.reviewing;
        if let Some(merging) = desk.merging().cloned() {
            return self.merge_as_marked(&merging, now_ms);
        }
        let Some(chosen) = desk.chosen_finding().map(Finding::key) else { return Vec::new() };
        let also: Vec<FindingKey> = desk.also_chosen.iter().copied().filter(|key| *key != chosen).collect();
        if !also.is_empty() {
            return self.merge_all(chosen, &also, now_ms);
        }
        let overlapping = desk.overlapping(chosen);
        match overlapping.as_slice() {
            [] => {
                let text =
                    "No other finding overlaps this one. Choose the other one with Shift and a click, then merge.";
                self.notify(NoticeKind::Info, text);
            }
            // One that the filter hides is shown first: nobody merges what they do not see.
            [(other, _)] if desk.listed().any(|one| one.key() == *other) => {
                let other = *other;
                return self.merge_all(chosen, &[other], now_ms);
            }
            several => {
                let most = several.iter().enumerate().max_by(|a, b| a.1.1.total_cmp(&b.1.1)).map_or(0, |(at, _)| at);
                let others = several.iter().map(|(key, _)| *key).collect();
                let desk = &mut self.team.reviewing;
                (desk.naming, desk.hovered) = (None, None);
                desk.hand = Hand::Merging(Merging { of: chosen, others, at: most });
            }
        }
        Vec::new()
    }

    pub(super) fn merge_as_marked(&mut self, merging: &Merging, now_ms: i64) -> Vec<Effect> {
        merging.marked().map_or_else(Vec::new, |other| self.merge_all(merging.of, &[other], now_ms))
    }

    pub(super) fn merge_with(&mut self, other: FindingKey, now_ms: i64) -> Vec<Effect> {
        match self.team.reviewing.merging().filter(|merging| merging.others.contains(&other)) {
            Some(merging) => {
                let of = merging.of;
                self.merge_all(of, &[other], now_ms)
            }
            None => Vec::new(),
        }
    }

    pub(super) fn mark_to_merge(&mut self, step: isize) {
        if let Hand::Merging(merging) = &mut self.team.reviewing.hand {
            let last = merging.others.len().saturating_sub(1);
            merging.at = merging.at.saturating_add_signed(step).min(last);
        }
    }

    /// The one of those to choose from that a digit names by its number in the list.
    pub fn to_merge_by_key(&self, key: &str) -> Option<FindingKey> {
        let desk = &self.team.reviewing;
        let number: usize = key.parse().ok()?;
        desk.merging()?.others.iter().copied().find(|other| desk.number_of(*other) == number)
    }

    /// One step for each, and what became of them is said.
    fn merge_all(&mut self, chosen: FindingKey, others: &[FindingKey], now_ms: i64) -> Vec<Effect> {
        let desk = &self.team.reviewing;
        let merging = || std::iter::once(chosen).chain(others.iter().copied());
        let findings = merging().filter_map(|key| desk.document()?.finding(key));
        let was_settled = findings.clone().any(|one| one.ruling().is_some());
        let named = |one: &Finding| {
            let label = one.shown().map_or(&one.proposal().label, |(label, _)| label);
            (desk.number_of(one.key()), label.to_string())
        };
        let mut names: Vec<(usize, String)> = findings.map(named).collect();
        names.sort();
        let mut names: Vec<String> = names.into_iter().map(|(number, label)| format!("{number} {label}")).collect();
        let last = names.pop().unwrap_or_default();
        let first = names.join(", ");
        let mut effects = Vec::new();
        let mut merged = chosen;
        let mut was_refused = false;
        for &other in others {
            let Some(made) = self.make_step(Step::Merge { findings: [merged, other] }, now_ms) else {
                was_refused = true;
                break;
            };
            effects.extend(made);
            merged = merged.min(other);
        }
        self.choose_item(Some(ReviewItem::Finding(merged)));
        if !was_refused {
            let undo = Command::Team(TeamCommand::Review(ReviewCommand::Undo));
            let key = self.input.first_keys(&undo).map_or_else(|| "Undo".to_owned(), |keys| keys.printed());
            let text = if was_settled {
                format!("{first} and {last} are one finding now, open again. {key} takes it back.")
            } else {
                format!("{first} and {last} are one finding now. {key} takes it back.")
            };
            self.notify(NoticeKind::Info, text);
        }
        effects
    }
}
