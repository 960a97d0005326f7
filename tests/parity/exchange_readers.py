"""Reads exported COCO, YOLO and Pascal VOC files with programs of other people, and prints what they found as JSON.

Usage: python exchange_readers.py EXCHANGE      (needs pycocotools, supervision, pillow)

EXCHANGE holds coco.json, yolo/ and voc/, as a test of the program writes them; the same test holds the program's own marks
to what was found. supervision wants a picture beside each film's labels, so black ones of the right size are made first.
COCO's films come in order of their numbers; its annotations in order of theirs.
"""

import importlib.metadata
import json
import pathlib
import shutil
import sys
import tempfile

import supervision
from PIL import Image
from pycocotools.coco import COCO

exchange = pathlib.Path(sys.argv[1])
stdout, sys.stdout = sys.stdout, sys.stderr  # pycocotools prints
coco = COCO(str(exchange / "coco.json"))


def annotation(row):
    x, y, width, height = row["bbox"]
    mask = coco.annToMask(row) if row["segmentation"] else None
    return {
        "label": coco.cats[row["category_id"]]["name"],
        "corners": [x, y, x + width, y + height],
        "mask_pixels": None if mask is None else int(mask.sum()),
    }


found = {
    "pycocotools": importlib.metadata.version("pycocotools"),
    "supervision": importlib.metadata.version("supervision"),
    "coco": {
        "images": len(coco.getImgIds()),
        "categories": [coco.cats[number]["name"] for number in sorted(coco.cats)],
        "annotations": [annotation(coco.anns[number]) for number in sorted(coco.anns)],
    },
}

with tempfile.TemporaryDirectory() as scratch:
    pictures = pathlib.Path(scratch) / "images"
    pictures.mkdir()
    for image in coco.imgs.values():
        Image.new("RGB", (image["width"], image["height"])).save(pictures / image["file_name"])
    yolo = pathlib.Path(scratch) / "yolo"
    shutil.copytree(exchange / "yolo", yolo)
    readers = {
        "yolo": supervision.DetectionDataset.from_yolo(str(pictures), str(yolo / "labels"), str(yolo / "data.yaml")),
        "voc": supervision.DetectionDataset.from_pascal_voc(str(pictures), str(exchange / "voc" / "Annotations")),
    }
    for name, data in readers.items():
        boxes = [
            {"label": data.classes[int(number)], "corners": [float(value) for value in corners]}
            for path in sorted(data.annotations)
            for corners, number in zip(data.annotations[path].xyxy, data.annotations[path].class_id)
        ]
        found[name] = {"images": len(data.annotations), "classes": data.classes, "boxes": boxes}

sys.stdout = stdout
json.dump(found, sys.stdout, indent=1, ensure_ascii=False)
print()
