//! The WGSL pass that draws one film into the current viewport.

use std::sync::Arc;

use crate::domain::imaging::Film;

use super::film_texture::FilmTexture;
use super::frame_plan::{FramePlan, Table, Uniforms};

/// Pipeline and what one film needs to be drawn.
#[derive(Debug)]
pub struct FilmPass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    slots: Vec<Slot>,
    /// The least recently drawn first.
    textures: Vec<FilmTexture>,
    budget_bytes: u64,
    frame: u64,
    is_preparing: bool,
}

/// What one viewport needs of its own.
#[derive(Debug)]
struct Slot {
    table: wgpu::Texture,
    table_view: wgpu::TextureView,
    uniforms: wgpu::Buffer,
    table_holds: Option<(Arc<Film>, Table)>,
    bind_group: Option<(Arc<Film>, wgpu::BindGroup)>,
}

/// Films kept on the GPU unless told otherwise.
const DEFAULT_BUDGET_BYTES: u64 = 512 << 20;

impl FilmPass {
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("film.wgsl"),
            source: wgpu::ShaderSource::Wgsl(include_str!("../../shaders/film.wgsl").into()),
        });
        let texture_entry = |binding, sample_type| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Texture {
                sample_type,
                view_dimension: wgpu::TextureViewDimension::D2,
                multisampled: false,
            },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("film"),
            entries: &[
                wgpu::BindGroupLayoutEntry {
                    binding: 0,
                    visibility: wgpu::ShaderStages::FRAGMENT,
                    ty: wgpu::BindingType::Buffer {
                        ty: wgpu::BufferBindingType::Uniform,
                        has_dynamic_offset: false,
                        min_binding_size: None,
                    },
                    count: None,
                },
                texture_entry(1, wgpu::TextureSampleType::Uint),
                texture_entry(2, wgpu::TextureSampleType::Float { filterable: false }),
            ],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("film"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("film"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &shader,
                entry_point: Some("vs_main"),
                buffers: &[],
                compilation_options: wgpu::PipelineCompilationOptions::default(),
            },
            fragment: Some(wgpu::FragmentState {
                module: &shader,
                entry_point: Some("fs_main"),
                targets: &[Some(target.into())],
                compilation_options: wgpu::PipelineCompilationOptions::default(),
            }),
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            multiview_mask: None,
            cache: None,
        });
        Self {
            pipeline,
            layout,
            slots: Vec::new(),
            textures: Vec::new(),
            budget_bytes: DEFAULT_BUDGET_BYTES,
            frame: 1,
            is_preparing: false,
        }
    }

    /// Bytes of films kept on the GPU between frames. What a frame draws is kept even where it is more.
    pub fn set_budget(&mut self, bytes: u64) {
        self.budget_bytes = bytes;
    }

    /// Bytes of films on the GPU now.
    pub fn num_bytes(&self) -> u64 {
        self.textures.iter().map(|t| t.num_bytes).sum()
    }

    /// Uploads a film before it is shown.
    pub fn prepare_ahead(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, film: &Arc<Film>) {
        if !self.textures.iter().any(|t| Arc::ptr_eq(&t.film, film)) {
            let texture = FilmTexture::new(device, queue, film);
            self.textures.push(texture);
            self.evict();
        }
    }

    /// Brings everything for this plan onto the GPU, for the viewport of this slot. With the film already there, that
    /// is one small uniform write, and a table of 65,536 values only where a LUT changed.
    pub fn prepare(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, slot: usize, plan: &FramePlan) {
        self.is_preparing = true;
        let at = self.textures.iter().position(|t| Arc::ptr_eq(&t.film, &plan.film));
        let mut texture = match at {
            Some(at) => self.textures.remove(at),
            None => FilmTexture::new(device, queue, &plan.film),
        };
        texture.drawn_at = self.frame;
        while self.slots.len() <= slot {
            self.slots.push(Slot::new(device));
        }
        let slot = &mut self.slots[slot];
        let needed = plan.table();
        let is_current =
            slot.table_holds.as_ref().is_some_and(|(film, held)| Arc::ptr_eq(film, &plan.film) && *held == needed);
        if needed != Table::Unused && !is_current {
            queue.write_texture(
                slot.table.as_image_copy(),
                bytemuck::cast_slice(&plan.table_values()),
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(256 * 4), rows_per_image: Some(256) },
                wgpu::Extent3d { width: 256, height: 256, depth_or_array_layers: 1 },
            );
            slot.table_holds = Some((plan.film.clone(), needed));
        }
        queue.write_buffer(
            &slot.uniforms,
            0,
            bytemuck::bytes_of(&plan.uniforms(texture.num_levels, texture.num_skipped)),
        );
        if !slot.bind_group.as_ref().is_some_and(|(film, _)| Arc::ptr_eq(film, &plan.film)) {
            let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("film"),
                layout: &self.layout,
                entries: &[
                    wgpu::BindGroupEntry { binding: 0, resource: slot.uniforms.as_entire_binding() },
                    wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(&texture.view) },
                    wgpu::BindGroupEntry { binding: 2, resource: wgpu::BindingResource::TextureView(&slot.table_view) },
                ],
            });
            slot.bind_group = Some((plan.film.clone(), group));
        }
        self.textures.push(texture);
    }

    /// Ends the preparing of a frame: every viewport has told its plan, so what none of them draws may go.
    pub fn finish_frame(&mut self) {
        if std::mem::take(&mut self.is_preparing) {
            self.evict();
            self.frame += 1;
        }
    }

    /// The least recently shown films leave first; those of this frame stay.
    fn evict(&mut self) {
        let mut total = self.num_bytes();
        let mut at = 0;
        while total > self.budget_bytes && at < self.textures.len() {
            if self.textures[at].drawn_at == self.frame {
                at += 1;
            } else {
                total -= self.textures.remove(at).num_bytes;
            }
        }
    }

    /// Draws what was prepared last for this slot, over the whole viewport.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>, slot: usize) {
        if let Some((_, group)) = self.slots.get(slot).and_then(|slot| slot.bind_group.as_ref()) {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}

impl Slot {
    fn new(device: &wgpu::Device) -> Self {
        let table = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("film table"),
            size: wgpu::Extent3d { width: 256, height: 256, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::R32Float,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("film uniforms"),
            size: std::mem::size_of::<Uniforms>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let table_view = table.create_view(&wgpu::TextureViewDescriptor::default());
        Self { table, table_view, uniforms, table_holds: None, bind_group: None }
    }
}
