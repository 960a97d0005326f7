//! Studies of readers and counts of the data, read on a thread by a connection of their own.

use std::sync::Arc;

use crate::jobs::Lane;
use crate::session::{DataTables, Event, StudyNews, StudyTask};
use crate::store::Doorway;
use crate::workflows::mask_study::mask_study_of;
use crate::workflows::reader_study::{save_mrmc, study_of};
use crate::workflows::stats::project_stats;

use super::inbox::Post;

pub(super) fn carry_out(lane: &Lane, doorway: Doorway, post: Post, task: StudyTask) {
    lane.run(move || {
        let opened = || Ok(doorway.open_to_look()?);
        post.event(match task {
            StudyTask::Compare(source) => {
                let study = opened().and_then(|store| study_of(&store, &source)).map(Arc::new);
                Event::StudyDone(StudyNews::Readers(study.map_err(|error| format!("{error:#}"))))
            }
            StudyTask::CompareMasks(truth) => {
                let outcome = opened().and_then(|store| mask_study_of(&store, &truth)).map(|study| study.map(Arc::new));
                let outcome = outcome.map_err(|error| format!("{error:#}"));
                Event::StudyDone(StudyNews::Masks { truth, outcome })
            }
            StudyTask::CountData => {
                let tables = opened().and_then(|store| project_stats(&store));
                let tables = tables.map(|stats| Arc::new(DataTables { table: stats.table, tallies: stats.tallies }));
                Event::StudyDone(StudyNews::Tables(tables.map_err(|error| format!("{error:#}"))))
            }
            StudyTask::WriteTable { study, to } => match opened().and_then(|store| save_mrmc(&store, &study, &to)) {
                Ok(()) => Event::EvaluationDone(format!("The readings are written to {}", to.display())),
                Err(error) => Event::EvaluationFailed(format!("{error:#}")),
            },
        });
    });
}
