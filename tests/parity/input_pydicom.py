#!/usr/bin/env python3
"""What a network is given of real films, by pydicom, Pillow and torch: writes input_pydicom.json for
src/engine/preprocess.rs.

    input_pydicom.py FOLDER_OF_FILMS

The picture is the released code's: apply_voi_lut on stored values, inverted where MONOCHROME1, stretched, cut to 8 bits.
`pillow`: resized as detectron2 does, by Pillow, to `pillow_size`. `torch`: resized as torchvision's detectors do. Both
are levels of 0 to 255, every 997th of them. Needs pydicom, numpy, Pillow, torch.
"""
import json
import pathlib
import sys

import numpy as np
import pydicom
import torch
from PIL import Image
from pydicom.pixels import apply_voi_lut

FILMS = ["NIH_DX_chest_1024.dcm", "RSNA_chest_6904.dcm", "CSPINE_CR1_6154.dcm", "331_DDH_1.dcm", "966_fixed.dcm", "dx_image.dcm",
         "Fake_MONOHR1.dcm", "CR-MONO1-10-chest", "RG3_RLE.dcm", "signed-raw-9bit.dcm", "CR-ModalitySequenceLUT.dcm"]
EVERY = 997


def picture(ds):
    levels = apply_voi_lut(ds.pixel_array, ds).astype(np.float64)
    if ds.PhotometricInterpretation == "MONOCHROME1":
        levels = levels.max() - levels
    levels -= levels.min()
    return (levels / levels.max() * 255).astype(np.uint8)


def sizes(w, h, short=300.0, longest=500.0):
    scale = short / min(h, w)
    new_h, new_w = (short, scale * w) if h < w else (scale * h, short)
    if max(new_h, new_w) > longest:
        scale = longest / max(new_h, new_w)
        new_h, new_w = new_h * scale, new_w * scale
    return int(new_w + 0.5), int(new_h + 0.5)


def samples(array):
    return [round(float(v), 3) for v in np.asarray(array).flatten()[::EVERY]]


def main():
    rows = []
    for name in FILMS:
        try:
            ds = pydicom.dcmread(pathlib.Path(sys.argv[1]) / name, force=True)
            if ds.get("NumberOfFrames", 1) > 1 or ds.SamplesPerPixel != 1:
                raise ValueError("not one grey frame")
            image = picture(ds)
        except Exception as error:
            print(f"left out: {name}: {error}", file=sys.stderr)
            continue
        h, w = image.shape
        size = sizes(w, h)
        pillow = Image.fromarray(image).resize(size, Image.BILINEAR)
        scale = min(300 / min(h, w), 500 / max(h, w))
        bilinear = torch.nn.functional.interpolate(
            torch.from_numpy(image.astype(np.float32))[None, None], scale_factor=scale, mode="bilinear", align_corners=False,
            recompute_scale_factor=True)
        rows.append({"film": name, "size": [w, h], "pillow_size": list(size), "pillow": samples(pillow),
                     "torch_size": [bilinear.shape[3], bilinear.shape[2]], "torch": samples(bilinear)})
    path = pathlib.Path(__file__).with_name("input_pydicom.json")
    path.write_text(json.dumps(rows).replace("}, {", "},\n{") + "\n")
    print(path.stat().st_size, [(row["film"], row["size"]) for row in rows])


if __name__ == "__main__":
    main()
