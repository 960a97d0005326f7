//! Malformed films give a picture or a clear error, in bounded time and memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rachis::dicom::isolated::{Decoder, Limits};
use rachis::dicom::{self, DicomError, FilmFile, Input, StoredFrame, StreamDecoder};
use rachis::domain::study::FilmSource;

use crate::dicom_zoo::{films, read_csv};

const TIME_LIMIT: Duration = Duration::from_secs(2);
/// A time over the limit counts only if it is over it every time: on a loaded computer the decoding process may wait
/// seconds for a processor, while a film that really takes too long takes too long at every measurement.
const MEASUREMENTS: u32 = 3;
const MEMORY_LIMIT: u64 = 512 << 20;

fn decoder() -> Decoder {
    Decoder::with_program(PathBuf::from(env!("CARGO_BIN_EXE_rachis")))
}

/// Greatest memory in use by a process so far, in bytes; `None` where the system does not say.
fn peak_memory(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

/// What the manifest demands of a file, as far as a program can hold it. Every wording of the manifest stands here, so
/// that a new one is thought about.
fn is_as_expected(expected: &str, outcome: &Result<StoredFrame, DicomError>) -> bool {
    match expected {
        // A picture is as good where what is wrong with it is said.
        "error"
        | "error, no 3 GB allocation"
        | "error; no 4 GB allocation"
        | "error; no huge allocation"
        | "error or partial image + warning"
        | "clean error"
        | "clean error (or opened as PNG by content)" => {
            outcome.as_ref().map_or(true, |stored| !stored.warnings.is_empty())
        }
        "image" | "parses; RTDOSE image" | "image with fallback window" | "no division by zero" => outcome.is_ok(),
        "no image" | "no image, no crash" | "error/no image" | "parses" => {
            matches!(outcome, Err(DicomError::NotAnImage(_) | DicomError::Damaged(_) | DicomError::NotDicom(_)))
        }
        "clear \"not an image\"" => matches!(outcome, Err(DicomError::NotAnImage(_))),
        "image or \"not an image\"" => matches!(outcome, Ok(_) | Err(DicomError::NotAnImage(_))),
        // Either will do; time, memory and the decoder's death are looked at for every file.
        "no crash, no hang, bounded memory"
        | "error or partial image; no crash, no hang"
        | "error or defined fallback; no crash"
        | "error or image"
        | "error or image; never read out of bounds"
        | "image or error" => !matches!(outcome, Err(DicomError::DecoderFailed(_))),
        // A decoder that does support the syntax is as good.
        "clean \"unsupported\"" | "image (dcmtk can) or clean \"unsupported\"" => {
            matches!(outcome, Ok(_) | Err(DicomError::Unsupported(_)))
        }
        unknown => panic!("the manifest demands {unknown:?}, which this test does not know"),
    }
}

/// The shortest of up to [`MEASUREMENTS`] times that `work` takes, `first` among them; one within the limit is enough.
fn shortest_time(first: Duration, mut work: impl FnMut()) -> Duration {
    let mut shortest = first;
    for _ in 1..MEASUREMENTS {
        if shortest <= TIME_LIMIT {
            break;
        }
        let start = Instant::now();
        work();
        shortest = shortest.min(start.elapsed());
    }
    shortest
}

#[test]
fn each_gives_a_picture_or_a_clear_error_in_bounds() {
    let Some(folder) = films("bad") else { return };
    let rows = read_csv(&folder.join("manifest.csv"));
    let mut failures = Vec::new();
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for row in &rows {
        let source = FilmSource::File(folder.join(&row["file"]));
        let mut decoder = decoder();
        let start = Instant::now();
        let outcome = decoder.decode_stored(&source, 0);
        let took_stored = shortest_time(start.elapsed(), || drop(decoder.decode_stored(&source, 0)));
        let start = Instant::now();
        let shown = decoder.decode(&source, 0);
        let took_shown = shortest_time(start.elapsed(), || drop(decoder.decode(&source, 0)));
        let took = took_stored.max(took_shown);
        let memory = decoder.worker_id().and_then(|id| peak_memory(&id.to_string())).unwrap_or(0);
        let text = match &outcome {
            Ok(stored) => format!("picture {} x {} {:?}", stored.width, stored.height, stored.warnings),
            Err(error) => error.to_string(),
        };
        println!("{}: {text} [{:.0} ms, {} MiB]", row["file"], took.as_secs_f64() * 1e3, memory >> 20);
        *kinds.entry(if outcome.is_ok() { "picture" } else { "error" }.to_owned()).or_default() += 1;
        if !is_as_expected(&row["expected"], &outcome) || outcome.is_ok() != shown.is_ok() {
            failures.push(format!("{} ({}): expected {:?}, got {text}", row["file"], row["what"], row["expected"]));
        }
        if took > TIME_LIMIT || memory > MEMORY_LIMIT {
            failures.push(format!("{}: {took:?}, {} MiB", row["file"], memory >> 20));
        }
        if matches!(outcome, Err(DicomError::DecoderFailed(_))) {
            failures.push(format!("{}: {text}", row["file"]));
        }
    }
    println!("{kinds:?}");
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), rows.len(), failures.join("\n"));
    assert_eq!(rows.len(), 100, "the manifest is whole");
    let own = peak_memory("self").unwrap_or(0);
    println!("this process: {} MiB at most", own >> 20);
}

#[test]
fn the_decoding_process_gives_the_same_values() {
    let Some(folder) = films("zoo") else { return };
    let mut decoder = decoder();
    for row in &read_csv(&folder.join("manifest.csv")) {
        let source = FilmSource::File(folder.join(&row["file"]));
        let here = dicom::decode_stored(&source, 0).unwrap();
        let there = decoder.decode_stored(&source, 0).unwrap_or_else(|error| panic!("{}: {error}", row["file"]));
        assert!(here == there, "{}", row["file"]);
    }
    assert!(decoder.worker_id().is_some(), "one process did it all");
}

#[test]
fn a_decoding_process_that_dies_is_told_of_and_replaced() {
    let Some(folder) = films("zoo") else { return };
    let film = FilmSource::File(folder.join("RG3_JPLY.dcm"));
    // No time, then no memory: the process ends, this one goes on, and the next film gets a fresh one.
    let no_time = Limits { base_time: Duration::from_micros(1), time_per_sample: Duration::ZERO, ..Limits::default() };
    let error = decoder().with_limits(no_time).decode(&film, 0).err().unwrap();
    assert!(error.to_string().contains("took longer"), "{error}");
    let no_memory = Limits { base_memory: 0, memory_per_sample: 0, ..Limits::default() };
    let mut starved = decoder().with_limits(no_memory);
    let large = FilmSource::File(folder.join("RG2_J2KI.dcm"));
    let error = starved.decode(&large, 0).err().unwrap();
    println!("without memory: {error}");
    let mut decoder = decoder();
    decoder.warm_up().unwrap();
    let killed = decoder.worker_id().unwrap();
    assert!(std::process::Command::new("kill").args(["-9", &killed.to_string()]).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(50));
    let error = decoder.decode(&film, 0).err().unwrap();
    assert!(matches!(error, DicomError::DecoderFailed(_)), "{error}");
    decoder.decode(&film, 0).expect("a fresh process decodes");
    assert_ne!(decoder.worker_id(), Some(killed));
}

#[test]
fn sequences_nested_a_million_deep_are_refused() {
    let mut bytes = vec![0u8; 128];
    bytes.extend_from_slice(b"DICM\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0");
    bytes.extend_from_slice(b"\x08\0\x05\0CS\x0a\0ISO_IR 100");
    for _ in 0..1_000_000 {
        bytes.extend_from_slice(b"\x08\0\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff");
    }
    let error = FilmFile::from_input(Input::from_bytes(bytes)).unwrap_err();
    assert!(error.to_string().contains("nested deeper"), "{error}");
}

/// A sequence of numbers that is the same on every computer.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// One damaged copy of a film: bits flipped, cut short, lengths edited, header or pixels hit, bytes
/// taken out or doubled.
fn mutated(original: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Numbers(seed);
    let mut bytes = original.to_vec();
    // Pixels of most films are far longer than headers: aim half of the hits at the first bytes.
    let place = |random: &mut Numbers, len: usize| {
        if random.below(2) == 0 { random.below(len.min(2500)) } else { random.below(len) }
    };
    for _ in 0..=random.below(6) {
        let len = bytes.len();
        if len < 16 {
            break;
        }
        let at = place(&mut random, len);
        match random.below(8) {
            0 | 1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = random.next() as u8,
            3 => bytes.truncate(at.max(8)),
            4 => {
                // A length that means trouble, where a length may stand.
                let lengths: [u32; 8] =
                    [0, 1, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0x0100_0000, len as u32];
                let value = lengths[random.below(8)].to_le_bytes();
                let at = at.min(len - 4);
                bytes[at..at + 4].copy_from_slice(&value);
            }
            5 => {
                // Around an item or a marker: fragment lengths, code stream headers.
                let marks: [&[u8]; 6] =
                    [b"\xfe\xff\x00\xe0", b"\xff\xc0", b"\xff\xc3", b"\xff\xda", b"\xff\xf7", b"\xff\x51"];
                let mark = marks[random.below(6)];
                if let Some(found) = bytes.windows(mark.len()).position(|window| window == mark) {
                    let at = (found + random.below(24)).min(len - 1);
                    bytes[at] = random.next() as u8;
                }
            }
            6 => {
                let end = (at + random.below(64)).min(len);
                bytes.drain(at..end);
            }
            _ => {
                let end = (at + random.below(64)).min(len);
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

/// Notes whether a code stream was met, so that the figures say how many mutations reached a codec.
struct Counting<'a> {
    decoder: &'a mut Decoder,
    num_streams: u64,
}

impl StreamDecoder for Counting<'_> {
    fn decode_stream(
        &mut self,
        codec: dicom::Codec,
        stream: &[u8],
        form: &dicom::PixelForm,
    ) -> Result<dicom::DecodedStream, DicomError> {
        self.num_streams += 1;
        self.decoder.decode_stream(codec, stream, form)
    }
}

#[test]
fn mutations_of_the_zoo_never_bring_the_program_down() {
    let Some(folder) = films("zoo") else { return };
    let num: u64 = std::env::var("RACHIS_FUZZ_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(2000);
    // Large films take their time even where whole; the small ones hold every syntax.
    let originals: Vec<(String, Vec<u8>)> = read_csv(&folder.join("manifest.csv"))
        .iter()
        .map(|row| (row["file"].clone(), std::fs::read(folder.join(&row["file"])).unwrap()))
        .filter(|(_, bytes)| bytes.len() <= 400_000)
        .collect();
    let mut decoder = decoder();
    let (mut num_pictures, mut num_errors, mut num_deaths) = (0u64, 0u64, 0u64);
    let (mut slowest, mut slowest_seed, mut peak) = (Duration::ZERO, String::new(), 0u64);
    let mut sentences: BTreeMap<String, u64> = BTreeMap::new();
    let mut num_streams = 0;
    let before = Instant::now();
    for seed in 0..num {
        let (name, original) = &originals[seed as usize % originals.len()];
        let bytes = mutated(original, seed);
        let mut counting = Counting { decoder: &mut decoder, num_streams: 0 };
        let start = Instant::now();
        let mut read = |bytes: Vec<u8>| {
            FilmFile::from_input(Input::from_bytes(bytes)).and_then(|mut film| film.film(0, &mut counting))
        };
        let outcome = read(bytes);
        let took = shortest_time(start.elapsed(), || drop(read(mutated(original, seed))));
        num_streams += counting.num_streams;
        if took > slowest {
            (slowest, slowest_seed) = (took, format!("{name} seed {seed}"));
        }
        match outcome {
            Ok(decoded) => {
                num_pictures += 1;
                assert!(decoded.film.width > 0 && decoded.film.num_bytes() > 0, "{name} seed {seed}");
            }
            Err(DicomError::DecoderFailed(text)) => {
                num_deaths += 1;
                *sentences.entry(text).or_default() += 1;
            }
            Err(error) => {
                num_errors += 1;
                assert!(error.to_string().len() > 10, "{name} seed {seed}: {error}");
            }
        }
        assert!(took <= TIME_LIMIT, "{name} seed {seed}: {took:?}");
        if let Some(memory) = decoder.worker_id().and_then(|id| peak_memory(&id.to_string())) {
            assert!(memory <= MEMORY_LIMIT, "{name} seed {seed}: {} MiB", memory >> 20);
            peak = peak.max(memory);
        }
    }
    let own = peak_memory("self").unwrap_or(0);
    println!(
        "{num} mutations of {} films in {:.0} s: {num_pictures} pictures, {num_errors} errors, {num_deaths} deaths of the \
         decoding process; {num_streams} reached a C codec; slowest {slowest:?} ({slowest_seed}); decoding process at most \
         {} MiB, this one {} MiB",
        originals.len(),
        before.elapsed().as_secs_f64(),
        peak >> 20,
        own >> 20
    );
    for (sentence, times) in &sentences {
        println!("{times} x {sentence}");
    }
    assert!(num_pictures > num / 50 && num_errors > num / 50, "the mutations are neither all harmless nor all fatal");
}
