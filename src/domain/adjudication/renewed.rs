//! A review begun anew because readers changed their marks: what is the same as before stays decided.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::case::{Case, SourceId};
use super::document::Document;
use super::finding::{Finding, FindingKey};
use super::gather::{fresh, groups, sort, weigh};

/// The document on a new case. A finding stays with its ruling where none of its members changed and nothing new lies with
/// them; what reviewers drew stays; questions stay. Signatures are gone. Where the film has other readers than before,
/// every ruling on what readers said is open again: who saw it and who missed it is another question then.
pub(super) fn renewed(old: &Document, case: &Arc<Case>) -> Document {
    let mut new = fresh(Arc::clone(case));
    new.added.clone_from(&old.added);
    new.num_added = old.num_added;
    new.questions.clone_from(&old.questions);
    let names = |case: &Case| case.readers.iter().map(|reader| reader.reader.clone()).collect::<Vec<_>>();
    let has_same_readers = names(&old.case) == names(case);
    let is_same = |id: SourceId| old.source(id).is_some() && old.source(id) == new.source(id);
    let touched: BTreeSet<SourceId> =
        groups(case).into_iter().filter(|group| !group.iter().all(|id| is_same(*id))).flatten().collect();
    let is_drawn = |id: &SourceId| matches!(id, SourceId::Added(_));
    let stays = |finding: &&Finding| {
        let has_kept_members = finding.members.iter().all(|id| is_same(*id) && !touched.contains(id));
        has_kept_members && (has_same_readers || finding.members.iter().all(is_drawn))
    };
    let kept: Vec<Finding> = old.findings.iter().filter(stays).cloned().collect();
    let taken: BTreeSet<SourceId> = kept.iter().flat_map(|finding| finding.members.iter().copied()).collect();
    let left = groups(case).into_iter().map(|group| group.into_iter().filter(|id| !taken.contains(id)).collect());
    // What was drawn and merged with marks that changed stands alone again.
    let lone = old.added.iter().map(|source| vec![source.id]).filter(|group| !taken.contains(&group[0]));
    let left: Vec<Vec<SourceId>> = left.chain(lone).filter(|group: &Vec<SourceId>| !group.is_empty()).collect();
    let weighed = |finding: Finding| Finding { ruling: finding.ruling, ..weigh(&new, finding.members) };
    let mut findings: Vec<Finding> = kept.into_iter().map(weighed).collect();
    findings.extend(left.into_iter().map(|group| weigh(&new, group)));
    sort(&mut findings);
    new.findings = findings;
    for label in &old.labels {
        match new.labels.binary_search_by(|known| known.label.cmp(&label.label)) {
            Ok(place) if has_same_readers && new.labels[place].votes == label.votes => {
                new.labels[place].ruling.clone_from(&label.ruling);
            }
            Err(place) if has_same_readers && label.votes.iter().all(Option::is_none) => {
                new.labels.insert(place, label.clone());
            }
            _ => {}
        }
    }
    if has_same_readers && let Some(old_fitness) = &old.fitness {
        match &mut new.fitness {
            Some(fitness) if fitness.votes == old_fitness.votes => fitness.ruling.clone_from(&old_fitness.ruling),
            None if old_fitness.votes.iter().all(Option::is_none) => new.fitness = Some(old_fitness.clone()),
            _ => {}
        }
    }
    let find = |members: &[SourceId]| {
        new.findings.iter().find(|finding| members.iter().any(|id| finding.members.contains(id)))
    };
    let asked: Vec<FindingKey> = new
        .questions
        .iter()
        .map(|question| {
            let members = old.finding(question.finding).map_or(&[][..], |finding| &finding.members);
            find(members).map_or(question.finding, |finding| finding.key)
        })
        .collect();
    for (question, key) in new.questions.iter_mut().zip(asked) {
        question.finding = key;
    }
    new
}
