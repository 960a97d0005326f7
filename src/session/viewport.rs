//! Zoom, pan, quarter turns and flips: the one place where screen meets image.

use crate::domain::geometry::{PixelGrid, Point, Rect, Size, Transform};
use crate::domain::id::{AnnotationId, ImageId, ReaderId};
use crate::domain::imaging::{Enhancement, Window};
use crate::domain::label::LabelName;

use super::open_film::OpenFilm;
use super::panes::Layout;
use super::screen::{OverlayState, Screen, Tool};
use super::unfinished::Unfinished;

/// How large the film is shown.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Zoom {
    /// The whole film, as large as the canvas allows.
    Fit,
    /// Screen points a film pixel.
    Scale(f64),
}

/// The largest and smallest scale in screen points a pixel.
const SCALE_RANGE: (f64, f64) = (0.01, 64.0);
/// Where a part of the film is shown because of itself: screen points a pixel.
const LARGEST_SHOWN: f64 = 4.0;

/// The canvas on the screen, in points.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Canvas {
    pub size: Size,
    /// Device pixels a point.
    pub pixels_per_point: f64,
}

impl Canvas {
    /// In canvas points.
    pub fn middle(&self) -> Point {
        Point::new(self.size.width / 2.0, self.size.height / 2.0)
    }
}

impl Default for Canvas {
    fn default() -> Self {
        Self { size: Size::new(800.0, 600.0), pixels_per_point: 1.0 }
    }
}

/// How the film lies on the canvas.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Viewport {
    pub zoom: Zoom,
    /// The film's point in the middle of the canvas; not used while fitted.
    pub center: Point,
    /// Clockwise, after flipping.
    pub quarter_turns: u8,
    pub is_flipped: bool,
}

impl Default for Viewport {
    fn default() -> Self {
        Self { zoom: Zoom::Fit, center: Point::default(), quarter_turns: 0, is_flipped: false }
    }
}

impl Viewport {
    /// Screen points a film pixel.
    pub fn scale(&self, canvas: Canvas, film: PixelGrid) -> f64 {
        match self.zoom {
            Zoom::Scale(scale) => scale,
            Zoom::Fit => {
                let (w, h) = self.turned(film);
                (canvas.size.width / w).min(canvas.size.height / h).max(SCALE_RANGE.0)
            }
        }
    }

    /// Width and height of the film as it is turned, in units of the smaller side of a pixel.
    fn turned(&self, film: PixelGrid) -> (f64, f64) {
        let size = film.stretched();
        let (w, h) = (size.width.max(1.0), size.height.max(1.0));
        if self.quarter_turns.is_multiple_of(2) { (w, h) } else { (h, w) }
    }

    /// Canvas points from film pixels.
    pub fn screen_from_image(&self, canvas: Canvas, film: PixelGrid) -> Transform {
        let center = match self.zoom {
            Zoom::Fit => film.middle(),
            Zoom::Scale(_) => self.center,
        };
        let scale = self.scale(canvas, film);
        let scale = film.stretch.map(|stretch| scale * stretch);
        Transform::stretched_view(scale, self.quarter_turns, self.is_flipped, center, canvas.middle())
    }

    /// Film pixels from canvas points.
    pub fn image_from_screen(&self, canvas: Canvas, film: PixelGrid) -> Transform {
        self.screen_from_image(canvas, film).inverse()
    }

    /// Zooms by `factor` and keeps the film's point under `at` (canvas points) where it is.
    pub fn zoom_at(&mut self, factor: f64, at: Point, canvas: Canvas, film: PixelGrid) {
        let under = self.image_from_screen(canvas, film).apply(at);
        let scale = (self.scale(canvas, film) * factor).clamp(SCALE_RANGE.0, SCALE_RANGE.1);
        self.set_scale_at(scale, under, at, canvas, film);
    }

    /// One film pixel on one device pixel, about the middle of what is shown.
    pub fn one_to_one(&mut self, canvas: Canvas, film: PixelGrid) {
        let middle = canvas.middle();
        let under = self.image_from_screen(canvas, film).apply(middle);
        self.set_scale_at(1.0 / canvas.pixels_per_point, under, middle, canvas, film);
    }

    /// The film's width fills the canvas; its upper edge is at the top where it is higher than the canvas.
    pub fn fit_width(&mut self, canvas: Canvas, film: PixelGrid) {
        let (w, h) = self.turned(film);
        let scale = (canvas.size.width / w).clamp(SCALE_RANGE.0, SCALE_RANGE.1);
        self.zoom = Zoom::Scale(scale);
        self.center = film.middle();
        self.pan(0.0, ((h * scale - canvas.size.height) / 2.0).max(0.0), canvas, film);
    }

    /// This part of the film in the middle, as large as `share` of the canvas, side against side; never smaller than the
    /// fitted film, and never so large that a few pixels fill everything.
    pub fn show_part(&mut self, part: Rect, share: f64, canvas: Canvas, film: PixelGrid) {
        let [wide, high] = film.stretch.map(f64::from);
        let (w, h) = ((part.width() * wide).max(1.0), (part.height() * high).max(1.0));
        let (w, h) = if self.quarter_turns.is_multiple_of(2) { (w, h) } else { (h, w) };
        let fitted = Self { zoom: Zoom::Fit, ..*self }.scale(canvas, film);
        let scale = share * (canvas.size.width / w).min(canvas.size.height / h);
        self.zoom = Zoom::Scale(scale.min(LARGEST_SHOWN).max(fitted));
        let center = part.center();
        self.center = Point::new(center.x.clamp(0.0, film.size.width), center.y.clamp(0.0, film.size.height));
    }

    /// The same part of another film: same turn, flip and enlargement, the middle at the same share of its sides.
    #[must_use]
    pub fn carried(&self, from: PixelGrid, to: PixelGrid) -> Self {
        let share = |at: f64, from: f64, to: f64| at / from.max(1.0) * to;
        let center = Point::new(
            share(self.center.x, from.size.width, to.size.width),
            share(self.center.y, from.size.height, to.size.height),
        );
        let zoom = match self.zoom {
            Zoom::Fit => Zoom::Fit,
            // Films of one view differ in pixels more than in anatomy.
            Zoom::Scale(scale) => {
                let ratio = from.stretched().height.max(1.0) / to.stretched().height.max(1.0);
                Zoom::Scale((scale * ratio).clamp(SCALE_RANGE.0, SCALE_RANGE.1))
            }
        };
        Self { zoom, center, ..*self }
    }

    /// Zooms and pans as another viewport just did, from `before` to `after`: by the same factor, and by the same share
    /// of the film.
    pub fn follow(
        &mut self,
        (before, after): (&Self, &Self),
        of: (Canvas, PixelGrid),
        canvas: Canvas,
        film: PixelGrid,
    ) {
        if before.zoom == after.zoom && before.center == after.center {
            return;
        }
        if after.zoom == Zoom::Fit {
            self.zoom = Zoom::Fit;
            return;
        }
        let center_of = |view: &Self, film: PixelGrid| if view.zoom == Zoom::Fit { film.middle() } else { view.center };
        let (from, to) = (center_of(before, of.1), center_of(after, of.1));
        let factor = after.scale(of.0, of.1) / before.scale(of.0, of.1);
        let scale = (self.scale(canvas, film) * factor).clamp(SCALE_RANGE.0, SCALE_RANGE.1);
        let at = center_of(self, film);
        let moved = |at: f64, delta: f64, of: f64, own: f64| (at + delta / of.max(1.0) * own).clamp(0.0, own);
        self.center = Point::new(
            moved(at.x, to.x - from.x, of.1.size.width, film.size.width),
            moved(at.y, to.y - from.y, of.1.size.height, film.size.height),
        );
        self.zoom = Zoom::Scale(scale);
    }

    fn set_scale_at(&mut self, scale: f64, under: Point, at: Point, canvas: Canvas, film: PixelGrid) {
        self.zoom = Zoom::Scale(scale);
        self.center = under;
        let now = self.screen_from_image(canvas, film).apply(under);
        self.pan(at.x - now.x, at.y - now.y, canvas, film);
    }

    /// Moves the film by canvas points; at least its middle stays reachable.
    pub fn pan(&mut self, dx: f64, dy: f64, canvas: Canvas, film: PixelGrid) {
        if self.zoom == Zoom::Fit {
            self.zoom = Zoom::Scale(self.scale(canvas, film));
            self.center = film.middle();
        }
        let to_image = self.image_from_screen(canvas, film);
        let middle = canvas.middle();
        let center = to_image.apply(Point::new(middle.x - dx, middle.y - dy));
        self.center = Point::new(center.x.clamp(0.0, film.size.width), center.y.clamp(0.0, film.size.height));
    }

    pub fn rotate_right(&mut self) {
        self.quarter_turns = (self.quarter_turns + 1) % 4;
    }

    /// Mirrors what is seen left to right, whatever the turn.
    pub fn flip_horizontal(&mut self) {
        self.is_flipped = !self.is_flipped;
        self.quarter_turns = (4 - self.quarter_turns) % 4;
    }

    /// Mirrors what is seen top to bottom, whatever the turn.
    pub fn flip_vertical(&mut self) {
        self.flip_horizontal();
        self.quarter_turns = (self.quarter_turns + 2) % 4;
    }
}

/// Which window a film is shown with.
#[derive(Clone, PartialEq, Debug)]
pub enum ShownWindow {
    /// The file's own, by position: a window or a LUT.
    OfFile(usize),
    /// The reader's.
    Chosen(Window),
}

/// How one film is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct FilmView {
    pub image: ImageId,
    pub frame: u32,
    pub viewport: Viewport,
    pub window: ShownWindow,
    /// Inverted by the reader.
    pub is_inverted: bool,
    pub enhancement: Enhancement,
    pub selection: Option<AnnotationId>,
    pub unfinished: Unfinished,
}

impl FilmView {
    pub fn of(film: &OpenFilm) -> Self {
        // Until the picture is there, what it is to be shown with stands aside.
        let (window, is_inverted, enhancement) = film.restored.clone().unwrap_or_else(|| {
            let display = film.display.as_ref();
            let enhancement = display.map_or_else(Enhancement::default, |display| display.enhancement);
            (film.shown_window(), display.is_some_and(|display| display.is_inverted), enhancement)
        });
        Self {
            image: film.image().clone(),
            frame: film.frame,
            viewport: film.viewport,
            window,
            is_inverted,
            enhancement,
            selection: film.selection,
            unfinished: Unfinished::of(film),
        }
    }
}

/// Where a reader left off: enough to show the same picture at the next start.
#[derive(Clone, PartialEq, Debug)]
pub struct ViewState {
    pub reader: ReaderId,
    pub screen: Screen,
    pub layout: Layout,
    pub active_slot: usize,
    pub is_linked: bool,
    /// One for each viewport, in reading order; `None` where it is empty.
    pub films: Vec<Option<FilmView>>,
    pub overlay: OverlayState,
    pub tool: Tool,
    pub is_window_panel_open: bool,
    pub is_history_open: bool,
    /// In film pixels.
    pub brush_radius: f64,
    /// The label that the next box gets.
    pub armed: Option<LabelName>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILM: PixelGrid = PixelGrid::square(Size::new(1600.0, 2500.0));
    const CANVAS: Canvas = Canvas { size: Size::new(900.0, 700.0), pixels_per_point: 2.0 };

    #[test]
    fn fitted_films_touch_the_canvas_and_stay_inside() {
        for turns in 0..4 {
            let view = Viewport { quarter_turns: turns, ..Viewport::default() };
            let t = view.screen_from_image(CANVAS, FILM);
            let corners = [t.apply(Point::new(0.0, 0.0)), t.apply(Point::new(1600.0, 2500.0))];
            for c in corners {
                assert!(
                    (-1e-9..=900.0 + 1e-9).contains(&c.x) && (-1e-9..=700.0 + 1e-9).contains(&c.y),
                    "{turns} {c:?}"
                );
            }
        }
    }

    #[test]
    fn flips_mirror_what_is_seen_whatever_the_turn() {
        for turns in 0..4 {
            let mut view = Viewport { quarter_turns: turns, ..Viewport::default() };
            let p = Point::new(300.0, 400.0);
            let before = view.screen_from_image(CANVAS, FILM).apply(p);
            view.flip_horizontal();
            let after = view.screen_from_image(CANVAS, FILM).apply(p);
            assert!((before.x + after.x - 900.0).abs() < 1e-9 && (before.y - after.y).abs() < 1e-9, "{turns}");
            view.flip_horizontal();
            view.flip_vertical();
            let after = view.screen_from_image(CANVAS, FILM).apply(p);
            assert!((before.y + after.y - 700.0).abs() < 1e-9 && (before.x - after.x).abs() < 1e-9, "{turns}");
        }
    }

    #[test]
    fn one_to_one_is_in_device_pixels() {
        let mut view = Viewport::default();
        view.one_to_one(CANVAS, FILM);
        assert_eq!(view.scale(CANVAS, FILM), 0.5);
    }

    proptest! {
        /// To a millionth of a screen point and of a film pixel, on films up to the largest that DICOM knows.
        #[test]
        fn screen_to_image_to_screen_is_where_it_was(
            (x, y) in (-200.0..4000.0f64, -200.0..3000.0f64),
            scale in prop_oneof![
                Just(Zoom::Fit),
                Just(Zoom::Scale(SCALE_RANGE.0)),
                Just(Zoom::Scale(SCALE_RANGE.1)),
                (-6.6..6.0f64).prop_map(|power| Zoom::Scale(2.0f64.powf(power))),
            ],
            (turns, flip) in (0u8..4, any::<bool>()),
            (width, height) in (1.0..65_535.0f64, 1.0..65_535.0f64),
            (across, down) in (0.0..1.0f64, 0.0..1.0f64),
            aspect in 0.2..5.0f64,
        ) {
            let film = PixelGrid::new(Size::new(width.round(), height.round()), aspect);
            let center = Point::new(across * film.size.width, down * film.size.height);
            let view = Viewport { zoom: scale, center, quarter_turns: turns, is_flipped: flip };
            let (to_image, to_screen) = (view.image_from_screen(CANVAS, film), view.screen_from_image(CANVAS, film));
            let on_screen = Point::new(x, y);
            let back = to_screen.apply(to_image.apply(on_screen));
            prop_assert!((back.x - x).abs() < 1e-6 && (back.y - y).abs() < 1e-6, "{back:?}");
            let on_film = Point::new(down * film.size.width, across * film.size.height);
            let back = to_image.apply(to_screen.apply(on_film));
            prop_assert!((back.x - on_film.x).abs() < 1e-6 && (back.y - on_film.y).abs() < 1e-6, "{back:?}");
        }

        #[test]
        fn zooming_keeps_the_point_under_the_cursor(
            x in 300.0..600.0f64, y in 200.0..500.0f64, factor in 1.05..3.0f64, turns in 0u8..4, flip: bool,
        ) {
            let mut view = Viewport { quarter_turns: turns, is_flipped: flip, ..Viewport::default() };
            view.zoom_at(1.5, Point::new(450.0, 350.0), CANVAS, FILM);
            let at = Point::new(x, y);
            let before = view.image_from_screen(CANVAS, FILM).apply(at);
            view.zoom_at(factor, at, CANVAS, FILM);
            let after = view.image_from_screen(CANVAS, FILM).apply(at);
            let is_on_film = before.x > 200.0 && before.x < 1400.0 && before.y > 200.0 && before.y < 2300.0;
            if is_on_film {
                prop_assert!((before.x - after.x).abs() < 1e-6 && (before.y - after.y).abs() < 1e-6);
            }
        }
    }
}
