#!/usr/bin/env python3
"""Prints the sizes that films get before a network sees them, for src/domain/preprocessing.rs: torchvision's detection
transform (800, 1333), detectron2's ResizeShortestEdge (800, 1333; its formula, as detectron2 itself needs a compiler) and
effdet's ResizePad (512; its formula). Needs torch and torchvision.
"""
import torch
from torchvision.models.detection.transform import GeneralizedRCNNTransform


def detectron2(w, h, short=800.0, longest=1333.0):
    scale = short / min(h, w)
    new_h, new_w = (short, scale * w) if h < w else (scale * h, short)
    if max(new_h, new_w) > longest:
        scale = longest / max(new_h, new_w)
        new_h, new_w = new_h * scale, new_w * scale
    return int(new_w + 0.5), int(new_h + 0.5)


def effdet(w, h, side=512):
    scale = min(side / h, side / w)
    return int(w * scale), int(h * scale)


transform = GeneralizedRCNNTransform(800, 1333, [0.0] * 3, [1.0] * 3).eval()
for w, h in [(2500, 1600), (1600, 2500), (1000, 3000), (1066, 1066), (1023, 4001), (331, 777), (37, 41), (2455, 1602),
             (999, 1307), (817, 1024), (302, 400)]:
    image, _ = transform.resize(torch.zeros(3, h, w))
    tv = (image.shape[-1], image.shape[-2])
    print(f"        ({w}, {h}, {list(tv)}, {list(detectron2(w, h))}, {list(effdet(w, h))}),")
