#!/usr/bin/env python3
"""make_bench_films.py [OUT]   (pip install pydicom imagecodecs numpy)

Makes one synthetic 2500 x 1600 film, 12 bits stored in 16 (8 in baseline JPEG), in every transfer syntax that is met, for the benchmark
`cargo bench -- "first picture"`. OUT is target/bench_films unless given. Nothing of it is kept in the project.
"""
import os
import sys

import imagecodecs
import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, RLELossless

ROWS, COLUMNS = 2500, 1600
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../../target/bench_films")


def picture():
    """A bright column of blocks on a curved field, with texture and quantum noise."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    value = 1800 + 900 * np.sin(x / COLUMNS * 3.1) * np.sin(y / ROWS * 3.1)
    for k in range(9):
        across = 1 / (1 + np.exp(np.minimum(40, (abs(x - COLUMNS / 2) - COLUMNS * 0.09) / 6)))
        along = 1 / (1 + np.exp(np.minimum(40, (abs(y - ROWS * (k + 0.8) / 10) - ROWS * 0.035) / 5)))
        value += 500 * across * along
    value += rng.normal(0, 1, value.shape) * np.sqrt(value) * 0.3
    return np.clip(value, 0, 4095).astype(np.uint16)


def data_set(path, syntax):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.1.1")
    meta.MediaStorageSOPInstanceUID = UID("2.25.1")
    meta.TransferSyntaxUID = syntax
    ds = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.Modality, ds.StudyInstanceUID, ds.SeriesInstanceUID = "DX", "2.25.2", "2.25.3"
    ds.SeriesDescription = "Synthetic benchmark film"
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored, ds.HighBit = ROWS, COLUMNS, 16, 12, 11
    ds.PixelRepresentation, ds.SamplesPerPixel, ds.PhotometricInterpretation = 0, 1, "MONOCHROME2"
    ds.WindowCenter, ds.WindowWidth = 2000, 3000
    return ds


def main():
    os.makedirs(OUT, exist_ok=True)
    values = picture()
    native = os.path.join(OUT, "native.dcm")
    ds = data_set(native, ExplicitVRLittleEndian)
    ds.PixelData = values.tobytes()
    ds.save_as(native, enforce_file_format=True)

    deflated = data_set(os.path.join(OUT, "deflated.dcm"), UID("1.2.840.10008.1.2.1.99"))
    deflated.PixelData = values.tobytes()
    deflated.save_as(deflated.filename, enforce_file_format=True)

    rle = data_set(os.path.join(OUT, "rle.dcm"), ExplicitVRLittleEndian)
    rle.PixelData = values.tobytes()
    rle.compress(RLELossless)
    rle.save_as(rle.filename, enforce_file_format=True)

    for name, uid, encode in (
        ("jpeg_lossless", "1.2.840.10008.1.2.4.70", lambda v: imagecodecs.ljpeg_encode(v, bitspersample=12)),
        ("jpeg_ls", "1.2.840.10008.1.2.4.80", imagecodecs.jpegls_encode),
        (
            "jpeg_2000",
            "1.2.840.10008.1.2.4.90",
            lambda v: imagecodecs.jpeg2k_encode(v, reversible=True, level=0, codecformat="j2k", bitspersample=12),
        ),
        ("htj2k", "1.2.840.10008.1.2.4.201", imagecodecs.htj2k_encode),
    ):
        ds = data_set(os.path.join(OUT, f"{name}.dcm"), UID(uid))
        ds.PixelData = encapsulate([bytes(encode(values))])
        ds["PixelData"].is_undefined_length = True
        ds.save_as(ds.filename, enforce_file_format=True)

    extended = data_set(os.path.join(OUT, "jpeg_12_bit.dcm"), UID("1.2.840.10008.1.2.4.51"))
    extended.PixelData = encapsulate([bytes(imagecodecs.jpeg_encode(values, level=95, bitspersample=12))])
    extended["PixelData"].is_undefined_length = True
    extended.save_as(extended.filename, enforce_file_format=True)

    baseline = data_set(os.path.join(OUT, "jpeg_8_bit.dcm"), UID("1.2.840.10008.1.2.4.50"))
    baseline.BitsAllocated, baseline.BitsStored, baseline.HighBit = 8, 8, 7
    baseline.WindowCenter, baseline.WindowWidth = 125, 188
    stream = imagecodecs.jpeg_encode((values >> 4).astype(np.uint8), level=95)
    baseline.PixelData = encapsulate([bytes(stream)])
    baseline["PixelData"].is_undefined_length = True
    baseline.save_as(baseline.filename, enforce_file_format=True)

    for name in sorted(os.listdir(OUT)):
        print(f"{name}: {os.path.getsize(os.path.join(OUT, name))} bytes")
    assert (pydicom.dcmread(native).pixel_array == values).all()


if __name__ == "__main__":
    main()
