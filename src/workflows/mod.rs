//! Use cases that join the adapters: import, export, check, demo.

pub mod answer_key;
pub mod check;
pub mod demo_models;
pub mod evaluate;
pub mod evaluated_files;
pub mod evaluated_project;
pub mod evaluation_runs;
pub mod evaluation_export;
pub mod export_labels;
pub mod export_measures;
pub mod import_films;
pub mod import_labels;
mod import_boxes;
mod import_image_labels;
mod label_judge;
mod label_rows;
mod model_files;
pub mod models;
pub mod label_sets;
mod reading_sums;
pub mod make_demo;
pub mod predict;
pub mod predict_table;
mod staged_file;
pub mod reader_study;
pub mod report;
pub mod stats;
