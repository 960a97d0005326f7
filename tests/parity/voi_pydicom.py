#!/usr/bin/env python3
"""Makes voi_pydicom.txt: grey levels of sampled pixels of every grey film of a folder, by pydicom.

    voi_pydicom.py FOLDER_OF_FILMS > voi_pydicom.txt

Needs pydicom 3 with numpy and codecs (gdcm, pylibjpeg or the like). Stored values come from
`expected_lossy/NAME.npz` (array frame0) where there is one, else from pydicom. Films that neither can decode, and
colour films, are left out with a line on standard error.

One film: a line `film NAME NUM`, a line of its sampled stored values (little-endian 32-bit, base64), then lines
`own N LEVELS` for the film's own windows and LUTs (N counts as pydicom's index does) and
`window FUNCTION CENTER WIDTH LEVELS` for windows that this script draws at random (seeded). LEVELS are base64 of one
byte a sample: apply_voi(apply_modality_lut(value)) on 0..255, rounded. Polarity (MONOCHROME1) and padding are left
alone, as pydicom does. Sample k is pixel k * 2654435761 mod (rows * columns), rows first.
"""
import base64
import copy
import random
import sys
import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import apply_modality_lut, apply_voi, apply_windowing

NUM_SAMPLES = 160
FUNCTIONS = ["LINEAR", "LINEAR_EXACT", "SIGMOID"]
WINDOWS_OF_EACH = 3


def text(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def levels(shown: np.ndarray, low: float, high: float) -> str:
    fraction = (shown.astype(np.float64) - low) / (high - low)
    return text(np.clip(np.floor(fraction * 255 + 0.5), 0, 255).astype(np.uint8))


def range_of_windows(ds: pydicom.Dataset) -> tuple[float, float]:
    """The values between which pydicom's apply_windowing puts its result."""
    if "ModalityLUTSequence" in ds:
        return 0.0, 2.0 ** ds.ModalityLUTSequence[0].LUTDescriptor[2] - 1
    if ds.PixelRepresentation == 0:
        low, high = 0.0, 2.0**ds.BitsStored - 1
    else:
        low, high = -(2.0 ** (ds.BitsStored - 1)), 2.0 ** (ds.BitsStored - 1) - 1
    slope, intercept = ds.get("RescaleSlope"), ds.get("RescaleIntercept")
    if slope is not None and intercept is not None:
        low, high = low * slope + intercept, high * slope + intercept
    return low, high


def lift_frame_groups(ds: pydicom.Dataset) -> None:
    """Puts the first frame's rescale and windows where pydicom looks: it knows nothing of functional groups
    (PS3.3 C.7.6.16.2.9 and C.7.6.16.2.10), which hold them in enhanced multi-frame films."""
    for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        group = (ds.get(name) or [pydicom.Dataset()])[0]
        for inner in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            for element in (group.get(inner) or [pydicom.Dataset()])[0]:
                ds[element.tag] = element


def film(path: Path, numbers: random.Random) -> list[str]:
    ds = pydicom.dcmread(path, force=True)
    if "TransferSyntaxUID" not in ds.file_meta:
        ds.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    if ds.get("SamplesPerPixel", 1) != 1 or not ds.PhotometricInterpretation.startswith("MONOCHROME"):
        raise ValueError(f"{ds.PhotometricInterpretation}")
    if "PixelData" not in ds:
        raise ValueError("no integer pixels")
    decoded = path.parent / "expected_lossy" / f"{path.name}.npz"
    lift_frame_groups(ds)
    frame = np.load(decoded)["frame0"] if decoded.exists() else ds.pixel_array
    if frame.ndim > 2 and int(ds.get("NumberOfFrames", 1) or 1) > 1:
        frame = frame[0]
    if frame.shape != (ds.Rows, ds.Columns):
        raise ValueError(f"{frame.shape}")
    flat = frame.reshape(-1)
    at = (np.arange(NUM_SAMPLES, dtype=np.uint64) * 2654435761) % flat.size
    stored = flat[at.astype(np.int64)]
    if ds.get("RescaleSlope") == 0:
        raise ValueError("slope 0")
    modality = apply_modality_lut(stored, ds)
    lines = [f"film {path.name} {NUM_SAMPLES}", text(stored.astype("<i8").astype("<i4"))]
    low, high = range_of_windows(ds)
    centers = ds.get("WindowCenter")
    if centers is not None:
        count = len(centers) if isinstance(centers, (list, pydicom.multival.MultiValue)) else 1
        for n in range(count):
            width = ds.WindowWidth[n] if count > 1 else ds.WindowWidth
            if float(width) >= 1:
                lines.append(f"own {n} {levels(apply_windowing(modality, ds, n), low, high)}")
    for n, item in enumerate(ds.get("VOILUTSequence") or []):
        shown = apply_voi(modality, ds, n)
        lines.append(f"lut {n} {levels(shown, 0, 2.0 ** item.LUTDescriptor[2] - 1)}")
    whole = apply_modality_lut(flat, ds)
    a, b = (float(np.percentile(whole, q)) for q in (0.5, 99.5))
    span = max(b - a, 4.0)
    for function in FUNCTIONS:
        for _ in range(WINDOWS_OF_EACH):
            center = round(numbers.uniform(a, b), 2)
            width = round(max(span * numbers.uniform(0.05, 1.2), 2.0), 2)
            other = copy.copy(ds)
            other.WindowCenter, other.WindowWidth, other.VOILUTFunction = center, width, function
            shown = apply_windowing(modality, other)
            lines.append(f"window {function} {center!r} {width!r} {levels(shown, low, high)}")
    return lines


def main() -> None:
    warnings.simplefilter("ignore")
    for path in sorted(p for p in Path(sys.argv[1]).iterdir() if p.is_file() and p.suffix not in {".csv", ".py"}):
        numbers = random.Random(path.name)
        try:
            print("\n".join(film(path, numbers)))
        except Exception as error:  # noqa: BLE001
            print(f"{path.name}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)


main()
