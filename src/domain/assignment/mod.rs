//! Films in people's hands: who reads which film, in which order, and how films are dealt out.
//!
//! VinDr Lab deals by "all" and "equally" only, does not look at what is out already, and keeps no order that could be had
//! again (vindr_facts A.8). VinDr-CXR was read by three of seventeen people a film, shuffled anew for each of them.

mod chance;
mod dealing;
mod hands;
mod order;
mod plan;
mod task;
mod truth;
#[cfg(test)]
mod dealing_script;

pub use dealing::{Dealt, NewTask, Table, deal};
pub use hands::{Hands, TaskChoice, hands};
pub use order::places;
pub use plan::{Candidate, DealError, EnoughBy, Plan, PoolFilm, Strategy, Unit, hindrance, is_more_senior, sample};
pub use task::{Stage, Task};
pub use truth::{Score, held_against};
