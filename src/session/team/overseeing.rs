//! The work of many: how far the project is, and what happened in it.

use std::sync::Arc;

use crate::domain::oversight::Overview;
use crate::domain::training::dataset::DatasetId;
use crate::session::effect::Effect;
use crate::session::screen::Session;

use super::TeamTask;

/// What a person asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OverseeCommand {
    /// Count it anew.
    Load,
    /// Training and test columns are to be of this data set.
    Split(DatasetId),
}

/// What is asked of the store, on another thread; answered by [`OverseeNews`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OverseeTask {
    /// With the split of this data set; without, of the newest.
    Load { split: Option<DatasetId> },
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum OverseeNews {
    /// A sentence: what was done.
    Done(String),
    /// What could not be done, and why.
    Failed(String),
    /// How far the project is; or why it can't be told to this person.
    Counted(Result<Arc<Overview>, String>),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct OverseeDesk {
    pub is_loading: bool,
    /// The data set whose split somebody chose to see.
    pub split: Option<DatasetId>,
    pub overview: Option<Arc<Overview>>,
    pub failure: Option<String>,
}

impl OverseeCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    pub(super) fn overseeing_command(&mut self, command: OverseeCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            OverseeCommand::Load => {}
            OverseeCommand::Split(id) => self.team.overseeing.split = Some(id),
        }
        vec![self.count_overview()]
    }

    pub(in crate::session) fn count_overview(&mut self) -> Effect {
        let desk = &mut self.team.overseeing;
        desk.is_loading = true;
        TeamTask::Oversee(OverseeTask::Load { split: desk.split }).effect()
    }

    pub(super) fn overseeing_news(&mut self, news: OverseeNews, _now_ms: i64) -> Vec<Effect> {
        let desk = &mut self.team.overseeing;
        desk.is_loading = false;
        match news {
            OverseeNews::Done(text) => self.tell_team(false, text),
            OverseeNews::Failed(text) => self.tell_team(true, text),
            OverseeNews::Counted(Ok(overview)) => {
                // A data set that was deleted meanwhile is counted as if none had been chosen.
                desk.split.take_if(|id| !overview.splits.iter().any(|(known, _)| known == id));
                (desk.overview, desk.failure) = (Some(overview), None);
            }
            OverseeNews::Counted(Err(why)) => (desk.overview, desk.failure) = (None, Some(why)),
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::consensus::sources::ConsensusSources;
    use crate::domain::oversight::SplitTable;
    use crate::domain::project::Workflow;
    use crate::session::gesture_script::reading_session;

    fn counted(splits: &[DatasetId]) -> OverseeNews {
        OverseeNews::Counted(Ok(Arc::new(Overview {
            workflow: Workflow::Free,
            stages: Vec::new(),
            readers: Vec::new(),
            table: SplitTable::default(),
            is_single: true,
            consensus: ConsensusSources::default(),
            readers_per_film: None,
            splits: splits.iter().map(|id| (*id, "data set".to_owned())).collect(),
            split: splits.first().copied(),
            months: Vec::new(),
            plots: Vec::new(),
            waiting: Vec::new(),
        })))
    }

    #[test]
    fn a_data_set_that_was_deleted_is_no_longer_chosen() {
        let mut session = reading_session();
        session.overseeing_command(OverseeCommand::Split(DatasetId(2)), 0);
        session.overseeing_news(counted(&[DatasetId(3), DatasetId(2)]), 0);
        assert_eq!(session.team.overseeing.split, Some(DatasetId(2)));
        session.overseeing_news(counted(&[DatasetId(3)]), 0);
        assert_eq!(session.team.overseeing.split, None);
    }
}
