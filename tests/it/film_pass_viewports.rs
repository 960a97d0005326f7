//! Viewports of one frame, memory on the GPU, dither and targets, heat maps, and a device that is lost.

use std::sync::Arc;

use rachis::domain::geometry::{Point, Transform};
use rachis::domain::imaging::{
    ColorMap, DisplayFacts, DisplaySettings, Film, GreyPlane, HeatMap, MipChain, Pixels, Voi, VoiFunction, Window,
};
use rachis::render::{FilmPass, FramePlan, LENS_SLOT};

use crate::film_pass::{Bench, all_values, plan, window};

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// A film that rises to the right, `num` pixels in all.
fn ramp(width: u32, height: u32) -> Arc<Film> {
    let texels = (0..width * height).map(|i| (i % width) as u16).collect();
    let plane = GreyPlane { texels, scale: 1.0, offset: 0.0 };
    Arc::new(Film::new(width, height, Pixels::Grey(plane), DisplayFacts::default()))
}

fn shown(film: &Arc<Film>, center: f64, width: f64) -> FramePlan {
    plan(film, DisplaySettings::new(Voi::Window(Window::linear(center, width))))
}

/// What a grey film takes on the graphics card: its texels and its mip chain.
fn num_texture_bytes(film: &Film) -> u64 {
    u64::from(film.width) * u64::from(film.height) * 2 + MipChain::num_bytes(film) as u64
}

#[test]
fn four_panes_and_a_lens_draw_in_one_frame() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, FORMAT);
    let films = [ramp(512, 64), all_values(0.0, DisplayFacts::default())];
    let plans: Vec<(usize, FramePlan)> = [0, 1, 2, 3, LENS_SLOT]
        .into_iter()
        .map(|slot| (slot, shown(&films[slot % 2], 100.0 + 60.0 * slot as f64, 150.0 + 90.0 * slot as f64)))
        .collect();
    for (slot, plan) in &plans {
        pass.prepare(&bench.device, &bench.queue, *slot, plan);
    }
    for _ in &plans {
        // As egui does: once a callback.
        pass.finish_frame();
    }
    let drawn = bench.painted(FORMAT, 320, 64, |render_pass| {
        for (n, (slot, _)) in plans.iter().enumerate() {
            render_pass.set_scissor_rect(n as u32 * 64, 0, 64, 64);
            pass.paint(render_pass, *slot);
        }
    });
    for (n, (_, plan)) in plans.iter().enumerate() {
        let alone = bench.drawn(plan, 320, 64);
        for (i, (a, b)) in drawn.iter().zip(&alone).enumerate() {
            assert!(!(n * 64..n * 64 + 64).contains(&(i % 320)) || a[0] == *b, "viewport {n}, pixel {i}");
        }
    }
    let once: u64 = films.iter().map(|film| num_texture_bytes(film)).sum();
    assert_eq!(pass.num_bytes(), once, "two films are there once each");
}

#[test]
fn memory_stays_in_the_budget_and_what_is_drawn_stays_in_memory() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, FORMAT);
    let films: Vec<_> = (0..6).map(|_| ramp(256, 256)).collect();
    let bytes = num_texture_bytes(&films[0]);
    pass.set_budget(3 * bytes + 10);
    for film in &films {
        pass.prepare_ahead(&bench.device, &bench.queue, film);
    }
    assert!(pass.num_bytes() <= 3 * bytes);
    // Four panes need more than the budget: all four are drawn, and nothing else is kept.
    let frame = |pass: &mut FilmPass, shown_films: &[Arc<Film>]| {
        for (slot, film) in shown_films.iter().enumerate() {
            pass.prepare(&bench.device, &bench.queue, slot, &shown(film, 128.0, 256.0));
        }
        pass.finish_frame();
    };
    frame(&mut pass, &films[..4]);
    assert_eq!(pass.num_bytes(), 4 * bytes);
    assert!(films[..4].iter().all(|film| pass.has(film)));
    // One pane: the least recently drawn leave.
    frame(&mut pass, &films[3..4]);
    assert!(pass.num_bytes() <= 3 * bytes && pass.has(&films[3]) && !pass.has(&films[0]));
    // A film that is gone from memory leaves the card.
    let gone = ramp(256, 256);
    frame(&mut pass, std::slice::from_ref(&gone));
    drop(gone);
    frame(&mut pass, &films[3..4]);
    frame(&mut pass, &films[3..4]);
    assert!(pass.num_bytes() <= 2 * bytes, "{} of {bytes}", pass.num_bytes());
}

#[test]
fn a_film_over_the_budget_by_itself_is_drawn_smaller_not_left_out() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, FORMAT);
    pass.set_budget(100_000);
    let film = ramp(512, 512);
    let drawn = bench.drawn_by(&mut pass, &shown(&film, 256.0, 512.0), 512, 16);
    let reference = film.rendered(&shown(&film, 256.0, 512.0).display);
    assert!(drawn[..512].iter().zip(&reference[..512]).all(|(a, b)| a.abs_diff(*b) <= 2));
    assert!(pass.num_bytes() <= 100_000);
}

#[test]
fn another_thread_uploads_ahead() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, FORMAT);
    let film = ramp(256, 256);
    let uploader = pass.uploader(&bench.device, &bench.queue);
    let (theirs, again) = (film.clone(), uploader.clone());
    std::thread::spawn(move || uploader.upload(&theirs, u64::MAX)).join().unwrap();
    again.upload(&film, u64::MAX);
    let drawn = bench.drawn_by(&mut pass, &shown(&film, 128.0, 256.0), 64, 4);
    assert!(pass.has(&film));
    assert_eq!(pass.num_bytes(), num_texture_bytes(&film), "what arrives twice is kept once");
    assert_eq!(drawn, bench.drawn(&shown(&film, 128.0, 256.0), 64, 4));
}

#[test]
fn dither_leaves_whole_levels_alone_and_keeps_the_mean() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, FORMAT);
    // 8-bit values in an 8-bit window are whole levels.
    let film = ramp(256, 64);
    let identity = FramePlan { is_dithered: true, ..shown(&film, 128.0, 256.0) };
    let drawn = bench.drawn_by(&mut pass, &identity, 256, 64);
    assert!(drawn.iter().enumerate().all(|(i, &level)| usize::from(level) == i % 256));
    // 14 bits over 256 columns: between two levels, in the share that the value asks for.
    let texels = (0..256 * 64).map(|i| (i % 256) as u16 * 16 + 8000).collect();
    let plane = GreyPlane { texels, scale: 1.0, offset: 0.0 };
    let film = Arc::new(Film::new(256, 64, Pixels::Grey(plane), DisplayFacts::default()));
    let fine = FramePlan { is_dithered: true, ..shown(&film, 8192.0, 16384.0) };
    let drawn = bench.drawn_by(&mut pass, &fine, 256, 64);
    assert_eq!(drawn, bench.drawn_by(&mut pass, &fine, 256, 64), "the same every time");
    let (mut between, mut worst) = (0, 0.0f64);
    for x in 0..256 {
        let exact = (f64::from(x as u16 * 16 + 8000) - 8191.5) / 16383.0 * 255.0 + 127.5;
        let column: Vec<u8> = drawn.iter().skip(x).step_by(256).copied().collect();
        assert!(column.iter().all(|&level| (f64::from(level) - exact).abs() < 1.0));
        between += usize::from(column.iter().any(|&level| level != column[0]));
        let mean = column.iter().map(|&level| f64::from(level)).sum::<f64>() / 64.0;
        worst = worst.max((mean - exact).abs());
    }
    assert!(between > 200 && worst < 0.2, "{between} columns are dithered, the worst mean is off by {worst}");
}

#[test]
fn targets_that_encode_and_targets_of_10_bits_show_the_same_levels() {
    let bench = Bench::new();
    let film = ramp(1024, 8);
    for is_dithered in [false, true] {
        let plan = FramePlan { is_dithered, ..shown(&film, 512.0, 1024.0) };
        for format in [wgpu::TextureFormat::Rgba8UnormSrgb, wgpu::TextureFormat::Rgb10a2Unorm] {
            let mut pass = FilmPass::new(&bench.device, format);
            pass.prepare(&bench.device, &bench.queue, 0, &plan);
            let drawn = bench.painted(format, 1024, 8, |render_pass| pass.paint(render_pass, 0));
            for (i, pixel) in drawn[..1024].iter().enumerate() {
                if format == wgpu::TextureFormat::Rgb10a2Unorm {
                    // 10 bits of film on 10 bits of screen: each value is its own level.
                    assert_eq!(u32::from_le_bytes(*pixel) & 1023, i as u32);
                } else {
                    let exact = i as f64 / 1023.0 * 255.0;
                    assert!((f64::from(pixel[0]) - exact).abs() <= 1.0, "{i}: {pixel:?} {exact}");
                }
            }
        }
    }
}

#[test]
fn a_heat_map_colours_the_film_where_it_has_values() {
    let bench = Bench::new();
    let mut pass = FilmPass::new(&bench.device, FORMAT);
    let film = ramp(256, 64);
    // Two cells of 32 film pixels from column 100 on: nothing, and everything.
    let grid_from_image = Transform::view(1.0 / 32.0, 0, false, Point::new(100.0, 0.0), Point::new(0.0, 0.0));
    let map = HeatMap {
        width: 2,
        height: 1,
        values: Arc::from([0.0, 1.0]),
        color_map: ColorMap::Viridis,
        opacity: 0.5,
        grid_from_image,
    };
    let plain = bench.drawn_by(&mut pass, &shown(&film, 128.0, 256.0), 256, 8);
    let plan = FramePlan { heat_map: Some(map.clone()), ..shown(&film, 128.0, 256.0) };
    pass.prepare(&bench.device, &bench.queue, 0, &plan);
    pass.finish_frame();
    let drawn = bench.painted(FORMAT, 256, 8, |render_pass| pass.paint(render_pass, 0));
    let yellow = map.color_map.colors()[255];
    for (x, pixel) in drawn[..256].iter().enumerate() {
        let grey = plain[x];
        match x {
            0..116 | 164..256 => assert_eq!(pixel[..3], [grey; 3], "column {x}"),
            // From the middle of the second cell on, its value holds.
            148..164 => {
                for (channel, color) in pixel.iter().zip(yellow) {
                    let expected = f64::midpoint(f64::from(grey), f64::from(color));
                    assert!((f64::from(*channel) - expected).abs() <= 1.0, "column {x}: {pixel:?}");
                }
            }
            118..148 => assert_ne!(pixel[..3], [grey; 3], "column {x}"),
            _ => {}
        }
    }
    // A map with too few values is not drawn.
    let torn = HeatMap { height: 2, ..map };
    let plan = FramePlan { heat_map: Some(torn), ..shown(&film, 128.0, 256.0) };
    assert_eq!(bench.drawn_by(&mut pass, &plan, 256, 8), plain);
}

#[test]
fn a_new_device_draws_the_picture_that_the_lost_one_drew() {
    let film = all_values(0.0, DisplayFacts::default());
    let display = DisplaySettings::new(window(30_000.0, 20_000.0, VoiFunction::Sigmoid));
    let first = Bench::new();
    let mut pass = FilmPass::new(&first.device, FORMAT);
    let uploader = pass.uploader(&first.device, &first.queue);
    let before = first.drawn_by(&mut pass, &plan(&film, display.clone()), 256, 256);
    first.device.on_uncaptured_error(Arc::new(|error| println!("as expected: {error}")));
    first.device.destroy();
    // Nothing that is still in flight panics.
    pass.prepare(&first.device, &first.queue, 0, &plan(&film, display.clone()));
    pass.prepare(&first.device, &first.queue, 0, &plan(&ramp(64, 64), display.clone()));
    pass.finish_frame();
    uploader.upload(&ramp(64, 64), u64::MAX);
    let second = Bench::new();
    let mut pass = FilmPass::new(&second.device, FORMAT);
    let after = second.drawn_by(&mut pass, &plan(&film, display), 256, 256);
    assert!(before == after && before.iter().any(|&level| level > 100));
}
