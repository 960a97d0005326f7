"""Consensus and agreement of several readers by programs that others wrote, as JSON.

Usage: python agreement_readers.py > agreement_readers.json
       (needs numpy, scipy, scikit-learn, statsmodels, krippendorff, ensemble-boxes, crowd-kit, pandas)

Readings come from a formula that the test of the program, tests/it/agreement_parity.rs, has too (SplitMix64); so only
answers are written down. Which marks mean the same lesion is known here from how they were made, not found: lesions lie in
cells of a grid, far from each other.
"""

import json
import sys
import warnings

import krippendorff
import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene
from ensemble_boxes import weighted_boxes_fusion
from scipy.optimize import linear_sum_assignment
from sklearn import metrics
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

warnings.filterwarnings("ignore")
MASK = (1 << 64) - 1
IOUS = [0.3, 0.5, 0.75]


class Roll:
    """SplitMix64; `unit` is in 0 to below 1."""

    def __init__(self, seed):
        self.state = seed

    def unit(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) / (1 << 53)

    def below(self, n):
        return int(self.unit() * n)


def films(seed, num_films, num_readers, num_of_film, num_labels):
    """Of each film, by reader: marks (lesion, label, box) and image labels (numbers from `num_labels` on)."""
    roll = Roll(seed)
    all_films = []
    for _ in range(num_films):
        free = list(range(num_readers))
        readers = sorted(free.pop(roll.below(len(free))) for _ in range(num_of_film))
        lesions = []
        for cell in range(4):
            if roll.unit() < 0.35:
                lesions.append((cell, roll.below(num_labels), 200 * cell + roll.below(40), roll.below(40)))
        has_global = roll.unit() < 0.3
        film = {}
        for reader in readers:
            marks, image_labels = [], []
            for cell, label, x, y in lesions:
                if roll.unit() < 0.75:
                    if roll.unit() < 0.15:
                        label = (label + 1) % num_labels
                    left, top = x + roll.below(20), y + roll.below(20)
                    marks.append((cell, label, [left, top, left + 100 + roll.below(12), top + 100 + roll.below(12)]))
            if roll.unit() < (0.8 if has_global else 0.1):
                image_labels.append(num_labels)
            film[reader] = (marks, image_labels)
        all_films.append(film)
    return all_films


def iou(a, b):
    w = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h
    return w * h / union


def paired(first, second, least):
    """Number of pairs and the sum of their overlaps, by SciPy's assignment."""
    if not first or not second:
        return 0, 0.0
    table = np.array([[iou(a, b) for b in second] for a in first])
    table[table < least] = 0
    rows, columns = linear_sum_assignment(table, maximize=True)
    found = [table[r, c] for r, c in zip(rows, columns) if table[r, c] > 0]
    return len(found), float(sum(found))


def says(said, label):
    marks, image_labels = said
    return any(mark[1] == label for mark in marks) or label in image_labels


def abnormal(said):
    return bool(said[0] or said[1])


def box_sums(comparisons, num_labels, only=None):
    sums = {"pairs": [0, 0, 0], "marks": 0, "iou": 0.0}
    for first, second in comparisons:
        for label in range(num_labels) if only is None else [only]:
            own, others = ([mark[2] for mark in said[0] if mark[1] == label] for said in (first, second))
            sums["marks"] += len(own) + len(others)
            for at, least in enumerate(IOUS):
                num, total = paired(own, others, least)
                sums["pairs"][at] += num
                sums["iou"] += total if at == 1 else 0.0
    return sums


def box_figures(sums):
    marks = sums["marks"]
    return {
        "f1_30": 2 * sums["pairs"][0] / marks if marks else None,
        "f1_50": 2 * sums["pairs"][1] / marks if marks else None,
        "f1_75": 2 * sums["pairs"][2] / marks if marks else None,
        "mean_iou": sums["iou"] / sums["pairs"][1] if sums["pairs"][1] else None,
    }


def word_figures(first, second):
    """Of two lists of yes and no. F1 of the positive class is positive agreement, of the negative class negative."""
    share = lambda label: defined(metrics.f1_score(first, second, pos_label=label, zero_division=np.nan))
    return {
        "pabak": 2 * metrics.accuracy_score(first, second) - 1,
        "positive_agreement": share(True),
        "negative_agreement": share(False),
    }


def defined(value):
    return None if np.isnan(value) else float(value)


def cohen(first, second):
    kappa = metrics.cohen_kappa_score(first, second)
    table = metrics.confusion_matrix(first, second, labels=[False, True])
    assert np.isclose(cohens_kappa(table).kappa, kappa, rtol=0, atol=1e-12, equal_nan=True)
    return defined(kappa)


def alpha(units, num_readers, num_values):
    """`units`: of each lesion what each reader says of it; nothing of readers who did not read the film."""
    table = np.full((num_readers, len(units)), np.nan)
    for at, unit in enumerate(units):
        for reader, value in unit.items():
            table[reader, at] = value
    domain = list(range(num_values))
    if len({value for unit in units for value in unit.values()}) < 2:
        return None
    return krippendorff.alpha(reliability_data=table, level_of_measurement="nominal", value_domain=domain)


def fleiss(votes):
    table, _ = aggregate_raters(np.array(votes, dtype=int), n_cat=2)
    return defined(fleiss_kappa(table))


def lesion_units(film, num_labels):
    cells = sorted({mark[0] for marks, _ in film.values() for mark in marks})
    units = []
    for cell in cells:
        unit = {}
        for reader, (marks, _) in film.items():
            said = [mark[1] for mark in marks if mark[0] == cell]
            unit[reader] = said[0] if said else num_labels + 1
        units.append(unit)
    return units


def agreement(seed, num_films, num_readers, num_of_film, num_labels):
    data = films(seed, num_films, num_readers, num_of_film, num_labels)
    out = {"films": [seed, num_films, num_readers, num_of_film, num_labels]}
    pairs, all_comparisons = {}, []
    for film in data:
        readers = sorted(film)
        for b in readers:
            for a in [r for r in readers if r < b]:
                pairs.setdefault((a, b), []).append((film[a], film[b]))
                all_comparisons.append((film[a], film[b]))
    units = [lesion_units(film, num_labels) for film in data]
    flat = [unit for of_film in units for unit in of_film]
    firsts, seconds = ([abnormal(one[side]) for one in all_comparisons] for side in (0, 1))
    out["all"] = {
        **box_figures(box_sums(all_comparisons, num_labels)),
        **word_figures(firsts, seconds),
        "fleiss_kappa": fleiss([[abnormal(said) for said in film.values()] for film in data]),
        "krippendorff_alpha": alpha(flat, num_readers, num_labels + 2),
    }
    out["labels"] = []
    for label in range(num_labels + 1):
        firsts, seconds = ([says(one[side], label) for one in all_comparisons] for side in (0, 1))
        said_so = [unit for unit in flat if label in unit.values()]
        binary = [{reader: int(value == label) for reader, value in unit.items()} for unit in said_so]
        out["labels"].append({
            **box_figures(box_sums(all_comparisons, num_labels, label)),
            **word_figures(firsts, seconds),
            "fleiss_kappa": fleiss([[says(said, label) for said in film.values()] for film in data]),
            "krippendorff_alpha": alpha(binary, num_readers, 2) if binary else None,
        })
    out["readers"] = []
    for reader in range(num_readers):
        own = [(a, b) for (x, _), ones in pairs.items() if x == reader for a, b in ones]
        own += [(b, a) for (_, y), ones in pairs.items() if y == reader for a, b in ones]
        firsts, seconds = ([abnormal(one[side]) for one in own] for side in (0, 1))
        of_films = [unit for film, of_film in zip(data, units) if reader in film for unit in of_film]
        out["readers"].append({
            **box_figures(box_sums(own, num_labels)),
            **word_figures(firsts, seconds),
            "cohen_kappa": cohen(firsts, seconds),
            "krippendorff_alpha": alpha(of_films, num_readers, num_labels + 2),
        })
    out["pairs"] = []
    for (a, b), ones in sorted(pairs.items()):
        firsts, seconds = ([abnormal(one[side]) for one in ones] for side in (0, 1))
        out["pairs"].append({
            "readers": [a, b],
            "films": len(ones),
            **box_figures(box_sums(ones, num_labels)),
            **word_figures(firsts, seconds),
            "cohen_kappa": cohen(firsts, seconds),
        })
    return out


def crowded(seed, num_boxes, side):
    """Boxes so close that pairing them is a puzzle."""
    roll = Roll(seed)
    box = lambda: [x := roll.below(side), y := roll.below(side), x + 20 + roll.below(30), y + 20 + roll.below(30)]
    return [box() for _ in range(num_boxes)], [box() for _ in range(num_boxes)]


def pairing(seed, num_boxes, side):
    first, second = crowded(seed, num_boxes, side)
    return {"boxes": [seed, num_boxes, side], "found": [paired(first, second, least) for least in IOUS]}


def fusion(seed, num_models, num_boxes, side, iou_thr, skip, conf_type, overflow, weights):
    roll = Roll(seed)
    boxes, scores, labels = [], [], []
    for _ in range(num_models):
        own = []
        for _ in range(num_boxes):
            x, y = roll.below(side), roll.below(side)
            own.append([x / 1000, y / 1000, (x + 40 + roll.below(60)) / 1000, (y + 40 + roll.below(60)) / 1000])
        boxes.append(own)
        # No two scores are equal: in which order the program takes equal ones is chance.
        scores.append([0.05 + 0.95 * roll.unit() for _ in own])
        labels.append([roll.below(2) for _ in own])
    found = weighted_boxes_fusion(
        boxes, scores, labels, weights=weights, iou_thr=iou_thr, skip_box_thr=skip, conf_type=conf_type,
        allows_overflow=overflow,
    )
    rows = [[int(label), float(score), *map(float, box)] for box, score, label in zip(*found)]
    given = [seed, num_models, num_boxes, side]
    return {"boxes": given, "iou": iou_thr, "skip": skip, "confidence": conf_type, "overflow": overflow,
            "weights": weights, "found": rows}


def skene(seed, num_films, num_readers, num_of_film):
    roll = Roll(seed)
    errors = [(0.05 + 0.3 * roll.unit(), 0.05 + 0.3 * roll.unit()) for _ in range(num_readers)]
    rows = []
    for film in range(num_films):
        truth = roll.unit() < 0.4
        free = list(range(num_readers))
        for _ in range(num_of_film):
            reader = free.pop(roll.below(len(free)))
            is_wrong = roll.unit() < errors[reader][0 if truth else 1]
            rows.append((film, reader, int(truth != is_wrong)))
    table = pd.DataFrame(rows, columns=["task", "worker", "label"])
    model = DawidSkene(n_iter=5000, tol=-1.0)
    probability = model.fit_predict_proba(table)
    errors = model.errors_
    return {
        "votes": [seed, num_films, num_readers, num_of_film],
        "probability": [float(probability.loc[film, 1]) for film in range(num_films)],
        "sensitivity": [float(errors.loc[(reader, 1), 1]) for reader in range(num_readers)],
        "specificity": [float(errors.loc[(reader, 0), 0]) for reader in range(num_readers)],
    }


def main():
    out = {
        "agreement": [agreement(1, 60, 5, 3, 3), agreement(2, 40, 4, 2, 2), agreement(3, 200, 17, 3, 6)],
        "pairing": [pairing(seed, num, side) for seed in range(1, 9) for num, side in ((6, 40), (12, 80))],
        "fusion": [
            fusion(1, 3, 6, 300, 0.55, 0.0, "avg", False, [1.0, 1.0, 1.0]),
            fusion(2, 4, 8, 250, 0.4, 0.2, "avg", False, [2.0, 1.0, 1.0, 0.5]),
            fusion(3, 4, 8, 250, 0.3, 0.0, "avg", True, [2.0, 1.0, 1.0, 0.5]),
            fusion(4, 3, 9, 200, 0.5, 0.0, "max", False, [1.0, 3.0, 1.0]),
            fusion(5, 3, 9, 200, 0.45, 0.0, "box_and_model_avg", False, [1.0, 2.0, 1.0]),
            fusion(6, 3, 9, 200, 0.45, 0.0, "absent_model_aware_avg", False, [1.0, 2.0, 1.0]),
        ],
        "dawid_skene": [skene(1, 80, 5, 3), skene(2, 150, 17, 3)],
    }
    json.dump(out, sys.stdout, indent=1)
    print()


main()
