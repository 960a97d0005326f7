#!/usr/bin/env python3
"""What a step of training costs by network: the table in src/domain/training/estimate/costs.rs.

For each network two film sizes are put through torch's counter of operations, and the tensors that the backward pass keeps
are summed by storage; both rise evenly with the pixels, so that two sizes give the fixed and the rising part. A backward pass
costs twice the forward pass. Seconds are those of one processor core for forward and backward pass of one film, by its own
clock, so that other programs do not count. Needs torch 2.11, torchvision 0.26, timm and effdet.
"""
import sys
import time

import torch
from torch.utils.flop_counter import FlopCounterMode

import networks_effdet as effdet_nets
import networks_sparse_rcnn as sparse
import networks_torchvision as vision
from networks_densenet import SIZES, DenseNet


def costs(net, feed):
    """Operations of the forward pass in 1e9, and bytes kept in 1e6."""
    kept = {}
    own = {p.untyped_storage().data_ptr() for p in net.parameters()} | {b.untyped_storage().data_ptr() for b in net.buffers()}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    counter = FlopCounterMode(display=False)
    with counter, torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        out = feed()
    del out
    return counter.get_total_flops() / 1e9, sum(kept.values()) / 1e6


def summed(out):
    if isinstance(out, torch.Tensor):
        return out.float().sum()
    parts = out.values() if isinstance(out, dict) else out
    return sum(summed(part) for part in parts)


def seconds(feed):
    """Of one core, in the second of two tries."""
    for _ in range(2):
        start = time.process_time()
        summed(feed()).backward()
    return time.process_time() - start


def classifier(name):
    net = DenseNet(**SIZES[name], num_classes=1).train()
    return net, [(224, 224), (448, 448)], lambda h, w: net(torch.zeros(1, 3, h, w))


def detector(make, depth):
    # The proposals of a second stage do not rise with the film: torchvision samples 512 of each.
    net = make(depth, "frozen", 7).train()
    net.transform.min_size, net.transform.max_size = (1,), 100_000

    def feed(h, w):
        net.transform.min_size = (min(h, w),)
        boxes = torch.tensor([[10.0, 10.0, 80.0, 90.0], [40.0, 60.0, 120.0, 160.0]])
        return net([torch.rand(3, h, w)], [{"boxes": boxes, "labels": torch.tensor([1, 2])}])

    return net, [(512, 384), (1024, 768)], feed


def effdet(name):
    sizes = [(512, 512), (768, 768)]
    nets = {size: effdet_nets.network(name, *size).train() for size in sizes}
    return nets[sizes[0]], sizes, lambda h, w: nets[h, w](torch.zeros(1, 3, h, w))


def sparse_rcnn(make):
    net = sparse.fill(make()).train()
    return net, [(512, 384), (1024, 768)], lambda h, w: net(torch.rand(1, 3, h, w), [(h, w)])


NETWORKS = {
    **{name: lambda name=name: classifier(name) for name in SIZES},
    "fasterrcnn_resnet18_fpn": lambda: detector(vision.faster_rcnn, "resnet18"),
    "fasterrcnn_resnet34_fpn": lambda: detector(vision.faster_rcnn, "resnet34"),
    "fasterrcnn_resnet50_fpn": lambda: detector(vision.faster_rcnn, "resnet50"),
    "fasterrcnn_small": lambda: detector(vision.faster_rcnn, "small"),
    "retinanet_resnet18_fpn": lambda: detector(vision.retinanet, "resnet18"),
    "retinanet_resnet34_fpn": lambda: detector(vision.retinanet, "resnet34"),
    "retinanet_resnet50_fpn": lambda: detector(vision.retinanet, "resnet50"),
    "retinanet_small": lambda: detector(vision.retinanet, "small"),
    "efficientdet_d0": lambda: effdet("efficientdet_d0"),
    "efficientdet_d1": lambda: effdet("efficientdet_d1"),
    "efficientdet_d2": lambda: effdet("efficientdet_d2"),
    "efficientdet_small": lambda: effdet("small"),
    "sparse_rcnn_resnet50_fpn": lambda: sparse_rcnn(sparse.resnet50),
    "sparse_rcnn_small": lambda: sparse_rcnn(sparse.small),
}


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    for name, make in NETWORKS.items():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        net, sizes, feed = make()
        millions = sum(p.numel() for p in net.parameters()) / 1e6
        (area_0, area_1) = (h * w / 1e6 for h, w in sizes)
        (flop_0, kept_0), (flop_1, kept_1) = (costs(net, lambda size=size: feed(*size)) for size in sizes)
        flop_rise, kept_rise = (flop_1 - flop_0) / (area_1 - area_0), (kept_1 - kept_0) / (area_1 - area_0)
        core = seconds(lambda: feed(*sizes[0])) / area_0
        print(f"{name}: core seconds {core:.2f} a megapixel, parameters {millions:.3f}e6, GFLOP {flop_0 - flop_rise * area_0:.2f} + {flop_rise:.2f} a megapixel,"
              f" MB {kept_0 - kept_rise * area_0:.1f} + {kept_rise:.1f} a megapixel", flush=True)


if __name__ == "__main__":
    main()
