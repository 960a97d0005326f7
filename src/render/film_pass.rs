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
    table: wgpu::Texture,
    table_view: wgpu::TextureView,
    uniforms: wgpu::Buffer,
    textures: Vec<FilmTexture>,
    table_holds: Option<(Arc<Film>, Table)>,
    bind_group: Option<(Arc<Film>, wgpu::BindGroup)>,
    budget_bytes: u64,
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
        Self {
            pipeline,
            layout,
            table,
            table_view,
            uniforms,
            textures: Vec::new(),
            table_holds: None,
            bind_group: None,
            budget_bytes: DEFAULT_BUDGET_BYTES,
        }
    }

    /// Brings everything for this plan onto the GPU. With the film already there, that is one small
    /// uniform write, and a table of 65,536 values only where a LUT changed.
    pub fn prepare(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, plan: &FramePlan) {
        let at = self.textures.iter().position(|t| Arc::ptr_eq(&t.film, &plan.film));
        let texture = match at {
            Some(at) => self.textures.remove(at),
            None => FilmTexture::new(device, queue, &plan.film),
        };
        let needed = plan.table();
        let is_current =
            self.table_holds.as_ref().is_some_and(|(film, held)| Arc::ptr_eq(film, &plan.film) && *held == needed);
        if needed != Table::Unused && !is_current {
            queue.write_texture(
                self.table.as_image_copy(),
                bytemuck::cast_slice(&plan.table_values()),
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(256 * 4), rows_per_image: Some(256) },
                wgpu::Extent3d { width: 256, height: 256, depth_or_array_layers: 1 },
            );
            self.table_holds = Some((plan.film.clone(), needed));
        }
        queue.write_buffer(
            &self.uniforms,
            0,
            bytemuck::bytes_of(&plan.uniforms(texture.num_levels, texture.num_skipped)),
        );
        if !self.bind_group.as_ref().is_some_and(|(film, _)| Arc::ptr_eq(film, &plan.film)) {
            let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("film"),
                layout: &self.layout,
                entries: &[
                    wgpu::BindGroupEntry { binding: 0, resource: self.uniforms.as_entire_binding() },
                    wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(&texture.view) },
                    wgpu::BindGroupEntry { binding: 2, resource: wgpu::BindingResource::TextureView(&self.table_view) },
                ],
            });
            self.bind_group = Some((plan.film.clone(), group));
        }
        self.textures.push(texture);
        self.evict();
    }

    /// The least recently shown films leave first; the one on screen stays.
    fn evict(&mut self) {
        let mut total: u64 = self.textures.iter().map(|t| t.num_bytes).sum();
        while total > self.budget_bytes && self.textures.len() > 1 {
            total -= self.textures.remove(0).num_bytes;
        }
    }

    /// Draws what was prepared last, over the whole viewport.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>) {
        if let Some((_, group)) = &self.bind_group {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}
