//! How values between a film's pixels are found where the film is shown at 1:1 or larger.

/// A filter for magnified films; minified ones are always read from the mip chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Interpolation {
    /// The pixel's own value: squares on the screen.
    Nearest,
    #[default]
    Bilinear,
    /// Lanczos with three lobes: sharper, with slight ringing at hard edges.
    Lanczos,
}
