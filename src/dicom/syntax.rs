//! Transfer syntaxes: how a data set and its pixels are written (PS3.5 section 10 and annex A).

use dicom_dictionary_std::uids;
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

/// How the elements of a data set are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Encoding {
    pub is_explicit: bool,
    pub is_big_endian: bool,
}

impl Encoding {
    pub const IMPLICIT_LITTLE: Self = Self { is_explicit: false, is_big_endian: false };
    pub const EXPLICIT_LITTLE: Self = Self { is_explicit: true, is_big_endian: false };
    pub const EXPLICIT_BIG: Self = Self { is_explicit: true, is_big_endian: true };

    pub fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    pub fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// How one frame's pixels are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Codec {
    /// Sample after sample.
    Native {
        is_big_endian: bool,
    },
    /// PackBits by byte plane (PS3.5 annex G).
    Rle,
    /// Every JPEG process of ITU-T T.81 with Huffman coding: baseline, extended, progressive, lossless.
    Jpeg,
    JpegLs,
    /// JPEG 2000 and High-Throughput JPEG 2000.
    Jpeg2000,
    /// Native, deflated frame by frame.
    DeflatedFrames,
    /// Native, wrapped in one fragment a frame.
    WrappedNative,
}

/// A file's transfer syntax as far as this program needs it.
#[derive(Clone, Debug)]
pub struct Syntax {
    /// Empty where the file names none.
    pub uid: String,
    pub encoding: Encoding,
    pub is_deflated: bool,
    /// `Err` is the reason why it cannot be decoded.
    pub codec: Result<Codec, &'static str>,
    /// Whether this program knows the UID; otherwise encoding and codec are guessed from the bytes.
    pub is_known: bool,
}

/// Retired in 2006, still in archives.
const EXPLICIT_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
/// Implicit header, big-endian pixels: a private syntax of GE.
const GE_IMPLICIT_BIG_ENDIAN_PIXELS: &str = "1.2.840.113619.5.2";

const VIDEO: &str = "it is a video";
const BY_REFERENCE: &str = "its pixels are on a server, not in the file";
const JPEG_XL: &str = "JPEG XL pixels are not decoded by this version";

impl Syntax {
    pub fn from_uid(uid: &str) -> Self {
        let little = Encoding::EXPLICIT_LITTLE;
        let native = |is_big_endian| Ok(Codec::Native { is_big_endian });
        let (encoding, codec) = match uid {
            uids::IMPLICIT_VR_LITTLE_ENDIAN => (Encoding::IMPLICIT_LITTLE, native(false)),
            GE_IMPLICIT_BIG_ENDIAN_PIXELS => (Encoding::IMPLICIT_LITTLE, native(true)),
            uids::EXPLICIT_VR_LITTLE_ENDIAN | uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN => (little, native(false)),
            EXPLICIT_BIG_ENDIAN => (Encoding::EXPLICIT_BIG, native(true)),
            uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN => (little, Ok(Codec::WrappedNative)),
            uids::DEFLATED_IMAGE_FRAME_COMPRESSION => (little, Ok(Codec::DeflatedFrames)),
            uids::RLE_LOSSLESS => (little, Ok(Codec::Rle)),
            uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => (little, Ok(Codec::JpegLs)),
            uids::JPEG2000_LOSSLESS
            | uids::JPEG2000
            | uids::JPEG2000MC_LOSSLESS
            | uids::JPEG2000MC
            | uids::HTJ2K_LOSSLESS
            | uids::HTJ2K_LOSSLESS_RPCL
            | uids::HTJ2K => (little, Ok(Codec::Jpeg2000)),
            uids::JPIP_REFERENCED
            | uids::JPIP_REFERENCED_DEFLATE
            | uids::JPIPHTJ2K_REFERENCED
            | uids::JPIPHTJ2K_REFERENCED_DEFLATE => (little, Err(BY_REFERENCE)),
            uid if uid.starts_with("1.2.840.10008.1.2.4.10") => (little, Err(VIDEO)),
            uid if uid.starts_with("1.2.840.10008.1.2.4.11") => (little, Err(JPEG_XL)),
            uid if uid.starts_with("1.2.840.10008.1.2.7.") => (little, Err(VIDEO)),
            // .50 to .66 and .70: processes of ITU-T T.81, retired ones included.
            uid if is_jpeg_process(uid) => (little, Ok(Codec::Jpeg)),
            _ => {
                return Self {
                    uid: uid.to_owned(),
                    encoding: little,
                    is_deflated: false,
                    codec: native(false),
                    is_known: false,
                };
            }
        };
        Self {
            uid: uid.to_owned(),
            encoding,
            is_deflated: matches!(uid, uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN | uids::JPIP_REFERENCED_DEFLATE),
            codec,
            is_known: true,
        }
    }

    /// Its name in the standard, or its UID.
    pub fn name(&self) -> &str {
        match TransferSyntaxRegistry.get(&self.uid) {
            Some(syntax) => syntax.name(),
            None if self.uid.is_empty() => "no transfer syntax named",
            None => &self.uid,
        }
    }

    /// Whether values may differ from those of the original film.
    pub fn is_lossy(&self) -> bool {
        match self.uid.as_str() {
            uids::JPEGLS_NEAR_LOSSLESS | uids::JPEG2000 | uids::JPEG2000MC | uids::HTJ2K => true,
            uid => {
                is_jpeg_process(uid)
                    && !["57", "58", "65", "66", "70"].iter().any(|lossless| uid.ends_with(&format!(".{lossless}")))
            }
        }
    }
}

fn is_jpeg_process(uid: &str) -> bool {
    uid.strip_prefix("1.2.840.10008.1.2.4.")
        .and_then(|end| end.parse::<u32>().ok())
        .is_some_and(|n| (50..=66).contains(&n) || n == 70)
}

/// The codec whose signature a code stream carries, whatever the transfer syntax says.
pub fn sniff(stream: &[u8]) -> Option<Codec> {
    match stream {
        [0xff, 0x4f, 0xff, 0x51, ..] | [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Some(Codec::Jpeg2000),
        [0xff, 0xd8, 0xff, ..] => {
            let is_jpeg_ls = super::jpeg::segments(stream).any(|segment| segment.marker == 0xf7);
            Some(if is_jpeg_ls { Codec::JpegLs } else { Codec::Jpeg })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lossy_syntaxes_are_the_lossy_ones() {
        let check = |end: &str, expected: bool| {
            assert_eq!(Syntax::from_uid(&format!("1.2.840.10008.1.2.{end}")).is_lossy(), expected, "{end}");
        };
        for lossy in ["4.50", "4.51", "4.53", "4.55", "4.81", "4.91", "4.93", "4.203"] {
            check(lossy, true);
        }
        for lossless in ["1", "2", "5", "1.99", "4.57", "4.70", "4.80", "4.90", "4.92", "4.201", "4.202"] {
            check(lossless, false);
        }
    }
}
