#!/usr/bin/env python3
"""Sparse R-CNN in plain PyTorch, on weights and films from the formula.

The code that its authors released needs a detectron2 of its time, which nothing current can build. So the reference is
written here from their paper and their files' formulas (projects/SparseRCNN, detectron2's ResNet, FPN, ROIPooler and
postprocessing), of PyTorch's and torchvision's own modules: MultiheadAttention, LayerNorm, roi_align, batched_nms.
Names of tensors are those of the released state dicts.

Writes networks_sparse_rcnn.json, which src/engine/models/sparse_rcnn.rs is tested with. Needs torch and torchvision.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.ops import FrozenBatchNorm2d, batched_nms, roi_align
from torchvision.ops.boxes import clip_boxes_to_image

import formula
import golden

NUM_CLASSES = 7


class NormedConv(nn.Conv2d):
    """A convolution that holds its norm, as detectron2's does."""

    def __init__(self, num_in, num_out, kernel, stride=1):
        super().__init__(num_in, num_out, kernel, stride, kernel // 2, bias=False)
        self.norm = FrozenBatchNorm2d(num_out)

    def forward(self, x):
        return self.norm(super().forward(x))


class Residual(nn.Module):
    def __init__(self, num_in, inner, num_out, stride, bottleneck):
        super().__init__()
        if num_in != num_out or stride != 1:
            self.shortcut = NormedConv(num_in, num_out, 1, stride)
        if bottleneck:
            self.conv1, self.conv2 = NormedConv(num_in, inner, 1), NormedConv(inner, inner, 3, stride)
            self.conv3 = NormedConv(inner, num_out, 1)
        else:
            self.conv1, self.conv2 = NormedConv(num_in, inner, 3, stride), NormedConv(inner, num_out, 3)

    def forward(self, x):
        out = self.conv2(F.relu(self.conv1(x)))
        if hasattr(self, "conv3"):
            out = self.conv3(F.relu(out))
        return F.relu(out + (self.shortcut(x) if hasattr(self, "shortcut") else x))


class Backbone(nn.Module):
    def __init__(self, blocks, width, bottleneck, channels):
        super().__init__()
        self.bottom_up = nn.Module()
        self.bottom_up.stem = nn.Module()
        self.bottom_up.stem.conv1 = NormedConv(3, width, 7, 2)
        num_in = width
        for i, count in enumerate(blocks):
            inner = width * 2**i
            num_out = inner * (4 if bottleneck else 1)
            layer = []
            for block in range(count):
                layer.append(Residual(num_in, inner, num_out, 2 if block == 0 and i > 0 else 1, bottleneck))
                num_in = num_out
            setattr(self.bottom_up, f"res{i + 2}", nn.Sequential(*layer))
            setattr(self, f"fpn_lateral{i + 2}", nn.Conv2d(num_out, channels, 1))
            setattr(self, f"fpn_output{i + 2}", nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bottom_up.stem.conv1(x)), 3, 2, 1)
        maps = []
        for i in range(2, 6):
            x = getattr(self.bottom_up, f"res{i}")(x)
            maps.append(getattr(self, f"fpn_lateral{i}")(x))
        for i in (2, 1, 0):
            maps[i] = maps[i] + F.interpolate(maps[i + 1], scale_factor=2.0, mode="nearest")
        return [getattr(self, f"fpn_output{i + 2}")(m) for i, m in enumerate(maps)]


class Interaction(nn.Module):
    def __init__(self, d, dynamic):
        super().__init__()
        self.d, self.dynamic = d, dynamic
        self.dynamic_layer = nn.Linear(d, 2 * d * dynamic)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(dynamic), nn.LayerNorm(d), nn.LayerNorm(d)
        self.out_layer = nn.Linear(d * 49, d)

    def forward(self, proposals, rois):
        """(n, d) and (n, d, 7, 7)"""
        first, second = self.dynamic_layer(proposals).split(self.d * self.dynamic, dim=1)
        x = rois.flatten(2).transpose(1, 2)
        x = F.relu(self.norm1(x @ first.reshape(-1, self.d, self.dynamic)))
        x = F.relu(self.norm2(x @ second.reshape(-1, self.dynamic, self.d)))
        return F.relu(self.norm3(self.out_layer(x.flatten(1))))


class Stage(nn.Module):
    def __init__(self, d, heads, feed_forward, dynamic):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d, heads, dropout=0.0)
        self.inst_interact = Interaction(d, dynamic)
        self.linear1, self.linear2 = nn.Linear(d, feed_forward), nn.Linear(feed_forward, d)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(d), nn.LayerNorm(d), nn.LayerNorm(d)

        def tower(count):
            return nn.ModuleList(
                layer for _ in range(count) for layer in (nn.Linear(d, d, False), nn.LayerNorm(d), nn.ReLU()))

        self.cls_module, self.reg_module = tower(1), tower(3)
        self.class_logits, self.bboxes_delta = nn.Linear(d, NUM_CLASSES), nn.Linear(d, 4)

    def forward(self, levels, boxes, features):
        """(films, proposals, 4) and (films, proposals, d)"""
        n, p, d = features.shape
        x = features.transpose(0, 1)
        x = self.norm1(x + self.self_attn(x, x, value=x)[0])
        x = x.transpose(0, 1).reshape(n * p, d)
        x = self.norm2(x + self.inst_interact(x, pooled(levels, boxes)))
        x = self.norm3(x + self.linear2(F.relu(self.linear1(x))))
        of_class = of_box = x
        for layer in self.cls_module:
            of_class = layer(of_class)
        for layer in self.reg_module:
            of_box = layer(of_box)
        deltas = self.bboxes_delta(of_box)
        return self.class_logits(of_class).view(n, p, -1), moved(boxes.view(-1, 4), deltas).view(n, p, 4), x.view(n, p, d)


def pooled(levels, boxes):
    n, p, _ = boxes.shape
    flat = boxes.reshape(-1, 4)
    area = (flat[:, 2] - flat[:, 0]) * (flat[:, 3] - flat[:, 1])
    level = torch.floor(4 + torch.log2(area.sqrt() / 224 + 2.0**-52)).clamp(2, 5).long() - 2
    film = torch.arange(n).repeat_interleave(p).to(flat)
    rois = torch.cat([film[:, None], flat], 1)
    out = levels[0].new_zeros(n * p, levels[0].shape[1], 7, 7)
    for i, features in enumerate(levels):
        mine = torch.where(level == i)[0]
        out[mine] = roi_align(features, rois[mine], 7, 0.25 / 2**i, 2, aligned=True)
    return out


def moved(boxes, deltas):
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    x, y = boxes[:, 0] + 0.5 * w, boxes[:, 1] + 0.5 * h
    dx, dy, dw, dh = (deltas / deltas.new_tensor([2.0, 2.0, 1.0, 1.0])).unbind(1)
    limit = math.log(100000.0 / 16)
    x, y = dx * w + x, dy * h + y
    w, h = dw.clamp(max=limit).exp() * w, dh.clamp(max=limit).exp() * h
    return torch.stack([x - 0.5 * w, y - 0.5 * h, x + 0.5 * w, y + 0.5 * h], 1)


class SparseRcnn(nn.Module):
    def __init__(self, backbone, proposals, stages, d, heads, feed_forward, dynamic):
        super().__init__()
        self.backbone = backbone
        self.init_proposal_features = nn.Embedding(proposals, d)
        self.init_proposal_boxes = nn.Embedding(proposals, 4)
        self.head = nn.Module()
        self.head.head_series = nn.ModuleList(Stage(d, heads, feed_forward, dynamic) for _ in range(stages))

    def forward(self, pixels, sizes):
        h, w = pixels.shape[2:]
        levels = self.backbone(F.pad(pixels, (0, -w % 32, 0, -h % 32)))
        whwh = torch.tensor([[w, h, w, h] for h, w in sizes], dtype=torch.float32)
        middle, side = self.init_proposal_boxes.weight.split(2, 1)
        boxes = torch.cat([middle - 0.5 * side, middle + 0.5 * side], 1)[None] * whwh[:, None]
        features = self.init_proposal_features.weight[None].repeat(len(sizes), 1, 1)
        logits, coordinates = [], []
        for stage in self.head.head_series:
            of_class, boxes, features = stage(levels, boxes, features)
            logits.append(of_class)
            coordinates.append(boxes)
            boxes = boxes.detach()
        return levels, torch.stack(logits), torch.stack(coordinates)


def detections(logits, boxes, size, max_iou):
    scores, places = logits.sigmoid().flatten().topk(len(logits))
    labels, boxes = places % NUM_CLASSES, boxes[places // NUM_CLASSES]
    if max_iou:
        keep = batched_nms(boxes, scores, labels, max_iou)
        boxes, scores, labels = boxes[keep], scores[keep], labels[keep]
    boxes = clip_boxes_to_image(boxes, size)
    full = ((boxes[:, 2:] - boxes[:, :2]) > 0).all(1)
    return boxes[full], scores[full], labels[full]


def resnet50():
    return SparseRcnn(Backbone((3, 4, 6, 3), 64, True, 256), 100, 6, 256, 8, 2048, 64)


def small():
    return SparseRcnn(Backbone((2, 2, 2, 2), 16, False, 64), 30, 3, 64, 4, 256, 16)


def fill(net):
    """Boxes are damped, so that six stages do not blow them up; the first ones are on the film."""
    formula.load(net, lambda name: 0.3 if "bboxes_delta" in name else 1.0)
    with torch.no_grad():
        net.init_proposal_boxes.weight.mul_(0.3).add_(0.5)
    return net


CASES = [
    # name, network, plane, films
    ("resnet50 odd", resnet50, (2, 3, 131, 203), [(131, 181), (117, 203)]),
    ("small", small, (2, 3, 192, 160), [(192, 160), (170, 131)]),
    ("small large", small, (1, 3, 701, 530), [(701, 530)]),
]
LEARNED = [
    "backbone.fpn_lateral3.weight",
    "backbone.bottom_up.res5.1.conv2.weight",
    "init_proposal_features.weight",
    "init_proposal_boxes.weight",
    "head.head_series.0.self_attn.in_proj_weight",
    "head.head_series.1.inst_interact.dynamic_layer.weight",
    "head.head_series.2.bboxes_delta.weight",
    "head.head_series.2.class_logits.bias",
]


def main() -> None:
    cases = {}
    for name, make, shape, sizes in CASES:
        net = fill(make()).eval()
        with torch.no_grad():
            levels, logits, boxes = net(formula.film(*shape), sizes)
        case = {
            "names": golden.names(net.state_dict()),
            "pred_logits": golden.digest(logits),
            "pred_boxes": golden.digest(boxes),
        }
        last = boxes[-1].reshape(-1, 4)
        side = ((last[:, 2] - last[:, 0]) * (last[:, 3] - last[:, 1])).sqrt()
        print(name, [round(m.std().item(), 3) for m in levels], logits.std().item(), side.min().item(), side.max().item())
        for max_iou in (0, 0.7):
            for i, size in enumerate(sizes):
                b, s, l = detections(logits[-1, i], boxes[-1, i], size, max_iou)
                gap = (s[:-1] - s[1:]).min().item()
                print(f"  {max_iou}: {len(s)} boxes, closest scores {gap}, {s[0].item()} to {s[-1].item()}")
                case |= {
                    f"boxes.{i} {max_iou}": golden.whole(b, 3),
                    f"scores.{i} {max_iou}": golden.whole(s, 6),
                    f"labels.{i} {max_iou}": golden.whole(l, 0),
                }
        cases[name] = case

    net = fill(small()).train()
    _, logits, boxes = net(formula.film(2, 3, 96, 128), [(96, 128), (90, 100)])
    loss = logits.sigmoid().square().mean() + (boxes / 100).square().mean()
    loss.backward()
    learned = dict(net.named_parameters())
    cases["gradients"] = {"loss": loss.item(), **{name: golden.digest(learned[name].grad) for name in LEARNED}}
    golden.write("networks_sparse_rcnn.json", cases)


if __name__ == "__main__":
    main()
