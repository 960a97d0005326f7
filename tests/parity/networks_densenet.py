#!/usr/bin/env python3
"""DenseNets of torchvision, and the one of VinDr-SpineXR's released code, on weights and films from the formula.

Writes networks_densenet.json, which src/engine/models/densenet.rs is tested with. Needs torch and torchvision.
"""
import torch
import torch.nn.functional as F
from torchvision.models import DenseNet

import formula
import golden

SIZES = {
    "densenet121": dict(growth_rate=32, block_config=(6, 12, 24, 16), num_init_features=64),
    "densenet169": dict(growth_rate=32, block_config=(6, 12, 32, 32), num_init_features=64),
    "densenet201": dict(growth_rate=32, block_config=(6, 12, 48, 32), num_init_features=64),
    "densenet_small": dict(growth_rate=12, block_config=(3, 6, 8, 6), num_init_features=24),
}
FILMS = {
    "densenet121": [(1, 3, 224, 224)],
    "densenet169": [(1, 3, 97, 70)],
    "densenet201": [(2, 3, 64, 48)],
    "densenet_small": [(2, 3, 64, 64), (1, 3, 129, 75), (3, 3, 33, 47)],
}
LEARNED = [
    "features.conv0.weight",
    "features.norm0.weight",
    "features.denseblock2.denselayer3.conv1.weight",
    "features.denseblock4.denselayer6.conv2.weight",
    "features.transition3.norm.bias",
    "classifier.weight",
]


class Released(torch.nn.Module):
    """The released classifier's structure: torchvision's parts under other names, and no ReLU after the last norm."""

    def __init__(self, net):
        super().__init__()
        f = net.features
        self.backbone = torch.nn.Module()
        self.backbone.stem = torch.nn.Sequential(f.conv0, f.norm0, f.relu0, f.pool0)
        for i in range(1, 5):
            setattr(self.backbone, f"block{i}", getattr(f, f"denseblock{i}"))
            if i < 4:
                setattr(self.backbone, f"transition{i}", getattr(f, f"transition{i}"))
        self.backbone.norm5 = f.norm5
        self.head = torch.nn.Module()
        self.head.heads = torch.nn.ModuleList([net.classifier])

    def forward(self, x):
        b = self.backbone
        x = b.transition1(b.block1(b.stem(x)))
        x = b.transition3(b.block3(b.transition2(b.block2(x))))
        x = b.norm5(b.block4(x))
        return x, self.head.heads[0](x.mean((2, 3)))


def main() -> None:
    torch.manual_seed(0)
    cases = {}
    for name, size in SIZES.items():
        net = DenseNet(**size, num_classes=1).eval()
        formula.load(net)
        case = {"names": golden.names(net.state_dict()), "learned": sum(p.numel() for p in net.parameters())}
        for shape in FILMS[name]:
            x = formula.film(*shape)
            label = "x".join(map(str, shape))
            with torch.no_grad():
                case[f"{label} features"] = golden.digest(F.relu(net.features(x)))
                case[f"{label} logits"] = golden.digest(net(x))
        cases[name] = case

    net = Released(DenseNet(**SIZES["densenet_small"], num_classes=1)).eval()
    formula.load(net)
    with torch.no_grad():
        features, logits = net(formula.film(2, 3, 64, 64))
    cases["released small"] = {
        "names": golden.names(net.state_dict()),
        "features": golden.digest(features),
        "logits": golden.digest(logits),
    }

    for mode in ("eval", "train"):
        net = DenseNet(**SIZES["densenet_small"], num_classes=1)
        formula.load(net)
        # In 64 bits: batch norms take most of a gain's gradient away again, and what 32 leave is mostly rounding.
        net.train(mode == "train").double()
        logits = net(formula.film(3, 3, 65, 64).double())
        loss = F.binary_cross_entropy_with_logits(logits, torch.tensor([[1.0], [0.0], [1.0]]).double())
        loss.backward()
        state = net.state_dict()
        cases[f"gradients {mode}"] = {
            "loss": loss.item(),
            **{name: golden.digest(dict(net.named_parameters())[name].grad) for name in LEARNED},
            **{name: golden.digest(state[name]) for name in ("features.norm0.running_mean", "features.norm5.running_var")},
        }
    golden.write("networks_densenet.json", cases)


if __name__ == "__main__":
    main()
