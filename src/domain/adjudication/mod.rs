//! Settling a film: what its readers marked, put together finding by finding, and what reviewers decide about each.
//!
//! A [`Case`] is the film as reviewers get it: every mark of every reader, what each said of the whole film, and the
//! model's boxes where the project shows them. [`Review`] is what reviewers made of it: a fold of [`MadeStep`]s, the first
//! of which is the case itself, so that the steps alone say how a film was settled, whatever readers do to their own
//! layers afterwards. Undoing is a step too. [`Document`] is where the steps have led to, and [`Document::layer`] what
//! will be written as the consensus once everybody has signed.
//!
//! No reader's layer is ever changed by any of it.

mod case;
mod document;
mod film_label;
mod finding;
mod gather;
mod layer;
mod refusal;
mod renewed;
mod review;
#[cfg(test)]
mod review_script;
mod rulings;
mod seniority;
mod step;
mod summary;

pub use case::{By, Case, SAME_FINDING, Source, SourceId, Testimony};
pub use document::{Document, Question};
pub use film_label::{FilmLabel, Fitness, LabelRuling};
pub use finding::{Finding, FindingFilter, FindingKey, Outcome, Proposal, Ruling, ShapeFrom};
pub use layer::{Layer, MarkSource, SettledMark};
pub use refusal::Refusal;
pub use review::Review;
pub use seniority::{WhyNot, why_not};
pub use step::{MadeStep, Step};
pub use summary::{FilmToReview, Gist, ReviewStage, ReviewTurn};
