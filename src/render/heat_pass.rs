//! The WGSL pass that draws a heat map over a film.

use bytemuck::{Pod, Zeroable};
use wgpu::util::DeviceExt as _;

use crate::domain::imaging::HeatMap;

use super::film_pass::{render_pipeline, uniform_entry};
use super::frame_plan::FramePlan;

#[derive(Debug)]
pub(super) struct HeatPass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    is_srgb: bool,
    side_limit: u32,
}

/// The heat map of one viewport.
#[derive(Debug, Default)]
pub(super) struct HeatSlot(Option<Drawing>);

#[derive(Debug)]
struct Drawing {
    map: HeatMap,
    uniforms: wgpu::Buffer,
    group: wgpu::BindGroup,
}

/// `Uniforms` of shaders/heatmap.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    row_x: [f32; 4],
    row_y: [f32; 4],
    extent: [i32; 2],
    opacity: f32,
    is_srgb: u32,
}

impl HeatPass {
    pub(super) fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("heatmap.wgsl"),
            source: wgpu::ShaderSource::Wgsl(include_str!("../../shaders/heatmap.wgsl").into()),
        });
        let texture_entry = |binding| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Texture {
                sample_type: wgpu::TextureSampleType::Float { filterable: false },
                view_dimension: wgpu::TextureViewDimension::D2,
                multisampled: false,
            },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("heat map"),
            entries: &[uniform_entry(), texture_entry(1), texture_entry(2)],
        });
        let blended = wgpu::ColorTargetState {
            format: target,
            blend: Some(wgpu::BlendState::ALPHA_BLENDING),
            write_mask: wgpu::ColorWrites::ALL,
        };
        Self {
            pipeline: render_pipeline(device, &module, &layout, blended),
            layout,
            is_srgb: target.is_srgb(),
            side_limit: device.limits().max_texture_dimension_2d,
        }
    }

    pub(super) fn prepare(&self, device: &wgpu::Device, queue: &wgpu::Queue, slot: &mut HeatSlot, plan: &FramePlan) {
        let Some(map) =
            plan.heat_map.as_ref().filter(|map| map.is_whole() && map.width.max(map.height) <= self.side_limit)
        else {
            slot.0 = None;
            return;
        };
        let is_held = |drawing: &Drawing| {
            drawing.map.color_map == map.color_map
                && (drawing.map.width, drawing.map.height) == (map.width, map.height)
                && std::sync::Arc::ptr_eq(&drawing.map.values, &map.values)
        };
        if !slot.0.as_ref().is_some_and(is_held) {
            slot.0 = Some(self.drawing(device, queue, map));
        }
        if let Some(drawing) = &slot.0 {
            let [a, b, tx, c, d, ty] = plan.image_from_framebuffer.then(&map.grid_from_image).rows().map(|v| v as f32);
            let uniforms = Uniforms {
                row_x: [a, b, tx, 0.0],
                row_y: [c, d, ty, 0.0],
                extent: [map.width as i32, map.height as i32],
                opacity: map.opacity.clamp(0.0, 1.0),
                is_srgb: u32::from(self.is_srgb),
            };
            queue.write_buffer(&drawing.uniforms, 0, bytemuck::bytes_of(&uniforms));
        }
    }

    fn drawing(&self, device: &wgpu::Device, queue: &wgpu::Queue, map: &HeatMap) -> Drawing {
        let texture = |width, height, format, bytes: &[u8]| {
            let descriptor = wgpu::TextureDescriptor {
                label: Some("heat map"),
                size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
                view_formats: &[],
            };
            let order = wgpu::util::TextureDataOrder::LayerMajor;
            let texture = device.create_texture_with_data(queue, &descriptor, order, bytes);
            texture.create_view(&wgpu::TextureViewDescriptor::default())
        };
        let values = bytemuck::cast_slice(&map.values);
        let grid = texture(map.width, map.height, wgpu::TextureFormat::R32Float, values);
        let rgba: Vec<u8> = map.color_map.colors().iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
        let colors = texture(256, 1, wgpu::TextureFormat::Rgba8Unorm, &rgba);
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("heat map"),
            size: size_of::<Uniforms>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("heat map"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: uniforms.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(&grid) },
                wgpu::BindGroupEntry { binding: 2, resource: wgpu::BindingResource::TextureView(&colors) },
            ],
        });
        Drawing { map: map.clone(), uniforms, group }
    }

    pub(super) fn paint(&self, pass: &mut wgpu::RenderPass<'_>, slot: &HeatSlot) {
        if let Some(drawing) = &slot.0 {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &drawing.group, &[]);
            pass.draw(0..3, 0..1);
        }
    }
}
