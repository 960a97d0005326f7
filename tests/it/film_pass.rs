//! The shader and the CPU reference agree within one grey level, on every value, window and polarity.

use std::sync::Arc;

use rachis::domain::geometry::{Point, Transform};
use rachis::domain::imaging::{
    DisplayFacts, DisplaySettings, Film, GreyPlane, Modality, Pixels, Voi, VoiFunction, VoiLut, Window,
};
use rachis::render::{FilmPass, FramePlan};

/// A device without a window; software rendering will do.
pub struct Bench {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
}

impl Bench {
    pub fn new() -> Self {
        Self::with_limits(&wgpu::Limits::default())
    }

    pub fn with_limits(limits: &wgpu::Limits) -> Self {
        // WGPU_BACKEND=gl or vulkan chooses among the drivers.
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
        let options = wgpu::RequestAdapterOptions::default();
        let adapter = pollster::block_on(instance.request_adapter(&options)).expect("a graphics adapter, software too");
        let descriptor =
            wgpu::DeviceDescriptor { required_limits: limits.clone(), ..wgpu::DeviceDescriptor::default() };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).expect("a device");
        Self { device, queue }
    }

    /// Red channel of the drawn plan, `width * height`.
    pub fn drawn(&self, plan: &FramePlan, width: u32, height: u32) -> Vec<u8> {
        let mut pass = FilmPass::new(&self.device, wgpu::TextureFormat::Rgba8Unorm);
        self.drawn_by(&mut pass, plan, width, height)
    }

    /// The same by a pass that may hold films already.
    pub fn drawn_by(&self, pass: &mut FilmPass, plan: &FramePlan, width: u32, height: u32) -> Vec<u8> {
        pass.prepare(&self.device, &self.queue, 0, plan);
        pass.finish_frame();
        let pixels =
            self.painted(wgpu::TextureFormat::Rgba8Unorm, width, height, |render_pass| pass.paint(render_pass, 0));
        pixels.iter().map(|p| p[0]).collect()
    }

    /// The four bytes of each pixel after painting.
    pub fn painted(
        &self,
        format: wgpu::TextureFormat,
        width: u32,
        height: u32,
        paint: impl FnOnce(&mut wgpu::RenderPass<'_>),
    ) -> Vec<[u8; 4]> {
        let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        let target = self.device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let stride = (width * 4).next_multiple_of(256);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(stride * height),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let view = target.create_view(&wgpu::TextureViewDescriptor::default());
            let mut render_pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
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
            paint(&mut render_pass);
        }
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride), rows_per_image: Some(height) };
        encoder.copy_texture_to_buffer(
            target.as_image_copy(),
            wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
            size,
        );
        self.queue.submit([encoder.finish()]);
        buffer.slice(..).map_async(wgpu::MapMode::Read, |outcome| outcome.expect("mapped"));
        self.device.poll(wgpu::PollType::wait_indefinitely()).expect("drawn");
        let bytes = buffer.slice(..).get_mapped_range().expect("mapped");
        let rows = bytes.chunks_exact(stride as usize);
        rows.flat_map(|row| row[..width as usize * 4].as_chunks().0.to_vec()).collect()
    }
}

/// One film pixel on one framebuffer pixel.
pub fn plan(film: &Arc<Film>, display: DisplaySettings) -> FramePlan {
    let identity = Transform::view(1.0, 0, false, Point::default(), Point::default());
    FramePlan::new(film.clone(), display, identity)
}

/// Every 16-bit value once.
pub fn all_values(offset: f64, facts: DisplayFacts) -> Arc<Film> {
    let texels = (0..=u16::MAX).collect();
    Arc::new(Film::new(256, 256, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset }), facts))
}

pub fn window(center: f64, width: f64, function: VoiFunction) -> Voi {
    Voi::Window(Window { function, ..Window::linear(center, width) })
}

#[test]
fn shader_and_reference_agree_on_every_value() {
    let bench = Bench::new();
    let lut = VoiLut {
        first: 100.0,
        bits: 10,
        values: (0..1000u32).map(|i| (i * i / 977) as u16).collect::<Vec<_>>().into(),
        explanation: None,
    };
    let vois = [
        window(2048.0, 4096.0, VoiFunction::Linear),
        window(32768.0, 65536.0, VoiFunction::Linear),
        window(1000.0, 1.0, VoiFunction::Linear),
        window(1000.5, 2.0, VoiFunction::Linear),
        window(-500.0, 3.7, VoiFunction::LinearExact),
        window(700.0, 900.0, VoiFunction::LinearExact),
        window(1024.0, 512.0, VoiFunction::Sigmoid),
        window(40_000.0, 9_000.0, VoiFunction::Sigmoid),
        Voi::Lut(lut),
    ];
    let modalities = [
        Modality::Rescale { slope: 1.0, intercept: 0.0 },
        Modality::Rescale { slope: 0.25, intercept: -1024.0 },
        Modality::Rescale { slope: -2.0, intercept: 70_000.0 },
        Modality::Lut { first: 500.0, values: (0..4096u16).map(|i| 4095 - i).collect() },
    ];
    let mut num_compared = 0;
    for (offset, modality) in [0.0, -32768.0].into_iter().flat_map(|o| modalities.iter().map(move |m| (o, m))) {
        let facts = DisplayFacts {
            modality: modality.clone(),
            is_inverted: offset < 0.0,
            padding: Some((offset + 60_000.0, offset + 60_010.0)),
            ..DisplayFacts::default()
        };
        let film = all_values(offset, facts);
        for voi in &vois {
            for is_inverted in [false, true] {
                let display = DisplaySettings { is_inverted, ..DisplaySettings::new(voi.clone()) };
                let reference = film.rendered(&display);
                let drawn = bench.drawn(&plan(&film, display), 256, 256);
                for (texel, (a, b)) in reference.iter().zip(&drawn).enumerate() {
                    assert!(a.abs_diff(*b) <= 1, "texel {texel}: {a} and {b} under {voi:?}, {modality:?}");
                    num_compared += 1;
                }
            }
        }
    }
    assert_eq!(num_compared, 2 * 4 * 9 * 2 * 65_536);
}

#[test]
fn colour_films_come_through_unchanged() {
    let bench = Bench::new();
    let bytes: Vec<u8> = (0..64 * 32 * 3).map(|i| (i * 7 % 256) as u8).collect();
    let film = Arc::new(Film::new(64, 32, Pixels::Rgb(bytes.clone()), DisplayFacts::default()));
    let display = film.initial_settings();
    let drawn = bench.drawn(&plan(&film, display), 64, 32);
    let reds: Vec<u8> = bytes.chunks_exact(3).map(|c| c[0]).collect();
    assert_eq!(drawn, reds);
}

#[test]
fn a_minified_film_is_averaged_not_sampled() {
    // One-pixel stripes at a quarter of the size: the mean everywhere, no moiré.
    let bench = Bench::new();
    let texels = (0..512 * 512).map(|i| if i % 2 == 0 { 0 } else { 1000 }).collect();
    let facts = DisplayFacts { bits_stored: 10, ..DisplayFacts::default() };
    let film = Film::new(512, 512, Pixels::Grey(GreyPlane { texels, scale: 1.0, offset: 0.0 }), facts);
    let film = Arc::new(film);
    let display = DisplaySettings::new(Voi::Window(Window::linear(500.0, 1001.0)));
    let image_from_framebuffer = Transform::view(4.0, 0, false, Point::default(), Point::default());
    let drawn = bench.drawn(&FramePlan::new(film, display, image_from_framebuffer), 128, 128);
    for grey in drawn {
        assert!(grey.abs_diff(128) <= 2, "{grey}");
    }
}

#[test]
fn outside_the_film_is_black() {
    let bench = Bench::new();
    let film = all_values(0.0, DisplayFacts { is_inverted: true, ..DisplayFacts::default() });
    let display = DisplaySettings::new(window(40_000.0, 10.0, VoiFunction::Linear));
    let drawn = bench.drawn(&plan(&film, display), 300, 256);
    assert!(drawn.chunks_exact(300).all(|row| row[256..].iter().all(|&g| g == 0)));
}
