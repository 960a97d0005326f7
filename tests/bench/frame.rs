//! CPU time of a frame while the window is dragged over 500 boxes, at 1920 x 1080, in one viewport and in four.
//!
//! Everything the window's own thread does is counted: input, panels, tessellation, uploads, encoding. Rasterising is
//! the graphics card's work and is waited for outside the count, so the figure holds with software rendering too.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use eframe::egui_wgpu::{RenderState, RendererOptions, ScreenDescriptor, WgpuConfiguration};
use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::geometry::{Point, Rect};
use rachis::domain::id::{AnnotationId, ImageId, PatientId, ReaderId, SeriesId, StudyId};
use rachis::domain::imaging::{DisplayFacts, Film, GreyPlane, Pixels, Voi, Window};
use rachis::domain::label::LabelName;
use rachis::domain::project::{Project, Reader};
use rachis::domain::reading::{Decision, Reading};
use rachis::domain::rules::default_rules;
use rachis::domain::study::{FilmEntry, FilmFacts, FilmSource};
use rachis::domain::task::TaskState;
use rachis::domain::worklist::WorklistRow;
use rachis::formats::label_set;
use rachis::session::{Command, Effect, Event, Input, Layout, PointerButton, PointerEvent, PointerKind, Session};
use rachis::ui::{self, UiState};

use super::cpu_time;

const SCREEN: (f32, f32) = (1920.0, 1080.0);

struct Seat {
    context: egui::Context,
    state: UiState,
    session: Session,
    gpu: RenderState,
    target: wgpu::Texture,
    shift: f64,
}

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    group.sample_size(30);
    // In four viewports the windows are linked: the drag changes all of them.
    for (name, num_films, num_boxes) in
        [("windowing, 500 boxes, CPU time", 1, 500), ("windowing, 4 viewports, 500 boxes, CPU time", 4, 125)]
    {
        let mut seat = Seat::new(num_films, num_boxes);
        for _ in 0..5 {
            seat.frame();
        }
        seat.check(num_films);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|num| (0..num).map(|_| seat.frame()).sum());
        });
    }
    group.finish();
}

impl Seat {
    fn new(num_films: usize, num_boxes: usize) -> Self {
        let instance = wgpu::Instance::default();
        let options = RendererOptions::default();
        let gpu = pollster::block_on(RenderState::create(&WgpuConfiguration::default(), &instance, None, options))
            .expect("a graphics adapter, software too");
        rachis::render::install(&gpu);
        let context = egui::Context::default();
        ui::theme::install(&context);
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
        let state = UiState { has_gpu: true, ..UiState::default() };
        Self { context, state, session: session_with(num_films, num_boxes), gpu, target, shift: 0.0 }
    }

    /// One frame with a new window; the thread's CPU time without waiting for the rasteriser.
    fn frame(&mut self) -> Duration {
        let start = cpu_time::of_this_thread();
        self.shift = (self.shift + 3.0) % 200.0;
        let at = Point::new(400.0 + self.shift, 300.0);
        self.session.handle(Input::Pointer(pointer(PointerKind::Move, at)), 0);
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(SCREEN.0, SCREEN.1));
        let input = egui::RawInput { screen_rect: Some(screen), ..egui::RawInput::default() };
        let mut asked = Vec::new();
        let mut output = self.context.run_ui(input, |ui| ui::show(ui, &self.session, &mut self.state, &mut asked));
        for input in asked {
            self.session.handle(input, 0);
        }
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = self.context.tessellate(shapes, 1.0);
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
        drop(renderer);
        self.gpu.queue.submit([encoder.finish()]);
        let spent = cpu_time::of_this_thread().saturating_sub(start);
        self.gpu.device.poll(wgpu::PollType::wait_indefinitely()).expect("the frame is drawn");
        spent
    }

    /// That the frames are what they are taken for: every viewport's film on the card, every window dragged.
    fn check(&self, num_films: usize) {
        let shown: Vec<_> = self.session.panes().filter_map(|(_, pane)| pane.film.as_ref()).collect();
        assert_eq!(shown.len(), num_films);
        for film in shown {
            assert!(film.window().is_some_and(|window| window.width != 4096.0), "the drag changes this window");
        }
        let renderer = self.gpu.renderer.read();
        let pass = renderer.callback_resources.get::<rachis::render::FilmPass>().expect("installed");
        assert!(pass.num_bytes() >= num_films as u64 * 2500 * 1600 * 2, "{}", pass.num_bytes());
    }
}

fn pointer(kind: PointerKind, at: Point) -> PointerEvent {
    PointerEvent { slot: 0, kind, at, is_ctrl: false, is_shift: false, is_alt: false, is_space: false }
}

/// 2500 x 1600 films of one study with boxes all over them, side by side and linked, the right button held.
fn session_with(num_films: usize, num_boxes: usize) -> Session {
    let set = label_set::shipped().into_iter().find(|set| set.id == "vindr_spine").expect("shipped");
    let labels: Vec<_> = set.local().map(|label| label.name.clone()).collect();
    let reader = ReaderId::new("R1");
    let images: Vec<ImageId> = (0..num_films).map(|n| ImageId::new(format!("film{n}"))).collect();
    let rows = images.iter().map(|image| row(image, num_boxes)).collect();
    let project = Project {
        name: "bench".into(),
        label_set: set.id.clone(),
        rules: default_rules(),
        is_synthetic: true,
        is_blind: true,
        is_open: false,
        custom_rules: Vec::new(),
        instructions: String::new(),
    };
    let one = Reader { id: reader.clone(), name: "One".into(), years_of_experience: None };
    let mut session = Session::default();
    let mut inputs = VecDeque::from([
        Input::Event(Event::ProjectOpened {
            folder: PathBuf::from("bench"),
            project,
            label_set: Arc::new(set),
            readers: vec![one],
            number: 1,
            is_read_only: false,
            view: None,
        }),
        Input::Command(Command::SignInAs(reader.clone())),
        Input::Event(Event::WorklistLoaded { reader: reader.clone(), rows }),
        Input::Command(Command::SetLayout(if num_films > 1 { Layout::Four } else { Layout::One })),
        Input::Command(Command::OpenFilm(images[0].clone())),
    ]);
    if num_films > 1 {
        inputs.push_back(Input::Command(Command::ToggleLinked));
    }
    let film = Arc::new(film());
    while let Some(input) = inputs.pop_front() {
        for effect in session.handle(input, 0) {
            match effect {
                Effect::LoadReading { image, reader } => inputs.push_back(Input::Event(Event::ReadingLoaded {
                    study: images.iter().map(entry).collect(),
                    priors: Vec::new(),
                    reading: reading(&image, &reader, &labels, num_boxes),
                    image,
                    log: Vec::new(),
                    others: Vec::new(),
                })),
                Effect::LoadPicture { image, frame } => {
                    // A film of its own for each viewport, as on any other day.
                    let film = Arc::new(Film::clone(&film));
                    inputs.push_back(Input::Event(Event::PictureLoaded { image, frame, film }));
                }
                _ => {}
            }
        }
    }
    session.handle(Input::Pointer(pointer(PointerKind::Down(PointerButton::Right), Point::new(200.0, 200.0))), 0);
    session
}

fn film() -> Film {
    let (width, height) = (1600, 2500);
    let texels = (0..width * height).map(|i| (i % 4096) as u16).collect();
    let voi = vec![Voi::Window(Window::linear(2048.0, 4096.0))];
    let facts = DisplayFacts { bits_stored: 12, voi, ..DisplayFacts::default() };
    Film::new(width, height, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts)
}

fn reading(image: &ImageId, reader: &ReaderId, labels: &[LabelName], num_boxes: usize) -> Reading {
    let annotations = (0..num_boxes).map(|i| {
        let (x, y) = ((i % 20) as f64 * 78.0, (i / 20) as f64 * 98.0);
        let rect = Rect::from_columns(x + 3.0, y + 20.0, x + 60.0, y + 80.0).expect("ordered");
        let label = labels[i % labels.len()].clone();
        Annotation::boxed(AnnotationId(i as i64 + 1), label, rect, Origin::Drawn).expect("a lesion")
    });
    Reading::restored(
        image.clone(),
        reader.clone(),
        annotations.collect(),
        rachis::domain::presence::LabelAnswers::default(),
        TaskState::Doing,
        String::new(),
    )
}

fn entry(image: &ImageId) -> FilmEntry {
    FilmEntry {
        facts: FilmFacts {
            image: image.clone(),
            series: SeriesId::new("series"),
            study: StudyId::new("study"),
            patient: PatientId::new("patient"),
            width: 1600,
            height: 2500,
            num_frames: 1,
            modality: None,
            body_part: None,
            view_position: None,
            laterality: None,
            series_description: None,
            sex: None,
            age_years: Some(60.0),
            study_date: None,
            series_number: None,
            instance_number: None,
            pixel_spacing_mm: None,
            is_lossy: false,
            is_synthetic: true,
            file_bytes: 0,
        },
        source: FilmSource::File(PathBuf::from("film.dcm")),
        sha256: [0; 32],
    }
}

fn row(image: &ImageId, num_boxes: usize) -> WorklistRow {
    WorklistRow {
        image: image.clone(),
        study: StudyId::new("study"),
        view: String::new(),
        sex: None,
        age_years: None,
        state: TaskState::Doing,
        decision: Decision::Abnormal,
        num_marks: num_boxes as u32,
        unfit: None,
        labels: 0,
        last_edit_ms: None,
    }
}
