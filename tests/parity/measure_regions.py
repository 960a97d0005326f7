"""Statistics, area and perimeter of ellipses and rectangles on small films, by plain formulas, as JSON.

Usage: python measure_regions.py > measure_regions.json      (needs numpy)

The film's stored values come from a formula that a test of the program computes as well, so that no picture has to be
kept; the test then holds the program to what this script prints.
"""

import json
import sys

import numpy

FILMS = [
    # width, height, slope, intercept, padding (stored, closed range), row and column spacing in mm
    {"width": 64, "height": 48, "slope": 1.0, "intercept": 0.0, "padding": None, "spacing": [0.2, 0.2]},
    {"width": 120, "height": 90, "slope": 2.5, "intercept": -1024.0, "padding": [0, 300], "spacing": [0.3, 0.1]},
    {"width": 33, "height": 257, "slope": -0.125, "intercept": 7.5, "padding": [60000, 65535], "spacing": [0.143, 0.175]},
]
BOUNDS = [
    [3.2, 4.9, 21.7, 30.1],
    [0.0, 0.0, 33.0, 48.0],
    [10.5, 10.5, 20.5, 14.5],
    [-8.0, -6.0, 15.25, 22.75],
    [12.0, 7.0, 13.1, 40.0],
    [28.4, 33.3, 28.6, 33.7],
    [2.0, 2.0, 30.0, 30.0],
]


def stored(film):
    y, x = numpy.mgrid[0 : film["height"], 0 : film["width"]].astype(numpy.uint64)
    return ((x * 7919 + y * 104729 + (x * y) % 257 * 31) % 65536).astype(numpy.float64)


def inside(film, kind, bounds):
    xmin, ymin, xmax, ymax = bounds
    y, x = numpy.mgrid[0 : film["height"], 0 : film["width"]] + 0.5
    if kind == "rectangle":
        return (x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax)
    a, b = (xmax - xmin) / 2, (ymax - ymin) / 2
    return ((x - (xmin + xmax) / 2) / a) ** 2 + ((y - (ymin + ymax) / 2) / b) ** 2 <= 1


def measured(film, kind, bounds):
    values = stored(film)
    mask = inside(film, kind, bounds)
    if film["padding"]:
        mask &= (values < film["padding"][0]) | (values > film["padding"][1])
    values = (film["slope"] * values + film["intercept"])[mask]
    width = (bounds[2] - bounds[0]) * film["spacing"][1]
    height = (bounds[3] - bounds[1]) * film["spacing"][0]
    if kind == "rectangle":
        area, perimeter = width * height, 2 * (width + height)
    else:
        area = numpy.pi * width * height / 4
        # The mean over equal steps of a smooth periodic function is its integral to the last digits.
        t = numpy.arange(200_000) * (2 * numpy.pi / 200_000)
        perimeter = 2 * numpy.pi * numpy.hypot(width / 2 * numpy.sin(t), height / 2 * numpy.cos(t)).mean()
    found = {"num_pixels": int(values.size), "area_mm2": float(area), "perimeter_mm": float(perimeter)}
    if values.size:
        found |= {
            "mean": float(values.mean()),
            "standard_deviation": float(values.std()),
            "min": float(values.min()),
            "max": float(values.max()),
        }
    return found


cases = [
    {"film": film, "kind": kind, "bounds": bounds, "found": measured(film, kind, bounds)}
    for film in FILMS
    for kind in ("ellipse", "rectangle")
    for bounds in BOUNDS
]
json.dump({"numpy": numpy.__version__, "cases": cases}, sys.stdout, indent=1)
print()
