//! Who may review a film: a reviewer who did not read it and has read for more years than those who did.

use crate::domain::assignment::is_more_senior;
use crate::domain::id::ReaderId;
use crate::domain::people::{Reader, Role};

/// Why somebody may not review a film. Each reads on after "Refused, and nothing was changed: ".
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WhyNot {
    #[error("{0} is no reviewer of the project; an owner gives the role")]
    NoReviewer(ReaderId),
    #[error("{0} has left the project; hand the film to somebody else")]
    HasLeft(ReaderId),
    #[error("{0} has read this film; whoever read a film cannot review it. Hand it to somebody else")]
    ReadIt(ReaderId),
    #[error(
        "{reviewer} has read for {years} years and {reader}, who read this film, for {readers_years}; a reviewer is \
             more senior. Hand the film to somebody else"
    )]
    NotSenior { reviewer: ReaderId, years: u32, reader: ReaderId, readers_years: u32 },
}

/// Why this person may not review a film that these people read in stage 1; `None` where nothing stands against it.
///
/// VinDr-CXR's reviewers were two others, more experienced than the three readers of the film. Where it is not known how
/// long one of the two has read, the role alone decides.
pub fn why_not<'a>(reviewer: &Reader, readers: impl IntoIterator<Item = &'a Reader>) -> Option<WhyNot> {
    if reviewer.has_left {
        return Some(WhyNot::HasLeft(reviewer.id.clone()));
    }
    if !reviewer.roles.has(Role::Reviewer) {
        return Some(WhyNot::NoReviewer(reviewer.id.clone()));
    }
    let mut not_senior = None;
    for reader in readers {
        if reader.id == reviewer.id {
            return Some(WhyNot::ReadIt(reviewer.id.clone()));
        }
        let (ours, theirs) = (reviewer.years_of_experience, reader.years_of_experience);
        if let (false, Some(years), Some(readers_years)) = (is_more_senior(ours, theirs), ours, theirs) {
            let (reviewer, reader) = (reviewer.id.clone(), reader.id.clone());
            not_senior = not_senior.or(Some(WhyNot::NotSenior { reviewer, years, reader, readers_years }));
        }
    }
    not_senior
}
