#!/usr/bin/env python3
"""make_bench_films.py [OUT]   (pip install pydicom python-gdcm imagecodecs numpy)

Makes one synthetic 2500 x 1600 film, 12 bits stored in 16, in every lossless transfer syntax, for the benchmark
`cargo bench -- "first picture"`. OUT is target/bench_films unless given. Nothing of it is kept in the project.
"""
import os
import sys

import gdcm
import imagecodecs
import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian

ROWS, COLUMNS = 2500, 1600
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../../target/bench_films")


def picture():
    """A bright column of blocks on a curved field, with texture and quantum noise."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    value = 1800 + 900 * np.sin(x / COLUMNS * 3.1) * np.sin(y / ROWS * 3.1)
    for k in range(9):
        across = 1 / (1 + np.exp((abs(x - COLUMNS / 2) - COLUMNS * 0.09) / 6))
        along = 1 / (1 + np.exp((abs(y - ROWS * (k + 0.8) / 10) - ROWS * 0.035) / 5))
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

    for name, syntax in (
        ("rle", gdcm.TransferSyntax.RLELossless),
        ("jpeg_lossless", gdcm.TransferSyntax.JPEGLosslessProcess14_1),
        ("jpeg_ls", gdcm.TransferSyntax.JPEGLSLossless),
        ("jpeg_2000", gdcm.TransferSyntax.JPEG2000Lossless),
    ):
        reader = gdcm.ImageReader()
        reader.SetFileName(native)
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
        change.SetInput(reader.GetImage())
        assert change.Change(), name
        writer = gdcm.ImageWriter()
        writer.SetFileName(os.path.join(OUT, f"{name}.dcm"))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write(), name

    stream = imagecodecs.htj2k_encode(values)
    htj2k = data_set(os.path.join(OUT, "htj2k.dcm"), UID("1.2.840.10008.1.2.4.201"))
    htj2k.PixelData = encapsulate([bytes(stream)])
    htj2k["PixelData"].is_undefined_length = True
    htj2k.save_as(htj2k.filename, enforce_file_format=True)

    for name in sorted(os.listdir(OUT)):
        print(f"{name}: {os.path.getsize(os.path.join(OUT, name))} bytes")
    assert (pydicom.dcmread(native).pixel_array == values).all()


if __name__ == "__main__":
    main()
