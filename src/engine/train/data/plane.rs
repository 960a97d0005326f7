//! A film on its way to a network: grey levels row by row, and the boxes that lie on it.

/// Levels of 0 to 255, row by row.
#[derive(Clone, PartialEq, Debug)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub levels: Vec<f32>,
}

/// A box with the place of its class.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ClassBox {
    /// xmin, ymin, xmax, ymax in pixels of the plane.
    pub corners: [f64; 4],
    pub class: usize,
}

/// A film as one step sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    pub plane: Plane,
    pub boxes: Vec<ClassBox>,
    pub is_abnormal: bool,
}
