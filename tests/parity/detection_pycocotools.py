"""Average precision and recall of 200 small detection sets by pycocotools, as JSON.

Usage: python detection_pycocotools.py > detection_pycocotools.json
(needs pycocotools 2.0.11, numpy, mean-average-precision without its dependencies, monai without its own, torch)

For each set: `truths`, the truths of each class; `found`, for each class with truths how many are found at each overlap
of 0.20, 0.25 ... 0.95 (recall times truths); `ap`, average precision times 1e10 at the same places; `recall`, mean recall
with at most 1, 10 and 100 boxes of a film and class, times 1e10; `voc`, for each class with truths the 2010 and 2007
forms at overlap 0.5 by the package mean-average-precision (0.5 is position 6), on pycocotools' matches; `froc`, over all
classes at overlap 0.5, sensitivity at 1/8, 1/4 ... 8 false alarms a film by MONAI's curve and numpy.interp; `confused`,
the confusion matrix at score 0.3 and overlap 0.5, by a plain loop over the boxes that count; `kaggle`, see `kaggle`.
"""

import contextlib
import io
import json

import numpy as np
from mean_average_precision.utils import compute_average_precision, compute_average_precision_with_recall_thresholds
from monai.metrics import compute_froc_curve_data
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from detection_sets import NUM_SETS, make

IOUS = [(20 + 5 * i) / 100 for i in range(16)]
HALF = 6
RATES = [0.125, 0.25, 0.5, 1, 2, 4, 8]


def coco(num_classes, films, which):
    dataset = {"images": [{"id": i + 1} for i in range(len(films))],
               "categories": [{"id": i + 1, "name": str(i)} for i in range(num_classes)], "annotations": []}
    for i, film in enumerate(films):
        for row in film[which]:
            box = [side / 4 for side in row[1]]
            one = {"id": len(dataset["annotations"]) + 1, "image_id": i + 1, "category_id": row[0] + 1, "bbox": box,
                   "area": box[2] * box[3], "iscrowd": 0}
            if which:
                one["score"] = row[2] / 1000
            dataset["annotations"].append(one)
    whole = COCO()
    whole.dataset = dataset
    whole.createIndex()
    return whole


def evaluate(num_classes, films, ious, limits):
    with contextlib.redirect_stdout(io.StringIO()):
        run = COCOeval(coco(num_classes, films, 0), coco(num_classes, films, 1), "bbox")
        run.params.iouThrs, run.params.maxDets = np.array(ious), limits
        run.params.areaRng, run.params.areaRngLbl = [[0, 1e10]], ["all"]
        run.evaluate()
        run.accumulate()
    return run


def curve(run, number, position):
    """Precision and recall of a class at each box by falling score, and whether it finds a truth."""
    per_film = len(run.params.imgIds)
    films = [one for one in run.evalImgs[number * per_film:(number + 1) * per_film] if one]
    num_truths = sum(len(one["gtIds"]) for one in films)
    scores = np.concatenate([one["dtScores"] for one in films]) if films else np.zeros(0)
    hits = np.concatenate([one["dtMatches"][position] > 0 for one in films]) if films else np.zeros(0, bool)
    order = np.argsort(-scores, kind="mergesort")
    hits = hits[order]
    found = np.cumsum(hits)
    return found / np.arange(1, len(hits) + 1), found / max(num_truths, 1), hits, scores[order]


def fixed(value):
    return round(float(value) * 1e10)


def voc(run, number, position):
    precision, recall, _, _ = curve(run, number, position)
    eleven = compute_average_precision_with_recall_thresholds(precision, recall, np.arange(0.0, 1.1, 0.1))
    return [fixed(compute_average_precision(precision, recall)), fixed(eleven)]


def froc(run, num_classes, films):
    rows = [curve(run, number, HALF) for number in range(num_classes)]
    hits, scores = (np.concatenate([row[i] for row in rows]) for i in (2, 3))
    num_truths = sum(len(film[0]) for film in films)
    # MONAI leaves out the lowest threshold, which is a missed truth's 0 where there is one: one more of them.
    rates, sensitivity = compute_froc_curve_data(scores[~hits], np.append(scores[hits], 0.0), num_truths, len(films))
    return [fixed(value) for value in np.interp(RATES, rates[::-1], sensitivity[::-1])]


def overlap(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def confused(num_classes, films):
    """Rows: classes of truths, last: nothing is there. Columns: classes of boxes, last: missed.

    Boxes choose by falling score. A box takes the free truth of its class that it overlaps most; else the truth of
    another class that it overlaps most among those that no box before has found or is taken for.
    """
    matrix = np.zeros((num_classes + 1, num_classes + 1), int)
    for truths, detections in films:
        found, taken_for = {}, {}
        alarms = []
        for number, box, score in sorted(detections, key=lambda row: -row[2]):
            if score < 300:
                continue
            near = [(overlap(box, rect), i) for i, (_, rect) in enumerate(truths) if overlap(box, rect) >= 0.5]
            own = [(iou, i) for iou, i in near if truths[i][0] == number and i not in found]
            other = [(iou, i) for iou, i in near if truths[i][0] != number and i not in found and i not in taken_for]
            if own:
                found[max(own)[1]] = number
            elif other:
                taken_for[max(other)[1]] = number
            else:
                alarms.append(number)
        for i, (number, _) in enumerate(truths):
            if i in found:
                matrix[number, number] += 1
                if i in taken_for:
                    alarms.append(taken_for[i])
            else:
                matrix[number, taken_for.get(i, num_classes)] += 1
        for number in alarms:
            matrix[num_classes, number] += 1
    return matrix.tolist()


def kaggle(num_classes, films):
    """The rule of the VinBigData competition: the mean over classes of VOC 2010 average precision, overlap over 0.4,
    films without truths having one of a further class at [0, 0, 1, 1]. An answer without boxes says that class with
    score 1, every third other film says it with 1 minus the best score."""
    said = []
    for i, (truths, detections) in enumerate(films):
        best = max((row[2] for row in detections), default=0)
        normal = [(num_classes, [0, 0, 4, 4], 1000 - best)] if best == 0 or i % 3 == 0 else []
        said.append((truths or [(num_classes, [0, 0, 4, 4])], detections + normal))
    run = evaluate(num_classes + 1, said, [np.nextafter(0.4, 1)], [10000])
    known = [number for number in range(num_classes + 1) if run.eval["recall"][0, number, 0, 0] > -1]
    return fixed(np.mean([compute_average_precision(*curve(run, number, 0)[:2]) for number in known]))


def of_set(index):
    num_classes, films = make(index)
    run = evaluate(num_classes, films, IOUS, [1, 10, 100])
    truths = [sum(row[0] == number for film in films for row in film[0]) for number in range(num_classes)]
    known = [number for number in range(num_classes) if truths[number]]
    precision, recall = run.eval["precision"][:, :, :, 0, 2], run.eval["recall"][:, :, 0, :]
    assert all((precision[:, :, number] == -1).all() for number in range(num_classes) if number not in known)
    return {
        "truths": truths,
        "found": [[round(recall[k, number, 2] * truths[number]) for k in range(16)] for number in known],
        "ap": [[fixed(precision[k, :, number].mean()) for k in range(16)] for number in known],
        "recall": [fixed(recall[:, known, limit].mean()) for limit in range(3)] if known else [],
        "voc": [voc(run, number, HALF) for number in known],
        "froc": froc(run, num_classes, films) if known else [],
        "confused": confused(num_classes, films),
        "kaggle": kaggle(num_classes, films),
    }


if __name__ == "__main__":
    print("[" + ",\n".join(json.dumps(of_set(i), separators=(",", ":")) for i in range(NUM_SETS)) + "]")
