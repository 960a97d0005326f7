//! Compute passes that enhance a film once; every frame after that only windows the result.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use wgpu::util::DeviceExt as _;

use crate::domain::imaging::enhance::{
    AMOUNT, CLIP_LIMIT, Enhancement, FLATNESS, GUIDE_RADIUS, NUM_BINS, blur_sigma, blur_weights, detail_gain,
    guide_level, tiles,
};
use crate::domain::imaging::{Film, NO_VALUE};

use super::film_texture::{FilmTexture, array_view, new_texture};
use super::tiles::TileLayout;

/// The pipelines of shaders/enhance.wgsl.
#[derive(Debug)]
pub(super) struct EnhancePass {
    fit_windows: wgpu::ComputePipeline,
    mean_of_fits: wgpu::ComputePipeline,
    unpack: wgpu::ComputePipeline,
    unpack_with_local_contrast: wgpu::ComputePipeline,
    blur_rows: wgpu::ComputePipeline,
    sharpen: wgpu::ComputePipeline,
    maps_of_tiles: wgpu::ComputePipeline,
    equalise: wgpu::ComputePipeline,
    halve: wgpu::ComputePipeline,
}

/// An enhanced film with its mip chain, laid out as the film's own texture.
#[derive(Debug)]
pub(super) struct EnhancedTexture {
    pub(super) film: std::sync::Weak<Film>,
    pub(super) enhancement: Enhancement,
    pub(super) view: wgpu::TextureView,
    pub(super) num_bytes: u64,
    pub(super) drawn_at: u64,
}

/// `Params` of shaders/enhance.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    size: [u32; 2],
    from_size: [u32; 2],
    tile_bits: u32,
    from_tile_bits: u32,
    tile_columns: u32,
    mip: u32,
    padding: [u32; 2],
    from_padding: [u32; 2],
    unit: f32,
    low: f32,
    high: f32,
    detail_gain: f32,
    amount: f32,
    flatness: f32,
    radius: i32,
    blur_radius: i32,
    tiles: [u32; 2],
    bin_scale: f32,
    clip_limit: f32,
    blur: [[f32; 4]; 5],
}

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R32Float;
const BYTES_PER_TEXEL: u64 = 4;

/// Whether a device has what the passes need. Without it enhancement stays off. Under OpenGL it does too: views of one
/// level of a texture that another pass writes are not dependable there, and the window asks for no compute passes.
pub fn can_enhance(device: &wgpu::Device) -> bool {
    let limits = device.limits();
    device.adapter_info().backend != wgpu::Backend::Gl
        && limits.max_compute_invocations_per_workgroup >= 256
        && limits.max_compute_workgroup_size_x >= 256
        && limits.max_storage_textures_per_shader_stage >= 1
        && limits.max_storage_buffers_per_shader_stage >= 2
}

/// Bytes of an enhanced film's texture.
pub(super) fn num_bytes(layout: &TileLayout) -> u64 {
    layout.num_texels() * BYTES_PER_TEXEL
}

impl EnhancePass {
    pub(super) fn new(device: &wgpu::Device) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("enhance.wgsl"),
            source: wgpu::ShaderSource::Wgsl(include_str!("../../shaders/enhance.wgsl").into()),
        });
        let pipeline = |entry_point| {
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry_point),
                layout: None,
                module: &module,
                entry_point: Some(entry_point),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        };
        Self {
            fit_windows: pipeline("fit_windows"),
            mean_of_fits: pipeline("mean_of_fits"),
            unpack: pipeline("unpack"),
            unpack_with_local_contrast: pipeline("unpack_with_local_contrast"),
            blur_rows: pipeline("blur_rows"),
            sharpen: pipeline("sharpen"),
            maps_of_tiles: pipeline("maps_of_tiles"),
            equalise: pipeline("equalise"),
            halve: pipeline("halve"),
        }
    }

    /// Enhances a grey film whose texture begins with the film itself (`first_level` 0).
    pub(super) fn enhanced(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        film: &Arc<Film>,
        source: &FilmTexture,
        enhancement: Enhancement,
    ) -> EnhancedTexture {
        let layout = source.layout;
        let usage = wgpu::TextureUsages::STORAGE_BINDING;
        let result = new_texture(device, &layout, layout.num_levels, FORMAT, usage);
        let plane = || level_view(&new_texture(device, &layout, 1, FORMAT, usage), 0);
        let params = Params::new(film, &layout, enhancement);
        let mut work =
            Work { device, encoder: device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default()) };
        let (is_sharpened, is_equalised) = (enhancement.sharpening > 0.0, enhancement.is_equalised);

        let mut values = if is_sharpened || is_equalised { plane() } else { level_view(&result, 0) };
        if enhancement.local_contrast == 0.0 {
            work.run(&self.unpack, &params, params.size, &[(1, view(&source.view)), (3, view(&values))]);
        } else {
            let [columns, rows] = params.from_size;
            let fit = work.buffer(u64::from(columns) * u64::from(rows) * 8);
            let base = work.buffer(u64::from(columns) * u64::from(rows) * 8);
            let film = (1, view(&source.view));
            work.run(&self.fit_windows, &params, params.from_size, &[film.clone(), (5, fit.as_entire_binding())]);
            let bindings = [(5, fit.as_entire_binding()), (6, base.as_entire_binding())];
            work.run(&self.mean_of_fits, &params, params.from_size, &bindings);
            let bindings = [film, (3, view(&values)), (6, base.as_entire_binding())];
            work.run(&self.unpack_with_local_contrast, &params, params.size, &bindings);
        }
        if is_sharpened {
            let rows = plane();
            work.run(&self.blur_rows, &params, params.size, &[(2, view(&values)), (3, view(&rows))]);
            let sharp = if is_equalised { plane() } else { level_view(&result, 0) };
            let bindings = [(2, view(&rows)), (3, view(&sharp)), (4, view(&values))];
            work.run(&self.sharpen, &params, params.size, &bindings);
            values = sharp;
        }
        if is_equalised {
            let [columns, rows] = params.tiles;
            let maps = work.buffer(u64::from(columns * rows) * (NUM_BINS as u64 + 1) * 4);
            let out = level_view(&result, 0);
            let bindings = [(2, view(&values)), (7, maps.as_entire_binding())];
            work.run_groups(&self.maps_of_tiles, &params, params.tiles, &bindings);
            let bindings = [(2, view(&values)), (3, view(&out)), (7, maps.as_entire_binding())];
            work.run(&self.equalise, &params, params.size, &bindings);
        }
        let chain = film.mip_chain();
        for mip in 1..layout.num_levels {
            let (from, to) = (chain.size(film, mip - 1), chain.size(film, mip));
            let params = Params {
                size: [to.0, to.1],
                from_size: [from.0, from.1],
                tile_bits: layout.tile_bits_at(mip),
                from_tile_bits: layout.tile_bits_at(mip - 1),
                ..params
            };
            let (from, to) = (level_view(&result, mip - 1), level_view(&result, mip));
            work.run(&self.halve, &params, params.size, &[(2, view(&from)), (3, view(&to))]);
        }
        queue.submit([work.encoder.finish()]);
        EnhancedTexture {
            film: Arc::downgrade(film),
            enhancement,
            view: array_view(&result),
            num_bytes: num_bytes(&layout),
            drawn_at: 0,
        }
    }
}

impl Params {
    fn new(film: &Film, layout: &TileLayout, enhancement: Enhancement) -> Self {
        let chain = film.mip_chain();
        let guide = guide_level(film, chain).min(layout.num_levels - 1);
        let (columns, rows) = chain.size(film, guide);
        let padding = |level: u32| match (chain.padding, level) {
            (None, _) => [1, 0],
            (Some((low, high)), 0) => [u32::from(low), u32::from(high)],
            (Some(_), _) => [u32::from(NO_VALUE); 2],
        };
        let weights = blur_weights(blur_sigma(film.width, film.height));
        let mut blur = [[0.0; 4]; 5];
        for (to, from) in blur.as_flattened_mut().iter_mut().zip(&weights) {
            *to = *from;
        }
        let (low, high) = chain.range;
        let tiles = tiles(film.width, film.height);
        Self {
            size: [film.width, film.height],
            from_size: [columns, rows],
            tile_bits: layout.tile_bits,
            from_tile_bits: layout.tile_bits_at(guide),
            tile_columns: layout.columns,
            mip: guide,
            padding: padding(0),
            from_padding: padding(guide),
            unit: if guide == 0 { 1.0 } else { 1.0 / (1u32 << chain.fraction_bits) as f32 },
            low,
            high,
            detail_gain: detail_gain(enhancement.local_contrast),
            amount: AMOUNT * enhancement.sharpening.clamp(0.0, 1.0),
            flatness: FLATNESS,
            radius: GUIDE_RADIUS,
            blur_radius: weights.len() as i32 - 1,
            tiles: [tiles.0, tiles.1],
            bin_scale: NUM_BINS as f32 / (high - low),
            clip_limit: CLIP_LIMIT,
            blur,
        }
    }
}

/// Dispatches in their order.
struct Work<'a> {
    device: &'a wgpu::Device,
    encoder: wgpu::CommandEncoder,
}

impl Work<'_> {
    fn buffer(&self, size: u64) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("enhance"),
            size,
            usage: wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        })
    }

    /// One invocation a pixel.
    fn run(
        &mut self,
        pipeline: &wgpu::ComputePipeline,
        params: &Params,
        size: [u32; 2],
        bindings: &[(u32, wgpu::BindingResource<'_>)],
    ) {
        self.run_groups(pipeline, params, size.map(|n| n.div_ceil(16)), bindings);
    }

    fn run_groups(
        &mut self,
        pipeline: &wgpu::ComputePipeline,
        params: &Params,
        groups: [u32; 2],
        bindings: &[(u32, wgpu::BindingResource<'_>)],
    ) {
        let params = self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("enhance"),
            contents: bytemuck::bytes_of(params),
            usage: wgpu::BufferUsages::UNIFORM,
        });
        let first = wgpu::BindGroupEntry { binding: 0, resource: params.as_entire_binding() };
        let rest = bindings
            .iter()
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding: *binding, resource: resource.clone() });
        let entries: Vec<_> = std::iter::once(first).chain(rest).collect();
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("enhance"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut pass = self.encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(groups[0], groups[1], 1);
    }
}

fn view(view: &wgpu::TextureView) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::TextureView(view)
}

/// One level, all layers.
fn level_view(texture: &wgpu::Texture, mip: u32) -> wgpu::TextureView {
    texture.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(wgpu::TextureViewDimension::D2Array),
        base_mip_level: mip,
        mip_level_count: Some(1),
        ..wgpu::TextureViewDescriptor::default()
    })
}
