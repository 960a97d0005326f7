//! Training as the window asks for it: what is asked goes to a thread that keeps runs, or beside it where it takes its time.

use std::sync::mpsc::{Sender, channel};

use crate::domain::training::queueing::{Queued, Shares};
use crate::jobs::{CancelToken, EngineProgram, Lane};
use crate::session::training::{DatasetRow, GainPoint, OpenDataset};
use crate::session::{Event, TrainNews, TrainTask};
use crate::store::{Doorway, Store, StoredDataset};
use crate::workflows::choose_next::{self, QueueRequest};
use crate::workflows::evaluation_runs::Maker;
use crate::workflows::{datasets, freeze};

use super::evaluations_desk::is_not_for_them;
use super::inbox::Post;
use super::project_changes::now_ms;
use super::training_keeper::{Keeper, Order};

/// Training of one opening of a project. Dropped, runs go on by themselves, where nobody asked them to stop.
#[derive(Debug)]
pub(super) struct TrainingDesk {
    doorway: Doorway,
    post: Post,
    /// Where runs are kept; dropped first, and waited for: a trainer that goes on has to be told so.
    _keeper: Lane,
    /// Freezing and choosing films take their time; runs are followed meanwhile.
    lane: Lane,
    sender: Option<Sender<Order>>,
}

impl TrainingDesk {
    pub fn new(doorway: &Doorway, post: &Post, program: EngineProgram, is_read_only: bool) -> Self {
        let (sender, orders) = channel();
        let keeper = Keeper::new(doorway.clone(), post.clone(), program, is_read_only);
        let lane = Lane::start("training");
        lane.run(move || keeper.run(&orders));
        Self {
            doorway: doorway.clone(),
            post: post.clone(),
            _keeper: lane,
            lane: Lane::start("data sets"),
            sender: Some(sender),
        }
    }

    /// Answered by news of data sets, runs and films to read next.
    pub fn load(&self) {
        let (doorway, post) = (self.doorway.clone(), self.post.clone());
        self.lane.run(move || {
            for news in [
                dataset_rows(&doorway).map(TrainNews::Datasets),
                next_films(&doorway).map(TrainNews::Next),
                gains(&doorway).map(TrainNews::Gains),
            ] {
                // Read anew whenever the project changes, so that whoever may not know of it has asked for nothing.
                if !news.as_ref().is_err_and(is_not_for_them) {
                    tell(&post, news);
                }
            }
        });
        self.order(Order::Load);
    }

    pub fn carry_out(&self, task: TrainTask, by: String) {
        let (doorway, post) = (self.doorway.clone(), self.post.clone());
        match task {
            TrainTask::OpenDataset(id) => self.lane.run(move || {
                let open = doorway.open_to_look().map_err(anyhow::Error::from).and_then(|store| {
                    let (stored, dataset) = datasets::open(&store, id)?;
                    let row = dataset_row(stored, is_locked(&store, &dataset)?);
                    Ok(std::sync::Arc::new(OpenDataset::new(row, dataset)))
                });
                send(&post, TrainNews::DatasetOpened(open.map_err(|error| format!("{error:#}"))));
            }),
            TrainTask::Freeze(plan) => self.lane.run(move || {
                tell(
                    &post,
                    doorway.open().map_err(anyhow::Error::from).and_then(|mut store| {
                        let maker = Maker { by: &by, at_ms: now_ms() };
                        let (id, _) = freeze::freeze_dataset(&mut store, &plan, maker)?;
                        let (stored, dataset) = datasets::open(&store, id)?;
                        let row = dataset_row(stored, is_locked(&store, &dataset)?);
                        Ok(TrainNews::Frozen(std::sync::Arc::new(OpenDataset::new(row, dataset))))
                    }),
                );
            }),
            TrainTask::Lock(id) => self.lane.run(move || {
                tell(
                    &post,
                    doorway.open().map_err(anyhow::Error::from).and_then(|mut store| {
                        let num = datasets::lock(&mut store, id, Maker { by: &by, at_ms: now_ms() })?;
                        Ok(TrainNews::Done(format!("Locked for good: {num} test films.")))
                    }),
                );
                tell(&post, dataset_rows(&doorway).map(TrainNews::Datasets));
            }),
            TrainTask::DeleteDataset(id) => self.lane.run(move || {
                let deleted = doorway.open().and_then(|mut store| store.delete_dataset(id));
                let news =
                    deleted.map(|()| TrainNews::Done("The data set is deleted. No film and no label changed.".into()));
                tell(&post, news.map_err(anyhow::Error::from));
                tell(&post, dataset_rows(&doorway).map(TrainNews::Datasets));
            }),
            TrainTask::ChooseNext => self.lane.run(move || {
                let chosen = doorway.open().map_err(anyhow::Error::from).and_then(|mut store| {
                    let request = QueueRequest {
                        num_films: NUM_NEXT,
                        shares: Shares::default(),
                        seed: now_ms().unsigned_abs(),
                        with_novelty: true,
                    };
                    let maker = Maker { by: &by, at_ms: now_ms() };
                    choose_next::choose_next(&mut store, &request, maker, &|_| {}, &CancelToken::new())
                });
                match chosen {
                    Ok(report) => {
                        let (num, num_unread) = (report.queue.len(), report.num_unread);
                        send(&post, TrainNews::Next(report.queue));
                        let text = format!("Chosen: {num} of {num_unread} unread films.");
                        send(&post, TrainNews::Done(text));
                    }
                    Err(error) => send(&post, TrainNews::Failed(format!("{error:#}"))),
                }
            }),
            task => self.order(Order::Task { task, by }),
        }
    }

    fn order(&self, order: Order) {
        if let Some(sender) = &self.sender
            && sender.send(order).is_err()
        {
            tracing::warn!("the thread that keeps runs of training is gone");
        }
    }
}

impl Drop for TrainingDesk {
    fn drop(&mut self) {
        // The keeper ends with that.
        self.sender = None;
    }
}

pub(super) fn send(post: &Post, news: TrainNews) {
    post.event(Event::Training(Box::new(news)));
}

pub(super) fn tell(post: &Post, news: anyhow::Result<TrainNews>) {
    send(post, news.unwrap_or_else(|error| TrainNews::Failed(format!("{error:#}"))));
}

/// A morning's work.
const NUM_NEXT: usize = 50;

fn next_films(doorway: &Doorway) -> anyhow::Result<Vec<Queued>> {
    Ok(doorway.open_to_look()?.reading_queue()?)
}

/// What models reached with the labels of their data sets; figures of single classes say too little for that.
fn gains(doorway: &Doorway) -> anyhow::Result<Vec<GainPoint>> {
    let mut points = Vec::new();
    for point in choose_next::gains(&doorway.open_to_look()?)? {
        let main = point.metrics.iter().find(|metric| matches!(metric.name.as_str(), "AUROC" | "mAP@0.5"));
        points.extend(main.map(|metric| GainPoint {
            name: point.name.clone(),
            num_train: point.num_train_films,
            figure: metric.name.clone(),
            value: metric.value,
            interval: metric.interval,
        }));
    }
    Ok(points)
}

fn dataset_rows(doorway: &Doorway) -> anyhow::Result<Vec<DatasetRow>> {
    let store = doorway.open_to_look()?;
    let locked = store.locked_films()?;
    let mut rows = Vec::new();
    for stored in store.datasets()? {
        let has_locked = !locked.is_empty()
            && datasets::open(&store, stored.id).is_ok_and(|(_, dataset)| all_locked(&locked, &dataset));
        rows.push(dataset_row(stored, has_locked));
    }
    Ok(rows)
}

fn is_locked(store: &Store, dataset: &crate::domain::training::dataset::FrozenDataset) -> anyhow::Result<bool> {
    Ok(all_locked(&store.locked_films()?, dataset))
}

fn all_locked(
    locked: &std::collections::BTreeSet<[u8; 32]>,
    dataset: &crate::domain::training::dataset::FrozenDataset,
) -> bool {
    let mut test = dataset.films_of(crate::domain::training::dataset::Split::Test).peekable();
    test.peek().is_some() && test.all(|film| locked.contains(&film.sha256))
}

fn dataset_row(stored: StoredDataset, is_locked: bool) -> DatasetRow {
    let StoredDataset { id, content } = stored;
    DatasetRow {
        id,
        name: content.name,
        made_at_ms: content.made_at_ms,
        made_by: content.made_by,
        truth: content.truth,
        num_films: content.num_films,
        sha256: crate::domain::model::hex_from_hash(&content.sha256),
        is_locked,
    }
}
