//! Enhancement on the GPU is the CPU reference's, and keeps off padding, colour films and small devices.

use std::sync::Arc;

use rachis::domain::geometry::{Point, Transform};
use rachis::domain::imaging::enhance::Enhancement;
use rachis::domain::imaging::{DisplayFacts, DisplaySettings, Film, GreyPlane, Pixels, VoiFunction};
use rachis::render::{FilmPass, FramePlan, TextureLimits, can_enhance};

use crate::film_pass::{Bench, window};
use crate::film_pass_sampling::{Numbers, assert_like_reference};

/// A body with ribs, noise, a bright marker and a padded corner.
fn film(width: u32, height: u32) -> Arc<Film> {
    let mut numbers = Numbers(11);
    let texels = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| {
            let (u, v) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
            if u + v < 0.2 {
                return 5;
            }
            let body = 9000.0 * (1.0 - (u - 0.5).powi(2) * 3.0);
            let ribs = 500.0 * (v * 60.0 + 5.0 * u).sin();
            let marker = if (0.8..0.85).contains(&u) && v < 0.1 { 6000.0 } else { 0.0 };
            (body + ribs + marker + 150.0 * numbers.next()) as u16
        })
        .collect();
    let facts = DisplayFacts { padding: Some((5.0, 5.0)), bits_stored: 14, ..DisplayFacts::default() };
    Arc::new(Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts))
}

fn settings() -> [Enhancement; 6] {
    let off = Enhancement::default();
    [
        Enhancement { sharpening: 0.7, ..off },
        Enhancement { local_contrast: 0.8, ..off },
        Enhancement { local_contrast: -0.6, ..off },
        Enhancement { is_equalised: true, ..off },
        Enhancement { sharpening: 1.0, local_contrast: 0.5, ..off },
        Enhancement { sharpening: 0.4, local_contrast: 0.5, is_equalised: true },
    ]
}

fn plan(film: &Arc<Film>, enhancement: Enhancement, minification: f64) -> FramePlan {
    let middle = Point::new(f64::from(film.width) * 0.43, f64::from(film.height) * 0.4);
    let to_image = Transform::view(1.0 / minification, 1, true, middle, Point::new(80.2, 80.4)).inverse();
    let voi = window(8300.0, 5000.0, VoiFunction::Linear);
    FramePlan::new(film.clone(), DisplaySettings { enhancement, ..DisplaySettings::new(voi) }, to_image)
}

#[test]
fn every_enhancement_is_that_of_the_reference() {
    let bench = Bench::new();
    if !can_enhance(&bench.device) {
        println!("skipped: this graphics device has no compute passes");
        return;
    }
    let mut pass = FilmPass::new(&bench.device, wgpu::TextureFormat::Rgba8Unorm);
    for film in [film(701, 433), film(320, 512)] {
        let plain = bench.drawn_by(&mut pass, &plan(&film, Enhancement::default(), 1.0), 160, 160);
        for enhancement in settings() {
            for minification in [0.6, 1.0, 2.7] {
                let plan = plan(&film, enhancement, minification);
                let drawn = bench.drawn_by(&mut pass, &plan, 160, 160);
                assert_like_reference(&plan, &drawn, 160);
                if minification == 1.0 {
                    let changed = plain.iter().zip(&drawn).filter(|(a, b)| a.abs_diff(**b) > 2).count();
                    assert!(changed > 2000, "{enhancement:?} changes {changed} pixels");
                }
            }
        }
    }
}

#[test]
fn tiles_have_no_seams_in_enhanced_films_either() {
    let bench = Bench::new();
    if !can_enhance(&bench.device) {
        println!("skipped: this graphics device has no compute passes");
        return;
    }
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let limits = TextureLimits { side: 256, ..TextureLimits::of(&bench.device) };
    let (mut whole, mut tiled) =
        (FilmPass::new(&bench.device, format), FilmPass::with_limits(&bench.device, format, limits));
    let film = film(701, 433);
    for enhancement in settings() {
        for minification in [1.0, 3.1] {
            let plan = plan(&film, enhancement, minification);
            let expected = bench.drawn_by(&mut whole, &plan, 160, 160);
            let drawn = bench.drawn_by(&mut tiled, &plan, 160, 160);
            let worst = expected.iter().zip(&drawn).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst <= Some(1), "{enhancement:?}: {worst:?}");
        }
    }
}

#[test]
fn where_it_cannot_be_done_the_film_is_shown_as_it_is() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, wgpu::TextureFormat::Rgba8Unorm);
    let film = film(320, 512);
    let plain = bench.drawn_by(&mut pass, &plan(&film, Enhancement::default(), 1.0), 160, 160);
    // A budget that holds the film but not its enhanced copy.
    pass.set_budget(500_000);
    let enhanced = plan(&film, Enhancement { sharpening: 1.0, ..Enhancement::default() }, 1.0);
    assert!(plain == bench.drawn_by(&mut pass, &enhanced, 160, 160));
    assert!(pass.num_bytes() <= 500_000);
    // A device without compute passes, as OpenGL's is asked for by the window.
    let small = Bench::with_limits(&wgpu::Limits::downlevel_webgl2_defaults());
    assert!(!can_enhance(&small.device));
    assert!(plain == small.drawn(&enhanced, 160, 160));
}
