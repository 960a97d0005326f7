//! A film as a GPU texture: integer texels with a mip chain made by averaging, so that fine structure does not alias.

use std::sync::Arc;

use crate::domain::imaging::{Film, GreyPlane, Pixels};

/// One film on the GPU.
#[derive(Debug)]
pub struct FilmTexture {
    /// Kept so that the film behind a texture is never freed and its address never reused.
    pub(super) film: Arc<Film>,
    pub(super) view: wgpu::TextureView,
    pub(super) num_levels: u32,
    /// Levels left out at the start because they are larger than the device takes.
    pub(super) num_skipped: u32,
    pub(super) num_bytes: u64,
    /// The frame that drew it last; 0 if none has.
    pub(super) drawn_at: u64,
}

/// Averaged levels stop here: below, a film is a few pixels.
const SMALLEST_LEVEL: u32 = 16;

impl FilmTexture {
    /// Uploads a film. Films larger than the device's limit start at the first level that fits.
    pub fn new(device: &wgpu::Device, queue: &wgpu::Queue, film: &Arc<Film>) -> Self {
        let limit = device.limits().max_texture_dimension_2d;
        match &film.pixels {
            Pixels::Grey(plane) => {
                let padding = padding_texels(film, plane);
                let levels = chain(film.width, film.height, &plane.texels, limit, |quad| averaged(quad, padding));
                let levels = fitting(levels, (film.width, film.height, &plane.texels[..]), limit);
                Self::upload(device, queue, film, wgpu::TextureFormat::R16Uint, 2, &levels)
            }
            Pixels::Rgb(bytes) => {
                let rgba: Vec<[u8; 4]> = bytes.chunks_exact(3).map(|c| [c[0], c[1], c[2], 255]).collect();
                let levels = chain(film.width, film.height, &rgba, limit, |quad| {
                    std::array::from_fn(|i| {
                        ((quad.iter().map(|p| u16::from(p[i])).sum::<u16>() + 2) / 4).min(255) as u8
                    })
                });
                let levels = fitting(levels, (film.width, film.height, &rgba[..]), limit);
                Self::upload(device, queue, film, wgpu::TextureFormat::Rgba8Uint, 4, &levels)
            }
        }
    }

    fn upload<T: bytemuck::Pod>(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        film: &Arc<Film>,
        format: wgpu::TextureFormat,
        bytes_per_texel: u32,
        levels: &[(u32, u32, std::borrow::Cow<'_, [T]>)],
    ) -> Self {
        let extent = |w, h| wgpu::Extent3d { width: w, height: h, depth_or_array_layers: 1 };
        let (width, height, _) = &levels[0];
        // A texture's own levels halve by flooring; ours do too, and only as many as both have.
        let num_levels = levels
            .iter()
            .enumerate()
            .take_while(|(i, (w, h, _))| (*w, *h) == ((width >> i).max(1), (height >> i).max(1)))
            .count() as u32;
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("film"),
            size: extent(*width, *height),
            mip_level_count: num_levels,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let mut num_bytes = 0;
        for (level, (w, h, texels)) in levels.iter().take(num_levels as usize).enumerate() {
            let bytes: &[u8] = bytemuck::cast_slice(texels);
            num_bytes += bytes.len() as u64;
            queue.write_texture(
                wgpu::TexelCopyTextureInfo {
                    texture: &texture,
                    mip_level: level as u32,
                    origin: wgpu::Origin3d::ZERO,
                    aspect: wgpu::TextureAspect::All,
                },
                bytes,
                wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(w * bytes_per_texel),
                    rows_per_image: Some(*h),
                },
                extent(*w, *h),
            );
        }
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let num_skipped = (film.width / width).max(film.height / height).max(1).ilog2();
        Self { film: film.clone(), view, num_levels, num_skipped, num_bytes, drawn_at: 0 }
    }
}

type Level<'a, T> = (u32, u32, std::borrow::Cow<'a, [T]>);

/// The film itself and its averaged levels, from the first that fits the device.
fn fitting<T: Clone>(levels: Vec<(u32, u32, Vec<T>)>, full: (u32, u32, &[T]), limit: u32) -> Vec<Level<'_, T>> {
    std::iter::once((full.0, full.1, std::borrow::Cow::Borrowed(full.2)))
        .chain(levels.into_iter().map(|(w, h, texels)| (w, h, std::borrow::Cow::Owned(texels))))
        .skip_while(|(w, h, _)| *w > limit || *h > limit)
        .collect()
}

/// Levels 1, 2, ... each half the last (rounded down, at least 1), every texel the mean of a 2 x 2 block; on until a
/// level is small, and fits the device.
fn chain<T: Copy>(
    width: u32,
    height: u32,
    texels: &[T],
    limit: u32,
    mean: impl Fn([T; 4]) -> T,
) -> Vec<(u32, u32, Vec<T>)> {
    let mut levels: Vec<(u32, u32, Vec<T>)> = Vec::new();
    loop {
        let (w, h, from) = levels.last().map_or((width, height, texels), |(w, h, t)| (*w, *h, &t[..]));
        if w.min(h) / 2 < SMALLEST_LEVEL && w.max(h) <= limit {
            return levels;
        }
        let (half_w, half_h) = ((w / 2).max(1), (h / 2).max(1));
        let mut half = Vec::with_capacity((half_w * half_h) as usize);
        for y in 0..half_h {
            let row = |y: u32| &from[(y.min(h - 1) * w) as usize..][..w as usize];
            let (top, low) = (row(2 * y), row(2 * y + 1));
            if w == 1 {
                half.push(mean([top[0], top[0], low[0], low[0]]));
            } else {
                half.extend(top.chunks_exact(2).zip(low.chunks_exact(2)).map(|(a, b)| mean([a[0], a[1], b[0], b[1]])));
            }
        }
        levels.push((half_w, half_h, half));
    }
}

/// The texels that stand for padding, as a closed range; empty where the film has none.
fn padding_texels(film: &Film, plane: &GreyPlane) -> (u32, u32) {
    let Some((low, high)) = film.facts.padding else { return (1, 0) };
    let first = ((low - plane.offset) / plane.scale).ceil().clamp(0.0, 65536.0);
    let last = ((high - plane.offset) / plane.scale).floor().clamp(-1.0, 65535.0);
    if last < first { (1, 0) } else { (first as u32, last as u32) }
}

/// Rounded mean; padding counts only where there is nothing else.
fn averaged(quad: [u16; 4], padding: (u32, u32)) -> u16 {
    let is_padding = |t: u16| (padding.0..=padding.1).contains(&u32::from(t));
    if padding.0 > padding.1 || !quad.iter().any(|&t| is_padding(t)) {
        return ((quad.iter().map(|&t| u32::from(t)).sum::<u32>() + 2) / 4) as u16;
    }
    let (sum, num) =
        quad.iter().filter(|t| !is_padding(**t)).fold((0, 0), |(sum, num), &t| (sum + u32::from(t), num + 1));
    sum.checked_div(num).map_or(quad[0], |mean: u32| mean as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_halve_and_keep_the_mean() {
        let texels: Vec<u16> = (0..64 * 40).map(|i| (i % 7) as u16 * 100).collect();
        let levels = chain(64, 40, &texels, 8192, |quad| averaged(quad, (1, 0)));
        assert_eq!(levels.iter().map(|l| (l.0, l.1)).collect::<Vec<_>>(), vec![(32, 20)]);
        let mean = |t: &[u16]| t.iter().map(|&v| f64::from(v)).sum::<f64>() / t.len() as f64;
        assert!((mean(&texels) - mean(&levels[0].2)).abs() < 1.0);
    }

    #[test]
    fn thin_films_and_films_over_the_limit_have_a_level_that_fits() {
        for (w, h, limit) in [(1, 40_000, 16_384), (20_000, 30, 16_384), (1, 1, 8192), (3, 2, 8192)] {
            let texels = vec![7u16; (w * h) as usize];
            let levels = fitting(chain(w, h, &texels, limit, |quad| averaged(quad, (1, 0))), (w, h, &texels), limit);
            assert!(levels[0].0 <= limit && levels[0].1 <= limit && levels[0].2.iter().all(|&t| t == 7), "{w} x {h}");
        }
    }

    #[test]
    fn padding_does_not_darken_its_neighbours() {
        assert_eq!(averaged([0, 100, 100, 100], (0, 0)), 100);
        assert_eq!(averaged([0, 0, 0, 0], (0, 0)), 0);
    }
}
