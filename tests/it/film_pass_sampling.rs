//! The shader filters a film as the CPU's reference does, at any zoom, turn and flip, whole or in tiles.

use std::sync::Arc;

use rachis::domain::geometry::{Point, Transform};
use rachis::domain::imaging::{
    DisplayFacts, DisplaySettings, Film, GreyPlane, Interpolation, Modality, Pixels, ShownFilm, Voi, VoiFunction,
    VoiLut, Window,
};
use rachis::render::{FilmPass, FramePlan, TextureLimits};

use crate::film_pass::{Bench, window};

const FILTERS: [Interpolation; 3] = [Interpolation::Nearest, Interpolation::Bilinear, Interpolation::Lanczos];

/// Numbers from 0 to 1 that are the same on every machine.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next()
    }
}

/// A view of the film's middle: any quarter turn, either side, `minification` film pixels a screen pixel.
fn view(numbers: &mut Numbers, film: &Film, side: u32, minification: f64) -> Transform {
    let middle =
        Point::new(f64::from(film.width) * numbers.within(0.3, 0.7), f64::from(film.height) * numbers.within(0.3, 0.7));
    let screen = Point::new(f64::from(side) / 2.0 + numbers.next(), f64::from(side) / 2.0 + numbers.next());
    let turns = (numbers.next() * 4.0) as u8;
    Transform::view(1.0 / minification, turns, numbers.next() < 0.5, middle, screen).inverse()
}

/// Noise with smooth structure, a padded corner and a padded hole.
fn grey_film(width: u32, height: u32, facts: DisplayFacts) -> Film {
    let mut numbers = Numbers(7);
    let texels = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| {
            if x + y < 60 || (x.abs_diff(width / 2) < 9 && y.abs_diff(height / 2) < 5) {
                return 0;
            }
            let wave = (f64::from(x) / 9.0).sin() * (f64::from(y) / 13.0).cos();
            (2000.0 + 900.0 * wave + 700.0 * numbers.next()) as u16
        })
        .collect();
    Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
}

/// Every drawn pixel within one level of the reference. A place within a hundred thousandth of a border between pixels
/// may fall to either side, so the levels on both sides bound it.
pub fn assert_like_reference(plan: &FramePlan, drawn: &[u8], side: u32) {
    let reference = ShownFilm::new(&plan.film, &plan.display, plan.interpolation, plan.image_from_framebuffer);
    let reach = 1e-5;
    for (i, &level) in (0..).zip(drawn) {
        let (x, y) = (f64::from(i % side) + 0.5, f64::from(i / side) + 0.5);
        let expected = reference.level(Point::new(x, y));
        if expected.abs_diff(level) <= 1 {
            continue;
        }
        let around = [(-reach, -reach), (-reach, reach), (reach, -reach), (reach, reach)];
        let levels = around.map(|(dx, dy)| reference.level(Point::new(x + dx, y + dy)));
        let (low, high) = (levels.iter().min().unwrap(), levels.iter().max().unwrap());
        assert!(
            (low.saturating_sub(1)..=high.saturating_add(1)).contains(&level),
            "({x}, {y}): drawn {level}, expected {expected}, around {levels:?}, by {:?} under {:?} at {:?}",
            plan.interpolation,
            plan.display,
            plan.image_from_framebuffer
        );
    }
}

fn lut() -> Voi {
    let values: Vec<u16> = (0..3000u32).map(|i| (i * i / 9000) as u16).collect();
    Voi::Lut(VoiLut { first: 600.0, bits: 10, values: values.into(), explanation: None })
}

#[test]
fn any_view_is_drawn_as_the_reference_says() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, wgpu::TextureFormat::Rgba8Unorm);
    let mut numbers = Numbers(1);
    let padded = |modality| DisplayFacts { modality, padding: Some((0.0, 0.0)), ..DisplayFacts::default() };
    let rescaled = padded(Modality::Rescale { slope: 0.5, intercept: -100.0 });
    let tabled = padded(Modality::Lut { first: 0.0, values: (0..4096u16).map(|i| i / 2 + 600).collect() });
    let films = [(401, 277, rescaled), (640, 333, tabled)].map(|(w, h, facts)| Arc::new(grey_film(w, h, facts)));
    let vois = [
        window(1100.0, 900.0, VoiFunction::Linear),
        window(1200.0, 60.0, VoiFunction::LinearExact),
        window(1000.0, 400.0, VoiFunction::Sigmoid),
        lut(),
    ];
    for film in &films {
        for interpolation in FILTERS {
            for minification in [0.07, 0.4, 0.9, 1.0, 1.3, 2.0, 2.9, 7.3] {
                for voi in &vois {
                    let image_from_framebuffer = view(&mut numbers, film, 96, minification);
                    let display = DisplaySettings::new(voi.clone());
                    let plan =
                        FramePlan { interpolation, ..FramePlan::new(film.clone(), display, image_from_framebuffer) };
                    let drawn = bench.drawn_by(&mut pass, &plan, 96, 96);
                    assert_like_reference(&plan, &drawn, 96);
                }
            }
        }
    }
}

#[test]
fn colour_films_are_filtered_alike() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, wgpu::TextureFormat::Rgba8Unorm);
    let mut numbers = Numbers(3);
    let bytes = (0..230 * 170 * 3).map(|_| (numbers.next() * 256.0) as u8).collect();
    let film = Arc::new(Film::new(230, 170, Pixels::Rgb(bytes), DisplayFacts::default()));
    for interpolation in FILTERS {
        for minification in [0.2, 1.0, 1.7, 4.5] {
            let image_from_framebuffer = view(&mut numbers, &film, 96, minification);
            let display = film.initial_settings();
            let plan = FramePlan { interpolation, ..FramePlan::new(film.clone(), display, image_from_framebuffer) };
            let drawn = bench.drawn_by(&mut pass, &plan, 96, 96);
            assert_like_reference(&plan, &drawn, 96);
        }
    }
}

#[test]
fn tiles_have_no_seams() {
    let bench = Bench::new();
    let mut numbers = Numbers(5);
    let facts = DisplayFacts { padding: Some((0.0, 0.0)), ..DisplayFacts::default() };
    let film = Arc::new(grey_film(701, 519, facts));
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let mut whole = FilmPass::new(&bench.device, format);
    for (side, layers, is_array_guessed) in [(64, 256, true), (256, 256, true), (300, 5, true), (8192, 256, true)] {
        let limits = TextureLimits { side, layers, is_array_guessed };
        let mut tiled = FilmPass::with_limits(&bench.device, format, limits);
        for interpolation in FILTERS {
            for minification in [0.3, 1.0, 2.6, 6.1] {
                let image_from_framebuffer = view(&mut numbers, &film, 128, minification);
                let display = DisplaySettings::new(window(2200.0, 2000.0, VoiFunction::Linear));
                let plan = FramePlan { interpolation, ..FramePlan::new(film.clone(), display, image_from_framebuffer) };
                if side == 300 {
                    // Five layers of 256 are not enough: the film starts at half its size.
                    assert!(minification < 2.0 || bench.drawn_by(&mut tiled, &plan, 128, 128).iter().any(|&g| g > 0));
                    continue;
                }
                let expected = bench.drawn_by(&mut whole, &plan, 128, 128);
                let drawn = bench.drawn_by(&mut tiled, &plan, 128, 128);
                assert!(expected == drawn, "side {side}, {interpolation:?}, {minification}");
            }
        }
    }
}

#[test]
fn a_film_of_12_000_by_9_000_is_whole_under_any_limit() {
    let bench = Bench::new();
    let (width, height) = (12_000u32, 9_000u32);
    // Each row a shifted copy of one: quick to make, and different at every tile's border.
    let row: Vec<u16> = (0..width + 997).map(|x| (x * 37 % 4093) as u16).collect();
    let mut texels = Vec::with_capacity(width as usize * height as usize);
    for y in 0..height as usize {
        texels.extend_from_slice(&row[y * 31 % 997..][..width as usize]);
    }
    let facts = DisplayFacts { bits_stored: 12, ..DisplayFacts::default() };
    let film = Arc::new(Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts));
    for side in [2048, 4096] {
        let limits = TextureLimits { side, ..TextureLimits::of(&bench.device) };
        let mut pass = FilmPass::with_limits(&bench.device, wgpu::TextureFormat::Rgba8Unorm, limits);
        let side = f64::from(side);
        for (middle, minification) in [
            (Point::new(side, side), 1.0),
            (Point::new(side * 2.0, side), 0.3),
            (Point::new(11_990.0, 8_990.0), 0.5),
            (Point::new(6_000.0, 4_500.0), 1.5),
            (Point::new(6_000.0, 4_500.0), 90.0),
        ] {
            for interpolation in FILTERS {
                let to_image = Transform::view(1.0 / minification, 0, false, middle, Point::new(64.3, 64.7)).inverse();
                let display = DisplaySettings::new(Voi::Window(Window::linear(2048.0, 4096.0)));
                let plan = FramePlan { interpolation, ..FramePlan::new(film.clone(), display, to_image) };
                let drawn = bench.drawn_by(&mut pass, &plan, 128, 128);
                assert_like_reference(&plan, &drawn, 128);
            }
        }
        // The film, a third for its smaller levels, and what the tiles at the border leave empty.
        assert!(pass.num_bytes() < 330 << 20, "{}", pass.num_bytes());
    }
}
