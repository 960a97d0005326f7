//! The classifier's figures over resamples: scores are sorted once, a resample is a walk over weights.

use super::confusion_counts::Counts;
use super::resample::{Draws, LANES, Weights};
use super::roc::{auroc, falling};

/// A figure of a classifier at an operating point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Figure {
    Auroc,
    F1,
    Sensitivity,
    Specificity,
    Precision,
    Npv,
    Accuracy,
    Youden,
}

impl Figure {
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Auroc, "auroc"),
        (Self::F1, "f1"),
        (Self::Sensitivity, "sensitivity"),
        (Self::Specificity, "specificity"),
        (Self::Precision, "precision"),
        (Self::Npv, "npv"),
        (Self::Accuracy, "accuracy"),
        (Self::Youden, "youden"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }
}

/// What every figure of one resample follows from: exact counts.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Tally {
    /// At the operating point; weights counted in.
    pub counts: Counts,
    /// Twice the Mann-Whitney statistic.
    pub twice_u: u64,
    /// The operating point of this resample.
    pub threshold: f64,
}

impl Tally {
    /// 0 to 1 (Youden's index -1 to 1); `None` where it is undefined, as [`Counts`] says, and AUROC without both classes.
    pub fn figure(&self, figure: Figure) -> Option<f64> {
        let counts = self.counts;
        match figure {
            Figure::Auroc => {
                let (positives, negatives) = (counts.num_positive(), counts.num_negative());
                (positives > 0 && negatives > 0).then(|| auroc(self.twice_u, positives, negatives))
            }
            Figure::F1 => counts.f1(),
            Figure::Sensitivity => counts.sensitivity(),
            Figure::Specificity => counts.specificity(),
            Figure::Precision => counts.precision(),
            Figure::Npv => counts.npv(),
            Figure::Accuracy => counts.accuracy(),
            Figure::Youden => counts.youden(),
        }
    }
}

/// Where the operating point of a resample comes from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Threshold {
    /// The same in every resample: positive from this score on.
    Fixed(f64),
    /// In each resample the first maximum of tpr - fpr. Infinite where nothing is better than calling nothing positive.
    Rechosen,
}

/// Resampling of one classifier, cut into blocks that may run in any order and on any thread.
#[derive(Clone, Debug)]
pub struct ClassifierBootstrap<'a> {
    draws: &'a Draws,
    num_resamples: usize,
    threshold: Threshold,
    /// Falling scores; see [`Step`].
    steps: Vec<Step>,
    /// The cases' units in the order of the steps, positives before negatives in each.
    units: Vec<u32>,
    /// How many steps have scores of at least the fixed threshold.
    num_called: usize,
}

/// Neighbours in the order of falling scores that one multiplication deals with: either positives and then negatives of
/// strictly lower scores, or cases of one score.
#[derive(Clone, Copy, Debug)]
struct Step {
    num_positive: u32,
    num_negative: u32,
    is_tied: bool,
    /// The lowest score among its positives, where it has any.
    threshold: f64,
}

impl<'a> ClassifierBootstrap<'a> {
    /// `truth` and `scores` case by case, as in `draws`. `None` where a score is no number or the lengths differ. With one
    /// class only the figures of the other class and AUROC are undefined in every resample.
    pub fn new(
        truth: &[bool],
        scores: &[f64],
        draws: &'a Draws,
        num_resamples: usize,
        threshold: Threshold,
    ) -> Option<Self> {
        if truth.len() != scores.len() || truth.len() != draws.num_cases() {
            return None;
        }
        let order = falling(scores)?;
        let mut plan =
            Self { draws, num_resamples, threshold, steps: Vec::new(), units: Vec::new(), num_called: usize::MAX };
        for group in order.chunk_by(|&a, &b| scores[a as usize] == scores[b as usize]) {
            let score = scores[group[0] as usize];
            if let Threshold::Fixed(threshold) = threshold
                && plan.num_called == usize::MAX
                && (score < threshold || threshold.is_nan())
            {
                plan.num_called = plan.steps.len();
            }
            plan.add_group(score, group, truth);
        }
        plan.num_called = plan.num_called.min(plan.steps.len());
        Some(plan)
    }

    /// Cases of one score.
    fn add_group(&mut self, score: f64, group: &[u32], truth: &[bool]) {
        let (mut of_class, unit) = ([0, 0], self.draws.unit_of_case());
        for is_positive in [true, false] {
            let cases = group.iter().filter(|&&case| truth[case as usize] == is_positive);
            let before = self.units.len();
            self.units.extend(cases.map(|&case| unit[case as usize]));
            of_class[usize::from(is_positive)] = (self.units.len() - before) as u32;
        }
        let [num_negative, num_positive] = of_class;
        // The step before ends at the threshold: it stays as it is.
        let is_open = self.num_called != self.steps.len();
        if let Some(last) = self.steps.last_mut().filter(|last| is_open && !last.is_tied) {
            match (num_positive, num_negative) {
                (0, more) => {
                    last.num_negative += more;
                    return;
                }
                (more, 0) if last.num_negative == 0 => {
                    last.num_positive += more;
                    last.threshold = score;
                    return;
                }
                _ => {}
            }
        }
        let is_tied = num_positive > 0 && num_negative > 0;
        self.steps.push(Step { num_positive, num_negative, is_tied, threshold: score });
    }

    /// Never 0, so that a progress bar has something to divide by.
    pub const fn num_blocks(&self) -> usize {
        let num = Draws::num_blocks(self.num_resamples);
        if num == 0 { 1 } else { num }
    }

    /// The resamples of one block.
    pub fn block(&self, block: usize) -> Vec<Tally> {
        let num_left = self.num_resamples.saturating_sub(block * LANES).min(LANES);
        if num_left == 0 {
            return Vec::new();
        }
        self.tallies(&self.draws.block(block))[..num_left].to_vec()
    }

    /// All resamples from their blocks in order.
    pub fn finish(blocks: impl IntoIterator<Item = Vec<Tally>>) -> Resamples {
        Resamples(blocks.into_iter().flatten().collect())
    }

    /// The set itself: every case once.
    pub fn whole(&self) -> Tally {
        self.tallies(&Weights::ones(self.draws.num_units()))[0]
    }

    /// Blocks of the jackknife, for [`Self::block_without_one`].
    pub const fn num_blocks_without_one(&self) -> usize {
        self.draws.num_blocks_without_one()
    }

    /// The jackknife: everything but one unit, unit by unit.
    pub fn block_without_one(&self, block: usize) -> Vec<Tally> {
        let num_left = self.draws.num_units().saturating_sub(block * LANES).min(LANES);
        self.tallies(&self.draws.block_without_one(block))[..num_left].to_vec()
    }

    fn tallies(&self, weights: &Weights) -> [Tally; LANES] {
        let mut walk = Walk::default();
        let mut called = None;
        let mut best = match self.threshold {
            Threshold::Fixed(_) => None,
            Threshold::Rechosen => {
                let mut totals = Walk::default();
                for step in self.walk(weights) {
                    totals.step(&step);
                }
                Some(Best::new(&totals))
            }
        };
        for (number, step) in self.walk(weights).enumerate() {
            if number == self.num_called {
                called = Some((walk.positives, walk.negatives));
            }
            if let Some(best) = &mut best {
                best.look(&walk, &step);
            }
            walk.step(&step);
        }
        let (tp, fp) = called.unwrap_or((walk.positives, walk.negatives));
        std::array::from_fn(|lane| {
            let (tp, fp, threshold) = match (&best, self.threshold) {
                (Some(best), _) => (best.tp[lane], best.fp[lane], best.threshold[lane]),
                (None, Threshold::Fixed(threshold)) => (tp[lane], fp[lane], threshold),
                (None, Threshold::Rechosen) => (0, 0, f64::INFINITY),
            };
            let (tp, fp) = (u64::from(tp), u64::from(fp));
            let fn_ = u64::from(walk.positives[lane]) - tp;
            let tn = u64::from(walk.negatives[lane]) - fp;
            Tally { counts: Counts { tp, fp, tn, fn_ }, twice_u: walk.twice_u[lane], threshold }
        })
    }

    fn walk(&self, weights: &Weights) -> impl Iterator<Item = Weighed> {
        let mut units = self.units.as_slice();
        let all = weights.units();
        self.steps.iter().map(move |step| {
            let (positives, rest) = units.split_at(step.num_positive as usize);
            let (negatives, rest) = rest.split_at(step.num_negative as usize);
            units = rest;
            Weighed {
                positives: sum(all, positives),
                negatives: sum(all, negatives),
                is_tied: step.is_tied,
                threshold: step.threshold,
            }
        })
    }
}

/// A step with its weights in each resample.
struct Weighed {
    positives: [u32; LANES],
    negatives: [u32; LANES],
    is_tied: bool,
    threshold: f64,
}

/// What is behind while the scores fall.
#[derive(Default)]
struct Walk {
    positives: [u32; LANES],
    negatives: [u32; LANES],
    twice_u: [u64; LANES],
}

impl Walk {
    fn step(&mut self, step: &Weighed) {
        for lane in 0..LANES {
            let before = u64::from(self.positives[lane]);
            let own = u64::from(step.positives[lane]);
            // Every negative of the step is below all positives before and, unless tied, below the step's own.
            let twice_above = 2 * before + if step.is_tied { own } else { 2 * own };
            self.twice_u[lane] += u64::from(step.negatives[lane]) * twice_above;
            self.positives[lane] += step.positives[lane];
            self.negatives[lane] += step.negatives[lane];
        }
    }
}

/// The first maximum of tpr - fpr in each resample.
struct Best {
    num_positive: [f64; LANES],
    num_negative: [f64; LANES],
    youden: [f64; LANES],
    tp: [u32; LANES],
    fp: [u32; LANES],
    threshold: [f64; LANES],
}

impl Best {
    fn new(totals: &Walk) -> Self {
        Self {
            num_positive: totals.positives.map(f64::from),
            num_negative: totals.negatives.map(f64::from),
            youden: [0.0; LANES],
            tp: [0; LANES],
            fp: [0; LANES],
            threshold: [f64::INFINITY; LANES],
        }
    }

    /// The only point of a step that can be a maximum: after its positives, and in a tie after its negatives too.
    fn look(&mut self, before: &Walk, step: &Weighed) {
        for lane in 0..LANES {
            let tp = before.positives[lane] + step.positives[lane];
            let fp = before.negatives[lane] + if step.is_tied { step.negatives[lane] } else { 0 };
            let youden = f64::from(tp) / self.num_positive[lane] - f64::from(fp) / self.num_negative[lane];
            // Without one of the classes this is no number, and nothing is called positive.
            if youden > self.youden[lane] {
                self.youden[lane] = youden;
                (self.tp[lane], self.fp[lane], self.threshold[lane]) = (tp, fp, step.threshold);
            }
        }
    }
}

/// Of the weights of some units, resample by resample.
fn sum(weights: &[[u8; LANES]], units: &[u32]) -> [u32; LANES] {
    let mut sums = [0_u32; LANES];
    // 16 bits hold 256 weights of 8 bits, and twice as many lanes fit into a register.
    for units in units.chunks(256) {
        let mut part = [0_u16; LANES];
        for &unit in units {
            let of_unit = &weights[unit as usize];
            for (sum, &weight) in part.iter_mut().zip(of_unit) {
                *sum += u16::from(weight);
            }
        }
        for (sum, &part) in sums.iter_mut().zip(&part) {
            *sum += u32::from(part);
        }
    }
    sums
}

/// All resamples, in their order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Resamples(Vec<Tally>);

impl Resamples {
    pub fn tallies(&self) -> &[Tally] {
        &self.0
    }

    /// A figure's value in each resample; `None` where it is undefined.
    pub fn values(&self, figure: Figure) -> Vec<Option<f64>> {
        self.0.iter().map(|tally| tally.figure(figure)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::roc::Roc;

    /// Scores of two decimals: many ties, within classes and across.
    fn cases(n: u64) -> (Vec<bool>, Vec<f64>) {
        let roll = |i: u64, sides: u64| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) % sides;
        let truth: Vec<bool> = (0..n).map(|i| roll(i, 100) < 40).collect();
        let scores = (0..n).map(|i| (roll(i + 7919, 70) + if truth[i as usize] { 30 } else { 0 }) as f64 / 100.0);
        (truth.clone(), scores.collect())
    }

    /// The resample written out case by case.
    fn written_out(truth: &[bool], scores: &[f64], of_case: impl Fn(usize) -> u8) -> (Vec<bool>, Vec<f64>) {
        (0..truth.len()).flat_map(|i| std::iter::repeat_n((truth[i], scores[i]), of_case(i) as usize)).unzip()
    }

    #[test]
    fn a_resample_equals_the_set_written_out() {
        let (truth, scores) = cases(300);
        let by_image: Vec<u32> = (0..300).collect();
        let by_patient: Vec<u32> = (0..300).map(|i| i / 3).collect();
        let fixed = [0.0, 0.3, 0.45, 0.450_001, 0.99, 1.5, f64::NAN].map(Threshold::Fixed);
        for units in [by_image, by_patient] {
            let draws = Draws::new(&units, 11).with_both_classes(&truth);
            for threshold in fixed.into_iter().chain([Threshold::Rechosen]) {
                let plan = ClassifierBootstrap::new(&truth, &scores, &draws, 40, threshold).unwrap();
                let all = ClassifierBootstrap::finish((0..plan.num_blocks()).map(|b| plan.block(b)));
                assert_eq!(all.tallies().len(), 40);
                for (number, tally) in all.tallies().iter().enumerate() {
                    let weights = draws.block(number / LANES);
                    let (truth, scores) = written_out(&truth, &scores, |i| weights.of_unit(units[i])[number % LANES]);
                    let roc = Roc::of(&truth, &scores).unwrap();
                    assert_eq!(tally.figure(Figure::Auroc), Some(roc.auroc()));
                    let at = match threshold {
                        Threshold::Fixed(threshold) => threshold,
                        Threshold::Rechosen => roc.youden().threshold,
                    };
                    assert_eq!(tally.counts, Counts::at(&truth, &scores, at), "{threshold:?} resample {number}");
                }
            }
        }
    }

    #[test]
    fn the_whole_set_and_the_jackknife() {
        let (truth, scores) = cases(50);
        let units: Vec<u32> = (0..50).map(|i| i / 2).collect();
        let draws = Draws::new(&units, 0);
        let plan = ClassifierBootstrap::new(&truth, &scores, &draws, 1, Threshold::Fixed(0.5)).unwrap();
        assert_eq!(plan.whole().figure(Figure::Auroc), Some(Roc::of(&truth, &scores).unwrap().auroc()));
        assert_eq!(plan.whole().counts, Counts::at(&truth, &scores, 0.5));
        let left_out: Vec<Tally> =
            (0..plan.num_blocks_without_one()).flat_map(|block| plan.block_without_one(block)).collect();
        assert_eq!(left_out.len(), 25);
        for (unit, tally) in left_out.iter().enumerate() {
            let (truth, scores) = written_out(&truth, &scores, |i| u8::from(units[i] as usize != unit));
            assert_eq!(tally.figure(Figure::Auroc), Some(Roc::of(&truth, &scores).unwrap().auroc()));
            assert_eq!(tally.counts, Counts::at(&truth, &scores, 0.5));
        }
    }

    #[test]
    fn one_class_and_none_at_all() {
        let draws = Draws::new(&[0, 1, 2], 5).with_both_classes(&[true; 3]);
        for threshold in [Threshold::Fixed(0.5), Threshold::Rechosen] {
            let plan = ClassifierBootstrap::new(&[true; 3], &[0.1, 0.5, 0.9], &draws, 10, threshold).unwrap();
            let all = ClassifierBootstrap::finish([plan.block(0)]);
            assert!(all.values(Figure::Auroc).iter().chain(&all.values(Figure::Specificity)).all(Option::is_none));
            assert!(all.values(Figure::Sensitivity).iter().all(Option::is_some));
        }
        let none = Draws::new(&[], 5);
        let plan = ClassifierBootstrap::new(&[], &[], &none, 3, Threshold::Fixed(0.5)).unwrap();
        assert_eq!(plan.block(0).iter().filter_map(|tally| tally.figure(Figure::Accuracy)).count(), 0);
        assert!(ClassifierBootstrap::new(&[true], &[f64::NAN], &draws, 3, Threshold::Rechosen).is_none());
    }
}
