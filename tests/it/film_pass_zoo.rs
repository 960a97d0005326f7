//! Every film of the zoo is drawn as the CPU's reference says, under its own windows and random ones; and both show
//! what pydicom shows.

use std::sync::Arc;

use rachis::dicom;
use rachis::domain::geometry::{Point, Transform};
use rachis::domain::imaging::{DisplaySettings, Film, GreyPlane, Interpolation, Pixels, Voi, VoiFunction};
use rachis::domain::study::FilmSource;
use rachis::render::{FilmPass, FramePlan};

use crate::dicom_zoo::{films, read_csv};
use crate::film_pass::{Bench, plan, window};
use crate::film_pass_sampling::{Numbers, assert_like_reference};

const FUNCTIONS: [VoiFunction; 3] = [VoiFunction::Linear, VoiFunction::LinearExact, VoiFunction::Sigmoid];

/// The side of the part of a film that random windows and views are drawn on.
const SIDE: u32 = 160;

/// Every film that decodes, by its name.
fn zoo() -> Option<Vec<(String, Arc<Film>)>> {
    let folder = films("zoo")?;
    let rows = read_csv(&folder.join("manifest.csv"));
    let decoded = rows.iter().filter_map(|row| {
        let film = dicom::decode(&FilmSource::File(folder.join(&row["file"])), 0).ok()?.film;
        Some((row["file"].clone(), Arc::new(film)))
    });
    Some(decoded.collect())
}

/// A window somewhere in the film's range.
fn random_window(numbers: &mut Numbers, film: &Film, function: VoiFunction) -> Voi {
    let chain = film.mip_chain();
    let value = |code: f32| f64::from(code) * chain.gain + chain.bias;
    let (a, b) = (value(chain.range.0), value(chain.range.1));
    let width = ((b - a).abs() * numbers.within(0.05, 1.3)).max(2.0);
    window(numbers.within(a.min(b), a.max(b)), width, function)
}

/// The film from this pixel on, one film pixel on one of the framebuffer.
fn part(film: &Arc<Film>, display: DisplaySettings, left: u32, top: u32) -> FramePlan {
    let from = Point::new(f64::from(left), f64::from(top));
    FramePlan::new(film.clone(), display, Transform::view(1.0, 0, false, from, Point::default()).inverse())
}

#[test]
fn the_zoo_is_drawn_as_the_reference_says() {
    let Some(zoo) = zoo() else { return };
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, wgpu::TextureFormat::Rgba8Unorm);
    let mut numbers = Numbers(2026);
    let (mut num_films, mut num_pixels) = (0, 0u64);
    for (name, film) in &zoo {
        let mut native = film.facts.voi.clone();
        native.push(film.initial_voi());
        for voi in native {
            let display = DisplaySettings::new(voi);
            let reference = film.rendered(&display);
            let drawn = bench.drawn_by(&mut pass, &plan(film, display.clone()), film.width, film.height);
            let step = if matches!(film.pixels, Pixels::Rgb(_)) { 3 } else { 1 };
            for (i, (a, b)) in reference.iter().step_by(step).zip(&drawn).enumerate() {
                assert!(a.abs_diff(*b) <= 1, "{name}, pixel {i}: {a} and {b} under {display:?}");
            }
            assert_eq!(drawn.len(), reference.len() / step, "{name}");
            num_pixels += drawn.len() as u64;
        }
        let (w, h) = (film.width.min(SIDE), film.height.min(SIDE));
        for function in FUNCTIONS.into_iter().cycle().take(9) {
            let is_inverted = numbers.next() < 0.3;
            let voi = random_window(&mut numbers, film, function);
            let display = DisplaySettings { is_inverted, ..DisplaySettings::new(voi) };
            let left = (numbers.next() * f64::from(film.width - w)) as u32;
            let top = (numbers.next() * f64::from(film.height - h)) as u32;
            let plan = part(film, display, left, top);
            let drawn = bench.drawn_by(&mut pass, &plan, w, h);
            assert_like_reference(&plan, &drawn, w);
            num_pixels += drawn.len() as u64;
        }
        // Two views from anywhere, filtered.
        for interpolation in [Interpolation::Bilinear, Interpolation::Lanczos] {
            let minification = (numbers.within(-1.5, 1.5)).exp2();
            let middle = Point::new(f64::from(film.width) * numbers.next(), f64::from(film.height) * numbers.next());
            let screen = Point::new(numbers.within(10.0, 60.0), numbers.within(10.0, 60.0));
            let turns = (numbers.next() * 4.0) as u8;
            let to_image = Transform::view(1.0 / minification, turns, numbers.next() < 0.5, middle, screen).inverse();
            let voi = random_window(&mut numbers, film, VoiFunction::Linear);
            let plan = FramePlan { interpolation, ..FramePlan::new(film.clone(), DisplaySettings::new(voi), to_image) };
            let drawn = bench.drawn_by(&mut pass, &plan, 72, 72);
            assert_like_reference(&plan, &drawn, 72);
        }
        num_films += 1;
    }
    println!("{num_films} films, {num_pixels} pixels");
    assert!(num_films >= 120, "{num_films}");
}

/// Sampled pixels of one film, and what pydicom makes of them.
struct Golden {
    name: String,
    stored: Vec<i32>,
    levels: Vec<(String, Vec<u8>)>,
}

fn goldens() -> Vec<Golden> {
    let text = include_str!("../parity/voi_pydicom.txt");
    let mut found: Vec<Golden> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("film ") {
            let name = rest.rsplit_once(' ').unwrap().0.to_owned();
            let bytes = from_base64(lines.next().unwrap());
            let stored = bytes.as_chunks().0.iter().map(|&b| i32::from_le_bytes(b)).collect();
            found.push(Golden { name, stored, levels: Vec::new() });
        } else {
            let (what, levels) = line.rsplit_once(' ').unwrap();
            found.last_mut().unwrap().levels.push((what.to_owned(), from_base64(levels)));
        }
    }
    found
}

fn from_base64(text: &str) -> Vec<u8> {
    let six = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|&c| c != b'=').map(six).collect();
    let num = digits.len() * 6 / 8;
    let bits = |i: usize| {
        let (at, shift) = (i * 8 / 6, i * 8 % 6);
        let pair = u16::from(digits[at]) << 6 | u16::from(digits.get(at + 1).copied().unwrap_or(0));
        (pair >> (4 - shift)) as u8
    };
    (0..num).map(bits).collect()
}

/// The way of showing that a golden line names, as this film has it.
fn voi_of(film: &Film, what: &str) -> Option<Voi> {
    let words: Vec<&str> = what.split(' ').collect();
    let nth = |is_lut: bool| {
        let mut of_kind = film.facts.voi.iter().filter(|voi| matches!(voi, Voi::Lut(_)) == is_lut);
        of_kind.nth(words[1].parse().unwrap()).cloned()
    };
    match words[0] {
        "own" => nth(false),
        "lut" => nth(true),
        _ => {
            let function = match words[1] {
                "LINEAR" => VoiFunction::Linear,
                "LINEAR_EXACT" => VoiFunction::LinearExact,
                _ => VoiFunction::Sigmoid,
            };
            Some(window(words[2].parse().unwrap(), words[3].parse().unwrap(), function))
        }
    }
}

#[test]
fn the_zoo_is_shown_as_pydicom_shows_it() {
    let Some(zoo) = zoo() else { return };
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, wgpu::TextureFormat::Rgba8Unorm);
    let goldens = goldens();
    let mut failures = Vec::new();
    let (mut num_films, mut num_levels, mut num_padding) = (0, 0, 0);
    for golden in &goldens {
        let Some((_, film)) = zoo.iter().find(|(name, _)| *name == golden.name) else {
            panic!("{} is in the golden file and does not decode", golden.name)
        };
        let Pixels::Grey(plane) = &film.pixels else { panic!("{} is grey to pydicom", golden.name) };
        // The same stored values under this film's facts, so that lossy decoders need not agree.
        let texel = |&stored: &i32| ((f64::from(stored) - plane.offset) / plane.scale).round() as u16;
        let texels: Vec<u16> = golden.stored.iter().map(texel).collect();
        let row = GreyPlane { texels, ..plane.clone() };
        let num = golden.stored.len() as u32;
        let samples = Arc::new(Film::new(num, 1, Pixels::Grey(row), film.facts.clone()));
        for (what, expected) in &golden.levels {
            let Some(voi) = voi_of(film, what) else {
                failures.push(format!("{}: has no {what}", golden.name));
                continue;
            };
            // pydicom leaves polarity alone.
            let display = DisplaySettings { is_inverted: film.facts.is_inverted, ..DisplaySettings::new(voi) };
            let ours = samples.rendered(&display);
            let drawn = bench.drawn_by(&mut pass, &plan(&samples, display), num, 1);
            for (i, &stored) in golden.stored.iter().enumerate() {
                if film.facts.is_padding(f64::from(stored)) {
                    // pydicom windows padding like any value; PS3.3 C.7.5.1.1.2 leaves it out of the picture.
                    assert_eq!((ours[i], drawn[i]), (0, 0));
                    num_padding += 1;
                    continue;
                }
                let worst = ours[i].abs_diff(expected[i]).max(drawn[i].abs_diff(expected[i]));
                if worst > 1 {
                    failures.push(format!(
                        "{} {what}: stored {stored} is {} and drawn {}, {} to pydicom",
                        golden.name, ours[i], drawn[i], expected[i]
                    ));
                    break;
                }
                num_levels += 1;
            }
        }
        num_films += 1;
    }
    println!("{num_films} films, {num_levels} levels agree, {num_padding} of padding are black");
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(num_films, 79, "the golden file is whole");
    assert!(num_levels > 100_000, "{num_levels}");
}
