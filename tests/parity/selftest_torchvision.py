#!/usr/bin/env python3
"""What torchvision answers in the cases that `rachis-engine selftest` runs: writes selftest.json. Needs torch, torchvision."""
import json
import pathlib

import numpy as np
import torch
import torchvision
from torchvision.models import DenseNet

import formula
from networks_torchvision import faster_rcnn, films_of, retinanet, run_faster_rcnn, run_retinanet


def kept(tensor, num_samples=16):
    flat = tensor.detach().to(torch.float64).flatten().numpy()
    every = max(1, len(flat) // num_samples)
    samples = [float(np.float32(v)) for v in flat[::every]]
    return {"shape": list(tensor.shape), "every": every, "samples": samples, "abs_max": float(np.abs(flat).max())}


def noise(name, *shape):
    return torch.from_numpy(formula.noise(name, int(np.prod(shape))).reshape(shape).copy())


def main():
    cases = []
    with torch.no_grad():
        images = films_of([(96, 128)])
        net = DenseNet(growth_rate=12, block_config=(3, 6, 8, 6), num_init_features=24, bn_size=4, num_classes=1).eval()
        formula.load(net)
        features = net.features(images.tensors).relu()
        cases.append(["densenet_small", 1, {"features": features, "logits": net.classifier(features.mean((2, 3)))}])
        for name, make, run in [("fasterrcnn_small", faster_rcnn, run_faster_rcnn), ("retinanet_small", retinanet, run_retinanet)]:
            net = make("small", "batch", 3).eval()
            formula.load(net)
            outputs, _, found = run(net, images)
            outputs |= {f"{key}.0": found[0][key] for key in ("boxes", "scores", "labels")}
            cases.append([name, 3, outputs])
        corners = noise("selftest corners", 200, 2) * 50 + 60
        boxes = torch.cat([corners, corners + (noise("selftest sides", 200, 2) + 1.2) * 20], 1)
        scores = noise("selftest scores", 200)
        map_ = noise("selftest map", 1, 8, 30, 40)
        rois = torch.cat([torch.zeros(200, 1), boxes], 1)
        operators = {"nms": torchvision.ops.nms(boxes, scores, 0.5)}
        for aligned in (False, True):
            operators[f"roi_align {'aligned' if aligned else 'plain'}"] = torchvision.ops.roi_align(
                map_, rois, (7, 7), 0.25, 2, aligned)
    text = {
        "film": [96, 128],
        "networks": [{"architecture": a, "classes": c, "outputs": {k: kept(v) for k, v in o.items()}} for a, c, o in cases],
        "operators": {k: kept(v) for k, v in operators.items()},
    }
    path = pathlib.Path(__file__).with_name("selftest.json")
    path.write_text(json.dumps(text) + "\n")
    print(path.stat().st_size, {a: o["scores.0"].shape for a, _, o in cases if "scores.0" in o})


if __name__ == "__main__":
    main()
