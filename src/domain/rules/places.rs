//! Rules about where marks lie and how large they are.

use crate::domain::shape::ShapeKind;

use super::{Found, Look, Mend};

pub(super) fn outside(look: &Look<'_>) -> Vec<Found> {
    let film = look.context.film;
    let reaches_out = |mark: &&super::Mark<'_>| {
        let b = mark.bounds;
        b.xmin() < 0.0 || b.ymin() < 0.0 || b.xmax() > film.width || b.ymax() > film.height
    };
    let found = look.marks.iter().filter(reaches_out).map(|mark| {
        let message = format!("{} reaches outside the film. Drag it back inside, or delete it.", look.name(mark));
        Found::new(message, vec![mark.id()], vec![Mend::PullInside(mark.id()), Mend::Remove(vec![mark.id()])])
    });
    found.collect()
}

/// A point has no size, and a line may be thin.
pub(super) fn tiny(look: &Look<'_>, least: f64) -> Vec<Found> {
    let is_tiny = |mark: &&super::Mark<'_>| {
        let (width, height) = (mark.bounds.width(), mark.bounds.height());
        match mark.shape.kind() {
            ShapeKind::Box | ShapeKind::Polygon | ShapeKind::Mask => width < least || height < least,
            ShapeKind::Line => width.hypot(height) < least,
            ShapeKind::Point => false,
        }
    };
    let found = look.marks.iter().filter(is_tiny).map(|mark| {
        let message = format!("{} has no size to speak of. Enlarge it, or delete it.", look.name(mark));
        Found::new(message, vec![mark.id()], vec![Mend::Remove(vec![mark.id()])])
    });
    found.collect()
}
