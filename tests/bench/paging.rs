//! Paging through films as fast as keys repeat: the worst frame, films that are there at once, and memory.
//!
//! The whole window without a display: input, session, panels, tessellation, uploads and encoding on one thread, whose
//! CPU time is counted; decoding runs on its own threads, and rasterising, which is the graphics card's work, is left
//! out. Real films come from `tests/parity/make_bench_films.py`; without them, made ones are paged.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::App as _;
use eframe::egui_wgpu::{RenderState, RendererOptions, ScreenDescriptor, WgpuConfiguration};
use rachis::app::{Decode, Outside, Window};
use rachis::dicom::isolated::Decoder;
use rachis::domain::id::{ImageId, PatientId, ReaderId, SeriesId, StudyId};
use rachis::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels, Voi, Window as GreyWindow};
use rachis::domain::project::Reader;
use rachis::domain::rules::default_rules;
use rachis::domain::study::{FilmEntry, FilmFacts, FilmSource};
use rachis::session::{Command, Event, FilePurpose, Input, Screen};
use rachis::store::{NewProject, Store};
use rachis::ui::UiState;

use super::cpu_time;

const SCREEN: (f32, f32) = (1920.0, 1080.0);
/// Keys repeat thirty times a second; the window draws at most sixty frames.
const FRAME: Duration = Duration::from_micros(16_667);
const FRAMES_A_KEY: usize = 2;

pub fn bench() {
    if !std::env::args().skip(1).all(|arg| arg.starts_with("--") || "paging".contains(&arg)) {
        return;
    }
    let sources = bench_films();
    switching(&sources);
    paging(&sources, 200);
    memory(600);
}

/// One after the other with time to decode ahead: how many frames until the film that was asked for is drawn.
fn switching(sources: &[PathBuf]) {
    let mut seat = Seat::new(60, sources, 1024, 512);
    let (mut at_once, mut worst) = (0, Duration::ZERO);
    for _ in 0..50 {
        seat.settle();
        seat.key(egui::Key::PageDown);
        seat.frame();
        // The frame that took the key has shown the old film; the next one shows the new.
        at_once += usize::from(seat.is_shown());
        worst = worst.max(seat.frame());
    }
    println!(
        "paging: {at_once} of 50 films decoded ahead are drawn in the frame after the key; the worst such frame takes \
         {:.1} ms of CPU time",
        millis(worst)
    );
}

/// As fast as keys repeat, whatever is decoded by then.
fn paging(sources: &[PathBuf], num: usize) {
    let mut seat = Seat::new(num + 1, sources, 1024, 512);
    seat.settle();
    let mut frames = Vec::new();
    let mut at_once = 0;
    let start = Instant::now();
    for key in 0..num {
        for n in 0..FRAMES_A_KEY {
            if n == 0 {
                seat.key(egui::Key::PageDown);
            }
            frames.push(seat.frame());
            if n == 0 {
                at_once += usize::from(seat.is_shown());
            }
            let due = FRAME * (key * FRAMES_A_KEY + n + 1) as u32;
            std::thread::sleep(due.saturating_sub(start.elapsed()));
        }
    }
    let took = start.elapsed();
    let asked = Instant::now();
    while !seat.is_shown() {
        seat.frame();
    }
    frames.sort();
    println!(
        "paging: {num} films at {:.0} keys a second; CPU time of a frame: worst {:.1} ms, 99 % under {:.1} ms, median \
         {:.1} ms; {at_once} films were there at once, the last one {:.0} ms after the last key",
        num as f64 / took.as_secs_f64(),
        millis(frames[frames.len() - 1]),
        millis(frames[frames.len() * 99 / 100]),
        millis(frames[frames.len() / 2]),
        millis(asked.elapsed())
    );
}

/// Every film drawn, with small budgets: what the process grows by.
fn memory(num: usize) {
    const BUDGET_MB: u32 = 128;
    let mut seat = Seat::new(num + 1, &[], BUDGET_MB, BUDGET_MB);
    let mut before = 0;
    let (mut most, mut most_films, mut most_textures) = (0, 0, 0);
    for n in 0..num {
        seat.key(egui::Key::PageDown);
        seat.frame();
        while !seat.is_shown() {
            seat.frame();
        }
        seat.frame();
        most_films = most_films.max(seat.window.film_bytes());
        most_textures = most_textures.max(seat.window.state.memory_used[1].unwrap_or(0));
        // Once the budgets are full, nothing grows any more.
        if n == num / 4 {
            before = resident_bytes();
        }
        if n > num / 4 {
            most = most.max(resident_bytes());
        }
    }
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "paging: {num} films with budgets of {BUDGET_MB} MiB each; films took at most {:.0} MiB, textures {:.0} MiB; the \
         process had {:.0} MiB after a quarter of them and at most {:.0} MiB after that",
        mib(most_films),
        mib(most_textures),
        mib(before),
        mib(most)
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The window on a project of films, without a display.
struct Seat {
    context: egui::Context,
    window: Window,
    frame: eframe::Frame,
    gpu: RenderState,
    target: wgpu::Texture,
    keys: Vec<egui::Key>,
    _folder: tempfile::TempDir,
}

impl Seat {
    fn new(num: usize, sources: &[PathBuf], film_mb: u32, texture_mb: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("project");
        make_project(&project, num, sources);
        let instance = wgpu::Instance::default();
        let options = RendererOptions::default();
        let gpu = pollster::block_on(RenderState::create(&WgpuConfiguration::default(), &instance, None, options))
            .expect("a graphics adapter, software too");
        let context = egui::Context::default();
        let mut creation = eframe::CreationContext::_new_kittest(context.clone());
        creation.wgpu_render_state = Some(gpu.clone());
        let decode: Decode = if sources.is_empty() { Box::new(|source, _| Ok(made(source))) } else { Box::new(decode) };
        let outside = Outside::new(context.clone(), decode, false);
        let mut window = Window::new(&creation, outside, UiState::default());
        window.session.settings.film_budget_mb = film_mb;
        window.session.settings.texture_budget_mb = texture_mb;
        let target = gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: SCREEN.0 as u32, height: SCREEN.1 as u32, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: gpu.target_format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            view_formats: &[],
        });
        let frame = eframe::Frame::_new_kittest();
        let mut seat = Self { context, window, frame, gpu, target, keys: Vec::new(), _folder: folder };
        let paths = vec![project];
        seat.window.handle(Input::Event(Event::PathChosen { purpose: FilePurpose::OpenProject, paths }));
        seat.until(|window| window.session.project.is_some());
        seat.window.handle(Input::Command(Command::SignInAs(ReaderId::new("R1"))));
        seat.until(|window| window.session.worklist.is_loaded);
        seat.window.handle(Input::Command(Command::ShowFilm));
        seat.until(|window| window.session.screen == Screen::Film && window.session.pane.film.is_some());
        while !seat.is_shown() {
            seat.frame();
        }
        seat
    }

    fn until(&mut self, holds: impl Fn(&Window) -> bool) {
        let start = Instant::now();
        while !holds(&self.window) {
            assert!(start.elapsed() < Duration::from_mins(1), "the window stands still");
            self.frame();
        }
    }

    fn key(&mut self, key: egui::Key) {
        self.keys.push(key);
    }

    /// Whether the film that was asked for is in the viewport.
    fn is_shown(&self) -> bool {
        let pane = &self.window.session.pane;
        pane.wanted.is_none() && pane.film.as_ref().is_some_and(|film| film.film().is_some())
    }

    /// Frames for a while, so that threads get ahead.
    fn settle(&mut self) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(600) {
            self.frame();
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// One frame, all but rasterised; the thread's CPU time.
    fn frame(&mut self) -> Duration {
        let start = cpu_time::of_this_thread();
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(SCREEN.0, SCREEN.1));
        let event = |key, pressed| egui::Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: egui::Modifiers::NONE,
        };
        let events = self.keys.drain(..).flat_map(|key| [event(key, true), event(key, false)]).collect();
        let input = egui::RawInput { screen_rect: Some(screen), events, focused: true, ..egui::RawInput::default() };
        let (window, frame) = (&mut self.window, &mut self.frame);
        let context = self.context.clone();
        window.logic(&context, frame);
        let mut output = self.context.run_ui(input, |ui| window.ui(ui, frame));
        let primitives = self.context.tessellate(std::mem::take(&mut output.shapes), 1.0);
        let descriptor = ScreenDescriptor { size_in_pixels: [SCREEN.0 as u32, SCREEN.1 as u32], pixels_per_point: 1.0 };
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut renderer = self.gpu.renderer.write();
        let mut deltas: Vec<_> = output.textures_delta.set.drain().collect();
        deltas.sort_by_key(|(id, _)| *id);
        for (id, delta) in deltas.iter().flat_map(|(id, deltas)| deltas.iter().map(move |delta| (*id, delta))) {
            renderer.update_texture(&self.gpu.device, &self.gpu.queue, id, delta);
        }
        renderer.update_buffers(&self.gpu.device, &self.gpu.queue, &mut encoder, &primitives, &descriptor);
        {
            let view = self.target.create_view(&wgpu::TextureViewDescriptor::default());
            let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: None,
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: &view,
                    depth_slice: None,
                    resolve_target: None,
                    ops: wgpu::Operations::default(),
                })],
                depth_stencil_attachment: None,
                timestamp_writes: None,
                occlusion_query_set: None,
                multiview_mask: None,
            });
            renderer.render(&mut pass.forget_lifetime(), &primitives, &descriptor);
        }
        let mut free: Vec<_> = output.textures_delta.free.iter().copied().collect();
        free.sort();
        for id in free {
            renderer.free_texture(&id);
        }
        drop(renderer);
        // What was recorded is thrown away: rasterised by a processor, a frame would take longer than a key repeats.
        // Uploads go through.
        drop(encoder.finish());
        self.gpu.queue.submit([]);
        let spent = cpu_time::of_this_thread().saturating_sub(start);
        self.gpu.device.poll(wgpu::PollType::Poll).expect("the device is there");
        spent
    }
}

/// One film in each transfer syntax, where they were made.
fn bench_films() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench_films");
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(|file| Some(file.ok()?.path()));
    let mut films: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "dcm")).collect();
    films.sort();
    if films.is_empty() {
        println!("paging: films are made ones; tests/parity/make_bench_films.py makes files in each transfer syntax");
    }
    films
}

/// As the window decodes: each thread with a decoder of its own.
fn decode(source: &FilmSource, frame: u32) -> Result<Film, String> {
    thread_local! {
        static DECODER: RefCell<Decoder> = RefCell::new(Decoder::with_program(env!("CARGO_BIN_EXE_rachis").into()));
    }
    let decoded = DECODER.with_borrow_mut(|decoder| decoder.decode(source, frame));
    decoded.map(|decoded| decoded.film).map_err(|error| error.to_string())
}

/// A film of two megapixels that needs no file.
fn made(source: &FilmSource) -> Film {
    let seed = match source {
        FilmSource::File(path) => path.as_os_str().len() as u16,
        FilmSource::Zip { .. } => 0,
    };
    let (width, height) = (1250, 1600);
    let texels = (0..width * height).map(|i: u32| (i as u16).wrapping_add(seed) & 0xfff).collect();
    let voi = vec![Voi::Window(GreyWindow::linear(2048.0, 4096.0))];
    let facts = DisplayFacts { bits_stored: 12, voi, ..DisplayFacts::default() };
    Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
}

/// `num` films, each a study of its own, whose files are the given ones in turn.
fn make_project(folder: &Path, num: usize, sources: &[PathBuf]) {
    let project = NewProject {
        name: "bench".into(),
        label_set: "vindr_spine".into(),
        rules: default_rules(),
        is_synthetic: true,
    };
    let mut store = Store::create(folder, &project).unwrap();
    store.add_reader(&Reader { id: ReaderId::new("R1"), name: "One".into(), years_of_experience: None }).unwrap();
    let films: Vec<FilmEntry> = (0..num).map(|n| entry(n, sources)).collect();
    store.add_films(&films).unwrap();
}

fn entry(n: usize, sources: &[PathBuf]) -> FilmEntry {
    let source = match sources.len() {
        0 => PathBuf::from(format!("made/{n}.dcm")),
        len => sources[n % len].clone(),
    };
    let mut sha256 = [0; 32];
    sha256[..8].copy_from_slice(&(n as u64).to_le_bytes());
    FilmEntry {
        facts: FilmFacts {
            image: ImageId::new(format!("{n:032x}")),
            series: SeriesId::new(format!("series{n:05}")),
            study: StudyId::new(format!("study{n:05}")),
            patient: PatientId::new(format!("patient{n:05}")),
            width: 1600,
            height: 2500,
            num_frames: 1,
            modality: Some("DX".into()),
            body_part: None,
            view_position: Some("AP".into()),
            laterality: None,
            series_description: None,
            sex: None,
            age_years: None,
            study_date: None,
            series_number: Some(1),
            instance_number: Some(1),
            pixel_spacing_mm: None,
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 1000,
        },
        source: FilmSource::File(source),
        sha256,
    }
}

/// Memory of this process that is in use now, in bytes; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib << 10)
}
