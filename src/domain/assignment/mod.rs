//! Films in people's hands: who reads which film, in which order, and how films are dealt out.

mod task;

pub use task::{Stage, Task};
