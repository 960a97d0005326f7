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
    /// The label set's own key of a label; of an answer, its place.
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
            key: set.and_then(|set| set.label(name)?.hotkey),
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
        voted.chain(others).filter(matches).collect()
    }

    /// Opens the list for what is chosen or held. Enter takes the first name that readers gave and it has not got.
    pub(super) fn begin_naming(&mut self) {
        let desk = &mut self.team.reviewing;
        let is_there = desk.chosen.is_some() || matches!(desk.hand, Hand::Box(_));
        if !is_there || matches!(desk.hand, Hand::Asking { .. }) {
            return;
        }
        desk.naming = Some(Naming::default());
        let other = self.names_to_choose().iter().position(|line| line.num_votes > 0 && !line.is_now);
        if let Some(naming) = &mut self.team.reviewing.naming {
            naming.at = other.unwrap_or_default();
        }
    }

    pub(super) fn find_name(&mut self, query: String) {
        if let Some(naming) = &mut self.team.reviewing.naming {
            *naming = Naming { query, at: 0 };
        }
    }

    pub(super) fn step_name(&mut self, step: isize) {
        let last = self.names_to_choose().len().saturating_sub(1);
        if let Some(naming) = &mut self.team.reviewing.naming {
            naming.at = naming.at.saturating_add_signed(step).min(last);
        }
    }

    pub(super) fn take_name(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(at) = self.team.reviewing.naming.as_ref().map(|naming| naming.at) else { return Vec::new() };
        match self.names_to_choose().into_iter().nth(at) {
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

    /// What a plain key stands for in the open list, while nothing is typed there.
    pub fn name_of_key(&self, key: &str) -> Option<Name> {
        let naming = self.team.reviewing.naming.as_ref().filter(|naming| naming.query.is_empty())?;
        let mut letters = key.chars();
        let first = letters.next().filter(|_| letters.next().is_none() && naming.query.is_empty())?;
        let lines = self.names_to_choose().into_iter();
        lines.filter(|line| line.key == Some(first.to_ascii_lowercase())).map(|line| line.name).next()
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
