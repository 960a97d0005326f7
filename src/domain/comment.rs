//! Comments pinned to a film, a place on it or a mark, in threads that can be resolved.

use super::geometry::Point;
use super::id::AnnotationId;

/// What a comment is about.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Pin {
    Film,
    /// In image pixels.
    Place(Point),
    Mark(AnnotationId),
}

/// One entry of a thread. It belongs to the reading of the person who wrote it.
#[derive(Clone, PartialEq, Debug)]
pub struct Comment {
    /// From the same count as the ids of marks; unique in the project.
    pub id: AnnotationId,
    /// The first comment of the thread that this one answers; `None` for a first one.
    pub answers: Option<AnnotationId>,
    pub pin: Pin,
    pub text: String,
    /// Said of the whole thread by its first comment, or by an answer that closes it.
    pub is_resolved: bool,
    /// Milliseconds since 1970-01-01 UTC.
    pub made_at_ms: i64,
}
