"""Times detection evaluation by pycocotools, faster-coco-eval, hotcoco and this program, turn by turn in one run.

Usage: python speed_evaluation.py PROGRAM FILMS [PEER ...]     (needs numpy pycocotools faster-coco-eval hotcoco)

PROGRAM is the benchmark that `cargo bench --no-run --bench hot_paths` names. FILMS: 2078, or 100000, at which a peer
written in Python needs some 10 GB. PEER: pycocotools, faster-coco-eval, hotcoco; all of them by default.

The set: about half the films have truths, four each; three of four are found, somewhat moved, beside 40 to 96 boxes of low
scores; 7 classes. Two protocols: ap50, IoU 0.5; full, IoU 0.50, 0.55 ... 0.95; both over all areas, 100 boxes of a film
and class. Timed is, from boxes in memory in any order, all up to average precision: `evaluate` and `accumulate` of the
peers; sorting, matching, ranking and average precision of this program. Reading files is nobody's share. All must
find the same mean. A turn is a few runs of a peer, as many as take about a second, and a few of this program; what
counts is the least and the median.
"""

import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

NUM_CLASSES, WIDTH, HEIGHT = 7, 1600, 2500
IOUS = {"ap50": [0.5], "full": [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]}


def make(num_films):
    """Truths (film, class, x, y, width, height) and detections (the same and the score), film by film."""
    rng = np.random.default_rng(7)
    per_film = np.where(rng.random(num_films) < 0.48, 1 + rng.poisson(3.0, num_films), 0)
    n = int(per_film.sum())
    film = np.repeat(np.arange(num_films), per_film)
    number = rng.choice(NUM_CLASSES, n, p=[0.35, 0.2, 0.15, 0.1, 0.08, 0.07, 0.05])
    size = rng.uniform(40, 400, (n, 2))
    corner = np.clip(rng.uniform(100, [WIDTH - 100, HEIGHT - 100], (n, 2)) - size / 2, 0, None)
    truths = np.c_[film, number, np.round(corner, 2), np.round(np.minimum(size, [WIDTH, HEIGHT] - corner), 2)]
    found, jitter = rng.random(n) < 0.75, rng.normal(0, 0.08, (n, 4))
    good = np.c_[truths[:, :2], truths[:, 2:4] + jitter[:, :2] * size, truths[:, 4:] * (1 + jitter[:, 2:]),
                 rng.beta(4, 2, n)][found]
    film = np.repeat(np.arange(num_films), rng.integers(40, 97, num_films))
    n = len(film)
    clutter = np.c_[film, rng.integers(0, NUM_CLASSES, n), rng.uniform(0, [WIDTH - 50, HEIGHT - 50], (n, 2)),
                    rng.uniform(40, 400, (n, 2)), rng.beta(1.2, 8, n)]
    boxes = np.vstack([good, clutter])
    boxes = boxes[rng.permutation(len(boxes))]
    boxes[:, 2:6], boxes[:, 6] = np.round(boxes[:, 2:6], 2), np.round(boxes[:, 6], 6)
    return truths, boxes[np.argsort(boxes[:, 0], kind="stable")]


def write_columns(path, num_films, truths, boxes):
    columns = [np.array([num_films])]
    for rows in (truths, boxes):
        corners = np.c_[rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]]
        columns += [np.array([len(rows)]), rows[:, 0], rows[:, 1], corners.ravel(), rows[:, 6:].ravel()]
    np.concatenate(columns).astype("<f8").tofile(path)


def write_coco(folder, num_films, truths, boxes):
    def entry(row):
        return {"image_id": int(row[0]) + 1, "category_id": int(row[1]) + 1, "bbox": row[2:6].tolist()}

    images = [{"id": i + 1, "width": WIDTH, "height": HEIGHT, "file_name": f"{i}.png"} for i in range(num_films)]
    whole = {"info": {}, "licenses": [], "images": images,
             "categories": [{"id": i + 1, "name": str(i)} for i in range(NUM_CLASSES)],
             "annotations": [entry(row) | {"id": i + 1, "area": row[4] * row[5], "iscrowd": 0}
                             for i, row in enumerate(truths)]}
    (folder / "truths.json").write_text(json.dumps(whole))
    with (folder / "boxes.json").open("w") as out:
        line = '{"image_id":%d,"category_id":%d,"bbox":[%.2f,%.2f,%.2f,%.2f],"score":%.6f}'
        for first in range(0, len(boxes), 100_000):
            rows = boxes[first:first + 100_000] + [1, 1, 0, 0, 0, 0, 0]
            out.write(("," if first else "[") + ",\n".join(line % tuple(row) for row in rows.tolist()))
        out.write("]")


def quiet(call):
    with contextlib.redirect_stdout(io.StringIO()):
        return call()


def pycocotools():
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return COCO, COCOeval


def faster_coco_eval():
    from faster_coco_eval import COCO, COCOeval_faster

    return COCO, COCOeval_faster


def hotcoco():
    from hotcoco import COCO, COCOeval

    return COCO, COCOeval


PEERS = {"pycocotools": pycocotools, "faster-coco-eval": faster_coco_eval, "hotcoco": hotcoco}


def runner(name, folder):
    """A function from a protocol to seconds and the mean."""
    coco, evaluator = PEERS[name]()
    truths = quiet(lambda: coco(str(folder / "truths.json")))
    load = truths.load_res if name == "hotcoco" else truths.loadRes
    boxes = quiet(lambda: load(str(folder / "boxes.json")))

    def run(protocol):
        job = evaluator(truths, boxes, "bbox")
        p = job.params
        if name == "hotcoco":
            p.iou_thrs, p.max_dets = IOUS[protocol], [100]
            p.area_rng, p.area_rng_lbl = [p.area_rng[0]], ["all"]
            job.params = p
        else:
            p.iouThrs, p.maxDets = np.array(IOUS[protocol]), [100]
            p.areaRng, p.areaRngLbl = [p.areaRng[0]], ["all"]
        start = time.perf_counter()
        quiet(lambda: (job.evaluate(), job.accumulate()))
        secs = time.perf_counter() - start
        precision = np.array(job.eval["precision"]).ravel()
        return secs, float(precision[precision > -1].mean())

    return run


def ours(program, columns):
    """Seconds of each repetition and the mean, by protocol."""
    asked = {"RACHIS_TURN": "detection", "RACHIS_DETECTION_SET": str(columns)}
    out = subprocess.run([program], env=os.environ | asked, capture_output=True, text=True, check=True).stdout
    found = {}
    for line in out.splitlines():
        name, value, secs = line.split(" ", 2)
        found[name] = (json.loads(secs), float(value))
    return found


def compare(program, num_films, names, folder):
    truths, boxes = make(num_films)
    columns = folder / "columns.bin"
    write_columns(columns, num_films, truths, boxes)
    write_coco(folder, num_films, truths, boxes)
    print(f"{num_films} films, {len(truths)} truths, {len(boxes)} boxes", flush=True)
    del truths, boxes
    for name in names:
        run = runner(name, folder)
        theirs, own, means = {}, {}, {}
        for _ in range(5 if num_films < 10_000 else 2):
            for protocol in IOUS:
                budget = 1.0
                while budget > 0:
                    took, mean = run(protocol)
                    budget -= took
                    theirs.setdefault(protocol, []).append(took)
                    means.setdefault(protocol, set()).add(round(mean, 6))
            for protocol, (took, mean) in ours(program, columns).items():
                own.setdefault(protocol, []).extend(took)
                means[protocol].add(round(mean, 6))
        for protocol in IOUS:
            (a, b), (c, d) = ((min(all_of), statistics.median(all_of)) for all_of in (theirs[protocol], own[protocol]))
            print(f"{protocol} {name:16} least {a * 1e3:8.1f} ms, median {b * 1e3:8.1f} ms of {len(theirs[protocol])}; "
                  f"rachis {c * 1e3:6.1f} and {d * 1e3:6.1f} of {len(own[protocol])}: {a / c:.1f} and {b / d:.1f} times",
                  flush=True)
        assert all(len(found) == 1 for found in means.values()), f"not the same figure: {means}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        compare(sys.argv[1], int(sys.argv[2]), sys.argv[3:] or list(PEERS), Path(place))
