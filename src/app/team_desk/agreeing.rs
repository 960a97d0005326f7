//! Carries out, as jobs with progress and a stop, the work of many: consensus by rule, and how far readers agree.

use std::sync::Arc;

use crate::app::jobs::{Jobs, Told};
use crate::app::project_changes::now_ms;
use crate::domain::id::ReaderId;
use crate::jobs::{CancelToken, Progress};
use crate::session::team::{AgreeNews, AgreeTask, ConsensusSums};
use crate::store::{Doorway, RuleWritten};
use crate::workflows::agreement::{AgreementAsked, agreement_of};
use crate::workflows::consensus::{ConsensusAsked, ConsensusFound, consensus_of, make_consensus};

use super::super::inbox::Post;

pub(in crate::app) fn carry_out(jobs: &mut Jobs, doorway: Doorway, post: Post, task: AgreeTask) {
    match task {
        AgreeTask::Compare { label, policy } => {
            let asked = AgreementAsked { label, policy: *policy, ..AgreementAsked::default() };
            jobs.start("Compare readers", true, move |watch, cancel| {
                let found = guarded(|| agreement_of(&doorway.open_to_look()?, &asked, watch, cancel));
                let told = found.as_ref().map(|found| format!("Readers compared on {} films.", found.num_films));
                let told = told.map_err(|error| format!("{error:#}"));
                super::tell(&post, AgreeNews::Compared(found.map(Arc::new).map_err(|error| format!("{error:#}"))));
                summary(told)
            });
        }
        AgreeTask::Consensus { policy, least_readers, by, is_written } => {
            let by = by.unwrap_or_else(|| ReaderId::new(""));
            let asked = ConsensusAsked { policy: *policy, least_readers, by, at_ms: now_ms() };
            jobs.start("Consensus", true, move |watch, cancel| {
                let made = guarded(|| made(&doorway, &asked, is_written, watch, cancel));
                let made = made.map_err(|error| format!("{error:#}"));
                super::tell(&post, AgreeNews::Made(made.clone()));
                summary(made.map(|sums| match sums.written {
                    Some([written, _]) => format!("{written} films have a consensus by rule."),
                    None => format!("{} films would have a consensus by rule.", sums.num_films),
                }))
            });
        }
    }
}

fn made(
    doorway: &Doorway,
    asked: &ConsensusAsked,
    is_written: bool,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<ConsensusSums> {
    if !is_written {
        return Ok(sums(&consensus_of(&doorway.open_to_look()?, asked, watch, cancel)?, None));
    }
    let (found, written) = make_consensus(&mut doorway.open()?, asked, watch, cancel)?;
    Ok(sums(&found, Some(written)))
}

fn sums(found: &ConsensusFound, written: Option<RuleWritten>) -> ConsensusSums {
    ConsensusSums {
        num_films: found.films.len() as u64,
        num_boxes: found.num_boxes() as u64,
        num_labels: found.num_labels() as u64,
        num_normal: found.num_normal() as u64,
        num_open: found.num_open,
        num_too_few_readers: found.num_too_few_readers,
        num_left_out: found.num_left_out,
        num_label_split: found.num_label_split,
        written: written.map(|written| [written.num_written, written.num_kept]),
    }
}

/// The page waits for an answer, whatever happens.
fn guarded<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(anyhow::anyhow!("It ended in a fault of the program. Nothing was changed.")))
}

fn summary(told: Result<String, String>) -> anyhow::Result<Told> {
    match told {
        Ok(summary) => Ok(Told { summary, report: Vec::new() }),
        Err(why) => Err(anyhow::anyhow!(why)),
    }
}
