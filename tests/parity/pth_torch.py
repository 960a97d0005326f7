#!/usr/bin/env python3
"""Small files as torch.save writes them, and some that must be refused, for src/formats/pth.rs.

Writes into tests/parity/pth. Needs torch.
"""
import collections
import os
import pathlib
import pickle
import struct

import torch

OUT = pathlib.Path(__file__).parent / "pth"
OUT.mkdir(exist_ok=True)


def values(*shape, dtype=torch.float32):
    count = int(torch.tensor(shape).prod()) if shape else 1
    return (torch.arange(count, dtype=torch.float64) / 2).reshape(shape).to(dtype)


def state():
    return collections.OrderedDict([
        ("conv.weight", torch.nn.Parameter(values(2, 1, 1, 2))),
        ("turned", values(2, 3).t()),
        ("part", values(5, dtype=torch.float64)[2::2]),
        ("repeated", torch.tensor([[0.5]]).expand(3, 1)),
        ("half", torch.ones(1, dtype=torch.float16)),
        ("brain", values(2, dtype=torch.bfloat16)),
        ("bn.num_batches_tracked", torch.tensor(7)),
        ("nothing", torch.empty(0, 3)),
    ])


class Hostile:
    """Python would run this when it unpickles."""

    def __reduce__(self):
        return os.system, ("echo this should never be seen",)


torch.save(state(), OUT / "plain.pth")
torch.save(state(), OUT / "old.pth", _use_new_zipfile_serialization=False)
wrapped = {"model": {"state_dict": {"module." + name: tensor for name, tensor in state().items()}},
           "epoch": 3, "best": 0.25, "done": True, "history": [1, 2.5, None], "optimizer": {"state": {0: {}}}}
torch.save(wrapped, OUT / "wrapped.pth")
torch.save(state(), OUT / "protocol_4.pth", pickle_protocol=4)
torch.save({"model": state(), "x": Hostile()}, OUT / "hostile_zip.pth")
(OUT / "hostile_old.pth").write_bytes(pickle.dumps(Hostile(), protocol=2))
torch.save(torch.nn.Conv2d(1, 1, 1), OUT / "whole_model.pth")
torch.jit.save(torch.jit.script(torch.nn.ReLU()), OUT / "script.pt")
print({path.name: path.stat().st_size for path in sorted(OUT.iterdir())})
