#!/usr/bin/env python3
"""Times 10,000 resamples of AUROC, F1, sensitivity and specificity on 2,078 films turn by turn: our program, a loop
compiled with numba (the fastest peer), vectorised numpy, and scikit-learn; checks that the intervals agree, and prints
the ratios. Best of all turns counts.

    speed_bootstrap.py BENCH [--turns 5]

Needs numpy, scikit-learn and numba. BENCH is the benchmark program hot_paths, built by `cargo bench --no-run`; ours
sorts the scores and finds the operating point within its time, the peers get both for nothing. Ours runs on two threads,
the peers on one, as they are written; scikit-learn does 200 resamples, taken times 50.
"""
import argparse
import json
import os
import subprocess
import time

import numba
import numpy as np
from sklearn.metrics import f1_score, recall_score, roc_auc_score, roc_curve

N, B = 2078, 10_000


def films():
    rng = np.random.default_rng(3)
    truth = (rng.random(N) < 0.48).astype(int)
    logits = rng.normal(0, 1, N) + 1.6 * truth - 0.8
    return truth, np.round(1 / (1 + np.exp(-logits)), 6)


def intervals(values):
    return np.percentile(values, [2.5, 97.5], axis=0).T


def sklearn_loop(truth, scores, called, num=200):
    rng = np.random.default_rng(0)
    values = []
    for _ in range(num):
        i = rng.integers(0, N, N)
        t, s, c = truth[i], scores[i], called[i]
        values.append((roc_auc_score(t, s), f1_score(t, c), recall_score(t, c), recall_score(t, c, pos_label=0)))
    return intervals(np.array(values))


class Sorted:
    """By score, ties numbered alike."""

    def __init__(self, truth, scores, called):
        order = np.argsort(scores, kind="stable")
        self.truth, self.called = truth[order].astype(np.int8), called[order].astype(np.int8)
        is_new = np.diff(scores[order]) > 0
        self.group = np.concatenate([[0], np.cumsum(is_new)])
        self.start = np.concatenate([[0], np.flatnonzero(is_new) + 1])


def numpy_chunks(data, chunk=500):
    rng = np.random.default_rng(0)
    positive = data.truth.astype(float)
    values = np.empty((B, 4))
    for at in range(0, B, chunk):
        chosen = rng.integers(0, N, (chunk, N), dtype=np.int32) + (np.arange(chunk, dtype=np.int32) * N)[:, None]
        weight = np.bincount(chosen.ravel(), minlength=chunk * N).reshape(chunk, N).astype(float)
        of_positive = np.add.reduceat(weight * positive, data.start, axis=1)
        of_negative = np.add.reduceat(weight * (1 - positive), data.start, axis=1)
        below = np.cumsum(of_negative, axis=1)
        p, n = of_positive.sum(1), below[:, -1]
        tp, fp = weight @ (positive * data.called), weight @ ((1 - positive) * data.called)
        rows = slice(at, at + chunk)
        values[rows, 0] = (of_positive * (below - of_negative / 2)).sum(1) / (p * n)
        values[rows, 1], values[rows, 2], values[rows, 3] = 2 * tp / (p + tp + fp), tp / p, 1 - fp / n
    return intervals(values)


@numba.njit
def numba_core(truth, called, group, seed, values):
    np.random.seed(seed)
    n = len(truth)
    weight = np.zeros(n, np.uint16)
    for b in range(len(values)):
        weight[:] = 0
        for _ in range(n):
            weight[np.random.randint(0, n)] += 1
        p = m = twice_u = tp = fp = group_p = group_n = now = 0
        for i in range(n):
            if group[i] != now:
                twice_u += group_p * (2 * m + group_n)
                m += group_n
                p += group_p
                group_p = group_n = 0
                now = group[i]
            if truth[i]:
                group_p += weight[i]
                if called[i]:
                    tp += weight[i]
            else:
                group_n += weight[i]
                if called[i]:
                    fp += weight[i]
        twice_u += group_p * (2 * m + group_n)
        m += group_n
        p += group_p
        values[b, 0] = twice_u / (2.0 * p * m)
        values[b, 1], values[b, 2], values[b, 3] = 2 * tp / (p + tp + fp), tp / p, 1 - fp / m


def numba_loop(data):
    values = np.empty((B, 4))
    numba_core(data.truth, data.called, data.group, 1, values)
    return intervals(values)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    truth, scores = films()
    fpr, tpr, thresholds = roc_curve(truth, scores)
    called = (scores >= thresholds[np.argmax(tpr - fpr)]).astype(int)
    data = Sorted(truth, scores, called)
    text = "".join(f"{t} {float(s)!r}\n" for t, s in zip(truth, scores))

    def ours():
        run = subprocess.run([given.bench], input=text, capture_output=True, text=True, check=True,
                             env={**os.environ, "RACHIS_TURN": "resamples"})
        said = json.loads(run.stdout)
        return said["seconds"], np.array(said["intervals"])

    def timed(run, scale=1):
        def turn():
            start = time.perf_counter()
            answer = run()
            return (time.perf_counter() - start) * scale, answer
        return turn

    programs = {
        "ours": ours,
        "numba": timed(lambda: numba_loop(data)),
        "numpy": timed(lambda: numpy_chunks(data)),
        "scikit-learn": timed(lambda: sklearn_loop(truth, scores, called), B / 200),
    }
    numba_loop(data)  # compiles
    best, said = {}, {}
    for _ in range(given.turns):
        for name, program in programs.items():
            seconds, said[name] = program()
            best[name] = min(best.get(name, seconds), seconds)
    for name in ("numba", "numpy"):
        apart = np.abs(said["ours"] - said[name]).max()
        # Two runs of 10,000 resamples differ by chance in the third decimal.
        assert apart < 0.003, (name, apart, said)
    for name, seconds in best.items():
        print(f"{name:14s} {seconds * 1e3:10.1f} ms   x {seconds / best['ours']:.1f}")
    print("intervals, ours:", np.round(said["ours"], 4).tolist())


if __name__ == "__main__":
    main()
