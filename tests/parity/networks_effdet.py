#!/usr/bin/env python3
"""EfficientDets of the effdet package on weights and films from the formula.

Writes networks_effdet.json, which src/engine/models/efficientdet.rs is tested with. Needs torch, timm, effdet.
"""
import timm
import torch
from effdet import DetBenchPredict, get_efficientdet_config
from effdet.efficientdet import EfficientDet
from timm.models.efficientnet import _gen_efficientnet

import formula
import golden

NUM_CLASSES = 7
CASES = [
    # name, config, film, gains of the backbone and of the rest: without them squeezing and swish leave the same outputs for
    # any film; with a little more they overflow.
    ("d0", "efficientdet_d0", (1, 3, 256, 256), (1.5, 1.5)),
    ("d1", "efficientdet_d1", (1, 3, 128, 160), (1.48, 1.5)),
    ("d2", "efficientdet_d2", (1, 3, 160, 128), (1.46, 1.5)),
    ("tf_d0", "tf_efficientdet_d0", (1, 3, 192, 160), (1.5, 1.5)),
    ("small", "small", (2, 3, 128, 128), (1.55, 1.55)),
    ("small odd", "small", (1, 3, 205, 139), (1.55, 1.55)),
    ("tf small odd", "tf_small", (1, 3, 205, 139), (1.55, 1.55)),
]
LEARNED = [
    "backbone.conv_stem.weight",
    "backbone.blocks.3.1.se.conv_reduce.weight",
    "backbone.blocks.2.0.conv_dw.weight",
    "fpn.resample.3.conv.conv.weight",
    "fpn.cell.0.fnode.4.combine.edge_weights",
    "fpn.cell.1.fnode.2.after_combine.conv.bn.weight",
    "class_net.bn_rep.1.3.bn.weight",
    "box_net.predict.conv_pw.weight",
]


@timm.models.register_model
def efficientnet_small(pretrained=False, **kwargs):
    return _gen_efficientnet(
        "efficientnet_b0", channel_multiplier=0.5, depth_multiplier=0.5, pretrained=False, **kwargs)


@timm.models.register_model
def tf_efficientnet_small(pretrained=False, **kwargs):
    kwargs.setdefault("bn_eps", 1e-3)
    kwargs.setdefault("pad_type", "same")
    return _gen_efficientnet(
        "tf_efficientnet_b0", channel_multiplier=0.5, depth_multiplier=0.5, pretrained=False, **kwargs)


def gain(tensor, gains):
    """The last convolutions are damped, so that scores stay apart from 1 and from each other."""
    if ".predict." in tensor:
        return 0.8
    return gains[0 if tensor.startswith("backbone.") else 1]


def network(name, height, width, gains=(1.0, 1.0)):
    small = name.endswith("small")
    config = get_efficientdet_config(name.replace("small", "efficientdet_d0"))
    if small:
        config.backbone_name = "tf_efficientnet_small" if name.startswith("tf") else "efficientnet_small"
        config.fpn_channels, config.fpn_cell_repeats, config.box_class_repeats = 32, 2, 2
    config.backbone_args = dict(drop_path_rate=0.0)
    config.num_classes = NUM_CLASSES
    config.image_size = (height, width)
    net = EfficientDet(config, pretrained_backbone=False)
    formula.load(net, lambda tensor: gain(tensor, gains))
    return net.eval()


def named(outputs):
    return {f"{kind}.{i}": t for kind, levels in zip(("class_out", "box_out"), outputs) for i, t in enumerate(levels)}


def main() -> None:
    cases = {}
    for case, name, shape, gains in CASES:
        net = network(name, *shape[2:], gains)
        film = formula.film(*shape)
        kept = {"names": golden.names(net.state_dict()), "gain_backbone": gains[0], "gain_rest": gains[1]}
        with torch.no_grad():
            outputs = named(net(film))
            kept |= {key: golden.digest(t) for key, t in outputs.items()}
            total = sum(t.numel() for key, t in outputs.items() if key.startswith("class")) // shape[0]
            bench = DetBenchPredict(net)
            bench.max_detection_points = min(5000, total)
            # The film fills all but the last seven columns and five rows of its plane.
            size = torch.tensor([[shape[3] - 7.0, shape[2] - 5.0]] * shape[0])
            found = bench(film, {"img_scale": torch.ones(shape[0]), "img_size": size})
        for i, rows in enumerate(found):
            rows = rows[rows[:, 4] > 0]
            gap = (rows[:-1, 4] - rows[1:, 4]).abs().min().item()
            print(case, len(rows), "boxes, scores", rows[0, 4].item(), rows[-1, 4].item(), "closest", gap)
            kept |= {
                f"boxes.{i}": golden.whole(rows[:, :4], 3),
                f"scores.{i}": golden.whole(rows[:, 4], 6),
                f"labels.{i}": golden.whole(rows[:, 5] - 1, 0),
            }
        print(case, {key: (round(t.std().item(), 4), round(t.mean().item(), 3)) for key, t in outputs.items()})
        cases[case] = kept

    net = network("small", 128, 128).train()
    outputs = named(net(formula.film(2, 3, 128, 128)))
    loss = sum((t * (i + 1)).square().mean() for i, t in enumerate(outputs.values()))
    loss.backward()
    learned, state = dict(net.named_parameters()), net.state_dict()
    cases["gradients"] = {
        "loss": loss.item(),
        **{name: golden.digest(learned[name].grad) for name in LEARNED},
        **{name: golden.digest(state[name]) for name in ("backbone.bn1.running_var", "fpn.resample.3.conv.bn.running_mean")},
    }
    golden.write("networks_effdet.json", cases)


if __name__ == "__main__":
    main()
