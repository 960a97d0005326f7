//! What a reader measures on a film: the shapes, the definitions with their sources, and values that carry their unit.
//!
//! A shape is points in film pixels, so that no view setting can change it. Its values follow from the points and from
//! [`crate::domain::imaging::PixelGeometry`]: lengths and angles are taken on a plane whose pixels are square, and
//! millimetres are given only where the file says how large a pixel is. Values are never stored: the same points give
//! the same values, and a file whose spacing is corrected later gives corrected values.

mod shape;
mod scale;
mod angle;
mod vertebra;
mod thorax;
mod region;
mod values;

pub use angle::{angle_degrees, cobb_degrees};
pub use region::{Outline, PixelValue, RegionStats, pixel_value, region_stats};
pub use scale::{Area, Length, Scale};
pub use shape::{MeasureKind, MeasureShape, Measurement};
pub use thorax::{Cardiothoracic, cardiothoracic};
pub use values::{Amount, Readout, Region, Values, values};
pub use vertebra::{Deformity, Meyerding, Slip, VertebralHeight, slip, vertebral_height};
