#!/usr/bin/env python3
"""The same small detector, trained by this program and by torchvision on real radiographs: the same films, split, boxes,
steps and recipe; both tested on the same films that neither saw.

    train_real_films.py --rachis PROGRAM --work FOLDER --films FOLDER [--steps 600] [--arch fasterrcnn_small]

FOLDER of films holds `vertebrae_coco.json` and `images/` (radiographs of the spine with a box around each vertebra). The
script writes them as DICOM, makes a project of them, freezes a data set (split by patient, seed 1999), trains with
`rachis train`, then trains torchvision's network with what the run's own spec.json and dataset.json say, and has `rachis
evaluate` measure both answers with the same truth. First weights are each program's own, drawn by its own seed.

Needs numpy, pillow, pydicom, torch 2.11 and torchvision 0.26.
"""
import argparse
import csv
import hashlib
import json
import subprocess
import time
from pathlib import Path

import numpy as np
import pydicom
import torch
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, DigitalXRayImageStorageForPresentation

import networks_torchvision as networks

RECIPE = {
    "batch_size": 4, "learning_rate": 0.02, "learning_rate_steps": "", "warm_up_steps": 100, "clip_by": "none",
    "shorter_edge_least": 320, "shorter_edge_most": 320, "longest_edge": 640, "repeat_factor": 0, "normal_films": "false",
    "flip_horizontal": 0.5, "frozen_stages": 0, "tone": "released png", "statistics": "imagenet", "sample_films": 0,
    "window_jitter": 0, "learned_augmentation": "false", "precision": "f32",
}
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def uid(text):
    return "2.25." + str(int(hashlib.sha256(text.encode()).hexdigest()[:30], 16))


def patient_of(name):
    """`S__N126__Rt_TAIS__F__13_Yrs.jpg` and its copies are of patient N126."""
    return next((part for part in name.replace("-", "_").split("_") if part[:1] == "N" and part[1:].isdigit()), name)


def write_film(image, name, path):
    levels = np.asarray(image.convert("L"))
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = uid(name)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid("study " + patient_of(name)), uid("series " + name)
    ds.PatientID, ds.Modality, ds.BodyPartExamined = patient_of(name), "DX", "SPINE"
    ds.Rows, ds.Columns = levels.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelData = levels.tobytes() + b"\0" * (levels.size % 2)
    ds.save_as(path, enforce_file_format=True)
    return str(ds.SOPInstanceUID)


def make_project(args):
    films, project = args.work / "films", args.work / "project"
    films.mkdir(parents=True, exist_ok=True)
    coco = json.loads((args.films / "vertebrae_coco.json").read_text())
    boxes = {}
    for one in coco["annotations"]:
        boxes.setdefault(one["image_id"], []).append(one["bbox"])
    rows = ["image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax"]
    for row in coco["images"]:
        name = row["file_name"]
        image = write_film(Image.open(args.films / "images" / name), name, films / f"{row['id']}.dcm")
        for x, y, w, h in boxes.get(row["id"], []):
            x1, y1 = min(x + w, row["width"]), min(y + h, row["height"])
            rows.append(f"{image},R1,Vertebra,{max(x, 0)},{max(y, 0)},{x1},{y1}")
    (args.work / "labels.csv").write_text("\n".join(rows) + "\n")
    rachis(args, "new", project, "--name", "Vertebrae")
    one_label(args, project)
    rachis(args, "import", project, films)
    rachis(args, "import-labels", project, args.work / "labels.csv", "--new-readers", "add")
    rachis(args, "dataset", "freeze", project, "--name", "vertebrae", "--reader", "R1", "--unit", "patient",
           "--dev", "0.1", "--test", "0.3", "--lock-test")
    return project


def one_label(args, project):
    """The project's labels with the first finding alone, under the name of what is marked here."""
    path = args.work / "set.csv"
    rachis(args, "labels", project, "--export", path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    finding = next(row for row in rows if row["Name"] != "No finding")
    kept = [row for row in rows if row["Name"] == "No finding"] + [{**finding, "Name": "Vertebra", "ShortName": "V"}]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(kept)
    rachis(args, "labels", project, "--import", path)


def rachis(args, *words):
    print("rachis", *words, flush=True)
    subprocess.run([args.rachis, *map(str, words)], check=True)


def train_ours(args, project):
    settings = {**RECIPE, "iterations": args.steps, "evaluate_every": max(args.steps // 4, 1), "checkpoint_every": args.steps}
    sets = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    start = time.time()
    rachis(args, "train", project, "--arch", args.arch, "--preset", "paper", "--name", "ours", "--device", "cpu",
           "--threads", torch.get_num_threads(), *sets)
    print(f"rachis trained {time.time() - start:.0f} s")
    return sorted((project / "runs").glob("training-*"), key=lambda path: int(path.name.split("-")[1]))[-1]


# torchvision, from what the run's files say

def levels_of(path):
    """As the released code's PNG: from the least to the greatest value to 0 to 255, cut to whole levels."""
    values = pydicom.dcmread(path).pixel_array.astype(np.float64)
    values -= values.min()
    return np.floor(values / max(values.max(), 1) * 255).astype(np.float32) / 255


def read_films(args, dataset):
    paths = {str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID): path
             for path in (args.work / "films").glob("*.dcm")}
    films = []
    for film in dataset["films"]:
        boxes = [[one["xmin"], one["ymin"], one["xmax"], one["ymax"]] for one in film["boxes"]]
        films.append(dict(image=film["image_id"], split=film["split"], levels=levels_of(paths[film["image_id"]]),
                          boxes=torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)))
    return films


def network(args, recipe):
    make = networks.faster_rcnn if args.arch.startswith("fasterrcnn") else networks.retinanet
    net = make("small", "batch", 1)
    edges = int(recipe["shorter_edge_most"]), int(recipe["longest_edge"])
    net.transform.min_size, net.transform.max_size = (edges[0],), edges[1]
    net.transform.image_mean, net.transform.image_std = MEAN, STD
    return net


def train_theirs(args, run):
    spec = json.loads((run / "spec.json").read_text())
    recipe = spec["parameters"]
    films = read_films(args, json.loads((run / "dataset.json").read_text()))
    torch.manual_seed(int(recipe["seed"]))
    net = network(args, recipe)
    norms = [p for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d) for p in m.parameters()]
    ids = {id(p) for p in norms}
    groups = [dict(params=[p for p in net.parameters() if id(p) not in ids], weight_decay=recipe["weight_decay"]),
              dict(params=norms, weight_decay=recipe["norm_weight_decay"])]
    optimiser = torch.optim.SGD(groups, lr=recipe["learning_rate"], momentum=recipe["momentum"])
    train = [film for film in films if film["split"] == "train" and len(film["boxes"])]
    generator = torch.Generator().manual_seed(int(recipe["seed"]))
    order, start = [], time.time()
    net.train()
    for step in range(args.steps):
        share = min((step + 1) / recipe["warm_up_steps"], 1) if recipe["warm_up_steps"] else 1
        rate = recipe["learning_rate"] * (recipe["warm_up_factor"] * (1 - share) + share)
        for group in optimiser.param_groups:
            group["lr"] = rate
        images, targets = [], []
        for _ in range(int(recipe["batch_size"])):
            if not order:
                order = torch.randperm(len(train), generator=generator).tolist()
            film = train[order.pop()]
            levels, boxes = torch.from_numpy(film["levels"]), film["boxes"].clone()
            if torch.rand(1, generator=generator).item() < recipe["flip_horizontal"]:
                levels = levels.flip(1)
                boxes[:, [0, 2]] = levels.shape[1] - boxes[:, [2, 0]]
            images.append(levels[None].repeat(3, 1, 1))
            first = 0 if args.arch.startswith("retinanet") else 1
            targets.append(dict(boxes=boxes, labels=torch.full((len(boxes),), first, dtype=torch.int64)))
        losses = net(images, targets)
        loss = sum(losses.values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if (step + 1) % 50 == 0:
            print(f"torchvision step {step + 1}: loss {loss.item():.3f}", flush=True)
    print(f"torchvision trained {time.time() - start:.0f} s")
    net.eval()
    lines = []
    with torch.no_grad():
        for film in films:
            if film["split"] != "test":
                continue
            found = net([torch.from_numpy(film["levels"])[None].repeat(3, 1, 1)])[0]
            rows = [dict(lesion_type="Vertebra", score=score, xmin=box[0], ymin=box[1], xmax=box[2], ymax=box[3])
                    for box, score in zip(found["boxes"].tolist(), found["scores"].tolist())]
            lines.append(json.dumps(dict(image_id=film["image"], model=0, detections=rows)))
    (args.work / "theirs.jsonl").write_text("\n".join(lines) + "\n")


def predict_ours(args, project, run):
    dataset = json.loads((run / "dataset.json").read_text())
    test = [film["image_id"] for film in dataset["films"] if film["split"] == "test"]
    rachis(args, "train", "promote", project, run.name.split("-")[1])
    rachis(args, "predict", project, "--out", args.work / "all.jsonl")
    lines = [line for line in (args.work / "all.jsonl").read_text().splitlines() if json.loads(line)["image_id"] in test]
    (args.work / "ours.jsonl").write_text("\n".join(lines) + "\n")
    rows = ["image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax"]
    for film in dataset["films"]:
        if film["split"] == "test":
            rows += [",".join([film["image_id"], "R1", one["lesion_type"], *(repr(one[k]) for k in ("xmin", "ymin", "xmax", "ymax"))])
                     for one in film["boxes"]]
    (args.work / "truth.csv").write_text("\n".join(rows) + "\n")


def measure(args, who):
    out = args.work / f"{who}.json"
    rachis(args, "evaluate", "--truth", args.work / "truth.csv", "--predictions", args.work / f"{who}.jsonl",
           "--bootstrap", 2000, "--seed", 1999, "--json", out)
    return json.loads(out.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rachis", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--films", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--arch", default="fasterrcnn_small", choices=["fasterrcnn_small", "retinanet_small"])
    args = parser.parse_args()
    project = make_project(args)
    run = train_ours(args, project)
    train_theirs(args, run)
    predict_ours(args, project, run)
    for who in ("ours", "theirs"):
        figures = measure(args, who)
        print(who, json.dumps(figures.get("detector", figures))[:600])


if __name__ == "__main__":
    main()
