//! Reads the record of what happened, checks its seals and writes it as a table, on another thread.

use std::sync::Arc;

use crate::session::team::{AuditNews, AuditTask};
use crate::store::{TrailEdits, TrailFilter};
use crate::workflows::audit_table::write_trail;

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: AuditTask) {
    let (doorway, post) = (desk.doorway.clone(), desk.post.clone());
    desk.lane.run(move || {
        let news = doorway.open_to_look().map_err(anyhow::Error::from).and_then(|store| {
            Ok(match task {
                AuditTask::Load { with_edits } => {
                    let filter = TrailFilter { edits: edits(with_edits), ..TrailFilter::default() };
                    let mut rows = Vec::new();
                    store.for_each_trail_row(&filter, |row| rows.push(row))?;
                    rows.reverse();
                    AuditNews::Loaded(Arc::new(rows))
                }
                AuditTask::Check { kept } => AuditNews::Checked(store.check_audit(kept, |_| true)?),
                AuditTask::Write { with_edits, to } => {
                    let filter = TrailFilter { edits: edits(with_edits), ..TrailFilter::default() };
                    let num = write_trail(&store, &filter, &to)?;
                    AuditNews::Done(format!("{num} lines are written to {}.", to.display()))
                }
                AuditTask::Replay { image, layer, signed_at_ms } => {
                    let layers = store.recorded_layers(&image)?;
                    let wanted = layer.filter(|layer| layers.contains(layer));
                    let Some(layer) = wanted.or_else(|| layers.first().cloned()) else {
                        let text = "Nobody has begun to read this film yet, so there is nothing to go through.";
                        return Ok(AuditNews::Done(text.into()));
                    };
                    let now = Box::new(store.reading(&image, &layer)?);
                    AuditNews::ReplayLoaded { layers, now, log: store.log(&image, &layer)?, signed_at_ms }
                }
            })
        });
        super::tell(&post, news.unwrap_or_else(|error| AuditNews::Failed(format!("{error:#}"))));
    });
}

/// Without the edits themselves, the list still names each film that somebody read.
const fn edits(with_edits: bool) -> TrailEdits {
    if with_edits { TrailEdits::All } else { TrailEdits::Milestones }
}
