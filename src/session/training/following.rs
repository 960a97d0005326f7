//! Runs as they go: which one is open, which stands beside it, and what their folders say.

use crate::domain::training::curves::{CurveRun, curves};
use crate::domain::training::spec::TrainingId;

use super::super::effect::Effect;
use super::super::screen::{NoticeKind, Session};
use super::{RunRow, TrainNews, TrainPage, TrainTask};

impl Session {
    pub(super) fn open_training(&mut self, id: TrainingId) -> Vec<Effect> {
        self.training.page = TrainPage::Runs;
        if self.training.open == Some(id) {
            return Vec::new();
        }
        self.training.open = Some(id);
        self.training.beside = self.training.beside.filter(|other| self.training.can_compare(*other));
        self.follow()
    }

    pub(super) fn compare_trainings(&mut self, other: Option<TrainingId>) -> Vec<Effect> {
        self.training.beside = other;
        self.follow()
    }

    fn follow(&mut self) -> Vec<Effect> {
        let wanted: Vec<TrainingId> = self.training.open.into_iter().chain(self.training.beside).collect();
        self.training.figures.retain(|id, _| wanted.contains(id));
        self.plot_again();
        self.train_quietly(TrainTask::Follow(wanted))
    }

    fn plot_again(&mut self) {
        let desk = &self.training;
        let shown = desk.open.into_iter().chain(desk.beside);
        let names: Vec<(TrainingId, String)> =
            shown.filter_map(|id| Some((id, desk.run(id)?.numbered_name()))).collect();
        let runs: Vec<CurveRun<'_>> = names
            .iter()
            .filter_map(|(id, name)| {
                let row = desk.run(*id)?;
                // A run beside without figures keeps its place, and the other one its colour.
                let figures = desk.figures.get(id).map_or(&[][..], |kept| &kept.figures);
                let best = row.status.as_ref().and_then(|status| status.best.as_ref());
                let num_steps = row.status.as_ref().map_or(0, |status| status.num_steps);
                Some(CurveRun { name, figures, best, num_steps, is_over: !row.is_live() })
            })
            .collect();
        self.training.plots = curves(&runs);
    }

    pub(super) fn note_on_training(&mut self, id: TrainingId, text: &str) -> Vec<Effect> {
        let text = text.trim().to_owned();
        match self.training.runs.iter_mut().find(|run| run.id == id) {
            Some(run) if run.note != text => run.note.clone_from(&text),
            _ => return Vec::new(),
        }
        self.train_quietly(TrainTask::Note(id, text))
    }

    /// What the outside said about training.
    pub(in super::super) fn train_news(&mut self, news: TrainNews) -> Vec<Effect> {
        match news {
            TrainNews::Datasets(rows) => return self.datasets_loaded(rows),
            TrainNews::DatasetOpened(Ok(open)) => self.training.dataset = Some(open),
            TrainNews::DatasetOpened(Err(why)) | TrainNews::Failed(why) => self.training_failed(why),
            TrainNews::Frozen(open) => {
                self.training.doing = None;
                let row = open.row.clone();
                self.training.datasets.retain(|other| other.id != row.id);
                self.training.datasets.insert(0, row);
                self.training.dataset = Some(open);
                self.notify(NoticeKind::Info, "The data set is frozen. Look at its warnings, then train on it.");
            }
            TrainNews::Runs(rows) => return self.runs_loaded(rows),
            TrainNews::Status(id, status) => {
                let ended = !status.state.is_live();
                let Some(row) = self.training.runs.iter_mut().find(|run| run.id == id) else { return Vec::new() };
                let was_live = row.is_live();
                let best_moved = row.status.as_ref().and_then(|old| old.best.as_ref()) != status.best.as_ref();
                row.status = Some(status);
                if ended {
                    self.training.wishes.remove(&id);
                }
                if (best_moved || (was_live && ended)) && self.training.open == Some(id) {
                    self.plot_again();
                }
                if was_live && ended {
                    self.tell_of_end(id);
                    // The next one of the queue may have begun, and a model may have been made.
                    return vec![Effect::LoadTraining];
                }
            }
            TrainNews::Figures { run, figures, is_whole } => {
                let kept = self.training.figures.entry(run).or_default();
                if is_whole {
                    kept.figures.clear();
                }
                kept.figures.extend(figures);
                self.plot_again();
            }
            TrainNews::Samples { run, step, films } => {
                let kept = self.training.figures.entry(run).or_default();
                (kept.samples, kept.sample_step) = (films, step);
            }
            TrainNews::Estimated { draft, outcome } => self.estimated(&draft, outcome),
            TrainNews::Started(ids) => {
                self.training.doing = None;
                let mut effects = vec![Effect::LoadTraining];
                if let Some(first) = ids.first() {
                    effects.extend(self.open_training(*first));
                }
                return effects;
            }
            TrainNews::Next(films) => self.training.next = films,
            TrainNews::Gains(gains) => self.training.gains = gains,
            TrainNews::Done(text) => {
                self.training.doing = None;
                if !text.is_empty() {
                    self.notify(NoticeKind::Info, text);
                }
            }
        }
        Vec::new()
    }

    /// A run ended while somebody did something else: one sentence, wherever they are.
    fn tell_of_end(&mut self, id: TrainingId) {
        use crate::domain::training::run::RunState;
        let Some(run) = self.training.run(id) else { return };
        let name = run.name.clone();
        match run.state() {
            RunState::Completed => {
                self.notify(NoticeKind::Info, format!("Training of \"{name}\" is done. Look at it on the Train page."));
            }
            RunState::Failed | RunState::Interrupted => {
                let text =
                    format!("Training of \"{name}\" stopped by itself. The Train page says why and how to go on.");
                self.notify(NoticeKind::Warning, text);
            }
            _ => {}
        }
    }

    fn datasets_loaded(&mut self, rows: Vec<super::DatasetRow>) -> Vec<Effect> {
        self.training.is_loaded = true;
        let is_there = self.training.dataset.as_ref().is_some_and(|open| rows.iter().any(|row| row.id == open.row.id));
        let open = self.training.dataset.as_ref().map(|open| open.row.clone());
        let is_other = open.as_ref().is_some_and(|open| !rows.contains(open));
        if rows.is_empty() {
            self.training.dataset = None;
        }
        let wanted = if is_there { open.map(|open| open.id) } else { rows.first().map(|row| row.id) };
        self.training.datasets = rows;
        match wanted {
            Some(id) if !is_there || is_other => self.train_quietly(TrainTask::OpenDataset(id)),
            _ => Vec::new(),
        }
    }

    fn runs_loaded(&mut self, rows: Vec<RunRow>) -> Vec<Effect> {
        let is_first = self.training.runs.is_empty();
        self.training.runs = rows;
        let desk = &mut self.training;
        let is_there = |id: &TrainingId| desk.runs.iter().any(|run| run.id == *id);
        desk.open = desk.open.filter(is_there);
        desk.beside = desk.beside.filter(is_there).filter(|_| desk.open.is_some());
        desk.wishes.retain(|id, _| desk.runs.iter().any(|run| run.id == *id && run.is_live()));
        // Who comes here wants to see the run that is under way, or else the newest.
        let wanted = self.training.live().or_else(|| self.training.runs.first()).map(|run| run.id);
        if self.training.open.is_none()
            && let Some(id) = wanted
        {
            self.training.open = Some(id);
            if is_first && self.training.live().is_some() {
                self.training.page = TrainPage::Runs;
            }
            return self.follow();
        }
        self.plot_again();
        Vec::new()
    }
}
