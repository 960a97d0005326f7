//! The WGSL pass that draws thousands of marks: triangles in film coordinates that stay on the graphics card while the
//! view moves over them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use eframe::egui_wgpu::{CallbackResources, CallbackTrait, ScreenDescriptor};
use wgpu::util::DeviceExt as _;

use crate::domain::geometry::Transform;

use super::film_pass::uniform_entry;

/// One corner of a triangle.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, PartialEq, Debug)]
pub struct MarkVertex {
    /// On the film, in its pixels.
    pub at: [f32; 2],
    /// From there in points of the screen, along the axes of the unturned film: what keeps its size at every zoom.
    pub offset: [f32; 2],
    /// sRGB, premultiplied.
    pub color: [u8; 4],
    pub grid: PixelGrid,
}

/// Where on the screen's pixels a place is laid while the view rests, for edges that are as sharp as can be.
#[repr(transparent)]
#[derive(Clone, Copy, Pod, Zeroable, PartialEq, Eq, Debug)]
pub struct PixelGrid(u32);

impl PixelGrid {
    pub const ANYWHERE: Self = Self(0);
    /// For lines of an even number of pixels.
    pub const EDGES: Self = Self(1);
    /// For lines of an odd number of pixels.
    pub const MIDDLES: Self = Self(2);
}

/// Some marks as triangles. Two of the same key are the same.
#[derive(Clone, Debug, Default)]
pub struct MarkChunk {
    pub key: u64,
    pub vertices: Vec<MarkVertex>,
    pub indices: Vec<u32>,
}

/// What is drawn of a chunk.
#[derive(Clone, Debug)]
pub struct MarkPart {
    pub chunk: Arc<MarkChunk>,
    /// Of its indices.
    pub ranges: Vec<Range<u32>>,
}

/// All marks of one viewport and how they are shown, as a value.
#[derive(Clone, Debug)]
pub struct MarksPlan {
    pub parts: Arc<[MarkPart]>,
    /// Points of the viewport from film pixels.
    pub screen_from_image: Transform,
    /// The viewport's corner in points of the window.
    pub origin: [f32; 2],
    /// 1 is as they are, less is fainter.
    pub strength: f32,
    /// Lays corners on the screen's pixels, as [`PixelGrid`] says.
    pub is_at_rest: bool,
}

/// Puts a plan into the window where its viewport is.
#[derive(Debug)]
pub struct MarksCallback {
    /// As [`super::FilmCallback::slot`].
    pub slot: usize,
    pub plan: MarksPlan,
}

/// Pipeline, the chunks on the card, and what each viewport needs to draw its own.
#[derive(Debug)]
pub struct MarksPass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    is_srgb: bool,
    chunks: HashMap<u64, Held>,
    slots: Vec<Slot>,
    num_uploads: u64,
    is_preparing: bool,
}

/// A chunk on the card.
#[derive(Debug)]
struct Held {
    vertices: wgpu::Buffer,
    indices: wgpu::Buffer,
    is_of_this_frame: bool,
}

#[derive(Debug)]
struct Slot {
    uniforms: wgpu::Buffer,
    group: wgpu::BindGroup,
}

/// `Uniforms` of shaders/marks.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    row_x: [f32; 4],
    row_y: [f32; 4],
    turn: [f32; 4],
    screen: [f32; 2],
    strength: f32,
    flags: u32,
}

impl MarksPass {
    /// For targets of one format, as [`super::FilmPass::new`].
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let mut entry = uniform_entry();
        entry.visibility = wgpu::ShaderStages::VERTEX_FRAGMENT;
        let layout = device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("marks"), entries: &[entry] });
        Self {
            pipeline: pipeline(device, &layout, target),
            layout,
            is_srgb: target.is_srgb(),
            chunks: HashMap::new(),
            slots: Vec::new(),
            num_uploads: 0,
            is_preparing: false,
        }
    }

    /// Chunks that were brought onto the card so far: none in a frame in which no mark changed.
    pub const fn num_uploads(&self) -> u64 {
        self.num_uploads
    }

    /// Brings what this plan shows onto the card, for the viewport of this slot. Size in pixels is the framebuffer's.
    pub fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        slot: usize,
        plan: &MarksPlan,
        (size, pixels_per_point): ([u32; 2], f32),
    ) {
        self.is_preparing = true;
        while self.slots.len() <= slot {
            let slot = Slot::new(device, &self.layout);
            self.slots.push(slot);
        }
        let uniforms = Uniforms::new(plan, size, pixels_per_point, self.is_srgb);
        queue.write_buffer(&self.slots[slot].uniforms, 0, bytemuck::bytes_of(&uniforms));
        for chunk in plan.parts.iter().map(|part| &part.chunk).filter(|chunk| !chunk.indices.is_empty()) {
            let held = self.chunks.entry(chunk.key).or_insert_with(|| {
                self.num_uploads += 1;
                Held::new(device, chunk)
            });
            held.is_of_this_frame = true;
        }
    }

    /// Ends the preparing of a frame: what no viewport draws may go.
    pub fn finish_frame(&mut self) {
        if std::mem::take(&mut self.is_preparing) {
            self.chunks.retain(|_, held| std::mem::take(&mut held.is_of_this_frame));
        }
    }

    /// Draws a plan as it was prepared for this slot, over the whole framebuffer but for what is cut off.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>, slot: usize, plan: &MarksPlan) {
        let Some(slot) = self.slots.get(slot) else { return };
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &slot.group, &[]);
        for part in plan.parts.iter() {
            let Some(held) = self.chunks.get(&part.chunk.key) else { continue };
            pass.set_vertex_buffer(0, held.vertices.slice(..));
            pass.set_index_buffer(held.indices.slice(..), wgpu::IndexFormat::Uint32);
            for range in &part.ranges {
                pass.draw_indexed(range.clone(), 0, 0..1);
            }
        }
    }
}

impl Held {
    fn new(device: &wgpu::Device, chunk: &MarkChunk) -> Self {
        let buffer = |contents, usage| {
            device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some("marks"), contents, usage })
        };
        Self {
            vertices: buffer(bytemuck::cast_slice(&chunk.vertices), wgpu::BufferUsages::VERTEX),
            indices: buffer(bytemuck::cast_slice(&chunk.indices), wgpu::BufferUsages::INDEX),
            is_of_this_frame: true,
        }
    }
}

impl Slot {
    fn new(device: &wgpu::Device, layout: &wgpu::BindGroupLayout) -> Self {
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("marks"),
            size: size_of::<Uniforms>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("marks"),
            layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: uniforms.as_entire_binding() }],
        });
        Self { uniforms, group }
    }
}

impl Uniforms {
    fn new(plan: &MarksPlan, size: [u32; 2], pixels_per_point: f32, is_srgb: bool) -> Self {
        let scale = f64::from(pixels_per_point);
        let [a, b, tx, c, d, ty] = plan.screen_from_image.rows().map(|v| v * scale);
        let [left, top] = plan.origin.map(|v| f64::from(v) * scale);
        let (across, down) = (a.hypot(c), b.hypot(d));
        let turn = [a / across, c / across, b / down, d / down].map(|v| v as f32 * pixels_per_point);
        Self {
            row_x: [a, b, tx + left, 0.0].map(|v| v as f32),
            row_y: [c, d, ty + top, 0.0].map(|v| v as f32),
            turn,
            screen: size.map(|n| n as f32),
            strength: plan.strength,
            flags: u32::from(is_srgb) | u32::from(plan.is_at_rest) << 1,
        }
    }
}

fn pipeline(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    target: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("marks.wgsl"),
        source: wgpu::ShaderSource::Wgsl(include_str!("../../shaders/marks.wgsl").into()),
    });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let attributes = wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x2, 2 => Unorm8x4, 3 => Uint32];
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("marks"),
        layout: Some(&pipeline_layout),
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("vs_main"),
            buffers: &[Some(wgpu::VertexBufferLayout {
                array_stride: size_of::<MarkVertex>() as u64,
                step_mode: wgpu::VertexStepMode::Vertex,
                attributes: &attributes,
            })],
            compilation_options: wgpu::PipelineCompilationOptions::default(),
        },
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("fs_main"),
            targets: &[Some(wgpu::ColorTargetState {
                format: target,
                blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                write_mask: wgpu::ColorWrites::ALL,
            })],
            compilation_options: wgpu::PipelineCompilationOptions::default(),
        }),
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        multiview_mask: None,
        cache: None,
    })
}

impl CallbackTrait for MarksCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(pass) = resources.get_mut::<MarksPass>() {
            pass.prepare(device, queue, self.slot, &self.plan, (screen.size_in_pixels, screen.pixels_per_point));
        }
        Vec::new()
    }

    fn finish_prepare(
        &self,
        _device: &wgpu::Device,
        _queue: &wgpu::Queue,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(pass) = resources.get_mut::<MarksPass>() {
            pass.finish_frame();
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: egui::PaintCallbackInfo,
        render_pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(pass) = resources.get::<MarksPass>() {
            // Marks reach over the edge of their viewport and are cut off there by the clip rectangle alone.
            let [width, height] = info.screen_size_px;
            render_pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
            pass.paint(render_pass, self.slot, &self.plan);
        }
    }
}
