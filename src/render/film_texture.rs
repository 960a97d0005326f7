//! A film as a GPU texture: integer codes with their mip chain.

use std::sync::{Arc, Weak};

use crate::domain::imaging::{Film, Pixels};

use super::tiles::{TextureLimits, TileLayout};

/// One film on the GPU.
#[derive(Debug)]
pub struct FilmTexture {
    /// Weak, so that decoded films live and die by their own cache's budget. While it stands, no other film gets this
    /// one's address, so the address tells films apart.
    film: Weak<Film>,
    pub(super) view: wgpu::TextureView,
    pub(super) layout: TileLayout,
    pub(super) num_bytes: u64,
    /// The frame that drew it last; 0 if none has.
    pub(super) drawn_at: u64,
}

impl FilmTexture {
    /// Uploads a film; any thread may. Films over `max_bytes` or the device's limits start at the first level of their
    /// mip chain that fits; over a side's limit, they lie in tiles.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        film: &Arc<Film>,
        limits: TextureLimits,
        max_bytes: u64,
    ) -> Option<Self> {
        let (format, bytes_per_texel) = match &film.pixels {
            Pixels::Grey(_) => (wgpu::TextureFormat::R16Uint, 2),
            Pixels::Rgb(_) => (wgpu::TextureFormat::Rgba8Uint, 4),
        };
        let chain = film.mip_chain();
        let sizes: Vec<_> = (0..chain.num_levels()).map(|level| chain.size(film, level)).collect();
        let layout = TileLayout::new(&sizes, bytes_per_texel, limits, max_bytes)?;
        let texture = new_texture(device, &layout, layout.num_levels, format, wgpu::TextureUsages::COPY_DST);
        for mip in 0..layout.num_levels {
            let level = layout.first_level + mip;
            let size = sizes[level as usize];
            match (chain.grey(film, level), chain.rgba(film, level)) {
                (Some(codes), _) => write((device, queue), &texture, &layout, mip, size, codes),
                (_, Some(colors)) => write((device, queue), &texture, &layout, mip, size, &colors),
                (None, None) => {}
            }
        }
        let num_bytes = layout.num_texels() * bytes_per_texel;
        Some(Self { film: Arc::downgrade(film), view: array_view(&texture), layout, num_bytes, drawn_at: 0 })
    }

    /// Whether it is this film's.
    pub fn is_of(&self, film: &Arc<Film>) -> bool {
        std::ptr::eq(self.film.as_ptr(), Arc::as_ptr(film))
    }

    /// Whether both are of one film.
    pub fn is_same_film(&self, other: &Self) -> bool {
        Weak::ptr_eq(&self.film, &other.film)
    }

    /// Whether its film is gone from memory: it will never be asked for again.
    pub fn is_orphan(&self) -> bool {
        self.film.strong_count() == 0
    }
}

/// A texture of this layout with so many levels.
pub(super) fn new_texture(
    device: &wgpu::Device,
    layout: &TileLayout,
    num_levels: u32,
    format: wgpu::TextureFormat,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    let (width, height) = layout.layer_size();
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("film"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: layout.num_layers },
        mip_level_count: num_levels,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | usage,
        view_formats: &[],
    })
}

/// All layers and levels; one layer too is an array to the shaders.
pub(super) fn array_view(texture: &wgpu::Texture) -> wgpu::TextureView {
    let dimension = Some(wgpu::TextureViewDimension::D2Array);
    texture.create_view(&wgpu::TextureViewDescriptor { dimension, ..wgpu::TextureViewDescriptor::default() })
}

/// Most bytes that one piece of a level takes on its way; the buffers of any device may be as large.
const MAX_PIECE: u64 = 64 << 20;

/// Writes one level, tile by tile.
///
/// Not by `Queue::write_texture`, which allocates and copies under the lock that every frame's submission takes: a
/// thread that lost its core within it held the window's for tens of milliseconds. Here a piece is copied into memory of
/// its own, and the lock is taken only to say where that lies.
fn write<T: bytemuck::Pod>(
    (device, queue): (&wgpu::Device, &wgpu::Queue),
    texture: &wgpu::Texture,
    layout: &TileLayout,
    mip: u32,
    (width, height): (u32, u32),
    texels: &[T],
) {
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("film") });
    for [layer, left, top, columns, rows] in layout.parts(mip, width, height) {
        let row_bytes = columns as usize * size_of::<T>();
        let bytes_per_row = row_bytes.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT as usize);
        let rows_a_piece = (MAX_PIECE / bytes_per_row as u64).clamp(1, u64::from(rows)) as u32;
        for first_row in (0..rows).step_by(rows_a_piece as usize) {
            let num_rows = rows_a_piece.min(rows - first_row);
            let buffer = device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("film"),
                size: u64::from(num_rows) * bytes_per_row as u64,
                usage: wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            // None where the device is lost or its memory is used up; the error went to the device's handler.
            let piece = wgpu::BufferSize::new(buffer.size()).and_then(|size| queue.write_buffer_with(&buffer, 0, size));
            let Some(mut piece) = piece else { return };
            for row in 0..num_rows {
                let first = (top + first_row + row) as usize * width as usize + left as usize;
                let codes = bytemuck::cast_slice(&texels[first..first + columns as usize]);
                let at = row as usize * bytes_per_row;
                piece.slice(at..at + row_bytes).copy_from_slice(codes);
            }
            drop(piece);
            encoder.copy_buffer_to_texture(
                wgpu::TexelCopyBufferInfo {
                    buffer: &buffer,
                    layout: wgpu::TexelCopyBufferLayout {
                        offset: 0,
                        bytes_per_row: Some(bytes_per_row as u32),
                        rows_per_image: None,
                    },
                },
                wgpu::TexelCopyTextureInfo {
                    texture,
                    mip_level: mip,
                    origin: wgpu::Origin3d { x: 0, y: first_row, z: layer },
                    aspect: wgpu::TextureAspect::All,
                },
                wgpu::Extent3d { width: columns, height: num_rows, depth_or_array_layers: 1 },
            );
        }
    }
    queue.submit([encoder.finish()]);
}
