"""How the parity scripts write a tensor down: its shape, sums and some of its values. The twin is src/engine/golden.rs."""
import hashlib
import json
import pathlib

import numpy as np


def number(value) -> float:
    return float(f"{float(value):.8g}")


def digest(tensor, num_samples: int = 24) -> dict:
    """Values at a fixed odd stride, the largest absolute value, and the sums of the values and of their sizes."""
    flat = tensor.detach().cpu().double().contiguous().numpy().reshape(-1)
    every = max(1, flat.size // num_samples) | 1
    return {
        "shape": list(tensor.shape),
        "every": every,
        "samples": [number(np.float32(v)) for v in flat[::every]],
        "abs_max": number(np.abs(flat).max()) if flat.size else 0.0,
        "sum": number(flat.sum()),
        "sum_abs": number(np.abs(flat).sum()),
    }


def whole(tensor, decimals: int) -> dict:
    """Every value, rounded: for short lists such as boxes."""
    values = [round(v, decimals) for v in tensor.detach().double().reshape(-1).tolist()]
    return {"shape": list(tensor.shape), "values": values if decimals else [int(v) for v in values]}


def names(state) -> dict:
    """How many tensors a state dict has, and the digest of their names and shapes."""
    lines = sorted(f"{name} {list(tensor.shape)}\n" for name, tensor in state.items())
    return {"count": len(lines), "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}


def write(name: str, cases: dict) -> None:
    """One line a tensor, so that a change reads well."""
    parts = []
    for case, tensors in cases.items():
        inner = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in tensors.items())
        parts.append(f"{json.dumps(case)}: {{\n{inner}\n}}")
    path = pathlib.Path(__file__).with_name(name)
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")
