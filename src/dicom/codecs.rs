//! One compressed frame to samples, in this process or in another.

use super::jpeg;
use super::pixel_form::PixelForm;
use super::samples::Samples;
use super::syntax::Codec;
use super::{DicomError, jpeg_2000, jpeg_lossless, jpeg_ls, jpeg_ls_by_charls};

/// A decoded frame before its header has been applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecodedStream {
    /// As many and as wide as the form says.
    pub samples: Samples,
    /// What the stream itself says about its colours.
    pub is_ybr: Option<bool>,
    /// Damage that was decoded around.
    pub warning: Option<String>,
}

/// Decodes with this program's own safe code; `None` where it has none for this stream.
pub(super) fn decode_safely(
    codec: Codec,
    stream: &[u8],
    form: &PixelForm,
) -> Option<Result<DecodedStream, DicomError>> {
    match codec {
        Codec::Jpeg => jpeg_lossless::decode(stream, form),
        Codec::JpegLs => match jpeg_ls::decode(stream, form) {
            Err(DicomError::Unsupported(_)) => None,
            decoded => Some(decoded),
        },
        _ => None,
    }
}

/// Something that decodes JPEG, JPEG-LS and JPEG 2000 streams with C libraries.
pub trait StreamDecoder {
    fn decode_stream(&mut self, codec: Codec, stream: &[u8], form: &PixelForm) -> Result<DecodedStream, DicomError>;
}

/// Decodes in this process: for tests, for one-off commands, and within the decoding process itself.
#[derive(Clone, Copy, Default, Debug)]
pub struct InProcess;

impl StreamDecoder for InProcess {
    fn decode_stream(&mut self, codec: Codec, stream: &[u8], form: &PixelForm) -> Result<DecodedStream, DicomError> {
        let decoded = match codec {
            Codec::Jpeg => {
                let frame = jpeg::decode(stream, form)?;
                DecodedStream { samples: frame.samples, is_ybr: frame.is_ybr, warning: frame.warning }
            }
            Codec::JpegLs => plain(jpeg_ls_by_charls::decode(stream, form)?),
            Codec::Jpeg2000 => plain(jpeg_2000::decode(stream, form)?),
            Codec::Native { .. } | Codec::Rle | Codec::DeflatedFrames | Codec::WrappedNative => {
                return Err(DicomError::unsupported("this codec as a stream"));
            }
        };
        if !decoded.samples.fits(form) {
            return Err(DicomError::damaged("its stream decodes to another size than its header says"));
        }
        Ok(decoded)
    }
}

fn plain(samples: Samples) -> DecodedStream {
    DecodedStream { samples, is_ybr: None, warning: None }
}
