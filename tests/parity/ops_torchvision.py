#!/usr/bin/env python3
"""What torchvision's detection operators answer: writes ops_torchvision.json for src/engine/ops/parity.rs.

Needs torch 2.11 and torchvision 0.26. Inputs come from formula.py, so only answers are kept.
"""
import json
import pathlib

import numpy as np
import torch
import torchvision
from torchvision.models.detection import _utils as det_utils
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.retinanet import _default_anchorgen
from torchvision.ops import boxes as box_ops

import formula
from golden import digest

F = np.float32


def boxes_and_scores(name: str, count: int, spread: float, levels: int):
    """Boxes of 0 to 60 pixels about a field of `spread`; scores of few different values, so that many are equal."""
    v = formula.noise(name, 5 * count).reshape(count, 5)
    corner = v[:, 0:2] * F(spread) + F(spread)
    sides = np.abs(v[:, 2:4]) * F(60.0)
    # Some boxes are empty and every seventh is its neighbour's twin.
    sides[::31] = 0.0
    boxes = np.concatenate([corner, corner + sides], axis=1)
    boxes[7::7] = boxes[6:-1:7]
    scores = np.round(v[:, 4] * F(levels)) / F(levels)
    return torch.from_numpy(boxes), torch.from_numpy(scores)


def nms_cases():
    cases = []
    for name, count, spread, levels, iou in [
        ("none", 0, 100.0, 20, 0.5),
        ("one", 1, 100.0, 20, 0.5),
        ("few", 60, 30.0, 4, 0.5),
        ("many", 400, 100.0, 100000, 0.7),
        ("ties", 400, 100.0, 10, 0.3),
    ]:
        boxes, scores = boxes_and_scores(f"nms {name}", count, spread, levels) if count else (torch.zeros(0, 4), torch.zeros(0))
        kept = torchvision.ops.nms(boxes, scores, iou).tolist()
        cases.append(dict(name=f"nms {name}", count=count, spread=spread, levels=levels, iou=iou, classes=0, kept=kept))
    for name, count, spread, levels, iou, classes in [
        ("moved", 900, 50.0, 50, 0.5, 5),
        ("by class", 1500, 50.0, 50, 0.3, 5),
    ]:
        boxes, scores = boxes_and_scores(f"nms {name}", count, spread, levels)
        labels = torch.arange(count) * 7 % classes
        kept = torchvision.ops.batched_nms(boxes, scores, labels, iou).tolist()
        # Above 1,000 boxes torchvision ends with a sort that leaves equal scores in any order; ours is by place.
        kept.sort(key=lambda place: (-scores[place].item(), place))
        cases.append(dict(name=f"nms {name}", count=count, spread=spread, levels=levels, iou=iou, classes=classes, kept=kept))
    return cases


ROIS = [
    [0, 8.0, 12.0, 60.0, 40.0],
    [1, 3.3, 7.7, 45.1, 50.9],
    [0, 10.0, 10.0, 10.0, 10.0],
    [1, 20.0, 20.0, 20.5, 20.25],
    [0, -30.0, -20.0, 15.0, 18.0],
    [1, 50.0, 40.0, 400.0, 300.0],
    [0, 500.0, 500.0, 600.0, 650.0],
    [1, 0.0, 0.0, 68.0, 52.0],
    [0, 40.0, 30.0, 20.0, 10.0],
    [1, -4.0, -4.0, 72.0, 56.0],
]


def roi_cases():
    features = torch.from_numpy(formula.noise("roi features", 2 * 5 * 13 * 17).reshape(2, 5, 13, 17).copy())
    rois = torch.tensor(ROIS)
    cases = []
    for output, ratio, aligned in [([7, 7], 2, False), ([7, 7], 2, True), ([5, 3], -1, False), ([5, 3], -1, True), ([2, 2], -1, True), ([2, 4], 3, True)]:
        x = features.clone().requires_grad_(True)
        y = torchvision.ops.roi_align(x, rois, output, 0.25, ratio, aligned)
        weight = torch.from_numpy(formula.noise("roi gradient", y.numel()).reshape(y.shape).copy())
        (y * weight).sum().backward()
        cases.append(dict(output=output, ratio=ratio, aligned=aligned, answer=digest(y, 120), gradient=digest(x.grad, 120)))
    return cases


def pyramid_case():
    sizes = [(4, 64, 80), (4, 32, 40), (4, 16, 20), (4, 8, 10)]
    levels = [
        torch.from_numpy(formula.noise(f"level {i}", 2 * c * h * w).reshape(2, c, h, w).copy()).requires_grad_(True)
        for i, (c, h, w) in enumerate(sizes)
    ]
    boxes = []
    for film in range(2):
        v = formula.noise(f"pyramid boxes {film}", 4 * 40).reshape(40, 4)
        corner = v[:, 0:2] * F(100.0) + F(110.0)
        sides = np.exp(v[:, 2:4] * F(3.0) + F(3.5)).astype(np.float32)
        sides[0] = 224.0  # exactly at the step from one level to the next
        sides[1] = 112.0
        sides[2] = 0.0
        boxes.append(torch.from_numpy(np.round(np.concatenate([corner, corner + sides], axis=1) * F(4.0)) / F(4.0)))
    pool = torchvision.ops.MultiScaleRoIAlign(["0", "1", "2", "3"], 7, 2)
    y = pool({str(i): t for i, t in enumerate(levels)}, boxes, [(250, 310), (256, 300)])
    weight = torch.from_numpy(formula.noise("pyramid gradient", y.numel()).reshape(y.shape).copy())
    (y * weight).sum().backward()
    return dict(
        boxes=[b.reshape(-1).tolist() for b in boxes],
        answer=digest(y, 150),
        gradients=[digest(t.grad, 40) for t in levels],
    )


def anchor_cases():
    ratios = (0.5, 1.0, 2.0)
    makers = {
        "faster_rcnn": AnchorGenerator(tuple((s,) for s in (32, 64, 128, 256, 512)), (ratios,) * 5),
        "faster_rcnn_small": AnchorGenerator(tuple((s,) for s in (16, 32, 64, 128, 256)), (ratios,) * 5),
        "retinanet": _default_anchorgen(),
    }
    cases = []
    for name, maker in makers.items():
        first = 8 if name == "retinanet" else 4
        film = (96, 160)
        maps = [(-(-film[0] // (first << i)), -(-film[1] // (first << i))) for i in range(5)]
        anchors = maker(ImageList(torch.zeros(1, 3, *film), [film]), [torch.zeros(1, 1, *m) for m in maps])[0]
        cases.append(dict(name=name, film=film, maps=maps, answer=digest(anchors, 160)))
    return cases


def coder_cases():
    v = formula.noise("coder boxes", 2 * 4 * 50).reshape(2, 50, 4)
    low = v[..., 0:2] * F(100.0) + F(100.0)
    boxes = np.concatenate([low, low + np.abs(v[..., 2:4]) * F(80.0) + F(1.0)], axis=-1)
    deltas = formula.noise("coder deltas", 50 * 12).reshape(50, 12) * F(6.0)
    cases = []
    for weights in [(1.0, 1.0, 1.0, 1.0), (10.0, 10.0, 5.0, 5.0)]:
        coder = det_utils.BoxCoder(weights)
        truth = torch.from_numpy(boxes[0].copy()).requires_grad_(True)
        anchors = torch.from_numpy(boxes[1].copy()).requires_grad_(True)
        said = torch.from_numpy(deltas.copy()).requires_grad_(True)
        encoded = coder.encode_single(truth, anchors)
        decoded = coder.decode(said, [anchors])
        (encoded.square().mean() + (decoded / 100.0).square().mean()).backward()
        clipped = box_ops.clip_boxes_to_image(decoded, (120, 150)).reshape(-1, 4)
        cases.append(
            dict(
                weights=weights,
                encoded=digest(encoded, 60),
                decoded=digest(decoded, 60),
                clipped=digest(clipped, 60),
                large=box_ops.remove_small_boxes(clipped, 5.0).tolist(),
                gradients=[digest(t.grad, 40) for t in (truth, anchors, said)],
            )
        )
    return cases


if __name__ == "__main__":
    torch.manual_seed(0)
    out = dict(nms=nms_cases(), rois=ROIS, roi_align=roi_cases(), pyramid=pyramid_case(), anchors=anchor_cases(), box_coder=coder_cases())
    text = json.dumps(out, separators=(",", ":"))
    pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
    print(len(text), "bytes")
