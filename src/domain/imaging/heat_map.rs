//! A map of values in colour over the grey film, such as where a model looked.

use std::sync::Arc;

use crate::domain::geometry::Transform;

/// Values on a grid of their own, drawn over the film. Colour never stands for the film's own values.
#[derive(Clone, PartialEq, Debug)]
pub struct HeatMap {
    /// Columns of the grid.
    pub width: u32,
    /// Rows of the grid.
    pub height: u32,
    /// Row-major, 0 (transparent) ..= 1.
    pub values: Arc<[f32]>,
    pub color_map: ColorMap,
    /// 0 (invisible) ..= 1: of the highest value.
    pub opacity: f32,
    /// Grid cells from film pixels, both with their origin at the top-left corner of the first.
    pub grid_from_image: Transform,
}

/// A perceptually even order of colours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ColorMap {
    #[default]
    Inferno,
    Viridis,
}

impl HeatMap {
    /// Whether there is a value for every cell.
    pub fn is_whole(&self) -> bool {
        let num = u64::from(self.width) * u64::from(self.height);
        num > 0 && self.values.len() as u64 == num
    }
}

impl ColorMap {
    /// 256 sRGB colours, that of the lowest value first. Their data is in the public domain (`assets/color_maps`).
    pub fn colors(self) -> Vec<[u8; 3]> {
        let text = match self {
            Self::Inferno => include_str!("../../../assets/color_maps/inferno.txt"),
            Self::Viridis => include_str!("../../../assets/color_maps/viridis.txt"),
        };
        let number = |word: &str| u32::from_str_radix(word, 16).unwrap_or(0);
        text.split_whitespace()
            .map(|word| {
                let [_, r, g, b] = number(word).to_be_bytes();
                [r, g, b]
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_maps_grow_brighter_all_the_way() {
        for map in [ColorMap::Inferno, ColorMap::Viridis] {
            let colors = map.colors();
            assert_eq!(colors.len(), 256);
            let luma = |c: &[u8; 3]| 0.2126 * f64::from(c[0]) + 0.7152 * f64::from(c[1]) + 0.0722 * f64::from(c[2]);
            assert!(colors.windows(8).all(|c| luma(&c[7]) > luma(&c[0])), "{map:?}");
        }
        assert_eq!(ColorMap::Viridis.colors()[0], [0x44, 0x01, 0x54]);
    }
}
