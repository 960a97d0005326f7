//! A film's file, opened: its header walked, its frames ready to be decoded.

use std::path::Path;

use dicom_dictionary_std::{tags, uids};

use super::codecs::{StreamDecoder, decode_safely};
use super::fragments::Fragments;
use super::header::Scope;
use super::input::INFLATED_LIMIT;
use super::native::NativePixels;
use super::overlays::overlays;
use super::pixel_form::{Number, Photometric, PixelForm};
use super::samples::{Samples, StoredFrame};
use super::source::Opener;
use super::syntax::Codec;
use super::walk::{PixelElement, Walked, walk};
use super::{DicomError, Input, rle};
use crate::domain::imaging::{LossyCompression, OverlayPlane};
use crate::domain::study::FilmSource;

/// A film whose header has been read and believed. Pixels are read when a frame is asked for.
#[derive(Debug)]
pub struct FilmFile {
    walked: Walked,
    pixels: PixelElement,
    form: PixelForm,
    codec: Codec,
    fragments: Option<Fragments>,
    warnings: Vec<String>,
}

/// What becomes of lossy values that leave the bits stored: 1025 in a film of 10 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Overshoot {
    AsDecoded,
    /// For display: cutting bits off would turn the whitest pixels black.
    Limited,
}

impl FilmFile {
    pub fn open(source: &FilmSource) -> Result<Self, DicomError> {
        Self::from_input(Opener::default().input(source)?)
    }

    pub fn open_path(path: &Path) -> Result<Self, DicomError> {
        Self::from_input(Input::open(path)?)
    }

    pub fn from_input(input: Input) -> Result<Self, DicomError> {
        let walked = walk(input)?;
        let Some(pixels) = walked.pixels else { return Err(without_pixels(&walked)) };
        let codec = walked.syntax.codec.map_err(|reason| {
            DicomError::unsupported(format!("{reason} (transfer syntax {})", walked.syntax.name()))
        })?;
        let mut warnings = walked.warnings.clone();
        let form = PixelForm::read(walked.root(), pixels.tag, &mut warnings)?;
        Ok(Self { walked, pixels, form, codec, fragments: None, warnings })
    }

    pub fn root(&self) -> Scope<'_> {
        self.walked.root()
    }

    pub fn form(&self) -> &PixelForm {
        &self.form
    }

    /// What had to be assumed or mended while reading the header.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub fn is_lossy(&self) -> bool {
        self.walked.syntax.is_lossy() || self.root().code(tags::LOSSY_IMAGE_COMPRESSION).as_deref() == Some("01")
    }

    /// What was lost and how much of it, where the film is lossy.
    pub fn compression(&self) -> Option<LossyCompression> {
        if !self.is_lossy() {
            return None;
        }
        let ratios = self.root().numbers(tags::LOSSY_IMAGE_COMPRESSION_RATIO);
        // A ratio below one is some other number: compressing that way would have made the film larger.
        let ratio = ratios.into_iter().flatten().filter(|ratio| (1.0..1e6).contains(ratio)).reduce(f64::max);
        let told = self.root().codes(tags::LOSSY_IMAGE_COMPRESSION_METHOD).into_iter().rfind(|code| !code.is_empty());
        let method = match told.as_deref() {
            Some("ISO_10918_1") => Some("JPEG".to_owned()),
            Some("ISO_14495_1") => Some("JPEG-LS".to_owned()),
            Some("ISO_15444_1") => Some("JPEG 2000".to_owned()),
            Some("ISO_15444_15") => Some("HTJ2K".to_owned()),
            Some(_) => told,
            None if self.walked.syntax.is_lossy() => match self.codec {
                Codec::Jpeg => Some("JPEG".to_owned()),
                Codec::JpegLs => Some("JPEG-LS".to_owned()),
                Codec::Jpeg2000 => Some("JPEG 2000".to_owned()),
                Codec::Native { .. } | Codec::Rle | Codec::DeflatedFrames | Codec::WrappedNative => None,
            },
            None => None,
        };
        Some(LossyCompression { ratio, method })
    }

    /// A reason why frames must be missing, found without decoding any.
    pub fn missing_pixels(&mut self) -> Result<Option<String>, DicomError> {
        let Some(declared) = self.pixels.len else {
            let has_some = self.walked.input.covers(self.pixels.start + 16)?;
            return Ok((!has_some).then(|| "the file ends before its compressed pixels".to_owned()));
        };
        let bits = self.form.num_samples() as u64 * u64::from(self.form.bits_allocated);
        let bits = if self.form.photometric == Photometric::YbrFull422 { bits * 2 / 3 } else { bits };
        let needed = (bits * u64::from(self.form.num_frames)).div_ceil(8) as usize;
        let is_there = declared >= needed && self.walked.input.covers(self.pixels.start.saturating_add(needed))?;
        let available = self.walked.input.known_len().saturating_sub(self.pixels.start).min(declared);
        let what = if self.form.num_frames == 1 { "its pixels need" } else { "its frames need" };
        Ok((!is_there).then(|| format!("{what} {needed} bytes, but the file has {available}")))
    }

    /// The stored values of one frame, counted from 0, as reference decoders give them.
    pub fn stored(&mut self, frame: u32, decoder: &mut dyn StreamDecoder) -> Result<StoredFrame, DicomError> {
        Ok(self.frame(frame, decoder, Overshoot::AsDecoded)?.0)
    }

    /// One frame's values and, for display, the overlays over it, which may lie in bits that the values do not keep.
    pub(super) fn frame(
        &mut self,
        frame: u32,
        decoder: &mut dyn StreamDecoder,
        overshoot: Overshoot,
    ) -> Result<(StoredFrame, Vec<OverlayPlane>), DicomError> {
        if frame >= self.form.num_frames {
            return Err(DicomError::NoSuchFrame { asked: frame, present: self.form.num_frames });
        }
        let mut warnings = self.warnings.clone();
        let mut stream_colour = None;
        let mut samples = match self.pixels.len {
            Some(len) => {
                let is_big_endian = if let Codec::Native { is_big_endian } = self.codec {
                    is_big_endian
                } else {
                    warnings.push("its transfer syntax names a compression that its pixels do not have".to_owned());
                    false
                };
                let native = NativePixels { start: self.pixels.start, len, vr: self.pixels.vr, is_big_endian };
                native.frame(&mut self.walked.input, &self.form, frame)?
            }
            None => self.encapsulated(frame, decoder, &mut warnings, &mut stream_colour)?,
        };
        let is_raw = self.pixels.len.is_some()
            || matches!(self.codec, Codec::Rle | Codec::WrappedNative | Codec::DeflatedFrames);
        let is_signed = self.form.number == Number::Signed;
        let planes = match overshoot {
            Overshoot::AsDecoded => Vec::new(),
            Overshoot::Limited => {
                overlays(self.walked.root(), &self.form, frame, is_raw.then_some(&samples), &mut warnings)
            }
        };
        match overshoot {
            _ if is_raw || is_signed => samples.keep_stored_bits(&self.form),
            // What the reference decoders leave in the bits above: JPEG nothing, JPEG 2000 the overshoot.
            Overshoot::AsDecoded if self.codec == Codec::Jpeg => samples.keep_stored_bits(&self.form),
            Overshoot::AsDecoded => {}
            Overshoot::Limited => samples.limit_to_stored_bits(&self.form),
        }
        let is_lossless_jpeg = matches!(self.codec, Codec::Jpeg) && !self.walked.syntax.is_lossy();
        let is_ybr = match self.form.photometric {
            Photometric::YbrFull | Photometric::YbrFull422 | Photometric::YbrPartial => {
                is_lossless_jpeg || stream_colour.unwrap_or(true)
            }
            Photometric::Rgb => !is_lossless_jpeg && stream_colour.unwrap_or(false),
            _ => false,
        };
        let stored = StoredFrame {
            width: self.form.columns,
            height: self.form.rows,
            samples_per_pixel: self.form.samples,
            number: self.form.number,
            samples,
            is_ybr,
            warnings,
        };
        Ok((stored, planes))
    }

    fn encapsulated(
        &mut self,
        frame: u32,
        decoder: &mut dyn StreamDecoder,
        warnings: &mut Vec<String>,
        stream_colour: &mut Option<bool>,
    ) -> Result<Samples, DicomError> {
        if self.fragments.is_none() {
            let table = super::fragments::extended_offsets(self.walked.root());
            let mut fragments = Fragments::walk(&mut self.walked.input, table, self.pixels.start)?;
            self.warnings.append(&mut fragments.warnings);
            self.fragments = Some(fragments);
            warnings.clone_from(&self.warnings);
        }
        let input = &mut self.walked.input;
        let fragments = self.fragments.as_ref().expect("found above");
        let codec = match (fragments.sniffed(input)?, self.codec) {
            (Some(seen), named) if seen != named => {
                warnings.push(format!("its pixels are {seen:?}, not what its transfer syntax says"));
                seen
            }
            (None, Codec::Native { .. }) => {
                return Err(DicomError::damaged("its pixels have no length and no known compression"));
            }
            (_, named) => named,
        };
        let stream = fragments.frame(input, frame, self.form.num_frames)?;
        match codec {
            Codec::Rle => {
                let samples = rle::decode(&stream, &self.form)?;
                Ok(samples)
            }
            Codec::Native { .. } | Codec::WrappedNative => self.unwrapped(stream),
            Codec::DeflatedFrames => {
                let limit = self.form.frame_bytes().min(INFLATED_LIMIT);
                let mut bytes = Vec::new();
                let mut inflater =
                    std::io::Read::take(flate2::read::DeflateDecoder::new(&stream[..]), limit as u64 + 1);
                std::io::Read::read_to_end(&mut inflater, &mut bytes)
                    .map_err(|error| DicomError::damaged(format!("its frame cannot be unpacked ({error})")))?;
                self.unwrapped(bytes)
            }
            Codec::Jpeg | Codec::JpegLs | Codec::Jpeg2000 => {
                let decoded = match decode_safely(codec, &stream, &self.form) {
                    Some(decoded) => decoded?,
                    None => decoder.decode_stream(codec, &stream, &self.form)?,
                };
                warnings.extend(decoded.warning.map(|text| format!("its compressed pixels are damaged ({text})")));
                *stream_colour = decoded.is_ybr;
                Ok(decoded.samples)
            }
        }
    }

    /// A frame of native bytes on its own.
    fn unwrapped(&self, bytes: Vec<u8>) -> Result<Samples, DicomError> {
        let native = NativePixels { start: 0, len: bytes.len(), vr: *b"OB", is_big_endian: false };
        let single = PixelForm { num_frames: 1, ..self.form.clone() };
        native.frame(&mut Input::from_bytes(bytes), &single, 0)
    }
}

/// What a DICOM object without pixels is, in words.
fn without_pixels(walked: &Walked) -> DicomError {
    if walked.is_broken {
        let last = walked.warnings.last().map_or("its header is cut short", String::as_str);
        return DicomError::damaged(format!("{last}, before any pixels"));
    }
    let root = walked.root();
    if [tags::ROWS, tags::COLUMNS, tags::BITS_ALLOCATED].iter().all(|&tag| root.element(tag).is_some()) {
        return DicomError::damaged("its header describes pixels, but the file ends before them");
    }
    let class = root.code(tags::SOP_CLASS_UID).or_else(|| root.code(tags::MEDIA_STORAGE_SOP_CLASS_UID));
    if class.as_deref() == Some(uids::MEDIA_STORAGE_DIRECTORY_STORAGE)
        || root.element(tags::DIRECTORY_RECORD_SEQUENCE).is_some()
    {
        return DicomError::NotAnImage("it is a directory of films (DICOMDIR)".to_owned());
    }
    let modality = root.code(tags::MODALITY).unwrap_or_default();
    let what = match modality.as_str() {
        "SR" => "it is a structured report",
        "PR" => "it is a presentation state",
        "KO" => "it is a selection of key images",
        "RTPLAN" => "it is a radiotherapy plan",
        "RTSTRUCT" => "it is a set of radiotherapy contours",
        "RTRECORD" => "it is a radiotherapy record",
        "ANN" => "it is a set of annotations",
        "DOC" => "it is a document",
        "REG" => "it is a registration",
        "ECG" | "HD" | "AU" => "it is a waveform",
        _ if class.as_deref().is_some_and(|uid| uid.starts_with("1.2.840.10008.5.1.4.1.1.88.")) => {
            "it is a structured report"
        }
        _ => "it is a data set without pixels",
    };
    DicomError::NotAnImage(what.to_owned())
}
