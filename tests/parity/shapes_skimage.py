"""Outlines as pixels by scikit-image, and masks as run lengths by pycocotools, as JSON.

Usage: python shapes_skimage.py > shapes_skimage.json      (needs scikit-image, pycocotools, matplotlib, opencv)

A pixel of the program is inside where its centre is; in scikit-image the centre of pixel (row, column) is the point
(row, column) itself, so half a pixel is taken from every coordinate. `skimage.draw.polygon` and matplotlib's
`Path.contains_points` then follow the same rule and agree in every pixel, as long as no centre lies exactly on an edge,
which the outlines are made for. OpenCV's `fillPoly` also takes in the pixels that the outline runs through and
pycocotools' polygons round the outline to a grid of a fifth of a pixel; in how many pixels they differ, and how many of
those lie on the rim, is printed to stderr and not compared.
"""

import json
import math
import sys

import cv2
import numpy
from matplotlib.path import Path
from pycocotools import mask as coco
from skimage import draw

WIDTH, HEIGHT = 96, 80


def star(x, y, radius, inner, tips, turn):
    radii = [radius if i % 2 == 0 else radius * inner for i in range(2 * tips)]
    angles = [turn + math.pi * i / tips for i in range(2 * tips)]
    return [[x + r * math.cos(a), y + r * math.sin(a)] for r, a in zip(radii, angles)]


def rib(x, y, length, bend, width):
    line = [[x + length * i / 12, y + bend * math.sin(math.pi * i / 12)] for i in range(13)]
    return line + [[px, py + width] for px, py in reversed(line)]


def random_outline(rng, points):
    return (rng.random((points, 2)) * [WIDTH, HEIGHT]).tolist()


def outlines():
    rng = numpy.random.default_rng(20240115)
    for tips in range(3, 13):
        yield star(48.3, 40.7, 30 + tips * 0.7, 0.35 + tips * 0.04, tips, 0.1 * tips)
    for i in range(12):
        yield rib(5.21 + i, 20.13 + 2 * i, 60.4, 18.7 - 3.1 * i, 0.9 + 0.8 * i)
    for i in range(14):
        yield random_outline(rng, 3 + i)  # crosses itself: even-odd
    for i in range(8):
        yield (rng.random((4, 2)) * 3 + 40).tolist()  # tiny
    for i in range(8):
        yield ((rng.random((6, 2)) - 0.25) * [1.6 * WIDTH, 1.6 * HEIGHT]).tolist()  # partly outside
    # Touches itself in a corner, with no centre on an edge.
    yield [[10.2, 10.2], [30.7, 30.3], [50.9, 10.1], [50.9, 50.6], [30.7, 30.3], [10.2, 50.4]]


def by_skimage(points):
    """Even-odd at pixel centres, within the film."""
    points = numpy.asarray(points) - 0.5
    grid = numpy.zeros((HEIGHT, WIDTH), dtype=numpy.uint8)
    rows, columns = draw.polygon(points[:, 1], points[:, 0], shape=grid.shape)
    grid[rows, columns] = 1
    return grid


def by_matplotlib(points):
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    inside = Path(points + points[:1], closed=True).contains_points(numpy.stack([x.ravel(), y.ravel()], 1))
    return inside.reshape(HEIGHT, WIDTH).astype(numpy.uint8)


def by_opencv(points):
    grid = numpy.zeros((HEIGHT, WIDTH), dtype=numpy.uint8)
    cv2.fillPoly(grid, [numpy.round((numpy.asarray(points) - 0.5) * 256).astype(numpy.int32)], 1, shift=8)
    return grid


def by_coco(points):
    return coco.decode(coco.frPyObjects([[v for p in points for v in p]], HEIGHT, WIDTH))[:, :, 0]


def runs(grid):
    """Row by row over the film, the first run of zeros."""
    flat = grid.ravel()
    ends = numpy.flatnonzero(numpy.diff(flat)) + 1
    lengths = numpy.diff(numpy.concatenate([[0], ends, [flat.size]])).tolist()
    return lengths if flat[0] == 0 else [0] + lengths


def uncompressed(rle):
    """The counts that pycocotools packs into text: columns first, differences from the last but one."""
    counts, at = [], 0
    data = rle["counts"]
    while at < len(data):
        value, shift, more = 0, 0, True
        while more:
            c = data[at] - 48
            value |= (c & 0x1F) << shift
            more = bool(c & 0x20)
            at += 1
            shift += 5
            if not more and c & 0x10:
                value |= -1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
    return counts


def main():
    cases = []
    differ = {"matplotlib": 0, "opencv": 0, "pycocotools": 0}
    rim = dict(differ)
    worst_on_rim = True
    num = 0
    for points in outlines():
        points = [[round(x, 3) + 0.0001, round(y, 3) + 0.0003] for x, y in points]
        grid = by_skimage(points)
        border = cv2.dilate(grid, numpy.ones((3, 3))) != cv2.erode(grid, numpy.ones((3, 3)))
        for name, other in [("matplotlib", by_matplotlib), ("opencv", by_opencv), ("pycocotools", by_coco)]:
            wrong = other(points) != grid
            differ[name] += int(wrong.sum())
            rim[name] += int((wrong & border).sum())
        rle = coco.encode(numpy.asfortranarray(grid))
        cases.append(
            {
                "points": [[round(x, 4), round(y, 4)] for x, y in points],
                "runs": runs(grid),
                "coco_counts": uncompressed(rle),
                "area": int(coco.area(rle)),
            }
        )
        num += 1
    print(f"{num} outlines; pixels that differ from scikit-image's:", differ, "of them on the rim:", rim, file=sys.stderr)
    pairs = []
    for a, b in zip(range(0, num - 1), range(1, num)):
        rles = [coco.encode(numpy.asfortranarray(by_skimage(cases[i]["points"]))) for i in (a, b)]
        if all(int(coco.area(r)) for r in rles):
            pairs.append({"first": a, "second": b, "iou": float(coco.iou([rles[0]], [rles[1]], [0])[0][0])})
    text = json.dumps({"width": WIDTH, "height": HEIGHT, "cases": cases, "pairs": pairs}, separators=(",", ":"))
    print(text.replace('{"points"', '\n{"points"').replace('"pairs"', '\n"pairs"'))


main()
