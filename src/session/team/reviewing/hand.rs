//! The pointer on a film under review: a click chooses a finding, a drag moves the film or the box in the hand.

use std::collections::BTreeSet;

use crate::domain::adjudication::FindingKey;
use crate::domain::geometry::{Handle, Point, Rect};
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::session::effect::Effect;
use crate::session::gesture::{DRAG_THRESHOLD, Gesture, HANDLE_REACH, on_film};
use crate::session::input_map::{DragAction, Press, PressAction};
use crate::session::pointer::{PointerEvent, PointerKind, inside};
use crate::session::screen::{Session, Tool};

use super::board::ReviewItem;
use super::merging::Merging;

/// What the reviewer is in the middle of.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Hand {
    #[default]
    Free,
    /// A box being dragged into shape.
    Box(HeldBox),
    /// A question being typed.
    Asking { about: FindingKey, of: BTreeSet<ReaderId>, text: String },
    /// One of several findings being chosen to become one with another.
    Merging(Merging),
}

/// A box that is not decided on yet.
#[derive(Clone, PartialEq, Debug)]
pub struct HeldBox {
    /// The finding that it is to be the box of; `None`: one that nobody marked.
    pub of: Option<FindingKey>,
    pub label: LabelName,
    /// `None` until it is dragged.
    pub rect: Option<Rect>,
    pub(super) grab: Option<Grab>,
}

impl HeldBox {
    pub(super) const fn new(label: LabelName) -> Self {
        Self { of: None, label, rect: None, grab: None }
    }

    pub(super) const fn of(finding: FindingKey, label: LabelName, rect: Rect) -> Self {
        Self { of: Some(finding), label, rect: Some(rect), grab: None }
    }
}

/// Where the box was taken hold of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Grab {
    Grip {
        handle: Handle,
        before: Rect,
    },
    Whole {
        from: Point,
        before: Rect,
    },
    /// A new box from this corner on.
    Corner(Point),
}

impl Session {
    /// The grip of the box in the hand at a place of the canvas; `None` inside: all of it.
    pub fn review_hold_at(&self, at: Point) -> Option<Option<Handle>> {
        let Hand::Box(held) = &self.team.reviewing.hand else { return None };
        let (rect, film) = (held.rect?, self.pane.film.as_ref()?);
        let to_screen = film.viewport.screen_from_image(self.pane.canvas, film.grid());
        let far = |handle: Handle| {
            let q = to_screen.apply(rect.handle_position(handle));
            (q.x - at.x).abs().max((q.y - at.y).abs())
        };
        let nearest = Handle::ALL.into_iter().min_by(|a, b| far(*a).total_cmp(&far(*b)))?;
        if far(nearest) <= HANDLE_REACH {
            return Some(Some(nearest));
        }
        rect.contains(to_screen.inverse().apply(at)).then_some(None)
    }

    /// The pointer while a film is under review; `None` where it does what it does on every film: window, pan, zoom.
    pub(in crate::session) fn review_pointer(&mut self, event: PointerEvent, now_ms: i64) -> Option<Vec<Effect>> {
        if event.slot != self.active_slot {
            return Some(Vec::new());
        }
        let canvas = self.pane.canvas;
        let film = self.pane.film.as_mut()?;
        let (at, size) = (film.viewport.image_from_screen(canvas, film.grid()).apply(event.at), film.size());
        let has_gesture = film.gesture.is_some();
        match event.kind {
            PointerKind::Move => {
                let desk = &mut self.team.reviewing;
                if let Hand::Box(HeldBox { rect, grab: Some(grab), .. }) = &mut desk.hand {
                    *rect = Some(match *grab {
                        Grab::Grip { handle, before } => before.resized(handle, on_film(at, size), size),
                        Grab::Whole { from, before } => before.moved_within(at.x - from.x, at.y - from.y, size),
                        Grab::Corner(from) => Rect::from_corners(on_film(from, size), on_film(at, size)),
                    });
                    film.cursor = inside(at, size);
                    self.pane.pointer_at = Some(event.at);
                    return Some(Vec::new());
                }
                if !has_gesture {
                    let hovered = self.finding_at(at);
                    self.team.reviewing.hovered = hovered;
                }
                None
            }
            PointerKind::Leave => {
                self.team.reviewing.hovered = None;
                None
            }
            PointerKind::Down(button) => {
                let action = self.input.press(Press { button, held: event.held() });
                if event.is_space || !matches!(action, PressAction::Drag(DragAction::Tool | DragAction::Select)) {
                    return None;
                }
                let hold = self.review_hold_at(event.at);
                if let Hand::Box(held) = &mut self.team.reviewing.hand {
                    held.grab = match (hold, held.rect) {
                        (Some(Some(handle)), Some(before)) => Some(Grab::Grip { handle, before }),
                        (Some(None), Some(before)) => Some(Grab::Whole { from: at, before }),
                        (None, None) => Some(Grab::Corner(at)),
                        _ => None,
                    };
                    if held.grab.is_some() {
                        return Some(Vec::new());
                    }
                }
                (self.drag_button, self.drag_tool, self.drag_held) = (button, Tool::Pan, event.held());
                Some(self.on_film(|film| film.gesture = Some(Gesture::Press { at_screen: event.at, at_image: at })))
            }
            PointerKind::Up(button) => {
                let scale = self.pane.film.as_ref().map_or(1.0, |film| film.viewport.scale(canvas, film.grid()));
                if let Hand::Box(held) = &mut self.team.reviewing.hand
                    && let Some(grab) = held.grab.take()
                {
                    // Smaller than a few screen points is a slip of the hand.
                    let least = DRAG_THRESHOLD / 2.0 / scale;
                    let is_slip = held.rect.is_none_or(|rect| rect.width() < least || rect.height() < least);
                    if is_slip {
                        held.rect = match grab {
                            Grab::Grip { before, .. } | Grab::Whole { before, .. } => Some(before),
                            Grab::Corner(_) => None,
                        };
                    }
                    return Some(Vec::new());
                }
                let is_click = matches!(self.pane.film.as_ref()?.gesture, Some(Gesture::Press { .. }));
                if !is_click || button != self.drag_button {
                    return None;
                }
                self.on_film(|film| film.gesture = None);
                self.notice = None;
                match self.finding_at(at) {
                    Some(key) if !event.is_shift && self.team.reviewing.may_be_merged(key) => {
                        return Some(self.merge_with(key, now_ms));
                    }
                    Some(key) if event.is_shift => self.choose_finding_too(key),
                    Some(key) => self.choose_item(Some(ReviewItem::Finding(key))),
                    None => {}
                }
                Some(Vec::new())
            }
        }
    }

    /// The smallest finding in sight there; of those to choose from, while there is something to choose.
    fn finding_at(&self, at: Point) -> Option<FindingKey> {
        let desk = &self.team.reviewing;
        if matches!(desk.hand, Hand::Box(_)) || desk.is_bare {
            return None;
        }
        let under = desk.listed().filter_map(|finding| {
            let areas = desk.rects_of(finding).filter(|rect| rect.contains(at)).map(|rect| rect.area());
            Some((finding.key(), areas.min_by(f64::total_cmp)?))
        });
        let rank = |key: &FindingKey| !desk.may_be_merged(*key);
        under.min_by(|a, b| rank(&a.0).cmp(&rank(&b.0)).then(a.1.total_cmp(&b.1))).map(|(key, _)| key)
    }

    /// Escape: what is in the middle of being done is dropped; `false` where there is nothing.
    pub(in crate::session) fn let_review_go(&mut self) -> bool {
        let desk = &mut self.team.reviewing;
        if desk.naming.take().is_some() {
            return true;
        }
        let was_busy = std::mem::take(&mut desk.hand) != Hand::Free;
        let had_more = !std::mem::take(&mut desk.also_chosen).is_empty();
        was_busy || had_more
    }
}
