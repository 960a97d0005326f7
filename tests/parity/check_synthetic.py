"""Reads the films of a synthetic project with pydicom and holds their headers and pixels to what they promise.

Usage: python check_synthetic.py PROJECT      (needs pydicom and numpy)
"""

import pathlib
import re
import sys

import numpy
import pydicom


def check(path):
    film = pydicom.dcmread(path)
    pixels = film.pixel_array
    wrong = []

    def hold(condition, what):
        if not condition:
            wrong.append(what)

    hold(re.fullmatch(r"[0-9a-f]{32}", path.stem), "the name is not 32 hex digits")
    hold(film.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian, "transfer syntax")
    hold(film.SOPClassUID == pydicom.uid.DigitalXRayImageStorageForPresentation, "SOP class")
    hold(film.file_meta.MediaStorageSOPInstanceUID == film.SOPInstanceUID, "meta and data set name different films")
    for uid in (film.SOPInstanceUID, film.SeriesInstanceUID, film.StudyInstanceUID):
        hold(uid.is_valid and uid.startswith("2.25."), f"UID {uid}")
    hold(re.fullmatch(r"SYNTHETIC\^\d+", str(film.PatientName)), "patient name")
    hold(film.SeriesDescription.startswith("Synthetic "), "series description")
    hold(film.Manufacturer == "Rachis phantom", "manufacturer")
    hold(film.PatientSex in "MF" and 6 <= int(film.PatientAge[:3]) <= 98, "age and sex")
    hold(pixels.shape == (film.Rows, film.Columns) and pixels.dtype == numpy.uint16, "shape")
    hold(int(pixels.max()) < 2**film.BitsStored and film.HighBit == film.BitsStored - 1, "bits stored")
    hold((int(pixels.min()), int(pixels.max())) == (film.SmallestImagePixelValue, film.LargestImagePixelValue), "range")
    shape = {"MONOCHROME1": "INVERSE", "MONOCHROME2": "IDENTITY"}[film.PhotometricInterpretation]
    hold(film.PresentationLUTShape == shape, "presentation LUT shape")
    if "WindowCenter" in film:
        centers = numpy.atleast_1d(film.WindowCenter)
        words = film.WindowCenterWidthExplanation
        words = [words] if isinstance(words, str) else words
        hold(len(centers) == len(numpy.atleast_1d(film.WindowWidth)) == len(words), "windows and their words")
    return wrong


def main():
    paths = sorted(pathlib.Path(sys.argv[1], "films").glob("*.dicom"))
    num_wrong = 0
    for path in paths:
        for what in check(path):
            num_wrong += 1
            print(f"{path.name}: {what}")
    print(f"{len(paths)} films, {num_wrong} faults")
    return 1 if num_wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
