//! Comments pinned to a film, a place on it or a mark, in threads that can be resolved.

use super::geometry::Point;
use super::id::{AnnotationId, ReaderId};
use super::reading::Reading;

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

/// What was said of one thing, the first word first.
#[derive(Clone, PartialEq, Debug)]
pub struct Thread {
    /// The id of its first comment, which may be gone since.
    pub key: AnnotationId,
    /// What its first comment is about; of a first comment that is gone, what the answers say.
    pub pin: Pin,
    pub said: Vec<Said>,
    /// By its first comment, or by the last word. An answer to a closed thread that doesn't close it opens it again,
    /// except where the first comment itself is marked as settled.
    pub is_resolved: bool,
}

/// A comment and who made it.
#[derive(Clone, PartialEq, Debug)]
pub struct Said {
    pub by: ReaderId,
    pub comment: Comment,
}

impl Thread {
    /// `None` where it was deleted.
    pub fn first(&self) -> Option<&Said> {
        self.said.first().filter(|said| said.comment.id == self.key)
    }
}

/// The threads of a film in the order in which they were begun, from everybody's readings of it that may be seen.
pub fn threads<'a>(readings: impl IntoIterator<Item = &'a Reading>) -> Vec<Thread> {
    let mut threads: Vec<Thread> = Vec::new();
    for reading in readings {
        for comment in reading.comments() {
            let key = comment.answers.unwrap_or(comment.id);
            let said = Said { by: reading.reader().clone(), comment: comment.clone() };
            match threads.iter_mut().find(|thread| thread.key == key) {
                Some(thread) => thread.said.push(said),
                None => threads.push(Thread { key, pin: comment.pin, said: vec![said], is_resolved: false }),
            }
        }
    }
    for thread in &mut threads {
        let key = thread.key;
        // The first word is the first one even where clocks disagree.
        thread.said.sort_by_key(|said| (said.comment.id != key, said.comment.made_at_ms, said.comment.id));
        thread.pin = thread.said[0].comment.pin;
        let first = thread.first().is_some_and(|said| said.comment.is_resolved);
        thread.is_resolved = first || thread.said.last().is_some_and(|said| said.comment.is_resolved);
    }
    threads.sort_by_key(|thread| (thread.said[0].comment.made_at_ms, thread.key));
    threads
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ImageId;

    /// Id, what it answers (0: nothing), whether it is resolved; made at ten times its id.
    fn reading(reader: &str, comments: &[(i64, i64, bool)]) -> Reading {
        let comment = |&(id, answers, is_resolved): &(i64, i64, bool)| Comment {
            id: AnnotationId(id),
            answers: (answers > 0).then_some(AnnotationId(answers)),
            pin: Pin::Place(Point::new(id as f64, 0.0)),
            text: format!("text {id}"),
            is_resolved,
            made_at_ms: id * 10,
        };
        Reading::new(ImageId::new("film"), ReaderId::new(reader)).with_comments(comments.iter().map(comment).collect())
    }

    #[test]
    fn comments_gather_in_threads() {
        let check = |own: &[(i64, i64, bool)], other: &[(i64, i64, bool)], expected: &[(i64, &str, bool)]| {
            let readings = [reading("R1", own), reading("R2", other)];
            let found: Vec<(i64, String, bool)> = threads(&readings)
                .iter()
                .map(|thread| {
                    let said: Vec<String> =
                        thread.said.iter().map(|said| format!("{}{}", said.by, said.comment.id.0)).collect();
                    (thread.key.0, said.join(" "), thread.is_resolved)
                })
                .collect();
            let expected: Vec<_> = expected.iter().map(|&(key, said, is)| (key, said.to_owned(), is)).collect();
            assert_eq!(found, expected, "{own:?} {other:?}");
        };
        check(&[], &[], &[]);
        check(&[(1, 0, false)], &[], &[(1, "R11", false)]);
        check(&[(1, 0, true)], &[], &[(1, "R11", true)]);
        // An answer of another reader comes between this one's.
        check(&[(1, 0, false), (3, 1, false)], &[(2, 1, false)], &[(1, "R11 R22 R13", false)]);
        // Closed by an answer, opened by the next one.
        check(&[(1, 0, false)], &[(2, 1, true)], &[(1, "R11 R22", true)]);
        check(&[(1, 0, false), (3, 1, false)], &[(2, 1, true)], &[(1, "R11 R22 R13", false)]);
        // Two threads in the order of their beginning, whoever began them.
        check(&[(5, 0, false)], &[(2, 0, false), (7, 5, false)], &[(2, "R22", false), (5, "R15 R27", false)]);
        // The first word is gone; its answers stay together.
        check(&[(4, 1, false)], &[(6, 1, false)], &[(1, "R14 R26", false)]);
    }

    #[test]
    fn a_thread_is_where_its_first_comment_is() {
        let readings = [reading("R1", &[(3, 2, false)]), reading("R2", &[(2, 0, false)])];
        let threads = threads(&readings);
        assert_eq!(threads[0].pin, Pin::Place(Point::new(2.0, 0.0)));
        assert_eq!(threads[0].first().map(|said| said.by.as_str()), Some("R2"));
        let orphan = super::threads(&readings[..1]);
        assert_eq!((orphan[0].first(), orphan[0].pin), (None, Pin::Place(Point::new(3.0, 0.0))));
    }
}
