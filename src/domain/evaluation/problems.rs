//! What of the input could not be taken as it stands: counted by kind, with examples, never dropped in silence.

/// A kind of thing that is wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProblemKind {
    /// A prediction of a film that the truth does not have.
    PredictionWithoutTruth,
    /// A film of the truth without a prediction; it counts as one with no boxes, and has no probability.
    TruthWithoutPrediction,
    /// A class that is not among those evaluated; its boxes are left out.
    UnknownClass,
    /// A box that reaches over the film's edge; it is taken as it stands.
    BoxOutside,
    /// A box without an area, or with coordinates that are no numbers; left out.
    BadBox,
    /// A score or probability that is no number or not from 0 to 1; its box or film is left out.
    BadScore,
    /// The truth says nothing of the film; it is left out of the classifier's figures.
    FilmWithoutTruth,
    /// A truth with several readers of one film, taken together: a lesion that two of them marked counts twice.
    SeveralReaders,
    /// A film with boxes but without a probability, where a rule asks for one: its boxes are kept as they are.
    WithoutProbability,
    /// A region that COCO calls a crowd; its film is abnormal, and the region is left out.
    Crowd,
    /// More boxes on a film than are looked at; those of the lowest scores are left out.
    TooManyBoxes,
    /// The same film twice; the first one counts.
    Repeated,
    /// A line that can't be read.
    BadLine,
}

/// How often something was wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    pub kind: ProblemKind,
    pub count: u64,
    /// The first few, one sentence each: the film, the line, the value.
    pub examples: Vec<String>,
}

/// All that was wrong, in the order of [`ProblemKind`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// How many examples of each kind are kept.
    pub const MOST_EXAMPLES: usize = 20;

    pub fn add(&mut self, kind: ProblemKind, example: impl FnOnce() -> String) {
        let place = match self.0.binary_search_by_key(&kind, |problem| problem.kind) {
            Ok(place) => place,
            Err(place) => {
                self.0.insert(place, Problem { kind, count: 0, examples: Vec::new() });
                place
            }
        };
        let problem = &mut self.0[place];
        problem.count += 1;
        if problem.examples.len() < Self::MOST_EXAMPLES {
            problem.examples.push(example());
        }
    }

    /// What was counted before, together with what is here.
    pub fn add_known(&mut self, known: Problem) {
        match self.0.binary_search_by_key(&known.kind, |problem| problem.kind) {
            Ok(place) => {
                let problem = &mut self.0[place];
                problem.count += known.count;
                problem.examples.extend(known.examples);
                problem.examples.truncate(Self::MOST_EXAMPLES);
            }
            Err(place) => self.0.insert(place, known),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    pub fn count(&self, kind: ProblemKind) -> u64 {
        self.0.iter().find(|problem| problem.kind == kind).map_or(0, |problem| problem.count)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_counted_beyond_their_examples() {
        let mut problems = Problems::default();
        for i in 0..50 {
            problems.add(ProblemKind::BadScore, || format!("line {i}"));
        }
        problems.add(ProblemKind::PredictionWithoutTruth, String::new);
        let kinds: Vec<_> = problems.iter().map(|p| (p.kind, p.count, p.examples.len())).collect();
        let expected = [(ProblemKind::PredictionWithoutTruth, 1, 1), (ProblemKind::BadScore, 50, 20)];
        assert_eq!(kinds, expected);
    }
}
