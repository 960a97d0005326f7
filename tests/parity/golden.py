"""How the parity scripts write a tensor down: its shape, sums and some of its values. The twin is src/engine/golden.rs."""
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
