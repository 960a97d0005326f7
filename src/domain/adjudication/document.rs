//! Where the steps of a review have led to: findings with their rulings, answers, questions, signatures.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::geometry::Point;
use crate::domain::id::ReaderId;

use super::case::{Case, Source, SourceId};
use super::film_label::{FilmLabel, Fitness};
use super::finding::{Finding, FindingKey};
use super::layer::Layer;

/// A question that reviewers sent to readers.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// Counted from 1 within the film.
    pub number: u32,
    pub finding: FindingKey,
    /// The middle of the finding when it was asked, in image pixels.
    pub place: Point,
    pub text: String,
    pub by: ReaderId,
    pub at_ms: i64,
    /// Whom it was sent to, and what each answered; `None` until then.
    pub answers: BTreeMap<ReaderId, Option<String>>,
}

/// Where the steps of a review have led to. The same steps on the same case give the same document.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    pub(super) case: Arc<Case>,
    /// What reviewers drew.
    pub(super) added: Vec<Source>,
    /// How many findings reviewers have drawn so far; those that are gone keep their number.
    pub(super) num_added: u32,
    pub(super) findings: Vec<Finding>,
    pub(super) labels: Vec<FilmLabel>,
    pub(super) fitness: Option<Fitness>,
    pub(super) questions: Vec<Question>,
    pub(super) signatures: BTreeMap<ReaderId, i64>,
}

impl Document {
    /// The film as reviewers get it.
    pub fn case(&self) -> &Case {
        &self.case
    }
    /// The most disagreement first; of equal ones, down the film, then to the right.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
    pub fn finding(&self, key: FindingKey) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.key == key)
    }
    /// A mark, a box of the model or what a reviewer drew.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.case.source(id).or_else(|| self.added.iter().find(|source| source.id == id))
    }
    /// Answers of the whole film that some reader or reviewer gave, in the order of names.
    pub fn labels(&self) -> &[FilmLabel] {
        &self.labels
    }
    /// Asked where a reader called the film unfit, or a reviewer did.
    pub const fn fitness(&self) -> Option<&Fitness> {
        self.fitness.as_ref()
    }
    /// In the order in which they were asked.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }
    /// Questions that some reader has not answered.
    pub fn num_waiting_answers(&self) -> usize {
        self.questions.iter().filter(|question| question.answers.values().any(Option::is_none)).count()
    }
    /// Who has signed, and when.
    pub const fn signatures(&self) -> &BTreeMap<ReaderId, i64> {
        &self.signatures
    }
    /// Findings and answers of the whole film together.
    pub fn num_items(&self) -> usize {
        self.findings.len() + self.labels.len() + usize::from(self.fitness.is_some())
    }
    /// Those that are decided.
    pub fn num_settled(&self) -> usize {
        let findings = self.findings.iter().filter(|finding| finding.ruling.is_some()).count();
        let labels = self.labels.iter().filter(|label| label.ruling.is_some()).count();
        findings + labels + usize::from(self.fitness.as_ref().is_some_and(|fitness| fitness.ruling.is_some()))
    }
    /// Nothing is open; it may be signed.
    pub fn is_complete(&self) -> bool {
        self.num_settled() == self.num_items()
    }
    /// Everybody who has to has signed. The consensus layer is there exactly as long as this holds.
    pub fn is_settled(&self) -> bool {
        let has_signed = |reviewer: &ReaderId| self.signatures.contains_key(reviewer);
        self.signatures.len() >= self.case.num_signatures && self.case.reviewers.iter().all(has_signed)
    }
    /// The first open finding below this one in the list, going round; from the top without one.
    pub fn next_unsettled(&self, after: Option<FindingKey>) -> Option<FindingKey> {
        let start = after.and_then(|key| self.findings.iter().position(|finding| finding.key == key));
        let start = start.map_or(0, |at| at + 1);
        let (before, behind) = self.findings.split_at(start.min(self.findings.len()));
        behind.iter().chain(before).find(|finding| finding.ruling.is_none()).map(|finding| finding.key)
    }
    /// The marks of one reader in a finding, in the order of ids; several where the reader drew it in pieces.
    pub fn marks_of<'a>(&'a self, finding: &'a Finding, reader: &'a ReaderId) -> impl Iterator<Item = &'a Source> {
        let is_theirs = move |source: &&Source| matches!(&source.by, super::By::Reader(by) if by == reader);
        finding.members.iter().filter_map(|id| self.source(*id)).filter(is_theirs)
    }
    /// What the key S takes out of a finding: the members that most do not call so; where all call it the same, the one
    /// that overlaps least with the others. Empty where there is nothing to split.
    pub fn natural_split(&self, finding: &Finding) -> Vec<SourceId> {
        super::gather::natural_split(self, finding)
    }
    /// What the consensus says if everybody signs this document now.
    pub fn layer(&self) -> Layer {
        super::layer::layer_of(self)
    }
}
