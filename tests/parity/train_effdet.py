#!/usr/bin/env python3
"""Losses and gradients of the effdet package on weights and films from the formula, and of Sparse R-CNN as its authors'
SetCriterion and HungarianMatcher have it (written here from their formulas, with scipy's assignment and torchvision's
operators: their code needs a detectron2 that nothing current can build), in 64 bits: writes train_effdet.json for
src/engine/train/losses/parity.rs.

Needs torch, torchvision, timm, effdet, scipy.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from effdet.bench import DetBenchTrain
from scipy.optimize import linear_sum_assignment
from torchvision.ops import generalized_box_iou, sigmoid_focal_loss

import networks_effdet
import networks_sparse_rcnn
from golden import digest, number
from train_torchvision import batch, write

NUM_CLASSES = 3
networks_effdet.NUM_CLASSES = networks_sparse_rcnn.NUM_CLASSES = NUM_CLASSES
EFFICIENTDET = [
    "backbone.conv_stem.weight", "backbone.blocks.3.1.se.conv_reduce.weight", "fpn.cell.0.fnode.4.combine.edge_weights",
    "class_net.predict.conv_pw.weight", "class_net.predict.conv_pw.bias", "box_net.predict.conv_pw.weight",
]
SPARSE = [
    "backbone.bottom_up.res5.1.conv2.weight", "backbone.fpn_lateral3.weight", "init_proposal_features.weight",
    "init_proposal_boxes.weight", "head.head_series.0.class_logits.weight", "head.head_series.1.bboxes_delta.weight",
    "head.head_series.2.inst_interact.dynamic_layer.weight", "head.head_series.2.bboxes_delta.bias",
]


def films_of(height, width):
    return [(pixels.double(), boxes.double(), labels) for pixels, boxes, labels in batch([0, 1, 2], height, width)]


def efficientdet():
    films = films_of(128, 128)
    net = networks_effdet.network("small", 128, 128).train().double()
    torch.nn.init.constant_(net.class_net.predict.conv_pw.bias, -2.0)
    bench = DetBenchTrain(net).train()
    target = {
        # effdet takes boxes in 32 bits only; theirs are whole numbers.
        "bbox": [boxes[:, [1, 0, 3, 2]].float() for _, boxes, _ in films],
        "cls": [labels + 1 for _, _, labels in films],
    }
    found = bench(torch.stack([pixels for pixels, _, _ in films]), target)
    found["loss"].backward()
    return net, {"class_loss": found["class_loss"], "box_loss": found["box_loss"] * net.config.box_loss_weight}, EFFICIENTDET


def assigned(logits, boxes, labels, wanted, scale):
    p = logits.sigmoid()
    of_one = 0.25 * (1 - p) ** 2 * -(p + 1e-8).log()
    of_zero = 0.75 * p**2 * -(1 - p + 1e-8).log()
    cost = 2 * (of_one - of_zero)[:, labels] + 5 * torch.cdist(boxes / scale, wanted / scale, p=1)
    return linear_sum_assignment(cost - 2 * generalized_box_iou(boxes, wanted))


def sparse_rcnn():
    films = films_of(96, 128)
    net = networks_sparse_rcnn.fill(networks_sparse_rcnn.small()).train().double()
    _, logits, boxes = net(torch.stack([pixels for pixels, _, _ in films]), [(96, 128)] * 3)
    scale = torch.tensor([128.0, 96.0, 128.0, 96.0]).double()
    num = max(1, sum(len(labels) for _, _, labels in films))
    parts = {"loss_ce": 0.0, "loss_bbox": 0.0, "loss_giou": 0.0}
    for of_stage, boxes_of_stage in zip(logits, boxes):
        classes = torch.zeros_like(of_stage)
        for film, (_, wanted, labels) in enumerate(films):
            with torch.no_grad():
                whose, rows = assigned(of_stage[film], boxes_of_stage[film], labels, wanted, scale)
            classes[film, whose, labels[rows]] = 1.0
            said, right = boxes_of_stage[film][whose], wanted[rows]
            parts["loss_bbox"] += 5 * F.l1_loss(said / scale, right / scale, reduction="sum") / num
            parts["loss_giou"] += 2 * (1 - torch.diag(generalized_box_iou(said, right))).sum() / num
        parts["loss_ce"] += 2 * sigmoid_focal_loss(of_stage, classes, 0.25, 2, "sum") / num
    sum(parts.values()).backward()
    return net, parts, SPARSE


if __name__ == "__main__":
    torch.set_num_threads(1)
    out = {}
    for name, make in (("efficientdet_small", efficientdet), ("sparse_rcnn_small", sparse_rcnn)):
        net, parts, learned = make()
        gradients = dict(net.named_parameters())
        print(name, {key: value.item() for key, value in parts.items()})
        out[name] = {
            "losses": {key: number(value.item()) for key, value in parts.items()},
            "gradients": {key: digest(gradients[key].grad) for key in learned},
        }
    write(pathlib.Path(__file__).with_suffix(".json"), out)
