//! The list of films: what a person asks of it, filters that are kept, and what opens instead of a film.

use crate::domain::assignment::Stage;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::reading::Decision;
use crate::domain::task::TaskState;
use crate::domain::worklist::SavedFilter;
use crate::domain::worklist::query::QueryWords;

use super::effect::Effect;
use super::screen::{NoticeKind, Session};
use super::team::{ReviewCommand, TeamCommand};
use super::worklist::{Filter, HandFilter};

/// Something asked of the list.
#[derive(Clone, PartialEq, Debug)]
pub enum ListCommand {
    /// Films that pass this query, as typed so far.
    Query(String),
    State(Option<TaskState>),
    Label(Option<LabelName>),
    Decision(Option<Decision>),
    Hand(Option<HandFilter>),
    /// Every film again.
    ShowAll,
    /// Keeps the filter as it is now under this name.
    Keep(String),
    /// Shows the films of a kept filter.
    Use(String),
    /// Lets a kept filter go.
    Forget(String),
}

impl ListCommand {
    pub(super) fn is_available(&self, session: &Session) -> bool {
        let list = &session.worklist;
        session.reader.is_some()
            && match self {
                Self::ShowAll => !list.filter.is_empty(),
                Self::Keep(_) => !list.filter.is_empty() && list.query_error().is_none(),
                Self::Use(name) | Self::Forget(name) => list.saved.iter().any(|filter| filter.name == *name),
                _ => true,
            }
    }
}

impl Session {
    /// Readers get the films that are handed to them, and no others.
    pub fn hands_out(&self) -> bool {
        self.project.as_ref().is_some_and(|project| project.settings.workflow.hands_out())
    }

    pub(super) fn list_command(&mut self, command: ListCommand) -> Vec<Effect> {
        let filter = self.worklist.filter.clone();
        let changed = match command {
            ListCommand::Query(text) => Filter { text, ..filter },
            ListCommand::State(state) => Filter { state, unfit: None, ..filter },
            ListCommand::Label(label) => Filter { label: label.and_then(|name| self.place_of_label(&name)), ..filter },
            ListCommand::Decision(decision) => Filter { decision, ..filter },
            ListCommand::Hand(hand) => Filter { hand, ..filter },
            ListCommand::ShowAll => Filter::default(),
            ListCommand::Use(name) => match self.worklist.saved.iter().find(|kept| kept.name == name) {
                Some(kept) => Filter { text: kept.query.clone(), ..Filter::default() },
                None => return Vec::new(),
            },
            ListCommand::Keep(name) => return self.keep_filter(name.trim()),
            ListCommand::Forget(name) => return self.forget_filter(&name),
        };
        self.worklist.set_filter(changed);
        Vec::new()
    }

    fn place_of_label(&self, name: &LabelName) -> Option<u32> {
        self.label_set()?.labels().iter().position(|label| label.name == *name).map(|i| i as u32)
    }

    /// A name that is taken means the new filter from here on.
    fn keep_filter(&mut self, name: &str) -> Vec<Effect> {
        let Some(reader) = self.reader_id().cloned() else { return Vec::new() };
        if name.is_empty() || self.worklist.query_error().is_some() {
            return Vec::new();
        }
        let labels: Vec<LabelName> =
            self.label_set().into_iter().flat_map(LabelSet::labels).map(|l| l.name.clone()).collect();
        let query = self.worklist.filter.as_query(&labels);
        if query.is_empty() {
            let text = "There is nothing to keep: the list shows every film, or those behind a number.";
            self.notify(NoticeKind::Info, text);
            return Vec::new();
        }
        let filter = SavedFilter { name: name.to_owned(), query };
        self.worklist.saved.retain(|kept| kept.name != filter.name);
        self.worklist.saved.push(filter.clone());
        self.worklist.saved.sort_by(|a, b| a.name.cmp(&b.name));
        vec![Effect::KeepFilter { reader, filter, is_kept: true }]
    }

    fn forget_filter(&mut self, name: &str) -> Vec<Effect> {
        let Some(reader) = self.reader_id().cloned() else { return Vec::new() };
        let Some(at) = self.worklist.saved.iter().position(|kept| kept.name == name) else { return Vec::new() };
        let filter = self.worklist.saved.remove(at);
        vec![Effect::KeepFilter { reader, filter, is_kept: false }]
    }

    pub(super) fn filters_loaded(&mut self, reader: &ReaderId, filters: Vec<SavedFilter>) {
        if self.reader_id() == Some(reader) {
            self.worklist.saved = filters;
        }
    }

    /// Queries may name the labels and the people of the project as they are now.
    pub(super) fn list_words(&mut self) {
        let Some(project) = &self.project else { return };
        let labels = project.label_set.labels().iter().map(|label| label.name.to_string()).collect();
        let readers = project.readers.iter().map(|reader| reader.id.to_string()).collect();
        self.worklist.set_words(QueryWords { labels, readers });
    }

    /// The layer under which the film is read: that of its line, else the reader's own.
    pub fn layer_of(&self, image: &ImageId) -> Option<ReaderId> {
        let own = self.reader_id()?;
        let row = self.worklist.row(image).filter(|row| row.stage() == Stage::Read);
        Some(row.map_or_else(|| own.clone(), |row| row.layer.clone()))
    }

    /// A film that is to be reviewed opens on the screen of reviews, and one that is set aside stays shut; `None`: it opens
    /// to be read.
    pub(super) fn open_otherwise(&mut self, image: &ImageId, now_ms: i64) -> Option<Vec<Effect>> {
        let row = self.worklist.row(image)?;
        if row.can_be_opened() {
            return None;
        }
        if row.is_paused() {
            self.notify(NoticeKind::Info, "This film is set aside. Whoever hands films out can give it back to you.");
            return Some(Vec::new());
        }
        Some(self.team_command(TeamCommand::Review(ReviewCommand::Open(image.clone())), now_ms))
    }
}
