//! From a file on disk to its picture handed to the graphics card, beside the bare decoder.
//!
//! The films are made by `tests/parity/make_bench_films.py`, one in each transfer syntax; nothing is measured
//! where that script was not run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use rachis::dicom::isolated::Decoder;
use rachis::dicom::{decode_stored, read_facts};
use rachis::domain::geometry::{Point, Transform};
use rachis::domain::imaging::Film;
use rachis::domain::study::FilmSource;
use rachis::render::{FilmPass, FramePlan};

pub fn bench(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/bench_films");
    let mut films: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map(|files| {
            files.filter_map(|f| Some(f.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "dcm")).collect()
        })
        .unwrap_or_default();
    films.sort();
    if films.is_empty() {
        println!("first picture: skipped, run tests/parity/make_bench_films.py to make its films");
        return;
    }
    header_scan(criterion, &films);
    let (device, queue, mut pass, target) = graphics();
    let mut group = criterion.benchmark_group("2500 x 1600, 12 bits");
    group.sample_size(15);
    for path in films {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let source = FilmSource::File(path);
        group.bench_function(format!("{name}, decoder alone"), |b| {
            b.iter(|| decode_stored(&source, 0).expect("decodes"));
        });
        let mut decoder = Decoder::with_program(env!("CARGO_BIN_EXE_rachis").into());
        decoder.warm_up().expect("the decoding process starts");
        group.bench_function(format!("{name}, first picture"), |b| {
            b.iter_custom(|num| {
                let mut spent = Duration::ZERO;
                for _ in 0..num {
                    let start = std::time::Instant::now();
                    let film = Arc::new(decoder.decode(&source, 0).expect("decodes").film);
                    let view = Transform::view(2.5, 0, false, Point::default(), Point::default());
                    let display = film.initial_settings();
                    let plan = FramePlan::new(film, display, view);
                    pass.prepare(&device, &queue, 0, &plan);
                    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
                    pass.paint(&mut into_target(&mut encoder, &target), 0);
                    queue.submit([encoder.finish()]);
                    spent += start.elapsed();
                    // Rasterising is the graphics card's work.
                    device.poll(wgpu::PollType::wait_indefinitely()).expect("drawn");
                    // As after every frame of the window: films that are gone leave the card.
                    pass.finish_frame();
                }
                spent
            });
        });
    }
    group.finish();
    steps(criterion, &folder.join("native.dcm"), (&device, &queue), &mut pass);
}

/// What lies between decoding and drawing, on the decoding thread.
fn steps(criterion: &mut Criterion, path: &Path, (device, queue): (&wgpu::Device, &wgpu::Queue), pass: &mut FilmPass) {
    let source = FilmSource::File(path.to_owned());
    let Ok(decoded) = rachis::dicom::decode(&source, 0) else { return };
    let film = decoded.film;
    // A film of its own each time: what is worked out once is kept with the film.
    let fresh = || Film::new(film.width, film.height, film.pixels.clone(), film.facts.clone());
    let mut group = criterion.benchmark_group("2500 x 1600, 12 bits, one step");
    group.sample_size(15);
    let each = criterion::BatchSize::PerIteration;
    group.bench_function("mip chain", |b| b.iter_batched_ref(fresh, |film| film.mip_chain().num_levels(), each));
    group.bench_function("computed window", |b| b.iter_batched_ref(fresh, |film| film.computed_window().width, each));
    let with_levels = || {
        let film = Arc::new(fresh());
        film.mip_chain();
        film
    };
    group.bench_function("upload", |b| {
        b.iter_batched_ref(
            with_levels,
            |film| {
                pass.prepare_ahead(device, queue, film);
                queue.submit([]);
            },
            each,
        );
    });
    group.finish();
}

/// Facts of one film, as an import reads them; films a second is 1 over this.
fn header_scan(criterion: &mut Criterion, films: &[PathBuf]) {
    let mut group = criterion.benchmark_group("header scan");
    // A deflated film has to be inflated to its end before anything of it is known.
    let headers = films.iter().filter(|path| !path.ends_with("deflated.dcm"));
    let sources: Vec<FilmSource> = headers.cloned().map(FilmSource::File).collect();
    group.throughput(criterion::Throughput::Elements(sources.len() as u64));
    group.bench_function("facts of a film", |b| {
        b.iter(|| sources.iter().map(|s| read_facts(s).expect("reads").facts.width).sum::<u32>());
    });
    group.finish();
}

fn graphics() -> (wgpu::Device, wgpu::Queue, FilmPass, wgpu::TextureView) {
    let instance = wgpu::Instance::default();
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()))
        .expect("a graphics adapter, software too");
    let (device, queue) =
        pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).expect("a device");
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let pass = FilmPass::new(&device, format);
    let target = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 640, height: 1000, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    });
    let view = target.create_view(&wgpu::TextureViewDescriptor::default());
    (device, queue, pass, view)
}

fn into_target(encoder: &mut wgpu::CommandEncoder, target: &wgpu::TextureView) -> wgpu::RenderPass<'static> {
    encoder
        .begin_render_pass(&wgpu::RenderPassDescriptor {
            label: None,
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: target,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations::default(),
            })],
            depth_stencil_attachment: None,
            timestamp_writes: None,
            occlusion_query_set: None,
            multiview_mask: None,
        })
        .forget_lifetime()
}
