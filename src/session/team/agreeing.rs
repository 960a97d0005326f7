//! The work of many: consensus by rule, and how far readers agree.

use std::sync::Arc;

use crate::domain::agreement::{Agreement, Cell};
use crate::domain::consensus::Policy;
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::domain::people::{Act, Matter};
use crate::session::effect::Effect;
use crate::session::screen::{Screen, Session};
use crate::session::worklist::{CountedFilms, CountedNumber, Filter};

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum AgreeCommand {
    /// Compare readers; of one label alone, or of all.
    Compare(Option<LabelName>),
    /// The films in which the readings of a cell differ.
    ShowFilms(Cell),
    /// How the word of several readers becomes one, and how many readers a film must have.
    SetRule { policy: Box<Policy>, least_readers: usize },
    /// Tell what the rule would make, and write nothing.
    TryRule,
    /// Write what the rule makes into the consensus layer.
    MakeConsensus,
}

/// What is asked of the store, on another thread; answered by [`AgreeNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum AgreeTask {
    /// Answered by `Compared`.
    Compare { label: Option<LabelName>, policy: Box<Policy> },
    /// Answered by `Made`.
    Consensus { policy: Box<Policy>, least_readers: usize, by: Option<ReaderId>, is_written: bool },
}

/// What came of it. What could not be done, and why, the job itself tells besides.
#[derive(Clone, PartialEq, Debug)]
pub enum AgreeNews {
    Compared(Result<Arc<Agreement>, String>),
    Made(Result<ConsensusSums, String>),
}

/// What a rule made of the project's readings.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ConsensusSums {
    pub num_films: u64,
    pub num_boxes: u64,
    pub num_labels: u64,
    pub num_normal: u64,
    /// For people to decide.
    pub num_open: u64,
    pub num_too_few_readers: u64,
    /// Lesions that too few readers have.
    pub num_left_out: u64,
    /// Lesions that readers gave different labels.
    pub num_label_split: u64,
    /// Films that were written, and films whose consensus stays; `None` where it was a try.
    pub written: Option<[u64; 2]>,
}

/// What the window knows of it.
#[derive(Clone, Debug)]
pub struct AgreeDesk {
    pub is_comparing: bool,
    pub is_making: bool,
    /// The label that the figures are of; `None`: all.
    pub label: Option<LabelName>,
    pub agreement: Option<Arc<Agreement>>,
    /// Why there are no figures.
    pub failure: Option<String>,
    pub policy: Policy,
    pub least_readers: usize,
    pub made: Option<Result<ConsensusSums, String>>,
}

impl Default for AgreeDesk {
    fn default() -> Self {
        Self {
            is_comparing: false,
            is_making: false,
            label: None,
            agreement: None,
            failure: None,
            policy: Policy::default(),
            least_readers: 2,
            made: None,
        }
    }
}

impl AgreeCommand {
    pub fn is_available(&self, session: &Session) -> bool {
        let desk = &session.team.agreeing;
        let is_free = session.job.as_ref().is_none_or(|job| job.outcome.is_some());
        let is_idle = !desk.is_comparing && !desk.is_making && is_free;
        let may_look = session.project.is_some() && session.may(Matter::OthersReadings, Act::See);
        match self {
            Self::Compare(_) | Self::TryRule => may_look && is_idle,
            Self::MakeConsensus => may_look && is_idle && session.may(Matter::Tasks, Act::Change),
            Self::ShowFilms(cell) => {
                let has_films = |found: &Arc<Agreement>| !found.differing_films(*cell).is_empty();
                session.worklist.is_loaded && desk.agreement.as_ref().is_some_and(has_films)
            }
            Self::SetRule { .. } => session.project.is_some(),
        }
    }
}

impl Session {
    pub(super) fn agreeing_command(&mut self, command: AgreeCommand, _now_ms: i64) -> Vec<Effect> {
        if !command.is_available(self) {
            return Vec::new();
        }
        let by = self.reader.as_ref().map(|reader| reader.id.clone());
        let desk = &mut self.team.agreeing;
        match command {
            AgreeCommand::Compare(label) => {
                desk.is_comparing = true;
                desk.label.clone_from(&label);
                desk.failure = None;
                vec![TeamTask::Agree(AgreeTask::Compare { label, policy: Box::new(desk.policy.clone()) }).effect()]
            }
            AgreeCommand::ShowFilms(cell) => self.show_differing(cell),
            AgreeCommand::SetRule { policy, least_readers } => {
                desk.policy = *policy;
                desk.least_readers = least_readers.max(1);
                desk.made = None;
                Vec::new()
            }
            AgreeCommand::TryRule => vec![desk.consensus(by, false)],
            AgreeCommand::MakeConsensus => vec![desk.consensus(by, true)],
        }
    }

    pub(super) fn agreeing_news(&mut self, news: AgreeNews, _now_ms: i64) -> Vec<Effect> {
        let desk = &mut self.team.agreeing;
        match news {
            AgreeNews::Compared(Ok(found)) => {
                desk.is_comparing = false;
                desk.agreement = Some(found);
            }
            AgreeNews::Compared(Err(why)) => {
                desk.is_comparing = false;
                desk.agreement = None;
                desk.failure = Some(why);
            }
            AgreeNews::Made(made) => {
                desk.is_making = false;
                desk.made = Some(made);
            }
        }
        Vec::new()
    }

    /// A number leads to its films: the list, with nothing else left out of it.
    fn show_differing(&mut self, cell: Cell) -> Vec<Effect> {
        let Some(found) = self.team.agreeing.agreement.clone() else { return Vec::new() };
        let number = CountedNumber::Differing { cell, name: found.name(cell) };
        let counted = CountedFilms { number, images: Arc::new(found.differing_films(cell)) };
        self.worklist.set_filter(Filter { counted: Some(counted), ..Filter::default() });
        self.screen = Screen::Worklist;
        Vec::new()
    }
}

impl AgreeDesk {
    fn consensus(&mut self, by: Option<ReaderId>, is_written: bool) -> Effect {
        self.is_making = true;
        self.made = None;
        let (policy, least_readers) = (Box::new(self.policy.clone()), self.least_readers);
        TeamTask::Agree(AgreeTask::Consensus { policy, least_readers, by, is_written }).effect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::session::gesture_script::reading_session;

    fn found() -> Arc<Agreement> {
        let differing = BTreeMap::from([(Cell::Pair(0, 1), vec!["film".into()])]);
        Arc::new(Agreement { readers: vec!["R1".into(), "R2".into()], differing, ..Agreement::default() })
    }

    #[test]
    fn one_comparison_runs_at_a_time() {
        let mut session = reading_session();
        let ask = AgreeCommand::Compare(Some(LabelName::new("Osteophytes")));
        assert_eq!(session.agreeing_command(ask.clone(), 0).len(), 1);
        assert!(session.team.agreeing.is_comparing);
        assert!(session.agreeing_command(ask, 0).is_empty());
        session.agreeing_news(AgreeNews::Compared(Err("why".into())), 0);
        assert_eq!(session.team.agreeing.failure.as_deref(), Some("why"));
        assert!(session.agreeing_command(AgreeCommand::TryRule, 0).len() == 1 && session.team.agreeing.is_making);
    }

    #[test]
    fn a_cell_leads_to_the_films_in_which_readings_differ() {
        let mut session = reading_session();
        session.worklist.is_loaded = true;
        assert!(!AgreeCommand::ShowFilms(Cell::All).is_available(&session));
        session.agreeing_news(AgreeNews::Compared(Ok(found())), 0);
        for (cell, is_available) in [
            (Cell::Pair(0, 1), true),
            (Cell::All, true),
            (Cell::Reader(1), true),
            (Cell::Reader(2), false),
            (Cell::Label(0), false),
        ] {
            assert_eq!(AgreeCommand::ShowFilms(cell).is_available(&session), is_available, "{cell:?}");
        }
        session.agreeing_command(AgreeCommand::ShowFilms(Cell::Pair(0, 1)), 0);
        assert_eq!(session.screen, Screen::Worklist);
        let counted = session.worklist.filter.counted.clone().unwrap();
        assert_eq!(counted.images.len(), 1);
    }

    #[test]
    fn another_rule_puts_away_what_the_last_one_made() {
        let mut session = reading_session();
        session.agreeing_news(AgreeNews::Made(Ok(ConsensusSums::default())), 0);
        let policy = Box::new(Policy { is_across_classes: true, ..Policy::default() });
        session.agreeing_command(AgreeCommand::SetRule { policy, least_readers: 0 }, 0);
        let desk = &session.team.agreeing;
        assert!(desk.made.is_none() && desk.policy.is_across_classes);
        assert_eq!(desk.least_readers, 1);
    }
}
