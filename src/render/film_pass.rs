//! The WGSL pass that draws films, each into a viewport of its own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::domain::imaging::{DisplaySettings, Film, GreyScale, Voi};

use super::film_texture::FilmTexture;
use super::frame_plan::FramePlan;
use super::heat_pass::{HeatPass, HeatSlot};
use super::texture_cache::TextureCache;
use super::tiles::TextureLimits;
use super::uniforms::Uniforms;

/// Pipelines, the films on the GPU, and what each viewport needs to draw one.
pub struct FilmPass {
    target: wgpu::TextureFormat,
    integer: wgpu::RenderPipeline,
    enhanced: wgpu::RenderPipeline,
    heat: HeatPass,
    cache: TextureCache,
    slots: Vec<Slot>,
    /// A lock because a receiver alone could not lie among egui's callback resources; only the pass opens it.
    arriving: egui::mutex::Mutex<Receiver<FilmTexture>>,
    sender: Sender<FilmTexture>,
    limits: TextureLimits,
    is_preparing: bool,
}

/// What one viewport needs of its own.
#[derive(Debug)]
struct Slot {
    uniforms: wgpu::Buffer,
    table: wgpu::Texture,
    table_view: wgpu::TextureView,
    /// The film (its chain's gain and bias) and LUT that the table is of.
    table_holds: Option<(f64, f64, Voi)>,
    drawing: Option<Drawing>,
    heat: HeatSlot,
    is_of_this_frame: bool,
}

#[derive(Debug)]
struct Drawing {
    group: wgpu::BindGroup,
    view: wgpu::TextureView,
    is_enhanced: bool,
}

/// Uploads films from any thread, before they are shown.
#[derive(Clone, Debug)]
pub struct FilmUploader {
    device: wgpu::Device,
    queue: wgpu::Queue,
    limits: TextureLimits,
    sender: Sender<FilmTexture>,
}

impl std::fmt::Debug for FilmPass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FilmPass").field("cache", &self.cache).field("slots", &self.slots.len()).finish_non_exhaustive()
    }
}

impl FilmUploader {
    /// Uploads the film; the pass takes it over at its next frame. A film over `max_bytes` comes at a smaller level.
    pub fn upload(&self, film: &Arc<Film>, max_bytes: u64) {
        if let Some(texture) = FilmTexture::new(&self.device, &self.queue, film, self.limits, max_bytes) {
            // The pass is gone with its device: then so is the need.
            self.sender.send(texture).ok();
        }
    }
}

impl FilmPass {
    /// A pass for targets of one format. 8 or 10 bits a channel, with or without sRGB encoding: the pass writes display
    /// values, and undoes beforehand what an sRGB target would do to them.
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        Self::with_limits(device, target, TextureLimits::of(device))
    }

    /// With tighter limits than the device's own.
    pub fn with_limits(device: &wgpu::Device, target: wgpu::TextureFormat, limits: TextureLimits) -> Self {
        let (sender, arriving) = channel();
        Self {
            target,
            integer: pipeline(device, target, include_str!("../../shaders/film_integer.wgsl"), true),
            enhanced: pipeline(device, target, include_str!("../../shaders/film_enhanced.wgsl"), false),
            heat: HeatPass::new(device, target),
            cache: TextureCache::new(device, limits),
            slots: Vec::new(),
            arriving: egui::mutex::Mutex::new(arriving),
            sender,
            limits,
            is_preparing: false,
        }
    }

    /// For threads that decode ahead.
    pub fn uploader(&self, device: &wgpu::Device, queue: &wgpu::Queue) -> FilmUploader {
        FilmUploader { device: device.clone(), queue: queue.clone(), limits: self.limits, sender: self.sender.clone() }
    }

    /// Bytes of films kept on the GPU between frames. What a frame draws is kept even where it is more; a film that is
    /// over it by itself is drawn from a smaller level.
    pub fn set_budget(&mut self, bytes: u64) {
        self.cache.set_budget(bytes);
    }

    /// Bytes of films on the GPU now.
    pub fn num_bytes(&self) -> u64 {
        self.cache.num_bytes()
    }

    /// Whether a film is on the GPU already.
    pub fn has(&self, film: &Arc<Film>) -> bool {
        self.cache.has(film)
    }

    /// Uploads a film before it is shown, on this thread.
    pub fn prepare_ahead(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, film: &Arc<Film>) {
        self.take_arrivals();
        self.cache.upload_ahead(device, queue, film);
    }

    /// Brings everything for this plan onto the GPU, for the viewport of this slot. With the film already there, that
    /// is one small uniform write, and a table of 65,536 values only where a LUT changed.
    pub fn prepare(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, slot: usize, plan: &FramePlan) {
        self.is_preparing = true;
        self.take_arrivals();
        while self.slots.len() <= slot {
            self.slots.push(Slot::new(device));
        }
        let slot = &mut self.slots[slot];
        slot.is_of_this_frame = true;
        let Some(shown) = self.cache.shown(device, queue, &plan.film, plan.display.enhancement) else {
            slot.drawing = None;
            return;
        };
        slot.write_table(queue, &plan.film, &plan.display);
        let uniforms = Uniforms::new(plan, &shown.film.layout, self.target);
        queue.write_buffer(&slot.uniforms, 0, bytemuck::bytes_of(&uniforms));
        let (view, is_enhanced) = shown.enhanced.map_or((&shown.film.view, false), |t| (&t.view, true));
        if slot.drawing.as_ref().is_none_or(|drawing| drawing.view != *view) {
            let pipeline = if is_enhanced { &self.enhanced } else { &self.integer };
            let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("film"),
                layout: &pipeline.get_bind_group_layout(0),
                entries: &[
                    wgpu::BindGroupEntry { binding: 0, resource: slot.uniforms.as_entire_binding() },
                    wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(view) },
                    wgpu::BindGroupEntry { binding: 2, resource: wgpu::BindingResource::TextureView(&slot.table_view) },
                ],
            });
            slot.drawing = Some(Drawing { group, view: view.clone(), is_enhanced });
        }
        self.heat.prepare(device, queue, &mut slot.heat, plan);
    }

    /// Ends the preparing of a frame: every viewport has told its plan, so what none of them draws may go.
    pub fn finish_frame(&mut self) {
        if !std::mem::take(&mut self.is_preparing) {
            return;
        }
        for slot in &mut self.slots {
            // A viewport that is gone must not keep a film's memory.
            if !std::mem::take(&mut slot.is_of_this_frame) {
                slot.drawing = None;
                slot.heat = HeatSlot::default();
            }
        }
        self.cache.finish_frame();
    }

    /// Draws what was prepared last for this slot, over the whole viewport.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>, slot: usize) {
        let Some(slot) = self.slots.get(slot) else { return };
        if let Some(drawing) = &slot.drawing {
            pass.set_pipeline(if drawing.is_enhanced { &self.enhanced } else { &self.integer });
            pass.set_bind_group(0, &drawing.group, &[]);
            pass.draw(0..3, 0..1);
            self.heat.paint(pass, &slot.heat);
        }
    }

    fn take_arrivals(&mut self) {
        let arrived: Vec<_> = self.arriving.lock().try_iter().collect();
        for texture in arrived {
            if !texture.is_orphan() && !self.cache.films().any(|t| t.is_same_film(&texture)) {
                self.cache.add(texture);
            }
        }
    }
}

impl Slot {
    fn new(device: &wgpu::Device) -> Self {
        let table = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("film table"),
            size: TABLE_SIZE,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::R32Float,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("film uniforms"),
            size: size_of::<Uniforms>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let table_view = table.create_view(&wgpu::TextureViewDescriptor::default());
        Self {
            uniforms,
            table,
            table_view,
            table_holds: None,
            drawing: None,
            heat: HeatSlot::default(),
            is_of_this_frame: false,
        }
    }

    /// Windows need no table; a LUT's is written when it, or the film's scale, changes.
    fn write_table(&mut self, queue: &wgpu::Queue, film: &Film, display: &DisplaySettings) {
        let Voi::Lut(_) = &display.voi else { return };
        let chain = film.mip_chain();
        let is_held = self
            .table_holds
            .as_ref()
            .is_some_and(|(gain, bias, voi)| *gain == chain.gain && *bias == chain.bias && *voi == display.voi);
        if let (false, Some(scale)) = (is_held, GreyScale::of_codes(film, display)) {
            queue.write_texture(
                self.table.as_image_copy(),
                bytemuck::cast_slice(scale.fractions()),
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(256 * 4), rows_per_image: Some(256) },
                TABLE_SIZE,
            );
            self.table_holds = Some((chain.gain, chain.bias, display.voi.clone()));
        }
    }
}

/// 65,536 values, row by row.
const TABLE_SIZE: wgpu::Extent3d = wgpu::Extent3d { width: 256, height: 256, depth_or_array_layers: 1 };

fn pipeline(
    device: &wgpu::Device,
    target: wgpu::TextureFormat,
    texels: &str,
    is_integer: bool,
) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("film.wgsl"),
        source: wgpu::ShaderSource::Wgsl(format!("{texels}{}", include_str!("../../shaders/film.wgsl")).into()),
    });
    let texture_entry = |binding, sample_type, view_dimension| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Texture { sample_type, view_dimension, multisampled: false },
        count: None,
    };
    let float = wgpu::TextureSampleType::Float { filterable: false };
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("film"),
        entries: &[
            uniform_entry(),
            texture_entry(
                1,
                if is_integer { wgpu::TextureSampleType::Uint } else { float },
                wgpu::TextureViewDimension::D2Array,
            ),
            texture_entry(2, float, wgpu::TextureViewDimension::D2),
        ],
    });
    render_pipeline(device, &module, &layout, target.into())
}

/// Binding 0 of every render pass here.
pub(super) fn uniform_entry() -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding: 0,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }
}

/// One triangle over the viewport.
pub(super) fn render_pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    layout: &wgpu::BindGroupLayout,
    target: wgpu::ColorTargetState,
) -> wgpu::RenderPipeline {
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: None,
        layout: Some(&pipeline_layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("vs_main"),
            buffers: &[],
            compilation_options: wgpu::PipelineCompilationOptions::default(),
        },
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some("fs_main"),
            targets: &[Some(target)],
            compilation_options: wgpu::PipelineCompilationOptions::default(),
        }),
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        multiview_mask: None,
        cache: None,
    })
}
