//! Training: what is learned from (a frozen data set), how (a recipe of declared parameters), and how a run stands.

pub mod curves;
pub mod dataset;
pub mod estimate;
pub mod parameters;
pub mod recipe;
pub mod run;
pub mod spec;
