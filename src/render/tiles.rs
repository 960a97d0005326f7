//! How a film lies in a texture: whole, or in square tiles as the layers of an array where it is too large for one.
//!
//! A pixel is fetched by its own column and row, never filtered by hardware: so tiles need no overlap and have no
//! seams, under any filter and on any level. A tile's side is a power of two, and halves with each level.

/// What a device takes in one texture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextureLimits {
    pub side: u32,
    pub layers: u32,
    /// Under OpenGL, wgpu guesses what a texture is from its number of layers: one is no array, six are a cube and
    /// a multiple of six an array of cubes (wgpu issue 1574). Then those numbers are avoided.
    pub is_array_guessed: bool,
}

/// The layout of one film's texture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TileLayout {
    /// The first level of the film's mip chain that is there.
    pub first_level: u32,
    pub num_levels: u32,
    /// Columns and rows of the first level.
    pub width: u32,
    pub height: u32,
    /// The logarithm of a tile's side; `ONE_TILE` where the film is one.
    pub tile_bits: u32,
    pub columns: u32,
    pub num_layers: u32,
}

/// Stands for a tile larger than any film.
pub const ONE_TILE: u32 = 31;

/// Tiles smaller than this are not worth their number.
const SMALLEST_TILE_BITS: u32 = 6;

impl TextureLimits {
    pub fn of(device: &wgpu::Device) -> Self {
        let limits = device.limits();
        let is_gl = device.adapter_info().backend == wgpu::Backend::Gl;
        Self { side: limits.max_texture_dimension_2d, layers: limits.max_texture_array_layers, is_array_guessed: is_gl }
    }
}

impl TileLayout {
    /// The best layout of a film with these levels (columns and rows, level 0 first) within the limits and `max_bytes`.
    /// Where the film is too large, it starts at a smaller level; the last is taken whatever it needs.
    pub fn new(levels: &[(u32, u32)], bytes_per_texel: u64, limits: TextureLimits, max_bytes: u64) -> Option<Self> {
        let layouts = (0..levels.len()).filter_map(|first| Self::from_level(levels, first, limits));
        let mut last = None;
        for layout in layouts {
            if layout.num_texels() * bytes_per_texel <= max_bytes {
                return Some(layout);
            }
            last = Some(layout);
        }
        last
    }

    fn from_level(levels: &[(u32, u32)], first: usize, limits: TextureLimits) -> Option<Self> {
        let (width, height) = *levels.get(first)?;
        let available = (levels.len() - first) as u32;
        let whole = Self {
            first_level: first as u32,
            num_levels: available,
            width,
            height,
            tile_bits: ONE_TILE,
            columns: 1,
            num_layers: 1,
        };
        if width.max(height) <= limits.side && !limits.is_array_guessed {
            return Some(whole);
        }
        let tiled = (SMALLEST_TILE_BITS..=limits.side.max(1).ilog2()).rev().filter_map(|tile_bits| {
            let side = 1u32 << tile_bits;
            let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
            let mut num_layers = columns.checked_mul(rows)?;
            if limits.is_array_guessed && (num_layers == 1 || num_layers.is_multiple_of(6)) {
                num_layers += 1;
            }
            let num_levels = available.min(tile_bits + 1);
            (num_layers <= limits.layers).then_some(Self { num_levels, tile_bits, columns, num_layers, ..whole })
        });
        tiled.min_by_key(Self::num_texels)
    }

    /// Columns and rows of a layer of the texture.
    pub fn layer_size(&self) -> (u32, u32) {
        if self.tile_bits == ONE_TILE { (self.width, self.height) } else { (1 << self.tile_bits, 1 << self.tile_bits) }
    }

    /// The logarithm of a tile's side on the texture's level `mip`.
    pub fn tile_bits_at(&self, mip: u32) -> u32 {
        if self.tile_bits == ONE_TILE { ONE_TILE } else { self.tile_bits - mip }
    }

    /// Texels of all levels and layers.
    pub fn num_texels(&self) -> u64 {
        let (width, height) = self.layer_size();
        let of_level = |mip: u32| u64::from((width >> mip).max(1)) * u64::from((height >> mip).max(1));
        (0..self.num_levels).map(of_level).sum::<u64>() * u64::from(self.num_layers)
    }

    /// Parts of a level that lie in one layer each: layer, left, top, columns, rows.
    pub fn parts(&self, mip: u32, width: u32, height: u32) -> Vec<[u32; 5]> {
        if self.tile_bits == ONE_TILE {
            return vec![[0, 0, 0, width, height]];
        }
        let side = 1 << self.tile_bits_at(mip);
        let mut parts = Vec::new();
        for row in 0..height.div_ceil(side) {
            for column in 0..width.div_ceil(side) {
                let (left, top) = (column * side, row * side);
                parts.push([row * self.columns + column, left, top, side.min(width - left), side.min(height - top)]);
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(width: u32, height: u32) -> Vec<(u32, u32)> {
        (0..32).map(|n| (width >> n, height >> n)).take_while(|(w, h)| w.min(h) >= &16).collect()
    }

    #[test]
    fn a_film_is_whole_where_it_fits_and_in_tiles_where_not() {
        let limits = |side| TextureLimits { side, layers: 256, is_array_guessed: false };
        let whole = TileLayout::new(&levels(2500, 1600), 2, limits(8192), u64::MAX).unwrap();
        assert_eq!((whole.num_layers, whole.first_level, whole.num_levels), (1, 0, 7));
        for side in [2048, 4096, 8192] {
            let tiled = TileLayout::new(&levels(12_000, 9_000), 2, limits(side), u64::MAX).unwrap();
            assert_eq!(tiled.first_level, 0, "{side}");
            assert!(tiled.num_layers > 1 && tiled.num_layers <= 256);
            // The border tiles waste little: under a tenth beyond the film and its third of smaller levels.
            assert!(tiled.num_texels() < 12_000 * 9_000 * 4 / 3 * 11 / 10, "{side}: {tiled:?}");
        }
    }

    #[test]
    fn every_pixel_of_every_level_is_in_one_part() {
        let limits = TextureLimits { side: 256, layers: 256, is_array_guessed: false };
        let levels = levels(700, 519);
        let layout = TileLayout::new(&levels, 2, limits, u64::MAX).unwrap();
        for mip in 0..layout.num_levels {
            let (w, h) = levels[mip as usize];
            let parts = layout.parts(mip, w, h);
            assert_eq!(parts.iter().map(|p| p[3] * p[4]).sum::<u32>(), w * h);
            assert!(parts.iter().all(|p| p[0] < layout.num_layers));
        }
    }

    #[test]
    fn a_film_over_the_budget_starts_at_a_smaller_level() {
        let limits = TextureLimits { side: 8192, layers: 256, is_array_guessed: false };
        let layout = TileLayout::new(&levels(4000, 4000), 2, limits, 16 << 20).unwrap();
        assert_eq!((layout.first_level, layout.width), (1, 2000));
    }

    #[test]
    fn layers_are_never_so_many_that_an_array_would_be_taken_for_something_else() {
        let limits = TextureLimits { side: 8192, layers: 256, is_array_guessed: true };
        for (w, h) in [(2500, 1600), (64, 64), (1, 1), (20, 4000), (230, 170), (12_000, 9_000)] {
            let layout = TileLayout::new(&[(w, h)], 2, limits, u64::MAX).unwrap();
            assert!(layout.num_layers >= 2 && !layout.num_layers.is_multiple_of(6), "{w} x {h}: {layout:?}");
        }
    }
}
