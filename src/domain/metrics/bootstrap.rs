//! The classifier's figures over resamples: scores are sorted once, a resample is a walk over weights.

use super::confusion_counts::Counts;
use super::resample::{Draws, LANES, Weights};
use super::roc::{auroc, falling};
use super::weighted_walk::{Best, Step, Walk, Weighed, sum};

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
    /// Of each distinct score how many negatives and positives have it, in the order of `units`.
    groups: Vec<[u32; 2]>,
    /// How many steps have scores of at least the fixed threshold.
    num_called: usize,
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
        let mut plan = Self {
            draws,
            num_resamples,
            threshold,
            steps: Vec::new(),
            units: Vec::new(),
            groups: Vec::new(),
            num_called: usize::MAX,
        };
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
        self.groups.push(of_class);
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

    /// The jackknife: everything but one unit, or one group of many units ([`Draws::block_without_one`]).
    pub fn block_without_one(&self, block: usize) -> Vec<Tally> {
        let num_left = self.draws.num_left_out().saturating_sub(block * LANES).min(LANES);
        self.tallies(&self.draws.block_without_one(block))[..num_left].to_vec()
    }

    /// The average precision over films ([`super::pr::PrCurve::average_precision`]) in the resamples of one block, which are
    /// those of [`Self::block`]; `None` in one without positives. It depends on no threshold.
    pub fn average_precision_block(&self, block: usize) -> Vec<Option<f64>> {
        let num_left = self.num_resamples.saturating_sub(block * LANES).min(LANES);
        self.average_precisions(&self.draws.block(block))[..num_left].to_vec()
    }

    /// The same for the jackknife.
    pub fn average_precision_block_without_one(&self, block: usize) -> Vec<Option<f64>> {
        let num_left = self.draws.num_left_out().saturating_sub(block * LANES).min(LANES);
        self.average_precisions(&self.draws.block_without_one(block))[..num_left].to_vec()
    }

    fn average_precisions(&self, weights: &Weights) -> [Option<f64>; LANES] {
        let (mut units, all) = (self.units.as_slice(), weights.units());
        let (mut tp, mut called, mut sums) = ([0_u32; LANES], [0_u32; LANES], [0.0; LANES]);
        for &[num_negative, num_positive] in &self.groups {
            let (positives, rest) = units.split_at(num_positive as usize);
            let (negatives, rest) = rest.split_at(num_negative as usize);
            units = rest;
            let (positives, negatives) = (sum(all, positives), sum(all, negatives));
            for lane in 0..LANES {
                tp[lane] += positives[lane];
                called[lane] += positives[lane] + negatives[lane];
                // Nothing called yet: nothing gained.
                let precision = f64::from(tp[lane]) / f64::from(called[lane].max(1));
                sums[lane] += f64::from(positives[lane]) * precision;
            }
        }
        std::array::from_fn(|lane| (tp[lane] > 0).then(|| sums[lane] / f64::from(tp[lane])))
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
    use crate::domain::metrics::interval;
    use crate::domain::metrics::pr::PrCurve;
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
    fn average_precision_of_resamples() {
        let (truth, scores) = cases(60);
        let units: Vec<u32> = (0..60).map(|i| i / 2).collect();
        let draws = Draws::new(&units, 4);
        let plan = ClassifierBootstrap::new(&truth, &scores, &draws, 20, Threshold::Fixed(0.5)).unwrap();
        let close = |ours: Option<f64>, truth: &[bool], scores: &[f64]| {
            let expected = PrCurve::of(truth, scores).unwrap().average_precision();
            assert!((ours.unwrap() - expected).abs() < 1e-12, "{ours:?} {expected}");
        };
        let ours: Vec<_> = (0..plan.num_blocks()).flat_map(|block| plan.average_precision_block(block)).collect();
        assert_eq!(ours.len(), 20);
        for (number, &ours) in ours.iter().enumerate() {
            let weights = draws.block(number / LANES);
            let (truth, scores) = written_out(&truth, &scores, |i| weights.of_unit(units[i])[number % LANES]);
            close(ours, &truth, &scores);
        }
        let ours: Vec<_> =
            (0..plan.num_blocks_without_one()).flat_map(|b| plan.average_precision_block_without_one(b)).collect();
        assert_eq!(ours.len(), 30);
        for (unit, &ours) in ours.iter().enumerate() {
            let (truth, scores) = written_out(&truth, &scores, |i| u8::from(units[i] as usize != unit));
            close(ours, &truth, &scores);
        }
        let normal = ClassifierBootstrap::new(&[false; 60], &scores, &draws, 3, Threshold::Fixed(0.5)).unwrap();
        assert_eq!(normal.average_precision_block(0), [None; 3]);
    }

    #[test]
    fn the_same_model_twice_never_differs_on_the_same_draws() {
        let (truth, scores) = cases(80);
        let draws = Draws::new(&(0..80).collect::<Vec<_>>(), 9).with_both_classes(&truth);
        let values = |scores: &[f64]| {
            let plan = ClassifierBootstrap::new(&truth, scores, &draws, 100, Threshold::Fixed(0.5)).unwrap();
            ClassifierBootstrap::finish((0..plan.num_blocks()).map(|b| plan.block(b))).values(Figure::Auroc)
        };
        let squared: Vec<f64> = scores.iter().map(|score| score * score).collect();
        let differences = interval::differences(&values(&scores), &values(&squared));
        assert_eq!(differences, [Some(0.0); 100], "a rising function of the score changes no rank");
        let turned: Vec<f64> = scores.iter().map(|score| 1.0 - score).collect();
        let differences = interval::differences(&values(&scores), &values(&turned));
        assert_eq!(interval::p_value(&differences), Some(2.0 / 101.0));
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
