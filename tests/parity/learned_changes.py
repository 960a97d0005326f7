"""What Pillow makes of a small picture by each change of the learned recipes, and where torchvision puts turned boxes.

python tests/parity/learned_changes.py   # Pillow, NumPy, torchvision; writes learned_changes.json beside itself
"""

import json
import os

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps
from torchvision.transforms.v2 import functional

WIDTH, HEIGHT = 37, 29
FILL = 128


def picture():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    levels = (x * 5 + y * 3 + (x * y) % 23 * 4) % 211 + 20
    return Image.fromarray(levels.astype(np.uint8))


def turned(image, degrees):
    # The released code: alpha tells what lies outside.
    rgba = image.convert("RGBA").rotate(degrees)
    grey = Image.new("RGBA", rgba.size, (FILL,) * 4)
    return Image.composite(rgba, grey, rgba).convert("L")


def moved(image, matrix, sampling=Image.NEAREST):
    return image.transform(image.size, Image.AFFINE, matrix, sampling, fillcolor=FILL)


def cases(image):
    levels = np.asarray(image).astype(np.int64)
    for factor in (0.46, 1.54, 1.9):
        yield "brightness", factor, ImageEnhance.Brightness(image).enhance(factor)
        yield "contrast", factor, ImageEnhance.Contrast(image).enhance(factor)
    for factor in (0.46, -0.46, 1.54, -1.54):
        yield "sharpness", 1 + factor, ImageEnhance.Sharpness(image).enhance(1 + factor)
    yield "auto_contrast", 0, ImageOps.autocontrast(image)
    yield "equalize", 0, ImageOps.equalize(image)
    for threshold in (153, 204):
        yield "solarize", threshold, ImageOps.solarize(image, threshold)
    for addition in (66, 110):
        raised = np.where(levels < 128, np.clip(levels + addition, 0, 255), levels)
        yield "solarize_add", addition, Image.fromarray(raised.astype(np.uint8))
    for degrees in (24.0, -30.0, 18.0):
        yield "rotate", degrees, turned(image, degrees)
    for pixels in (10, -7):
        yield "translate_y", pixels, moved(image, (1, 0, 0, 0, 1, pixels))
    for shear in (0.24, -0.24):
        yield "shear_x", shear, moved(image, (1, shear, 0, 0, 1, 0), Image.BICUBIC)
        yield "shear_y", shear, moved(image, (1, 0, 0, shear, 1, 0), Image.BICUBIC)


def boxes():
    corners = torch.tensor([[3.0, 4.0, 15.0, 12.0], [20.0, 10.0, 33.0, 27.0], [0.0, 0.0, 37.0, 5.0]])
    for degrees in (24.0, -30.0):
        rotated = functional.rotate_bounding_boxes(
            corners.clone(), format="XYXY", canvas_size=(HEIGHT, WIDTH), angle=degrees, clamping_mode=None
        )[0]
        yield {"degrees": degrees, "from": corners.tolist(), "to": np.round(rotated.tolist(), 4).tolist()}


def main():
    image = picture()
    rows = [
        {"op": op, "argument": argument, "levels": np.asarray(made).tobytes().hex()}
        for op, argument, made in cases(image)
    ]
    golden = {
        "width": WIDTH,
        "height": HEIGHT,
        "levels": np.asarray(image).tobytes().hex(),
        "cases": rows,
        "turned_boxes": list(boxes()),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "learned_changes.json")
    with open(path, "w") as file:
        json.dump(golden, file, indent=0)
        file.write("\n")


main()
