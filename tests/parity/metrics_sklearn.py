"""Figures of classifiers and masks by scikit-learn, SciPy, statsmodels, MLstatkit and MONAI, as JSON.

Usage: python metrics_sklearn.py > metrics_sklearn.json
       (needs scikit-learn, scipy, statsmodels, MLstatkit, monai, torch)

Films, probabilities, resamples and masks come from a formula that the test of the program, tests/it/classifier_metrics.rs, has too
(SplitMix64); so only answers are written down. DeLong's variance is the plain formula over all pairs, and MLstatkit must
agree with its test. Distances of borders are SciPy's, and MONAI must agree.
"""

import json
import sys
import warnings

import numpy as np
from scipy import ndimage, stats
from scipy.spatial import distance
from scipy.special import ndtr, ndtri
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
MASK = (1 << 64) - 1


class Roll:
    """SplitMix64; `unit` is in 0 to below 1."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def unit(self):
        return (self.next() >> 11) / (1 << 53)

    def below(self, n):
        return int(self.unit() * n)


def films(seed, count, share, steps):
    """Truth and the scores of two models, in steps of 1 / `steps`: few steps make many ties."""
    roll = Roll(seed)
    truth, first, second = [], [], []
    for _ in range(count):
        is_positive = roll.unit() < share
        shift = 0.2 if is_positive else 0.0
        common = roll.unit()
        truth.append(is_positive)
        first.append(np.floor((common * 0.8 + shift) * steps) / steps)
        second.append(np.floor((0.5 * common + 0.3 * roll.unit() + 0.5 * shift) * steps) / steps)
    return np.array(truth), np.array(first), np.array(second)


def classifier(seed, count, share, steps):
    truth, scores, _ = films(seed, count, share, steps)
    fpr, tpr, thresholds = metrics.roc_curve(truth, scores, drop_intermediate=False)
    best = int(np.argmax(tpr - fpr))
    precision, recall, _ = metrics.precision_recall_curve(truth, scores)
    points = []
    for threshold in [0.0, 0.3, 0.5, float(thresholds[best]), 1.0]:
        called = scores >= threshold
        tn, fp, fn, tp = metrics.confusion_matrix(truth, called, labels=[False, True]).ravel().tolist()
        points.append({
            "threshold": threshold if np.isfinite(threshold) else None,
            "counts": [tp, fp, tn, fn],
            "sensitivity": metrics.recall_score(truth, called),
            "specificity": metrics.recall_score(~truth, ~called),
            # Undefined where nothing is called so.
            "precision": metrics.precision_score(truth, called) if tp + fp else None,
            "npv": metrics.precision_score(~truth, ~called) if tn + fn else None,
            "f1": metrics.f1_score(truth, called),
            "accuracy": metrics.accuracy_score(truth, called),
        })
    bins = {}
    for name, strategy in [("uniform", "uniform"), ("quantile", "quantile")]:
        shares, means = calibration_curve(truth, scores, n_bins=10, strategy=strategy)
        bins[name] = {"shares": shares.tolist(), "means": means.tolist()}
    # The plain formula over bins that scikit-learn made: counts by its own rule.
    edges = np.linspace(0.0, 1.0, 11)
    of = np.searchsorted(edges[1:-1], scores)
    gaps = [(np.sum(of == b), abs(scores[of == b].mean() - truth[of == b].mean())) for b in np.unique(of)]
    return {
        "films": [seed, count, share, steps],
        "num_positive": int(truth.sum()),
        "auroc": metrics.roc_auc_score(truth, scores),
        "num_roc_points": len(thresholds),
        "sum_tpr": float(tpr.sum()),
        "sum_fpr": float(fpr.sum()),
        "roc": [fpr.tolist(), tpr.tolist()] if count <= 12 else None,
        "youden": [float(thresholds[best]) if best else None, float(tpr[best]), float(fpr[best])],
        "average_precision": metrics.average_precision_score(truth, scores),
        "num_pr_points": len(precision),
        "sum_precision": float(precision.sum()),
        "sum_recall": float(recall.sum()),
        "points": points,
        "brier": metrics.brier_score_loss(truth, scores),
        "bins": bins,
        "ece": float(sum(n * gap for n, gap in gaps) / count),
        "mce": float(max(gap for _, gap in gaps)),
    }


def components(truth, scores):
    above = scores[truth][:, None] - scores[~truth][None, :]
    won = (above > 0) + 0.5 * (above == 0)
    return won.mean(axis=1), won.mean(axis=0)


def delong(seed, count, share, steps):
    from MLstatkit import Delong_test

    truth, first, second = films(seed, count, share, steps)
    (first_pos, first_neg), (second_pos, second_neg) = components(truth, first), components(truth, second)
    covariance = np.cov(first_pos, second_pos) / truth.sum() + np.cov(first_neg, second_neg) / (~truth).sum()
    area = [float(first_pos.mean()), float(second_pos.mean())]
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    if variance <= 0.0:
        return None
    z = (area[0] - area[1]) / np.sqrt(variance)
    p_value = float(2 * stats.norm.sf(abs(z)))
    said = Delong_test(truth.astype(int), first, second)
    assert abs(abs(said[0]) - abs(z)) < 1e-6 * max(1, abs(z)), (said, z)
    assert abs(said[1] - p_value) < 1e-6, (said, p_value)
    reach = float(stats.norm.ppf(0.975) * np.sqrt(covariance[0, 0]))
    return {
        "films": [seed, count, share, steps],
        "auroc": area,
        "variance": [float(covariance[0, 0]), float(covariance[1, 1]), variance],
        "interval": [max(area[0] - reach, 0.0), min(area[0] + reach, 1.0)],
        "z": float(z),
        "p_value": p_value,
    }


def mcnemar(only_first, only_second):
    from statsmodels.stats.contingency_tables import mcnemar as test

    table = [[7, only_first], [only_second, 9]]
    exact = float(test(table, exact=True).pvalue)
    n, k = only_first + only_second, min(only_first, only_second)
    assert abs(exact - stats.binomtest(k, n, 0.5).pvalue) < 1e-10
    corrected = test(table, exact=False, correction=True)
    return {
        "discordant": [only_first, only_second],
        "exact": exact,
        "chi_square": [float(corrected.statistic), float(corrected.pvalue)],
    }


def wilson(part, whole, level):
    from statsmodels.stats.proportion import proportion_confint

    return {
        "part": part,
        "whole": whole,
        "level": level,
        "interval": [float(v) for v in proportion_confint(part, whole, 1 - level, method="wilson")],
    }


def resampled(seed, count, share, steps, num_resamples, level):
    """AUROC and F1 at 0.5 over resamples that the test draws alike."""
    truth, scores, _ = films(seed, count, share, steps)
    roll = Roll(seed + 1)
    figures = {
        "auroc": lambda t, s: metrics.roc_auc_score(t, s),
        "f1": lambda t, s: metrics.f1_score(t, s >= 0.5),
    }
    draws = []
    while len(draws) < num_resamples:
        chosen = np.array([roll.below(count) for _ in range(count)])
        if 0 < truth[chosen].sum() < count:
            draws.append(chosen)
    answer = {"films": [seed, count, share, steps], "num_resamples": num_resamples, "level": level}
    for name, figure in figures.items():
        values = np.array([figure(truth[chosen], scores[chosen]) for chosen in draws])
        given = stats._resampling.BootstrapResult(None, values, 0.0)
        bca = stats.bootstrap((truth, scores), figure, n_resamples=0, paired=True, vectorized=False, method="BCa",
                              confidence_level=level, bootstrap_result=given).confidence_interval
        cut = int(np.floor(round((1 - level) / 2 * num_resamples, 6)))
        ordered = np.sort(values)
        answer[name] = {
            "mean": float(values.mean()),
            # Positions as the released code of VinDr-SpineXR takes them.
            "percentile": [float(ordered[cut]), float(ordered[-cut])],
            "bca": [float(bca.low), float(bca.high)],
        }
    return answer


WIDTH, HEIGHT = 64, 48


def discs(seed, count):
    """A union of discs on a grid."""
    roll = Roll(seed)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    mask = np.zeros((HEIGHT, WIDTH), bool)
    for _ in range(count):
        cx, cy, radius = roll.below(WIDTH), roll.below(HEIGHT), 1 + roll.below(12)
        mask |= (x - cx) ** 2 + (y - cy) ** 2 <= radius**2
    return mask


def masks(seed, count, spacing):
    import torch
    from monai.metrics import compute_dice, compute_hausdorff_distance, compute_iou

    first, second = discs(seed, count), discs(seed + 1, count + 1)
    edge = [np.argwhere(m & ~ndimage.binary_erosion(m)) * np.array(spacing) for m in (first, second)]
    apart = distance.cdist(*edge)
    nearest = [apart.min(axis=1), apart.min(axis=0)]
    hausdorff = max(distance.directed_hausdorff(*edge)[0], distance.directed_hausdorff(*edge[::-1])[0])
    hausdorff_95 = max(float(np.percentile(d, 95)) for d in nearest)
    both = [torch.tensor(m[None, None].astype(np.float32)) for m in (first, second)]
    said = [
        float(compute_hausdorff_distance(*both, include_background=True, percentile=p, spacing=list(spacing)))
        for p in (None, 95)
    ]
    assert np.allclose(said, [hausdorff, hausdorff_95], rtol=1e-5), (said, hausdorff, hausdorff_95)
    dice = float(2 * (first & second).sum() / (first.sum() + second.sum()))
    iou = float((first & second).sum() / (first | second).sum())
    assert np.allclose([float(compute_dice(*both)), float(compute_iou(*both))], [dice, iou], rtol=1e-6)
    return {
        "seed": seed,
        "count": count,
        "spacing": spacing,
        "dice": dice,
        "iou": iou,
        "hausdorff": float(hausdorff),
        "hausdorff_95": hausdorff_95,
    }


SETS = [(100 * i + n, n, share, steps)
        for i, (n, share) in enumerate([(5, 0.5), (12, 0.5), (40, 0.3), (40, 0.9), (150, 0.5), (700, 0.1), (2078, 0.48)])
        for steps in (1, 2, 10, 64, 1000, 1000000)]


def main():
    usable = [s for s in SETS if 0 < films(*s)[0].sum() < s[1]]
    answer = {
        "classifier": [classifier(*s) for s in usable],
        "delong": [row for s in usable if 2 <= films(*s)[0].sum() <= s[1] - 2 for row in [delong(*s)] if row],
        "mcnemar": [mcnemar(*pair) for pair in
                    [(0, 1), (3, 1), (10, 2), (2, 10), (25, 12), (121, 86), (500, 431), (3000, 2900), (12, 400)]],
        "wilson": [wilson(*case) for case in
                   [(839, 1010, 0.95), (847, 1068, 0.95), (1, 3, 0.95), (1, 10, 0.9), (9, 10, 0.99), (500, 1000, 0.8)]],
        "gauss": [[z, float(ndtr(z)), float(ndtri(ndtr(z)))] for z in (-8.0, -5.0, -2.5, -1.96, -0.3, 0.0, 0.7, 3.0)],
        "quantiles": [[p, float(ndtri(p))] for p in (1e-300, 1e-12, 0.001, 0.025, 0.05, 0.3, 0.5, 0.925, 0.975, 0.9999)],
        "resampled": [resampled(900, 60, 0.4, 20, 400, 0.95), resampled(901, 90, 0.3, 1000, 400, 0.9)],
        "masks": [masks(seed, count, spacing) for seed, count in [(10, 1), (20, 2), (30, 3), (40, 6), (50, 12)]
                  for spacing in ([1.0, 1.0], [0.15, 0.35])],
    }
    parts = [f' "{key}": [\n' + ",\n".join("  " + json.dumps(row) for row in rows) + "\n ]" for key, rows in answer.items()]
    sys.stdout.write("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main()
