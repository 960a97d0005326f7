//! Training: what is learned from (a frozen data set), how (a recipe of declared parameters), and how a run stands.

pub mod curves;
pub mod dataset;
pub mod estimate;
pub mod split;
pub mod freeze;
mod freeze_warnings;
pub mod balance;
pub mod grey_print;
pub mod queueing;
pub mod parameters;
pub mod policy;
pub mod recipe;
pub mod run;
pub mod spec;

#[cfg(test)]
mod freeze_script;
