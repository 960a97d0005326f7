"""COCO files whose films are numbered 1 to 40, with many equal scores, and what pycocotools 2.0.11 says of them.

    pip install numpy pycocotools
    python tests/parity/evaluate_order.py > tests/parity/evaluate_order.json

pycocotools takes films in order of their numbers, 2 before 10, and boxes of equal score stand in the order of films.
Read by `tests/it/evaluate_input.rs`. Films are listed in another order than their numbers, and their files' names have
a third one.
"""

import contextlib
import io
import json

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from detection_sets import Dice

NAMES = ["Osteophytes", "Surgical implant", "Foraminal stenosis"]

dice = Dice(1999)
images, annotations, results = [], [], []
for place in range(40):
    film = place * 27 % 40 + 1
    images.append({"id": film, "file_name": f"f{film * 11 % 41}.png", "width": 400, "height": 400})
    for _ in range(dice.roll(4)):
        category, box = dice.roll(3), [dice.roll(200), dice.roll(200), 30 + dice.roll(90), 30 + dice.roll(90)]
        annotation = {"id": len(annotations) + 1, "image_id": film, "category_id": category, "bbox": box}
        annotations.append(annotation | {"area": box[2] * box[3], "iscrowd": 0})
        if dice.roll(4):
            moved = [box[0] + dice.roll(17), box[1] + dice.roll(17), box[2], box[3]]
            results.append({"image_id": film, "category_id": category, "bbox": moved, "score": dice.roll(4) / 4})
    for _ in range(dice.roll(3)):
        box = [dice.roll(200), dice.roll(200), 30 + dice.roll(90), 30 + dice.roll(90)]
        results.append({"image_id": film, "category_id": dice.roll(3), "bbox": box, "score": dice.roll(4) / 4})

truth = {
    "images": images,
    "annotations": annotations,
    "categories": [{"id": number, "name": name} for number, name in enumerate(NAMES)],
}
with contextlib.redirect_stdout(io.StringIO()):
    known = COCO()
    known.dataset = truth
    known.createIndex()
    held = COCOeval(known, known.loadRes([dict(row) for row in results]), "bbox")
    held.params.areaRng, held.params.areaRngLbl = [[0, 1e10]], ["all"]
    held.evaluate()
    held.accumulate()
# Overlap, recall, class, area, most boxes.
precision = held.eval["precision"][:, :, :, 0, -1]
ap = {name: precision[:, :, number].mean(axis=1).tolist() for number, name in enumerate(NAMES)}
for row in truth["annotations"]:
    del row["area"]
print(json.dumps({"truth": truth, "results": results, "ap_by_iou": ap, "map": float(np.mean(precision))}, separators=(",", ":")))
