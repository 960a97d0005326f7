//! One layer of labels from those of several readers, by rule: lesions voted on, boxes made of them, labels decided.

use anyhow::bail;

use crate::domain::adjudication::{By, MarkSource, ShapeFrom, SourceId};
use crate::domain::agreement::Readings;
use crate::domain::agreement::readings::Said;
use crate::domain::consensus::clusters::ReaderMark;
use crate::domain::consensus::dawid_skene::{Vote, likely};
use crate::domain::consensus::fused::{AgreedBox, ClassPolicies, agreed};
use crate::domain::consensus::sources::rule_sentence;
use crate::domain::consensus::{BoxForm, Policy, Quorum, VoteRule, is_abnormal};
use crate::domain::geometry::Rect;
use crate::domain::id::{AnnotationId, ReaderId};
use crate::domain::label::LabelName;
use crate::jobs::{CancelToken, Progress};
use crate::store::{KeptSource, RuleFilm, RuleMark, RuleWritten, Store};
use crate::workflows::agreement::{blocks, list, policies_of};
use crate::workflows::label_sets;

/// What is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsensusAsked {
    pub policy: Policy,
    /// Films with fewer completed readings are left out.
    pub least_readers: usize,
    /// Who asks, and when.
    pub by: ReaderId,
    pub at_ms: i64,
}

/// What a rule makes of all films.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ConsensusFound {
    pub films: Vec<RuleFilm>,
    /// Readers call them abnormal, and no finding has the quorum; or they have fewer readers than the quorum: for people
    /// to decide.
    pub num_open: u64,
    /// Fewer readers completed them than were asked for.
    pub num_too_few_readers: u64,
    /// Lesions that too few readers have.
    pub num_left_out: u64,
    /// Lesions that readers gave different labels.
    pub num_label_split: u64,
}

impl ConsensusFound {
    pub fn num_boxes(&self) -> usize {
        self.films.iter().map(|film| film.marks.len()).sum()
    }

    pub fn num_labels(&self) -> usize {
        self.films.iter().map(|film| film.labels.len()).sum()
    }

    pub fn num_normal(&self) -> usize {
        self.films.iter().filter(|film| film.has_no_finding).count()
    }
}

/// Films to a block.
const FILMS_PER_BLOCK: usize = 512;

/// Computes what the rule makes of the project's completed readings, and writes nothing.
///
/// # Errors
/// One sentence where a label is unknown, no film has enough readers, the quorum is larger than the readers of any film, or
/// it was stopped.
pub fn consensus_of(
    store: &Store,
    asked: &ConsensusAsked,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<ConsensusFound> {
    watch(Progress::new("Reading what readers said", 0, 0));
    let set = label_sets::of_project(store)?.0;
    let known: Vec<LabelName> = set.labels().iter().map(|label| label.name.clone()).collect();
    let readings = store.readings_of_many(&known)?;
    consensus_of_readings(&readings, asked, watch, cancel)
}

/// The same from readings that are read already.
///
/// # Errors
/// As [`consensus_of`].
pub fn consensus_of_readings(
    readings: &Readings,
    asked: &ConsensusAsked,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<ConsensusFound> {
    check(readings, asked)?;
    let policies = policies_of(&asked.policy, &readings.labels);
    let likely = likely_labels(readings, asked, &policies, watch, cancel)?;
    let rationale = format!("By rule: {}", asked.policy.in_words());
    let desk = Desk { readings, asked, policies, likely, rationale };
    let num_blocks = readings.films.len().div_ceil(FILMS_PER_BLOCK);
    let of_block = |block: usize| {
        let last = readings.films.len().min((block + 1) * FILMS_PER_BLOCK);
        let mut found = ConsensusFound::default();
        for film in block * FILMS_PER_BLOCK..last {
            desk.decide(film, &mut found);
        }
        found
    };
    let mut all = ConsensusFound::default();
    for found in blocks("Putting readings together", num_blocks, of_block, watch, cancel)? {
        all.films.extend(found.films);
        all.num_open += found.num_open;
        all.num_too_few_readers += found.num_too_few_readers;
        all.num_left_out += found.num_left_out;
        all.num_label_split += found.num_label_split;
    }
    Ok(all)
}

/// Computes it and writes it into the consensus layer, all films or none.
///
/// # Errors
/// As [`consensus_of`], and where the store refuses.
pub fn make_consensus(
    store: &mut Store,
    asked: &ConsensusAsked,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<(ConsensusFound, RuleWritten)> {
    let found = consensus_of(store, asked, watch, cancel)?;
    let (num, words) = (found.films.len(), asked.policy.in_words());
    let what = rule_sentence(num, &words);
    let mut go_on = |done: u64| {
        if done.is_multiple_of(256) {
            watch(Progress::new("Writing the consensus", done, num as u64));
        }
        !cancel.is_cancelled()
    };
    match store.write_consensus_by_rule(&found.films, &what, asked.at_ms, &mut go_on)? {
        Some(written) => Ok((found, written)),
        None => bail!("It was stopped. Nothing was changed."),
    }
}

fn check(readings: &Readings, asked: &ConsensusAsked) -> anyhow::Result<()> {
    if let Some(label) = asked.policy.own.keys().find(|label| !readings.labels.contains(label)) {
        bail!("The project has no label \"{label}\". Its labels are: {}. Nothing was changed.", list(&readings.labels));
    }
    let mut forms = asked.policy.own.values().chain([&asked.policy.usual]).map(|policy| policy.form);
    if asked.policy.is_across_classes && forms.any(|form| form == BoxForm::Wbf) {
        bail!(
            "Weighted boxes fusion puts marks of one label together, as published, and can't go across labels. Nothing was \
             changed. Take another rule for the box, or leave labels apart."
        );
    }
    let most = (0..readings.films.len()).map(|film| readings.first_readings(film).count()).max().unwrap_or_default();
    if most < asked.least_readers {
        bail!(
            "No film was completed by {} readers; the most that any film has is {most}. Nothing was changed. Have films \
             read by more people, or ask for fewer readers.",
            asked.least_readers
        );
    }
    for policy in asked.policy.own.values().chain([&asked.policy.usual]) {
        if let Quorum::Readers(num) = policy.quorum
            && num as usize > most
        {
            bail!(
                "A quorum of {num} readers can't be reached: the most that completed any film is {most}. Nothing was \
                 changed. Ask for at most {most}, or for a share of the readers."
            );
        }
    }
    Ok(())
}

struct Desk<'a> {
    readings: &'a Readings,
    asked: &'a ConsensusAsked,
    policies: ClassPolicies,
    /// For labels decided by Dawid and Skene, whether each film has it.
    likely: Vec<Option<Vec<bool>>>,
    /// The rule in words, as each mark keeps it.
    rationale: String,
}

/// For each label that is decided so, whether each film has it: at least as likely as not.
fn likely_labels(
    readings: &Readings,
    asked: &ConsensusAsked,
    policies: &ClassPolicies,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &CancelToken,
) -> anyhow::Result<Vec<Option<Vec<bool>>>> {
    let of_label = |label: usize| {
        if policies.of_class[label].votes != VoteRule::DawidSkene {
            return None;
        }
        let mut votes = Vec::new();
        for film in 0..readings.films.len() {
            if readings.first_readings(film).count() >= asked.least_readers {
                votes.extend(readings.first_readings(film).map(|said| Vote {
                    film: film as u32,
                    reader: u32::from(said.reader),
                    says_yes: readings.image_labels_of(said).contains(&(label as u16)),
                }));
            }
        }
        let found = likely(&votes, readings.films.len(), readings.readers.len());
        // Of a label that nobody gave there is nothing to tell.
        let is_given = votes.iter().any(|vote| vote.says_yes);
        Some(found.probability.iter().map(|&p| is_given && p >= 0.5).collect())
    };
    blocks("Weighing readers", readings.labels.len(), of_label, watch, cancel)
}

impl Desk<'_> {
    fn decide(&self, film: usize, found: &mut ConsensusFound) {
        let said: Vec<&Said> = self.readings.first_readings(film).collect();
        if said.len() < self.asked.least_readers.max(1) {
            found.num_too_few_readers += 1;
            return;
        }
        let mut ids = Vec::new();
        let mut marks = Vec::new();
        for (at, reading) in said.iter().enumerate() {
            for mark in self.readings.marks_of(reading) {
                marks.push(ReaderMark { reader: at as u32, class: mark.label, rect: mark.rect });
                ids.push(mark.id);
            }
        }
        let agreed = agreed(said.len(), &marks, &self.policies);
        let labels = self.labels(film, &said);
        found.num_left_out += agreed.num_left_out as u64;
        found.num_label_split += agreed.boxes.iter().filter(|one| one.is_class_split).count() as u64;
        let words = said.iter().filter_map(|reading| {
            let has_finding = reading.marks[0] < reading.marks[1] || reading.image_labels[0] < reading.image_labels[1];
            (has_finding || reading.has_no_finding).then_some(has_finding)
        });
        let is_empty = agreed.boxes.is_empty() && labels.is_empty();
        let has_no_finding = is_empty && is_abnormal(words) == Some(false);
        if agreed.has_too_few_readers || (is_empty && !has_no_finding) {
            found.num_open += 1;
            return;
        }
        let mark = |one: &AgreedBox| self.mark(one, &said, &marks, &ids);
        let image = self.readings.films[film].image.clone();
        let marks = agreed.boxes.iter().filter_map(mark).collect();
        found.films.push(RuleFilm { image, marks, labels, has_no_finding });
    }

    fn labels(&self, film: usize, said: &[&Said]) -> Vec<LabelName> {
        let mut votes: Vec<u16> =
            said.iter().flat_map(|reading| self.readings.image_labels_of(reading)).copied().collect();
        votes.sort_unstable();
        let mut labels: Vec<u16> = votes
            .chunk_by(|a, b| a == b)
            .filter(|of_label| {
                let policy = &self.policies.of_class[usize::from(of_label[0])];
                let needed = policy.quorum.needed(said.len());
                policy.votes == VoteRule::Majority && needed.is_some_and(|needed| of_label.len() >= needed)
            })
            .map(|of_label| of_label[0])
            .collect();
        let is_likely = |films: &Option<Vec<bool>>| films.as_ref().is_some_and(|films| films[film]);
        let by_readers = self.likely.iter().enumerate().filter(|(_, films)| is_likely(films));
        labels.extend(by_readers.map(|(label, _)| label as u16));
        labels.sort_unstable();
        labels.into_iter().map(|label| self.readings.labels[usize::from(label)].clone()).collect()
    }

    fn mark(&self, one: &AgreedBox, said: &[&Said], marks: &[ReaderMark], ids: &[i64]) -> Option<RuleMark> {
        let label = |class: u16| self.readings.labels[usize::from(class)].clone();
        let reader = |mark: usize| {
            let reading = said[marks[mark].reader as usize];
            self.readings.readers[usize::from(reading.reader)].id.clone()
        };
        let mut sources: Vec<(SourceId, By, LabelName)> = one
            .sources
            .iter()
            .map(|&mark| (SourceId::Mark(AnnotationId(ids[mark])), By::Reader(reader(mark)), label(marks[mark].class)))
            .collect();
        sources.sort();
        let mut votes: Vec<(u16, u32)> =
            one.sources.iter().map(|&mark| (marks[mark].class, marks[mark].reader)).collect();
        votes.sort_unstable();
        votes.dedup();
        let votes = votes.chunk_by(|a, b| a.0 == b.0).map(|of_class| (label(of_class[0].0), of_class.len() as u32));
        let policy = self.policies.of_class[usize::from(one.class)];
        let from = one.sources.iter().map(|&mark| ids[mark]).min()?;
        let source = MarkSource {
            shape_from: ShapeFrom::Proposal,
            min_iou: policy.min_iou,
            votes: votes.collect(),
            num_readers: said.len(),
            rationale: self.rationale.clone(),
            by: self.asked.by.clone(),
            at_ms: self.asked.at_ms,
            signers: Vec::new(),
            marks: sources,
        };
        let [xmin, ymin, xmax, ymax] = one.rect;
        let rect = Rect::from_columns(xmin, ymin, xmax, ymax)?;
        let source = KeptSource::from(&source);
        Some(RuleMark { label: label(one.class), rect, from: AnnotationId(from), source })
    }
}
