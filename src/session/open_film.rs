//! The film on the screen: its picture, its reading, and how it is shown.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::annotation::Annotation;
use crate::domain::geometry::{PixelGrid, Point, Size};
use crate::domain::id::{AnnotationId, ImageId};
use crate::domain::imaging::{DisplaySettings, Enhancement, Film, Voi, Window};
use crate::domain::reading::Reading;
use crate::domain::rules::{self, RuleContext, Severity, StudyProgress, Violation};
use crate::domain::shape::Shape;
use crate::domain::study::FilmEntry;
use crate::domain::task::TaskState;

use super::drawing::Drawing;
use super::gesture::Gesture;
use super::history::History;
use super::measuring::{Measured, Sketch};
use super::screen::OpenProject;
use super::suggesting::Suggesting;
use super::threads::Discussion;
use super::viewport::{ShownWindow, Viewport};
use super::windowing::CarriedDisplay;

/// The pixels, as far as they are there.
#[derive(Clone, Debug)]
pub enum Picture {
    Loading,
    Ready(Arc<Film>),
    Failed(String),
}

/// The film being read.
#[derive(Clone, Debug)]
pub struct OpenFilm {
    pub entry: FilmEntry,
    /// The films of the same study, this one among them.
    pub study: Vec<FilmEntry>,
    /// The same patient's films of other studies: earlier ones first, the latest of them foremost.
    pub priors: Vec<FilmEntry>,
    pub frame: u32,
    pub picture: Picture,
    pub reading: Reading,
    pub history: History,
    pub viewport: Viewport,
    /// Painted at least once: before that nobody can have seen it.
    pub is_drawn: bool,
    /// `None` until the picture is there.
    pub display: Option<DisplaySettings>,
    /// What to show as soon as the picture is there: the view as it was left.
    pub restored: Option<(ShownWindow, bool, Enhancement)>,
    /// What the film shown before gave on, for when the picture is there.
    pub(super) carried: Option<CarriedDisplay>,
    /// The reader chose another window than the film's first.
    pub is_display_changed: bool,
    /// The mark or measurement that commands act on.
    pub selection: Option<AnnotationId>,
    /// Marks selected beside it.
    pub also_selected: BTreeSet<AnnotationId>,
    /// Other readers' readings of the film; empty where the project keeps them apart.
    pub others: Vec<Reading>,
    /// The mark under the pointer in the list of findings; the film shows the others faintly.
    pub hovered: Option<AnnotationId>,
    pub hidden: BTreeSet<AnnotationId>,
    pub locked: BTreeSet<AnnotationId>,
    pub gesture: Option<Gesture>,
    /// What was drawn with no label armed and waits for one.
    pub unlabelled: Option<Shape>,
    /// A measure that is being drawn.
    pub sketch: Option<Sketch>,
    /// A shape that is being drawn point by point or in a stroke.
    pub drawing: Option<Drawing>,
    /// Every measure as it is shown now, the one being drawn last.
    pub measured: Vec<Measured>,
    /// The comment while it is being typed.
    pub comment_draft: Option<String>,
    /// Comments as they are being read and written.
    pub discussion: Discussion,
    /// Opened to compare with: nothing on it changes.
    pub is_reference: bool,
    /// The cursor on the film, in film pixels.
    pub cursor: Option<Point>,
    /// Where the menu was opened, in film pixels: where its Paste pastes.
    pub menu_at: Option<Point>,
    pub violations: Vec<Violation>,
    /// What models say of it, as far as the reader may see that.
    pub suggesting: Suggesting,
    /// Completing was refused for what is broken, and nothing was changed since.
    pub is_refused: bool,
}

impl OpenFilm {
    /// A film whose picture is on its way.
    pub(super) fn new(
        entry: FilmEntry,
        study: Vec<FilmEntry>,
        priors: Vec<FilmEntry>,
        reading: Reading,
        history: History,
    ) -> Self {
        Self {
            entry,
            study,
            priors,
            frame: 0,
            picture: Picture::Loading,
            reading,
            history,
            viewport: Viewport::default(),
            is_drawn: false,
            display: None,
            restored: None,
            carried: None,
            is_display_changed: false,
            selection: None,
            also_selected: BTreeSet::new(),
            others: Vec::new(),
            hovered: None,
            hidden: BTreeSet::new(),
            locked: BTreeSet::new(),
            gesture: None,
            unlabelled: None,
            sketch: None,
            drawing: None,
            measured: Vec::new(),
            comment_draft: None,
            discussion: Discussion::default(),
            is_reference: false,
            cursor: None,
            menu_at: None,
            violations: Vec::new(),
            suggesting: Suggesting::default(),
            is_refused: false,
        }
    }

    pub fn image(&self) -> &ImageId {
        &self.entry.facts.image
    }

    /// The decoded film, once it is there.
    pub fn film(&self) -> Option<&Arc<Film>> {
        match &self.picture {
            Picture::Ready(film) => Some(film),
            Picture::Loading | Picture::Failed(_) => None,
        }
    }

    /// In film pixels: of the decoded film, else of the header.
    pub fn size(&self) -> Size {
        match &self.picture {
            Picture::Ready(film) => Size::new(f64::from(film.width), f64::from(film.height)),
            Picture::Loading | Picture::Failed(_) => {
                Size::new(f64::from(self.entry.facts.width.max(1)), f64::from(self.entry.facts.height.max(1)))
            }
        }
    }

    /// The film's pixels as they lie on the screen.
    pub fn grid(&self) -> PixelGrid {
        PixelGrid::new(self.size(), self.film().map_or(1.0, |film| film.facts.geometry.aspect))
    }

    pub fn selected(&self) -> Option<&Annotation> {
        self.selection.and_then(|id| self.reading.annotation(id))
    }

    pub fn is_completed(&self) -> bool {
        self.reading.state() == TaskState::Completed
    }

    /// Marks in drawing order, hidden ones left out, with a running gesture's preview in place.
    pub fn visible_marks(&self) -> impl Iterator<Item = (&Annotation, Cow<'_, Shape>)> {
        self.shown_marks().map(move |(a, shape)| {
            let preview = self.gesture.as_ref().and_then(|g| g.preview_of(a));
            (a, preview.map_or(Cow::Borrowed(shape), Cow::Owned))
        })
    }

    /// The same as they are stored, whatever a gesture does to them.
    pub fn shown_marks(&self) -> impl Iterator<Item = (&Annotation, &Shape)> {
        let marks = self.reading.annotations().iter();
        marks.filter(|a| !self.hidden.contains(&a.id())).filter_map(|a| Some((a, a.shape()?)))
    }

    pub fn num_errors(&self) -> usize {
        self.violations.iter().filter(|v| v.severity == Severity::Error).count()
    }

    pub(super) fn check_rules(&mut self, project: &OpenProject, study: StudyProgress) {
        let context = RuleContext {
            reading: &self.reading,
            film: self.size(),
            facts: Some(&self.entry.facts),
            labels: Some(&project.label_set),
            study: Some(study),
        };
        self.is_refused = false;
        self.suggesting.follow(&self.reading, &self.history);
        self.violations = rules::check(&context, &project.settings.rules, &project.settings.custom_rules);
    }

    /// The window now shown, as the view is remembered.
    pub fn shown_window(&self) -> ShownWindow {
        let (Some(display), Some(film)) = (&self.display, self.film()) else { return ShownWindow::OfFile(0) };
        match (film.facts.voi.iter().position(|voi| *voi == display.voi), &display.voi) {
            (Some(n), _) => ShownWindow::OfFile(n),
            (None, Voi::Window(window)) if self.is_display_changed => ShownWindow::Chosen(window.clone()),
            (None, _) => ShownWindow::OfFile(0),
        }
    }

    /// The window now shown, or its linear stand-in while a LUT is shown.
    pub fn window(&self) -> Option<Window> {
        match (&self.display, self.film()) {
            (Some(DisplaySettings { voi: Voi::Window(window), .. }), _) => Some(window.clone()),
            (Some(DisplaySettings { voi: Voi::Lut(lut), .. }), _) => {
                let n = lut.values.len() as f64;
                Some(Window::linear(lut.first + n / 2.0, n.max(1.0)))
            }
            (None, Some(film)) => Some(film.computed_window()),
            (None, None) => None,
        }
    }
}
