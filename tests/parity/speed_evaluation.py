"""Times detection evaluation by pycocotools, faster-coco-eval, hotcoco and this program, turn by turn in one run.

Usage: python speed_evaluation.py PROGRAM [FILMS ...]     (needs numpy pycocotools faster-coco-eval hotcoco)

PROGRAM is the benchmark that `cargo bench --no-run --bench hot_paths` names. FILMS: 2078 and 100000 by default.

The set: about half the films have truths, four each; three of four are found, somewhat moved, beside 40 to 96 boxes of low
scores; 7 classes. Two protocols: ap50, IoU 0.5; full, IoU 0.50, 0.55 ... 0.95; both over all areas, 100 boxes of a film
and class. Timed is, from boxes in memory in any order, all up to average precision: `evaluate` and `accumulate` of the
peers; sorting, matching, ranking and average precision of this program. Reading files is nobody's share. All must
find the same mean. A turn is one run of each peer and a few of this program; what counts is the least and the median.
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
    (folder / "boxes.json").write_text(json.dumps([entry(row) | {"score": row[6]} for row in boxes]))


def quiet(call):
    with contextlib.redirect_stdout(io.StringIO()):
        return call()


def peers(folder):
    """For each peer a function from a protocol to seconds and the mean."""
    import faster_coco_eval
    import hotcoco
    import pycocotools.coco
    import pycocotools.cocoeval

    def runner(coco, evaluator, load, is_hotcoco=False):
        truths = quiet(lambda: coco(str(folder / "truths.json")))
        boxes = quiet(lambda: getattr(truths, load)(str(folder / "boxes.json")))

        def run(protocol):
            job = quiet(lambda: evaluator(truths, boxes, "bbox"))
            p = job.params
            if is_hotcoco:
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

    return {
        "pycocotools": runner(pycocotools.coco.COCO, pycocotools.cocoeval.COCOeval, "loadRes"),
        "faster-coco-eval": runner(faster_coco_eval.COCO, faster_coco_eval.COCOeval_faster, "loadRes"),
        "hotcoco": runner(hotcoco.COCO, hotcoco.COCOeval, "load_res", True),
    }


def ours(program, columns):
    """Seconds of each repetition and the mean, by protocol."""
    asked = {"RACHIS_TURN": "detection", "RACHIS_DETECTION_SET": str(columns)}
    out = subprocess.run([program], env=os.environ | asked, capture_output=True, text=True, check=True).stdout
    found = {}
    for line in out.splitlines():
        name, value, secs = line.split(" ", 2)
        found[name] = (json.loads(secs), float(value))
    return found


def compare(program, num_films, folder):
    truths, boxes = make(num_films)
    columns = folder / "columns.bin"
    write_columns(columns, num_films, truths, boxes)
    write_coco(folder, num_films, truths, boxes)
    print(f"{num_films} films, {len(truths)} truths, {len(boxes)} boxes", flush=True)
    del truths, boxes
    runs = peers(folder)
    turns = 5 if num_films < 10_000 else 2
    secs, means = {}, {}
    for _ in range(turns):
        for protocol in IOUS:
            for name, run in runs.items():
                took, mean = run(protocol)
                secs.setdefault((protocol, name), []).append(took)
                means.setdefault(protocol, set()).add(round(mean, 6))
        for protocol, (took, mean) in ours(program, columns).items():
            secs.setdefault((protocol, "rachis"), []).extend(took)
            means[protocol].add(round(mean, 6))
    for (protocol, name), took in sorted(secs.items()):
        of_ours = statistics.median(took) / statistics.median(secs[protocol, "rachis"])
        print(f"{protocol} {name:17} least {min(took) * 1e3:9.1f} ms, median {statistics.median(took) * 1e3:9.1f} ms "
              f"of {len(took)}: {of_ours:6.1f} times ours", flush=True)
    print("means", {protocol: sorted(found) for protocol, found in means.items()}, flush=True)
    assert all(len(found) == 1 for found in means.values()), "not the same figure"


if __name__ == "__main__":
    for films in [int(arg) for arg in sys.argv[2:]] or [2078, 100_000]:
        with tempfile.TemporaryDirectory() as place:
            compare(sys.argv[1], films, Path(place))
