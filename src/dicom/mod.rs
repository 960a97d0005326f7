//! Files to films: finding, reading and decoding DICOM.
//!
//! A file is walked first (`walk`): every declared length is held against the file's size, nothing
//! recurses, and nothing is allocated because a file says so. Native, RLE, lossless JPEG and JPEG-LS pixels
//! are decoded by this program's own safe code; lossy JPEG and JPEG 2000 by C libraries, which
//! [`isolated`] keeps in a process of their own with a memory and a time limit.

mod error;
mod input;
mod syntax;
mod walk;
mod text;
mod header;
mod pixel_form;
mod samples;
mod native;
mod rle;
mod fragments;
mod jpeg;
mod bit_reader;
mod jpeg_lossless;
mod jpeg_ls;
mod jpeg_ls_by_charls;
mod jpeg_2000;
mod codecs;
mod source;
mod film_file;
mod pixel_size;
mod patient_sides;
mod overlays;
mod display_facts;
mod colour;
mod film;
mod facts;
mod dicomdir;
mod identity;
mod tag_rows;
pub mod scan;
mod worker;
pub mod isolated;
pub mod write;

pub use codecs::{DecodedStream, InProcess, StreamDecoder};
pub use error::DicomError;
pub use facts::{ReadFacts, facts_of, patient_name, read_facts};
pub use film::DecodedFilm;
pub use film_file::FilmFile;
pub use input::Input;
pub use pixel_form::{Number, Photometric, PixelForm};
pub use samples::{Samples, StoredFrame};
pub use source::Opener;
pub use syntax::Codec;
pub use tag_rows::{tag_rows, tag_rows_of};
pub use worker::decode_worker;

use crate::domain::study::FilmSource;

/// The stored values of one frame, counted from 0, decoded in this process.
pub fn decode_stored(source: &FilmSource, frame: u32) -> Result<StoredFrame, DicomError> {
    FilmFile::open(source)?.stored(frame, &mut InProcess)
}

/// One frame ready to be shown, decoded in this process.
pub fn decode(source: &FilmSource, frame: u32) -> Result<DecodedFilm, DicomError> {
    FilmFile::open(source)?.film(frame, &mut InProcess)
}
