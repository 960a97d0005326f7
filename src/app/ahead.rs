//! What the window is about to need: the films around the one being read, likeliest first.

use crate::domain::id::{ImageId, ReaderId};
use crate::session::{Layout, Session};

/// Films decoded ahead in the direction of reading, and behind it.
const NUM_AHEAD: usize = 3;
const NUM_BEHIND: usize = 1;
/// Lines of the list that are looked through for them: films in other viewports are passed over.
const LOOK: isize = 8;

/// A viewport's film with its frame, and the film that it waits for.
type PanePlace = (Option<(ImageId, u32)>, Option<ImageId>);

/// Where the session stands, as far as it decides what comes next.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Place {
    project: Option<u32>,
    reader: Option<ReaderId>,
    layout: Layout,
    panes: Vec<PanePlace>,
    active_slot: usize,
    num_listed: usize,
    /// The item of the gallery whose film it is.
    looked_at: Option<usize>,
}

impl Place {
    pub fn of(session: &Session) -> Self {
        let pane = |pane: &crate::session::Pane| {
            (pane.film.as_ref().map(|film| (film.image().clone(), film.frame)), pane.wanted.clone())
        };
        Self {
            project: session.project.as_ref().map(|project| project.number),
            reader: session.reader_id().cloned(),
            layout: session.layout,
            panes: session.panes().map(|(_, p)| pane(p)).collect(),
            active_slot: session.active_slot,
            num_listed: session.worklist.num_shown(),
            looked_at: session.evaluating.looked_at,
        }
    }

    /// Films in viewports or asked for; a frame where it is known.
    pub fn on_screen(&self) -> Vec<(ImageId, Option<u32>)> {
        let shown = self.panes.iter().filter_map(|(film, _)| film.clone()).map(|(image, frame)| (image, Some(frame)));
        let wanted = self.panes.iter().filter_map(|(_, wanted)| wanted.clone()).map(|image| (image, None));
        shown.chain(wanted).collect()
    }

    fn has(&self, image: &ImageId) -> bool {
        self.panes.iter().any(|(film, wanted)| {
            film.as_ref().is_some_and(|(shown, _)| shown == image) || wanted.as_ref() == Some(image)
        })
    }

    /// The film that the reader is at.
    pub fn active(&self) -> Option<&ImageId> {
        let (film, wanted) = self.panes.get(self.active_slot)?;
        wanted.as_ref().or_else(|| film.as_ref().map(|(image, _)| image))
    }
}

/// The films that are likely to be opened next, likeliest first: those of the list in the direction that the reader
/// goes, the one that Enter opens, and one behind.
pub(super) fn next_films(session: &Session, place: &Place, is_going_back: bool) -> Vec<ImageId> {
    let Some(image) = place.active() else { return Vec::new() };
    if place.looked_at.is_some() {
        return next_errors(session, place);
    }
    let list = &session.worklist;
    let along = |sign: isize| {
        (1..=LOOK).filter_map(move |step| list.neighbour(image, sign * step)).filter(|image| !place.has(image))
    };
    let forward = if is_going_back { -1 } else { 1 };
    let mut ahead = along(forward);
    let mut films: Vec<ImageId> = ahead.next().into_iter().cloned().collect();
    films.extend(list.next_open(image).filter(|open| !place.has(open)).cloned());
    films.extend(ahead.take(NUM_AHEAD - 1).cloned());
    films.extend(along(-forward).take(NUM_BEHIND).cloned());
    let mut seen = Vec::new();
    films.retain(|film| {
        let is_new = !seen.contains(film);
        seen.push(film.clone());
        is_new
    });
    films
}

/// The same on the way through a gallery.
fn next_errors(session: &Session, place: &Place) -> Vec<ImageId> {
    let along = |step: isize, num: usize| {
        // Many items may lie on one film.
        let films = session.error_films(step).take(LOOK as usize).filter(|image| !place.has(image));
        films.take(num).cloned().collect::<Vec<_>>()
    };
    let mut films = along(1, NUM_AHEAD);
    films.extend(along(-1, NUM_BEHIND));
    let mut seen = Vec::new();
    films.retain(|film| {
        let is_new = !seen.contains(film);
        seen.push(film.clone());
        is_new
    });
    films
}

/// Whether the reader went up the list.
pub(super) fn went_back(session: &Session, before: &Place, now: &Place) -> Option<bool> {
    let position = |place: &Place| session.worklist.position(place.active()?);
    let (before, now) = (position(before)?, position(now)?);
    (before != now).then_some(now < before)
}
