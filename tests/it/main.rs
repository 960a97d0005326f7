//! The one integration binary.
#![allow(clippy::unwrap_used, reason = "a test may stop at the line that failed")]
#![allow(missing_docs, reason = "tests")]

#[cfg_attr(not(feature = "gui"), allow(dead_code, reason = "most of it is for tests of the window"))]
mod support;
mod dicom_zoo;
mod auto_window;
mod dicom_bad;
mod dicom_facts;
mod dicom_tags;
mod import_films;
mod phantom_films;
mod store_rules;
mod public_face;
mod store_walk;
#[cfg(feature = "gui")]
mod train_window;
mod triage;
mod store_log;
#[path = "../bench/fill.rs"]
mod fill;
mod store_scale;
mod store_check;
mod measure;
mod shapes;
mod classifier_metrics;
mod agreement_parity;
mod consensus_commands;

mod kill_nine;
#[cfg(unix)]
#[cfg_attr(not(feature = "gui"), allow(dead_code, reason = "some of it is for tests of the window"))]
mod engine_fake;
#[cfg(unix)]
mod engine_keeper;
#[cfg(unix)]
mod engine_predict;
#[cfg(unix)]
mod engine_real;
#[cfg(unix)]
mod training_real;
mod store_predictions;
mod csv_round_trip;
mod detection_parity;
mod label_sets;
mod label_set_changes;
mod command_line;
mod people_commands;
mod wrong_input;
mod evaluate_files;
mod evaluate_input;
mod evaluate_project;
mod model_files;
mod model_commands;
#[cfg(target_os = "linux")]
mod training_runs;
#[cfg(unix)]
mod training_cycle;
mod dataset_commands;
mod settle_commands;
mod protocols;
mod worklist_tasks;
#[cfg(feature = "gui")]
mod worklist_window;
mod assign_commands;
#[cfg(feature = "gui")]
mod assign_window;
mod architecture;
mod tidy;
mod rules_scale;
#[cfg(feature = "gui")]
mod film_pass;
#[cfg(feature = "gui")]
mod seat;
#[cfg(feature = "gui")]
mod two_windows;
#[cfg(feature = "gui")]
mod history_window;
#[cfg(feature = "gui")]
mod next_film;
#[cfg(all(unix, feature = "gui"))]
mod engine_window;
#[cfg(feature = "gui")]
mod evaluate_window;
#[cfg(feature = "gui")]
mod click_budget;
#[cfg(feature = "gui")]
mod mask_study;
#[cfg(feature = "gui")]
mod studies_window;
#[cfg(feature = "gui")]
mod suggestions_window;
#[cfg(feature = "gui")]
mod evaluation_run;
#[cfg(feature = "gui")]
mod gallery_window;
#[cfg(feature = "gui")]
mod tag_browser;
#[cfg(feature = "gui")]
mod blind_session;
#[cfg(feature = "gui")]
mod blind_view;
#[cfg(feature = "gui")]
mod film_pass_enhance;
#[cfg(feature = "gui")]
mod film_pass_sampling;
#[cfg(feature = "gui")]
mod film_pass_viewports;
#[cfg(feature = "gui")]
mod film_pass_zoo;
#[cfg(feature = "gui")]
mod mark_looks;
#[cfg(feature = "gui")]
mod marks_pass;
#[cfg(feature = "gui")]
mod measure_window;
#[cfg(feature = "gui")]
mod labels_window;
#[cfg(feature = "gui")]
mod discuss_window;
#[cfg(feature = "gui")]
mod people_window;
#[cfg(feature = "gui")]
mod oversight_window;
#[cfg(feature = "gui")]
mod review_window;
#[cfg(feature = "gui")]
mod merge_window;
#[cfg(feature = "gui")]
mod exchange_window;
#[cfg(feature = "gui")]
mod window_by_label;
#[cfg(feature = "gui")]
mod window_rules;
#[cfg(feature = "gui")]
mod window_reach;
#[cfg(feature = "gui")]
mod window_changes;
#[cfg(feature = "gui")]
mod window_panel;
#[cfg(feature = "gui")]
mod models_window;
#[cfg(feature = "gui")]
mod window_pictures;
#[cfg(feature = "gui")]
mod window_real;
#[cfg(feature = "gui")]
mod languages;
