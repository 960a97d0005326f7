#!/usr/bin/env python3
"""What torchvision's detectors answer with weights and films from formula.py: writes networks_torchvision.json for
src/engine/models/parity.rs.

Needs torch 2.11 and torchvision 0.26. Every case is also computed in 64 bits, and the script stops where the boxes that
come out are not the same: near-equal scores would make the comparison a matter of chance.
"""
import copy
import hashlib
import json
import pathlib

import numpy as np
import torch
from torch import nn
from torchvision.models import resnet
from torchvision.models.detection import FasterRCNN, RetinaNet, fasterrcnn_resnet50_fpn, retinanet_resnet50_fpn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN, resnet_fpn_backbone
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool, LastLevelP6P7
from torchvision.ops.misc import FrozenBatchNorm2d

import formula
from golden import digest, number

NORMS = {"batch": nn.BatchNorm2d, "frozen": FrozenBatchNorm2d}


def small_resnet(norm) -> resnet.ResNet:
    """torchvision's ResNet of basic blocks (2, 2, 2, 2) with widths 16, 32, 64, 128."""
    net = resnet.ResNet(resnet.BasicBlock, [2, 2, 2, 2], norm_layer=norm)
    net.inplanes = 16
    net.conv1 = nn.Conv2d(3, 16, 7, stride=2, padding=3, bias=False)
    net.bn1 = norm(16)
    for no, width in enumerate((16, 32, 64, 128)):
        setattr(net, f"layer{no + 1}", net._make_layer(resnet.BasicBlock, width, 2, stride=1 if no == 0 else 2))
    return net


def backbone(depth: str, norm: str, layers, extra):
    if depth == "small":
        names = {f"layer{k}": str(no) for no, k in enumerate(layers)}
        channels = [8 * 2**k for k in layers]
        return BackboneWithFPN(small_resnet(NORMS[norm]), names, channels, 64, extra_blocks=extra(64))
    return resnet_fpn_backbone(
        backbone_name=depth, weights=None, norm_layer=NORMS[norm], trainable_layers=5, returned_layers=list(layers), extra_blocks=extra(256)
    )


def faster_rcnn(depth: str, norm: str, num_classes: int) -> FasterRCNN:
    body = backbone(depth, norm, (1, 2, 3, 4), lambda channels: LastLevelMaxPool())
    if depth != "small":
        return FasterRCNN(body, num_classes + 1)
    return FasterRCNN(
        body,
        rpn_anchor_generator=AnchorGenerator(((16,), (32,), (64,), (128,), (256,)), ((0.5, 1.0, 2.0),) * 5),
        box_head=TwoMLPHead(64 * 7 * 7, 256),
        box_predictor=FastRCNNPredictor(256, num_classes + 1),
    )


def retinanet(depth: str, norm: str, num_classes: int) -> RetinaNet:
    body = backbone(depth, norm, (2, 3, 4), lambda channels: LastLevelP6P7(channels, channels))
    return RetinaNet(body, num_classes, detections_per_img=100)


def films_of(sizes) -> ImageList:
    """Films of noise from -1 to 1, padded as torchvision pads them."""
    films = [torch.from_numpy(formula.noise(f"film {h}x{w}", 3 * h * w).reshape(3, h, w).copy()) for h, w in sizes]
    transform = GeneralizedRCNNTransform(800, 1333, [0.0] * 3, [1.0] * 3)
    return ImageList(transform.batch_images(films), [tuple(size) for size in sizes])


def run_faster_rcnn(model, images):
    features = model.backbone(images.tensors)
    maps = list(features.values())
    objectness, deltas = model.rpn.head(maps)
    from torchvision.models.detection.rpn import concat_box_prediction_layers

    objectness, deltas = concat_box_prediction_layers(objectness, deltas)
    num = images.tensors.shape[0]
    proposals, _ = model.rpn(images, features)
    pooled = model.roi_heads.box_roi_pool(features, proposals, images.image_sizes)
    logits, regression = model.roi_heads.box_predictor(model.roi_heads.box_head(pooled))
    boxes, scores, labels = model.roi_heads.postprocess_detections(logits, regression, proposals, images.image_sizes)
    raw = {f"features.{name}": t for name, t in features.items()}
    raw["objectness"] = objectness.reshape(num, -1)
    raw["pred_bbox_deltas"] = deltas.reshape(num, -1, 4)
    found = [dict(boxes=b, scores=s, labels=l - 1) for b, s, l in zip(boxes, scores, labels)]
    return raw, (proposals, logits, regression), found


def run_retinanet(model, images):
    features = model.backbone(images.tensors)
    maps = list(features.values())
    outputs = model.head(maps)
    anchors = model.anchor_generator(images, maps)
    per_place = model.anchor_generator.num_anchors_per_location()[0]
    counts = [m.shape[2] * m.shape[3] * per_place for m in maps]
    split = {k: list(v.split(counts, dim=1)) for k, v in outputs.items()}
    found = model.postprocess_detections(split, [list(a.split(counts)) for a in anchors], images.image_sizes)
    raw = {f"features.{name}": t for name, t in features.items()}
    raw.update(outputs)
    raw["anchors"] = anchors[0]
    return raw, None, found


def rows_of(proposals, logits, regression):
    """Every so many proposals with what the second stage says of them: their order may differ where scores are equal."""
    films, start = [], 0
    for boxes in proposals:
        count = boxes.shape[0]
        every = max(1, count // 8) | 1
        rows = [
            dict(
                proposal=[number(np.float32(v)) for v in boxes[i].tolist()],
                logits=[number(np.float32(v)) for v in logits[start + i].tolist()],
                regression=[number(np.float32(v)) for v in regression[start + i].tolist()],
            )
            for i in range(0, count, every)
        ]
        films.append(dict(count=count, rows=rows))
        start += count
    scales = dict(logits=number(logits.abs().max()), regression=number(regression.abs().max()))
    return films, scales


def assert_same_boxes(ours, theirs, what):
    """One to one, whatever the order."""
    assert len(ours["boxes"]) == len(theirs["boxes"]), f"{what}: {len(ours['boxes'])} and {len(theirs['boxes'])} boxes"
    near = (ours["boxes"].double()[:, None] - theirs["boxes"].double()[None]).abs().amax(-1)
    near = near + 1e3 * (ours["labels"][:, None] != theirs["labels"][None])
    for row in range(len(near)):
        place = int(near[row].argmin())
        assert near[row, place] < 2e-3, f"{what}: box {row} is another one in 64 bits"
        near[:, place] = 1e9


def case(name, arch, depth, norm, num_classes, sizes, gradients=()):
    model = (faster_rcnn if arch == "fasterrcnn" else retinanet)(depth, norm, num_classes)
    formula.load(model)
    model.eval()
    run = run_faster_rcnn if arch == "fasterrcnn" else run_retinanet
    images = films_of(sizes)
    with torch.no_grad():
        raw, second, found = run(model, images)
        wide = copy.deepcopy(model).double()
        if arch == "fasterrcnn":
            wide.roi_heads.box_roi_pool.scales = None
        raw64, second64, found64 = run(wide, ImageList(images.tensors.double(), images.image_sizes))
    for film, (a, b) in enumerate(zip(found, found64)):
        assert_same_boxes(a, b, f"{name}, film {film}")
    out = dict(
        name=name,
        norm=norm,
        num_classes=num_classes,
        sizes=sizes,
        raw={key: digest(t, 16) for key, t in raw.items()},
        boxes=[
            dict(
                boxes=[round(v, 3) for v in f["boxes"].reshape(-1).tolist()],
                scores=[round(v, 6) for v in f["scores"].tolist()],
                labels=f["labels"].tolist(),
            )
            for f in found
        ],
    )
    if second:
        for film, (a, b) in enumerate(zip(second[0], second64[0])):
            box = lambda t: dict(boxes=t, labels=torch.zeros(len(t)))
            assert_same_boxes(box(a), box(b), f"{name}, proposals of film {film}")
        out["second_stage"], out["scales"] = rows_of(*second)
    if gradients:
        raw, second, _ = run(model, images)
        answers = [raw["objectness"], raw["pred_bbox_deltas"], *second[1:]] if second else [raw["cls_logits"], raw["bbox_regression"]]
        sum(t.square().mean() for t in answers).backward()
        parameters = dict(model.named_parameters())
        out["gradients"] = {key: digest(parameters[key].grad, 12) for key in gradients}
    print(name, [len(f["boxes"]) for f in found], [len(p) for p in second[0]] if second else "")
    return out


def body_case(depth, norm, sizes, is_training):
    """A body by itself, at sizes that no padding made even."""
    model = backbone(depth, norm, (1, 2, 3, 4), lambda channels: LastLevelMaxPool())
    formula.load(model)
    model.train(is_training)
    (h, w), name = sizes, f"body {sizes[0]}x{sizes[1]}"
    pixels = torch.from_numpy(formula.noise(name, 2 * 3 * h * w).reshape(2, 3, h, w).copy())
    with torch.no_grad():
        features = model(pixels)
    out = dict(depth=depth, norm=norm, size=sizes, is_training=is_training, raw={key: digest(t, 16) for key, t in features.items()})
    if is_training:
        state = model.state_dict()
        keys = ["body.bn1.running_mean", "body.layer3.0.downsample.1.running_var", "body.layer4.1.bn2.num_batches_tracked"]
        out["state"] = {key: digest(state[key].float(), 12) for key in keys}
    return out


def state_names(model):
    """How many tensors a state dict has, and a hash of their names and shapes."""
    lines = sorted(f"{name} {'x'.join(str(n) for n in t.shape)}\n" for name, t in model.state_dict().items())
    return dict(count=len(lines), sha256=hashlib.sha256("".join(lines).encode()).hexdigest())


def states():
    return {
        "fasterrcnn_resnet50_fpn batch 90": state_names(fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None)),
        "fasterrcnn_resnet50_fpn frozen 90": state_names(faster_rcnn("resnet50", "frozen", 90)),
        "fasterrcnn_resnet34_fpn frozen 5": state_names(faster_rcnn("resnet34", "frozen", 5)),
        "retinanet_resnet50_fpn batch 91": state_names(retinanet_resnet50_fpn(weights=None, weights_backbone=None)),
        "retinanet_resnet50_fpn frozen 91": state_names(retinanet("resnet50", "frozen", 91)),
        "retinanet_resnet34_fpn batch 5": state_names(retinanet("resnet34", "batch", 5)),
    }


FASTER_GRADIENTS = (
    "backbone.body.conv1.weight",
    "backbone.body.bn1.weight",
    "backbone.body.layer3.0.conv1.weight",
    "backbone.fpn.inner_blocks.0.0.weight",
    "backbone.fpn.layer_blocks.3.0.bias",
    "rpn.head.conv.0.0.weight",
    "rpn.head.cls_logits.bias",
    "roi_heads.box_head.fc6.weight",
    "roi_heads.box_predictor.bbox_pred.bias",
)
RETINA_GRADIENTS = (
    "backbone.body.conv1.weight",
    "backbone.body.layer4.1.bn2.bias",
    "backbone.fpn.extra_blocks.p6.weight",
    "head.classification_head.conv.0.0.weight",
    "head.regression_head.bbox_reg.weight",
)

if __name__ == "__main__":
    torch.set_num_threads(2)
    out = dict(
        states=states(),
        bodies=[
            body_case("resnet34", "frozen", (75, 101), False),
            body_case("resnet50", "batch", (64, 33), False),
            body_case("small", "batch", (51, 77), True),
        ],
        networks=[
            case("fasterrcnn_small", "fasterrcnn", "small", "batch", 3, [(97, 131), (64, 160)], FASTER_GRADIENTS),
            case("fasterrcnn_resnet18_fpn", "fasterrcnn", "resnet18", "frozen", 6, [(161, 127)]),
            case("fasterrcnn_resnet50_fpn", "fasterrcnn", "resnet50", "frozen", 2, [(96, 128)]),
            case("retinanet_small", "retinanet", "small", "batch", 3, [(97, 131), (64, 160)], RETINA_GRADIENTS),
            case("retinanet_resnet18_fpn", "retinanet", "resnet18", "frozen", 6, [(161, 127)]),
            case("retinanet_resnet50_fpn", "retinanet", "resnet50", "frozen", 2, [(96, 128)]),
        ],
    )
    text = json.dumps(out, separators=(",", ":"))
    pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
    print(len(text), "bytes")
