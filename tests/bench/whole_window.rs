//! The whole window without a display: every part of a frame but rasterising, each with the time that it took.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::App as _;
use eframe::egui_wgpu::{RenderState, RendererOptions, ScreenDescriptor, WgpuConfiguration};
use rachis::app::{Decode, Outside, Window};
use rachis::domain::id::ReaderId;
use rachis::jobs::EngineOptions;
use rachis::session::{Command, Event, FilePurpose, Input, Screen};
use rachis::ui::UiState;

use super::cpu_time;

const SCREEN: (f32, f32) = (1920.0, 1080.0);

/// The parts of a frame, in their order. News are what threads told and the commands of the one who drives the bench,
/// with the session's steps and the effects that come of them; buffers are what the panels' shapes and the film pass
/// bring onto the card.
pub const PARTS: [&str; 6] = ["news", "ui", "tessellation", "textures", "buffers", "encoding"];

/// What one frame took of the window's thread.
#[derive(Clone, Copy, Debug)]
pub struct FrameTime {
    pub cpu: Duration,
    /// From beginning to end by the clock, less the time for which the thread was ready to go on and no core was free:
    /// work and every wait for a lock, a disk or another thread.
    pub held: Duration,
    /// From beginning to end by the clock.
    pub wall: Duration,
    /// By the clock, as [`PARTS`] names them.
    pub parts: [Duration; PARTS.len()],
}

/// The window at a project.
pub struct Seat {
    pub window: Window,
    context: egui::Context,
    frame: eframe::Frame,
    gpu: RenderState,
    target: wgpu::Texture,
    keys: Vec<egui::Key>,
    inputs: Vec<Input>,
}

impl Seat {
    /// At the worklist of reader R1.
    pub fn new(project: PathBuf, decode: Decode, engine: Option<EngineOptions>) -> Self {
        let instance = wgpu::Instance::default();
        let options = RendererOptions::default();
        let gpu = pollster::block_on(RenderState::create(&WgpuConfiguration::default(), &instance, None, options))
            .expect("a graphics adapter, software too");
        let context = egui::Context::default();
        let mut creation = eframe::CreationContext::_new_kittest(context.clone());
        creation.wgpu_render_state = Some(gpu.clone());
        let outside = Outside::new(context.clone(), decode, false);
        let outside = match engine {
            Some(engine) => outside.with_engine(engine),
            None => outside,
        };
        let window = Window::new(&creation, outside, UiState::default());
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
        let mut seat = Self { window, context, frame, gpu, target, keys: Vec::new(), inputs: Vec::new() };
        seat.ask(Input::Event(Event::PathChosen { purpose: FilePurpose::OpenProject, paths: vec![project] }));
        seat.until(|window| window.session.project.is_some());
        seat.ask(Input::Command(Command::SignInAs(ReaderId::new("R1"))));
        seat.until(|window| window.session.worklist.is_loaded);
        seat
    }

    /// Opens the first film of the worklist and waits until it is shown.
    pub fn at_first_film(mut self) -> Self {
        self.ask(Input::Command(Command::ShowFilm));
        self.until(|window| window.session.screen == Screen::Film && window.session.pane.film.is_some());
        while !self.is_shown() {
            self.frame();
        }
        self
    }

    pub fn until(&mut self, holds: impl Fn(&Window) -> bool) {
        let start = Instant::now();
        while !holds(&self.window) {
            assert!(start.elapsed() < Duration::from_mins(1), "the window stands still");
            self.frame();
        }
    }

    /// The next frame takes this key.
    pub fn key(&mut self, key: egui::Key) {
        self.keys.push(key);
    }

    /// The next frame begins with this.
    pub fn ask(&mut self, input: Input) {
        self.inputs.push(input);
    }

    /// Whether the film that was asked for is in the viewport.
    pub fn is_shown(&self) -> bool {
        let pane = &self.window.session.pane;
        pane.wanted.is_none() && pane.film.as_ref().is_some_and(|film| film.film().is_some())
    }

    /// Frames for a while, so that threads get ahead.
    pub fn settle(&mut self) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(600) {
            self.frame();
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// One frame, all but rasterised.
    pub fn frame(&mut self) -> FrameTime {
        let (start, cpu_before, queued_before) = (Instant::now(), cpu_time::of_this_thread(), cpu_time::queued());
        let mut parts = [Duration::ZERO; PARTS.len()];
        let mut since = start;
        let mut part_done = |part: usize| {
            let now = Instant::now();
            parts[part] = now - std::mem::replace(&mut since, now);
        };
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
        for input in self.inputs.drain(..) {
            window.handle(input);
        }
        let context = self.context.clone();
        window.logic(&context, frame);
        part_done(0);
        let mut output = self.context.run_ui(input, |ui| window.ui(ui, frame));
        part_done(1);
        let primitives = self.context.tessellate(std::mem::take(&mut output.shapes), 1.0);
        part_done(2);
        let descriptor = ScreenDescriptor { size_in_pixels: [SCREEN.0 as u32, SCREEN.1 as u32], pixels_per_point: 1.0 };
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut renderer = self.gpu.renderer.write();
        let mut deltas: Vec<_> = output.textures_delta.set.drain().collect();
        deltas.sort_by_key(|(id, _)| *id);
        for (id, delta) in deltas.iter().flat_map(|(id, deltas)| deltas.iter().map(move |delta| (*id, delta))) {
            renderer.update_texture(&self.gpu.device, &self.gpu.queue, id, delta);
        }
        part_done(3);
        renderer.update_buffers(&self.gpu.device, &self.gpu.queue, &mut encoder, &primitives, &descriptor);
        part_done(4);
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
        part_done(5);
        let wall = start.elapsed();
        let cpu = cpu_time::of_this_thread().saturating_sub(cpu_before);
        // The count of the queue may lag behind.
        let held = wall.saturating_sub(cpu_time::queued().saturating_sub(queued_before)).max(cpu);
        self.gpu.device.poll(wgpu::PollType::Poll).expect("the device is there");
        FrameTime { cpu, held, wall, parts }
    }
}
