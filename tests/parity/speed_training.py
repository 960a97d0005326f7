#!/usr/bin/env python3
"""Times a training step of torchvision (eager) and of rachis-engine turn by turn: forward, losses, backward, SGD, on films
of the same size with two boxes each. The best of all turns counts; torchvision is timed with its channels in planes and
last, and the better of the two is compared.

    speed_training.py ENGINE [--threads 2] [--turns 2] [--only densenet121] [--device cpu]

Needs torch 2.11 and torchvision 0.26. ENGINE is the program rachis-engine, built for release.
"""
import argparse
import contextlib
import subprocess
import time

import torch
import torch.nn.functional as F
import torchvision
from torchvision.models.detection.image_list import ImageList

from networks_torchvision import faster_rcnn, retinanet

CASES = [
    ("densenet121", 32, 224, 224),
    ("retinanet_resnet50_fpn", 2, 640, 640),
    ("fasterrcnn_resnet50_fpn", 2, 640, 640),
]


def network(name):
    if name == "densenet121":
        return torchvision.models.densenet121(weights=None, num_classes=1).train()
    make = faster_rcnn if name.startswith("faster") else retinanet
    return make("resnet50", "frozen", 7).train()


def losses(net, pixels, targets):
    if isinstance(net, torchvision.models.DenseNet):
        logits = net(pixels)
        return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
    images = ImageList(pixels, [tuple(pixels.shape[2:])] * len(pixels))
    features = net.backbone(pixels)
    if hasattr(net, "rpn"):
        proposals, first = net.rpn(images, features, targets)
        _, second = net.roi_heads(features, proposals, images.image_sizes, targets)
        return sum(first.values()) + sum(second.values())
    maps = list(features.values())
    return sum(net.compute_loss(targets, net.head(maps), net.anchor_generator(images, maps)).values())


class Eager:
    def __init__(self, name, films, height, width, layout, device, is_low):
        self.net = network(name).to(device, memory_format=layout)
        self.optimiser = torch.optim.SGD(self.net.parameters(), lr=1e-6, momentum=0.9, weight_decay=1e-4)
        self.pixels = (torch.rand(films, 3, height, width) * 2 - 1).to(device, memory_format=layout)
        boxes = torch.tensor([[0.1, 0.2, 0.5, 0.7], [0.6, 0.5, 0.7, 0.6]]) * torch.tensor([width, height, width, height])
        self.targets = [{"boxes": boxes.to(device), "labels": torch.tensor([1, 4], device=device)} for _ in range(films)]
        self.device, self.is_low = device, is_low
        self.step_ms()

    def step_ms(self):
        began = time.perf_counter()
        low = torch.autocast(self.device.split(":")[0], torch.bfloat16) if self.is_low else contextlib.nullcontext()
        with low:
            loss = losses(self.net, self.pixels, self.targets)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        loss.item()
        next(self.net.parameters()).flatten()[0].item()
        return (time.perf_counter() - began) * 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="f32")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    print(f"{'':<26}{'films':>6}{'planes':>10}{'last':>10}{'engine':>10}  engine / better")
    for name, films, height, width in CASES:
        if args.only not in name:
            continue
        ways = {}
        for way, layout in (("planes", torch.contiguous_format), ("last", torch.channels_last)):
            ways[way] = Eager(name, films, height, width, layout, args.device, args.precision == "bf16")
        best = {}
        command = [args.engine, "trainbench", "--arch", name, "--films", films, "--height", height, "--width", width,
                   "--steps", 1, "--threads", args.threads, "--device", args.device, "--precision", args.precision]
        for _ in range(args.turns):
            for way, eager in ways.items():
                best[way] = min(best.get(way, 1e9), eager.step_ms())
            found = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout
            best["engine"] = min(best.get("engine", 1e9), float(found))
        ratio = best["engine"] / min(best["planes"], best["last"])
        print(f"{name:<26}{films:>6}{best['planes']:>10.0f}{best['last']:>10.0f}{best['engine']:>10.0f}  {ratio:.2f}", flush=True)
    print("Milliseconds a step, best of all turns.")


if __name__ == "__main__":
    main()
