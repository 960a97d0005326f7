//! What each step does to the document: rulings, merging, splitting, questions, signatures.

use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::domain::presence::Presence;
use crate::domain::shape::Shape;

use super::case::{By, Source, SourceId};
use super::document::{Document, Question};
use super::film_label::{FilmLabel, Fitness, LabelRuling};
use super::finding::{Finding, FindingKey, Outcome, Ruling, ShapeFrom};
use super::gather::{sort, weigh};
use super::refusal::Refusal;
use super::step::{MadeStep, Step};

impl Document {
    /// Every step but beginning, undoing and redoing. May leave the document half changed where it refuses: the caller
    /// works on a copy.
    pub(super) fn take(&mut self, made: &MadeStep) -> Result<(), Refusal> {
        let by = &made.by;
        if let Step::Answer { question, text } = &made.step {
            return self.answer(by, *question, text);
        }
        if !self.case.reviewers.is_empty() && !self.case.reviewers.contains(by) {
            return Err(Refusal::NotHanded(by.clone()));
        }
        match &made.step {
            Step::Unsign => {
                return self.signatures.remove(by).map(|_| ()).ok_or_else(|| Refusal::NotSigned(by.clone()));
            }
            Step::Sign => return self.sign(made),
            _ if self.is_settled() => return Err(Refusal::Settled),
            _ => self.signatures.clear(),
        }
        match &made.step {
            Step::Accept { finding } => {
                let outcome = accepted(self.known(*finding)?);
                self.rule(*finding, outcome, made)
            }
            Step::Take { finding, source } => {
                if !self.known(*finding)?.members.contains(source) {
                    return Err(Refusal::NoSuchMember);
                }
                let taken = self.source(*source).ok_or(Refusal::NoSuchMember)?;
                let outcome = Outcome::Kept {
                    label: taken.label.clone(),
                    shape: taken.shape.clone(),
                    attributes: taken.attributes.clone(),
                    shape_from: ShapeFrom::Source(*source),
                };
                self.rule(*finding, outcome, made)
            }
            Step::Relabel { finding, label } => {
                check_label(label)?;
                let Outcome::Kept { shape, attributes, shape_from, .. } = kept(self.known(*finding)?) else {
                    return Err(Refusal::NoSuchFinding);
                };
                self.rule(*finding, Outcome::Kept { label: label.clone(), shape, attributes, shape_from }, made)
            }
            Step::Reshape { finding, shape } => {
                check_shape(shape)?;
                let Outcome::Kept { label, attributes, .. } = kept(self.known(*finding)?) else {
                    return Err(Refusal::NoSuchFinding);
                };
                let outcome = Outcome::Kept { label, shape: shape.clone(), attributes, shape_from: ShapeFrom::Drawn };
                self.rule(*finding, outcome, made)
            }
            Step::Reject { finding } => self.rule(*finding, Outcome::Rejected, made),
            Step::Clear { finding } => self.clear(*finding),
            Step::Explain { finding, rationale } => {
                let ruling = self.known_mut(*finding)?.ruling.as_mut().ok_or(Refusal::NotDecided)?;
                rationale.trim().clone_into(&mut ruling.rationale);
                Ok(())
            }
            Step::Add { .. } => self.add(made),
            Step::Merge { findings } => self.merge(*findings),
            Step::Split { finding, out } => self.split(*finding, out),
            Step::Ask { finding, to, question } => self.ask(*finding, to, question, made),
            Step::AcceptUnanimous => self.accept_unanimous(made),
            Step::AnswerLabel { label, presence } => self.answer_label(label, *presence, made),
            Step::JudgeFitness { unfit } => {
                let votes = vec![None; self.case.readers.len()];
                let fit = Fitness { votes, proposed: None, is_unanimous: true, ruling: None };
                self.fitness.get_or_insert(fit).ruling = Some(answered(*unfit, made));
                Ok(())
            }
            Step::Open(_) | Step::Answer { .. } | Step::Sign | Step::Unsign | Step::Undo | Step::Redo => Ok(()),
        }
    }

    fn known(&self, key: FindingKey) -> Result<&Finding, Refusal> {
        self.finding(key).ok_or(Refusal::NoSuchFinding)
    }

    fn known_mut(&mut self, key: FindingKey) -> Result<&mut Finding, Refusal> {
        self.findings.iter_mut().find(|finding| finding.key == key).ok_or(Refusal::NoSuchFinding)
    }

    /// What was said of why stays with the finding.
    fn rule(&mut self, key: FindingKey, outcome: Outcome, made: &MadeStep) -> Result<(), Refusal> {
        let finding = self.known_mut(key)?;
        let rationale = finding.ruling.take().map(|ruling| ruling.rationale).unwrap_or_default();
        finding.ruling = Some(Ruling { outcome, rationale, by: made.by.clone(), at_ms: made.at_ms });
        Ok(())
    }

    fn clear(&mut self, key: FindingKey) -> Result<(), Refusal> {
        let finding = self.known_mut(key)?;
        finding.ruling = None;
        let is_drawn = |member: &SourceId| matches!(member, SourceId::Added(_));
        if finding.members.iter().all(is_drawn) {
            let gone = std::mem::take(&mut finding.members);
            self.added.retain(|source| !gone.contains(&source.id));
            self.findings.retain(|finding| finding.key != key);
        }
        Ok(())
    }

    fn add(&mut self, made: &MadeStep) -> Result<(), Refusal> {
        let Step::Add { label, shape, attributes } = &made.step else { return Ok(()) };
        check_label(label)?;
        check_shape(shape)?;
        let id = SourceId::Added(self.num_added);
        self.num_added += 1;
        self.added.push(Source {
            id,
            by: By::Reviewer(made.by.clone()),
            label: label.clone(),
            shape: shape.clone(),
            attributes: attributes.clone(),
            score: None,
        });
        let finding = weigh(self, vec![id]);
        self.findings.push(finding);
        sort(&mut self.findings);
        let outcome = Outcome::Kept {
            label: label.clone(),
            shape: shape.clone(),
            attributes: attributes.clone(),
            shape_from: ShapeFrom::Drawn,
        };
        self.rule(FindingKey(id), outcome, made)
    }

    fn merge(&mut self, [first, second]: [FindingKey; 2]) -> Result<(), Refusal> {
        if first == second {
            return Err(Refusal::MergedWithItself);
        }
        let mut members = self.known(first)?.members.clone();
        members.extend_from_slice(&self.known(second)?.members);
        self.findings.retain(|finding| finding.key != first && finding.key != second);
        let merged = weigh(self, members);
        for question in self.questions.iter_mut().filter(|asked| asked.finding == first || asked.finding == second) {
            question.finding = merged.key;
        }
        self.findings.push(merged);
        sort(&mut self.findings);
        Ok(())
    }

    fn split(&mut self, key: FindingKey, out: &[SourceId]) -> Result<(), Refusal> {
        let members = self.known(key)?.members.clone();
        if !out.iter().all(|member| members.contains(member)) {
            return Err(Refusal::NoSuchMember);
        }
        let (gone, stays): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| out.contains(member));
        if gone.is_empty() || stays.is_empty() {
            return Err(Refusal::NothingToSplit);
        }
        self.findings.retain(|finding| finding.key != key);
        let parts = [weigh(self, stays), weigh(self, gone)];
        self.findings.extend(parts);
        sort(&mut self.findings);
        Ok(())
    }

    fn ask(&mut self, key: FindingKey, to: &[ReaderId], text: &str, made: &MadeStep) -> Result<(), Refusal> {
        let text = text.trim();
        if text.is_empty() || to.is_empty() {
            return Err(Refusal::EmptyQuestion);
        }
        if let Some(stranger) = to.iter().find(|reader| self.case.place_of(reader).is_none()) {
            return Err(Refusal::NotAReader(stranger.clone()));
        }
        let number = self.questions.len() as u32 + 1;
        let finding = self.known_mut(key)?;
        finding.ruling = None;
        let place = finding.proposal.shape.bounds().center();
        self.questions.push(Question {
            number,
            finding: key,
            place,
            text: text.to_owned(),
            by: made.by.clone(),
            at_ms: made.at_ms,
            answers: to.iter().map(|reader| (reader.clone(), None)).collect(),
        });
        Ok(())
    }

    /// Also of a settled film: an answer changes nothing that was signed.
    fn answer(&mut self, by: &ReaderId, number: u32, text: &str) -> Result<(), Refusal> {
        let question = self.questions.iter_mut().find(|question| question.number == number);
        let answer = question.and_then(|question| question.answers.get_mut(by));
        *answer.ok_or_else(|| Refusal::NoSuchQuestion(by.clone()))? = Some(text.trim().to_owned());
        Ok(())
    }

    fn accept_unanimous(&mut self, made: &MadeStep) -> Result<(), Refusal> {
        let before = self.num_settled();
        let is_open = |finding: &&Finding| finding.is_unanimous && finding.ruling.is_none();
        let open: Vec<FindingKey> = self.findings.iter().filter(is_open).map(|finding| finding.key).collect();
        for key in open {
            let outcome = accepted(self.known(key)?);
            self.rule(key, outcome, made)?;
        }
        for label in self.labels.iter_mut().filter(|label| label.is_unanimous && label.ruling.is_none()) {
            label.ruling = Some(answered(label.proposed, made));
        }
        if let Some(fitness) = self.fitness.as_mut().filter(|one| one.is_unanimous && one.ruling.is_none()) {
            fitness.ruling = Some(answered(fitness.proposed, made));
        }
        if self.num_settled() == before { Err(Refusal::NothingUnanimous) } else { Ok(()) }
    }

    fn answer_label(&mut self, label: &LabelName, presence: Option<Presence>, made: &MadeStep) -> Result<(), Refusal> {
        check_label(label)?;
        let ruling = Some(answered(presence, made));
        match self.labels.binary_search_by(|known| known.label.cmp(label)) {
            Ok(place) => self.labels[place].ruling = ruling,
            Err(place) => {
                let votes = vec![None; self.case.readers.len()];
                let new = FilmLabel { label: label.clone(), votes, proposed: None, is_unanimous: true, ruling };
                self.labels.insert(place, new);
            }
        }
        Ok(())
    }

    fn sign(&mut self, made: &MadeStep) -> Result<(), Refusal> {
        if self.signatures.contains_key(&made.by) {
            return Err(Refusal::SignedAlready(made.by.clone()));
        }
        if self.is_settled() {
            return Err(Refusal::Settled);
        }
        let num_open = self.num_items() - self.num_settled();
        if num_open > 0 {
            return Err(Refusal::StillOpen(num_open));
        }
        self.signatures.insert(made.by.clone(), made.at_ms);
        Ok(())
    }
}

fn answered<T>(answer: T, made: &MadeStep) -> LabelRuling<T> {
    LabelRuling { answer, by: made.by.clone(), at_ms: made.at_ms }
}

fn accepted(finding: &Finding) -> Outcome {
    let offered = finding.proposal.clone();
    Outcome::Kept {
        label: offered.label,
        shape: offered.shape,
        attributes: offered.attributes,
        shape_from: ShapeFrom::Proposal,
    }
}

/// As it is kept already, or as proposed where it is open or rejected.
fn kept(finding: &Finding) -> Outcome {
    match finding.ruling.as_ref().map(|ruling| &ruling.outcome) {
        Some(kept @ Outcome::Kept { .. }) => kept.clone(),
        _ => accepted(finding),
    }
}

fn check_label(label: &LabelName) -> Result<(), Refusal> {
    if label.is_no_finding() { Err(Refusal::NoFindingAsLabel) } else { Ok(()) }
}

fn check_shape(shape: &Shape) -> Result<(), Refusal> {
    let bounds = shape.bounds();
    let is_finite = [bounds.xmin(), bounds.ymin(), bounds.xmax(), bounds.ymax()].iter().all(|side| side.is_finite());
    let is_empty = shape.kind().has_area() && bounds.area() <= 0.0;
    if is_empty || !is_finite { Err(Refusal::EmptyShape) } else { Ok(()) }
}
