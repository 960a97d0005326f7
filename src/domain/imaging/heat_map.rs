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
