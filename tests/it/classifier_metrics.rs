//! Figures of classifiers and masks beside scikit-learn, SciPy, statsmodels, MLstatkit and MONAI.

use rachis::domain::metrics::average_precision::mean;
use rachis::domain::metrics::bootstrap::{ClassifierBootstrap, Figure, Tally, Threshold};
use rachis::domain::metrics::calibration::{Binning, Calibration};
use rachis::domain::metrics::confusion_counts::Counts;
use rachis::domain::metrics::delong::DeLong;
use rachis::domain::metrics::gauss;
use rachis::domain::metrics::interval::{self, Interval};
use rachis::domain::metrics::masks::{BorderDistances, Overlap};
use rachis::domain::metrics::mcnemar::Discordant;
use rachis::domain::metrics::pr::PrCurve;
use rachis::domain::metrics::resample::Draws;
use rachis::domain::metrics::roc::Roc;
use rachis::domain::metrics::wilson::wilson;
use rachis::domain::shape::Mask;
use serde_json::Value;

/// The formula of `tests/parity/metrics_sklearn.py` (SplitMix64).
struct Roll(u64);

impl Roll {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }
}

/// Truth and the scores of two models.
fn films(row: &Value) -> (Vec<bool>, Vec<f64>, Vec<f64>) {
    let given = |i: usize| row["films"][i].as_f64().unwrap();
    let (mut roll, share, steps) = (Roll(given(0) as u64), given(2), given(3));
    let (mut truth, mut first, mut second) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..given(1) as usize {
        let is_positive = roll.unit() < share;
        let shift = if is_positive { 0.2 } else { 0.0 };
        let own = roll.unit();
        truth.push(is_positive);
        first.push(((own * 0.8 + shift) * steps).floor() / steps);
        second.push(((0.5 * own + 0.3 * roll.unit() + 0.5 * shift) * steps).floor() / steps);
    }
    (truth, first, second)
}

fn golden(part: &str) -> Vec<Value> {
    let mut all: Value = serde_json::from_str(include_str!("../parity/metrics_sklearn.json")).unwrap();
    let Value::Array(rows) = all[part].take() else { panic!("rows of {part}") };
    assert!(rows.len() > 1, "rows of {part}");
    rows
}

/// Equal to 1e-12, or to that share of large numbers.
fn same(ours: impl Into<Option<f64>>, theirs: &Value, what: &dyn std::fmt::Debug) {
    same_to(1e-12, ours, theirs, what);
}

fn same_to(tolerance: f64, ours: impl Into<Option<f64>>, theirs: &Value, what: &dyn std::fmt::Debug) {
    let ours = ours.into();
    let is_same = match (ours, theirs.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= tolerance * b.abs().max(1.0),
        (None, None) => true,
        _ => false,
    };
    assert!(is_same, "{ours:?}, but the reference has {theirs}: {what:?}");
}

fn same_interval(tolerance: f64, ours: Option<Interval>, theirs: &Value, what: &dyn std::fmt::Debug) {
    same_to(tolerance, ours.map(|i| i.low), &theirs[0], what);
    same_to(tolerance, ours.map(|i| i.high), &theirs[1], what);
}

#[test]
fn roc_pr_and_counts_equal_scikit_learn() {
    for row in golden("classifier") {
        let (truth, scores, _) = films(&row);
        let what = &row["films"];
        let roc = Roc::of(&truth, &scores).unwrap();
        same(roc.num_positive as f64, &row["num_positive"], what);
        same(roc.auroc(), &row["auroc"], what);
        same(roc.points.len() as f64, &row["num_roc_points"], what);
        same(roc.points.iter().map(|p| p.tpr).sum::<f64>(), &row["sum_tpr"], what);
        same(roc.points.iter().map(|p| p.fpr).sum::<f64>(), &row["sum_fpr"], what);
        if row["roc"].is_array() {
            for (i, point) in roc.points.iter().enumerate() {
                same(point.fpr, &row["roc"][0][i], what);
                same(point.tpr, &row["roc"][1][i], what);
            }
        }
        let best = roc.youden();
        same(Some(best.threshold).filter(|t| t.is_finite()), &row["youden"][0], what);
        same(best.tpr, &row["youden"][1], what);
        same(best.fpr, &row["youden"][2], what);

        let pr = PrCurve::of(&truth, &scores).unwrap();
        same(pr.average_precision(), &row["average_precision"], what);
        // Theirs ends in a point without a threshold: precision 1, recall 0.
        same((pr.points.len() + 1) as f64, &row["num_pr_points"], what);
        same(pr.points.iter().map(|p| p.precision).sum::<f64>() + 1.0, &row["sum_precision"], what);
        same(pr.points.iter().map(|p| p.recall).sum::<f64>(), &row["sum_recall"], what);

        for point in row["points"].as_array().unwrap() {
            let threshold = point["threshold"].as_f64().unwrap_or(f64::INFINITY);
            let counts = roc.counts_at(threshold);
            assert_eq!(counts, Counts::at(&truth, &scores, threshold));
            let [tp, fp, tn, fn_] = [0, 1, 2, 3].map(|i| point["counts"][i].as_u64().unwrap());
            assert_eq!(counts, Counts { tp, fp, tn, fn_ }, "{what} at {threshold}");
            same(counts.sensitivity(), &point["sensitivity"], what);
            same(counts.specificity(), &point["specificity"], what);
            same(counts.precision(), &point["precision"], what);
            same(counts.npv(), &point["npv"], what);
            same(counts.f1(), &point["f1"], what);
            same(counts.accuracy(), &point["accuracy"], what);
        }
    }
}

#[test]
fn calibration_equals_scikit_learn() {
    for row in golden("classifier") {
        let (truth, scores, _) = films(&row);
        let what = &row["films"];
        for (name, binning) in [("uniform", Binning::EqualWidth), ("quantile", Binning::EqualMass)] {
            let calibration = Calibration::of(&truth, &scores, 10, binning).unwrap();
            let (shares, means) = (&row["bins"][name]["shares"], &row["bins"][name]["means"]);
            assert_eq!(calibration.bins.len(), shares.as_array().unwrap().len(), "{name} bins of {what}");
            for (i, bin) in calibration.bins.iter().enumerate() {
                same(bin.share_positive(), &shares[i], what);
                same(bin.mean_probability, &means[i], what);
            }
            assert_eq!(calibration.bins.iter().map(|bin| bin.count).sum::<u64>(), truth.len() as u64);
        }
        let calibration = Calibration::of(&truth, &scores, 10, Binning::EqualWidth).unwrap();
        same(calibration.ece, &row["ece"], what);
        same(calibration.mce, &row["mce"], what);
        same(calibration.brier, &row["brier"], what);
    }
}

#[test]
fn delong_equals_the_formula_over_all_pairs() {
    for row in golden("delong") {
        let (truth, first, second) = films(&row);
        let what = &row["films"];
        let (a, b) = (DeLong::of(&truth, &first).unwrap(), DeLong::of(&truth, &second).unwrap());
        same(a.auroc, &row["auroc"][0], what);
        same(b.auroc, &row["auroc"][1], what);
        same(a.variance(), &row["variance"][0], what);
        same(b.variance(), &row["variance"][1], what);
        same_interval(1e-12, a.interval(0.95), &row["interval"], what);
        let test = a.against(&b).unwrap();
        same(test.variance, &row["variance"][2], what);
        same_to(1e-9, test.z, &row["z"], what);
        same_to(1e-9, test.p_value, &row["p_value"], what);
        assert_eq!(b.against(&a).unwrap().p_value, test.p_value);
    }
}

#[test]
fn mcnemar_and_wilson_equal_statsmodels() {
    for row in golden("mcnemar") {
        let [only_first, only_second] = [0, 1].map(|i| row["discordant"][i].as_u64().unwrap());
        let discordant = Discordant { only_first, only_second };
        let exact = row["exact"].as_f64().unwrap();
        assert!((discordant.exact() - exact).abs() <= 1e-10 * exact, "{row}: {}", discordant.exact());
        let (statistic, p_value) = discordant.chi_square().unwrap();
        same(statistic, &row["chi_square"][0], &row);
        same(p_value, &row["chi_square"][1], &row);
    }
    for row in golden("wilson") {
        let ours =
            wilson(row["part"].as_u64().unwrap(), row["whole"].as_u64().unwrap(), row["level"].as_f64().unwrap());
        same_interval(1e-12, ours, &row["interval"], &row);
    }
}

#[test]
fn the_normal_distribution_equals_scipy() {
    for row in golden("gauss") {
        let (z, p) = (row[0].as_f64().unwrap(), row[1].as_f64().unwrap());
        // In the tail the last bit of z / sqrt(2) counts z^2 times.
        assert!((gauss::cdf(z) - p).abs() <= 1e-15 * (1.0 + z * z) * p, "{row}: {}", gauss::cdf(z));
        same_to(1e-14, gauss::quantile(p), &row[2], &row);
    }
    for row in golden("quantiles") {
        same_to(1e-14, gauss::quantile(row[0].as_f64().unwrap()), &row[1], &row);
    }
}

#[test]
fn percentile_and_bca_equal_scipy_on_the_same_draws() {
    for row in golden("resampled") {
        let (truth, scores, _) = films(&row);
        let level = row["level"].as_f64().unwrap();
        let num_resamples = row["num_resamples"].as_u64().unwrap() as usize;
        let mut roll = Roll(row["films"][0].as_u64().unwrap() + 1);
        let mut resamples: Vec<Tally> = Vec::new();
        while resamples.len() < num_resamples {
            let chosen: Vec<usize> = truth.iter().map(|_| roll.below(truth.len())).collect();
            let (truth, scores): (Vec<bool>, Vec<f64>) = chosen.iter().map(|&i| (truth[i], scores[i])).unzip();
            if truth.contains(&true) && truth.contains(&false) {
                let units: Vec<u32> = (0..truth.len() as u32).collect();
                let draws = Draws::new(&units, 0);
                let plan = ClassifierBootstrap::new(&truth, &scores, &draws, 0, Threshold::Fixed(0.5)).unwrap();
                resamples.push(plan.whole());
            }
        }
        let draws = Draws::new(&(0..truth.len() as u32).collect::<Vec<_>>(), 0);
        let plan = ClassifierBootstrap::new(&truth, &scores, &draws, 0, Threshold::Fixed(0.5)).unwrap();
        let without_one: Vec<Tally> =
            (0..plan.num_blocks_without_one()).flat_map(|block| plan.block_without_one(block)).collect();
        for (name, figure) in [("auroc", Figure::Auroc), ("f1", Figure::F1)] {
            let all = |tallies: &[Tally]| tallies.iter().map(|tally| tally.figure(figure)).collect::<Vec<_>>();
            let (values, without_one) = (all(&resamples), all(&without_one));
            let point = plan.whole().figure(figure).unwrap();
            same(mean(values.iter().copied()), &row[name]["mean"], &name);
            same_interval(1e-12, interval::percentile(&values, level), &row[name]["percentile"], &name);
            same_interval(1e-9, interval::bca(point, &values, &without_one, level), &row[name]["bca"], &name);
        }
    }
}

/// A union of discs on a grid.
fn discs(seed: u64, count: u64) -> Mask {
    const SIZE: [i32; 2] = [64, 48];
    let mut roll = Roll(seed);
    let mut pixels = Vec::new();
    for _ in 0..count {
        let [cx, cy] = SIZE.map(|side| roll.below(side as usize) as i32);
        let radius = 1 + roll.below(12) as i32;
        let inside = |x: i32, y: i32| (x - cx).pow(2) + (y - cy).pow(2) <= radius.pow(2);
        let all = (0..SIZE[1]).flat_map(|y| (0..SIZE[0]).map(move |x| (x, y)));
        pixels.extend(all.filter(|&(x, y)| inside(x, y)));
    }
    Mask::from_pixels(pixels).unwrap()
}

#[test]
fn masks_equal_scipy_and_monai() {
    for row in golden("masks") {
        let (seed, count) = (row["seed"].as_u64().unwrap(), row["count"].as_u64().unwrap());
        let (first, second) = (discs(seed, count), discs(seed + 1, count + 1));
        let overlap = Overlap::of(Some(&first), Some(&second));
        same(overlap.dice(), &row["dice"], &row);
        same(overlap.iou(), &row["iou"], &row);
        let spacing = [0, 1].map(|i| row["spacing"][i].as_f64().unwrap());
        let distances = BorderDistances::of(&first, &second, spacing);
        same(distances.hausdorff(), &row["hausdorff"], &row);
        same(distances.hausdorff_95(), &row["hausdorff_95"], &row);
    }
}
