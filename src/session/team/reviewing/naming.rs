//! Another name for what is under review: what its readers call it first, then all others; nothing is decided until one is
//! chosen.

use crate::domain::adjudication::Finding;
use crate::domain::label::{Label, LabelName, LabelSet};
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::session::effect::Effect;
use crate::session::screen::Session;

use super::board::ReviewItem;
use super::hand::Hand;

/// The list of names while it is open.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Naming {
    /// What was typed to find a name.
    pub query: String,
    /// Which of [`Session::names_to_choose`] Enter takes.
    pub at: usize,
}

/// What may be chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Name {
    /// A finding's label.
    Label(LabelName),
    /// The film's answer to a label.
    Answer(Option<Presence>),
    /// Whether the film is fit to be read.
    Fitness(Option<UnfitReason>),
}

/// One line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameToChoose {
    pub name: Name,
    /// Its place in the list. Letters find names; a label's own letter would choose one at the first that is typed.
    pub key: Option<char>,
    /// How many readers say so.
    pub num_votes: usize,
    /// It is called so now.
    pub is_now: bool,
}

impl Session {
    /// The open list: what readers say first, then the rest in its own order; of a film's label, the answers.
    pub fn names_to_choose(&self) -> Vec<NameToChoose> {
        let desk = &self.team.reviewing;
        let Some(naming) = &desk.naming else { return Vec::new() };
        let is_box = matches!(desk.hand, Hand::Box(_));
        match (&desk.chosen, desk.document()) {
            (Some(ReviewItem::Label(name)), Some(document)) if !is_box => {
                let Some(label) = document.labels().iter().find(|one| one.label == *name) else { return Vec::new() };
                let now = label.ruling.as_ref().map(|ruling| ruling.answer);
                let answers = [Some(Presence::Present), Some(Presence::Unsure), Some(Presence::Absent), None];
                let votes = |answer| label.votes.iter().filter(|vote| **vote == answer).count();
                in_places(answers.map(|answer| (Name::Answer(answer), votes(answer), now == Some(answer))))
            }
            (Some(ReviewItem::Fitness), Some(document)) if !is_box => {
                let Some(fitness) = document.fitness() else { return Vec::new() };
                let now = fitness.ruling.as_ref().map(|ruling| ruling.answer);
                let votes = |unfit| fitness.votes.iter().filter(|vote| **vote == unfit).count();
                let judged = std::iter::once(None).chain(UnfitReason::ALL.map(Some));
                in_places(judged.map(|unfit| (Name::Fitness(unfit), votes(unfit), now == Some(unfit))))
            }
            _ => self.labels_to_choose(&naming.query),
        }
    }

    fn labels_to_choose(&self, query: &str) -> Vec<NameToChoose> {
        let desk = &self.team.reviewing;
        let (finding, now) = match &desk.hand {
            Hand::Box(held) => (held.of.and_then(|key| desk.document()?.finding(key)), Some(&held.label)),
            _ => {
                let finding = desk.chosen_finding();
                (finding, finding.and_then(|one| Some(one.shown()?.0)))
            }
        };
        let set = self.label_set();
        let line = |name: &LabelName, num_votes: usize| NameToChoose {
            key: None,
            is_now: now == Some(name),
            name: Name::Label(name.clone()),
            num_votes,
        };
        let votes = finding.map(Finding::votes).unwrap_or_default();
        let voted = votes.iter().map(|(name, num)| line(name, *num as usize));
        let others = set.into_iter().flat_map(LabelSet::local).map(|label| &label.name);
        let others = others.filter(|name| !votes.iter().any(|(voted, _)| voted == *name)).map(|name| line(name, 0));
        let wanted = query.trim().to_lowercase();
        let matches = |line: &NameToChoose| {
            let Name::Label(name) = &line.name else { return true };
            let aliases = set.and_then(|set| set.label(name)).map_or(&[][..], |label: &Label| &label.aliases);
            let mut names = std::iter::once(name.as_str()).chain(aliases.iter().map(String::as_str));
            wanted.is_empty() || names.any(|name| name.to_lowercase().contains(&wanted))
        };
        let mut lines: Vec<NameToChoose> = voted.chain(others).filter(matches).collect();
        // A digit may be part of the name that is typed.
        if query.is_empty() {
            (1..).zip(&mut lines).for_each(|(place, line)| line.key = char::from_digit(place.min(10), 10));
        }
        lines
    }

    /// Opens the list for what is chosen or held, at the name that it has.
    pub(super) fn begin_naming(&mut self) {
        let desk = &mut self.team.reviewing;
        let is_there = desk.chosen.is_some() || matches!(desk.hand, Hand::Box(_));
        if !is_there || matches!(desk.hand, Hand::Asking { .. }) {
            return;
        }
        if matches!(desk.hand, Hand::Merging(_)) {
            desk.hand = Hand::Free;
        }
        desk.naming = Some(Naming::default());
        self.stand_at_name();
    }

    /// At the name that it has; where it has none, at the first that readers gave.
    fn stand_at_name(&mut self) {
        let lines = self.names_to_choose();
        let now = lines.iter().position(|line| line.is_now);
        let at = now.or_else(|| lines.iter().position(|line| line.num_votes > 0)).unwrap_or_default();
        if let Some(naming) = &mut self.team.reviewing.naming {
            naming.at = at;
        }
    }

    pub(super) fn find_name(&mut self, query: String) {
        if let Some(naming) = &mut self.team.reviewing.naming {
            let is_empty = query.is_empty();
            *naming = Naming { query, at: 0 };
            if is_empty {
                self.stand_at_name();
            }
        }
    }

    pub(super) fn step_name(&mut self, step: isize) {
        let last = self.names_to_choose().len().saturating_sub(1);
        if let Some(naming) = &mut self.team.reviewing.naming {
            naming.at = naming.at.saturating_add_signed(step).min(last);
        }
    }

    pub(super) fn take_name(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(naming) = &self.team.reviewing.naming else { return Vec::new() };
        let (at, is_unsearched) = (naming.at, naming.query.is_empty());
        match self.names_to_choose().into_iter().nth(at) {
            // Opened and left as it was: an open finding stays open.
            Some(line) if line.is_now && is_unsearched => {
                self.team.reviewing.naming = None;
                Vec::new()
            }
            Some(line) => self.call_it(line.name, now_ms),
            None => Vec::new(),
        }
    }

    pub(super) fn call_it(&mut self, name: Name, now_ms: i64) -> Vec<Effect> {
        self.team.reviewing.naming = None;
        match name {
            Name::Label(label) => self.relabel_finding(label, now_ms),
            Name::Answer(presence) => self.answer_item(presence, now_ms),
            Name::Fitness(unfit) => self.judge_fitness(unfit, now_ms),
        }
    }

    /// What a digit stands for in the open list, while nothing is typed there.
    pub fn name_of_key(&self, key: &str) -> Option<Name> {
        let naming = self.team.reviewing.naming.as_ref().filter(|naming| naming.query.is_empty())?;
        let mut letters = key.chars();
        let digit = letters.next().filter(|_| letters.next().is_none() && naming.query.is_empty())?;
        let lines = self.names_to_choose().into_iter();
        lines.filter(|line| line.key == Some(digit)).map(|line| line.name).next()
    }
}

/// Counted from 1, which are their keys.
fn in_places(names: impl IntoIterator<Item = (Name, usize, bool)>) -> Vec<NameToChoose> {
    let line = |(place, (name, num_votes, is_now)): (u32, (Name, usize, bool))| NameToChoose {
        key: char::from_digit(place, 10),
        name,
        num_votes,
        is_now,
    };
    (1..).zip(names).map(line).collect()
}
