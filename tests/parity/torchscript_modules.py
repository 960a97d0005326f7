#!/usr/bin/env python3
"""Tiny TorchScript modules and what they answer: what src/engine/models/torchscript.rs is tested with.

Writes torchscript_{classifier,detector,foreign,traced}.pt and torchscript_modules.json. Needs torch and torchvision.
"""
import io
import pathlib
import zipfile
from typing import Dict, List, Tuple

import torch
import torchvision
from torch import Tensor, nn

import formula
import golden


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2)
        self.norm = nn.BatchNorm2d(4)
        self.linear = nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(torch.relu(self.norm(self.conv(x))).mean(dim=[2, 3]))


class Detector(nn.Module):
    """Answers as torchvision's scripted detectors do: losses, and one dictionary a film. Classes count from 1."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 1)

    def forward(self, images: List[Tensor]) -> Tuple[Dict[str, Tensor], List[Dict[str, Tensor]]]:
        losses: Dict[str, Tensor] = {}
        found: List[Dict[str, Tensor]] = []
        for image in images:
            scores = torch.sigmoid(self.conv(image[None])).flatten()[:4]
            side = torch.tensor([0.0, 0.0, float(image.shape[2]), float(image.shape[1])])
            boxes = side[None] * torch.tensor([[0.0], [0.25], [0.5], [1.0]])
            found.append({"boxes": boxes, "labels": torch.tensor([1, 2, 2, 1]), "scores": scores})
        return losses, found


class Plain(nn.Module):
    """Takes one film as it is and answers with a tuple, as traced modules do. Classes count from 0."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        row = x.flatten()[:8]
        return row.reshape(2, 4), (row[:2] > 9).long(), row[:2]


class Foreign(nn.Module):
    """Needs an operator that only torchvision has."""

    def forward(self, boxes: Tensor, scores: Tensor) -> Tensor:
        return torch.ops.torchvision.nms(boxes, scores, 0.5)


def write(module, name: str) -> None:
    """Without the debug records, which name places on this machine."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(pathlib.Path(__file__).with_name(name), "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                new.writestr(zipfile.ZipInfo(entry.filename), old.read(entry))


def main() -> None:
    classifier, detector = Classifier().eval(), Detector().eval()
    formula.load(classifier)
    formula.load(detector)
    film, batch = formula.film(2, 3, 20, 15), formula.film(2, 3, 16, 12)
    sizes = [(16, 12), (11, 9)]
    with torch.no_grad():
        case = {"logits": golden.whole(classifier(film), 7)}
        _, found = detector([batch[i, :, :h, :w] for i, (h, w) in enumerate(sizes)])
    for i, one in enumerate(found):
        order = one["scores"].argsort(descending=True)
        case |= {
            f"boxes.{i}": golden.whole(one["boxes"][order], 5),
            f"scores.{i}": golden.whole(one["scores"][order], 7),
            f"labels.{i}": golden.whole(one["labels"][order] - 1, 0),
        }
    write(torch.jit.script(classifier), "torchscript_classifier.pt")
    write(torch.jit.script(detector), "torchscript_detector.pt")
    write(torch.jit.script(Foreign()), "torchscript_foreign.pt")
    write(torch.jit.trace(Plain(), torch.zeros(1, 3, 3, 3)), "torchscript_traced.pt")
    golden.write("torchscript_modules.json", {"tiny": case})


if __name__ == "__main__":
    main()
