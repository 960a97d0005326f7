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

impl Interpolation {
    pub const ALL: [Self; 3] = [Self::Nearest, Self::Bilinear, Self::Lanczos];

    /// The one after this, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Nearest => Self::Bilinear,
            Self::Bilinear => Self::Lanczos,
            Self::Lanczos => Self::Nearest,
        }
    }

    /// As the interface names it, in English.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nearest => "Nearest",
            Self::Bilinear => "Bilinear",
            Self::Lanczos => "Lanczos",
        }
    }
}
