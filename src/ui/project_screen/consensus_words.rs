//! Where the consensus of films comes from, in a line: what reviewers settled is never taken for what a rule made.

use crate::domain::consensus::sources::ConsensusSources;
use crate::ui::words::{tr, tr_args};

/// `Consensus: 3 films settled by reviewers, 1 film by rule (median, ...).`
pub(super) fn consensus_line(of: &ConsensusSources) -> String {
    let mut parts = Vec::new();
    match of.num_settled {
        0 => {}
        1 => parts.push(tr("1 film settled by reviewers").to_owned()),
        num => parts.push(tr_args("{} films settled by reviewers", &[&num])),
    }
    match of.num_by_rule {
        0 => {}
        1 => parts.push(tr_args("1 film by rule ({})", &[&of.rule])),
        num => parts.push(tr_args("{} films by rule ({})", &[&num, &of.rule])),
    }
    match of.num_imported {
        0 => {}
        1 => parts.push(tr("1 film imported or changed by hand").to_owned()),
        num => parts.push(tr_args("{} films imported or changed by hand", &[&num])),
    }
    tr_args("Consensus: {}.", &[&parts.join(", ")])
}
