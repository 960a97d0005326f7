#!/usr/bin/env python3
"""Weights and inputs from a formula of name and shape: the twin of src/engine/formula.rs.

Prints the values that the Rust test holds. Needs numpy; `load` needs torch.
"""
import numpy as np


def _hash(name: str) -> int:
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def noise(name: str, length: int) -> np.ndarray:
    """`length` values of -1 to 1 as float32."""
    with np.errstate(over="ignore"):
        x = np.arange(length, dtype=np.uint32) * np.uint32(0x9E3779B9) ^ np.uint32(_hash(name))
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
        x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float32) / np.float32(8388608.0) - np.float32(1.0)


def array(name: str, shape) -> np.ndarray:
    """The float32 tensor that the formula gives a name and a shape."""
    shape = tuple(int(side) for side in shape)
    values = noise(name, int(np.prod(shape, dtype=np.int64)))
    last = name.rsplit(".", 1)[-1]
    one, fan_in = np.float32(1.0), max(int(np.prod(shape[1:], dtype=np.int64)), 1)
    if last == "running_var":
        values = one + np.float32(0.5) * values
    elif last == "edge_weights":
        values = one + np.float32(0.75) * values
    elif last == "weight" and len(shape) == 1:
        values = one + np.float32(0.25) * values
    elif len(shape) >= 2:
        values = values * np.sqrt(np.float32(3.0) / np.float32(fan_in))
    else:
        values = np.float32(0.1) * values
    return values.reshape(shape)


def load(module, gain=lambda name: 1.0) -> None:
    """Fills every parameter and buffer of a torch module; counters become 0.

    Weights of two and more dimensions are times the gain that their name has.
    """
    import torch

    state = {}
    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point():
            state[name] = torch.from_numpy(array(name, tensor.shape).copy())
            if tensor.dim() > 1:
                state[name] *= gain(name)
        else:
            state[name] = torch.zeros_like(tensor)
    module.load_state_dict(state, strict=True)


def film(*shape):
    """Films of -1 to 1 as a torch tensor, as golden.rs makes them."""
    import torch

    name = " ".join(["input", *map(str, shape)])
    return torch.from_numpy(noise(name, int(np.prod(shape))).reshape(shape).copy())


if __name__ == "__main__":
    print([float(noise("conv0.weight", 3)[0]), float(noise("conv0.weight", 3)[2]), float(noise("input", 1000)[999])])
