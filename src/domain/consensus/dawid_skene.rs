//! Whether a film has something, from readers of whom each errs in their own way, when no truth is known.
//!
//! Source: Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm" (Applied
//! Statistics 28, 1979), with two answers. It starts from the share of readers who say yes, so that "yes" keeps its
//! meaning. Figures are those of crowd-kit 1.4.

/// One reader's word on one film.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Vote {
    /// From 0, without gaps.
    pub film: u32,
    pub reader: u32,
    pub says_yes: bool,
}

/// What the votes make likely.
#[derive(Clone, PartialEq, Debug)]
pub struct Likely {
    /// Of each film, that the answer is yes; 0 where nobody voted.
    pub probability: Vec<f64>,
    /// Of each reader: how often they say yes where it is so, and no where it is not. Where there is nothing to tell it
    /// by, a half.
    pub sensitivity: Vec<f64>,
    pub specificity: Vec<f64>,
    /// The share of films with yes.
    pub prevalence: f64,
    pub num_rounds: u32,
    /// The last round changed no probability by more than [`SMALL_CHANGE`].
    pub has_settled: bool,
}

/// Rounds stop when no film's probability changes by more.
pub const SMALL_CHANGE: f64 = 1e-10;
/// Towards certainty the steps become ever smaller; by then nobody's answer turns any more.
const MOST_ROUNDS: u32 = 1000;
/// No reader is certain: one who never erred can't outvote all others. As crowd-kit has it.
const LEAST: f64 = 1e-10;

/// Estimates together how likely each film has it and how each reader errs. The order of votes changes nothing but the
/// last digits.
pub fn likely(votes: &[Vote], num_films: usize, num_readers: usize) -> Likely {
    likely_within(votes, num_films, num_readers, MOST_ROUNDS)
}

/// The same with another end: to be held against programs that go on for longer.
pub fn likely_within(votes: &[Vote], num_films: usize, num_readers: usize, most_rounds: u32) -> Likely {
    let mut votes = votes.to_vec();
    votes.sort_unstable();
    let mut of_film = vec![[0_u32; 2]; num_films];
    for vote in &votes {
        of_film[vote.film as usize][usize::from(vote.says_yes)] += 1;
    }
    let is_voted: Vec<bool> = of_film.iter().map(|[no, yes]| no + yes > 0).collect();
    let share = |[no, yes]: [u32; 2]| if no + yes == 0 { 0.0 } else { f64::from(yes) / f64::from(no + yes) };
    let mut likely = Likely {
        probability: of_film.into_iter().map(share).collect(),
        sensitivity: vec![0.5; num_readers],
        specificity: vec![0.5; num_readers],
        prevalence: 0.0,
        num_rounds: 0,
        has_settled: votes.is_empty(),
    };
    likely.learn_readers(&votes, &is_voted);
    while !likely.has_settled && likely.num_rounds < most_rounds {
        let change = likely.judge_films(&votes, &is_voted);
        likely.learn_readers(&votes, &is_voted);
        likely.num_rounds += 1;
        likely.has_settled = change <= SMALL_CHANGE;
    }
    likely
}

impl Likely {
    /// How readers err and how common yes is, if films are as likely as they are now.
    fn learn_readers(&mut self, votes: &[Vote], is_voted: &[bool]) {
        // Of each reader: says no and yes where it is so, says no and yes where it is not.
        let mut sums = vec![[0.0_f64; 4]; self.sensitivity.len()];
        for vote in votes {
            let (p, sum) = (self.probability[vote.film as usize], &mut sums[vote.reader as usize]);
            let says = usize::from(vote.says_yes);
            sum[says] += p;
            sum[2 + says] += 1.0 - p;
        }
        for (reader, [no, yes, not_no, not_yes]) in sums.into_iter().enumerate() {
            let share = |this: f64, other: f64| this.max(LEAST) / (this.max(LEAST) + other.max(LEAST));
            self.sensitivity[reader] = share(yes, no);
            self.specificity[reader] = share(not_no, not_yes);
        }
        let num_voted = is_voted.iter().filter(|&&is_voted| is_voted).count();
        let sum: f64 = self.probability.iter().zip(is_voted).filter(|&(_, &is_voted)| is_voted).map(|(p, _)| p).sum();
        self.prevalence = if num_voted == 0 { 0.0 } else { sum / num_voted as f64 };
    }

    /// How likely films are, if readers err as they do now; the greatest change.
    fn judge_films(&mut self, votes: &[Vote], is_voted: &[bool]) -> f64 {
        let prior = [1.0 - self.prevalence, self.prevalence].map(libm::log);
        let logs: Vec<[[f64; 2]; 2]> = self
            .sensitivity
            .iter()
            .zip(&self.specificity)
            // By what is said, then by what is so.
            .map(|(&yes, &no)| [[no, 1.0 - yes], [1.0 - no, yes]].map(|of| of.map(|p| libm::log(p.max(LEAST)))))
            .collect();
        let mut sums = vec![prior; self.probability.len()];
        for vote in votes {
            let log = logs[vote.reader as usize][usize::from(vote.says_yes)];
            let sum = &mut sums[vote.film as usize];
            *sum = [sum[0] + log[0], sum[1] + log[1]];
        }
        let mut change = 0.0_f64;
        for ((p, [no, yes]), _) in
            self.probability.iter_mut().zip(sums).zip(is_voted).filter(|(_, is_voted)| **is_voted)
        {
            let most = no.max(yes);
            let (no, yes) = (libm::exp(no - most), libm::exp(yes - most));
            let next = yes / (no + yes);
            change = change.max((next - *p).abs());
            *p = next;
        }
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes(said: &[&[(u32, bool)]]) -> Vec<Vote> {
        let of_film = |(film, said): (usize, &&[(u32, bool)])| {
            said.iter().map(|&(reader, says_yes)| Vote { film: film as u32, reader, says_yes }).collect::<Vec<_>>()
        };
        said.iter().enumerate().flat_map(of_film).collect()
    }

    #[test]
    fn readers_of_one_mind_are_believed() {
        let all = |says| [(0, says), (1, says), (2, says)];
        let found = likely(&votes(&[&all(true), &all(false), &all(true), &[]]), 4, 3);
        let is_yes: Vec<bool> = found.probability.iter().map(|&p| p >= 0.5).collect();
        assert_eq!(is_yes, [true, false, true, false]);
        assert!(found.has_settled && (found.prevalence - 2.0 / 3.0).abs() < 1e-6);
        assert!(found.sensitivity.iter().chain(&found.specificity).all(|&share| share > 0.999));
    }

    /// Two readers who agree with each other outweigh two who contradict everybody: a plain vote would be a tie.
    #[test]
    fn a_reader_who_is_often_alone_counts_less() {
        let mut said: Vec<Vec<(u32, bool)>> = Vec::new();
        for film in 0..40 {
            let truth = film % 2 == 0;
            said.push(vec![(0, truth), (1, truth), (2, film % 3 == 0), (3, film % 5 < 2)]);
        }
        let said: Vec<&[(u32, bool)]> = said.iter().map(Vec::as_slice).collect();
        let found = likely(&votes(&said), 40, 4);
        assert!((0..40).all(|film| (found.probability[film] >= 0.5) == (film % 2 == 0)));
        assert!(found.sensitivity[0] > 0.99 && found.sensitivity[2] < 0.6);
    }

    #[test]
    fn without_votes_there_is_nothing_to_learn() {
        let found = likely(&[], 2, 1);
        assert_eq!((found.probability, found.num_rounds, found.has_settled), (vec![0.0; 2], 0, true));
    }

    #[test]
    fn the_order_of_votes_changes_nothing() {
        let mut all = votes(&[&[(0, true), (1, false)], &[(1, true), (2, true)], &[(0, false), (2, true)]]);
        let first = likely(&all, 3, 3);
        all.reverse();
        assert_eq!(likely(&all, 3, 3), first);
    }
}
