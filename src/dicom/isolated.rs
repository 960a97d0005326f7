//! Decoding in a process of its own, so that a codec that crashes, hangs or eats memory costs one film
//! and not the window.
//!
//! The window's process reads the file and its header with safe code; only the compressed bytes of a
//! frame and its dimensions go to the decoding process, and only samples come back. That process opens
//! no file, sees no header, and limits its own memory and time before it touches a stream.

use std::io::{BufReader, Write};
#[cfg(target_os = "linux")]
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::codecs::{DecodedStream, StreamDecoder};
use super::film_file::FilmFile;
use super::pixel_form::PixelForm;
use super::source::Opener;
use super::syntax::Codec;
use super::worker::{Request, read_answer};
use super::{DecodedFilm, DicomError, StoredFrame};
use crate::domain::study::FilmSource;

/// The subcommand that turns this program into a decoding process.
pub const WORKER_COMMAND: &str = "decode-worker";

/// The most that Linux grants a pipe of an ordinary user, unless told otherwise.
#[cfg(target_os = "linux")]
const PIPE_BYTES: libc::c_int = 1 << 20;

/// What one frame may cost the decoding process.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    /// For any frame.
    pub base_memory: u64,
    /// On top, for each sample of the frame: OpenJPEG holds 32 bits twice, and its code blocks.
    pub memory_per_sample: u64,
    /// For any frame.
    pub base_time: Duration,
    /// On top, for each sample: JPEG 2000 on a busy computer.
    pub time_per_sample: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            base_memory: 160 << 20,
            memory_per_sample: 24,
            base_time: Duration::from_secs(1),
            time_per_sample: Duration::from_nanos(750),
        }
    }
}

impl Limits {
    fn memory(&self, stream: &[u8], form: &PixelForm) -> u64 {
        self.base_memory + 3 * stream.len() as u64 + self.memory_per_sample * form.num_samples() as u64
    }

    fn time(&self, form: &PixelForm) -> Duration {
        let num_samples = u32::try_from(form.num_samples()).unwrap_or(u32::MAX);
        self.base_time + self.time_per_sample.saturating_mul(num_samples)
    }
}

/// Decodes films, C codecs in a process of their own that is started when first needed and kept for
/// the next film. One film at a time; make one for each thread that decodes.
#[derive(Debug, Default)]
pub struct Decoder {
    /// `None`: this program itself.
    program: Option<PathBuf>,
    limits: Limits,
    worker: Option<Worker>,
    opener: Opener,
}

impl Decoder {
    /// Decodes with this program's own executable.
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes with another executable of this program: tests, which run in one of their own.
    pub fn with_program(program: PathBuf) -> Self {
        Self { program: Some(program), ..Self::default() }
    }

    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Starts the decoding process ahead of the first film that needs it.
    pub fn warm_up(&mut self) -> Result<(), DicomError> {
        self.worker().map(|_| ())
    }

    /// One frame ready to be shown. A panic in this program's own code is an error like any other.
    pub fn decode(&mut self, source: &FilmSource, frame: u32) -> Result<DecodedFilm, DicomError> {
        let input = self.opener.input(source)?;
        caught(|| FilmFile::from_input(input)?.film(frame, self))
    }

    /// The stored values of one frame.
    pub fn decode_stored(&mut self, source: &FilmSource, frame: u32) -> Result<StoredFrame, DicomError> {
        let input = self.opener.input(source)?;
        caught(|| FilmFile::from_input(input)?.stored(frame, self))
    }

    /// The decoding process's id, where one is running.
    pub fn worker_id(&self) -> Option<u32> {
        self.worker.as_ref().map(|worker| worker.child.id())
    }

    fn worker(&mut self) -> Result<&mut Worker, DicomError> {
        if self.worker.is_none() {
            self.worker = Some(Worker::start(self.program.as_ref())?);
        }
        Ok(self.worker.as_mut().expect("started above"))
    }
}

fn caught<T>(decode: impl FnOnce() -> Result<T, DicomError>) -> Result<T, DicomError> {
    std::panic::catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| {
        Err(DicomError::DecoderFailed("the program stumbled over this file; that is a fault of the program".to_owned()))
    })
}

impl StreamDecoder for Decoder {
    fn decode_stream(&mut self, codec: Codec, stream: &[u8], form: &PixelForm) -> Result<DecodedStream, DicomError> {
        let request = Request {
            codec,
            form: form.clone(),
            memory: self.limits.memory(stream, form),
            time: self.limits.time(form),
        };
        let worker = self.worker()?;
        let outcome = match request.write(stream, &mut worker.stdin).and_then(|()| worker.stdin.flush()) {
            Ok(()) => read_answer(&mut worker.stdout, form),
            Err(error) => Err(error),
        };
        outcome.unwrap_or_else(|_| {
            // The pipe broke: the process is gone, and its last words are its exit status.
            let fate = self.worker.take().map_or_else(|| "it is gone".to_owned(), |worker| worker.fate(&request));
            Err(DicomError::DecoderFailed(fate))
        })
    }
}

/// A running decoding process.
#[derive(Debug)]
struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Worker {
    /// The one place where a decoding process is started.
    fn start(program: Option<&PathBuf>) -> Result<Self, DicomError> {
        let failed = |error: std::io::Error| {
            DicomError::DecoderFailed(format!(
                "the decoding process cannot be started ({error}); is the program's file still there?"
            ))
        };
        let program = match program {
            Some(program) => program.clone(),
            None => std::env::current_exe().map_err(failed)?,
        };
        let mut child = Command::new(program)
            .arg(WORKER_COMMAND)
            // One arena: each further one reserves 64 MiB of the address space that is limited.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(DicomError::DecoderFailed("the decoding process has no pipes".to_owned()));
        };
        #[cfg(target_os = "linux")]
        for pipe in [stdin.as_fd(), stdout.as_fd()] {
            widen(pipe);
        }
        // Small: samples pass it by.
        Ok(Self { child, stdin, stdout: BufReader::with_capacity(4 << 10, stdout) })
    }

    /// What became of a process whose pipe broke, in a sentence.
    fn fate(mut self, request: &Request) -> String {
        // Alive behind a broken pipe, it is of no use.
        let _ = self.child.kill();
        match self.child.wait() {
            Ok(status) => in_words(status, request),
            Err(error) => format!("nothing is known about its end ({error})"),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It ends by itself when its stdin closes, but it may be busy.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Fewer switches between the processes: a frame of 5 megapixels fills a pipe of the usual size 150 times. A refusal
/// costs time and nothing else.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "fcntl")]
fn widen(pipe: BorrowedFd<'_>) {
    // SAFETY: the descriptor is open as long as it is borrowed.
    unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETPIPE_SZ, PIPE_BYTES) };
}

#[cfg(unix)]
fn in_words(status: ExitStatus, request: &Request) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    let memory = request.memory >> 20;
    match status.signal() {
        Some(libc::SIGALRM) => format!("it took longer than {:.1} s and was stopped", request.time.as_secs_f64()),
        Some(libc::SIGABRT) => format!("it gave up, most likely for want of memory (limit {memory} MiB)"),
        Some(libc::SIGSEGV | libc::SIGBUS) => "it crashed on the film's compressed pixels".to_owned(),
        Some(libc::SIGKILL) => "it was killed".to_owned(),
        Some(signal) => format!("it ended by signal {signal}"),
        None => format!("it ended with {status}"),
    }
}

#[cfg(not(unix))]
fn in_words(status: ExitStatus, _request: &Request) -> String {
    format!("it ended with {status}")
}
