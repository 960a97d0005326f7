#!/usr/bin/env python3
"""What torch.optim and torch's schedulers do with weights and gradients from the formula; writes optimiser_torch.json.

Needs torch and numpy.
"""
import json
import pathlib

import torch
from formula import array, noise

SHAPES = {"conv.weight": (4, 3, 3, 3), "norm.weight": (4,), "norm.bias": (4,)}
NUM_STEPS = 24
COMMON = {
    "learning_rate": 0.05, "warm_up_steps": 8, "warm_up_factor": 0.001, "falls_at": [12, 20], "momentum": 0.9,
    "weight_decay": 0.01, "norm_weight_decay": 0.0, "clip_by": "none", "clip_limit": 1.0, "optimiser": "sgd",
}
CASES = {
    "sgd": {},
    "sgd, values limited": {"clip_by": "value"},
    "sgd, norm limited, norms decay": {"clip_by": "norm", "norm_weight_decay": 0.1},
    "adamw": {"optimiser": "adamw", "learning_rate": 0.002, "weight_decay": 0.1},
}


def run(case: dict) -> dict:
    params = {name: torch.nn.Parameter(torch.from_numpy(array(name, shape).copy())) for name, shape in SHAPES.items()}
    groups = [
        {"params": [params["conv.weight"]], "weight_decay": case["weight_decay"]},
        {"params": [params["norm.weight"], params["norm.bias"]], "weight_decay": case["norm_weight_decay"]},
    ]
    if case["optimiser"] == "sgd":
        optimiser = torch.optim.SGD(groups, lr=case["learning_rate"], momentum=case["momentum"])
    else:
        optimiser = torch.optim.AdamW(groups, lr=case["learning_rate"], betas=(case["momentum"], 0.999))
    schedulers = torch.optim.lr_scheduler
    schedule = schedulers.ChainedScheduler([
        schedulers.LinearLR(optimiser, start_factor=case["warm_up_factor"], total_iters=case["warm_up_steps"]),
        schedulers.MultiStepLR(optimiser, milestones=case["falls_at"], gamma=0.1),
    ])
    rates = []
    for step in range(NUM_STEPS):
        optimiser.zero_grad()
        for name, param in params.items():
            param.grad = torch.from_numpy(noise(f"gradient {name} {step}", param.numel()).reshape(param.shape) * 3.0)
        if case["clip_by"] == "value":
            torch.nn.utils.clip_grad_value_(params.values(), case["clip_limit"])
        elif case["clip_by"] == "norm":
            torch.nn.utils.clip_grad_norm_(params.values(), case["clip_limit"])
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    weights = {name: [float(f"{v:.9g}") for v in param.flatten().tolist()] for name, param in params.items()}
    return {**case, "rates": rates, "weights": weights}


if __name__ == "__main__":
    found = {name: run({**COMMON, **changes}) for name, changes in CASES.items()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in found.items())
    pathlib.Path(__file__).with_name("optimiser_torch.json").write_text("{\n" + lines + "\n}\n")
