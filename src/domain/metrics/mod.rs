//! Figures from plain numbers: how well probabilities and boxes answer, each metric in a file of its own with its source.
//!
//! Nothing here knows films, readers or models: columns in, numbers out, the same for the same input. What takes long is
//! cut into blocks that the caller may run on threads of its own (a block's number and the seed say what it draws).

pub mod roc;
pub mod confusion_counts;
pub mod resample;
mod weighted_walk;
pub mod bootstrap;
pub mod pr;
pub mod gauss;
pub mod interval;
pub mod wilson;
pub mod delong;
pub mod mcnemar;
pub mod calibration;
pub mod masks;
pub mod precision_bootstrap;
pub mod matching;
pub mod average_precision;
pub mod average_recall;
pub mod froc;
pub mod confusion_matrix;
pub mod kaggle;
