//! One synthetic film: its plan from a seed, its exposure, and what is known to be on it.

use crate::domain::geometry::{Point, Rect, Size};
use crate::domain::imaging::Window;

use super::beam::{self, Exposure};
use super::canvas::{Bounds, Canvas, Grid};
use super::lesion::Lesion;
use super::marker;
use super::patient::Patient;
use super::random::Random;
use super::readers::Mark;
use super::scene::{Scene, SceneRequest};
use super::soft_tissue;
use super::texture::Texture;

/// The part of the spine in the middle of the film.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Region {
    Lumbar,
    Thoracic,
}

/// From where the film was taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum View {
    Frontal,
    Lateral,
}

/// What lies around the collimated field in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Border {
    /// The field is wider than the film.
    None,
    /// Unexposed, as read out.
    Unexposed,
    /// Cut to one value, which the file names as padding.
    Padded,
}

/// Everything about a film but its pixels. Deterministic in the study's seed.
#[derive(Clone, Debug)]
pub struct FilmPlan {
    pub region: Region,
    pub view: View,
    /// Columns and rows at scale 1.
    pub width: u32,
    pub height: u32,
    /// Of the detector, at scale 1.
    pub spacing_mm: f32,
    /// The file says so too.
    pub has_spacing: bool,
    pub bits_stored: u16,
    /// MONOCHROME1: low values are white.
    pub is_monochrome1: bool,
    num_windows: u32,
    border: Border,
    field: Bounds,
    field_turn: f32,
    has_marker: bool,
    is_facing_right: bool,
    magnification: f32,
    study_key: u64,
    film_key: u64,
}

/// A film with its pixels and its truth.
#[derive(Clone, Debug)]
pub struct SyntheticFilm {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Stored values, row-major, below 2^bits_stored.
    pub texels: Vec<u16>,
    pub bits_stored: u16,
    pub is_monochrome1: bool,
    /// In stored values; none, one or two.
    pub windows: Vec<Window>,
    /// Stored value of padding, where the film has any.
    pub padding: Option<u16>,
    pub spacing_mm: Option<f64>,
    /// Each lesion drawn, and its box in pixels; empty on a normal film.
    pub truth: Vec<Mark>,
}

impl FilmPlan {
    pub(super) fn new(study_key: u64, film_key: u64, patient: &Patient, region: Region, view: View) -> Self {
        let mut random = Random::part(film_key, "plan", 0);
        let spacing_mm = random.pick(&[0.139, 0.143, 0.15, 0.15, 0.16, 0.16, 0.1684, 0.175, 0.1868, 0.2]);
        let small = 0.55 + 0.45 * patient.size;
        let tall = (400.0 + 14.0 * random.normal()).clamp(350.0, 430.0) * small;
        let wide = random.range(225.0, 300.0) * small;
        let even = |mm: f32| ((mm / spacing_mm) as u32).clamp(700, 3072) & !1;
        let (width, height) = (even(wide), even(tall));
        let magnification = random.range(1.08, 1.16);
        let border = random.pick(&[Border::None, Border::None, Border::None, Border::Unexposed, Border::Padded]);
        let half = [0.5 * width as f32 * spacing_mm / magnification, 0.5 * height as f32 * spacing_mm / magnification];
        let mut shut = |half: f32| half - if border == Border::None { -40.0 } else { random.range(0.015, 0.07) * half };
        let field = Bounds::new(-shut(half[0]), -shut(half[1]), shut(half[0]), shut(half[1]));
        Self {
            region,
            view,
            width,
            height,
            spacing_mm,
            has_spacing: random.chance(0.8),
            bits_stored: random.pick(&[10, 12, 12, 12, 14, 14, 15, 16]),
            is_monochrome1: random.chance(0.3),
            num_windows: random.pick(&[0, 1, 1, 2]),
            border,
            field,
            field_turn: if border == Border::None { 0.0 } else { 0.008 * random.normal() },
            has_marker: random.chance(0.75),
            is_facing_right: view == View::Lateral && random.chance(0.3),
            magnification,
            study_key,
            film_key,
        }
    }

    fn grid(&self, scale: f32) -> Grid {
        let scaled = |count: u32| ((count as f32 * scale) as usize).max(16);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let pixel_mm = self.spacing_mm / self.magnification * self.height as f32 / height as f32;
        Grid { width, height, pixel_mm }
    }

    /// Columns and rows at a scale.
    pub fn size(&self, scale: f32) -> (u32, u32) {
        let grid = self.grid(scale);
        (grid.width as u32, grid.height as u32)
    }

    /// The front is to the right of a lateral film, not the left.
    pub fn is_facing_right(&self) -> bool {
        self.is_facing_right
    }

    fn request<'a>(&self, patient: &'a Patient, lesions: &'a [Lesion]) -> SceneRequest<'a> {
        let film = self.grid(1.0).bounds();
        // Findings keep clear of the edge, a turned collimator's included.
        let margin = 2.0 + self.field_turn.abs() * film.max[1];
        let field = Bounds {
            min: [self.field.min[0].max(film.min[0]), self.field.min[1].max(film.min[1])],
            max: [self.field.max[0].min(film.max[0]), self.field.max[1].min(film.max[1])],
        };
        SceneRequest {
            patient,
            region: self.region,
            view: self.view,
            lesions,
            study_key: self.study_key,
            film_key: self.film_key,
            field: field.grown(-margin),
        }
    }

    /// The lesions that this film shows and their boxes in pixels at a scale, without drawing it.
    pub fn truth(&self, patient: &Patient, lesions: &[Lesion], scale: f32) -> Vec<Mark> {
        self.boxes(&Scene::new(&self.request(patient, lesions)), &self.grid(scale))
    }

    fn boxes(&self, scene: &Scene, grid: &Grid) -> Vec<Mark> {
        let film = Size::new(grid.width as f64, grid.height as f64);
        let mirrored = |x: f64| if self.is_facing_right { film.width - x } else { x };
        scene
            .findings
            .iter()
            .map(|(kind, bounds)| {
                let ([x0, y0], [x1, y1]) = (grid.to_pixels(bounds.min), grid.to_pixels(bounds.max));
                let rect = Rect::from_corners(Point::new(mirrored(x0), y0), Point::new(mirrored(x1), y1));
                (kind.label(), rect.clamped_to(film))
            })
            .collect()
    }

    /// Takes the film. `scale` multiplies its rows and columns; the field of view stays.
    pub fn expose(&self, patient: &Patient, lesions: &[Lesion], scale: f32) -> SyntheticFilm {
        let request = self.request(patient, lesions);
        let scene = Scene::new(&request);
        let grid = self.grid(scale);
        let texture = Texture::shared();
        let mut canvas = Canvas::new(grid);
        soft_tissue::draw(&request, &scene, &mut canvas, texture);
        scene.draw(&mut canvas, texture);
        if self.is_facing_right {
            canvas.sums.chunks_exact_mut(grid.width).for_each(<[f32]>::reverse);
        }
        if self.has_marker {
            marker::draw(&request, &mut canvas, texture);
        }
        let mut random = Random::part(self.film_key, "exposure", 0);
        let is_lateral = self.view == View::Lateral;
        let exposure = Exposure {
            reference: soft_tissue::reference(&request) + 0.12 * random.normal(),
            photons: 45_000.0 * random.range(0.6, 1.6),
            scatter: random.range(0.25, 0.5) * if is_lateral { 1.35 } else { 1.0 },
            heel: random.range(-0.3, 0.3),
            field: self.field,
            field_turn: self.field_turn,
            contrast: random.range(0.72, 1.0),
            slow: random.range(0.42, 0.56),
            noise_key: self.film_key,
        };
        let greys = beam::expose(canvas, &exposure);
        let max = f32::from(u16::MAX >> (16 - self.bits_stored));
        let is_inside = |x: f32, y: f32| {
            let (sin, cos) = (libm::sinf(self.field_turn), libm::cosf(self.field_turn));
            let (u, v) = (x * cos + y * sin, y * cos - x * sin);
            u >= self.field.min[0] && u <= self.field.max[0] && v >= self.field.min[1] && v <= self.field.max[1]
        };
        let padding = (self.border == Border::Padded).then_some(if self.is_monochrome1 { max as u16 } else { 0 });
        let texels = greys
            .iter()
            .enumerate()
            .map(|(index, &grey)| {
                if let Some(padding) = padding
                    && !is_inside(grid.x(index % grid.width), grid.y(index / grid.width))
                {
                    return padding;
                }
                // The values at the ends are left to padding.
                let value = (grey * max + 0.5).clamp(1.0, max - 1.0);
                (if self.is_monochrome1 { max - value } else { value }) as u16
            })
            .collect();
        SyntheticFilm {
            width: grid.width as u32,
            height: grid.height as u32,
            texels,
            bits_stored: self.bits_stored,
            is_monochrome1: self.is_monochrome1,
            windows: self.windows(max),
            padding,
            spacing_mm: self.has_spacing.then_some(f64::from(grid.pixel_mm * self.magnification)),
            truth: self.boxes(&scene, &grid),
        }
    }

    fn windows(&self, max: f32) -> Vec<Window> {
        let window = |center: f32, width: f32, explanation: &str| {
            let center = if self.is_monochrome1 { 1.0 - center } else { center };
            let whole = |share: f32| f64::from((share * max).round());
            Window { explanation: Some(explanation.to_owned()), ..Window::linear(whole(center), whole(width)) }
        };
        let all = [window(0.5, 0.9, "NORMAL"), window(0.62, 0.6, "BONE")];
        all.into_iter().take(self.num_windows as usize).collect()
    }
}
