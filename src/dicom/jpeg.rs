//! JPEG by libjpeg-turbo: baseline, extended with 8 and 12 bits, progressive, lossless up to 16 bits.

use turbojpeg_sys as tj;

use super::DicomError;
use super::pixel_form::PixelForm;
use super::samples::Samples;

/// A marker segment before the entropy-coded bytes (ITU-T T.81 B.1.1).
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    pub marker: u8,
    pub payload: &'a [u8],
    /// Where its 0xff stands.
    pub start: usize,
    /// Behind its payload.
    pub end: usize,
}

/// Marker segments from the start of the image to the first scan header, that included.
pub fn segments(stream: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut pos = 2;
    let mut is_over = false;
    std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        while stream.get(pos + 1) == Some(&0xff) {
            pos += 1;
        }
        let (&[0xff, marker], length) = (stream.get(pos..pos + 2)?, stream.get(pos + 2..pos + 4)?) else { return None };
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let segment =
            Segment { marker, payload: stream.get(pos + 4..pos + 2 + length)?, start: pos, end: pos + 2 + length };
        pos = segment.end;
        is_over = marker == 0xda;
        Some(segment)
    })
}

/// What a frame header says (T.81 B.2.2; T.87 for JPEG-LS).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameHeader {
    pub marker: u8,
    pub precision: u8,
    pub rows: u32,
    pub columns: u32,
    pub components: u8,
    /// Horizontal and vertical sampling factor of the first component, a nibble each.
    pub first_sampling: u8,
}

/// The first frame header, `None` where there is none before the first scan.
pub fn frame_header(stream: &[u8]) -> Option<FrameHeader> {
    segments(stream).find_map(|segment| match (segment.marker, segment.payload) {
        (
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xf7,
            &[precision, r1, r0, c1, c0, components, _, first_sampling, ..],
        ) => Some(FrameHeader {
            marker: segment.marker,
            precision,
            rows: u32::from(u16::from_be_bytes([r1, r0])),
            columns: u32::from(u16::from_be_bytes([c1, c0])),
            components,
            first_sampling,
        }),
        _ => None,
    })
}

/// Samples of a JPEG frame and what its own markers say about colour.
#[derive(Debug)]
pub struct JpegFrame {
    pub samples: Samples,
    /// `Some(false)` RGB, `Some(true)` YCbCr by its Adobe marker or its subsampling; `None` where neither tells.
    pub is_ybr: Option<bool>,
    pub warning: Option<String>,
}

/// Decodes one frame without any colour transform.
pub fn decode(stream: &[u8], form: &PixelForm) -> Result<JpegFrame, DicomError> {
    let header = frame_header(stream).ok_or_else(|| DicomError::damaged("its JPEG stream has no frame header"))?;
    check_against_header("JPEG", header.rows, header.columns, u16::from(header.components), header.precision, form)?;
    let has_subsampled_chroma = header.components == 3 && header.first_sampling != 0x11 && header.marker != 0xc3;
    let (stream, adobe) = neutralised(stream, header.marker);
    let is_ybr = adobe.or(has_subsampled_chroma.then_some(true));
    let (samples, warning) =
        decompress(&stream, header, form).map_err(|text| DicomError::damaged(format!("its JPEG stream: {text}")))?;
    Ok(JpegFrame { samples, is_ybr, warning })
}

/// A code stream must describe the film that the header describes, before anything is allocated.
pub(super) fn check_against_header(
    kind: &str,
    rows: u32,
    columns: u32,
    components: u16,
    precision: u8,
    form: &PixelForm,
) -> Result<(), DicomError> {
    if (rows, columns, components) != (form.rows, form.columns, form.samples) {
        return Err(DicomError::damaged(format!(
            "its header says {} x {} pixels of {} samples, its {kind} stream {columns} x {rows} of {components}",
            form.columns, form.rows, form.samples
        )));
    }
    if precision == 0 || u16::from(precision) > form.bits_allocated.max(8) {
        return Err(DicomError::damaged(format!(
            "its {kind} stream has {precision} bits a sample, its header room for {}",
            form.bits_allocated
        )));
    }
    Ok(())
}

/// The stream with its colour markers replaced by one that forbids a transform, and with a scan
/// header that names all 64 coefficients where an old encoder left zeros there.
fn neutralised(stream: &[u8], frame_marker: u8) -> (Vec<u8>, Option<bool>) {
    const NO_TRANSFORM: [u8; 16] = *b"\xff\xee\x00\x0eAdobe\x00\x64\0\0\0\0\0";
    let mut out = Vec::with_capacity(stream.len() + NO_TRANSFORM.len());
    out.extend_from_slice(&stream[..2.min(stream.len())]);
    out.extend_from_slice(&NO_TRANSFORM);
    let mut is_ybr = None;
    let mut copied = 2;
    let is_sequential = matches!(frame_marker, 0xc0 | 0xc1);
    for segment in segments(stream) {
        match segment.marker {
            0xe0 => {}
            0xee if segment.payload.starts_with(b"Adobe") => {
                is_ybr = segment.payload.get(11).map(|&transform| transform != 0);
            }
            0xda if is_sequential && segment.payload.len() >= 4 => {
                let tail = segment.end - 3;
                out.extend_from_slice(&stream[segment.start..tail]);
                out.extend_from_slice(&[0, 63, 0]);
            }
            _ => out.extend_from_slice(&stream[segment.start..segment.end]),
        }
        copied = segment.end;
    }
    out.extend_from_slice(&stream[copied.min(stream.len())..]);
    (out, is_ybr)
}

/// A libjpeg-turbo instance, destroyed when dropped.
struct Turbo(tj::tjhandle);

impl Drop for Turbo {
    #[expect(unsafe_code, reason = "C library")]
    fn drop(&mut self) {
        // SAFETY: the handle came from tj3Init and is destroyed once.
        unsafe { tj::tj3Destroy(self.0) }
    }
}

impl Turbo {
    #[expect(unsafe_code, reason = "C library")]
    fn get(&self, parameter: tj::TJPARAM) -> i32 {
        // SAFETY: the handle is valid for the lifetime of self.
        unsafe { tj::tj3Get(self.0, parameter as i32) }
    }

    /// What went wrong last; `Err` where it was fatal.
    #[expect(unsafe_code, reason = "C library")]
    fn complaint(&self, status: i32) -> Result<Option<String>, String> {
        if status == 0 {
            return Ok(None);
        }
        // SAFETY: the handle is valid; the text is a NUL-terminated string that lives until the next call.
        let (text, code) = unsafe {
            (
                std::ffi::CStr::from_ptr(tj::tj3GetErrorStr(self.0)).to_string_lossy().into_owned(),
                tj::tj3GetErrorCode(self.0),
            )
        };
        if code == tj::TJERR_TJERR_WARNING as i32 { Ok(Some(text)) } else { Err(text) }
    }
}

#[expect(unsafe_code, reason = "C library")]
fn decompress(stream: &[u8], header: FrameHeader, form: &PixelForm) -> Result<(Samples, Option<String>), String> {
    // SAFETY: no arguments beyond a constant.
    let turbo = Turbo(unsafe { tj::tj3Init(tj::TJINIT_TJINIT_DECOMPRESS as i32) });
    if turbo.0.is_null() {
        return Err("the decoder could not be started".to_owned());
    }
    let num_pixels = i32::try_from(form.rows as usize * form.columns as usize).unwrap_or(i32::MAX);
    // Progressive scans are a way to keep a decoder busy for ever (libjpeg-turbo's own advice: 500).
    for (parameter, value) in [
        (tj::TJPARAM_TJPARAM_SCANLIMIT, 500),
        (tj::TJPARAM_TJPARAM_MAXPIXELS, num_pixels),
        (tj::TJPARAM_TJPARAM_STOPONWARNING, 0),
    ] {
        // SAFETY: the handle is valid.
        let status = unsafe { tj::tj3Set(turbo.0, parameter as i32, value) };
        turbo.complaint(status)?;
    }
    // SAFETY: the stream outlives the call, and its length is its own.
    let status = unsafe { tj::tj3DecompressHeader(turbo.0, stream.as_ptr(), stream.len() as _) };
    turbo.complaint(status)?;
    let seen = (turbo.get(tj::TJPARAM_TJPARAM_JPEGWIDTH), turbo.get(tj::TJPARAM_TJPARAM_JPEGHEIGHT));
    if seen != (form.columns as i32, form.rows as i32)
        || turbo.get(tj::TJPARAM_TJPARAM_PRECISION) != i32::from(header.precision)
    {
        return Err("a second frame header contradicts the first".to_owned());
    }
    let is_lossless = turbo.get(tj::TJPARAM_TJPARAM_LOSSLESS) == 1;
    let format = if form.samples == 1 { tj::TJPF_TJPF_GRAY } else { tj::TJPF_TJPF_RGB };
    let num_samples = form.num_samples();
    let (source, len) = (stream.as_ptr(), stream.len() as _);
    // The library writes rows * columns * samples values, rows without a gap (pitch 0), and it
    // checks the dimensions of the stream again while reading; they were compared above.
    let (samples, status) = match header.precision {
        ..=8 => {
            let mut out = vec![0u8; num_samples];
            // SAFETY: see above; `out` holds exactly that many 8-bit values.
            let status = unsafe { tj::tj3Decompress8(turbo.0, source, len, out.as_mut_ptr(), 0, format) };
            (Samples::Bytes(out), status)
        }
        9..=12 => {
            let mut out = vec![0u16; num_samples];
            // SAFETY: see above; `out` holds exactly that many 16-bit values, and every bit pattern is valid.
            let status = unsafe { tj::tj3Decompress12(turbo.0, source, len, out.as_mut_ptr().cast(), 0, format) };
            (Samples::Words(out), status)
        }
        13..=16 if is_lossless => {
            let mut out = vec![0u16; num_samples];
            // SAFETY: see above; `out` holds exactly that many 16-bit values.
            let status = unsafe { tj::tj3Decompress16(turbo.0, source, len, out.as_mut_ptr(), 0, format) };
            (Samples::Words(out), status)
        }
        n => return Err(format!("{n} bits a sample")),
    };
    let warning = turbo.complaint(status)?;
    Ok((samples.widened(form), warning))
}
