//! The decoding process: compressed frames on stdin, samples on stdout, until stdin closes.
//!
//! All numbers are little-endian. A request is [`REQUEST_BYTES`] of fields and the code stream. An
//! answer is a status byte; then for success colour, warning, sample width and count, and the samples;
//! for failure the sentence.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use super::DicomError;
use super::codecs::{DecodedStream, InProcess, StreamDecoder};
use super::pixel_form::{Number, Photometric, PixelForm};
use super::samples::Samples;
use super::syntax::Codec;

const REQUEST_BYTES: usize = 48;
const PIECE: usize = 128 << 10;
/// Longest sentence that is believed.
const TEXT_LIMIT: usize = 4 << 10;

/// One frame to decode and what it may cost.
#[derive(Clone, Debug)]
pub struct Request {
    pub codec: Codec,
    /// Only what decoding needs of it goes over the pipe.
    pub form: PixelForm,
    /// Bytes of address space on top of what the process has already.
    pub memory: u64,
    pub time: Duration,
}

impl Request {
    pub fn write(&self, stream: &[u8], out: &mut impl Write) -> io::Result<()> {
        let form = &self.form;
        let mut head = Vec::with_capacity(REQUEST_BYTES);
        head.push(match self.codec {
            Codec::Jpeg => 1,
            Codec::JpegLs => 2,
            _ => 3,
        });
        head.push(match form.number {
            Number::Unsigned => 0,
            Number::Signed => 1,
            Number::Float => 2,
        });
        for field in [form.samples, form.bits_allocated, form.bits_stored] {
            head.extend_from_slice(&field.to_le_bytes());
        }
        head.extend_from_slice(&form.rows.to_le_bytes());
        head.extend_from_slice(&form.columns.to_le_bytes());
        for field in [self.memory, self.time.as_micros() as u64, stream.len() as u64] {
            head.extend_from_slice(&field.to_le_bytes());
        }
        head.resize(REQUEST_BYTES, 0);
        out.write_all(&head)?;
        out.write_all(stream)
    }

    /// The request and the length of the stream that follows; `None` where the other side has closed the pipe.
    fn read(from: &mut impl Read) -> io::Result<Option<(Self, u64)>> {
        let mut head = [0u8; REQUEST_BYTES];
        match from.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let short = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let long = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
        let double = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("eight bytes"));
        let form = PixelForm {
            rows: long(8),
            columns: long(12),
            num_frames: 1,
            samples: short(2),
            photometric: Photometric::Monochrome2,
            is_planar: false,
            bits_allocated: short(4),
            bits_stored: short(6),
            high_bit: short(6).saturating_sub(1),
            number: match head[1] {
                0 => Number::Unsigned,
                1 => Number::Signed,
                _ => Number::Float,
            },
        };
        let codec = match head[0] {
            1 => Codec::Jpeg,
            2 => Codec::JpegLs,
            _ => Codec::Jpeg2000,
        };
        let request = Self { codec, form, memory: double(16), time: Duration::from_micros(double(24)) };
        Ok(Some((request, double(32))))
    }
}

/// Decodes frames for another process until stdin closes.
pub fn decode_worker() -> ExitCode {
    // A panic is answered in a sentence; its text would go nowhere.
    std::panic::set_hook(Box::new(|_| {}));
    own_limits::forbid_core_dumps();
    let base = own_limits::address_space();
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    loop {
        match Request::read(&mut stdin) {
            Ok(Some((request, stream_len))) => {
                own_limits::set_memory(base.saturating_add(request.memory));
                let mut stream = Vec::new();
                match (&mut stdin).take(stream_len).read_to_end(&mut stream) {
                    Ok(num) if num as u64 == stream_len => {}
                    Ok(_) | Err(_) => return ExitCode::FAILURE,
                }
                own_limits::set_alarm(request.time);
                let outcome =
                    std::panic::catch_unwind(|| InProcess.decode_stream(request.codec, &stream, &request.form));
                own_limits::set_alarm(Duration::ZERO);
                let outcome = outcome
                    .unwrap_or_else(|_| Err(DicomError::damaged("its compressed pixels made the decoder stumble")));
                if write_answer(outcome, &mut stdout).is_err() {
                    return ExitCode::FAILURE;
                }
            }
            Ok(None) => return ExitCode::SUCCESS,
            Err(_) => return ExitCode::FAILURE,
        }
    }
}

fn write_answer(outcome: Result<DecodedStream, DicomError>, out: &mut impl Write) -> io::Result<()> {
    let (status, text) = match &outcome {
        Ok(decoded) => (0, decoded.warning.clone().unwrap_or_default()),
        Err(DicomError::Unsupported(text)) => (2, text.clone()),
        Err(DicomError::TooLarge(text)) => (3, text.clone()),
        Err(DicomError::Damaged(text)) => (1, text.clone()),
        Err(other) => (1, other.to_string()),
    };
    let text = &text.as_bytes()[..text.len().min(TEXT_LIMIT)];
    out.write_all(&[status])?;
    out.write_all(&(text.len() as u32).to_le_bytes())?;
    out.write_all(text)?;
    if let Ok(DecodedStream { samples, is_ybr, .. }) = outcome {
        out.write_all(&[is_ybr.map_or(0, |is_ybr| 1 + u8::from(is_ybr)), samples.sample_bytes() as u8])?;
        out.write_all(&(samples.len() as u64).to_le_bytes())?;
        match &samples {
            Samples::Bytes(v) => out.write_all(v)?,
            Samples::Words(v) => {
                let mut piece = vec![[0u8; 2]; PIECE / 2];
                for chunk in v.chunks(PIECE / 2) {
                    for (to, word) in piece.iter_mut().zip(chunk) {
                        *to = word.to_le_bytes();
                    }
                    out.write_all(piece[..chunk.len()].as_flattened())?;
                }
            }
            Samples::Longs(_) | Samples::Doubles(_) => out.write_all(&samples.to_le_bytes())?,
        }
    }
    out.flush()
}

/// Reads an answer and believes nothing that contradicts the form. The outer error is a broken pipe
/// or an answer out of order.
pub fn read_answer(from: &mut impl Read, form: &PixelForm) -> io::Result<Result<DecodedStream, DicomError>> {
    let nonsense = || io::Error::new(io::ErrorKind::InvalidData, "an answer out of order");
    let mut head = [0u8; 5];
    from.read_exact(&mut head)?;
    let text_len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if text_len > TEXT_LIMIT {
        return Err(nonsense());
    }
    let mut text = vec![0u8; text_len];
    from.read_exact(&mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    match head[0] {
        0 => {}
        1 => return Ok(Err(DicomError::Damaged(text))),
        2 => return Ok(Err(DicomError::Unsupported(text))),
        3 => return Ok(Err(DicomError::TooLarge(text))),
        _ => return Err(nonsense()),
    }
    let mut head = [0u8; 10];
    from.read_exact(&mut head)?;
    let num = u64::from_le_bytes(head[2..10].try_into().expect("eight bytes"));
    if num != form.num_samples() as u64 || usize::from(head[1]) != form.sample_bytes() {
        return Err(nonsense());
    }
    let samples = if form.sample_bytes() == 2 {
        let mut words = Vec::with_capacity(form.num_samples());
        let mut piece = vec![0u8; PIECE.min(2 * form.num_samples())];
        while words.len() < form.num_samples() {
            let now = piece.len().min(2 * (form.num_samples() - words.len()));
            from.read_exact(&mut piece[..now])?;
            words.extend(piece[..now].chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])));
        }
        Samples::Words(words)
    } else {
        let mut bytes = vec![0u8; form.num_samples() * form.sample_bytes()];
        from.read_exact(&mut bytes)?;
        Samples::from_le_bytes(bytes, form.sample_bytes())
    };
    let is_ybr = match head[0] {
        0 => None,
        known => Some(known == 2),
    };
    Ok(Ok(DecodedStream { samples, is_ybr, warning: (!text.is_empty()).then_some(text) }))
}

/// Limits that this process sets itself before it touches a stream; the kernel enforces them.
#[cfg(unix)]
mod own_limits {
    use std::time::Duration;

    /// A core dump would hold a patient's film.
    #[expect(unsafe_code, reason = "setrlimit")]
    pub fn forbid_core_dumps() {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the struct lives through the call.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    }

    /// Bytes of address space that the process has now, room for each processor's thread included.
    pub fn address_space() -> u64 {
        let pages: Option<u64> = std::fs::read_to_string("/proc/self/statm")
            .ok()
            .and_then(|text| text.split_whitespace().next().and_then(|n| n.parse().ok()));
        let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        pages.map_or(1 << 30, |pages| pages * 4096) + threads * (10 << 20)
    }

    #[expect(unsafe_code, reason = "setrlimit")]
    pub fn set_memory(bytes: u64) {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the struct lives through both calls. The hard limit stays, so that the next film may have more.
        unsafe {
            if libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) == 0 {
                limit.rlim_cur = (bytes as libc::rlim_t).min(limit.rlim_max);
                libc::setrlimit(libc::RLIMIT_AS, &raw const limit);
            }
        }
    }

    /// After this time, SIGALRM ends the process; zero takes the alarm back.
    #[expect(unsafe_code, reason = "setitimer")]
    pub fn set_alarm(after: Duration) {
        let never = libc::timeval { tv_sec: 0, tv_usec: 0 };
        let timer = libc::itimerval {
            it_interval: never,
            it_value: libc::timeval {
                tv_sec: after.as_secs() as libc::time_t,
                tv_usec: libc::suseconds_t::from(after.subsec_micros() as i32),
            },
        };
        // SAFETY: the struct lives through the call; no old value is asked for.
        unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
    }
}

#[cfg(not(unix))]
mod own_limits {
    use std::time::Duration;

    pub fn forbid_core_dumps() {}
    pub fn address_space() -> u64 {
        0
    }
    pub fn set_memory(_bytes: u64) {}
    pub fn set_alarm(_after: Duration) {}
}
