//! Carries out, on another thread, the work of many: handing films out to readers and following the tasks.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::project_changes::now_ms;
use crate::domain::assignment::{Stage, hands};
use crate::domain::id::ImageId;
use crate::session::team::{AssignFacts, AssignNews, AssignOrder, AssignTask, DealtFacts, FilmPool, MadeRow};
use crate::store::{Store, StoreError, StoredAssignment, TaskChange, TasksTouched};
use crate::workflows::assign::{
    AssignReport, AssignRequest, Pool, assign, chosen_tasks, preview, reassign, truth_scores,
};

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: AssignTask) {
    let (doorway, post) = (desk.doorway.clone(), desk.post.clone());
    desk.lane.run(move || {
        let news = match task {
            AssignTask::Load => {
                let loaded = doorway.open_to_look().map_err(anyhow::Error::from).and_then(|store| facts(&store));
                AssignNews::Loaded(loaded.map(Box::new).map_err(|error| format!("{error:#}")))
            }
            AssignTask::Preview(order) => {
                let dealt = doorway
                    .open_to_look()
                    .map_err(anyhow::Error::from)
                    .and_then(|store| preview(&store, &request(&order)))
                    .map(dealt_facts)
                    // Nothing was asked to be changed yet.
                    .map_err(|error| format!("{error:#}").replace("Refused, and nothing was changed: ", ""));
                AssignNews::Previewed(order, dealt)
            }
            task => {
                let done = doorway.open().map_err(anyhow::Error::from).and_then(|mut store| {
                    let text = change(&mut store, task)?;
                    Ok((text, facts(&store)?))
                });
                match done {
                    Ok((text, facts)) => AssignNews::Done(text, Box::new(facts)),
                    Err(error) => AssignNews::Failed(format!("{error:#}")),
                }
            }
        };
        super::tell(&post, news);
    });
}

fn change(store: &mut Store, task: AssignTask) -> anyhow::Result<String> {
    let at_ms = now_ms();
    Ok(match task {
        AssignTask::Load | AssignTask::Preview(_) => String::new(),
        AssignTask::HandOut(order) => {
            let report = assign(store, &request(&order), at_ms)?;
            let num_people = report.dealt.loads.values().filter(|num| **num > 0).count();
            match (report.dealt.tasks.len(), num_people) {
                (1, _) => "1 task was handed out to 1 person.".to_owned(),
                (num, 1) => format!("{num} tasks were handed out to 1 person."),
                (num, _) => format!("{num} tasks were handed out to {num_people} people."),
            }
        }
        AssignTask::TakeBack(choice) => {
            let ids = chosen_tasks(store, &choice)?;
            told(["1 task was taken back.", "{} tasks were taken back."], store.take_back(&ids, at_ms)?)
        }
        AssignTask::GiveBack(choice) => {
            let ids = chosen_tasks(store, &choice)?;
            let words = ["1 film was given back to be read again.", "{} films were given back to be read again."];
            told(words, store.give_back(&ids, at_ms)?)
        }
        AssignTask::Give { choice, to } => {
            let touched = reassign(store, &choice, &to, at_ms)?;
            told(["1 task was given on.", "{} tasks were given on."], touched)
        }
        AssignTask::Pause { choice, is_paused } => {
            let ids = chosen_tasks(store, &choice)?;
            let touched = store.change_tasks(&ids, TaskChange::Pause(is_paused), at_ms)?;
            let words = if is_paused {
                ["1 task was set aside.", "{} tasks were set aside."]
            } else {
                ["1 task was taken up again.", "{} tasks were taken up again."]
            };
            told(words, touched)
        }
        AssignTask::Priority { choice, priority } => {
            let ids = chosen_tasks(store, &choice)?;
            let touched = store.change_tasks(&ids, TaskChange::Priority(priority), at_ms)?;
            told(["1 task was put in another order.", "{} tasks were put in another order."], touched)
        }
        AssignTask::KeepBack { films, layer } => {
            let num = store.reserve_truths(&films, &layer, at_ms)?;
            counted(num, ["1 film is kept back.", "{} films are kept back."])
        }
        AssignTask::Release => {
            let films: Vec<ImageId> = store.hidden_truths()?.into_iter().map(|truth| truth.image).collect();
            let num = store.release_truths(&films, at_ms)?;
            counted(num, ["1 film is handed out as others are again.", "{} films are handed out as others are again."])
        }
    })
}

fn told(words: [&str; 2], touched: TasksTouched) -> String {
    let changed = counted(touched.changed, words);
    match touched.left {
        0 => changed,
        left => format!("{changed} Left as they are: {left}."),
    }
}

/// Of one, and of several with a place for their number.
fn counted(num: usize, [one, many]: [&str; 2]) -> String {
    if num == 1 { one.to_owned() } else { many.replacen("{}", &num.to_string(), 1) }
}

fn request(order: &AssignOrder) -> AssignRequest {
    let pool = match &order.pool {
        FilmPool::All => Pool::All,
        FilmPool::Shown(films) => {
            Pool::Films { films: films.clone(), words: format!("{} films that the list showed", films.len()) }
        }
        FilmPool::File(path) => Pool::File(path.clone()),
        FilmPool::HiddenTruths => Pool::HiddenTruths,
    };
    let people = (!order.people.is_empty()).then(|| order.people.clone());
    AssignRequest { pool, sample: order.sample, plan: order.plan, people }
}

fn dealt_facts(report: AssignReport) -> DealtFacts {
    DealtFacts {
        num_films: report.num_films,
        num_tasks: report.dealt.tasks.len(),
        num_kept_back: report.num_kept_back,
        loads: report.dealt.loads.into_iter().collect(),
    }
}

fn facts(store: &Store) -> anyhow::Result<AssignFacts> {
    let tasks = store.tasks()?;
    let read: BTreeSet<&ImageId> =
        tasks.iter().filter(|task| task.stage == Stage::Read).map(|task| &task.image).collect();
    // Who is kept from others' readings still hands films out; the scores are not for them.
    let scores = match truth_scores(store) {
        Err(error) if error.downcast_ref().is_some_and(StoreError::is_not_for_them) => BTreeMap::new(),
        other => other?,
    };
    Ok(AssignFacts {
        hides_progress: store.require_sight().is_err(),
        hands: hands(&tasks).into_iter().map(|((person, stage), hands)| (person, stage, hands)).collect(),
        made: store.assignments()?.into_iter().map(made_row).collect(),
        scores: scores.into_iter().collect(),
        num_kept_back: store.hidden_truths()?.len(),
        num_films: store.films()?.len(),
        num_handed_out: read.len(),
    })
}

fn made_row(made: StoredAssignment) -> MadeRow {
    MadeRow {
        id: made.id,
        at_ms: made.at_ms,
        by: made.by,
        pool: made.pool,
        stage: made.stage,
        strategy: made.strategy,
        each: made.each,
        num_people: made.people.len(),
        seed: made.seed,
        num_tasks: made.num_tasks,
    }
}
