#!/usr/bin/env python3
"""Losses, gradients and fifty steps of torchvision's networks on weights and films from the formula: writes
train_torchvision.json for src/engine/train/losses/parity.rs.

torchvision draws its samples with torch.randperm; here they are drawn as Rachis draws them (chance.py). Single losses and
their gradients are computed in 64 bits. The fifty steps are also made from weights that differ in their last bits; the
script stops where that alone brings the losses further apart than half of what the test allows. Needs torch 2.11 and torchvision 0.26.

    train_torchvision.py [CASE ...]    only these cases anew, the others as the file has them
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F
from torchvision.models import DenseNet
from torchvision.models.detection.image_list import ImageList

import formula
from chance import Chance, Sampler
from golden import digest, number
from networks_densenet import SIZES
from networks_torchvision import faster_rcnn, retinanet

SEED, STEPS = 7, 50
ONCE = {
    "densenet_small": ["features.conv0.weight", "features.denseblock3.denselayer2.norm2.weight", "classifier.weight"],
    "fasterrcnn_small": [
        "backbone.body.conv1.weight", "backbone.body.layer4.1.conv2.weight", "backbone.fpn.inner_blocks.1.0.weight",
        "rpn.head.conv.0.0.weight", "rpn.head.bbox_pred.weight", "roi_heads.box_head.fc6.weight",
        "roi_heads.box_predictor.cls_score.bias", "roi_heads.box_predictor.bbox_pred.weight",
    ],
    "retinanet_small": [
        "backbone.body.conv1.weight", "backbone.fpn.extra_blocks.p7.weight", "head.classification_head.conv.2.0.weight",
        "head.classification_head.cls_logits.bias", "head.regression_head.bbox_reg.weight",
    ],
}
# Learning rates at which the losses fall and rounding does not grow: with four small films a batch norm has sixteen values
# of a channel at the end of a DenseNet, and at larger rates 32 and 64 bits part within ten steps.
FIFTY = {"densenet121": 5e-6, "retinanet_resnet50_fpn": 4e-5, "fasterrcnn_resnet50_fpn": 4e-5}
CORNERS = [[(0.1, 0.2, 0.5, 0.7), (0.6, 0.5, 0.9, 0.9)], [(0.3, 0.1, 0.9, 0.4)], [], [(0.2, 0.3, 0.6, 0.9)]]
LABELS = [[0, 1], [2], [], [1]]


def film(no, height, width):
    """Noise with a bright box for every marked one; sides of boxes in whole pixels."""
    noise = formula.noise(f"train {no}", 3 * height * width).reshape(3, height, width)
    pixels = torch.from_numpy(noise.copy()) * 0.5
    boxes = [[int(x1 * width), int(y1 * height), int(x2 * width), int(y2 * height)] for x1, y1, x2, y2 in CORNERS[no]]
    for (x1, y1, x2, y2), label in zip(boxes, LABELS[no]):
        pixels[:, y1:y2, x1:x2] += 0.5 + label
    return pixels, torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4), torch.tensor(LABELS[no], dtype=torch.int64)


def batch(numbers, height, width):
    return [film(no, height, width) for no in numbers]


def losses(net, films, chance, dtype):
    pixels = torch.stack([pixels for pixels, _, _ in films]).to(dtype)
    if isinstance(net, DenseNet):
        wanted = torch.tensor([[float(len(boxes) > 0)] for _, boxes, _ in films], dtype=dtype)
        return {"classification": F.binary_cross_entropy_with_logits(net(pixels), wanted)}
    is_faster = hasattr(net, "rpn")
    targets = [{"boxes": boxes.to(dtype), "labels": labels + int(is_faster)} for _, boxes, labels in films]
    images = ImageList(pixels, [tuple(pixels.shape[2:])] * len(films))
    features = net.backbone(pixels)
    if not is_faster:
        maps = list(features.values())
        return net.compute_loss(targets, net.head(maps), net.anchor_generator(images, maps))
    net.rpn.fg_bg_sampler = Sampler(chance, 256, 0.5)
    # All proposals: two of nearly the same score change places with the last bit, and a draw would take the other one.
    net.roi_heads.fg_bg_sampler = Sampler(chance, 2000, 0.25)
    proposals, of_first = net.rpn(images, features, targets)
    _, of_second = net.roi_heads(features, proposals, images.image_sizes, targets)
    return {**of_first, **of_second}


def network(name, dtype):
    if name.startswith("densenet"):
        net = DenseNet(**SIZES[name], num_classes=1)
    else:
        make = faster_rcnn if name.startswith("faster") else retinanet
        net = make("small" if name.endswith("small") else "resnet50", "frozen", 3)
    # Residual branches are damped, as trained ones are, or sixteen of them blow a film up.
    formula.load(net, lambda tensor: 0.3 if "body.layer" in tensor and "downsample" not in tensor else 1.0)
    if hasattr(net, "head"):
        torch.nn.init.constant_(net.head.classification_head.cls_logits.bias, -2.0)
    return net.to(dtype).train()


def once(name, learned, dtype):
    net = network(name, dtype)
    parts = losses(net, batch([0, 1, 2], 96, 128), Chance(SEED, 0, 0), dtype)
    sum(parts.values()).backward()
    gradients = dict(net.named_parameters())
    return {key: value.item() for key, value in parts.items()}, {key: gradients[key].grad for key in learned}


def fifty(name, rate, nudge=0.0):
    net, dtype = network(name, torch.float32), torch.float32
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter *= 1 + nudge * torch.randn_like(parameter)
    optimiser = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9, weight_decay=1e-4)
    # Detectors see one film a step, small enough for a test.
    batches = [batch(numbers, 64, 64) for numbers in ([[0, 2, 3, 1]] if name.startswith("densenet") else [[0], [1], [2], [3]])]
    trace = []
    for step in range(STEPS):
        parts = losses(net, batches[step % len(batches)], Chance(SEED, 0, step), dtype)
        optimiser.zero_grad()
        sum(parts.values()).backward()
        optimiser.step()
        trace.append({key: number(value.item()) for key, value in parts.items()})
    return trace


def furthest(ours, theirs):
    """The largest difference of the sums, relative."""
    sums = [(sum(a.values()), sum(b.values())) for a, b in zip(ours, theirs)]
    return max(abs(a - b) / abs(b) for a, b in sums)


def write(path, cases):
    """One line a case."""
    lines = [f"{json.dumps(name)}:{json.dumps(case, separators=(',', ':'))}" for name, case in cases.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    torch.set_num_threads(1)
    path = pathlib.Path(__file__).with_suffix(".json")
    only = sys.argv[1:]
    out = json.loads(path.read_text()) if only and path.exists() else {}
    for name, learned in ONCE.items():
        if only and name not in only:
            continue
        parts, gradients = once(name, learned, torch.float64)
        # There is nothing left to draw from.
        assert not name.startswith("faster") or Sampler.fewest_left_out == 0
        print(name, parts, flush=True)
        out[name] = {"losses": {k: number(v) for k, v in parts.items()}, "gradients": {k: digest(v) for k, v in gradients.items()}}
        write(path, out)
    for name, rate in FIFTY.items():
        if only and name not in only:
            continue
        trace = fifty(name, rate)
        other = fifty(name, rate, 3e-7)
        print(name, [round(sum(step.values()), 4) for step in trace[::7]], flush=True)
        error = furthest(trace, other)
        print(f"  rounding alone is off by {error:.1e}", [f"{furthest([a], [b]):.0e}" for a, b in zip(trace, other)][::7], flush=True)
        assert error < 5e-4
        out[name] = {"rate": rate, "steps": trace}
        write(path, out)


if __name__ == "__main__":
    main()
